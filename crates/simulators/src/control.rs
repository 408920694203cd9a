//! What all simulators have in common, and nothing that one vendor does: clock, journal, faults, foreign writers, latency,
//! control routes, serving.
//!
//! A vendor's state implements [`Vendor`]; [`Control::wrap`] puts the journal and the faults around its routes and adds the
//! [`routes`] under `/_sim/`. The result is an ordinary axum `Router`: a test calls it in process (see [`Cut`]) or over a
//! socket through [`serve`].

mod clock;
mod faults;
mod hooks;
mod journal;
mod layer;
mod lies;
mod matcher;
pub mod routes;
mod serve;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::{Router, middleware};
use http::request::Parts;
use serde::Serialize;
use serde_json::{Map, Value};

pub use clock::Clock;
pub use faults::{Fault, Faults, What, When};
pub use hooks::{Hook, Hooks};
pub use journal::{ENTRIES_MAX, Entry, Journal, decode_path, query_pairs};
pub use layer::{BODY_MAX, Cut};
pub use lies::{DataAnswers, ExpiredAnswer, KeyComparison, QueryAnswers};
pub use matcher::Matcher;
pub use serve::serve;

/// A native record: field names and values as the vendor's JSON has them.
pub type Record = Map<String, Value>;

/// How many sessions there are and were.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Sessions {
    /// Neither ended nor expired.
    pub live: usize,
    /// Logins that were granted so far.
    pub logins: u64,
    /// Logins that were refused so far.
    pub refused: u64,
}

/// A vendor's state, as the control routes need it. Implementations are cheap handles on shared state.
///
/// `object` is what the vendor calls a form, a business object or a resource. These calls come from the test, not from a
/// client: they go past the vendor's permissions, required fields and unique keys.
pub trait Vendor: Clone + Send + Sync + 'static {
    /// A name for the session of a request, fit for the journal: never the token. Default: none.
    fn session(&self, parts: &Parts) -> Option<String> {
        let _ = parts;
        None
    }
    /// All native records, whole; `None` when there is no such object.
    fn records(&self, object: &str) -> Option<Vec<Record>>;
    /// One native record, whole.
    fn record(&self, object: &str, key: &str) -> Option<Record>;
    /// Inserts a record and returns its key.
    ///
    /// # Errors
    /// Says in a sentence why there can be no such record.
    fn insert(&self, object: &str, values: Record) -> Result<String, String>;
    /// Changes the given values as a foreign writer would; `false` when there is no such record.
    fn patch(&self, object: &str, key: &str, values: Record) -> bool;
    /// Removes a record; `false` when there is none.
    fn remove(&self, object: &str, key: &str) -> bool;
    /// Ends every session at once and says how many there were.
    fn expire_sessions(&self) -> usize;
    fn sessions(&self) -> Sessions;
    /// The options as a JSON object.
    fn options_json(&self) -> Value;
    /// Replaces the options by a whole object of them; the routes merge a partial change first.
    ///
    /// # Errors
    /// Says which option is unknown or ill-typed; then nothing has changed.
    fn set_options_json(&self, options: Value) -> Result<(), String>;
}

/// Clock, journal, faults, foreign writers and latency of one simulator. Clones share them.
#[derive(Clone, Debug)]
pub struct Control {
    clock: Clock,
    journal: Journal,
    faults: Faults,
    hooks: Hooks,
    latency_ms: Arc<AtomicU64>,
}

impl Control {
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            journal: Journal::default(),
            faults: Faults::default(),
            hooks: Hooks::default(),
            latency_ms: Arc::default(),
        }
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Adds a fault; see [`Fault`] for which requests it meets.
    pub fn inject(&self, fault: Fault) {
        self.faults.inject(fault);
    }

    /// Adds several faults at once. Each counts for itself, from now on: `nth` is not moved by the faults before it.
    pub fn inject_all(&self, faults: impl IntoIterator<Item = Fault>) {
        faults.into_iter().for_each(|fault| self.inject(fault));
    }

    /// Foreign writers: changes at chosen moments between a client's requests.
    pub fn hooks(&self) -> &Hooks {
        &self.hooks
    }

    /// Makes every answer of the vendor take `ms` milliseconds of tokio's time, in addition to any [`Fault::slow`]; the
    /// vendor's work is done half-way. 0, the default, is no delay.
    pub fn set_latency_ms(&self, ms: u64) {
        self.latency_ms.store(ms, Ordering::Relaxed);
    }

    /// How long every answer takes.
    pub fn latency_ms(&self) -> u64 {
        self.latency_ms.load(Ordering::Relaxed)
    }

    /// The faults that can still meet a request.
    pub fn faults(&self) -> Vec<Fault> {
        self.faults.pending()
    }

    /// Takes back the faults that are still to come.
    pub fn clear_faults(&self) {
        self.faults.clear();
    }

    /// The vendor's routes with journal and faults around them, and the control routes beside them.
    pub fn wrap<V: Vendor>(&self, vendor: V, routes: Router) -> Router {
        let layer = middleware::from_fn_with_state((self.clone(), vendor.clone()), layer::around::<V>);
        routes.layer(layer).nest("/_sim", routes::router(self.clone(), vendor))
    }
}
