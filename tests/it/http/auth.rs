//! Credentials, targets, and what is said when they do not go together.

use super::stub::{Bridge, authorized, bare, get, post, with_body};
use serde_json::json;

const ROOT: &str = "/scim/v2/Users";

#[tokio::test]
async fn a_token_is_accepted_with_and_without_its_scheme() {
    let bridge = Bridge::new();
    for value in ["Bearer writer", "bearer writer", "writer", "Bearer  writer", "Bearer Bearer writer"] {
        let answer = bridge.send_as_is(authorized(get(ROOT), value)).await;
        assert_eq!(answer.status, 200, "{value}");
    }
}

#[tokio::test]
async fn a_missing_token_is_challenged() {
    let bridge = Bridge::new();
    let answer = bridge.send_as_is(get(ROOT)).await;
    answer.assert_error(401, None, "the header Authorization is missing: send \"Bearer\" and the token");
    assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"scim\""));
}

#[tokio::test]
async fn a_wrong_token_is_challenged_and_not_repeated() {
    let bridge = Bridge::new();
    for value in ["Bearer wrong-token", "wrong-token", "Basic d3JpdGVy", "Bearer Writer", "Bearer", "writer reader"] {
        let answer = bridge.send_as_is(authorized(get(ROOT), value)).await;
        answer.assert_error(401, None, "the token is not one that the bridge gave out");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"scim\""));
    }
    let mut twice = authorized(get(ROOT), "Bearer writer");
    twice.headers_mut().append("authorization", "Bearer other".parse().unwrap());
    bridge.send_as_is(twice).await.assert_error(401, None, "the header Authorization came more than once");
    assert!(bridge.calls().is_empty());
}

#[tokio::test]
async fn every_endpoint_below_a_scim_root_wants_a_token() {
    let bridge = Bridge::new();
    let paths =
        ["/Users", "/Users/1", "/Me", "/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/User", "/Schemas"];
    for path in paths {
        for root in ["/scim/v2", "/targets/bmc/scim/v2", "/targets/none/scim/v2"] {
            let answer = bridge.send_as_is(get(&format!("{root}{path}"))).await;
            assert_eq!(answer.status, 401, "{root}{path}");
        }
    }
}

#[tokio::test]
async fn a_token_serves_the_targets_it_is_bound_to() {
    let bridge = Bridge::new();
    let cases = [
        ("writer", "/scim/v2/Users", 200),
        ("writer", "/targets/bmc/scim/v2/Users", 200),
        ("writer", "/targets/ivanti/scim/v2/Users", 403),
        ("writer", "/targets/none/scim/v2/Users", 403),
        ("other", "/scim/v2/Users", 200),
        ("other", "/targets/bmc/scim/v2/Users", 403),
        ("both", "/scim/v2/Users", 404),
        ("both", "/targets/bmc/scim/v2/Users", 200),
        ("both", "/targets/ivanti/scim/v2/Users", 200),
    ];
    for (token, path, expected) in cases {
        assert_eq!(bridge.send_as_is(authorized(get(path), token)).await.status, expected, "{token} {path}");
    }
    assert_eq!((bridge.calls().len(), bridge.ivanti.calls.lock().unwrap().len()), (3, 2));
}

#[tokio::test]
async fn an_unknown_target_looks_like_one_of_others() {
    let bridge = Bridge::new();
    let detail = "this credential is not bound to the target named in the path";
    for target in ["ivanti", "none", "BMC", "%2e%2e"] {
        let answer = bridge.send(get(&format!("/targets/{target}/scim/v2/Users"))).await;
        answer.assert_error(403, None, detail);
    }
}

#[tokio::test]
async fn a_token_of_several_targets_is_told_to_name_one() {
    let answer = Bridge::new().send_as_is(authorized(get(ROOT), "both")).await;
    let detail = "this credential is bound to several targets: name one by /targets/{target}/scim/v2";
    answer.assert_error(404, None, detail);
}

#[tokio::test]
async fn a_reading_credential_may_not_write() {
    let bridge = Bridge::with_ana().await;
    let body = json!({ "userName": "ben" });
    let requests = [
        post(ROOT, &body),
        with_body("PUT", "/scim/v2/Users/u1", body.to_string()),
        with_body("PATCH", "/scim/v2/Users/u1", body.to_string()),
        bare("DELETE", "/scim/v2/Users/u1"),
    ];
    for request in requests {
        let answer = bridge.send_as_is(authorized(request, "reader")).await;
        answer.assert_error(403, None, "this credential may only read");
    }
    assert!(bridge.calls().is_empty());
    assert_eq!(bridge.send_as_is(authorized(get("/scim/v2/Users/u1"), "reader")).await.status, 200);
}

#[tokio::test]
async fn use_cases_are_told_who_calls() {
    let bridge = Bridge::new();
    let answer = bridge.send(get(ROOT)).await;
    let caller = bridge.bmc.callers.lock().unwrap()[0].clone();
    assert_eq!(caller.credential, "writer-name");
    assert_eq!(Some(caller.request_id.as_str()), answer.header("x-request-id"));
}
