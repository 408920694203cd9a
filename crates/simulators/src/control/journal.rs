//! What was asked of the vendor, in order of arrival, without secrets.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::request::Parts;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::Value;

/// Entries kept; the oldest are dropped beyond it, so that a long load test does not grow without end.
pub const ENTRIES_MAX: usize = 100_000;

const HIDDEN: &str = "***";

/// One request that reached the vendor's routes.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// Counts the requests from 1 on; goes on counting after [`Journal::clear`].
    pub ordinal: u64,
    pub method: String,
    /// Percent-decoded.
    pub path: String,
    /// As sent, without the question mark.
    pub query: String,
    /// Decoded names and values, in the order sent.
    pub query_pairs: Vec<(String, String)>,
    /// The scheme alone, such as `AR-JWT`; of a header that is one word, nothing but its presence: `***`.
    pub authorization: Option<String>,
    /// JSON as a value, anything else textual as a string, other bytes as a note of their length. Values whose name speaks
    /// of a password are `"***"`.
    pub body: Option<Value>,
    /// What the client got; 0 while there is no answer, and for good when the connection was cut without one.
    pub status: u16,
    /// What the vendor answered, or would have, had no fault replaced it; none when the request never came so far.
    pub vendor_status: Option<u16>,
    /// The injected fault that met the request.
    pub fault: Option<&'static str>,
    /// A name for the session that the request came in, never the token itself.
    pub session: Option<String>,
}

impl Entry {
    /// The first value of a query parameter, decoded.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        self.query_pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether the request can change something at the vendor.
    pub fn is_write(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }
}

/// The requests so far. Clones share the entries.
#[derive(Clone, Debug, Default)]
pub struct Journal(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    last: u64,
    entries: VecDeque<Entry>,
}

impl Journal {
    /// A copy of the entries, oldest first.
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().entries.iter().cloned().collect()
    }

    /// Forgets the entries; ordinals go on.
    pub fn clear(&self) {
        self.lock().entries.clear();
    }

    /// How many entries are kept now.
    pub fn count(&self) -> usize {
        self.lock().entries.len()
    }

    /// Notes a request on arrival, so that one whose client hangs up is seen as well.
    pub(super) fn open(&self, parts: &Parts, body: &Bytes, session: Option<String>) -> u64 {
        let query = hide_pairs(parts.uri.query().unwrap_or_default());
        let mut state = self.lock();
        state.last += 1;
        let entry = Entry {
            ordinal: state.last,
            method: parts.method.to_string(),
            path: decode_path(parts.uri.path()),
            query_pairs: query_pairs(&query),
            query,
            authorization: scheme(parts),
            body: readable(parts, body),
            status: 0,
            vendor_status: None,
            fault: None,
            session,
        };
        if state.entries.len() == ENTRIES_MAX {
            state.entries.pop_front();
        }
        state.entries.push_back(entry);
        state.last
    }

    pub(super) fn amend(&self, ordinal: u64, change: impl FnOnce(&mut Entry)) {
        let mut state = self.lock();
        if let Ok(at) = state.entries.binary_search_by_key(&ordinal, |entry| entry.ordinal) {
            change(&mut state.entries[at]);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A path with its percent escapes undone.
pub fn decode_path(path: &str) -> String {
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}

/// Names and values of a query string or a form body (`application/x-www-form-urlencoded`), in the order given.
pub fn query_pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode_form(name), decode_form(value))
        })
        .collect()
}

fn decode_form(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

fn scheme(parts: &Parts) -> Option<String> {
    let value = String::from_utf8_lossy(parts.headers.get(AUTHORIZATION)?.as_bytes()).into_owned();
    // One lone word may be a naked secret.
    Some(value.trim().split_once(char::is_whitespace).map_or(HIDDEN, |(scheme, _)| scheme).to_owned())
}

fn readable(parts: &Parts, body: &Bytes) -> Option<Value> {
    if body.is_empty() {
        return None;
    }
    if let Ok(mut value) = serde_json::from_slice::<Value>(body) {
        hide_values(&mut value);
        return Some(value);
    }
    let kind = parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let text = std::str::from_utf8(body).ok().filter(|_| !kind.starts_with("multipart/"));
    Some(Value::String(text.map_or_else(|| format!("<{} bytes of {kind}>", body.len()), hide_pairs)))
}

fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    ["password", "passwd", "pwd", "secret", "authstring", "auth_string"].iter().any(|word| name.contains(word))
}

fn hide_values(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if is_secret(name) && !member.is_null() {
                    *member = Value::from(HIDDEN);
                } else {
                    hide_values(member);
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(hide_values),
        _ => {}
    }
}

fn hide_pairs(text: &str) -> String {
    let hidden = text.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if is_secret(&decode_form(name)) => format!("{name}={HIDDEN}"),
        _ => pair.to_owned(),
    });
    hidden.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;
    use serde_json::json;

    fn noted(request: http::request::Builder, body: &str) -> Entry {
        let journal = Journal::default();
        let (parts, ()) = request.body(()).unwrap().into_parts();
        journal.open(&parts, &Bytes::copy_from_slice(body.as_bytes()), None);
        journal.entries().remove(0)
    }

    #[test]
    fn paths_and_queries_are_noted_decoded() {
        let entry = noted(Request::get("/entry/CTM%3APeople?q=%27Login+Name%27%3D%22a%26b%22&limit=5"), "");
        assert_eq!(entry.path, "/entry/CTM:People");
        assert_eq!(entry.query_value("q"), Some("'Login Name'=\"a&b\""));
        assert_eq!(entry.query_value("limit"), Some("5"));
        assert_eq!(entry.body, None);
    }

    #[test]
    fn passwords_and_tokens_are_never_noted() {
        let entry = noted(
            Request::put("/x?password=hush").header("authorization", "AR-JWT abc.def.ghi"),
            r#"{"values":{"Password":"hush","Full Name":"Ann","ExternalPassword":null}}"#,
        );
        assert_eq!(entry.authorization.as_deref(), Some("AR-JWT"));
        assert_eq!(
            entry.body,
            Some(json!({"values": {"Password": "***", "Full Name": "Ann", "ExternalPassword": null}}))
        );
        assert_eq!(entry.query, "password=***");

        let form = noted(Request::post("/login").header("authorization", "naked"), "username=ann&password=hush");
        assert_eq!(form.body, Some(json!("username=ann&password=***")));
        assert_eq!(form.authorization.as_deref(), Some("***"));
    }

    #[test]
    fn ordinals_go_on_after_clearing() {
        let journal = Journal::default();
        let (parts, ()) = Request::get("/").body(()).unwrap().into_parts();
        journal.open(&parts, &Bytes::new(), None);
        journal.clear();
        assert_eq!(journal.count(), 0);
        assert_eq!(journal.open(&parts, &Bytes::new(), None), 2);
        journal.amend(2, |entry| entry.status = 204);
        assert_eq!(journal.entries()[0].status, 204);
    }
}
