//! What a filter means, from RFC 7644 section 3.4.2.2 and the house rules, with no thought of speed.

use super::directory::{Person, Value};
use super::tree::{Attribute, Kind, Literal, Operator, Tree};

/// Whether SCIM takes the filter; otherwise it is `invalidFilter`.
pub(crate) fn is_taken(tree: &Tree) -> bool {
    match tree {
        Tree::And(parts) | Tree::Or(parts) => parts.iter().all(is_taken),
        Tree::Not(inner) | Tree::Element(_, inner) => is_taken(inner),
        Tree::Present(_) => true,
        Tree::Compare(attribute, operator, literal) => is_legal(*attribute, *operator, literal),
    }
}

/// Booleans are only equal or not, null goes with eq and ne, a dateTime compares with a dateTime.
pub(crate) fn is_legal(attribute: Attribute, operator: Operator, literal: &Literal) -> bool {
    let equality = matches!(operator, Operator::Eq | Operator::Ne);
    match (attribute.kind, literal) {
        (_, Literal::Null) | (Kind::Flag, Literal::Flag(_)) => equality,
        (Kind::Flag, Literal::Text(text)) => equality && matches!(text.as_str(), "true" | "false"),
        (Kind::Instant, Literal::Flag(_)) => false,
        (Kind::Instant, Literal::Text(text)) => {
            matches!(operator, Operator::Co | Operator::Sw | Operator::Ew) || text.parse::<jiff::Timestamp>().is_ok()
        }
        (Kind::Text | Kind::Exact, _) => true,
    }
}

/// Whether the person satisfies the filter.
pub(crate) fn satisfies(tree: &Tree, person: &Person) -> bool {
    holds(tree, &|path| person.values(path), &|list, inner| {
        let elements = person.lists.get(list).map(Vec::as_slice).unwrap_or_default();
        elements.iter().any(|element| {
            let of_element = |part: &str| element.get(part).into_iter().cloned().collect::<Vec<_>>();
            holds(inner, &of_element, &|_, _| unreachable!("value paths do not nest"))
        })
    })
}

fn holds(tree: &Tree, values: &dyn Fn(&str) -> Vec<Value>, element: &dyn Fn(&str, &Tree) -> bool) -> bool {
    match tree {
        Tree::And(parts) => parts.iter().all(|part| holds(part, values, element)),
        Tree::Or(parts) => parts.iter().any(|part| holds(part, values, element)),
        Tree::Not(inner) => !holds(inner, values, element),
        Tree::Present(attribute) => !values(attribute.path).is_empty(),
        Tree::Element(list, inner) => element(list, inner),
        Tree::Compare(attribute, operator, literal) => {
            let values = values(attribute.path);
            match (literal, operator) {
                (Literal::Null, Operator::Eq) => values.is_empty(),
                (Literal::Null, _) => !values.is_empty(),
                (_, Operator::Ne) if values.is_empty() => true,
                _ => values.iter().any(|value| compare(*attribute, value, *operator, literal)),
            }
        }
    }
}

fn compare(attribute: Attribute, value: &Value, operator: Operator, literal: &Literal) -> bool {
    let literal = match literal {
        Literal::Null => unreachable!("null was dealt with"),
        Literal::Flag(flag) => flag.to_string(),
        Literal::Text(text) => text.clone(),
    };
    match value {
        Value::Flag(flag) => (flag.to_string() == literal) == (operator == Operator::Eq),
        Value::Instant(instant) => match literal.parse::<jiff::Timestamp>() {
            Ok(other) if !matches!(operator, Operator::Co | Operator::Sw | Operator::Ew) => {
                ordered(operator, instant.cmp(&other))
            }
            _ => compare_text(&instant.to_string(), operator, &literal),
        },
        Value::Text(text) if attribute.kind == Kind::Exact => compare_text(text, operator, &literal),
        Value::Text(text) => compare_text(&fold(text), operator, &fold(&literal)),
    }
}

fn compare_text(value: &str, operator: Operator, literal: &str) -> bool {
    match operator {
        Operator::Co => value.contains(literal),
        Operator::Sw => value.starts_with(literal),
        Operator::Ew => value.ends_with(literal),
        _ => ordered(operator, value.chars().cmp(literal.chars())),
    }
}

fn ordered(operator: Operator, order: std::cmp::Ordering) -> bool {
    match operator {
        Operator::Eq => order.is_eq(),
        Operator::Ne => order.is_ne(),
        Operator::Gt => order.is_gt(),
        Operator::Ge => order.is_ge(),
        Operator::Lt => order.is_lt(),
        Operator::Le => order.is_le(),
        Operator::Co | Operator::Sw | Operator::Ew => unreachable!("these have no order"),
    }
}

/// Letter case away, character by character.
pub(crate) fn fold(text: &str) -> String {
    text.chars().map(fold_char).collect()
}

fn fold_char(character: char) -> char {
    if character.is_ascii() {
        return character.to_ascii_lowercase();
    }
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) if !one.is_ascii() => one,
        _ => character,
    }
}

#[test]
fn letter_case_is_folded_character_by_character() {
    for (text, folded) in [("ABC", "abc"), ("ÉŁ", "éł"), ("İ", "İ"), ("\u{212A}", "\u{212A}"), ("ß", "ß"), ("Σ", "σ")]
    {
        assert_eq!(fold(text), folded);
    }
}
