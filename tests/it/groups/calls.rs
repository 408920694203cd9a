//! How many native calls the requests about groups take, counted at the vendor while the session is open.

use http::StatusCode;
use serde_json::json;

use super::{
    TARGETS, assert_done, assert_nothing_written, clear, counts, encoded, entries, group, members, op, put_in, set_of,
    site, user, users, values,
};
use crate::bridge::TestBridge;

/// `Engineers` with two members, and a third user. Everything has been read once.
async fn engineers(target: &str) -> (TestBridge, String, Vec<String>) {
    let bridge = site().build().await;
    let id = group(&bridge, target, "Engineers");
    let users = users(&bridge, target, 3);
    put_in(&bridge, target, &users[0], &id);
    put_in(&bridge, target, &users[1], &id);
    for path in [format!("/Groups/{id}"), format!("/Users/{}", users[0])] {
        assert_eq!(bridge.get(target, &path).await.status, StatusCode::OK, "{target} {path}");
    }
    clear(&bridge, target);
    (bridge, id, users)
}

#[tokio::test]
async fn a_read_without_members_takes_one_call_and_none_for_users() {
    for target in TARGETS {
        let (bridge, id, _) = engineers(target).await;
        for query in ["excludedAttributes=members", "attributes=displayName", "attributes=id,displayName"] {
            clear(&bridge, target);
            bridge.get(target, &format!("/Groups/{id}?{query}")).await;
            assert_eq!(counts(&bridge, target), (0, 1), "{target} {query}");
            clear(&bridge, target);
            bridge.get(target, &format!("/Groups?{query}&count=100")).await;
            let (of_users, others) = counts(&bridge, target);
            assert!(of_users == 0 && others <= 2, "{target} {query}: {:?}", entries(&bridge, target));
        }
    }
}

#[tokio::test]
async fn a_small_group_takes_few_calls() {
    for target in TARGETS {
        let (bridge, id, _) = engineers(target).await;
        bridge.group(target, &id).await;
        let (of_users, others) = counts(&bridge, target);
        assert!(of_users <= 2 && others <= 1, "{target}: {:?}", entries(&bridge, target));
    }
}

#[tokio::test]
async fn one_member_more_or_less_takes_few_calls() {
    for target in TARGETS {
        for (operation, member) in [("add", 2), ("remove", 0)] {
            let (bridge, id, users) = engineers(target).await;
            let answer = bridge.patch_group(target, &id, json!([op(operation, [&users[member]])])).await;
            assert_done(&answer, target);
            let entries = entries(&bridge, target);
            assert!(entries.len() <= 5, "{target} {operation}: {entries:?}");
            assert_eq!(entries.iter().filter(|entry| entry.is_write()).count(), 1, "{target} {operation}");
        }
    }
}

#[tokio::test]
async fn what_holds_already_is_written_by_nobody() {
    for target in TARGETS {
        let (bridge, id, users) = engineers(target).await;
        let both = &users[..2];
        for operations in [
            json!([op("add", both)]),
            json!([op("remove", &users[2..])]),
            json!([{ "op": "replace", "path": "members", "value": values(both) }]),
            json!([{ "op": "replace", "value": { "members": values(both), "id": id, "displayName": "Engineers" } }]),
            json!([op("remove", &users[..1]), op("add", &users[..1])]),
            json!([op("add", &users[2..]), op("remove", &users[2..])]),
        ] {
            clear(&bridge, target);
            assert_done(&bridge.patch_group(target, &id, operations.clone()).await, target);
            assert_nothing_written(&bridge, target, &operations.to_string());
            assert!(entries(&bridge, target).len() <= 4, "{target} {operations}: {:?}", entries(&bridge, target));
        }
        assert_eq!(members(&bridge, target, &id), set_of(both), "{target}");
    }
}

#[tokio::test]
async fn forty_members_are_validated_in_few_reads_and_written_one_by_one() {
    for target in TARGETS {
        let (bridge, id, _) = engineers(target).await;
        let many: Vec<String> = (0..40).map(|number| user(&bridge, target, &format!("many{number}"))).collect();
        clear(&bridge, target);
        assert_done(&bridge.patch_group(target, &id, json!([op("add", &many)])).await, target);
        let entries = entries(&bridge, target);
        let first = entries.iter().position(simulators::control::Entry::is_write).expect("writes");
        assert!(first <= 40, "{target}: {first} reads come first");
        assert_eq!(entries.iter().filter(|entry| entry.is_write()).count(), 40, "{target}");
        assert!(entries.len() <= 40 * 3 + 10, "{target}: {} calls", entries.len());
    }
}

/// The groups of users come from a directory that is kept, not from a call for each user.
#[tokio::test]
async fn reading_users_does_not_read_groups_again_and_again() {
    for target in TARGETS {
        let (bridge, _, users) = engineers(target).await;
        for round in 0..5 {
            for user in &users {
                bridge.get(target, &format!("/Users/{user}")).await;
            }
            let found = bridge.filter(target, &format!("userName eq \"u{round}\"")).await;
            assert_eq!(found.status, StatusCode::OK, "{target}");
        }
        let (of_users, others) = counts(&bridge, target);
        assert_eq!(of_users, 20, "{target}: one for each read");
        assert!(others <= 6, "{target}: {others} calls for groups");
    }
}

#[tokio::test]
async fn users_without_their_groups_need_no_groups() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = group(&bridge, target, "Engineers");
        let ada = user(&bridge, target, "ada");
        put_in(&bridge, target, &ada, &id);
        clear(&bridge, target);
        for query in ["attributes=userName", "excludedAttributes=groups"] {
            bridge.get(target, &format!("/Users/{ada}?{query}")).await;
            bridge.get(target, &format!("/Users?{query}&filter={}", encoded("userName eq \"ada\""))).await;
        }
        assert_eq!(counts(&bridge, target), (4, 0), "{target}: {:?}", entries(&bridge, target));
    }
}

#[tokio::test]
async fn a_membership_is_checked_without_reading_the_members() {
    for target in TARGETS {
        let mut calls = Vec::new();
        for size in [2, 300] {
            let mut setup = site();
            setup.ivanti_keys = "page_size = 20".to_owned();
            setup.bmc_keys = "page_size = 20".to_owned();
            let bridge = setup.build().await;
            let id = group(&bridge, target, "Engineers");
            let users = users(&bridge, target, size);
            for user in &users {
                put_in(&bridge, target, user, &id);
            }
            let (first, outside) = (&users[0], user(&bridge, target, "outside"));
            bridge.get(target, &format!("/Users/{first}")).await;
            clear(&bridge, target);
            for (filter, total) in [
                (format!("id eq \"{id}\" and members eq \"{first}\""), 1),
                (format!("members eq \"{outside}\" and id eq \"{id}\""), 0),
                (format!("members.value eq \"{first}\""), 1),
                (format!("members.value eq \"{outside}\""), 0),
            ] {
                let found = bridge.find_groups(target, &filter, "&excludedAttributes=members").await;
                assert_eq!(found.body["totalResults"], total, "{target} {filter}: {}", found.body);
            }
            calls.push(entries(&bridge, target).len());
        }
        assert_eq!(calls[0], calls[1], "{target}: whatever the size");
        assert!(calls[0] <= 16, "{target}: {calls:?}");
    }
}

#[tokio::test]
async fn what_needs_no_vendor_asks_none() {
    for target in TARGETS {
        let (bridge, id, _) = engineers(target).await;
        let gone = group(&bridge, target, "Gone");
        assert_eq!(bridge.delete_group(target, &gone).await.status, StatusCode::NO_CONTENT, "{target}");
        clear(&bridge, target);
        assert_eq!(bridge.group(target, &gone).await.status, StatusCode::NOT_FOUND, "{target}");
        assert_eq!(bridge.patch_group(target, &id, json!([])).await.status, StatusCode::BAD_REQUEST, "{target}");
        assert_eq!(bridge.make_group(target, json!({})).await.status, StatusCode::BAD_REQUEST, "{target}");
        assert_eq!(counts(&bridge, target), (0, 0), "{target}: {:?}", entries(&bridge, target));
    }
}
