//! The conditions of a request: `If-Match` and `If-None-Match` (RFC 9110 section 13.1, RFC 7644 section 3.14).

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use scim_core::{Resource, Tags};

use crate::http::AppState;
use crate::http::error::ApiError;

/// The two headers, each as one list however often it came; none where it did not come.
#[derive(Debug)]
pub(in crate::http) struct Conditions {
    only_if: Option<String>,
    unless: Option<String>,
}

impl Conditions {
    /// The versions that a write is for.
    ///
    /// # Errors
    /// 400 when the header is no list of entity tags: to overlook it would be to write what the client wanted to be
    /// careful with.
    pub(in crate::http) fn only_if(&self) -> Result<Option<Tags>, ApiError> {
        let Some(text) = &self.only_if else { return Ok(None) };
        Tags::parse(text).map(Some).ok_or_else(|| {
            let detail = "the header If-Match must be * or a list of entity tags such as W/\"a1b2\"";
            ApiError::plain(StatusCode::BAD_REQUEST, detail)
        })
    }

    /// Whether the client has what a read found. A header that is no list of entity tags names nothing that it could
    /// have, and a resource that is shown without its version is like none of them.
    pub(in crate::http) fn are_met_by(&self, found: &Resource) -> bool {
        let version = found.as_map().get("meta").and_then(|meta| meta.get("version")?.as_str());
        match self.unless.as_deref().and_then(Tags::parse) {
            None => false,
            Some(Tags::Any) => true,
            Some(tags) => version.is_some_and(|version| tags.admit(version)),
        }
    }
}

impl FromRequestParts<AppState> for Conditions {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Infallible> {
        let headers = &parts.headers;
        Ok(Self { only_if: joined(headers, &header::IF_MATCH), unless: joined(headers, &header::IF_NONE_MATCH) })
    }
}

fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let values: Vec<_> = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    (!values.is_empty()).then(|| values.join(","))
}
