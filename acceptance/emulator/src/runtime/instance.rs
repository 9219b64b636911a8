//! One instance: a process that has loaded a handler and works on one event at a time (R211).

use std::io;
use std::time::Instant;

use tokio::io::AsyncWriteExt;
use tokio::time::sleep_until;

use super::body::{Body, End};
use super::channel::{FailureKind, Frame, Receiver, Sender};
use super::log::Log;
use super::memory::Whereabouts;
use super::process::Process;

/// A running instance.
pub(super) struct Instance {
    body: Body,
    sender: Sender,
    receiver: Receiver,
}

/// What came of waiting for a frame.
#[derive(Debug)]
pub(super) enum Answer {
    /// The bootstrap said something.
    Frame(Frame),
    /// The deadline passed.
    TimedOut,
    /// The instance is of no use any more.
    Ended(End),
}

impl Answer {
    /// Whether the instance is of no use any more.
    pub(super) fn ends_instance(&self) -> bool {
        match self {
            Self::Frame(Frame::Failure(failure)) => {
                matches!(failure.kind, FailureKind::Uncaught | FailureKind::Memory)
            }
            Self::Frame(_) => false,
            Self::TimedOut | Self::Ended(_) => true,
        }
    }
}

impl Instance {
    /// An instance in a process that was just started.
    pub(super) fn new(process: Process) -> Self {
        let (read, sender) = process.channel.into_split();
        Self { body: process.body, sender, receiver: Receiver::new(read) }
    }

    /// Sends `message`, if there is one, and waits for a frame, while the log takes what the
    /// function prints. `deadline` ends the waiting.
    pub(super) async fn exchange(
        &mut self,
        message: &[u8],
        deadline: Instant,
        log: &mut Log,
    ) -> Answer {
        self.body.meter().restart();
        let answer = match self.converse(message, deadline, log).await {
            Ok(Some(answer)) => answer,
            Ok(None) | Err(_) => Answer::Ended(End::Exited(self.ended().await)),
        };
        // What was printed before the answer is in the pipe by now.
        self.body.drain(|printed| log.output(printed, Instant::now()));
        self.body.meter().look();
        answer
    }

    /// The most memory that was seen during the last exchange, in bytes.
    pub(super) fn memory(&mut self) -> u64 {
        self.body.meter().peak()
    }

    /// Bytes that were sent to the Internet since this was last asked.
    pub(super) fn sent(&mut self) -> u64 {
        self.body.meter().outflow().take()
    }

    /// Whether the process is still there to take an event.
    pub(super) fn is_alive(&mut self) -> bool {
        self.body.is_alive()
    }

    /// Where its processes are found.
    pub(super) fn whereabouts(&mut self) -> Whereabouts {
        self.body.meter().whereabouts()
    }

    /// Kills everything that runs in the instance, and waits until it is gone.
    pub(super) async fn kill(self) {
        self.body.kill().await;
    }

    async fn converse(
        &mut self,
        message: &[u8],
        deadline: Instant,
        log: &mut Log,
    ) -> io::Result<Option<Answer>> {
        let Self { body, sender, receiver } = self;
        let sending = async {
            let _ = sender.write_all(message).await; // a broken channel is also read as ended
            std::future::pending::<()>().await;
        };
        let out_of_time = sleep_until(deadline.into());
        let watching = body.watch(|printed| log.output(printed, Instant::now()));
        tokio::pin!(sending, watching, out_of_time);
        tokio::select! {
            frame = receiver.next() => Ok(frame?.map(Answer::Frame)),
            () = &mut sending => Ok(None),
            end = &mut watching => Ok(Some(Answer::Ended(end?))),
            () = &mut out_of_time => Ok(Some(Answer::TimedOut)),
        }
    }

    /// The channel is closed: how did the process end?
    async fn ended(&mut self) -> String {
        let ended = self.body.ended().await;
        ended.unwrap_or_else(|| "it closed its channel to the platform".to_owned())
    }
}
