//! What a connection is doing, and since when.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::Instant;

use super::ListenerLimits;

#[derive(Debug, Clone, Copy)]
pub(super) enum Phase {
    /// The head of a request is awaited or arriving.
    Head(Instant),
    /// A request is being answered.
    Request(Instant),
    /// Between two requests.
    Idle(Instant),
}

impl Phase {
    /// Where a connection begins: whoever connects has something to say.
    pub(super) fn head() -> Self {
        Self::Head(Instant::now())
    }

    /// When the connection is closed if the phase does not change before.
    pub(super) fn end(self, limits: &ListenerLimits) -> Instant {
        match self {
            Self::Head(since) => since + limits.header_timeout,
            Self::Request(since) => since + limits.request_timeout,
            Self::Idle(since) => since + limits.idle_timeout,
        }
    }
}

/// A stream that tells when the first byte after an idle time arrives.
pub(super) struct Watched {
    stream: TcpStream,
    phase: Arc<watch::Sender<Phase>>,
}

impl Watched {
    pub(super) fn new(stream: TcpStream, phase: Arc<watch::Sender<Phase>>) -> Self {
        Self { stream, phase }
    }
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.phase.send_if_modified(|phase| {
                let first = matches!(phase, Phase::Idle(_));
                if first {
                    *phase = Phase::head();
                }
                first
            });
        }
        polled
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// A request under way: the connection is idle again when it is dropped.
pub(super) struct Counted(Arc<watch::Sender<Phase>>);

impl Counted {
    pub(super) fn begin(phase: Arc<watch::Sender<Phase>>) -> Self {
        phase.send_replace(Phase::Request(Instant::now()));
        Self(phase)
    }

    /// The answer's body, which holds the request until it has been written or given up.
    pub(super) fn body(self, body: Body) -> CountedBody {
        CountedBody { body, _request: self }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.send_replace(Phase::Idle(Instant::now()));
    }
}

pub(super) struct CountedBody {
    body: Body,
    _request: Counted,
}

impl HttpBody for CountedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
