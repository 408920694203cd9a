//! A filter over several resource types at once (RFC 7644 section 3.4.2.1).

use super::{Filter, Operator, Text, check_text, leaf_of, resolve};
use crate::definition::Definition;
use crate::dialect::Notes;
use crate::error::ScimError;
use crate::parser::{self, AttributePath, Literal};

/// What a filter comes to for one of several resource types.
#[derive(Debug, Clone, PartialEq)]
pub enum Share {
    /// Every resource of the type satisfies it.
    All,
    /// No resource of the type can.
    Nothing,
    /// Those that satisfy this.
    Where(Filter),
}

impl Filter {
    /// Parses a filter and resolves it for each of the types. An attribute that a type does not have is, for that type, one
    /// without a value: `pr` and `eq` do not hold, `ne` does.
    ///
    /// # Errors
    /// `invalidFilter` for a syntax error, and for an attribute expression that none of the types can evaluate.
    pub fn parse_each(definitions: &[&Definition], text: &str) -> Result<Vec<Share>, ScimError> {
        Self::parse_each_with(definitions, text, &Notes::auto())
    }

    /// The same for a client of whom something is known.
    ///
    /// # Errors
    /// As [`Filter::parse_each`], and what `notes` does not forgive.
    pub fn parse_each_with(definitions: &[&Definition], text: &str, notes: &Notes) -> Result<Vec<Share>, ScimError> {
        let tree = parser::parse_filter(text).map_err(|error| ScimError::invalid_filter(error.to_string()))?;
        check_text(text, Text::Filter, notes).map_err(ScimError::invalid_filter)?;
        check(definitions, &tree, &notes.anew())?;
        Ok(definitions.iter().map(|definition| share(definition, &tree, notes)).collect())
    }
}

/// Whether each attribute expression means something to one of the types.
fn check(definitions: &[&Definition], tree: &parser::Filter, notes: &Notes) -> Result<(), ScimError> {
    match tree {
        parser::Filter::And(parts) | parser::Filter::Or(parts) => {
            parts.iter().try_for_each(|part| check(definitions, part, notes))
        }
        parser::Filter::Not(inner) => check(definitions, inner, notes),
        leaf => {
            let mut refused: Option<ScimError> = None;
            for definition in definitions {
                match resolve(definition, None, leaf, notes) {
                    Ok(_) => return Ok(()),
                    // The reason of the type that has the attribute says more than that another one lacks it.
                    Err(error) if refused.is_none() || knows(definition, leaf) => refused = Some(error),
                    Err(_) => {}
                }
            }
            refused.map_or(Ok(()), Err)
        }
    }
}

fn knows(definition: &Definition, leaf: &parser::Filter) -> bool {
    path_of(leaf).is_some_and(|path| leaf_of(definition, path).is_ok())
}

fn path_of(leaf: &parser::Filter) -> Option<&AttributePath> {
    match leaf {
        parser::Filter::Present(path)
        | parser::Filter::Compare { path, .. }
        | parser::Filter::ValuePath { path, .. } => Some(path),
        parser::Filter::And(_) | parser::Filter::Or(_) | parser::Filter::Not(_) => None,
    }
}

fn share(definition: &Definition, tree: &parser::Filter, notes: &Notes) -> Share {
    match tree {
        parser::Filter::And(parts) => {
            joined(parts.iter().map(|part| share(definition, part, notes)), &Share::All, &Share::Nothing, Filter::And)
        }
        parser::Filter::Or(parts) => {
            joined(parts.iter().map(|part| share(definition, part, notes)), &Share::Nothing, &Share::All, Filter::Or)
        }
        parser::Filter::Not(inner) => match share(definition, inner, notes) {
            Share::All => Share::Nothing,
            Share::Nothing => Share::All,
            Share::Where(filter) => Share::Where(Filter::Not(Box::new(filter))),
        },
        leaf => resolve(definition, None, leaf, notes).map_or_else(|_| without_value(leaf), Share::Where),
    }
}

/// Several of them as one: those equal to `neutral` do not matter, one equal to `decisive` decides.
fn joined(
    parts: impl Iterator<Item = Share>,
    neutral: &Share,
    decisive: &Share,
    join: impl Fn(Vec<Filter>) -> Filter,
) -> Share {
    let mut filters = Vec::new();
    for part in parts {
        match part {
            Share::Where(filter) => filters.push(filter),
            other if other == *decisive => return other,
            _ => {}
        }
    }
    match filters.len() {
        0 => neutral.clone(),
        1 => Share::Where(filters.remove(0)),
        _ => Share::Where(join(filters)),
    }
}

/// What an attribute expression comes to where there is no value.
fn without_value(leaf: &parser::Filter) -> Share {
    match leaf {
        parser::Filter::Compare { operator, value, .. } => match (operator, value == &Literal::Null) {
            (Operator::Eq, true) | (Operator::Ne, false) => Share::All,
            _ => Share::Nothing,
        },
        _ => Share::Nothing,
    }
}
