//! One target's use cases over its backend and the store.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use scim_core::discovery::Features;
use scim_core::{AttrSet, Change, Definition, Filter, Projection, Resource, ScimError, SearchRequest, Tags, version};
use serde_json::Value;

use super::list::{CURSOR_TIMEOUT, CursorKey, Seal, Snapshots};
use super::lock::Locks;
use super::members::Wishes;
use super::probe::Probing;
use super::version::stamp;
use super::{Caller, Failure, Listed, Readiness, Service, Terms};
use crate::backend::{Backend, Cx, Endpoint, Finding, Id, Kept, Query, WriteTrial};
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

/// What a POST of a deleted user's name does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnRecreate {
    /// The user comes back, if the request shows by externalId or employeeNumber that it is the same one.
    Revive,
    /// It is refused.
    Refuse,
    /// The deleted record is renamed, and a new one made.
    NewRecord,
}

/// What a POST of a group does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupCreate {
    /// It adopts the group of that name, else makes it.
    Create,
    /// It adopts the group of that name, else is refused.
    Adopt,
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
    /// What a POST of a deleted user's name does.
    pub on_recreate: OnRecreate,
    /// What a POST of a group does.
    pub group_create: GroupCreate,
    /// The most rows that one list may walk over.
    pub rows_max: usize,
    /// When an answer must be ready.
    pub deadline: Duration,
    /// What seals the cursors of lists.
    pub cursor_key: CursorKey,
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
    pub(super) seal: Seal,
    /// Counts our own writes: a total that is older than one of them is counted anew.
    pub(super) writes: AtomicU64,
    pub(super) probing: Probing,
    pub(super) wishes: Wishes,
    types: Vec<Arc<Definition>>,
}

/// The most resources of one page, and the number where the client does not say.
pub(super) const RESULTS_MAX: usize = 1_000;
pub(super) const RESULTS_DEFAULT: usize = RESULTS_MAX;

/// The longest time that looking at a target thoroughly takes.
const EXAMINE_TIMEOUT: Duration = Duration::from_secs(120);

impl TargetService {
    /// The use cases of a target. [`TargetService::watch`] has to be called for it to become ready.
    pub fn new(options: TargetOptions, backend: Arc<dyn Backend>, store: Arc<dyn Store>, clock: Clock) -> Self {
        let description = backend.describe();
        let types =
            [Endpoint::Users, Endpoint::Groups].into_iter().filter_map(|it| description.at(it).cloned()).collect();
        Self {
            seal: Seal::new(&options.cursor_key),
            options,
            backend,
            store,
            clock,
            locks: Locks::default(),
            snapshots: Snapshots::default(),
            writes: AtomicU64::new(0),
            probing: Probing::default(),
            wishes: Wishes::default(),
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
        let query = Query {
            endpoint: Endpoint::Users,
            filter: Some(filter),
            also: None,
            want,
            after: None,
            until: None,
            limit: RESULTS_DEFAULT,
        };
        Ok(self.backend.explain(&query))
    }

    /// The resource type User.
    pub(super) fn definition(&self) -> &Definition {
        &self.types[0]
    }

    /// The resource type of an endpoint.
    ///
    /// # Errors
    /// 404 when the target does not serve it.
    pub(super) fn definition_at(&self, endpoint: Endpoint) -> Result<&Definition, Failure> {
        let found = self.backend.describe().at(endpoint);
        found.map(AsRef::as_ref).ok_or_else(|| ScimError::plain(404, "this target serves no groups").into())
    }

    pub(super) fn cx(&self, caller: &Caller) -> Cx {
        let (journal, client) = (caller.journal.clone(), caller.client.clone());
        Cx { journal, client, ..Cx::new(caller.request_id.as_str(), self.options.deadline) }
    }

    /// The key of a user.
    pub(super) fn key(&self, id: &str) -> RecordKey {
        self.key_at(Endpoint::Users, id)
    }

    pub(super) fn key_at(&self, endpoint: Endpoint, id: &str) -> RecordKey {
        RecordKey::new(&self.options.name, type_name(endpoint), id)
    }

    pub(super) fn wrote(&self) {
        self.writes.fetch_add(1, Ordering::Relaxed);
    }

    /// There is no such user.
    pub(super) fn not_found(id: &str) -> Failure {
        Self::not_found_at(Endpoint::Users, id)
    }

    pub(super) fn not_found_at(endpoint: Endpoint, id: &str) -> Failure {
        ScimError::not_found(type_name(endpoint), id).into()
    }

    /// What the store has for a record; no I/O where it has nothing.
    pub(super) async fn stored(&self, key: &RecordKey) -> Result<Record, Failure> {
        if !self.store.has_record(key) {
            return Ok(Record::default());
        }
        Ok(self.store.record(key).await?.unwrap_or_default())
    }

    /// A whole user as this caller sees it, complete but for the projection.
    pub(super) fn dress(
        &self,
        caller: &Caller,
        base: &str,
        id: &Id,
        mut resource: Resource,
        stored: &Record,
    ) -> Resource {
        self.dress_as(self.definition(), caller, base, id, &mut resource, stored);
        stamp(self.definition(), &mut resource);
        resource
    }

    fn dress_as(
        &self,
        definition: &Definition,
        caller: &Caller,
        base: &str,
        id: &Id,
        resource: &mut Resource,
        stored: &Record,
    ) {
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
        self.refer(definition, "groups", Endpoint::Groups, base, resource);
        self.refer(definition, "members", Endpoint::Users, base, resource);
        resource.finish(definition);
    }

    /// Gives the elements of a list of references their URIs, and leaves out those that are gone for SCIM.
    fn refer(&self, definition: &Definition, name: &str, to: Endpoint, base: &str, resource: &mut Resource) {
        let (Some(list), Some(other)) = (definition.root(0, name), self.backend.describe().at(to)) else { return };
        let buried = self.store.buried(&self.options.name, type_name(to));
        let Some(Value::Array(elements)) = resource.get_mut(definition, list) else { return };
        elements.retain_mut(|element| {
            let Some(id) = element.get("value").and_then(Value::as_str).map(str::to_owned) else { return true };
            element["$ref"] = location(base, &other.resource_type().endpoint, &Id(id.clone())).into();
            !buried.contains(&id)
        });
        if elements.is_empty() {
            resource.remove(definition, list);
        }
    }

    /// A native resource with what is kept for it, as this caller sees it.
    pub(super) fn present(
        &self,
        caller: &Caller,
        endpoint: Endpoint,
        base: &str,
        id: &Id,
        native: Resource,
        stored: &Record,
    ) -> Resource {
        let Some(definition) = self.backend.describe().at(endpoint) else { return native };
        let mut whole = match endpoint {
            Endpoint::Users => self.backend.complete(native, &Kept(stored.kept.clone())),
            Endpoint::Groups => native,
        };
        self.dress_as(definition, caller, base, id, &mut whole, stored);
        whole
    }
}

/// The name of the resource type of an endpoint, by which the store knows it.
pub(super) fn type_name(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::Users => "User",
        Endpoint::Groups => "Group",
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
        Features {
            results_max: RESULTS_MAX,
            change_password: self.backend.describe().change_password,
            bulk_operations_max: super::bulk::operations_max(self.options.deadline),
            cursor_timeout_s: CURSOR_TIMEOUT.as_secs(),
        }
    }

    fn readiness(&self) -> Readiness {
        self.probing.readiness(&*self.backend)
    }

    async fn get(
        &self,
        caller: &Caller,
        endpoint: Endpoint,
        base: &str,
        id: &str,
        show: &Projection,
    ) -> Result<Resource, Failure> {
        let definition = self.definition_at(endpoint)?;
        let found = self.find(caller, endpoint, base, id, show).await?;
        let mut resource = found.ok_or_else(|| Self::not_found_at(endpoint, id))?;
        show.apply(definition, &mut resource);
        Ok(resource)
    }

    async fn list(
        &self,
        caller: &Caller,
        endpoint: Endpoint,
        base: &str,
        request: &SearchRequest,
    ) -> Result<Listed, Failure> {
        super::list::list(self, caller, &[endpoint], base, request).await
    }

    async fn search(&self, caller: &Caller, base: &str, request: &SearchRequest) -> Result<Listed, Failure> {
        let served = |endpoint: &Endpoint| self.backend.describe().at(*endpoint).is_some();
        let endpoints: Vec<Endpoint> = [Endpoint::Users, Endpoint::Groups].into_iter().filter(served).collect();
        super::list::list(self, caller, &endpoints, base, request).await
    }

    async fn create(
        &self,
        caller: &Caller,
        endpoint: Endpoint,
        base: &str,
        body: &Value,
        show: &Projection,
    ) -> Result<Resource, Failure> {
        let created = match endpoint {
            Endpoint::Users => super::write::create(self, caller, base, body).await?,
            Endpoint::Groups => super::groups::create(self, caller, base, body, show).await?,
        };
        self.shown(endpoint, show, created)
    }

    async fn replace(
        &self,
        caller: &Caller,
        endpoint: Endpoint,
        base: &str,
        id: &str,
        body: &Value,
        terms: &Terms,
    ) -> Result<Resource, Failure> {
        let Terms { only_if, show } = terms;
        let definition = self.definition_at(endpoint)?;
        let change = caller.client.reading(|notes| Change::from_put_with(definition, body, notes))?;
        let changed = match endpoint {
            Endpoint::Users => super::write::change(self, caller, base, id, change, only_if.as_ref()).await?,
            Endpoint::Groups => {
                super::groups::change(self, caller, id, change, only_if.as_ref()).await?;
                return self.get(caller, endpoint, base, id, show).await;
            }
        };
        self.shown(endpoint, show, changed)
    }

    async fn patch(
        &self,
        caller: &Caller,
        endpoint: Endpoint,
        base: &str,
        id: &str,
        body: &Value,
        terms: &Terms,
    ) -> Result<Option<Resource>, Failure> {
        let Terms { only_if, show } = terms;
        let definition = self.definition_at(endpoint)?;
        let change = caller.client.reading(|notes| Change::from_patch_with(definition, body, notes))?;
        match endpoint {
            Endpoint::Users => {
                let changed = super::write::change(self, caller, base, id, change, only_if.as_ref()).await?;
                self.shown(endpoint, show, changed).map(Some)
            }
            // No client needs the group again, which may have very many members (idp-clients reference, section 2.6).
            Endpoint::Groups => super::groups::change(self, caller, id, change, only_if.as_ref()).await.map(|()| None),
        }
    }

    async fn delete(
        &self,
        caller: &Caller,
        endpoint: Endpoint,
        id: &str,
        only_if: Option<&Tags>,
    ) -> Result<(), Failure> {
        match endpoint {
            Endpoint::Users => super::write::delete(self, caller, id, only_if).await,
            Endpoint::Groups => super::groups::delete(self, caller, id, only_if).await,
        }
    }

    async fn close(&self) {
        self.backend.close().await;
    }
}

impl TargetService {
    /// One resource by its id, with at least what a projection shows; none when it is not there or was deleted.
    pub(super) async fn find(
        &self,
        caller: &Caller,
        endpoint: Endpoint,
        base: &str,
        id: &str,
        show: &Projection,
    ) -> Result<Option<Resource>, Failure> {
        let definition = self.definition_at(endpoint)?;
        let want = version::wanted(definition, show);
        let mut found = self.find_within(&self.cx(caller), caller, endpoint, base, id, &want).await?;
        if let Some(resource) = &mut found
            && version::is_told(definition, show)
        {
            stamp(definition, resource);
        }
        Ok(found)
    }

    /// One resource by its id, without a version; none when it is not there or was deleted.
    pub(super) async fn find_within(
        &self,
        cx: &Cx,
        caller: &Caller,
        endpoint: Endpoint,
        base: &str,
        id: &str,
        want: &AttrSet,
    ) -> Result<Option<Resource>, Failure> {
        let key = self.key_at(endpoint, id);
        if self.store.is_buried(&key) {
            return Ok(None);
        }
        let id = Id(id.to_owned());
        let Some(native) = self.backend.get(cx, endpoint, &id, want).await? else { return Ok(None) };
        let stored = self.stored(&key).await?;
        Ok(Some(self.present(caller, endpoint, base, &id, native, &stored)))
    }

    fn shown(&self, endpoint: Endpoint, show: &Projection, mut resource: Resource) -> Result<Resource, Failure> {
        show.apply(self.definition_at(endpoint)?, &mut resource);
        Ok(resource)
    }
}
