//! `PATCH /Users/{id}` (RFC 7644 section 3.5.2).

use axum::extract::State;

use super::ENDPOINT;
use crate::http::AppState;
use crate::http::answer::{self, ScimJson};
use crate::http::auth::Session;
use crate::http::error::ApiError;
use crate::http::extract::{Id, ScimBody};

/// Changes parts of a user: 200 with the whole of it, which every client understands.
pub(in crate::http) async fn handler(
    State(app): State<AppState>,
    session: Session,
    Id(id): Id,
    ScimBody(body): ScimBody,
) -> Result<ScimJson, ApiError> {
    let show = session.projection(ENDPOINT)?;
    let Session { caller, service, base, .. } = session;
    let write = async move { service.patch(&caller, &base, &id, &body, &show).await };
    app.background.run(write).await.map(answer::resource)
}
