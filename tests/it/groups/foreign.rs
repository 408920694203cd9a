//! Aim: what somebody else writes into the same Group List is not lost, and is not overwritten unseen.
//!
//! Method: the foreign writer acts at the vendor right after one of the bridge's own calls, where the bridge can see
//! the result: between its write and the reading back, and between its first look at many users and the turn of each.
//! (What is written between the last read and the write cannot be seen by anybody: the vendor has no compare-and-set.)

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use futures_util::future::join_all;
use http::Method;
use serde_json::json;
use simulators::bmc::Bmc;

use super::meddler::{Call, meddled};
use super::{
    assert_done, group, key_of, keys_in, list_of, members, op, patch_native, put_in, set_of, site, user, users,
};
use crate::bridge::TestBridge;

fn list_in(bmc: &Bmc, user: &str) -> String {
    let record = bmc.record("User", user).expect("the user is there");
    record["Group List"].as_str().unwrap_or_default().to_owned()
}

/// A bridge on BMC with this foreign writer, who is told of each answered call.
async fn beside(deed: impl Fn(&Bmc, &Call) + Send + Sync + 'static) -> Arc<TestBridge> {
    let setup = site();
    let bmc = setup.bmc.clone();
    let (setup, _) = meddled(setup, "bmc", move |call| deed(&bmc, call));
    let bridge = setup.build().await;
    bridge.bmc.control().set_latency_ms(10);
    Arc::new(bridge)
}

/// Adds and removes so many groups of one user at once; returns the ids that must be held then.
async fn change_all(bridge: &Arc<TestBridge>, ada: &str, count: usize) -> BTreeSet<String> {
    let ids: Vec<String> = (0..count).map(|number| group(bridge, "bmc", &format!("G{number}"))).collect();
    for id in ids.iter().step_by(2) {
        put_in(bridge, "bmc", ada, id);
    }
    let expected = set_of(ids.iter().skip(1).step_by(2).map(|id| key_of(bridge, "bmc", id)));
    let tasks = ids.into_iter().enumerate().map(|(number, id)| {
        let (bridge, ada) = (bridge.clone(), ada.to_owned());
        let operation = if number % 2 == 0 { "remove" } else { "add" };
        tokio::spawn(async move { bridge.patch_group("bmc", &id, json!([op(operation, [&ada])])).await })
    });
    for answer in join_all(tasks).await {
        assert_done(&answer.expect("no panic"), "a foreign writer");
    }
    expected
}

#[tokio::test(start_paused = true)]
async fn fifty_changes_keep_what_a_foreign_writer_adds_in_between() {
    let added = Arc::new(Mutex::new(Vec::new()));
    let noted = added.clone();
    let bridge = beside(move |bmc, call| {
        let Some(user) = call.user().filter(|_| call.is_write()) else { return };
        let mut added = noted.lock().expect("not poisoned");
        let key = (80_000 + added.len()).to_string();
        let list = format!("{}{key};", list_in(bmc, user));
        bmc.patch_record("User", user, json!({ "Group List": list }));
        added.push(key);
    })
    .await;
    let ada = user(&bridge, "bmc", "ada");
    patch_native(&bridge, "bmc", &ada, json!({ "Group List": "999;5;" }));
    let mut expected = change_all(&bridge, &ada, 50).await;
    let added = added.lock().expect("not poisoned").clone();
    assert!(added.len() >= 50, "the foreign writer was there");
    expected.extend(added);
    expected.extend(set_of(["999", "5"]));
    let held = keys_in(&list_of(&bridge, "bmc", &ada));
    assert_eq!((held.len(), set_of(&held)), (expected.len(), expected), "each id once, none lost");
}

/// The foreign writer has read the list before the bridge wrote, and overwrites it: the bridge merges once.
#[tokio::test(start_paused = true)]
async fn a_change_that_was_overwritten_is_merged_once() {
    let state = Arc::new(Mutex::new((BTreeMap::<String, String>::new(), 0, Vec::new())));
    let noted = state.clone();
    let bridge = beside(move |bmc, call| {
        let (lists, writes, added) = &mut *noted.lock().expect("not poisoned");
        if let Some(user) = call.user().filter(|_| call.is_write()) {
            *writes += 1;
            if *writes % 2 == 1 {
                let key = (80_000 + *writes).to_string();
                let overwriting = format!("{}{key};", lists[user]);
                bmc.patch_record("User", user, json!({ "Group List": overwriting }));
                added.push(key);
            }
        }
        // Nobody but the bridge and this writer changes lists: what is read now stands when the next write comes.
        for record in bmc.records("User") {
            let user = record["Request ID"].as_str().expect("an id");
            lists.insert(user.to_owned(), list_in(bmc, user));
        }
    })
    .await;
    let ada = user(&bridge, "bmc", "ada");
    patch_native(&bridge, "bmc", &ada, json!({ "Group List": "999;5;" }));
    let mut expected = change_all(&bridge, &ada, 20).await;
    let added = state.lock().expect("not poisoned").2.clone();
    assert!(added.len() >= 20, "every change was overwritten once: {added:?}");
    expected.extend(added);
    expected.extend(set_of(["999", "5"]));
    let held = keys_in(&list_of(&bridge, "bmc", &ada));
    assert_eq!((held.len(), set_of(&held)), (expected.len(), expected));
}

#[tokio::test(start_paused = true)]
async fn a_change_that_is_overwritten_again_and_again_is_not_said_to_hold() {
    for operation in ["add", "remove"] {
        let bridge = beside(move |bmc, call| {
            let Some(user) = call.user().filter(|_| call.is_write()) else { return };
            let list = if operation == "add" { "999;777;" } else { "999;20001;777;" };
            bmc.patch_record("User", user, json!({ "Group List": list }));
        })
        .await;
        let id = group(&bridge, "bmc", "Engineers");
        let ada = user(&bridge, "bmc", "ada");
        let before = if operation == "add" { "999;" } else { "999;20001;" };
        patch_native(&bridge, "bmc", &ada, json!({ "Group List": before }));
        let answer = bridge.patch_group("bmc", &id, json!([op(operation, [&ada])])).await;
        assert!(!answer.status.is_success(), "{operation}: {} would be a lie", answer.status);
        assert!(answer.body["detail"].as_str().is_some_and(|text| !text.is_empty()), "{}", answer.body);
        let writes = super::writes(&bridge, "bmc").len();
        assert!((2..=3).contains(&writes), "{operation}: merged once, not for ever: {writes} writes");
        assert!(list_of(&bridge, "bmc", &ada).contains("777;"), "{operation}: the other writer's id is still there");
    }
}

/// Users are looked at together, and each is read again when its turn comes.
#[tokio::test(start_paused = true)]
async fn what_changes_before_a_users_turn_is_kept() {
    let state = Arc::new(Mutex::new((BTreeSet::<String>::new(), BTreeSet::<String>::new(), Vec::<String>::new())));
    let noted = state.clone();
    let bridge = beside(move |bmc, call| {
        let Some(user) = call.user() else { return };
        let (seen, changed, all) = &mut *noted.lock().expect("not poisoned");
        seen.insert(user.to_owned());
        if call.method == Method::GET || !changed.is_empty() {
            return;
        }
        for other in all.iter().filter(|other| !seen.contains(*other)) {
            let list = format!("777;{}", list_in(bmc, other));
            bmc.patch_record("User", other, json!({ "Group List": list }));
            changed.insert(other.clone());
        }
    })
    .await;
    let id = group(&bridge, "bmc", "Engineers");
    let users = users(&bridge, "bmc", 200);
    state.lock().expect("not poisoned").2.clone_from(&users);
    assert_done(&bridge.patch_group("bmc", &id, json!([op("add", &users)])).await, "many");
    let (_, changed, _) = state.lock().expect("not poisoned").clone();
    assert!(changed.len() > 100, "most had not had their turn: {}", changed.len());
    assert_eq!(members(&bridge, "bmc", &id), set_of(&users));
    assert_eq!(super::holders(&bridge, "bmc", "777"), changed, "nothing of the other writer's is lost");
}

/// The same on Ivanti, where an employee who joins another team meanwhile stays there.
#[tokio::test(start_paused = true)]
async fn who_joins_another_team_before_the_turn_is_not_moved() {
    let setup = site();
    let ivanti = setup.ivanti.clone();
    let state = Arc::new(Mutex::new((BTreeSet::<String>::new(), BTreeSet::<String>::new(), Vec::<String>::new())));
    let noted = state.clone();
    let (setup, _) = meddled(setup, "ivanti", move |call| {
        let Some(user) = call.user() else { return };
        let (seen, moved, all) = &mut *noted.lock().expect("not poisoned");
        seen.insert(user.to_owned());
        if !call.is_write() || !moved.is_empty() {
            return;
        }
        for other in all.iter().filter(|other| !seen.contains(*other)) {
            ivanti.patch_record("employees", other, json!({ "Team": "elsewhere" }));
            moved.insert(other.clone());
        }
    });
    let bridge = setup.build().await;
    let id = group(&bridge, "ivanti", "Engineers");
    let users = users(&bridge, "ivanti", 100);
    state.lock().expect("not poisoned").2.clone_from(&users);
    let answer = bridge.patch_group("ivanti", &id, json!([op("add", &users)])).await;
    assert!(!answer.status.is_success(), "not all of them are in: {}", answer.status);
    let (_, moved, _) = state.lock().expect("not poisoned").clone();
    assert!(moved.len() > 50, "most had not had their turn: {}", moved.len());
    assert_eq!(super::holders(&bridge, "ivanti", "elsewhere"), moved, "nobody was moved");
}

#[tokio::test(start_paused = true)]
async fn a_change_of_the_profile_does_not_touch_the_list() {
    let bridge = beside(|bmc, call| {
        let Some(user) = call.user().filter(|_| call.method == Method::GET) else { return };
        let list = format!("{}80000;", list_in(bmc, user));
        bmc.patch_record("User", user, json!({ "Group List": list }));
    })
    .await;
    let ada = user(&bridge, "bmc", "ada");
    for value in ["Engines", "Looms"] {
        let path = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
        let answer = bridge.patch("bmc", &ada, crate::users::set(path, value)).await;
        assert!(answer.status.is_success(), "{}", answer.body);
    }
    let reads = super::entries(&bridge, "bmc").iter().filter(|entry| entry.path.ends_with(&ada)).count();
    let writes = super::writes(&bridge, "bmc").len();
    assert_eq!(list_of(&bridge, "bmc", &ada), "80000;".repeat(reads - writes));
}
