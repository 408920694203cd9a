//! What became of the operations of one bulk request so far.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use scim_core::bulk::{Outcome, Plan, Request, Task};
use scim_core::{ScimError, bulk};
use serde_json::Value;

/// Shared by the task that carries the operations out and whoever waits for the answer.
#[derive(Debug)]
pub struct Ledger(Mutex<State>);

#[derive(Debug)]
struct State {
    entries: Vec<Entry>,
    /// The unit of each operation, and the units that have begun.
    units: Vec<usize>,
    begun: HashSet<usize>,
    /// Ids of what was created, by `bulkId`.
    ids: HashMap<String, String>,
    /// How many failures end the request; none where nothing does.
    errors_left: Option<usize>,
    /// Nothing is begun any more, because the answer was made.
    closed: bool,
}

#[derive(Debug, Clone, Default)]
enum Entry {
    #[default]
    Waiting,
    Begun,
    Done(Outcome),
}

impl Ledger {
    /// One in which nothing is begun.
    pub fn new(request: &Request, plan: &Plan) -> Self {
        Self(Mutex::new(State {
            entries: vec![Entry::Waiting; request.operations.len()],
            units: plan.units.clone(),
            begun: HashSet::new(),
            ids: HashMap::new(),
            errors_left: request.fail_on_errors,
            closed: false,
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an operation may be carried out now; if so, it and its circle have begun.
    pub(super) fn begin(&self, place: usize) -> bool {
        let mut state = self.state();
        let unit = state.units[place];
        let is_over = state.closed || state.errors_left == Some(0);
        if is_over && !state.begun.contains(&unit) {
            return false;
        }
        state.begun.insert(unit);
        state.entries[place] = Entry::Begun;
        true
    }

    /// Whether an operation has begun and not ended.
    pub(super) fn is_open(&self, place: usize) -> bool {
        matches!(self.state().entries[place], Entry::Begun)
    }

    /// Notes the id of what an operation created.
    pub(super) fn created(&self, bulk_id: &str, id: &str) {
        self.state().ids.insert(bulk_id.to_owned(), id.to_owned());
    }

    /// A task with the ids of what was created so far.
    pub(super) fn resolved(&self, task: &Task) -> Task {
        task.resolved(&self.state().ids)
    }

    /// The id of what this `bulkId` stands for, if it was created.
    pub(super) fn id(&self, bulk_id: &str) -> Option<String> {
        self.state().ids.get(bulk_id).cloned()
    }

    /// Notes what became of an operation.
    pub(super) fn end(&self, place: usize, outcome: Outcome) {
        let mut state = self.state();
        if outcome.error.is_some() {
            state.errors_left = state.errors_left.map(|left| left.saturating_sub(1));
        }
        state.entries[place] = Entry::Done(outcome);
    }

    /// Makes the answer of what there is. Nothing is begun afterwards.
    pub fn close(&self, request: &Request) -> Value {
        let mut state = self.state();
        state.closed = true;
        let ended = state.errors_left == Some(0);
        let entries = state.entries.iter().zip(&state.units);
        let outcomes: Vec<Option<Outcome>> =
            entries.map(|(entry, unit)| outcome(entry, state.begun.contains(unit), ended)).collect();
        bulk::response(&request.operations, &outcomes)
    }
}

fn outcome(entry: &Entry, has_begun: bool, ended: bool) -> Option<Outcome> {
    let busy = |text: &str| Some(Outcome::failed(ScimError::plain(503, text), None));
    match entry {
        Entry::Done(outcome) => Some(outcome.clone()),
        // It, or another one of its circle.
        Entry::Begun | Entry::Waiting if has_begun => {
            busy("the request took too long; the operation may still be carried out: try again")
        }
        // Enough others have failed.
        Entry::Waiting if ended => None,
        Entry::Begun | Entry::Waiting => busy("the request took too long; the operation was not begun: try again"),
    }
}
