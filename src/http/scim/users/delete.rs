//! `DELETE /Users/{id}` (RFC 7644 section 3.6).

use axum::extract::State;
use axum::http::StatusCode;

use crate::http::AppState;
use crate::http::auth::Session;
use crate::http::error::ApiError;
use crate::http::extract::Id;

/// Deletes a user: 204.
pub(in crate::http) async fn handler(
    State(app): State<AppState>,
    session: Session,
    Id(id): Id,
) -> Result<StatusCode, ApiError> {
    let Session { caller, service, .. } = session;
    let write = async move { service.delete(&caller, &id).await };
    app.background.run(write).await.map(|()| StatusCode::NO_CONTENT)
}
