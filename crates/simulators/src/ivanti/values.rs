//! What becomes of the values of a request body: refused, changed, or stored as nothing.

use serde_json::{Map, Value};

use super::answer::Answer;
use super::fields::{Field, Kind, LENGTH_MAX, LINKS, Object};
use super::options::{BadStatus, Clear, IvantiOptions};
use super::read::unknown_field;
use super::state::stamp;

/// The fields to store. `old` is the record as it is, empty for a new one.
pub(super) fn checked(
    body: Map<String, Value>,
    object: &Object,
    options: &IvantiOptions,
    old: &Map<String, Value>,
) -> Result<Map<String, Value>, Answer> {
    let mut stored = Map::new();
    for (name, value) in body {
        let field = object.field(&name).ok_or_else(|| unknown_field(&name, object))?;
        if matches!(name.as_str(), "RecId" | "CreatedDateTime") {
            return Err(Answer::bad_request(format!("The field '{name}' cannot be changed")));
        }
        // Always stamped by the server, whatever is sent.
        if matches!(name.as_str(), "LastModDateTime" | "LastModBy") {
            continue;
        }
        let value = typed(field, value)?;
        if value.is_null() && keeps_its_value(&name, options) {
            continue;
        }
        if name == "Status" && object.is_employee {
            if let Some(status) = status(value, options)? {
                stored.insert(name, status);
            }
            continue;
        }
        stored.insert(name, value);
    }
    if object.is_employee {
        settle_validated(&mut stored, object, options, old);
        drop_links_without_category(&mut stored, old);
    }
    Ok(stored)
}

fn typed(field: &Field, value: Value) -> Result<Value, Answer> {
    let name = &field.name;
    let refused = |why: &str| Err(Answer::bad_request(format!("The value of the field '{name}' {why}")));
    match (field.kind, value) {
        (_, Value::Null) => Ok(Value::Null),
        (Kind::Text, Value::String(text)) if text.chars().count() > LENGTH_MAX => {
            refused(&format!("is longer than {LENGTH_MAX} characters"))
        }
        (Kind::Text, value @ Value::String(_))
        | (Kind::Boolean, value @ Value::Bool(_))
        | (Kind::Number, value @ Value::Number(_)) => Ok(value),
        (Kind::DateTime, Value::String(text)) => match text.parse() {
            Ok(instant) => Ok(Value::from(stamp(instant))),
            Err(_) => refused("is not a date with its offset"),
        },
        _ => refused("is of another type"),
    }
}

fn keeps_its_value(name: &str, options: &IvantiOptions) -> bool {
    options.clear == Clear::Ignored || options.unclearable_fields.iter().any(|kept| kept == name)
}

/// The status in the spelling of the list; `None`: nothing is stored.
fn status(value: Value, options: &IvantiOptions) -> Result<Option<Value>, Answer> {
    let Value::String(text) = &value else { return Ok(Some(value)) };
    let known = options.status_values.iter().find(|known| known.to_lowercase() == text.to_lowercase());
    match (known, options.bad_status) {
        (Some(known), _) => Ok(Some(Value::from(known.as_str()))),
        (None, BadStatus::StoreNothing) => Ok(None),
        (None, BadStatus::Reject) => {
            Err(Answer::bad_request(format!("'{text}' is not in the validation list of the field 'Status'")))
        }
    }
}

/// Validated text goes with the key of its list row, `X_Valid`, where the object has that field. A key alone brings its
/// text; a text or key outside the list leaves both empty.
fn settle_validated(
    stored: &mut Map<String, Value>,
    object: &Object,
    options: &IvantiOptions,
    old: &Map<String, Value>,
) {
    for (name, list) in &options.validated_fields {
        let pair = format!("{name}_Valid");
        let row = match (stored.get(name), stored.get(&pair)) {
            (None, None) => continue,
            (Some(Value::String(text)), _) => list.iter().find(|known| known.to_lowercase() == text.to_lowercase()),
            (None, Some(Value::String(key))) => list.iter().find(|known| validated_key(name, known) == *key),
            // Clearing the key alone does not clear the text.
            (None, Some(_)) => list.iter().find(|known| old.get(name).and_then(Value::as_str) == Some(known.as_str())),
            _ => None,
        };
        let key = row.map(|known| Value::from(validated_key(name, known)));
        stored.insert(name.clone(), row.map_or(Value::Null, |known| Value::from(known.as_str())));
        if object.field(&pair).is_some() {
            stored.insert(pair, key.unwrap_or_default());
        }
    }
}

/// A link whose category is missing or spelled otherwise is stored as nothing.
fn drop_links_without_category(stored: &mut Map<String, Value>, old: &Map<String, Value>) {
    for (link, category) in LINKS {
        let [key, kind] = [format!("{link}_RecID"), format!("{link}_Category")];
        let given = stored.get(&kind).or_else(|| old.get(&kind)).and_then(Value::as_str);
        if given != Some(*category) && stored.contains_key(&key) {
            stored.insert(key, Value::Null);
        }
    }
}

/// The key of a row of a validation list.
pub(super) fn validated_key(field: &str, value: &str) -> String {
    let seed = format!("{field}/{}", value.to_lowercase());
    // FNV-1a, 128 bits.
    let hash = seed.bytes().fold(0x6C62_272E_07BB_0142_62B8_2175_6295_C58D_u128, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013B)
    });
    format!("{hash:032X}")
}
