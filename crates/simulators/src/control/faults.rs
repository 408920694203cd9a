//! Faults that a test injects, chosen by the ordinal of the request from the moment of injection.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::matcher::is_method;

/// One fault. In JSON: `{"nth":2,"times":1,"method":"PUT","path_contains":"/entry/User","when":"after","what":"reset"}`;
/// everything but `what` may be left out.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The first matching request to be met, counted from the injection. Default 1: the next one.
    #[serde(default = "one")]
    pub nth: u64,
    /// How many matching requests in a row are met. Default 1.
    #[serde(default = "one")]
    pub times: u64,
    /// Only requests of this method match, or of one of several (`PUT|PATCH`), in any letter case. Default: every method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Only requests whose decoded path contains this text match. Default: every path.
    #[serde(default, alias = "pathContains", skip_serializing_if = "Option::is_none")]
    pub path_contains: Option<String>,
    /// Whether the vendor has applied the request by then. Default: before.
    #[serde(default)]
    pub when: When,
    /// What happens.
    pub what: What,
}

/// The side of the vendor's work on which the fault stands.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// The vendor never sees the request.
    #[default]
    Before,
    /// The vendor has done what was asked; only its answer is lost or replaced.
    After,
}

/// What happens to a request that a fault meets.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// This answer instead of the vendor's: `{"status":{"status":503,"headers":{"Retry-After":"7"},"body":{…}}}`.
    Status {
        status: u16,
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// A string is sent as it is (as `text/plain` unless `headers` say otherwise), null as no body, all else as JSON.
        #[serde(default)]
        body: Value,
    },
    /// The connection is closed without an answer: `"reset"`.
    Reset,
    /// The vendor's own answer with its full `Content-Length`, cut after half of the body: `"half_body"`. The vendor has
    /// always applied the request, whatever `when` says; an answer without a body is a [`What::Reset`].
    #[serde(alias = "halfBody")]
    HalfBody,
    /// A pause, after which everything goes on as without the fault: `{"slow":{"ms":500}}`. `when` chooses its place.
    Slow { ms: u64 },
}

impl What {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::Reset => "reset",
            Self::HalfBody => "half_body",
            Self::Slow { .. } => "slow",
        }
    }
}

impl Fault {
    /// A fault that meets the next request of any kind before the vendor sees it.
    pub fn new(what: What) -> Self {
        Self { nth: 1, times: 1, method: None, path_contains: None, when: When::Before, what }
    }

    /// This answer instead of the vendor's; `body` as in [`What::Status`].
    pub fn status(status: u16, headers: &[(&str, &str)], body: impl Into<Value>) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self::new(What::Status { status, headers, body: body.into() })
    }

    /// The connection is closed without an answer.
    pub fn reset() -> Self {
        Self::new(What::Reset)
    }

    /// The vendor's answer, cut after half of its body.
    pub fn half_body() -> Self {
        Self::new(What::HalfBody)
    }

    /// A pause of `ms` milliseconds.
    pub fn slow(ms: u64) -> Self {
        Self::new(What::Slow { ms })
    }

    #[must_use]
    pub fn nth(mut self, nth: u64) -> Self {
        self.nth = nth;
        self
    }

    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = times;
        self
    }

    /// Every matching request from the nth on.
    #[must_use]
    pub fn always(self) -> Self {
        self.times(u64::MAX)
    }

    /// Only requests of this method, or of one of several: `PUT|PATCH`.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// Only requests whose decoded path contains `text`.
    #[must_use]
    pub fn path_contains(mut self, text: &str) -> Self {
        self.path_contains = Some(text.to_owned());
        self
    }

    /// The vendor applies the request first.
    #[must_use]
    pub fn after(mut self) -> Self {
        self.when = When::After;
        self
    }

    fn matches(&self, method: &Method, path: &str) -> bool {
        is_method(self.method.as_deref(), method)
            && self.path_contains.as_deref().is_none_or(|text| path.contains(text))
    }
}

fn one() -> u64 {
    1
}

/// The faults that are still to come. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Vec<Pending>>>);

#[derive(Debug)]
struct Pending {
    fault: Fault,
    seen: u64,
}

impl Faults {
    pub fn inject(&self, fault: Fault) {
        self.lock().push(Pending { fault, seen: 0 });
    }

    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Those that can still meet a request.
    pub fn pending(&self) -> Vec<Fault> {
        self.lock().iter().map(|pending| pending.fault.clone()).collect()
    }

    /// Counts a request and returns what meets it: every pause, and of the others the one injected first.
    pub(super) fn meet(&self, method: &Method, path: &str) -> Vec<Fault> {
        let mut met: Vec<Fault> = Vec::new();
        self.lock().retain_mut(|Pending { fault, seen }| {
            if fault.matches(method, path) {
                *seen += 1;
                let is_pause = |fault: &Fault| matches!(fault.what, What::Slow { .. });
                if *seen >= fault.nth && (is_pause(fault) || met.iter().all(is_pause)) {
                    met.push(fault.clone());
                }
            }
            *seen < fault.nth.saturating_add(fault.times).saturating_sub(1)
        });
        met
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Pending>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_fault_meets_the_nth_matching_requests_only() {
        let faults = Faults::default();
        faults.inject(Fault::reset().nth(2).times(2).method("put").path_contains("User"));
        let met = |method: Method, path| !faults.meet(&method, path).is_empty();
        assert!(!met(Method::PUT, "/User/1"));
        assert!(!met(Method::GET, "/User/1"));
        assert!(!met(Method::PUT, "/Group/1"));
        assert!(met(Method::PUT, "/User/1"));
        assert!(met(Method::PUT, "/User/1"));
        assert!(!met(Method::PUT, "/User/1"));
        assert_eq!(faults.pending(), []);
    }

    #[test]
    fn pauses_join_another_fault_and_of_the_others_the_first_wins() {
        let faults = Faults::default();
        faults.inject(Fault::slow(5));
        faults.inject(Fault::reset());
        faults.inject(Fault::half_body());
        let met: Vec<_> = faults.meet(&Method::GET, "/").into_iter().map(|fault| fault.what.name()).collect();
        assert_eq!(met, ["slow", "reset"]);
    }

    #[test]
    fn json_needs_no_more_than_what_happens() {
        let read = |value: Value| serde_json::from_value::<Fault>(value).unwrap();
        assert_eq!(read(json!({"what": "reset"})), Fault::reset());
        assert_eq!(read(json!({"what": {"slow": {"ms": 9}}, "when": "after"})), Fault::slow(9).after());
        assert_eq!(
            read(json!({"what": {"status": {"status": 503, "headers": {"Retry-After": "7"}}}, "pathContains": "x"})),
            Fault::status(503, &[("Retry-After", "7")], Value::Null).path_contains("x")
        );
        assert!(serde_json::from_value::<Fault>(json!({"what": "reset", "nht": 2})).is_err());
    }
}
