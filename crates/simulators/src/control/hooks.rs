//! Foreign writers: somebody else's change at a chosen moment between two requests of a client.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::faults::When;
use super::matcher::{Matcher, Seen};
use super::{Record, Vendor};

/// A change of one record at the time of a request. In JSON:
/// `{"request":{"method":"PUT","path_contains":"/entry/User"},"object":"User","key":"…","values":{"Group List":"1;77;"}}`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    /// Default: the next request.
    #[serde(default)]
    pub request: Matcher,
    /// Before the vendor sees the request, or once it has applied it and before the client has the answer. Default: after.
    #[serde(default = "after")]
    pub when: When,
    /// Form, business object or resource.
    pub object: String,
    pub key: String,
    /// Overwrite those of the record. Nothing happens when there is no such record.
    pub values: Record,
}

fn after() -> When {
    When::After
}

/// The changes that are still to come. Clones share them.
///
/// A change made in code is a function of the vendor's look-alike, so that it can read before it writes. It runs outside of
/// the vendor's lock, and the request that it waits for goes on when it has returned.
#[derive(Clone, Debug, Default)]
pub struct Hooks(Arc<Mutex<Vec<Pending>>>);

#[derive(Debug)]
struct Pending {
    request: Matcher,
    when: When,
    seen: u64,
    what: What,
}

#[derive(Clone)]
enum What {
    Patch(Arc<Hook>),
    Run(Arc<Change>),
}

/// A change made in code, of whichever vendor's look-alike it was written for.
type Change = dyn Fn(&dyn Any) + Send + Sync;

impl fmt::Debug for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Patch(hook) => hook.fmt(f),
            Self::Run(_) => f.write_str("Run(…)"),
        }
    }
}

impl Hooks {
    /// Adds a change of one record.
    pub fn add(&self, hook: Hook) {
        let (request, when) = (hook.request.clone(), hook.when);
        self.lock().push(Pending { request, when, seen: 0, what: What::Patch(Arc::new(hook)) });
    }

    /// Calls `change` when such a request has arrived, before the vendor sees it. A fault that keeps the request from the
    /// vendor keeps nothing from `change`.
    ///
    /// `V` is the look-alike whose routes are wrapped; with another type the request panics.
    pub fn before<V: Vendor>(&self, request: Matcher, change: impl Fn(&V) + Send + Sync + 'static) {
        self.run(request, When::Before, change);
    }

    /// Calls `change` when the vendor has applied such a request, before the client has the answer.
    ///
    /// `V` is the look-alike whose routes are wrapped; with another type the request panics.
    pub fn after<V: Vendor>(&self, request: Matcher, change: impl Fn(&V) + Send + Sync + 'static) {
        self.run(request, When::After, change);
    }

    /// The changes of one record that are still to come; those made in code are not listed.
    pub fn pending(&self) -> Vec<Hook> {
        let patch = |pending: &Pending| match &pending.what {
            What::Patch(hook) => Some(Hook::clone(hook)),
            What::Run(_) => None,
        };
        self.lock().iter().filter_map(patch).collect()
    }

    /// Takes all of them back.
    pub fn clear(&self) {
        self.lock().clear();
    }

    fn run<V: Vendor>(&self, request: Matcher, when: When, change: impl Fn(&V) + Send + Sync + 'static) {
        let run = move |vendor: &dyn Any| change(vendor.downcast_ref().expect("the hook is for the vendor it runs in"));
        self.lock().push(Pending { request, when, seen: 0, what: What::Run(Arc::new(run)) });
    }

    /// Counts a request and returns what is to happen around it, in the order in which it was asked for.
    pub(super) fn meet(&self, seen_request: Seen<'_>) -> Due {
        let mut due = Vec::new();
        self.lock().retain_mut(|Pending { request, when, seen, what }| {
            if request.fits(seen_request) {
                *seen += 1;
                if request.is_turn(*seen) {
                    due.push((*when, what.clone()));
                }
            }
            !request.is_past(*seen)
        });
        Due(due)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Pending>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is to happen around one request.
#[derive(Debug)]
pub(super) struct Due(Vec<(When, What)>);

impl Due {
    pub(super) fn happen<V: Vendor>(&self, now: When, vendor: &V) {
        for (_, what) in self.0.iter().filter(|(when, _)| *when == now) {
            match what {
                What::Patch(hook) => {
                    vendor.patch(&hook.object, &hook.key, hook.values.clone());
                }
                What::Run(change) => change(vendor),
            }
        }
    }
}
