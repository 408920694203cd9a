//! A vendor whose every answer is a function of the request.

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use scim_bridge::cli::targets::{Surroundings, build_over};
use scim_bridge::config::Config;
use scim_bridge::service::{Caller, Clock, TargetService};
use scim_bridge::store::MemoryStore;
use scim_bridge::translate::Random;
use scim_bridge::wire::{Transport, TransportError};
use scim_core::SearchRequest;
use serde_json::Value;

type Answering = dyn Fn(&Request<Bytes>) -> Response<Bytes> + Send + Sync;

/// Answers what a test says, and counts logins. A login is answered with a token unless the test answers it.
pub(super) struct Vendor {
    answer: Box<Answering>,
    pub(super) logins: AtomicUsize,
    pub(super) seen: Mutex<Vec<String>>,
    login_takes: Duration,
}

impl fmt::Debug for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vendor")
    }
}

impl Vendor {
    pub(super) fn new(answer: impl Fn(&Request<Bytes>) -> Response<Bytes> + Send + Sync + 'static) -> Arc<Self> {
        Self::slow_to_log_in(Duration::ZERO, answer)
    }

    /// One whose logins take their time.
    pub(super) fn slow_to_log_in(
        login_takes: Duration,
        answer: impl Fn(&Request<Bytes>) -> Response<Bytes> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self { answer: Box::new(answer), logins: AtomicUsize::new(0), seen: Mutex::default(), login_takes })
    }
}

#[async_trait]
impl Transport for Vendor {
    async fn send(&self, request: Request<Bytes>, _: Duration) -> Result<Response<Bytes>, TransportError> {
        if request.uri().path().ends_with("/login") {
            self.logins.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(self.login_takes).await;
        } else {
            self.seen.lock().expect("not poisoned").push(format!("{} {}", request.method(), readable(&request)));
        }
        Ok((self.answer)(&request))
    }
}

/// Path and query, decoded.
pub(super) fn readable(request: &Request<Bytes>) -> String {
    let text = request.uri().path_and_query().map_or("", |it| it.as_str());
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// An answer with a body.
pub(super) fn answer(status: u16, body: impl fmt::Display) -> Response<Bytes> {
    Response::builder().status(status).body(Bytes::from(body.to_string())).expect("a response")
}

/// A login's answer as the vendor guides have it.
pub(super) fn token(request: &Request<Bytes>) -> Response<Bytes> {
    if request.uri().path().contains("/jwt/") {
        answer(200, "AR-JWT opaque")
    } else {
        answer(200, r#"{"SessionToken":"abc#1","UserName":"svc"}"#)
    }
}

/// The use cases of one target over a vendor.
pub(super) fn service(kind: &str, keys: &str, vendor: &Arc<Vendor>) -> Arc<TargetService> {
    let auth = match kind {
        "ivanti" => r#"{ method = "session", username = "svc", password = "secret", tenant = "t" }"#,
        _ => r#"{ method = "jwt", username = "svc", password = "secret" }"#,
    };
    let text = format!(
        r#"
[server]
listen = "127.0.0.1:0"
public_url = "https://bridge.example.com"
[store]
url = "memory:"
[[credentials]]
name = "writer"
token = "writer-token-0123456789"
targets = ["target"]
[targets.target]
kind = "{kind}"
base_url = "http://127.0.0.1:1"
auth = {auth}
groups = {{ kinds = [] }}
{keys}
"#
    );
    let no_files = |_: &Path| Err(std::io::Error::other("no files in tests"));
    let config = Config::parse("test", &text, &|_| None, &no_files).unwrap_or_else(|errors| panic!("{errors}"));
    let around = Surroundings {
        store: Arc::new(MemoryStore::new()),
        clock: Clock(Arc::new(|| 1_760_000_000_000)),
        random: Random(Arc::new(|bytes: &mut [u8]| bytes.fill(7))),
    };
    let target = config.target("target").expect("the configuration above has it");
    let service = build_over(&config, target, &around, vendor.clone()).unwrap_or_else(|errors| panic!("{errors}"));
    Arc::new(service)
}

pub(super) fn caller() -> Caller {
    Caller::new("writer", "request")
}

pub(super) const BASE: &str = "https://bridge.example.com/scim/v2";

/// A list without a filter, or with one.
pub(super) fn list(filter: Option<&str>) -> SearchRequest {
    SearchRequest { filter: filter.map(str::to_owned), count: Some(1_000), ..SearchRequest::default() }
}

/// The value of a query parameter.
pub(super) fn parameter(request: &Request<Bytes>, name: &str) -> String {
    let query = request.uri().query().unwrap_or_default();
    let found = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name);
    let value = found.map_or("", |(_, value)| value);
    percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned()
}

/// The user names of a list, for comparing.
pub(super) fn names(resources: &[scim_core::Resource]) -> Vec<String> {
    let name = |resource: &scim_core::Resource| {
        let json = resource.clone().into_json();
        json.get("userName").and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    resources.iter().map(name).collect()
}
