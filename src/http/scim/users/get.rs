//! `GET /Users/{id}` (RFC 7644 section 3.4.1).

use super::ENDPOINT;
use crate::http::answer::{self, ScimJson};
use crate::http::auth::Session;
use crate::http::error::ApiError;
use crate::http::extract::Id;

/// Retrieves a user.
pub(in crate::http) async fn handler(session: Session, Id(id): Id) -> Result<ScimJson, ApiError> {
    let show = session.projection(ENDPOINT)?;
    let found = session.service.get(&session.caller, &session.base, &id, &show).await?;
    Ok(answer::resource(found))
}
