//! The request's id, and its one line in the log.
//!
//! Invariant: the line holds the matched route, never the path, the query, a header or the body: they hold personal
//! data and tokens.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use uuid::Uuid;

use crate::http::error::Internal;

/// The id of a request: ours, so that nobody else can choose what stands in our log.
#[derive(Debug, Clone)]
pub(in crate::http) struct RequestId(pub(in crate::http) String);

/// What authentication finds out for the log line.
#[derive(Debug, Default)]
pub(in crate::http) struct Noted {
    credential: OnceLock<String>,
    target: OnceLock<String>,
}

impl Noted {
    pub(in crate::http) fn credential(&self, name: &str) {
        let _ = self.credential.set(name.to_owned());
    }

    pub(in crate::http) fn target(&self, name: &str) {
        let _ = self.target.set(name.to_owned());
    }
}

/// Writes the line when it is dropped, so that a request whose client went away has one as well.
struct Line {
    method: Method,
    route: String,
    id: String,
    started: Instant,
    noted: Arc<Noted>,
    answer: Option<(StatusCode, Option<String>)>,
}

impl Drop for Line {
    fn drop(&mut self) {
        let duration_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (method, route, id) = (self.method.as_str(), self.route.as_str(), self.id.as_str());
        let credential = self.noted.credential.get().map_or("-", String::as_str);
        let target = self.noted.target.get().map_or("-", String::as_str);
        let Some((status, internal)) = self.answer.take() else {
            tracing::warn!(
                method,
                route,
                duration_ms,
                request.id = id,
                credential,
                target,
                "{method} {route}: the client went away"
            );
            return;
        };
        let (code, error) = (status.as_u16(), internal.as_deref().unwrap_or("-"));
        if status.is_server_error() {
            tracing::warn!(
                method,
                route,
                status = code,
                duration_ms,
                request.id = id,
                credential,
                target,
                error,
                "{method} {route}: {code}"
            );
        } else {
            tracing::info!(
                method,
                route,
                status = code,
                duration_ms,
                request.id = id,
                credential,
                target,
                error,
                "{method} {route}: {code}"
            );
        }
    }
}

/// Gives the request its id, and writes its line when it is done.
pub(in crate::http) async fn request(mut request: Request, next: Next) -> Response {
    let id = Uuid::new_v4().to_string();
    let noted = Arc::new(Noted::default());
    let route = request.extensions().get::<MatchedPath>().map_or("(no route)", MatchedPath::as_str).to_owned();
    let mut line = Line {
        method: request.method().clone(),
        route,
        id: id.clone(),
        started: Instant::now(),
        noted: Arc::clone(&noted),
        answer: None,
    };
    let span = tracing::info_span!("request", request.id = id);
    let header = HeaderValue::try_from(&id).expect("a UUID is a header's value");
    request.extensions_mut().insert(RequestId(id));
    request.extensions_mut().insert(noted);
    let mut response = next.run(request).instrument(span).await;
    response.headers_mut().insert("x-request-id", header);
    let internal = response.extensions_mut().remove::<Internal>().map(|internal| internal.0);
    line.answer = Some((response.status(), internal));
    response
}
