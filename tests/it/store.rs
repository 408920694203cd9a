//! The promises of [`Store`], each a test, for every implementation; what only a file can promise is in `sqlite`.

mod sqlite;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use scim_bridge::store::{
    Burial, ExternalIdUpdate, MemoryStore, Record, RecordKey, RecordUpdate, SqliteStore, Store, StoreError,
};
use serde_json::{Map, Value, json};

/// Runs every promise for every implementation. A promise that is not in the list is reported as unused.
macro_rules! store_contract {
    ($($promise:ident,)*) => {
        mod memory_store {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $promise() {
                super::$promise(super::Arc::new(super::MemoryStore::new())).await;
            })*
        }
        mod sqlite_store {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $promise() {
                let directory = tempfile::tempdir().unwrap();
                let store = super::SqliteStore::open(directory.path().join("bridge.db")).await.unwrap();
                super::$promise(super::Arc::new(store)).await;
            })*
        }
    };
}

store_contract! {
    an_unknown_record_is_none,
    what_was_put_is_read_back,
    a_put_changes_only_what_it_names,
    kept_attributes_are_replaced_whole,
    a_record_is_found_by_what_is_kept,
    too_many_records_found_say_so,
    a_record_that_keeps_nothing_is_gone,
    any_text_survives,
    records_of_targets_and_types_are_apart,
    an_external_id_finds_its_record,
    external_ids_are_compared_exactly,
    an_external_id_is_unique_per_target_and_credential,
    the_same_external_id_may_come_from_two_credentials,
    the_same_external_id_may_be_on_two_targets_and_types,
    a_conflict_leaves_everything_as_it_was,
    the_same_external_id_may_be_put_again,
    a_changed_external_id_frees_the_old_one,
    a_cleared_external_id_is_free,
    a_tombstone_frees_the_external_ids,
    a_tombstone_keeps_who_when_and_the_external_ids,
    a_burial_keeps_the_attributes,
    a_record_of_which_nothing_is_kept_can_be_buried,
    a_second_burial_keeps_the_first_tombstone,
    a_buried_record_is_not_written,
    an_unburied_record_is_written_again,
    unburying_changes_what_is_kept_in_the_same_write,
    unburying_with_a_taken_external_id_leaves_everything_as_it_was,
    unburying_what_is_not_buried_is_harmless,
    the_buried_are_listed_by_target_and_type,
    a_list_of_the_buried_does_not_change_under_its_reader,
    a_forgotten_record_leaves_nothing,
    forgetting_what_is_unknown_is_harmless,
    a_page_is_read_at_once,
    five_thousand_records_are_read_in_pages,
    of_two_concurrent_puts_with_one_external_id_exactly_one_wins,
    concurrent_writers_to_different_keys_all_succeed,
    concurrent_writers_to_one_key_lose_nothing,
    what_a_put_wrote_is_seen_by_every_later_read,
    a_dropped_write_happens_wholly_or_not_at_all,
    the_store_answers_a_ping,
}

fn user(id: &str) -> RecordKey {
    RecordKey::new("bmc", "User", id)
}

fn object(value: Value) -> Map<String, Value> {
    serde_json::from_value(value).unwrap()
}

fn kept(value: Value) -> RecordUpdate {
    RecordUpdate { kept: Some(object(value)), ..RecordUpdate::default() }
}

fn external_id(credential: &str, value: &str) -> RecordUpdate {
    let external_id = ExternalIdUpdate::Set { credential: credential.to_owned(), value: value.to_owned() };
    RecordUpdate { external_id, ..RecordUpdate::default() }
}

fn no_external_id(credential: &str) -> RecordUpdate {
    let external_id = ExternalIdUpdate::Clear { credential: credential.to_owned() };
    RecordUpdate { external_id, ..RecordUpdate::default() }
}

fn burial(user_name: &str) -> Burial {
    Burial { user_name: user_name.to_owned(), at_ms: 1_700_000_000_123, credential: "okta".to_owned() }
}

/// All that one record can keep.
fn everything() -> RecordUpdate {
    RecordUpdate {
        kept: Some(object(json!({"title": "Engineer", "emails": [{"type": "home", "value": "ana@example.org"}]}))),
        user_name: Some("ana".to_owned()),
        created_at_ms: Some(1_600_000_000_456),
        ..external_id("okta", "00u1")
    }
}

fn recorded(update: &RecordUpdate) -> Record {
    let external_ids = match &update.external_id {
        ExternalIdUpdate::Set { credential, value } => BTreeMap::from([(credential.clone(), value.clone())]),
        ExternalIdUpdate::Clear { .. } | ExternalIdUpdate::Untouched => BTreeMap::new(),
    };
    Record {
        external_ids,
        kept: update.kept.clone().unwrap_or_default(),
        user_name: update.user_name.clone(),
        created_at_ms: update.created_at_ms,
    }
}

async fn owner(store: &dyn Store, credential: &str, value: &str) -> Option<String> {
    store.id_by_external_id("bmc", "User", credential, value).await.unwrap()
}

async fn an_unknown_record_is_none(store: Arc<dyn Store>) {
    assert_eq!(store.record(&user("1")).await.unwrap(), None);
    assert!(!store.has_record(&user("1")));
    assert!(!store.is_buried(&user("1")));
    assert_eq!(store.tombstone(&user("1")).await.unwrap(), None);
    assert_eq!(owner(&*store, "okta", "00u1").await, None);
    assert_eq!(store.records("bmc", "User", &["1".to_owned()]).await.unwrap(), HashMap::new());
    assert_eq!(store.records("bmc", "User", &[]).await.unwrap(), HashMap::new());
}

async fn what_was_put_is_read_back(store: Arc<dyn Store>) {
    store.put(&user("1"), everything()).await.unwrap();
    assert_eq!(store.record(&user("1")).await.unwrap(), Some(recorded(&everything())));
    assert!(store.has_record(&user("1")));
}

async fn a_put_changes_only_what_it_names(store: Arc<dyn Store>) {
    store.put(&user("1"), everything()).await.unwrap();
    store.put(&user("1"), RecordUpdate::default()).await.unwrap();
    assert_eq!(store.record(&user("1")).await.unwrap(), Some(recorded(&everything())));

    store.put(&user("1"), external_id("entra", "oid-1")).await.unwrap();
    store.put(&user("1"), kept(json!({"title": "Manager"}))).await.unwrap();
    let renamed = RecordUpdate { user_name: Some("ana.b".to_owned()), ..RecordUpdate::default() };
    store.put(&user("1"), renamed).await.unwrap();
    let mut expected = recorded(&everything());
    expected.external_ids.insert("entra".to_owned(), "oid-1".to_owned());
    expected.kept = object(json!({"title": "Manager"}));
    expected.user_name = Some("ana.b".to_owned());
    assert_eq!(store.record(&user("1")).await.unwrap(), Some(expected));
}

async fn kept_attributes_are_replaced_whole(store: Arc<dyn Store>) {
    store.put(&user("1"), kept(json!({"title": "Engineer", "nickName": "An"}))).await.unwrap();
    store.put(&user("1"), kept(json!({"nickName": "Anya"}))).await.unwrap();
    let record = store.record(&user("1")).await.unwrap().unwrap();
    assert_eq!(record.kept, object(json!({"nickName": "Anya"})));
}

async fn a_record_that_keeps_nothing_is_gone(store: Arc<dyn Store>) {
    store.put(&user("1"), RecordUpdate::default()).await.unwrap();
    store.put(&user("1"), no_external_id("okta")).await.unwrap();
    store.put(&user("1"), kept(json!({}))).await.unwrap();
    assert!(!store.has_record(&user("1")));

    store
        .put(&user("1"), RecordUpdate { kept: kept(json!({"title": "x"})).kept, ..external_id("okta", "00u1") })
        .await
        .unwrap();
    store.put(&user("1"), kept(json!({}))).await.unwrap();
    assert!(store.has_record(&user("1")));
    store.put(&user("1"), no_external_id("okta")).await.unwrap();
    assert!(!store.has_record(&user("1")));
    assert_eq!(store.record(&user("1")).await.unwrap(), None);
}

async fn any_text_survives(store: Arc<dyn Store>) {
    let texts = [
        "",
        " leading and trailing ",
        "O'Hara",
        "\"quoted\"",
        "100%_\\*?",
        "; DROP TABLE records; --",
        "$NULL$",
        "Łukasz Żółć",
        "e\u{301}",
        "李小龍",
        "👩‍👩‍👧",
        "\u{202e}right to left",
        "a\u{0}b",
        "a\u{0}c",
        "\r\n\t",
        "\u{feff}bom",
        "\u{10ffff}",
    ];
    for text in texts {
        let key = RecordKey::new(format!("t{text}"), format!("U{text}"), format!("i{text}"));
        let update = RecordUpdate {
            kept: Some(object(json!({text: text, "deep": [{"value": text}, null, -0.5, u64::MAX, i64::MIN, true]}))),
            user_name: Some(text.to_owned()),
            created_at_ms: Some(i64::MIN),
            ..external_id(text, text)
        };
        store.put(&key, update.clone()).await.unwrap();
        assert_eq!(store.record(&key).await.unwrap(), Some(recorded(&update)), "{text:?}");
        let found = store.id_by_external_id(&key.target, &key.resource_type, text, text).await.unwrap();
        assert_eq!(found.as_ref(), Some(&key.id), "{text:?}");
        let buried = Burial { user_name: text.to_owned(), at_ms: i64::MAX, credential: text.to_owned() };
        store.bury(&key, buried.clone()).await.unwrap();
        let tombstone = store.tombstone(&key).await.unwrap().unwrap();
        assert_eq!((tombstone.burial, tombstone.external_ids), (buried, recorded(&update).external_ids), "{text:?}");
    }
}

async fn records_of_targets_and_types_are_apart(store: Arc<dyn Store>) {
    let keys = [user("1"), RecordKey::new("ivanti", "User", "1"), RecordKey::new("bmc", "Group", "1")];
    for (n, key) in keys.iter().enumerate() {
        store.put(key, kept(json!({"n": n}))).await.unwrap();
    }
    store.forget(&keys[0]).await.unwrap();
    store.bury(&keys[1], burial("ana")).await.unwrap();
    assert!(!store.has_record(&keys[0]) && store.has_record(&keys[1]) && store.has_record(&keys[2]));
    assert!(!store.is_buried(&keys[0]) && store.is_buried(&keys[1]) && !store.is_buried(&keys[2]));
    assert_eq!(store.record(&keys[2]).await.unwrap().unwrap().kept, object(json!({"n": 2})));
}

async fn an_external_id_finds_its_record(store: Arc<dyn Store>) {
    store.put(&user("1"), external_id("okta", "00u1")).await.unwrap();
    store.put(&user("2"), external_id("okta", "00u2")).await.unwrap();
    assert_eq!(owner(&*store, "okta", "00u2").await.as_deref(), Some("2"));
    assert_eq!(owner(&*store, "okta", "00u3").await, None);
    assert_eq!(owner(&*store, "entra", "00u2").await, None);
}

async fn external_ids_are_compared_exactly(store: Arc<dyn Store>) {
    for (n, value) in ["abc", "ABC", "abc ", " abc", "e\u{301}", "\u{e9}", "1", "1.0", "01"].iter().enumerate() {
        store.put(&user(&n.to_string()), external_id("okta", value)).await.unwrap();
        assert_eq!(owner(&*store, "okta", value).await, Some(n.to_string()));
    }
}

async fn an_external_id_is_unique_per_target_and_credential(store: Arc<dyn Store>) {
    store.put(&user("1"), external_id("okta", "00u1")).await.unwrap();
    let refused = store.put(&user("2"), external_id("okta", "00u1")).await;
    assert!(matches!(refused, Err(StoreError::ExternalIdTaken { by }) if by == "1"));
    assert_eq!(owner(&*store, "okta", "00u1").await.as_deref(), Some("1"));
}

async fn the_same_external_id_may_come_from_two_credentials(store: Arc<dyn Store>) {
    store.put(&user("1"), external_id("okta", "7")).await.unwrap();
    store.put(&user("2"), external_id("entra", "7")).await.unwrap();
    store.put(&user("1"), external_id("hr", "7")).await.unwrap();
    assert_eq!(owner(&*store, "okta", "7").await.as_deref(), Some("1"));
    assert_eq!(owner(&*store, "entra", "7").await.as_deref(), Some("2"));
    assert_eq!(owner(&*store, "hr", "7").await.as_deref(), Some("1"));
}

async fn the_same_external_id_may_be_on_two_targets_and_types(store: Arc<dyn Store>) {
    for (target, resource_type, id) in [("bmc", "User", "1"), ("ivanti", "User", "2"), ("bmc", "Group", "3")] {
        store.put(&RecordKey::new(target, resource_type, id), external_id("okta", "7")).await.unwrap();
        let found = store.id_by_external_id(target, resource_type, "okta", "7").await.unwrap();
        assert_eq!(found.as_deref(), Some(id));
    }
}

async fn a_conflict_leaves_everything_as_it_was(store: Arc<dyn Store>) {
    store.put(&user("1"), external_id("okta", "00u1")).await.unwrap();
    store
        .put(&user("2"), RecordUpdate { kept: kept(json!({"title": "old"})).kept, ..external_id("okta", "00u2") })
        .await
        .unwrap();
    let before = store.record(&user("2")).await.unwrap();

    assert!(store.put(&user("2"), everything()).await.is_err());
    assert!(store.put(&user("3"), everything()).await.is_err());
    assert_eq!(store.record(&user("2")).await.unwrap(), before);
    assert_eq!(owner(&*store, "okta", "00u2").await.as_deref(), Some("2"));
    assert!(!store.has_record(&user("3")));
    assert_eq!(store.record(&user("3")).await.unwrap(), None);
}

async fn the_same_external_id_may_be_put_again(store: Arc<dyn Store>) {
    store.put(&user("1"), everything()).await.unwrap();
    store.put(&user("1"), everything()).await.unwrap();
    assert_eq!(store.record(&user("1")).await.unwrap(), Some(recorded(&everything())));
}

async fn a_changed_external_id_frees_the_old_one(store: Arc<dyn Store>) {
    store.put(&user("1"), external_id("okta", "old")).await.unwrap();
    store.put(&user("1"), external_id("okta", "new")).await.unwrap();
    assert_eq!(owner(&*store, "okta", "old").await, None);
    store.put(&user("2"), external_id("okta", "old")).await.unwrap();
    assert_eq!(owner(&*store, "okta", "old").await.as_deref(), Some("2"));
    assert_eq!(owner(&*store, "okta", "new").await.as_deref(), Some("1"));
}

async fn a_cleared_external_id_is_free(store: Arc<dyn Store>) {
    store.put(&user("1"), everything()).await.unwrap();
    store.put(&user("1"), external_id("entra", "oid-1")).await.unwrap();
    store.put(&user("1"), no_external_id("okta")).await.unwrap();
    let record = store.record(&user("1")).await.unwrap().unwrap();
    assert_eq!(record.external_ids, BTreeMap::from([("entra".to_owned(), "oid-1".to_owned())]));
    assert_eq!(owner(&*store, "okta", "00u1").await, None);
    store.put(&user("2"), external_id("okta", "00u1")).await.unwrap();
    assert_eq!(owner(&*store, "okta", "00u1").await.as_deref(), Some("2"));
}

async fn a_tombstone_frees_the_external_ids(store: Arc<dyn Store>) {
    store.put(&user("1"), external_id("okta", "00u1")).await.unwrap();
    store.put(&user("1"), external_id("entra", "oid-1")).await.unwrap();
    store.bury(&user("1"), burial("ana")).await.unwrap();
    assert_eq!(owner(&*store, "okta", "00u1").await, None);
    assert_eq!(owner(&*store, "entra", "oid-1").await, None);
    assert!(!store.has_record(&user("1")));
    store.put(&user("2"), external_id("okta", "00u1")).await.unwrap();
    assert_eq!(owner(&*store, "okta", "00u1").await.as_deref(), Some("2"));
}

async fn a_tombstone_keeps_who_when_and_the_external_ids(store: Arc<dyn Store>) {
    store.put(&user("1"), everything()).await.unwrap();
    store.bury(&user("1"), burial("ana")).await.unwrap();
    assert!(store.is_buried(&user("1")));
    let tombstone = store.tombstone(&user("1")).await.unwrap().unwrap();
    assert_eq!(tombstone.burial, burial("ana"));
    assert_eq!(tombstone.external_ids, recorded(&everything()).external_ids);
}

async fn a_burial_keeps_the_attributes(store: Arc<dyn Store>) {
    store.put(&user("1"), everything()).await.unwrap();
    store.bury(&user("1"), burial("ana")).await.unwrap();
    let expected = Record { external_ids: BTreeMap::new(), ..recorded(&everything()) };
    assert_eq!(store.record(&user("1")).await.unwrap(), Some(expected));
}

async fn a_record_of_which_nothing_is_kept_can_be_buried(store: Arc<dyn Store>) {
    store.bury(&user("1"), burial("ana")).await.unwrap();
    assert!(store.is_buried(&user("1")) && !store.has_record(&user("1")));
    assert!(store.tombstone(&user("1")).await.unwrap().unwrap().external_ids.is_empty());
}

async fn a_second_burial_keeps_the_first_tombstone(store: Arc<dyn Store>) {
    store.put(&user("1"), everything()).await.unwrap();
    store.bury(&user("1"), burial("ana")).await.unwrap();
    let first = store.tombstone(&user("1")).await.unwrap();
    store.bury(&user("1"), burial("somebody else")).await.unwrap();
    assert_eq!(store.tombstone(&user("1")).await.unwrap(), first);
}

async fn a_buried_record_is_not_written(store: Arc<dyn Store>) {
    store.put(&user("1"), everything()).await.unwrap();
    store.bury(&user("1"), burial("ana")).await.unwrap();
    let before = store.record(&user("1")).await.unwrap();
    assert!(matches!(store.put(&user("1"), everything()).await, Err(StoreError::Buried)));
    assert_eq!(store.record(&user("1")).await.unwrap(), before);
    assert_eq!(owner(&*store, "okta", "00u1").await, None);
}

async fn an_unburied_record_is_written_again(store: Arc<dyn Store>) {
    store.put(&user("1"), everything()).await.unwrap();
    store.bury(&user("1"), burial("ana")).await.unwrap();
    store.unbury(&user("1"), RecordUpdate::default()).await.unwrap();
    assert!(!store.is_buried(&user("1")));
    assert_eq!(store.tombstone(&user("1")).await.unwrap(), None);
    assert!(store.record(&user("1")).await.unwrap().unwrap().external_ids.is_empty());
    store.put(&user("1"), external_id("okta", "00u1")).await.unwrap();
    assert_eq!(store.record(&user("1")).await.unwrap(), Some(recorded(&everything())));
}

async fn unburying_changes_what_is_kept_in_the_same_write(store: Arc<dyn Store>) {
    store.put(&user("1"), everything()).await.unwrap();
    store.bury(&user("1"), burial("ana")).await.unwrap();
    let update = RecordUpdate { kept: Some(object(json!({"title": "Back"}))), ..external_id("okta", "00u9") };
    store.unbury(&user("1"), update).await.unwrap();
    assert!(!store.is_buried(&user("1")));
    let record = store.record(&user("1")).await.unwrap().unwrap();
    assert_eq!(record.kept, object(json!({"title": "Back"})));
    assert_eq!(record.external_ids, BTreeMap::from([("okta".to_owned(), "00u9".to_owned())]));
    assert_eq!(record.created_at_ms, recorded(&everything()).created_at_ms);
    assert_eq!(owner(&*store, "okta", "00u9").await.as_deref(), Some("1"));
}

async fn unburying_with_a_taken_external_id_leaves_everything_as_it_was(store: Arc<dyn Store>) {
    store.put(&user("1"), everything()).await.unwrap();
    store.bury(&user("1"), burial("ana")).await.unwrap();
    let before = store.record(&user("1")).await.unwrap();
    store.put(&user("2"), external_id("okta", "00u9")).await.unwrap();
    let refused = store.unbury(&user("1"), external_id("okta", "00u9")).await;
    assert!(matches!(refused, Err(StoreError::ExternalIdTaken { by }) if by == "2"));
    assert!(store.is_buried(&user("1")) && store.tombstone(&user("1")).await.unwrap().is_some());
    assert_eq!(store.record(&user("1")).await.unwrap(), before);
}

async fn unburying_what_is_not_buried_is_harmless(store: Arc<dyn Store>) {
    store.put(&user("1"), everything()).await.unwrap();
    store.unbury(&user("1"), RecordUpdate::default()).await.unwrap();
    store.unbury(&user("2"), RecordUpdate::default()).await.unwrap();
    assert_eq!(store.record(&user("1")).await.unwrap(), Some(recorded(&everything())));
}

async fn the_buried_are_listed_by_target_and_type(store: Arc<dyn Store>) {
    assert!(store.buried("bmc", "User").is_empty());
    for key in [user("1"), user("2"), RecordKey::new("bmc", "Group", "3"), RecordKey::new("ivanti", "User", "4")] {
        store.bury(&key, burial("ana")).await.unwrap();
    }
    store.unbury(&user("2"), RecordUpdate::default()).await.unwrap();
    assert_eq!(*store.buried("bmc", "User"), ["1".to_owned()].into());
    assert_eq!(*store.buried("bmc", "Group"), ["3".to_owned()].into());
    assert!(store.buried("esm", "User").is_empty());
}

async fn a_list_of_the_buried_does_not_change_under_its_reader(store: Arc<dyn Store>) {
    store.bury(&user("1"), burial("ana")).await.unwrap();
    let list = store.buried("bmc", "User");
    store.bury(&user("2"), burial("bo")).await.unwrap();
    assert_eq!((list.len(), store.buried("bmc", "User").len()), (1, 2));
}

async fn a_forgotten_record_leaves_nothing(store: Arc<dyn Store>) {
    store.put(&user("1"), everything()).await.unwrap();
    store.bury(&user("1"), burial("ana")).await.unwrap();
    store.forget(&user("1")).await.unwrap();
    an_unknown_record_is_none(Arc::clone(&store)).await;

    store.put(&user("1"), everything()).await.unwrap();
    store.forget(&user("1")).await.unwrap();
    an_unknown_record_is_none(Arc::clone(&store)).await;
    store.put(&user("2"), everything()).await.unwrap();
}

async fn forgetting_what_is_unknown_is_harmless(store: Arc<dyn Store>) {
    store.put(&user("1"), everything()).await.unwrap();
    store.forget(&user("2")).await.unwrap();
    assert_eq!(store.record(&user("1")).await.unwrap(), Some(recorded(&everything())));
}

async fn a_page_is_read_at_once(store: Arc<dyn Store>) {
    store.put(&user("1"), everything()).await.unwrap();
    store.put(&user("1"), external_id("entra", "oid-1")).await.unwrap();
    store.put(&user("2"), kept(json!({"title": "Manager"}))).await.unwrap();
    store.put(&user("3"), kept(json!({"title": "not asked"}))).await.unwrap();
    let page = ["2", "unknown", "1", "2"].map(str::to_owned);
    let found = store.records("bmc", "User", &page).await.unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found["1"].external_ids.len(), 2);
    assert_eq!(found["2"].kept, object(json!({"title": "Manager"})));
}

async fn five_thousand_records_are_read_in_pages(store: Arc<dyn Store>) {
    let ids: Vec<String> = (0..5_000).map(|n| format!("{n:015}")).collect();
    fill(&store, &ids).await;
    for size in [1, 1_999, 2_000, 5_000] {
        let mut found = HashMap::new();
        for page in ids.chunks(size).take(50) {
            found.extend(store.records("bmc", "User", page).await.unwrap());
        }
        assert_eq!(found.len(), ids.len().min(50 * size));
        assert!(found.iter().all(|(id, record)| record.external_ids["okta"] == format!("x{id}")));
    }
}

/// Gives each of these ids an external id, by several writers at a time.
async fn fill(store: &Arc<dyn Store>, ids: &[String]) {
    let mut writers = tokio::task::JoinSet::new();
    for chunk in ids.chunks(ids.len().div_ceil(16)) {
        let (store, chunk) = (Arc::clone(store), chunk.to_vec());
        writers.spawn(async move {
            for id in chunk {
                store.put(&user(&id), external_id("okta", &format!("x{id}"))).await.unwrap();
            }
        });
    }
    writers.join_all().await;
}

async fn of_two_concurrent_puts_with_one_external_id_exactly_one_wins(store: Arc<dyn Store>) {
    for round in 0..50 {
        let value = format!("00u{round}");
        let (left, right) = (user(&format!("{round}-left")), user(&format!("{round}-right")));
        let put = |key: &RecordKey| {
            let (store, key, value) = (Arc::clone(&store), key.clone(), value.clone());
            tokio::spawn(async move { store.put(&key, external_id("okta", &value)).await })
        };
        let (one, other) = tokio::join!(put(&left), put(&right));
        let (winner, loser, refused) = match (one.unwrap(), other.unwrap()) {
            (Ok(()), Err(refused)) => (left, right, refused),
            (Err(refused), Ok(())) => (right, left, refused),
            both => panic!("exactly one wins: {both:?}"),
        };
        assert!(matches!(refused, StoreError::ExternalIdTaken { by } if by == winner.id));
        assert!(store.has_record(&winner) && !store.has_record(&loser));
        assert_eq!(owner(&*store, "okta", &value).await, Some(winner.id));
    }
}

async fn concurrent_writers_to_different_keys_all_succeed(store: Arc<dyn Store>) {
    let mut writers = tokio::task::JoinSet::new();
    for n in 0..200 {
        let (store, key) = (Arc::clone(&store), user(&n.to_string()));
        writers.spawn(async move {
            store.put(&key, external_id("okta", &n.to_string())).await?;
            store.put(&key, kept(json!({"n": n}))).await?;
            match n % 3 {
                0 => store.bury(&key, burial("ana")).await,
                1 => store.forget(&key).await,
                _ => Ok(()),
            }
        });
    }
    let results = writers.join_all().await;
    assert!(results.iter().all(Result::is_ok), "{:?}", results.iter().find(|result| result.is_err()));
    assert_eq!(store.buried("bmc", "User").len(), 67);
    assert_eq!((0..200).filter(|n| store.has_record(&user(&n.to_string()))).count(), 133);
}

async fn concurrent_writers_to_one_key_lose_nothing(store: Arc<dyn Store>) {
    let mut writers = tokio::task::JoinSet::new();
    for n in 0..40 {
        let store = Arc::clone(&store);
        writers.spawn(async move { store.put(&user("1"), external_id(&format!("c{n}"), "7")).await.unwrap() });
    }
    writers.join_all().await;
    assert_eq!(store.record(&user("1")).await.unwrap().unwrap().external_ids.len(), 40);
}

/// Readers run against a writer that counts up; each must see at least the number whose put had returned when it began.
async fn what_a_put_wrote_is_seen_by_every_later_read(store: Arc<dyn Store>) {
    use std::sync::atomic::{AtomicU64, Ordering};
    const LAST: u64 = 300;
    let written = Arc::new(AtomicU64::new(0));
    let mut readers = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let (store, written) = (Arc::clone(&store), Arc::clone(&written));
        readers.spawn(async move {
            loop {
                let floor = written.load(Ordering::SeqCst);
                let record = store.record(&user("1")).await.unwrap().unwrap_or_default();
                let seen = record.kept.get("n").and_then(Value::as_u64).unwrap_or(0);
                assert!(seen >= floor, "read {seen} after {floor} was written");
                if floor == LAST {
                    break;
                }
                tokio::task::yield_now().await;
            }
        });
    }
    for n in 1..=LAST {
        store.put(&user("1"), kept(json!({"n": n}))).await.unwrap();
        written.store(n, Ordering::SeqCst);
    }
    readers.join_all().await;
}

async fn a_dropped_write_happens_wholly_or_not_at_all(store: Arc<dyn Store>) {
    for polls in 0..60 {
        let key = user(&polls.to_string());
        let update = RecordUpdate { external_id: external_id("okta", &key.id).external_id, ..everything() };
        tokio::select! {
            biased;
            result = store.put(&key, update.clone()) => result.unwrap(),
            () = yields(polls) => {}
        }
        // The dropped write may still be under way: whenever it is done, no half of it is ever seen.
        let record = store.record(&key).await.unwrap();
        assert!(record.is_none() || record == Some(recorded(&update)), "{record:?}");
        store.put(&key, update.clone()).await.unwrap();
        assert_eq!(store.record(&key).await.unwrap(), Some(recorded(&update)));
        assert_eq!(owner(&*store, "okta", &key.id).await.as_ref(), Some(&key.id));
    }
}

async fn yields(times: usize) {
    for _ in 0..times {
        tokio::task::yield_now().await;
    }
}

async fn the_store_answers_a_ping(store: Arc<dyn Store>) {
    store.ping().await.unwrap();
}

async fn found(store: &Arc<dyn Store>, path: &str, text: &str) -> Vec<String> {
    store.ids_by_kept("bmc", "User", &[(path.to_owned(), text.to_owned())], 10).await.unwrap()
}

async fn a_record_is_found_by_what_is_kept(store: Arc<dyn Store>) {
    let keep = |id: &str, kept: Value| {
        let (store, key) = (store.clone(), RecordKey::new("bmc", "User", id));
        async move {
            store.put(&key, RecordUpdate { kept: kept.as_object().cloned(), ..RecordUpdate::default() }).await.unwrap();
        }
    };
    keep("1", json!({ "nickName": "ADA", "emails": [{ "$native": true }, { "value": "Home@Example.com" }] })).await;
    keep("2", json!({ "nickName": "ada", "urn:x:User": { "costCenter": "7" } })).await;
    assert_eq!(found(&store, "nickName", "Ada").await, ["1", "2"]);
    assert_eq!(found(&store, "emails.value", "home@example.com").await, ["1"]);
    assert_eq!(found(&store, "urn:x:User:costCenter", "7").await, ["2"]);
    assert_eq!(found(&store, "title", "Ada").await, [""; 0]);
    let both = [("nickName".to_owned(), "none".to_owned()), ("urn:x:User:costCenter".to_owned(), "7".to_owned())];
    assert_eq!(store.ids_by_kept("bmc", "User", &both, 10).await.unwrap(), ["2"]);
    assert_eq!(store.ids_by_kept("ivanti", "User", &both, 10).await.unwrap(), [""; 0]);
    assert_eq!(store.ids_by_kept("bmc", "Group", &both, 10).await.unwrap(), [""; 0]);
    keep("1", json!({ "nickName": "Bab" })).await;
    assert_eq!(found(&store, "nickName", "ada").await, ["2"]);
    assert_eq!(found(&store, "nickName", "bab").await, ["1"]);
    assert_eq!(found(&store, "emails.value", "home@example.com").await, [""; 0]);
    store.forget(&RecordKey::new("bmc", "User", "2")).await.unwrap();
    assert_eq!(found(&store, "nickName", "ada").await, [""; 0]);
}

async fn too_many_records_found_say_so(store: Arc<dyn Store>) {
    for id in 0..5 {
        let kept = json!({ "nickName": "Ada" }).as_object().cloned();
        let key = RecordKey::new("bmc", "User", id.to_string());
        store.put(&key, RecordUpdate { kept, ..RecordUpdate::default() }).await.unwrap();
    }
    let wanted = [("nickName".to_owned(), "ada".to_owned())];
    assert_eq!(store.ids_by_kept("bmc", "User", &wanted, 3).await.unwrap(), ["0", "1", "2", "3"]);
}
