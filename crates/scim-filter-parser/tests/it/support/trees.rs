//! Every well-formed tree can come out here.

use proptest::char::range;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use scim_filter_parser::{AttributePath, Filter, Literal, Number, Operator, PatchPath};

/// A filter with value paths in it.
pub(crate) fn filter() -> impl Strategy<Value = Filter> {
    let value_path =
        (attribute_path(), condition()).prop_map(|(path, filter)| Filter::ValuePath { path, filter: Box::new(filter) });
    nested(prop_oneof![4 => leaf(), 1 => value_path])
}

pub(crate) fn patch_path() -> impl Strategy<Value = PatchPath> {
    let plain = attribute_path().prop_map(|path| PatchPath { path, filter: None, sub_attribute: None });
    let selecting = (attribute_path(), condition(), option::of(name()))
        .prop_map(|(path, filter, sub_attribute)| PatchPath { path, filter: Some(filter), sub_attribute });
    prop_oneof![1 => plain, 3 => selecting]
}

pub(crate) fn attribute_path() -> impl Strategy<Value = AttributePath> {
    let schema = option::weighted(0.2, schema());
    (schema, name(), option::weighted(0.3, name())).prop_map(|(schema, name, sub_attribute)| AttributePath {
        schema,
        name,
        sub_attribute,
    })
}

pub(crate) fn number() -> impl Strategy<Value = Number> {
    let digits = || vec(range('0', '9'), 1..25).prop_map(String::from_iter);
    let integer =
        prop_oneof![Just("0".to_owned()), (1..10u8, digits()).prop_map(|(first, rest)| format!("{first}{rest}"))];
    let exponent = (select(vec!["e", "E", "e+", "E-"]), digits()).prop_map(|(sign, digits)| format!("{sign}{digits}"));
    let fraction = digits().prop_map(|digits| format!(".{digits}"));
    let written = (any::<bool>(), integer, option::of(fraction), option::of(exponent)).prop_map(
        |(negative, integer, fraction, exponent)| {
            let sign = if negative { "-" } else { "" };
            let text = format!("{sign}{integer}{}{}", fraction.unwrap_or_default(), exponent.unwrap_or_default());
            text.parse().expect("a JSON number")
        },
    );
    prop_oneof![any::<i64>().prop_map(Number::from), written]
}

/// A filter that may stand inside brackets.
fn condition() -> impl Strategy<Value = Filter> {
    nested(leaf())
}

fn nested(leaf: impl Strategy<Value = Filter> + 'static) -> impl Strategy<Value = Filter> {
    leaf.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            2 => vec(inner.clone(), 2..5).prop_map(Filter::And),
            2 => vec(inner.clone(), 2..5).prop_map(Filter::Or),
            1 => inner.prop_map(|filter| Filter::Not(Box::new(filter))),
        ]
    })
}

fn leaf() -> impl Strategy<Value = Filter> {
    let compare = (attribute_path(), select(Operator::ALL.to_vec()), literal())
        .prop_map(|(path, operator, value)| Filter::Compare { path, operator, value });
    prop_oneof![1 => attribute_path().prop_map(Filter::Present), 3 => compare]
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        Just(Literal::Null),
        any::<bool>().prop_map(Literal::Boolean),
        number().prop_map(Literal::Number),
        string().prop_map(Literal::String),
    ]
}

/// All of Unicode, with the characters that matter to the syntax more often than by chance.
fn string() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        2 => any::<char>(),
        2 => range(' ', '~'),
        1 => range('\0', '\u{1f}'),
        2 => select(vec!['"', '\\', '/', '(', ')', '[', ']', ' ', 'u', 'n', '\u{7f}', '\u{2028}', '\u{feff}', '😀']),
    ];
    vec(character, 0..20).prop_map(String::from_iter)
}

/// Names of all kinds, those that look like keywords among them.
fn name() -> impl Strategy<Value = String> {
    let special = select(vec!["userName", "$ref", "not", "AND", "or", "pr", "eq", "true", "null", "urn", "e", "a-1_"]);
    let first = prop_oneof![range('a', 'z'), range('A', 'Z')];
    let next = prop_oneof![range('a', 'z'), range('A', 'Z'), range('0', '9'), select(vec!['-', '_', '$'])];
    let any_name = (first, vec(next, 0..8)).prop_map(|(first, rest)| std::iter::once(first).chain(rest).collect());
    prop_oneof![special.prop_map(str::to_owned), any_name]
}

/// URIs, with all the characters that one may have.
fn schema() -> impl Strategy<Value = String> {
    let known = select(vec![
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "URN:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        "https://example.com/schemas?a=b#c",
    ]);
    let signs: Vec<char> = "azAZ09-._~!$&'()*+,;=:@/?#%".chars().collect();
    let any_uri = vec(select(signs), 1..20).prop_map(|rest| format!("urn:{}", String::from_iter(rest)));
    prop_oneof![known.prop_map(str::to_owned), any_uri]
}
