//! A backend's failure as the client sees it: the status, and a detail in our own words.

use std::time::Duration;

use scim_core::ScimError;

use super::Failure;
use crate::backend::{BackendError, BackendErrorKind, ChangeError, Retry};
use crate::store::StoreError;

const RETRY_AFTER: Duration = Duration::from_secs(10);

impl From<BackendError> for Failure {
    fn from(error: BackendError) -> Self {
        let scim = scim_error(&error.kind);
        let retry_after = match (scim.status, error.retry) {
            (429 | 503, Retry::After(delay)) => Some(delay),
            (429 | 503, Retry::Never) => Some(RETRY_AFTER),
            _ => None,
        };
        Self { error: scim, retry_after, internal: Some(error.to_string()) }
    }
}

fn scim_error(kind: &BackendErrorKind) -> ScimError {
    let list = |names: &[String]| names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
    match kind {
        BackendErrorKind::Refused(error) => error.clone(),
        BackendErrorKind::NotFound => ScimError::plain(404, "the resource is not there (any more)"),
        BackendErrorKind::AlreadyExists(_) => {
            ScimError::uniqueness("'userName' is taken by another user of the target")
        }
        BackendErrorKind::Ambiguous(keys) => ScimError::uniqueness(format!(
            "several records of the target answer to this 'userName': {}; its administrators have to tell them apart",
            list(keys)
        )),
        BackendErrorKind::InvalidValue(names) if names.is_empty() => ScimError::invalid_value(
            "the target refuses a value; the bridge's log says which rule, under the request id",
        ),
        BackendErrorKind::InvalidValue(names) => {
            ScimError::invalid_value(format!("the target refuses the value of, or the lack of, {}", list(names)))
        }
        BackendErrorKind::NotEffective(names) if names.iter().any(|name| name == "active") => ScimError::plain(
            500,
            "the target accepted the change of 'active', but reading back shows that it did not happen",
        ),
        BackendErrorKind::NotEffective(names) if names.is_empty() => {
            ScimError::plain(500, "the target accepted the change, but reading back does not show it")
        }
        BackendErrorKind::NotEffective(names) => ScimError::invalid_value(format!(
            "the target accepted the change, but reading back shows that it did not store {} as sent",
            list(names)
        )),
        BackendErrorKind::Denied => {
            ScimError::plain(500, "the bridge's service account at the target lacks the right to do this")
        }
        BackendErrorKind::License => ScimError::plain(500, "the target has no licence left for this user"),
        BackendErrorKind::Misconfigured => {
            ScimError::plain(500, "the target does not know a field or object that the bridge is configured with")
        }
        BackendErrorKind::TooMany => {
            ScimError::too_many("too many records would have to be looked at: ask with a more selective filter")
        }
        BackendErrorKind::Contended => {
            ScimError::plain(503, "another program changes the same record of the target at the same time")
        }
        BackendErrorKind::Unproven => {
            ScimError::plain(503, "the target's answer does not prove that what was asked for is not there")
        }
        BackendErrorKind::RateLimited => ScimError::plain(503, "the target asks to slow down"),
        BackendErrorKind::Unavailable | BackendErrorKind::Timeout | BackendErrorKind::Garbled => {
            ScimError::plain(503, "the target cannot answer now")
        }
    }
}

impl From<ChangeError> for Failure {
    fn from(failed: ChangeError) -> Self {
        let failure = Self::from(failed.error);
        match (failed.off_confirmed, failed.others_changed) {
            (false, _) => failure,
            (true, false) => failure.with_account_off(", and nothing else was changed"),
            (true, true) => failure.with_account_off(""),
        }
    }
}

impl Failure {
    /// The same failure of a request that also switched an account off, which its detail says.
    #[must_use]
    pub(super) fn with_account_off(mut self, and: &str) -> Self {
        let off = "; the account is off all the same ('active' is false, read back from the target)";
        self.error.detail.push_str(off);
        self.error.detail.push_str(and);
        self
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::ExternalIdTaken { by } => {
                ScimError::uniqueness(format!("'externalId' is taken by the user with id '{by}'")).into()
            }
            StoreError::Buried => ScimError::plain(404, "the resource was deleted").into(),
            StoreError::Database { .. } => Self {
                error: ScimError::plain(503, "the bridge's own store cannot answer now"),
                retry_after: Some(RETRY_AFTER),
                internal: Some(error.to_string()),
            },
        }
    }
}
