//! Bulk operations over the other use cases, each with its own locks, confirmation and time, as if it came by itself.
//!
//! The answer does not wait for the last operation: at the request's deadline the [`Ledger`] is closed. What was begun
//! goes on, as every write does; what was not is never begun. The operations of a circle are begun together or not at
//! all, so that nothing is left half done.

mod ledger;
mod run;

use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use scim_core::bulk::{Plan, Request};

use super::{Caller, Service};
pub use ledger::Ledger;
use run::Run;

/// Operations that are carried out beside each other: half of what a vendor usually gets, so that others come through.
const AT_ONCE: usize = 4;
/// How many operations are done in a second: four at once, of three native calls of 50 ms each, and a little more. A
/// faster vendor could do more, and from a slower one the rest is answered 503 at the deadline.
const PER_SECOND: u64 = 25;
/// However short the time is, small bulk requests are accepted.
const OPERATIONS_MIN: u64 = 100;
const OPERATIONS_MAX: u64 = 10_000;

/// The most operations of one request: what fits into the time that it has.
pub(super) fn operations_max(deadline: Duration) -> usize {
    let fit = deadline.as_secs().saturating_mul(PER_SECOND).clamp(OPERATIONS_MIN, OPERATIONS_MAX);
    usize::try_from(fit).unwrap_or(usize::MAX)
}

/// Carries a request out in the order of its plan, and writes down in the ledger what becomes of each operation. With
/// `failOnErrors` one comes after the other, so that it is certain which ones were done.
pub async fn carry_out(
    service: &dyn Service,
    caller: &Caller,
    base: &str,
    request: &Request,
    plan: &Plan,
    ledger: &Ledger,
) {
    let run = Run { service, caller, base, request, plan, ledger };
    let at_once = if request.fail_on_errors.is_some() { 1 } else { AT_ONCE };
    for wave in &plan.waves {
        stream::iter(wave).for_each_concurrent(at_once, |&step| run.step(step)).await;
    }
}
