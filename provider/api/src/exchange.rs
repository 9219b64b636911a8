//! One call: signed, sent, and sent again while that is safe and helps.

use std::fmt;
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout};
use tracing::{debug, trace};

use crate::action::{ActionId, Kind};
use crate::client::{Client, Stop};
use crate::codes::{Class, classify};
use crate::credential::Credential;
use crate::error::{Clocks, Error, Result};
use crate::limit::Permit;
use crate::retry::{Failure, Retry};
use crate::sign::Signer;
use crate::transport::{Broken, Outgoing, Received};

/// What is exchanged: how a request is made, and what its answer means.
pub(crate) trait Errand: Sync {
    /// What the answer holds.
    type Reply: Send;

    /// The action.
    fn action(&self) -> ActionId;

    /// The request, signed at a Unix time.
    fn compose(&self, client: &Client, signed_at: u64) -> Result<Outgoing>;

    /// What the answer says, and the id of the request.
    fn open(&self, received: Received) -> Result<Opened<Self::Reply>, Failed>;

    /// What nobody may see in a message of the cloud is taken out of it.
    fn redact(&self, message: &str, credential: &Credential) -> String;

    /// The body of an answer or request, fit to be logged.
    fn show(&self, body: &[u8]) -> String;
}

/// An answer that has been understood.
pub(crate) enum Opened<T> {
    /// The action was carried out.
    Done { reply: T, request_id: String },
    /// The action was refused.
    Refused { code: String, message: String, request_id: String },
}

/// An answer that has not.
pub(crate) enum Failed {
    /// It is not the cloud's.
    Broken(Broken),
    /// It is not as documented.
    Error(Error),
}

/// A failed attempt.
struct Attempt {
    error: Error,
    failure: Failure,
}

impl Client {
    /// Sends until it is answered, refused for good, or not worth another attempt.
    pub(crate) async fn exchange<E: Errand>(&self, errand: &E) -> Result<(E::Reply, String)> {
        let action = errand.action();
        let mut retry = Retry::new(&self.shared.policy, &self.shared.random, action.kind);
        // Set once an attempt may have taken effect, whatever the later ones say.
        let mut lost = None;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let permit = self.depart(action, lost.is_some()).await?;
            let Attempt { error, failure } = match self.attempt(errand, attempt).await {
                Ok(done) => return Ok(done),
                Err(failed) => failed,
            };
            if failure == Failure::Throttled {
                permit.throttled();
            }
            let pause = retry.after(failure).filter(|pause| self.has_time_for(*pause));
            if let Some(pause) = pause {
                debug!(attempt, pause_ms = pause.as_millis() as u64, "trying again");
                if error.may_have_taken_effect() {
                    lost = Some(error);
                }
                self.pause(pause)
                    .await
                    .map_err(|stop| stop.error(action.name, None, lost.is_some()))?;
            } else {
                return match (error, lost) {
                    (Error::Transport { .. }, Some(lost)) => Err(lost),
                    (error, _) => Err(error),
                };
            }
        }
    }

    /// Waits for the turn that the rate limit gives.
    async fn depart(&self, action: ActionId, lost: bool) -> Result<Permit> {
        let stopped = |stop: Stop| stop.error(action.name, None, lost);
        if let Some(stop) = self.stopped() {
            return Err(stopped(stop));
        }
        let permit = self.shared.limiter.reserve(action, &self.region);
        if permit.departure > Instant::now() {
            tokio::select! {
                biased;
                stop = self.stop() => return Err(stopped(stop)),
                () = sleep_until(permit.departure) => {}
            }
        }
        Ok(permit)
    }

    /// Sends once. When the caller stops, a change in flight may still finish.
    async fn attempt<E: Errand>(
        &self,
        errand: &E,
        number: u64,
    ) -> Result<(E::Reply, String), Attempt> {
        let (started, action) = (Instant::now(), errand.action());
        let sending = self.send(errand);
        tokio::pin!(sending);
        let result = tokio::select! {
            biased;
            result = &mut sending => result,
            stop = self.stop() => {
                let changes = action.kind != Kind::Read;
                let grace = if changes { self.shared.policy.grace } else { Duration::ZERO };
                match timeout(grace, sending).await {
                    Ok(result) => result,
                    Err(_) => Err(Attempt {
                        error: stop.error(action.name, None, changes),
                        failure: Failure::Final,
                    }),
                }
            }
        };
        let ms = started.elapsed().as_millis() as u64;
        match &result {
            Ok((_, request_id)) => debug!(attempt = number, ms, request_id, "answered"),
            Err(Attempt { error, .. }) => debug!(
                attempt = number,
                ms,
                code = error.code(),
                request_id = error.request_id(),
                error = %Lazy(|| error.explain()),
                "failed"
            ),
        }
        result
    }

    async fn send<E: Errand>(&self, errand: &E) -> Result<(E::Reply, String), Attempt> {
        let action = errand.action();
        let signed_at = (self.shared.now)();
        let outgoing = errand.compose(self, signed_at).map_err(Attempt::last)?;
        let endpoint = outgoing.url.to_string();
        trace!(body = %Lazy(|| errand.show(&outgoing.body)), "request");
        let broken = |broken| Attempt::broken(action, endpoint.clone(), broken);
        let received = self.shared.transport.send(outgoing).await.map_err(broken)?;
        trace!(body = %Lazy(|| errand.show(&received.body)), "response");
        let server = received.date();
        match errand.open(received) {
            Ok(Opened::Done { reply, request_id }) => Ok((reply, request_id)),
            Ok(Opened::Refused { code, message, request_id }) => {
                let message = match &self.shared.signer {
                    Some(signer) => errand.redact(&message, signer.credential()),
                    None => message,
                };
                let clocks = Box::new(Clocks { server, signed_at });
                Err(Attempt::refused(action, code, message, request_id, clocks))
            }
            Err(Failed::Broken(reason)) => Err(broken(reason)),
            Err(Failed::Error(error)) => Err(Attempt::last(error)),
        }
    }

    /// What signs; without keys nothing can.
    pub(crate) fn signer(&self) -> Result<&Signer> {
        self.shared.signer.as_ref().ok_or_else(|| Error::Credentials {
            problem: "neither a secret id nor a secret key is set".to_owned(),
        })
    }
}

/// Why a request has no headers.
pub(crate) fn unfit_header() -> Error {
    Error::Credentials {
        problem: "a key, the token or the region has a character that no header can carry"
            .to_owned(),
    }
}

impl Attempt {
    fn last(error: Error) -> Self {
        Self { error, failure: Failure::Final }
    }

    fn broken(action: ActionId, endpoint: String, broken: Broken) -> Self {
        let (failure, source) = match broken {
            Broken::Unsent(source) => (Failure::Unsent, source),
            Broken::TooMany(source) => (Failure::Throttled, source),
            Broken::Foreign(source) => (Failure::Final, source),
            Broken::Lost(source) => (Failure::Ambiguous, source),
        };
        let error = if failure == Failure::Ambiguous && action.kind != Kind::Read {
            Error::LostResponse { action, endpoint, source }
        } else {
            Error::Transport { action, endpoint, source }
        };
        Self { error, failure }
    }

    fn refused(
        action: ActionId,
        code: String,
        message: String,
        request_id: String,
        clocks: Box<Clocks>,
    ) -> Self {
        let class = classify(action, &code);
        let failure = match class {
            Class::Throttled => Failure::Throttled,
            Class::Internal => Failure::Ambiguous,
            _ => Failure::Final,
        };
        let clocks = (class == Class::Clock).then_some(clocks);
        Self { error: Error::Refused { action, code, message, request_id, clocks }, failure }
    }
}

/// Formats only if somebody looks.
struct Lazy<F>(F);

impl<F: Fn() -> String> fmt::Display for Lazy<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&(self.0)())
    }
}
