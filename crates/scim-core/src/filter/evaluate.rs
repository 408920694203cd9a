//! Whether a resource satisfies a filter.
//!
//! A comparison with a multi-valued attribute holds when it holds for one of the values. Where there is no value,
//! `ne` holds, `eq null` holds, and everything else does not.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::Value;

use super::{Comparison, Filter, Operand, Operator};
use crate::definition::{AttrId, Definition};
use crate::fold::{fold, same};
use crate::resource::View;

/// Whether the resource satisfies the filter.
pub fn matches(definition: &Definition, filter: &Filter, resource: &dyn View) -> bool {
    match filter {
        Filter::And(list) => list.iter().all(|filter| matches(definition, filter, resource)),
        Filter::Or(list) => list.iter().any(|filter| matches(definition, filter, resource)),
        Filter::Not(inner) => !matches(definition, inner, resource),
        Filter::Present(id) => values(definition, *id, resource).into_iter().any(is_present),
        Filter::Compare(comparison) => {
            compare(definition, comparison, &values(definition, comparison.attribute, resource))
        }
        Filter::Element { attribute, filter } => values(definition, *attribute, resource)
            .into_iter()
            .any(|element| matches_element(definition, filter, element)),
    }
}

/// Whether one element of a multi-valued attribute satisfies the filter inside `attribute[…]`.
pub fn matches_element(definition: &Definition, filter: &Filter, element: &Value) -> bool {
    let part = |id: AttrId| part_of(element, &definition.node(id).attribute.name);
    match filter {
        Filter::And(list) => list.iter().all(|filter| matches_element(definition, filter, element)),
        Filter::Or(list) => list.iter().any(|filter| matches_element(definition, filter, element)),
        Filter::Not(inner) => !matches_element(definition, inner, element),
        Filter::Present(id) => part(*id).into_iter().any(is_present),
        Filter::Compare(comparison) => compare(definition, comparison, &part(comparison.attribute)),
        Filter::Element { .. } => false,
    }
}

/// All values of an attribute: an array's elements, the parts of every element.
fn values<'a>(definition: &Definition, id: AttrId, resource: &'a dyn View) -> Vec<&'a Value> {
    let node = definition.node(id);
    let root = resource.root(definition, definition.root_of(id));
    let elements: Vec<&Value> = match root {
        None => Vec::new(),
        Some(Value::Array(elements)) => elements.iter().collect(),
        Some(value) => vec![value],
    };
    match node.parent {
        None => elements,
        Some(_) => elements.into_iter().flat_map(|element| part_of(element, &node.attribute.name)).collect(),
    }
}

/// The values of one part of an element; a part may be multi-valued itself.
fn part_of<'a>(element: &'a Value, name: &str) -> Vec<&'a Value> {
    match element.get(name) {
        None => Vec::new(),
        Some(Value::Array(values)) => values.iter().collect(),
        Some(value) => vec![value],
    }
}

/// RFC 7644: "has a non-empty or non-null value, or … contains a non-empty node for complex attributes".
fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => list.iter().any(is_present),
        Value::Object(parts) => parts.values().any(is_present),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn compare(definition: &Definition, comparison: &Comparison, values: &[&Value]) -> bool {
    let mut values = values.iter().filter(|value| is_present(value)).peekable();
    let unset = values.peek().is_none();
    match (&comparison.operand, comparison.operator) {
        (Operand::Null, Operator::Eq) => unset,
        (Operand::Null, _) => !unset,
        (_, Operator::Ne) if unset => true,
        _ => {
            let exact = definition.node(comparison.attribute).attribute.case_exact;
            values.any(|value| holds(value, comparison.operator, &comparison.operand, exact))
        }
    }
}

fn holds(value: &Value, operator: Operator, operand: &Operand, exact: bool) -> bool {
    match (value, operand) {
        (Value::Bool(left), Operand::Boolean(right)) => ordered(left.cmp(right), operator),
        (Value::Number(left), Operand::Number(right)) => {
            left.as_f64().and_then(|left| left.partial_cmp(right)).is_some_and(|order| ordered(order, operator))
        }
        (Value::String(left), Operand::Instant(right)) => match left.parse::<Timestamp>() {
            Ok(left) => ordered(left.cmp(right), operator),
            Err(_) => operator == Operator::Ne,
        },
        (Value::String(left), Operand::Text(right)) if exact => text(left, right, operator),
        (Value::String(left), Operand::Text(right)) => match operator {
            Operator::Eq => same(left, right),
            Operator::Ne => !same(left, right),
            _ => text(&fold(left), &fold(right), operator),
        },
        _ => operator == Operator::Ne,
    }
}

fn text(left: &str, right: &str, operator: Operator) -> bool {
    match operator {
        Operator::Co => left.contains(right),
        Operator::Sw => left.starts_with(right),
        Operator::Ew => left.ends_with(right),
        _ => ordered(left.cmp(right), operator),
    }
}

fn ordered(order: Ordering, operator: Operator) -> bool {
    match operator {
        Operator::Eq => order.is_eq(),
        Operator::Ne => order.is_ne(),
        Operator::Gt => order.is_gt(),
        Operator::Ge => order.is_ge(),
        Operator::Lt => order.is_lt(),
        Operator::Le => order.is_le(),
        Operator::Co | Operator::Sw | Operator::Ew => false,
    }
}
