//! Lists: lookups by a unique key, and walks with stable pages and true totals, over one resource type or over all.
//!
//! A page by index is cut from a *snapshot*: the ids that satisfied the filter when it was walked, in the order of the
//! answer. The first page walks, unless a walk is a few seconds old and nothing was written since; later pages read their
//! ids. A directory that changes meanwhile therefore neither repeats nor skips a row in a client's series of pages.
//!
//! A page by cursor (RFC 9865) goes on behind the last row of the one before, without a snapshot, where the order is that
//! of ids; a sorted list is a snapshot there too.

mod cursor;
mod lookup;
mod seal;
mod snapshot;
mod walk;

use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use scim_core::filter::{Share, matches};
use scim_core::messages::{Paging, Window};
use scim_core::sort::{self, SortKey, SortOrder, sort_key};
use scim_core::{AttrId, AttrSet, Definition, Filter, Projection, Resource, ScimError, SearchRequest, version};
use tokio::time::Instant;

use super::target::{RESULTS_DEFAULT, RESULTS_MAX};
use super::version::stamp;
use super::{Caller, Failure, Listed, TargetService};
use crate::backend::{Cx, Endpoint, Id, Query};
use snapshot::{Place, Snapshot};

pub use seal::CursorKey;
pub(super) use seal::Seal;
pub(super) use snapshot::{CURSOR_TIMEOUT, Snapshots};

/// A resource before it is projected: the place of its type in the query, its id.
type Found = (u8, Id, Resource);

/// A page before it is projected.
struct Page {
    resources: Vec<Found>,
    paging: Paging,
    age: Option<Duration>,
}

/// One of the resource types that a query is about. A type of which nothing can satisfy the filter is not among them.
struct Part<'a> {
    endpoint: Endpoint,
    definition: &'a Definition,
    filter: Option<Filter>,
    /// The records by whose kept values the filter may hold, where they were looked up.
    also: Option<Vec<Id>>,
    projection: Projection,
    /// What is shown, and what the list is sorted by.
    want: AttrSet,
    /// What the list is sorted by, where this type has it.
    order: Option<AttrId>,
}

/// What one list needs everywhere.
struct Listing<'a> {
    service: &'a TargetService,
    caller: &'a Caller,
    base: &'a str,
    cx: Cx,
    endpoints: &'a [Endpoint],
    parts: Vec<Part<'a>>,
    /// None where the list is not sorted: it then goes by ids.
    order: Option<SortOrder>,
    window: Window,
}

/// A query over the resource types at these endpoints.
pub(super) async fn list(
    service: &TargetService,
    caller: &Caller,
    endpoints: &[Endpoint],
    base: &str,
    request: &SearchRequest,
) -> Result<Listed, Failure> {
    let mut listing = Listing::new(service, caller, endpoints, base, request)?;
    listing.look_up_kept().await;
    let Page { resources, paging, age } = match request.cursor.as_deref() {
        None => listing.by_index().await?,
        Some(cursor) => listing.by_cursor(cursor, request.start_index).await?,
    };
    let shown = resources.into_iter().map(|(place, _, mut resource)| {
        let part = &listing.parts[usize::from(place)];
        if version::is_told(part.definition, &part.projection) {
            stamp(part.definition, &mut resource);
        }
        part.projection.apply(part.definition, &mut resource);
        resource
    });
    Ok(Listed { resources: shown.collect(), paging, age })
}

/// A version is not known before all that it covers is read.
fn refuse_version(definition: &Definition, share: &Share, sorted_by: Option<AttrId>) -> Result<(), ScimError> {
    let version = version::attribute(definition);
    if matches!(share, Share::Where(filter) if filter.attributes(definition).contains(version)) {
        return Err(ScimError::invalid_filter("'meta.version' cannot be filtered by: compare it in If-Match"));
    }
    if sorted_by == Some(version) {
        return Err(ScimError::invalid_value("'sortBy': 'meta.version' cannot be sorted by"));
    }
    Ok(())
}

impl<'a> Part<'a> {
    fn query(&self, filter: Option<Filter>, want: AttrSet, limit: usize) -> Query {
        Query { endpoint: self.endpoint, filter, also: self.also.clone(), want, after: None, until: None, limit }
    }

    /// What is looked at where nothing is shown.
    fn least(&self) -> AttrSet {
        self.order.map(|order| self.definition.root_of(order)).into_iter().chain(self.order).collect()
    }

    fn key_of(&self, resource: &Resource) -> Option<SortKey> {
        sort_key(self.definition, self.order?, resource)
    }

    fn satisfied_by(&self, resource: &Resource) -> bool {
        self.filter.as_ref().is_none_or(|filter| matches(self.definition, filter, resource))
    }

    fn new(
        endpoint: Endpoint,
        definition: &'a Definition,
        share: Share,
        order: Option<AttrId>,
        request: &SearchRequest,
    ) -> Option<Self> {
        let filter = match share {
            Share::Nothing => return None,
            Share::All => None,
            Share::Where(filter) => Some(filter),
        };
        let projection = request.projection(definition);
        let mut want = version::wanted(definition, &projection);
        if let Some(order) = order {
            want.insert(order);
            want.insert(definition.root_of(order));
        }
        Some(Self { endpoint, definition, filter, also: None, projection, want, order })
    }
}

impl<'a> Listing<'a> {
    fn new(
        service: &'a TargetService,
        caller: &'a Caller,
        endpoints: &'a [Endpoint],
        base: &'a str,
        request: &SearchRequest,
    ) -> Result<Self, Failure> {
        let mut definitions = Vec::with_capacity(endpoints.len());
        for &endpoint in endpoints {
            definitions.push(service.definition_at(endpoint)?);
        }
        let shares = match &request.filter {
            Some(text) => caller.client.reading(|notes| Filter::parse_each_with(&definitions, text, notes))?,
            None => vec![Share::All; definitions.len()],
        };
        let order = match &request.sort_by {
            Some(_) => Some(SortOrder::parse(request.sort_order.as_deref())?),
            None => None,
        };
        let sorted_by = match &request.sort_by {
            Some(sort_by) => sort::attributes(&definitions, sort_by)?,
            None => vec![None; definitions.len()],
        };
        for ((definition, share), sorted_by) in definitions.iter().zip(&shares).zip(&sorted_by) {
            refuse_version(definition, share, *sorted_by)?;
        }
        let types = endpoints.iter().zip(definitions).zip(shares.into_iter().zip(sorted_by));
        let parts = types.filter_map(|((&endpoint, definition), (share, order))| {
            Part::new(endpoint, definition, share, order, request)
        });
        let window = Window::new(request.start_index, request.count, RESULTS_DEFAULT, RESULTS_MAX);
        let (cx, parts) = (service.cx(caller), parts.collect());
        Ok(Self { service, caller, base, cx, endpoints, parts, order, window })
    }

    /// What is asked, without the window and without what is shown.
    fn asked(&self) -> String {
        let types = self.parts.iter().map(|part| format!("{:?} {:?} {:?}", part.endpoint, part.filter, part.order));
        format!("{:?} {}", self.order, types.collect::<Vec<_>>().join("; "))
    }

    async fn by_index(&self) -> Result<Page, Failure> {
        match self.lookup().await? {
            Some(found) => Ok(self.cut(found)),
            None => self.page().await,
        }
    }

    fn counted(&self, total: usize) -> Paging {
        let start_index = Some(self.window.start_index);
        Paging { total_results: Some(total), start_index, next_cursor: None }
    }

    /// A window of resources that are all at hand.
    fn cut(&self, found: Vec<Found>) -> Page {
        let paging = self.counted(found.len());
        let resources = found.into_iter().skip(self.window.start_index - 1).take(self.window.count).collect();
        Page { resources, paging, age: None }
    }

    /// A page of a walk.
    async fn page(&self) -> Result<Page, Failure> {
        let service = self.service;
        let asked = (self.caller.credential.clone(), self.asked());
        let writes = service.writes.load(Relaxed);
        if let Some(walk) = service.snapshots.of(&asked).filter(|walk| walk.serves(&self.window, writes)) {
            let from = (self.window.start_index - 1).min(walk.ids.len());
            let to = from.saturating_add(self.window.count).min(walk.ids.len());
            let resources = self.resources(&walk.ids, from..to).await?;
            walk.note(&self.window);
            return Ok(Page { resources, paging: self.counted(walk.ids.len()), age: Some(walk.at.elapsed()) });
        }
        let (walk, resources) = self.fresh(0..self.parts.len(), &self.window).await?;
        let paging = self.counted(walk.ids.len());
        walk.note(&self.window);
        service.snapshots.keep(asked, walk);
        Ok(Page { resources, paging, age: None })
    }

    /// Walks everything of these types: all ids, and the resources of the window.
    async fn fresh(&self, parts: Range<usize>, window: &Window) -> Result<(Snapshot, Vec<Found>), Failure> {
        if self.order.is_some() {
            return self.fresh_sorted(parts, window).await;
        }
        let at = Instant::now();
        let writes = self.service.writes.load(Relaxed);
        let mut ids = Vec::new();
        let mut resources = Vec::new();
        let last = window.start_index.saturating_add(window.count).saturating_sub(1);
        let calls = self
            .walk(parts, Some(last), |step, position| {
                ids.push(step.place);
                if position >= window.start_index && position <= last {
                    resources.extend(step.resource);
                }
            })
            .await?;
        Ok((Snapshot::new(ids, at, writes, calls), resources))
    }

    /// The same in the order of `sortBy`. Where a page's worth is all there is, it is read with the walk; otherwise the
    /// window is not known before the end.
    async fn fresh_sorted(&self, parts: Range<usize>, window: &Window) -> Result<(Snapshot, Vec<Found>), Failure> {
        let at = Instant::now();
        let writes = self.service.writes.load(Relaxed);
        let mut keyed: Vec<(Option<SortKey>, Place)> = Vec::new();
        let mut held: Vec<Found> = Vec::new();
        let full = if window.count == 0 { 0 } else { RESULTS_MAX };
        let calls = self
            .walk(parts, Some(full), |step, _| {
                keyed.push((step.key, step.place));
                held.extend(step.resource);
            })
            .await?;
        keyed.sort_by(|(left, left_id), (right, right_id)| self.compare((left, left_id), (right, right_id)));
        let ids: Vec<Place> = keyed.into_iter().map(|(_, place)| place).collect();
        let from = (window.start_index - 1).min(ids.len());
        let to = from.saturating_add(window.count).min(ids.len());
        let resources = if held.len() == ids.len() {
            let mut held: HashMap<Place, Found> =
                held.into_iter().map(|found| ((found.0, found.1.clone()), found)).collect();
            ids[from..to].iter().filter_map(|place| held.remove(place)).collect()
        } else {
            drop(held);
            self.resources(&ids, from..to).await?
        };
        Ok((Snapshot::new(ids, at, writes, calls), resources))
    }

    /// Ties go by type and id, so that pages are stable.
    fn compare(&self, left: (&Option<SortKey>, &Place), right: (&Option<SortKey>, &Place)) -> Ordering {
        let order = self.order.unwrap_or_default();
        order.compare(left.0.as_ref(), right.0.as_ref()).then_with(|| left.1.cmp(right.1))
    }

    /// Sorts resources that are all at hand.
    fn sort(&self, found: &mut Vec<Found>) {
        if self.order.is_none() || found.len() < 2 {
            return;
        }
        let key = |(place, _, resource): &Found| self.parts[usize::from(*place)].key_of(resource);
        let mut keyed: Vec<(Option<SortKey>, Place, Found)> =
            found.drain(..).map(|found| (key(&found), (found.0, found.1.clone()), found)).collect();
        keyed.sort_by(|left, right| self.compare((&left.0, &left.1), (&right.0, &right.1)));
        found.extend(keyed.into_iter().map(|(_, _, found)| found));
    }
}
