//! The vendor's side of the tour: its records and its journal, read past its API.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;
use simulators::bmc::Bmc;
use simulators::control::{Entry, Record};
use simulators::ivanti::Ivanti;

/// Which record: the vendor's name for its kind, and its key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RecordId {
    pub(super) object: &'static str,
    pub(super) key: String,
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record {} of {}", self.key, self.object)
    }
}

/// Records of users and of groups.
pub(super) type Records = BTreeMap<RecordId, Record>;

/// One target's vendor.
#[derive(Debug)]
pub(super) enum Side {
    Bmc(Bmc),
    Ivanti(Ivanti),
}

impl Side {
    /// The target's name in the demo's configuration.
    pub(super) fn target(&self) -> &'static str {
        match self {
            Self::Bmc(_) => "bmc",
            Self::Ivanti(_) => "ivanti",
        }
    }

    /// What the vendor calls its users.
    pub(super) fn users(&self) -> &'static str {
        match self {
            Self::Bmc(_) => "User",
            Self::Ivanti(_) => "employees",
        }
    }

    /// What the vendor calls its groups.
    pub(super) fn groups(&self) -> &'static str {
        match self {
            Self::Bmc(_) => "Group",
            Self::Ivanti(_) => "standarduserteams",
        }
    }

    /// The field that holds a record's key.
    fn key(&self) -> &'static str {
        match self {
            Self::Bmc(_) => "Request ID",
            Self::Ivanti(_) => "RecId",
        }
    }

    /// What the vendor itself writes whenever a record is written.
    pub(super) fn stamps(&self) -> &'static [&'static str] {
        match self {
            Self::Bmc(_) => &["Last Modified By", "Modified Date", "Status History"],
            Self::Ivanti(_) => &["LastModBy", "LastModDateTime"],
        }
    }

    /// What the vendor itself writes when a record is made, [`Side::stamps`] apart.
    pub(super) fn birthmarks(&self) -> &'static [&'static str] {
        match self {
            Self::Bmc(_) => &["Request ID", "Creator", "Submitter", "Create Date", "Unique Identifier", "Instance ID"],
            Self::Ivanti(_) => &["RecId", "CreatedBy", "CreatedDateTime"],
        }
    }

    /// All users and groups, whole; fields without a value are left out.
    pub(super) fn records(&self) -> Records {
        let mut records = Records::new();
        for object in [self.users(), self.groups()] {
            let all = match self {
                Self::Bmc(bmc) => bmc.records(object),
                Self::Ivanti(ivanti) => ivanti.records(object),
            };
            records.extend(all.into_iter().map(|mut record| {
                record.retain(|_, value| !value.is_null());
                let key = record.get(self.key()).and_then(Value::as_str).unwrap_or_default().to_owned();
                (RecordId { object, key }, record)
            }));
        }
        records
    }

    fn journal(&self) -> Vec<Entry> {
        match self {
            Self::Bmc(bmc) => bmc.control().journal().entries(),
            Self::Ivanti(ivanti) => ivanti.control().journal().entries(),
        }
    }

    /// The number of the newest native call.
    pub(super) fn last_ordinal(&self) -> u64 {
        self.journal().last().map_or(0, |entry| entry.ordinal)
    }

    /// The native calls since then.
    pub(super) fn calls_after(&self, ordinal: u64) -> Vec<Entry> {
        self.journal().into_iter().filter(|entry| entry.ordinal > ordinal).collect()
    }
}
