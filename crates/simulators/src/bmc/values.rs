//! Values on their way in, checked and brought into the form that tables keep, and on their way out.

use serde_json::{Value, json};

use super::error::ArError;
use super::group;
use super::options::{BmcOptions, IntegerRead, PasswordRead};
use super::qualification::Database;
use super::schema::{Access, Field, Form, Kind};
use super::time;
use crate::control::Record;

/// The field that a client's reference (name or id) means on this site.
pub(super) fn field_of(form: &'static Form, reference: &str, options: &BmcOptions) -> Option<&'static Field> {
    form.resolve(reference).filter(|field| !is_missing(form, field, options))
}

pub(super) fn is_missing(form: &Form, field: &Field, options: &BmcOptions) -> bool {
    form.name == "User" && options.missing_fields.iter().any(|missing| missing == field.name)
}

/// The error for a reference that means no field.
pub(super) fn no_field(form: &Form, reference: &str) -> ArError {
    ArError::new(314, format!("{} : {reference}", form.name))
}

/// Checks what a client wants written and returns it under the fields' names, as tables keep it. `existing` is the entry to
/// be changed; none for a new one.
pub(super) fn checked(
    form: &'static Form,
    values: &Record,
    existing: Option<&Record>,
    options: &BmcOptions,
) -> Result<Record, ArError> {
    let mut checked = Record::new();
    for (reference, value) in values {
        let field = field_of(form, reference, options).ok_or_else(|| no_field(form, reference))?;
        if field.access == Access::System {
            return Err(ArError::new(if existing.is_some() { 330 } else { 332 }, named(field)));
        }
        if options.hidden_fields.iter().any(|hidden| hidden == field.name) {
            return Err(ArError::new(333, named(field)));
        }
        let list = value.as_array().filter(|_| field.name == "Group List");
        let list = list.and_then(|array| group::list_of(array, options)).map(Value::from);
        let mut value = read_in(field, list.as_ref().unwrap_or(value))?;
        if options.database == Database::Oracle && value == "" {
            value = Value::Null;
        }
        may_write(field, &value, existing, options)?;
        checked.insert(field.name.to_owned(), value);
    }
    if existing.is_none() {
        has_required(form, &checked, options)?;
    }
    Ok(checked)
}

fn may_write(field: &Field, value: &Value, existing: Option<&Record>, options: &BmcOptions) -> Result<(), ArError> {
    // A new entry's required fields are looked at all together.
    let Some(existing) = existing else { return Ok(()) };
    match field.access {
        // The value that is there already is no change.
        Access::Key if !options.login_name_writable && existing.get(field.name) != Some(value) => {
            Err(ArError::new(330, named(field)))
        }
        Access::Key | Access::Required if value.is_null() => Err(ArError::new(326, named(field))),
        Access::Key if value == "" => Err(ArError::new(326, named(field))),
        _ => Ok(()),
    }
}

fn named(field: &Field) -> String {
    format!("{} ({})", field.name, field.id)
}

fn has_required(form: &Form, values: &Record, options: &BmcOptions) -> Result<(), ArError> {
    let is_given = |field: &Field| match values.get(field.name) {
        None | Some(Value::Null) => false,
        Some(value) => field.access != Access::Key || value != "",
    };
    let by_site = |field: &Field| form.name == "Group" && options.group_required.iter().any(|name| name == field.name);
    let is_required = |field: &&Field| matches!(field.access, Access::Required | Access::Key) || by_site(field);
    let required = form.fields.iter().filter(is_required);
    let missing: Vec<_> = required.filter(|field| !is_given(field)).map(|field| field.name).collect();
    if missing.is_empty() { Ok(()) } else { Err(ArError::new(307, missing.join(", "))) }
}

fn read_in(field: &Field, value: &Value) -> Result<Value, ArError> {
    let named = || named(field);
    let limits = || {
        // The Group form has numbers of its own.
        let number = match field.name {
            "Group Type" => 613,
            "Group Category" => 616,
            _ => 306,
        };
        ArError::new(number, named())
    };
    match (field.kind, value) {
        (_, Value::Null) => Ok(Value::Null),
        (_, Value::Array(_) | Value::Object(_) | Value::Bool(_)) => Err(ArError::malformed(named())),
        (Kind::Text(max) | Kind::Secret(max), Value::String(text)) => {
            if text.chars().count() <= max {
                return Ok(value.clone());
            }
            Err(if field.name == "Group List" { ArError::new(397, named()) } else { limits() })
        }
        (Kind::Integer, Value::Number(number)) => number.as_i64().map(Value::from).ok_or_else(limits),
        (Kind::Integer, Value::String(digits)) => {
            digits.parse::<i64>().map(Value::from).map_err(|_| ArError::new(310, named()))
        }
        (Kind::Selection(labels), Value::Number(index)) => {
            let label = index.as_u64().and_then(|index| labels.get(usize::try_from(index).ok()?));
            label.map(|label| Value::from(*label)).ok_or_else(limits)
        }
        (kind @ Kind::Selection(_), Value::String(label)) => {
            kind.index_of(label).map(|_| value.clone()).ok_or_else(limits)
        }
        (Kind::Time, Value::String(moment)) => {
            let moment = time::parse(moment).ok_or_else(|| ArError::malformed(named()))?;
            Ok(Value::from(time::print(moment)))
        }
        _ => Err(ArError::new(310, named())),
    }
}

/// The values of an entry as a client reads them: those asked for, or all.
pub(super) fn shown(form: &Form, row: &Record, wanted: Option<&[&'static Field]>, options: &BmcOptions) -> Record {
    let mut shown = Record::new();
    let mut show = |field: &Field| {
        if options.hidden_fields.iter().any(|hidden| hidden == field.name) {
            return;
        }
        let value = row.get(field.name).cloned().unwrap_or_default();
        let value = match field.kind {
            Kind::Secret(_) => match options.password_read {
                PasswordRead::Omitted => return,
                PasswordRead::Stars => json!("***"),
                PasswordRead::Null => Value::Null,
            },
            Kind::Integer if options.integer_read == IntegerRead::String && value.is_number() => {
                Value::from(value.to_string())
            }
            _ => match value {
                Value::String(list) if field.name == "Group List" => group::shown_list(&list, options),
                value => value,
            },
        };
        shown.insert(field.name.to_owned(), value);
    };
    match wanted {
        Some(wanted) => wanted.iter().copied().for_each(&mut show),
        None => form.fields.iter().filter(|field| !is_missing(form, field, options)).for_each(&mut show),
    }
    shown
}
