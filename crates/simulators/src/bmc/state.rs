//! Tables, sessions and counters: everything that lies under the one lock.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::index::is_plain;
use super::options::BmcOptions;
use super::schema::{FORMS, Field, Form, Kind};
use super::session::Sessions;
use super::time;
use crate::control::Record;

#[derive(Debug)]
pub(super) struct State {
    pub(super) options: BmcOptions,
    pub(super) tables: HashMap<&'static str, Table>,
    pub(super) sessions: Sessions,
    /// Lists given out so far: what an unstable order changes with.
    pub(super) lists: u64,
}

/// The entries of one form, by entry id.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) form: &'static Form,
    pub(super) rows: BTreeMap<String, Record>,
    /// The ids have the order of their bytes.
    pub(super) is_plain: bool,
    last: u64,
}

impl State {
    pub(super) fn new(options: BmcOptions) -> Self {
        let table = |form: &'static Form| (form.name, Table { form, rows: BTreeMap::new(), is_plain: true, last: 0 });
        let tables = FORMS.iter().map(|form| table(form)).collect();
        Self { options, tables, sessions: Sessions::default(), lists: 0 }
    }

    pub(super) fn table(&self, form: &Form) -> &Table {
        &self.tables[form.name]
    }

    pub(super) fn table_mut(&mut self, form: &Form) -> &mut Table {
        self.tables.get_mut(form.name).expect("there is a table for every form")
    }

    /// The entry of the account with this login name, to the letter: login names are case-sensitive at login.
    pub(super) fn account(&self, login: &str) -> Option<&Record> {
        self.tables["User"].rows.values().find(|row| row.get("Login Name").and_then(Value::as_str) == Some(login))
    }

    /// Member of group 1 with a fixed licence: without one the membership does not count.
    pub(super) fn is_admin(&self, login: &str) -> bool {
        self.account(login).is_some_and(|row| {
            let groups = row.get("Group List").and_then(Value::as_str).unwrap_or_default();
            groups.split(';').any(|id| id.trim() == "1") && row.get("License Type") == Some(&json!("Fixed"))
        })
    }
}

impl Table {
    /// Puts in a new entry and returns its id. `values` are already as the table keeps them; a Request ID among them is
    /// kept, which is for tests.
    pub(super) fn insert(&mut self, values: Record, by: &str, now: Timestamp) -> String {
        let key = self.form.key().name;
        let id = match values.get(key) {
            Some(Value::String(id)) => id.clone(),
            _ => self.next_id(),
        };
        let mut row: Record = self.form.fields.iter().map(|field| (field.name.to_owned(), Value::Null)).collect();
        for field in self.form.fields {
            if let Some(value) = initial(field, by, now) {
                row.insert(field.name.to_owned(), value);
            }
        }
        row.extend(values);
        row.insert(key.to_owned(), Value::from(id.as_str()));
        note_status(&mut row, &Value::Null, by, now);
        self.is_plain &= is_plain(&id);
        self.rows.insert(id.clone(), row);
        id
    }

    /// Takes out the entry that was put in last, as if it had never been.
    pub(super) fn take_back(&mut self, id: &str) -> Record {
        self.last -= 1;
        self.rows.remove(id).unwrap_or_default()
    }

    /// Puts in a whole entry under the next id and returns that.
    pub(super) fn put(&mut self, mut row: Record) -> String {
        let id = self.next_id();
        row.insert(self.form.key().name.to_owned(), Value::from(id.as_str()));
        self.rows.insert(id.clone(), row);
        id
    }

    /// Changes an entry; `false` when there is none.
    pub(super) fn update(&mut self, id: &str, values: Record, by: &str, now: Timestamp) -> bool {
        let Some(row) = self.rows.get_mut(id) else { return false };
        let status = row.get("Status").cloned().unwrap_or_default();
        row.insert("Modified Date".to_owned(), Value::from(time::print(now)));
        row.insert("Last Modified By".to_owned(), Value::from(by));
        row.extend(values);
        note_status(row, &status, by, now);
        true
    }

    fn next_id(&mut self) -> String {
        loop {
            self.last += 1;
            let id = self.form.entry_id(self.last);
            if !self.rows.contains_key(&id) {
                return id;
            }
        }
    }
}

/// What the server itself puts into a field of a new entry.
fn initial(field: &Field, by: &str, now: Timestamp) -> Option<Value> {
    match field.name {
        "Creator" | "Submitter" | "Last Modified By" => Some(Value::from(by)),
        "Create Date" | "Modified Date" => Some(Value::from(time::print(now))),
        "Status" => Some(Value::from("Current")),
        "Profile Status" => Some(Value::from("Enabled")),
        "Group Category" => Some(Value::from("Regular")),
        "Instance ID" | "Unique Identifier" | "instanceId" => Some(Value::from(guid(field.name))),
        _ => None,
    }
}

fn guid(field: &str) -> String {
    let prefix = if field == "Unique Identifier" { "ID" } else { "AG" };
    format!("{prefix}{}", Uuid::new_v4().simple().to_string().to_uppercase())
}

/// Enters a changed Status into the Status History.
fn note_status(row: &mut Record, before: &Value, by: &str, now: Timestamp) {
    let Some(Value::String(status)) = row.get("Status") else { return };
    if before.as_str() == Some(status) || !row.contains_key("Status History") {
        return;
    }
    let status = status.clone();
    let history = row.entry("Status History").or_insert(Value::Null);
    if !history.is_object() {
        *history = json!({});
    }
    history[status] = json!({ "user": by, "timestamp": time::print(now) });
}

/// A value as a table keeps it: selections by label, moments as printed. For values that come from a test, which are
/// taken as they are when they make no sense.
pub(super) fn stored(form: &Form, mut values: Record) -> Record {
    for (name, value) in &mut values {
        let Some(field) = form.field(name) else { continue };
        match (field.kind, &*value) {
            (Kind::Selection(labels), Value::Number(index)) => {
                let label = index.as_u64().and_then(|index| labels.get(usize::try_from(index).ok()?));
                if let Some(label) = label {
                    *value = Value::from(*label);
                }
            }
            (Kind::Integer, Value::String(digits)) => {
                if let Ok(number) = digits.parse::<i64>() {
                    *value = Value::from(number);
                }
            }
            _ => {}
        }
    }
    values
}
