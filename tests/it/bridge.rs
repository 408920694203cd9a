//! The true router in front of simulators, all in one process and without sockets.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use scim_bridge::cli::targets::{Surroundings, build_over};
use scim_bridge::config::{Config, Profile};
use scim_bridge::http::{App, RequestLimits, router};
use scim_bridge::service::{Clock, Service, TargetService};
use scim_bridge::store::{MemoryStore, Store};
use scim_bridge::translate::Random;
use scim_bridge::wire::{Transport, TransportError};
use serde_json::{Value, json};
use simulators::bmc::{Bmc, BmcOptions, SERVICE_ACCOUNT, SERVICE_PASSWORD};
use simulators::control::Cut;
use simulators::ivanti::{Ivanti, IvantiOptions};
use tower::ServiceExt;

/// A simulator in the place of a socket.
#[derive(Debug)]
pub struct InProcess(pub Router);

#[async_trait]
impl Transport for InProcess {
    async fn send(&self, request: Request<Bytes>, timeout: Duration) -> Result<Response<Bytes>, TransportError> {
        let exchange = async {
            let answer = self.0.clone().oneshot(request.map(Body::from)).await.expect("routers do not fail");
            if answer.extensions().get::<Cut>().is_some() {
                return Err(TransportError::Broken("reset".to_owned()));
            }
            let (head, body) = answer.into_parts();
            let body = body.collect().await.map_err(|_| TransportError::Broken("half a body".to_owned()))?;
            Ok(Response::from_parts(head, body.to_bytes()))
        };
        tokio::time::timeout(timeout, exchange).await.unwrap_or(Err(TransportError::Timeout))
    }
}

/// What stands between the bridge and the simulator of a target.
pub type Between = Arc<dyn Fn(&str, Arc<dyn Transport>) -> Arc<dyn Transport> + Send + Sync>;

/// The bridge with the targets `bmc` and `ivanti`, tokens `bmc-token-0123456789` (write), `bmc-reader-0123456789`
/// (read) and `ivanti-token-0123456789`.
pub struct TestBridge {
    pub app: scim_bridge::http::AppState,
    pub router: Router,
    pub bmc: Bmc,
    pub ivanti: Ivanti,
    pub store: Arc<dyn Store>,
    pub services: BTreeMap<String, Arc<TargetService>>,
}

/// The user who is there when a bridge is built, unless others are or `allow_empty` is set: by somebody's row lookups are
/// proven.
pub const BYSTANDER: &str = "bystander";

/// What differs from the usual.
pub struct Setup {
    pub bmc: Bmc,
    pub ivanti: Ivanti,
    /// Lines added to `[targets.bmc]`.
    pub bmc_keys: String,
    /// Lines added to `[targets.ivanti]`.
    pub ivanti_keys: String,
    pub store: Arc<dyn Store>,
    /// Lines added to `[server]`.
    pub server_keys: String,
    /// The profile of both writing credentials.
    pub profile: Profile,
    /// Nothing, as a rule.
    pub between: Between,
}

impl Default for Setup {
    /// Empty simulators but for the service account, the seed's behaviour, and a memory store.
    fn default() -> Self {
        let clock = || simulators::control::Clock::manual(start());
        let bmc = Bmc::new(BmcOptions::default(), clock());
        let account = json!({ "Login Name": SERVICE_ACCOUNT, "Full Name": "SCIM service account",
            "Password": SERVICE_PASSWORD, "License Type": "Fixed", "Group List": "1;" });
        bmc.insert("User", account);
        let ivanti = Ivanti::new(IvantiOptions::default(), clock());
        let (bmc_keys, ivanti_keys, server_keys) = Default::default();
        let store = Arc::new(MemoryStore::new());
        let (profile, between): (_, Between) = (Profile::Auto, Arc::new(|_, transport| transport));
        Self { bmc, ivanti, bmc_keys, ivanti_keys, server_keys, profile, store, between }
    }
}

impl Setup {
    /// The demo's 250 users on each side.
    pub fn demo() -> Self {
        let clock = || simulators::control::Clock::manual(start());
        Self { bmc: Bmc::demo(clock()), ivanti: Ivanti::demo(clock()), ..Self::default() }
    }

    /// Puts in the bystander where nobody else is.
    fn populate(&self) {
        if !self.bmc_keys.contains("allow_empty") && self.bmc.records("User").len() < 2 {
            let fields = json!({ "Login Name": BYSTANDER, "Full Name": "By Stander", "Password": "Standing#1",
                "License Type": "Read" });
            self.bmc.insert("User", fields);
        }
        if !self.ivanti_keys.contains("allow_empty") && self.ivanti.records("employees").is_empty() {
            let fields = json!({ "LoginID": BYSTANDER, "FirstName": "By", "LastName": "Stander" });
            self.ivanti.insert("employees", fields);
        }
    }

    /// Wires it all and waits for the first probe of both targets.
    pub async fn build(self) -> TestBridge {
        self.populate();
        let Self { bmc, ivanti, bmc_keys, ivanti_keys, store, server_keys, profile, between } = self;
        let profile = profile.name();
        let text = format!(
            r#"
[server]
listen = "127.0.0.1:0"
public_url = "https://bridge.example.com"
{server_keys}
[store]
url = "memory:"
[[credentials]]
name = "bmc-writer"
token = "bmc-token-0123456789"
targets = ["bmc"]
profile = "{profile}"
[[credentials]]
name = "bmc-reader"
token = "bmc-reader-0123456789"
targets = ["bmc"]
access = "read"
[[credentials]]
name = "ivanti-writer"
token = "ivanti-token-0123456789"
targets = ["ivanti"]
profile = "{profile}"
[targets.bmc]
kind = "bmc-ar"
base_url = "http://127.0.0.1:1"
auth = {{ method = "jwt", username = "{SERVICE_ACCOUNT}", password = "{SERVICE_PASSWORD}" }}
{bmc_keys}
[targets.ivanti]
kind = "ivanti"
base_url = "http://127.0.0.1:1"
auth = {{ method = "session", username = "{SERVICE_ACCOUNT}", password = "{SERVICE_PASSWORD}", tenant = "tenant" }}
{ivanti_keys}
"#
        );
        let no_files = |_: &Path| Err(std::io::Error::other("no files in tests"));
        let config = Config::parse("test", &text, &|_| None, &no_files).unwrap_or_else(|errors| panic!("{errors}"));
        let around = Surroundings { store: store.clone(), clock: ticking_clock(), random: counting_random() };
        let mut targets: BTreeMap<String, Arc<dyn Service>> = BTreeMap::new();
        let mut services = BTreeMap::new();
        for (name, router) in [("bmc", bmc.router()), ("ivanti", ivanti.router())] {
            let target = config.target(name).expect("the configuration above has it");
            let transport = between(name, Arc::new(InProcess(router)));
            let service = build_over(&config, target, &around, transport).unwrap_or_else(|errors| panic!("{errors}"));
            let service = Arc::new(service);
            tokio::spawn(service.clone().watch());
            targets.insert(name.to_owned(), service.clone());
            services.insert(name.to_owned(), service);
        }
        for service in services.values() {
            let mut turns = 0;
            while service.readiness() == scim_bridge::service::Readiness::Probing {
                tokio::task::yield_now().await;
                turns += 1;
                // A vendor that does not answer sensibly is asked again after a pause.
                if turns > 10_000 {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        }
        let limits = RequestLimits::from(&config.server);
        let public_url = config.server.public_url.clone();
        let app = Arc::new(App::new(targets, config.credentials.clone(), public_url, limits, Arc::new(|| Ok(()))));
        bmc.control().journal().clear();
        ivanti.control().journal().clear();
        TestBridge { router: router(app.clone()), app, bmc, ivanti, store, services }
    }
}

/// When the tests take place.
pub fn start() -> jiff::Timestamp {
    jiff::Timestamp::from_second(1_760_000_000).expect("a date of this century")
}

fn ticking_clock() -> Clock {
    let now = AtomicI64::new(1_760_000_000_000);
    Clock(Arc::new(move || now.fetch_add(1_000, Ordering::Relaxed)))
}

fn counting_random() -> Random {
    let state = std::sync::Mutex::new(1_u32);
    Random(Arc::new(move |bytes: &mut [u8]| {
        let mut state = state.lock().expect("not poisoned");
        for byte in bytes {
            *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = state.to_be_bytes()[0];
        }
    }))
}

/// One answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: http::HeaderMap,
    pub body: Value,
}

impl TestBridge {
    /// A request to `/scim/v2` + `path` with the writing token of `target`.
    pub async fn call(&self, target: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
        let token = format!("{target}-token-0123456789");
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/scim/v2{path}"))
            .header("authorization", format!("Bearer {token}"));
        if body.is_some() {
            request = request.header("content-type", "application/scim+json; charset=utf-8");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.body(body).expect("a request")).await
    }

    /// Any request.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.expect("routers do not fail");
        let (head, body) = answer.into_parts();
        let bytes = body.collect().await.expect("a whole body").to_bytes();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).expect("JSON") };
        Answer { status: head.status, headers: head.headers, body }
    }

    pub async fn get(&self, target: &str, path: &str) -> Answer {
        self.call(target, Method::GET, path, None).await
    }

    pub async fn post(&self, target: &str, body: Value) -> Answer {
        self.call(target, Method::POST, "/Users", Some(body)).await
    }

    pub async fn patch(&self, target: &str, id: &str, operations: Value) -> Answer {
        let body = serde_json::json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": operations,
        });
        self.call(target, Method::PATCH, &format!("/Users/{id}"), Some(body)).await
    }

    pub async fn put(&self, target: &str, id: &str, body: Value) -> Answer {
        self.call(target, Method::PUT, &format!("/Users/{id}"), Some(body)).await
    }

    pub async fn delete(&self, target: &str, id: &str) -> Answer {
        self.call(target, Method::DELETE, &format!("/Users/{id}"), None).await
    }

    /// `GET /Users?filter=…`
    pub async fn filter(&self, target: &str, filter: &str) -> Answer {
        let encoded = percent_encoding::utf8_percent_encode(filter, percent_encoding::NON_ALPHANUMERIC);
        self.get(target, &format!("/Users?filter={encoded}")).await
    }
}
