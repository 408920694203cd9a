//! Changes of one group that cross each other: what was said last, and answered with success, holds in the end.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use serde_json::json;
use tokio::task::JoinHandle;

use crate::bridge::{Answer, TestBridge};
use crate::groups::{TARGETS, assert_done, control, group, members, op, put_in, set_of, site, users, values};

/// A change of forty members that takes a while.
async fn forty(target: &str, add: bool) -> (Arc<TestBridge>, String, Vec<String>) {
    let bridge = site().build().await;
    let id = group(&bridge, target, "Engineers");
    let users = users(&bridge, target, 40);
    if !add {
        for user in &users {
            put_in(&bridge, target, user, &id);
        }
    }
    control(&bridge, target).set_latency_ms(200);
    (Arc::new(bridge), id, users)
}

/// Sends it, and waits until some of it is done.
async fn started(
    bridge: &Arc<TestBridge>,
    target: &'static str,
    id: &str,
    users: &[String],
    add: bool,
) -> JoinHandle<Answer> {
    let operation = op(if add { "add" } else { "remove" }, users);
    let (bridge, id) = (bridge.clone(), id.to_owned());
    let (sent, group) = (bridge.clone(), id.clone());
    let task = tokio::spawn(async move { sent.patch_group(target, &group, json!([operation])).await });
    loop {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let done = members(&bridge, target, &id).len();
        if (add && done > 0) || (!add && done < 40) {
            return task;
        }
    }
}

/// Long enough for everything that goes on.
async fn quiet() {
    tokio::time::sleep(Duration::from_secs(700)).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_while_a_change_runs_holds_in_the_end() {
    for target in TARGETS {
        for add in [true, false] {
            // Whoever comes last, and some who are being worked on at this moment.
            for whom in [36..40, 0..12] {
                let (bridge, id, users) = forty(target, add).await;
                let first = started(&bridge, target, &id, &users, add).await;
                let some = &users[whom.clone()];
                let opposite = op(if add { "remove" } else { "add" }, some);
                assert_done(&bridge.patch_group(target, &id, json!([opposite])).await, target);
                let at_once = members(&bridge, target, &id);
                assert!(some.iter().all(|user| at_once.contains(user) != add), "{target} {add} {whom:?}: at once");
                first.await.expect("no panic");
                quiet().await;
                let now = members(&bridge, target, &id);
                assert!(some.iter().all(|user| now.contains(user) != add), "{target} {add} {whom:?}: in the end");
                let others = users.iter().filter(|user| !some.contains(user));
                assert!(others.clone().all(|user| now.contains(user) == add), "{target} {add} {whom:?}: the others");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_whole_list_that_is_put_while_others_join_is_the_whole_list() {
    for target in TARGETS {
        let (bridge, id, users) = forty(target, true).await;
        let first = started(&bridge, target, &id, &users, true).await;
        let put = json!({ "displayName": "Engineers", "members": values(&users[..2]) });
        assert_eq!(bridge.put_group(target, &id, put).await.status, StatusCode::OK, "{target}");
        assert_eq!(members(&bridge, target, &id), set_of(&users[..2]), "{target}: at once");
        first.await.expect("no panic");
        quiet().await;
        assert_eq!(members(&bridge, target, &id), set_of(&users[..2]), "{target}: in the end");
    }
}

/// A request that is refused, or that comes to nothing, takes nothing from the one before it.
#[tokio::test(start_paused = true)]
async fn a_refused_change_does_not_stop_the_one_that_runs() {
    for target in TARGETS {
        let (bridge, id, users) = forty(target, true).await;
        let first = started(&bridge, target, &id, &users, true).await;
        let put = json!({ "displayName": "Engineers", "members": values(["nobody-77"]) });
        assert_eq!(bridge.put_group(target, &id, put).await.status, StatusCode::BAD_REQUEST, "{target}");
        let patch = json!([op("remove", [&users[39]]), op("add", ["nobody-77"])]);
        assert_eq!(bridge.patch_group(target, &id, patch).await.status, StatusCode::BAD_REQUEST, "{target}");
        assert_done(&first.await.expect("no panic"), target);
        assert_eq!(members(&bridge, target, &id), set_of(&users), "{target}");
    }
}

/// A number that stays behind in somebody's list makes a stranger of whoever gets it next.
#[tokio::test(start_paused = true)]
async fn a_group_that_is_deleted_while_others_join_leaves_nothing_behind() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = crate::groups::id_of(&bridge.make_group(target, json!({ "displayName": "Engineers" })).await.body);
        let key = crate::groups::key_of(&bridge, target, &id);
        let users = users(&bridge, target, 40);
        control(&bridge, target).set_latency_ms(200);
        let bridge = Arc::new(bridge);
        let first = started(&bridge, target, &id, &users, true).await;
        assert_eq!(bridge.delete_group(target, &id).await.status, StatusCode::NO_CONTENT, "{target}");
        first.await.expect("no panic");
        quiet().await;
        assert_eq!(crate::groups::holders(&bridge, target, &key), set_of([""; 0]), "{target}");
    }
}

/// Whoever is deleted while a long change waits to add them gets nothing.
#[tokio::test(start_paused = true)]
async fn a_user_who_is_deleted_while_a_change_runs_is_not_added() {
    for target in TARGETS {
        let (bridge, id, users) = forty(target, true).await;
        let first = started(&bridge, target, &id, &users, true).await;
        assert_eq!(bridge.delete(target, &users[39]).await.status, StatusCode::NO_CONTENT, "{target}");
        let answer = first.await.expect("no panic");
        quiet().await;
        assert_eq!(members(&bridge, target, &id), set_of(&users[..39]), "{target}");
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{target}: not all that was asked for: {}", answer.body);
    }
}
