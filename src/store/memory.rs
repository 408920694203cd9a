//! The store in memory: for tests, and for a demo that leaves nothing behind.
//!
//! Invariant: every operation holds the one lock from its first look to its last, and never across an await.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::ids::Ids;
use super::kept_values::{folded, values_of};
use super::{Burial, ExternalIdUpdate, Record, RecordKey, RecordUpdate, Store, StoreError, Tombstone};

/// A [`Store`] that is gone with the process.
#[derive(Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    records: HashMap<RecordKey, Record>,
    /// The id that has an external id, by target, resource type, credential and external id.
    owners: HashMap<[String; 4], String>,
    tombstones: HashMap<RecordKey, Tombstone>,
    buried: Ids,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("records", &self.lock().records.len()).finish_non_exhaustive()
    }
}

impl State {
    fn replace(&mut self, key: &RecordKey, record: Record) {
        let owner = |credential: &String, value: &String| {
            [&key.target, &key.resource_type, credential, value].map(String::clone)
        };
        if let Some(before) = self.records.remove(key) {
            for (credential, value) in &before.external_ids {
                self.owners.remove(&owner(credential, value));
            }
        }
        for (credential, value) in &record.external_ids {
            self.owners.insert(owner(credential, value), key.id.clone());
        }
        if !record.is_empty() {
            self.records.insert(key.clone(), record);
        }
    }

    fn update(&mut self, key: &RecordKey, update: RecordUpdate) -> Result<(), StoreError> {
        if let ExternalIdUpdate::Set { credential, value } = &update.external_id
            && let Some(by) = self.owner(&key.target, &key.resource_type, credential, value)
            && *by != key.id
        {
            return Err(StoreError::ExternalIdTaken { by: by.clone() });
        }
        let record = self.records.get(key).cloned().unwrap_or_default().with(update);
        self.replace(key, record);
        Ok(())
    }

    fn owner(&self, target: &str, resource_type: &str, credential: &str, value: &str) -> Option<&String> {
        self.owners.get(&[target, resource_type, credential, value].map(str::to_owned))
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn record(&self, key: &RecordKey) -> Result<Option<Record>, StoreError> {
        Ok(self.lock().records.get(key).cloned())
    }

    async fn records(
        &self,
        target: &str,
        resource_type: &str,
        ids: &[String],
    ) -> Result<HashMap<String, Record>, StoreError> {
        let state = self.lock();
        let found = ids.iter().filter_map(|id| {
            let record = state.records.get(&RecordKey::new(target, resource_type, id))?;
            Some((id.clone(), record.clone()))
        });
        Ok(found.collect())
    }

    async fn put(&self, key: &RecordKey, update: RecordUpdate) -> Result<(), StoreError> {
        let mut state = self.lock();
        if state.tombstones.contains_key(key) {
            return Err(StoreError::Buried);
        }
        state.update(key, update)
    }

    async fn id_by_external_id(
        &self,
        target: &str,
        resource_type: &str,
        credential: &str,
        external_id: &str,
    ) -> Result<Option<String>, StoreError> {
        Ok(self.lock().owner(target, resource_type, credential, external_id).cloned())
    }

    async fn ids_by_kept(
        &self,
        target: &str,
        resource_type: &str,
        wanted: &[(String, String)],
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let wanted: Vec<(String, String)> = wanted.iter().map(|(path, text)| (path.clone(), folded(text))).collect();
        let state = self.lock();
        let own = state.records.iter().filter(|(key, _)| key.target == target && key.resource_type == resource_type);
        let holds = |record: &Record| {
            let values = values_of(&record.kept);
            wanted.iter().any(|value| values.contains(value))
        };
        let mut ids: Vec<String> = own.filter(|(_, record)| holds(record)).map(|(key, _)| key.id.clone()).collect();
        ids.sort_unstable();
        ids.truncate(limit + 1);
        Ok(ids)
    }

    async fn bury(&self, key: &RecordKey, burial: Burial) -> Result<(), StoreError> {
        let mut state = self.lock();
        if state.tombstones.contains_key(key) {
            return Ok(());
        }
        let mut record = state.records.get(key).cloned().unwrap_or_default();
        let external_ids = std::mem::take(&mut record.external_ids);
        state.replace(key, record);
        state.tombstones.insert(key.clone(), Tombstone { burial, external_ids });
        state.buried.set(key, true);
        Ok(())
    }

    async fn unbury(&self, key: &RecordKey, update: RecordUpdate) -> Result<(), StoreError> {
        let mut state = self.lock();
        state.update(key, update)?;
        state.tombstones.remove(key);
        state.buried.set(key, false);
        Ok(())
    }

    async fn forget(&self, key: &RecordKey) -> Result<(), StoreError> {
        let mut state = self.lock();
        state.replace(key, Record::default());
        state.tombstones.remove(key);
        state.buried.set(key, false);
        Ok(())
    }

    async fn tombstone(&self, key: &RecordKey) -> Result<Option<Tombstone>, StoreError> {
        Ok(self.lock().tombstones.get(key).cloned())
    }

    fn is_buried(&self, key: &RecordKey) -> bool {
        self.lock().tombstones.contains_key(key)
    }

    fn buried(&self, target: &str, resource_type: &str) -> Arc<HashSet<String>> {
        self.lock().buried.of(target, resource_type).cloned().unwrap_or_default()
    }

    fn has_record(&self, key: &RecordKey) -> bool {
        self.lock().records.contains_key(key)
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
