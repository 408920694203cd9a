//! Filters with their attributes resolved and their operands typed (RFC 7644 section 3.4.2.2).

mod each;
mod evaluate;
mod text;

pub use each::Share;
pub use evaluate::{matches, matches_element};
pub(crate) use text::{Text, check_text};

use jiff::Timestamp;
use serde_json::Value;

use crate::definition::{AttrId, AttrSet, Definition, Target, Unknown};
use crate::dialect::{Leniency, Notes};
use crate::error::ScimError;
use crate::parser::{self, AttributePath, Literal};
use crate::resource::coerce::{boolean, is_clean};
use crate::schema::{Kind, Returned};

pub use crate::parser::Operator;

/// A filter over one resource type.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// `userName eq "ada"`
    Compare(Comparison),
    /// `title pr`
    Present(AttrId),
    /// All of them.
    And(Vec<Filter>),
    /// One of them.
    Or(Vec<Filter>),
    /// Its opposite.
    Not(Box<Filter>),
    /// One element of a multi-valued attribute satisfies the inner filter, whose attributes are the element's parts.
    Element {
        /// The multi-valued complex attribute.
        attribute: AttrId,
        /// What one element must satisfy.
        filter: Box<Filter>,
    },
}

/// An attribute expression with an operand. Without regard to the nesting, `attribute` is a leaf: a complex attribute
/// with a part `value` stands for that part (`members eq "U1"`).
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What is compared.
    pub attribute: AttrId,
    /// How.
    pub operator: Operator,
    /// With what.
    pub operand: Operand,
}

/// The right side of a comparison, of the attribute's type.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// `null`: `eq null` means unset.
    Null,
    /// For boolean attributes.
    Boolean(bool),
    /// For integer and decimal attributes.
    Number(f64),
    /// For everything that is a string on the wire.
    Text(String),
    /// For `dateTime` attributes under `eq ne gt ge lt le`.
    Instant(Timestamp),
}

impl Filter {
    /// Parses and resolves a filter.
    ///
    /// # Errors
    /// `invalidFilter` with the position of a syntax error, an unknown attribute, or an operator or operand that does
    /// not go with the attribute's type.
    pub fn parse(definition: &Definition, text: &str) -> Result<Self, ScimError> {
        Self::parse_with(definition, text, &Notes::auto())
    }

    /// The same for a client of whom something is known.
    ///
    /// # Errors
    /// As [`Filter::parse`], and what `notes` does not forgive.
    pub fn parse_with(definition: &Definition, text: &str, notes: &Notes) -> Result<Self, ScimError> {
        let tree = parser::parse_filter(text).map_err(|error| ScimError::invalid_filter(error.to_string()))?;
        check_text(text, Text::Filter, notes).map_err(ScimError::invalid_filter)?;
        resolve(definition, None, &tree, notes)
    }

    /// Resolves a parsed filter.
    ///
    /// # Errors
    /// As [`Filter::parse`], without the syntax.
    pub fn resolve(definition: &Definition, tree: &parser::Filter) -> Result<Self, ScimError> {
        resolve(definition, None, tree, &Notes::auto())
    }

    /// Resolves a filter inside `attribute[…]`, whose paths are relative to an element.
    ///
    /// # Errors
    /// As [`Filter::resolve`].
    pub fn resolve_element(definition: &Definition, of: AttrId, tree: &parser::Filter) -> Result<Self, ScimError> {
        Self::resolve_element_with(definition, of, tree, &Notes::auto())
    }

    pub(crate) fn resolve_element_with(
        definition: &Definition,
        of: AttrId,
        tree: &parser::Filter,
        notes: &Notes,
    ) -> Result<Self, ScimError> {
        resolve(definition, Some(of), tree, notes)
    }

    /// `attribute eq "text"`.
    pub fn equals(attribute: AttrId, text: &str) -> Self {
        Self::Compare(Comparison { attribute, operator: Operator::Eq, operand: Operand::Text(text.to_owned()) })
    }

    /// The attributes that it looks at: leaves and what contains them.
    pub fn attributes(&self, definition: &Definition) -> AttrSet {
        let mut set = AttrSet::default();
        self.collect(definition, &mut set);
        set
    }

    fn collect(&self, definition: &Definition, set: &mut AttrSet) {
        match self {
            Self::Compare(Comparison { attribute, .. }) | Self::Present(attribute) => {
                set.insert(*attribute);
                set.insert(definition.root_of(*attribute));
            }
            Self::And(list) | Self::Or(list) => list.iter().for_each(|filter| filter.collect(definition, set)),
            Self::Not(inner) => inner.collect(definition, set),
            Self::Element { attribute, filter } => {
                set.insert(*attribute);
                filter.collect(definition, set);
            }
        }
    }

    /// The text that `attribute` must equal for the filter to hold: the filter is that comparison, or a conjunction
    /// with it. This is what makes a request a lookup by a unique key.
    pub fn required_text(&self, attribute: AttrId) -> Option<&str> {
        match self {
            Self::Compare(Comparison { attribute: own, operator: Operator::Eq, operand: Operand::Text(text) })
                if *own == attribute =>
            {
                Some(text)
            }
            Self::And(list) => list.iter().find_map(|filter| filter.required_text(attribute)),
            _ => None,
        }
    }

    /// Every text that an attribute is compared with by `eq`, wherever it stands.
    pub fn equal_texts(&self) -> Vec<(AttrId, &str)> {
        let mut texts = Vec::new();
        self.collect_equal(&mut texts);
        texts
    }

    fn collect_equal<'a>(&'a self, texts: &mut Vec<(AttrId, &'a str)>) {
        match self {
            Self::Compare(Comparison { attribute, operator: Operator::Eq, operand: Operand::Text(text) }) => {
                texts.push((*attribute, text));
            }
            Self::Compare(_) | Self::Present(_) => {}
            Self::And(list) | Self::Or(list) => list.iter().for_each(|filter| filter.collect_equal(texts)),
            Self::Not(filter) | Self::Element { filter, .. } => filter.collect_equal(texts),
        }
    }

    /// The texts of which `attribute` must equal one for the filter to hold; none where other values will do.
    pub fn required_texts(&self, attribute: AttrId) -> Option<Vec<&str>> {
        match self {
            Self::And(list) => list.iter().find_map(|filter| filter.required_texts(attribute)),
            Self::Or(list) => {
                let texts: Option<Vec<Vec<&str>>> =
                    list.iter().map(|filter| filter.required_texts(attribute)).collect();
                texts.map(|texts| texts.concat())
            }
            other => other.required_text(attribute).map(|text| vec![text]),
        }
    }

    /// The texts with which `attribute`, a part of a multi-valued one, is compared by `eq`: whoever knows which of them
    /// are among its elements can evaluate the filter without the other elements. None when the filter asks for more.
    pub fn asked_texts(&self, definition: &Definition, attribute: AttrId) -> Option<Vec<&str>> {
        let mut texts = Vec::new();
        self.collect_texts(definition, attribute, &mut texts).then_some(texts)
    }

    fn collect_texts<'a>(&'a self, definition: &Definition, attribute: AttrId, texts: &mut Vec<&'a str>) -> bool {
        let other = |id: AttrId| definition.root_of(id) != definition.root_of(attribute);
        match self {
            Self::Compare(Comparison { attribute: own, operator: Operator::Eq, operand: Operand::Text(text) })
                if *own == attribute =>
            {
                texts.push(text);
                true
            }
            Self::Compare(Comparison { attribute: own, .. }) | Self::Present(own) => other(*own),
            Self::And(list) | Self::Or(list) => {
                list.iter().all(|filter| filter.collect_texts(definition, attribute, texts))
            }
            Self::Not(inner) => inner.collect_texts(definition, attribute, texts),
            Self::Element { filter, .. } => filter.collect_texts(definition, attribute, texts),
        }
    }
}

fn resolve(
    definition: &Definition,
    within: Option<AttrId>,
    tree: &parser::Filter,
    notes: &Notes,
) -> Result<Filter, ScimError> {
    let list = |list: &[parser::Filter]| -> Result<Vec<Filter>, ScimError> {
        list.iter().map(|tree| resolve(definition, within, tree, notes)).collect()
    };
    Ok(match tree {
        parser::Filter::And(parts) => Filter::And(list(parts)?),
        parser::Filter::Or(parts) => Filter::Or(list(parts)?),
        parser::Filter::Not(inner) => Filter::Not(Box::new(resolve(definition, within, inner, notes)?)),
        parser::Filter::Present(path) => {
            Filter::Present(searchable(definition, attribute(definition, within, path, notes)?)?)
        }
        parser::Filter::Compare { path, operator, value } => {
            let id = searchable(definition, leaf(definition, attribute(definition, within, path, notes)?))?;
            Filter::Compare(comparison(definition, id, *operator, value, notes)?)
        }
        parser::Filter::ValuePath { path, filter } => {
            let id = attribute(definition, within, path, notes)?;
            let node = definition.node(id);
            if within.is_some() || node.attribute.kind != Kind::Complex {
                let path = definition.path(id);
                return Err(ScimError::invalid_filter(format!("'{path}' has no elements to select with [ ]")));
            }
            Filter::Element { attribute: id, filter: Box::new(resolve(definition, Some(id), filter, notes)?) }
        }
    })
}

fn attribute(
    definition: &Definition,
    within: Option<AttrId>,
    path: &AttributePath,
    notes: &Notes,
) -> Result<AttrId, ScimError> {
    let found = match within {
        Some(of) => match (&path.schema, &path.sub_attribute) {
            (None, None) => definition.child(of, &path.name).ok_or(Unknown::Attribute),
            _ => Err(Unknown::Attribute),
        },
        None => match definition.resolve(path) {
            Ok(Target::Attribute(id)) => Ok(id),
            Ok(Target::Extension(_) | Target::Whole) => Err(Unknown::Attribute),
            Err(unknown) => Err(unknown),
        },
    };
    if let (Ok(id), None) = (found, within) {
        definition.check_full(id, path, notes).map_err(ScimError::invalid_filter)?;
    }
    found.map_err(|unknown| {
        let place = within.map_or_else(|| definition.resource_type().name.clone(), |of| definition.path(of));
        ScimError::invalid_filter(match unknown {
            Unknown::Schema => format!("'{path}' belongs to no schema of {place}"),
            Unknown::Attribute => format!("{place} has no attribute '{path}'"),
        })
    })
}

/// The attribute that a path of a filter stands for.
fn leaf_of(definition: &Definition, path: &AttributePath) -> Result<AttrId, ScimError> {
    attribute(definition, None, path, &Notes::auto()).map(|id| leaf(definition, id))
}

/// What is never returned cannot be asked for either: a filter would find out a password letter by letter.
fn searchable(definition: &Definition, id: AttrId) -> Result<AttrId, ScimError> {
    match definition.node(id).attribute.returned {
        Returned::Never => Err(ScimError::invalid_filter(format!("'{}' cannot be searched", definition.path(id)))),
        _ => Ok(id),
    }
}

/// A complex attribute with a part `value` stands for that part.
fn leaf(definition: &Definition, id: AttrId) -> AttrId {
    if definition.node(id).attribute.kind == Kind::Complex { definition.child(id, "value").unwrap_or(id) } else { id }
}

fn comparison(
    definition: &Definition,
    attribute: AttrId,
    operator: Operator,
    literal: &Literal,
    notes: &Notes,
) -> Result<Comparison, ScimError> {
    let kind = definition.node(attribute).attribute.kind;
    let path = || definition.path(attribute);
    let refused = |what: String| Err(ScimError::invalid_filter(what));
    let ordered = matches!(operator, Operator::Gt | Operator::Ge | Operator::Lt | Operator::Le);
    let part = matches!(operator, Operator::Co | Operator::Sw | Operator::Ew);
    if kind == Kind::Complex {
        return refused(format!("'{}' is complex: compare one of its parts", path()));
    }
    if let Literal::String(text) = literal
        && !is_clean(text)
    {
        return refused(format!("'{}': control characters cannot be searched", path()));
    }
    if *literal == Literal::Null {
        return match operator {
            Operator::Eq | Operator::Ne => Ok(Comparison { attribute, operator, operand: Operand::Null }),
            _ => refused(format!("'{}': null goes with eq and ne only", path())),
        };
    }
    let operand = match kind {
        Kind::Boolean => {
            if ordered || part {
                return refused(format!("'{}' is boolean: it goes with eq, ne and pr only", path()));
            }
            let flag = match literal {
                Literal::Boolean(flag) => Some(*flag),
                Literal::String(text) => boolean(&Value::from(text.as_str())),
                _ => None,
            };
            match flag {
                Some(flag) => {
                    if matches!(literal, Literal::String(_)) {
                        notes.forgive(Leniency::WordForBoolean, || {
                            ScimError::invalid_filter(format!("'{}': true and false stand without quotes", path()))
                        })?;
                    }
                    Operand::Boolean(flag)
                }
                None => return refused(format!("'{}' is boolean: compare it with true or false", path())),
            }
        }
        Kind::Binary if ordered => return refused(format!("'{}' is binary: it has no order", path())),
        Kind::Integer | Kind::Decimal => match literal {
            Literal::Number(number) if !part => Operand::Number(number.as_f64()),
            _ => return refused(format!("'{}' is a number: compare it with a number", path())),
        },
        Kind::DateTime if !part => match literal {
            Literal::String(text) => {
                if let Ok(instant) = text.parse::<Timestamp>() {
                    Operand::Instant(instant)
                } else {
                    let example = "2026-01-31T10:00:00Z";
                    return refused(format!("'{}' is a dateTime: write it as \"{example}\"", path()));
                }
            }
            _ => return refused(format!("'{}' is a dateTime: compare it with a string", path())),
        },
        _ => {
            if matches!(literal, Literal::Number(_) | Literal::Boolean(_)) {
                notes.forgive(Leniency::NumberForText, || {
                    ScimError::invalid_filter(format!("'{}' is text: compare it with a text in quotes", path()))
                })?;
            }
            match literal {
                Literal::String(text) => Operand::Text(text.clone()),
                Literal::Number(number) => Operand::Text(number.as_str().to_owned()),
                Literal::Boolean(flag) => Operand::Text(flag.to_string()),
                Literal::Null => Operand::Null,
            }
        }
    };
    Ok(Comparison { attribute, operator, operand })
}
