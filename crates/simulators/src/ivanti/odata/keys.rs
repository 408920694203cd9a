//! Comparisons (`gt`, `ge`, `lt`, `le`) with one field, for a tenant that does not compare its keys.

use super::{Expr, Filter, Operator, Value};

impl Filter {
    /// Whether a comparison with this field is part of the filter; equality is none.
    pub fn compares(&self, field: &str) -> bool {
        let mut found = false;
        self.visit(&mut |expr| found |= is_comparison(expr, field));
        found
    }

    /// The filter with every comparison with this field true of no record.
    #[must_use]
    pub fn without_comparisons(mut self, field: &str) -> Self {
        self.root = self.root.map(|root| without(root, field));
        self
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
