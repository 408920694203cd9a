//! What a target can do, as the service sees it: the trait [`Backend`] and its vocabulary.
//!
//! Invariant: knows scim-core; knows no HTTP server, no SQL, no HTTP client and no adapter.

mod error;
mod groups;
mod hurry;
mod kept;
mod query;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use scim_core::{AttrId, AttrSet, Change, Definition, Resource};

pub use error::{Applied, BackendError, BackendErrorKind, ChangeError, Retry};
pub use groups::{Candidate, Groups, GroupsDescription};
pub use hurry::Hurry;
pub use kept::{Kept, join, refuse_access, split};
pub use query::{Batch, Cursor, Explained, Query, Row};

use crate::telemetry::clients::Client;

/// The vendor's immutable key of a record, and the SCIM `id` made from it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(pub String);

impl Id {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The circumstances of a call: who asked, until when, and the record of what was sent.
#[derive(Debug, Clone)]
pub struct Cx {
    /// The id of the request, which is in the log and in error answers.
    pub request_id: Arc<str>,
    /// When the answer must be ready, on the monotonic clock.
    pub deadline: tokio::time::Instant,
    /// Disables have permits of their own, so that nothing can stand in their way.
    pub lane: Lane,
    /// Whether a disable waits for what this request holds.
    pub hurry: Hurry,
    /// The native calls made so far.
    pub journal: Arc<Journal>,
    /// Who asks, as far as something is forgiven to it.
    pub client: Arc<Client>,
}

impl Cx {
    /// A fresh journal, the ordinary lane, and a client of whom nothing is known.
    pub fn new(request_id: impl Into<Arc<str>>, within: Duration) -> Self {
        Self {
            request_id: request_id.into(),
            deadline: tokio::time::Instant::now() + within,
            lane: Lane::Ordinary,
            hurry: Hurry::default(),
            journal: Arc::default(),
            client: Arc::default(),
        }
    }

    /// The same call in the lane for disables.
    #[must_use]
    pub fn disabling(&self) -> Self {
        Self { lane: Lane::Disable, ..self.clone() }
    }
}

/// Which permits a native call uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Everything but disables.
    Ordinary,
    /// Switching accounts off, and the reads that belong to it.
    Disable,
}

/// One native call as it was made: enough to explain and to audit, without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NativeCall {
    /// The HTTP method.
    pub method: String,
    /// Path and query, decoded for reading.
    pub target: String,
    /// The body with passwords hidden, where there was one.
    pub body: Option<String>,
    /// The status, or none when no answer came.
    pub status: Option<u16>,
    /// How long it took.
    pub duration: Duration,
}

/// The native calls of one request, in order.
#[derive(Debug, Default)]
pub struct Journal(std::sync::Mutex<Vec<NativeCall>>);

impl Journal {
    /// Adds a call.
    pub fn push(&self, call: NativeCall) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(call);
    }

    /// What was called so far.
    pub fn calls(&self) -> Vec<NativeCall> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

/// Where resources are served (RFC 7644 section 3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `/Users`
    Users,
    /// `/Groups`
    Groups,
}

/// What a target is: data, known without I/O.
#[derive(Debug, Clone)]
pub struct Description {
    /// `bmc-ar`, `ivanti`.
    pub kind: &'static str,
    /// The resource type User as this target serves it.
    pub users: Arc<Definition>,
    /// The groups, where the target serves them.
    pub groups: Option<GroupsDescription>,
    /// Where each writable attribute of a user lives.
    pub storage: Storage,
    /// The attribute in which the vendor's own unique name lives: `userName`.
    pub user_name: AttrId,
    /// Whether the vendor has a field for `externalId`.
    pub native_external_id: bool,
    /// Whether a password can be set after creation.
    pub change_password: bool,
    /// Whether a create that finds its name taken makes the existing record the resource.
    pub adopts: bool,
}

impl Description {
    /// The resource type that is served at an endpoint.
    pub fn at(&self, endpoint: Endpoint) -> Option<&Arc<Definition>> {
        match endpoint {
            Endpoint::Users => Some(&self.users),
            Endpoint::Groups => self.groups.as_ref().map(|groups| &groups.definition),
        }
    }
}

/// Which attributes the vendor holds, whole or in part; the bridge keeps the rest.
#[derive(Debug, Clone, Default)]
pub struct Storage {
    /// Attributes and parts with a native field.
    pub native: AttrSet,
    /// Multi-valued attributes of which the vendor holds the value of one element.
    pub one_value: AttrSet,
    /// Attributes (roots) that are neither native nor may be kept, because they bear access.
    pub refused: AttrSet,
    /// Whether what the vendor has no field for is kept at all.
    pub keep: bool,
}

/// What a write left behind.
#[derive(Debug, Clone)]
pub struct Written {
    /// The record's key.
    pub id: Id,
    /// The whole resource as the vendor holds it now, joined with what is kept.
    pub resource: Resource,
    /// What the bridge has to keep for it from now on.
    pub kept: Kept,
    /// Whether anything was written to the vendor at all.
    pub changed: bool,
}

/// One finding of a probe, for operators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What was found and what to change.
    pub text: String,
}

/// Whose record is written back unchanged to see whether the service account may write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteTrial {
    /// The service account's own.
    ServiceAccount,
    /// The user's of this native login name.
    User(String),
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// As it should be.
    Good,
    /// Works, but somebody should look.
    Warning,
    /// The target cannot be served as configured.
    Fault,
}

/// A target. Ids are the vendor's immutable keys; a missing record is `None` or [`BackendErrorKind::NotFound`], and is
/// said only when absence is established.
#[async_trait]
pub trait Backend: fmt::Debug + Send + Sync {
    /// Types, schemas and capabilities.
    fn describe(&self) -> &Description;

    /// A user as clients see it: what the vendor holds, what is kept for it, and what follows from both.
    fn complete(&self, native: Resource, kept: &Kept) -> Resource;

    /// What a query would become, without I/O.
    fn explain(&self, query: &Query) -> Explained;

    /// One record, as far as the vendor holds it. `want` names the attributes that will be looked at.
    async fn get(&self, cx: &Cx, endpoint: Endpoint, id: &Id, want: &AttrSet)
    -> Result<Option<Resource>, BackendError>;

    /// One batch of a walk in the order of ids over a superset of what satisfies the query's filter.
    async fn scan(&self, cx: &Cx, query: &Query) -> Result<Batch, BackendError>;

    /// What can be done with groups, where the target serves them.
    fn groups(&self) -> Option<&dyn Groups>;

    /// Creates a user, after making sure that nothing has its unique name. Confirmed by reading.
    async fn create(&self, cx: &Cx, new: &Resource) -> Result<Written, BackendError>;

    /// Applies a change to a user: reads, resolves, writes what differs, confirms by reading. Switching off comes first and
    /// stands alone. `kept` is what the bridge keeps for the record.
    async fn change(&self, cx: &Cx, id: &Id, change: &Change, kept: &Kept) -> Result<Written, ChangeError>;

    /// Makes a deleted record what a create of `new` asks for, but for the state of the account: writes the attributes,
    /// takes away the groups, roles and licences that the record still has and `new` does not ask for, and gives it a
    /// new password. Confirmed by reading. A record that may not be switched on although `new` wants it is refused
    /// before anything is written.
    async fn revive(&self, cx: &Cx, id: &Id, new: &Resource) -> Result<Written, BackendError>;

    /// Renames a deleted record, so that `name` is free for another one. Confirmed by reading; nothing is done when the
    /// record does not have the name any more. One that is in use is refused.
    async fn set_aside(&self, cx: &Cx, id: &Id, name: &str) -> Result<(), BackendError>;

    /// Deletes a user for good.
    async fn delete(&self, cx: &Cx, id: &Id) -> Result<(), BackendError>;

    /// Looks whether the target can be served as configured.
    async fn probe(&self, cx: &Cx) -> Vec<Finding>;

    /// The same more thoroughly, for an operator who asks: page limits as well, and the right to write where somebody's
    /// record may be written back unchanged.
    async fn examine(&self, cx: &Cx, write: Option<&WriteTrial>) -> Vec<Finding>;

    /// Whether the target answered last, for readiness: none when it was not asked yet.
    fn last_state(&self) -> Option<Result<(), String>>;

    /// Ends sessions.
    async fn close(&self);
}
