//! What a version says: the same wherever the same is shown, another one after every change.

use std::collections::HashSet;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{ask, version_of};
use crate::bridge::Setup;
use crate::groups::{put_in, site};
use crate::users::{TARGETS, clear, control, entries, id_of, insert, methods, new_user, patch_native, set};

#[tokio::test]
async fn a_version_is_the_same_in_every_answer() {
    for target in TARGETS {
        let bridge = site().build().await;
        let mut body = new_user("grace");
        body["externalId"] = "e-1".into();
        body["nickName"] = "Amazing".into();
        let created = bridge.post(target, body).await;
        assert_eq!(created.status, StatusCode::CREATED, "{target}: {}", created.body);
        let (version, id) = (version_of(&created), id_of(&created.body));
        let path = format!("/Users/{id}");
        let read = bridge.get(target, &path).await;
        assert_eq!(version_of(&read), version, "{target} GET\n{}\n{}", created.body, read.body);
        assert_eq!(version_of(&bridge.put(target, &id, read.body.clone()).await), version, "{target} PUT");
        let patched = bridge.patch(target, &id, set("nickName", "Amazing")).await;
        assert_eq!(version_of(&patched), version, "{target} PATCH");
        for filter in ["userName eq \"grace\"", "nickName pr", "externalId eq \"e-1\"", &format!("id eq \"{id}\"")] {
            let list = bridge.filter(target, filter).await;
            assert_eq!(list.body["Resources"][0]["meta"]["version"], version, "{target} {filter}: {}", list.body);
            assert_eq!(list.headers.get("etag"), None);
        }
        let part = bridge.get(target, &format!("{path}?attributes=userName,meta.version")).await;
        assert_eq!(version_of(&part), version, "{target} attributes");
        assert_eq!(part.body["meta"], json!({ "version": version }), "{target}");
        assert_eq!(part.body.get("name"), None, "{target}");
        let part = bridge.get(target, &format!("{path}?excludedAttributes=name,emails,externalId")).await;
        assert_eq!(version_of(&part), version, "{target} excludedAttributes");
        let named = ask(&bridge, target, Method::GET, &path, &[("host", "other.example")], None).await;
        assert_eq!(version_of(&named), version, "{target}");
    }
}

#[tokio::test]
async fn another_process_gives_the_same_version() {
    for target in TARGETS {
        let versions = [(), ()].map(|()| async {
            let bridge = Setup::default().build().await;
            let id = insert(&bridge, target, "ada");
            let root = bridge.get(target, &format!("/Users/{id}")).await;
            version_of(&root)
        });
        let [one, other] = versions;
        assert_eq!(one.await, other.await, "{target}");
    }
}

#[tokio::test]
async fn every_root_shows_the_same_version() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = insert(&bridge, target, "ada");
        let token = format!("Bearer {target}-token-0123456789");
        let mut versions = HashSet::new();
        for root in ["/scim/v2".to_owned(), format!("/targets/{target}/scim/v2")] {
            let request = http::Request::get(format!("{root}/Users/{id}")).header("authorization", &token);
            let answer = bridge.send(request.body(axum::body::Body::empty()).expect("a request")).await;
            versions.insert(version_of(&answer));
        }
        assert_eq!(versions.len(), 1, "{target}");
    }
}

#[tokio::test]
async fn every_change_of_what_is_shown_makes_another_version() {
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
    for target in TARGETS {
        let bridge = site().build().await;
        let id = id_of(&bridge.post(target, new_user("grace")).await.body);
        let path = format!("/Users/{id}");
        let mut seen = HashSet::from([version_of(&bridge.get(target, &path).await)]);
        for (attribute, value) in [
            ("active", json!(false)),
            ("active", json!(true)),
            ("displayName", json!("Amazing Grace")),
            ("emails[type eq \"work\"].value", json!("g@example.com")),
            (enterprise, json!("Compilers")),
            ("nickName", json!("Amazing")),
            ("externalId", json!("e-2")),
        ] {
            let changed = bridge.patch(target, &id, set(attribute, value)).await;
            assert_eq!(changed.status, StatusCode::OK, "{target} {attribute}: {}", changed.body);
            let version = version_of(&changed);
            assert_eq!(version_of(&bridge.get(target, &path).await), version, "{target} {attribute}");
            // Switched off and on again is the same again, where the vendor keeps no time of the last change.
            assert!(seen.insert(version) || attribute == "active", "{target} {attribute}");
        }
        let field = if target == "bmc" { "Phone Number" } else { "Phone" };
        patch_native(&bridge, target, &id, json!({ field: "1" }));
        assert!(seen.insert(version_of(&bridge.get(target, &path).await)), "{target}: at the vendor");
    }
}

#[tokio::test]
async fn a_membership_makes_another_version_of_the_user() {
    for target in TARGETS {
        let bridge = site().build().await;
        let group = crate::groups::group(&bridge, target, "Engineers");
        let id = crate::groups::user(&bridge, target, "ada");
        let path = format!("/Users/{id}");
        let before = version_of(&bridge.get(target, &path).await);
        put_in(&bridge, target, &id, &group);
        let read = bridge.get(target, &path).await;
        assert_eq!(read.body["groups"][0]["value"], group, "{target}");
        assert_ne!(version_of(&read), before, "{target}");
        let patched = bridge.patch(target, &id, set("displayName", "Ada")).await;
        assert_eq!(version_of(&patched), version_of(&bridge.get(target, &path).await), "{target}: {}", patched.body);
    }
}

#[tokio::test]
async fn nothing_more_is_read_where_the_version_is_not_shown() {
    for target in TARGETS {
        let bridge = Setup::default().build().await;
        let id = insert(&bridge, target, "ada");
        let fields = |bridge: &_| {
            let query = entries(bridge, target).pop().expect("a call").query;
            percent_encoding::percent_decode_str(&query).decode_utf8_lossy().into_owned()
        };
        for query in ["attributes=userName", "excludedAttributes=meta,name,displayName,phoneNumbers,addresses"] {
            clear(&bridge, target);
            let answer = bridge.get(target, &format!("/Users/{id}?{query}")).await;
            assert_eq!((answer.status, answer.headers.get("etag")), (StatusCode::OK, None), "{target} {query}");
            assert_eq!(answer.body.get("meta"), None, "{target} {query}");
            assert_eq!(methods(&bridge, target), ["GET"], "{target}");
            let asked = fields(&bridge);
            let phone = if target == "bmc" { "Phone Number" } else { "Phone," };
            assert!(!asked.contains(phone), "{target} {query}: {asked}");
        }
        assert!(!control(&bridge, target).journal().entries().is_empty());
    }
}

#[tokio::test]
async fn a_filter_for_versions_is_refused_and_the_feature_is_told() {
    let bridge = Setup::default().build().await;
    let refused = bridge.filter("bmc", "meta.version eq \"W/\\\"1\\\"\"").await;
    assert_eq!((refused.status.as_u16(), &refused.body["scimType"]), (400, &json!("invalidFilter")));
    let config = bridge.get("bmc", "/ServiceProviderConfig").await;
    assert_eq!(config.body["etag"], json!({ "supported": true }));
    // What a client sends as version means nothing.
    let mut body = new_user("grace");
    body["meta"] = json!({ "version": "W/\"mine\"" });
    let created = bridge.post("bmc", body).await;
    assert_ne!(created.body["meta"]["version"], Value::from("W/\"mine\""));
}

#[tokio::test]
async fn a_bridge_that_does_not_know_the_groups_yet_tells_the_same_version_after_a_write() {
    for target in TARGETS {
        let bridge = site().build().await;
        let group = crate::groups::group(&bridge, target, "Engineers");
        let id = crate::groups::user(&bridge, target, "ada");
        put_in(&bridge, target, &id, &group);
        for _ in 0..2 {
            let patched = bridge.patch(target, &id, set("displayName", "Ada")).await;
            assert_eq!(patched.body["groups"][0]["value"], group, "{target}: {}", patched.body);
            let read = bridge.get(target, &format!("/Users/{id}")).await;
            assert_eq!(version_of(&patched), version_of(&read), "{target}");
        }
    }
}

#[tokio::test]
async fn a_user_who_is_shown_without_groups_has_no_version() {
    for target in TARGETS {
        let bridge = site().build().await;
        let id = insert(&bridge, target, "ada");
        let answer = bridge.get(target, &format!("/Users/{id}?excludedAttributes=groups")).await;
        assert_eq!((answer.status, answer.headers.get("etag")), (StatusCode::OK, None), "{target}");
        assert_eq!(answer.body["meta"].get("version"), None, "{target}");
    }
}
