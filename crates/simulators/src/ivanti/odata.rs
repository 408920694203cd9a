//! `$filter`: parsing and evaluation, usable without HTTP.
//!
//! Two dialects. [`Dialect::Standard`] is OData v4. [`Dialect::Measured`] is what a live tenant was seen to do, wrong
//! rows included; its misreading is defined in `odata/measured.rs` so that it is the same on every run.
//!
//! Knows nothing of objects, rights or requests: a record is a JSON object, a field it lacks is null. Whether a field
//! exists at all, and of which type it is, the caller asks with [`Filter::fields`] and [`Filter::comparisons`].

mod eval;
mod functions;
mod keys;
mod lex;
mod measured;
mod standard;

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

pub(super) use eval::text_order;

/// How `$filter` is read.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// The eight documented operators, read as the live tenant reads them: see `odata/measured.rs`.
    #[default]
    Measured,
    /// OData v4: `not`, functions, `in`, grouping, `eq null`, three-valued logic.
    Standard,
}

/// How the tenant's database compares text.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Collation {
    /// `'JDOE'` equals `'jdoe'`.
    #[default]
    Insensitive,
    /// Letter case counts.
    Exact,
}

/// What `ne` says about a field without a value, in the measured dialect (the standard one says true).
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NeNull {
    /// As SQL: unknown, so the row is left out.
    #[default]
    NotTrue,
    /// The row is in.
    True,
}

/// The rules of comparison. Trailing blanks never count in `eq`, as in SQL Server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Letter case.
    pub collation: Collation,
    /// `ne` and fields without a value.
    pub ne_null: NeNull,
}

/// A parsed filter.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    dialect: Dialect,
    /// `None`: the filter was dropped on the way and selects everything.
    root: Option<Expr>,
}

/// A filter the service refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError(String);

/// Type of a literal, for the caller that knows the types of the fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiteralKind {
    /// `'text'`.
    Text,
    /// `12`, `1.5`.
    Number,
    /// `true`, `false`.
    Boolean,
    /// `2026-01-31`, `2026-01-31T10:00:00Z`.
    Instant,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expr {
    Literal(Value),
    Field(String),
    Call(functions::Function, Vec<Expr>),
    Not(Box<Expr>),
    Binary(Box<Expr>, Operator, Box<Expr>),
    In(Box<Expr>, Vec<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    Instant(Timestamp),
}

/// Reads the text of a `$filter`.
///
/// # Errors
/// What the service answers with 400: text it cannot read, and in the measured dialect `substringof`, typed literals
/// and a bare leading `not`.
pub fn parse(text: &str, dialect: Dialect) -> Result<Filter, FilterError> {
    let tokens = lex::tokens(text)?;
    let root = match dialect {
        Dialect::Measured => measured::parse(&tokens)?,
        Dialect::Standard => Some(standard::parse(&tokens)?),
    };
    Ok(Filter { dialect, root })
}

/// Whether the record is selected.
pub fn matches(filter: &Filter, record: &Map<String, Json>, comparison: Comparison) -> bool {
    filter.root.as_ref().is_none_or(|root| eval::selects(root, record, filter.dialect, comparison))
}

impl Filter {
    /// The filter that selects everything: what remains of one the tenant dropped.
    pub fn is_dropped(&self) -> bool {
        self.root.is_none()
    }

    /// Names of the fields, in order of appearance, with repeats.
    pub fn fields(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.visit(&mut |expr| {
            if let Expr::Field(name) = expr {
                names.push(name.as_str());
            }
        });
        names
    }

    /// Each bare field that is compared with a literal, with the type of the literal. Null and, in the measured
    /// dialect, `'$NULL'` fit every field and are left out.
    pub fn comparisons(&self) -> Vec<(&str, LiteralKind)> {
        let mut pairs = Vec::new();
        self.visit(&mut |expr| match expr {
            Expr::Binary(left, _, right) => {
                pairs.extend(self.comparison(left, right));
                pairs.extend(self.comparison(right, left));
            }
            Expr::In(left, list) => pairs.extend(list.iter().filter_map(|item| self.comparison(left, item))),
            _ => {}
        });
        pairs
    }

    fn comparison<'a>(&self, field: &'a Expr, literal: &Expr) -> Option<(&'a str, LiteralKind)> {
        match (field, literal) {
            (Expr::Field(name), Expr::Literal(value)) => Some((name, self.kind_of(value)?)),
            _ => None,
        }
    }

    fn kind_of(&self, value: &Value) -> Option<LiteralKind> {
        match value {
            Value::Null => None,
            Value::Text(text) if self.dialect == Dialect::Measured && text == measured::NULL => None,
            Value::Text(_) => Some(LiteralKind::Text),
            Value::Bool(_) => Some(LiteralKind::Boolean),
            Value::Number(_) => Some(LiteralKind::Number),
            Value::Instant(_) => Some(LiteralKind::Instant),
        }
    }

    fn visit<'a>(&'a self, seen: &mut impl FnMut(&'a Expr)) {
        let mut open: Vec<&Expr> = self.root.iter().collect();
        while let Some(expr) = open.pop() {
            seen(expr);
            match expr {
                Expr::Literal(_) | Expr::Field(_) => {}
                Expr::Call(_, arguments) => open.extend(arguments.iter().rev()),
                Expr::Not(inner) => open.push(inner),
                Expr::Binary(left, _, right) => open.extend([right.as_ref(), left.as_ref()]),
                Expr::In(left, list) => {
                    open.extend(list.iter().rev());
                    open.push(left);
                }
            }
        }
    }
}

impl FilterError {
    fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FilterError {}

impl Operator {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "or" => Self::Or,
            "and" => Self::And,
            "eq" => Self::Eq,
            "ne" => Self::Ne,
            "gt" => Self::Gt,
            "ge" => Self::Ge,
            "lt" => Self::Lt,
            "le" => Self::Le,
            _ => return None,
        })
    }
}
