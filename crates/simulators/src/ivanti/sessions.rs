//! Login, logout, expiry, and the lock after bad passwords.

use std::collections::{BTreeMap, BTreeSet};

use http::StatusCode;
use http::request::Parts;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::answer::Answer;
use super::call::{Call, Credential, Target, credential};
use super::lies::after_the_end;
use super::options::{IvantiOptions, LoginReply, Logout};
use super::state::State;
use crate::control::query_pairs;

/// Who asks.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) user: String,
    pub(super) role: Option<String>,
}

#[derive(Debug)]
struct Session {
    number: u64,
    caller: Caller,
    used: Timestamp,
}

#[derive(Debug, Default)]
pub(super) struct Sessions {
    live: BTreeMap<String, Session>,
    expired: BTreeSet<String>,
    pub(super) logins: u64,
    pub(super) refused: u64,
    bad_passwords: u32,
    locked_until: Option<Timestamp>,
}

impl Sessions {
    /// Ends the sessions that were idle for too long.
    pub(super) fn purge(&mut self, options: &IvantiOptions, now: Timestamp) {
        let idle_max = SignedDuration::from_mins(i64::from(options.idle_timeout_minutes));
        let expired = &mut self.expired;
        self.live.retain(|token, session| {
            let is_idle = now.duration_since(session.used) >= idle_max;
            if is_idle {
                expired.insert(token.clone());
            }
            !is_idle
        });
    }

    pub(super) fn expire_all(&mut self) -> usize {
        let live = std::mem::take(&mut self.live);
        let ended = live.len();
        self.expired.extend(live.into_keys());
        ended
    }

    pub(super) fn live(&self) -> usize {
        self.live.len()
    }

    pub(super) fn unlock(&mut self) {
        self.bad_passwords = 0;
        self.locked_until = None;
    }

    /// A name for the journal.
    pub(super) fn name(&self, parts: &Parts, options: &IvantiOptions) -> Option<String> {
        match credential(parts, options)? {
            Credential::ApiKey(_) => Some("api-key".to_owned()),
            Credential::Session(token) => self.live.get(&token).map(|session| format!("session-{}", session.number)),
        }
    }

    fn is_locked(&self, options: &IvantiOptions, now: Timestamp) -> bool {
        self.bad_passwords >= options.hard_lock_after || self.locked_until.is_some_and(|until| now < until)
    }

    fn note_bad_password(&mut self, options: &IvantiOptions, now: Timestamp) {
        self.bad_passwords += 1;
        if self.bad_passwords.is_multiple_of(options.soft_lock_after.max(1)) {
            self.locked_until = Some(now + SignedDuration::from_mins(i64::from(options.soft_lock_minutes)));
        }
    }
}

const REFUSED: &str = "Login failed: check that the tenant is correct, the user name, password and role are valid, or the OpenID configuration";

/// `POST …/authentication/login`.
pub(super) fn login(state: &mut State, call: &Call, now: Timestamp) -> Answer {
    let options = state.options.clone();
    state.sessions.purge(&options, now);
    if let Err(why) = granted(state, &options, call, now) {
        state.sessions.refused += 1;
        return Answer::refused_login(why);
    }
    let token = state.new_token();
    state.sessions.unlock();
    state.sessions.logins += 1;
    let caller = Caller { user: options.username.clone(), role: options.active_role().map(str::to_owned) };
    let session = Session { number: state.sessions.logins, caller, used: now };
    state.sessions.live.insert(token.clone(), session);
    let reply = match options.login_reply {
        LoginReply::Object => json!({ "SessionToken": token, "UserName": options.username }),
        LoginReply::BareString => Value::String(token),
    };
    Answer::json(StatusCode::OK, &reply)
}

fn granted(state: &mut State, options: &IvantiOptions, call: &Call, now: Timestamp) -> Result<(), &'static str> {
    let asked = credentials(call).ok_or("the request holds no credentials")?;
    let value = |name: &str| asked.get(name).map_or("", String::as_str);
    if !value("tenant").eq_ignore_ascii_case(&options.tenant)
        || !value("username").eq_ignore_ascii_case(&options.username)
    {
        return Err(REFUSED);
    }
    if value("password") != options.password {
        state.sessions.note_bad_password(options, now);
        return Err(REFUSED);
    }
    if state.sessions.is_locked(options, now) {
        return Err("The account is locked");
    }
    let role = value("role");
    if !role.is_empty() && options.role.as_deref().is_none_or(|own| !own.eq_ignore_ascii_case(role)) {
        return Err(REFUSED);
    }
    if !state.may_sign_in(&options.username) {
        return Err("The account is disabled");
    }
    if options.sessions_max.is_some_and(|max| state.sessions.live.len() >= max) {
        return Err("The maximum number of concurrent sessions is reached");
    }
    Ok(())
}

/// The fields of a JSON or form body, by lower-case name.
fn credentials(call: &Call) -> Option<BTreeMap<String, String>> {
    if call.is_form() {
        let text = std::str::from_utf8(&call.body).ok()?;
        return Some(query_pairs(text).into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect());
    }
    let Ok(Value::Object(members)) = serde_json::from_slice(&call.body) else { return None };
    let text = |value: Value| value.as_str().map(str::to_owned);
    Some(members.into_iter().filter_map(|(name, value)| Some((name.to_lowercase(), text(value)?))).collect())
}

/// `POST …/authentication/logout`.
pub(super) fn logout(state: &mut State, call: &Call, now: Timestamp) -> Answer {
    let options = state.options.clone();
    if options.logout == Logout::NotFound {
        return Answer::not_found("No service for the resource is registered.");
    }
    if let Err(refused) = caller(state, call, &Target::Logout, now) {
        return refused;
    }
    if let Some(Credential::Session(token)) = credential(&call.parts, &options) {
        state.sessions.live.remove(&token);
    }
    Answer::json(StatusCode::OK, &json!({ "Message": "Logged out successfully" }))
}

/// Who asks, or the refusal.
pub(super) fn caller(state: &mut State, call: &Call, target: &Target, now: Timestamp) -> Result<Caller, Answer> {
    let options = state.options.clone();
    state.sessions.purge(&options, now);
    match credential(&call.parts, &options) {
        Some(Credential::ApiKey(key)) if options.api_key.as_deref() == Some(key.as_str()) => {
            Ok(Caller { user: options.username.clone(), role: options.active_role().map(str::to_owned) })
        }
        Some(Credential::Session(token)) => {
            if let Some(session) = state.sessions.live.get_mut(&token) {
                session.used = now;
                return Ok(session.caller.clone());
            }
            let is_expired = state.sessions.expired.contains(&token);
            let lie = after_the_end(&options, call, target).filter(|_| is_expired);
            Err(lie.unwrap_or_else(Answer::unauthorized))
        }
        _ => Err(Answer::unauthorized()),
    }
}
