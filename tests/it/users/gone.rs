//! Deleted users, protected accounts, and who may come back.

use http::StatusCode;
use scim_bridge::store::RecordKey;
use serde_json::json;

use super::{TARGETS, clear, id_of, insert, new_user, off_beside, off_value, record, records, set, written};
use crate::bridge::{Setup, TestBridge};

async fn with(keys: &str) -> TestBridge {
    Setup { bmc_keys: keys.to_owned(), ivanti_keys: keys.to_owned(), ..Setup::default() }.build().await
}

async fn everything(bridge: &TestBridge, target: &str, id: &str) -> Vec<StatusCode> {
    vec![
        bridge.get(target, &format!("/Users/{id}")).await.status,
        bridge.patch(target, id, set("nickName", "x")).await.status,
        bridge.patch(target, id, set("active", true)).await.status,
        bridge.patch(target, id, off_beside(&[])).await.status,
        bridge.put(target, id, json!({ "userName": "grace" })).await.status,
        bridge.delete(target, id).await.status,
    ]
}

#[tokio::test]
async fn a_deleted_user_is_off_and_gone() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let mut body = new_user("grace");
        body["externalId"] = "E-1".into();
        let id = id_of(&bridge.post(target, body).await.body);
        let mut wanted = record(&bridge, target, &id);
        assert_eq!(bridge.delete(target, &id).await.status, StatusCode::NO_CONTENT, "{target}");
        wanted.insert("Status".to_owned(), off_value(target).into());
        assert_eq!(record(&bridge, target, &id), wanted, "{target}");
        assert!(bridge.store.is_buried(&RecordKey::new(target, "User", &id)), "{target}");
        clear(&bridge, target);
        assert_eq!(everything(&bridge, target, &id).await, [StatusCode::NOT_FOUND; 6], "{target}");
        assert_eq!(written(&bridge, target).len(), 0, "{target}");
        let filters = ["userName eq \"GRACE\"", "externalId eq \"E-1\"", &format!("id eq \"{id}\""), "active eq false"];
        for filter in filters {
            let found = bridge.filter(target, filter).await;
            assert_eq!(found.body["totalResults"], 0, "{target} {filter}: {}", found.body);
        }
        let listed = bridge.get(target, "/Users").await;
        assert!(!listed.body.to_string().contains(&id), "{target}");
        let count = records(&bridge, target).len();
        for name in ["grace", "GRACE", "Grace"] {
            let again = bridge.post(target, new_user(name)).await;
            assert_eq!(
                (again.status, &again.body["scimType"]),
                (StatusCode::CONFLICT, &json!("uniqueness")),
                "{target}"
            );
            assert!(super::detail(&again).contains("deleted"), "{target}: the way out: {}", again.body);
        }
        assert_eq!((records(&bridge, target).len(), record(&bridge, target, &id)), (count, wanted), "{target}");
    }
}

#[tokio::test]
async fn a_rename_to_a_deleted_users_name_is_a_conflict() {
    let bridge = Setup::default().build().await;
    let id = insert(&bridge, "ivanti", "ada");
    bridge.delete("ivanti", &id).await;
    let other = insert(&bridge, "ivanti", "eve");
    let answer = bridge.patch("ivanti", &other, set("userName", "ADA")).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.body);
}

#[tokio::test]
async fn a_target_may_delete_for_good_or_refuse_to() {
    for target in TARGETS {
        let bridge = with("on_delete = \"delete\"").await;
        let mut body = new_user("grace");
        body["externalId"] = "E-1".into();
        let id = id_of(&bridge.post(target, body.clone()).await.body);
        assert_eq!(bridge.delete(target, &id).await.status, StatusCode::NO_CONTENT, "{target}");
        assert!(!records(&bridge, target).iter().any(|record| record.values().any(|value| *value == id)), "{target}");
        assert_eq!(everything(&bridge, target, &id).await, [StatusCode::NOT_FOUND; 6], "{target}");
        let again = bridge.post(target, body).await;
        assert_eq!(again.status, StatusCode::CREATED, "{target}: {}", again.body);
        assert_ne!(id_of(&again.body), id, "{target}");

        let bridge = with("on_delete = \"refuse\"").await;
        let id = insert(&bridge, target, "ada");
        let before = record(&bridge, target, &id);
        let refused = bridge.delete(target, &id).await;
        assert_eq!(
            (refused.status, &refused.body["scimType"]),
            (StatusCode::BAD_REQUEST, &json!("mutability")),
            "{target}"
        );
        assert_eq!(record(&bridge, target, &id), before, "{target}");
        assert_eq!(bridge.get(target, &format!("/Users/{id}")).await.status, StatusCode::OK, "{target}");
        let unknown = bridge.delete(target, &"0".repeat(15)).await;
        assert!(unknown.status.is_client_error(), "{target}");
    }
}

#[tokio::test]
async fn protected_accounts_and_the_service_account_are_never_written() {
    for target in TARGETS {
        for on_delete in ["disable", "delete"] {
            let keys = format!(
                "on_delete = \"{on_delete}\"\nrename = \"allow\"\nprotected = {{ accounts = [\"Demo\", \"svc_*\"] }}"
            );
            let bridge = with(&keys).await;
            let service = match target {
                "bmc" => super::records(&bridge, target)[0]["Request ID"].as_str().expect("an id").to_owned(),
                _ => insert(&bridge, target, "svc_scim"),
            };
            let ids = [service, insert(&bridge, target, "DEMO"), insert(&bridge, target, "svc_backup")];
            for id in ids {
                let before = record(&bridge, target, &id);
                clear(&bridge, target);
                for answer in [
                    bridge.patch(target, &id, off_beside(&[])).await,
                    bridge.patch(target, &id, set("displayName", "x")).await,
                    bridge.patch(target, &id, set("userName", "harmless")).await,
                    bridge.put(target, &id, json!({ "userName": "x", "active": false })).await,
                    bridge.delete(target, &id).await,
                ] {
                    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{target}: {}", answer.body);
                    assert_eq!(answer.body["scimType"], "mutability", "{target}");
                }
                assert_eq!(written(&bridge, target).len(), 0, "{target}");
                assert_eq!(record(&bridge, target, &id), before, "{target}");
                let read = bridge.get(target, &format!("/Users/{id}")).await;
                assert_eq!(read.status, StatusCode::OK, "{target}: it is shown");
            }
        }
    }
}

#[tokio::test]
async fn two_records_of_one_name_are_told_and_never_chosen_from() {
    for target in TARGETS {
        let bridge = with("rename = \"allow\"").await;
        let ids = [insert(&bridge, target, "ada"), insert(&bridge, target, "ADA")];
        let before = ids.clone().map(|id| record(&bridge, target, &id));
        let other = insert(&bridge, target, "eve");
        clear(&bridge, target);
        for answer in [
            bridge.filter(target, "userName eq \"ada\"").await,
            bridge.post(target, new_user("Ada")).await,
            bridge.patch(target, &other, set("userName", "ada")).await,
            bridge.put(target, &other, json!({ "userName": "ada" })).await,
        ] {
            assert_eq!(
                (answer.status, &answer.body["scimType"]),
                (StatusCode::CONFLICT, &json!("uniqueness")),
                "{target}"
            );
            for id in &ids {
                assert!(super::detail(&answer).contains(id), "{target}: {}", answer.body);
            }
        }
        assert_eq!(written(&bridge, target).len(), 0, "{target}");
        assert_eq!(ids.clone().map(|id| record(&bridge, target, &id)), before, "{target}");
        // Each can still be switched off by its id, and what it is called already is no rename.
        for (id, name) in ids.iter().zip(["ada", "ADA"]) {
            let same = bridge.patch(target, id, set("userName", name)).await;
            assert_eq!(same.status, StatusCode::OK, "{target}: {}", same.body);
            let off = bridge.put(target, id, json!({ "userName": name, "active": false })).await;
            assert_eq!(off.status, StatusCode::OK, "{target}: {}", off.body);
        }
    }
}

#[tokio::test]
async fn a_taken_name_is_found_in_another_case_where_the_vendor_compares_exactly() {
    for target in TARGETS {
        let setup = Setup {
            bmc_keys: "collation = \"exact\"\nrename = \"allow\"".to_owned(),
            ivanti_keys: "collation = \"exact\"".to_owned(),
            ..Setup::default()
        };
        let mut options = setup.bmc.options();
        options.collation = simulators::bmc::qualification::Collation::Exact;
        options.login_name_writable = true;
        setup.bmc.set_options(options);
        let mut options = setup.ivanti.options();
        options.collation = simulators::ivanti::odata::Collation::Exact;
        setup.ivanti.set_options(options);
        let bridge = setup.build().await;
        insert(&bridge, target, "AdA.Lovelace@Example.com");
        let count = records(&bridge, target).len();
        for name in ["ada.lovelace@example.com", "ADA.LOVELACE@EXAMPLE.COM", "AdA.Lovelace@Example.com"] {
            let found = bridge.filter(target, &format!("userName eq \"{name}\"")).await;
            assert_eq!(found.body["totalResults"], 1, "{target} {name}: {}", found.body);
            let again = bridge.post(target, new_user(name)).await;
            assert_eq!(again.status, StatusCode::CONFLICT, "{target} {name}: {}", again.body);
        }
        assert_eq!(records(&bridge, target).len(), count, "{target}");
        let other = insert(&bridge, target, "bob");
        let before = record(&bridge, target, &other);
        for put in [true, false] {
            let name = "ADA.lovelace@example.com";
            let answer = if put {
                bridge.put(target, &other, json!({ "userName": name })).await
            } else {
                bridge.patch(target, &other, set("userName", name)).await
            };
            assert_eq!(answer.status, StatusCode::CONFLICT, "{target}: {}", answer.body);
        }
        assert_eq!(record(&bridge, target, &other), before, "{target}");
        assert_eq!(bridge.post(target, new_user("eve")).await.status, StatusCode::CREATED, "{target}");
    }
}

#[tokio::test]
async fn a_deletion_that_the_vendor_forbids_is_not_told_as_done() {
    let bridge = with("on_delete = \"delete\"").await;
    let mut options = bridge.bmc.options();
    options.delete_allowed = false;
    bridge.bmc.set_options(options);
    let id = insert(&bridge, "bmc", "ada");
    let before = record(&bridge, "bmc", &id);
    let answer = bridge.delete("bmc", &id).await;
    assert!(answer.status.is_server_error(), "{}", answer.body);
    assert_eq!(record(&bridge, "bmc", &id), before);
    assert_eq!(bridge.get("bmc", &format!("/Users/{id}")).await.status, StatusCode::OK);
}
