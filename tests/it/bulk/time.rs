//! A vendor that is too slow for the request: what was not begun is told and never done.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::{bulk, id_in, post_group, post_user, statuses};
use crate::bridge::{Setup, TestBridge};
use crate::groups::{members, set_of, site};
use crate::users::{TARGETS, control, records};

async fn slow(target: &str, deadline_ms: u64, latency_ms: u64) -> TestBridge {
    let setup = Setup { server_keys: format!("request_deadline_ms = {deadline_ms}"), ..site() };
    let bridge = setup.build().await;
    // The session is there already.
    bridge.get(target, "/Users?count=1").await;
    control(&bridge, target).set_latency_ms(latency_ms);
    bridge
}

fn names(bridge: &TestBridge, target: &str) -> Vec<String> {
    let field = if target == "bmc" { "Login Name" } else { "LoginID" };
    records(bridge, target).iter().filter_map(|it| it[field].as_str().map(str::to_owned)).collect()
}

#[tokio::test(start_paused = true)]
async fn at_the_deadline_the_rest_is_503_each_and_nothing_is_begun_later() {
    for target in TARGETS {
        let bridge = slow(target, 10_000, 200).await;
        let all: Vec<String> = (0..200).map(|number| format!("u{number:03}")).collect();
        let operations: Value = all.iter().map(|name| post_user(name)).collect();
        let start = Instant::now();
        let entries = bulk(&bridge, target, &operations).await;
        let took = start.elapsed();
        assert!(took > Duration::from_secs(8) && took < Duration::from_secs(10), "{target}: {took:?}");
        assert_eq!(entries.len(), 200, "{target}");
        let count = |status: &str| statuses(&entries).iter().filter(|it| **it == status).count();
        assert!(count("201") >= 20 && count("201") + count("503") == 200, "{target}: {:?}", statuses(&entries));
        tokio::time::sleep(Duration::from_secs(60)).await;
        let there = names(&bridge, target);
        let mut under_way = 0;
        for (name, entry) in all.iter().zip(&entries) {
            let detail = entry["response"]["detail"].as_str().unwrap_or_default();
            if detail.contains("was not begun") {
                assert!(!there.contains(name), "{target}: {name} was begun after the answer");
            } else {
                assert!(there.contains(name), "{target}: {name} was begun, and is to be done: {entry}");
                under_way += usize::from(entry["status"] == "503");
            }
        }
        assert!(under_way <= 4, "{target}: {under_way}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_circle_that_was_begun_is_carried_out_to_its_end() {
    for target in TARGETS {
        let bridge = slow(target, 5_000, 400).await;
        let mut ada = post_user("ada");
        ada["data"]["groups"] = json!([{ "value": "bulkId:g" }]);
        let all = json!([ada, post_group("g", &["ada".to_owned()]), post_user("eve")]);
        let entries = bulk(&bridge, target, &all).await;
        // Ada is made for the group, and the group is not done before she is in it.
        assert_eq!(statuses(&entries)[1..], ["503", "503"], "{target}: {entries:?}");
        let told = |place: usize| entries[place]["response"]["detail"].as_str().unwrap_or_default();
        assert!(told(1).contains("may still be") && told(2).contains("was not begun"), "{target}: {entries:?}");
        tokio::time::sleep(Duration::from_secs(60)).await;
        control(&bridge, target).set_latency_ms(0);
        let group = bridge.find_groups(target, "displayName eq \"g\"", "").await.body["Resources"][0].clone();
        let found = bridge.filter(target, "userName eq \"ada\"").await.body["Resources"][0].clone();
        let id = found["id"].as_str().expect("ada is there");
        assert_eq!(members(&bridge, target, group["id"].as_str().expect("g is there")), set_of([id]), "{target}");
        assert!(!names(&bridge, target).contains(&"eve".to_owned()), "{target}");
        if statuses(&entries)[0] == "201" {
            assert_eq!(id_in(&entries[0]), id, "{target}");
        }
    }
}
