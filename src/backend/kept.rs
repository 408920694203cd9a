//! What the bridge keeps for a record because the vendor has no field for it, and how it is laid over the record.
//!
//! A vendor often has one field for what SCIM has many values of (`emails`). The value of one element lives in the
//! field: the primary one, else the one of type "work", else the first. The bridge keeps the other elements, and what
//! the native element is for; a change made at the vendor shows in the native element.

use scim_core::{Definition, Resource, ScimError};
use serde_json::{Map, Value, json};

use super::Description;

/// Marks the element of a kept list whose value lives at the vendor. Where the element has a `display`, the mark is the
/// value that it was said of, so that it is not shown with another one.
const NATIVE: &str = "$native";

/// Attributes in canonical JSON; for an attribute of which the vendor holds one value, the whole list with the native
/// element's value marked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Kept(pub Map<String, Value>);

impl Kept {
    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Refuses values that bear access and for which the vendor has no field, or fewer than there are values: keeping them
/// here would tell a client that access was given which was not.
///
/// # Errors
/// `invalidValue` naming the attribute.
pub fn refuse_access(description: &Description, resource: &Resource) -> Result<(), ScimError> {
    let definition = &*description.users;
    for root in description.storage.refused.iter() {
        let Some(value) = resource.get(definition, root) else { continue };
        let path = definition.path(root);
        if !description.storage.one_value.contains(root) {
            let text = format!("'{path}' cannot be stored: the target has no field for it, and it would grant access");
            return Err(ScimError::invalid_value(text));
        }
        if value.as_array().is_some_and(|list| list.len() > 1) {
            return Err(ScimError::invalid_value(format!("'{path}' can have one value only on this target")));
        }
    }
    Ok(())
}

/// Divides a resource into what the vendor holds and what the bridge keeps. `active`, passwords and common attributes
/// are nobody's to keep.
pub fn split(description: &Description, resource: &Resource) -> (Resource, Kept) {
    let definition = &*description.users;
    let storage = &description.storage;
    let mut native = Resource::new();
    let mut kept = Resource::new();
    for (root, value) in resource.present(definition) {
        let node = definition.node(root);
        if storage.one_value.contains(root) {
            let (value, list) = split_list(value);
            if let Some(value) = value {
                native.set(definition, root, json!([{ "value": value }]));
            }
            if let Some(list) = list.filter(|_| storage.keep) {
                kept.set(definition, root, list);
            }
        } else if storage.native.contains(root) && !node.children.iter().any(|&child| !storage.native.contains(child)) {
            native.set(definition, root, value.clone());
        } else if let Some(parts) = value.as_object() {
            for (name, part) in parts {
                let Some(child) = definition.child(root, name) else { continue };
                let side = if storage.native.contains(child) { &mut native } else { &mut kept };
                side.set(definition, child, part.clone());
            }
        } else {
            kept.set(definition, root, value.clone());
        }
    }
    let common = definition.common();
    for root in [common.schemas, common.id, common.external_id, common.meta] {
        kept.remove(definition, root);
    }
    let kept = if storage.keep { Kept(kept.as_map().clone()) } else { Kept::default() };
    (native, kept)
}

/// Lays what is kept over what the vendor holds.
pub fn join(description: &Description, mut native: Resource, kept: &Kept) -> Resource {
    let definition = &*description.users;
    let kept = Resource::from_canonical(kept.0.clone());
    for &root in definition.roots() {
        if description.storage.one_value.contains(root) {
            join_list(definition, &mut native, root, kept.get(definition, root));
            continue;
        }
        match kept.get(definition, root) {
            Some(Value::Object(parts)) => {
                for (name, part) in parts {
                    if let Some(child) = definition.child(root, name)
                        && native.get(definition, child).is_none()
                    {
                        native.set(definition, child, part.clone());
                    }
                }
            }
            Some(value) if native.get(definition, root).is_none() => native.set(definition, root, value.clone()),
            _ => {}
        }
    }
    native
}

/// The native value of a list, and the list to be kept unless it is what [`join_list`] makes by itself.
fn split_list(value: &Value) -> (Option<Value>, Option<Value>) {
    let elements = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let Some(index) = native_index(elements) else { return (None, None) };
    let native = elements[index].get("value").cloned();
    if let [only] = elements
        && native.as_ref().is_some_and(|value| *only == default_element(value))
    {
        return (native, None);
    }
    let mut list = elements.to_vec();
    if let Some(element) = list[index].as_object_mut() {
        let value = element.shift_remove("value").filter(|_| element.contains_key("display"));
        element.insert(NATIVE.to_owned(), value.unwrap_or(Value::Bool(true)));
    }
    (native, Some(Value::Array(list)))
}

/// The element that stands for the whole: primary, else "work", else the first.
fn native_index(elements: &[Value]) -> Option<usize> {
    let by = |name: &str, wanted: Value| elements.iter().position(|element| element.get(name) == Some(&wanted));
    by("primary", Value::Bool(true))
        .or_else(|| by("type", "work".into()))
        .or_else(|| (!elements.is_empty()).then_some(0))
        .filter(|&index| elements[index].get("value").is_some())
}

fn join_list(definition: &Definition, native: &mut Resource, root: scim_core::AttrId, kept: Option<&Value>) {
    let value = native.remove(definition, root).and_then(|list| list.as_array()?.first()?.get("value").cloned());
    let mut list: Vec<Value> = kept.and_then(Value::as_array).cloned().unwrap_or_default();
    let mut placed = false;
    list.retain_mut(|element| {
        let Some(parts) = element.as_object_mut() else { return true };
        let Some(mark) = parts.shift_remove(NATIVE) else { return true };
        placed = true;
        match &value {
            Some(value) => {
                if mark.is_string() && mark != *value {
                    parts.shift_remove("display");
                }
                parts.shift_insert(0, "value".to_owned(), value.clone());
                true
            }
            None => false,
        }
    });
    if let Some(value) = value.filter(|_| !placed) {
        let mut element = default_element(&value);
        if !list.is_empty() {
            element = json!({ "value": value, "type": "work" });
        }
        list.insert(0, element);
    }
    if !list.is_empty() {
        native.set(definition, root, Value::Array(list));
    }
}

/// How a native value is shown when nothing else is known.
fn default_element(value: &Value) -> Value {
    json!({ "value": value, "type": "work", "primary": true })
}
