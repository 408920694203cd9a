//! The state of an account on BMC, where four native values stand for two.

use http::StatusCode;
use serde_json::{Value, json};

use super::{clear, insert_with, off_beside, record, set, written};
use crate::bridge::{Setup, TestBridge};

const BMC: &str = "urn:ietf:params:scim:schemas:extension:bmc:2.0:User";

async fn with_status(status: &str) -> (TestBridge, String) {
    let bridge = Setup::default().build().await;
    let id = insert_with(&bridge, "bmc", "ada", json!({ "Status": status }));
    clear(&bridge, "bmc");
    (bridge, id)
}

#[tokio::test]
async fn each_status_reads_as_active_or_not_and_shows_itself() {
    for (status, active, locked) in
        [("Current", true, false), ("Locked-Out", true, true), ("Disabled", false, false), ("Expired", false, false)]
    {
        let (bridge, id) = with_status(status).await;
        let read = bridge.get("bmc", &format!("/Users/{id}")).await;
        assert_eq!(read.body["active"], active, "{status}");
        assert_eq!(read.body[BMC]["accountStatus"], status);
        assert_eq!(read.body[BMC]["locked"], locked, "{status}: {}", read.body);
    }
}

#[tokio::test]
async fn switching_on_writes_over_disabled_only() {
    for (status, expected, body, after) in [
        ("Current", StatusCode::OK, None, "Current"),
        ("Locked-Out", StatusCode::OK, None, "Locked-Out"),
        ("Disabled", StatusCode::OK, Some(json!({ "Status": "Current" })), "Current"),
        ("Expired", StatusCode::BAD_REQUEST, None, "Expired"),
    ] {
        for put in [true, false] {
            let (bridge, id) = with_status(status).await;
            let answer = if put {
                bridge.put("bmc", &id, json!({ "userName": "ada", "active": true })).await
            } else {
                bridge.patch("bmc", &id, set("active", "True")).await
            };
            assert_eq!(answer.status, expected, "{status}: {}", answer.body);
            if expected == StatusCode::OK {
                assert_eq!(answer.body["active"], true, "{status}");
            } else {
                assert_eq!(answer.body["scimType"], "mutability", "{status}");
            }
            assert_eq!(written(&bridge, "bmc"), body.iter().cloned().collect::<Vec<Value>>(), "{status}");
            assert_eq!(record(&bridge, "bmc", &id)["Status"], after, "{status}");
        }
    }
}

#[tokio::test]
async fn switching_off_writes_over_what_can_still_log_in() {
    for (status, writes, after) in [
        ("Current", 1, "Disabled"),
        ("Locked-Out", 1, "Disabled"),
        ("Disabled", 0, "Disabled"),
        ("Expired", 0, "Expired"),
    ] {
        let (bridge, id) = with_status(status).await;
        let answer = bridge.patch("bmc", &id, off_beside(&[])).await;
        assert_eq!((answer.status, &answer.body["active"]), (StatusCode::OK, &json!(false)), "{status}");
        assert_eq!(written(&bridge, "bmc").len(), writes, "{status}");
        assert_eq!(record(&bridge, "bmc", &id)["Status"], after);
    }
}

#[tokio::test]
async fn the_status_in_the_extension_is_read_only() {
    let (bridge, id) = with_status("Locked-Out").await;
    for path in ["accountStatus", "locked"] {
        let answer = bridge.patch("bmc", &id, set(&format!("{BMC}:{path}"), "Current")).await;
        assert_eq!((answer.status, &answer.body["scimType"]), (StatusCode::BAD_REQUEST, &json!("mutability")));
    }
    let echoed = bridge.put("bmc", &id, json!({ "userName": "ada", (BMC): { "accountStatus": "Current" } })).await;
    assert_eq!(echoed.status, StatusCode::OK, "a PUT echoes what is read-only: {}", echoed.body);
    assert_eq!(written(&bridge, "bmc"), Vec::<Value>::new());
}

#[tokio::test]
async fn an_ivanti_status_that_is_neither_reads_as_off_and_is_not_overwritten() {
    let bridge = Setup::default().build().await;
    let id = insert_with(&bridge, "ivanti", "ada", json!({ "Status": "Terminated" }));
    clear(&bridge, "ivanti");
    let read = bridge.get("ivanti", &format!("/Users/{id}")).await;
    assert_eq!(read.body["active"], false);
    let answer = bridge.patch("ivanti", &id, set("active", true)).await;
    assert_eq!((answer.status, &answer.body["scimType"]), (StatusCode::BAD_REQUEST, &json!("mutability")));
    assert_eq!(bridge.patch("ivanti", &id, off_beside(&[])).await.status, StatusCode::OK);
    assert_eq!(written(&bridge, "ivanti"), Vec::<Value>::new());
    let id = insert_with(&bridge, "ivanti", "eve", json!({ "Status": "Inactive" }));
    let answer = bridge.patch("ivanti", &id, set("active", true)).await;
    assert_eq!((answer.status, &answer.body["active"]), (StatusCode::OK, &json!(true)), "{}", answer.body);
    assert_eq!(record(&bridge, "ivanti", &id)["Status"], "Active");
}

#[tokio::test]
async fn a_put_that_does_not_speak_of_active_leaves_the_status() {
    for target in super::TARGETS {
        let bridge = Setup::default().build().await;
        let off = super::off_value(target);
        let id = insert_with(&bridge, target, "ada", json!({ "Status": off }));
        let body = json!({ "userName": "ada", "nickName": "Countess" });
        let answer = bridge.put(target, &id, body).await;
        assert_eq!(
            (answer.status, &answer.body["active"]),
            (StatusCode::OK, &json!(false)),
            "{target}: {}",
            answer.body
        );
        assert_eq!(record(&bridge, target, &id)["Status"], off, "{target}");
    }
}

#[tokio::test]
async fn a_create_that_is_to_be_off_is_off() {
    for target in super::TARGETS {
        let bridge = Setup::default().build().await;
        let mut body = super::new_user("grace");
        body["active"] = "False".into();
        let created = bridge.post(target, body).await;
        assert_eq!((created.status, &created.body["active"]), (StatusCode::CREATED, &json!(false)), "{target}");
        let id = super::id_of(&created.body);
        assert_eq!(record(&bridge, target, &id)["Status"], super::off_value(target), "{target}");
    }
    // A tenant that makes everybody active at first, and one where nobody can be switched off.
    let bridge = Setup::default().build().await;
    let mut options = bridge.ivanti.options();
    options.status_values = vec!["Active".to_owned()];
    options.bad_status = simulators::ivanti::BadStatus::StoreNothing;
    bridge.ivanti.set_options(options);
    let mut body = super::new_user("grace");
    body["active"] = false.into();
    let created = bridge.post("ivanti", body).await;
    assert_eq!(created.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", created.body);
}

#[tokio::test]
async fn a_missing_licence_is_told_and_nothing_is_changed() {
    let bridge = Setup::default().build().await;
    let mut options = bridge.bmc.options();
    options.fixed_licenses = Some(1);
    bridge.bmc.set_options(options);
    let id = insert_with(&bridge, "bmc", "ada", json!({ "License Type": "Read" }));
    let before = record(&bridge, "bmc", &id);
    let answer = bridge.patch("bmc", &id, set(&format!("{BMC}:licenseType"), "Fixed")).await;
    assert!(answer.status.is_server_error(), "{}", answer.body);
    assert!(super::detail(&answer).contains("licence"), "{}", answer.body);
    assert_eq!(record(&bridge, "bmc", &id), before);
}
