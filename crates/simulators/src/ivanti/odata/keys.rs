//! Comparisons with the key of a record: for a tenant that does not compare its keys, and for a quick walk in one that does.

use super::{Expr, Filter, Operator, Value};

impl Filter {
    /// Whether a comparison with this field is part of the filter; equality is none.
    pub fn compares(&self, field: &str) -> bool {
        let mut found = false;
        self.visit(&mut |expr| found |= is_comparison(expr, field));
        found
    }

    /// A text that the field is not less than in any record selected; none when the filter names none.
    pub fn least(&self, field: &str) -> Option<&str> {
        self.root.as_ref().and_then(|root| least(root, field))
    }

    /// The filter with every comparison with this field true of no record.
    #[must_use]
    pub fn without_comparisons(mut self, field: &str) -> Self {
        self.root = self.root.map(|root| without(root, field));
        self
    }
}

fn least<'a>(expr: &'a Expr, field: &str) -> Option<&'a str> {
    match expr {
        Expr::Binary(left, Operator::And, right) => least(left, field).max(least(right, field)),
        Expr::Binary(left, Operator::Gt | Operator::Ge | Operator::Eq, right) => {
            match (left.as_ref(), right.as_ref()) {
                (Expr::Field(name), Expr::Literal(Value::Text(text))) if name == field => Some(text),
                _ => None,
            }
        }
        _ => None,
    }
}

fn is_comparison(expr: &Expr, field: &str) -> bool {
    let is_field = |expr: &Expr| matches!(expr, Expr::Field(name) if name == field);
    match expr {
        Expr::Binary(left, Operator::Gt | Operator::Ge | Operator::Lt | Operator::Le, right) => {
            is_field(left) || is_field(right)
        }
        _ => false,
    }
}

fn without(expr: Expr, field: &str) -> Expr {
    if is_comparison(&expr, field) {
        // Unknown, whatever stands around it.
        return Expr::Literal(Value::Null);
    }
    match expr {
        Expr::Not(inner) => Expr::Not(Box::new(without(*inner, field))),
        Expr::Binary(left, operator, right) => {
            Expr::Binary(Box::new(without(*left, field)), operator, Box::new(without(*right, field)))
        }
        other => other,
    }
}
