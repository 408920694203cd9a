//! Walks that are remembered: the ids that satisfied a query, in the order of the answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use scim_core::messages::Window;
use tokio::time::Instant;

use crate::backend::Id;

/// How long a walk that took many native calls serves further first pages; a cheap one is made anew.
const FRESH: Duration = Duration::from_secs(5);
/// A walk of at most so many native calls is cheap.
const CHEAP: usize = 5;
/// How long a walk serves the later pages of a series.
const KEPT: Duration = Duration::from_secs(600);
/// How long a cursor is good for, and with it the walk that it names.
pub(in crate::service) const CURSOR_TIMEOUT: Duration = Duration::from_secs(600);
/// What a walk that a cursor names is kept for beyond that, so that the cursor ends first.
const CURSOR_MARGIN: Duration = Duration::from_secs(60);
/// The most ids that are remembered over all walks of a target.
const IDS_MAX: u64 = 2_000_000;
/// What an id takes, about.
const ID_BYTES: usize = 40;

/// One resource of a walk: the place of its type in the query, and its id.
pub(super) type Place = (u8, Id);

/// The ids of one walk.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) ids: Vec<Place>,
    pub(super) at: Instant,
    writes: u64,
    calls: usize,
    /// The position up to which it has served pages.
    served: AtomicUsize,
}

impl Snapshot {
    pub(super) fn new(ids: Vec<Place>, at: Instant, writes: u64, calls: usize) -> Self {
        Self { ids, at, writes, calls, served: AtomicUsize::new(0) }
    }

    /// Whether it may serve a page: a later one that is the one behind those that it has served, or any while it is fresh.
    /// A window that somebody looks at now and then is no series, and is to show what is there now. The first page is made
    /// anew where that is cheap.
    pub(super) fn serves(&self, window: &Window, writes: u64) -> bool {
        let fresh = self.writes == writes && self.at.elapsed() < FRESH;
        let next = self.served.load(Ordering::Relaxed) + 1;
        match window.start_index {
            1 => fresh && self.calls > CHEAP,
            start => fresh || start == next,
        }
    }

    pub(super) fn note(&self, window: &Window) {
        let end = (window.start_index - 1).saturating_add(window.count).min(self.ids.len());
        self.served.store(end, Ordering::Relaxed);
    }

    /// What it takes, in ids. A query takes room as well.
    fn weight(&self, query: &str) -> u32 {
        u32::try_from(self.ids.len() + 1 + query.len() / ID_BYTES).unwrap_or(u32::MAX)
    }
}

/// Who asked for what: the credential, and the query without its window.
type Asked = (String, String);

/// The walks of one target: by who asked for what, for pages by index, and by number, for pages by cursor.
#[derive(Debug)]
pub(in crate::service) struct Snapshots {
    by_query: moka::sync::Cache<Asked, Arc<Snapshot>>,
    by_number: moka::sync::Cache<u64, Arc<Snapshot>>,
    last: AtomicU64,
}

impl Default for Snapshots {
    fn default() -> Self {
        let by_query = moka::sync::Cache::builder()
            .max_capacity(IDS_MAX / 2)
            .weigher(|(_, query): &Asked, walk: &Arc<Snapshot>| walk.weight(query))
            .time_to_live(KEPT);
        let by_number = moka::sync::Cache::builder()
            .max_capacity(IDS_MAX / 2)
            .weigher(|_, walk: &Arc<Snapshot>| walk.weight(""))
            .time_to_idle(CURSOR_TIMEOUT + CURSOR_MARGIN);
        Self { by_query: by_query.build(), by_number: by_number.build(), last: AtomicU64::new(0) }
    }
}

impl Snapshots {
    pub(super) fn of(&self, asked: &Asked) -> Option<Arc<Snapshot>> {
        self.by_query.get(asked)
    }

    pub(super) fn keep(&self, asked: Asked, walk: Snapshot) {
        self.by_query.insert(asked, Arc::new(walk));
    }

    pub(super) fn numbered(&self, number: u64) -> Option<Arc<Snapshot>> {
        self.by_number.get(&number)
    }

    /// Keeps a walk for cursors, under a number that no other has.
    pub(super) fn number(&self, walk: Arc<Snapshot>) -> u64 {
        let number = self.last.fetch_add(1, Ordering::Relaxed);
        self.by_number.insert(number, walk);
        number
    }
}
