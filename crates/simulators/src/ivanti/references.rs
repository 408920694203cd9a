//! The team and the role of an employee: values that name records of other objects.
//!
//! In the documented fields `Team` holds the key of a team; in the stock fields it holds its name, and `Team_Valid` the key.
//! `Role` holds the internal name of a role or the name shown.

use serde_json::{Map, Value};

use super::answer::Answer;
use super::fields::Object;
use super::options::{BadReference, Preset};
use super::state::{State, text};

/// Checks the references among the fields to be stored, and brings `Team` and `Team_Valid` into step.
pub(super) fn settle(state: &State, object: &Object, stored: &mut Map<String, Value>) -> Result<(), Answer> {
    if !object.is_employee {
        return Ok(());
    }
    // A list of its own says which teams there are.
    if !state.options.validated_fields.contains_key("Team") {
        match state.options.preset {
            Preset::Documented => team_key(state, stored)?,
            Preset::Stock => team_pair(state, stored)?,
        }
    }
    role(state, stored)
}

fn team_key(state: &State, stored: &mut Map<String, Value>) -> Result<(), Answer> {
    let Some(Value::String(key)) = stored.get("Team") else { return Ok(()) };
    if key.is_empty() || state.find("standarduserteams", key).is_some() {
        return Ok(());
    }
    unknown(state, stored, "Team")
}

fn team_pair(state: &State, stored: &mut Map<String, Value>) -> Result<(), Answer> {
    let named = |name: &str| {
        let is_same = |team: &&Map<String, Value>| text(team, "Team").to_lowercase() == name.to_lowercase();
        state.rows("standarduserteams").map(|row| &row.fields).find(is_same)
    };
    let team = match (stored.get("Team"), stored.get("Team_Valid")) {
        (Some(Value::String(name)), _) if !name.is_empty() => named(name),
        (None, Some(Value::String(key))) if !key.is_empty() => {
            state.find("standarduserteams", key).map(|row| &row.fields)
        }
        (Some(_), _) => {
            stored.insert("Team_Valid".to_owned(), Value::Null);
            return Ok(());
        }
        // The key alone does not clear the name.
        (None, _) => return Ok(()),
    };
    let Some(team) = team else {
        let given = if stored.contains_key("Team") { "Team" } else { "Team_Valid" };
        unknown(state, stored, given)?;
        if given == "Team" {
            stored.insert("Team_Valid".to_owned(), Value::Null);
        }
        return Ok(());
    };
    for (field, of_team) in [("Team", "Team"), ("Team_Valid", "RecId"), ("TeamEmail", "TeamEmail")] {
        stored.insert(field.to_owned(), team.get(of_team).cloned().unwrap_or_default());
    }
    Ok(())
}

fn role(state: &State, stored: &mut Map<String, Value>) -> Result<(), Answer> {
    let Some(Value::String(role)) = stored.get("Role") else { return Ok(()) };
    let role = role.to_lowercase();
    let names_it = |of: &str, row: &Map<String, Value>| text(row, of).to_lowercase() == role;
    let mut roles = state.rows("frs_def_roles").map(|row| &row.fields);
    if role.is_empty() || roles.any(|row| names_it("Name", row) || names_it("DisplayName", row)) {
        return Ok(());
    }
    unknown(state, stored, "Role")
}

fn unknown(state: &State, stored: &mut Map<String, Value>, field: &str) -> Result<(), Answer> {
    match state.options.bad_reference {
        BadReference::Stored => Ok(()),
        BadReference::StoreNothing => {
            stored.insert(field.to_owned(), Value::Null);
            Ok(())
        }
        BadReference::Reject => {
            let value = text(stored, field);
            Err(Answer::bad_request(format!("'{value}' is not in the validation list of the field '{field}'")))
        }
    }
}
