//! The OData v4 dialect.

use serde_json::{Map, Value, json};
use simulators::ivanti::odata::{Collation, Comparison, Dialect, LiteralKind, matches, parse};

fn row() -> Map<String, Value> {
    let Value::Object(row) = json!({
        "LoginID": "JDoe",
        "LastName": "O'Brien",
        "Title": null,
        "Note": "",
        "Disabled": false,
        "Age": 41,
        "LastModDateTime": "2026-03-01T02:00:00+02:00",
    }) else {
        unreachable!()
    };
    row
}

fn check(filter: &str, comparison: Comparison, expected: bool) {
    let parsed = parse(filter, Dialect::Standard).unwrap_or_else(|error| panic!("{filter}: {error}"));
    assert_eq!(matches(&parsed, &row(), comparison), expected, "{filter}");
}

#[test]
fn filters_mean_what_the_standard_says() {
    for (filter, expected) in [
        ("LoginID eq 'jdoe'", true),
        ("'jdoe' eq LoginID", true),
        ("LastName eq 'O''Brien'", true),
        ("not (LoginID eq 'x')", true),
        ("not not (LoginID eq 'x')", false),
        ("Disabled", false),
        ("not Disabled", true),
        ("Disabled eq false and Age gt 40", true),
        // `and` binds before `or`, whatever the order.
        ("Age eq 41 or Age eq 1 and Disabled", true),
        ("(Age eq 41 or Age eq 1) and Disabled", false),
        ("LoginID eq 'jdoe' and (Age eq 1 or Age eq 41)", true),
        ("(Age eq 1 and Disabled) or (Age eq 41 and LoginID eq 'jdoe')", true),
        ("contains(LoginID,'do')", true),
        ("startswith(LoginID,'jd') and endswith(LoginID,'OE')", true),
        ("contains(LoginID,'x') eq false", true),
        ("tolower(LoginID) eq 'jdoe'", true),
        ("toupper(LoginID) eq 'JDOE'", true),
        ("length(LoginID) eq 4", true),
        ("indexof(LoginID,'oe') eq 2", true),
        ("substring(LoginID,1) eq 'Doe'", true),
        ("substring(LoginID,1,2) eq 'Do'", true),
        ("trim(concat(' ',LoginID)) eq 'JDoe'", true),
        ("year(LastModDateTime) eq 2026 and hour(LastModDateTime) eq 0", true),
        ("LoginID in ('a','jdoe')", true),
        ("LoginID in ('a','b')", false),
        ("LastModDateTime ge 2026-03-01T00:00:00Z", true),
        ("LastModDateTime gt 2026-03-01T00:00:00Z", false),
        ("LoginID ne 3f2504e0-4f89-11d3-9a0c-0305e82c3301", true),
        ("true", true),
    ] {
        check(filter, Comparison::default(), expected);
    }
}

#[test]
fn null_follows_three_valued_logic() {
    for (filter, expected) in [
        ("Title eq null", true),
        ("null eq Title", true),
        ("Missing eq null", true),
        ("Title ne null", false),
        ("LoginID ne null", true),
        ("Title eq 'x'", false),
        ("Title ne 'x'", true),
        ("Title lt 'x'", false),
        ("Title ge 'x'", false),
        ("not (Title lt 'x')", true),
        // A stored empty text counts as no value to a null, and is a text to a text.
        ("Note eq null", true),
        ("Note eq ''", true),
        ("Note ne 'x'", true),
        // A function of null is null, its negation too, and a row whose filter is null is left out.
        ("contains(Title,'x')", false),
        ("not contains(Title,'x')", false),
        ("contains(Title,'x') or true", true),
        ("not (contains(Title,'x') and false)", true),
        ("not (contains(Title,'x') or false)", false),
        // The text of the other dialect is only a text here.
        ("Title eq '$NULL'", false),
    ] {
        check(filter, Comparison::default(), expected);
    }
}

#[test]
fn exact_collation_reaches_functions() {
    let exact = Comparison { collation: Collation::Exact, ..Comparison::default() };
    check("LoginID eq 'jdoe'", exact, false);
    check("tolower(LoginID) eq 'jdoe'", exact, true);
    check("contains(LoginID,'do')", exact, false);
    check("contains(LoginID,'Do')", exact, true);
}

#[test]
fn what_cannot_be_read_is_an_error() {
    for filter in [
        "",
        "LoginID",
        "LoginID eq",
        "LoginID eq 'x",
        "LoginID eq 'O'Brien'",
        "LoginID EQ 'x'",
        "(LoginID eq 'x'",
        "LoginID eq 'x')",
        "LoginID eq 'x' LoginID eq 'y'",
        "not 'x'",
        "'x' and true",
        "'x'",
        "contains(LoginID)",
        "substringof('x',LoginID)",
        "LoginID in 'x'",
        "LoginID in ()",
        "LastModDateTime gt datetime'2026-01-01'",
        "Manager/Name eq 'x'",
        "LoginID eq 12ab",
    ] {
        // A field alone may be a boolean, and is not refused by a parser that knows no types.
        assert_eq!(parse(filter, Dialect::Standard).is_err(), filter != "LoginID", "{filter}");
    }
}

#[test]
fn depth_is_limited() {
    let deep = format!("{}true{}", "(".repeat(5000), ")".repeat(5000));
    assert!(parse(&deep, Dialect::Standard).is_err());
    let negated = format!("{}true", "not ".repeat(5000));
    assert!(parse(&negated, Dialect::Standard).is_err());
    let wide = vec!["LoginID eq 'x'"; 2000].join(" or ");
    check(&wide, Comparison::default(), false);
}

#[test]
fn the_caller_learns_fields_and_literal_types() {
    let parsed = parse("tolower(LoginID) eq 'x' and (Age gt 3 or Disabled eq true)", Dialect::Standard).unwrap();
    assert_eq!(parsed.fields(), ["LoginID", "Age", "Disabled"]);
    assert_eq!(parsed.comparisons(), [("Age", LiteralKind::Number), ("Disabled", LiteralKind::Boolean)]);
    let measured = parse("HiredDate gt 2026-01-01 and LoginID ne '$NULL' and Title eq 'x'", Dialect::Measured).unwrap();
    assert_eq!(measured.comparisons(), [("HiredDate", LiteralKind::Instant), ("Title", LiteralKind::Text)]);
}
