//! What was forgiven to each client: a line in the debug log, and a count since the process began.
//!
//! Invariant: neither holds a value of a request; they name the credential, its profile and what was forgiven.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use scim_core::dialect::TABLE;
use scim_core::{Leniency, Notes, Profile};

/// A credential as a client: what is forgiven to it, and how often that happened.
#[derive(Default)]
pub struct Client {
    credential: String,
    profile: Profile,
    counts: [AtomicU64; Leniency::COUNT],
}

impl Client {
    /// One to whom nothing was forgiven yet.
    pub fn new(credential: impl Into<String>, profile: Profile) -> Self {
        Self { credential: credential.into(), profile, ..Self::default() }
    }

    /// The name of the credential.
    pub fn credential(&self) -> &str {
        &self.credential
    }

    /// The profile of the credential.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// Reads something that this client sent, and notes what was forgiven on the way, whether it could be read or not.
    pub fn reading<T>(&self, read: impl FnOnce(&Notes) -> T) -> T {
        let notes = Notes::new(self.profile.dialect());
        let done = read(&notes);
        for (what, times) in notes.forgiven() {
            self.counts[what as usize].fetch_add(times.into(), Ordering::Relaxed);
            let (credential, profile, forgiven) = (self.credential.as_str(), self.profile.name(), what.name());
            tracing::debug!(credential, profile, forgiven, times, "{credential} ({profile}): forgiven {forgiven}");
        }
        done
    }

    /// What was forgiven and how often, in the order of the table.
    pub fn forgiven(&self) -> impl Iterator<Item = (Leniency, u64)> + '_ {
        let counted = TABLE.iter().zip(&self.counts).map(|(row, count)| (row.what, count.load(Ordering::Relaxed)));
        counted.filter(|(_, count)| *count > 0)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = (self.credential.as_str(), self.profile.name());
        f.debug_tuple("Client").field(&name.0).field(&name.1).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_forgiven_counts_and_what_is_refused_does_not() {
        let (okta, strict) = (Client::new("okta", Profile::Okta), Client::new("ci", Profile::Strict));
        for client in [&okta, &strict] {
            for what in [Leniency::TokenScheme, Leniency::TokenScheme, Leniency::OpLetterCase] {
                client.reading(|notes| notes.forgives(what));
            }
        }
        assert_eq!(okta.forgiven().collect::<Vec<_>>(), [(Leniency::TokenScheme, 2)]);
        assert_eq!(strict.forgiven().count(), 0);
        assert_eq!(format!("{okta:?}"), r#"Client("okta", "okta")"#);
    }
}
