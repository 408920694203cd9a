//! Many users at once, for tests of size.

use serde_json::{Value, json};

use super::schema::Form;
use super::{Bmc, FOREIGN_WRITER};
use crate::control::Record;

impl Bmc {
    /// Inserts `users` users `user000001`, `user000002`, … in one step and returns their entry ids in that order. The first
    /// `n` of them are members of each group of `members_of`, `(group_id, n)`; a Group entry is made for an id that has
    /// none. Their people, passwords and personal fields are missing. Called again it counts on.
    ///
    /// # Panics
    /// When a group is to have more members than there are new users.
    pub fn populate(&self, users: usize, members_of: &[(u32, usize)]) -> Vec<String> {
        assert!(members_of.iter().all(|(_, n)| *n <= users), "members are the new users");
        let [user_form, group_form] = ["User", "Group"].map(|name| Form::named(name).expect("there is such a form"));
        let now = self.now();
        let mut state = self.lock();
        for (group, _) in members_of {
            if !state.table(group_form).rows.values().any(|row| row.get("Group ID") == Some(&json!(group))) {
                let name = format!("Group {group}");
                let values = json!({
                    "Group ID": group, "Group Name": name, "Long Group Name": name, "Group Type": "Regular",
                });
                state.table_mut(group_form).insert(record(values), FOREIGN_WRITER, now);
            }
        }
        let table = state.table_mut(user_form);
        let before = table.rows.len();
        // What is the same for all is made once.
        let model = table.insert(record(json!({ "License Type": "Read" })), FOREIGN_WRITER, now);
        let model = table.take_back(&model);
        let one = |index: usize| {
            let groups = members_of.iter().filter(|(_, n)| index < *n).map(|(group, _)| format!("{group};"));
            let list = groups.collect::<Vec<_>>().concat();
            let number = before + index + 1;
            let login = format!("user{number:06}");
            let mut row = model.clone();
            let mut set = |field: &str, text: String| row[field] = Value::from(text);
            set("Unique Identifier", format!("ID{number:032X}"));
            set("Instance ID", format!("AG{number:032X}"));
            set("Full Name", format!("User {number}"));
            set("Email Address", format!("{login}@calbro.example"));
            set("Login Name", login);
            if !list.is_empty() {
                set("Group List", list);
            }
            table.put(row)
        };
        (0..users).map(one).collect()
    }
}

fn record(values: Value) -> Record {
    match values {
        Value::Object(values) => values,
        _ => Record::new(),
    }
}
