//! What an instance with a network of its own connects to outside is connected for it.
//!
//! The kernel hands every `connect` of the instance to this process, which looks at the address. What
//! the instance may reach is connected from this machine's network, and the socket takes the place of
//! the instance's. To the function it is an ordinary connection. What goes to the Internet is counted,
//! of an instance in this machine's network as well, which connects by itself.

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use nix::errno::Errno;
use nix::libc;
use socket2::{SockAddr, Socket, Type};
use tokio::net::TcpStream;
use tokio::runtime::Handle;

use super::network;
use crate::runtime::outflow::Outflow;
use crate::runtime::reach::{Reach, is_internet};

/// The system calls of the machine that this was built for; those of others are let pass.
const ARCHITECTURE: u32 = if cfg!(target_arch = "aarch64") { 0xc000_00b7 } else { 0xc000_003e };
/// The longest address that is looked at: one of IPv6.
const ADDRESS_MAX: usize = 28;

/// Makes the kernel hand over every `connect` of the calling process, and of what it starts, to
/// whoever has the other end of `channel`. Nothing here allocates: it runs between fork and exec.
#[allow(unsafe_code)]
pub(super) fn install(channel: BorrowedFd<'_>) -> nix::Result<()> {
    let step = |code: u32, jt, jf, k| libc::sock_filter { code: code as u16, jt, jf, k };
    let load = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
    let equal = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
    let give = libc::BPF_RET | libc::BPF_K;
    let filter = [
        step(load, 0, 0, std::mem::offset_of!(libc::seccomp_data, arch) as u32),
        step(equal, 0, 3, ARCHITECTURE),
        step(load, 0, 0, std::mem::offset_of!(libc::seccomp_data, nr) as u32),
        step(equal, 0, 1, libc::SYS_connect as u32),
        step(give, 0, 0, libc::SECCOMP_RET_USER_NOTIF),
        step(give, 0, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_ptr().cast_mut() };
    let flags =
        libc::SECCOMP_FILTER_FLAG_NEW_LISTENER | libc::SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
    // SAFETY: the program points at the filter, which the kernel copies.
    let listener = unsafe {
        let set = libc::SECCOMP_SET_MODE_FILTER;
        libc::syscall(libc::SYS_seccomp, set, flags, &raw const program)
    };
    let listener = Errno::result(listener)? as RawFd;
    let sent = network::send(channel.as_raw_fd(), listener);
    // SAFETY: nobody else uses the descriptor.
    unsafe { libc::close(listener) };
    if sent { Ok(()) } else { Err(Errno::EPIPE) }
}

/// Sees to the calls of an instance, which come from `listener`, until it has ended. One with a
/// network of its own is connected to what it reaches.
pub(in crate::runtime) fn watch(
    listener: OwnedFd,
    reach: Option<Reach>,
    outflow: Arc<Outflow>,
) -> io::Result<()> {
    let guard = Guard { listener: Arc::new(listener), reach, outflow, runtime: Handle::current() };
    let thread = std::thread::Builder::new().name("function-network".into());
    thread.stack_size(64 * 1024).spawn(move || while guard.next() {}).map(drop)
}

struct Guard {
    listener: Arc<OwnedFd>,
    /// Nothing for an instance that connects by itself.
    reach: Option<Reach>,
    outflow: Arc<Outflow>,
    runtime: Handle,
}

/// A `connect` that waits for its result.
struct Call {
    listener: Arc<OwnedFd>,
    id: u64,
    process: u32,
    descriptor: RawFd,
}

/// What becomes of a call.
enum Verdict {
    /// It happens in the instance's own network.
    Inside,
    /// It is made from this machine.
    Outside(Socket, SocketAddr),
    Refused(Errno),
}

impl Guard {
    /// Waits for a call and sees to it; false when there will be none.
    #[allow(unsafe_code)]
    fn next(&self) -> bool {
        let fd = self.listener.as_raw_fd();
        let mut watched = libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
        // SAFETY: the structure is there for as long as the call.
        let ready = unsafe { libc::poll(&raw mut watched, 1, -1) };
        if ready < 0 {
            return Errno::last() == Errno::EINTR;
        }
        if watched.revents & libc::POLLIN == 0 {
            return false;
        }
        // SAFETY: the kernel wants zeroes, and writes a call into them.
        let (received, call) = unsafe {
            let mut call: libc::seccomp_notif = std::mem::zeroed();
            let received = libc::ioctl(fd, libc::SECCOMP_IOCTL_NOTIF_RECV as _, &raw mut call);
            (received, call)
        };
        if received == 0 {
            self.decide(&call);
        }
        true
    }

    fn decide(&self, notice: &libc::seccomp_notif) {
        let [descriptor, address, length, ..] = notice.data.args;
        let call = Call {
            listener: Arc::clone(&self.listener),
            id: notice.id,
            process: notice.pid,
            descriptor: descriptor as RawFd,
        };
        match self.verdict(&call, address, length) {
            Ok(Verdict::Inside) => call.pass(),
            Ok(Verdict::Refused(errno)) => call.answer(Err(errno)),
            Ok(Verdict::Outside(socket, address)) => {
                let counted = is_internet(address.ip()).then(|| Arc::clone(&self.outflow));
                self.runtime.spawn(async move { call.connect(socket, address, counted).await });
            }
            // What connects by itself is only counted.
            Err(_) if self.reach.is_none() => call.pass(),
            Err(error) => call.answer(Err(errno(&error))),
        }
    }

    fn verdict(&self, call: &Call, address: u64, length: u64) -> io::Result<Verdict> {
        let Some(address) = call.address(address, length)? else { return Ok(Verdict::Inside) };
        let Some(reach) = &self.reach else {
            self.count(call, address);
            return Ok(Verdict::Inside);
        };
        let socket = call.socket()?;
        let stream = match socket.r#type()? {
            Type::STREAM => true,
            Type::DGRAM => false,
            _ => return Ok(Verdict::Inside),
        };
        let here = address.ip().to_canonical();
        if (here.is_loopback() || here.is_unspecified())
            && stream
            && call.listens(address.port())?
        {
            return Ok(Verdict::Inside);
        }
        if !reach.has(here) {
            return Ok(Verdict::Refused(Errno::ENETUNREACH));
        }
        Ok(Verdict::Outside(socket, address))
    }

    /// What cannot be counted is connected all the same.
    fn count(&self, call: &Call, address: SocketAddr) {
        if is_internet(address.ip())
            && let Ok(socket) = call.socket()
        {
            self.outflow.follow(socket);
        }
    }
}

impl Call {
    /// The address that the function gave; `None` when it is none of a network.
    fn address(&self, at: u64, length: u64) -> io::Result<Option<SocketAddr>> {
        let mut bytes = [0; ADDRESS_MAX];
        let length = usize::try_from(length).unwrap_or(ADDRESS_MAX).min(ADDRESS_MAX);
        let memory = File::open(format!("/proc/{}/mem", self.process))?;
        memory.read_exact_at(&mut bytes[..length], at)?;
        // What was read is another process's if this one has ended meanwhile.
        self.must_wait()?;
        Ok(parse(&bytes[..length]))
    }

    #[allow(unsafe_code)]
    fn must_wait(&self) -> io::Result<()> {
        let listener = self.listener.as_raw_fd();
        // SAFETY: the kernel reads the number.
        let waits = unsafe {
            libc::ioctl(listener, libc::SECCOMP_IOCTL_NOTIF_ID_VALID as _, &raw const self.id)
        };
        Errno::result(waits).map(drop).map_err(io::Error::from)
    }

    /// The function's own socket.
    #[allow(unsafe_code)]
    fn socket(&self) -> io::Result<Socket> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process))?;
        let group = status.lines().find_map(|line| line.strip_prefix("Tgid:")?.trim().parse().ok());
        let group: libc::pid_t = group.ok_or(Errno::ESRCH)?;
        // SAFETY: both calls take and give numbers; what they give belongs to nobody else.
        unsafe {
            let process = Errno::result(libc::syscall(libc::SYS_pidfd_open, group, 0))?;
            let process = OwnedFd::from_raw_fd(process as RawFd);
            let got = libc::syscall(libc::SYS_pidfd_getfd, process.as_raw_fd(), self.descriptor, 0);
            Ok(Socket::from(OwnedFd::from_raw_fd(Errno::result(got)? as RawFd)))
        }
    }

    /// Whether something in the instance's network listens on a port.
    fn listens(&self, port: u16) -> io::Result<bool> {
        let suffix = format!(":{port:04X}");
        for table in ["tcp", "tcp6"] {
            let text = fs::read_to_string(format!("/proc/{}/net/{table}", self.process))?;
            let mut rows = text.lines().map(|row| row.split_whitespace());
            // The second word is the local address, the fourth the state.
            if rows.any(|mut row| {
                row.nth(1).is_some_and(|local| local.ends_with(&suffix)) && row.nth(1) == Some("0A")
            }) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Connects a socket of this machine in place of the function's.
    async fn connect(self, own: Socket, address: SocketAddr, counted: Option<Arc<Outflow>>) {
        let result = self.try_connect(&own, address, counted.as_deref()).await;
        self.answer(result.map_err(|error| errno(&error)));
    }

    async fn try_connect(
        &self,
        own: &Socket,
        address: SocketAddr,
        counted: Option<&Outflow>,
    ) -> io::Result<()> {
        let socket = Socket::new(own.domain()?, own.r#type()?, own.protocol()?)?;
        if own.r#type()? == Type::STREAM {
            socket.set_tcp_nodelay(own.tcp_nodelay()?)?;
            socket.set_keepalive(own.keepalive()?)?;
        }
        socket.set_nonblocking(true)?;
        let begun = socket.connect(&SockAddr::from(address));
        let under_way = |error: &io::Error| error.raw_os_error() == Some(Errno::EINPROGRESS as i32);
        match begun {
            Err(error) if under_way(&error) && own.nonblocking()? => {
                // The function waits by itself.
                self.replace(socket, counted)?;
                Err(error)
            }
            Err(error) if under_way(&error) => {
                let stream = TcpStream::from_std(socket.into())?;
                stream.writable().await?;
                let socket = Socket::from(stream.into_std()?);
                if let Some(error) = socket.take_error()? {
                    return Err(error);
                }
                socket.set_nonblocking(false)?;
                self.replace(socket, counted)
            }
            Err(error) => Err(error),
            Ok(()) => {
                socket.set_nonblocking(own.nonblocking()?)?;
                self.replace(socket, counted)
            }
        }
    }

    #[allow(unsafe_code)]
    fn replace(&self, socket: Socket, counted: Option<&Outflow>) -> io::Result<()> {
        let replacement = libc::seccomp_notif_addfd {
            id: self.id,
            flags: libc::SECCOMP_ADDFD_FLAG_SETFD as u32,
            srcfd: socket.as_raw_fd() as u32,
            newfd: self.descriptor as u32,
            newfd_flags: libc::O_CLOEXEC as u32,
        };
        let listener = self.listener.as_raw_fd();
        // SAFETY: the kernel reads the structure.
        let replaced = unsafe {
            libc::ioctl(listener, libc::SECCOMP_IOCTL_NOTIF_ADDFD as _, &raw const replacement)
        };
        Errno::result(replaced)?;
        if let Some(outflow) = counted {
            outflow.follow(socket);
        }
        Ok(())
    }

    /// Lets the call happen where it was made.
    fn pass(&self) {
        self.respond(0, libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE as u32);
    }

    fn answer(&self, result: Result<(), Errno>) {
        self.respond(result.map_or_else(|errno| -(errno as i32), |()| 0), 0);
    }

    /// Whoever does not wait any more is not told.
    #[allow(unsafe_code)]
    fn respond(&self, error: i32, flags: u32) {
        let response = libc::seccomp_notif_resp { id: self.id, val: 0, error, flags };
        let listener = self.listener.as_raw_fd();
        // SAFETY: the kernel reads the structure.
        unsafe { libc::ioctl(listener, libc::SECCOMP_IOCTL_NOTIF_SEND as _, &raw const response) };
    }
}

fn errno(error: &io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::ENETUNREACH, Errno::from_raw)
}

/// An address as the kernel takes it.
fn parse(bytes: &[u8]) -> Option<SocketAddr> {
    let family = i32::from(u16::from_ne_bytes(bytes.get(..2)?.try_into().ok()?));
    let port = u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?);
    match family {
        libc::AF_INET => {
            let address: [u8; 4] = bytes.get(4..8)?.try_into().ok()?;
            Some(SocketAddr::from((Ipv4Addr::from(address), port)))
        }
        libc::AF_INET6 => {
            let address: [u8; 16] = bytes.get(8..24)?.try_into().ok()?;
            Some(SocketAddr::from((Ipv6Addr::from(address), port)))
        }
        _ => None,
    }
}
