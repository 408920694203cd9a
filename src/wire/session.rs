//! Sessions at the vendor: one for all requests, opened by one of them, renewed ahead of its end.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use secrecy::SecretString;
use tokio::time::Instant;

use super::{Fault, FaultKind, Protocol, Transport};

/// What a login yields.
#[derive(Debug, Clone)]
pub struct Session {
    /// What requests carry.
    pub token: SecretString,
    /// How long it is good for, where the vendor says so; counted from the login on the monotonic clock.
    pub lifetime: Option<Duration>,
    /// Which login it came from.
    generation: u64,
}

impl Session {
    /// A session with this token.
    pub fn new(token: impl Into<String>, lifetime: Option<Duration>) -> Self {
        Self { token: SecretString::from(token.into()), lifetime, generation: 0 }
    }
}

/// Names the session of one login, without being it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionMark(u64);

/// The pauses after refused logins: accounts are locked by a few of them (Ivanti: 5, then 20).
const REFUSED_PAUSE: Duration = Duration::from_secs(60);
const REFUSED_PAUSE_MAX: Duration = Duration::from_secs(3_600);
/// The pause after a login that was not answered.
const FAILED_PAUSE: Duration = Duration::from_secs(1);
/// How long no new login is tried after one that did not help: a vendor that rejects every session would otherwise see
/// a login per request, each of which costs a session there.
const DISTRUST_PAUSE: Duration = Duration::from_secs(5);
/// No session is trusted for longer, whatever its token says.
const LIFETIME_MAX: Duration = Duration::from_secs(30 * 24 * 3_600);
/// A session is renewed when so much of its life is left: a tenth, but no more than this.
const RENEW_AHEAD_MAX: Duration = Duration::from_secs(60);

/// The sessions of one service account.
pub struct Sessions {
    inner: Arc<Inner>,
}

struct Inner {
    transport: Arc<dyn Transport>,
    protocol: Arc<dyn Protocol>,
    timeout: Duration,
    state: Mutex<State>,
    /// Held by whoever logs in: everybody else waits for that one login.
    login: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct State {
    current: Option<Current>,
    generation: u64,
    refusals: u32,
    failure: Option<(Fault, Instant)>,
    renewing: bool,
    distrusted_until: Option<Instant>,
    /// No session is given up for want of proof before.
    kept_until: Option<Instant>,
}

#[derive(Clone)]
struct Current {
    session: Session,
    renew_at: Option<Instant>,
    ends_at: Option<Instant>,
}

impl Sessions {
    pub(super) fn new(transport: Arc<dyn Transport>, protocol: Arc<dyn Protocol>, timeout: Duration) -> Self {
        let (state, login) = (Mutex::default(), Arc::default());
        Self { inner: Arc::new(Inner { transport, protocol, timeout, state, login }) }
    }

    /// The session, opening one if there is none; none where the protocol has no login.
    ///
    /// # Errors
    /// The login's fault. A refused login is repeated only after a pause that grows each time, and until then its
    /// fault is the answer; so it is, briefly, for a login that failed otherwise.
    pub async fn get(&self) -> Result<Option<Session>, Fault> {
        let inner = &self.inner;
        if inner.protocol.login().is_none() {
            return Ok(None);
        }
        if let Some(session) = inner.usable() {
            return Ok(Some(session));
        }
        let turn = inner.login.clone().lock_owned().await;
        if let Some(session) = inner.usable() {
            return Ok(Some(session));
        }
        inner.may_log_in()?;
        // In a task of its own, and with its turn: a request that gives up must not leave a session behind that nobody
        // knows, nor let the next one log in beside it.
        let task = tokio::spawn({
            let inner = inner.clone();
            async move {
                let _turn = turn;
                inner.log_in().await
            }
        });
        match task.await {
            Ok(outcome) => outcome.map(Some),
            Err(error) => Err(Fault::new(FaultKind::Unreachable, format!("the login task failed: {error}"))),
        }
    }

    /// Forgets a session that the vendor rejected, unless a newer one is in place already.
    pub fn discard(&self, session: Option<&Session>) {
        let mut state = self.inner.lock();
        let may_help = state.distrusted_until.is_none_or(|until| Instant::now() >= until);
        if let (Some(rejected), Some(current)) = (session, &state.current)
            && current.session.generation == rejected.generation
            && may_help
        {
            state.current = None;
        }
    }

    /// Which session is in use at the moment.
    pub(super) fn mark(&self) -> SessionMark {
        SessionMark(self.inner.lock().generation)
    }

    /// Forgets a session that may have ended without a word, unless a newer one is in place already, and ends it at the
    /// vendor in case it has not. Where no session ever `worked`, this happens only now and then.
    pub(super) fn give_up(&self, mark: SessionMark, worked: bool) {
        let mut state = self.inner.lock();
        if !worked {
            if state.kept_until.is_some_and(|until| Instant::now() < until) {
                return;
            }
            state.kept_until = Some(Instant::now() + DISTRUST_PAUSE);
        }
        let Some(current) = state.current.take_if(|current| current.session.generation == mark.0) else { return };
        drop(state);
        let inner = self.inner.clone();
        tokio::spawn(async move { inner.log_out(&current.session).await });
    }

    /// Takes note that a fresh session was rejected as well.
    pub fn rejected_again(&self) {
        self.inner.lock().distrusted_until = Some(Instant::now() + DISTRUST_PAUSE);
    }

    pub(super) fn authorize(&self, session: &Session, request: &mut Request<Bytes>) {
        self.inner.protocol.authorize(session, request);
    }

    /// What was learned last about logging in; none before the first login.
    pub fn state(&self) -> Option<Result<(), String>> {
        let state = self.inner.lock();
        match (&state.failure, &state.current) {
            (Some((fault, _)), _) => Some(Err(match fault.kind {
                FaultKind::CredentialsRefused => "the service account's login is refused".to_owned(),
                _ => "the login is not answered".to_owned(),
            })),
            (None, Some(_)) => Some(Ok(())),
            (None, None) => None,
        }
    }

    /// Ends the session at the vendor.
    pub async fn close(&self) {
        let current = self.inner.lock().current.take();
        if let Some(current) = current {
            self.inner.log_out(&current.session).await;
        }
    }
}

impl Inner {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session if it is good for now; begins its renewal when its end is near.
    fn usable(self: &Arc<Self>) -> Option<Session> {
        let mut state = self.lock();
        let current = state.current.clone()?;
        let now = Instant::now();
        if current.ends_at.is_some_and(|end| now >= end) {
            state.current = None;
            return None;
        }
        if current.renew_at.is_some_and(|at| now >= at) && !state.renewing {
            state.renewing = true;
            tokio::spawn(self.clone().renew(current.session.clone()));
        }
        Some(current.session)
    }

    /// Opens a new session while the old one is still good. Where that fails, the old one serves until its end.
    async fn renew(self: Arc<Self>, old: Session) {
        let turn = self.login.lock().await;
        let due = self.lock().current.as_ref().is_some_and(|current| current.session.generation == old.generation);
        let renewed = due && self.may_log_in().is_ok() && self.log_in().await.is_ok();
        self.lock().renewing = false;
        drop(turn);
        if renewed {
            // Requests that are under way may still carry the old session.
            tokio::time::sleep(self.timeout).await;
            self.log_out(&old).await;
        }
    }

    fn may_log_in(&self) -> Result<(), Fault> {
        match &self.lock().failure {
            Some((fault, until)) if Instant::now() < *until => {
                let mut fault = fault.clone();
                fault.retry_after = Some(*until - Instant::now());
                Err(fault)
            }
            _ => Ok(()),
        }
    }

    async fn log_in(&self) -> Result<Session, Fault> {
        let call = self.protocol.login().ok_or_else(|| Fault::new(FaultKind::Misconfigured, "no login"))?;
        let started = Instant::now();
        let outcome = match self.transport.send(call.request, self.timeout).await {
            Ok(answer) => self.protocol.session(&answer),
            Err(error) => Err(Fault::from_transport(&error)),
        };
        let mut state = self.lock();
        match outcome {
            Ok(mut session) => {
                state.generation += 1;
                session.generation = state.generation;
                session.lifetime = session.lifetime.map(|lifetime| lifetime.min(LIFETIME_MAX));
                state.refusals = 0;
                state.failure = None;
                let ahead = session.lifetime.map(|lifetime| (lifetime / 10).min(RENEW_AHEAD_MAX));
                state.current = Some(Current {
                    renew_at: session.lifetime.zip(ahead).map(|(life, ahead)| started + life.saturating_sub(ahead)),
                    ends_at: session.lifetime.map(|lifetime| started + lifetime),
                    session: session.clone(),
                });
                tracing::info!("logged in at the vendor");
                Ok(session)
            }
            Err(mut fault) => {
                // No write was asked for yet, whatever became of the login.
                fault.applied = crate::backend::Applied::No;
                let pause = if fault.kind == FaultKind::CredentialsRefused {
                    state.refusals += 1;
                    REFUSED_PAUSE.saturating_mul(2_u32.saturating_pow(state.refusals - 1)).min(REFUSED_PAUSE_MAX)
                } else {
                    FAILED_PAUSE
                };
                tracing::warn!(pause_s = pause.as_secs(), reason = %fault.text, "login at the vendor failed");
                state.failure = Some((fault.clone(), Instant::now() + pause));
                Err(fault)
            }
        }
    }

    /// Best effort: a session that cannot be ended now ends by its own time.
    async fn log_out(&self, session: &Session) {
        let Some(mut call) = self.protocol.logout(session) else { return };
        self.protocol.authorize(session, &mut call.request);
        match self.transport.send(call.request, self.timeout).await {
            Ok(answer) if answer.status().is_success() => {}
            Ok(answer) => tracing::warn!(status = answer.status().as_u16(), "logout was not accepted"),
            Err(error) => tracing::warn!(%error, "logout was not answered"),
        }
    }
}
