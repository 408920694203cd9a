//! A native call before it is sent.

use bytes::Bytes;
use http::Request;
use percent_encoding::percent_decode_str;

/// A request and what may be done with it.
#[derive(Debug, Clone)]
pub struct Call {
    /// What the call does at the vendor.
    pub effect: Effect,
    /// The request without its session.
    pub request: Request<Bytes>,
    /// The body as journals may show it: passwords hidden.
    pub shown_body: Option<String>,
}

/// What a call does at the vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Read,
    /// It changes something.
    Write(Repeat),
}

/// Whether a write whose answer was lost may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Sending it twice is the same as sending it once.
    Safe,
    /// It has to be looked up first: sent twice it would create twice.
    LookUpFirst,
}

impl Call {
    /// Path and query, percent-decoded, for people.
    pub fn readable_target(&self) -> String {
        let uri = self.request.uri();
        let text = uri.path_and_query().map_or("/", |target| target.as_str());
        percent_decode_str(text).decode_utf8_lossy().into_owned()
    }
}
