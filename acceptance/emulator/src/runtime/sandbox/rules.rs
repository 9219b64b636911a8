//! The rules that hold for an instance's process with or without namespaces.

use std::fs;
use std::os::fd::{AsFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::unistd::{Pid, getppid};

use super::{Mode, NetworkMode};
use crate::runtime::memory::PROCESSES;

/// Open files that an instance may have (R49).
const FILES: u64 = 1024;
/// What a process may allocate beyond its configured memory before allocation itself fails. The
/// memory limit proper is watched from outside and counts what is really used; interpreters
/// reserve far more than they use.
const MEMORY_SLACK: u64 = 1024 * 1024 * 1024;

/// What is done to an instance's process between fork and exec. All of it is system calls: the
/// parent has threads, so its child may not even allocate.
pub(in crate::runtime) struct Rules {
    /// The end of the channel that the process keeps, or the one that holds its network.
    pub(in crate::runtime) channel: OwnedFd,
    /// The network that the process gets.
    pub(in crate::runtime) network: NetworkMode,
    /// Whether it listens there.
    pub(in crate::runtime) listens: bool,
    /// Where the one who connects for the process is told that it may.
    pub(in crate::runtime) guard: Option<OwnedFd>,
    /// This process, whose end ends the instance.
    pub(in crate::runtime) parent: Pid,
    /// The configured memory, in MB.
    pub(in crate::runtime) memory_mb: u32,
    /// How many processes and threads the process's user may have.
    pub(in crate::runtime) processes: u64,
    /// The namespaces to enter, if there are any.
    #[cfg(target_os = "linux")]
    pub(in crate::runtime) room: Option<super::Room>,
}

impl Rules {
    /// Applies the rules to the calling process.
    pub(in crate::runtime) fn apply(&self) -> nix::Result<()> {
        let own = self.network.is_own();
        let hands_out = own && self.listens;
        if !hands_out {
            fcntl(self.channel.as_fd(), FcntlArg::F_SETFD(FdFlag::empty()))?;
        }
        end_with_parent()?;
        if getppid() != self.parent {
            return Err(Errno::ESRCH); // the parent ended before the line above
        }
        #[cfg(target_os = "linux")]
        if let Some(room) = &self.room {
            let sockets = hands_out.then(|| self.channel.as_fd());
            room.enter(own, sockets)?;
        }
        setrlimit(Resource::RLIMIT_NPROC, self.processes, self.processes)?;
        setrlimit(Resource::RLIMIT_NOFILE, FILES, FILES)?;
        setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
        let data = u64::from(self.memory_mb) * 1024 * 1024 + MEMORY_SLACK;
        setrlimit(Resource::RLIMIT_DATA, data, data)?;
        #[cfg(target_os = "linux")]
        if let Some(guard) = &self.guard {
            super::guard::install(guard.as_fd())?;
        }
        Ok(())
    }
}

/// How many processes and threads an instance's user may have. In namespaces the user is the
/// instance's own. Without them it is this machine's, whose other processes count as well; root is
/// never limited like this, so its instances are only watched.
pub(in crate::runtime) fn processes(mode: Mode) -> u64 {
    if mode != Mode::Plain {
        return PROCESSES;
    }
    // The fourth word is "running/all".
    let all = fs::read_to_string("/proc/loadavg")
        .ok()
        .and_then(|line| line.split(' ').nth(3)?.split_once('/')?.1.parse::<u64>().ok());
    let most = getrlimit(Resource::RLIMIT_NPROC).map_or(u64::MAX, |(_, hard)| hard);
    all.map_or(most, |all| most.min(all + PROCESSES))
}

/// However this process ends, the calling one is killed.
#[cfg(target_os = "linux")]
pub(super) fn end_with_parent() -> nix::Result<()> {
    nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL)
}

/// Elsewhere the closed channel tells the bootstrap to end.
#[cfg(not(target_os = "linux"))]
pub(super) fn end_with_parent() -> nix::Result<()> {
    Ok(())
}
