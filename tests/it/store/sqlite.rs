//! What a file promises beyond the contract: it survives, it is private, and a binary that must not touch it does not.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use scim_bridge::store::OpenError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tempfile::TempDir;

use super::*;

fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bridge.db");
    (directory, path)
}

async fn raw(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).create_if_missing(true).connect().await.unwrap()
}

/// A store with a record that has everything, one that is buried, and one that was forgotten.
async fn filled(path: &Path) -> SqliteStore {
    let store = SqliteStore::open(path).await.unwrap();
    store.put(&user("1"), everything()).await.unwrap();
    store.put(&user("1"), external_id("entra", "oid-1")).await.unwrap();
    store.put(&user("2"), external_id("okta", "00u2")).await.unwrap();
    store.put(&user("2"), kept(json!({"title": "Leaver"}))).await.unwrap();
    store.bury(&user("2"), burial("bo")).await.unwrap();
    store.put(&user("3"), external_id("okta", "00u3")).await.unwrap();
    store.forget(&user("3")).await.unwrap();
    store
}

async fn is_as_filled(store: &SqliteStore) {
    let mut ana = recorded(&everything());
    ana.external_ids.insert("entra".to_owned(), "oid-1".to_owned());
    assert_eq!(store.record(&user("1")).await.unwrap(), Some(ana));
    assert_eq!(owner(store, "entra", "oid-1").await.as_deref(), Some("1"));
    assert_eq!(store.record(&user("2")).await.unwrap().unwrap().kept, object(json!({"title": "Leaver"})));
    assert!(store.is_buried(&user("2")) && !store.is_buried(&user("1")));
    assert_eq!(*store.buried("bmc", "User"), ["2".to_owned()].into());
    let tombstone = store.tombstone(&user("2")).await.unwrap().unwrap();
    assert_eq!((tombstone.burial, &*tombstone.external_ids["okta"]), (burial("bo"), "00u2"));
    assert!(!store.has_record(&user("3")) && !store.is_buried(&user("3")));
}

#[tokio::test]
async fn a_store_survives_a_reopening_with_everything() {
    let (_directory, path) = place();
    filled(&path).await.close().await;
    let store = SqliteStore::open(&path).await.unwrap();
    is_as_filled(&store).await;
}

/// The file and its log are copied while the store is open: that is what a crash leaves.
#[tokio::test]
async fn a_store_survives_a_crash_with_everything() {
    let (directory, path) = place();
    let _running = filled(&path).await;
    let copy = directory.path().join("copy.db");
    std::fs::copy(&path, &copy).unwrap();
    std::fs::copy(directory.path().join("bridge.db-wal"), directory.path().join("copy.db-wal")).unwrap();
    is_as_filled(&SqliteStore::open(&copy).await.unwrap()).await;
}

/// Memory after the last write must be what the file says, also when callers went away in the middle of their writes.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn dropped_writes_leave_memory_and_file_in_step() {
    let (_directory, path) = place();
    let store = SqliteStore::open(&path).await.unwrap();
    let keys: Vec<RecordKey> = (0..120).map(|n| user(&n.to_string())).collect();
    for (n, key) in keys.iter().enumerate() {
        tokio::select! {
            biased;
            result = store.put(key, kept(json!({"n": n}))) => result.unwrap(),
            () = yields(n) => {}
        }
        tokio::select! {
            biased;
            result = store.bury(key, burial("ana")) => result.unwrap(),
            () = yields(n / 2) => {}
        }
    }
    store.close().await;
    let memory: Vec<_> = keys.iter().map(|key| (store.has_record(key), store.is_buried(key))).collect();
    drop(store);
    let mut connection = raw(&path).await;
    for (key, memory) in keys.iter().zip(memory) {
        let file: (bool, bool) = sqlx::query_as(
            "SELECT EXISTS (SELECT 1 FROM records WHERE id = ?1), EXISTS (SELECT 1 FROM tombstones WHERE id = ?1)",
        )
        .bind(&key.id)
        .fetch_one(&mut connection)
        .await
        .unwrap();
        assert_eq!(memory, file, "{key:?}");
    }
}

/// The first read of a key after a start goes to the file while a writer changes it: the answer that is remembered must be
/// the writer's.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_read_that_races_a_write_is_not_remembered() {
    let (_directory, path) = place();
    let store = SqliteStore::open(&path).await.unwrap();
    let ids: Vec<String> = (0..300).map(|n| n.to_string()).collect();
    for id in &ids {
        store.put(&user(id), kept(json!({"state": "old"}))).await.unwrap();
    }
    store.close().await;
    drop(store);

    let store = SqliteStore::open(&path).await.unwrap();
    for id in &ids {
        let reader = tokio::spawn({
            let (store, key) = (store.clone(), user(id));
            async move { store.record(&key).await.unwrap() }
        });
        store.put(&user(id), kept(json!({"state": "new"}))).await.unwrap();
        reader.await.unwrap();
        assert_eq!(store.record(&user(id)).await.unwrap().unwrap().kept["state"], "new", "{id}");
    }
}

#[tokio::test]
async fn a_newer_store_is_refused_and_left_untouched() {
    let (_directory, path) = place();
    filled(&path).await.close().await;
    let mut connection = raw(&path).await;
    sqlx::query("UPDATE store_version SET version = 99").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let before = std::fs::read(&path).unwrap();

    let refused = SqliteStore::open(&path).await.unwrap_err();
    assert!(matches!(refused, OpenError::Newer { found: 99, .. }), "{refused}");
    assert!(refused.to_string().ends_with(
        "has version 99, this bridge knows versions up to 2; it is left untouched: run the newer bridge, or restore a backup"
    ));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_database_of_somebody_else_is_refused_and_left_untouched() {
    let (_directory, path) = place();
    let mut connection = raw(&path).await;
    sqlx::query("CREATE TABLE theirs (id INTEGER)").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let before = std::fs::read(&path).unwrap();
    assert!(matches!(SqliteStore::open(&path).await, Err(OpenError::NotAStore { .. })));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_untouched() {
    let (_directory, path) = place();
    let text = "some notes\n".repeat(500);
    std::fs::write(&path, &text).unwrap();
    assert!(matches!(SqliteStore::open(&path).await, Err(OpenError::NotAStore { .. })));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn a_missing_directory_is_named() {
    let (directory, _) = place();
    let refused = SqliteStore::open(directory.path().join("missing/bridge.db")).await.unwrap_err();
    assert!(matches!(&refused, OpenError::NoDirectory { directory, .. } if directory.ends_with("missing")));
    assert!(refused.to_string().ends_with("missing; create it, or correct the path"), "{refused}");
}

#[tokio::test]
async fn a_directory_is_no_store() {
    let (directory, _) = place();
    assert!(matches!(SqliteStore::open(directory.path()).await, Err(OpenError::File { .. })));
}

#[tokio::test]
async fn one_file_serves_one_process() {
    let (_directory, path) = place();
    let first = SqliteStore::open(&path).await.unwrap();
    assert!(matches!(SqliteStore::open(&path).await, Err(OpenError::InUse { .. })));
    first.put(&user("1"), everything()).await.unwrap();
    first.close().await;
    drop(first);
    assert!(SqliteStore::open(&path).await.unwrap().has_record(&user("1")));
}

#[tokio::test]
async fn the_files_are_for_their_owner_alone() {
    let (directory, path) = place();
    let _store = filled(&path).await;
    let files: Vec<_> = std::fs::read_dir(directory.path()).unwrap().map(Result::unwrap).collect();
    assert!(files.len() >= 3, "the file, its log and its lock: {files:?}");
    for file in files {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
    }
}

#[tokio::test]
async fn a_backup_reads_the_file_while_the_store_writes() {
    let (_directory, path) = place();
    let store = filled(&path).await;
    let mut connection = raw(&path).await;
    let mut backup = connection.begin().await.unwrap();
    let count = "SELECT count(*) FROM records";
    assert_eq!(sqlx::query_scalar::<_, i64>(count).fetch_one(&mut *backup).await.unwrap(), 2);
    store.put(&user("4"), everything_but_the_external_id()).await.unwrap();
    assert_eq!(sqlx::query_scalar::<_, i64>(count).fetch_one(&mut *backup).await.unwrap(), 2);
}

fn everything_but_the_external_id() -> RecordUpdate {
    RecordUpdate { external_id: ExternalIdUpdate::Untouched, ..everything() }
}

#[tokio::test]
async fn a_closed_store_fails_and_its_memory_still_answers() {
    let (_directory, path) = place();
    let store = filled(&path).await;
    store.close().await;
    assert!(matches!(store.ping().await, Err(StoreError::Database { .. })));
    assert!(matches!(store.put(&user("1"), kept(json!({}))).await, Err(StoreError::Database { .. })));
    assert!(store.is_buried(&user("2")) && store.has_record(&user("1")));
}

#[tokio::test]
async fn debug_output_holds_nothing_kept() {
    let (_directory, path) = place();
    let store = filled(&path).await;
    let memory = MemoryStore::new();
    memory.put(&user("1"), everything()).await.unwrap();
    let printed = format!("{store:?} {memory:?}");
    assert!(!printed.contains("ana") && !printed.contains("00u"), "{printed}");
}

/// A file of the version before has no index over what is kept; opening it makes one.
#[tokio::test]
async fn a_store_of_the_version_before_is_found_in_by_what_is_kept() {
    let (_directory, path) = place();
    filled(&path).await.close().await;
    let mut connection = raw(&path).await;
    let back = "DROP TABLE kept_values; UPDATE store_version SET version = 1";
    sqlx::raw_sql(back).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let store = SqliteStore::open(&path).await.unwrap();
    is_as_filled(&store).await;
    let wanted = [("title".to_owned(), "LEAVER".to_owned())];
    assert_eq!(store.ids_by_kept("bmc", "User", &wanted, 10).await.unwrap(), ["2"]);
}
