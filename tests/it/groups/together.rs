//! Many requests at once on one user, on one group, on one name.

use std::sync::Arc;

use futures_util::future::join_all;
use http::StatusCode;
use serde_json::json;

use super::{
    TARGETS, assert_done, group, group_records, id_of, key_of, keys_in, list_of, members, native_name, op,
    patch_native, put_in, set_of, site, user, users,
};
use crate::bridge::{Answer, TestBridge};

/// A bridge whose vendors take a moment for every call.
async fn slow_bridge() -> Arc<TestBridge> {
    let bridge = site().build().await;
    for target in TARGETS {
        super::control(&bridge, target).set_latency_ms(10);
    }
    Arc::new(bridge)
}

async fn all<F: Future<Output = Answer> + Send + 'static>(requests: impl Iterator<Item = F>) -> Vec<Answer> {
    let tasks: Vec<_> = requests.map(tokio::spawn).collect();
    join_all(tasks).await.into_iter().map(|answer| answer.expect("no panic")).collect()
}

#[tokio::test(start_paused = true)]
async fn fifty_groups_of_one_user_at_once_lose_nothing() {
    let bridge = slow_bridge().await;
    let ids: Vec<String> = (0..50).map(|number| group(&bridge, "bmc", &format!("G{number}"))).collect();
    let keys: Vec<String> = ids.iter().map(|id| key_of(&bridge, "bmc", id)).collect();
    let ada = user(&bridge, "bmc", "ada");
    // Every second group is left, the others are joined. Ids that nobody knows stand in between.
    let mut list = "999;".to_owned();
    for (number, key) in keys.iter().enumerate().filter(|(number, _)| number % 2 == 0) {
        list += &[key, &(90_000 + number).to_string(), ""].join(";");
    }
    patch_native(&bridge, "bmc", &ada, json!({ "Group List": list }));
    let unknown: Vec<String> = keys_in(&list).into_iter().filter(|key| !keys.contains(key)).collect();
    let answers = all(ids.into_iter().enumerate().map(|(number, id)| {
        let (bridge, ada) = (bridge.clone(), ada.clone());
        let operation = if number % 2 == 0 { "remove" } else { "add" };
        async move { bridge.patch_group("bmc", &id, json!([op(operation, [&ada])])).await }
    }));
    for answer in answers.await {
        assert_done(&answer, &answer.body.to_string());
    }
    let held = keys_in(&list_of(&bridge, "bmc", &ada));
    let joined = keys.iter().enumerate().filter(|(number, _)| number % 2 == 1).map(|(_, key)| key);
    let expected = set_of(unknown.iter().chain(joined));
    assert_eq!((held.len(), set_of(&held)), (expected.len(), expected));
    let kept: Vec<String> = held.into_iter().filter(|key| !keys.contains(key)).collect();
    assert_eq!(kept, unknown, "in their order");
}

#[tokio::test(start_paused = true)]
async fn fifty_users_of_one_group_at_once_lose_nothing() {
    for target in TARGETS {
        let bridge = slow_bridge().await;
        let id = group(&bridge, target, "Engineers");
        let users = users(&bridge, target, 50);
        for user in users.iter().step_by(2) {
            put_in(&bridge, target, user, &id);
        }
        let answers = all(users.clone().into_iter().enumerate().map(|(number, user)| {
            let (bridge, id) = (bridge.clone(), id.clone());
            let operation = if number % 2 == 0 { "remove" } else { "add" };
            async move { bridge.patch_group(target, &id, json!([op(operation, [&user])])).await }
        }));
        for answer in answers.await {
            assert_done(&answer, &answer.body.to_string());
        }
        let expected = set_of(users.iter().skip(1).step_by(2));
        assert_eq!(members(&bridge, target, &id), expected, "{target}");
    }
}

/// Groups that overlap in their users, changed with a few members each.
#[tokio::test(start_paused = true)]
async fn changes_that_cross_each_other_all_land() {
    let bridge = slow_bridge().await;
    let ids: Vec<String> = (0..10).map(|number| group(&bridge, "bmc", &format!("G{number}"))).collect();
    let users = users(&bridge, "bmc", 10);
    let is_member = |group: usize, user: usize| (group + user).is_multiple_of(3);
    let answers = all((0..10).flat_map(|group| [(group, 0), (group, 5)]).map(|(group, first)| {
        let (bridge, id) = (bridge.clone(), ids[group].clone());
        let half = (first..first + 5).filter(|&user| is_member(group, user)).map(|user| users[user].clone());
        let operations = json!([op("add", half.collect::<Vec<_>>())]);
        async move { bridge.patch_group("bmc", &id, operations).await }
    }));
    for answer in answers.await {
        assert_done(&answer, &answer.body.to_string());
    }
    for (group, id) in ids.iter().enumerate() {
        let expected = set_of((0..10).filter(|&user| is_member(group, user)).map(|user| &users[user]));
        assert_eq!(members(&bridge, "bmc", id), expected, "group {group}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_disable_and_memberships_at_once_both_hold() {
    for target in TARGETS {
        let bridge = slow_bridge().await;
        let id = group(&bridge, target, "Engineers");
        let ada = user(&bridge, target, "ada");
        let answers = all((0..20).map(|number| {
            let (bridge, id, ada) = (bridge.clone(), id.clone(), ada.clone());
            async move {
                match number % 3 {
                    0 => bridge.patch(target, &ada, crate::users::set("active", false)).await,
                    1 => bridge.patch_group(target, &id, json!([op("add", [&ada])])).await,
                    _ => bridge.patch(target, &ada, crate::users::set("nickName", format!("n{number}"))).await,
                }
            }
        }));
        for answer in answers.await {
            assert!(answer.status.is_success(), "{target}: {}", answer.body);
        }
        assert_eq!(super::record(&bridge, target, &ada)["Status"], crate::users::off_value(target), "{target}");
        assert_eq!(members(&bridge, target, &id), set_of([&ada]), "{target}");
    }
}

#[tokio::test(start_paused = true)]
async fn twenty_creates_of_one_group_at_once_make_one() {
    for target in TARGETS {
        for there in [false, true] {
            let bridge = slow_bridge().await;
            if there {
                group(&bridge, target, "Engineers");
            }
            let before = group_records(&bridge, target).len();
            let answers = all((0..20).map(|number| {
                let bridge = bridge.clone();
                let name = if number % 2 == 0 { "Engineers" } else { "ENGINEERS" };
                async move { bridge.make_group(target, json!({ "displayName": name })).await }
            }));
            let mut statuses: Vec<u16> = answers.await.iter().map(|answer| answer.status.as_u16()).collect();
            statuses.sort_unstable();
            let mut expected = vec![409; 20];
            expected[0] = 201;
            assert_eq!(statuses, expected, "{target} {there}");
            assert_eq!(group_records(&bridge, target).len(), before + usize::from(!there), "{target} {there}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn groups_made_at_once_have_ids_of_their_own() {
    for target in TARGETS {
        let bridge = slow_bridge().await;
        let answers = all((0..20).map(|number| {
            let bridge = bridge.clone();
            async move { bridge.make_group(target, json!({ "displayName": format!("G{number}") })).await }
        }));
        let answers = answers.await;
        let mut keys = Vec::new();
        for (number, answer) in answers.iter().enumerate() {
            assert_eq!(answer.status, StatusCode::CREATED, "{target}: {}", answer.body);
            let id = id_of(&answer.body);
            assert_eq!(native_name(&bridge, target, &id), format!("G{number}"), "{target}");
            keys.push(key_of(&bridge, target, &id));
        }
        assert_eq!(set_of(&keys).len(), 20, "{target}: {keys:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn renames_to_one_name_at_once_have_one_winner() {
    for target in TARGETS {
        let bridge = slow_bridge().await;
        let mut ids = Vec::new();
        for number in 0..5 {
            let made = bridge.make_group(target, json!({ "displayName": format!("G{number}") })).await;
            assert_eq!(made.status, StatusCode::CREATED, "{target}: {}", made.body);
            ids.push(id_of(&made.body));
        }
        let answers = all(ids.into_iter().map(|id| {
            let bridge = bridge.clone();
            let rename = json!([{ "op": "replace", "path": "displayName", "value": "Winner" }]);
            async move { bridge.patch_group(target, &id, rename).await }
        }));
        let answers = answers.await;
        assert_eq!(answers.iter().filter(|answer| answer.status.is_success()).count(), 1, "{target}");
        let field = if target == "bmc" { "Group Name" } else { "Team" };
        let winners = group_records(&bridge, target).into_iter().filter(|record| record[field] == "Winner").count();
        assert_eq!(winners, 1, "{target}");
    }
}

/// Whoever is added while a group goes does not keep its id.
#[tokio::test(start_paused = true)]
async fn a_group_that_goes_while_members_come_leaves_nothing_behind() {
    for target in TARGETS {
        let bridge = slow_bridge().await;
        let users = users(&bridge, target, 12);
        let body = json!({ "displayName": "Engineers", "members": super::values(&users[..6]) });
        let id = id_of(&bridge.make_group(target, body).await.body);
        let key = key_of(&bridge, target, &id);
        let answers = all((0..7).map(|number| {
            let (bridge, id, user) = (bridge.clone(), id.clone(), users[5 + number].clone());
            async move {
                if number == 3 {
                    return bridge.delete_group(target, &id).await;
                }
                bridge.patch_group(target, &id, json!([op("add", [&user])])).await
            }
        }));
        for answer in answers.await {
            assert!([204, 404].contains(&answer.status.as_u16()), "{target}: {}", answer.body);
        }
        assert!(super::group_record(&bridge, target, &id).is_none(), "{target}");
        assert_eq!(super::holders(&bridge, target, &key), set_of([""; 0]), "{target}: of a group that is gone");
    }
}
