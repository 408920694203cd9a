//! Whether a target can be served: asked once at start, and again until it can.

use std::time::Duration;

use tokio::sync::watch;

use super::Readiness;
use crate::backend::{Backend, Cx, Severity};

/// The pause after a probe that failed; it doubles up to the second figure.
const PAUSE: Duration = Duration::from_secs(2);
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// How often it is looked whether the target still answers.
const LOOK: Duration = Duration::from_secs(5);
const PROBE_TIMEOUT: Duration = Duration::from_secs(30);

/// What probing has found so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum State {
    /// Nobody has asked yet.
    #[default]
    Unknown,
    /// It can be served.
    Good,
    /// It cannot; why.
    Fault(String),
}

/// The state of probing one target.
#[derive(Debug)]
pub(super) struct Probing(watch::Sender<State>);

impl Default for Probing {
    fn default() -> Self {
        Self(watch::Sender::new(State::Unknown))
    }
}

impl Probing {
    /// Probes until the target can be served, and again when it does not answer any more: nobody else would notice its
    /// return where a load balancer sends no requests to what is not ready.
    pub(super) async fn run(&self, backend: &dyn Backend, target: &str) {
        let mut pause = PAUSE;
        loop {
            let findings = backend.probe(&Cx::new("probe", PROBE_TIMEOUT)).await;
            for finding in &findings {
                match finding.severity {
                    Severity::Good => tracing::info!(target = %target, "{}", finding.text),
                    Severity::Warning => tracing::warn!(target = %target, "{}", finding.text),
                    Severity::Fault => tracing::error!(target = %target, "{}", finding.text),
                }
            }
            let faults = findings.iter().filter(|finding| finding.severity == Severity::Fault);
            let texts: Vec<&str> = faults.map(|finding| finding.text.as_str()).collect();
            if texts.is_empty() {
                self.0.send_replace(State::Good);
                pause = PAUSE;
                tokio::time::sleep(LOOK).await;
                while !matches!(backend.last_state(), Some(Err(_))) {
                    tokio::time::sleep(LOOK).await;
                }
                continue;
            }
            self.0.send_replace(State::Fault(texts.join("; ")));
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    /// Waits until the first probe has ended, however it ended.
    pub(super) async fn first(&self, within: Duration) {
        let mut state = self.0.subscribe();
        // Without an answer in time the write is tried: its own calls will tell.
        let _ = tokio::time::timeout(within, state.wait_for(|state| *state != State::Unknown)).await;
    }

    /// How the target does: what the probe found, and how the last calls went.
    pub(super) fn readiness(&self, backend: &dyn Backend) -> Readiness {
        let last = backend.last_state().and_then(Result::err);
        match (&*self.0.borrow(), last) {
            (State::Unknown, _) => Readiness::Probing,
            (State::Fault(text), Some(reason)) if !text.contains(&reason) => {
                Readiness::Unavailable(format!("{text}; {reason}"))
            }
            (State::Fault(text), _) => Readiness::Unavailable(text.clone()),
            (State::Good, Some(reason)) => Readiness::Unavailable(reason),
            (State::Good, None) => Readiness::Ready,
        }
    }
}
