//! The store's rows, and what a change does to them, which is the same in every implementation.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Names a record of a vendor.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordKey {
    /// The target's name in the configuration.
    pub target: String,
    /// The name of the resource type, such as `User`.
    pub resource_type: String,
    /// The vendor's native key, which is the SCIM `id`.
    pub id: String,
}

impl RecordKey {
    /// The key of the record `id`.
    pub fn new(target: impl Into<String>, resource_type: impl Into<String>, id: impl Into<String>) -> Self {
        Self { target: target.into(), resource_type: resource_type.into(), id: id.into() }
    }
}

/// What is kept for one record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    /// The external id that each credential gave, by the credential's name.
    pub external_ids: BTreeMap<String, String>,
    /// Attributes for which the vendor has no field; every credential of the target sees the same.
    pub kept: Map<String, Value>,
    /// The folded userName of a record that the bridge created: a vendor's re-used id is noticed by it.
    pub user_name: Option<String>,
    /// When the bridge created the record, in Unix milliseconds.
    pub created_at_ms: Option<i64>,
}

impl Record {
    /// Whether nothing is kept: such a record is not stored.
    pub fn is_empty(&self) -> bool {
        self.external_ids.is_empty() && self.kept.is_empty() && self.user_name.is_none() && self.created_at_ms.is_none()
    }

    /// The record after `update`. Whether an external id is free is the store's question, not this function's.
    pub(super) fn with(mut self, update: RecordUpdate) -> Self {
        let RecordUpdate { kept, external_id, user_name, created_at_ms } = update;
        if let Some(kept) = kept {
            self.kept = kept;
        }
        match external_id {
            ExternalIdUpdate::Untouched => {}
            ExternalIdUpdate::Set { credential, value } => {
                self.external_ids.insert(credential, value);
            }
            ExternalIdUpdate::Clear { credential } => {
                self.external_ids.remove(&credential);
            }
        }
        self.user_name = user_name.or(self.user_name);
        self.created_at_ms = created_at_ms.or(self.created_at_ms);
        self
    }
}

/// A change of what is kept. The default changes nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RecordUpdate {
    /// The kept attributes from now on, whole; an empty map keeps none.
    pub kept: Option<Map<String, Value>>,
    /// The external id of one credential.
    pub external_id: ExternalIdUpdate,
    /// The folded userName, where it is to be set.
    pub user_name: Option<String>,
    /// The time of creation in Unix milliseconds, where it is to be set.
    pub created_at_ms: Option<i64>,
}

/// A change of an external id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ExternalIdUpdate {
    /// Stays as it is.
    #[default]
    Untouched,
    /// `value` from now on.
    Set {
        /// Whose external id.
        credential: String,
        /// The external id.
        value: String,
    },
    /// None from now on.
    Clear {
        /// Whose external id.
        credential: String,
    },
}

/// Who deleted a record, and when: what the caller knows of a [`Tombstone`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Burial {
    /// The folded userName that the record had.
    pub user_name: String,
    /// When, in Unix milliseconds.
    pub at_ms: i64,
    /// The credential that asked for it.
    pub credential: String,
}

/// What is left of a record that was deleted for SCIM and disabled at the vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    /// Who deleted it, and when.
    pub burial: Burial,
    /// The external ids that it had, by credential: a revival is recognised by them.
    pub external_ids: BTreeMap<String, String>,
}
