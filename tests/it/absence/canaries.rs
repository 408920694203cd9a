//! The row that proves answers: learned, configured, renamed, deleted, asked for.

use http::StatusCode;
use serde_json::json;

use super::{inserts, readyz};
use crate::bridge::{BYSTANDER, Setup, TestBridge};
use crate::users::{TARGETS, clear, entries, id_of, insert, methods, new_user, patch_native, set};

fn configured(canary: &str) -> Setup {
    let keys = format!("canary = \"{canary}\"");
    Setup { bmc_keys: keys.clone(), ivanti_keys: keys, ..Setup::default() }
}

/// The ids of whoever has this native name.
fn natives(bridge: &TestBridge, target: &str, name: &str) -> Vec<String> {
    let (rows, key, field) = match target {
        "bmc" => (bridge.bmc.records("User"), "Request ID", "Login Name"),
        _ => (bridge.ivanti.records("employees"), "RecId", "LoginID"),
    };
    let named = rows.into_iter().filter(|row| row[field] == name);
    named.map(|row| row[key].as_str().expect("a key").to_owned()).collect()
}

fn remove(bridge: &TestBridge, target: &str, name: &str) {
    for id in natives(bridge, target, name) {
        match target {
            "bmc" => assert!(bridge.bmc.remove("User", &id)),
            _ => assert!(bridge.ivanti.remove("employees", &id)),
        }
    }
}

async fn finds(bridge: &TestBridge, target: &str, name: &str, total: usize) {
    let found = bridge.filter(target, &format!("userName eq \"{name}\"")).await;
    assert_eq!(
        (found.status, &found.body["totalResults"]),
        (StatusCode::OK, &json!(total)),
        "{target}: {}",
        found.body
    );
}

#[tokio::test]
async fn a_canary_that_was_deleted_is_replaced_at_once() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        insert(&bridge, target, "ada");
        remove(&bridge, target, BYSTANDER);
        clear(&bridge, target);
        finds(&bridge, target, "nobody", 0).await;
        assert_eq!(methods(&bridge, target), ["GET", "GET", "GET"], "{target}: asked, learned, asked");
        clear(&bridge, target);
        finds(&bridge, target, "nobody", 0).await;
        assert_eq!(methods(&bridge, target), ["GET"], "{target}");
    }
}

#[tokio::test]
async fn a_canary_that_was_renamed_is_replaced_at_once() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let id = natives(&bridge, target, BYSTANDER).remove(0);
        let field = if target == "bmc" { "Login Name" } else { "LoginID" };
        patch_native(&bridge, target, &id, json!({ field: "renamed" }));
        finds(&bridge, target, "nobody", 0).await;
        finds(&bridge, target, BYSTANDER, 0).await;
        finds(&bridge, target, "renamed", 1).await;
        let created = bridge.post(target, new_user(BYSTANDER)).await;
        assert_eq!(created.status, StatusCode::CREATED, "{target}: {}", created.body);
    }
}

#[tokio::test]
async fn the_canary_is_found_like_anybody_else() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        insert(&bridge, target, "ada");
        clear(&bridge, target);
        for name in [BYSTANDER, "BYSTANDER"] {
            finds(&bridge, target, name, 1).await;
            let taken = bridge.post(target, new_user(name)).await;
            assert_eq!(taken.status, StatusCode::CONFLICT, "{target}: {}", taken.body);
        }
        assert_eq!(methods(&bridge, target), ["GET"; 4], "{target}");
        let id = natives(&bridge, target, BYSTANDER).remove(0);
        let read = bridge.get(target, &format!("/Users/{id}")).await;
        assert_eq!(read.body["userName"], BYSTANDER, "{target}");
        finds(&bridge, target, "ada", 1).await;
        // Deleted, it is absent by another one's proof.
        remove(&bridge, target, BYSTANDER);
        finds(&bridge, target, BYSTANDER, 0).await;
        let gone = bridge.get(target, &format!("/Users/{id}")).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND, "{target}: {}", gone.body);
        let created = bridge.post(target, new_user(BYSTANDER)).await;
        assert_eq!(created.status, StatusCode::CREATED, "{target}: {}", created.body);
    }
}

#[tokio::test(start_paused = true)]
async fn a_configured_canary_that_is_missing_stops_creates_and_is_told() {
    for target in TARGETS {
        let bridge = configured("canary").build().await;
        let said = readyz(&bridge).await;
        assert_eq!(said.status, StatusCode::SERVICE_UNAVAILABLE, "{target}");
        let text = said.body["targets"][target].as_str().unwrap_or_default();
        assert!(text.contains("configured canary"), "{target}: {text}");
        insert(&bridge, target, "ada");
        clear(&bridge, target);
        let nobody = bridge.filter(target, "userName eq \"nobody\"").await;
        assert_eq!(nobody.status, StatusCode::SERVICE_UNAVAILABLE, "{target}: {}", nobody.body);
        let refused = bridge.post(target, new_user("grace")).await;
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{target}: {}", refused.body);
        assert_eq!(inserts(&bridge, target), 0, "{target}");
        // Whoever is shown is there.
        finds(&bridge, target, "ada", 1).await;
        let taken = bridge.post(target, new_user("ADA")).await;
        assert_eq!(taken.status, StatusCode::CONFLICT, "{target}: {}", taken.body);
        insert(&bridge, "bmc", "canary");
        insert(&bridge, "ivanti", "canary");
        finds(&bridge, target, "nobody", 0).await;
        let created = bridge.post(target, new_user("grace")).await;
        assert_eq!(created.status, StatusCode::CREATED, "{target}: {}", created.body);
        tokio::time::sleep(std::time::Duration::from_secs(120)).await;
        assert_eq!(readyz(&bridge).await.status, StatusCode::OK, "{target}");
    }
}

#[tokio::test]
async fn the_configured_canary_is_asked_for_and_not_shown() {
    for target in TARGETS {
        let setup = configured("Canary.Row");
        let bridge = {
            setup.bmc.insert("User", json!({ "Login Name": "canary.row", "Full Name": "C", "License Type": "Read" }));
            let employee = json!({ "LoginID": "canary.row", "FirstName": "C", "LastName": "R" });
            setup.ivanti.insert("employees", employee);
            setup.build().await
        };
        insert(&bridge, target, "ada");
        finds(&bridge, target, "ada", 1).await;
        clear(&bridge, target);
        finds(&bridge, target, "nobody", 0).await;
        finds(&bridge, target, "ada", 1).await;
        finds(&bridge, target, "CANARY.ROW", 1).await;
        let asked = entries(&bridge, target);
        let parameter = if target == "bmc" { "q" } else { "$filter" };
        assert!(asked.iter().all(|it| it.query_value(parameter).is_some_and(|query| query.contains("Canary.Row"))));
        assert_eq!(asked.len(), 3, "{target}");
    }
}

#[tokio::test]
async fn a_missing_id_costs_two_calls_and_a_missing_renamed_one_no_more_than_that() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let id = insert(&bridge, target, "ada");
        remove(&bridge, target, "ada");
        clear(&bridge, target);
        assert_eq!(bridge.get(target, &format!("/Users/{id}")).await.status, StatusCode::NOT_FOUND, "{target}");
        assert_eq!(methods(&bridge, target), ["GET", "GET"], "{target}");
        clear(&bridge, target);
        let renamed = bridge.patch(target, &id, set("userName", "grace")).await;
        assert_eq!(renamed.status, StatusCode::NOT_FOUND, "{target}: {}", renamed.body);
        assert!(methods(&bridge, target).len() <= 2, "{target}");
    }
}

#[tokio::test]
async fn an_empty_filter_costs_one_call_more_than_a_lookup() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        insert(&bridge, target, "ada");
        // Groups are read with the first user that is shown.
        finds(&bridge, target, "ada", 1).await;
        clear(&bridge, target);
        let department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
        let found = bridge.filter(target, &format!("{department} eq \"Nowhere\"")).await;
        assert_eq!(
            (found.status, &found.body["totalResults"]),
            (StatusCode::OK, &json!(0)),
            "{target}: {}",
            found.body
        );
        let asked: Vec<String> =
            entries(&bridge, target).iter().map(|it| format!("{} {}", it.path, it.query)).collect();
        assert!(asked.len() <= 2, "{target}: {asked:#?}");
    }
}

#[tokio::test]
async fn many_names_at_once_are_all_found_whatever_the_page_size() {
    for target in TARGETS {
        for page_size in [1, 3, 100] {
            let keys = format!("page_size = {page_size}");
            let setup = Setup { bmc_keys: keys.clone(), ivanti_keys: keys, ..Setup::default() };
            let bridge = setup.build().await;
            for number in 0..30 {
                insert(&bridge, target, &format!("user{number}"));
            }
            for count in [2, 9, 20, 30] {
                let names = (0..count).map(|number| format!("userName eq \"USER{number}\""));
                let filter = names.collect::<Vec<_>>().join(" or ");
                let found = bridge.filter(target, &format!("{filter} or userName eq \"nobody\"")).await;
                assert_eq!(found.body["totalResults"], count, "{target} {page_size}: {}", found.body);
            }
        }
    }
}

#[tokio::test]
async fn somebody_deleted_through_the_bridge_is_gone_by_another_ones_proof() {
    for target in TARGETS {
        let keys = "on_delete = \"delete\"".to_owned();
        let setup = Setup { bmc_keys: keys.clone(), ivanti_keys: keys, ..Setup::default() };
        let bridge = setup.build().await;
        insert(&bridge, target, "ada");
        let canary = natives(&bridge, target, BYSTANDER).remove(0);
        let deleted = bridge.delete(target, &canary).await;
        assert_eq!(deleted.status, StatusCode::NO_CONTENT, "{target}: {}", deleted.body);
        finds(&bridge, target, BYSTANDER, 0).await;
        let created = bridge.post(target, new_user("grace")).await;
        assert_eq!(created.status, StatusCode::CREATED, "{target}: {}", created.body);
        assert!(!id_of(&created.body).is_empty());
    }
}
