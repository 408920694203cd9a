//! Bad input gets the right status and a SCIM Error message, changes nothing, and is not repeated to the client.

use axum::body::Body;
use axum::http::Request;

use super::stub::{Bridge, bare, get, with_body};

struct Case {
    name: &'static str,
    request: Request<Body>,
    status: u16,
    scim_type: Option<&'static str>,
    detail: &'static str,
}

fn case(
    name: &'static str,
    request: Request<Body>,
    status: u16,
    scim_type: Option<&'static str>,
    detail: &'static str,
) -> Case {
    Case { name, request, status, scim_type, detail }
}

fn typed(body: &str, media_type: &str) -> Request<Body> {
    let mut request = with_body("POST", "/scim/v2/Users", body.to_owned());
    request.headers_mut().insert("content-type", media_type.parse().unwrap());
    request
}

fn users(body: impl Into<Body>) -> Request<Body> {
    with_body("POST", "/scim/v2/Users", body)
}

fn compressed() -> Request<Body> {
    let mut request = users("{}");
    request.headers_mut().insert("content-encoding", "gzip".parse().unwrap());
    request
}

fn cases() -> Vec<Case> {
    let syntax = Some("invalidSyntax");
    let value = Some("invalidValue");
    let media = "the body must be sent as application/scim+json or application/json";
    let method = "this endpoint does not have that method; see the header Allow";
    let large = "the body is larger than 10000 bytes";
    vec![
        case("no body", users(Body::empty()), 400, syntax, "the request has no body"),
        case("blank body", users("  \n"), 400, syntax, "the request has no body"),
        case(
            "invalid JSON",
            users("{\"userName\": hunter2}"),
            400,
            syntax,
            "the body is not valid JSON: expected value at line 1 column 14",
        ),
        case("an array", users("[]"), 400, syntax, "the body must be a JSON object"),
        case(
            "a lone surrogate",
            users(r#"{"userName":"\ud800"}"#),
            400,
            syntax,
            "the body is not valid JSON: unexpected end of hex escape at line 1 column 20",
        ),
        case(
            "deep nesting",
            users(format!("{{\"a\":{}", "[".repeat(5_000))),
            400,
            syntax,
            "the body is not valid JSON: recursion limit exceeded at line 1 column 132",
        ),
        case("not UTF-8", users(&b"{\"userName\":\"\xFF\"}"[..]), 400, syntax, "the body is not UTF-8 at byte 13"),
        case("no userName", users("{}"), 400, value, "'userName' is required"),
        case("a taken userName", users("{\"userName\":\"ANA\"}"), 409, Some("uniqueness"), "userName is taken"),
        case("too large", users("x".repeat(10_001)), 413, None, large),
        case("a form", typed("userName=ben", "application/x-www-form-urlencoded"), 415, None, media),
        case("a text", typed("{}", "text/json"), 415, None, media),
        case("no media type", typed("{}", ""), 415, None, media),
        case("compressed", compressed(), 415, None, "a compressed body is not accepted"),
        case("unknown id", get("/scim/v2/Users/u9"), 404, None, "User u9 not found"),
        case("unknown id to delete", bare("DELETE", "/scim/v2/Users/u9"), 404, None, "User u9 not found"),
        case("an id that is no text", get("/scim/v2/Users/%FF"), 404, None, "there is no resource of that id"),
        case("an unknown route", get("/scim/v2/Nothing"), 404, None, "there is no such endpoint"),
        case(
            "a route outside of SCIM",
            get("/nothing"),
            404,
            None,
            "there is no such endpoint; SCIM is served below /scim/v2 and /targets/{target}/scim/v2",
        ),
        case("a wrong method", bare("PUT", "/scim/v2/Users"), 405, None, method),
        case("a wrong method on a user", with_body("POST", "/scim/v2/Users/u1", "{}"), 405, None, method),
        case("a wrong method on a document", bare("DELETE", "/scim/v2/Schemas"), 405, None, method),
        case("a wrong method on health", bare("POST", "/healthz"), 405, None, method),
        case(
            "startIndex",
            get("/scim/v2/Users?startIndex=one"),
            400,
            value,
            "the parameter startIndex must be an integer",
        ),
        case("count", get("/scim/v2/Users?count=1.5"), 400, value, "the parameter count must be an integer"),
        case(
            "attributes",
            get("/scim/v2/Users?attributes=%FF"),
            400,
            value,
            "the parameter attributes is not UTF-8 text",
        ),
        case(
            "two filters",
            get("/scim/v2/Users?filter=a%20pr&filter=b%20pr"),
            400,
            Some("invalidFilter"),
            "the parameter filter came more than once",
        ),
        case("/Me", get("/scim/v2/Me"), 501, None, "/Me is not implemented: a credential of the bridge is not a user"),
    ]
}

#[tokio::test]
async fn bad_input_is_refused_in_scim_s_words_and_changes_nothing() {
    let bridge = Bridge::with_ana().await;
    let before = bridge.bmc.users.lock().unwrap().clone();
    for Case { name, request, status, scim_type, detail } in cases() {
        println!("{name}");
        bridge.send(request).await.assert_error(status, scim_type, detail);
    }
    assert_eq!(*bridge.bmc.users.lock().unwrap(), before);
    assert!(bridge.ivanti.calls.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_malformed_filter_is_the_use_case_s_to_refuse() {
    let bridge = Bridge::new();
    let answer = bridge.send(get("/scim/v2/Users?filter=userName%20eq%20")).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["scimType"]), (400, &"invalidFilter".into()));
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let bridge = Bridge::new();
    let cases = [
        ("/scim/v2/Users", "GET,HEAD,POST"),
        ("/scim/v2/Users/u1", "GET,HEAD,PUT,PATCH,DELETE"),
        ("/targets/bmc/scim/v2/Schemas", "GET,HEAD"),
        ("/healthz", "GET,HEAD"),
    ];
    for (path, expected) in cases {
        let answer = bridge.send(bare("OPTIONS", path)).await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, Some(expected)), "{path}");
    }
}

#[tokio::test]
async fn the_body_of_a_stranger_is_not_read() {
    let bridge = Bridge::new();
    let endless = Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let answer = bridge.send_as_is(super::stub::authorized(users(endless), "wrong")).await;
    assert_eq!(answer.status, 401);
}
