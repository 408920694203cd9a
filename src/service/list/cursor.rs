//! Pages by cursor (RFC 9865).
//!
//! Users in the order of their ids are walked at the vendor: a cursor holds the last id, and nobody counts. Groups, which
//! are read whole anyway, and sorted lists are snapshots that the cursor names.

use std::ops::Range;
use std::sync::Arc;

use scim_core::ScimError;
use scim_core::messages::{Paging, Window};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::snapshot::{CURSOR_TIMEOUT, Snapshot};
use super::{Found, Listing, Page};
use crate::backend::{Cursor, Endpoint, Id, Query};
use crate::service::Failure;
use crate::service::target::RESULTS_MAX;

/// A page that lacks no more than one row in so many is not worth another native call.
const ENOUGH: usize = 10;

/// What is sealed in a cursor.
#[derive(Debug, Serialize, Deserialize)]
struct Content {
    /// Until when it is good, in milliseconds since the process started.
    until_ms: u64,
    /// The size of the pages.
    count: usize,
    position: Position,
}

/// Where a walk goes on.
#[derive(Debug, Serialize, Deserialize)]
enum Position {
    /// Behind this id of this type, or at its first.
    Walk { part: usize, after: Option<String> },
    /// In a snapshot.
    Snapshot { number: u64, from: usize, total: Option<usize> },
}

impl Listing<'_> {
    /// The page that a cursor stands for; the first one for an empty text.
    pub(super) async fn by_cursor(&self, cursor: &str, start_index: Option<i64>) -> Result<Page, Failure> {
        if start_index.is_some() {
            let text = "'cursor' and 'startIndex' exclude each other: send the one or the other";
            return Err(ScimError::invalid_value(text).into());
        }
        if !cursor.is_empty() {
            return match self.open(cursor)? {
                Position::Walk { part, after } => self.forward(part, after.map(Id), false).await,
                Position::Snapshot { number, from, total } => self.part_of(number, from, total).await,
            };
        }
        // Nothing but the total is asked for.
        if self.window.count == 0 {
            let page = self.by_index().await?;
            return Ok(Page { paging: Paging { start_index: None, ..page.paging }, ..page });
        }
        if let Some(found) = self.lookup().await? {
            let ids = found.iter().map(|(place, id, _)| (*place, id.clone())).collect();
            let walk = Snapshot::new(ids, Instant::now(), 0, 1);
            return Ok(self.begun(walk, found, self.window.count, Some(0)));
        }
        if self.order.is_some() {
            let (walk, resources) = self.fresh(0..self.parts.len(), &self.window).await?;
            return Ok(self.begun(walk, resources, self.window.count, Some(0)));
        }
        self.forward(0, None, true).await
    }

    /// The first so many of a snapshot. `before` resources precede it in the list; none where nobody counted them.
    fn begun(&self, walk: Snapshot, mut resources: Vec<Found>, room: usize, before: Option<usize>) -> Page {
        let total = before.map(|before| before + walk.ids.len());
        resources.truncate(room);
        let more = walk.ids.len() > room;
        let next = more.then(|| {
            let number = self.service.snapshots.number(Arc::new(walk));
            self.seal(Position::Snapshot { number, from: room, total })
        });
        Page { resources, paging: Paging { total_results: total, start_index: None, next_cursor: next }, age: None }
    }

    /// A later page of a snapshot.
    async fn part_of(&self, number: u64, from: usize, total: Option<usize>) -> Result<Page, Failure> {
        let walk = self.service.snapshots.numbered(number).ok_or_else(expired)?;
        let to = from.saturating_add(self.window.count).min(walk.ids.len());
        let resources = self.resources(&walk.ids, from.min(to)..to).await?;
        let more = to < walk.ids.len();
        let next_cursor = more.then(|| self.seal(Position::Snapshot { number, from: to, total }));
        let age = total.map(|_| walk.at.elapsed());
        Ok(Page { resources, paging: Paging { total_results: total, start_index: None, next_cursor }, age })
    }

    /// A page of a walk at the vendor. Rows that the vendor gives and the filter drops are made up for by further batches.
    /// A page that would take too long is shorter; its cursor goes on where it ended.
    async fn forward(&self, mut part: usize, mut after: Option<Id>, first: bool) -> Result<Page, Failure> {
        let began = Instant::now();
        let (mut resources, mut walked) = (Vec::new(), 0_usize);
        while let Some(current) = self.parts.get(part) {
            let left = self.window.count - resources.len();
            // A page at the vendor begins with the last row of the one before, so that what is asked for may not fit whole.
            let enough = left == 0 || (!resources.is_empty() && left * ENOUGH <= self.window.count);
            let late = walked >= self.service.options.rows_max || began.elapsed() * 2 > self.service.options.deadline;
            if enough || (late && walked > 0) {
                let next = self.seal(Position::Walk { part, after: after.map(|id| id.0) });
                return Ok(Page {
                    resources,
                    paging: Paging { next_cursor: Some(next), ..Paging::default() },
                    age: None,
                });
            }
            if current.endpoint == Endpoint::Groups {
                return self.groups(part..part + 1, resources, first).await;
            }
            // What is missing after a batch may be far away.
            let limit = if walked == 0 || current.filter.is_none() { left } else { RESULTS_MAX };
            let query = current.query(current.filter.clone(), current.want.clone(), limit);
            let query = Query { after: after.clone().map(Cursor), ..query };
            let batch = self.service.backend.scan(&self.cx, &query).await?;
            walked += batch.rows.len();
            let place = u8::try_from(part).unwrap_or(u8::MAX);
            let rows = self.presented(current, batch.rows, true).await?;
            let mut rows = rows.into_iter().filter_map(|(id, resource)| Some((place, id, resource?)));
            resources.extend(rows.by_ref().take(left));
            let overflows = rows.next().is_some();
            match (overflows, batch.next) {
                (true, _) => after = resources.last().map(|(_, id, _)| id.clone()),
                (false, Some(next)) => after = Some(next.0),
                (false, None) => (part, after) = (part + 1, None),
            }
        }
        // That there is only one page is as good as a count.
        let total_results = first.then_some(resources.len());
        Ok(Page { resources, paging: Paging { total_results, ..Paging::default() }, age: None })
    }

    /// The first groups, behind the last users of the same page.
    async fn groups(&self, part: Range<usize>, mut resources: Vec<Found>, first: bool) -> Result<Page, Failure> {
        let before = resources.len();
        let room = self.window.count - before;
        let (walk, groups) = self.fresh(part, &Window { start_index: 1, count: room }).await?;
        let mut page = self.begun(walk, groups, room, first.then_some(before));
        resources.append(&mut page.resources);
        Ok(Page { resources, ..page })
    }

    /// What a cursor is for. It opens with the same query only.
    fn purpose(&self) -> String {
        let shown = self.parts.iter().map(|part| format!("{:?}", part.projection)).collect::<Vec<_>>();
        let (target, credential) = (&self.service.options.name, &self.caller.credential);
        format!("{:?}", (target, credential, self.endpoints, self.asked(), shown))
    }

    fn seal(&self, position: Position) -> String {
        let timeout_ms = u64::try_from(CURSOR_TIMEOUT.as_millis()).unwrap_or(u64::MAX);
        let until_ms = self.service.seal.now_ms().saturating_add(timeout_ms);
        let content = Content { until_ms, count: self.window.count, position };
        let content = serde_json::to_vec(&content).expect("numbers and texts make JSON");
        self.service.seal.seal(&content, self.purpose().as_bytes())
    }

    fn open(&self, cursor: &str) -> Result<Position, ScimError> {
        let invalid = || {
            ScimError::invalid_cursor(
                "the cursor was not given out for this query and credential, or not since the bridge started: \
                 begin with an empty cursor",
            )
        };
        let content = self.service.seal.open(cursor, self.purpose().as_bytes()).ok_or_else(invalid)?;
        let content: Content = serde_json::from_slice(&content).map_err(|_| invalid())?;
        if content.until_ms < self.service.seal.now_ms() {
            return Err(expired());
        }
        if content.count != self.window.count {
            let text = format!("'count' must be that of the first page, {}, on every page", content.count);
            return Err(ScimError::invalid_count(text));
        }
        Ok(content.position)
    }
}

fn expired() -> ScimError {
    let text = format!("the cursor is older than {} seconds: begin with an empty one", CURSOR_TIMEOUT.as_secs());
    ScimError::expired_cursor(text)
}
