//! One instance: a process that has loaded a handler and works on one event at a time (R211).

use std::io;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe;
use tokio::process::Child;
use tokio::time::{sleep_until, timeout};

use super::channel::{FailureKind, Frame, Receiver, Sender};
use super::log::Log;
use super::memory::{Excess, Meter};
use super::process::{Process, Scratch, describe};

/// How long a process may take to be gone after its channel is closed or it is killed.
const LEAVE: Duration = Duration::from_secs(2);

/// What a pipe holds. More than that cannot have been printed before an answer that was just read.
const PIPE: usize = 64 * 1024;

/// A running instance.
pub(super) struct Instance {
    child: Child,
    sender: Sender,
    receiver: Receiver,
    output: pipe::Receiver,
    meter: Meter,
    memory_limit: u64,
    _scratch: Option<Scratch>,
}

/// What came of waiting for a frame.
#[derive(Debug)]
pub(super) enum Answer {
    /// The bootstrap said something.
    Frame(Frame),
    /// The deadline passed.
    TimedOut,
    /// The instance uses more memory than is configured.
    MemoryExceeded,
    /// The process ended by itself; this is how.
    Exited(String),
}

impl Answer {
    /// Whether the instance is of no use any more.
    pub(super) fn ends_instance(&self) -> bool {
        match self {
            Self::Frame(Frame::Failure(failure)) => {
                matches!(failure.kind, FailureKind::Uncaught | FailureKind::Memory)
            }
            Self::Frame(_) => false,
            Self::TimedOut | Self::MemoryExceeded | Self::Exited(_) => true,
        }
    }
}

impl Instance {
    /// An instance in a process that was just started.
    pub(super) fn new(process: Process, memory_mb: u32) -> Self {
        let Process { child, channel, output, meter, scratch } = process;
        let (read, sender) = channel.into_split();
        Self {
            child,
            sender,
            receiver: Receiver::new(read),
            output,
            meter,
            memory_limit: u64::from(memory_mb) * 1024 * 1024,
            _scratch: scratch,
        }
    }

    /// Sends `message`, if there is one, and waits for a frame, while the log takes what the
    /// function prints. `deadline` ends the waiting.
    pub(super) async fn exchange(
        &mut self,
        message: &[u8],
        deadline: Instant,
        log: &mut Log,
    ) -> Answer {
        self.meter.restart();
        let answer = match self.converse(message, deadline, log).await {
            Ok(Some(answer)) => answer,
            Ok(None) | Err(_) => self.ended(log).await,
        };
        self.drain(log);
        self.meter.look();
        answer
    }

    /// The most memory that was seen during the last exchange, in bytes.
    pub(super) fn memory(&self) -> u64 {
        self.meter.peak()
    }

    /// Whether the process is still there to take an event.
    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Kills everything that runs in the instance, and waits until it is gone.
    pub(super) async fn kill(mut self) {
        self.kill_all();
        if timeout(LEAVE, self.child.wait()).await.is_err() {
            tracing::warn!("an instance does not end although it was killed");
        }
    }

    async fn converse(
        &mut self,
        message: &[u8],
        deadline: Instant,
        log: &mut Log,
    ) -> io::Result<Option<Answer>> {
        let Self { sender, receiver, output, meter, memory_limit, .. } = self;
        let sending = async {
            let _ = sender.write_all(message).await; // a broken channel is also read as ended
            std::future::pending::<()>().await;
        };
        let out_of_time = sleep_until(deadline.into());
        let excess = meter.excess(*memory_limit);
        let mut printed = Vec::with_capacity(16 * 1024);
        let mut prints = true;
        tokio::pin!(sending, excess, out_of_time);
        loop {
            tokio::select! {
                frame = receiver.next() => return Ok(frame?.map(Answer::Frame)),
                () = &mut sending => {}
                read = output.read_buf(&mut printed), if prints => {
                    prints = read? > 0; // a function may close its output
                    log.output(&printed, Instant::now());
                    printed.clear();
                }
                () = &mut out_of_time => return Ok(Some(Answer::TimedOut)),
                excess = &mut excess => return Ok(Some(match excess {
                    Excess::Memory => Answer::MemoryExceeded,
                    Excess::Processes => Answer::Exited("too many processes".to_owned()),
                })),
            }
        }
    }

    /// The channel is closed: the process has ended, or is of no use any more.
    async fn ended(&mut self, log: &mut Log) -> Answer {
        self.meter.kill_strays();
        let ended = timeout(LEAVE, self.child.wait()).await;
        self.drain(log);
        match ended {
            Ok(Ok(status)) => Answer::Exited(describe(status)),
            Ok(Err(error)) => Answer::Exited(error.to_string()),
            Err(_) => Answer::Exited("it closed its channel to the platform".to_owned()),
        }
    }

    fn kill_all(&self) {
        if self.child.id().is_some() {
            self.meter.kill_all();
        }
    }

    /// What was printed before the answer is in the pipe by now, and goes to the log.
    fn drain(&mut self, log: &mut Log) {
        let mut printed = [0; 16 * 1024];
        let mut left = PIPE;
        while left > 0 {
            // Not `try_read`, which only knows what the event loop has seen so far.
            let Ok(length @ 1..) = nix::unistd::read(&self.output, &mut printed) else { return };
            log.output(&printed[..length], Instant::now());
            left = left.saturating_sub(length);
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.kill_all();
    }
}
