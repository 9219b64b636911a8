//! The steps of the demo: each is announced, stopped by Ctrl-C, and timed.

use std::fmt::Display;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Failure;

/// The steps so far.
pub struct Steps {
    done: Vec<(String, Duration)>,
    interrupts: [Signal; 3],
}

impl Steps {
    /// No steps yet. From now on Ctrl-C, and what else asks programs to end, is heard here.
    ///
    /// # Errors
    /// Where signals cannot be heard.
    pub fn new() -> io::Result<Steps> {
        let [interrupt, terminate, hangup] =
            [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()].map(signal);
        Ok(Steps { done: Vec::new(), interrupts: [interrupt?, terminate?, hangup?] })
    }

    /// Does the next step.
    ///
    /// # Errors
    /// Why the step failed, or [`Failure::Stopped`].
    pub async fn step<T>(
        &mut self,
        title: impl Into<String>,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let title = title.into();
        print(&format!("\n{}. {title}\n", self.done.len() + 1));
        let start = Instant::now();
        let outcome = tokio::select! {
            outcome = work => outcome?,
            () = self.interrupt() => return Err(Failure::Stopped),
        };
        self.done.push((title, start.elapsed()));
        Ok(outcome)
    }

    /// Waits for Ctrl-C.
    pub async fn interrupt(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.interrupts;
        tokio::select! {
            _ = interrupt.recv() => (),
            _ = terminate.recv() => (),
            _ = hangup.recv() => (),
        }
    }

    /// Shows how long each step took.
    pub fn summary(&self) {
        print("\nseconds  step\n");
        let row = |time: Duration, title: &str| {
            print(&format!("{:7.2}  {title}\n", time.as_secs_f64()));
        };
        self.done.iter().for_each(|(title, time)| row(*time, title));
        row(self.done.iter().map(|(_, time)| time).sum(), "in total");
    }
}

/// Shows something about the current step.
pub fn say(text: impl Display) {
    for line in text.to_string().lines() {
        print(&format!("   {line}\n"));
    }
}

/// Shows text as it is. A reader who has gone away does not end the demo.
pub fn print(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_signal_stops_the_step_that_is_running() {
        let mut steps = Steps::new().unwrap();
        steps.step("Succeed", async { Ok(()) }).await.unwrap();
        nix::sys::signal::raise(nix::sys::signal::Signal::SIGTERM).unwrap();
        let stopped = steps.step("Wait", std::future::pending::<Result<(), _>>()).await;
        assert!(matches!(stopped, Err(Failure::Stopped)), "{stopped:?}");
        assert_eq!(steps.done.len(), 1);
    }
}
