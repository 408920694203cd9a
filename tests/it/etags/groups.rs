//! Groups: a version covers the members, and is told only where they are read.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{ask, patch, version_of};
use crate::groups::{assert_nothing_written, counts, group, members, op, put_in, set_of, site, users};
use crate::users::{TARGETS, clear};

#[tokio::test]
async fn a_group_without_its_members_has_no_version_and_costs_no_query_for_them() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = group(&bridge, target, "Engineers");
        let ids = users(&bridge, target, 2);
        put_in(&bridge, target, &ids[0], &id);
        let path = format!("/Groups/{id}");
        let whole = bridge.get(target, &path).await;
        let version = version_of(&whole);
        for query in ["excludedAttributes=members", "attributes=displayName,meta", "attributes=displayName"] {
            clear(&bridge, target);
            let answer = bridge.get(target, &format!("{path}?{query}")).await;
            assert_eq!((answer.status, answer.headers.get("etag")), (StatusCode::OK, None), "{target} {query}");
            assert_eq!(answer.body["meta"].get("version"), None, "{target} {query}");
            assert_eq!(counts(&bridge, target).0, 0, "{target} {query}");
        }
        let listed = bridge.get(target, "/Groups?filter=displayName%20eq%20%22Engineers%22").await;
        assert_eq!(listed.body["Resources"][0]["meta"]["version"], version, "{target}: {}", listed.body);
        let part = bridge.get(target, &format!("{path}?attributes=members.value,meta.version")).await;
        assert_eq!(version_of(&part), version, "{target}");
        put_in(&bridge, target, &ids[1], &id);
        let more = bridge.get(target, &path).await;
        assert_eq!(more.body["members"].as_array().map(Vec::len), Some(2), "{target}");
        assert_ne!(version_of(&more), version, "{target}");
    }
}

#[tokio::test]
async fn a_write_of_a_group_is_conditional_on_its_members_too() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = group(&bridge, target, "Engineers");
        let ids = users(&bridge, target, 2);
        let path = format!("/Groups/{id}");
        let version = version_of(&bridge.get(target, &path).await);
        put_in(&bridge, target, &ids[0], &id);
        clear(&bridge, target);
        let joining = || Some(patch(&json!([op("add", [&ids[1]])])));
        let whole = Some(json!({ "displayName": "Engineers", "members": [] }));
        for (method, body) in [(Method::PATCH, joining()), (Method::PUT, whole), (Method::DELETE, None)] {
            let headers = [("if-match", version.as_str())];
            let answer = ask(&bridge, target, method.clone(), &path, &headers, body).await;
            assert_eq!(answer.status, StatusCode::PRECONDITION_FAILED, "{target} {method}: {}", answer.body);
        }
        assert_nothing_written(&bridge, target, "412");
        let version = version_of(&bridge.get(target, &path).await);
        let done = ask(&bridge, target, Method::PATCH, &path, &[("if-match", &version)], joining()).await;
        assert_eq!((done.status, &done.body), (StatusCode::NO_CONTENT, &Value::Null), "{target}");
        assert_eq!(members(&bridge, target, &id), set_of(&ids), "{target}");
        let held = bridge.get(target, &path).await;
        let headers = [("if-none-match", held.headers["etag"].to_str().expect("ASCII"))];
        let same = ask(&bridge, target, Method::GET, &path, &headers, None).await;
        assert_eq!(same.status, StatusCode::NOT_MODIFIED, "{target}");
        let put = bridge.put_group(target, &id, held.body.clone()).await;
        assert_eq!(version_of(&put), version_of(&held), "{target}");
    }
}
