//! `POST`, `PATCH`, `PUT`, `DELETE`.

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::answer::Answer;
use super::call::Call;
use super::fields::Object;
use super::options::{Duplicate, Rights, UpdateReply};
use super::read::visible;
use super::sessions::Caller;
use super::state::{State, rendered, text};
use super::{references, values};

/// `POST …/employees`. Assigns no role.
pub(super) fn create(state: &mut State, call: &Call, caller: &Caller, object: &Object, now: Timestamp) -> Answer {
    match try_create(state, call, caller, object, now) {
        Err(refused) => refused,
        Ok(key) => {
            let status = StatusCode::from_u16(state.options.create_status).unwrap_or(StatusCode::CREATED);
            let record = state.find(&object.set, &key).map(|row| rendered(&row.fields, object, &state.options));
            Answer::json(status, &Value::from(record.unwrap_or_default()))
        }
    }
}

fn try_create(
    state: &mut State,
    call: &Call,
    caller: &Caller,
    object: &Object,
    now: Timestamp,
) -> Result<String, Answer> {
    may_write(state, caller, object, "create")?;
    let mut fields = values::checked(body(call)?, object, &state.options, &Map::new())?;
    references::settle(state, object, &mut fields)?;
    let missing: Vec<String> = object
        .required
        .iter()
        .filter(|name| text(&fields, name).is_empty())
        .map(|name| required(object, name))
        .collect();
    if !missing.is_empty() {
        return Err(Answer::bad_request_all(&missing));
    }
    refuse_taken(state, object, &fields, None)?;
    Ok(state.add(object, fields, &caller.user, now))
}

/// `PATCH` and `PUT …/employees('…')`: fields that are not named stay as they are.
pub(super) fn update(
    state: &mut State,
    call: &Call,
    caller: &Caller,
    object: &Object,
    key: &str,
    now: Timestamp,
) -> Answer {
    match try_update(state, call, caller, object, key, now) {
        Err(refused) => refused,
        Ok(asked) => match state.options.update_reply {
            UpdateReply::NoContent => Answer::bare(StatusCode::NO_CONTENT),
            UpdateReply::ChangedOnly => {
                let mut echo = Map::from_iter([("RecId".to_owned(), Value::from(key))]);
                echo.extend(asked);
                Answer::json(StatusCode::OK, &Value::Object(echo))
            }
            UpdateReply::Record => {
                let record = state.find(&object.set, key).map(|row| rendered(&row.fields, object, &state.options));
                Answer::json(StatusCode::OK, &Value::from(record.unwrap_or_default()))
            }
        },
    }
}

/// What was asked, once it is done.
fn try_update(
    state: &mut State,
    call: &Call,
    caller: &Caller,
    object: &Object,
    key: &str,
    now: Timestamp,
) -> Result<Map<String, Value>, Answer> {
    may_write(state, caller, object, "update")?;
    let asked = body(call)?;
    let old = &visible(state, caller, object, key)?.fields;
    let mut changes = values::checked(asked.clone(), object, &state.options, old)?;
    references::settle(state, object, &mut changes)?;
    let emptied = object.required.iter().find(|&name| changes.contains_key(name) && text(&changes, name).is_empty());
    if let Some(name) = emptied {
        return Err(Answer::bad_request(required(object, name)));
    }
    refuse_taken(state, object, &changes, Some(key))?;
    state.change(object, key, changes, &caller.user, now);
    Ok(asked)
}

/// `DELETE …/employees('…')`: the record is gone.
pub(super) fn delete(state: &mut State, caller: &Caller, object: &Object, key: &str) -> Answer {
    let allowed =
        may_write(state, caller, object, "delete").and_then(|()| visible(state, caller, object, key).map(|_| ()));
    if let Err(refused) = allowed {
        return refused;
    }
    state.remove(&object.set, key);
    Answer::bare(StatusCode::NO_CONTENT)
}

fn may_write(state: &State, caller: &Caller, object: &Object, verb: &str) -> Result<(), Answer> {
    if state.options.write && state.options.rights != Rights::None && caller.role.is_some() {
        return Ok(());
    }
    let role = caller.role.as_deref().unwrap_or("''");
    let object = object.business_object();
    Err(Answer::bad_request(format!("Role {role} does not have rights to {verb} object {object}")))
}

fn body(call: &Call) -> Result<Map<String, Value>, Answer> {
    match serde_json::from_slice(&call.body) {
        Ok(Value::Object(fields)) if !fields.is_empty() => Ok(fields),
        _ => Err(Answer::bad_request("The request payload is empty or cannot be read")),
    }
}

fn required(object: &Object, name: &str) -> String {
    let shown = object.field(name).map_or_else(|| name.to_owned(), super::fields::Field::display_name);
    format!("'{shown}' is a required field")
}

fn refuse_taken(
    state: &State,
    object: &Object,
    fields: &Map<String, Value>,
    except: Option<&str>,
) -> Result<(), Answer> {
    let Some(field) = object.unique else { return Ok(()) };
    let wanted = text(fields, field);
    if wanted.is_empty() || !state.is_taken(&object.set, field, wanted, except) {
        return Ok(());
    }
    let message = format!("The value '{wanted}' of the field '{field}' is not unique: such a record already exists");
    Err(match state.options.duplicate {
        Duplicate::Conflict409 => Answer::conflict(message),
        Duplicate::BadRequest400 => Answer::bad_request(message),
        Duplicate::Allowed => return Ok(()),
    })
}
