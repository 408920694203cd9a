//! Operations that fail, and what that means for others.

use http::StatusCode;
use serde_json::{Value, json};

use super::{bulk, entries_of, id_in, message, patch, post_group, post_user, send, statuses};
use crate::groups::{group_records, site};
use crate::users::{TARGETS, insert, methods, off_value, record, records};

fn off() -> Value {
    json!({ "op": "replace", "path": "active", "value": false })
}

fn fields(target: &str) -> (&'static str, &'static str) {
    if target == "bmc" { ("Status", "Full Name") } else { ("Status", "DisplayName") }
}

#[tokio::test]
async fn each_operation_fails_by_itself_and_takes_with_it_what_refers_to_it() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = insert(&bridge, target, "ada");
        let groups = group_records(&bridge, target).len();
        let mut nameless = post_user("nameless");
        nameless["data"].as_object_mut().expect("an object").remove("userName");
        let all = json!([
            post_group("g", &["ada".to_owned(), "eve".to_owned()]),
            post_user("ada"),
            nameless,
            patch("/Users/none", &off()),
            patch(&format!("/Users/{id}"), &off()),
            { "method": "DELETE", "path": "/Machines/1" },
            { "method": "GET", "path": "/Users/1" },
            patch("/Groups/bulkId:g", &json!({ "op": "replace", "path": "displayName", "value": "h" })),
            post_user("eve"),
        ]);
        let entries = bulk(&bridge, target, &all).await;
        let expected = ["409", "409", "400", "404", "200", "404", "400", "409", "201"];
        assert_eq!(statuses(&entries), expected, "{target}: {entries:?}");
        assert_eq!(entries[1]["response"]["scimType"], "uniqueness", "{target}");
        assert_eq!(entries[1].get("location"), None, "{target}: a POST that made nothing is nowhere");
        assert!(entries[3]["location"].as_str().is_some_and(|it| it.ends_with("/Users/none")), "{target}");
        assert!(entries[0]["response"]["detail"].as_str().is_some_and(|it| it.contains("bulkId:ada")), "{target}");
        assert_eq!(entries[6].get("method"), None, "{target}");
        assert_eq!(record(&bridge, target, &id)[fields(target).0], off_value(target), "{target}");
        assert_eq!(group_records(&bridge, target).len(), groups, "{target}: nothing is made for members who are not");
    }
}

#[tokio::test]
async fn after_enough_failures_nothing_more_is_begun() {
    for target in TARGETS {
        for (count, expected, made) in [
            (Some(1), &["201", "404"][..], 1),
            (Some(2), &["201", "404", "201", "404"], 2),
            (Some(9), &["201", "404", "201", "404", "201", "404"], 3),
            (None, &["201", "404", "201", "404", "201", "404"], 3),
        ] {
            let bridge = site().build().await;
            let before = records(&bridge, target).len();
            let bad = || patch("/Users/none", &off());
            let mut body = message(&json!([post_user("a"), bad(), post_user("b"), bad(), post_user("c"), bad()]));
            body["failOnErrors"] = json!(count);
            let entries = entries_of(&send(&bridge, target, body).await);
            assert_eq!(statuses(&entries), expected, "{target} {count:?}: {entries:?}");
            assert_eq!(records(&bridge, target).len(), before + made, "{target} {count:?}");
        }
    }
}

#[tokio::test]
async fn operations_on_one_resource_keep_their_order() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = insert(&bridge, target, "ada");
        let path = format!("/Users/{id}");
        let mail = |number: usize| {
            let value = format!("a{number}@example.com");
            patch(&path, &json!({ "op": "replace", "path": "emails[type eq \"work\"].value", "value": value }))
        };
        let all: Value = (0..20).map(mail).chain([json!({ "method": "DELETE", "path": path })]).collect();
        let entries = bulk(&bridge, target, &all).await;
        assert_eq!(statuses(&entries), [vec!["200"; 20], vec!["204"]].concat(), "{target}: {entries:?}");
        let versions: std::collections::HashSet<_> = entries[..20].iter().map(|it| it["version"].to_string()).collect();
        assert_eq!(versions.len(), 20, "{target}");
        let record = record(&bridge, target, &id);
        assert_eq!(record[if target == "bmc" { "Email Address" } else { "Email" }], "a19@example.com", "{target}");
        assert_eq!(record["Status"], off_value(target), "{target}");
    }
}

#[tokio::test]
async fn an_operation_may_be_for_one_version() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = insert(&bridge, target, "ada");
        let path = format!("/Users/{id}");
        let version = bridge.get(target, &path).await.body["meta"]["version"].clone();
        let mut for_version = patch(&path, &json!({ "op": "replace", "path": "title", "value": "Lady" }));
        for_version["version"] = version;
        let mut again = for_version.clone();
        again["data"]["Operations"][0] = off();
        let entries = bulk(&bridge, target, &json!([for_version, again])).await;
        assert_eq!(statuses(&entries)[1], "412", "{target}: {entries:?}");
        assert_ne!(record(&bridge, target, &id)["Status"], off_value(target), "{target}");
    }
}

#[tokio::test]
async fn a_disable_in_a_bulk_request_is_written_first_and_stands_whatever_is_refused_beside_it() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = insert(&bridge, target, "ada");
        let mut change = patch(&format!("/Users/{id}"), &off());
        change["data"]["Operations"] =
            json!([{ "op": "replace", "path": "entitlements", "value": [{ "value": "x" }] }, off()]);
        let entries = bulk(&bridge, target, &json!([change])).await;
        assert_ne!(statuses(&entries), ["200"], "{target}: {entries:?}");
        let detail = entries[0]["response"]["detail"].as_str().expect("a text");
        assert!(detail.contains("the account is off all the same"), "{target}: {detail}");
        assert_eq!(record(&bridge, target, &id)["Status"], off_value(target), "{target}");
        assert_eq!(id_in(&entries[0]), id, "{target}");
    }
}

#[tokio::test]
async fn who_may_only_read_writes_nothing() {
    let bridge = site().build().await;
    let request = http::Request::post("/scim/v2/Bulk")
        .header("authorization", "Bearer bmc-reader-0123456789")
        .header("content-type", "application/scim+json")
        .body(axum::body::Body::from(message(&json!([post_user("eve")])).to_string()))
        .expect("a request");
    let answer = bridge.send(request).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(methods(&bridge, "bmc"), Vec::<String>::new());
}
