//! The demo company.

use serde_json::{Value, json};
use simulators::bmc::schema::{Form, Kind};
use simulators::bmc::{Bmc, SERVICE_ACCOUNT, SERVICE_PASSWORD};
use simulators::control::{Clock, Record};

use crate::world::login;

fn demo() -> Bmc {
    Bmc::demo(Clock::manual(jiff::Timestamp::UNIX_EPOCH))
}

fn count(records: &[Record], field: &str, value: &str) -> usize {
    records.iter().filter(|record| record[field] == value).count()
}

#[tokio::test]
async fn the_service_account_can_log_in() {
    assert_eq!(login(&demo(), SERVICE_ACCOUNT, SERVICE_PASSWORD).await.status, 200);
}

#[test]
fn there_are_users_of_every_status_with_their_people_and_groups() {
    let bmc = demo();
    let users = bmc.records("User");
    assert_eq!((users.len(), bmc.records("CTM:People").len()), (251, 250));
    assert_eq!((count(&users, "Status", "Locked-Out"), count(&users, "Status", "Expired")), (1, 1));
    assert!(count(&users, "Status", "Disabled") > 5);
    let groups = bmc.records("Group");
    assert_eq!(groups.iter().filter(|group| group["Group ID"].as_u64().unwrap() >= 20_000).count(), 20);
    let ids: Vec<_> = groups.iter().map(|group| group["Group ID"].to_string()).collect();
    for user in &users {
        let list = user["Group List"].as_str().unwrap_or_default();
        assert!(list.split_terminator(';').all(|id| ids.contains(&id.to_owned())), "{list}");
    }
}

#[test]
fn every_value_fits_its_field() {
    let bmc = demo();
    for form in ["User", "Group", "CTM:People"] {
        let schema = Form::named(form).unwrap();
        for record in bmc.records(form) {
            for (name, value) in record {
                let field = schema.field(&name).unwrap_or_else(|| panic!("{form} has no {name}"));
                let fits = match (field.kind, &value) {
                    (_, Value::Null) | (Kind::Time | Kind::StatusHistory, _) => true,
                    (Kind::Text(max) | Kind::Secret(max), Value::String(text)) => text.chars().count() <= max,
                    (Kind::Selection(labels), Value::String(label)) => labels.contains(&label.as_str()),
                    (Kind::Integer, value) => value.is_i64() || value.is_u64(),
                    _ => false,
                };
                assert!(fits, "{form} {name} {value}");
            }
        }
    }
}

#[test]
fn two_demos_differ_in_nothing_but_their_guids() {
    let plain = |bmc: &Bmc| {
        let mut users = bmc.records("User");
        for user in &mut users {
            user.insert("Instance ID".to_owned(), json!(null));
            user.insert("Unique Identifier".to_owned(), json!(null));
        }
        users
    };
    assert_eq!(plain(&demo()), plain(&demo()));
}
