//! Native field values for a resource, and the differences between two.

use scim_core::{Definition, Resource, ScimError};
use serde_json::Value;

use super::{Access, FieldId, Model, NativeValue, Record, Rule};
use crate::backend::BackendError;

/// New values for fields; `None` clears.
pub(super) type Values = Vec<(FieldId, Option<NativeValue>)>;

/// The SCIM value that a rule's field holds for a resource.
pub(super) fn scim_value<'a>(definition: &Definition, resource: &'a Resource, rule: &Rule) -> Option<&'a Value> {
    let root = definition.root_of(rule.attribute);
    if definition.node(root).attribute.multi_valued {
        resource.get(definition, root)?.as_array()?.first()?.get("value")
    } else {
        resource.get(definition, rule.attribute)
    }
}

/// The rules that clients write, one per field: attributes that share a field agree by now.
fn writable(model: &Model) -> impl Iterator<Item = &Rule> {
    let first = |rule: &&Rule| {
        let writes = |other: &&Rule| other.field == rule.field && other.access == Access::ReadWrite;
        model.rules.iter().find(writes).is_some_and(|first| std::ptr::eq(first, *rule))
    };
    model.rules.iter().filter(first)
}

/// A value in the vendor's form.
///
/// # Errors
/// `invalidValue`, naming the attribute, when the field cannot hold the value.
fn encode(model: &Model, rule: &Rule, value: &Value) -> Result<NativeValue, ScimError> {
    let path = || model.description.users.path(rule.attribute);
    let native = rule.codec.encode(value).map_err(|why| ScimError::invalid_value(format!("'{}' {why}", path())))?;
    let length = native.as_text().chars().count();
    if length > rule.length_max {
        let text = format!("'{}' is {length} characters long; the target takes at most {}", path(), rule.length_max);
        return Err(ScimError::invalid_value(text));
    }
    Ok(native)
}

/// The fields of a new record, defaults included.
///
/// # Errors
/// `invalidValue` for a value that does not fit, or naming every required attribute that is missing.
pub(super) fn for_insert(model: &Model, native: &Resource) -> Result<Vec<(FieldId, NativeValue)>, ScimError> {
    let definition = &model.description.users;
    let mut values = Vec::new();
    for rule in writable(model) {
        if let Some(value) = scim_value(definition, native, rule) {
            values.push((rule.field, encode(model, rule, value)?));
            values.extend(rule.companion.clone());
        }
    }
    for (field, default) in &model.policy.create_defaults {
        if !values.iter().any(|(own, _)| own == field) {
            values.push((*field, default.clone()));
        }
    }
    let missing: Vec<String> = writable(model)
        .filter(|rule| rule.required && !values.iter().any(|(field, _)| *field == rule.field))
        .map(|rule| format!("'{}'", definition.path(rule.attribute)))
        .collect();
    if missing.is_empty() {
        return Ok(values);
    }
    Err(ScimError::invalid_value(format!("the target needs a value for {}", missing.join(", "))))
}

/// The fields that differ between two states of a resource.
///
/// # Errors
/// `invalidValue` for a value that does not fit or a required one that would be cleared, `mutability` for a change of
/// userName where that is not allowed.
pub(super) fn differences(model: &Model, old: &Resource, new: &Resource) -> Result<Values, ScimError> {
    let definition = &model.description.users;
    let mut values = Vec::new();
    for rule in writable(model) {
        let (before, after) = (scim_value(definition, old, rule), scim_value(definition, new, rule));
        if before == after {
            continue;
        }
        let path = || definition.path(rule.attribute);
        if rule.attribute == model.description.user_name && !model.policy.rename {
            let same = |left: &str, right: &str| scim_core::fold::same(left, right);
            if before.and_then(Value::as_str).zip(after.and_then(Value::as_str)).is_some_and(|(a, b)| same(a, b)) {
                continue;
            }
            let text = format!("'{}' cannot be changed on this target", path());
            return Err(ScimError::mutability(text));
        }
        match after {
            Some(value) => {
                values.push((rule.field, Some(encode(model, rule, value)?)));
                values.extend(rule.companion.clone().map(|(field, value)| (field, Some(value))));
            }
            None if rule.required && default_of(model, rule).is_some() => {
                values.push((rule.field, default_of(model, rule)));
            }
            None if rule.required => {
                return Err(ScimError::invalid_value(format!("'{}' is required by the target", path())));
            }
            None => values.push((rule.field, None)),
        }
    }
    Ok(values)
}

/// The value that a field gets at creation when nobody gives one: what unsetting it goes back to.
fn default_of(model: &Model, rule: &Rule) -> Option<NativeValue> {
    let mut defaults = model.policy.create_defaults.iter();
    defaults.find(|(field, _)| *field == rule.field).map(|(_, value)| value.clone())
}

/// Checks what reading back shows after a write: a value that was stored as nothing, one that was not cleared, and one
/// that stayed as it was are told; a vendor's own spelling of a value is accepted.
pub(super) fn verify(model: &Model, written: &Values, before: &Record, after: &Record) -> Result<(), BackendError> {
    let password = model.password.as_ref().map(|password| password.field);
    let failed = |field: FieldId, wanted: Option<&NativeValue>| match (wanted, after.get(field)) {
        (None, None) => false,
        (Some(wanted), Some(got)) => {
            let same = scim_core::fold::same(wanted.as_text().trim(), got.as_text().trim());
            !same && before.get(field) == Some(got)
        }
        _ => true,
    };
    let attributes: Vec<String> = written
        .iter()
        .filter(|(field, wanted)| Some(*field) != password && failed(*field, wanted.as_ref()))
        .map(|(field, _)| attribute_of(model, *field))
        .collect();
    if attributes.is_empty() {
        return Ok(());
    }
    Err(BackendError::new("confirm", crate::backend::BackendErrorKind::NotEffective(attributes)))
}

/// The SCIM name of what lives in a field.
fn attribute_of(model: &Model, field: FieldId) -> String {
    if field == model.account.field {
        return "active".to_owned();
    }
    let rule = model.rules.iter().find(|rule| rule.field == field && rule.access == Access::ReadWrite);
    rule.map_or_else(|| model.fields.name(field).to_owned(), |rule| model.description.users.path(rule.attribute))
}
