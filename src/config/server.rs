//! `[server]`: where the bridge listens, and its limits.

use std::net::SocketAddr;

use toml_span::{Span, Spanned};

use super::read::{Reader, Table};
use super::url;

/// The `[server]` section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Where connections are accepted. Default: `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// What `meta.location` and `$ref` begin with; no slash at its end. Default on loopback: `http://{listen}`.
    pub public_url: String,
    /// Longest time from a request's head to its answer, in milliseconds. Default: 50 000. Range: 100 to 600 000.
    pub request_deadline_ms: u64,
    /// Largest body that is read, in bytes. Default: 8 388 608. Range: 1 024 to 268 435 456.
    pub request_body_max_bytes: usize,
    /// Longest time for a request's head to arrive, in milliseconds. Default: 10 000. Range: 10 to 600 000.
    pub header_timeout_ms: u64,
    /// Longest time for a request's body to arrive, in milliseconds. Default: 30 000. Range: 10 to 600 000.
    pub body_timeout_ms: u64,
    /// Longest time that a connection is kept without a request, in milliseconds. Default: 75 000. Range: 10 to
    /// 3 600 000.
    pub idle_timeout_ms: u64,
    /// Most connections at a time; more wait to be accepted. Default: 1 024. Range: 1 to 65 536.
    pub connections_max: usize,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: "http://127.0.0.1:8080".to_owned(),
            request_deadline_ms: 50_000,
            request_body_max_bytes: 8_388_608,
            header_timeout_ms: 10_000,
            body_timeout_ms: 30_000,
            idle_timeout_ms: 75_000,
            connections_max: 1_024,
        }
    }
}

impl Server {
    pub(super) fn read(reader: &mut Reader<'_>, table: Option<Table<'_>>) -> Self {
        let default = Self::default();
        let Some(mut table) = table else { return default };
        let listen = listen(reader, &mut table);
        // After a fault here, secrets in the text are not faults as well.
        reader.loopback = listen.is_none_or(|address| address.ip().is_loopback());
        let listen = listen.unwrap_or(default.listen);
        let public_url = table.word(reader, "public_url");
        let given = public_url.is_some();
        let public_url = public_url
            .and_then(|text| url::read(reader, "server.public_url", &text))
            .map_or_else(|| format!("http://{listen}"), |url| url.text);
        let server = Self {
            listen,
            public_url,
            request_deadline_ms: table.integer(
                reader,
                "request_deadline_ms",
                100..=600_000,
                default.request_deadline_ms,
            ),
            request_body_max_bytes: table.integer(
                reader,
                "request_body_max_bytes",
                1_024..=268_435_456,
                default.request_body_max_bytes,
            ),
            header_timeout_ms: table.integer(reader, "header_timeout_ms", 10..=600_000, default.header_timeout_ms),
            body_timeout_ms: table.integer(reader, "body_timeout_ms", 10..=600_000, default.body_timeout_ms),
            idle_timeout_ms: table.integer(reader, "idle_timeout_ms", 10..=3_600_000, default.idle_timeout_ms),
            connections_max: table.integer(reader, "connections_max", 1..=65_536, default.connections_max),
        };
        server.validate(reader, table.span, given);
        table.not_yet(reader, "tls");
        table.not_yet(reader, "trusted_proxies");
        table.finish(reader);
        server
    }

    /// Elsewhere than on loopback nobody can guess what the clients call the bridge.
    fn validate(&self, reader: &mut Reader<'_>, span: Span, public_url_given: bool) {
        if !self.listen.ip().is_loopback() && !public_url_given {
            reader.fault(span, "server.public_url is missing: clients must be told an address that they can reach");
        }
    }
}

fn listen(reader: &mut Reader<'_>, table: &mut Table<'_>) -> Option<SocketAddr> {
    let Some(Spanned { value, span }) = table.word(reader, "listen") else {
        return Some(Server::default().listen);
    };
    let address = value.parse().ok();
    if address.is_none() {
        reader.fault(
            span,
            "server.listen: expected an IP address and a port, such as \"127.0.0.1:8080\" or \"[::]:8443\"",
        );
    }
    address
}
