//! Every sample of a user's request, as the identity providers send it, to both targets.

use std::fs;
use std::path::Path;

use http::StatusCode;
use serde_json::{Value, json};

use super::{TARGETS, id_of, insert, off_value, record, records};
use crate::bridge::{Answer, Setup};

const CLIENTS: [&str; 11] = [
    "authentik",
    "entra",
    "google",
    "jumpcloud",
    "keycloak",
    "okta",
    "onelogin",
    "ping",
    "rauthy",
    "rippling",
    "sailpoint",
];

/// What a target must refuse: the target (or both), the sample, the `scimType`.
const REFUSED: [(&str, &str, &str); 10] = [
    ("", "entra/patch-no-target", "noTarget"),
    // The disable is carried out all the same.
    ("", "entra/patch-disable-beside-unknown-attribute", "invalidPath"),
    // Roles grant access, and BMC has no field for them.
    ("bmc", "entra/post-app-roles", "invalidValue"),
    ("bmc", "entra/patch-roles-json-text", "invalidValue"),
    ("bmc", "entra/patch-roles-primary-as-string", "invalidValue"),
    ("bmc", "entra/patch-roles-whole-list", "invalidValue"),
    // Ivanti holds one role, and the user has one already.
    ("ivanti", "entra/post-app-roles", "invalidValue"),
    ("ivanti", "entra/patch-roles-json-text", "invalidValue"),
    // An e-mail and a given name are required there.
    ("ivanti", "entra/patch-clear-empty-string", "invalidValue"),
    ("ivanti", "entra/patch-clear-null", "invalidValue"),
];

/// The samples that concern users, by client and name.
fn samples() -> Vec<(String, Value)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples");
    let mut samples = Vec::new();
    for client in CLIENTS {
        for entry in fs::read_dir(root.join(client)).expect("a folder for each client") {
            let path = entry.expect("a readable folder").path();
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let is_write = ["post-", "put-", "patch-"].iter().any(|verb| name.contains(verb));
            if is_write && !name.contains("group") {
                let text = fs::read_to_string(&path).expect("a readable sample");
                samples.push((format!("{client}/{name}"), serde_json::from_str(&text).expect("JSON")));
            }
        }
    }
    samples.sort_by(|left, right| left.0.cmp(&right.0));
    assert!(samples.len() > 45, "the samples are there");
    samples
}

/// Whether a body asks for the account to be off, in any spelling.
fn switches_off(body: &Value) -> bool {
    let said_off = |value: &Value| {
        let value = value.as_array().map_or(value, |list| &list[0]);
        *value == json!(false) || value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("false"))
    };
    let Some(operations) = body.get("Operations").and_then(Value::as_array) else { return said_off(&body["active"]) };
    operations.iter().any(|operation| {
        if operation["path"] == "active" {
            said_off(&operation["value"])
        } else {
            said_off(&operation["value"]["active"])
        }
    })
}

/// No null, no empty list or object anywhere: clients parse strictly.
fn assert_no_empty(value: &Value, case: &str) {
    match value {
        Value::Null => panic!("{case}: a null"),
        Value::Array(list) => {
            assert!(!list.is_empty(), "{case}: an empty list");
            for element in list {
                assert_no_empty(element, case);
            }
        }
        Value::Object(members) => {
            assert!(!members.is_empty(), "{case}: an empty object");
            for member in members.values() {
                assert_no_empty(member, case);
            }
        }
        _ => {}
    }
}

fn assert_valid_user(answer: &Answer, case: &str) {
    let body = &answer.body;
    assert_no_empty(body, case);
    assert_eq!(answer.headers["content-type"], "application/scim+json", "{case}");
    let id = id_of(body);
    assert_eq!(body["meta"]["resourceType"], "User", "{case}");
    let location = format!("https://bridge.example.com/scim/v2/Users/{id}");
    assert_eq!(body["meta"]["location"], location.as_str(), "{case}");
    assert!(body["active"].is_boolean() && body["userName"].is_string(), "{case}");
    let schemas: Vec<&str> = body["schemas"].as_array().expect(case).iter().filter_map(Value::as_str).collect();
    assert!(schemas.contains(&"urn:ietf:params:scim:schemas:core:2.0:User"), "{case}");
    for name in body.as_object().expect(case).keys().filter(|name| name.starts_with("urn:")) {
        assert!(schemas.contains(&name.as_str()), "{case}: {name} is declared");
    }
    assert!(!body.to_string().contains("password"), "{case}");
    for list in ["emails", "phoneNumbers", "addresses", "roles"] {
        let elements = body.get(list).and_then(Value::as_array).cloned().unwrap_or_default();
        let primaries = elements.iter().filter(|element| element["primary"] == true).count();
        assert!(primaries <= 1, "{case}: {list}");
    }
}

fn assert_valid_error(answer: &Answer, case: &str) {
    let body = &answer.body;
    assert_eq!(body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]), "{case}");
    assert_eq!(body["status"], answer.status.as_str(), "{case}");
    assert!(body["detail"].as_str().is_some_and(|text| !text.is_empty()), "{case}");
}

async fn replay(target: &str, name: &str, body: &Value) -> bool {
    let bridge = Setup::default().build().await;
    let verb = name.split('/').nth(1).and_then(|name| name.split('-').next()).expect("a verb");
    let (id, answer) = if verb == "post" {
        (None, bridge.post(target, body.clone()).await)
    } else {
        let id = insert(&bridge, target, body["userName"].as_str().unwrap_or("ada@example.com"));
        let answer = match verb {
            "put" => bridge.put(target, &id, body.clone()).await,
            _ => bridge.call(target, http::Method::PATCH, &format!("/Users/{id}"), Some(body.clone())).await,
        };
        (Some(id), answer)
    };
    let case = format!("{target} {name}: {} {}", answer.status, answer.body);
    let off = switches_off(body);
    let refused = REFUSED.iter().find(|(at, sample, _)| *sample == name && (at.is_empty() || *at == target));
    if let Some((_, _, scim_type)) = refused {
        assert_eq!((answer.status, &answer.body["scimType"]), (StatusCode::BAD_REQUEST, &json!(scim_type)), "{case}");
        assert_valid_error(&answer, &case);
    } else {
        let expected = if verb == "post" { StatusCode::CREATED } else { StatusCode::OK };
        assert_eq!(answer.status, expected, "{case}");
        assert_valid_user(&answer, &case);
        assert_eq!(answer.body["active"], !off, "{case}");
        let read = bridge.get(target, &format!("/Users/{}", id_of(&answer.body))).await;
        assert_eq!(read.body, answer.body, "{case}: reading shows what the answer said");
        let name = answer.body["userName"].as_str().expect("a name");
        let found = bridge.filter(target, &format!("userName eq \"{name}\"")).await;
        assert_eq!(found.body["Resources"][0], answer.body, "{case}: and so does a lookup");
        assert_native(&bridge, target, body, &answer.body, &case);
    }
    if let Some(id) = &id {
        assert_eq!(record(&bridge, target, id)["Status"] == off_value(target), off, "{case}");
    }
    // BMC has the service account.
    let ours = usize::from(target == "bmc");
    let expected = usize::from(id.is_some() || refused.is_none()) + ours;
    assert_eq!(records(&bridge, target).len(), expected, "{case}");
    off
}

/// The vendor holds what was sent whole.
fn assert_native(bridge: &crate::bridge::TestBridge, target: &str, sent: &Value, answer: &Value, case: &str) {
    let native = record(bridge, target, &id_of(answer));
    let off = answer["active"] == false;
    assert_eq!(native["Status"] == off_value(target), off, "{case}");
    if target == "ivanti" && sent["name"]["familyName"].is_string() {
        assert_eq!(native["LastName"], sent["name"]["familyName"], "{case}");
    }
    if target == "bmc" && sent["displayName"].is_string() {
        assert_eq!(native["Full Name"], sent["displayName"], "{case}");
    }
    if let Some(external_id) = sent["externalId"].as_str() {
        assert_eq!(answer["externalId"], external_id, "{case}");
    }
}

#[tokio::test]
async fn every_sample_does_what_it_asks_for_on_both_targets() {
    for target in TARGETS {
        let mut offs = 0;
        for (name, body) in samples() {
            offs += usize::from(replay(target, &name, &body).await);
        }
        assert_eq!(offs, 17, "{target}: samples that switch off");
    }
}

#[tokio::test]
async fn every_sample_can_be_repeated() {
    for target in TARGETS {
        for (name, body) in samples() {
            let bridge = Setup::default().build().await;
            if name.contains("/post-") {
                let first = bridge.post(target, body.clone()).await;
                let again = bridge.post(target, body.clone()).await;
                let expected = if first.status.is_success() { StatusCode::CONFLICT } else { first.status };
                assert_eq!(again.status, expected, "{target} {name}: {}", again.body);
                continue;
            }
            let id = insert(&bridge, target, "ada@example.com");
            let method = if name.contains("/put-") { http::Method::PUT } else { http::Method::PATCH };
            let path = format!("/Users/{id}");
            let first = bridge.call(target, method.clone(), &path, Some(body.clone())).await;
            let after = record(&bridge, target, &id);
            super::clear(&bridge, target);
            let again = bridge.call(target, method, &path, Some(body.clone())).await;
            assert_eq!((again.status, &again.body), (first.status, &first.body), "{target} {name}");
            assert_eq!(record(&bridge, target, &id), after, "{target} {name}");
            assert_eq!(
                super::written(&bridge, target),
                Vec::<Value>::new(),
                "{target} {name}: nothing is written twice"
            );
        }
    }
}
