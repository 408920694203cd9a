//! The accept loop: HTTP/1.1 over TCP, with an end to everything.
//!
//! Invariant: no connection can be held open for nothing: a head has its time, an idle connection has its time, and
//! so has a request with the writing of its answer. (The server library's own timeout for heads also runs between two
//! requests and would close idle connections far too early; so the phases of a connection are followed here.)

mod phase;

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::sleep_until;
use tower::ServiceExt;

use crate::config::Server;
use phase::{Counted, Phase, Watched};

/// Largest head of a request, in bytes: a long filter fits.
const HEAD_MAX_BYTES: usize = 65_536;

/// How long the loop waits when the system has no more file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What limits connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListenerLimits {
    /// Longest time for a request's head to arrive.
    pub header_timeout: Duration,
    /// Longest time without a request.
    pub idle_timeout: Duration,
    /// Longest time from a request's head until its answer is written.
    pub request_timeout: Duration,
    /// Most connections at a time; more wait in the system's queue.
    pub connections_max: usize,
    /// Longest time that requests under way are waited for at the end.
    pub drain_timeout: Duration,
}

impl From<&Server> for ListenerLimits {
    /// The answer may take as long to be written as a body may take to arrive. Requests under way get at most 25 s at
    /// the end: supervisors kill after 30.
    fn from(server: &Server) -> Self {
        let deadline = Duration::from_millis(server.request_deadline_ms);
        Self {
            header_timeout: Duration::from_millis(server.header_timeout_ms),
            idle_timeout: Duration::from_millis(server.idle_timeout_ms),
            request_timeout: deadline + Duration::from_millis(server.body_timeout_ms),
            connections_max: server.connections_max,
            drain_timeout: deadline.min(Duration::from_secs(25)),
        }
    }
}

/// Serves until `shutdown` is ready, then takes no more connections and lets the requests under way end. Returns how
/// many connections had to be cut because they did not end in time.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ListenerLimits,
    shutdown: impl Future<Output = ()>,
) -> usize {
    let permits = Arc::new(Semaphore::new(limits.connections_max));
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        // The permit comes first: a connection that cannot be served is left in the system's queue.
        let next = async {
            let permit = Arc::clone(&permits).acquire_owned().await.expect("the semaphore is never closed");
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            next = next => next,
            () = &mut shutdown => break,
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, _)) => {
                connections.spawn(connection(stream, router.clone(), limits, graceful.watcher(), permit));
            }
            Err(error) => accept_failed(&error).await,
        }
    }
    drop(listener);
    let all_ended = tokio::time::timeout(limits.drain_timeout, graceful.shutdown()).await.is_ok();
    while connections.try_join_next().is_some() {}
    let cut = if all_ended { 0 } else { connections.len() };
    connections.shutdown().await;
    cut
}

/// A connection that was gone before it was accepted means nothing; a lack of file descriptors passes.
async fn accept_failed(error: &io::Error) {
    let of_the_connection = matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    );
    if !of_the_connection {
        tracing::warn!(error = %error, "a connection could not be accepted: {error}");
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}

async fn connection(
    stream: TcpStream,
    router: Router,
    limits: ListenerLimits,
    watcher: Watcher,
    _permit: OwnedSemaphorePermit,
) {
    // Answers are small and complete: waiting for more to send would only delay them.
    let _ = stream.set_nodelay(true);
    let (phase, mut phases) = watch::channel(Phase::head());
    let phase = Arc::new(phase);
    let io = TokioIo::new(Watched::new(stream, Arc::clone(&phase)));
    let service = service_fn(move |request: Request<Incoming>| {
        let counted = Counted::begin(Arc::clone(&phase));
        let answer = router.clone().oneshot(request.map(Body::new));
        async move { answer.await.map(|response| response.map(|body| counted.body(body))) }
    });
    let connection =
        http1::Builder::new().header_read_timeout(None).max_header_size(HEAD_MAX_BYTES).serve_connection(io, service);
    let mut connection = pin!(watcher.watch(connection));
    loop {
        let end = phases.borrow_and_update().end(&limits);
        tokio::select! {
            // What a client did wrong on the wire is not ours to report.
            _ = &mut connection => return,
            Ok(()) = phases.changed() => {}
            () = sleep_until(end) => {
                if !phases.has_changed().unwrap_or(false) {
                    return;
                }
            }
        }
    }
}
