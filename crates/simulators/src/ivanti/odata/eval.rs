//! Evaluation of a filter on one record.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Map, Value as Json};

use super::{Collation, Comparison, Dialect, Expr, NeNull, Operator, Value, lex, measured};

pub(super) fn selects(root: &Expr, record: &Map<String, Json>, dialect: Dialect, comparison: Comparison) -> bool {
    Evaluation { record, dialect, comparison }.truth(root) == Some(true)
}

struct Evaluation<'a> {
    record: &'a Map<String, Json>,
    dialect: Dialect,
    comparison: Comparison,
}

impl Evaluation<'_> {
    /// `None` is the third value: unknown.
    fn truth(&self, expr: &Expr) -> Option<bool> {
        match self.value(expr) {
            Value::Bool(found) => Some(found),
            _ => None,
        }
    }

    fn value(&self, expr: &Expr) -> Value {
        match expr {
            Expr::Literal(value) => value.clone(),
            Expr::Field(name) => value_of(self.record.get(name)),
            Expr::Call(function, arguments) => {
                let arguments: Vec<Value> = arguments.iter().map(|argument| self.value(argument)).collect();
                function.call(&arguments, self.comparison)
            }
            Expr::Not(inner) => truth_value(self.truth(inner).map(|found| !found)),
            Expr::Binary(left, Operator::And, right) => truth_value(match (self.truth(left), self.truth(right)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            }),
            Expr::Binary(left, Operator::Or, right) => truth_value(match (self.truth(left), self.truth(right)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            }),
            Expr::Binary(left, operator, right) => {
                Value::Bool(self.compare(&self.value(left), *operator, &self.value(right)))
            }
            Expr::In(left, list) => {
                let left = self.value(left);
                Value::Bool(list.iter().any(|item| self.compare(&left, Operator::Eq, &self.value(item))))
            }
        }
    }

    fn compare(&self, left: &Value, operator: Operator, right: &Value) -> bool {
        match self.dialect {
            Dialect::Standard => self.compare_standard(left, operator, right),
            Dialect::Measured => self.compare_measured(left, operator, right),
        }
    }

    /// Null equals null and differs from everything else; `""` is null to a null, and a text to a text.
    fn compare_standard(&self, left: &Value, operator: Operator, right: &Value) -> bool {
        let either_is_null = matches!(left, Value::Null) || matches!(right, Value::Null);
        if either_is_null {
            let equal = is_empty(left) && is_empty(right);
            return match operator {
                Operator::Eq => equal,
                Operator::Ne => !equal,
                _ => false,
            };
        }
        match self.order(left, right) {
            Some(order) => holds(operator, order),
            None => operator == Operator::Ne,
        }
    }

    fn compare_measured(&self, left: &Value, operator: Operator, right: &Value) -> bool {
        if matches!(right, Value::Text(text) if text == measured::NULL) {
            return match operator {
                Operator::Eq => is_empty(left),
                Operator::Ne => !is_empty(left),
                _ => false,
            };
        }
        if matches!(right, Value::Null) {
            return false;
        }
        match self.order(left, right) {
            Some(order) => holds(operator, order),
            None => operator == Operator::Ne && matches!(left, Value::Null) && self.comparison.ne_null == NeNull::True,
        }
    }

    /// `None`: one of the two is null, or they cannot be compared.
    fn order(&self, left: &Value, right: &Value) -> Option<Ordering> {
        match (left, right) {
            (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
            (Value::Number(a), Value::Number(b)) => a.partial_cmp(b),
            (Value::Text(a), Value::Text(b)) => Some(text_order(a, b, self.comparison.collation)),
            (Value::Instant(a), Value::Instant(b)) => Some(a.cmp(b)),
            (Value::Text(a), Value::Instant(b)) => Some(set_instant(a)?.cmp(b)),
            (Value::Instant(a), Value::Text(b)) => Some(a.cmp(&set_instant(b)?)),
            _ => None,
        }
    }
}

fn holds(operator: Operator, order: Ordering) -> bool {
    match operator {
        Operator::Eq => order.is_eq(),
        Operator::Ne => order.is_ne(),
        Operator::Gt => order.is_gt(),
        Operator::Ge => order.is_ge(),
        Operator::Lt => order.is_lt(),
        Operator::Le => order.is_le(),
        Operator::And | Operator::Or => false,
    }
}

/// The year 1 is how the vendor renders a date that was never set.
fn set_instant(text: &str) -> Option<jiff::Timestamp> {
    if text.starts_with("0001-01-01") { None } else { lex::instant(text) }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.is_empty() || text.starts_with("0001-01-01T00:00:00"),
        _ => false,
    }
}

fn truth_value(found: Option<bool>) -> Value {
    found.map_or(Value::Null, Value::Bool)
}

fn value_of(json: Option<&Json>) -> Value {
    match json {
        Some(Json::Bool(found)) => Value::Bool(*found),
        Some(Json::Number(found)) => found.as_f64().map_or(Value::Null, Value::Number),
        Some(Json::String(found)) => Value::Text(found.clone()),
        None | Some(Json::Null | Json::Array(_) | Json::Object(_)) => Value::Null,
    }
}

/// Order of two texts: trailing blanks do not count.
pub(in crate::ivanti) fn text_order(left: &str, right: &str, collation: Collation) -> Ordering {
    let [left, right] = [left, right].map(|text| text.trim_end_matches(' '));
    match collation {
        Collation::Exact => left.cmp(right),
        Collation::Insensitive => {
            left.chars().flat_map(char::to_lowercase).cmp(right.chars().flat_map(char::to_lowercase))
        }
    }
}

pub(super) fn fold_case(text: &str, collation: Collation) -> Cow<'_, str> {
    match collation {
        Collation::Insensitive => Cow::Owned(text.to_lowercase()),
        Collation::Exact => Cow::Borrowed(text),
    }
}
