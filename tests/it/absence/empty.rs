//! Targets without users, declared and not.

use http::StatusCode;
use serde_json::json;

use super::{Lie, begin, inserts, readyz};
use crate::bridge::{BYSTANDER, Setup, TestBridge};
use crate::users::{TARGETS, clear, id_of, methods, new_user};

fn allowed() -> Setup {
    let keys = "allow_empty = true".to_owned();
    Setup { bmc_keys: keys.clone(), ivanti_keys: keys, ..Setup::default() }
}

/// Both targets with nobody but the service account, which is not declared.
async fn undeclared() -> TestBridge {
    let bridge = Setup::default().build().await;
    for row in bridge.bmc.records("User") {
        if row["Login Name"] == BYSTANDER {
            bridge.bmc.remove("User", row["Request ID"].as_str().expect("a key"));
        }
    }
    for row in bridge.ivanti.records("employees") {
        bridge.ivanti.remove("employees", row["RecId"].as_str().expect("a key"));
    }
    bridge
}

#[tokio::test]
async fn a_target_without_users_is_not_believed_to_be_one() {
    for target in TARGETS {
        let bridge = undeclared().await;
        clear(&bridge, target);
        for answer in [
            bridge.filter(target, "userName eq \"ada\"").await,
            bridge.get(target, "/Users").await,
            bridge.post(target, new_user("ada")).await,
        ] {
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{target}: {}", answer.body);
        }
        assert_eq!(inserts(&bridge, target), 0, "{target}");
        assert_eq!(readyz(&bridge).await.status, StatusCode::SERVICE_UNAVAILABLE, "{target}");
    }
}

#[tokio::test]
async fn a_target_that_may_be_empty_takes_its_first_users_and_then_has_a_canary() {
    for target in TARGETS {
        let bridge = allowed().build().await;
        assert_eq!(readyz(&bridge).await.status, StatusCode::OK, "{target}");
        let nobody = bridge.filter(target, "userName eq \"ada\"").await;
        assert_eq!((nobody.status, &nobody.body["totalResults"]), (StatusCode::OK, &json!(0)), "{target}");
        let listed = bridge.get(target, "/Users").await;
        assert_eq!(listed.body["totalResults"], usize::from(target == "bmc"), "{target}: {}", listed.body);
        for name in ["ada", "bob", "cid"] {
            let created = bridge.post(target, new_user(name)).await;
            assert_eq!(created.status, StatusCode::CREATED, "{target} {name}: {}", created.body);
            let again = bridge.post(target, new_user(name)).await;
            assert_eq!(again.status, StatusCode::CONFLICT, "{target} {name}: {}", again.body);
        }
        clear(&bridge, target);
        let nobody = bridge.filter(target, "userName eq \"nobody\"").await;
        assert_eq!((nobody.status, methods(&bridge, target).len()), (StatusCode::OK, 1), "{target}");
        // From now on it is not empty, whatever it says.
        begin(Lie::OwnRowOnly, &bridge.bmc, &bridge.ivanti);
        let refused = bridge.post(target, new_user("grace")).await;
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{target}: {}", refused.body);
    }
}

#[tokio::test]
async fn a_trial_user_may_come_and_go_in_a_target_that_may_be_empty() {
    for target in TARGETS {
        let mut setup = allowed();
        setup.bmc_keys.push_str("\non_delete = \"delete\"");
        setup.ivanti_keys.push_str("\non_delete = \"delete\"");
        let bridge = setup.build().await;
        for round in 0..3 {
            let created = bridge.post(target, new_user("trial")).await;
            assert_eq!(created.status, StatusCode::CREATED, "{target} {round}: {}", created.body);
            let found = bridge.filter(target, "userName eq \"trial\"").await;
            assert_eq!(found.body["totalResults"], 1, "{target} {round}: {}", found.body);
            let deleted = bridge.delete(target, &id_of(&created.body)).await;
            assert_eq!(deleted.status, StatusCode::NO_CONTENT, "{target} {round}: {}", deleted.body);
            let gone = bridge.filter(target, "userName eq \"trial\"").await;
            assert_eq!(gone.body["totalResults"], 0, "{target} {round}: {}", gone.body);
        }
    }
}
