//! Bad input through the whole bridge: the right error, nothing changed, nothing of the vendor's or of secrets shown.

use axum::body::Body;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use simulators::bmc::error_body;
use simulators::control::Fault;

use super::{TARGETS, clear, inject, insert, new_user, records, set, written};
use crate::bridge::{Answer, Setup};

struct Case {
    name: &'static str,
    request: Request<Body>,
    status: u16,
    scim_type: Option<&'static str>,
}

fn case(name: &'static str, request: Request<Body>, status: u16, scim_type: Option<&'static str>) -> Case {
    Case { name, request, status, scim_type }
}

fn request(target: &str, method: Method, path: &str, body: impl Into<Body>) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(format!("/scim/v2{path}"))
        .header("authorization", format!("Bearer {target}-token-0123456789"))
        .header("content-type", "application/scim+json")
        .body(body.into())
        .expect("a request")
}

fn with_header(mut request: Request<Body>, name: &'static str, value: &str) -> Request<Body> {
    request.headers_mut().insert(name, value.parse().expect("a header"));
    request
}

fn cases(target: &str, id: &str) -> Vec<Case> {
    let (syntax, value) = (Some("invalidSyntax"), Some("invalidValue"));
    let post = |body: Value| request(target, Method::POST, "/Users", body.to_string());
    let place = format!("/Users/{id}");
    let patch = |operations: Value| {
        let body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations });
        request(target, Method::PATCH, &place, body.to_string())
    };
    let get = |path: &str| request(target, Method::GET, path, Body::empty());
    let filter = |text: &str| {
        let text = percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC);
        request(target, Method::GET, &format!("/Users?filter={text}"), Body::empty())
    };
    let other = if target == "bmc" { "ivanti" } else { "bmc" };
    let mut cases = vec![
        case("invalid JSON", request(target, Method::POST, "/Users", "{\"userName\": hunter2}"), 400, syntax),
        case("no object", post(json!([1])), 400, syntax),
        case("no userName", post(json!({ "displayName": "x" })), 400, value),
        case("an empty userName", post(json!({ "userName": "" })), 400, value),
        case("userName is a list", post(json!({ "userName": ["a", "b"] })), 400, value),
        case("userName is an object", post(json!({ "userName": { "a": 1 } })), 400, value),
        case("name is a text", post(json!({ "userName": "x", "name": "y" })), 400, value),
        case("active is a word", post(json!({ "userName": "x", "active": "maybe" })), 400, value),
        case(
            "a known other type",
            post(json!({ "userName": "x", "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"] })),
            400,
            syntax,
        ),
        case("a taken name in another case", post(new_user("ADA")), 409, Some("uniqueness")),
        case("too long a name", post(new_user(&"x".repeat(300))), 400, value),
        case("unknown id", get("/Users/000000000009999"), 404, None),
        case("a strange id", get("/Users/a'%20or%20'1'='1"), 404, None),
        case("a very long id", get(&format!("/Users/{}", "9".repeat(300))), 404, None),
        case(
            "an unknown id to change",
            request(target, Method::PATCH, "/Users/000000000009999", patch_body()),
            404,
            None,
        ),
        case(
            "an unknown id to replace",
            request(target, Method::PUT, "/Users/000000000009999", "{\"userName\":\"x\"}"),
            404,
            None,
        ),
        case(
            "an unknown id to delete",
            request(target, Method::DELETE, "/Users/000000000009999", Body::empty()),
            404,
            None,
        ),
        case("no PATCH message", request(target, Method::PATCH, &place, "{}"), 400, syntax),
        case("an unknown op", patch(json!([{ "op": "move", "path": "title", "value": "x" }])), 400, syntax),
        case("a malformed path", patch(set("emails[type eq", "x")), 400, Some("invalidPath")),
        case("an unknown path", patch(set("shoeSize", "43")), 400, Some("invalidPath")),
        case("a read-only path", patch(set("id", "x")), 400, Some("mutability")),
        case("no value", patch(json!([{ "op": "replace", "path": "title" }])), 400, value),
        case("a wrong type", patch(set("title", json!({ "a": 1 }))), 400, value),
        case("no target", patch(set("emails[value co \"nobody\"].value", "x")), 400, Some("noTarget")),
        case("remove without a path", patch(json!([{ "op": "remove" }])), 400, Some("noTarget")),
        case("userName removed", patch(json!([{ "op": "remove", "path": "userName" }])), 400, None),
        case("an unknown route", get("/Nothing"), 404, None),
        case("a wrong method", request(target, Method::PUT, "/Users", "{}"), 405, None),
        case("a wrong media type", with_header(post(new_user("x")), "content-type", "text/plain"), 415, None),
        case("a wrong token", with_header(get("/Users"), "authorization", "Bearer hunter2-hunter2"), 401, None),
        case("no scheme", with_header(get("/Users"), "authorization", "hunter2"), 401, None),
        case("a body over the limit", post(json!({ "userName": "x".repeat(2_000_000) })), 413, None),
    ];
    for text in [
        "userName",
        "userName eq",
        "userName xx \"a\"",
        "(userName pr",
        "shoeSize eq \"43\"",
        "userName eq \"a",
        "not userName pr",
        "userName eq a",
    ] {
        cases.push(case("a malformed filter", filter(text), 400, Some("invalidFilter")));
    }
    for method in [Method::GET, Method::POST] {
        let mut foreign = request(target, method, "/Users", new_user("x").to_string());
        *foreign.uri_mut() = format!("/targets/{other}/scim/v2/Users").parse().expect("a path");
        cases.push(case("the token of another target", foreign, 403, None));
    }
    cases
}

fn patch_body() -> String {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": set("nickName", "x") })
        .to_string()
}

fn assert_error(answer: &Answer, status: u16, scim_type: Option<&str>, what: &str) {
    assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.body);
    assert_eq!(
        answer.body["schemas"],
        json!(["urn:ietf:params:scim:api:messages:2.0:Error"]),
        "{what}: {}",
        answer.body
    );
    assert_eq!(answer.body["status"], status.to_string(), "{what}");
    if status != 400 || scim_type.is_some() {
        assert_eq!(answer.body.get("scimType").and_then(Value::as_str), scim_type, "{what}: {}", answer.body);
    }
    assert_eq!(answer.headers["content-type"], "application/scim+json", "{what}");
    assert_eq!(answer.headers.contains_key("www-authenticate"), status == 401, "{what}");
    let text = format!("{} {:?}", answer.body, answer.headers);
    for secret in ["hunter2", "demo-secret", "token-0123", "ISM_", "ARERR", "AR-JWT", "svc_", "127.0.0.1"] {
        assert!(!text.contains(secret), "{what} shows {secret}: {text}");
    }
}

#[tokio::test]
async fn bad_input_gets_the_right_error_and_changes_nothing() {
    for target in TARGETS {
        let bridge =
            Setup { server_keys: "request_body_max_bytes = 1048576".to_owned(), ..Setup::default() }.build().await;
        let id = insert(&bridge, target, "ada");
        let before = TARGETS.map(|target| records(&bridge, target));
        clear(&bridge, "bmc");
        clear(&bridge, "ivanti");
        for Case { name, request, status, scim_type } in cases(target, &id) {
            println!("{target}: {name}");
            assert_error(&bridge.send(request).await, status, scim_type, &format!("{target} {name}"));
        }
        assert_eq!(TARGETS.map(|target| records(&bridge, target)), before, "{target}");
        for target in TARGETS {
            assert_eq!(written(&bridge, target), Vec::<Value>::new(), "{target}: nothing was even tried");
        }
    }
}

#[tokio::test]
async fn a_reader_writes_nothing() {
    let bridge = Setup::default().build().await;
    let id = insert(&bridge, "bmc", "ada");
    let before = records(&bridge, "bmc");
    let path = format!("/Users/{id}");
    for (method, path, body) in [
        (Method::POST, "/Users", new_user("eve").to_string()),
        (Method::PUT, path.as_str(), "{\"userName\":\"ada\",\"active\":false}".to_owned()),
        (Method::PATCH, path.as_str(), patch_body()),
        (Method::DELETE, path.as_str(), String::new()),
    ] {
        let request = request("bmc", method, path, body);
        let answer = bridge.send(with_header(request, "authorization", "Bearer bmc-reader-0123456789")).await;
        assert_error(&answer, 403, None, "a reader");
    }
    assert_eq!(records(&bridge, "bmc"), before);
}

#[tokio::test(start_paused = true)]
async fn a_vendors_words_stay_with_the_operators() {
    for target in TARGETS {
        for status in [400, 403, 404, 409, 422, 500, 503] {
            for get in [true, false] {
                let bridge = Setup::default().build().await;
                let id = insert(&bridge, target, "ada");
                let body = match target {
                    "bmc" => error_body(20_000, Some("hunter2 Full Name of svc_scim, ARERR")),
                    _ => json!({ "code": "ISM_4000", "message": ["hunter2 at svc_scim is wrong"] }),
                };
                let fault = Fault::status(status, &[("x-secret", "hunter2")], body).times(100);
                let fault = if get { fault.method("GET") } else { fault.nth(1).path_contains("mploye") };
                inject(&bridge, target, fault);
                for answer in [
                    bridge.get(target, &format!("/Users/{id}")).await,
                    bridge.filter(target, "userName eq \"ada\"").await,
                    bridge.patch(target, &id, set("timezone", "UTC")).await,
                    bridge.post(target, new_user("grace")).await,
                ] {
                    if !answer.status.is_success() {
                        let code = answer.status.as_u16();
                        let scim_type = answer.body["scimType"].as_str().map(str::to_owned);
                        assert_error(&answer, code, scim_type.as_deref(), &format!("{target} {status}"));
                        assert_ne!(answer.status, StatusCode::UNAUTHORIZED);
                        assert_ne!(answer.status, StatusCode::FORBIDDEN, "speaks of the credential alone");
                    }
                }
            }
        }
    }
}
