//! `on_recreate = "new-record"`: the deleted record makes way for a new one.

use std::sync::Arc;

use http::StatusCode;
use serde_json::json;
use simulators::control::Fault;

use super::super::{TARGETS, detail, id_of, inject, insert, off_value, patch_native, record, records, written};
use super::{again, assert_conflict, deleted, key, with};

const KEYS: &str = "on_recreate = \"new-record\"\nrename = \"allow\"";

fn name_field(target: &str) -> &'static str {
    if target == "bmc" { "Login Name" } else { "LoginID" }
}

#[tokio::test]
async fn the_deleted_record_is_renamed_and_a_new_one_made() {
    for target in TARGETS {
        let bridge = with(KEYS).await;
        let old = deleted(&bridge, target, "ada").await;
        let mut wanted = record(&bridge, target, &old);
        let mut body = again("Ada");
        body["externalId"] = "E-2".into();
        let answer = bridge.post(target, body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{target}: {}", answer.body);
        let new = id_of(&answer.body);
        assert_ne!(new, old, "{target}");
        wanted.insert(name_field(target).to_owned(), format!("ada~{old}").into());
        assert_eq!(record(&bridge, target, &old), wanted, "{target}: renamed and nothing else");
        assert!(bridge.store.is_buried(&key(target, &old)), "{target}");
        assert_eq!(bridge.get(target, &format!("/Users/{old}")).await.status, StatusCode::NOT_FOUND, "{target}");
        let found = bridge.filter(target, "userName eq \"ada\"").await;
        assert_eq!(found.body["Resources"], json!([answer.body]), "{target}");
        let aside = bridge.filter(target, &format!("userName eq \"ada~{old}\"")).await;
        assert_eq!(aside.body["totalResults"], 0, "{target}");

        // And once more with the new one.
        assert_eq!(bridge.delete(target, &new).await.status, StatusCode::NO_CONTENT, "{target}");
        let third = bridge.post(target, again("ada")).await;
        assert_eq!(third.status, StatusCode::CREATED, "{target}: {}", third.body);
        assert_eq!(record(&bridge, target, &new)[name_field(target)], format!("Ada~{new}"), "{target}");
    }
}

#[tokio::test]
async fn a_repeat_goes_on_where_a_failure_stopped_it() {
    for target in TARGETS {
        let rename = if target == "bmc" { "PUT" } else { "PATCH" };
        let failed = || Fault::status(503, &[], serde_json::Value::Null);
        for fault in [
            failed().method(rename),
            failed().method(rename).times(5),
            Fault::reset().method(rename).after(),
            failed().method("POST").path_contains(if target == "bmc" { "User" } else { "employee" }).times(5),
        ] {
            let bridge = with(KEYS).await;
            let old = deleted(&bridge, target, "ada").await;
            inject(&bridge, target, fault.clone());
            let first = bridge.post(target, again("ada")).await;
            super::super::clear(&bridge, target);
            if first.status != StatusCode::CREATED {
                assert!(first.status.is_server_error(), "{target} {fault:?}: {}", first.body);
                let second = bridge.post(target, again("ada")).await;
                assert_eq!(second.status, StatusCode::CREATED, "{target} {fault:?}: {}", second.body);
            }
            let aside = record(&bridge, target, &old);
            assert_eq!(
                (&aside[name_field(target)], &aside["Status"]),
                (&json!(format!("ada~{old}")), &json!(off_value(target)))
            );
            let named = records(&bridge, target).into_iter().filter(|it| it[name_field(target)] == "ada").count();
            assert_eq!(named, 1, "{target} {fault:?}");
        }
    }
}

#[tokio::test]
async fn a_rename_that_the_vendor_does_not_permit_leaves_everything_as_it_was() {
    let bridge = with(KEYS).await;
    let mut options = bridge.bmc.options();
    options.login_name_writable = false;
    bridge.bmc.set_options(options);
    let old = deleted(&bridge, "bmc", "ada").await;
    let before = (record(&bridge, "bmc", &old), records(&bridge, "bmc").len());
    let answer = bridge.post("bmc", again("ada")).await;
    assert!(!answer.status.is_success(), "{}", answer.body);
    assert_eq!((record(&bridge, "bmc", &old), records(&bridge, "bmc").len()), before);
}

#[tokio::test]
async fn a_record_that_is_in_use_again_is_not_renamed() {
    for target in TARGETS {
        let bridge = with(KEYS).await;
        let old = deleted(&bridge, target, "ada").await;
        patch_native(&bridge, target, &old, json!({ "Status": if target == "bmc" { "Current" } else { "Active" } }));
        let answer = bridge.post(target, again("ada")).await;
        assert_conflict(&answer, target);
        assert!(detail(&answer).contains("in use again"), "{target}: {}", answer.body);
        assert_eq!(written(&bridge, target).len(), 0, "{target}");
    }
}

#[tokio::test]
async fn of_two_at_once_one_gets_the_name() {
    for target in TARGETS {
        let bridge = Arc::new(with(KEYS).await);
        insert(&bridge, target, "eve");
        let old = deleted(&bridge, target, "ada").await;
        let spawn = |external_id: &'static str| {
            let bridge = bridge.clone();
            tokio::spawn(async move {
                let mut body = again("ada");
                body["externalId"] = external_id.into();
                bridge.post(target, body).await.status.as_u16()
            })
        };
        let (one, two) = (spawn("E-1"), spawn("E-2"));
        let mut statuses = [one.await.expect("no panic"), two.await.expect("no panic")];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "{target}");
        let named = records(&bridge, target).into_iter().filter(|it| it[name_field(target)] == "ada").count();
        assert_eq!((named, &record(&bridge, target, &old)["Status"]), (1, &json!(off_value(target))), "{target}");
    }
}
