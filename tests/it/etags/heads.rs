//! `HEAD`: the answer of `GET` without its body (RFC 9110 section 9.3.2).

use axum::body::Body;
use http::{Method, Request};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::bridge::{Setup, TestBridge};
use crate::users::{TARGETS, insert};

async fn raw(bridge: &TestBridge, target: &str, method: Method, path: &str) -> (http::response::Parts, bytes::Bytes) {
    let token = format!("Bearer {target}-token-0123456789");
    let request = Request::builder().method(method).uri(path).header("authorization", token);
    let answer = bridge.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await;
    let (head, body) = answer.expect("routers do not fail").into_parts();
    (head, body.collect().await.expect("a whole body").to_bytes())
}

#[tokio::test]
async fn every_route_that_can_be_read_answers_head_as_get_without_the_body() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let id = insert(&bridge, target, "ada");
        let user = format!("/scim/v2/Users/{id}");
        for path in [
            "/healthz",
            "/readyz",
            user.as_str(),
            "/scim/v2/Users",
            "/scim/v2/Users/none",
            "/scim/v2/Groups",
            "/scim/v2/Users?filter=nonsense",
            "/scim/v2/ServiceProviderConfig",
            "/scim/v2/ResourceTypes",
            "/scim/v2/ResourceTypes/User",
            "/scim/v2/Schemas",
            "/scim/v2/Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
            "/scim/v2/Me",
        ] {
            let (got, body) = raw(&bridge, target, Method::GET, path).await;
            let (head, nothing) = raw(&bridge, target, Method::HEAD, path).await;
            assert!(nothing.is_empty() && !body.is_empty(), "{target} {path}");
            assert_eq!(head.status, got.status, "{target} {path}");
            for name in ["content-type", "etag", "location"] {
                assert_eq!(head.headers.get(name), got.headers.get(name), "{target} {path}: {name}");
            }
            // The request's id is part of no body, so that the two are of one length.
            let length = head.headers.get("content-length").map(|it| it.to_str().expect("ASCII").to_owned());
            assert!(length.is_none_or(|length| length == body.len().to_string()), "{target} {path}");
        }
        let (head, _) = raw(&bridge, target, Method::HEAD, &user).await;
        assert!(head.headers.contains_key("etag") && head.headers.contains_key("content-length"), "{target}");
    }
}
