//! Media types, both ways.

use serde_json::json;

use super::stub::{Bridge, bare, get, post};

#[tokio::test]
async fn answers_are_scim_json_unless_only_plain_json_is_accepted() {
    let bridge = Bridge::new();
    let cases = [
        (None, "application/scim+json"),
        (Some("*/*"), "application/scim+json"),
        (Some("application/scim+json; charset=utf-8"), "application/scim+json"),
        (Some("application/json, application/scim+json"), "application/scim+json"),
        (Some("text/html"), "application/scim+json"),
        (Some("application/json"), "application/json"),
    ];
    for (accept, expected) in cases {
        for path in ["/scim/v2/Users", "/scim/v2/Schemas", "/scim/v2/Users/none", "/nothing"] {
            let mut request = get(path);
            if let Some(accept) = accept {
                request.headers_mut().insert("accept", accept.parse().unwrap());
            }
            let answer = bridge.send(request).await;
            assert_eq!(answer.header("content-type"), Some(expected), "{accept:?} {path}");
        }
    }
}

#[tokio::test]
async fn bodies_may_be_named_in_several_ways() {
    let bridge = Bridge::new();
    let names = [
        "application/scim+json",
        "application/json",
        "application/scim+json; charset=utf-8",
        "Application/JSON;charset=\"UTF-8\"; x=y",
    ];
    for (number, name) in names.into_iter().enumerate() {
        let mut request = post("/scim/v2/Users", &json!({ "userName": format!("user{number}") }));
        request.headers_mut().insert("content-type", name.parse().unwrap());
        assert_eq!(bridge.send(request).await.status, 201, "{name}");
    }
}

#[tokio::test]
async fn a_delete_needs_no_media_type() {
    let bridge = Bridge::with_ana().await;
    let answer = bridge.send(bare("DELETE", "/scim/v2/Users/u1")).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (204, ""));
}
