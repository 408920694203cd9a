//! The limits that are advertised are the ones that are kept.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{message, patch, post_user, send};
use crate::bridge::Setup;
use crate::groups::site;
use crate::users::methods;

#[tokio::test]
async fn the_advertised_limits_are_kept() {
    let setup =
        Setup { server_keys: "request_deadline_ms = 6000\nrequest_body_max_bytes = 30000".to_owned(), ..site() };
    let bridge = setup.build().await;
    let config = bridge.get("bmc", "/ServiceProviderConfig").await;
    let advertised = json!({ "supported": true, "maxOperations": 125, "maxPayloadSize": 30_000 });
    assert_eq!(config.body["bulk"], advertised);
    let bad = || patch("/Users/", &json!({}));
    for (count, status) in [(125, StatusCode::OK), (126, StatusCode::PAYLOAD_TOO_LARGE)] {
        let operations: Value = (0..count).map(|_| bad()).collect();
        let answer = send(&bridge, "bmc", message(&operations)).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        assert!(status.is_success() || answer.body["detail"].as_str().is_some_and(|it| it.contains("125")));
    }
    let mut long = message(&json!([post_user("eve")]));
    long["x"] = "x".repeat(30_000).into();
    let answer = send(&bridge, "bmc", long).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.body["detail"].as_str().is_some_and(|it| it.contains("30000")), "{}", answer.body);
    assert_eq!(methods(&bridge, "bmc"), Vec::<String>::new());
}

#[tokio::test]
async fn a_thousand_operations_are_accepted_as_a_rule() {
    let bridge = site().build().await;
    let most = bridge.get("bmc", "/ServiceProviderConfig").await.body["bulk"]["maxOperations"].as_u64();
    assert!(most.is_some_and(|most| most >= 1_000), "{most:?}");
}

#[tokio::test]
async fn what_is_no_bulk_request_is_400_as_a_whole() {
    let bridge = site().build().await;
    for body in [json!({}), json!({ "Operations": [] }), json!({ "Operations": [post_user("a")], "failOnErrors": 0 })] {
        let answer = send(&bridge, "bmc", body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
    }
    assert_eq!(bridge.get("bmc", "/Bulk").await.status, StatusCode::METHOD_NOT_ALLOWED);
    let other = bridge.call("bmc", Method::POST, "/Bulk?attributes=id", Some(message(&json!([{}])))).await;
    assert_eq!(other.status, StatusCode::OK, "parameters that mean nothing here are overlooked");
}
