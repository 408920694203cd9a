//! The one place that turns a failure into an answer.
//!
//! Invariant: what a failure holds for operators goes to the log line of the request, never into the answer.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use scim_core::ScimError;

use super::answer::ScimJson;
use crate::service::Failure;

/// What a client is told to wait when the failure itself does not say.
const RETRY_AFTER_DEFAULT: Duration = Duration::from_secs(5);

/// A failure on its way out.
#[derive(Debug)]
pub(super) struct ApiError {
    failure: Failure,
    extra: Extra,
}

/// A header that goes with the failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extra {
    None,
    /// The challenge that RFC 6750 asks for.
    Challenge,
    /// The connection ends with the answer.
    Close,
}

/// What the log line of the request says beside the status.
#[derive(Debug, Clone)]
pub(super) struct Internal(pub(super) String);

impl ApiError {
    /// A status without a `scimType`.
    pub(super) fn plain(status: StatusCode, detail: impl Into<String>) -> Self {
        ScimError::plain(status.as_u16(), detail).into()
    }

    /// 401, with the challenge that RFC 6750 asks for.
    pub(super) fn unauthorized(detail: &str) -> Self {
        Self { extra: Extra::Challenge, ..Self::plain(StatusCode::UNAUTHORIZED, detail) }
    }

    /// The rest of the body is not worth reading: the connection ends with the answer.
    pub(super) fn closing(self) -> Self {
        Self { extra: Extra::Close, ..self }
    }

    /// 500; what happened is for the log alone.
    pub(super) fn internal(what: impl Into<String>) -> Self {
        let error = ScimError::plain(500, "the bridge failed; its operator finds the cause under the request id");
        Failure { error, retry_after: None, internal: Some(what.into()) }.into()
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        Self { failure, extra: Extra::None }
    }
}

impl From<ScimError> for ApiError {
    fn from(error: ScimError) -> Self {
        Failure::from(error).into()
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Failure { error, retry_after, internal } = self.failure;
        let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = ScimJson(status, error.to_json()).into_response();
        let busy = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
        if let Some(wait) = retry_after.or_else(|| busy.then_some(RETRY_AFTER_DEFAULT)) {
            response.headers_mut().insert(header::RETRY_AFTER, whole_seconds(wait).into());
        }
        let extra = match self.extra {
            Extra::None => None,
            Extra::Challenge => Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"scim\""))),
            Extra::Close => Some((header::CONNECTION, HeaderValue::from_static("close"))),
        };
        response.headers_mut().extend(extra);
        if let Some(internal) = internal {
            response.extensions_mut().insert(Internal(internal));
        }
        response
    }
}

/// Never less than asked for, and never none: a client that is told 0 comes back at once.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1_000).clamp(1, u128::from(u32::MAX)).try_into().unwrap_or(1)
}

/// 404 for what no route matches.
pub(super) async fn unknown_route(uri: Uri) -> ApiError {
    let scim = uri.path().starts_with("/scim/v2") || uri.path().starts_with("/targets/");
    let hint = if scim { "" } else { "; SCIM is served below /scim/v2 and /targets/{target}/scim/v2" };
    ApiError::plain(StatusCode::NOT_FOUND, format!("there is no such endpoint{hint}"))
}

/// 405 for a route that has other methods; the router adds `Allow`.
pub(super) async fn wrong_method() -> ApiError {
    ApiError::plain(StatusCode::METHOD_NOT_ALLOWED, "this endpoint does not have that method; see the header Allow")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_rounded_up_to_whole_seconds() {
        for (millis, expected) in [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (59_999, 60)] {
            assert_eq!(whole_seconds(Duration::from_millis(millis)), expected, "{millis}");
        }
        assert_eq!(whole_seconds(Duration::MAX), u64::from(u32::MAX));
    }
}
