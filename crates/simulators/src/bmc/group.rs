//! The rules of the Group form beyond single fields, and the ids in a Group List.
//!
//! Nothing says that the server keeps Group Lists in step: a group that is gone leaves its id in them.

use http::StatusCode;
use serde_json::{Value, json};

use super::error::ArError;
use super::options::{BmcOptions, GroupInUse, GroupListRead, IntegerRead};
use super::qualification::compare_text;
use super::schema::{Form, GROUP_ID_RESERVED_MAX, GROUP_IDS_DYNAMIC};
use super::session::Session;
use super::state::State;
use crate::control::Record;

/// Public, Submitter, Assignee, Assignee Group: everybody or nobody is in them by what they do, never by a list.
const IMPLICIT: [i64; 4] = [0, 3, 4, 7];
/// What a site's own filter says; the numbers of filters begin here.
const IN_USE: u32 = 10_000;

/// Checks a Group entry to be written. `id` is the entry to be changed; none for a new one.
pub(super) fn check(
    state: &State,
    form: &Form,
    values: &Record,
    id: Option<&str>,
    session: &Session,
) -> Result<(), ArError> {
    may_use_groups(state, session)?;
    let none = Record::new();
    let existing = id.and_then(|id| state.table(form).rows.get(id)).unwrap_or(&none);
    check_name(state, form, values, id)?;
    check_id(state, form, values, existing, id)?;
    check_category(values, existing)
}

/// Refuses an account that must be an administrator for this and is none.
pub(super) fn may_use_groups(state: &State, session: &Session) -> Result<(), ArError> {
    if state.options.group_list_needs_admin && !state.is_admin(&session.login) {
        return Err(ArError::new(353, "Group").with_status(StatusCode::FORBIDDEN));
    }
    Ok(())
}

fn check_name(state: &State, form: &Form, values: &Record, id: Option<&str>) -> Result<(), ArError> {
    let Some(Value::String(name)) = values.get("Group Name") else { return Ok(()) };
    if name.trim().is_empty() {
        return Err(ArError::new(if id.is_some() { 326 } else { 307 }, "Group Name (105)"));
    }
    let options = &state.options;
    let is_same = |taken: &Value| match taken {
        Value::String(taken) => compare_text(taken, name, options.database, options.collation).is_eq(),
        _ => false,
    };
    refuse_taken(state, form, "Group Name", id, is_same)
}

fn check_id(state: &State, form: &Form, values: &Record, existing: &Record, id: Option<&str>) -> Result<(), ArError> {
    let Some(number) = values.get("Group ID").filter(|number| existing.get("Group ID") != Some(number)) else {
        return Ok(());
    };
    if number.as_i64().is_none_or(|number| number <= GROUP_ID_RESERVED_MAX) {
        return Err(ArError::new(306, "Group ID (106)"));
    }
    if !state.options.group_id_unique {
        return Ok(());
    }
    refuse_taken(state, form, "Group ID", id, |taken| taken == number)
}

fn refuse_taken(
    state: &State,
    form: &Form,
    field: &str,
    id: Option<&str>,
    is_same: impl Fn(&Value) -> bool,
) -> Result<(), ArError> {
    let mut others = state.table(form).rows.iter().filter(|(other, _)| Some(other.as_str()) != id);
    match others.find(|(_, row)| row.get(field).is_some_and(&is_same)) {
        Some((taken, _)) => {
            let field = form.field(field).map_or(0, |field| field.id);
            Err(ArError::new(382, format!("{} : {taken} : {field}", form.name)))
        }
        None => Ok(()),
    }
}

/// Dynamic groups, and they alone, have the ids of dynamic groups; a computed one has a definition.
fn check_category(values: &Record, existing: &Record) -> Result<(), ArError> {
    if !["Group ID", "Group Category", "Computed Group Definition"].iter().any(|name| values.contains_key(*name)) {
        return Ok(());
    }
    let value = |name: &str| values.get(name).or_else(|| existing.get(name)).cloned().unwrap_or_default();
    let number = value("Group ID").as_i64().unwrap_or_default();
    let category = value("Group Category");
    if (category == "Dynamic") != GROUP_IDS_DYNAMIC.contains(&number) && number > GROUP_ID_RESERVED_MAX {
        return Err(ArError::new(616, format!("Group Category (120) : {number}")));
    }
    let has_definition = value("Computed Group Definition").as_str().is_some_and(|text| !text.trim().is_empty());
    if category == "Computed" && !has_definition {
        return Err(ArError::new(619, "Computed Group Definition (121)"));
    }
    Ok(())
}

/// Refuses the removal of a group that is in somebody's list, where the site does.
pub(super) fn check_removal(state: &State, group: &Record) -> Result<(), ArError> {
    let number = group.get("Group ID").and_then(Value::as_i64).unwrap_or_default().to_string();
    let lists = state.tables["User"].rows.values().filter_map(|user| user.get("Group List")?.as_str());
    match state.options.group_in_use {
        GroupInUse::Refused if lists.into_iter().any(|list| ids(list).any(|id| id == number)) => {
            Err(ArError::new(IN_USE, format!("Group : {number}")))
        }
        GroupInUse::Refused | GroupInUse::Removed => Ok(()),
    }
}

/// Checks the ids of a Group List: their format always, whether such groups can be assigned if the option says so.
pub(super) fn check_list(state: &State, values: &Record, session: &Session) -> Result<(), ArError> {
    let Some(Value::String(list)) = values.get("Group List") else { return Ok(()) };
    may_use_groups(state, session)?;
    for id in list.split([';', ' ']).filter(|id| !id.is_empty()) {
        let Ok(number) = id.parse::<i64>() else { return Err(ArError::new(335, format!("Group List (104) : {id}"))) };
        if state.options.group_list_checked && number != 1 {
            let row = state.tables["Group"].rows.values().find(|row| row.get("Group ID") == Some(&json!(number)));
            let row = row.ok_or_else(|| ArError::new(318, id))?;
            if row.get("Group Category") != Some(&json!("Regular")) || IMPLICIT.contains(&number) {
                return Err(ArError::new(336, id));
            }
        }
    }
    Ok(())
}

/// The ids in a Group List, however they are separated.
pub(super) fn ids(list: &str) -> impl Iterator<Item = &str> {
    list.split([';', ',', ' ']).filter(|id| !id.is_empty())
}

/// A Group List as a client reads it.
pub(super) fn shown_list(list: &str, options: &BmcOptions) -> Value {
    let joined = |between: &str, end: &str| {
        let text = ids(list).collect::<Vec<_>>().join(between);
        Value::from(if text.is_empty() { text } else { text + end })
    };
    match options.group_list_read {
        GroupListRead::Stored => Value::from(list),
        GroupListRead::Unterminated => joined(";", ""),
        GroupListRead::Blanks => joined("; ", ";"),
        GroupListRead::Array => ids(list)
            .map(|id| match (options.integer_read, id.parse::<i64>()) {
                (IntegerRead::Number, Ok(number)) => Value::from(number),
                _ => Value::from(id),
            })
            .collect(),
    }
}

/// The list that an array of ids means, which a client may write where it reads one; none when it is no such array.
pub(super) fn list_of(array: &[Value], options: &BmcOptions) -> Option<String> {
    if options.group_list_read != GroupListRead::Array {
        return None;
    }
    let id = |value: &Value| match value {
        Value::String(id) => Some(format!("{id};")),
        Value::Number(id) => Some(format!("{id};")),
        _ => None,
    };
    array.iter().map(id).collect()
}
