//! One entry: read, create, change, delete.

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::error::ArError;
use super::group;
use super::list::is_readable;
use super::options::Rights;
use super::qualification::compare_text;
use super::schema::{ENTRY_ID_LENGTH, Form};
use super::session::Session;
use super::state::State;
use super::values::checked;
use crate::control::Record;

pub(super) fn get(state: &State, form: &'static Form, id: &str, session: &Session) -> Result<Record, ArError> {
    check_id(id)?;
    let row = state.table(form).rows.get(id);
    let readable = row.filter(|row| is_readable(form, row, session, &state.options));
    readable.cloned().ok_or_else(|| ArError::no_entry(form.name, id))
}

/// Creates an entry and returns its id.
pub(super) fn create(
    state: &mut State,
    form: &'static Form,
    values: &Record,
    session: &Session,
    now: Timestamp,
) -> Result<String, ArError> {
    if !may_write(state, session) || state.options.rights == Rights::None {
        return Err(no_access(form));
    }
    let values = checked(form, values, None, &state.options)?;
    check_rules(state, form, &values, None, session)?;
    Ok(state.table_mut(form).insert(values, &session.login, now))
}

/// Changes the given fields of an entry; all others keep their values.
pub(super) fn update(
    state: &mut State,
    form: &'static Form,
    id: &str,
    values: &Record,
    session: &Session,
    now: Timestamp,
) -> Result<(), ArError> {
    check_id(id)?;
    let existing = state.table(form).rows.get(id).ok_or_else(|| ArError::no_entry(form.name, id))?;
    if !may_write(state, session) {
        return Err(ArError::new(330, values.keys().next().map_or("", String::as_str)));
    }
    if !is_readable(form, existing, session, &state.options) {
        return Err(no_access_to(form, id));
    }
    let values = checked(form, values, Some(existing), &state.options)?;
    let login = existing.get("Login Name").and_then(Value::as_str).unwrap_or_default().to_owned();
    check_rules(state, form, &values, Some(id), session)?;
    if form.name == "User" && values.contains_key("Password") {
        state.sessions.unlock(&login);
    }
    state.table_mut(form).update(id, values, &session.login, now);
    Ok(())
}

pub(super) fn delete(state: &mut State, form: &'static Form, id: &str, session: &Session) -> Result<(), ArError> {
    check_id(id)?;
    if !may_write(state, session) {
        return Err(no_access(form));
    }
    let existing = state.table(form).rows.get(id).ok_or_else(|| ArError::no_entry(form.name, id))?;
    if !is_readable(form, existing, session, &state.options) {
        return Err(no_access_to(form, id));
    }
    if !state.options.delete_allowed {
        return Err(ArError::new(3225, form.name));
    }
    if form.name == "Group" {
        group::may_use_groups(state, session)?;
        group::check_removal(state, existing)?;
    }
    state.table_mut(form).rows.remove(id);
    Ok(())
}

fn check_id(id: &str) -> Result<(), ArError> {
    if id.chars().count() > ENTRY_ID_LENGTH { Err(ArError::new(101, id)) } else { Ok(()) }
}

fn may_write(state: &State, session: &Session) -> bool {
    state.options.write && !session.guest
}

fn no_access(form: &Form) -> ArError {
    ArError::new(353, form.name).with_status(StatusCode::FORBIDDEN)
}

fn no_access_to(form: &Form, id: &str) -> ArError {
    ArError::new(331, format!("{} : {id}", form.name))
}

/// The rules of a form beyond single fields. `id` is the entry to be changed; none for a new one.
fn check_rules(
    state: &State,
    form: &Form,
    values: &Record,
    id: Option<&str>,
    session: &Session,
) -> Result<(), ArError> {
    match form.name {
        "User" => {
            group::check_list(state, values, session)?;
            check_login_name(state, form, values, id)?;
            check_licenses(state, form, values, id)
        }
        "Group" => group::check(state, form, values, id, session),
        _ => Ok(()),
    }
}

fn check_login_name(state: &State, form: &Form, values: &Record, id: Option<&str>) -> Result<(), ArError> {
    let Some(Value::String(login)) = values.get("Login Name") else { return Ok(()) };
    if login == "System" {
        return Err(ArError::new(306, "Login Name (101)"));
    }
    if !state.options.login_name_unique {
        return Ok(());
    }
    let options = &state.options;
    let is_same = |row: &Record| match row.get("Login Name") {
        Some(Value::String(taken)) => compare_text(taken, login, options.database, options.collation).is_eq(),
        _ => false,
    };
    let others = state.table(form).rows.iter().filter(|(other, _)| Some(other.as_str()) != id);
    match others.into_iter().find(|(_, row)| is_same(row)) {
        Some((taken, _)) => Err(ArError::new(options.duplicate_number, format!("{} : {taken} : 101", form.name))),
        None => Ok(()),
    }
}

fn check_licenses(state: &State, form: &Form, values: &Record, id: Option<&str>) -> Result<(), ArError> {
    let fixed = Some(&json!("Fixed"));
    let Some(max) = state.options.fixed_licenses.filter(|_| values.get("License Type") == fixed) else {
        return Ok(());
    };
    let others = state.table(form).rows.iter().filter(|(other, _)| Some(other.as_str()) != id);
    let held = others.filter(|(_, row)| row.get("License Type") == fixed).count();
    if held < max { Ok(()) } else { Err(ArError::new(9090, format!("{max}"))) }
}
