//! Walks over what satisfies a query, and the reading of resources whose ids are known.

use std::collections::HashMap;
use std::ops::Range;

use scim_core::{Filter, Resource};

use super::snapshot::Place;
use super::{Found, Listing, Part};
use crate::backend::{BackendError, BackendErrorKind, Cursor, Endpoint, Id, Query, Row};
use crate::service::Failure;
use crate::service::target::{RESULTS_MAX, type_name};
use crate::store::Record;

/// So many users are asked for by their ids at once: the condition has to fit into a URL.
const USERS_AT_ONCE: usize = 20;

/// A row of a walk.
pub(super) struct Step {
    pub(super) place: Place,
    /// As it will be shown; none where the walk reads no more than the filter and the order need.
    pub(super) resource: Option<Found>,
    /// What it is sorted by.
    pub(super) key: Option<scim_core::sort::SortKey>,
}

impl Listing<'_> {
    /// Walks over what satisfies the filter in these types, in the order of ids. Up to the position `full_until` (counted
    /// from 1; none means all the way) rows are read as they will be shown; after it, only as far as the filter and the
    /// order need. Says how many native calls it took.
    pub(super) async fn walk(
        &self,
        parts: Range<usize>,
        full_until: Option<usize>,
        mut take: impl FnMut(Step, usize) + Send,
    ) -> Result<usize, Failure> {
        let (mut position, mut walked, mut calls) = (0_usize, 0_usize, 0_usize);
        for (place, part) in (0_u8..).zip(&self.parts).skip(parts.start).take(parts.len()) {
            let mut after = None;
            loop {
                let full = full_until.is_none_or(|last| position < last);
                let left = full_until.map_or(RESULTS_MAX, |last| last.saturating_sub(position));
                let want = if full { part.want.clone() } else { part.least() };
                let limit = if full && part.filter.is_none() && self.order.is_none() { left } else { RESULTS_MAX };
                let query = Query { after, ..part.query(part.filter.clone(), want, limit) };
                let batch = self.service.backend.scan(&self.cx, &query).await?;
                calls += 1;
                walked += batch.rows.len();
                if walked > self.service.options.rows_max {
                    return Err(BackendError::new("list", BackendErrorKind::TooMany).into());
                }
                for (id, resource) in self.presented(part, batch.rows, full || part.order.is_some()).await? {
                    position += 1;
                    let key = resource.as_ref().and_then(|resource| part.key_of(resource));
                    let resource = resource.filter(|_| full).map(|resource| (place, id.clone(), resource));
                    take(Step { place: (place, id), resource, key }, position);
                }
                match batch.next {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
        }
        Ok(calls)
    }

    /// The resources of a range of an earlier walk, as they are now: those that are still there and satisfy the filter.
    pub(super) async fn resources(&self, ids: &[Place], range: Range<usize>) -> Result<Vec<Found>, Failure> {
        let mut found: HashMap<Place, Found> = HashMap::new();
        for (number, part) in (0_u8..).zip(&self.parts) {
            let own = ids[range.clone()].iter().filter(|(place, _)| *place == number);
            let own: Vec<&Id> = own.map(|(_, id)| id).collect();
            let read = match self.order {
                _ if own.is_empty() => continue,
                Some(_) => self.read(part, &own).await?,
                None => {
                    let first = ids[range.clone()].iter().position(|(place, _)| *place == number).unwrap_or(0);
                    let before = (range.start + first).checked_sub(1).map(|before| &ids[before]);
                    let before = before.filter(|(place, _)| *place == number).map(|(_, id)| id);
                    self.stretch(part, before, &own).await?
                }
            };
            found.extend(read.into_iter().map(|(id, resource)| ((number, id.clone()), (number, id, resource))));
        }
        Ok(ids[range].iter().filter_map(|place| found.remove(place)).collect())
    }

    /// The resources of ids that follow one another.
    async fn stretch(&self, part: &Part<'_>, before: Option<&Id>, ids: &[&Id]) -> Result<Vec<(Id, Resource)>, Failure> {
        let Some(until) = ids.last() else { return Ok(Vec::new()) };
        let mut after = before.cloned().map(Cursor);
        let mut read = Vec::with_capacity(ids.len());
        loop {
            let query = part.query(part.filter.clone(), part.want.clone(), ids.len());
            let query = Query { after, until: Some((*until).clone()), ..query };
            let batch = self.service.backend.scan(&self.cx, &query).await?;
            let arrived = batch.rows.last().is_some_and(|row| row.id == **until);
            let rows = self.presented(part, batch.rows, true).await?;
            read.extend(rows.into_iter().filter_map(|(id, resource)| Some((id, resource?))));
            match batch.next {
                Some(next) if !arrived => after = Some(next),
                _ => return Ok(read),
            }
        }
    }

    /// The resources of ids in no order.
    async fn read(&self, part: &Part<'_>, ids: &[&Id]) -> Result<Vec<(Id, Resource)>, Failure> {
        let mut read = Vec::with_capacity(ids.len());
        let at_once = if part.endpoint == Endpoint::Users { USERS_AT_ONCE } else { RESULTS_MAX };
        for some in ids.chunks(at_once) {
            let common = part.definition.common();
            let pinned = some.iter().map(|id| Filter::equals(common.id, id.as_str()));
            let mut want = part.want.clone();
            want.extend(&part.filter.as_ref().map(|it| it.attributes(part.definition)).unwrap_or_default());
            let query = Query { also: None, ..part.query(Some(Filter::Or(pinned.collect())), want, some.len()) };
            let (mut after, mut missing) = (None, some.len());
            loop {
                let query = Query { after, ..query.clone() };
                let batch = self.service.backend.scan(&self.cx, &query).await?;
                let rows: Vec<Row> = batch.rows.into_iter().filter(|row| some.contains(&&row.id)).collect();
                missing = missing.saturating_sub(rows.len());
                let rows = self.presented(part, rows, true).await?;
                read.extend(rows.into_iter().filter_map(|(id, resource)| Some((id, resource?))));
                match batch.next {
                    Some(next) if missing > 0 => after = Some(next),
                    _ => break,
                }
            }
        }
        Ok(read)
    }

    /// The rows of a batch that are alive and satisfy the filter; as resources where they are wanted.
    pub(super) async fn presented(
        &self,
        part: &Part<'_>,
        rows: Vec<Row>,
        full: bool,
    ) -> Result<Vec<(Id, Option<Resource>)>, Failure> {
        let service = self.service;
        let resource_type = type_name(part.endpoint);
        let buried = service.store.buried(&service.options.name, resource_type);
        let alive: Vec<Row> = rows.into_iter().filter(|row| !buried.contains(row.id.as_str())).collect();
        if !full && part.filter.is_none() {
            return Ok(alive.into_iter().map(|row| (row.id, None)).collect());
        }
        let known: Vec<String> = alive
            .iter()
            .filter(|row| service.store.has_record(&service.key_at(part.endpoint, row.id.as_str())))
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
            let resource = service.present(self.caller, part.endpoint, self.base, &id, resource, &record);
            if part.satisfied_by(&resource) {
                presented.push((id, full.then_some(resource)));
            }
        }
        Ok(presented)
    }
}
