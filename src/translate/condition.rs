//! A native condition as a typed tree. Each dialect prints it; quoting lives in the printer and nowhere else.

use super::{FieldId, NativeValue};

/// What a vendor is asked to evaluate.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// A field compared with a value. A missing value satisfies no comparison.
    Compare(FieldId, Relation, NativeValue),
    /// A text field compared with a pattern.
    Like(FieldId, Vec<LikePart>),
    /// The field has no value.
    Empty(FieldId),
    /// The field has a value.
    NotEmpty(FieldId),
    /// All of them; two or more.
    And(Vec<Condition>),
    /// One of them; two or more.
    Or(Vec<Condition>),
}

/// How a field compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Equal, by the vendor's collation.
    Eq,
    /// Different, by the vendor's collation.
    Ne,
    /// Before.
    Lt,
    /// Not after.
    Le,
    /// After.
    Gt,
    /// Not before.
    Ge,
}

/// A piece of a pattern. Literal text is ASCII letters and digits only: everything else is a wildcard, because no way
/// of escaping works on every database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LikePart {
    /// ASCII letters and digits.
    Text(String),
    /// Exactly one character.
    One,
    /// Any run of characters.
    Any,
}

impl Condition {
    /// All of them, flat; none when there is none.
    pub fn all(parts: Vec<Condition>) -> Option<Condition> {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::And(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        if flat.len() < 2 { flat.pop() } else { Some(Self::And(flat)) }
    }

    /// One of them, flat; none when there is none.
    pub fn any(parts: Vec<Condition>) -> Option<Condition> {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::Or(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        if flat.len() < 2 { flat.pop() } else { Some(Self::Or(flat)) }
    }

    /// Comparisons of this field with values, one of which every record satisfies that satisfies the condition; none
    /// where other values of the field satisfy it as well.
    pub fn pinned(&self, field: FieldId) -> Option<Vec<Condition>> {
        match self {
            Self::Compare(own, Relation::Eq, _) => (*own == field).then(|| vec![self.clone()]),
            Self::And(parts) => parts.iter().filter_map(|part| part.pinned(field)).min_by_key(Vec::len),
            Self::Or(parts) => {
                let parts: Option<Vec<Vec<Condition>>> = parts.iter().map(|part| part.pinned(field)).collect();
                parts.map(|parts| parts.concat())
            }
            _ => None,
        }
    }
}
