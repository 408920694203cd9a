//! `POST …/.search` (RFC 7644 section 3.4.3): a query in a body, so that no filter stands in a URL.

use axum::response::Response;
use scim_core::SearchRequest;

use super::resources::{Served, list};
use crate::http::auth::Session;
use crate::http::error::ApiError;
use crate::http::extract::ScimBody;

/// What the path of every search ends in.
pub(in crate::http) const PATH: &str = "/.search";

/// `POST /.search`: over all resource types of the target.
pub(in crate::http) async fn everywhere(session: Session, ScimBody(body): ScimBody) -> Result<Response, ApiError> {
    let request = SearchRequest::read(&body)?;
    Ok(list::answer(session.service.search(&session.caller, &session.base, &request).await?))
}

/// `POST /Users/.search` and `POST /Groups/.search`
pub(in crate::http) async fn handler<R: Served>(
    session: Session,
    ScimBody(body): ScimBody,
) -> Result<Response, ApiError> {
    session.definition(R::PATH)?;
    let request = SearchRequest::read(&body)?;
    Ok(list::answer(session.service.list(&session.caller, R::ENDPOINT, &session.base, &request).await?))
}
