//! The use cases: the only place that joins scim-core, the store and a backend.
//!
//! Invariant: knows no HTTP server, no HTTP client, no SQL, no adapter and no mapping.

mod bulk;
mod external_id;
mod failure;
mod groups;
mod list;
mod lock;
mod members;
mod probe;
mod revive;
mod target;
mod version;
mod write;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use scim_core::discovery::Features;
use scim_core::messages::Paging;
use scim_core::{Definition, Profile, Projection, Resource, ScimError, SearchRequest, Tags};
use serde_json::Value;

pub use crate::backend::Endpoint;
use crate::backend::Journal;
use crate::telemetry::clients::Client;
pub use bulk::{Ledger, carry_out};
pub use list::CursorKey;
pub use target::{Clock, GroupCreate, OnDelete, OnRecreate, TargetOptions, TargetService};

/// Who calls: an authenticated credential.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The credential's name in the configuration.
    pub credential: String,
    /// The id of the request.
    pub request_id: String,
    /// The native calls made for the request so far.
    pub journal: Arc<Journal>,
    /// What is forgiven to it.
    pub client: Arc<Client>,
}

impl Caller {
    /// A caller of whom nothing is known, and whose request has made no native call yet.
    pub fn new(credential: impl Into<String>, request_id: impl Into<String>) -> Self {
        Self::of(Arc::new(Client::new(credential, Profile::Auto)), request_id)
    }

    /// The caller that a client is, in one request.
    pub fn of(client: Arc<Client>, request_id: impl Into<String>) -> Self {
        let credential = client.credential().to_owned();
        Self { credential, request_id: request_id.into(), journal: Arc::default(), client }
    }
}

/// A failed use case, as the client will see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// Status, `scimType` and detail.
    pub error: ScimError,
    /// For 429 and 503.
    pub retry_after: Option<Duration>,
    /// For the log and operators only: redacted, never sent.
    pub internal: Option<String>,
}

impl From<ScimError> for Failure {
    fn from(error: ScimError) -> Self {
        Self { error, retry_after: None, internal: None }
    }
}

/// A page.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The resources of the page, finished for the client.
    pub resources: Vec<Resource>,
    /// Where it stands among the others.
    pub paging: Paging,
    /// How old the walk is from which the total comes, where it was not made for this page.
    pub age: Option<Duration>,
}

/// What a client's write depends on, and what of the resource is answered.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// The versions that the write is for: in any other one the resource stays as it is, and the answer is 412 (RFC 7644
    /// section 3.14).
    pub only_if: Option<Tags>,
    /// What is shown.
    pub show: Projection,
}

/// How a target does, for `/readyz`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// It answered when it was asked last.
    Ready,
    /// It was not asked yet; writes wait.
    Probing,
    /// It did not answer, or not sensibly; why, in our own words.
    Unavailable(String),
}

/// The use cases of one target, as the HTTP layer calls them. `only_if` as in [`Terms`]. `base` is the SCIM root under which the request came in,
/// without a slash at its end (`https://bridge.example.com/scim/v2`): `meta.location` begins with it.
#[async_trait]
pub trait Service: Send + Sync {
    /// The resource types that the target serves, in the order of the discovery documents.
    fn resource_types(&self) -> &[Arc<Definition>];

    /// What the target can do, for `/ServiceProviderConfig`.
    fn features(&self) -> Features;

    /// How the target does.
    fn readiness(&self) -> Readiness;

    /// `GET /Users/{id}`, `GET /Groups/{id}`
    async fn get(
        &self,
        caller: &Caller,
        endpoint: Endpoint,
        base: &str,
        id: &str,
        show: &Projection,
    ) -> Result<Resource, Failure>;

    /// `GET /Users`, `GET /Groups`, `POST /Users/.search`, `POST /Groups/.search`
    async fn list(
        &self,
        caller: &Caller,
        endpoint: Endpoint,
        base: &str,
        request: &SearchRequest,
    ) -> Result<Listed, Failure>;

    /// `POST /.search`: a list over all resource types, in the order of the discovery documents.
    async fn search(&self, caller: &Caller, base: &str, request: &SearchRequest) -> Result<Listed, Failure>;

    /// `POST /Users`, `POST /Groups`
    async fn create(
        &self,
        caller: &Caller,
        endpoint: Endpoint,
        base: &str,
        body: &Value,
        show: &Projection,
    ) -> Result<Resource, Failure>;

    /// `PUT /Users/{id}`, `PUT /Groups/{id}`
    async fn replace(
        &self,
        caller: &Caller,
        endpoint: Endpoint,
        base: &str,
        id: &str,
        body: &Value,
        terms: &Terms,
    ) -> Result<Resource, Failure>;

    /// `PATCH /Users/{id}`, `PATCH /Groups/{id}`. None where the resource is not sent back.
    async fn patch(
        &self,
        caller: &Caller,
        endpoint: Endpoint,
        base: &str,
        id: &str,
        body: &Value,
        terms: &Terms,
    ) -> Result<Option<Resource>, Failure>;

    /// `DELETE /Users/{id}`, `DELETE /Groups/{id}`
    async fn delete(
        &self,
        caller: &Caller,
        endpoint: Endpoint,
        id: &str,
        only_if: Option<&Tags>,
    ) -> Result<(), Failure>;

    /// Ends sessions at the vendor.
    async fn close(&self);
}
