//! A second opinion: the filter parser of the crate `scim_v2`, written by others from the same RFC.
//!
//! Where both accept a text they must give the same tree, up to explicit groups, which the other one dissolves. Where
//! only one accepts it, the difference is one of those listed here with the clause that decides.

use proptest::prelude::*;
use scim_filter_parser::{AttributePath, Filter, Literal, Operator, PatchPath, parse_filter, parse_patch_path};
use scim_v2::filter as other;

use crate::support::texts::spelled_filter;
use crate::support::{for_all, texts};

/// What both kinds of tree are turned into.
#[derive(Debug, PartialEq)]
enum Neutral {
    Test { path: Path, operator: &'static str, value: Value },
    Chain(&'static str, Vec<Neutral>),
    Not(Box<Neutral>),
    ValuePath(Path, Box<Neutral>),
}

/// Schema, name and sub-attribute.
type Path = (Option<String>, String, Option<String>);

#[derive(Debug, PartialEq)]
enum Value {
    /// There is none: `pr`.
    None,
    Null,
    Boolean(bool),
    /// The nearest float: the other parser does not keep the text.
    Number(f64),
    String(String),
}

/// Operands that are chains of the same word are groups, and dissolved.
fn chain(word: &'static str, operands: impl Iterator<Item = Neutral>) -> Neutral {
    let mut flat = Vec::new();
    for operand in operands {
        match operand {
            Neutral::Chain(inner, operands) if inner == word => flat.extend(operands),
            operand => flat.push(operand),
        }
    }
    Neutral::Chain(word, flat)
}

fn our_path(path: &AttributePath) -> Path {
    (path.schema.clone(), path.name.clone(), path.sub_attribute.clone())
}

fn ours(filter: &Filter) -> Neutral {
    match filter {
        Filter::Compare { path, operator, value } => {
            Neutral::Test { path: our_path(path), operator: operator.as_str(), value: our_value(value) }
        }
        Filter::Present(path) => Neutral::Test { path: our_path(path), operator: "pr", value: Value::None },
        Filter::And(operands) => chain("and", operands.iter().map(ours)),
        Filter::Or(operands) => chain("or", operands.iter().map(ours)),
        Filter::Not(inner) => Neutral::Not(Box::new(ours(inner))),
        Filter::ValuePath { path, filter } => Neutral::ValuePath(our_path(path), Box::new(ours(filter))),
    }
}

fn our_value(value: &Literal) -> Value {
    match value {
        Literal::Null => Value::Null,
        Literal::Boolean(value) => Value::Boolean(*value),
        Literal::Number(number) => Value::Number(number.as_f64()),
        Literal::String(text) => Value::String(text.clone()),
    }
}

fn their_path(path: &other::AttrPath) -> Path {
    (path.uri.clone(), path.name.clone(), path.sub_attr.clone())
}

fn theirs(filter: &other::Filter) -> Neutral {
    match filter {
        other::Filter::Attr(test) => their_test(test),
        other::Filter::And(operands) => chain("and", operands.iter().map(theirs)),
        other::Filter::Or(operands) => chain("or", operands.iter().map(theirs)),
        other::Filter::Not(inner) => Neutral::Not(Box::new(theirs(inner))),
        other::Filter::ValuePath(path) => {
            Neutral::ValuePath(their_path(&path.attr), Box::new(their_condition(&path.filter)))
        }
    }
}

fn their_condition(filter: &other::ValFilter) -> Neutral {
    match filter {
        other::ValFilter::Attr(test) => their_test(test),
        other::ValFilter::And(operands) => chain("and", operands.iter().map(their_condition)),
        other::ValFilter::Or(operands) => chain("or", operands.iter().map(their_condition)),
        other::ValFilter::Not(inner) => Neutral::Not(Box::new(their_condition(inner))),
    }
}

fn their_test(test: &other::AttrExp) -> Neutral {
    match test {
        other::AttrExp::Present(path) => Neutral::Test { path: their_path(path), operator: "pr", value: Value::None },
        other::AttrExp::Comparison(path, operator, value) => {
            Neutral::Test { path: their_path(path), operator: their_operator(operator), value: their_value(value) }
        }
    }
}

fn their_operator(operator: &other::CompareOp) -> &'static str {
    let operator = match operator {
        other::CompareOp::Eq => Operator::Eq,
        other::CompareOp::Ne => Operator::Ne,
        other::CompareOp::Co => Operator::Co,
        other::CompareOp::Sw => Operator::Sw,
        other::CompareOp::Ew => Operator::Ew,
        other::CompareOp::Gt => Operator::Gt,
        other::CompareOp::Ge => Operator::Ge,
        other::CompareOp::Lt => Operator::Lt,
        other::CompareOp::Le => Operator::Le,
    };
    operator.as_str()
}

fn their_value(value: &other::CompValue) -> Value {
    match value {
        other::CompValue::Null => Value::Null,
        other::CompValue::True => Value::Boolean(true),
        other::CompValue::False => Value::Boolean(false),
        other::CompValue::Number(number) => Value::Number(number.as_f64().expect("a float")),
        other::CompValue::Str(text) => Value::String(text.clone()),
    }
}

fn our_patch_path(path: &PatchPath) -> (Path, Option<Neutral>, Option<String>) {
    (our_path(&path.path), path.filter.as_ref().map(ours), path.sub_attribute.clone())
}

fn their_patch_path(path: &other::PatchPath) -> (Path, Option<Neutral>, Option<String>) {
    match path {
        other::PatchPath::Attr(path) => (their_path(path), None, None),
        other::PatchPath::Value(path) => {
            (their_path(&path.attr), Some(their_condition(&path.filter)), path.sub_attr.clone())
        }
    }
}

/// Where both accept `text`, they agree; and the other one alone accepts no text but for its white space. Returns who
/// accepts it.
fn compare(text: &str) -> Result<(bool, bool), TestCaseError> {
    let (our, their) = (parse_filter(text), text.parse::<other::Filter>());
    if let (Ok(our), Ok(their)) = (&our, &their) {
        prop_assert_eq!(ours(our), theirs(their), "{}", text);
    }
    let (our_path, their_path) = (parse_patch_path(text), text.parse::<other::PatchPath>());
    if let (Ok(our), Ok(their)) = (&our_path, &their_path) {
        prop_assert_eq!(our_patch_path(our), their_patch_path(their), "{}", text);
    }
    let odd_blank = |character: char| character.is_whitespace() && character != ' ' && character != '\t';
    let excused = text.contains(odd_blank) || text.contains(" [") || text.contains("\t[");
    prop_assert!(our.is_ok() || their.is_err() || excused, "{}", text);
    Ok((our.is_ok(), their.is_ok()))
}

#[test]
fn what_follows_the_rfc_to_the_letter_is_accepted_by_both_and_means_the_same() {
    for_all(3000, spelled_filter(), |text| {
        prop_assert_eq!(compare(&text)?, (true, true), "{}", text);
        Ok(())
    });
}

#[test]
fn damaged_filters_mean_the_same_where_both_accept_them() {
    for_all(6000, texts::damaged(spelled_filter()), |text| compare(&text).map(drop));
}

#[test]
fn sequences_of_tokens_mean_the_same_where_both_accept_them() {
    for_all(6000, texts::tokens(), |text| compare(&text).map(drop));
}

#[track_caller]
fn only_ours(text: &str) {
    assert_eq!(compare(text).expect("agreement"), (true, false), "{text}");
}

#[track_caller]
fn only_theirs(text: &str) {
    assert_eq!(compare(text).expect("agreement"), (false, true), "{text}");
}

/// RFC 7644 §3.4.2.2: `*1"not" "(" FILTER ")"` has no space; only the examples have one.
#[test]
fn not_needs_no_space() {
    only_ours("not(a pr)");
    only_ours("a pr and NOT(b pr)");
}

/// RFC 7644 §3.4.2.2: an `ATTRNAME` is any letter with `nameChar`s; no word is reserved.
#[test]
fn keywords_may_be_names() {
    only_ours("not pr");
    only_ours("true eq true");
    only_ours("null pr");
}

/// RFC 7643 §2.1 has the dollar sign in `nameChar`, and §2.4 has the sub-attribute `$ref`.
#[test]
fn dollar_signs_stand_in_names() {
    only_ours("members.$ref pr");
    only_ours("members[$ref pr]");
    only_ours("a$b pr");
}

/// RFC 7644 §3.4.2.2: `attrPath = [URI ":"] ATTRNAME`, and RFC 3986 §2 gives a URI more than name characters.
#[test]
fn a_schema_is_any_uri() {
    only_ours("urn:example:a(b):c pr");
    only_ours("https://example.com/a:b pr");
    only_ours("urn:example:%20:b pr");
}

/// RFC 8259 §6 sets no limit to a number.
#[test]
fn numbers_of_any_size_are_values() {
    only_ours("a gt 1e999");
}

/// Beyond the RFC: RFC 7644 §3.4.2.2 refers to JSON, where these words are in lower case, for a comparison value.
#[test]
fn literals_in_other_letter_cases_are_tolerated() {
    only_ours("active eq True");
    only_ours("a eq NULL");
}

/// Beyond the RFC: in §3.4.2.2 nothing follows the bracket; Microsoft Entra sends it.
#[test]
fn a_sub_attribute_behind_the_brackets_is_tolerated() {
    only_ours(r#"emails[type eq "work"].value eq "a@b""#);
}

/// RFC 7644 §3.4.2.2: `valuePath = attrPath "[" valFilter "]"`, nothing between the path and its bracket.
#[test]
fn a_bracket_follows_its_path_at_once() {
    only_theirs("a [b pr]");
}

/// RFC 7644 §3.4.2.2: `SP` is the space (RFC 5234, appendix B.1). We add the tab, and no other white space.
#[test]
fn line_breaks_are_no_spaces() {
    only_theirs("a pr\nand b pr");
    only_theirs("a pr\n");
    only_theirs("a eq\u{a0}1");
}

/// Groups in parentheses: we keep them as trees of their own, the other parser dissolves them. Both mean the same.
#[test]
fn groups_are_dissolved_by_the_other_parser() {
    let text = "(a pr and b pr) and c pr";
    assert_eq!(parse_filter(text).expect("a filter").to_string(), text);
    assert_eq!(text.parse::<other::Filter>().expect("a filter").to_string(), "a pr and b pr and c pr");
}
