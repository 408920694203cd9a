//! The demo company.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use simulators::bmc::schema::{Form, Kind};
use simulators::bmc::{Bmc, BmcOptions, SERVICE_ACCOUNT, SERVICE_PASSWORD};
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
}

#[test]
fn every_group_of_the_company_has_members_and_no_other_group_has() {
    let bmc = demo();
    let groups = bmc.records("Group");
    let ids = groups.iter().map(|group| group["Group ID"].as_i64().unwrap());
    let mut members: BTreeMap<_, _> = ids.map(|id| (id, 0)).collect();
    assert_eq!(members.keys().filter(|id| (20_000..20_020).contains(*id)).count(), 20);
    let mut sizes = BTreeMap::new();
    for user in bmc.records("User") {
        let list = user["Group List"].as_str().unwrap_or_default();
        let ids = list.split([';', ' ']).filter(|id| !id.is_empty());
        let ids: Vec<i64> = ids.map(|id| id.parse().unwrap()).collect();
        *sizes.entry(ids.len()).or_insert(0) += 1;
        for id in ids {
            *members.entry(id).or_insert(0) += 1;
        }
    }
    for (id, count) in members {
        match id {
            1 | 29_999 => assert_eq!(count, 1, "{id}"),
            20_000..20_020 => assert!((4..50).contains(&count), "{id} has {count}"),
            _ => assert_eq!(count, 0, "{id}"),
        }
    }
    assert!((0..4).all(|size| sizes[&size] > 15), "{sizes:?}");
}

#[test]
fn the_servers_own_groups_are_there_with_a_dynamic_and_a_computed_one() {
    let groups = demo().records("Group");
    let named = |id: i64| groups.iter().find(|group| group["Group ID"] == id).unwrap_or_else(|| panic!("no {id}"));
    for (id, name) in [(0, "Public"), (1, "Administrators"), (2, "Customize"), (3, "Submitter"), (4, "Assignee")] {
        assert_eq!(named(id)["Group Name"], name);
    }
    assert_eq!(
        (&named(5)["Group Name"], &named(7)["Group Name"]),
        (&json!("Sub Administrator"), &json!("Assignee Group"))
    );
    assert_eq!(count(&groups, "Group Category", "Computed"), 1);
    assert_eq!(named(60_000)["Group Category"], "Dynamic");
}

#[test]
fn twenty_thousand_users_are_there_at_once() {
    let bmc = Bmc::new(BmcOptions::default(), Clock::manual(jiff::Timestamp::UNIX_EPOCH));
    let keys = bmc.populate(20_000, &[(20_000, 20_000), (20_001, 3)]);
    assert_eq!((keys.len(), keys[0].as_str(), keys[19_999].as_str()), (20_000, "000000000000001", "000000000020000"));
    assert_eq!(bmc.record("User", &keys[2]).unwrap()["Group List"], "20000;20001;");
    assert_eq!(bmc.record("User", &keys[3]).unwrap()["Group List"], "20000;");
    assert_eq!(bmc.records("Group").len(), 2);
    let more = bmc.populate(1, &[(20_001, 0)]);
    assert_eq!(bmc.record("User", &more[0]).unwrap()["Login Name"], "user020001");
    assert_eq!(bmc.record("User", &more[0]).unwrap()["Group List"], Value::Null);
    assert_eq!(bmc.records("Group").len(), 2);
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
