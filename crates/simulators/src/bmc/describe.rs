//! What the server tells about the fields of a form: `GET /fields/{form}`, `GET /fields/{form}/{ids}`,
//! `OPTIONS /entry/{form}`.
//!
//! One field looks as in the manual's example, without what concerns its place on a screen. The manual shows neither the
//! limits of a selection nor the list of all fields; those are ours.

use serde_json::{Value, json};

use super::error::ArError;
use super::options::BmcOptions;
use super::schema::{Access, Field, Form, Kind};
use super::values::{is_missing, no_field};

/// All fields of the form.
pub(super) fn fields(form: &'static Form, options: &BmcOptions) -> Value {
    form.fields.iter().filter(|field| !is_missing(form, field, options)).map(described).collect()
}

/// One field by its id as an object, several (with commas between) as an array.
pub(super) fn some(form: &'static Form, ids: &str, options: &BmcOptions) -> Result<Value, ArError> {
    let one = |id: &str| {
        let field = id.trim().parse().ok().and_then(|id| form.field_by_id(id));
        let field = field.filter(|field| !is_missing(form, field, options)).ok_or_else(|| no_field(form, id))?;
        Ok(described(field))
    };
    match ids.split_once(',') {
        None => one(ids),
        Some(_) => ids.split(',').map(one).collect(),
    }
}

/// The form with its fields.
pub(super) fn form(form: &'static Form, options: &BmcOptions) -> Value {
    json!({ "name": form.name, "fields": fields(form, options) })
}

fn described(field: &Field) -> Value {
    let (datatype, limit) = match field.kind {
        Kind::Text(max) | Kind::Secret(max) => ("CHAR", json!({ "max_length": max })),
        Kind::Integer => ("INTEGER", json!({ "range_low": i32::MIN, "range_high": i32::MAX })),
        Kind::Selection(labels) => ("ENUM", json!({ "list_style": "REGULAR", "values": labels })),
        Kind::Time => ("TIME", Value::Null),
        Kind::StatusHistory => ("CHAR", json!({ "max_length": 0 })),
    };
    json!({
        "id": field.id,
        "name": field.name,
        "help_text": "",
        "field_option": match field.access {
            Access::Optional => "OPTIONAL",
            Access::Required | Access::Key => "REQUIRED",
            Access::System => "SYSTEM",
        },
        "field_mapping": { "mapping_type": "REGULAR" },
        "datatype": datatype,
        "limit": limit,
    })
}
