//! [`Operation`]: one verb at work, with its end in sight.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use tokio_util::sync::CancellationToken;

use crate::Problem;

/// How long a verb may go on after the user has asked Terraform to stop: long enough to learn the
/// id of something that is being created, short enough to end within two seconds.
const GRACE: Duration = Duration::from_millis(1500);

/// What a running verb must watch: the user's wish to stop, and its time limit.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Cancelled when Terraform is asked to stop.
    pub stop: CancellationToken,
    /// How long the verb may take.
    pub limit: Duration,
    started: Instant,
}

impl Operation {
    /// An operation that starts now and may take `limit`.
    pub fn new(stop: CancellationToken, limit: Duration) -> Operation {
        Operation { stop, limit, started: Instant::now() }
    }

    /// Runs a verb. A panic, the time limit and a stop that the verb does not follow by itself
    /// become problems; whatever the verb has recorded until then stays with the caller.
    pub async fn run<T>(
        &self,
        verb: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        let overrun = async {
            tokio::select! {
                () = self.stop.cancelled() => {
                    tokio::time::sleep(GRACE).await;
                    Problem::new(
                        "Interrupted",
                        "The operation was stopped before the cloud had finished it. What was \
                         known by then is in the state; the next apply goes on from there.",
                    )
                }
                // A verb ends by itself at its deadline and says what it waited for.
                () = tokio::time::sleep_until((self.started + self.limit + GRACE).into()) => Problem::new(
                    "Time limit reached",
                    "The operation took longer than its time limit. A longer one can be set in \
                     the timeouts block.",
                ),
            }
        };
        tokio::select! {
            biased;
            outcome = AssertUnwindSafe(verb).catch_unwind() => {
                outcome.unwrap_or_else(|panic| Err(Problem::from_panic(&*panic)))
            }
            problem = overrun => Err(problem),
        }
    }
}
