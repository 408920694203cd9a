//! A revival that is stopped at any step, or meets another request: off and deleted, or on and a user; never between.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use http::StatusCode;
use scim_bridge::store::{Burial, MemoryStore, Record, RecordKey, RecordUpdate, Store, StoreError, Tombstone};
use serde_json::{Value, json};
use simulators::control::Fault;
use simulators::ivanti::Clear;

use super::super::{TARGETS, clear, detail, id_of, inject, off_beside, off_value, patch_native, record, set, written};
use super::{again, deleted, key, plain, revived};
use crate::bridge::{Answer, Setup, TestBridge};

fn on_value(target: &str) -> &'static str {
    if target == "bmc" { "Current" } else { "Active" }
}

/// Off and deleted; a repeat of the request brings her back as if nothing had happened.
async fn assert_healed(bridge: &TestBridge, target: &str, id: &str, before: &simulators::control::Record, what: &str) {
    assert_eq!(record(bridge, target, id)["Status"], off_value(target), "{what}: off");
    assert!(bridge.store.is_buried(&key(target, id)), "{what}: deleted");
    assert_eq!(bridge.get(target, &format!("/Users/{id}")).await.status, StatusCode::NOT_FOUND, "{what}");
    let answer = bridge.post(target, again("ada")).await;
    assert_eq!((answer.status, id_of(&answer.body)), (StatusCode::CREATED, id.to_owned()), "{what}: {}", answer.body);
    assert_eq!(plain(bridge, target, id), revived(target, before, "ada"), "{what}");
}

#[tokio::test(start_paused = true)]
async fn a_vendor_that_fails_at_any_step_leaves_her_off_and_deleted_and_a_repeat_heals() {
    for target in TARGETS {
        let write = if target == "bmc" { "PUT" } else { "PATCH" };
        let (mut failed_early, mut switched_off_again) = (0, 0);
        let faults = || {
            let failed = || Fault::status(503, &[], Value::Null);
            vec![failed(), Fault::reset(), Fault::reset().after(), Fault::status(200, &[], "<html>"), failed().after()]
        };
        // The lookup, the reading before, the reading back, the reading before switching on, and the last one.
        let reads = (1..=5).map(|nth| ("GET", nth));
        for (method, nth) in reads.chain([(write, 1), (write, 2)]) {
            for fault in faults() {
                let bridge = Setup::default().build().await;
                let id = deleted(&bridge, target, "ada").await;
                let before = record(&bridge, target, &id);
                inject(&bridge, target, fault.clone().method(method).nth(nth).times(3));
                let answer = bridge.post(target, again("ada")).await;
                let what = format!("{target} {method} {nth} {fault:?}: {} {}", answer.status, answer.body);
                let states: Vec<Value> =
                    written(&bridge, target).iter().filter_map(|it| it.get("Status").cloned()).collect();
                if answer.status != StatusCode::CREATED
                    && ((method, nth) == (write, 1) || (method == "GET" && nth <= 3))
                {
                    assert_eq!(states, Vec::<Value>::new(), "{what}: never the state before the access is gone");
                    failed_early += 1;
                }
                switched_off_again += usize::from(states.last().is_some_and(|state| *state == off_value(target)));
                clear(&bridge, target);
                if answer.status == StatusCode::CREATED {
                    assert_eq!(plain(&bridge, target, &id), revived(target, &before, "ada"), "{what}");
                    continue;
                }
                assert!(answer.status.is_server_error(), "{what}");
                // What was switched on is switched off again, if the vendor lets it be known.
                if detail(&answer).contains("may be on") {
                    patch_native(&bridge, target, &id, json!({ "Status": off_value(target) }));
                }
                assert_healed(&bridge, target, &id, &before, &what).await;
            }
        }
        assert!(failed_early >= 8 && switched_off_again >= 2, "{target}: {failed_early}, {switched_off_again}");
    }
}

#[tokio::test]
async fn access_that_the_vendor_does_not_let_go_keeps_her_off() {
    let setup = Setup::default();
    let mut options = setup.ivanti.options();
    options.clear = Clear::Ignored;
    setup.ivanti.set_options(options);
    let bridge = setup.build().await;
    let id = deleted(&bridge, "ivanti", "ada").await;
    let before = record(&bridge, "ivanti", &id);
    let answer = bridge.post("ivanti", again("ada")).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", answer.body);
    assert!(detail(&answer).contains("'Role', 'Team'"), "{}", answer.body);
    assert!(written(&bridge, "ivanti").iter().all(|body| body.get("Status").is_none()));
    let mut options = bridge.ivanti.options();
    options.clear = Clear::Allowed;
    bridge.ivanti.set_options(options);
    assert_healed(&bridge, "ivanti", &id, &before, "cleared at last").await;
}

#[tokio::test]
async fn a_service_account_that_may_not_write_groups_revives_nobody() {
    let keys = "create_defaults = { \"Group List\" = \"20099;\" }".to_owned();
    let setup = Setup { bmc_keys: keys, ..Setup::default() };
    let mut options = setup.bmc.options();
    options.group_list_needs_admin = true;
    setup.bmc.set_options(options);
    let service = setup.bmc.records("User")[0]["Request ID"].as_str().expect("an id").to_owned();
    setup.bmc.patch_record("User", &service, json!({ "Group List": "7;" }));
    let bridge = setup.build().await;
    let id = deleted(&bridge, "bmc", "ada").await;
    let before = record(&bridge, "bmc", &id);
    let answer = bridge.post("bmc", again("ada")).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", answer.body);
    assert!(detail(&answer).contains("lacks the right"), "{}", answer.body);
    assert_eq!(record(&bridge, "bmc", &id), before);
    assert!(bridge.store.is_buried(&key("bmc", &id)));
    bridge.bmc.patch_record("User", &service, json!({ "Group List": "1;" }));
    let answer = bridge.post("bmc", again("ada")).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    assert_eq!(record(&bridge, "bmc", &id)["Group List"], "20099;");
}

#[tokio::test]
async fn a_status_that_does_not_hold_is_an_error() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let id = deleted(&bridge, target, "ada").await;
        let before = record(&bridge, target, &id);
        let done =
            if target == "bmc" { Fault::status(204, &[], Value::Null) } else { Fault::status(200, &[], json!({})) };
        inject(&bridge, target, done.method(if target == "bmc" { "PUT" } else { "PATCH" }).nth(2));
        let answer = bridge.post(target, again("ada")).await;
        assert!(answer.status.is_server_error(), "{target}: {}", answer.body);
        assert!(detail(&answer).contains("the account is off"), "{target}: {}", answer.body);
        assert_healed(&bridge, target, &id, &before, target).await;
    }
}

#[tokio::test]
async fn who_was_left_on_and_deleted_is_stripped_and_becomes_a_user_by_a_repeat() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let id = deleted(&bridge, target, "ada").await;
        let before = record(&bridge, target, &id);
        // As if the process had ended between switching on and the store.
        patch_native(&bridge, target, &id, json!({ "Status": on_value(target) }));
        let answer = bridge.post(target, again("ada")).await;
        assert_eq!(
            (answer.status, id_of(&answer.body)),
            (StatusCode::CREATED, id.clone()),
            "{target}: {}",
            answer.body
        );
        assert_eq!(plain(&bridge, target, &id), revived(target, &before, "ada"), "{target}");
        assert_eq!(bridge.patch(target, &id, off_beside(&[])).await.status, StatusCode::OK, "{target}");
    }
}

/// A store that stops taking part of what it is asked.
#[derive(Debug, Default)]
struct Halting {
    memory: MemoryStore,
    no_tombstones: AtomicBool,
    no_unburying: AtomicBool,
}

fn down() -> StoreError {
    StoreError::Database { operation: "answer", source: "down".into() }
}

#[async_trait]
impl Store for Halting {
    async fn record(&self, key: &RecordKey) -> Result<Option<Record>, StoreError> {
        self.memory.record(key).await
    }
    async fn records(&self, target: &str, kind: &str, ids: &[String]) -> Result<HashMap<String, Record>, StoreError> {
        self.memory.records(target, kind, ids).await
    }
    async fn put(&self, key: &RecordKey, update: RecordUpdate) -> Result<(), StoreError> {
        self.memory.put(key, update).await
    }
    async fn id_by_external_id(&self, a: &str, b: &str, c: &str, d: &str) -> Result<Option<String>, StoreError> {
        self.memory.id_by_external_id(a, b, c, d).await
    }
    async fn ids_by_kept(
        &self,
        a: &str,
        b: &str,
        wanted: &[(String, String)],
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        self.memory.ids_by_kept(a, b, wanted, limit).await
    }
    async fn bury(&self, key: &RecordKey, burial: Burial) -> Result<(), StoreError> {
        self.memory.bury(key, burial).await
    }
    async fn unbury(&self, key: &RecordKey, update: RecordUpdate) -> Result<(), StoreError> {
        if self.no_unburying.load(Ordering::Relaxed) { Err(down()) } else { self.memory.unbury(key, update).await }
    }
    async fn forget(&self, key: &RecordKey) -> Result<(), StoreError> {
        self.memory.forget(key).await
    }
    async fn tombstone(&self, key: &RecordKey) -> Result<Option<Tombstone>, StoreError> {
        if self.no_tombstones.load(Ordering::Relaxed) { Err(down()) } else { self.memory.tombstone(key).await }
    }
    fn is_buried(&self, key: &RecordKey) -> bool {
        self.memory.is_buried(key)
    }
    fn buried(&self, target: &str, resource_type: &str) -> Arc<HashSet<String>> {
        self.memory.buried(target, resource_type)
    }
    fn has_record(&self, key: &RecordKey) -> bool {
        self.memory.has_record(key)
    }
    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_store_that_is_down_leaves_her_off_and_deleted() {
    for target in TARGETS {
        for late in [false, true] {
            let store = Arc::new(Halting::default());
            let bridge = Setup { store: store.clone(), ..Setup::default() }.build().await;
            let id = deleted(&bridge, target, "ada").await;
            let before = record(&bridge, target, &id);
            let halted = if late { &store.no_unburying } else { &store.no_tombstones };
            halted.store(true, Ordering::Relaxed);
            let answer = bridge.post(target, again("ada")).await;
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{target}: {}", answer.body);
            assert!(answer.headers.contains_key("retry-after"), "{target}");
            let writes = written(&bridge, target);
            if late {
                let states: Vec<&str> = writes.iter().filter_map(|body| body.get("Status")?.as_str()).collect();
                assert_eq!(states, [on_value(target), off_value(target)], "{target}: switched off again");
                assert!(detail(&answer).contains("the account is off"), "{target}: {}", answer.body);
            } else {
                assert_eq!(writes.len(), 0, "{target}");
            }
            halted.store(false, Ordering::Relaxed);
            assert_healed(&bridge, target, &id, &before, target).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn of_many_at_once_one_brings_her_back_and_nobody_waits_for_ever() {
    for target in TARGETS {
        let bridge = Arc::new(Setup::default().build().await);
        let id = deleted(&bridge, target, "ada").await;
        inject(&bridge, target, Fault::slow(5).times(100_000));
        let spawn = |number: usize| {
            let (bridge, id) = (bridge.clone(), id.clone());
            tokio::spawn(async move {
                match number % 3 {
                    0 => bridge.post(target, again(if number == 0 { "ada" } else { "ADA" })).await,
                    1 => bridge.put(target, &id, json!({ "userName": "ada", "externalId": "E-1" })).await,
                    _ => bridge.patch(target, &id, set("userName", "ada")).await,
                }
            })
        };
        let mut answers: Vec<Answer> = Vec::new();
        for task in (0..12).map(spawn).collect::<Vec<_>>() {
            answers.push(task.await.expect("no panic"));
        }
        let posts: Vec<u16> = answers.iter().step_by(3).map(|answer| answer.status.as_u16()).collect();
        assert_eq!(posts.iter().filter(|status| **status == 201).count(), 1, "{target}: {posts:?}");
        assert_eq!(posts.iter().filter(|status| **status == 409).count(), 3, "{target}: {posts:?}");
        assert!(answers.iter().all(|answer| !answer.status.is_server_error()), "{target}");
        assert_eq!(record(&bridge, target, &id)["Status"], on_value(target), "{target}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_disable_that_waits_for_a_revival_wins() {
    for target in TARGETS {
        let bridge = Arc::new(Setup::default().build().await);
        let id = deleted(&bridge, target, "ada").await;
        inject(&bridge, target, Fault::slow(5).times(100_000));
        let post = tokio::spawn({
            let bridge = bridge.clone();
            async move { bridge.post(target, again("ada")).await }
        });
        while written(&bridge, target).is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        let off = bridge.patch(target, &id, off_beside(&[])).await;
        let revived = post.await.expect("no panic");
        assert_eq!((revived.status, off.status), (StatusCode::CREATED, StatusCode::OK), "{target}: {}", off.body);
        assert_eq!(record(&bridge, target, &id)["Status"], off_value(target), "{target}");
    }
}
