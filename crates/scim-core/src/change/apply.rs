//! Edits applied to a resource, all or none (RFC 7644 section 3.5.2).

use serde_json::Value;

use super::elements::elements;
use super::{Edit, Op};
use crate::definition::{AttrId, Definition};
use crate::dialect::Notes;
use crate::error::ScimError;
use crate::resource::Resource;
use crate::schema::{Kind, Mutability};

/// Applies the edits and returns the new resource; the old one stays as it was.
///
/// # Errors
/// `noTarget` when a value path selects nothing and does not say what to create.
pub fn apply(definition: &Definition, resource: &Resource, edits: &[Edit]) -> Result<Resource, ScimError> {
    apply_with(definition, resource, edits, &Notes::auto())
}

/// The same for a client of whom something is known.
///
/// # Errors
/// As [`apply`]; `noTarget` also where making the element is not forgiven.
pub fn apply_with(
    definition: &Definition,
    resource: &Resource,
    edits: &[Edit],
    notes: &Notes,
) -> Result<Resource, ScimError> {
    let mut next = resource.clone();
    for edit in edits {
        apply_one(definition, &mut next, edit, notes)?;
    }
    Ok(next)
}

fn apply_one(definition: &Definition, resource: &mut Resource, edit: &Edit, notes: &Notes) -> Result<(), ScimError> {
    let root = definition.root_of(edit.attribute);
    if definition.node(root).attribute.multi_valued {
        let mut list = match resource.remove(definition, root) {
            Some(Value::Array(list)) => list,
            _ => Vec::new(),
        };
        elements(definition, &mut list, edit, notes)?;
        if !list.is_empty() {
            resource.set(definition, root, Value::Array(list));
        }
        return Ok(());
    }
    match (edit.op, &edit.value) {
        (Op::Remove, _) | (_, None) => put(definition, resource, edit.attribute, None),
        (_, Some(Value::Object(parts))) if definition.node(edit.attribute).attribute.kind == Kind::Complex => {
            // A complex attribute is merged: parts that are not named stay (RFC 7644 section 3.5.2.3).
            for (name, value) in parts {
                if let Some(child) = definition.child(edit.attribute, name) {
                    put(definition, resource, child, Some(value));
                }
            }
        }
        (_, Some(value)) => put(definition, resource, edit.attribute, Some(value)),
    }
    Ok(())
}

/// Sets or unsets a single value. The `readOnly` parts beside a `value` describe it (a manager's name and URI), and go
/// when it goes.
fn put(definition: &Definition, resource: &mut Resource, id: AttrId, value: Option<&Value>) {
    let node = definition.node(id);
    if let Some(parent) = node.parent
        && node.attribute.name == "value"
        && resource.get(definition, id) != value
    {
        for &sibling in &definition.node(parent).children {
            if definition.node(sibling).attribute.mutability == Mutability::ReadOnly {
                resource.remove(definition, sibling);
            }
        }
    }
    match value {
        Some(value) => resource.set(definition, id, value.clone()),
        None => {
            resource.remove(definition, id);
        }
    }
}
