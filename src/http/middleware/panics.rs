//! A panic is one request's 500.

use std::panic::AssertUnwindSafe;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;

use crate::http::error::ApiError;

/// Catches a panic. Nothing that the request alone held is used afterwards, so it cannot be seen half changed.
pub(in crate::http) async fn answer(request: Request, next: Next) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => ApiError::internal("the request panicked").into_response(),
    }
}
