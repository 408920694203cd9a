//! A native fault in the service's terms.

use std::time::Duration;

use crate::backend::{Applied, BackendError, BackendErrorKind, Retry};
use crate::wire::{Fault, FaultKind};

use super::Model;

/// How long a client waits before it asks again, where the vendor does not say.
const RETRY_AFTER: Duration = Duration::from_secs(10);
/// No client is sent away for longer, whatever the vendor says.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3_600);

/// Translates a fault; the vendor's text stays a note for operators.
pub(super) fn translate(model: &Model, operation: &'static str, fault: Fault) -> BackendError {
    let attributes = |fields: &[String]| {
        let definition = &model.description.users;
        let named = fields.iter().filter_map(|name| {
            let field = model.fields.find(name)?;
            model.rules.iter().find(|rule| rule.field == field).map(|rule| definition.path(rule.attribute))
        });
        named.collect::<Vec<_>>()
    };
    let passing = fault.kind.is_passing();
    let kind = match &fault.kind {
        FaultKind::NotFound | FaultKind::NoSuchKey => BackendErrorKind::NotFound,
        FaultKind::Duplicate => BackendErrorKind::AlreadyExists(None),
        FaultKind::Invalid(fields) => BackendErrorKind::InvalidValue(attributes(fields)),
        FaultKind::Rejected => BackendErrorKind::InvalidValue(Vec::new()),
        FaultKind::Denied => BackendErrorKind::Denied,
        FaultKind::License => BackendErrorKind::License,
        FaultKind::Throttled => BackendErrorKind::RateLimited,
        FaultKind::SessionRejected | FaultKind::CredentialsRefused | FaultKind::Busy | FaultKind::Unreachable => {
            BackendErrorKind::Unavailable
        }
        FaultKind::Timeout => BackendErrorKind::Timeout,
        FaultKind::Garbled | FaultKind::NotFoundUnproven => BackendErrorKind::Garbled,
        FaultKind::Misconfigured => BackendErrorKind::Misconfigured,
    };
    let login = matches!(fault.kind, FaultKind::SessionRejected | FaultKind::CredentialsRefused);
    let retry = if passing || login {
        Retry::After(fault.retry_after.unwrap_or(RETRY_AFTER).min(RETRY_AFTER_MAX))
    } else {
        Retry::Never
    };
    BackendError { kind, retry, applied: fault.applied, operation, source_text: Some(fault.text) }
}

/// Whether a write that failed so may have been carried out.
pub(super) fn is_doubtful(error: &BackendError) -> bool {
    error.applied == Applied::Unknown
}
