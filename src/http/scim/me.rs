//! `/Me`: a credential is no user, so there is nobody to show.

use axum::http::StatusCode;

use crate::http::auth::Session;
use crate::http::error::ApiError;

/// Every method of a resource, on `/Me` (RFC 7644 section 3.11 lets a provider answer 501).
pub(in crate::http) async fn handler(_session: Session) -> ApiError {
    ApiError::plain(StatusCode::NOT_IMPLEMENTED, "/Me is not implemented: a credential of the bridge is not a user")
}
