//! `POST /Users` and `POST /Groups` (RFC 7644 section 3.3).

use axum::extract::State;
use axum::response::Response;

use super::Served;
use crate::http::auth::Session;
use crate::http::error::ApiError;
use crate::http::extract::ScimBody;
use crate::http::{AppState, answer};

/// Creates a resource: 201 with its `Location`.
pub(in crate::http) async fn handler<R: Served>(
    State(app): State<AppState>,
    session: Session,
    ScimBody(body): ScimBody,
) -> Result<Response, ApiError> {
    let show = session.projection(R::PATH)?;
    let Session { caller, service, base, .. } = session;
    let root = base.clone();
    let write = async move { service.create(&caller, R::ENDPOINT, &base, &body, &show).await };
    let created = app.background.run(write).await?;
    Ok(answer::created(created, &root, R::PATH))
}
