//! Health, failures of use cases, panics.

use std::time::Duration;

use scim_bridge::service::{Failure, Readiness};
use scim_core::ScimError;
use serde_json::json;

use super::stub::{Bridge, Trouble, get, post};

#[tokio::test]
async fn the_process_says_that_it_is_alive_without_a_token() {
    let bridge = Bridge::new();
    *bridge.bmc.readiness.lock().unwrap() = Readiness::Unavailable("no answer".to_owned());
    let answer = bridge.send_as_is(get("/healthz")).await;
    assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({ "status": "ok" })));
    assert_eq!(answer.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn readiness_is_that_of_the_store_and_of_every_target() {
    let bridge = Bridge::new();
    let answer = bridge.send_as_is(get("/readyz")).await;
    let targets = json!({ "bmc": "ready", "ivanti": "ready" });
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json(), json!({ "status": "ready", "store": "ready", "targets": targets }));

    *bridge.bmc.readiness.lock().unwrap() = Readiness::Unavailable("the login was refused".to_owned());
    *bridge.ivanti.readiness.lock().unwrap() = Readiness::Probing;
    let answer = bridge.send_as_is(get("/readyz")).await;
    let targets = json!({
        "bmc": "unavailable: the login was refused",
        "ivanti": "probing: it was not asked yet; writes wait",
    });
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, Some("5")));
    assert_eq!(answer.json(), json!({ "status": "not ready", "store": "ready", "targets": targets }));
}

#[tokio::test]
async fn a_store_that_fails_makes_the_bridge_unready() {
    let bridge = Bridge::new();
    *bridge.store.lock().unwrap() = Err("the disk is full".to_owned());
    let answer = bridge.send_as_is(get("/readyz")).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["store"]), (503, &json!("unavailable: the disk is full")));
}

#[tokio::test]
async fn failures_keep_their_status_and_their_secrets() {
    let bridge = Bridge::new();
    let cases = [
        (503, Some(1_500), Some("2")),
        (503, None, Some("5")),
        (429, Some(60_000), Some("60")),
        (429, Some(0), Some("1")),
        (409, None, None),
        (500, None, None),
    ];
    for (status, retry_after, expected) in cases {
        let failure = Failure {
            error: ScimError::plain(status, "in our own words"),
            retry_after: retry_after.map(Duration::from_millis),
            internal: Some("ARERR 623 for svc_scim".to_owned()),
        };
        *bridge.bmc.trouble.lock().unwrap() = Some(Trouble::Fail(failure));
        let answer = bridge.send(get("/scim/v2/Users")).await;
        answer.assert_error(status, None, "in our own words");
        assert_eq!(answer.header("retry-after"), expected, "{status}");
    }
}

#[tokio::test]
async fn a_panic_is_one_request_s_500() {
    let bridge = Bridge::new();
    let detail = "the bridge failed; its operator finds the cause under the request id";
    for request in [get("/scim/v2/Users"), post("/scim/v2/Users", &json!({ "userName": "ana" }))] {
        *bridge.bmc.trouble.lock().unwrap() = Some(Trouble::Panic);
        bridge.send(request).await.assert_error(500, None, detail);
    }
    assert_eq!(bridge.send(get("/scim/v2/Users")).await.status, 200);
}

#[tokio::test]
async fn every_request_has_an_id_of_its_own() {
    let bridge = Bridge::new();
    let mut request = get("/healthz");
    request.headers_mut().insert("x-request-id", "chosen-by-somebody-else".parse().unwrap());
    let first = bridge.send_as_is(request).await;
    let second = bridge.send_as_is(get("/healthz")).await;
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    assert_ne!(first.header("x-request-id"), Some("chosen-by-somebody-else"));
}
