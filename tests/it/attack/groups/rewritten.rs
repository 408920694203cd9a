//! Stands in front of a simulator and makes another vendor of it: requests and answers are rewritten on their way.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use scim_bridge::wire::{Transport, TransportError};
use serde_json::{Value, json};

use crate::bridge::Setup;

/// What is done to a request's body; an answer in its place is given without asking the vendor.
type Asking = Arc<dyn Fn(&str, &mut Value) -> Option<Response<Bytes>> + Send + Sync>;
/// What is done to an answer's body.
type Answering = Arc<dyn Fn(&str, &mut Value) + Send + Sync>;

struct Rewritten {
    inner: Arc<dyn Transport>,
    ask: Asking,
    answer: Answering,
}

impl fmt::Debug for Rewritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rewritten")
    }
}

#[async_trait]
impl Transport for Rewritten {
    async fn send(&self, request: Request<Bytes>, timeout: Duration) -> Result<Response<Bytes>, TransportError> {
        let call = format!("{} {}", request.method(), crate::attack::vendor::readable(&request));
        let (head, body) = request.into_parts();
        let mut json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        if let Some(answer) = (self.ask)(&call, &mut json) {
            return Ok(answer);
        }
        let body = if json.is_null() { body } else { Bytes::from(json.to_string()) };
        let (head, body) = self.inner.send(Request::from_parts(head, body), timeout).await?.into_parts();
        let body = match serde_json::from_slice::<Value>(&body) {
            Ok(mut json) => {
                (self.answer)(&call, &mut json);
                Bytes::from(json.to_string())
            }
            Err(_) => body,
        };
        Ok(Response::from_parts(head, body))
    }
}

/// A set-up in which the vendor `target` is another one.
pub(super) fn rewritten(
    setup: Setup,
    target: &'static str,
    ask: impl Fn(&str, &mut Value) -> Option<Response<Bytes>> + Send + Sync + 'static,
    answer: impl Fn(&str, &mut Value) + Send + Sync + 'static,
) -> Setup {
    let (ask, answer): (Asking, Answering) = (Arc::new(ask), Arc::new(answer));
    let between = move |name: &str, inner: Arc<dyn Transport>| -> Arc<dyn Transport> {
        if name != target {
            return inner;
        }
        Arc::new(Rewritten { inner, ask: ask.clone(), answer: answer.clone() })
    };
    Setup { between: Arc::new(between), ..setup }
}

/// An error as AR System has it.
pub(super) fn arerr(status: u16, number: u32) -> Response<Bytes> {
    let error =
        json!([{ "messageType": "ERROR", "messageNumber": number, "messageText": "t", "messageAppendedText": "" }]);
    crate::attack::vendor::answer(status, error)
}
