//! Every sample of a group's request, as the identity providers send it, to both targets.
//!
//! The samples speak of the group `G1` and the users `U1` to `U6`; here these are `Engineers` with the members U1 to U3,
//! once made by the vendor's own people and once made by the bridge.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    TARGETS, assert_nothing_written, assert_refused, clear, group, group_records, id_of, members, put_in, set_of,
    shown, site, users,
};
use crate::bridge::{Answer, TestBridge};

/// What a sample comes to: the members, by number, and the name.
const OUTCOMES: &[(&str, &[usize], &str)] = &[
    ("authentik/patch-group-one-op-per-member", &[2, 3, 4, 5, 6], "Engineers"),
    ("authentik/patch-group-whole", &[1, 2, 3], "Engineers"),
    ("entra/patch-group-add-members", &[1, 2, 3, 4], "Engineers"),
    ("entra/patch-group-remove-all", &[], "Engineers"),
    ("entra/patch-group-remove-by-filter", &[2, 3], "Engineers"),
    ("entra/patch-group-remove-list-of-nothing", &[1, 2, 3], "Engineers"),
    ("entra/patch-group-remove-listed", &[2, 3], "Engineers"),
    ("entra/patch-group-remove-no-member", &[1, 2, 3], "Engineers"),
    ("entra/patch-group-rename", &[1, 2, 3], "Platform"),
    ("jumpcloud/patch-group-add-repeated", &[1, 2, 3], "Engineers"),
    ("jumpcloud/patch-group-remove", &[2, 3], "Engineers"),
    ("okta/patch-group-members", &[2, 3, 4], "Engineers"),
    ("okta/patch-group-pathless-members", &[], "Engineers"),
    ("okta/patch-group-rename", &[1, 2, 3], "Engineers 2"),
    ("okta/patch-group-replace-empty", &[], "Engineers"),
    ("okta/patch-group-replace-members", &[1], "Engineers"),
    ("okta/put-group", &[1], "Engineers"),
    ("okta/put-group-member-twice", &[1, 4], "Engineers"),
    ("onelogin/patch-group-add", &[1, 2, 3, 4], "Engineers"),
    ("onelogin/patch-group-remove", &[2, 3], "Engineers"),
    ("rauthy/patch-group", &[1, 2, 3, 4], "Engineers 2"),
    ("rfc7644/3.5.2.1-patch-group-add-member", &[1, 2, 3, 4], "Engineers"),
    ("rfc7644/3.5.2.2-patch-group-remove-all", &[], "Engineers"),
    ("rfc7644/3.5.2.2-patch-group-remove-and-add", &[2, 3, 5], "Engineers"),
    ("rfc7644/3.5.2.2-patch-group-remove-member", &[2, 3], "Engineers"),
    ("rfc7644/3.5.2.3-patch-group-replace-members", &[4, 5], "Engineers"),
];

const POSTS: [&str; 3] = ["authentik/post-group", "entra/post-group", "okta/post-group"];

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples")
}

/// A sample with the true ids in it.
fn sample(name: &str, group: &str, users: &[String]) -> Value {
    let path = folder().join(format!("{name}.json"));
    let mut text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let users = users.iter().enumerate().map(|(index, id)| (format!("U{}", index + 1), id.as_str()));
    for (token, id) in users.chain([("G1".to_owned(), group)]) {
        for end in ["\"", "\\\""] {
            text = text.replace(&format!("{token}{end}"), &format!("{id}{end}"));
        }
    }
    serde_json::from_str(&text).expect("JSON")
}

/// `Engineers` with the first three of six users in it.
async fn engineers(target: &str, made_by_bridge: bool) -> (TestBridge, String, Vec<String>) {
    let bridge = site().build().await;
    let users = users(&bridge, target, 6);
    let id = if made_by_bridge {
        let made = bridge.make_group(target, json!({ "displayName": "Engineers" })).await;
        assert_eq!(made.status, StatusCode::CREATED, "{target}: {}", made.body);
        id_of(&made.body)
    } else {
        group(&bridge, target, "Engineers")
    };
    for user in &users[..3] {
        put_in(&bridge, target, user, &id);
    }
    clear(&bridge, target);
    (bridge, id, users)
}

async fn send(bridge: &TestBridge, target: &str, name: &str, id: &str, body: &Value) -> Answer {
    let method = if name.contains("/put-") { Method::PUT } else { Method::PATCH };
    bridge.call(target, method, &format!("/Groups/{id}"), Some(body.clone())).await
}

#[test]
fn every_sample_of_a_group_has_its_outcome() {
    let mut named: BTreeSet<String> = set_of(OUTCOMES.iter().map(|(name, ..)| name));
    named.extend(set_of(POSTS));
    let mut found = BTreeSet::new();
    for client in fs::read_dir(folder()).expect("the samples").flatten().filter(|entry| entry.path().is_dir()) {
        for entry in fs::read_dir(client.path()).expect("a readable folder").flatten() {
            let name = entry.path().file_stem().expect("a name").to_string_lossy().into_owned();
            if name.contains("group") {
                found.insert(format!("{}/{name}", client.file_name().to_string_lossy()));
            }
        }
    }
    assert_eq!(found, named);
}

#[tokio::test]
async fn every_sample_does_what_it_asks_for_on_both_targets_and_can_be_repeated() {
    for target in TARGETS {
        for (name, expected, renamed) in OUTCOMES {
            let (bridge, id, users) = engineers(target, true).await;
            let body = sample(name, &id, &users);
            let expected = set_of(expected.iter().map(|&number| &users[number - 1]));
            let answer = send(&bridge, target, name, &id, &body).await;
            let case = format!("{target} {name}: {}", answer.body);
            let status = if name.contains("/put-") { StatusCode::OK } else { StatusCode::NO_CONTENT };
            assert_eq!(answer.status, status, "{case}");
            assert_eq!(members(&bridge, target, &id), expected, "{case}");
            assert_eq!(super::native_name(&bridge, target, &id), *renamed, "{case}");
            let read = bridge.group(target, &id).await.body;
            assert_eq!((shown(&read), &read["displayName"]), (expected, &json!(renamed)), "{case}");
            if *name == "authentik/patch-group-whole" {
                assert_eq!(read["externalId"], "a9", "{case}");
            }
            clear(&bridge, target);
            let again = send(&bridge, target, name, &id, &body).await;
            assert_eq!((again.status, &again.body), (answer.status, &answer.body), "{case}");
            assert_nothing_written(&bridge, target, name);
        }
    }
}

#[tokio::test]
async fn a_sample_that_renames_a_group_of_the_vendors_own_is_refused_whole() {
    for target in TARGETS {
        for (name, expected, renamed) in OUTCOMES {
            let (bridge, id, users) = engineers(target, false).await;
            let body = sample(name, &id, &users);
            let answer = send(&bridge, target, name, &id, &body).await;
            let case = format!("{target} {name}");
            if *renamed == "Engineers" {
                assert!(answer.status.is_success(), "{case}: {}", answer.body);
                let expected = set_of(expected.iter().map(|&number| &users[number - 1]));
                assert_eq!(members(&bridge, target, &id), expected, "{case}");
            } else {
                assert_refused(&answer, 400, "mutability", &case);
                assert_nothing_written(&bridge, target, name);
            }
            assert_eq!(super::native_name(&bridge, target, &id), "Engineers", "{case}");
        }
    }
}

#[tokio::test]
async fn every_create_adopts_what_is_there_and_makes_what_is_not() {
    for target in TARGETS {
        for name in POSTS {
            let (bridge, id, users) = engineers(target, false).await;
            let count = group_records(&bridge, target).len();
            let body = sample(name, "G1", &users);
            let adopted = bridge.make_group(target, body.clone()).await;
            let case = format!("{target} {name}: {}", adopted.body);
            assert_eq!((adopted.status, id_of(&adopted.body)), (StatusCode::CREATED, id), "{case}");
            assert_eq!(shown(&adopted.body), set_of(&users[..3]), "{case}");
            assert_eq!(adopted.body.get("externalId"), body.get("externalId"), "{case}");
            assert_nothing_written(&bridge, target, name);
            assert_refused(&bridge.make_group(target, body.clone()).await, 409, "uniqueness", &case);

            let bridge = site().build().await;
            let made = bridge.make_group(target, body.clone()).await;
            assert_eq!(made.status, StatusCode::CREATED, "{target} {name}: {}", made.body);
            assert_eq!(super::native_name(&bridge, target, &id_of(&made.body)), "Engineers", "{target} {name}");
            assert_refused(&bridge.make_group(target, body).await, 409, "uniqueness", name);
            assert!(group_records(&bridge, target).len() <= count, "{target} {name}: one group was made");
        }
    }
}
