//! `POST /Bulk` over both targets, judged by the vendors' records.

mod circles;
mod failures;
mod limits;
mod thousand;
mod time;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::bridge::{Answer, TestBridge};

const RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

fn message(operations: &Value) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations })
}

async fn send(bridge: &TestBridge, target: &str, body: Value) -> Answer {
    bridge.call(target, Method::POST, "/Bulk", Some(body)).await
}

/// The entries of an answer.
async fn bulk(bridge: &TestBridge, target: &str, operations: &Value) -> Vec<Value> {
    entries_of(&send(bridge, target, message(operations)).await)
}

fn entries_of(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.body["schemas"], json!([RESPONSE]));
    let entries = answer.body["Operations"].as_array().expect("entries").clone();
    for entry in &entries {
        let status = entry["status"].as_str().expect("a text").parse::<u16>().expect("a status");
        assert_eq!(entry.get("response").is_some(), status >= 400, "{entry}");
        assert!(status >= 400 || entry["location"].as_str().is_some_and(|it| it.starts_with("https://")), "{entry}");
        if status >= 400 {
            assert_eq!(entry["response"]["status"], entry["status"], "{entry}");
        }
    }
    entries
}

fn statuses(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["status"].as_str().expect("a text")).collect()
}

fn id_in(entry: &Value) -> String {
    let location = entry["location"].as_str().unwrap_or_else(|| panic!("no location: {entry}"));
    let id = location.rsplit('/').next().expect("a segment");
    percent_encoding::percent_decode_str(id).decode_utf8().expect("UTF-8").into_owned()
}

fn post_user(name: &str) -> Value {
    json!({ "method": "POST", "path": "/Users", "bulkId": name, "data": crate::users::new_user(name) })
}

/// A group of members by their `bulkId`s.
fn post_group(name: &str, members: &[String]) -> Value {
    let members: Value = members.iter().map(|member| json!({ "value": format!("bulkId:{member}") })).collect();
    json!({ "method": "POST", "path": "/Groups", "bulkId": name, "data": { "displayName": name, "members": members } })
}

fn patch(path: &str, operation: &Value) -> Value {
    let schemas = json!(["urn:ietf:params:scim:api:messages:2.0:PatchOp"]);
    json!({ "method": "PATCH", "path": path, "data": { "schemas": schemas, "Operations": [operation] } })
}
