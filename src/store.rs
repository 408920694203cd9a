//! What the bridge keeps because a vendor cannot: external ids, attributes without a native field, tombstones.
//!
//! Everything belongs to a record of a vendor, named by [`RecordKey`]. The store decides nothing about SCIM: user names
//! arrive folded and times arrive as numbers.
//!
//! Invariants: knows no HTTP, no backend, no adapter, and of scim-core only how letter case is folded; has no clock; the promises on [`Store`] hold for
//! every implementation and are repeated, one test each, by the contract suite in `tests/it/store.rs`.

mod ids;
mod kept_values;
mod memory;
mod record;
mod sqlite;

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

pub use memory::MemoryStore;
pub use record::{Burial, ExternalIdUpdate, Record, RecordKey, RecordUpdate, Tombstone};
pub use sqlite::{OpenError, SqliteStore};

/// The state of the bridge, seen by the use cases.
///
/// Each write is atomic, and what it wrote is seen by every read that starts after it returned. A write whose future is
/// dropped happens wholly or not at all, and memory agrees with the disk in either case.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync {
    /// What is kept for one record, buried or not; `None` when nothing is.
    async fn record(&self, key: &RecordKey) -> Result<Option<Record>, StoreError>;

    /// What is kept for the records of one page, by id; an id for which nothing is kept is left out.
    async fn records(
        &self,
        target: &str,
        resource_type: &str,
        ids: &[String],
    ) -> Result<HashMap<String, Record>, StoreError>;

    /// Changes what is kept for one record. A record for which nothing is kept any more is gone.
    ///
    /// # Errors
    /// [`StoreError::ExternalIdTaken`] and [`StoreError::Buried`]; both leave everything as it was.
    async fn put(&self, key: &RecordKey, update: RecordUpdate) -> Result<(), StoreError>;

    /// The id of the record to which `credential` gave `external_id`, compared exactly. A buried record has none.
    async fn id_by_external_id(
        &self,
        target: &str,
        resource_type: &str,
        credential: &str,
        external_id: &str,
    ) -> Result<Option<String>, StoreError>;

    /// The ids of the records, buried ones among them, for which one of these texts is kept at its path: at least those for
    /// which SCIM takes it for equal. No more than `limit` and one, which says that there are too many.
    async fn ids_by_kept(
        &self,
        target: &str,
        resource_type: &str,
        wanted: &[(String, String)],
        limit: usize,
    ) -> Result<Vec<String>, StoreError>;

    /// Leaves a tombstone: the record is gone for SCIM although the vendor still has it.
    ///
    /// Its external ids move into the tombstone, so that they are free again; all else stays for a revival. A record that
    /// is buried already keeps its first tombstone.
    async fn bury(&self, key: &RecordKey, burial: Burial) -> Result<(), StoreError>;

    /// Takes the tombstone away, if there is one, and changes what is kept for the record: both or neither. The external
    /// ids that lie in the tombstone are not given back.
    ///
    /// # Errors
    /// [`StoreError::ExternalIdTaken`], which leaves everything as it was.
    async fn unbury(&self, key: &RecordKey, update: RecordUpdate) -> Result<(), StoreError>;

    /// Removes all that is kept for a record, its tombstone too: the vendor has it no more.
    async fn forget(&self, key: &RecordKey) -> Result<(), StoreError>;

    /// The tombstone of a record.
    async fn tombstone(&self, key: &RecordKey) -> Result<Option<Tombstone>, StoreError>;

    /// Whether the record has a tombstone. Never does I/O, so it is right when the database is down, too.
    fn is_buried(&self, key: &RecordKey) -> bool;

    /// The ids of all buried records of a resource type. Never does I/O.
    fn buried(&self, target: &str, resource_type: &str) -> Arc<HashSet<String>>;

    /// Whether anything is kept: `false` means that [`Store::record`] has nothing to tell. Never does I/O.
    fn has_record(&self, key: &RecordKey) -> bool;

    /// Whether the store can be written at present.
    async fn ping(&self) -> Result<(), StoreError>;
}

/// Why the store did not do what it was asked. Texts hold no kept value.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The credential gave this external id to another record already.
    #[error("the external id belongs to the record {by}")]
    ExternalIdTaken {
        /// The id of that record.
        by: String,
    },
    /// A buried record is not written until it is unburied.
    #[error("the record is buried")]
    Buried,
    /// The database failed. Whether a write was done is known by reading again.
    #[error("the store cannot {operation}")]
    Database {
        /// What was tried, as an infinitive.
        operation: &'static str,
        /// For the log.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
}
