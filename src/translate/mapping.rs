//! Building a [`Model`](super::Model): the driver's table of attributes and fields, and what the operator changed in it.

use std::sync::Arc;

use scim_core::{Definition, Mutability, ResourceType};

use super::{Access, Codec, Fallback, FieldTable, NativeValue, Rule};
use crate::backend::{Description, Storage};

/// One line of a driver's table.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The SCIM path; for a list of which the vendor holds one value, `emails.value`.
    pub path: String,
    /// The native field.
    pub field: String,
    /// How the values stand for each other.
    pub codec: Codec,
    /// Who writes it.
    pub access: Access,
    /// Whether the vendor demands a value at creation.
    pub required: bool,
    /// Where a value comes from when a create brings none.
    pub fallback: Option<Fallback>,
    /// The most characters that the field takes.
    pub length_max: usize,
    /// The labels of a selection field; none for free text.
    pub labels: &'static [&'static str],
    /// A field that is written along with this one.
    pub companion: Option<(String, String)>,
}

impl Entry {
    /// A plain, optional text field of at most 254 characters.
    pub fn new(path: &str, field: &str) -> Self {
        Self {
            path: path.to_owned(),
            field: field.to_owned(),
            codec: Codec::Text,
            access: Access::ReadWrite,
            required: false,
            fallback: None,
            length_max: 254,
            labels: &[],
            companion: None,
        }
    }

    /// The same, demanded by the vendor.
    #[must_use]
    pub fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The same, written by the vendor alone, with this codec.
    #[must_use]
    pub fn read_only(self, codec: Codec) -> Self {
        Self { codec, access: Access::ReadOnly, ..self }
    }
}

/// What an operator changed for one attribute.
#[derive(Debug, Clone)]
pub struct Override {
    /// The SCIM path as written; `emails` stands for `emails.value`.
    pub path: String,
    /// The native field; none unmaps the attribute.
    pub field: Option<String>,
    /// The codec, where one is given.
    pub codec: Option<Codec>,
}

/// A mapping that cannot be: which of the overrides, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingFault {
    /// The position in the list of overrides.
    pub index: usize,
    /// What is wrong.
    pub text: String,
}

/// What came of a table and its overrides.
#[derive(Debug)]
pub struct Mapping {
    /// The target's face.
    pub description: Description,
    /// The fields, the key first.
    pub fields: FieldTable,
    /// The rules.
    pub rules: Vec<Rule>,
}

impl Mapping {
    /// The field that clients write by way of this attribute or part, if there is one.
    pub fn field_of(&self, path: &str) -> Option<super::FieldId> {
        let attribute = self.description.users.attribute(path).ok()?;
        let mut rules = self.rules.iter();
        rules.find(|rule| rule.attribute == attribute && rule.access == Access::ReadWrite).map(|rule| rule.field)
    }
}

/// What is special about a target's attributes.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about a target")]
pub struct Shape<'a> {
    /// `bmc-ar`, `ivanti`.
    pub kind: &'static str,
    /// The native key field.
    pub key: &'a str,
    /// Native fields, beside the key, that are written by rules of their own.
    pub own_fields: &'a [&'a str],
    /// Attributes that every user has, whatever a request brings.
    pub always: &'a [&'a str],
    /// Attributes that bear access and are never kept by the bridge.
    pub refused: &'a [&'a str],
    /// Whether the bridge keeps what the vendor has no field for.
    pub keep: bool,
    /// Whether passwords can be changed after creation.
    pub change_password: bool,
    /// Whether a create that finds its name taken adopts the record.
    pub adopts: bool,
    /// Whether userName can be changed.
    pub rename: bool,
}

/// Resolves a table.
///
/// # Errors
/// Every override that names no attribute, one that cannot be mapped, or a field name that cannot be asked for.
pub fn build(
    shape: &Shape<'_>,
    mut resource_type: ResourceType,
    mut table: Vec<Entry>,
    overrides: &[Override],
) -> Result<Mapping, Vec<MappingFault>> {
    let definition = Definition::new(resource_type.clone());
    let mut faults = Vec::new();
    for (index, change) in overrides.iter().enumerate() {
        if let Err(text) = apply(&definition, &mut table, change) {
            faults.push(MappingFault { index, text });
        }
    }
    for (index, change) in overrides.iter().enumerate() {
        faults.extend(clash(&definition, shape, &table, change).map(|text| MappingFault { index, text }));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    advertise(shape, &mut resource_type, &table);
    // The same attributes with the same numbers; only what is said of them may differ.
    let definition = Definition::new(resource_type);
    let mut fields = FieldTable::new(shape.key);
    let mut storage = Storage { keep: shape.keep, ..Storage::default() };
    let mut rules = Vec::with_capacity(table.len());
    for entry in &table {
        let attribute = definition.attribute(&entry.path).expect("tables and checked overrides name attributes");
        let root = definition.root_of(attribute);
        storage.native.insert(attribute);
        if definition.node(root).attribute.multi_valued {
            storage.one_value.insert(root);
        }
        rules.push(Rule {
            attribute,
            field: fields.id(&entry.field),
            codec: entry.codec.clone(),
            access: entry.access,
            required: entry.required,
            fallback: entry.fallback,
            length_max: entry.length_max,
            labels: entry.labels,
            companion: entry.companion.as_ref().map(|(field, value)| (fields.id(field), NativeValue::text(value))),
        });
    }
    for path in ["active", "password"] {
        storage.native.insert(definition.attribute(path).expect("the core User schema has it"));
    }
    for path in shape.refused {
        storage.refused.insert(definition.attribute(path).expect("the core User schema has it"));
    }
    let description = Description {
        kind: shape.kind,
        user_name: definition.attribute("userName").expect("the core User schema has it"),
        native_external_id: storage.native.contains(definition.common().external_id),
        users: Arc::new(definition),
        groups: None,
        storage,
        change_password: shape.change_password,
        adopts: shape.adopts,
    };
    Ok(Mapping { description, fields, rules })
}

/// Why an override cannot stand beside the rest of the table: of two attributes in one field only one would be written.
fn clash(definition: &Definition, shape: &Shape<'_>, table: &[Entry], change: &Override) -> Option<String> {
    let field = change.field.as_deref()?;
    if field == shape.key || shape.own_fields.contains(&field) {
        return Some(format!("'{field}' has a meaning of its own and cannot be mapped"));
    }
    let attribute = definition.attribute(&change.path).ok()?;
    let is_own =
        |path: &str| definition.attribute(path).is_ok_and(|it| it == attribute || definition.root_of(it) == attribute);
    // These two are made to agree.
    let is_whole_name = |path: &str| matches!(path, "displayName" | "name.formatted");
    let mut others = table.iter().filter(|entry| entry.field == field && entry.access == Access::ReadWrite);
    let other = others.find(|entry| !is_own(&entry.path) && !is_whole_name(&entry.path))?;
    Some(format!("the field '{field}' holds '{}' already: map that to another field or to false", other.path))
}

/// Makes `/Schemas` say what the target does: what is always refused is not offered, what everybody has is required, and
/// a name that cannot be changed is immutable.
fn advertise(shape: &Shape<'_>, resource_type: &mut ResourceType, table: &[Entry]) {
    for attribute in &mut resource_type.schema.attributes {
        let name = attribute.name.as_str();
        let mapped = table.iter().any(|entry| entry.path.split('.').next() == Some(name));
        attribute.advertised = mapped || !shape.refused.contains(&name);
        if shape.always.contains(&name) {
            (attribute.required, attribute.derivable) = (true, true);
            for part in attribute.sub_attributes.iter_mut().filter(|part| part.name == "value") {
                (part.required, part.derivable) = (true, true);
            }
        }
        if name == "userName" && !shape.rename {
            attribute.mutability = Mutability::Immutable;
        }
    }
}

/// Characters that no vendor's field list can carry.
const NOT_IN_FIELDS: &[char] = &[',', '(', ')', '"', '\n', '\r'];

fn apply(definition: &Definition, table: &mut Vec<Entry>, change: &Override) -> Result<(), String> {
    let attribute = definition.attribute(&change.path).map_err(|error| error.detail)?;
    let node = definition.node(attribute);
    let leaf = if node.attribute.sub_attributes.is_empty() {
        attribute
    } else {
        definition
            .child(attribute, "value")
            .ok_or_else(|| format!("'{}' is complex: map one of its parts", change.path))?
    };
    let path = definition.path(leaf);
    if matches!(path.as_str(), "active" | "password" | "id" | "schemas") {
        return Err(format!("'{path}' has a meaning of its own and cannot be mapped"));
    }
    let root = definition.root_of(leaf);
    if definition.node(root).attribute.multi_valued && definition.node(leaf).attribute.name != "value" {
        return Err(format!("of '{}' only the value can be mapped", definition.path(root)));
    }
    let present = table.iter().position(|entry| {
        definition.attribute(&entry.path).is_ok_and(|own| own == leaf) && entry.access == Access::ReadWrite
    });
    match (&change.field, present) {
        (None, Some(at)) if table[at].required => Err(format!("'{path}' is required by the target")),
        (None, Some(at)) => {
            table.remove(at);
            Ok(())
        }
        (None, None) => Err(format!("'{path}' is not mapped, so it cannot be unmapped")),
        (Some(field), _) if field.trim().is_empty() || field.contains(NOT_IN_FIELDS) => {
            Err(format!("'{field}' cannot be a field's name"))
        }
        (Some(field), Some(at)) => {
            if table[at].field != *field {
                table[at].labels = &[];
            }
            table[at].field.clone_from(field);
            if let Some(codec) = &change.codec {
                table[at].codec = codec.clone();
            }
            Ok(())
        }
        (Some(field), None) => {
            let codec = change.codec.clone().unwrap_or(Codec::Text);
            table.push(Entry { codec, ..Entry::new(&path, field) });
            Ok(())
        }
    }
}
