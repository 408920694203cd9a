//! Writes the filters on which another parser is asked for its opinion, the same on every run: one JSON array per line,
//! of the text and of the tree that ours reads, or null where it refuses.
//!
//! A tree is an array that begins with a word: `["eq", path, value]`, `["pr", path]`, `["and", …]`, `["or", …]`,
//! `["not", …]`, `["[]", path, …]`. A path is its schema, its name and its sub-attribute. A value is its text: the other
//! parser keeps no type. Chains in groups of the same word are dissolved.

#[path = "../tests/it/support/texts.rs"]
mod texts;

use std::io::{BufWriter, Write};

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use scim_filter_parser::{AttributePath, Filter, Literal, parse_filter};
use serde_json::{Value, json};

/// How many texts of each kind.
const CASES: usize = 1_500;

fn main() -> std::io::Result<()> {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut out = BufWriter::new(std::io::stdout().lock());
    let kinds = [
        plain().boxed(),
        texts::damaged(plain()).boxed(),
        texts::spelled_filter().boxed(),
        texts::damaged(texts::spelled_filter()).boxed(),
        texts::tokens().boxed(),
    ];
    for kind in kinds {
        for _ in 0..CASES {
            let text = kind.new_tree(&mut runner).expect("nothing here rejects a value").current();
            let ours = parse_filter(&text).ok().map(|filter| tree(&filter));
            writeln!(out, "{}", json!([text, ours]))?;
        }
    }
    out.flush()
}

/// Filters without what the other parser is known not to read.
fn plain() -> impl Strategy<Value = String> {
    let names =
        select(vec!["userName", "name.givenName", "emails.value", "urn:a:b:c", "urn:a:b:2.0:User:name.formatted"]);
    let values = select(vec!["true", "false", "null", "7", r#""ada""#, r#""a (b) and [c]""#]);
    let operators = select(vec!["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]);
    let compare =
        (names.clone(), operators, values).prop_map(|(name, operator, value)| format!("{name} {operator} {value}"));
    let test = prop_oneof![3 => compare, 1 => names.prop_map(|name| format!("{name} pr"))].boxed();
    let inner = chain(test.clone());
    let brackets = inner.prop_map(|filter| format!("emails[{filter}]"));
    chain(prop_oneof![4 => test, 1 => brackets].boxed())
}

/// `filter` alone, negated, or joined with others; in groups wherever the order would matter.
fn chain(filter: BoxedStrategy<String>) -> BoxedStrategy<String> {
    let nested = filter.prop_recursive(3, 12, 3, |inner| {
        let word = select(vec!["and", "or"]);
        prop_oneof![
            inner.clone().prop_map(|filter| format!("not ({filter})")),
            (inner.clone(), word, inner).prop_map(|(left, word, right)| format!("({left}) {word} ({right})")),
        ]
    });
    nested.boxed()
}

fn tree(filter: &Filter) -> Value {
    match filter {
        Filter::Compare { path: name, operator, value } => json!([operator.as_str(), path(name), literal(value)]),
        Filter::Present(name) => json!(["pr", path(name)]),
        Filter::And(operands) => flat("and", operands),
        Filter::Or(operands) => flat("or", operands),
        Filter::Not(inner) => json!(["not", tree(inner)]),
        Filter::ValuePath { path: name, filter } => json!(["[]", path(name), tree(filter)]),
    }
}

fn flat(word: &str, operands: &[Filter]) -> Value {
    let mut all = vec![json!(word)];
    for operand in operands {
        match tree(operand) {
            Value::Array(mut inner) if inner[0] == word => all.extend(inner.drain(1..)),
            other => all.push(other),
        }
    }
    Value::Array(all)
}

fn path(path: &AttributePath) -> Value {
    json!([path.schema, path.name, path.sub_attribute])
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Null => "null".to_owned(),
        Literal::Boolean(value) => value.to_string(),
        Literal::Number(number) => number.to_string(),
        Literal::String(text) => text.clone(),
    }
}
