//! A resource as JSON in canonical spelling, and the reading of what clients send.

pub(crate) mod body;
pub(crate) mod coerce;
pub(crate) mod identity;

pub(crate) use body::entries;
pub use coerce::{Coerced, coerce};

use coerce::coerce_with;

use std::fmt;

use serde_json::{Map, Value};

use crate::definition::{AttrId, Definition};
use crate::dialect::Notes;
use crate::error::ScimError;
use crate::schema::Mutability;

/// A resource: attribute names in canonical spelling, extensions under their URN, no null, no empty value.
#[derive(Clone, Default, PartialEq)]
pub struct Resource(Map<String, Value>);

/// Without the password, which a resource that is to be created may hold.
impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = Value::from("…");
        let shown = |(name, value)| (name, if name == "password" { &hidden } else { value });
        f.debug_map().entries(self.0.iter().map(shown)).finish()
    }
}

/// Something whose attributes can be looked at: a resource, or several sources laid over each other.
pub trait View {
    /// The value of a top-level attribute; an array where it is multi-valued.
    fn root(&self, definition: &Definition, id: AttrId) -> Option<&Value>;
}

impl View for Resource {
    fn root(&self, definition: &Definition, id: AttrId) -> Option<&Value> {
        self.get(definition, id)
    }
}

impl Resource {
    /// One without attributes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes JSON that is in canonical form already.
    pub fn from_canonical(map: Map<String, Value>) -> Self {
        Self(map)
    }

    /// Reads the body of a POST (RFC 7644 section 3.3). Unknown attributes and `readOnly` ones are ignored, unset ones
    /// (null, "", [], {}) left out; values are coerced to the attribute's type where their meaning is clear.
    ///
    /// # Errors
    /// `invalidSyntax` when the body is not an object or names another resource type in `schemas`, `invalidValue` when
    /// a value is not of the attribute's type or a required one is missing.
    pub fn read(definition: &Definition, body: &Value) -> Result<Self, ScimError> {
        Self::read_with(definition, body, &Notes::auto())
    }

    /// The same for a client of whom something is known.
    ///
    /// # Errors
    /// As [`Resource::read`], and what `notes` does not forgive.
    pub fn read_with(definition: &Definition, body: &Value, notes: &Notes) -> Result<Self, ScimError> {
        let mut resource = Self::new();
        for entry in entries(definition, body, notes)? {
            let (id, value) = entry?;
            if let Coerced::Value(value) = coerce_with(definition, id, value, notes)? {
                resource.set(definition, id, value);
            }
        }
        let missing = definition.roots().iter().find(|&&id| {
            let attribute = &definition.node(id).attribute;
            attribute.is_demanded()
                && attribute.mutability != Mutability::ReadOnly
                && resource.get(definition, id).is_none()
        });
        match missing {
            Some(&id) => Err(ScimError::invalid_value(format!("'{}' is required", definition.path(id)))),
            None => Ok(resource),
        }
    }

    /// An attribute's value. A part of a multi-valued attribute has none here: it is in each element of the list.
    pub fn get(&self, definition: &Definition, id: AttrId) -> Option<&Value> {
        let node = definition.node(id);
        let holder = match (node.parent, node.schema) {
            (Some(parent), _) => self.get(definition, parent)?.as_object()?,
            (None, 0) => &self.0,
            (None, schema) => self.0.get(definition.schema_urn(schema))?.as_object()?,
        };
        holder.get(&node.attribute.name)
    }

    /// An attribute's value as text.
    pub fn text(&self, definition: &Definition, id: AttrId) -> Option<&str> {
        self.get(definition, id)?.as_str()
    }

    /// Sets an attribute. A part creates its complex attribute; a part of a multi-valued one has no place of its own,
    /// and nothing is done.
    pub fn set(&mut self, definition: &Definition, id: AttrId, value: Value) {
        let node = definition.node(id);
        let holder = match (node.parent, node.schema) {
            (Some(parent), _) if definition.node(parent).attribute.multi_valued => return,
            (Some(parent), schema) => {
                let outer = self.schema_object(definition, schema);
                object_at(outer, &definition.node(parent).attribute.name)
            }
            (None, schema) => self.schema_object(definition, schema),
        };
        holder.insert(node.attribute.name.clone(), value);
    }

    /// Unsets an attribute, and what contains nothing afterwards. Says what was there.
    pub fn remove(&mut self, definition: &Definition, id: AttrId) -> Option<Value> {
        let node = definition.node(id);
        if let Some(parent) = node.parent {
            let holder = self.get_mut(definition, parent)?.as_object_mut()?;
            let removed = holder.shift_remove(&node.attribute.name);
            if holder.is_empty() {
                self.remove(definition, parent);
            }
            return removed;
        }
        if node.schema == 0 {
            return self.0.shift_remove(&node.attribute.name);
        }
        let urn = definition.schema_urn(node.schema);
        let holder = self.0.get_mut(urn)?.as_object_mut()?;
        let removed = holder.shift_remove(&node.attribute.name);
        if holder.is_empty() {
            self.0.shift_remove(urn);
        }
        removed
    }

    /// An attribute's value, to be changed in place.
    pub fn get_mut(&mut self, definition: &Definition, id: AttrId) -> Option<&mut Value> {
        let node = definition.node(id);
        let holder = match (node.parent, node.schema) {
            (Some(parent), _) => self.get_mut(definition, parent)?.as_object_mut()?,
            (None, 0) => &mut self.0,
            (None, schema) => self.0.get_mut(definition.schema_urn(schema))?.as_object_mut()?,
        };
        holder.get_mut(&node.attribute.name)
    }

    /// Fills in `schemas`, and puts the attributes in the order of the definition.
    pub fn finish(&mut self, definition: &Definition) {
        let mut urns = vec![Value::from(definition.schema_urn(0))];
        let mut ordered = Map::with_capacity(self.0.len() + 1);
        ordered.insert("schemas".to_owned(), Value::Null);
        for &id in definition.roots().iter().filter(|&&id| id != definition.common().schemas) {
            let node = definition.node(id);
            if let Some(value) = self.remove(definition, id) {
                let holder = match node.schema {
                    0 => &mut ordered,
                    schema => object_at(&mut ordered, definition.schema_urn(schema)),
                };
                holder.insert(node.attribute.name.clone(), value);
            }
        }
        urns.extend(
            definition
                .schemas()
                .skip(1)
                .filter(|schema| ordered.contains_key(&schema.id))
                .map(|schema| Value::from(schema.id.as_str())),
        );
        ordered.insert("schemas".to_owned(), urns.into());
        self.0 = ordered;
    }

    /// The top-level attributes that have a value.
    pub fn present<'a>(&'a self, definition: &'a Definition) -> impl Iterator<Item = (AttrId, &'a Value)> {
        definition.roots().iter().filter_map(|&id| self.get(definition, id).map(|value| (id, value)))
    }

    /// The JSON object.
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The JSON object, by value.
    pub fn into_json(self) -> Value {
        Value::Object(self.0)
    }

    fn schema_object(&mut self, definition: &Definition, schema: usize) -> &mut Map<String, Value> {
        if schema == 0 { &mut self.0 } else { object_at(&mut self.0, definition.schema_urn(schema)) }
    }
}

fn object_at<'a>(holder: &'a mut Map<String, Value>, name: &str) -> &'a mut Map<String, Value> {
    let slot = holder.entry(name).or_insert(Value::Null);
    if !slot.is_object() {
        *slot = Value::Object(Map::new());
    }
    slot.as_object_mut().expect("it was made an object above")
}

/// Whether a value in the place of an object says that nothing is there (RFC 7643 section 2.5).
pub(crate) fn is_unset(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// The top-level attributes of an extension; none for the core schema, which is never unset as a whole.
pub(crate) fn in_extension(definition: &Definition, schema: usize) -> impl Iterator<Item = AttrId> {
    definition.roots().iter().copied().filter(move |&id| schema != 0 && definition.node(id).schema == schema)
}
