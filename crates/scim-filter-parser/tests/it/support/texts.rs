//! Texts that are nearly right.

use std::fmt::{Debug, Display};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::Union;

const TOKENS: &[&str] = &[
    " ",
    " ",
    " ",
    " ",
    "\t",
    "(",
    ")",
    "[",
    "]",
    ".",
    ":",
    "\"",
    "\\",
    "\n",
    "a",
    "b",
    "userName",
    "urn:x:y:",
    "$ref",
    "not",
    "and",
    "or",
    "pr",
    "eq",
    "ne",
    "co",
    "gt",
    "true",
    "null",
    "0",
    "-1.5e3",
    "\"x\"",
    "\"\\ud83d\\ude00\"",
    "\\ud800",
    "é",
    "a pr",
    "a eq 1",
    " and ",
    " or ",
    "not (",
    "a[b pr]",
    "a[",
    ".c eq 1",
];

/// The vocabulary of a filter, in any order.
pub(crate) fn tokens() -> impl Strategy<Value = String> {
    vec(select(TOKENS), 0..20).prop_map(|tokens| tokens.concat())
}

/// Printed filters with one to three pieces replaced by something else.
pub(crate) fn damaged<T: Display + Debug>(filters: impl Strategy<Value = T>) -> impl Strategy<Value = String> {
    let damage = (any::<Index>(), 0..4usize, select(TOKENS));
    (filters, vec(damage, 1..4)).prop_map(|(filter, damages)| {
        let mut characters: Vec<char> = filter.to_string().chars().collect();
        for (index, length, token) in damages {
            let start = index.index(characters.len() + 1);
            let end = (start + length).min(characters.len());
            characters.splice(start..end, token.chars());
        }
        characters.into_iter().collect()
    })
}

/// Filters that follow the grammar of RFC 7644 §3.4.2.2 to the letter, in many spellings.
pub(crate) fn spelled_filter() -> impl Strategy<Value = String> {
    let value_path =
        (spelled_path(), spelled_chain(spelled_test())).prop_map(|(path, filter)| format!("{path}[{filter}]"));
    spelled_chain(prop_oneof![4 => spelled_test(), 1 => value_path].boxed())
}

/// `filter` alone, in a group, negated or in chains without limit.
fn spelled_chain(expression: BoxedStrategy<String>) -> BoxedStrategy<String> {
    let nested = expression.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            1 => inner.clone().prop_map(|filter| format!("({filter})")),
            1 => (keyword("not"), inner.clone()).prop_map(|(not, filter)| format!("{not} ({filter})")),
            2 => (inner.clone(), keyword("and"), inner.clone()).prop_map(|(left, word, right)| format!("{left} {word} {right}")),
            2 => (inner.clone(), keyword("or"), inner).prop_map(|(left, word, right)| format!("{left} {word} {right}")),
        ]
    });
    nested.boxed()
}

fn spelled_test() -> BoxedStrategy<String> {
    let operators = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"].map(|operator| keyword(operator).boxed());
    let values = select(vec![
        "true",
        "false",
        "null",
        "0",
        "-0",
        "42",
        "-1.5",
        "2e3",
        "1.25E-2",
        "9007199254740993",
        r#""""#,
        r#""ada""#,
        r#""and (or) [not]""#,
        r#""\"\\\/\b\f\n\r\t""#,
        r#""\u00e9\ud83d\ude00é😀""#,
        r#""a eq \"b\"""#,
    ]);
    let compare = (spelled_path(), Union::new(operators), values)
        .prop_map(|(path, operator, value)| format!("{path} {operator} {value}"));
    let present = (spelled_path(), keyword("pr")).prop_map(|(path, word)| format!("{path} {word}"));
    prop_oneof![3 => compare, 1 => present].boxed()
}

fn spelled_path() -> impl Strategy<Value = String> {
    let schemas = select(vec!["", "", "", "urn:ietf:params:scim:schemas:core:2.0:User:", "URN:a-b:c_d.e:1.0:"]);
    let names =
        select(vec!["userName", "name.givenName", "emails", "emails.type", "a", "B-2_c", "notes", "android", "e.or"]);
    (schemas, names).prop_map(|(schema, name)| format!("{schema}{name}"))
}

/// A word in any letter case.
fn keyword(word: &'static str) -> impl Strategy<Value = String> {
    vec(any::<bool>(), word.len()).prop_map(move |upper| {
        let letters = word.chars().zip(upper);
        letters.map(|(letter, upper)| if upper { letter.to_ascii_uppercase() } else { letter }).collect()
    })
}
