//! Values on their way in, checked and brought into the form that tables keep, and on their way out.

use http::StatusCode;
use serde_json::{Value, json};

use super::error::ArError;
use super::options::{BmcOptions, IntegerRead, PasswordRead};
use super::qualification::Database;
use super::schema::{Access, Field, Form, Kind};
use super::state::State;
use super::time;
use crate::control::Record;

/// The field that a client's reference (name or id) means on this site.
pub(super) fn field_of(form: &'static Form, reference: &str, options: &BmcOptions) -> Option<&'static Field> {
    form.resolve(reference).filter(|field| !is_missing(form, field, options))
}

fn is_missing(form: &Form, field: &Field, options: &BmcOptions) -> bool {
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
        let mut value = read_in(field, value)?;
        if options.database == Database::Oracle && value == "" {
            value = Value::Null;
        }
        may_write(field, &value, existing, options)?;
        checked.insert(field.name.to_owned(), value);
    }
    if existing.is_none() {
        has_required(form, &checked)?;
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

fn has_required(form: &Form, values: &Record) -> Result<(), ArError> {
    let is_given = |field: &Field| match values.get(field.name) {
        None | Some(Value::Null) => false,
        Some(value) => field.access != Access::Key || value != "",
    };
    let required = form.fields.iter().filter(|field| matches!(field.access, Access::Required | Access::Key));
    let missing: Vec<_> = required.filter(|field| !is_given(field)).map(|field| field.name).collect();
    if missing.is_empty() { Ok(()) } else { Err(ArError::new(307, missing.join(", "))) }
}

fn read_in(field: &Field, value: &Value) -> Result<Value, ArError> {
    let named = || named(field);
    let limits = || ArError::new(306, named());
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

/// Checks the ids of a Group List: their format always, whether such groups can be assigned if the option says so.
pub(super) fn check_group_list(state: &State, values: &Record, may_use_groups: bool) -> Result<(), ArError> {
    let Some(Value::String(list)) = values.get("Group List") else { return Ok(()) };
    if !may_use_groups {
        return Err(ArError::new(353, "Group").with_status(StatusCode::FORBIDDEN));
    }
    for id in list.split([';', ' ']).filter(|id| !id.is_empty()) {
        let Ok(number) = id.parse::<i64>() else { return Err(ArError::new(335, format!("Group List (104) : {id}"))) };
        if state.options.group_list_checked && number != 1 {
            let row = state.tables["Group"].rows.values().find(|row| row.get("Group ID") == Some(&json!(number)));
            let row = row.ok_or_else(|| ArError::new(318, id))?;
            if row.get("Group Category") != Some(&json!("Regular")) {
                return Err(ArError::new(336, id));
            }
        }
    }
    Ok(())
}

/// The values of an entry as a client reads them: those asked for, or all.
pub(super) fn shown(form: &Form, row: &Record, wanted: Option<&[&'static Field]>, options: &BmcOptions) -> Record {
    let mut shown = Record::new();
    let mut show = |field: &Field| {
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
            _ => value,
        };
        shown.insert(field.name.to_owned(), value);
    };
    match wanted {
        Some(wanted) => wanted.iter().copied().for_each(&mut show),
        None => form.fields.iter().filter(|field| !is_missing(form, field, options)).for_each(&mut show),
    }
    shown
}
