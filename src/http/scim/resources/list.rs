//! `GET /Users` and `GET /Groups` (RFC 7644 section 3.4.2).

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use scim_core::{Resource, messages};

use super::Served;
use crate::http::answer::ScimJson;
use crate::http::auth::Session;
use crate::http::error::ApiError;
use crate::service::ListRequest;

/// Lists resources, or looks one up by a filter.
pub(in crate::http) async fn handler<R: Served>(session: Session) -> Result<Response, ApiError> {
    let request = ListRequest {
        filter: session.query.text("filter")?,
        start_index: session.query.integer("startIndex")?,
        count: session.query.integer("count")?,
        projection: session.projection(R::PATH)?,
    };
    let listed = session.service.list(&session.caller, R::ENDPOINT, &session.base, &request).await?;
    let resources = listed.resources.into_iter().map(Resource::into_json).collect();
    let body = messages::list_response(resources, listed.total_results, listed.start_index);
    let mut response = ScimJson(StatusCode::OK, body).into_response();
    // The total of an earlier walk states its age, in whole seconds (RFC 9111 section 5.1).
    if let Some(age) = listed.age {
        response.headers_mut().insert(header::AGE, age.as_secs().into());
    }
    Ok(response)
}
