//! What an instance sends to the Internet, over TCP (R324).
//!
//! Whoever is told of an instance's connections keeps a second handle of each, so that the kernel's
//! count can still be read when the function has closed its own. The other side sees the end of a
//! connection only when no handle is left: what a function has closed is let go at the next look.

use std::collections::HashSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::fd::AsFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

use nix::sys::stat::fstat;
use socket2::{Socket, Type};

/// What one instance sends.
#[derive(Default)]
pub(super) struct Outflow(Mutex<Sent>);

#[derive(Default)]
struct Sent {
    open: Vec<Connection>,
    /// Bytes of the connections that were let go.
    closed: u64,
    /// Bytes that [`Outflow::take`] has told.
    told: u64,
}

struct Connection {
    socket: Socket,
    inode: u64,
}

impl Outflow {
    /// Counts what is sent on a connection; of sockets of other kinds nothing is known.
    pub(super) fn follow(&self, socket: Socket) {
        if socket.r#type().is_ok_and(|kind| kind != Type::STREAM) {
            return;
        }
        let Ok(inode) = fstat(socket.as_fd()).map(|stat| stat.st_ino) else { return };
        let mut sent = self.lock();
        if sent.open.iter().all(|known| known.inode != inode) {
            sent.open.push(Connection { socket, inode });
        }
    }

    /// Lets go of the connections that none of the instance's processes has open.
    pub(super) fn settle(&self, processes: impl FnOnce() -> Vec<u32>) {
        if self.lock().open.is_empty() {
            return;
        }
        // What is followed only now was opened before it was looked for.
        let known: HashSet<_> = self.lock().open.iter().map(|known| known.inode).collect();
        let Ok(used) = sockets(&processes()) else { return };
        let mut sent = self.lock();
        let (open, closed) = std::mem::take(&mut sent.open)
            .into_iter()
            .partition(|it| used.contains(&it.inode) || !known.contains(&it.inode));
        sent.open = open;
        sent.closed += closed.iter().map(Connection::bytes).sum::<u64>();
    }

    /// Bytes that were sent since the last time.
    pub(super) fn take(&self) -> u64 {
        let mut sent = self.lock();
        let all = sent.closed + sent.open.iter().map(Connection::bytes).sum::<u64>();
        all - std::mem::replace(&mut sent.told, all)
    }

    fn lock(&self) -> MutexGuard<'_, Sent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    /// What was sent so far, without what was sent again.
    #[allow(unsafe_code)]
    #[cfg(target_os = "linux")]
    fn bytes(&self) -> u64 {
        use std::os::fd::AsRawFd;

        use nix::libc;

        /// Where `bytes_sent` and `bytes_retrans` stand in the kernel's `tcp_info`.
        const SENT: usize = 200;
        const AGAIN: usize = 208;

        let mut info = [0_u8; 256];
        let mut length = info.len() as libc::socklen_t;
        // SAFETY: there is room for as much as `length` says.
        let got = unsafe {
            let (level, name) = (libc::IPPROTO_TCP, libc::TCP_INFO);
            let fd = self.socket.as_raw_fd();
            libc::getsockopt(fd, level, name, info.as_mut_ptr().cast(), &raw mut length)
        };
        let number = |at: usize| {
            info[at..].first_chunk().map_or(0, |bytes: &[u8; 8]| u64::from_ne_bytes(*bytes))
        };
        // A kernel that does not count left zeroes.
        if got == 0 { number(SENT).saturating_sub(number(AGAIN)) } else { 0 }
    }

    #[cfg(not(target_os = "linux"))]
    fn bytes(&self) -> u64 {
        0
    }
}

/// The sockets that processes have open, by their numbers.
fn sockets(processes: &[u32]) -> io::Result<HashSet<u64>> {
    let mut all = HashSet::new();
    for process in processes {
        match fs::read_dir(format!("/proc/{process}/fd")) {
            Ok(descriptors) => all.extend(descriptors.flatten().filter_map(|descriptor| {
                let target = fs::read_link(descriptor.path()).ok()?;
                target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse::<u64>().ok()
            })),
            // One that has ended has nothing open.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}
