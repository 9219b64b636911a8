//! Following a change that the cloud makes in its own time.
//!
//! Both functions look again after 5 ms, then after ever longer pauses up to 2 s, so that a local
//! cloud is followed within milliseconds and the real one is not asked without end. They end with
//! the client's deadline ([`Client::with_timeout`], else after [`DEFAULT_TIMEOUT`]) or
//! cancellation, and say what was waited for and what was seen last.

use std::time::Duration;

use tracing::debug;

use crate::client::{Client, Stop};
use crate::error::{Error, Result};

/// How long a client without a deadline waits.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(20 * 60);

const FIRST: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_secs(2);
const GROWTH: f64 = 1.6;

/// What one look found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step<T> {
    /// It is done.
    Done(T),
    /// Not yet; the state, in the cloud's words.
    Pending(String),
    /// It will not come any more.
    Failed {
        /// The state, in the cloud's words.
        state: String,
        /// The cloud's reasons.
        reasons: Vec<String>,
    },
}

/// Looks with `step` until it is done. `what` completes the sentence "… took longer than 5 s".
///
/// # Errors
///
/// [`Error::Failed`] when a step says so, [`Error::Timeout`] or [`Error::Cancelled`] with the last
/// state, and any error of a step.
pub async fn until<T, S, F>(client: &Client, what: &str, mut step: S) -> Result<T>
where
    S: FnMut() -> F,
    F: Future<Output = Result<Step<T>>>,
{
    let client = &client.within(DEFAULT_TIMEOUT);
    let mut pauses = Pauses::new(client);
    let mut last = None;
    loop {
        let state = match step().await {
            Ok(Step::Done(value)) => return Ok(value),
            Ok(Step::Failed { state, reasons }) => {
                return Err(Error::Failed { what: what.to_owned(), state, reasons });
            }
            Ok(Step::Pending(state)) => state,
            // The deadline may come during a look; what was waited for says more than its action.
            Err(Error::Timeout { after, in_flight: false, .. }) => {
                let what = what.to_owned();
                return Err(Error::Timeout { what, after, last, in_flight: false });
            }
            Err(Error::Cancelled { in_flight: false, .. }) => {
                return Err(Error::Cancelled { what: what.to_owned(), last, in_flight: false });
            }
            Err(error) => return Err(error),
        };
        if last.as_ref() != Some(&state) {
            debug!(what, state, "waiting");
        }
        client
            .pause(pauses.next())
            .await
            .map_err(|stop| stop.error(what, Some(state.clone()), false))?;
        last = Some(state);
    }
}

/// Makes a call again while its error is one that passes, such as [`Error::is_busy`].
///
/// # Errors
///
/// The first error that is `worth` no further attempt, the last one when the time is up, or
/// [`Error::Cancelled`].
pub async fn retry<T, S, F>(
    client: &Client,
    what: &str,
    worth: impl Fn(&Error) -> bool,
    mut call: S,
) -> Result<T>
where
    S: FnMut() -> F,
    F: Future<Output = Result<T>>,
{
    let client = &client.within(DEFAULT_TIMEOUT);
    let mut pauses = Pauses::new(client);
    loop {
        match call().await {
            Err(error) if worth(&error) => {
                debug!(%error, "will pass");
                match client.pause(pauses.next()).await {
                    Ok(()) => {}
                    Err(Stop::Deadline(_)) => return Err(error),
                    Err(stop) => return Err(stop.error(what, Some("busy".to_owned()), false)),
                }
            }
            result => return result,
        }
    }
}

/// Growing pauses with jitter.
struct Pauses<'a> {
    client: &'a Client,
    next: Duration,
}

impl<'a> Pauses<'a> {
    fn new(client: &'a Client) -> Self {
        Self { client, next: FIRST }
    }

    fn next(&mut self) -> Duration {
        let pause = self.next;
        self.next = pause.mul_f64(GROWTH).min(LONGEST);
        self.client.shared.random.between(pause.mul_f64(0.8), pause)
    }
}

#[cfg(test)]
mod tests;
