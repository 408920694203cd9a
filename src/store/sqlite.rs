//! The store in one SQLite file: the embedded default.
//!
//! Reads go to memory first: which records exist, which are buried, and a bounded cache of what is kept. Writes go one
//! after another through the one writing connection, each as a task of its own that a caller's cancellation cannot stop.
//!
//! Invariants: one process has the file open (a lock beside it sees to that), or memory would not be the truth. Memory
//! changes only after a commit and before the writing connection is free again, so in the order of the commits.

mod cache;
mod migrate;
mod mirror;
mod open;
mod rows;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use sqlx::sqlite::SqlitePool;
use sqlx::{Connection, SqliteConnection};

use self::mirror::Mirror;
use super::kept_values::folded;
use super::{Burial, ExternalIdUpdate, Record, RecordKey, RecordUpdate, Store, StoreError, Tombstone};

pub use self::open::OpenError;

/// A [`Store`] in a file that survives the process, and a crash of the machine: a write returns when it is on disk.
#[derive(Clone)]
pub struct SqliteStore {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    /// One connection. Whoever holds it is the only writer, and memory agrees with the disk.
    writer: SqlitePool,
    readers: SqlitePool,
    mirror: Mirror,
    /// Held as long as anything can write.
    _lock: File,
}

impl SqliteStore {
    /// Opens the store at `path`, which is created for the owner alone when it is not there, and brings its tables up to
    /// date.
    ///
    /// # Errors
    /// See [`OpenError`]; a file that is refused is left as it was.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        open::open(path.as_ref()).await.map(|inner| Self { inner: Arc::new(inner) })
    }

    /// Waits for writes that are under way and closes the file. What is asked afterwards fails.
    pub async fn close(&self) {
        self.inner.readers.close().await;
        self.inner.writer.close().await;
    }

    /// Runs a write to its end, whatever becomes of the caller.
    async fn detached<F>(&self, operation: &'static str, write: impl FnOnce(Arc<Inner>) -> F) -> Result<(), StoreError>
    where
        F: Future<Output = Result<(), StoreError>> + Send + 'static,
    {
        match tokio::spawn(write(Arc::clone(&self.inner))).await {
            Ok(result) => result,
            Err(stopped) if stopped.is_panic() => std::panic::resume_unwind(stopped.into_panic()),
            Err(stopped) => Err(StoreError::Database { operation, source: stopped.into() }),
        }
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.inner.path).finish_non_exhaustive()
    }
}

/// Names the operation that a database error stopped.
fn cannot(operation: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    move |source| StoreError::Database { operation, source: source.into() }
}

/// Takes the lock for writing at the start, so that what a transaction read cannot have changed when it writes.
const BEGIN: &str = "BEGIN IMMEDIATE";

/// Changes what is kept for a record inside a transaction; what is kept now, or none where nothing changed.
async fn updated(
    tx: &mut SqliteConnection,
    key: &RecordKey,
    update: RecordUpdate,
    failed: &(impl Fn(sqlx::Error) -> StoreError + Sync),
) -> Result<Option<Record>, StoreError> {
    if let ExternalIdUpdate::Set { credential, value } = &update.external_id {
        let owner = rows::owner(tx, &key.target, &key.resource_type, credential, value).await;
        if let Some(by) = owner.map_err(failed)?.filter(|by| *by != key.id) {
            return Err(StoreError::ExternalIdTaken { by });
        }
    }
    let before = rows::record(tx, key).await.map_err(failed)?.unwrap_or_default();
    let after = before.clone().with(update);
    if after == before {
        return Ok(None);
    }
    rows::replace(tx, key, &before, &after).await.map_err(failed)?;
    Ok(Some(after))
}

impl Inner {
    async fn put(&self, key: RecordKey, update: RecordUpdate) -> Result<(), StoreError> {
        let failed = cannot("write a record");
        let mut writer = self.writer.acquire().await.map_err(&failed)?;
        let mut tx = writer.begin_with(BEGIN).await.map_err(&failed)?;
        if rows::tombstone(&mut tx, &key).await.map_err(&failed)?.is_some() {
            return Err(StoreError::Buried);
        }
        let Some(after) = updated(&mut tx, &key, update, &failed).await? else { return Ok(()) };
        tx.commit().await.map_err(&failed)?;
        self.mirror.wrote(&key, after);
        Ok(())
    }

    async fn bury(&self, key: RecordKey, burial: Burial) -> Result<(), StoreError> {
        let failed = cannot("write a tombstone");
        let mut writer = self.writer.acquire().await.map_err(&failed)?;
        let mut tx = writer.begin_with(BEGIN).await.map_err(&failed)?;
        if rows::tombstone(&mut tx, &key).await.map_err(&failed)?.is_some() {
            return Ok(());
        }
        let before = rows::record(&mut tx, &key).await.map_err(&failed)?.unwrap_or_default();
        let mut after = before.clone();
        let external_ids = std::mem::take(&mut after.external_ids);
        rows::replace(&mut tx, &key, &before, &after).await.map_err(&failed)?;
        rows::insert_tombstone(&mut tx, &key, &Tombstone { burial, external_ids }).await.map_err(&failed)?;
        tx.commit().await.map_err(&failed)?;
        self.mirror.wrote(&key, after);
        self.mirror.buried(&key, true);
        Ok(())
    }

    async fn unbury(&self, key: RecordKey, update: RecordUpdate) -> Result<(), StoreError> {
        let failed = cannot("remove a tombstone");
        let mut writer = self.writer.acquire().await.map_err(&failed)?;
        let mut tx = writer.begin_with(BEGIN).await.map_err(&failed)?;
        let after = updated(&mut tx, &key, update, &failed).await?;
        rows::delete_tombstone(&mut tx, &key).await.map_err(&failed)?;
        tx.commit().await.map_err(&failed)?;
        if let Some(after) = after {
            self.mirror.wrote(&key, after);
        }
        self.mirror.buried(&key, false);
        Ok(())
    }

    async fn forget(&self, key: RecordKey) -> Result<(), StoreError> {
        let failed = cannot("forget a record");
        let mut writer = self.writer.acquire().await.map_err(&failed)?;
        let mut tx = writer.begin_with(BEGIN).await.map_err(&failed)?;
        rows::delete_record(&mut tx, &key).await.map_err(&failed)?;
        rows::delete_tombstone(&mut tx, &key).await.map_err(&failed)?;
        tx.commit().await.map_err(&failed)?;
        self.mirror.wrote(&key, Record::default());
        self.mirror.buried(&key, false);
        Ok(())
    }

    /// Reads what memory does not hold of one page.
    async fn read(
        &self,
        target: &str,
        resource_type: &str,
        ids: &[String],
    ) -> Result<HashMap<String, Record>, StoreError> {
        let (mut found, missed) = self.mirror.look_up(target, resource_type, ids);
        if missed.is_empty() {
            return Ok(found);
        }
        let failed = cannot("read records");
        let mut reader = self.readers.acquire().await.map_err(&failed)?;
        for chunk in missed.chunks(rows::IDS_MAX) {
            let ids = chunk.iter().map(|missed| &missed.key.id);
            let mut read = rows::records(&mut reader, target, resource_type, ids).await.map_err(&failed)?;
            for missed in chunk {
                if let Some(record) = read.remove(&missed.key.id) {
                    self.mirror.offer(missed, &record);
                    found.insert(missed.key.id.clone(), record);
                }
            }
        }
        Ok(found)
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn record(&self, key: &RecordKey) -> Result<Option<Record>, StoreError> {
        let mut found = self.records(&key.target, &key.resource_type, std::slice::from_ref(&key.id)).await?;
        Ok(found.remove(&key.id))
    }

    async fn records(
        &self,
        target: &str,
        resource_type: &str,
        ids: &[String],
    ) -> Result<HashMap<String, Record>, StoreError> {
        self.inner.read(target, resource_type, ids).await
    }

    async fn put(&self, key: &RecordKey, update: RecordUpdate) -> Result<(), StoreError> {
        let key = key.clone();
        self.detached("write a record", |inner| async move { inner.put(key, update).await }).await
    }

    async fn id_by_external_id(
        &self,
        target: &str,
        resource_type: &str,
        credential: &str,
        external_id: &str,
    ) -> Result<Option<String>, StoreError> {
        if !self.inner.mirror.has_records(target, resource_type) {
            return Ok(None);
        }
        let failed = cannot("look up an external id");
        let mut reader = self.inner.readers.acquire().await.map_err(&failed)?;
        rows::owner(&mut reader, target, resource_type, credential, external_id).await.map_err(&failed)
    }

    async fn ids_by_kept(
        &self,
        target: &str,
        resource_type: &str,
        wanted: &[(String, String)],
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        if wanted.is_empty() || !self.inner.mirror.has_records(target, resource_type) {
            return Ok(Vec::new());
        }
        let failed = cannot("look up a kept value");
        let mut reader = self.inner.readers.acquire().await.map_err(&failed)?;
        let wanted: Vec<(String, String)> = wanted.iter().map(|(path, text)| (path.clone(), folded(text))).collect();
        rows::ids_by_kept(&mut reader, target, resource_type, &wanted, limit + 1).await.map_err(&failed)
    }

    async fn bury(&self, key: &RecordKey, burial: Burial) -> Result<(), StoreError> {
        let key = key.clone();
        self.detached("write a tombstone", |inner| async move { inner.bury(key, burial).await }).await
    }

    async fn unbury(&self, key: &RecordKey, update: RecordUpdate) -> Result<(), StoreError> {
        let key = key.clone();
        self.detached("remove a tombstone", |inner| async move { inner.unbury(key, update).await }).await
    }

    async fn forget(&self, key: &RecordKey) -> Result<(), StoreError> {
        let key = key.clone();
        self.detached("forget a record", |inner| async move { inner.forget(key).await }).await
    }

    async fn tombstone(&self, key: &RecordKey) -> Result<Option<Tombstone>, StoreError> {
        if !self.is_buried(key) {
            return Ok(None);
        }
        let failed = cannot("read a tombstone");
        let mut reader = self.inner.readers.acquire().await.map_err(&failed)?;
        rows::tombstone(&mut reader, key).await.map_err(&failed)
    }

    fn is_buried(&self, key: &RecordKey) -> bool {
        self.inner.mirror.is_buried(key)
    }

    fn buried(&self, target: &str, resource_type: &str) -> Arc<HashSet<String>> {
        self.inner.mirror.all_buried(target, resource_type)
    }

    fn has_record(&self, key: &RecordKey) -> bool {
        self.inner.mirror.has_record(key)
    }

    async fn ping(&self) -> Result<(), StoreError> {
        let failed = cannot("be written");
        let mut writer = self.inner.writer.acquire().await.map_err(&failed)?;
        rows::touch(&mut writer).await.map_err(&failed)
    }
}
