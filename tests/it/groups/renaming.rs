//! A group that the bridge made can be renamed; every other one keeps its name.

use http::StatusCode;
use serde_json::{Value, json};

use super::{
    TARGETS, assert_done, assert_nothing_written, assert_refused, clear, group, id_of, key_of, list_of, members,
    native_name, op, put_in, set_of, shown, site, user,
};
use crate::bridge::TestBridge;

/// A group that the bridge made, with one member.
async fn made(target: &str) -> (TestBridge, String, String) {
    let bridge = site().build().await;
    let made = bridge.make_group(target, json!({ "displayName": "Engineers" })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{target}: {}", made.body);
    let (id, ada) = (id_of(&made.body), user(&bridge, target, "ada"));
    put_in(&bridge, target, &ada, &id);
    clear(&bridge, target);
    (bridge, id, ada)
}

/// How clients ask for another name.
fn spellings(id: &str, name: &str) -> Vec<Value> {
    vec![
        json!([{ "op": "Replace", "path": "displayName", "value": name }]),
        json!([{ "op": "replace", "value": { "id": id, "displayName": name } }]),
        json!([{ "op": "add", "path": format!("{}:displayName", super::GROUP), "value": name }]),
    ]
}

#[tokio::test]
async fn a_group_that_the_bridge_made_is_renamed_and_nothing_else_changes() {
    for target in TARGETS {
        for index in 0..4 {
            let (bridge, id, ada) = made(target).await;
            let (key, list) = (key_of(&bridge, target, &id), list_of(&bridge, target, &ada));
            if let Some(operations) = spellings(&id, "Platform").get(index) {
                assert_done(&bridge.patch_group(target, &id, operations.clone()).await, target);
            } else {
                let body = json!({ "displayName": "Platform", "members": [{ "value": ada }] });
                let put = bridge.put_group(target, &id, body).await;
                assert_eq!((put.status, &put.body["displayName"]), (StatusCode::OK, &json!("Platform")), "{target}");
            }
            assert_eq!(native_name(&bridge, target, &id), "Platform", "{target} {index}");
            assert_eq!(key_of(&bridge, target, &id), key, "{target} {index}");
            assert_eq!(list_of(&bridge, target, &ada), list, "{target} {index}");
            let read = bridge.group(target, &id).await.body;
            assert_eq!((&read["displayName"], shown(&read)), (&json!("Platform"), set_of([&ada])), "{target}");
            for (name, total) in [("Platform", 1), ("Engineers", 0)] {
                let found = bridge.find_groups(target, &format!("displayName eq \"{name}\""), "").await;
                assert_eq!(found.body["totalResults"], total, "{target} {name}");
            }
            let groups = bridge.get(target, &format!("/Users/{ada}")).await.body["groups"].clone();
            assert_eq!(groups[0]["display"], "Platform", "{target}: {groups}");
        }
    }
}

#[tokio::test]
async fn other_groups_keep_their_names_and_what_came_with_the_new_one_is_not_done() {
    for target in TARGETS {
        for adopted in [false, true] {
            let bridge = site().build().await;
            let id = group(&bridge, target, "Engineers");
            let ada = user(&bridge, target, "ada");
            if adopted {
                let adopted = bridge.make_group(target, json!({ "displayName": "Engineers" })).await;
                assert_eq!(adopted.status, StatusCode::CREATED, "{target}");
            }
            for mut operations in spellings(&id, "Platform") {
                let case = format!("{target} {operations}");
                operations.as_array_mut().expect("a list").push(op("add", [&ada]));
                assert_refused(&bridge.patch_group(target, &id, operations).await, 400, "mutability", &case);
            }
            let put = json!({ "displayName": "Platform", "members": [{ "value": ada }] });
            assert_refused(&bridge.put_group(target, &id, put).await, 400, "mutability", target);
            assert_nothing_written(&bridge, target, "all or nothing");
            assert_eq!(native_name(&bridge, target, &id), "Engineers", "{target}");
            assert_eq!(members(&bridge, target, &id), set_of([""; 0]), "{target}");
        }
    }
}

#[tokio::test]
async fn another_letter_case_of_its_own_name_is_no_rename() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = group(&bridge, target, "Engineers");
        for operations in spellings(&id, "ENGINEERS") {
            assert_done(&bridge.patch_group(target, &id, operations).await, target);
        }
        let put = bridge.put_group(target, &id, json!({ "displayName": "engineers" })).await;
        assert_eq!(put.status, StatusCode::OK, "{target}: {}", put.body);
        assert_nothing_written(&bridge, target, "the same name");
    }
}

#[tokio::test]
async fn a_name_is_one_groups_and_fits() {
    for target in TARGETS {
        let (bridge, id, _) = made(target).await;
        group(&bridge, target, "Taken");
        for name in ["Taken", "TAKEN"] {
            for operations in spellings(&id, name) {
                assert_refused(&bridge.patch_group(target, &id, operations).await, 409, "uniqueness", target);
            }
        }
        for nothing in [json!(""), json!(null)] {
            let operations = json!([{ "op": "replace", "path": "displayName", "value": nothing }]);
            let answer = bridge.patch_group(target, &id, operations).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{target} {nothing}: {}", answer.body);
        }
        let remove = bridge.patch_group(target, &id, json!([{ "op": "remove", "path": "displayName" }])).await;
        assert_eq!(remove.status, StatusCode::BAD_REQUEST, "{target}: {}", remove.body);
        if target == "bmc" {
            for operations in spellings(&id, &"x".repeat(31)) {
                assert_refused(&bridge.patch_group(target, &id, operations).await, 400, "invalidValue", target);
            }
        }
        assert_nothing_written(&bridge, target, "no such name");
        assert_eq!(native_name(&bridge, target, &id), "Engineers", "{target}");
    }
}

#[tokio::test]
async fn a_rename_and_members_go_together() {
    for target in TARGETS {
        let (bridge, id, ada) = made(target).await;
        let bob = user(&bridge, target, "bob");
        let rename = json!({ "op": "replace", "value": { "id": id, "displayName": "Platform" } });
        let operations = json!([rename, op("remove", [&ada]), op("add", [&bob])]);
        assert_done(&bridge.patch_group(target, &id, operations).await, target);
        assert_eq!(native_name(&bridge, target, &id), "Platform", "{target}");
        assert_eq!(members(&bridge, target, &id), set_of([&bob]), "{target}");
    }
}
