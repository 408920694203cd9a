//! Many employees at once, for tests of size.

use serde_json::{Map, Value, json};

use super::fields::Object;
use super::options::Preset;
use super::state::text;
use super::{FOREIGN_WRITER, Ivanti};

impl Ivanti {
    /// Inserts `employees` employees `user000001`, `user000002`, … in one step and returns their keys in that order. Each is
    /// in one team at most: the first `n` in the first of `members_of`, `(team, n)`, the next in the second, and so on; the
    /// rest is in none. A team is made where there is none of that name. Called again it counts on.
    ///
    /// # Panics
    /// When there are to be more members than new employees.
    pub fn populate(&self, employees: usize, members_of: &[(&str, usize)]) -> Vec<String> {
        let members: usize = members_of.iter().map(|(_, n)| n).sum();
        assert!(members <= employees, "members are the new employees, each of one team");
        let mut state = self.lock();
        let now = self.control.clock().now();
        let options = state.options.clone();
        let object = |name| Object::of(name, &options).expect("there is such an object");
        let [people, teams] = ["employees", "standarduserteams"].map(object);
        let mut places: Vec<(String, String)> = Vec::with_capacity(members);
        for (team, n) in members_of {
            let there = state.rows(&teams.set).find(|row| text(&row.fields, "Team") == *team);
            let there = there.map(|row| text(&row.fields, "RecId").to_owned());
            let key = there.unwrap_or_else(|| {
                let fields = record(json!({ "Team": team, "Description": format!("People of {team}") }));
                state.add(&teams, fields, FOREIGN_WRITER, now)
            });
            places.extend(std::iter::repeat_n(((*team).to_owned(), key), *n));
        }
        let before = state.rows(&people.set).count();
        let is_stock = options.preset == Preset::Stock;
        let mut places = places.into_iter();
        let one = |index: usize| {
            let number = before + index + 1;
            let login = format!("user{number:06}");
            let address = format!("{login}@calbro.example");
            let mut fields = record(json!({
                "LoginID": login, "FirstName": "User", "LastName": number.to_string(),
                (if is_stock { "PrimaryEmail" } else { "Email" }): address,
            }));
            match places.next() {
                Some((team, key)) if is_stock => {
                    fields.insert("Team".to_owned(), Value::from(team));
                    fields.insert("Team_Valid".to_owned(), Value::from(key));
                }
                Some((_, key)) => {
                    fields.insert("Team".to_owned(), Value::from(key));
                }
                None => {}
            }
            state.add(&people, fields, FOREIGN_WRITER, now)
        };
        (0..employees).map(one).collect()
    }
}

fn record(values: Value) -> Map<String, Value> {
    match values {
        Value::Object(values) => values,
        _ => Map::new(),
    }
}
