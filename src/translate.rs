//! From SCIM to native calls and back, for every vendor without SCIM.
//!
//! Invariant: knows backend, scim-core and wire; knows no HTTP server, no SQL, no service, no store and no adapter by
//! name. A vendor is a [`Driver`]: pure, without async and without a client.

mod account;
mod canary;
mod change;
mod codec;
mod collation;
mod condition;
mod create;
mod directory;
mod examine;
mod fault;
mod fields;
pub mod groups;
mod keys;
mod likeness;
pub mod mapping;
mod members;
mod membership;
mod model;
mod names;
mod narrow;
mod optional;
mod password;
mod probe;
mod record;
mod revive;
mod translated;
mod walk;
mod write_groups;

use bytes::Bytes;
use http::Response;

use crate::wire::{Call, Fault, Protocol};
pub use account::Account;
pub use codec::{Case, Codec, InstantFormat};
pub use condition::{Condition, LikePart, Relation};
pub use model::{Access, Dialect, Fallback, Model, PasswordField, PasswordPolicy, Policy, Rule};
pub use names::{NameIds, NameModel};
pub use narrow::{Narrowed, Plan, narrow, narrow_indexed};
pub use password::Random;
pub use record::{FieldId, FieldTable, NativeValue, Record, RecordSeed};
pub use revive::Grants;
pub use translated::Translated;

/// Which of a vendor's objects an operation is about; the fields of each have numbers of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object {
    /// The users.
    Users,
    /// The groups of a kind, by its place among [`groups::Groups::kinds`].
    Groups(usize),
}

/// One native operation on the records of an object.
#[derive(Debug, Clone, PartialEq)]
pub enum NativeOp {
    /// One record by its key.
    Read {
        /// The key.
        key: String,
        /// The fields that will be looked at.
        fields: Vec<FieldId>,
    },
    /// Records in the order of their keys.
    Scan(Scan),
    /// A new record.
    Insert {
        /// Its fields; none is empty.
        values: Vec<(FieldId, NativeValue)>,
    },
    /// New values for some fields of a record.
    Update {
        /// The key.
        key: String,
        /// The fields; `None` clears.
        values: Vec<(FieldId, Option<NativeValue>)>,
    },
    /// A record's end.
    Remove {
        /// The key.
        key: String,
    },
    /// The description of the object's fields, at one of the places where vendors have it.
    Describe {
        /// Which place, counted from 0.
        place: usize,
    },
}

/// A step of a walk.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scan {
    /// What the vendor evaluates; none for every record.
    pub condition: Option<Condition>,
    /// The fields that will be looked at.
    pub fields: Vec<FieldId>,
    /// Keys from this one on, itself among them: the last row of the page before, whose presence proves the next page.
    pub from: Option<String>,
    /// Keys up to and including this one.
    pub until: Option<String>,
    /// At most so many rows.
    pub limit: usize,
}

impl Scan {
    /// The condition with the bounds of the walk, which are always kept; the rest is left out where it does not fit,
    /// because a superset is checked anyway.
    pub fn bounded(&self, key: FieldId, fits: impl Fn(&Condition) -> bool) -> Option<Condition> {
        let bound = |relation, value: &Option<String>| {
            value.as_ref().map(|value| Condition::Compare(key, relation, NativeValue::text(value)))
        };
        let mut parts: Vec<Condition> =
            self.condition.clone().filter(|condition| fits(condition)).into_iter().collect();
        parts.extend(bound(Relation::Ge, &self.from));
        parts.extend(bound(Relation::Le, &self.until));
        Condition::all(parts)
    }
}

/// What a native operation yields.
#[derive(Debug, Clone, PartialEq)]
pub enum NativeReply {
    /// For `Read`: the record.
    Record(Record),
    /// For `Scan`: the rows, as many as the vendor chose to give.
    Page(Vec<Record>),
    /// For `Scan`: rows, and the vendor's word that they are not the last.
    PageOfMore(Vec<Record>),
    /// For `Insert`: the new key, where the answer has it.
    Created(Option<String>),
    /// For `Update` and `Remove`.
    Done,
    /// For `Describe`: the names of the fields that exist.
    Fields(Vec<String>),
}

/// A vendor without SCIM: what its requests look like and what its answers mean.
pub trait Driver: Protocol + std::fmt::Debug {
    /// Fields, rules, dialect and policies.
    fn model(&self) -> &Model;
    /// The request for an operation.
    fn encode(&self, object: Object, op: &NativeOp) -> Call;
    /// What an answer means. Total: whatever comes is a reply or a fault.
    ///
    /// # Errors
    /// The fault that the answer stands for.
    fn decode(&self, object: Object, op: &NativeOp, answer: &Response<Bytes>) -> Result<NativeReply, Fault>;
    /// Whether a condition on users fits into one request. One that does not is left out of it.
    fn carries(&self, condition: &Condition) -> bool;
    /// At how many places the vendor may describe an object's fields, so that a mapping to a missing field is found at
    /// start.
    fn description_places(&self) -> usize;
}
