//! A JSON body: its media type, its size, its time and its syntax.
//!
//! Invariant: it is read after authentication, because it is the last extractor of a handler.

use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use scim_core::ScimError;
use serde_json::Value;

use crate::http::AppState;
use crate::http::error::ApiError;

/// A JSON object.
#[derive(Debug)]
pub(in crate::http) struct ScimBody(pub(in crate::http) Value);

impl FromRequest<AppState> for ScimBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, ApiError> {
        if request.body().is_end_stream() {
            return Err(ScimError::invalid_syntax("the request has no body").into());
        }
        media_type(request.headers())?;
        let limit = app.limits.body_max_bytes;
        if request.body().size_hint().lower() > limit as u64 {
            return Err(too_large(limit));
        }
        let reading = collect(request.into_body(), limit);
        let Ok(read) = tokio::time::timeout(app.limits.body_timeout, reading).await else {
            let detail = "the body did not arrive in time";
            return Err(ApiError::plain(StatusCode::REQUEST_TIMEOUT, detail).closing());
        };
        parse(&read?).map(Self).map_err(ApiError::from)
    }
}

fn media_type(headers: &HeaderMap) -> Result<(), ApiError> {
    let refused = |detail| Err(ApiError::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail).closing());
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let name = value.split(';').next().unwrap_or_default().trim();
    if !["application/scim+json", "application/json"].iter().any(|known| name.eq_ignore_ascii_case(known)) {
        return refused("the body must be sent as application/scim+json or application/json");
    }
    let coding = headers.get(header::CONTENT_ENCODING).map(axum::http::HeaderValue::as_bytes);
    if coding.is_some_and(|coding| !coding.eq_ignore_ascii_case(b"identity")) {
        return refused("a compressed body is not accepted");
    }
    Ok(())
}

async fn collect(body: Body, limit: usize) -> Result<Bytes, ApiError> {
    match Limited::new(body, limit).collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large(limit)),
        Err(_) => Err(ApiError::from(ScimError::invalid_syntax("the body broke off")).closing()),
    }
}

fn too_large(limit: usize) -> ApiError {
    ApiError::plain(StatusCode::PAYLOAD_TOO_LARGE, format!("the body is larger than {limit} bytes")).closing()
}

/// The parser's messages name what it expected and where, never what it found; nesting ends at 128 levels.
fn parse(body: &[u8]) -> Result<Value, ScimError> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    if body.trim_ascii().is_empty() {
        return Err(ScimError::invalid_syntax("the request has no body"));
    }
    let text = std::str::from_utf8(body)
        .map_err(|error| ScimError::invalid_syntax(format!("the body is not UTF-8 at byte {}", error.valid_up_to())))?;
    match serde_json::from_str(text) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(ScimError::invalid_syntax("the body must be a JSON object")),
        Err(error) => Err(ScimError::invalid_syntax(format!("the body is not valid JSON: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn objects_are_read_and_all_else_says_where_it_breaks() {
        let deep = "[".repeat(200);
        let cases: &[(&[u8], &str)] = &[
            (b"{}", ""),
            (b"\xEF\xBB\xBF{\"a\":1,\"a\":2}", ""),
            (b"{\"a\":\"\\u0000\"}", ""),
            (b"  ", "the request has no body"),
            (b"[]", "the body must be a JSON object"),
            (b"\"secret\"", "the body must be a JSON object"),
            (b"{\"a\":\n secret}", "the body is not valid JSON: expected value at line 2 column 2"),
            (b"{\"a\":1", "the body is not valid JSON: EOF while parsing an object at line 1 column 6"),
            (b"{\"a\":1} x", "the body is not valid JSON: trailing characters at line 1 column 9"),
            (b"{\"a\":1e999}", "the body is not valid JSON: number out of range at line 1 column 10"),
            (b"{\"a\":\"\xFF\"}", "the body is not UTF-8 at byte 6"),
            (deep.as_bytes(), "the body is not valid JSON: recursion limit exceeded at line 1 column 128"),
        ];
        for (body, expected) in cases {
            let told = parse(body).err().map(|error| error.detail).unwrap_or_default();
            assert_eq!(told, *expected, "{}", String::from_utf8_lossy(body));
        }
        for lone in [r#"{"a":"\ud800"}"#, r#"{"a":"\udc00"}"#, r#"{"a":"\ud800\u0041"}"#] {
            let told = parse(lone.as_bytes()).unwrap_err();
            assert_eq!((told.status, told.scim_type), (400, Some(scim_core::ScimType::InvalidSyntax)), "{lone}");
        }
    }
}
