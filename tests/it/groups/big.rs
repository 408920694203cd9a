//! Many users and many members, read completely and changed one at a time. Time stands still here, so that a slow machine
//! meets no deadline.

use std::collections::BTreeSet;

use http::StatusCode;
use serde_json::{Value, json};
use simulators::control::Fault;

use super::{
    TARGETS, assert_done, clear, entries, group, id_of, key_of, listed, members, op, set_of, shown, site, user,
};
use crate::bridge::{Setup, TestBridge};

/// A bridge with `count` users more, all of them in `Engineers`. The vendors' pages are as large as they may be.
async fn crowd(target: &str, count: usize) -> (TestBridge, String, BTreeSet<String>) {
    let setup = Setup { ivanti_keys: "page_size = 1000".to_owned(), ..site() };
    let bridge = setup.build().await;
    let id = group(&bridge, target, "Engineers");
    let key = key_of(&bridge, target, &id);
    let ids = (0..count).map(|number| {
        let name = format!("crowd{number}");
        if target == "bmc" {
            let list = if number % 3 == 0 { format!("{key};") } else { format!("999;{key};5;") };
            let fields = json!({ "Login Name": name, "Full Name": name, "Password": "x", "License Type": "Read",
                "Group List": list });
            return bridge.bmc.insert("User", fields);
        }
        let email = format!("{name}@example.com");
        let fields = json!({ "LoginID": name, "FirstName": "A", "LastName": name, "Email": email, "Team": key });
        bridge.ivanti.insert("employees", fields)
    });
    let ids = ids.collect();
    clear(&bridge, target);
    (bridge, id, ids)
}

/// The native calls of one change.
async fn calls_of(bridge: &TestBridge, target: &str, id: &str, operations: Value) -> Vec<String> {
    clear(bridge, target);
    assert_done(&bridge.patch_group(target, id, operations).await, target);
    entries(bridge, target).into_iter().map(|entry| entry.method).collect()
}

async fn assert_twenty_thousand(target: &str) {
    let (bridge, big, ids) = crowd(target, 20_000).await;
    assert_eq!(ids.len(), 20_000, "{target}");
    let read = bridge.group(target, &big).await;
    assert_eq!(read.status, StatusCode::OK, "{target}");
    assert!(shown(&read.body) == ids, "{target}: all of them, each once");
    let pages = entries(&bridge, target).len();
    assert!(pages <= 25, "{target}: {pages} calls for 20,000 members");

    let small = group(&bridge, target, "Small");
    let (ada, bob) = (user(&bridge, target, "ada"), user(&bridge, target, "bob"));
    let okta = |id: &str, name: &str| json!({ "op": "replace", "value": { "id": id, "displayName": name } });
    for operation in ["add", "remove"] {
        let few = calls_of(&bridge, target, &small, json!([okta(&small, "Small"), op(operation, [&bob])])).await;
        let many = calls_of(&bridge, target, &big, json!([okta(&big, "Engineers"), op(operation, [&ada])])).await;
        assert_eq!(many, few, "{target} {operation}: the size does not matter");
        assert!(many.len() <= 5, "{target} {operation}: {many:?}");
        let filtered = json!([{ "op": "remove", "path": format!("members[value eq \"{bob}\"]") }]);
        let none = calls_of(&bridge, target, &big, filtered).await;
        assert!(none.len() <= 3, "{target}: who is no member: {none:?}");
        assert_eq!(members(&bridge, target, &big).len(), 20_000 + usize::from(operation == "add"), "{target}");
    }
    clear(&bridge, target);
    let one = ids.first().expect("a member");
    let filter = format!("id eq \"{big}\" and members eq \"{one}\"");
    let found = bridge.find_groups(target, &filter, "&excludedAttributes=members").await;
    assert_eq!(listed(&found), [big.as_str()], "{target}");
    assert!(entries(&bridge, target).len() <= 3, "{target}: {}", entries(&bridge, target).len());
}

#[tokio::test(start_paused = true)]
async fn a_group_of_twenty_thousand_on_bmc() {
    assert_twenty_thousand("bmc").await;
}

#[tokio::test(start_paused = true)]
async fn a_group_of_twenty_thousand_on_ivanti() {
    assert_twenty_thousand("ivanti").await;
}

/// A read that breaks off is no small group.
#[tokio::test(start_paused = true)]
async fn a_group_that_cannot_be_read_to_the_end_is_not_shown_in_part() {
    for target in TARGETS {
        let (bridge, id, _) = crowd(target, 2_500).await;
        let path = if target == "bmc" { "/entry/User" } else { "/employees" };
        bridge.group(target, &id).await;
        let calls = entries(&bridge, target).iter().filter(|entry| entry.path.contains(path)).count();
        assert!(calls > 1, "{target}: more than one page");
        clear(&bridge, target);
        let fault = Fault::status(503, &[], json!("busy")).path_contains(path).nth(2).times(1_000);
        super::inject(&bridge, target, fault);
        let read = bridge.group(target, &id).await;
        assert_eq!(read.status, StatusCode::SERVICE_UNAVAILABLE, "{target}");
        let empty = json!([{ "op": "remove", "path": "members" }]);
        let answer = bridge.patch_group(target, &id, empty).await;
        assert!(!answer.status.is_success(), "{target}: not all of them are known");
        assert_eq!(super::writes(&bridge, target).len(), 0, "{target}");
    }
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_users_are_walked_each_once() {
    for target in TARGETS {
        let (bridge, group, ids) = crowd(target, 10_000).await;
        let mut seen = Vec::new();
        loop {
            let page = bridge.get(target, &format!("/Users?startIndex={}&count=1000", seen.len() + 1)).await;
            assert_eq!(page.status, StatusCode::OK, "{target}: {}", page.body["detail"]);
            let total = page.body["totalResults"].as_u64().expect("a number");
            let users = page.body["Resources"].as_array().expect("a list");
            assert!(!users.is_empty(), "{target}: {} of {total}", seen.len());
            for user in users.iter().filter(|user| ids.contains(&id_of(user))) {
                assert_eq!(user["groups"][0]["value"], group.as_str(), "{target}: {user}");
            }
            seen.extend(users.iter().map(id_of));
            if u64::try_from(seen.len()).expect("small") >= total {
                break;
            }
        }
        let every = set_of(&seen);
        assert_eq!(every.len(), seen.len(), "{target}: nobody twice");
        assert!(every.is_superset(&ids), "{target}: everybody");
        let there = match target {
            "bmc" => bridge.bmc.records("User").len(),
            _ => bridge.ivanti.records("employees").len(),
        };
        assert_eq!(every.len(), there, "{target}");
    }
}
