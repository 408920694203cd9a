//! The HTTP client, behind one small trait so that tests can put a simulator in its place without a socket.

use std::error::Error as _;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use http::{Request, Response};

/// The largest answer that is read; a page of a thousand records is far below.
const ANSWER_MAX_BYTES: usize = 64 * 1024 * 1024;

/// Sends one request and reads the whole answer.
#[async_trait]
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends one request. `timeout` is for the whole of it.
    async fn send(&self, request: Request<Bytes>, timeout: Duration) -> Result<Response<Bytes>, TransportError>;
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No connection: the request certainly did not arrive.
    #[error("cannot connect: {0}")]
    Unreachable(String),
    /// No whole answer in time.
    #[error("no answer in time")]
    Timeout,
    /// The connection broke after the request was, or may have been, sent.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The answer is larger than anything the vendor should send.
    #[error("the answer is larger than {ANSWER_MAX_BYTES} bytes")]
    TooLarge,
}

/// How to reach a vendor.
#[derive(Debug, Clone, Default)]
pub struct ClientOptions {
    /// A proxy; proxies from the environment are ignored.
    pub proxy: Option<String>,
    /// Certificates, in PEM, that are trusted beside the system's.
    pub ca_pem: Option<Vec<u8>>,
    /// How long connecting may take.
    pub connect_timeout: Option<Duration>,
}

/// The client over sockets.
#[derive(Debug, Clone)]
pub struct HttpClient(reqwest::Client);

impl HttpClient {
    /// A client with these options: no redirects, no proxy from the environment, no cookies.
    ///
    /// # Errors
    /// A proxy or a certificate that cannot be read.
    pub fn new(options: &ClientOptions) -> Result<Self, String> {
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(options.connect_timeout.unwrap_or(Duration::from_secs(5)))
            .user_agent(concat!("scim-bridge/", env!("CARGO_PKG_VERSION")));
        if let Some(proxy) = &options.proxy {
            builder = builder.proxy(reqwest::Proxy::all(proxy).map_err(|error| describe(&error))?);
        }
        if let Some(pem) = &options.ca_pem {
            for certificate in reqwest::Certificate::from_pem_bundle(pem).map_err(|error| describe(&error))? {
                builder = builder.add_root_certificate(certificate);
            }
        }
        builder.build().map(Self).map_err(|error| describe(&error))
    }
}

#[async_trait]
impl Transport for HttpClient {
    async fn send(&self, request: Request<Bytes>, timeout: Duration) -> Result<Response<Bytes>, TransportError> {
        let request =
            reqwest::Request::try_from(request).map_err(|error| TransportError::Unreachable(describe(&error)))?;
        match tokio::time::timeout(timeout, self.exchange(request)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(TransportError::Timeout),
        }
    }
}

impl HttpClient {
    async fn exchange(&self, request: reqwest::Request) -> Result<Response<Bytes>, TransportError> {
        let mut answer = self.0.execute(request).await.map_err(|error| classify(&error))?;
        let mut response = Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            headers.clone_from(answer.headers());
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| classify(&error))? {
            if body.len() + chunk.len() > ANSWER_MAX_BYTES {
                return Err(TransportError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        response.body(body.freeze()).map_err(|error| TransportError::Broken(error.to_string()))
    }
}

fn classify(error: &reqwest::Error) -> TransportError {
    if error.is_connect() {
        TransportError::Unreachable(describe(error))
    } else if error.is_timeout() {
        TransportError::Timeout
    } else {
        TransportError::Broken(describe(error))
    }
}

/// The chain of causes without the address, which may carry personal data in its query.
fn describe(error: &reqwest::Error) -> String {
    let mut source = error.source();
    let mut text = String::new();
    while let Some(cause) = source {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    if text.is_empty() { "request failed".to_owned() } else { text }
}
