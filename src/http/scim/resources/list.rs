//! `GET /Users` and `GET /Groups` (RFC 7644 section 3.4.2).

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use scim_core::{Resource, ScimError, SearchRequest, messages};

use super::Served;
use crate::http::answer::ScimJson;
use crate::http::auth::Session;
use crate::http::error::ApiError;
use crate::http::extract::Query;
use crate::service::Listed;

/// Lists resources, or looks one up by a filter.
pub(in crate::http) async fn handler<R: Served>(session: Session) -> Result<Response, ApiError> {
    session.definition(R::PATH)?;
    let request = request(&session.query)?;
    let listed = session.service.list(&session.caller, R::ENDPOINT, &session.base, &request).await?;
    Ok(answer(listed))
}

/// What the query string asks.
fn request(query: &Query) -> Result<SearchRequest, ScimError> {
    let cursor = query.given("cursor")?;
    let count = query.integer("count").map_err(|error| match cursor {
        Some(_) => ScimError::invalid_count(error.detail),
        None => error,
    });
    Ok(SearchRequest {
        attributes: query.list("attributes")?,
        excluded_attributes: query.list("excludedAttributes")?,
        filter: query.text("filter")?,
        sort_by: query.text("sortBy")?,
        sort_order: query.text("sortOrder")?,
        start_index: query.integer("startIndex")?,
        count: count?,
        cursor,
    })
}

/// A page as a `ListResponse`.
pub(in crate::http) fn answer(listed: Listed) -> Response {
    let resources = listed.resources.into_iter().map(Resource::into_json).collect();
    let mut response = ScimJson(StatusCode::OK, messages::list_response(resources, &listed.paging)).into_response();
    // The total of an earlier walk states its age, in whole seconds (RFC 9111 section 5.1).
    if let Some(age) = listed.age {
        response.headers_mut().insert(header::AGE, age.as_secs().into());
    }
    response
}
