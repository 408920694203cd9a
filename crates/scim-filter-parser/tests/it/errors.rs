//! What is refused, and what is said about it, word by word.

use std::fmt::Debug;

use scim_filter_parser::{
    Limits, Number, ParseError, ParseErrorKind, parse_attribute_path, parse_filter, parse_filter_with,
    parse_patch_path, parse_patch_path_with,
};

// The expectations that stand in more than one place. Each message is `at position N: expected …, found …`.
const OPERAND: &str = r#"an attribute path, "not" or "(""#;
const OPERATOR: &str = "a comparison operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr)";
const VALUE: &str = r#"a JSON value: "string" in double quotes, number, true, false or null"#;
const ESCAPE: &str = r#"an escape sequence: \", \\, \/, \b, \f, \n, \r, \t or \u and four hexadecimal digits"#;
const SURROGATES: &str = r"a pair of surrogates (\ud800 to \udbff, then \udc00 to \udfff)";
const CONTROL: &str = r"an escape sequence, such as \n or \u0001, in place of a control character";
const SCHEMA: &str = "a schema URI, such as urn:ietf:params:scim:schemas:core:2.0:User, before the last colon";
const NAME: &str = r#"an attribute name (a letter, then letters, digits, "-" or "_")"#;
const SUB_ATTRIBUTE: &str = r#"a sub-attribute name (a letter, then letters, digits, "-" or "_")"#;
const OPERATOR_INSIDE: &str = "a comparison operator, for a value path cannot stand inside a value path";

/// `text` is refused with the message made of the three parts; no more and no less is said.
#[track_caller]
fn check(text: &str, position: usize, expected: &str, found: &str) {
    refused(parse_filter(text), position, expected, found);
}

#[track_caller]
fn refused<T: Debug>(result: Result<T, ParseError>, position: usize, expected: &str, found: &str) {
    let error = result.expect_err("the text is wrong");
    assert_eq!(error.to_string(), format!("at position {position}: expected {expected}, found {found}"));
    assert_eq!((error.position(), error.expected(), error.kind()), (position, expected, ParseErrorKind::Syntax));
}

#[test]
fn an_expression_starts_with_a_path_not_or_a_parenthesis() {
    check("", 0, OPERAND, "the end");
    check("   ", 3, OPERAND, "the end");
    check("(", 1, OPERAND, "the end");
    check("( )", 2, OPERAND, r#"")""#);
    check("()", 1, OPERAND, r#"")""#);
    check(")", 0, OPERAND, r#"")""#);
    check(r#""a" eq b"#, 0, OPERAND, "a double quote");
    check("1 eq 1", 0, OPERAND, r#""1""#);
    check("_a pr", 0, OPERAND, r#""_a""#);
    check(r#"userName eq "a" and"#, 19, OPERAND, "the end");
    check(r#"userName eq "a" and "#, 20, OPERAND, "the end");
    check("a pr and and", 12, OPERATOR, "the end");
    check("a pr or )", 8, OPERAND, r#"")""#);
    check("not", 3, r#""(" after "not""#, "the end");
    check("not ()", 5, OPERAND, r#"")""#);
    check("é pr", 0, OPERAND, r#""é""#);
    check("-a pr", 0, OPERAND, r#""-a""#);
    check("$ pr", 0, OPERAND, r#""$""#);
}

#[test]
fn a_path_is_followed_by_an_operator() {
    check("userName", 8, OPERATOR, "the end");
    check("userName ", 9, OPERATOR, "the end");
    check(r#"userName equals "ada""#, 9, OPERATOR, r#""equals""#);
    check(r#"userName = "ada""#, 9, OPERATOR, r#""=""#);
    check(r#"userName == "ada""#, 9, OPERATOR, r#""==""#);
    check(r#"userName="ada""#, 8, OPERATOR, r#""=""#);
    check(r#"userName "ada""#, 9, OPERATOR, "a double quote");
    check("a eqx 1", 2, OPERATOR, r#""eqx""#);
    check("a prx", 2, OPERATOR, r#""prx""#);
    check("a (pr)", 2, OPERATOR, r#""(""#);
    check("a and b", 2, OPERATOR, r#""and""#);
    check("a .b pr", 2, OPERATOR, r#"".b""#);
    check("a.b.c pr", 3, OPERATOR, r#"".c""#);
    check("a [b pr]", 2, OPERATOR, r#""[""#);
    check("(urn:x:y:a)", 10, OPERATOR, r#"")""#);
    check("a pr and b eq 1 and c is 2", 22, OPERATOR, r#""is""#);
}

#[test]
fn not_is_followed_by_a_parenthesis() {
    check(r#"not userName eq "a""#, 4, r#""(" after "not""#, r#""userName""#);
    check("not a pr", 4, r#""(" after "not""#, r#""a""#);
    check("not not (a pr)", 4, r#""(" after "not""#, r#""not""#);
    check("not", 3, r#""(" after "not""#, "the end");
}

#[test]
fn a_value_is_json() {
    check("userName eq", 11, VALUE, "the end");
    check("userName eq ", 12, VALUE, "the end");
    check("userName eq ada", 12, VALUE, r#""ada""#);
    check("userName eq 'ada'", 12, VALUE, r#""'ada'""#);
    check("userName eq ada and title pr", 12, VALUE, r#""ada""#);
    check(r#"userName eq"ada""#, 11, "white space between the operator and the value", "a double quote");
    check("a eq )", 5, VALUE, r#"")""#);
    check("a eq (1)", 5, VALUE, r#""(""#);
    check("a eq [1]", 5, VALUE, r#""[""#);
    check(r#"a eq {"b":1}"#, 5, VALUE, r#""{""#);
    check("a eq 2011-05-13T04:42:34Z", 5, VALUE, r#""2011-05-13T04:42:34Z""#);
    check("a eq 01", 5, VALUE, r#""01""#);
    check("a eq +1", 5, VALUE, r#""+1""#);
    check("a eq .5", 5, VALUE, r#"".5""#);
    check("a eq 1.", 5, VALUE, r#""1.""#);
    check("a eq 1e", 5, VALUE, r#""1e""#);
    check("a eq -", 5, VALUE, r#""-""#);
    check("a eq 0x1F", 5, VALUE, r#""0x1F""#);
    check("a eq truex", 5, VALUE, r#""truex""#);
    check("a eq nil", 5, VALUE, r#""nil""#);
    check("a eq NaN", 5, VALUE, r#""NaN""#);
    check("a eq 1,5", 6, r#""and", "or" or the end of the filter"#, r#"",5""#);
    check("a eq b eq 1", 5, VALUE, r#""b""#);
    check("a eq “x”", 5, VALUE, r#""“x”""#);
}

#[test]
fn a_string_is_json() {
    check(r#"a eq ""#, 6, "the closing double quote of the string", "the end");
    check(r#"a eq "x"#, 7, "the closing double quote of the string", "the end");
    check(r#"a eq "x\"#, 7, ESCAPE, r#""\""#);
    check(r#"a eq "x\""#, 9, "the closing double quote of the string", "the end");
    check(r#"a eq "x\q""#, 7, ESCAPE, r#""\q""#);
    check(r#"a eq "x\u12""#, 7, ESCAPE, r#""\u12""#);
    check(r#"a eq "\u12g4""#, 6, ESCAPE, r#""\u12g4""#);
    check(r#"a eq "\u+123""#, 6, ESCAPE, r#""\u+123""#);
    check(r#"a eq "\ud800""#, 6, SURROGATES, r#""\ud800""#);
    check(r#"a eq "ab\ud800x""#, 8, SURROGATES, r#""\ud800x""#);
    check(r#"a eq "\ud800\u0041""#, 6, SURROGATES, r#""\ud800\u0041""#);
    check(r#"a eq "\udc00\ud800""#, 6, SURROGATES, r#""\udc00\ud800""#);
    check(r#"a eq "\ud800\ud800""#, 6, SURROGATES, r#""\ud800\ud800""#);
    check(r#"a eq "\U0041""#, 6, ESCAPE, r#""\U0041""#);
    check("a eq \"x\ny\"", 7, CONTROL, r#""\n""#);
    check("a eq \"\t\"", 6, CONTROL, r#""\t""#);
    check("a eq \"\0\"", 6, CONTROL, r#""\0""#);
    check(r#"a eq "a"b""#, 8, r#""and", "or" or the end of the filter"#, r#""b""#);
}

#[test]
fn an_expression_is_followed_by_and_or_the_end() {
    check(r#"title pr "x""#, 9, r#""and", "or" or the end of the filter"#, "a double quote");
    check("a pr b pr", 5, r#""and", "or" or the end of the filter"#, r#""b""#);
    check("a pr)", 4, r#""and", "or" or the end of the filter"#, r#"")""#);
    check("a pr]", 4, r#""and", "or" or the end of the filter"#, r#""]""#);
    check("a eq 1 2", 7, r#""and", "or" or the end of the filter"#, r#""2""#);
    check(r#"a eq "x" "y""#, 9, r#""and", "or" or the end of the filter"#, "a double quote");
    check("a pr && b pr", 5, r#""and", "or" or the end of the filter"#, r#""&&""#);
    check("a pr xor b pr", 5, r#""and", "or" or the end of the filter"#, r#""xor""#);
    check("a pr and(b pr)", 8, r#"white space after "and" and "or""#, r#""(""#);
    check("a pr or(b pr)", 7, r#"white space after "and" and "or""#, r#""(""#);
    check("(a pr)and b pr", 6, r#"white space before "and" and "or""#, r#""and""#);
    check("(a pr)or (b pr)", 6, r#"white space before "and" and "or""#, r#""or""#);
    check(r#"a eq "x"and b pr"#, 8, r#"white space before "and" and "or""#, r#""and""#);
    check("a[b pr]and c pr", 7, r#"white space before "and" and "or""#, r#""and""#);
    check("a pr,b pr", 4, r#""and", "or" or the end of the filter"#, r#"",b""#);
    check("a pr;", 4, r#""and", "or" or the end of the filter"#, r#"";""#);
    check("a pr\nand b pr", 4, r#""and", "or" or the end of the filter"#, r#""\n""#);
    check("a pr\u{a0}and b pr", 4, r#""and", "or" or the end of the filter"#, r#""\u{a0}""#);
}

#[test]
fn a_group_is_closed() {
    check("(a pr", 5, r#""and", "or" or ")""#, "the end");
    check("((a pr)", 7, r#""and", "or" or ")""#, "the end");
    check("(a pr]", 5, r#""and", "or" or ")""#, r#""]""#);
    check("not (a pr", 9, r#""and", "or" or ")""#, "the end");
    check("(a pr) b", 7, r#""and", "or" or the end of the filter"#, r#""b""#);
    check("(a eq 1 b)", 8, r#""and", "or" or ")""#, r#""b""#);
}

#[test]
fn a_value_path_holds_a_filter_and_no_value_path() {
    check("a[", 2, OPERAND, "the end");
    check("a[]", 2, OPERAND, r#""]""#);
    check("a[ ]", 3, OPERAND, r#""]""#);
    check("a[b]", 3, OPERATOR, r#""]""#);
    check("a[b pr", 6, r#""and", "or" or "]""#, "the end");
    check("a[b pr)", 6, r#""and", "or" or "]""#, r#"")""#);
    check("a[b pr)]", 6, r#""and", "or" or "]""#, r#"")""#);
    check("a[b[c pr]]", 3, OPERATOR_INSIDE, r#""[""#);
    check("a[b pr and c[d pr]]", 12, OPERATOR_INSIDE, r#""[""#);
    check("a[(b[c pr])]", 4, OPERATOR_INSIDE, r#""[""#);
    check("a[b pr].", 8, SUB_ATTRIBUTE, "the end");
    check("a[b pr].1", 8, SUB_ATTRIBUTE, r#""1""#);
    check("a[b pr].c", 9, OPERATOR, "the end");
    check("a[b pr].c.d pr", 9, OPERATOR, r#"".d""#);
    check("a[b pr].c eq", 12, VALUE, "the end");
    check("a[b pr] .c pr", 8, r#""and", "or" or the end of the filter"#, r#"".c""#);
    check("a[b pr] eq 1", 8, r#""and", "or" or the end of the filter"#, r#""eq""#);
    check("a[b pr][c pr]", 7, r#""and", "or" or the end of the filter"#, r#""[""#);
    check("a[b pr].c[d pr]", 9, OPERATOR, r#""[""#);
    check("[a pr]", 0, OPERAND, r#""[""#);
}

#[test]
fn names_and_schemas_are_well_formed() {
    check("urn:userName pr", 0, SCHEMA, r#""urn:userName""#);
    check("userName:eq 1", 0, SCHEMA, r#""userName:eq""#);
    check("urn:x: pr", 6, NAME, r#"" ""#);
    check("urn:x:y:1 pr", 8, NAME, r#""1""#);
    check("urn:x:y:2.0 pr", 8, NAME, r#""2.0""#);
    check(":a pr", 0, OPERAND, r#"":a""#);
    check("urn:ü:a pr", 0, SCHEMA, r#""urn:ü:a""#);
    check("a.:b pr", 0, SCHEMA, r#""a.:b""#);
    check("a. pr", 2, SUB_ATTRIBUTE, r#"" ""#);
    check("a..b pr", 2, SUB_ATTRIBUTE, r#"".b""#);
    check(".a pr", 0, OPERAND, r#"".a""#);
}

#[test]
fn attribute_paths_are_read_to_their_end() {
    let end = "the end of the attribute path";
    refused(parse_attribute_path(""), 0, NAME, "the end");
    refused(parse_attribute_path("1a"), 0, NAME, r#""1a""#);
    refused(parse_attribute_path("a b"), 2, end, r#""b""#);
    refused(parse_attribute_path("a,b"), 1, end, r#"",b""#);
    refused(parse_attribute_path("a.b.c"), 3, end, r#"".c""#);
    refused(parse_attribute_path("a[b pr]"), 1, end, r#""[""#);
    refused(parse_attribute_path("a."), 2, SUB_ATTRIBUTE, "the end");
    refused(parse_attribute_path("urn:example:2.0"), 12, NAME, r#""2.0""#);
}

#[test]
fn patch_paths_are_read_to_their_end() {
    let end = "the end of the path";
    refused(parse_patch_path(""), 0, NAME, "the end");
    refused(parse_patch_path("/members"), 0, NAME, r#""/members""#);
    refused(parse_patch_path("members[]"), 8, OPERAND, r#""]""#);
    refused(parse_patch_path("members["), 8, OPERAND, "the end");
    refused(parse_patch_path("members[0]"), 8, OPERAND, r#""0""#);
    refused(parse_patch_path("members[value eq 1"), 18, r#""and", "or" or "]""#, "the end");
    refused(parse_patch_path("members[value eq 1] .display"), 20, end, r#"".display""#);
    refused(parse_patch_path("members[value eq 1].display.x"), 27, end, r#"".x""#);
    refused(parse_patch_path("members[value eq 1][a pr]"), 19, end, r#""[""#);
    refused(parse_patch_path("members eq 1"), 8, end, r#""eq""#);
    refused(parse_patch_path("a[b[c pr]]"), 3, OPERATOR_INSIDE, r#""[""#);
}

#[test]
fn numbers_are_json() {
    let end = "the end of the number";
    refused("".parse::<Number>(), 0, "a JSON number", "the end");
    refused("x".parse::<Number>(), 0, "a JSON number", r#""x""#);
    refused("01".parse::<Number>(), 1, end, r#""1""#);
    refused("1 ".parse::<Number>(), 1, end, r#"" ""#);
}

#[test]
fn what_was_found_is_short_and_printable() {
    let long = "x".repeat(100);
    check(&format!("a {long}"), 2, OPERATOR, &format!("\"{}…\"", "x".repeat(40)));
    check("a \u{202e}x", 2, OPERATOR, r#""\u{202e}x""#);
    check("a \u{1b}[31m", 2, OPERATOR, r#""\u{1b}""#);
    check("a \0", 2, OPERATOR, r#""\0""#);
}

#[test]
fn positions_are_bytes() {
    check(r#"a eq "é€😀" ?"#, 17, r#""and", "or" or the end of the filter"#, r#""?""#);
}

#[track_caller]
fn exceeds<T: Debug>(result: Result<T, ParseError>, kind: ParseErrorKind, message: &str) {
    let error = result.expect_err("the text exceeds a limit");
    assert_eq!((error.kind(), error.to_string().as_str()), (kind, message));
}

#[test]
fn the_length_is_limited() {
    let limits = Limits { length_max: 4, ..Limits::default() };
    let message = "at position 4: expected at most 4 bytes";
    assert!(parse_filter_with("a pr", &limits).is_ok());
    exceeds(parse_filter_with("a pr ", &limits), ParseErrorKind::TooLong, message);
    exceeds(parse_patch_path_with("abcde", &limits), ParseErrorKind::TooLong, message);
    let long = "a".repeat(8193);
    assert!(parse_attribute_path(&long[1..]).is_ok());
    let message = "at position 8192: expected at most 8192 bytes";
    exceeds(parse_attribute_path(&long), ParseErrorKind::TooLong, message);
    exceeds(parse_filter(&long), ParseErrorKind::TooLong, message);
    exceeds(parse_patch_path(&long), ParseErrorKind::TooLong, message);
}

#[test]
fn the_depth_is_limited() {
    let limits = Limits { depth_max: 2, ..Limits::default() };
    for text in ["((a pr))", "not (not (a pr))", "(a[b pr])", "a[(b pr)]", "(a pr) and ((b pr) or (c pr))"] {
        assert!(parse_filter_with(text, &limits).is_ok(), "{text}");
    }
    for (text, position) in [("(((a pr)))", 2), ("not (not (not (a pr)))", 14), ("((a[b pr]))", 3), ("a[((b pr))]", 3)]
    {
        let message = format!("at position {position}: expected at most 2 levels of nesting");
        exceeds(parse_filter_with(text, &limits), ParseErrorKind::TooDeep, &message);
    }
    let message = "at position 3: expected at most 2 levels of nesting";
    exceeds(parse_patch_path_with("a[((b pr))].c", &limits), ParseErrorKind::TooDeep, message);
}

#[test]
fn no_setting_lifts_the_ceiling_of_the_depth() {
    let limits = Limits { depth_max: usize::MAX, ..Limits::default() };
    let nested = |depth: usize| format!("{}a pr{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse_filter_with(&nested(Limits::DEPTH_CEILING), &limits).is_ok());
    let message = "at position 64: expected at most 64 levels of nesting";
    exceeds(parse_filter_with(&nested(Limits::DEPTH_CEILING + 1), &limits), ParseErrorKind::TooDeep, message);
}

#[test]
fn the_number_of_terms_is_limited() {
    let limits = Limits { terms_max: 2, ..Limits::default() };
    for text in ["a pr and b pr", "a[b pr and c pr]", "a[b pr].c pr"] {
        assert!(parse_filter_with(text, &limits).is_ok(), "{text}");
    }
    for (text, position) in
        [("a pr and b pr or (c pr)", 18), ("a[b pr and c pr] or d pr", 20), ("a[b pr and c pr].d pr", 16)]
    {
        let message = format!("at position {position}: expected at most 2 attribute expressions");
        exceeds(parse_filter_with(text, &limits), ParseErrorKind::TooManyTerms, &message);
    }
}
