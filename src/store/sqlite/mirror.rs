//! What the store knows without asking the database.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use super::cache::{RecordCache, Ticket};
use crate::store::ids::Ids;
use crate::store::{Record, RecordKey};

/// Room for kept values: a hundred thousand external ids, or a few ten thousand records with attributes.
const CACHE_BYTES_MAX: u64 = 64 << 20;

pub(super) struct Mirror {
    present: RwLock<Ids>,
    buried: RwLock<Ids>,
    cache: RecordCache,
}

impl Mirror {
    pub(super) fn new(present: Ids, buried: Ids) -> Self {
        Self { present: RwLock::new(present), buried: RwLock::new(buried), cache: RecordCache::new(CACHE_BYTES_MAX) }
    }

    /// Publishes a committed write.
    pub(super) fn wrote(&self, key: &RecordKey, record: Record) {
        let present = !record.is_empty();
        self.cache.wrote(key, record);
        self.present.write().unwrap_or_else(PoisonError::into_inner).set(key, present);
    }

    /// Publishes a committed tombstone, or its end.
    pub(super) fn buried(&self, key: &RecordKey, buried: bool) {
        self.buried.write().unwrap_or_else(PoisonError::into_inner).set(key, buried);
    }

    pub(super) fn is_buried(&self, key: &RecordKey) -> bool {
        self.buried.read().unwrap_or_else(PoisonError::into_inner).contains(key)
    }

    pub(super) fn all_buried(&self, target: &str, resource_type: &str) -> Arc<HashSet<String>> {
        let buried = self.buried.read().unwrap_or_else(PoisonError::into_inner);
        buried.of(target, resource_type).cloned().unwrap_or_default()
    }

    pub(super) fn has_record(&self, key: &RecordKey) -> bool {
        self.present.read().unwrap_or_else(PoisonError::into_inner).contains(key)
    }

    pub(super) fn has_records(&self, target: &str, resource_type: &str) -> bool {
        self.present.read().unwrap_or_else(PoisonError::into_inner).of(target, resource_type).is_some()
    }

    /// What is known of these ids, and what must be read: an id for which nothing is kept is in neither.
    pub(super) fn look_up(
        &self,
        target: &str,
        resource_type: &str,
        ids: &[String],
    ) -> (HashMap<String, Record>, Vec<Ticket>) {
        let present: HashSet<&String> = {
            let present = self.present.read().unwrap_or_else(PoisonError::into_inner);
            let Some(present) = present.of(target, resource_type) else { return Default::default() };
            ids.iter().filter(|id| present.contains(*id)).collect()
        };
        let (mut found, mut missed) = (HashMap::new(), Vec::new());
        for id in present {
            match self.cache.get(RecordKey::new(target, resource_type, id)) {
                Ok(record) => {
                    found.insert(id.clone(), record);
                }
                Err(ticket) => missed.push(ticket),
            }
        }
        (found, missed)
    }

    /// Remembers what was read.
    pub(super) fn offer(&self, ticket: &Ticket, record: &Record) {
        self.cache.offer(ticket, record);
    }
}
