//! The network of an instance that has its own: nothing but its own loopback.
//!
//! A socket belongs to the network in which it was made, whoever uses it. So the process that holds
//! the namespaces from outside makes sockets, one for each byte on the channel, and hands them out.

use std::mem;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};

use nix::errno::Errno;
use nix::libc;
use nix::sched::{CloneFlags, unshare};
use nix::unistd::Pid;

/// The channel's number in the process that hands out sockets; all others are closed.
const CHANNEL: RawFd = 0;

/// Gives the calling process a network of its own, in which it reaches itself.
#[allow(unsafe_code)]
pub(super) fn make() -> nix::Result<()> {
    unshare(CloneFlags::CLONE_NEWNET)?;
    // SAFETY: all zeroes are a request without a name and without flags.
    let mut request: libc::ifreq = unsafe { mem::zeroed() };
    request.ifr_name[0] = b'l'.cast_signed() as libc::c_char;
    request.ifr_name[1] = b'o'.cast_signed() as libc::c_char;
    request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
    let socket = socket()?;
    // SAFETY: the request lives as long as the call, which only reads it; the socket is open.
    let raised = unsafe {
        let raised = libc::ioctl(socket, libc::SIOCSIFFLAGS as _, &raw const request);
        let raised = Errno::result(raised);
        libc::close(socket);
        raised
    };
    raised.map(drop)
}

/// Answers every byte on the channel with a socket, until `child` has ended.
#[allow(unsafe_code)]
pub(super) fn hand_out_sockets(child: Pid, channel: BorrowedFd<'_>) {
    // SAFETY: nothing in this process uses a descriptor any more but what is opened below.
    let process = unsafe {
        libc::dup2(channel.as_raw_fd(), CHANNEL);
        libc::close_range(1, libc::c_uint::MAX, 0);
        libc::syscall(libc::SYS_pidfd_open, child.as_raw(), 0)
    };
    let Ok(process) = RawFd::try_from(process) else { return };
    if process < 0 {
        return;
    }
    let watch = |fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
    let mut watched = [watch(process), watch(CHANNEL)];
    loop {
        // SAFETY: the two structures are there for as long as the call.
        let ready = unsafe { libc::poll(watched.as_mut_ptr(), 2, -1) };
        if ready < 0 && Errno::last() == Errno::EINTR {
            continue;
        }
        if ready < 0 || watched[0].revents != 0 || !answer() {
            return;
        }
    }
}

/// Reads one byte and answers it with a socket; false at the end of the channel.
#[allow(unsafe_code)]
fn answer() -> bool {
    let mut byte = 0_u8;
    // SAFETY: there is room for the one byte.
    let read = unsafe { libc::read(CHANNEL, (&raw mut byte).cast(), 1) };
    if read != 1 {
        return false;
    }
    let Ok(socket) = socket() else { return false };
    let sent = send(CHANNEL, socket);
    // SAFETY: the socket is this function's, and is not used after this.
    unsafe { libc::close(socket) };
    sent
}

#[allow(unsafe_code)]
fn socket() -> nix::Result<RawFd> {
    let kind = libc::SOCK_STREAM | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
    // SAFETY: takes and gives numbers.
    Errno::result(unsafe { libc::socket(libc::AF_INET, kind, 0) })
}

/// Sends a descriptor along with one byte on a channel. Nothing here allocates, as nothing between
/// fork and exec may.
#[allow(unsafe_code)]
pub(super) fn send(channel: RawFd, descriptor: RawFd) -> bool {
    #[repr(C)]
    struct Control {
        head: libc::cmsghdr,
        descriptor: RawFd,
        _padding: RawFd,
    }
    let mut byte = 0_u8;
    let mut content = libc::iovec { iov_base: (&raw mut byte).cast(), iov_len: 1 };
    // SAFETY: `CMSG_LEN` is arithmetic; zeroes are a header and a message without content.
    let (length, mut head, mut message) = unsafe {
        let length = libc::CMSG_LEN(size_of::<RawFd>() as libc::c_uint);
        (length, mem::zeroed::<libc::cmsghdr>(), mem::zeroed::<libc::msghdr>())
    };
    head.cmsg_len = length as _;
    head.cmsg_level = libc::SOL_SOCKET;
    head.cmsg_type = libc::SCM_RIGHTS;
    let mut control = Control { head, descriptor, _padding: 0 };
    message.msg_iov = &raw mut content;
    message.msg_iovlen = 1;
    message.msg_control = (&raw mut control).cast();
    message.msg_controllen = size_of::<Control>() as _;
    // SAFETY: the message points at values that outlive the call, with their sizes.
    unsafe { libc::sendmsg(channel, &raw const message, libc::MSG_NOSIGNAL) == 1 }
}
