//! What can go wrong behind the service, in terms of kind and retry.

use std::time::Duration;

use scim_core::ScimError;

/// A failure at the vendor's side. `source` is for the log: it never reaches a client.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{operation}: {kind:?}{}", .source_text.as_deref().map(|text| format!(": {text}")).unwrap_or_default())]
pub struct BackendError {
    /// What happened.
    pub kind: BackendErrorKind,
    /// Whether asking again can help.
    pub retry: Retry,
    /// Whether a write may have been carried out.
    pub applied: Applied,
    /// What was being done.
    pub operation: &'static str,
    /// The cause, redacted, for operators.
    pub source_text: Option<String>,
}

/// The kinds of failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BackendErrorKind {
    /// The request cannot be done on this target; the answer is this error.
    Refused(ScimError),
    /// The record is not there.
    NotFound,
    /// A unique value is taken; by which record, where that is known.
    AlreadyExists(Option<super::Id>),
    /// Two records answer to one unique value; both keys.
    Ambiguous(Vec<String>),
    /// The vendor refuses a value; the SCIM names of the attributes, where they are known.
    InvalidValue(Vec<String>),
    /// The service account lacks a right, or may not log in.
    Denied,
    /// No licence is left for what was asked.
    License,
    /// The vendor asks to slow down.
    RateLimited,
    /// No answer, or one that says "not now".
    Unavailable,
    /// The deadline passed.
    Timeout,
    /// An answer that makes no sense: HTML, half a body, a record that does not match.
    Garbled,
    /// An answer without the row that proves that the vendor looked: whoever is missing from it may be there.
    Unproven,
    /// The vendor said yes, but reading back shows that it did not happen; the SCIM names of the attributes.
    NotEffective(Vec<String>),
    /// Another program changed the same record at the same time, twice.
    Contended,
    /// The target is set up in a way that cannot work: a field or an object that does not exist.
    Misconfigured,
    /// More rows would have to be walked than the ceiling allows.
    TooMany,
}

/// Whether asking again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// It cannot.
    Never,
    /// It can, after this time.
    After(Duration),
}

/// Whether a write may have been carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// It was not.
    No,
    /// Nobody knows: it is looked up, not repeated.
    Unknown,
}

impl BackendError {
    /// A failure that is final and wrote nothing.
    pub fn new(operation: &'static str, kind: BackendErrorKind) -> Self {
        Self { kind, retry: Retry::Never, applied: Applied::No, operation, source_text: None }
    }

    /// A refusal in SCIM's words.
    pub fn refused(operation: &'static str, error: ScimError) -> Self {
        Self::new(operation, BackendErrorKind::Refused(error))
    }

    /// The same, worth another try after this time.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.retry = Retry::After(delay);
        self
    }

    /// The same, with a cause for the log.
    #[must_use]
    pub fn because(mut self, text: impl Into<String>) -> Self {
        self.source_text = Some(text.into());
        self
    }
}

/// A failed change, and what became of switching off.
#[derive(Debug, Clone)]
pub struct ChangeError {
    /// Why the change as a whole failed.
    pub error: BackendError,
    /// The account is off, read back, although the rest was not done.
    pub off_confirmed: bool,
    /// Something else was changed, although not all.
    pub others_changed: bool,
}

impl From<BackendError> for ChangeError {
    fn from(error: BackendError) -> Self {
        Self { error, off_confirmed: false, others_changed: false }
    }
}
