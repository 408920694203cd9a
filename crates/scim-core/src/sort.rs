//! The order of a list by `sortBy` and `sortOrder` (RFC 7644 section 3.4.2.3).
//!
//! A multi-valued attribute counts by its primary element, else by its first. What has no value is last in ascending
//! order and first in descending order. Text goes by code points, folded where letter case does not count.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::Value;

use crate::definition::{AttrId, Definition, Target};
use crate::error::ScimError;
use crate::fold::fold;
use crate::parser::parse_attribute_path;
use crate::resource::View;
use crate::schema::{Kind, Returned};

/// `sortOrder`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SortOrder {
    /// `ascending`, the default.
    #[default]
    Ascending,
    /// `descending`
    Descending,
}

impl SortOrder {
    /// Reads the parameter, in any letter case.
    ///
    /// # Errors
    /// `invalidValue` for another word.
    pub fn parse(text: Option<&str>) -> Result<Self, ScimError> {
        match text.map(str::trim) {
            None => Ok(Self::Ascending),
            Some(word) if word.eq_ignore_ascii_case("ascending") => Ok(Self::Ascending),
            Some(word) if word.eq_ignore_ascii_case("descending") => Ok(Self::Descending),
            Some(_) => Err(ScimError::invalid_value("'sortOrder' must be ascending or descending")),
        }
    }

    /// Compares two keys.
    pub fn compare(self, left: Option<&SortKey>, right: Option<&SortKey>) -> Ordering {
        let ascending = match (left, right) {
            (Some(left), Some(right)) => left.cmp(right),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        match self {
            Self::Ascending => ascending,
            Self::Descending => ascending.reverse(),
        }
    }
}

/// What a resource is sorted by. Keys of one attribute are of one kind; across kinds the order is that of the variants.
#[derive(Debug, Clone)]
pub enum SortKey {
    /// `false` before `true`.
    Boolean(bool),
    /// By size.
    Number(f64),
    /// By instant, whatever the offset.
    Instant(Timestamp),
    /// By code points; folded already where letter case does not count.
    Text(String),
}

impl SortKey {
    fn rank(&self) -> u8 {
        match self {
            Self::Boolean(_) => 0,
            Self::Number(_) => 1,
            Self::Instant(_) => 2,
            Self::Text(_) => 3,
        }
    }
}

impl Ord for SortKey {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Boolean(left), Self::Boolean(right)) => left.cmp(right),
            (Self::Number(left), Self::Number(right)) => left.total_cmp(right),
            (Self::Instant(left), Self::Instant(right)) => left.cmp(right),
            (Self::Text(left), Self::Text(right)) => left.cmp(right),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for SortKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for SortKey {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for SortKey {}

/// The attribute that `sortBy` names for each of the types; none for a type that has no such attribute. A complex
/// attribute with a part `value` stands for that part.
///
/// # Errors
/// `invalidValue` for a name that is none of any type, for a complex attribute without its part, and for an attribute that
/// is never returned: the order would tell of it.
pub fn attributes(definitions: &[&Definition], sort_by: &str) -> Result<Vec<Option<AttrId>>, ScimError> {
    let path = parse_attribute_path(sort_by.trim())
        .map_err(|error| ScimError::invalid_value(format!("'sortBy' is not an attribute path: {error}")))?;
    let mut found = Vec::with_capacity(definitions.len());
    for definition in definitions {
        found.push(match definition.resolve(&path) {
            Ok(Target::Attribute(id)) => Some(sortable(definition, id)?),
            _ => None,
        });
    }
    if found.iter().all(Option::is_none) {
        let types: Vec<&str> = definitions.iter().map(|it| it.resource_type().name.as_str()).collect();
        let types = types.join(" nor ");
        return Err(ScimError::invalid_value(format!("'sortBy': {types} has no attribute '{path}'")));
    }
    Ok(found)
}

fn sortable(definition: &Definition, id: AttrId) -> Result<AttrId, ScimError> {
    let path = || definition.path(id);
    let leaf = match definition.node(id).attribute.kind {
        Kind::Complex => definition.child(id, "value").ok_or_else(|| {
            ScimError::invalid_value(format!("'sortBy': '{}' is complex: name one of its parts", path()))
        })?,
        _ => id,
    };
    let node = definition.node(leaf);
    let shown = |id: AttrId| definition.node(id).attribute.returned != Returned::Never;
    if shown(leaf) && node.parent.is_none_or(shown) {
        return Ok(leaf);
    }
    Err(ScimError::invalid_value(format!("'sortBy': '{}' cannot be sorted by", path())))
}

/// What a resource is sorted by; none where it has no value.
pub fn sort_key(definition: &Definition, attribute: AttrId, resource: &dyn View) -> Option<SortKey> {
    let node = definition.node(attribute);
    let mut value = foremost(resource.root(definition, definition.root_of(attribute))?)?;
    if node.parent.is_some() {
        value = foremost(value.get(&node.attribute.name)?)?;
    }
    match (value, node.attribute.kind) {
        (Value::Bool(flag), _) => Some(SortKey::Boolean(*flag)),
        (Value::Number(number), _) => number.as_f64().map(SortKey::Number),
        (Value::String(text), Kind::DateTime) => text.parse().ok().map(SortKey::Instant),
        (Value::String(text), _) if text.is_empty() => None,
        (Value::String(text), _) if node.attribute.case_exact => Some(SortKey::Text(text.clone())),
        (Value::String(text), _) => Some(SortKey::Text(fold(text))),
        _ => None,
    }
}

/// The primary element of a list, else its first; what is no list is itself.
fn foremost(value: &Value) -> Option<&Value> {
    let Value::Array(elements) = value else { return Some(value) };
    let primary = |element: &&Value| element.get("primary") == Some(&Value::Bool(true));
    elements.iter().find(primary).or_else(|| elements.first())
}
