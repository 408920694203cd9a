//! What can go wrong with one native call.

use std::time::Duration;

use super::{Effect, TransportError};
use crate::backend::Applied;

/// A failed native call. `text` is for operators: redacted, never shown to a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What happened.
    pub kind: FaultKind,
    /// Whether a write may have been carried out.
    pub applied: Applied,
    /// How long the vendor asks to wait.
    pub retry_after: Option<Duration>,
    /// The vendor's error numbers and our reading of them.
    pub text: String,
}

/// The kinds of fault, over all vendors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// The session is not accepted (any more).
    SessionRejected,
    /// The service account's credentials are refused.
    CredentialsRefused,
    /// The vendor says that the record is not there; it may say so of one that the service account may not see.
    NotFound,
    /// The key is none: no record can have it.
    NoSuchKey,
    /// The record may not be there, or something else on the way to it.
    NotFoundUnproven,
    /// A unique value is taken.
    Duplicate,
    /// The vendor refuses a value; native field names, where it says them.
    Invalid(Vec<String>),
    /// The service account lacks a right.
    Denied,
    /// No licence is left.
    License,
    /// The vendor asks to slow down.
    Throttled,
    /// The vendor answers "not now".
    Busy,
    /// The vendor cannot be reached.
    Unreachable,
    /// No answer in time.
    Timeout,
    /// The answer makes no sense: HTML, half a body, another shape.
    Garbled,
    /// A field, an object or a path does not exist there, or our query is not understood.
    Misconfigured,
    /// Any other refusal that repeating will not change.
    Rejected,
}

impl FaultKind {
    /// Whether the same call may succeed a moment later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Throttled | Self::Busy | Self::Unreachable | Self::Timeout | Self::Garbled)
    }
}

impl Fault {
    /// A fault that certainly wrote nothing.
    pub fn new(kind: FaultKind, text: impl Into<String>) -> Self {
        Self { kind, applied: Applied::No, retry_after: None, text: text.into() }
    }

    /// An answer that cannot be read. The parser's own words would quote what stands there.
    pub fn unreadable(status: u16, error: &serde_json::Error) -> Self {
        let (kind, line, column) = (error.classify(), error.line(), error.column());
        Self::new(FaultKind::Garbled, format!("HTTP {status}: {kind:?} error at line {line}, column {column}"))
    }

    /// The same, but a write may have been carried out.
    #[must_use]
    pub fn perhaps_applied(mut self) -> Self {
        self.applied = Applied::Unknown;
        self
    }

    /// What a transport error means.
    pub(super) fn from_transport(error: &TransportError) -> Self {
        let text = error.to_string();
        match error {
            TransportError::Unreachable(_) => Self::new(FaultKind::Unreachable, text),
            TransportError::Timeout => Self::new(FaultKind::Timeout, text).perhaps_applied(),
            TransportError::Broken(_) => Self::new(FaultKind::Unreachable, text).perhaps_applied(),
            TransportError::TooLarge => Self::new(FaultKind::Garbled, text).perhaps_applied(),
        }
    }

    /// A read applies nothing, whatever happened to its answer; a write that was answered with something senseless may
    /// have been applied.
    pub(super) fn for_effect(mut self, effect: Effect) -> Self {
        match effect {
            Effect::Read => self.applied = Applied::No,
            Effect::Write(_) if self.kind == FaultKind::Garbled => self.applied = Applied::Unknown,
            Effect::Write(_) => {}
        }
        self
    }
}
