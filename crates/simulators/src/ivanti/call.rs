//! One request, taken apart: where it points, its query, its credential.

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE};
use http::request::Parts;
use http::{HeaderName, Method};
use percent_encoding::percent_decode_str;

use super::options::{IvantiOptions, Scheme};
use crate::control::query_pairs;

#[derive(Debug)]
pub(super) struct Call {
    pub(super) parts: Parts,
    pub(super) body: Bytes,
}

#[derive(Debug, PartialEq)]
pub(super) enum Target {
    Login,
    Logout,
    Collection {
        set: String,
    },
    Record {
        set: String,
        key: String,
    },
    Metadata {
        set: String,
        under_businessobject: bool,
    },
    /// The parentheses after the name hold no quoted key.
    BadKey,
    Unknown,
}

/// What stands in the `Authorization` header or the cookie.
#[derive(Debug, PartialEq)]
pub(super) enum Credential {
    Session(String),
    ApiKey(String),
}

impl Call {
    pub(super) fn method(&self) -> &Method {
        &self.parts.method
    }

    pub(super) fn is_form(&self) -> bool {
        header(&self.parts, &CONTENT_TYPE).is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
    }

    pub(super) fn wants_json(&self) -> bool {
        header(&self.parts, &ACCEPT).is_some_and(|kind| kind.starts_with("application/json"))
    }

    /// The first value of a query option, decoded.
    pub(super) fn query(&self, name: &str) -> Option<String> {
        let pairs = query_pairs(self.parts.uri.query().unwrap_or_default());
        pairs.into_iter().find(|(found, _)| found == name).map(|(_, value)| value)
    }

    /// Segments are split first and decoded then, so that an encoded slash stays inside its key.
    pub(super) fn target(&self, base_path: &str) -> Target {
        let Some(path) = self.parts.uri.path().strip_prefix(base_path) else { return Target::Unknown };
        let Some(path) = path.strip_prefix('/') else { return Target::Unknown };
        let segments: Vec<String> =
            path.split('/').map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned()).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match segments[..] {
            ["api", "rest", "authentication", "login"] => Target::Login,
            ["api", "rest", "authentication", "logout"] => Target::Logout,
            ["api", "odata", "businessobject", "$metadata"] => Target::Unknown,
            ["api", "odata", "businessobject", set, "$metadata"] => {
                Target::Metadata { set: set.to_owned(), under_businessobject: true }
            }
            ["api", "odata", set, "$metadata"] => Target::Metadata { set: set.to_owned(), under_businessobject: false },
            ["api", "odata", "businessobject", object] => match object.split_once('(') {
                None => Target::Collection { set: object.to_owned() },
                Some((set, key)) => {
                    key_of(key).map_or(Target::BadKey, |key| Target::Record { set: set.to_owned(), key })
                }
            },
            _ => Target::Unknown,
        }
    }
}

/// `'…')` with apostrophes doubled inside.
fn key_of(text: &str) -> Option<String> {
    let quoted = text.strip_suffix(')')?.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    let single = quoted.replace("''", "");
    if single.contains('\'') { None } else { Some(quoted.replace("''", "'")) }
}

/// The credential in one of the forms that the options accept.
pub(super) fn credential(parts: &Parts, options: &IvantiOptions) -> Option<Credential> {
    let Some(value) = header(parts, &AUTHORIZATION) else {
        return cookie(parts).filter(|_| options.scheme == Scheme::Any);
    };
    if let Some(key) = value.strip_prefix("rest_api_key=") {
        return Some(Credential::ApiKey(key.to_owned()));
    }
    let bearer = value.strip_prefix("Bearer ").map(str::trim);
    let token = match options.scheme {
        Scheme::Bearer => bearer?,
        Scheme::Raw => value,
        Scheme::Any => bearer.unwrap_or(value),
    };
    Some(Credential::Session(token.to_owned()))
}

fn cookie(parts: &Parts) -> Option<Credential> {
    let cookies = header(parts, &COOKIE)?;
    let sid = cookies.split(';').find_map(|pair| pair.trim().strip_prefix("SID="))?;
    Some(Credential::Session(sid.to_owned()))
}

fn header<'a>(parts: &'a Parts, name: &HeaderName) -> Option<&'a str> {
    parts.headers.get(name)?.to_str().ok()
}
