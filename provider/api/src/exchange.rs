//! One call: signed, sent, and sent again while that is safe and helps.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, sleep_until, timeout};
use tracing::{debug, trace};

use crate::action::{Action, ActionId, Kind};
use crate::client::{Client, Stop};
use crate::codes::{Class, classify};
use crate::endpoint::host_header;
use crate::error::{Clocks, Error, Result};
use crate::limit::Permit;
use crate::redact;
use crate::retry::{Failure, Retry};
use crate::sign::{ToSign, payload_hash};
use crate::transport::{AGENT, Broken, JSON, Post, headers};
use crate::wire::{self, Reply};

/// One call while it is repeated.
pub(crate) struct Exchange {
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

impl Exchange {
    pub(crate) fn new<A: Action>(request: &A) -> Self {
        let body = wire::encode(request);
        Self {
            action: request.id(),
            patience: A::PATIENCE,
            payload_hash: payload_hash(&body),
            body,
        }
    }
}

impl Client {
    /// Sends until it is answered, refused for good, or not worth another attempt.
    pub(crate) async fn exchange(
        &self,
        exchange: &Exchange,
    ) -> Result<(serde_json::Value, String)> {
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
                error = %Lazy(|| error.explain()),
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
