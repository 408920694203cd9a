//! The longest time that a request may take.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use scim_core::ScimError;
use tokio::time::Instant;

use crate::http::AppState;
use crate::http::error::ApiError;
use crate::service::Failure;

/// When the time of a request is up.
#[derive(Debug, Clone, Copy)]
pub(in crate::http) struct Deadline {
    at: Instant,
    limit: Duration,
}

impl Deadline {
    /// When an answer has to be made that is to say how far the request came: a little earlier.
    pub(in crate::http) fn to_answer(self) -> Instant {
        self.at - (self.limit / 10).min(Duration::from_secs(1))
    }
}

/// Answers 503 when the time is up. A write that is under way goes on in its own task; SCIM clients repeat, and
/// repeats are harmless.
pub(in crate::http) async fn limit(State(app): State<AppState>, mut request: Request, next: Next) -> Response {
    let limit = app.limits.deadline;
    let at = Instant::now() + limit;
    request.extensions_mut().insert(Deadline { at, limit });
    let Ok(response) = tokio::time::timeout_at(at, next.run(request)).await else {
        let error = ScimError::plain(503, "the request took too long; a change may still be carried out: try again");
        let retry_after = Some(Duration::from_secs(5));
        let internal = Some("the request's deadline passed".to_owned());
        return ApiError::from(Failure { error, retry_after, internal }).into_response();
    };
    response
}
