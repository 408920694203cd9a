//! `POST /Users` (RFC 7644 section 3.3).

use axum::extract::State;
use axum::response::Response;

use super::ENDPOINT;
use crate::http::auth::Session;
use crate::http::error::ApiError;
use crate::http::extract::ScimBody;
use crate::http::{AppState, answer};

/// Creates a user: 201 with its `Location`.
pub(in crate::http) async fn handler(
    State(app): State<AppState>,
    session: Session,
    ScimBody(body): ScimBody,
) -> Result<Response, ApiError> {
    let show = session.projection(ENDPOINT)?;
    let Session { caller, service, base, .. } = session;
    let root = base.clone();
    let write = async move { service.create(&caller, &base, &body, &show).await };
    let created = app.background.run(write).await?;
    Ok(answer::created(created, &root, ENDPOINT))
}
