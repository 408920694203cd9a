//! Which requests are meant, counted from the moment at which that was said.

use http::Method;
use serde::{Deserialize, Serialize};

/// A choice of requests. In JSON: `{"nth":2,"times":1,"method":"PUT|POST","path_contains":"/entry/User"}`; everything may be
/// left out, which means the next request of any kind.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Matcher {
    /// The first matching request that is meant. Default 1: the next one.
    pub nth: u64,
    /// How many matching requests in a row are meant. Default 1.
    pub times: u64,
    /// Only requests of this method match, or of one of several (`PUT|PATCH`), in any letter case. Default: every method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Only requests whose decoded path contains this text match. Default: every path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_contains: Option<String>,
    /// Only requests whose decoded query contains this text match. Default: every query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_contains: Option<String>,
    /// Only requests whose body contains this text match. Default: every body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_contains: Option<String>,
}

/// What a [`Matcher`] looks at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen<'a> {
    pub(super) method: &'a Method,
    /// Decoded.
    pub(super) path: &'a str,
    /// Decoded, without the question mark.
    pub(super) query: &'a str,
    pub(super) body: &'a str,
}

impl Default for Matcher {
    fn default() -> Self {
        Self { nth: 1, times: 1, method: None, path_contains: None, query_contains: None, body_contains: None }
    }
}

impl Matcher {
    /// The next request of any kind.
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn nth(mut self, nth: u64) -> Self {
        self.nth = nth;
        self
    }

    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = times;
        self
    }

    /// Every matching request from the nth on.
    #[must_use]
    pub fn always(self) -> Self {
        self.times(u64::MAX)
    }

    /// Only requests of this method, or of one of several: `PUT|PATCH`.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// Only requests whose decoded path contains `text`.
    #[must_use]
    pub fn path_contains(mut self, text: &str) -> Self {
        self.path_contains = Some(text.to_owned());
        self
    }

    /// Only requests whose decoded query contains `text`.
    #[must_use]
    pub fn query_contains(mut self, text: &str) -> Self {
        self.query_contains = Some(text.to_owned());
        self
    }

    /// Only requests whose body contains `text`.
    #[must_use]
    pub fn body_contains(mut self, text: &str) -> Self {
        self.body_contains = Some(text.to_owned());
        self
    }

    /// Whether the request is of the kind meant, its turn apart.
    pub(super) fn fits(&self, seen: Seen<'_>) -> bool {
        let holds = |wanted: &Option<String>, text: &str| wanted.as_deref().is_none_or(|wanted| text.contains(wanted));
        is_method(self.method.as_deref(), seen.method)
            && holds(&self.path_contains, seen.path)
            && holds(&self.query_contains, seen.query)
            && holds(&self.body_contains, seen.body)
    }

    /// Whether it is the turn of the request that fits as number `count`.
    pub(super) fn is_turn(&self, count: u64) -> bool {
        count >= self.nth && !self.is_past(count - 1)
    }

    /// Whether none is meant any more after `count` that fit.
    pub(super) fn is_past(&self, count: u64) -> bool {
        count >= self.nth.saturating_add(self.times).saturating_sub(1)
    }
}

/// Whether a method is the one wanted, or one of several: `PUT|PATCH`.
pub(super) fn is_method(wanted: Option<&str>, method: &Method) -> bool {
    wanted.is_none_or(|wanted| wanted.split('|').any(|one| one.trim().eq_ignore_ascii_case(method.as_str())))
}
