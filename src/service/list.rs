//! Lists: lookups by a unique key, and walks with stable pages and true totals.
//!
//! A page is cut from a *snapshot*: the ids that satisfied the filter when it was walked, in the order of ids. The first
//! page walks, unless a walk is a few seconds old and nothing was written since; later pages read their range of ids.
//! A directory that changes meanwhile therefore neither repeats nor skips a row in a client's series of pages.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use scim_core::filter::matches;
use scim_core::messages::Window;
use scim_core::{AttrSet, Definition, Filter, Resource, ScimError, version};
use tokio::time::Instant;

use super::target::{RESULTS_DEFAULT, RESULTS_MAX, type_name};
use super::version::stamp;
use super::{Caller, Failure, ListRequest, Listed, TargetService};
use crate::backend::{BackendError, BackendErrorKind, Cursor, Cx, Endpoint, Id, Query, Row};
use crate::store::Record;

/// How long a walk that took many native calls serves further first pages; a cheap one is made anew.
const FRESH: Duration = Duration::from_secs(5);
/// A walk of at most so many native calls is cheap.
const CHEAP: usize = 5;
/// How long a walk serves the later pages of a series.
const KEPT: Duration = Duration::from_secs(600);
/// The most ids that are remembered over all walks of a target.
const IDS_MAX: u64 = 2_000_000;
/// So many comparisons are looked up among kept values, and so many records are asked for by what was found; beyond that
/// a walk is no worse.
const KEPT_MAX: usize = 20;
/// What an id takes, about.
const ID_BYTES: usize = 40;

/// The ids of one walk.
#[derive(Debug)]
struct Snapshot {
    ids: Vec<Id>,
    at: Instant,
    writes: u64,
    calls: usize,
    /// The position up to which it has served pages.
    served: AtomicUsize,
}

impl Snapshot {
    /// Whether it may serve a later page: the one behind those that it has served, or any while it is fresh. A window
    /// that somebody looks at now and then is no series, and is to show what is there now.
    fn serves_later_pages(&self, window: &Window, writes: u64) -> bool {
        let next = self.served.load(Ordering::Relaxed) + 1;
        window.start_index == next || (self.writes == writes && self.at.elapsed() < FRESH)
    }

    fn note(&self, window: &Window) {
        let end = (window.start_index - 1).saturating_add(window.count).min(self.ids.len());
        self.served.store(end, Ordering::Relaxed);
    }

    fn serves_first_pages(&self, writes: u64) -> bool {
        self.calls > CHEAP && self.writes == writes && self.at.elapsed() < FRESH
    }
}

/// Who asked for what: the credential, the endpoint, the filter.
type Asked = (String, Endpoint, String);

/// The walks of one target, by who asked for what.
#[derive(Debug)]
pub(super) struct Snapshots(moka::sync::Cache<Asked, Arc<Snapshot>>);

impl Default for Snapshots {
    fn default() -> Self {
        // A filter takes room as well: in that of an id, about.
        let weigh = |(_, _, filter): &Asked, walk: &Arc<Snapshot>| {
            u32::try_from(walk.ids.len() + 1 + filter.len() / ID_BYTES).unwrap_or(u32::MAX)
        };
        Self(moka::sync::Cache::builder().max_capacity(IDS_MAX).weigher(weigh).time_to_live(KEPT).build())
    }
}

/// A window of a list, before it is projected.
struct Page {
    resources: Vec<Resource>,
    total_results: usize,
    age: Option<Duration>,
}

/// What one list needs everywhere.
struct Listing<'a> {
    service: &'a TargetService,
    caller: &'a Caller,
    endpoint: Endpoint,
    definition: &'a Definition,
    base: &'a str,
    cx: Cx,
    filter: Option<Filter>,
    /// The records by whose kept values the filter may hold, where they were looked up.
    also: Option<Vec<Id>>,
    /// What is shown.
    want: AttrSet,
    window: Window,
}

/// `GET /Users`, `GET /Groups`
pub(super) async fn list(
    service: &TargetService,
    caller: &Caller,
    endpoint: Endpoint,
    base: &str,
    request: &ListRequest,
) -> Result<Listed, Failure> {
    let definition = service.definition_at(endpoint)?;
    let read = |text: &str| caller.client.reading(|notes| Filter::parse_with(definition, text, notes));
    let filter = request.filter.as_deref().map(read).transpose()?;
    if filter.as_ref().is_some_and(|it| it.attributes(definition).contains(version::attribute(definition))) {
        return Err(ScimError::invalid_filter("'meta.version' cannot be filtered by: compare it in If-Match").into());
    }
    let want = version::wanted(definition, &request.projection);
    let window = Window::new(request.start_index, request.count, RESULTS_DEFAULT, RESULTS_MAX);
    let cx = service.cx(caller);
    let listing = Listing { service, caller, endpoint, definition, base, cx, filter, also: None, want, window };
    let listing = listing.with_kept().await;
    let Page { mut resources, total_results, age } = match listing.lookup().await? {
        Some(found) => listing.cut(found),
        None => listing.page(request.filter.as_deref().unwrap_or_default()).await?,
    };
    let told = version::is_told(definition, &request.projection);
    for resource in &mut resources {
        if told {
            stamp(definition, resource);
        }
        request.projection.apply(definition, resource);
    }
    Ok(Listed { resources, total_results, start_index: window.start_index, age })
}

impl Listing<'_> {
    /// Looks up the records by what the bridge keeps for them, so that a filter on kept attributes need not walk over all.
    async fn with_kept(mut self) -> Self {
        let service = self.service;
        let description = service.backend.describe();
        let keeps = self.endpoint == Endpoint::Users && description.storage.keep;
        let looks_up = |filter: &&Filter| filter.required_text(description.user_name).is_none();
        let Some(filter) = self.filter.as_ref().filter(|_| keeps).filter(looks_up) else { return self };
        let texts = filter.equal_texts();
        let wanted: Vec<(String, String)> =
            texts.into_iter().map(|(attribute, text)| (self.definition.path(attribute), text.to_owned())).collect();
        if wanted.is_empty() || wanted.len() > KEPT_MAX {
            return self;
        }
        let found = service.store.ids_by_kept(&service.options.name, type_name(self.endpoint), &wanted, KEPT_MAX).await;
        // Without an answer the walk is as right as ever.
        self.also = found.ok().filter(|ids| ids.len() <= KEPT_MAX).map(|ids| ids.into_iter().map(Id).collect());
        self
    }

    /// The answer when the filter names a unique key: at most one resource, by one native call.
    async fn lookup(&self) -> Result<Option<Vec<Resource>>, Failure> {
        let Some(filter) = &self.filter else { return Ok(None) };
        let common = self.definition.common();
        let description = self.service.backend.describe();
        let keeps_external_ids = self.endpoint == Endpoint::Groups || !description.native_external_id;
        let id = match (filter.required_text(common.id), filter.required_text(common.external_id)) {
            (Some(id), _) => Some(Some(id.to_owned())),
            (None, Some(external_id)) if keeps_external_ids => Some(self.by_external_id(external_id).await?),
            _ => None,
        };
        if let Some(id) = id {
            return match id {
                Some(id) => self.by_id(filter, &id).await.map(Some),
                None => Ok(Some(Vec::new())),
            };
        }
        let name = match self.endpoint {
            Endpoint::Users => Some(description.user_name),
            Endpoint::Groups => description.groups.as_ref().map(|groups| groups.name),
        };
        if name.is_none_or(|name| filter.required_text(name).is_none()) {
            return Ok(None);
        }
        let mut found = Vec::new();
        self.walk(None, |row, _| found.push(row)).await?;
        // Two users of one name are told, never chosen from. Groups may share a name.
        if found.len() > 1 && self.endpoint == Endpoint::Users {
            let ids = found.iter().map(|(id, _)| id.0.clone()).collect();
            return Err(BackendError::new("lookup", BackendErrorKind::Ambiguous(ids)).into());
        }
        Ok(Some(found.into_iter().filter_map(|(_, resource)| resource).collect()))
    }

    /// The resource of an id, if it satisfies the filter. What the filter looks at is read beside what is shown.
    async fn by_id(&self, filter: &Filter, id: &str) -> Result<Vec<Resource>, Failure> {
        let service = self.service;
        if service.store.is_buried(&service.key_at(self.endpoint, id)) {
            return Ok(Vec::new());
        }
        let found = match self.endpoint {
            Endpoint::Users => {
                let mut want = self.want.clone();
                want.extend(&filter.attributes(self.definition));
                service.find_within(&self.cx, self.caller, self.endpoint, self.base, id, &want).await?
            }
            Endpoint::Groups => {
                let pinned = Filter::And(vec![Filter::equals(self.definition.common().id, id), filter.clone()]);
                let query = self.query(Some(pinned), self.want.clone(), 1);
                let batch = service.backend.scan(&self.cx, &query).await?;
                self.presented(batch.rows, true).await?.into_iter().find_map(|(_, resource)| resource)
            }
        };
        Ok(found.into_iter().filter(|resource| self.satisfies(resource)).collect())
    }

    fn query(&self, filter: Option<Filter>, want: AttrSet, limit: usize) -> Query {
        Query { endpoint: self.endpoint, filter, also: self.also.clone(), want, after: None, until: None, limit }
    }

    async fn by_external_id(&self, external_id: &str) -> Result<Option<String>, Failure> {
        let service = self.service;
        let (target, resource_type) = (&service.options.name, type_name(self.endpoint));
        Ok(service.store.id_by_external_id(target, resource_type, &self.caller.credential, external_id).await?)
    }

    /// A window of resources that are all at hand.
    fn cut(&self, found: Vec<Resource>) -> Page {
        let total_results = found.len();
        let resources = found.into_iter().skip(self.window.start_index - 1).take(self.window.count).collect();
        Page { resources, total_results, age: None }
    }

    /// A page of a walk.
    async fn page(&self, filter: &str) -> Result<Page, Failure> {
        let service = self.service;
        let key = (self.caller.credential.clone(), self.endpoint, filter.to_owned());
        let known = service.snapshots.0.get(&key);
        let first = self.window.start_index == 1;
        let writes = service.writes.load(Ordering::Relaxed);
        match known {
            Some(walk)
                if walk.serves_first_pages(writes) || (!first && walk.serves_later_pages(&self.window, writes)) =>
            {
                let resources = self.range(&walk).await?;
                walk.note(&self.window);
                Ok(Page { resources, total_results: walk.ids.len(), age: Some(walk.at.elapsed()) })
            }
            _ => {
                let (walk, resources) = self.fresh(writes).await?;
                let total_results = walk.ids.len();
                walk.note(&self.window);
                service.snapshots.0.insert(key, Arc::new(walk));
                Ok(Page { resources, total_results, age: None })
            }
        }
    }

    /// Walks everything: all ids, and the resources of the window.
    async fn fresh(&self, writes: u64) -> Result<(Snapshot, Vec<Resource>), Failure> {
        let at = Instant::now();
        let mut ids = Vec::new();
        let mut resources = Vec::new();
        let last = self.window.start_index.saturating_add(self.window.count).saturating_sub(1);
        let calls = self
            .walk(Some(last), |(id, resource), position| {
                ids.push(id);
                if position >= self.window.start_index && position <= last {
                    resources.extend(resource);
                }
            })
            .await?;
        Ok((Snapshot { ids, at, writes, calls, served: AtomicUsize::new(0) }, resources))
    }

    /// Walks over what satisfies the filter, in the order of ids. Up to the position `full_until` (counted from 1; none
    /// means all the way) rows are read as they will be shown; after it, only as far as the filter needs. Says how many
    /// native calls it took.
    async fn walk(
        &self,
        full_until: Option<usize>,
        mut take: impl FnMut((Id, Option<Resource>), usize) + Send,
    ) -> Result<usize, Failure> {
        let service = self.service;
        let (mut after, mut position, mut walked, mut calls) = (None, 0_usize, 0_usize, 0_usize);
        loop {
            let full = full_until.is_none_or(|last| position < last);
            let left = full_until.map_or(RESULTS_MAX, |last| last.saturating_sub(position));
            let want = if full { self.want.clone() } else { AttrSet::default() };
            let limit = if full && self.filter.is_none() { left } else { RESULTS_MAX };
            let query = Query { after: after.take(), ..self.query(self.filter.clone(), want, limit) };
            let batch = service.backend.scan(&self.cx, &query).await?;
            calls += 1;
            walked += batch.rows.len();
            if walked > service.options.rows_max {
                return Err(BackendError::new("list", BackendErrorKind::TooMany).into());
            }
            for row in self.presented(batch.rows, full).await? {
                position += 1;
                take(row, position);
            }
            match batch.next {
                Some(next) => after = Some(next),
                None => return Ok(calls),
            }
        }
    }

    /// The resources of the window of an earlier walk, as they are now.
    async fn range(&self, walk: &Snapshot) -> Result<Vec<Resource>, Failure> {
        let from = (self.window.start_index - 1).min(walk.ids.len());
        let to = from.saturating_add(self.window.count).min(walk.ids.len());
        let Some(until) = walk.ids[from..to].last().cloned() else { return Ok(Vec::new()) };
        let mut wanted: HashMap<&Id, Option<Resource>> = walk.ids[from..to].iter().map(|id| (id, None)).collect();
        let mut after = from.checked_sub(1).map(|before| Cursor(walk.ids[before].clone()));
        loop {
            let query = self.query(self.filter.clone(), self.want.clone(), to - from);
            let query = Query { after: after.take(), until: Some(until.clone()), ..query };
            let batch = self.service.backend.scan(&self.cx, &query).await?;
            let arrived = batch.rows.last().is_some_and(|row| row.id == until);
            for (id, resource) in self.presented(batch.rows, true).await? {
                if let Some(slot) = wanted.get_mut(&id) {
                    *slot = resource;
                }
            }
            match batch.next {
                Some(next) if !arrived => after = Some(next),
                _ => break,
            }
        }
        Ok(walk.ids[from..to].iter().filter_map(|id| wanted.remove(id).flatten()).collect())
    }

    /// The rows of a batch that are alive and satisfy the filter; as resources where they are wanted.
    async fn presented(&self, rows: Vec<Row>, full: bool) -> Result<Vec<(Id, Option<Resource>)>, Failure> {
        let service = self.service;
        let resource_type = type_name(self.endpoint);
        let buried = service.store.buried(&service.options.name, resource_type);
        let alive: Vec<Row> = rows.into_iter().filter(|row| !buried.contains(row.id.as_str())).collect();
        if !full && self.filter.is_none() {
            return Ok(alive.into_iter().map(|row| (row.id, None)).collect());
        }
        let known: Vec<String> = alive
            .iter()
            .filter(|row| service.store.has_record(&service.key_at(self.endpoint, row.id.as_str())))
            .map(|row| row.id.0.clone())
            .collect();
        let mut stored = if known.is_empty() {
            HashMap::new()
        } else {
            service.store.records(&service.options.name, resource_type, &known).await?
        };
        let mut presented = Vec::with_capacity(alive.len());
        for Row { id, resource } in alive {
            let record: Record = stored.remove(id.as_str()).unwrap_or_default();
            let resource = service.present(self.caller, self.endpoint, self.base, &id, resource, &record);
            if self.satisfies(&resource) {
                presented.push((id, full.then_some(resource)));
            }
        }
        Ok(presented)
    }

    fn satisfies(&self, resource: &Resource) -> bool {
        self.filter.as_ref().is_none_or(|filter| matches(self.definition, filter, resource))
    }
}
