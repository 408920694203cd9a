//! The HTTP edge: unpacks a request, authenticates it, calls one use case, packs the answer.
//!
//! Invariants: every answer of every route, whatever its status, carries `X-Request-Id`, and every error leaves as a
//! SCIM Error message. (A request whose head is malformed is the exception: the server library answers it.) Nothing
//! here knows a vendor, an HTTP client or SQL.

mod accept;
mod answer;
mod auth;
mod background;
mod error;
mod extract;
mod health;
mod listener;
mod middleware;
mod openapi;
mod paths;
mod router;
mod scim;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::config::{Credential, Server};
use crate::service::Service;
use crate::telemetry::clients::Client;
use background::Background;
use serde_json::Value;

pub use listener::{ListenerLimits, serve};
pub use router::{paths, router};

/// Says how the store does; the text is shown on `/readyz`.
pub type StoreHealth = Arc<dyn Fn() -> Result<(), String> + Send + Sync>;

/// What limits one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestLimits {
    /// Longest time from a request's head to its answer.
    pub deadline: Duration,
    /// Longest time for the body to arrive.
    pub body_timeout: Duration,
    /// Largest body, in bytes.
    pub body_max_bytes: usize,
}

impl From<&Server> for RequestLimits {
    fn from(server: &Server) -> Self {
        Self {
            deadline: Duration::from_millis(server.request_deadline_ms),
            body_timeout: Duration::from_millis(server.body_timeout_ms),
            body_max_bytes: server.request_body_max_bytes,
        }
    }
}

/// What all handlers share.
pub struct App {
    targets: BTreeMap<String, Arc<dyn Service>>,
    credentials: Vec<Credential>,
    /// As many as credentials, in their order.
    clients: Vec<Arc<Client>>,
    public_url: String,
    limits: RequestLimits,
    store_health: StoreHealth,
    background: Background,
    openapi: Value,
}

impl App {
    /// Joins the targets' use cases with the credentials that may call them. `public_url` has no slash at its end.
    pub fn new(
        targets: BTreeMap<String, Arc<dyn Service>>,
        credentials: Vec<Credential>,
        public_url: String,
        limits: RequestLimits,
        store_health: StoreHealth,
    ) -> Self {
        let openapi = openapi::document(&targets);
        let client = |credential: &Credential| Arc::new(Client::new(credential.name.as_str(), credential.profile));
        let clients = credentials.iter().map(client).collect();
        let background = Background::default();
        Self { targets, credentials, clients, public_url, limits, store_health, background, openapi }
    }

    /// The interface description (OpenAPI 3.1), as `GET /openapi.json` answers it.
    pub fn openapi(&self) -> &Value {
        &self.openapi
    }

    /// What was forgiven to each credential since the process began.
    pub fn clients(&self) -> &[Arc<Client>] {
        &self.clients
    }

    /// Returns when no write is under way any more. A write goes on when its client has gone away, so this is to be
    /// awaited after [`serve`] and before the targets are closed.
    pub async fn writes_finished(&self) {
        self.background.finished().await;
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("targets", &self.targets.keys())
            .field("credentials", &self.credentials)
            .field("public_url", &self.public_url)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// The state of the router.
pub type AppState = Arc<App>;
