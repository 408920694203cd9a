//! How many native calls a request takes, counted at the vendor while the session is open.

use http::StatusCode;
use serde_json::json;

use super::{TARGETS, clear, id_of, insert, methods, new_user, off_beside, set};
use crate::bridge::{Setup, TestBridge};

async fn one_user(target: &str) -> (TestBridge, String) {
    let bridge = Setup::default().build().await;
    let id = insert(&bridge, target, "ada");
    clear(&bridge, target);
    (bridge, id)
}

#[tokio::test]
async fn a_lookup_by_user_name_takes_one_call() {
    for target in TARGETS {
        let (bridge, _) = one_user(target).await;
        for (name, total) in [("ADA", 1), ("nobody", 0)] {
            let found = bridge.filter(target, &format!("userName eq \"{name}\"")).await;
            assert_eq!(found.body["totalResults"], total, "{target}");
            assert_eq!(methods(&bridge, target), ["GET"], "{target} {name}");
            clear(&bridge, target);
        }
    }
}

#[tokio::test]
async fn a_read_by_id_takes_one_call() {
    for target in TARGETS {
        let (bridge, id) = one_user(target).await;
        let found = bridge.get(target, &format!("/Users/{id}")).await;
        assert_eq!(found.body["userName"], "ada", "{target}");
        assert_eq!(methods(&bridge, target), ["GET"], "{target}");
    }
}

#[tokio::test]
async fn a_first_page_that_holds_everybody_takes_one_call_where_a_short_page_is_the_last_one() {
    for (target, most) in [("bmc", 2), ("ivanti", 1)] {
        let (bridge, _) = one_user(target).await;
        let page = bridge.get(target, "/Users?startIndex=1&count=100").await;
        assert_eq!(page.status, StatusCode::OK, "{target}");
        assert!(methods(&bridge, target).len() <= most, "{target}: {:?}", methods(&bridge, target));
    }
}

#[tokio::test]
async fn a_patch_takes_three_calls() {
    for target in TARGETS {
        let (bridge, id) = one_user(target).await;
        let changed = bridge.patch(target, &id, set("phoneNumbers[type eq \"work\"].value", "1")).await;
        assert_eq!(changed.status, StatusCode::OK, "{target}: {}", changed.body);
        let write = if target == "bmc" { "PUT" } else { "PATCH" };
        assert_eq!(methods(&bridge, target), ["GET", write, "GET"], "{target}");
    }
}

#[tokio::test]
async fn a_patch_that_changes_nothing_takes_one_call() {
    for target in TARGETS {
        let (bridge, id) = one_user(target).await;
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
        for operations in [
            set(enterprise, "Engines"),
            set("active", true),
            set("userName", "ada"),
            json!([{ "op": "add", "path": "emails", "value": [{ "value": "ada@example.com", "type": "work" }] }]),
        ] {
            let same = bridge.patch(target, &id, operations.clone()).await;
            assert_eq!(same.status, StatusCode::OK, "{target} {operations}: {}", same.body);
            assert_eq!(methods(&bridge, target), ["GET"], "{target} {operations}");
            clear(&bridge, target);
        }
    }
}

#[tokio::test]
async fn a_put_that_echoes_what_was_read_takes_one_call_and_writes_nothing() {
    for target in TARGETS {
        let (bridge, id) = one_user(target).await;
        let read = bridge.get(target, &format!("/Users/{id}")).await;
        clear(&bridge, target);
        let echoed = bridge.put(target, &id, read.body.clone()).await;
        assert_eq!(echoed.status, StatusCode::OK, "{target}: {}", echoed.body);
        assert_eq!(echoed.body, read.body, "{target}");
        assert_eq!(methods(&bridge, target), ["GET"], "{target}");
    }
}

#[tokio::test]
async fn a_create_takes_three_calls() {
    for target in TARGETS {
        let (bridge, _) = one_user(target).await;
        let created = bridge.post(target, new_user("grace")).await;
        assert_eq!(created.status, StatusCode::CREATED, "{target}: {}", created.body);
        assert_eq!(methods(&bridge, target), ["GET", "POST", "GET"], "{target}");
    }
}

#[tokio::test]
async fn a_disable_takes_three_calls_in_every_spelling() {
    for target in TARGETS {
        for operations in [
            off_beside(&[]),
            json!([{ "op": "replace", "value": { "active": false } }]),
            json!([{ "op": "Add", "path": "active", "value": false }]),
        ] {
            let (bridge, id) = one_user(target).await;
            let off = bridge.patch(target, &id, operations).await;
            assert_eq!((off.status, &off.body["active"]), (StatusCode::OK, &json!(false)), "{target}");
            assert_eq!(methods(&bridge, target).len(), 3, "{target}");
        }
        let (bridge, id) = one_user(target).await;
        assert_eq!(bridge.delete(target, &id).await.status, StatusCode::NO_CONTENT, "{target}");
        assert_eq!(methods(&bridge, target).len(), 3, "{target}");
    }
}

#[tokio::test]
async fn a_rename_by_patch_takes_three_calls_on_ivanti() {
    // Somebody is there from the start, by whom the bridge finds out how the vendor compares letter case.
    let setup = Setup::default();
    let somebody =
        json!({ "LoginID": "charles", "FirstName": "Charles", "LastName": "Babbage", "Email": "c@b.example" });
    setup.ivanti.insert("employees", somebody);
    let bridge = setup.build().await;
    let id = insert(&bridge, "ivanti", "ada");
    clear(&bridge, "ivanti");
    let renamed = bridge.patch("ivanti", &id, set("userName", "ada.king")).await;
    assert_eq!(renamed.status, StatusCode::OK, "{}", renamed.body);
    assert_eq!(renamed.body["userName"], "ada.king");
    assert_eq!(methods(&bridge, "ivanti"), ["GET", "PATCH", "GET"]);
}

#[tokio::test]
async fn what_needs_no_vendor_asks_none() {
    for target in TARGETS {
        let (bridge, id) = one_user(target).await;
        let created = bridge.post(target, new_user("grace")).await;
        let buried = id_of(&created.body);
        bridge.delete(target, &buried).await;
        clear(&bridge, target);
        assert_eq!(bridge.get(target, &format!("/Users/{buried}")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(bridge.patch(target, &id, json!([])).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(bridge.patch(target, &id, set("userType2", "x")).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(bridge.post(target, json!({ "displayName": "x" })).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(methods(&bridge, target), [""; 0], "{target}");
    }
}

/// Entra may match users by a second e-mail address or a nickname, which the bridge keeps.
#[tokio::test]
async fn a_filter_on_what_is_kept_walks_over_nobody() {
    for target in TARGETS {
        let (bridge, id) = one_user(target).await;
        for number in 0..250 {
            insert(&bridge, target, &format!("other{number}"));
        }
        let emails = json!([{ "value": "ada@work.example", "type": "work", "primary": true },
            { "value": "ada@home.example", "type": "home" }]);
        let wish = json!([{ "op": "replace", "value": { "emails": emails, "nickName": "Countess" } }]);
        assert_eq!(bridge.patch(target, &id, wish).await.status, StatusCode::OK, "{target}");
        for (filter, total, most) in [
            ("emails[type eq \"home\"].value eq \"ADA@home.example\"", 1, 2),
            ("emails.value eq \"ada@work.example\"", 1, 2),
            ("emails[type eq \"work\" and value eq \"ada@home.example\"]", 0, 2),
            ("nickName eq \"countess\"", 1, 2),
            ("nickName eq \"nobody\"", 0, 0),
            ("nickName eq \"countess\" and active eq true", 1, 2),
            ("nickName eq \"countess\" or userName eq \"other7\"", 2, 2),
        ] {
            clear(&bridge, target);
            let found = bridge.filter(target, filter).await;
            assert_eq!(found.body["totalResults"], total, "{target} {filter}: {}", found.body);
            let calls = methods(&bridge, target).len();
            assert!(calls <= most, "{target} {filter}: {calls} calls");
        }
    }
}
