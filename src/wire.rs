//! The one native call: deadline, lane, breaker, session, send, classify, repeat, journal.
//!
//! Invariant: the only place with an HTTP client; knows no SCIM, no SQL, no HTTP server and no adapter. What a vendor's
//! protocol looks like comes in through [`Protocol`].

mod breaker;
mod call;
mod client;
mod fault;
mod session;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

use crate::backend::{Applied, Cx, Lane, NativeCall};
pub use breaker::Breaker;
pub use call::{Call, Effect, Repeat};
pub use client::{ClientOptions, HttpClient, Transport, TransportError};
pub use fault::{Fault, FaultKind};
pub use session::{Session, SessionMark, Sessions};

/// What the wire has to know of a vendor's protocol.
pub trait Protocol: Send + Sync + 'static {
    /// The call that opens a session; none where requests carry a static key.
    fn login(&self) -> Option<Call>;
    /// Reads the answer to the login.
    ///
    /// # Errors
    /// [`FaultKind::CredentialsRefused`] when the vendor refuses them, other kinds when it did not decide.
    fn session(&self, answer: &Response<Bytes>) -> Result<Session, Fault>;
    /// Puts the session into a request.
    fn authorize(&self, session: &Session, request: &mut Request<Bytes>);
    /// The call that ends a session.
    fn logout(&self, session: &Session) -> Option<Call>;
}

/// Limits of one vendor account.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Calls at once.
    pub concurrency_max: usize,
    /// Calls at once for disables, beside the others.
    pub disable_concurrency_max: usize,
    /// The longest wait for one answer.
    pub timeout: Duration,
}

/// The way to one vendor.
pub struct Wire {
    transport: Arc<dyn Transport>,
    sessions: Sessions,
    ordinary: Semaphore,
    disabling: Semaphore,
    breaker: Breaker,
    timeout: Duration,
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wire").finish_non_exhaustive()
    }
}

/// How often a call that is safe to repeat is sent in all.
const ATTEMPTS_MAX: u32 = 3;
/// The pause before the first repetition; it doubles.
const PAUSE: Duration = Duration::from_millis(200);
/// The longest pause that a vendor may ask for within a request; a longer one is the client's to wait.
const PAUSE_MAX: Duration = Duration::from_secs(3);

impl Wire {
    /// A way to a vendor over this transport.
    pub fn new(transport: Arc<dyn Transport>, protocol: Arc<dyn Protocol>, limits: Limits) -> Self {
        Self {
            sessions: Sessions::new(transport.clone(), protocol, limits.timeout),
            transport,
            ordinary: Semaphore::new(limits.concurrency_max),
            disabling: Semaphore::new(limits.disable_concurrency_max),
            breaker: Breaker::default(),
            timeout: limits.timeout,
        }
    }

    /// Makes one native call and reads its answer with `decode`.
    ///
    /// # Errors
    /// What `decode` says, or what happened on the way. [`Fault::applied`] is [`Applied::Unknown`] when a write may have
    /// been carried out although no sensible answer came.
    pub async fn exchange<T>(
        &self,
        cx: &Cx,
        call: &Call,
        decode: impl Fn(&Response<Bytes>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let _permit = self.permit(cx).await?;
        let mut attempt = 1;
        let mut logged_in_again = false;
        let mut doubtful = false;
        loop {
            let left = cx.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(doubt(Fault::new(FaultKind::Timeout, "the deadline has passed"), doubtful));
            }
            self.breaker.admit(cx.lane).map_err(|fault| doubt(fault, doubtful))?;
            let session = timeout_at(cx.deadline, self.sessions.get())
                .await
                .unwrap_or_else(|_| Err(Fault::new(FaultKind::Timeout, "no session before the deadline")))
                .map_err(|fault| doubt(fault, doubtful))?;
            let outcome = self.send(cx, call, session.as_ref(), left.min(self.timeout), &decode).await;
            let fault = match outcome {
                Ok(value) => return Ok(value),
                Err(fault) => fault,
            };
            // Refused for its session, a call was not carried out: any call may be sent once more with a fresh one.
            if fault.kind == FaultKind::SessionRejected && !logged_in_again {
                logged_in_again = true;
                self.sessions.discard(session.as_ref());
                continue;
            }
            if fault.kind == FaultKind::SessionRejected {
                self.sessions.rejected_again();
            }
            doubtful |= fault.applied == Applied::Unknown;
            match repeat_after(call, &fault, attempt) {
                Some(pause) if Instant::now() + pause < cx.deadline => tokio::time::sleep(pause).await,
                // A login page in the place of data, again and again: the session may have ended without a word.
                _ if fault.kind == FaultKind::Garbled && call.effect == Effect::Read && !logged_in_again => {
                    logged_in_again = true;
                    self.sessions.discard(session.as_ref());
                    continue;
                }
                _ => {
                    if fault.kind == FaultKind::Garbled && logged_in_again {
                        self.sessions.rejected_again();
                    }
                    return Err(doubt(fault, doubtful));
                }
            }
            attempt += 1;
        }
    }

    /// The last thing that was learned about logging in: none before the first login.
    pub fn login_state(&self) -> Option<Result<(), String>> {
        self.sessions.state()
    }

    /// Why the vendor is not being called at the moment, if so.
    pub fn outage(&self) -> Option<String> {
        self.breaker.outage()
    }

    /// Which session is in use at the moment.
    pub fn session_mark(&self) -> SessionMark {
        self.sessions.mark()
    }

    /// Gives up a session whose answers proved nothing; the next call logs in anew. `worked` says whether answers were
    /// proven since the last time: where they never are, logins are few and far between.
    pub fn give_up_session(&self, session: SessionMark, worked: bool) {
        self.sessions.give_up(session, worked);
    }

    /// Ends the session at the vendor.
    pub async fn close(&self) {
        self.sessions.close().await;
    }

    async fn permit(&self, cx: &Cx) -> Result<SemaphorePermit<'_>, Fault> {
        let lane = async {
            match cx.lane {
                Lane::Ordinary => tokio::select! {
                    biased;
                    permit = self.ordinary.acquire() => permit,
                    () = cx.hurry.wanted() => self.disabling.acquire().await,
                },
                Lane::Disable => self.disabling.acquire().await,
            }
        };
        match timeout_at(cx.deadline, lane).await {
            Ok(permit) => Ok(permit.expect("the lanes are never closed")),
            Err(_) => Err(Fault::new(FaultKind::Timeout, "no free place before the deadline")),
        }
    }

    /// Sends once, keeps the journal and tells the breaker.
    async fn send<T>(
        &self,
        cx: &Cx,
        call: &Call,
        session: Option<&Session>,
        timeout: Duration,
        decode: &impl Fn(&Response<Bytes>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut request = call.request.clone();
        if let Some(session) = session {
            self.sessions.authorize(session, &mut request);
        }
        let started = Instant::now();
        let answer = self.transport.send(request, timeout).await;
        let status = answer.as_ref().ok().map(|answer| answer.status().as_u16());
        cx.journal.push(NativeCall {
            method: call.request.method().to_string(),
            target: call.readable_target(),
            body: call.shown_body.clone(),
            status,
            duration: started.elapsed(),
        });
        let outcome = match answer {
            Ok(answer) => decode(&answer),
            Err(error) => Err(Fault::from_transport(&error)),
        };
        let outcome = outcome.map_err(|fault| fault.for_effect(call.effect));
        self.breaker.learn(outcome.as_ref().err().map(|fault| &fault.kind));
        outcome
    }
}

/// The pause before a call is sent again, or none when it is not.
fn repeat_after(call: &Call, fault: &Fault, attempt: u32) -> Option<Duration> {
    let safe = match call.effect {
        Effect::Read | Effect::Write(Repeat::Safe) => true,
        // Looked up by the caller before it is tried again, unless it certainly was not looked at.
        Effect::Write(Repeat::LookUpFirst) => {
            fault.applied == Applied::No && matches!(fault.kind, FaultKind::Unreachable | FaultKind::Throttled)
        }
    };
    if !safe || attempt >= ATTEMPTS_MAX || !fault.kind.is_passing() {
        return None;
    }
    match fault.retry_after {
        Some(asked) if asked > PAUSE_MAX => None,
        Some(asked) => Some(asked),
        None => Some(PAUSE * 2_u32.pow(attempt - 1)),
    }
}

fn doubt(mut fault: Fault, doubtful: bool) -> Fault {
    if doubtful {
        fault.applied = Applied::Unknown;
    }
    fault
}
