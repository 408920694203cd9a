//! The only source of time: tokens expire and records are stamped by this clock, never by the machine's own.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// An injected clock: the machine's, or one that stands still until a test moves it.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(Arc<Mutex<Timestamp>>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `start` until [`Clock::advance`] moves it. Clones share the time.
    pub fn manual(start: Timestamp) -> Self {
        Self(Source::Manual(Arc::new(Mutex::new(start))))
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => system_now(),
            Source::Manual(now) => *now.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves a manual clock forward and returns the new time; `None` for the machine's clock, or past the last
    /// representable moment: then nothing moved.
    pub fn advance(&self, by: Duration) -> Option<Timestamp> {
        let Source::Manual(now) = &self.0 else { return None };
        let mut now = now.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.checked_add(by).ok()?;
        Some(*now)
    }

    /// Whether the clock can be moved.
    pub fn is_manual(&self) -> bool {
        matches!(self.0, Source::Manual(_))
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where simulators read the machine's clock")]
fn system_now() -> Timestamp {
    Timestamp::try_from(std::time::SystemTime::now()).expect("the machine's clock shows a year that jiff can represent")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let shared = clock.clone();
        assert_eq!(clock.advance(Duration::from_millis(1500)).map(Timestamp::as_millisecond), Some(1500));
        assert_eq!(shared.now().as_millisecond(), 1500);
    }

    #[test]
    fn the_system_clock_cannot_be_moved() {
        assert_eq!(Clock::system().advance(Duration::from_secs(1)), None);
        assert!(Clock::system().now() > Timestamp::UNIX_EPOCH);
    }
}
