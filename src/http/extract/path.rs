//! The last segment of a path.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::StatusCode;
use axum::http::request::Parts;

use crate::http::AppState;
use crate::http::error::ApiError;

/// A percent-decoded id, name or URN. It may hold any characters, slashes included.
#[derive(Debug)]
pub(in crate::http) struct Id(pub(in crate::http) String);

impl FromRequestParts<AppState> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, ApiError> {
        // What is not UTF-8 cannot be an id that the bridge gave out.
        let params = RawPathParams::from_request_parts(parts, app).await.ok();
        let found = params.iter().flatten().find(|(key, _)| *key != "target").map(|(_, value)| value.to_owned());
        found.map(Self).ok_or_else(|| ApiError::plain(StatusCode::NOT_FOUND, "there is no resource of that id"))
    }
}
