//! Deadlines, and writes that go on without their client.

use std::time::Duration;

use axum::body::Body;
use scim_bridge::http::RequestLimits;
use serde_json::json;
use tower::ServiceExt;

use super::stub::{Bridge, Trouble, authorized, get, post, with_body};

const SHORT: Duration = Duration::from_millis(50);
const LONG: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_request_that_takes_too_long_is_answered_with_503() {
    let bridge = Bridge::with(RequestLimits { deadline: SHORT, body_timeout: LONG, body_max_bytes: 1_000 });
    *bridge.bmc.trouble.lock().unwrap() = Some(Trouble::Wait);
    let answer = bridge.send(get("/scim/v2/Users")).await;
    let detail = "the request took too long; a change may still be carried out: try again";
    answer.assert_error(503, None, detail);
    assert_eq!(answer.header("retry-after"), Some("5"));
}

#[tokio::test]
async fn a_write_goes_on_after_the_deadline() {
    let bridge = Bridge::with(RequestLimits { deadline: SHORT, body_timeout: LONG, body_max_bytes: 1_000 });
    *bridge.bmc.trouble.lock().unwrap() = Some(Trouble::Wait);
    let answer = bridge.send(post("/scim/v2/Users", &json!({ "userName": "ana" }))).await;
    assert_eq!(answer.status, 503);
    assert!(bridge.bmc.users.lock().unwrap().is_empty());
    bridge.bmc.go.notify_one();
    bridge.app.writes_finished().await;
    assert_eq!(bridge.bmc.users.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_write_goes_on_when_its_client_has_gone_away() {
    let bridge = Bridge::new();
    *bridge.bmc.trouble.lock().unwrap() = Some(Trouble::Wait);
    let request = authorized(post("/scim/v2/Users", &json!({ "userName": "ana" })), "writer");
    let client = tokio::spawn(bridge.router.clone().oneshot(request));
    bridge.bmc.started.notified().await;
    client.abort();
    assert!(client.await.unwrap_err().is_cancelled());
    bridge.bmc.go.notify_one();
    bridge.app.writes_finished().await;
    assert_eq!(bridge.bmc.users.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_given_up() {
    let bridge = Bridge::with(RequestLimits { deadline: LONG, body_timeout: SHORT, body_max_bytes: 1_000 });
    let endless = Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let answer = bridge.send(with_body("POST", "/scim/v2/Users", endless)).await;
    answer.assert_error(408, None, "the body did not arrive in time");
    assert_eq!(answer.header("connection"), Some("close"));
    assert!(bridge.calls().is_empty());
}

#[tokio::test]
async fn a_body_of_unknown_length_is_limited_too() {
    let bridge = Bridge::new();
    let chunk = || Ok::<_, std::io::Error>(vec![b' '; 1_000]);
    let endless = Body::from_stream(futures_util::stream::repeat_with(chunk));
    let answer = bridge.send(with_body("POST", "/scim/v2/Users", endless)).await;
    answer.assert_error(413, None, "the body is larger than 10000 bytes");
    assert_eq!(answer.header("connection"), Some("close"));
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_body() {
    let bridge = Bridge::new();
    let parts = [Ok(b"{\"userName\":".to_vec()), Err(std::io::Error::other("reset"))];
    let broken = Body::from_stream(futures_util::stream::iter(parts));
    let answer = bridge.send(with_body("POST", "/scim/v2/Users", broken)).await;
    answer.assert_error(400, Some("invalidSyntax"), "the body broke off");
    assert!(bridge.calls().is_empty());
}
