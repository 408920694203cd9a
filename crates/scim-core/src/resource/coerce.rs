//! Values as clients send them, brought to the attribute's type (idp-clients reference, rows 6, 10, 20, 46).

use serde_json::{Map, Number, Value};

use super::identity::Identity;
use crate::definition::{AttrId, Definition};
use crate::dialect::{Leniency, Notes, Place};
use crate::error::ScimError;
use crate::schema::{Kind, Mutability};

/// What a sent value amounts to.
#[derive(Debug, Clone, PartialEq)]
pub enum Coerced {
    /// A value of the attribute's type.
    Value(Value),
    /// Null, an empty string, array or object: the attribute is to be unset (RFC 7643 section 2.5).
    Unset,
}

/// Brings a value to the type of the attribute `id`: the whole attribute, an array where it is multi-valued. The same
/// element twice becomes one, and the last of several primary elements stays primary.
///
/// # Errors
/// `invalidValue`, naming the attribute, when the value cannot be meant for its type.
pub fn coerce(definition: &Definition, id: AttrId, value: &Value) -> Result<Coerced, ScimError> {
    coerce_with(definition, id, value, &Notes::auto())
}

/// The same for a client of whom something is known.
pub(crate) fn coerce_with(
    definition: &Definition,
    id: AttrId,
    value: &Value,
    notes: &Notes,
) -> Result<Coerced, ScimError> {
    let attribute = &definition.node(id).attribute;
    match value {
        // Some clients send a single value as an array of one (`"active": [false]`, `"manager": [{…}]`).
        Value::Array(list) if !attribute.multi_valued && list.len() == 1 => {
            notes.forgive(Leniency::ListOfOne, || no_list(definition, id))?;
            single(definition, id, &list[0], notes)
        }
        value if !attribute.multi_valued => single(definition, id, value, notes),
        value => {
            let mut list = Vec::new();
            let given = elements(definition, id, value, notes, is_hollow)?;
            let meant = value.as_array().map_or(0, Vec::len);
            if given.len() < meant && refers(definition, id) {
                let text = format!("each element of '{}' must have a 'value'", definition.path(id));
                return Err(ScimError::invalid_value(text));
            }
            if given.iter().filter(|element| element.get("primary") == Some(&Value::Bool(true))).count() > 1 {
                notes.forgive(Leniency::PrimaryTwice, || {
                    ScimError::invalid_value(format!("'{}' has several primary values", definition.path(id)))
                })?;
            }
            Identity::of(definition, id).add(&mut list, given.into_iter());
            keep_last_primary(&mut list);
            Ok(if list.is_empty() { Coerced::Unset } else { Coerced::Value(Value::Array(list)) })
        }
    }
}

/// Whether the elements of an attribute are references, which are nothing without a value: to read a list of empty ones as
/// an empty list would take away what nobody named.
fn refers(definition: &Definition, id: AttrId) -> bool {
    let value = definition.child(id, "value");
    value.is_some_and(|value| definition.node(value).attribute.mutability == Mutability::Immutable)
}

/// The elements that a `remove` operation lists. An element without a value is worth naming only where the attribute's
/// elements have none: `{"type": "work"}` selects among addresses, but among members it is an empty id.
///
/// # Errors
/// As [`coerce`].
pub(crate) fn listed(
    definition: &Definition,
    id: AttrId,
    value: &Value,
    notes: &Notes,
) -> Result<Vec<Value>, ScimError> {
    let has_value = definition.child(id, "value").is_some();
    elements(definition, id, value, notes, |definition, id, element| has_value && is_hollow(definition, id, element))
}

/// The usable elements of a list; a value that is no list is its only element.
fn elements(
    definition: &Definition,
    id: AttrId,
    value: &Value,
    notes: &Notes,
    useless: impl Fn(&Definition, AttrId, &Map<String, Value>) -> bool,
) -> Result<Vec<Value>, ScimError> {
    let refused = |what: &str| ScimError::invalid_value(format!("'{}' {what}", definition.path(id)));
    let elements = match value {
        Value::Array(elements) => elements.as_slice(),
        Value::Null => return Ok(Vec::new()),
        other => {
            if notes.place() != Place::Path && !is_nothing(other) {
                notes.forgive(Leniency::SingleForList, || refused("is multi-valued: send a list"))?;
            }
            std::slice::from_ref(other)
        }
    };
    let mut usable = Vec::with_capacity(elements.len());
    for element in elements {
        match single(definition, id, element, notes)? {
            Coerced::Value(Value::Object(element)) if useless(definition, id, &element) => {}
            Coerced::Value(element) => usable.push(element),
            Coerced::Unset => notes.forgive(Leniency::EmptyElement, || refused("has an element without a value"))?,
        }
    }
    Ok(usable)
}

/// Brings one element of a multi-valued attribute, or the value of a single-valued one, to its type.
///
/// # Errors
/// As [`coerce`].
pub(crate) fn single(definition: &Definition, id: AttrId, value: &Value, notes: &Notes) -> Result<Coerced, ScimError> {
    let must_be = |expected: &str| ScimError::invalid_value(format!("'{}' must be {expected}", definition.path(id)));
    let wrong = |expected: &str| Err(must_be(expected));
    let forgive = |what: Leniency, expected: &str| notes.forgive(what, || must_be(expected));
    let scalar = match (definition.node(id).attribute.kind, value) {
        (_, Value::Null) => return Ok(Coerced::Unset),
        (Kind::Complex, Value::Object(parts)) if parts.is_empty() => return Ok(Coerced::Unset),
        (_, value) if is_nothing(value) => {
            forgive(Leniency::EmptyValue, "null where it is to be unset")?;
            return Ok(Coerced::Unset);
        }
        (Kind::Complex, value) => return complex(definition, id, value, notes),
        (Kind::Boolean, value) => match boolean(value) {
            Some(flag) => {
                if value.is_string() {
                    forgive(Leniency::WordForBoolean, "true or false, without quotes")?;
                }
                Value::Bool(flag)
            }
            None => return wrong("true or false"),
        },
        (Kind::Integer, Value::Number(number)) if number.is_i64() || number.is_u64() => value.clone(),
        (Kind::Integer, Value::String(text)) => match text.parse::<i64>() {
            Ok(number) => {
                forgive(Leniency::TextForNumber, "a whole number, without quotes")?;
                number.into()
            }
            Err(_) => return wrong("a whole number"),
        },
        (Kind::Integer, _) => return wrong("a whole number"),
        (Kind::Decimal, Value::Number(_)) => value.clone(),
        (Kind::Decimal, Value::String(text)) => match text.parse().ok().and_then(Number::from_f64) {
            Some(number) => {
                forgive(Leniency::TextForNumber, "a number, without quotes")?;
                Value::Number(number)
            }
            None => return wrong("a number"),
        },
        (Kind::Decimal, _) => return wrong("a number"),
        (Kind::DateTime, Value::String(text)) => match text.parse::<jiff::Timestamp>() {
            Ok(_) => value.clone(),
            Err(_) => return wrong("a date and time such as 2026-01-31T10:00:00Z"),
        },
        (Kind::String | Kind::Reference | Kind::Binary, Value::String(text)) => {
            if is_clean(text) {
                value.clone()
            } else {
                return wrong("text without control characters");
            }
        }
        (Kind::String | Kind::Reference, Value::Number(number)) => {
            forgive(Leniency::NumberForText, "text")?;
            number.to_string().into()
        }
        (Kind::String, Value::Bool(flag)) => {
            forgive(Leniency::NumberForText, "text")?;
            flag.to_string().into()
        }
        _ => return wrong("text"),
    };
    Ok(Coerced::Value(scalar))
}

/// What unsets an attribute of any type.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(parts) => parts.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn complex(definition: &Definition, id: AttrId, value: &Value, notes: &Notes) -> Result<Coerced, ScimError> {
    let mut out = Map::new();
    let bare = definition.child(id, "value");
    match (value, bare) {
        (Value::Object(parts), _) => {
            for (name, part) in parts {
                let Some(child) = definition.child(id, name) else {
                    notes.forgive(Leniency::UnknownAttribute, || no_part(definition, id, name))?;
                    continue;
                };
                if !is_given(definition, id, child)
                    && let Coerced::Value(part) = coerce_with(definition, child, part, notes)?
                {
                    out.insert(definition.node(child).attribute.name.clone(), part);
                }
            }
            if let Some((child, referred)) = referred(definition, id, parts, notes)?
                && let Coerced::Value(referred) = coerce_with(definition, child, &referred, notes)?
            {
                out.insert(definition.node(child).attribute.name.clone(), referred);
            }
        }
        // A bare value stands for `{"value": …}` where the attribute has such a part.
        (Value::String(_) | Value::Number(_), Some(child)) => {
            let path = || definition.path(id);
            notes.forgive(Leniency::BareValue, || {
                ScimError::invalid_value(format!("'{}' must be a JSON object with a 'value'", path()))
            })?;
            if let Coerced::Value(part) = single(definition, child, value, notes)? {
                out.insert(definition.node(child).attribute.name.clone(), part);
            }
        }
        _ => {
            let path = definition.path(id);
            return Err(ScimError::invalid_value(format!("'{path}' must be a JSON object")));
        }
    }
    Ok(if out.is_empty() { Coerced::Unset } else { Coerced::Value(Value::Object(out)) })
}

/// Whether a part is not a client's to say: it is read-only, or the URI of a reference, which follows from its value.
fn is_given(definition: &Definition, parent: AttrId, part: AttrId) -> bool {
    let attribute = &definition.node(part).attribute;
    attribute.mutability == Mutability::ReadOnly || (attribute.name == "$ref" && refers(definition, parent))
}

/// The `value` that a reference stands for, where nothing but a reference is given: the last segment of the URI is the
/// id of the resource (RFC 7644 section 3.1). A `value` that is named, even as null, has the word.
///
/// # Errors
/// `invalidValue` where that is not forgiven.
pub(crate) fn referred(
    definition: &Definition,
    id: AttrId,
    parts: &Map<String, Value>,
    notes: &Notes,
) -> Result<Option<(AttrId, Value)>, ScimError> {
    let last = |value: AttrId, reference: AttrId| {
        let given = |child: AttrId| {
            let name = &definition.node(child).attribute.name;
            parts.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        };
        let reference = given(reference).filter(|_| given(value).is_none())?.as_str()?;
        Some((value, reference.trim_end_matches('/').rsplit('/').next()?.into()))
    };
    let parts = definition.child(id, "value").zip(definition.child(id, "$ref"));
    let found = parts.and_then(|(value, reference)| last(value, reference));
    if found.is_some() {
        notes.forgive(Leniency::RefForValue, || {
            ScimError::invalid_value(format!("'{}' must have a 'value'", definition.path(id)))
        })?;
    }
    Ok(found)
}

/// The refusal of a list in the place of a single value.
pub(crate) fn no_list(definition: &Definition, id: AttrId) -> ScimError {
    ScimError::invalid_value(format!("'{}' is not multi-valued: send no list", definition.path(id)))
}

/// The refusal of a part that an attribute does not have.
pub(crate) fn no_part(definition: &Definition, id: AttrId, name: &str) -> ScimError {
    ScimError::invalid_syntax(format!("'{}' has no part '{name}'", definition.path(id)))
}

/// Whether an element of a multi-valued attribute says what it is for, but holds nothing.
pub(crate) fn is_hollow(definition: &Definition, id: AttrId, element: &Map<String, Value>) -> bool {
    element.keys().all(|name| {
        let read_only = |child| definition.node(child).attribute.mutability == Mutability::ReadOnly;
        matches!(name.as_str(), "type" | "primary" | "display") || definition.child(id, name).is_some_and(read_only)
    })
}

/// A boolean, also as a word in any letter case (Entra sends "True" and "False").
pub(crate) fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// Whether a text can be stored anywhere: no control characters but tab and line ends.
pub(crate) fn is_clean(text: &str) -> bool {
    !text.chars().any(|character| character.is_control() && !matches!(character, '\t' | '\n' | '\r'))
}

/// At most one element is primary: the last that says so.
pub(crate) fn keep_last_primary(elements: &mut [Value]) {
    let mut seen = false;
    for element in elements.iter_mut().rev().filter_map(Value::as_object_mut) {
        if element.get("primary") == Some(&Value::Bool(true)) {
            if seen {
                element.insert("primary".to_owned(), Value::Bool(false));
            }
            seen = true;
        }
    }
}
