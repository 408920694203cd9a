//! Off wins: whatever stands beside a disable, the account is off, and nothing says so that has not read it back.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use http::StatusCode;
use scim_bridge::store::{Burial, MemoryStore, Record, RecordKey, RecordUpdate, Store, StoreError, Tombstone};
use serde_json::{Value, json};
use simulators::bmc::error_body;
use simulators::control::Fault;
use simulators::ivanti::BadStatus;

use super::{TARGETS, clear, detail, inject, insert, off_beside, off_value, record, set};
use crate::bridge::{Answer, Setup, TestBridge};

fn patch_of(path: &str, value: impl Into<Value>) -> Value {
    json!({ "op": "Replace", "path": path, "value": value.into() })
}

/// The account is off, nothing else changed, and the 4xx says so.
fn assert_only_off(bridge: &TestBridge, target: &str, id: &str, before: &simulators::control::Record, answer: &Answer) {
    let mut wanted = before.clone();
    wanted.insert("Status".to_owned(), off_value(target).into());
    assert_eq!(record(bridge, target, id), wanted, "{target}: off and nothing else");
    assert!(answer.status.is_client_error(), "{target}: {} {}", answer.status, answer.body);
    assert!(detail(answer).contains("the account is off"), "{target}: {}", answer.body);
    assert!(detail(answer).contains("nothing else was changed"), "{target}: {}", answer.body);
}

#[tokio::test]
async fn a_disable_beside_what_must_be_refused_still_switches_off_and_says_so() {
    let long = "x".repeat(300);
    let department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
    let refused: [(&str, Value); 7] = [
        ("no target", patch_of("emails[value eq \"nobody@example.com\"].value", "x@example.com")),
        ("a wrong type", patch_of("locale", json!({ "a": 1 }))),
        ("a read-only path", patch_of("id", "other")),
        ("an unknown path", patch_of("favouriteColour", "blue")),
        ("too long", patch_of(department, long)),
        ("a malformed path", patch_of("emails[type eq", "x")),
        ("an entitlement", patch_of("entitlements", json!([{ "value": "root" }]))),
    ];
    for target in TARGETS {
        for (what, operation) in &refused {
            for front in [true, false] {
                let bridge = Setup::default().build().await;
                let id = insert(&bridge, target, "ada");
                let before = record(&bridge, target, &id);
                let title = patch_of("nickName", "Countess");
                let mut operations = vec![patch_of("active", "False"), title, operation.clone()];
                if !front {
                    operations.reverse();
                }
                let answer = bridge.patch(target, &id, operations.into()).await;
                println!("{target} {what}: {}", answer.body);
                assert_only_off(&bridge, target, &id, &before, &answer);
                let read = bridge.get(target, &format!("/Users/{id}")).await;
                assert_eq!((&read.body["active"], &read.body["nickName"]), (&json!(false), &Value::Null), "{target}");
            }
        }
    }
}

#[tokio::test]
async fn a_disable_beside_a_refused_rename_still_switches_off() {
    for target in TARGETS {
        for put in [true, false] {
            let keys = "rename = \"refuse\"".to_owned();
            let setup = Setup { bmc_keys: keys.clone(), ivanti_keys: keys, ..Setup::default() };
            let bridge = setup.build().await;
            let id = insert(&bridge, target, "ada");
            let before = record(&bridge, target, &id);
            let answer = if put {
                bridge.put(target, &id, json!({ "userName": "eve", "active": false, "nickName": "E" })).await
            } else {
                bridge.patch(target, &id, off_beside(&[patch_of("userName", "eve")])).await
            };
            assert_only_off(&bridge, target, &id, &before, &answer);
            assert_eq!(answer.body["scimType"], "mutability", "{target}");
        }
    }
}

#[tokio::test]
async fn a_disable_beside_a_rename_to_a_taken_name_still_switches_off() {
    for put in [true, false] {
        let bridge = Setup::default().build().await;
        let id = insert(&bridge, "ivanti", "ada");
        insert(&bridge, "ivanti", "eve");
        let before = record(&bridge, "ivanti", &id);
        let answer = if put {
            bridge.put("ivanti", &id, json!({ "userName": "EVE", "active": false })).await
        } else {
            bridge.patch("ivanti", &id, off_beside(&[patch_of("userName", "EVE")])).await
        };
        assert_only_off(&bridge, "ivanti", &id, &before, &answer);
        assert_eq!(answer.status, StatusCode::CONFLICT);
    }
}

#[tokio::test]
async fn a_disable_beside_a_taken_external_id_still_switches_off() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let other = insert(&bridge, target, "eve");
        let given = bridge.patch(target, &other, set("externalId", "E-1")).await;
        assert_eq!(given.status, StatusCode::OK, "{target}: {}", given.body);
        let id = insert(&bridge, target, "ada");
        let before = record(&bridge, target, &id);
        let answer = bridge.patch(target, &id, off_beside(&[patch_of("externalId", "E-1")])).await;
        assert_only_off(&bridge, target, &id, &before, &answer);
        assert_eq!(answer.status, StatusCode::CONFLICT, "{target}");
    }
}

#[tokio::test]
async fn a_disable_beside_what_the_vendor_refuses_still_switches_off() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let id = insert(&bridge, target, "ada");
        let before = record(&bridge, target, &id);
        let refusal = match target {
            "bmc" => Fault::status(500, &[], error_body(307, Some("Secret Field"))).method("PUT"),
            _ => Fault::status(400, &[], json!({ "code": "ISM_4000", "message": ["'Secret Field' is required"] }))
                .method("PATCH"),
        };
        inject(&bridge, target, refusal.nth(2));
        let work = "phoneNumbers[type eq \"work\"].value";
        let answer = bridge.patch(target, &id, off_beside(&[patch_of(work, "5")])).await;
        assert_only_off(&bridge, target, &id, &before, &answer);
        assert!(!answer.body.to_string().contains("Secret"), "{target}: {}", answer.body);
    }
}

#[tokio::test(start_paused = true)]
async fn a_disable_whose_other_change_is_lost_is_not_told_as_done() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let id = insert(&bridge, target, "ada");
        let before = record(&bridge, target, &id);
        let method = if target == "bmc" { "PUT" } else { "PATCH" };
        inject(&bridge, target, Fault::reset().method(method).nth(2).times(9));
        let work = "phoneNumbers[type eq \"work\"].value";
        let answer = bridge.patch(target, &id, off_beside(&[patch_of(work, "5")])).await;
        let mut wanted = before.clone();
        wanted.insert("Status".to_owned(), off_value(target).into());
        assert_eq!(record(&bridge, target, &id), wanted, "{target}");
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{target}: worth another try: {}", answer.body);
        assert!(answer.headers.contains_key("retry-after"), "{target}");
        assert!(detail(&answer).contains("the account is off"), "{target}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_disable_that_the_vendor_accepts_and_does_not_do_is_never_told_as_done() {
    let bridge = Setup::default().build().await;
    let mut options = bridge.ivanti.options();
    options.status_values = vec!["Active".to_owned(), "Terminated".to_owned()];
    options.bad_status = BadStatus::StoreNothing;
    bridge.ivanti.set_options(options);
    let id = insert(&bridge, "ivanti", "ada");
    let department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
    for operations in [off_beside(&[]), off_beside(&[patch_of(department, "x")])] {
        let answer = bridge.patch("ivanti", &id, operations).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", answer.body);
        assert!(!detail(&answer).contains("the account is off"), "{}", answer.body);
    }
    assert_eq!(bridge.delete("ivanti", &id).await.status, StatusCode::INTERNAL_SERVER_ERROR);
    let read = bridge.get("ivanti", &format!("/Users/{id}")).await;
    assert_eq!((read.status, &read.body["active"]), (StatusCode::OK, &json!(true)), "not buried");

    let bridge = Setup::default().build().await;
    let id = insert(&bridge, "bmc", "ada");
    inject(&bridge, "bmc", Fault::status(204, &[], Value::Null).method("PUT").times(9));
    let answer = bridge.patch("bmc", &id, off_beside(&[])).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", answer.body);
    assert_eq!(bridge.delete("bmc", &id).await.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(record(&bridge, "bmc", &id)["Status"], "Current");
}

#[tokio::test]
async fn a_disable_that_is_refused_by_the_vendor_is_never_told_as_done() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let id = insert(&bridge, target, "ada");
        let refusal = match target {
            "bmc" => Fault::status(500, &[], error_body(330, Some("Status"))).method("PUT"),
            _ => {
                Fault::status(400, &[], json!({ "message": ["Role X does not have rights to update"] })).method("PATCH")
            }
        };
        inject(&bridge, target, refusal.times(9));
        let answer = bridge.patch(target, &id, off_beside(&[])).await;
        assert!(!answer.status.is_success(), "{target}: {}", answer.body);
        assert!(!detail(&answer).contains("the account is off"), "{target}: {}", answer.body);
    }
}

#[tokio::test(start_paused = true)]
async fn a_disable_whose_confirmation_fails_is_never_told_as_done() {
    for target in TARGETS {
        for fault in [Fault::reset(), Fault::status(503, &[], Value::Null), Fault::status(200, &[], "<html>")] {
            let bridge = Setup::default().build().await;
            let id = insert(&bridge, target, "ada");
            inject(&bridge, target, fault.method("GET").nth(2).times(20));
            let answer = bridge.patch(target, &id, off_beside(&[])).await;
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{target}: {}", answer.body);
            assert_eq!(record(&bridge, target, &id)["Status"], off_value(target), "the kill went through");
        }
    }
}

/// A store whose database is down, or takes no writes.
#[derive(Debug, Default)]
struct Down {
    memory: MemoryStore,
    reads: bool,
}

fn down() -> StoreError {
    StoreError::Database { operation: "answer", source: "down".into() }
}

#[async_trait]
impl Store for Down {
    async fn record(&self, key: &RecordKey) -> Result<Option<Record>, StoreError> {
        if self.reads { self.memory.record(key).await } else { Err(down()) }
    }
    async fn records(&self, _: &str, _: &str, _: &[String]) -> Result<HashMap<String, Record>, StoreError> {
        if self.reads { Ok(HashMap::new()) } else { Err(down()) }
    }
    async fn put(&self, _: &RecordKey, _: RecordUpdate) -> Result<(), StoreError> {
        Err(down())
    }
    async fn id_by_external_id(&self, _: &str, _: &str, _: &str, _: &str) -> Result<Option<String>, StoreError> {
        if self.reads { Ok(None) } else { Err(down()) }
    }
    async fn ids_by_kept(&self, _: &str, _: &str, _: &[(String, String)], _: usize) -> Result<Vec<String>, StoreError> {
        Err(down())
    }
    async fn bury(&self, _: &RecordKey, _: Burial) -> Result<(), StoreError> {
        Err(down())
    }
    async fn unbury(&self, _: &RecordKey, _: RecordUpdate) -> Result<(), StoreError> {
        Err(down())
    }
    async fn forget(&self, _: &RecordKey) -> Result<(), StoreError> {
        Err(down())
    }
    async fn tombstone(&self, _: &RecordKey) -> Result<Option<Tombstone>, StoreError> {
        Err(down())
    }
    fn is_buried(&self, key: &RecordKey) -> bool {
        self.memory.is_buried(key)
    }
    fn buried(&self, target: &str, resource_type: &str) -> Arc<HashSet<String>> {
        self.memory.buried(target, resource_type)
    }
    /// Something is kept for everybody, so that it is asked for.
    fn has_record(&self, _: &RecordKey) -> bool {
        true
    }
    async fn ping(&self) -> Result<(), StoreError> {
        Err(down())
    }
}

#[tokio::test]
async fn a_disable_goes_through_while_the_store_is_down() {
    for target in TARGETS {
        let bridge = Setup { store: Arc::new(Down::default()), ..Setup::default() }.build().await;
        let id = insert(&bridge, target, "ada");
        let before = record(&bridge, target, &id);
        let answer = bridge.patch(target, &id, off_beside(&[])).await;
        assert_eq!(
            (answer.status, &answer.body["active"]),
            (StatusCode::OK, &json!(false)),
            "{target}: {}",
            answer.body
        );
        let mut wanted = before;
        wanted.insert("Status".to_owned(), off_value(target).into());
        assert_eq!(record(&bridge, target, &id), wanted, "{target}");

        // What else is asked for needs the store: 503, and the account is off.
        for put in [true, false] {
            let id = insert(&bridge, target, if put { "eve" } else { "bob" });
            let answer = if put {
                bridge.put(target, &id, json!({ "userName": "eve", "active": false, "nickName": "E" })).await
            } else {
                bridge.patch(target, &id, off_beside(&[patch_of("externalId", "E-1")])).await
            };
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{target}: {}", answer.body);
            assert!(answer.headers.contains_key("retry-after"), "{target}");
            assert!(detail(&answer).contains("the account is off"), "{target}: {}", answer.body);
            assert_eq!(record(&bridge, target, &id)["Status"], off_value(target), "{target}");
        }
        let id = insert(&bridge, target, "zoe");
        let answer = bridge.delete(target, &id).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{target}: {}", answer.body);
        assert_eq!(record(&bridge, target, &id)["Status"], off_value(target), "{target}: off, but not buried");
    }
}

#[tokio::test]
async fn a_disable_beside_what_the_store_cannot_take_says_that_the_account_is_off() {
    for target in TARGETS {
        let store = Arc::new(Down { reads: true, ..Down::default() });
        let bridge = Setup { store, ..Setup::default() }.build().await;
        let id = insert(&bridge, target, "ada");
        let answer = bridge.patch(target, &id, off_beside(&[patch_of("nickName", "Countess")])).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{target}: {}", answer.body);
        assert!(detail(&answer).contains("the account is off"), "{target}: {}", answer.body);
        assert_eq!(record(&bridge, target, &id)["Status"], off_value(target), "{target}");
        let ordinary = bridge.patch(target, &id, set("nickName", "Countess")).await;
        assert_eq!(ordinary.status, StatusCode::SERVICE_UNAVAILABLE, "{target}: {}", ordinary.body);
        assert!(!detail(&ordinary).contains("the account is off"), "{target}: {}", ordinary.body);
    }
}

#[tokio::test]
async fn a_disable_beside_a_change_that_is_stored_in_part_does_not_deny_the_part() {
    let bridge = Setup::default().build().await;
    let mut options = bridge.ivanti.options();
    options.clear = simulators::ivanti::Clear::Ignored;
    bridge.ivanti.set_options(options);
    let id = insert(&bridge, "ivanti", "ada");
    let clearing = json!({ "op": "remove", "path": "phoneNumbers" });
    let answer = bridge.patch("ivanti", &id, off_beside(&[clearing.clone(), patch_of("title", "Programmer")])).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
    assert_eq!(record(&bridge, "ivanti", &id)["Title"], "Programmer");
    assert!(detail(&answer).contains("phoneNumbers"), "{}", answer.body);
    assert!(detail(&answer).contains("the account is off"), "{}", answer.body);
    assert!(!detail(&answer).contains("nothing else was changed"), "{}", answer.body);
    let answer = bridge.patch("ivanti", &id, off_beside(&[clearing])).await;
    assert!(detail(&answer).contains("nothing else was changed"), "{}", answer.body);
}

#[tokio::test(start_paused = true)]
async fn a_disable_goes_on_when_its_client_hangs_up() {
    for target in TARGETS {
        let bridge = Arc::new(Setup::default().build().await);
        let id = insert(&bridge, target, "ada");
        clear(&bridge, target);
        inject(&bridge, target, Fault::slow(1_000).times(9));
        let request = tokio::spawn({
            let (bridge, id, target) = (bridge.clone(), id.clone(), target.to_owned());
            async move { bridge.patch(&target, &id, off_beside(&[])).await }
        });
        while super::entries(&bridge, target).is_empty() {
            tokio::task::yield_now().await;
        }
        request.abort();
        tokio::time::sleep(std::time::Duration::from_secs(10)).await;
        assert_eq!(record(&bridge, target, &id)["Status"], off_value(target), "{target}");
    }
}

#[tokio::test(start_paused = true)]
async fn disables_do_not_wait_for_the_ordinary_lane() {
    for target in TARGETS {
        let keys = "concurrency_max = 1".to_owned();
        let bridge = Setup { bmc_keys: keys.clone(), ivanti_keys: keys, ..Setup::default() }.build().await;
        let id = insert(&bridge, target, "ada");
        let other = insert(&bridge, target, "eve");
        clear(&bridge, target);
        inject(&bridge, target, Fault::slow(5_000).method("GET"));
        let bridge = Arc::new(bridge);
        let slow = tokio::spawn({
            let (bridge, path, target) = (bridge.clone(), format!("/Users/{other}"), target.to_owned());
            async move { bridge.get(&target, &path).await }
        });
        while super::entries(&bridge, target).is_empty() {
            tokio::task::yield_now().await;
        }
        let began = tokio::time::Instant::now();
        let off = bridge.patch(target, &id, off_beside(&[])).await;
        assert_eq!(off.status, StatusCode::OK, "{target}: {}", off.body);
        assert!(began.elapsed().as_secs() < 1, "{target}: the disable waited {:?}", began.elapsed());
        assert!(!slow.is_finished(), "{target}: the ordinary call is still under way");
        assert_eq!(slow.await.expect("no panic").status, StatusCode::OK);
    }
}

#[tokio::test(start_paused = true)]
async fn a_disable_hurries_whoever_works_on_its_record() {
    for target in TARGETS {
        let keys = "concurrency_max = 1".to_owned();
        let bridge = Setup { bmc_keys: keys.clone(), ivanti_keys: keys, ..Setup::default() }.build().await;
        let id = insert(&bridge, target, "ada");
        let other = insert(&bridge, target, "eve");
        clear(&bridge, target);
        inject(&bridge, target, Fault::slow(5_000).method("GET"));
        let bridge = Arc::new(bridge);
        let slow = tokio::spawn({
            let (bridge, path, target) = (bridge.clone(), format!("/Users/{other}"), target.to_owned());
            async move { bridge.get(&target, &path).await }
        });
        while super::entries(&bridge, target).is_empty() {
            tokio::task::yield_now().await;
        }
        // It has the record's lock and waits for a place in the full ordinary lane.
        let between = tokio::spawn({
            let (bridge, id, target) = (bridge.clone(), id.clone(), target.to_owned());
            async move { bridge.patch(&target, &id, set("displayName", "Ada Between")).await }
        });
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        let began = tokio::time::Instant::now();
        let off = bridge.patch(target, &id, off_beside(&[])).await;
        assert_eq!(off.status, StatusCode::OK, "{target}: {}", off.body);
        assert!(began.elapsed().as_secs() < 1, "{target}: the disable waited {:?}", began.elapsed());
        assert!(!slow.is_finished(), "{target}: the ordinary call is still under way");
        assert_eq!(between.await.expect("no panic").status, StatusCode::OK);
        assert_eq!(slow.await.expect("no panic").status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_repeated_disable_is_harmless_and_writes_once() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let id = insert(&bridge, target, "ada");
        clear(&bridge, target);
        for _ in 0..3 {
            assert_eq!(bridge.patch(target, &id, off_beside(&[])).await.status, StatusCode::OK, "{target}");
        }
        assert_eq!(super::written(&bridge, target).len(), 1, "{target}");
    }
}
