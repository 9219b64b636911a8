//! What an instance is to this machine: its processes, what they use and what they print.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;
use tokio::process::Child;
use tokio::time::timeout;

use super::memory::{Excess, Meter};
use super::process::{LEAVE, Scratch, describe};

/// What a pipe holds. More than that cannot have been printed before an answer that was just read.
const PIPE: usize = 64 * 1024;

/// The processes of one instance. They end with it.
pub(super) struct Body {
    child: Child,
    output: pipe::Receiver,
    meter: Meter,
    memory_limit: u64,
    _scratch: Option<Scratch>,
}

/// How the processes of an instance came to their end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// It uses more memory than is configured.
    MemoryExceeded,
    /// The process ended by itself; this is how.
    Exited(String),
}

impl From<Excess> for End {
    fn from(excess: Excess) -> Self {
        match excess {
            Excess::Memory => Self::MemoryExceeded,
            Excess::Processes => Self::Exited("too many processes".to_owned()),
        }
    }
}

impl Body {
    pub(super) fn new(
        child: Child,
        output: pipe::Receiver,
        meter: Meter,
        memory_mb: u32,
        scratch: Option<Scratch>,
    ) -> Self {
        let memory_limit = u64::from(memory_mb) * 1024 * 1024;
        Self { child, output, meter, memory_limit, _scratch: scratch }
    }

    pub(super) fn meter(&mut self) -> &mut Meter {
        &mut self.meter
    }

    /// The end of the pipe from which what is printed is read.
    pub(super) fn output(&self) -> io::Result<OwnedFd> {
        self.output.as_fd().try_clone_to_owned()
    }

    /// Whether the process is still there.
    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Hands what is printed to `print`, until the instance uses more than it may.
    pub(super) async fn watch(&mut self, print: impl FnMut(&[u8])) -> io::Result<End> {
        watch(&mut self.output, &mut self.meter, self.memory_limit, print).await
    }

    /// As [`Body::watch`], until the process ends.
    pub(super) async fn live(&mut self, print: impl FnMut(&[u8])) -> io::Result<End> {
        let Self { child, output, meter, memory_limit, .. } = self;
        tokio::select! {
            end = watch(output, meter, *memory_limit, print) => end,
            status = child.wait() => Ok(End::Exited(describe(status?))),
        }
    }

    /// Waits for the process, which has ended or is of no use any more, and says how it ended;
    /// `None` if it does not.
    pub(super) async fn ended(&mut self) -> Option<String> {
        self.meter.kill_strays();
        match timeout(LEAVE, self.child.wait()).await {
            Ok(Ok(status)) => Some(describe(status)),
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => None,
        }
    }

    /// Hands over what was printed so far and is in the pipe.
    pub(super) fn drain(&mut self, mut print: impl FnMut(&[u8])) {
        let mut printed = [0; 16 * 1024];
        let mut left = PIPE;
        while left > 0 {
            // Not `try_read`, which only knows what the event loop has seen so far.
            let Ok(length @ 1..) = nix::unistd::read(&self.output, &mut printed) else { return };
            print(&printed[..length]);
            left = left.saturating_sub(length);
        }
    }

    /// Kills everything that runs in the instance, and waits until it is gone.
    pub(super) async fn kill(mut self) {
        self.kill_all();
        if timeout(LEAVE, self.child.wait()).await.is_err() {
            tracing::warn!("an instance does not end although it was killed");
        }
    }

    fn kill_all(&self) {
        if self.child.id().is_some() {
            self.meter.kill_all();
        }
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        self.kill_all();
    }
}

async fn watch(
    output: &mut pipe::Receiver,
    meter: &mut Meter,
    memory_limit: u64,
    mut print: impl FnMut(&[u8]),
) -> io::Result<End> {
    let excess = meter.excess(memory_limit);
    let mut printed = Vec::with_capacity(16 * 1024);
    let mut prints = true;
    tokio::pin!(excess);
    loop {
        tokio::select! {
            read = output.read_buf(&mut printed), if prints => {
                prints = read? > 0; // a function may close its output
                print(&printed);
                printed.clear();
            }
            excess = &mut excess => return Ok(excess.into()),
        }
    }
}
