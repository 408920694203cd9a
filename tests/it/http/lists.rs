//! `GET /Users`: how the query reaches the use case, and the `ListResponse`.

use serde_json::json;

use super::stub::{Bridge, get};

#[tokio::test]
async fn a_page_is_a_list_response() {
    let bridge = Bridge::with_ana().await;
    let answer = bridge.send(get("/scim/v2/Users?attributes=id")).await;
    assert_eq!(answer.status, 200);
    let user = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "u1" });
    let expected = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 1,
        "startIndex": 1,
        "itemsPerPage": 1,
        "Resources": [user],
    });
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn no_match_is_an_empty_page() {
    let answer = Bridge::new().send(get("/scim/v2/Users?filter=userName%20eq%20%22x%22")).await;
    assert_eq!((answer.status.as_u16(), answer.json()["Resources"].clone()), (200, json!([])));
}

#[tokio::test]
async fn the_query_is_decoded_once() {
    let bridge = Bridge::new();
    let plain = Some(r#"userName eq "ana""#);
    let cases = [
        ("filter=userName+eq+%22ana%22", plain, None, None),
        ("filter=userName%20eq%20%22ana%22&", plain, None, None),
        ("FILTER=userName%20eq%20%22ana%22&STARTINDEX=3&Count=0", plain, Some(3), Some(0)),
        ("filter=userName%20eq%20%22a%2Bb%22", Some(r#"userName eq "a+b""#), None, None),
        ("filter=userName%20eq%20%22%252B%22", Some(r#"userName eq "%2B""#), None, None),
        ("startIndex=-1&count=-5", None, Some(-1), Some(-5)),
        ("startIndex=&count=", None, None, None),
        ("aadOptscim062020&sortBy=userName&x=%FF", None, None, None),
        ("", None, None, None),
        ("&&&", None, None, None),
    ];
    for (query, filter, start_index, count) in cases {
        let answer = bridge.send(get(&format!("/scim/v2/Users?{query}"))).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        let asked = bridge.bmc.lists.lock().unwrap().pop().unwrap();
        assert_eq!(asked.filter.as_deref(), filter, "{query}");
        assert_eq!((asked.start_index, asked.count), (start_index, count), "{query}");
    }
}

#[tokio::test]
async fn order_and_cursor_reach_the_use_case() {
    let bridge = Bridge::new();
    let text = |text: &str| Some(text.to_owned());
    for (query, sort_by, sort_order, cursor) in [
        ("sortBy=name.familyName&sortOrder=descending", text("name.familyName"), text("descending"), None),
        ("SORTBY=userName&cursor", text("userName"), None, text("")),
        ("cursor=&count=2", None, None, text("")),
        ("cursor=abc&count=2", None, None, text("abc")),
        ("count=2", None, None, None),
    ] {
        assert_eq!(bridge.send(get(&format!("/scim/v2/Users?{query}"))).await.status, 200, "{query}");
        let asked = bridge.bmc.lists.lock().unwrap().pop().unwrap();
        assert_eq!((asked.sort_by, asked.sort_order, asked.cursor), (sort_by, sort_order, cursor), "{query}");
    }
    for query in ["cursor&count=x", "count=1.5&cursor=abc"] {
        let refused = bridge.send(get(&format!("/scim/v2/Users?{query}"))).await;
        refused.assert_error(400, Some("invalidCount"), "the parameter count must be an integer");
    }
}
