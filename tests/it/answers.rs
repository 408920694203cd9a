//! What is answered is what `/Schemas` says: every resource in every kind of answer, by the published document alone.

mod published;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::bridge::{Answer, Setup, TestBridge};
use published::{Published, Shown};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

async fn call(bridge: &TestBridge, target: &str, method: Method, path: &str, body: Option<Value>) -> Value {
    let Answer { status, body, .. } = bridge.call(target, method, path, body).await;
    assert!(status.is_success(), "{target} {path}: {status} {body}");
    body
}

fn full_user() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
        "USERNAME": "ada.example", "externalId": "e-1", "DisplayName": "Ada Example", "unknown": 1,
        "name": { "givenName": "Ada", "familyName": "Example", "honorificPrefix": "Dr", "x": 1 },
        "nickname": "Ada", "title": "Head", "locale": "en-US", "timezone": "Europe/Vienna", "active": "True",
        "password": "Secret#1234", "emails": [{ "value": "ada@example.com", "type": "WORK", "Primary": "true" }],
        "phoneNumbers": [{ "value": "+1 555 0100", "type": "work" }, { "value": "+1 555 0101", "type": "home" }],
        "addresses": [{ "locality": "Oslo", "type": "work", "primary": true }],
        "x509Certificates": [{ "value": "QUJD" }], "photos": [{ "value": "https://example.com/a.png" }],
        (ENTERPRISE): { "Department": "Research", "employeeNumber": 7, "manager": { "displayName": "nobody" } },
    })
}

#[tokio::test]
async fn users_are_answered_as_they_are_published() {
    let bridge = Setup::demo().build().await;
    for target in ["bmc", "ivanti"] {
        let published = Published::new(&bridge.get(target, "/Schemas").await.body);
        let check = |body: &Value, shown| published.check("User", body, shown);
        let list = call(&bridge, target, Method::GET, "/Users?count=1000", None).await;
        let everybody = list["Resources"].as_array().expect("resources");
        assert!(everybody.len() > 200, "{target}");
        for user in everybody {
            check(user, Shown::All);
        }

        let made = call(&bridge, target, Method::POST, "/Users", Some(full_user())).await;
        check(&made, Shown::All);
        let path = format!("/Users/{}", made["id"].as_str().expect("an id"));
        check(&call(&bridge, target, Method::GET, &path, None).await, Shown::All);
        let operations = json!({ "Operations": [{ "op": "Replace", "path": "NAME.GIVENNAME", "value": "Augusta" },
            { "op": "add", "path": format!("{ENTERPRISE}:costcenter"), "value": "4" },
            { "op": "add", "value": { "NickName": "A", "entitlement": 4 } }] });
        check(&call(&bridge, target, Method::PATCH, &path, Some(operations)).await, Shown::All);
        check(&call(&bridge, target, Method::PUT, &path, Some(full_user())).await, Shown::All);

        for wanted in ["userName", "NAME.familyname,emails.value", "meta.location", "password,unknown", ENTERPRISE] {
            let body = call(&bridge, target, Method::GET, &format!("{path}?attributes={wanted}"), None).await;
            check(&body, Shown::Some);
            let body = call(&bridge, target, Method::GET, &format!("{path}?excludedAttributes={wanted}"), None).await;
            check(&body, Shown::Some);
            let body = call(&bridge, target, Method::GET, &format!("/Users?count=3&attributes={wanted}"), None).await;
            for user in body["Resources"].as_array().expect("resources") {
                check(user, Shown::Some);
            }
        }
    }
}

#[tokio::test]
async fn groups_are_answered_as_they_are_published() {
    let bridge = Setup::demo().build().await;
    for target in ["bmc", "ivanti"] {
        let published = Published::new(&bridge.get(target, "/Schemas").await.body);
        let check = |body: &Value, shown| published.check("Group", body, shown);
        let list = call(&bridge, target, Method::GET, "/Groups", None).await;
        let groups = list["Resources"].as_array().expect("resources");
        assert!(groups.iter().any(|group| group["members"].as_array().is_some_and(|list| list.len() > 1)), "{target}");
        for group in groups {
            check(group, Shown::All);
        }
        let made =
            call(&bridge, target, Method::POST, "/Groups", Some(json!({ "displayname": "New Ones", "x": 1 }))).await;
        check(&made, Shown::All);
        let path = format!("/Groups/{}", made["id"].as_str().expect("an id"));
        check(&call(&bridge, target, Method::GET, &path, None).await, Shown::All);
        check(&call(&bridge, target, Method::PUT, &path, Some(json!({ "displayName": "New Ones" }))).await, Shown::All);
        check(
            &call(&bridge, target, Method::GET, &format!("{path}?attributes=members.value"), None).await,
            Shown::Some,
        );
    }
}

/// RFC 7643 sections 5 to 7: what describes the rest has the shape that the RFC gives it.
#[tokio::test]
async fn discovery_documents_are_as_the_rfc_publishes_them() {
    let bridge = Setup::default().build().await;
    for target in ["bmc", "ivanti"] {
        let schemas = bridge.get(target, "/Schemas").await.body;
        assert_eq!(schemas["totalResults"], schemas["Resources"].as_array().expect("schemas").len());
        let published = Published::new(&schemas);
        for resource_type in bridge.get(target, "/ResourceTypes").await.body["Resources"].as_array().expect("types") {
            published.check_resource_type(resource_type);
        }
    }
}

#[tokio::test]
async fn errors_hold_what_section_3_12_names_and_nothing_else() {
    let bridge = Setup::demo().build().await;
    let bodies = [
        (Method::GET, "/Users/none", None, StatusCode::NOT_FOUND),
        (Method::GET, "/Users?filter=x", None, StatusCode::BAD_REQUEST),
        (Method::GET, "/Users?count=x", None, StatusCode::BAD_REQUEST),
        (Method::GET, "/Nothing", None, StatusCode::NOT_FOUND),
        (Method::GET, "/Schemas?filter=id%20pr", None, StatusCode::FORBIDDEN),
        (Method::GET, "/Me", None, StatusCode::NOT_IMPLEMENTED),
        (Method::PUT, "/Users", Some(json!({})), StatusCode::METHOD_NOT_ALLOWED),
        (Method::POST, "/Users", Some(json!({})), StatusCode::BAD_REQUEST),
        (Method::POST, "/Users", Some(json!([])), StatusCode::BAD_REQUEST),
        (Method::POST, "/Groups", Some(json!({ "displayName": "" })), StatusCode::BAD_REQUEST),
    ];
    for target in ["bmc", "ivanti"] {
        for (method, path, body, status) in bodies.clone() {
            let answer = bridge.call(target, method, path, body).await;
            assert_eq!(answer.status, status, "{target} {path}: {}", answer.body);
            published::check_error(&answer.body, status.as_u16());
        }
    }
}

/// The checks above would find what they are for.
#[tokio::test]
async fn the_checks_bite() {
    let bridge = Setup::demo().build().await;
    let published = Published::new(&bridge.get("bmc", "/Schemas").await.body);
    let sound = call(&bridge, "bmc", Method::POST, "/Users", Some(full_user())).await;
    let spoilt: [(&str, Value); 10] = [
        ("/unknown", json!("x")),
        ("/password", json!("x")),
        ("/nickname", json!("x")),
        ("/title", json!("")),
        ("/title", json!(null)),
        ("/active", json!("true")),
        ("/emails", json!([])),
        ("/emails", json!([{ "value": "a", "primary": true }, { "value": "b", "primary": true }])),
        ("/meta/created", json!("yesterday")),
        ("/schemas", json!(["urn:ietf:params:scim:schemas:core:2.0:User"])),
    ];
    for (pointer, value) in spoilt {
        let mut body = sound.clone();
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        body.pointer_mut(parent).expect("it is there")[name] = value;
        let caught = std::panic::catch_unwind(|| published.check("User", &body, Shown::All));
        assert!(caught.is_err(), "{pointer}");
    }
    published.check("User", &sound, Shown::All);
}
