//! `PUT /Users/{id}` and `PUT /Groups/{id}` (RFC 7644 section 3.5.1).

use axum::extract::State;

use super::Served;
use crate::http::AppState;
use crate::http::answer::{self, ScimJson};
use crate::http::auth::Session;
use crate::http::error::ApiError;
use crate::http::extract::{Id, ScimBody};

/// Replaces a resource.
pub(in crate::http) async fn handler<R: Served>(
    State(app): State<AppState>,
    session: Session,
    Id(id): Id,
    ScimBody(body): ScimBody,
) -> Result<ScimJson, ApiError> {
    let show = session.projection(R::PATH)?;
    let Session { caller, service, base, .. } = session;
    let write = async move { service.replace(&caller, R::ENDPOINT, &base, &id, &body, &show).await };
    app.background.run(write).await.map(answer::resource)
}
