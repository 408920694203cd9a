//! `GET /Users/{id}` and `GET /Groups/{id}` (RFC 7644 section 3.4.1).

use super::Served;
use crate::http::answer::{self, ScimJson};
use crate::http::auth::Session;
use crate::http::error::ApiError;
use crate::http::extract::Id;

/// Retrieves a resource.
pub(in crate::http) async fn handler<R: Served>(session: Session, Id(id): Id) -> Result<ScimJson, ApiError> {
    let show = session.projection(R::PATH)?;
    let found = session.service.get(&session.caller, R::ENDPOINT, &session.base, &id, &show).await?;
    Ok(answer::resource(found))
}
