//! Sets of ids per target and resource type, asked without allocating.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::RecordKey;

/// Ids in memory. Bounded by what is stored.
#[derive(Debug, Default)]
pub(super) struct Ids {
    by_target: HashMap<String, HashMap<String, Arc<HashSet<String>>>>,
}

impl Ids {
    pub(super) fn contains(&self, key: &RecordKey) -> bool {
        self.of(&key.target, &key.resource_type).is_some_and(|ids| ids.contains(&key.id))
    }

    /// The ids of one resource type; `None` when there are none.
    pub(super) fn of(&self, target: &str, resource_type: &str) -> Option<&Arc<HashSet<String>>> {
        self.by_target.get(target)?.get(resource_type).filter(|ids| !ids.is_empty())
    }

    /// Makes the key a member or not. A set that a reader still holds is copied, not changed under it.
    pub(super) fn set(&mut self, key: &RecordKey, member: bool) {
        if self.contains(key) == member {
            return;
        }
        let types = self.by_target.entry(key.target.clone()).or_default();
        let ids = Arc::make_mut(types.entry(key.resource_type.clone()).or_default());
        if member {
            ids.insert(key.id.clone());
        } else {
            ids.remove(&key.id);
        }
    }
}
