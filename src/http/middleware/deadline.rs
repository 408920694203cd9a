//! The longest time that a request may take.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use scim_core::ScimError;

use crate::http::AppState;
use crate::http::error::ApiError;
use crate::service::Failure;

/// Answers 503 when the time is up. A write that is under way goes on in its own task; SCIM clients repeat, and
/// repeats are harmless.
pub(in crate::http) async fn limit(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let Ok(response) = tokio::time::timeout(app.limits.deadline, next.run(request)).await else {
        let error = ScimError::plain(503, "the request took too long; a change may still be carried out: try again");
        let retry_after = Some(Duration::from_secs(5));
        let internal = Some("the request's deadline passed".to_owned());
        return ApiError::from(Failure { error, retry_after, internal }).into_response();
    };
    response
}
