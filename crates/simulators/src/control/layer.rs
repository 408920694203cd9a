//! The middleware around a vendor's routes: notes each request in the journal, lets faults meet it and foreign writers act
//! around it.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;

use super::faults::{Fault, What, When};
use super::journal::{decode_path, query_pairs};
use super::matcher::Seen;
use super::{Control, Vendor};

/// Bytes of a request's body that are read at most; a longer one is answered 413.
pub const BODY_MAX: usize = 16 * 1024 * 1024;

/// Set as an extension of a response that must not reach the client: its connection is to be closed without an answer.
///
/// [`serve`](super::serve::serve) does so. An in-process transport (one that calls the router without a socket) looks for
/// this type in the response's extensions and reports a broken connection to its caller; the status of such a response,
/// 599, means nothing. A body that is cut half-way needs no mark: it ends in an error.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cut;

pub(super) async fn around<V: Vendor>(
    State((control, vendor)): State<(Control, V)>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_MAX).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let journal = control.journal();
    let ordinal = journal.open(&parts, &body, vendor.session(&parts));
    let path = decode_path(parts.uri.path());
    let faults = control.faults.meet(&parts.method, &path);
    let fault = faults.iter().find(|fault| !matches!(fault.what, What::Slow { .. }));
    if let Some(noted) = fault.or(faults.last()) {
        journal.amend(ordinal, |entry| entry.fault = Some(noted.what.name()));
    }
    let query = decoded(parts.uri.query().unwrap_or_default());
    let text = String::from_utf8_lossy(&body);
    let due = control.hooks.meet(Seen { method: &parts.method, path: &path, query: &query, body: &text });
    let latency = control.latency_ms();

    sleep(latency / 2).await;
    pause(&faults, When::Before).await;
    due.happen(When::Before, &vendor);
    let before = fault.filter(|fault| fault.when == When::Before && fault.what != What::HalfBody);
    let response = if let Some(fault) = before {
        replace(&fault.what)
    } else {
        let response = next.run(Request::from_parts(parts, Body::from(body))).await;
        journal.amend(ordinal, |entry| entry.vendor_status = Some(response.status().as_u16()));
        match fault.map(|fault| &fault.what) {
            None => response,
            Some(What::HalfBody) => halve(response).await,
            Some(what) => replace(what),
        }
    };
    due.happen(When::After, &vendor);
    pause(&faults, When::After).await;
    sleep(latency - latency / 2).await;

    if response.extensions().get::<Cut>().is_none() {
        journal.amend(ordinal, |entry| entry.status = response.status().as_u16());
    }
    response
}

async fn pause(faults: &[Fault], when: When) {
    for fault in faults {
        if let What::Slow { ms } = fault.what
            && fault.when == when
        {
            sleep(ms).await;
        }
    }
}

async fn sleep(ms: u64) {
    // Even a sleep of no length would let other tasks go first.
    if ms > 0 {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}

fn decoded(query: &str) -> String {
    let pairs = query_pairs(query).into_iter();
    pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn replace(what: &What) -> Response {
    let What::Status { status, headers, body } = what else { return cut() };
    let (kind, bytes) = match body {
        Value::Null => (None, Bytes::new()),
        Value::String(text) => (Some("text/plain"), Bytes::copy_from_slice(text.as_bytes())),
        json => (Some("application/json"), Bytes::from(json.to_string())),
    };
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(kind) = kind {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn cut() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::from_u16(599).expect("599 lies in the range of status codes");
    response.extensions_mut().insert(Cut);
    response
}

async fn halve(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = body.collect().await.map(http_body_util::Collected::to_bytes) else { return cut() };
    if bytes.is_empty() {
        return cut();
    }
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    let half = bytes.slice(..bytes.len() / 2);
    Response::from_parts(parts, Body::new(HalfBody { half: Some(half), flushes: 8, whole: bytes.len() }))
}

/// Gives half of the bytes, lets the connection flush them, and then fails: the connection is torn down.
struct HalfBody {
    half: Option<Bytes>,
    flushes: u8,
    whole: usize,
}

impl hyper::body::Body for HalfBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
        if let Some(half) = self.half.take() {
            return Poll::Ready(Some(Ok(hyper::body::Frame::data(half))));
        }
        // A failing body makes the server drop what it has buffered, so it gets some turns to write it out first.
        if self.flushes > 0 {
            self.flushes -= 1;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(std::io::Error::new(
            std::io::ErrorKind::ConnectionReset,
            "the injected fault cut the body",
        ))))
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        hyper::body::SizeHint::with_exact(self.whole as u64)
    }
}
