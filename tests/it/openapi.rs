//! The interface description is that of the router, of the demo's targets, and of what is checked in.

use std::collections::BTreeSet;

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use scim_bridge::cli::demo::Demo;
use scim_bridge::http::paths;
use serde_json::Value;
use tower::ServiceExt;

use crate::architecture::{read, root};
use crate::bridge::Setup;

#[tokio::test]
async fn what_is_checked_in_is_what_the_demo_describes() {
    let demo = Demo::new("127.0.0.1:0".parse().expect("an address")).await.expect("a free port");
    let kept = read(&root().join("openapi/scim-bridge.json"));
    let same = kept == demo.openapi();
    assert!(same, "stale; refresh it: cargo run -- --log error demo --openapi > openapi/scim-bridge.json");
}

/// The methods of a route, as it tells who asks for one that it does not have.
async fn methods(router: &axum::Router, path: &str) -> BTreeSet<String> {
    let request = Request::builder().method(Method::TRACE).uri(path).body(Body::empty()).expect("a request");
    let answer = router.clone().oneshot(request).await.expect("routers do not fail");
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
    let allowed = answer.headers()[header::ALLOW].to_str().expect("text");
    // HEAD comes with GET.
    allowed.split(',').map(str::to_lowercase).filter(|method| method != "head").collect()
}

#[tokio::test]
async fn every_route_is_described_and_every_description_is_a_route() {
    let bridge = Setup::default().build().await;
    let document = described(&bridge.router).await;
    let mut routes = BTreeSet::new();
    for path in paths() {
        for method in methods(&bridge.router, &path.replace("{target}", "bmc")).await {
            routes.insert(format!("{method} {path}"));
        }
    }
    let mut operations = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for method in methods.as_object().expect("methods").keys() {
            operations.insert(format!("{method} {path}"));
        }
    }
    assert_eq!(routes, operations);
    assert!(routes.len() > 30, "{routes:?}");
}

async fn described(router: &axum::Router) -> Value {
    let request = Request::builder().uri("/openapi.json").body(Body::empty()).expect("a request");
    let answer = router.clone().oneshot(request).await.expect("routers do not fail");
    assert_eq!(answer.status(), StatusCode::OK, "no credential is needed");
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/json");
    let body = http_body_util::BodyExt::collect(answer.into_body()).await.expect("a body").to_bytes();
    serde_json::from_slice(&body).expect("JSON")
}

#[tokio::test]
async fn names_are_unique_and_references_lead_somewhere() {
    let document = described(&Setup::default().build().await.router).await;
    let (mut references, mut names) = (BTreeSet::new(), Vec::new());
    walk(&document, &mut |key, value| match (key, value) {
        ("$ref", Value::String(to)) => drop(references.insert(to.clone())),
        ("operationId", Value::String(name)) => names.push(name.clone()),
        _ => {}
    });
    for reference in &references {
        let pointer = reference.strip_prefix('#').expect("within the document");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    let all = names.len();
    assert_eq!(names.into_iter().collect::<BTreeSet<_>>().len(), all);
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    for name in schemas.keys().filter(|name| *name != "Attribute") {
        assert!(references.contains(&format!("#/components/schemas/{name}")), "{name} is used");
    }
}

/// The members of all objects below a value. Properties that are called `$ref` are none.
fn walk(value: &Value, see: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                see(key, value);
                walk(value, see);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| walk(element, see)),
        _ => {}
    }
}
