//! A bounded cache of kept values that never gives back what a write has replaced.
//!
//! Invariant: what was read from the database before a write was published is never put in after it. A reader takes a
//! [`Ticket`] before it reads; a write makes the tickets of its key void.

use std::sync::{Mutex, MutexGuard, PoisonError};

use moka::sync::Cache;

use crate::store::{Record, RecordKey};

/// Keys that share a stripe spoil one another's tickets, which costs a read and nothing else.
const STRIPES: usize = 256;

pub(super) struct RecordCache {
    records: Cache<RecordKey, Record>,
    /// How many writes each stripe has seen.
    writes: [Mutex<u64>; STRIPES],
    hasher: std::hash::RandomState,
}

/// The right to put in what is read from the database from now on.
pub(super) struct Ticket {
    pub(super) key: RecordKey,
    writes: u64,
}

impl RecordCache {
    /// A cache that holds about `bytes_max` bytes.
    pub(super) fn new(bytes_max: u64) -> Self {
        let records = Cache::builder().max_capacity(bytes_max).weigher(weigh).build();
        Self { records, writes: [const { Mutex::new(0) }; STRIPES], hasher: std::hash::RandomState::new() }
    }

    /// The record, or what allows to put it in once it was read.
    pub(super) fn get(&self, key: RecordKey) -> Result<Record, Ticket> {
        match self.records.get(&key) {
            Some(record) => Ok(record),
            None => Err(Ticket { writes: *self.stripe(&key), key }),
        }
    }

    /// Puts in what a reader found, unless there was a write since.
    pub(super) fn offer(&self, ticket: &Ticket, record: &Record) {
        let writes = self.stripe(&ticket.key);
        if *writes == ticket.writes {
            self.records.insert(ticket.key.clone(), record.clone());
        }
    }

    /// Publishes a write.
    pub(super) fn wrote(&self, key: &RecordKey, record: Record) {
        let mut writes = self.stripe(key);
        *writes += 1;
        if record.is_empty() {
            self.records.invalidate(key);
        } else {
            self.records.insert(key.clone(), record);
        }
    }

    fn stripe(&self, key: &RecordKey) -> MutexGuard<'_, u64> {
        use std::hash::BuildHasher;
        let stripes = u64::try_from(STRIPES).expect("a few hundred");
        let stripe = usize::try_from(self.hasher.hash_one(key) % stripes).expect("below STRIPES");
        self.writes[stripe].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// About the bytes that an entry takes.
fn weigh(key: &RecordKey, record: &Record) -> u32 {
    const ENTRY: usize = 300;
    let key = key.target.len() + key.resource_type.len() + key.id.len();
    let external_ids: usize =
        record.external_ids.iter().map(|(credential, value)| 64 + credential.len() + value.len()).sum();
    let kept: usize = record.kept.iter().map(|(name, value)| 64 + name.len() + size(value)).sum();
    u32::try_from(ENTRY + key + external_ids + kept).unwrap_or(u32::MAX)
}

fn size(value: &serde_json::Value) -> usize {
    use serde_json::Value;
    32 + match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(members) => members.iter().map(|(name, value)| 64 + name.len() + size(value)).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Record {
        Record { user_name: Some(name.to_owned()), ..Record::default() }
    }

    #[test]
    fn what_was_read_before_a_write_is_not_put_in_after_it() {
        let (cache, key) = (RecordCache::new(1 << 20), RecordKey::new("bmc", "User", "1"));
        let early = cache.get(key.clone()).expect_err("the cache is empty");
        cache.wrote(&key, Record::default());
        cache.offer(&early, &named("old"));
        let late = cache.get(key.clone()).expect_err("the ticket was void");

        cache.offer(&late, &named("new"));
        assert_eq!(cache.get(key).ok(), Some(named("new")));
    }

    #[test]
    fn a_reader_does_not_replace_what_a_writer_put_in() {
        let (cache, key) = (RecordCache::new(1 << 20), RecordKey::new("bmc", "User", "1"));
        let early = cache.get(key.clone()).expect_err("the cache is empty");
        cache.wrote(&key, named("new"));
        cache.offer(&early, &named("old"));
        assert_eq!(cache.get(key).ok(), Some(named("new")));
    }

    #[test]
    fn the_cache_is_bounded_by_bytes() {
        let cache = RecordCache::new(100_000);
        for id in 0..2_000 {
            cache.wrote(&RecordKey::new("bmc", "User", id.to_string()), named(&"n".repeat(1_000)));
        }
        cache.records.run_pending_tasks();
        assert!(cache.records.weighted_size() <= 100_000);
        assert!(cache.records.entry_count() > 0);
    }
}
