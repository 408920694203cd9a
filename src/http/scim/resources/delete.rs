//! `DELETE /Users/{id}` and `DELETE /Groups/{id}` (RFC 7644 section 3.6).

use axum::extract::State;
use axum::http::StatusCode;

use super::Served;
use crate::http::AppState;
use crate::http::auth::Session;
use crate::http::error::ApiError;
use crate::http::extract::{Conditions, Id};

/// Deletes a resource: 204.
pub(in crate::http) async fn handler<R: Served>(
    State(app): State<AppState>,
    session: Session,
    Id(id): Id,
    conditions: Conditions,
) -> Result<StatusCode, ApiError> {
    let Session { caller, service, .. } = session;
    let only_if = conditions.only_if()?;
    let write = async move { service.delete(&caller, R::ENDPOINT, &id, only_if.as_ref()).await };
    app.background.run(write).await.map(|()| StatusCode::NO_CONTENT)
}
