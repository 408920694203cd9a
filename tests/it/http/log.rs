//! The one log line of each request.

use std::io;
use std::sync::{Arc, Mutex};

use scim_bridge::service::Failure;
use scim_core::ScimError;
use serde_json::{Value, json};
use tracing::instrument::WithSubscriber;

use super::stub::{Bridge, Trouble, authorized, get, post};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is logged while the requests are sent.
async fn logged(requests: impl Future<Output = ()>) -> Vec<Value> {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
    requests.with_subscriber(subscriber).await;
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn each_request_has_one_line_without_personal_data() {
    let bridge = Bridge::with_ana().await;
    let lines = logged(async {
        bridge.send(get("/scim/v2/Users/u1?filter=userName%20eq%20%22personal%22")).await;
        bridge.send(post("/scim/v2/Users", &json!({ "userName": "personal" }))).await;
        bridge.send(authorized(get("/targets/bmc/scim/v2/Users"), "Bearer secret-token")).await;
        bridge.send(get("/personal/secret-token")).await;
    })
    .await;
    let told: Vec<_> = lines
        .iter()
        .map(|line| {
            let fields = &line["fields"];
            assert!(fields["duration_ms"].is_u64() && fields["request.id"].as_str().is_some_and(|id| id.len() == 36));
            ["message", "credential", "target"].map(|name| fields[name].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        told,
        [
            ["GET /scim/v2/Users/{id}: 200", "writer-name", "bmc"],
            ["POST /scim/v2/Users: 201", "writer-name", "bmc"],
            ["GET /targets/{target}/scim/v2/Users: 401", "-", "-"],
            ["GET (no route): 404", "-", "-"],
        ]
    );
    let all = format!("{lines:?}");
    for hidden in ["personal", "secret-token", "u1"] {
        assert!(!all.contains(hidden), "{hidden}: {all}");
    }
}

#[tokio::test]
async fn the_cause_of_a_failure_is_told_to_operators_alone() {
    let bridge = Bridge::new();
    let failure = Failure {
        error: ScimError::plain(503, "the target cannot answer now"),
        retry_after: None,
        internal: Some("ARERR 9093".to_owned()),
    };
    *bridge.bmc.trouble.lock().unwrap() = Some(Trouble::Fail(failure));
    let lines = logged(async {
        let answer = bridge.send(get("/scim/v2/Users")).await;
        assert!(!answer.body.contains("ARERR"));
    })
    .await;
    assert_eq!(lines.len(), 1);
    assert_eq!((&lines[0]["level"], &lines[0]["fields"]["error"]), (&json!("WARN"), &json!("ARERR 9093")));
}
