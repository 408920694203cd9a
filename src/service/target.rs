//! One target's use cases over its backend and the store.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use scim_core::discovery::Features;
use scim_core::{Change, Definition, Filter, Projection, Resource, ScimError};
use serde_json::Value;

use super::list::Snapshots;
use super::lock::Locks;
use super::probe::Probing;
use super::{Caller, Failure, ListRequest, Listed, Readiness, Service};
use crate::backend::{Backend, Cx, Finding, Id, Kept, WriteTrial};
use crate::store::{Record, RecordKey, Store};

/// What a DELETE does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDelete {
    /// The account is switched off and gone for SCIM.
    Disable,
    /// The record is deleted at the vendor.
    Delete,
    /// It is refused.
    Refuse,
}

/// Milliseconds since the epoch, injected.
#[derive(Clone)]
pub struct Clock(pub Arc<dyn Fn() -> i64 + Send + Sync>);

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// What an operator decided for one target, as far as the use cases care.
#[derive(Debug, Clone)]
pub struct TargetOptions {
    /// Its name.
    pub name: String,
    /// What a DELETE does.
    pub on_delete: OnDelete,
    /// The most rows that one list may walk over.
    pub rows_max: usize,
    /// When an answer must be ready.
    pub deadline: Duration,
}

/// The use cases of one target.
#[derive(Debug)]
pub struct TargetService {
    pub(super) options: TargetOptions,
    pub(super) backend: Arc<dyn Backend>,
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Clock,
    pub(super) locks: Locks,
    pub(super) snapshots: Snapshots,
    /// Counts our own writes: a total that is older than one of them is counted anew.
    pub(super) writes: AtomicU64,
    pub(super) probing: Probing,
    types: [Arc<Definition>; 1],
}

/// The most resources of one page, and the number where the client does not say.
pub(super) const RESULTS_MAX: usize = 1_000;
pub(super) const RESULTS_DEFAULT: usize = RESULTS_MAX;

/// The longest time that looking at a target thoroughly takes.
const EXAMINE_TIMEOUT: Duration = Duration::from_secs(120);

impl TargetService {
    /// The use cases of a target. [`TargetService::watch`] has to be called for it to become ready.
    pub fn new(options: TargetOptions, backend: Arc<dyn Backend>, store: Arc<dyn Store>, clock: Clock) -> Self {
        let types = [backend.describe().users.clone()];
        Self {
            options,
            backend,
            store,
            clock,
            locks: Locks::default(),
            snapshots: Snapshots::default(),
            writes: AtomicU64::new(0),
            probing: Probing::default(),
            types,
        }
    }

    /// Probes the target until it can be served, and whenever it cannot. Never ends; run it as a task of its own.
    pub async fn watch(self: Arc<Self>) {
        self.probing.run(&*self.backend, &self.options.name).await;
    }

    /// Looks thoroughly whether the target can be served as configured.
    pub async fn examine(&self, write: Option<&WriteTrial>) -> Vec<Finding> {
        self.backend.examine(&Cx::new("check", EXAMINE_TIMEOUT), write).await
    }

    /// What a filter would become, for `explain`.
    ///
    /// # Errors
    /// `invalidFilter`
    pub fn explain(&self, filter: &str) -> Result<crate::backend::Explained, ScimError> {
        let filter = Filter::parse(self.definition(), filter)?;
        let want = Projection::all().shown(self.definition());
        let query =
            crate::backend::Query { filter: Some(filter), want, after: None, until: None, limit: RESULTS_DEFAULT };
        Ok(self.backend.explain(&query))
    }

    pub(super) fn definition(&self) -> &Definition {
        &self.types[0]
    }

    pub(super) fn cx(&self, caller: &Caller) -> Cx {
        Cx { journal: caller.journal.clone(), ..Cx::new(caller.request_id.as_str(), self.options.deadline) }
    }

    pub(super) fn key(&self, id: &str) -> RecordKey {
        RecordKey::new(&self.options.name, &self.definition().resource_type().name, id)
    }

    pub(super) fn wrote(&self) {
        self.writes.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn not_found(&self, id: &str) -> Failure {
        ScimError::not_found(&self.definition().resource_type().name, id).into()
    }

    /// What the store has for a record; no I/O where it has nothing.
    pub(super) async fn stored(&self, key: &RecordKey) -> Result<Record, Failure> {
        if !self.store.has_record(key) {
            return Ok(Record::default());
        }
        Ok(self.store.record(key).await?.unwrap_or_default())
    }

    /// A resource as this caller sees it, complete but for the projection.
    pub(super) fn dress(
        &self,
        caller: &Caller,
        base: &str,
        id: &Id,
        mut resource: Resource,
        stored: &Record,
    ) -> Resource {
        let definition = self.definition();
        let common = definition.common();
        resource.set(definition, common.id, id.as_str().into());
        if let Some(external_id) = stored.external_ids.get(&caller.credential) {
            resource.set(definition, common.external_id, external_id.as_str().into());
        }
        let mut meta = |part: &str, value: Value| {
            if let Some(part) = definition.child(common.meta, part)
                && resource.get(definition, part).is_none()
            {
                resource.set(definition, part, value);
            }
        };
        let resource_type = definition.resource_type();
        meta("resourceType", resource_type.name.as_str().into());
        meta("location", location(base, &resource_type.endpoint, id).into());
        if let Some(at) = stored.created_at_ms.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok()) {
            meta("created", at.to_string().into());
        }
        resource.finish(definition);
        resource
    }

    /// A native resource with what is kept for it, as this caller sees it.
    pub(super) fn present(&self, caller: &Caller, base: &str, id: &Id, native: Resource, stored: &Record) -> Resource {
        let whole = self.backend.complete(native, &Kept(stored.kept.clone()));
        self.dress(caller, base, id, whole, stored)
    }
}

fn location(base: &str, endpoint: &str, id: &Id) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    format!("{base}{endpoint}/{}", utf8_percent_encode(id.as_str(), SEGMENT))
}

#[async_trait]
impl Service for TargetService {
    fn resource_types(&self) -> &[Arc<Definition>] {
        &self.types
    }

    fn features(&self) -> Features {
        Features { results_max: RESULTS_MAX, change_password: self.backend.describe().change_password }
    }

    fn readiness(&self) -> Readiness {
        self.probing.readiness(&*self.backend)
    }

    async fn get(&self, caller: &Caller, base: &str, id: &str, show: &Projection) -> Result<Resource, Failure> {
        let found = self.find(caller, base, id, &show.shown(self.definition())).await?;
        let mut resource = found.ok_or_else(|| self.not_found(id))?;
        show.apply(self.definition(), &mut resource);
        Ok(resource)
    }

    async fn list(&self, caller: &Caller, base: &str, request: &ListRequest) -> Result<Listed, Failure> {
        super::list::list(self, caller, base, request).await
    }

    async fn create(&self, caller: &Caller, base: &str, body: &Value, show: &Projection) -> Result<Resource, Failure> {
        let created = super::write::create(self, caller, base, body).await?;
        Ok(self.shown(show, created))
    }

    async fn replace(
        &self,
        caller: &Caller,
        base: &str,
        id: &str,
        body: &Value,
        show: &Projection,
    ) -> Result<Resource, Failure> {
        let change = Change::from_put(self.definition(), body)?;
        let changed = super::write::change(self, caller, base, id, change).await?;
        Ok(self.shown(show, changed))
    }

    async fn patch(
        &self,
        caller: &Caller,
        base: &str,
        id: &str,
        body: &Value,
        show: &Projection,
    ) -> Result<Resource, Failure> {
        let change = Change::from_patch(self.definition(), body)?;
        let changed = super::write::change(self, caller, base, id, change).await?;
        Ok(self.shown(show, changed))
    }

    async fn delete(&self, caller: &Caller, id: &str) -> Result<(), Failure> {
        super::write::delete(self, caller, id).await
    }

    async fn close(&self) {
        self.backend.close().await;
    }
}

impl TargetService {
    /// One resource by its id; none when it is not there or was deleted.
    pub(super) async fn find(
        &self,
        caller: &Caller,
        base: &str,
        id: &str,
        want: &scim_core::AttrSet,
    ) -> Result<Option<Resource>, Failure> {
        let key = self.key(id);
        if self.store.is_buried(&key) {
            return Ok(None);
        }
        let id = Id(id.to_owned());
        let Some(native) = self.backend.get(&self.cx(caller), &id, want).await? else { return Ok(None) };
        let stored = self.stored(&key).await?;
        Ok(Some(self.present(caller, base, &id, native, &stored)))
    }

    fn shown(&self, show: &Projection, mut resource: Resource) -> Resource {
        show.apply(self.definition(), &mut resource);
        resource
    }
}
