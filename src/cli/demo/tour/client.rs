//! The tour's HTTP client, which stands for the identity provider.

use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, Response, StatusCode};
use serde_json::Value;

use super::side::Side;
use crate::wire::{ClientOptions, HttpClient, Transport};

/// As long as Okta waits.
const TIMEOUT: Duration = Duration::from_secs(60);
const SCIM_JSON: &str = "application/scim+json";

/// One answer; the body is null where there is none.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Value,
}

/// A client of the bridge at one address.
#[derive(Debug)]
pub(super) struct Client {
    http: HttpClient,
    address: String,
}

impl Client {
    pub(super) fn new(address: &str) -> anyhow::Result<Self> {
        let http = HttpClient::new(&ClientOptions::default()).map_err(anyhow::Error::msg)?;
        Ok(Self { http, address: address.to_owned() })
    }

    /// The status of `/readyz`.
    pub(super) async fn readiness(&self) -> anyhow::Result<StatusCode> {
        let request = Request::get(format!("{}/readyz", self.address)).body(Bytes::new())?;
        Ok(self.exchange(request).await?.status())
    }

    /// Sends a SCIM request with the demo's token for a target.
    pub(super) async fn send(
        &self,
        side: &Side,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Answer> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}/scim/v2{}", self.address, encoded(path)))
            .header(AUTHORIZATION, format!("Bearer demo-{}", side.target()))
            .header(ACCEPT, SCIM_JSON);
        if body.is_some() {
            request = request.header(CONTENT_TYPE, format!("{SCIM_JSON}; charset=utf-8"));
        }
        let bytes = body.map_or_else(Bytes::new, |body| body.to_string().into());
        let answer = self.exchange(request.body(bytes)?).await?;
        let body = if answer.body().is_empty() { Value::Null } else { serde_json::from_slice(answer.body())? };
        Ok(Answer { status: answer.status(), body })
    }

    async fn exchange(&self, request: Request<Bytes>) -> anyhow::Result<Response<Bytes>> {
        self.http.send(request, TIMEOUT).await.context("the bridge did not answer")
    }
}

/// The steps are written as people read them; on the wire blanks and quotes are escaped.
fn encoded(path: &str) -> String {
    path.replace('%', "%25").replace(' ', "%20").replace('"', "%22").replace('@', "%40")
}
