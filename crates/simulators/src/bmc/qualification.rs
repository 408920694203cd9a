//! The vendor's query language: a parser and an evaluator of our own, usable without HTTP.
//!
//! `'Login Name' = "jdoe" AND ('Status' < 2 OR NOT 'Full Name' LIKE "J%")`. Fields stand in single quotes and are named or
//! numbered, text stands in double quotes, a quote inside is doubled, keywords such as `$NULL$` stand naked. Conditions are
//! three-valued as in SQL: a comparison with an empty field is neither true nor false, and only what is true is found.
//!
//! Precedence, tightest first: parentheses, unary minus, `* / %`, `+ -`, relations, NOT, AND, OR.

mod eval;
mod lexer;
mod like;
mod parser;

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::schema::Form;

pub use eval::{compare_text, matches};
pub use parser::{DEPTH_MAX, parse};

/// A condition on an entry.
#[derive(Clone, Debug, PartialEq)]
pub enum Qualification {
    /// Two or more conditions, all of which must hold.
    And(Vec<Self>),
    /// Two or more conditions, one of which must hold.
    Or(Vec<Self>),
    Not(Box<Self>),
    Compare(Relation, Operand, Operand),
}

/// A relation between two values.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Relation {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Like,
}

/// A value in a condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// A field by its name, or by its id when it is all digits.
    Field(String),
    Text(String),
    Number(f64),
    Keyword(Keyword),
    Negated(Box<Self>),
    Arithmetic(Operator, Box<Self>, Box<Self>),
}

/// A keyword's meaning is fixed when the condition is evaluated.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Keyword {
    Null,
    /// The login name of the caller.
    User,
    /// The moment of the call.
    Timestamp,
    /// The midnight (UTC) before the call.
    Date,
}

/// An arithmetic operator.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// Why a text is no qualification.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Malformed {
    /// Where, in bytes from the beginning.
    pub at: usize,
    pub why: &'static str,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {}: {}", self.at, self.why)
    }
}

/// The database below the server. It decides how text compares and what LIKE knows.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Database {
    /// LIKE knows sets in brackets; trailing blanks do not count in comparisons.
    #[default]
    SqlServer,
    /// An empty text is no value at all.
    Oracle,
    /// A backslash in a LIKE pattern makes the next character an ordinary one.
    Postgres,
}

/// Whether letter case counts in comparisons, LIKE, sorting and uniqueness.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Collation {
    /// Letters compare by their simple lower case.
    #[default]
    Insensitive,
    Exact,
}

/// What the meaning of a condition hangs on, beside the entry.
#[derive(Clone, Debug)]
pub struct EvalOptions {
    pub form: &'static Form,
    pub database: Database,
    pub collation: Collation,
    /// Whether a text that has the shape of a keyword is read as that keyword: `"$NULL$"` as `$NULL$`.
    pub quoted_keywords: bool,
    /// The value of `$USER$`.
    pub user: String,
    /// The value of `$TIMESTAMP$`.
    pub now: Timestamp,
}

impl EvalOptions {
    /// The defaults of the simulator's options, for entries of the User form.
    pub fn for_users() -> Self {
        Self {
            form: Form::named("User").expect("there is a User form"),
            database: Database::default(),
            collation: Collation::default(),
            quoted_keywords: true,
            user: String::new(),
            now: Timestamp::UNIX_EPOCH,
        }
    }
}

impl Keyword {
    /// The keyword that this text spells, dollars included.
    pub fn spelled(text: &str) -> Option<Self> {
        match text {
            "$NULL$" => Some(Self::Null),
            "$USER$" => Some(Self::User),
            "$TIMESTAMP$" => Some(Self::Timestamp),
            "$DATE$" => Some(Self::Date),
            _ => None,
        }
    }
}

impl Qualification {
    /// Calls `visit` with every field reference.
    pub fn for_each_field<'a>(&'a self, visit: &mut impl FnMut(&'a str)) {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.for_each_field(visit)),
            Self::Not(part) => part.for_each_field(visit),
            Self::Compare(_, left, right) => {
                left.for_each_field(visit);
                right.for_each_field(visit);
            }
        }
    }
}

impl Operand {
    fn for_each_field<'a>(&'a self, visit: &mut impl FnMut(&'a str)) {
        match self {
            Self::Field(reference) => visit(reference),
            Self::Negated(operand) => operand.for_each_field(visit),
            Self::Arithmetic(_, left, right) => {
                left.for_each_field(visit);
                right.for_each_field(visit);
            }
            Self::Text(_) | Self::Number(_) | Self::Keyword(_) => {}
        }
    }
}
