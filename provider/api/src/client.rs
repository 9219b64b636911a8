//! The client: a region, a way to stop, and everything that calls share.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, debug, debug_span, trace};

use crate::action::{Action, ActionId, Answer, Kind};
use crate::batch::Batches;
use crate::codes::Class;
use crate::endpoint::{Endpoints, host_header};
use crate::error::{Clocks, Error, Result};
use crate::limit::{Limiter, Permit};
use crate::lock::Locks;
use crate::random::Random;
use crate::redact;
use crate::retry::{Failure, Policy, Retry};
use crate::settings::Config;
use crate::sign::{Signer, ToSign, payload_hash};
use crate::transport::{AGENT, Broken, JSON, Post, Transport, headers};
use crate::wire::{self, Reply};

/// Calls the cloud. Clones share connections, limits and locks; each is bound to a region and may
/// have a token that cancels it and a deadline.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    region: Arc<str>,
    cancel: CancellationToken,
    deadline: Option<Deadline>,
}

struct Shared {
    transport: Transport,
    signer: Option<Signer>,
    endpoints: Endpoints,
    policy: Policy,
    random: Random,
    limiter: Limiter,
    locks: Locks,
    batches: Batches,
    now: fn() -> u64,
}

#[derive(Clone, Copy)]
struct Deadline {
    at: Instant,
    after: Duration,
}

/// One call while it is repeated.
struct Exchange {
    action: ActionId,
    patience: Duration,
    body: Bytes,
    payload_hash: String,
}

/// A failed attempt.
struct Attempt {
    error: Error,
    failure: Failure,
}

/// Why waiting ended early.
#[derive(Clone, Copy)]
pub(crate) enum Stop {
    Cancelled,
    Deadline(Duration),
}

impl Client {
    /// A client that has not used the network and reads no certificates before it has to.
    pub fn new(config: Config) -> Self {
        let Config { credential, region, endpoints, policy, now } = config;
        Self {
            shared: Arc::new(Shared {
                transport: Transport::new(endpoints.is_local()),
                signer: credential.map(Signer::new),
                limiter: Limiter::new(!endpoints.is_local()),
                random: policy.seed.map_or_else(Random::new, Random::seeded),
                locks: Locks::default(),
                batches: Batches::default(),
                endpoints,
                policy,
                now,
            }),
            region: region.into(),
            cancel: CancellationToken::new(),
            deadline: None,
        }
    }

    /// The region that calls go to.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// This client for another region.
    #[must_use]
    pub fn with_region(&self, region: &str) -> Self {
        Self { region: region.into(), ..self.clone() }
    }

    /// This client until `cancel` is cancelled: then nothing new is sent, waits end at once, and a
    /// change in flight may finish within [`Policy::grace`], so that the id of what it makes is
    /// not lost.
    #[must_use]
    pub fn with_cancel(&self, cancel: CancellationToken) -> Self {
        Self { cancel, ..self.clone() }
    }

    /// This client for the given time from now, or for what is left if that is less. Ends like a
    /// cancellation.
    #[must_use]
    pub fn with_timeout(&self, after: Duration) -> Self {
        let new = Deadline { at: Instant::now() + after, after };
        let deadline = self.deadline.filter(|old| old.at <= new.at).unwrap_or(new);
        Self { deadline: Some(deadline), ..self.clone() }
    }

    /// Sends `request`, and again while that is safe and helps.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the cloud's code; [`Error::Transport`] when the cloud was not
    /// reached; [`Error::LostResponse`] when the change may have been made and must be looked for
    /// before it is repeated; [`Error::Timeout`] and [`Error::Cancelled`];
    /// [`Error::Decode`]; [`Error::Credentials`] when there are no keys.
    pub async fn call<A: Action>(&self, request: &A) -> Result<Answer<A::Response>> {
        let body = wire::encode(request);
        let exchange = Exchange {
            action: request.id(),
            patience: A::PATIENCE,
            payload_hash: payload_hash(&body),
            body,
        };
        let span = debug_span!("api", action = A::NAME, region = %self.region);
        let (response, request_id) = self.exchange(&exchange).instrument(span).await?;
        wire::decode(exchange.action, response, request_id)
    }

    async fn exchange(&self, exchange: &Exchange) -> Result<(serde_json::Value, String)> {
        let action = exchange.action;
        let mut retry = Retry::new(&self.shared.policy, &self.shared.random, action.kind);
        // Set once an attempt may have taken effect, whatever the later ones say.
        let mut lost = None;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let permit = self.depart(action, lost.is_some()).await?;
            let Attempt { error, failure } = match self.attempt(exchange, attempt).await {
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
    async fn attempt(
        &self,
        exchange: &Exchange,
        number: u64,
    ) -> Result<(serde_json::Value, String), Attempt> {
        let started = Instant::now();
        let sending = self.send(exchange);
        tokio::pin!(sending);
        let result = tokio::select! {
            biased;
            result = &mut sending => result,
            stop = self.stop() => {
                let changes = exchange.action.kind != Kind::Read;
                let grace = if changes { self.shared.policy.grace } else { Duration::ZERO };
                match timeout(grace, sending).await {
                    Ok(result) => result,
                    Err(_) => Err(Attempt {
                        error: stop.error(exchange.action.name, None, changes),
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
                %error,
                "failed"
            ),
        }
        result
    }

    async fn send(&self, exchange: &Exchange) -> Result<(serde_json::Value, String), Attempt> {
        let action = exchange.action;
        let signed_at = (self.shared.now)();
        let post = self.post(exchange, signed_at).map_err(Attempt::last)?;
        let endpoint = post.url.to_string();
        trace!(body = %Lazy(|| redact::body(&exchange.body)), "request");
        let received = self
            .shared
            .transport
            .send(post)
            .await
            .map_err(|broken| Attempt::broken(action, endpoint, broken))?;
        trace!(body = %Lazy(|| redact::body(&received.body)), "response");
        match wire::open(action, &received.body).map_err(Attempt::last)? {
            Reply::Done { response, request_id } => Ok((response, request_id)),
            Reply::Refused { code, message, request_id } => {
                let message = match &self.shared.signer {
                    Some(signer) => redact::message(&message, &exchange.body, signer.credential()),
                    None => message,
                };
                let clocks = Box::new(Clocks { server: received.date, signed_at });
                Err(Attempt::refused(action, code, message, request_id, clocks))
            }
        }
    }

    /// The signed request.
    fn post(&self, exchange: &Exchange, signed_at: u64) -> Result<Post> {
        let action = exchange.action;
        let signer = self.shared.signer.as_ref().ok_or_else(|| Error::Credentials {
            problem: "neither a secret id nor a secret key is set".to_owned(),
        })?;
        let url = self.shared.endpoints.url(action.service.name, &self.region)?;
        let authorization = signer.authorization(
            action.service.name,
            signed_at,
            ToSign {
                method: "POST",
                query: "",
                content_type: JSON,
                host: &host_header(&url),
                payload_hash: &exchange.payload_hash,
            },
        );
        let timestamp = signed_at.to_string();
        let mut values = vec![
            ("x-tc-action", action.name),
            ("x-tc-version", action.service.version),
            ("x-tc-region", &*self.region),
            ("x-tc-timestamp", &*timestamp),
            ("x-tc-language", "en-US"),
            ("x-tc-requestclient", AGENT),
        ];
        values
            .extend(signer.credential().token.as_ref().map(|token| ("x-tc-token", token.expose())));
        let headers = headers(&values, &authorization).ok_or_else(|| Error::Credentials {
            problem: "a key, the token or the region has a character that no header can carry"
                .to_owned(),
        })?;
        Ok(Post { url, headers, body: exchange.body.clone(), patience: exchange.patience })
    }

    /// Pauses, unless the caller stops first.
    pub(crate) async fn pause(&self, pause: Duration) -> Result<(), Stop> {
        tokio::select! {
            biased;
            stop = self.stop() => Err(stop),
            () = tokio::time::sleep(pause) => Ok(()),
        }
    }

    /// Ends when the caller cancels or the deadline comes.
    pub(crate) async fn stop(&self) -> Stop {
        match self.deadline {
            None => {
                self.cancel.cancelled().await;
                Stop::Cancelled
            }
            Some(deadline) => tokio::select! {
                biased;
                () = self.cancel.cancelled() => Stop::Cancelled,
                () = sleep_until(deadline.at) => Stop::Deadline(deadline.after),
            },
        }
    }

    /// Whether the caller has stopped already.
    fn stopped(&self) -> Option<Stop> {
        if self.cancel.is_cancelled() {
            return Some(Stop::Cancelled);
        }
        let deadline = self.deadline.filter(|deadline| deadline.at <= Instant::now())?;
        Some(Stop::Deadline(deadline.after))
    }

    fn has_time_for(&self, pause: Duration) -> bool {
        self.deadline.is_none_or(|deadline| Instant::now() + pause < deadline.at)
    }

    /// This client with a deadline, if it has none.
    pub(crate) fn within(&self, after: Duration) -> Self {
        if self.deadline.is_some() { self.clone() } else { self.with_timeout(after) }
    }

    pub(crate) fn without_deadline(&self) -> Self {
        Self { deadline: None, ..self.clone() }
    }

    pub(crate) fn random(&self) -> &Random {
        &self.shared.random
    }

    pub(crate) fn locks(&self) -> &Locks {
        &self.shared.locks
    }

    pub(crate) fn batches(&self) -> &Batches {
        &self.shared.batches
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("region", &self.region)
            .field("endpoints", &self.shared.endpoints)
            .finish_non_exhaustive()
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
        let class = crate::codes::classify(action, &code);
        let failure = match class {
            Class::Throttled => Failure::Throttled,
            Class::Internal => Failure::Ambiguous,
            _ => Failure::Final,
        };
        let clocks = (class == Class::Clock).then_some(clocks);
        Self { error: Error::Refused { action, code, message, request_id, clocks }, failure }
    }
}

impl Stop {
    pub(crate) fn error(self, what: &str, last: Option<String>, in_flight: bool) -> Error {
        let what = what.to_owned();
        match self {
            Self::Cancelled => Error::Cancelled { what, last, in_flight },
            Self::Deadline(after) => Error::Timeout { what, after, last, in_flight },
        }
    }
}

#[cfg(test)]
impl Client {
    /// A client that no test may call anything with.
    pub(crate) fn offline() -> Self {
        let endpoints = Endpoints::new(Some("http://127.0.0.1:9"), None, None).unwrap();
        Self::new(Config {
            credential: None,
            region: "ap-guangzhou".to_owned(),
            endpoints,
            policy: Policy { seed: Some(1), ..Policy::default() },
            now: || 0,
        })
    }
}

/// Formats only if somebody looks.
struct Lazy<F>(F);

impl<F: Fn() -> String> fmt::Display for Lazy<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&(self.0)())
    }
}
