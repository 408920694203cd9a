//! The dialect of the live tenant: what it reads well, and exactly how it misreads the rest.

use serde_json::{Map, Value, json};
use simulators::ivanti::odata::{Collation, Comparison, Dialect, NeNull, matches, parse};

/// a to d are single facts; the rest is for values.
fn rows() -> Vec<Map<String, Value>> {
    let row = |name: &str, a: &str, b: &str, c: &str| {
        let Value::Object(row) = json!({ "Name": name, "A": a, "B": b, "C": c }) else { unreachable!() };
        row
    };
    vec![
        row("none", "0", "0", "0"),
        row("a", "1", "0", "0"),
        row("b", "0", "1", "0"),
        row("c", "0", "0", "1"),
        row("ab", "1", "1", "0"),
        row("ac", "1", "0", "1"),
        row("bc", "0", "1", "1"),
        row("abc", "1", "1", "1"),
    ]
}

fn selected(filter: &str) -> String {
    let filter = filter.replace('A', "A eq '1'").replace('B', "B eq '1'").replace('C', "C eq '1'");
    let parsed = parse(&filter, Dialect::Measured).unwrap_or_else(|error| panic!("{filter}: {error}"));
    let names: Vec<String> = rows()
        .iter()
        .filter(|row| matches(&parsed, row, Comparison::default()))
        .map(|row| row["Name"].as_str().unwrap().to_owned())
        .collect();
    names.join(" ")
}

const ALL: &str = "none a b c ab ac bc abc";

#[test]
fn safe_shapes_give_the_right_rows() {
    for (filter, expected) in [
        ("A", "a ab ac abc"),
        ("A and B", "ab abc"),
        ("A or B", "a b ab ac bc abc"),
        ("B and C or A", "a ab ac bc abc"),
        ("(A or B) and C", "ac bc abc"),
        ("((A or B) and C)", "ac bc abc"),
        ("A and B and C", "abc"),
        ("A or B or C", "a b c ab ac bc abc"),
    ] {
        assert_eq!(selected(filter), expected, "{filter}");
    }
}

#[test]
fn a_group_after_the_start_gives_wrong_rows() {
    for (filter, read_as, right) in [
        ("C and (A or B)", "C and A or B", "ac bc abc"),
        ("(A and B) or (B and C)", "A and B or B and C", "ab bc abc"),
        ("A or (B and C)", "(A or B) and C", "a ab ac bc abc"),
    ] {
        assert_eq!(selected(filter), selected(read_as), "{filter}");
        assert_ne!(selected(filter), right, "{filter}");
    }
}

#[test]
fn and_after_or_binds_to_everything_before_it() {
    assert_eq!(selected("A or B and C"), "ac bc abc");
    assert_eq!(selected("(A or B and C)"), "ac bc abc");
}

#[test]
fn a_function_drops_the_whole_filter() {
    for filter in [
        "contains(Name,'x')",
        "startswith(Name,'x') and A",
        "A and endswith(Name,'x')",
        "tolower(Name) eq 'x'",
        "A eq 1 or length(Name) gt 3",
    ] {
        let parsed = parse(filter, Dialect::Measured).unwrap();
        assert!(parsed.is_dropped(), "{filter}");
        assert!(parsed.fields().is_empty(), "{filter}");
    }
}

#[test]
fn not_is_never_honoured() {
    for (filter, expected) in [
        ("not (A)", ALL),
        ("not (A) and B", ALL),
        ("A and not B", "a ab ac abc"),
        ("A and not (B or C)", "a ab ac abc"),
        ("A and not (B or C) and C", "ac abc"),
        ("A or not B", "a ab ac abc"),
        ("(not A) and B", "b ab bc abc"),
        ("(not A)", ALL),
    ] {
        assert_eq!(selected(filter), expected, "{filter}");
    }
}

#[test]
fn what_the_tenant_refuses_is_an_error() {
    for filter in [
        "not A eq '1'",
        "substringof('x',Name)",
        "LastModDateTime gt datetime'2026-01-01'",
        "RecId eq guid'3f2504e0-4f89-11d3-9a0c-0305e82c3301'",
        "Name in ('a','b')",
        "Name",
        "Name eq",
        "Name eq jdoe",
        "'x' eq Name",
        "Name EQ 'x'",
        "Name like 'x'",
        "Name and 'x'",
        "Name eq 'x' and",
        "Name eq 'x' Name eq 'y'",
        "Name eq 'x' xor Name eq 'y'",
        "(Name eq 'x'",
        "Name eq 'x')",
        "Name eq 'x",
        "Name eq 'O'Brien'",
        "Name eq 12ab",
        "Name eq (1)",
        "Manager/Name eq 'x'",
    ] {
        assert!(parse(filter, Dialect::Measured).is_err(), "{filter}");
    }
}

#[test]
fn an_empty_filter_selects_everything() {
    assert!(parse("", Dialect::Measured).unwrap().is_dropped());
    assert!(parse("  ", Dialect::Measured).unwrap().is_dropped());
}

fn check(value: &Value, filter: &str, comparison: Comparison, expected: bool) {
    let Value::Object(row) = json!({ "F": value }) else { unreachable!() };
    let parsed = parse(filter, Dialect::Measured).unwrap_or_else(|error| panic!("{filter}: {error}"));
    assert_eq!(matches(&parsed, &row, comparison), expected, "{value} {filter} {comparison:?}");
}

#[test]
fn values_compare_as_in_the_database() {
    let insensitive = Comparison::default();
    for (value, filter, expected) in [
        (json!("JDoe"), "F eq 'jdoe'", true),
        (json!("JDoe"), "F ne 'jdoe'", false),
        (json!("jdoe  "), "F eq 'jdoe'", true),
        (json!("jdoe"), "F eq 'jdoe '", true),
        (json!(" jdoe"), "F eq 'jdoe'", false),
        (json!("O'Brien"), "F eq 'O''Brien'", true),
        (json!("50% & more"), "F eq '50% & more'", true),
        (json!("b"), "F gt 'A'", true),
        (json!("b"), "F ge 'B'", true),
        (json!("b"), "F lt 'C'", true),
        (json!("b"), "F le 'a'", false),
        (json!(true), "F eq true", true),
        (json!(true), "F ne true", false),
        (json!(3), "F gt 2.5", true),
        (json!(-3), "F lt -2", true),
        (json!("2026-03-01T02:00:00+02:00"), "F eq 2026-03-01T00:00:00Z", true),
        (json!("2026-03-01T02:00:00+02:00"), "F eq 2026-03-01", true),
        (json!("2026-03-01T02:00:00+02:00"), "F ge 2026-03-01T05:30:00+05:30", true),
        (json!("2026-02-28T23:59:59Z"), "F gt 2026-03-01T00:00:00Z", false),
        (json!("not a date"), "F gt 2026-03-01T00:00:00Z", false),
        (json!("12"), "F eq 12", false),
    ] {
        check(&value, filter, insensitive, expected);
    }
}

#[test]
fn exact_collation_tells_letter_case_apart() {
    let exact = Comparison { collation: Collation::Exact, ..Comparison::default() };
    check(&json!("JDoe"), "F eq 'jdoe'", exact, false);
    check(&json!("JDoe"), "F ne 'jdoe'", exact, true);
    check(&json!("JDoe "), "F eq 'JDoe'", exact, true);
}

#[test]
fn comparisons_with_a_missing_value_are_not_true() {
    let plain = Comparison::default();
    for value in [json!(null), json!({}), json!([])] {
        for filter in ["F eq 'x'", "F ne 'x'", "F lt 'x'", "F gt 'x'", "F eq ''", "F eq null", "F ne null"] {
            check(&value, filter, plain, false);
        }
    }
    check(&json!("x"), "F eq null", plain, false);
    check(&json!("x"), "F ne null", plain, false);
    check(&json!("x"), "Missing ne 'x'", plain, false);
    let ne_true = Comparison { ne_null: NeNull::True, ..plain };
    check(&json!(null), "F ne 'x'", ne_true, true);
    check(&json!("x"), "F ne 'x'", ne_true, false);
    check(&json!(null), "F eq 'x'", ne_true, false);
}

#[test]
fn the_null_text_means_empty() {
    let plain = Comparison::default();
    for (value, empty) in [
        (json!(null), true),
        (json!(""), true),
        (json!("0001-01-01T00:00:00Z"), true),
        (json!("x"), false),
        (json!(false), false),
    ] {
        check(&value, "F eq '$NULL'", plain, empty);
        check(&value, "F ne '$NULL'", plain, !empty);
        check(&value, "F gt '$NULL'", plain, false);
    }
}
