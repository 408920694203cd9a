//! Answers that succeed.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use scim_core::Resource;
use serde_json::Value;

/// SCIM's own media type (RFC 7644 section 3.1).
pub(super) const SCIM_JSON: HeaderValue = HeaderValue::from_static("application/scim+json");

/// What needs no escape in a segment of a path (RFC 3986 section 2.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A status and a JSON body of SCIM's media type.
#[derive(Debug)]
pub(super) struct ScimJson(pub(super) StatusCode, pub(super) Value);

impl IntoResponse for ScimJson {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.1.to_string()));
        *response.status_mut() = self.0;
        response.headers_mut().insert(header::CONTENT_TYPE, SCIM_JSON);
        response
    }
}

/// 200 with a resource.
pub(super) fn resource(resource: Resource) -> Response {
    one(StatusCode::OK, resource.into_json())
}

/// 304: the client has this version already.
pub(super) fn not_modified(resource: &Resource) -> Response {
    let mut response = StatusCode::NOT_MODIFIED.into_response();
    response.headers_mut().extend(etag(resource.as_map().get("meta")));
    response
}

/// One resource, with its version as `ETag` where the resource shows it (RFC 7644 section 3.14).
fn one(status: StatusCode, body: Value) -> Response {
    let etag = etag(body.get("meta"));
    let mut response = ScimJson(status, body).into_response();
    response.headers_mut().extend(etag);
    response
}

fn etag(meta: Option<&Value>) -> Option<(HeaderName, HeaderValue)> {
    let version = meta?.get("version")?.as_str()?;
    Some((header::ETAG, HeaderValue::try_from(version).ok()?))
}

/// 201 with a resource and its `Location` (RFC 7644 section 3.3), also when the projection hides `meta`.
pub(super) fn created(resource: Resource, base: &str, endpoint: &str) -> Response {
    let body = resource.into_json();
    let location = body.pointer("/meta/location").and_then(Value::as_str).map(ToOwned::to_owned).or_else(|| {
        let id = body.get("id")?.as_str()?;
        Some(format!("{base}{endpoint}/{}", utf8_percent_encode(id, SEGMENT)))
    });
    let mut response = one(StatusCode::CREATED, body);
    if let Some(location) = location.and_then(|location| HeaderValue::try_from(location).ok()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
