//! The checklist of client quirks, row by row, against every target: `row_NN_client_what`. The rows about members and
//! groups stand in `groups/clients.rs`.

mod attributes;
mod operations;
mod requests;
mod service;

use axum::body::Body;
use http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::architecture::{read, root};
use crate::bridge::{Answer, Setup, TestBridge};
pub(crate) use crate::users::{TARGETS, clear, id_of, insert, new_user, off_value, record, records, set, written};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A bridge, and Ada, whom the vendor's own people put in.
async fn ada(target: &str) -> (TestBridge, String) {
    let bridge = Setup::default().build().await;
    let id = insert(&bridge, target, "ada@example.com");
    (bridge, id)
}

/// One PATCH of Ada that is done, and what she is then.
async fn patched(target: &str, operations: Value) -> Value {
    let (bridge, id) = ada(target).await;
    let answer = bridge.patch(target, &id, operations.clone()).await;
    assert_eq!(answer.status, StatusCode::OK, "{target} {operations}: {}", answer.body);
    let read = bridge.get(target, &format!("/Users/{id}")).await;
    assert_eq!(read.body, answer.body, "{target} {operations}");
    answer.body
}

/// The element of a type.
fn of_type<'a>(user: &'a Value, list: &str, kind: &str) -> &'a Value {
    let mut elements = user[list].as_array().map(Vec::as_slice).unwrap_or_default().iter();
    elements.find(|element| element["type"] == kind).unwrap_or(&Value::Null)
}

fn assert_error(answer: &Answer, status: u16, scim_type: Option<&str>, case: &str) {
    let body = &answer.body;
    assert_eq!((answer.status.as_u16(), body["scimType"].as_str()), (status, scim_type), "{case}: {body}");
    assert_eq!(body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]), "{case}: {body}");
    assert_eq!(body["status"], status.to_string(), "{case}: {body}");
    assert!(body["detail"].as_str().is_some_and(|text| text.len() > 5), "{case}: {body}");
}

/// Any request with the token of a target; a body is JSON of SCIM's type unless a header says otherwise.
fn request(target: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(format!("/scim/v2{path}"));
    let token = format!("Bearer {target}-token-0123456789");
    let usual = [("authorization", token.as_str()), ("content-type", "application/scim+json")];
    let usual = usual.iter().filter(|(name, _)| !headers.iter().any(|(own, _)| own == name));
    for (name, value) in usual.chain(headers) {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).expect("a request")
}

#[test]
fn every_row_of_the_checklist_has_its_test() {
    let files = ["rows/attributes", "rows/operations", "rows/requests", "rows/service", "groups/clients"];
    let text: String = files.iter().map(|file| read(&root().join(format!("tests/it/{file}.rs")))).collect();
    let missing: Vec<usize> = (1..=53).filter(|row| !text.contains(&format!("async fn row_{row:02}_"))).collect();
    assert!(missing.is_empty(), "rows without a test: {missing:?}");
}
