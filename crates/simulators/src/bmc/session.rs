//! Login, logout and tokens.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::{ArError, message};
use super::state::State;
use crate::control::{Record, query_pairs};

/// Tokens and counters.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    by_token: HashMap<String, Session>,
    /// Tokens that were good once.
    ended: HashSet<String>,
    pub(super) logins: u64,
    pub(super) refused: u64,
    /// Wrong passwords in a row, by login name.
    failures: HashMap<String, u32>,
}

/// What a token stands for.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) login: String,
    pub(super) guest: bool,
    /// Names the session in the journal.
    pub(super) name: String,
    expires: Timestamp,
}

impl Sessions {
    pub(super) fn live(&self, now: Timestamp) -> usize {
        self.by_token.values().filter(|session| session.expires > now).count()
    }

    pub(super) fn expire(&mut self) -> usize {
        let live = std::mem::take(&mut self.by_token);
        let count = live.len();
        self.ended.extend(live.into_keys());
        count
    }

    /// Whether the request's token was good once and is no more.
    pub(super) fn has_ended(&self, headers: &HeaderMap, now: Timestamp) -> bool {
        let is_past =
            |token| self.by_token.get(token).map_or_else(|| self.ended.contains(token), |it| it.expires <= now);
        token(headers).is_some_and(is_past)
    }

    fn end(&mut self, token: &str) {
        if self.by_token.remove(token).is_some() {
            self.ended.insert(token.to_owned());
        }
    }

    /// A new password makes a locked account usable again.
    pub(super) fn unlock(&mut self, login: &str) {
        self.failures.remove(login);
    }

    /// The session of a request's token, if that is one of ours and has not expired.
    pub(super) fn of(&self, headers: &HeaderMap, now: Timestamp) -> Option<&Session> {
        self.by_token.get(token(headers)?).filter(|session| session.expires > now)
    }
}

fn token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get("authorization")?.to_str().ok()?.split_once(' ')?;
    (scheme == "AR-JWT").then_some(token.trim())
}

/// `POST /api/jwt/login`
pub(super) fn login(state: &mut State, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Response {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let pairs = query_pairs(&String::from_utf8_lossy(body));
    let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let login = value("username").unwrap_or_default();
    let granted = admit(state, login, value("password").unwrap_or_default(), value("authString"))
        .and_then(|guest| grant(state, login, guest, now));
    granted.unwrap_or_else(|refusal| {
        state.sessions.refused += 1;
        refusal.into_response()
    })
}

/// Whether the caller is who it says; `Ok(true)` is a guest.
fn admit(state: &mut State, login: &str, password: &str, auth_string: Option<&str>) -> Result<bool, ArError> {
    let refusal = || ArError::not_authenticated(login);
    if login.is_empty() || state.options.auth_string.as_deref().is_some_and(|wanted| auth_string != Some(wanted)) {
        return Err(refusal());
    }
    let Some(account) = state.account(login).cloned() else {
        return if state.options.guests { Ok(true) } else { Err(refusal()) };
    };
    let text = |name: &str| account.get(name).and_then(Value::as_str).unwrap_or_default();
    let locked = || ArError::new(624, login).with_status(StatusCode::UNAUTHORIZED);
    let limit = state.options.lockout_after;
    let failures = state.sessions.failures.get(login).copied().unwrap_or_default();
    if text("Status") == "Locked-Out" || (limit > 0 && failures >= limit) {
        return Err(locked());
    }
    if password.is_empty() || text("Password") != password {
        state.sessions.failures.insert(login.to_owned(), failures + 1);
        return Err(refusal());
    }
    state.sessions.failures.remove(login);
    if state.options.status_blocks_login && ["Disabled", "Expired"].contains(&text("Status")) {
        return Err(refusal());
    }
    Ok(false)
}

fn grant(state: &mut State, login: &str, guest: bool, now: Timestamp) -> Result<Response, ArError> {
    let Sessions { by_token, ended, .. } = &mut state.sessions;
    ended.extend(by_token.extract_if(|_, session| session.expires <= now).map(|(token, _)| token));
    if state.options.sessions_max.is_some_and(|max| state.sessions.by_token.len() >= max) {
        return Err(ArError::new(30, login));
    }
    let is_connected = state.sessions.by_token.values().any(|session| session.login == login);
    if state.options.single_session && is_connected && !state.is_admin(login) {
        return Err(ArError::new(9093, login));
    }
    let expires = now
        .checked_add(Duration::from_secs(state.options.token_lifetime_s.into()))
        .map_err(|_| ArError::new(9905, "the token would outlive the calendar"))?;
    let token = new_token(login, now, expires);
    state.sessions.logins += 1;
    let name = format!("{login}#{}", state.sessions.logins);
    state.sessions.by_token.insert(token.clone(), Session { login: login.to_owned(), guest, name, expires });

    let prefix = if state.options.token_prefix { "AR-JWT " } else { "" };
    let mut answer = ([(CONTENT_TYPE, "text/plain;charset=UTF-8")], format!("{prefix}{token}")).into_response();
    if guest {
        let warning = json!([message("WARNING", 59, Some(login))]).to_string();
        let warning = HeaderValue::from_bytes(warning.as_bytes()).expect("JSON text has no control characters");
        answer.headers_mut().insert("x-ar-messages", warning);
    }
    Ok(answer)
}

/// `POST /api/jwt/logout`
pub(super) fn logout(state: &mut State, headers: &HeaderMap, now: Timestamp) -> Response {
    if state.sessions.of(headers, now).is_none() {
        return refused_token(state);
    }
    if let Some(token) = token(headers) {
        state.sessions.end(token);
    }
    StatusCode::NO_CONTENT.into_response()
}

/// The answer to a missing, unknown or expired token.
pub(super) fn refused_token(state: &State) -> Response {
    if state.options.token_error_body {
        return ArError::not_authenticated("").into_response();
    }
    StatusCode::UNAUTHORIZED.into_response()
}

/// Looks like a JWT; the signature is as good as random, because nobody but the server checks it.
fn new_token(login: &str, now: Timestamp, expires: Timestamp) -> String {
    const SKEW_S: i64 = 120;
    let header = json!({ "alg": "HS256" });
    let mut claims = Record::new();
    claims.insert("sub".to_owned(), Value::from(login));
    claims.insert("nbf".to_owned(), Value::from(now.as_second() - SKEW_S));
    claims.insert("iss".to_owned(), Value::from("arserver.calbro.example"));
    claims.insert("exp".to_owned(), Value::from(expires.as_second()));
    claims.insert("_cacheId".to_owned(), Value::from(Uuid::new_v4().simple().to_string()));
    claims.insert("iat".to_owned(), Value::from(now.as_second()));
    let signature = [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat();
    let parts = [header.to_string().into_bytes(), Value::Object(claims).to_string().into_bytes(), signature];
    parts.map(|part| base64url(&part)).join(".")
}

fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let triple = chunk.iter().fold(0, |bits, byte| (bits << 8) | usize::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            text.push(char::from(ALPHABET[(triple >> (18 - 6 * place)) & 63]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64url_has_no_padding() {
        let cases = [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("\u{3ff}~", "z79-")];
        for (plain, encoded) in cases {
            assert_eq!(base64url(plain.as_bytes()), encoded);
        }
    }
}
