//! `GET /Users/{id}` and `GET /Groups/{id}` (RFC 7644 section 3.4.1).

use axum::response::Response;

use super::Served;
use crate::http::answer;
use crate::http::auth::Session;
use crate::http::error::ApiError;
use crate::http::extract::{Conditions, Id};

/// Retrieves a resource, or says that the client has it already (RFC 7644 section 3.14).
pub(in crate::http) async fn handler<R: Served>(
    session: Session,
    Id(id): Id,
    conditions: Conditions,
) -> Result<Response, ApiError> {
    let show = session.projection(R::PATH)?;
    let found = session.service.get(&session.caller, R::ENDPOINT, &session.base, &id, &show).await?;
    Ok(if conditions.are_met_by(&found) { answer::not_modified(&found) } else { answer::resource(found) })
}
