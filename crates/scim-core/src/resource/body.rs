//! What the body of a POST or PUT names, and whether its `schemas` go with it (RFC 7643 section 3).

use serde_json::{Map, Value};

use super::{in_extension, is_unset};
use crate::definition::{AttrId, Definition};
use crate::dialect::{Leniency, Notes};
use crate::error::ScimError;
use crate::schema::Mutability;

/// One writable top-level attribute that a body names with its raw value, or why a part of the body is refused.
pub(crate) type Entry<'a> = Result<(AttrId, &'a Value), ScimError>;

/// The writable top-level attributes that a body names: core names, and names within the blocks of known extensions.
/// What is not forgiven is among them, so that it stops nothing else.
///
/// # Errors
/// `invalidSyntax` when the body is not an object, or names another resource type.
pub(crate) fn entries<'a>(
    definition: &Definition,
    body: &'a Value,
    notes: &Notes,
) -> Result<Vec<Entry<'a>>, ScimError> {
    let object = body.as_object().ok_or_else(|| ScimError::invalid_syntax("the body must be a JSON object"))?;
    let schemas = schemas_of(definition, object);
    check_type(definition, schemas)?;
    let mut found = Vec::new();
    found.extend(check_schemas(definition, schemas, notes).err().map(Err));
    let writable = |id: AttrId| {
        id != definition.common().schemas && definition.node(id).attribute.mutability != Mutability::ReadOnly
    };
    for (name, value) in object {
        match (definition.schema_number(name), value) {
            (None, value) => match definition.root(0, name) {
                Some(id) => found.extend(writable(id).then_some(Ok((id, value)))),
                None => found.extend(unknown(definition, name, notes).err().map(Err)),
            },
            (Some(schema), Value::Object(block)) => {
                found.extend(announced(definition, schemas, schema, name, notes).err().map(Err));
                for (name, value) in block {
                    match definition.root(schema, name) {
                        Some(id) => found.extend(writable(id).then_some(Ok((id, value)))),
                        None => found.extend(unknown(definition, name, notes).err().map(Err)),
                    }
                }
            }
            (Some(schema), value) if is_unset(value) => match check_unset(name, value, notes) {
                Ok(()) => {
                    let all = in_extension(definition, schema).filter(|&id| writable(id));
                    found.extend(all.map(|id| Ok((id, &Value::Null))));
                }
                Err(refused) => found.push(Err(refused)),
            },
            (Some(_), _) => found.push(Err(ScimError::invalid_value(format!("'{name}' must be a JSON object")))),
        }
    }
    Ok(found)
}

/// Whether an extension that a value says is not there may be said so in this way.
///
/// # Errors
/// `invalidValue` where anything but null is not forgiven.
pub(crate) fn check_unset(name: &str, value: &Value, notes: &Notes) -> Result<(), ScimError> {
    if value.is_null() {
        return Ok(());
    }
    let refused = || ScimError::invalid_value(format!("'{name}' must be null where it is to be unset"));
    notes.forgive(Leniency::EmptyValue, refused)
}

/// A name that means nothing here.
///
/// # Errors
/// `invalidSyntax` where that is not forgiven.
pub(crate) fn unknown(definition: &Definition, name: &str, notes: &Notes) -> Result<(), ScimError> {
    let what = if name.contains(':') { Leniency::UnknownExtension } else { Leniency::UnknownAttribute };
    let refused = || {
        let resource_type = &definition.resource_type().name;
        ScimError::invalid_syntax(format!("{resource_type} has no attribute or extension '{name}'"))
    };
    notes.forgive(what, refused)
}

/// The value of `schemas`.
fn schemas_of<'a>(definition: &Definition, object: &'a Map<String, Value>) -> Option<&'a Value> {
    let found = object.iter().find(|(name, _)| definition.root(0, name) == Some(definition.common().schemas));
    found.map(|(_, value)| value)
}

fn urns(schemas: Option<&Value>) -> impl Iterator<Item = &str> + Clone {
    schemas.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default().iter().filter_map(Value::as_str)
}

fn check_type(definition: &Definition, schemas: Option<&Value>) -> Result<(), ScimError> {
    if definition.admits(urns(schemas)) {
        return Ok(());
    }
    let name = &definition.resource_type().name;
    Err(ScimError::invalid_syntax(format!("'schemas' names another resource type, and this endpoint is for {name}")))
}

/// Whether `schemas` names the core schema, and nothing that nobody knows.
fn check_schemas(definition: &Definition, schemas: Option<&Value>, notes: &Notes) -> Result<(), ScimError> {
    let mut core = false;
    for urn in urns(schemas) {
        match definition.schema_number(urn) {
            Some(number) => {
                core |= number == 0;
                check_alias(definition, urn, notes)?;
            }
            None => notes.forgive(Leniency::SchemasForeign, || {
                let name = &definition.resource_type().name;
                ScimError::invalid_syntax(format!("'schemas' names '{urn}', which is no schema of {name}"))
            })?,
        }
    }
    if core {
        return Ok(());
    }
    notes.forgive(Leniency::SchemasMissing, || {
        ScimError::invalid_syntax(format!("'schemas' must name {}", definition.schema_urn(0)))
    })
}

/// A URN that is one of ours only by an alias.
///
/// # Errors
/// `invalidSyntax` where that is not forgiven.
pub(crate) fn check_alias(definition: &Definition, urn: &str, notes: &Notes) -> Result<(), ScimError> {
    match definition.schema_number(urn).map(|number| definition.schema_urn(number)) {
        Some(current) if !current.eq_ignore_ascii_case(urn) => {
            notes.forgive(Leniency::SchemasAlias, || ScimError::invalid_syntax(format!("'{urn}' is '{current}' today")))
        }
        _ => Ok(()),
    }
}

/// Whether `schemas` names an extension whose block is there.
fn announced(
    definition: &Definition,
    schemas: Option<&Value>,
    schema: usize,
    name: &str,
    notes: &Notes,
) -> Result<(), ScimError> {
    check_alias(definition, name, notes)?;
    if schema == 0 || urns(schemas).any(|urn| definition.schema_number(urn) == Some(schema)) {
        return Ok(());
    }
    let refused = || ScimError::invalid_syntax(format!("'schemas' must name '{name}', which the body has"));
    notes.forgive(Leniency::SchemasUnlisted, refused)
}
