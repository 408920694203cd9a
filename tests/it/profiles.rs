//! What a credential's profile does to the same requests, seen from outside.

use std::io;
use std::sync::{Arc, Mutex};

use http::StatusCode;
use scim_bridge::config::Profile;
use scim_core::Leniency;
use serde_json::{Value, json};
use tracing::instrument::WithSubscriber;

use crate::bridge::{Setup, TestBridge};
use crate::groups::{assert_refused, group, members, put_in, site, users};
use crate::users::{TARGETS, clear, insert, new_user, off_value, record, set, written};

async fn ada(target: &str, profile: Profile) -> (TestBridge, String) {
    let bridge = Setup { profile, ..Setup::default() }.build().await;
    let id = insert(&bridge, target, "ada@example.com");
    (bridge, id)
}

/// What was forgiven to the writing credential of a target.
fn forgiven(bridge: &TestBridge, target: &str) -> Vec<(&'static str, u64)> {
    let name = format!("{target}-writer");
    let clients = bridge.app.clients().iter();
    let client = clients.clone().find(|client| client.credential() == name).expect("a credential");
    client.forgiven().map(|(what, times)| (what.name(), times)).collect()
}

#[tokio::test]
async fn what_is_forgiven_is_counted_by_credential() {
    for target in TARGETS {
        let (bridge, id) = ada(target, Profile::Auto).await;
        let well_formed = json!([{ "op": "replace", "path": "nickName", "value": "x" }]);
        assert_eq!(bridge.patch(target, &id, well_formed).await.status, StatusCode::OK, "{target}");
        bridge.filter(target, "userName eq \"ada@example.com\"").await;
        assert_eq!(forgiven(&bridge, target), [], "{target}: nothing in the ordinary case");

        bridge.patch(target, &id, set("active", "True")).await;
        let mobile = json!([{ "op": "add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "1" }]);
        bridge.patch(target, &id, mobile.clone()).await;
        bridge.patch(target, &id, mobile).await;
        bridge.filter(target, "active eq \"True\"").await;
        let mut body = new_user("grace");
        body["shoeSize"] = json!(43);
        bridge.post(target, body).await;
        let expected =
            [("op_letter_case", 1), ("word_for_boolean", 2), ("unknown_attribute", 1), ("create_by_filter", 1)];
        assert_eq!(forgiven(&bridge, target), expected, "{target}");
        let other = if target == "bmc" { "ivanti" } else { "bmc" };
        assert_eq!(forgiven(&bridge, other), [], "{target}: another credential's are its own");
    }
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn each_thing_that_is_forgiven_has_a_line_without_values_in_the_debug_log() {
    let (bridge, id) = ada("bmc", Profile::Entra).await;
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt().json().with_max_level(tracing::Level::DEBUG);
    let subscriber = subscriber.with_writer(move || writer.clone()).finish();
    let operations = json!([{ "op": "Replace", "path": "nickName", "value": "hidden-value" },
        { "op": "Add", "path": "active", "value": "True" }]);
    bridge.patch("bmc", &id, operations).with_subscriber(subscriber).await;
    let text = String::from_utf8(lines.0.lock().expect("not poisoned").clone()).expect("text");
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let told: Vec<Value> = lines.map(|line| line["fields"].clone()).filter(|it| it.get("forgiven").is_some()).collect();
    let expected = |what: &str, times: u32| {
        json!({ "message": format!("bmc-writer (entra): forgiven {what}"), "credential": "bmc-writer",
            "profile": "entra", "forgiven": what, "times": times })
    };
    assert_eq!(told, [expected("op_letter_case", 2), expected("word_for_boolean", 1)]);
    assert!(!text.contains("hidden-value") && !text.contains("ada@example.com"), "{text}");
}

#[tokio::test]
async fn strict_refuses_and_changes_nothing() {
    for target in TARGETS {
        let (bridge, id) = ada(target, Profile::Strict).await;
        let before = record(&bridge, target, &id);
        clear(&bridge, target);
        for (operations, scim_type) in [
            (set("nickName", "x"), "invalidSyntax"),
            (json!([{ "op": "replace", "path": "active", "value": "False" }]), "invalidValue"),
            (json!([{ "op": "replace", "value": { "id": id } }]), "mutability"),
            (json!([{ "op": "replace", "value": { "name.givenName": "A" } }]), "invalidSyntax"),
            (json!([{ "op": "replace", "path": "manager", "value": { "value": "U9" } }]), "invalidPath"),
            (json!([{ "op": "add", "path": "phoneNumbers[type eq \"fax\"].value", "value": "1" }]), "noTarget"),
        ] {
            let answer = bridge.patch(target, &id, operations.clone()).await;
            assert_refused(&answer, 400, scim_type, &format!("{target} {operations}"));
        }
        let body = json!({ "userName": "grace", "name": { "givenName": "G", "familyName": "H" } });
        assert_refused(&bridge.post(target, body).await, 400, "invalidSyntax", "schemas are missing");
        let found = bridge.filter(target, "active  eq true").await;
        assert_refused(&found, 400, "invalidFilter", target);
        assert_eq!(written(&bridge, target), Vec::<Value>::new(), "{target}");
        assert_eq!((record(&bridge, target, &id), forgiven(&bridge, target)), (before, Vec::new()), "{target}");
        assert_eq!(bridge.post(target, new_user("grace")).await.status, StatusCode::CREATED, "{target}");
    }
}

#[tokio::test]
async fn a_disable_wins_under_strict_too() {
    for target in TARGETS {
        let off = json!({ "op": "replace", "path": "active", "value": false });
        let beside = json!({ "op": "Replace", "path": "nickName", "value": "x" });
        for operations in [json!([off, beside]), json!([beside, off])] {
            let (bridge, id) = ada(target, Profile::Strict).await;
            let answer = bridge.patch(target, &id, operations).await;
            assert_refused(&answer, 400, "invalidSyntax", target);
            assert!(answer.body["detail"].as_str().is_some_and(|text| text.contains("the account is off")), "{target}");
            assert_eq!(record(&bridge, target, &id)["Status"], off_value(target), "{target}");
            let read = bridge.get(target, &format!("/Users/{id}")).await.body;
            assert_eq!((&read["active"], read.get("nickName")), (&json!(false), None), "{target}");
        }
        let (bridge, id) = ada(target, Profile::Strict).await;
        let answer = bridge.put(target, &id, json!({ "active": false })).await;
        assert_refused(&answer, 400, "invalidSyntax", target);
        assert_eq!(record(&bridge, target, &id)["Status"], off_value(target), "{target}: by PUT");
    }
}

#[tokio::test]
async fn okta_and_entra_are_forgiven_what_each_needs() {
    let manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";
    let entra = json!([{ "op": "Replace", "path": manager, "value": "U9" }]);
    let okta = json!([{ "op": "replace", "value": { "id": "x", "nickName": "" } }]);
    for target in TARGETS {
        for (profile, operations, done) in [
            (Profile::Entra, &entra, true),
            (Profile::Okta, &entra, false),
            (Profile::Okta, &okta, true),
            (Profile::Entra, &okta, false),
            (Profile::Auto, &entra, true),
            (Profile::Auto, &okta, true),
        ] {
            let (bridge, id) = ada(target, profile).await;
            let status = bridge.patch(target, &id, operations.clone()).await.status;
            assert_eq!(status.is_success(), done, "{target} {profile:?} {operations}: {status}");
        }
    }
}

#[tokio::test]
async fn strict_removes_nobody_whom_a_list_names_and_empties_no_group() {
    for target in TARGETS {
        let bridge = Setup { profile: Profile::Strict, ..site() }.build().await;
        let id = group(&bridge, target, "Engineers");
        let users = users(&bridge, target, 2);
        users.iter().for_each(|user| put_in(&bridge, target, user, &id));
        let listed = json!([{ "op": "remove", "path": "members", "value": [{ "value": users[0] }] }]);
        assert_refused(&bridge.patch_group(target, &id, listed).await, 400, "invalidValue", target);
        assert_eq!(members(&bridge, target, &id).len(), 2, "{target}");
        let selected = json!([{ "op": "remove", "path": format!("members[value eq \"{}\"]", users[0]) }]);
        assert_eq!(bridge.patch_group(target, &id, selected).await.status, StatusCode::NO_CONTENT, "{target}");
        assert_eq!(members(&bridge, target, &id).len(), 1, "{target}");
    }
}

#[tokio::test]
async fn a_token_without_its_scheme_is_for_okta() {
    for (profile, spelled, status) in [
        (Profile::Okta, "", StatusCode::OK),
        (Profile::Okta, "Bearer Bearer ", StatusCode::OK),
        (Profile::Auto, "", StatusCode::OK),
        (Profile::Entra, "", StatusCode::UNAUTHORIZED),
        (Profile::Strict, "", StatusCode::UNAUTHORIZED),
        (Profile::Strict, "Bearer Bearer ", StatusCode::UNAUTHORIZED),
        (Profile::Strict, "bearer ", StatusCode::OK),
    ] {
        let (bridge, _) = ada("bmc", profile).await;
        let request = http::Request::get("/scim/v2/Users?count=1");
        let request = request.header("authorization", format!("{spelled}bmc-token-0123456789"));
        let answer = bridge.send(request.body(axum::body::Body::empty()).expect("a request")).await;
        assert_eq!(answer.status, status, "{profile:?} {spelled}: {}", answer.body);
        assert_eq!(answer.headers.contains_key("www-authenticate"), status == StatusCode::UNAUTHORIZED);
        let counted = forgiven(&bridge, "bmc");
        let expected = (status == StatusCode::OK && spelled != "bearer ").then_some((Leniency::TokenScheme.name(), 1));
        assert_eq!(counted, Vec::from_iter(expected), "{profile:?} {spelled}");
    }
}
