//! The actions on users.

use serde_json::json;

use super::stub::{Bridge, authorized, bare, get, post, with_body};

#[tokio::test]
async fn a_created_user_is_answered_with_its_location() {
    let bridge = Bridge::new();
    let answer = bridge.send(post("/scim/v2/Users", &json!({ "userName": "ana" }))).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("location"), Some("https://bridge.example.com/scim/v2/Users/u1"));
    assert_eq!(answer.json()["userName"], "ana");
}

#[tokio::test]
async fn locations_begin_with_the_root_that_was_called() {
    let bridge = Bridge::new();
    let request = authorized(post("/targets/ivanti/scim/v2/Users", &json!({ "userName": "ana" })), "both");
    let answer = bridge.send(request).await;
    assert_eq!(answer.header("location"), Some("https://bridge.example.com/targets/ivanti/scim/v2/Users/u1"));
}

#[tokio::test]
async fn a_created_user_has_a_location_whatever_is_shown() {
    let bridge = Bridge::new();
    let answer = bridge.send(post("/scim/v2/Users?attributes=userName", &json!({ "userName": "ana" }))).await;
    assert_eq!(answer.header("location"), Some("https://bridge.example.com/scim/v2/Users/u1"));
    assert!(answer.json().get("meta").is_none());
}

#[tokio::test]
async fn a_user_is_read_replaced_patched_and_deleted() {
    let bridge = Bridge::with_ana().await;
    let path = "/scim/v2/Users/u1";
    for request in [get(path), with_body("PUT", path, "{}"), with_body("PATCH", path, "{}")] {
        let answer = bridge.send(request).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["userName"]), (200, &json!("ana")));
    }
    assert_eq!(bridge.send(bare("DELETE", path)).await.status, 204);
    assert_eq!(bridge.send(bare("DELETE", path)).await.status, 404);
    assert_eq!(bridge.calls(), ["get u1", "replace u1", "patch u1", "delete u1", "delete u1"]);
}

#[tokio::test]
async fn the_answer_shows_what_was_asked_for() {
    let bridge = Bridge::with_ana().await;
    let cases = [
        ("attributes=title", &["schemas", "id", "title"][..]),
        ("attributes=TITLE,%20userName", &["schemas", "id", "userName", "title"]),
        ("attributes=title&attributes=userName", &["schemas", "id", "userName", "title"]),
        ("excludedAttributes=meta,userName", &["schemas", "id", "title"]),
        ("attributes=", &["schemas", "id", "meta", "userName", "title"]),
        ("aadOptscim062020", &["schemas", "id", "meta", "userName", "title"]),
        ("", &["schemas", "id", "meta", "userName", "title"]),
    ];
    for (query, expected) in cases {
        let answer = bridge.send(get(&format!("/scim/v2/Users/u1?{query}"))).await.json();
        let mut shown: Vec<&str> = answer.as_object().unwrap().keys().map(String::as_str).collect();
        let mut expected = expected.to_vec();
        shown.sort_unstable();
        expected.sort_unstable();
        assert_eq!(shown, expected, "{query}");
    }
}

#[tokio::test]
async fn ids_may_hold_any_characters() {
    let bridge = Bridge::new();
    let cases = [
        ("a%2Fb", "get a/b"),
        ("a%20b+c", "get a b+c"),
        ("%C3%A9", "get é"),
        ("..%2f", "get ../"),
        ("%00", "get \0"),
        ("%25", "get %"),
    ];
    for (id, expected) in cases {
        assert_eq!(bridge.send(get(&format!("/scim/v2/Users/{id}"))).await.status, 404);
        assert_eq!(bridge.calls().last().map(String::as_str), Some(expected));
    }
}
