//! `PUT /Users/{id}` and `PUT /Groups/{id}` (RFC 7644 section 3.5.1).

use axum::extract::State;
use axum::response::Response;

use super::Served;
use crate::http::AppState;
use crate::http::answer;
use crate::http::auth::Session;
use crate::http::error::ApiError;
use crate::http::extract::{Conditions, Id, ScimBody};
use crate::service::Terms;

/// Replaces a resource.
pub(in crate::http) async fn handler<R: Served>(
    State(app): State<AppState>,
    session: Session,
    Id(id): Id,
    conditions: Conditions,
    ScimBody(body): ScimBody,
) -> Result<Response, ApiError> {
    let terms = Terms { only_if: conditions.only_if()?, show: session.projection(R::PATH)? };
    let Session { caller, service, base, .. } = session;
    let write = async move { service.replace(&caller, R::ENDPOINT, &base, &id, &body, &terms).await };
    app.background.run(write).await.map(answer::resource)
}
