//! Answers and the vendor's error bodies.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde_json::{Value, json};

#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    content_type: Option<&'static str>,
    body: String,
}

impl Answer {
    pub(super) fn json(status: StatusCode, body: &Value) -> Self {
        Self { status, content_type: Some("application/json; charset=utf-8"), body: body.to_string() }
    }

    pub(super) fn xml(body: String) -> Self {
        Self { status: StatusCode::OK, content_type: Some("application/xml; charset=utf-8"), body }
    }

    pub(super) fn html(body: &str) -> Self {
        Self { status: StatusCode::OK, content_type: Some("text/html; charset=utf-8"), body: body.to_owned() }
    }

    /// A status and not a byte.
    pub(super) fn bare(status: StatusCode) -> Self {
        Self { status, content_type: None, body: String::new() }
    }

    fn ism(status: StatusCode, code: &str, description: &str, messages: &[String]) -> Self {
        let body = json!({ "code": code, "description": description, "message": messages, "help": "" });
        Self::json(status, &body)
    }

    /// 400 `ISM_4000`, the refusal of nearly everything.
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::bad_request_all(&[message.into()])
    }

    pub(super) fn bad_request_all(messages: &[String]) -> Self {
        Self::ism(StatusCode::BAD_REQUEST, "ISM_4000", "Invalid Request Payload", messages)
    }

    /// 400 `ISM_4000` of a login.
    pub(super) fn refused_login(message: &str) -> Self {
        Self::ism(StatusCode::BAD_REQUEST, "ISM_4000", "Bad Request", &[message.to_owned()])
    }

    pub(super) fn unauthorized() -> Self {
        let messages = ["Authentication required".to_owned()];
        Self::ism(StatusCode::UNAUTHORIZED, "ISM_4001", "invalid session key or session timed out", &messages)
    }

    /// 404 `ISM_4004`: a wrong path or object.
    pub(super) fn not_found(message: &str) -> Self {
        Self::ism(StatusCode::NOT_FOUND, "ISM_4004", "Invalid Path", &[message.to_owned()])
    }

    pub(super) fn conflict(message: String) -> Self {
        Self::ism(StatusCode::CONFLICT, "ISM_4009", "Conflict", &[message])
    }

    /// 500 `ISM_5000`, with an empty message.
    pub(super) fn server_error() -> Self {
        Self::ism(StatusCode::INTERNAL_SERVER_ERROR, "ISM_5000", "Internal Server Error", &[String::new()])
    }

    pub(super) fn method_not_allowed(method: &str) -> Self {
        let message = format!("The requested resource does not support http method '{method}'.");
        Self::json(StatusCode::METHOD_NOT_ALLOWED, &json!({ "Message": message }))
    }
}

impl From<Answer> for Response {
    fn from(answer: Answer) -> Self {
        let mut response = Self::new(Body::from(answer.body));
        *response.status_mut() = answer.status;
        if let Some(kind) = answer.content_type {
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        response
    }
}
