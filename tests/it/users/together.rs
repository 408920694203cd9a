//! Many requests at once on one user or one name.

use std::sync::Arc;

use futures_util::future::join_all;
use http::StatusCode;
use serde_json::{Value, json};
use simulators::control::Fault;

use super::{TARGETS, id_of, inject, insert, new_user, record, records, set};
use crate::bridge::{Answer, Setup, TestBridge};

/// A bridge whose vendors take a moment for every call.
async fn slow_bridge() -> Arc<TestBridge> {
    let bridge = Setup::default().build().await;
    for target in TARGETS {
        inject(&bridge, target, Fault::slow(5).times(100_000));
        inject(&bridge, target, Fault::slow(5).times(100_000).after());
    }
    Arc::new(bridge)
}

async fn all<F: Future<Output = Answer> + Send + 'static>(requests: impl Iterator<Item = F>) -> Vec<Answer> {
    let tasks: Vec<_> = requests.map(tokio::spawn).collect();
    join_all(tasks).await.into_iter().map(|answer| answer.expect("no panic")).collect()
}

#[tokio::test(start_paused = true)]
async fn fifty_changes_of_one_user_at_once_all_land() {
    for target in TARGETS {
        let bridge = slow_bridge().await;
        let id = insert(&bridge, target, "ada");
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        let mut operations: Vec<Value> = (0..20)
            .flat_map(|number| {
                [
                    set(&format!("phoneNumbers[type eq \"p{number}\"].value"), format!("{number}")),
                    set(&format!("emails[type eq \"e{number}\"].value"), format!("{number}@example.com")),
                ]
            })
            .collect();
        for path in ["nickName", "title", "locale", "timezone", "preferredLanguage", "userType", "externalId"] {
            operations.push(set(path, format!("new-{path}")));
        }
        for path in ["department", "organization", "employeeNumber"] {
            operations.push(set(&format!("{enterprise}:{path}"), format!("new-{path}")));
        }
        assert_eq!(operations.len(), 50);
        let answers = all(operations.into_iter().map(|operations| {
            let (bridge, id) = (bridge.clone(), id.clone());
            async move { bridge.patch(target, &id, operations).await }
        }));
        for answer in answers.await {
            assert_eq!(answer.status, StatusCode::OK, "{target}: {}", answer.body);
        }
        let read = bridge.get(target, &format!("/Users/{id}")).await.body;
        for number in 0..20 {
            let element = |list: &str, kind: String| {
                let list = read[list].as_array().expect("a list").clone();
                list.into_iter().find(|element| element["type"] == kind.as_str()).expect(&kind)["value"].clone()
            };
            assert_eq!(element("phoneNumbers", format!("p{number}")), format!("{number}"), "{target}");
            assert_eq!(element("emails", format!("e{number}")), format!("{number}@example.com"), "{target}");
        }
        for path in ["nickName", "title", "locale", "timezone", "preferredLanguage", "userType", "externalId"] {
            assert_eq!(read[path], format!("new-{path}"), "{target}");
        }
        for path in ["department", "organization", "employeeNumber"] {
            assert_eq!(read[enterprise][path], format!("new-{path}"), "{target}");
        }
        assert_eq!(record(&bridge, target, &id)["Department"], "new-department", "{target}");
    }
}

#[tokio::test(start_paused = true)]
async fn twenty_creates_of_one_name_at_once_make_one_user() {
    for target in TARGETS {
        for unique in [true, false] {
            let bridge = slow_bridge().await;
            let before = records(&bridge, target).len();
            let answers = all((0..20).map(|number| {
                let bridge = bridge.clone();
                let name = if number % 2 == 0 { "grace" } else { "GRACE" };
                let mut body = new_user(if unique { name } else { "hopper" });
                body["externalId"] = format!("E-{number}").into();
                async move { bridge.post(target, body).await }
            }));
            let mut statuses: Vec<u16> = answers.await.iter().map(|answer| answer.status.as_u16()).collect();
            statuses.sort_unstable();
            let mut expected = vec![409; 20];
            expected[0] = 201;
            assert_eq!(statuses, expected, "{target}");
            assert_eq!(records(&bridge, target).len(), before + 1, "{target}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn one_external_id_at_once_goes_to_one_user() {
    for target in TARGETS {
        let bridge = slow_bridge().await;
        let ids: Vec<String> = (0..10).map(|number| insert(&bridge, target, &format!("user{number}"))).collect();
        let answers = all(ids.into_iter().enumerate().map(|(number, id)| {
            let bridge = bridge.clone();
            async move {
                if number % 2 == 0 {
                    return bridge.patch(target, &id, set("externalId", "E-1")).await;
                }
                let mut body = new_user(&format!("new{number}"));
                body["externalId"] = "E-1".into();
                bridge.post(target, body).await
            }
        }));
        let answers = answers.await;
        let won = answers.iter().filter(|answer| answer.status.is_success()).count();
        let lost = answers.iter().filter(|answer| answer.status == StatusCode::CONFLICT).count();
        assert_eq!((won, lost), (1, 9), "{target}");
        let found = bridge.filter(target, "externalId eq \"E-1\"").await;
        assert_eq!(found.body["totalResults"], 1, "{target}");
    }
}

#[tokio::test(start_paused = true)]
async fn renames_to_one_name_at_once_have_one_winner() {
    let bridge = slow_bridge().await;
    let ids: Vec<String> = (0..10).map(|number| insert(&bridge, "ivanti", &format!("user{number}"))).collect();
    let answers = all(ids.into_iter().map(|id| {
        let bridge = bridge.clone();
        async move { bridge.patch("ivanti", &id, set("userName", "queen")).await }
    }));
    let won: Vec<Answer> = answers.await.into_iter().filter(|answer| answer.status.is_success()).collect();
    assert_eq!(won.len(), 1);
    let queens = records(&bridge, "ivanti").into_iter().filter(|record| record["LoginID"] == "queen").count();
    assert_eq!((queens, won[0].body["userName"].clone()), (1, json!("queen")));
}

#[tokio::test(start_paused = true)]
async fn an_echo_and_a_disable_at_once_leave_the_account_as_one_of_them_asked() {
    for target in TARGETS {
        let bridge = slow_bridge().await;
        let created = bridge.post(target, new_user("grace")).await.body;
        let id = id_of(&created);
        let answers = all((0..20).map(|number| {
            let (bridge, id) = (bridge.clone(), id.clone());
            async move {
                if number % 2 == 0 {
                    return bridge.patch(target, &id, set("active", false)).await;
                }
                bridge.patch(target, &id, set("nickName", format!("n{number}"))).await
            }
        }));
        for answer in answers.await {
            assert_eq!(answer.status, StatusCode::OK, "{target}: {}", answer.body);
        }
        let read = bridge.get(target, &format!("/Users/{id}")).await;
        assert_eq!(read.body["active"], false, "{target}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_that_waits_for_a_delete_finds_nobody() {
    for target in TARGETS {
        for on in [true, false] {
            let bridge = slow_bridge().await;
            let id = insert(&bridge, target, "ada");
            super::control(&bridge, target).journal().clear();
            let spawn = |change: Option<Value>| {
                let (bridge, id) = (bridge.clone(), id.clone());
                tokio::spawn(async move {
                    match change {
                        Some(operations) => bridge.patch(target, &id, operations).await,
                        None => bridge.delete(target, &id).await,
                    }
                })
            };
            let deleted = spawn(None);
            while super::entries(&bridge, target).is_empty() {
                tokio::task::yield_now().await;
            }
            let changed = spawn(Some(if on { set("active", true) } else { set("nickName", "x") }));
            let again = spawn(None);
            let statuses = [deleted, changed, again];
            let statuses = join_all(statuses).await.into_iter().map(|answer| answer.expect("no panic").status);
            let expected = [StatusCode::NO_CONTENT, StatusCode::NOT_FOUND, StatusCode::NOT_FOUND];
            assert_eq!(statuses.collect::<Vec<_>>(), expected, "{target}");
            assert_eq!(record(&bridge, target, &id)["Status"], super::off_value(target), "{target}: still off");
        }
    }
}
