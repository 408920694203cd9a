//! Who calls, and which target: the extractor that stands first in every SCIM handler.
//!
//! Invariants: a token is compared by its digest, in constant time, with every credential. 401 and 403 speak of the
//! credential alone; a target that does not exist is not told from one that belongs to others.

use std::sync::Arc;

use aws_lc_rs::constant_time;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use scim_core::{Definition, Leniency, Projection, ScimError};

use super::error::ApiError;
use super::extract::Query;
use super::middleware::observe::{Noted, RequestId};
use super::scim::search;
use super::{App, AppState};
use crate::config::{Access, Credential, token_sha256};
use crate::service::{Caller, Service};
use crate::telemetry::clients::Client;

/// An authenticated request to one target.
pub(super) struct Session {
    pub(super) caller: Caller,
    pub(super) service: Arc<dyn Service>,
    /// The SCIM root under which the request came in, without a slash at its end.
    pub(super) base: String,
    pub(super) query: Query,
}

impl Session {
    /// The definition of the resource type that is served at an endpoint.
    pub(super) fn definition(&self, endpoint: &str) -> Result<&Definition, ApiError> {
        let mut types = self.service.resource_types().iter();
        let found = types.find(|definition| definition.resource_type().endpoint == endpoint);
        found.map(AsRef::as_ref).ok_or_else(|| {
            ApiError::plain(StatusCode::NOT_FOUND, format!("this target has no resource type at {endpoint}"))
        })
    }

    /// What the answer shows, by the query's `attributes` and `excludedAttributes`.
    pub(super) fn projection(&self, endpoint: &str) -> Result<Projection, ApiError> {
        let only = self.query.list("attributes")?;
        let without = self.query.list("excludedAttributes")?;
        let only = (!only.is_empty()).then(|| only.iter().map(String::as_str));
        Ok(Projection::new(self.definition(endpoint)?, only, without.iter().map(String::as_str)))
    }
}

impl FromRequestParts<AppState> for Session {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        let (credential, client) = authenticate(&parts.headers, app)?;
        let noted = parts.extensions.get::<Arc<Noted>>().cloned().unwrap_or_default();
        noted.credential(&credential.name);

        let params = RawPathParams::from_request_parts(parts, app).await.ok();
        let named = params.iter().flatten().find(|(key, _)| *key == "target").map(|(_, value)| value);
        let root = named.map_or_else(|| "/scim/v2".to_owned(), |name| format!("/targets/{name}/scim/v2"));
        let target = bound(credential, named)?;
        noted.target(target);
        let service = app.targets.get(target).ok_or_else(|| {
            ApiError::internal(format!("credential {} is bound to {target}, which is not served", credential.name))
        })?;

        if !reads(&parts.method, parts.uri.path()) && credential.access == Access::Read {
            return Err(ApiError::plain(StatusCode::FORBIDDEN, "this credential may only read"));
        }
        let request_id = parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
        Ok(Self {
            caller: Caller::of(Arc::clone(client), request_id),
            service: Arc::clone(service),
            base: format!("{}{root}", app.public_url),
            query: Query::parse(parts.uri.query().unwrap_or_default()),
        })
    }
}

/// Whether a request only reads. A search is a POST to be out of the URL, not to change anything.
fn reads(method: &Method, path: &str) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
        || (*method == Method::POST && path.ends_with(search::PATH))
}

/// The target that is meant: the one in the path, or else the only one of the credential.
fn bound<'a>(credential: &'a Credential, named: Option<&str>) -> Result<&'a str, ApiError> {
    match (named, &credential.targets[..]) {
        (Some(name), targets) => targets.iter().find(|target| *target == name).map(String::as_str).ok_or_else(|| {
            ApiError::plain(StatusCode::FORBIDDEN, "this credential is not bound to the target named in the path")
        }),
        (None, [only]) => Ok(only),
        (None, _) => Err(ApiError::plain(
            StatusCode::NOT_FOUND,
            "this credential is bound to several targets: name one by /targets/{target}/scim/v2",
        )),
    }
}

fn authenticate<'a>(headers: &HeaderMap, app: &'a App) -> Result<(&'a Credential, &'a Arc<Client>), ApiError> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Err(ApiError::unauthorized("the header Authorization is missing: send \"Bearer\" and the token"));
    };
    if values.next().is_some() {
        return Err(ApiError::unauthorized("the header Authorization came more than once"));
    }
    let (token, schemes) = without_scheme(value.as_bytes());
    let digest = token_sha256(token);
    // All are compared, so that the time tells nothing about which one it was.
    let mut found = None;
    for known in app.credentials.iter().zip(&app.clients) {
        if constant_time::verify_slices_are_equal(&known.0.token_sha256, &digest).is_ok() {
            found = Some(known);
        }
    }
    let found = found.ok_or_else(|| ApiError::unauthorized("the token is not one that the bridge gave out"))?;
    if schemes != 1 {
        let refused = || ScimError::plain(401, "the header Authorization must be \"Bearer\" and the token");
        let forgiven = found.1.reading(|notes| notes.forgive(Leniency::TokenScheme, refused));
        forgiven.map_err(|refused| ApiError::unauthorized(&refused.detail))?;
    }
    Ok(found)
}

/// The token without `Bearer`, in any letter case, and how often that stood before it. Okta sends what its administrator
/// typed: with the scheme, without it, or, behind a field that adds it, twice.
fn without_scheme(mut value: &[u8]) -> (&[u8], usize) {
    value = value.trim_ascii();
    for schemes in 0..2 {
        match value.split_at_checked(7) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case(b"bearer ") => value = token.trim_ascii(),
            _ => return (value, schemes),
        }
    }
    (value, 2)
}

#[cfg(test)]
mod tests {
    use super::without_scheme;

    #[test]
    fn the_scheme_may_be_there_or_not() {
        let cases = [
            ("Bearer abc", "abc", 1),
            ("bearer  abc ", "abc", 1),
            ("abc", "abc", 0),
            ("Bearer Bearer abc", "abc", 2),
            ("Bearer", "Bearer", 0),
            ("Bearerabc", "Bearerabc", 0),
            ("Basic abc", "Basic abc", 0),
            ("", "", 0),
        ];
        for (value, expected, schemes) in cases {
            assert_eq!(without_scheme(value.as_bytes()), (expected.as_bytes(), schemes), "{value}");
        }
    }
}
