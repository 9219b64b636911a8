//! Ending one invocation from outside, while it runs.

use std::future::pending;

use tokio::sync::watch;

/// How an invocation is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The function's process gets SIGTERM, which its code may handle (R379).
    Signal,
    /// The instance is ended (R377).
    Kill,
}

/// Asks one invocation to end.
#[derive(Clone, Debug)]
pub struct Stopper(watch::Sender<Option<Stop>>);

/// What an invocation is asked. The default is never asked anything.
#[derive(Clone, Debug, Default)]
pub struct Stops(Option<watch::Receiver<Option<Stop>>>);

/// The two ends for one invocation.
#[must_use]
pub fn stops() -> (Stopper, Stops) {
    let (sender, receiver) = watch::channel(None);
    (Stopper(sender), Stops(Some(receiver)))
}

impl Stopper {
    /// Asks; nothing happens if the invocation has ended.
    pub fn ask(&self, stop: Stop) {
        self.0.send_replace(Some(stop));
    }
}

impl Stops {
    /// Waits until `stop` is asked for; for ever if it never is.
    pub(super) async fn asked(&mut self, stop: Stop) {
        if let Some(receiver) = &mut self.0
            && receiver.wait_for(|asked| *asked == Some(stop)).await.is_ok()
        {
            return;
        }
        pending::<()>().await;
    }
}
