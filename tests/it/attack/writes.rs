//! Writes: done once, and off when they say off.

use http::StatusCode;
use serde_json::json;
use simulators::control::Fault;

use crate::bridge::Setup;

#[tokio::test]
async fn a_create_that_was_carried_out_and_answered_with_not_now_is_not_sent_again() {
    for target in ["bmc", "ivanti"] {
        for status in [500, 502, 503, 504] {
            let bridge = Setup::demo().build().await;
            let control = if target == "bmc" { bridge.bmc.control() } else { bridge.ivanti.control() };
            let contains = if target == "bmc" { "/entry/User" } else { "employees" };
            control.inject(Fault::status(status, &[], json!("not now")).method("POST").path_contains(contains).after());
            let created = bridge
                .post(target, json!({ "userName": "ada@example.com", "name": { "givenName": "A", "familyName": "L" } }))
                .await;
            assert_eq!(created.status, StatusCode::CREATED, "{target} {status}: {:?}", created.body);
            let inserts = control
                .journal()
                .entries()
                .iter()
                .filter(|it| it.method == "POST" && it.path.contains(contains))
                .count();
            assert_eq!(inserts, 1, "{target} {status}");
        }
    }
}

#[tokio::test]
async fn an_account_in_a_state_that_nobody_knows_is_switched_off_all_the_same() {
    for (target, status) in
        [("bmc", json!(null)), ("bmc", json!("Locked-Out")), ("ivanti", json!(null)), ("ivanti", json!("On Leave"))]
    {
        let bridge = Setup::demo().build().await;
        let created = bridge
            .post(target, json!({ "userName": "ada@example.com", "name": { "givenName": "A", "familyName": "L" } }))
            .await;
        let id = created.body["id"].as_str().expect("an id").to_owned();
        let record = || match target {
            "bmc" => bridge.bmc.record("User", &id).expect("a record")["Status"].clone(),
            _ => bridge.ivanti.record("employees", &id).expect("a record")["Status"].clone(),
        };
        match target {
            "bmc" => bridge.bmc.patch_record("User", &id, json!({ "Status": status })),
            _ => bridge.ivanti.patch_record("employees", &id, json!({ "Status": status })),
        };
        let off = bridge.patch(target, &id, json!([{ "op": "replace", "path": "active", "value": false }])).await;
        assert_eq!(off.status, StatusCode::OK, "{target} {status}: {:?}", off.body);
        assert_eq!(record(), if target == "bmc" { "Disabled" } else { "Inactive" }, "{target} {status}");
    }
}
