//! The breaker: a vendor that does not answer is left alone for a while, so that requests fail at once and the vendor
//! can recover.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{Fault, FaultKind};
use crate::backend::Lane;

/// So many unanswered calls in a row open the breaker.
const FAILURES_MAX: u32 = 8;
/// How long it stays open before one call tries again.
const PAUSE: Duration = Duration::from_secs(5);

/// Counts unanswered calls.
#[derive(Debug, Default)]
pub struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    open_until: Option<Instant>,
}

impl Breaker {
    /// Lets a call through, or not. Disables always pass: trying is all that can be done for them.
    ///
    /// # Errors
    /// [`FaultKind::Unreachable`] with the time to wait while the breaker is open.
    pub fn admit(&self, lane: Lane) -> Result<(), Fault> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        match state.open_until {
            Some(until) if now < until && lane == Lane::Ordinary => {
                let mut fault = Fault::new(FaultKind::Unreachable, "the vendor has not answered lately");
                fault.retry_after = Some(until - now);
                Err(fault)
            }
            Some(until) if now >= until => {
                // This call is the probe; the others wait for what it learns.
                state.open_until = Some(now + PAUSE);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Takes note of how a call went.
    pub fn learn(&self, fault: Option<&FaultKind>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match fault {
            Some(FaultKind::Unreachable | FaultKind::Timeout) => {
                state.failures += 1;
                if state.failures >= FAILURES_MAX {
                    state.open_until = Some(Instant::now() + PAUSE);
                }
            }
            _ => *state = State::default(),
        }
    }

    /// Why calls are not let through, if so.
    pub fn outage(&self) -> Option<String> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.open_until.map(|_| format!("{} calls in a row were not answered", state.failures))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_silent_vendor_is_left_alone_and_then_probed_by_one_call() {
        let breaker = Breaker::default();
        for _ in 0..FAILURES_MAX {
            breaker.admit(Lane::Ordinary).expect("closed until the last failure");
            breaker.learn(Some(&FaultKind::Timeout));
        }
        assert_eq!(breaker.admit(Lane::Ordinary).expect_err("open").retry_after, Some(PAUSE));
        breaker.admit(Lane::Disable).expect("a disable is always tried");
        tokio::time::advance(PAUSE).await;
        breaker.admit(Lane::Ordinary).expect("the probe");
        breaker.admit(Lane::Ordinary).expect_err("one probe is enough");
        breaker.learn(None);
        breaker.admit(Lane::Ordinary).expect("closed again");
    }
}
