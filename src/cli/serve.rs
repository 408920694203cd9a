//! `serve`: the bridge as a service.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::targets::{Surroundings, build};
use crate::config::{Config, Store as StoreConfig};
use crate::http::{App, AppState, ListenerLimits, RequestLimits, StoreHealth, router, serve};
use crate::service::{Clock, Service, TargetService};
use crate::store::{MemoryStore, SqliteStore, Store};
use crate::translate::Random;

/// How often the store is asked whether it answers.
const STORE_PERIOD: Duration = Duration::from_secs(5);

/// A wired bridge.
pub struct Bridge {
    app: AppState,
    services: Vec<Arc<TargetService>>,
    limits: ListenerLimits,
    tasks: JoinSet<()>,
}

impl Bridge {
    /// Wires the targets of a configuration to a store. Probing begins at once.
    ///
    /// # Errors
    /// Every fault of the configuration that shows only now.
    pub fn new(config: &Config, store: Arc<dyn Store>) -> anyhow::Result<Self> {
        let around = Surroundings { store: store.clone(), clock: wall_clock(), random: random() };
        let mut errors = config.errors();
        let mut services = Vec::new();
        for target in &config.targets {
            match build(config, target, &around) {
                Ok(service) => services.push(Arc::new(service)),
                Err(more) => errors.append(more),
            }
        }
        errors.into_result().map_err(super::faults)?;
        let mut tasks = JoinSet::new();
        let mut targets: BTreeMap<String, Arc<dyn Service>> = BTreeMap::new();
        for (target, service) in config.targets.iter().zip(&services) {
            tasks.spawn(service.clone().watch());
            targets.insert(target.name.clone(), service.clone());
        }
        let health = watch_store(store, &mut tasks);
        let server = &config.server;
        let limits = RequestLimits::from(server);
        let app = App::new(targets, config.credentials.clone(), server.public_url.clone(), limits, health);
        Ok(Self { app: Arc::new(app), services, limits: ListenerLimits::from(server), tasks })
    }

    /// The interface description (OpenAPI 3.1).
    pub fn openapi(&self) -> &serde_json::Value {
        self.app.openapi()
    }

    /// Serves until `shutdown` is ready, then lets requests end, finishes writes and logs out.
    pub async fn serve(mut self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        let cut = serve(listener, router(self.app.clone()), self.limits, shutdown).await;
        if cut > 0 {
            tracing::warn!(connections = cut, "connections were cut because their requests did not end in time");
        }
        self.app.writes_finished().await;
        self.tasks.shutdown().await;
        for service in &self.services {
            service.close().await;
        }
    }
}

/// Asks the store now and then, so that readiness needs no I/O.
fn watch_store(store: Arc<dyn Store>, tasks: &mut JoinSet<()>) -> StoreHealth {
    let state = Arc::new(Mutex::new(Ok(())));
    let seen = state.clone();
    tasks.spawn(async move {
        loop {
            let now = store.ping().await.map_err(|error| error.to_string());
            *seen.lock().unwrap_or_else(PoisonError::into_inner) = now;
            tokio::time::sleep(STORE_PERIOD).await;
        }
    });
    Arc::new(move || state.lock().unwrap_or_else(PoisonError::into_inner).clone())
}

/// The system's clock.
pub fn wall_clock() -> Clock {
    Clock(Arc::new(|| jiff::Timestamp::now().as_millisecond()))
}

/// The system's random source.
pub fn random() -> Random {
    Random(Arc::new(|bytes: &mut [u8]| {
        aws_lc_rs::rand::fill(bytes).expect("the operating system has random bytes");
    }))
}

/// Runs the bridge of a configuration file until the process is told to end.
///
/// # Errors
/// Faults of the configuration, a store that cannot be opened, an address that cannot be listened on.
pub async fn run(path: &Path) -> anyhow::Result<()> {
    let config = super::load(path)?;
    let (store, sqlite): (Arc<dyn Store>, _) = match &config.store {
        StoreConfig::Memory => (Arc::new(MemoryStore::new()), None),
        StoreConfig::Sqlite(file) => {
            let store = SqliteStore::open(file).await.with_context(|| format!("store {}", file.display()))?;
            (Arc::new(store.clone()), Some(store))
        }
    };
    let bridge = Bridge::new(&config, store)?;
    let address = config.server.listen;
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    tracing::info!(listen = %listener.local_addr()?, "serving; stop with SIGTERM or Ctrl-C");
    bridge.serve(listener, ended()).await;
    if let Some(store) = sqlite {
        store.close().await;
    }
    tracing::info!("stopped");
    Ok(())
}

/// Ready when the process is told to end.
pub async fn ended() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        },
        Err(_) => drop(interrupt.await),
    }
}
