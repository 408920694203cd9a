//! The query language, case by case, without HTTP.

use jiff::Timestamp;
use serde_json::{Value, json};
use simulators::bmc::qualification::{
    Collation, DEPTH_MAX, Database, EvalOptions, Operand, Qualification, Relation, matches, parse,
};
use simulators::control::Record;

fn ann() -> Record {
    record(json!({
        "Request ID": "000000000000007",
        "Login Name": "Ann",
        "Full Name": "Ann \"Nan\" O'Neil 50%_x",
        "Email Address": null,
        "Department": "",
        "Status": "Disabled",
        "License Type": "Fixed",
        "Group List": "1;20023;",
        "Site": "$NULL$",
        "Region": "EMEA  ",
        "Create Date": "2014-12-03T22:53:37.000+0000",
    }))
}

fn record(value: Value) -> Record {
    let Value::Object(record) = value else { panic!("a record is an object") };
    record
}

fn options() -> EvalOptions {
    EvalOptions {
        user: "ann".to_owned(),
        now: Timestamp::from_second(1_417_650_000).unwrap(),
        ..EvalOptions::for_users()
    }
}

#[track_caller]
fn check_with(options: &EvalOptions, cases: &[(&str, bool)]) {
    for (q, expected) in cases {
        let parsed = parse(q).unwrap_or_else(|malformed| panic!("{q}: {malformed}"));
        assert_eq!(matches(&parsed, &ann(), options), *expected, "{q}");
    }
}

#[track_caller]
fn check(cases: &[(&str, bool)]) {
    check_with(&options(), cases);
}

#[test]
fn fields_go_by_name_or_by_id() {
    check(&[
        (r#"'Login Name' = "Ann""#, true),
        (r#"'101' = "Ann""#, true),
        (r#"'101'="Bob""#, false),
        (r"'1' != $NULL$", true),
        (r#"'Nobody Has This' = "x""#, false),
        (r"'Nobody Has This' = $NULL$", true),
        (r#""Ann" = 'Login Name'"#, true),
        (r"'Login Name' = 'Full Name'", false),
    ]);
}

#[test]
fn quotes_inside_are_doubled_and_backslashes_mean_nothing() {
    check(&[(r#"'Full Name' = "Ann ""Nan"" O'Neil 50%_x""#, true), (r#"'Full Name' = "Ann""#, false)]);
    let name = |q: &str| match parse(q).unwrap() {
        Qualification::Compare(Relation::Equal, Operand::Field(field), Operand::Text(text)) => (field, text),
        other => panic!("{other:?}"),
    };
    assert_eq!(name(r#"'It''s' = "a\b""#), ("It's".to_owned(), r"a\b".to_owned()));
    assert_eq!(name(r#"'x' = """""#), ("x".to_owned(), "\"".to_owned()));
    assert!(parse(r#"'x' = "a\"b""#).is_err());
}

#[test]
fn malformed_texts_are_refused() {
    for q in [
        "",
        "'Login Name'",
        "'Login Name' =",
        "= \"x\"",
        "'a' = \"x",
        "'a = \"x\"",
        "'a' = x",
        "('a' = 1",
        "'a' = 1)",
        "'a' = 1 AND",
        "'a' = 1 'b' = 2",
        "'a' = 1 && 'b' = 2",
        "'a' eq 1",
        "'a' = $NOTHING$",
        "'a' = $NULL",
        "'a' = 1.2.3",
        "NOT 'a'",
        "('a' = 1) = 2",
        "'a' <> 1",
        "EXTERNAL('a')",
    ] {
        assert!(parse(q).is_err(), "{q}");
    }
}

#[test]
fn deep_nesting_is_refused_and_long_chains_are_not() {
    let nested = |depth: usize| format!("{}'1' = 1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(DEPTH_MAX)).is_ok());
    assert!(parse(&nested(DEPTH_MAX + 1)).is_err());
    assert!(parse(&nested(100_000)).is_err());
    assert!(parse(&format!("{}'1' = 1", "NOT ".repeat(100_000))).is_err());
    assert!(parse(&format!("'1' = 1{}", "+1".repeat(100_000))).is_err());
    assert!(parse(&vec!["'1' = \"x\""; 100_000].join(" OR ")).is_ok());
}

#[test]
fn and_binds_tighter_than_or_and_not_tighter_than_both() {
    check(&[
        ("1 = 1 OR 1 = 1 AND 1 = 2", true),
        ("(1 = 1 OR 1 = 1) AND 1 = 2", false),
        ("NOT 1 = 2 AND 1 = 1", true),
        ("NOT (1 = 2 OR 1 = 1)", false),
        ("NOT NOT 1 = 1", true),
        ("not 1 = 2 And 1 = 1 oR 1 = 2", true),
    ]);
}

#[test]
fn arithmetic_binds_tighter_than_relations() {
    check(&[
        ("2 + 3 * 4 = 14", true),
        ("(2 + 3) * 4 = 20", true),
        ("10 - 3 - 2 = 5", true),
        ("7 % 4 = 3", true),
        ("-2 * -3 = 6", true),
        ("'3' > $TIMESTAMP$ - 60*60", true),
        ("'3' > $TIMESTAMP$ - 60", false),
        ("1 / 0 = 1", false),
        ("NOT 1 / 0 = 1", false),
    ]);
}

#[test]
fn every_relation_is_known() {
    check(&[
        (r#"'Login Name' == "Ann""#, true),
        (r#"'Login Name' != "Bob""#, true),
        (r#"'Login Name' < "Bob""#, true),
        (r#"'Login Name' <= "Ann""#, true),
        (r#"'Login Name' > "Al""#, true),
        (r#"'Login Name' >= "Annb""#, false),
        (r#"'Login Name' LIKE "A%""#, true),
        (r#"'Login Name' like "B%""#, false),
        (r#"'Request ID' > "000000000000006""#, true),
    ]);
}

#[test]
fn a_comparison_with_an_empty_field_is_neither_true_nor_false() {
    check(&[
        (r#"'Email Address' = "x""#, false),
        (r#"'Email Address' != "x""#, false),
        (r#"NOT 'Email Address' = "x""#, false),
        (r#"NOT 'Email Address' != "x""#, false),
        (r#"'Email Address' LIKE "%""#, false),
        (r#"NOT 'Email Address' LIKE "x%""#, false),
        (r#"'Email Address' = "x" OR 'Login Name' = "Ann""#, true),
        (r#"NOT ('Email Address' = "x" AND 'Login Name' = "Bob")"#, true),
        (r#"NOT ('Email Address' = "x" OR 'Login Name' = "Bob")"#, false),
        ("'Email Address' = $NULL$", true),
        ("'Email Address' != $NULL$", false),
        ("NOT 'Email Address' = $NULL$", false),
        ("'Login Name' = $NULL$", false),
        ("'Login Name' != $NULL$", true),
        ("'Email Address' < $NULL$", false),
    ]);
}

#[test]
fn a_quoted_keyword_is_a_keyword_unless_the_option_says_otherwise() {
    check(&[
        (r#"'Email Address' = "$NULL$""#, true),
        (r#"'Site' = "$NULL$""#, false),
        (r#"'Login Name' = "$USER$""#, true),
        // Not the keyword's spelling, so the text itself is compared, without regard to case.
        (r#"'Site' = "$null$""#, true),
        (r#"'Site' LIKE "_NULL_""#, true),
    ]);
    let plain = EvalOptions { quoted_keywords: false, ..options() };
    check_with(
        &plain,
        &[
            (r#"'Email Address' = "$NULL$""#, false),
            (r#"'Site' = "$NULL$""#, true),
            (r#"'Login Name' = "$USER$""#, false),
            ("'Login Name' = $USER$", true),
        ],
    );
}

#[test]
fn selections_compare_by_label_or_index_and_order_by_index() {
    check(&[
        (r#"'Status' = "Disabled""#, true),
        ("'Status' = 2", true),
        (r#"'Status' != "Current""#, true),
        (r#"'Status' > "Current""#, true),
        // By label it would be the other way round.
        (r#"'Status' < "Locked-Out""#, true),
        ("'Status' < 3", true),
        (r#"'Status' >= "Locked-Out""#, false),
        (r#"'Status' = "Nonsense""#, false),
        (r#"'Status' != "Nonsense""#, false),
        (r#"'Status' LIKE "Dis%""#, false),
        (r#"'License Type' = "Fixed" AND 'Status' = 2"#, true),
    ]);
}

#[test]
fn moments_compare_with_seconds_and_with_quoted_dates() {
    check(&[
        ("'Create Date' = 1417647217", true),
        ("'Create Date' > 1417647216", true),
        (r#"'Create Date' = "2014-12-03T22:53:37.000+0000""#, true),
        (r#"'Create Date' < "2014-12-04""#, true),
        (r#"'Create Date' >= "2014-12-03T22:53:38Z""#, false),
        ("'Create Date' < $TIMESTAMP$", true),
        ("'Create Date' >= $DATE$", true),
        (r#"'Create Date' > "yesterday""#, false),
    ]);
}

#[test]
fn like_knows_percent_and_underscore_and_covers_the_whole_text() {
    check(&[
        (r#"'Full Name' LIKE "%Neil%""#, true),
        (r#"'Full Name' LIKE "%x""#, true),
        (r#"'Full Name' LIKE "%50%_x""#, true),
        (r#"'Login Name' LIKE "A_n""#, true),
        (r#"'Login Name' LIKE "A_""#, false),
        (r#"'Login Name' LIKE "A__%""#, true),
        (r#"'Login Name' LIKE "A___%""#, false),
        (r#"'Login Name' LIKE "%%""#, true),
        (r#"'Login Name' LIKE "An""#, false),
        (r#"'Login Name' LIKE "Ann""#, true),
        (r#"'Login Name' = "A%""#, false),
        (r#"'Group List' LIKE "%;20023;%" OR 'Group List' LIKE "20023;%""#, true),
        (r#"'Group List' LIKE "%;0023;%""#, false),
    ]);
}

#[test]
fn brackets_in_like_are_sets_on_sql_server_only() {
    check(&[
        (r#"'Full Name' LIKE "%50[%][_]x""#, true),
        (r#"'Login Name' LIKE "[a-c]nn""#, true),
        (r#"'Login Name' LIKE "[^a-c]nn""#, false),
        (r#"'Login Name' LIKE "A[n]%""#, true),
        (r#"'Login Name' LIKE "A[[]%""#, false),
        (r#"'Login Name' LIKE "A[n%""#, false),
    ]);
    for database in [Database::Oracle, Database::Postgres] {
        check_with(&EvalOptions { database, ..options() }, &[(r#"'Login Name' LIKE "[A]%""#, false)]);
    }
}

#[test]
fn a_backslash_escapes_in_like_on_postgres_only() {
    let q = r#"'Full Name' LIKE "%50\%\_x""#;
    check(&[(q, false)]);
    check_with(&EvalOptions { database: Database::Oracle, ..options() }, &[(q, false)]);
    check_with(
        &EvalOptions { database: Database::Postgres, ..options() },
        &[(q, true), (r#"'Login Name' LIKE "%\""#, false)],
    );
}

#[test]
fn trailing_blanks_do_not_count_on_sql_server() {
    let q = r#"'Region' = "EMEA" AND 'Login Name' = "Ann   ""#;
    check(&[(q, true), (r#"'Login Name' = " Ann""#, false), (r#"'Department' = "  ""#, true)]);
    check_with(&EvalOptions { database: Database::Postgres, ..options() }, &[(q, false)]);
}

#[test]
fn an_empty_text_is_no_value_on_oracle() {
    check(&[(r#"'Department' = """#, true), ("'Department' = $NULL$", false)]);
    check_with(
        &EvalOptions { database: Database::Oracle, ..options() },
        &[(r#"'Department' = """#, false), ("'Department' = $NULL$", true), (r#"'Login Name' != """#, false)],
    );
}

#[test]
fn letter_case_counts_only_where_the_collation_is_exact() {
    let cases = [r#"'Login Name' = "aNN""#, r#"'Login Name' LIKE "a%""#, r#"'Login Name' > "ANM""#];
    check(&cases.map(|q| (q, true)));
    let exact = EvalOptions { collation: Collation::Exact, ..options() };
    check_with(&exact, &[(cases[0], false), (cases[1], false), (r#"'Login Name' = "Ann""#, true)]);

    let cafe = record(json!({ "Full Name": "CAFÉ Łódź" }));
    assert!(matches(&parse(r#"'Full Name' = "café łÓDŹ""#).unwrap(), &cafe, &options()));
    // A combining accent is another text.
    assert!(!matches(&parse("'Full Name' = \"cafe\u{301} łódź\"").unwrap(), &cafe, &options()));
}
