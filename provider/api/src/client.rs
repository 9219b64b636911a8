//! The client: a region, a way to stop, and everything that calls share.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, debug_span};

use crate::action::{Action, Answer};
use crate::api3::Call;
use crate::batch::Batches;
use crate::endpoint::Endpoints;
use crate::error::{Error, Result};
use crate::limit::Limiter;
use crate::lock::Locks;
use crate::random::Random;
use crate::retry::Policy;
use crate::settings::Config;
use crate::sign::Signer;
use crate::transport::Transport;
use crate::wire;

/// Calls the cloud. Clones share connections, limits and locks; each is bound to a region and may
/// have a token that cancels it and a deadline.
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
    pub(crate) region: Arc<str>,
    /// The cluster of a dedicated zone in which buckets are asked; empty for the region itself.
    pub(crate) cluster: Arc<str>,
    cancel: CancellationToken,
    deadline: Option<Deadline>,
}

/// What all clones of a client use together.
pub(crate) struct Shared {
    pub(crate) transport: Transport,
    pub(crate) signer: Option<Signer>,
    pub(crate) endpoints: Endpoints,
    pub(crate) policy: Policy,
    pub(crate) random: Random,
    pub(crate) limiter: Limiter,
    pub(crate) locks: Locks,
    pub(crate) batches: Batches,
    pub(crate) now: fn() -> u64,
}

#[derive(Clone, Copy)]
struct Deadline {
    at: Instant,
    after: Duration,
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
            cluster: "".into(),
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

    /// The same client for the buckets of a cluster of a dedicated zone (CDC).
    #[must_use]
    pub fn with_cluster(&self, cluster: &str) -> Self {
        Self { cluster: cluster.into(), ..self.clone() }
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
        let call = Call::new(request);
        let span = debug_span!("api", action = A::NAME, region = %self.region);
        let (response, request_id) = self.exchange(&call).instrument(span).await?;
        wire::decode(request.id(), response, request_id)
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
    pub(crate) fn stopped(&self) -> Option<Stop> {
        if self.cancel.is_cancelled() {
            return Some(Stop::Cancelled);
        }
        let deadline = self.deadline.filter(|deadline| deadline.at <= Instant::now())?;
        Some(Stop::Deadline(deadline.after))
    }

    pub(crate) fn has_time_for(&self, pause: Duration) -> bool {
        self.deadline.is_none_or(|deadline| Instant::now() + pause < deadline.at)
    }

    /// This client with a deadline, if it has none.
    pub(crate) fn within(&self, after: Duration) -> Self {
        if self.deadline.is_some() { self.clone() } else { self.with_timeout(after) }
    }

    pub(crate) fn without_deadline(&self) -> Self {
        Self { deadline: None, ..self.clone() }
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
