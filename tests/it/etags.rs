//! Versions of resources, and requests that are conditional on them (RFC 7644 section 3.14).

mod conditions;
mod groups;
mod heads;
mod versions;

use axum::body::Body;
use http::{Method, Request};
use serde_json::Value;

use crate::bridge::{Answer, TestBridge};

/// A request with further headers.
async fn ask(
    bridge: &TestBridge,
    target: &str,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<Value>,
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/scim/v2{path}"))
        .header("authorization", format!("Bearer {target}-token-0123456789"))
        .header("content-type", "application/scim+json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    bridge.send(request.body(body).expect("a request")).await
}

/// The version in an answer: weak, and the same in the header.
fn version_of(answer: &Answer) -> String {
    let version = answer.body["meta"]["version"].as_str().unwrap_or_else(|| panic!("no version: {}", answer.body));
    assert!(version.starts_with("W/\"") && version.ends_with('"') && version.len() == 28, "{version}");
    assert_eq!(answer.headers["etag"], version);
    version.to_owned()
}

/// One `PatchOp` message.
fn patch(operations: &Value) -> Value {
    serde_json::json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations })
}
