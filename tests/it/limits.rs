//! Every limit on what a request may ask for: one step beyond it the error that docs/limits.md names, and no call.

use http::Method;
use serde_json::{Value, json};

use crate::architecture::{read, root};
use crate::bridge::{Setup, TestBridge};

const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// The request, its status, its scimType and how its detail begins.
type Case = (Method, String, Option<Value>, u16, Option<&'static str>, &'static str);

fn filter(text: &str) -> String {
    let encoded = percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC);
    format!("/Users?filter={encoded}")
}

fn deep(levels: usize) -> Value {
    (0..levels).fold(json!("x"), |inner, _| json!([inner]))
}

fn patch(operations: &Value) -> Value {
    json!({ "schemas": [PATCH], "Operations": operations })
}

fn cases(user: &str, group: &str) -> Vec<Case> {
    let users = || "/Users".to_owned();
    let many_edits: Value = (0..10_001).map(|n| (format!("emails[type eq \"{n}\"].value"), json!("x"))).collect();
    let many_members: Value = (0..=100_000).map(|n| json!({ "value": n.to_string() })).collect();
    let operation = json!({ "op": "replace", "path": "title", "value": "x" });
    let (get, post) = (Method::GET, Method::POST);
    let bad_filter = Some("invalidFilter");
    vec![
        (
            post.clone(),
            users(),
            Some(json!({ "userName": "x".repeat(8_388_608) })),
            413,
            None,
            "the body is larger than 8388608 bytes",
        ),
        (
            post,
            users(),
            Some(json!({ "userName": "a", "x": deep(127) })),
            400,
            Some("invalidSyntax"),
            "the body is not valid JSON: recursion limit exceeded",
        ),
        (
            Method::PATCH,
            user.to_owned(),
            Some(patch(&vec![operation; 1_001].into())),
            413,
            None,
            "a PATCH may have at most 1000 operations",
        ),
        (
            Method::PATCH,
            user.to_owned(),
            Some(patch(&json!([{ "op": "add", "value": many_edits }]))),
            413,
            None,
            "a PATCH may set at most 10000 attributes",
        ),
        (
            Method::PATCH,
            group.to_owned(),
            Some(patch(&json!([{ "op": "add", "path": "members", "value": many_members }]))),
            413,
            None,
            "a request may name at most 100000 members",
        ),
        (
            Method::PATCH,
            user.to_owned(),
            Some(patch(&json!([{ "op": "remove", "path": "a".repeat(8_193) }]))),
            400,
            Some("invalidPath"),
            "expected at most 8192 bytes",
        ),
        (
            get.clone(),
            filter(&format!("title eq \"{}\"", "x".repeat(8_182))),
            None,
            400,
            bad_filter,
            "expected at most 8192 bytes",
        ),
        (
            get.clone(),
            filter(&format!("{}title pr{}", "(".repeat(33), ")".repeat(33))),
            None,
            400,
            bad_filter,
            "expected at most 32 levels",
        ),
        (
            get,
            filter(&vec!["title pr"; 501].join(" or ")),
            None,
            400,
            bad_filter,
            "expected at most 500 attribute expressions",
        ),
    ]
}

fn calls(bridge: &TestBridge) -> usize {
    bridge.bmc.control().journal().count() + bridge.ivanti.control().journal().count()
}

#[tokio::test]
async fn beyond_a_limit_is_the_error_that_is_documented() {
    let documented = read(&root().join("docs/limits.md"));
    let bridge = Setup::demo().build().await;
    for target in ["bmc", "ivanti"] {
        let first = |list: &Value| list["Resources"][1]["id"].as_str().expect("an id").to_owned();
        let user = format!("/Users/{}", first(&bridge.get(target, "/Users?count=2").await.body));
        let group = format!("/Groups/{}", first(&bridge.get(target, "/Groups?count=2").await.body));
        for (method, path, body, status, scim_type, detail) in cases(&user, &group) {
            let before = calls(&bridge);
            let answer = bridge.call(target, method, &path, body).await;
            let told = answer.body["detail"].as_str().unwrap_or_default();
            assert_eq!(answer.status, status, "{detail}: {}", answer.body);
            assert_eq!(answer.body["scimType"].as_str(), scim_type, "{detail}: {}", answer.body);
            assert!(told.contains(detail), "{detail}: {told}");
            assert!(documented.contains(detail), "docs/limits.md has: {detail}");
            assert_eq!(calls(&bridge), before, "{detail}: nothing was sent");
        }
    }
}

/// At the limit, and not a step beyond it, everything is as usual.
#[tokio::test]
async fn at_a_limit_everything_is_as_usual() {
    let bridge = Setup::demo().build().await;
    let texts = [
        format!("title eq \"{}\"", "x".repeat(8_181)),
        format!("{}title pr{}", "(".repeat(32), ")".repeat(32)),
        vec!["title pr"; 500].join(" or "),
    ];
    for text in texts {
        let answer = bridge.get("ivanti", &filter(&text)).await;
        assert!(answer.status.is_success(), "{}", answer.body);
    }
    let operations = vec![json!({ "op": "replace", "path": "title", "value": "x" }); 1_000];
    let made = bridge.post("ivanti", json!({ "userName": "ada@example.com", "x": deep(126) })).await;
    let id = made.body["id"].as_str().expect("an id");
    assert!(bridge.patch("ivanti", id, operations.into()).await.status.is_success());
}
