//! `PATCH /Users/{id}` and `PATCH /Groups/{id}` (RFC 7644 section 3.5.2).

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::Served;
use crate::http::AppState;
use crate::http::answer;
use crate::http::auth::Session;
use crate::http::error::ApiError;
use crate::http::extract::{Conditions, Id, ScimBody};
use crate::service::Terms;

/// Changes parts of a resource: 200 with the whole of it, which every client understands, or 204 for a group.
pub(in crate::http) async fn handler<R: Served>(
    State(app): State<AppState>,
    session: Session,
    Id(id): Id,
    conditions: Conditions,
    ScimBody(body): ScimBody,
) -> Result<Response, ApiError> {
    let terms = Terms { only_if: conditions.only_if()?, show: session.projection(R::PATH)? };
    let Session { caller, service, base, .. } = session;
    let write = async move { service.patch(&caller, R::ENDPOINT, &base, &id, &body, &terms).await };
    Ok(match app.background.run(write).await? {
        Some(changed) => answer::resource(changed),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}
