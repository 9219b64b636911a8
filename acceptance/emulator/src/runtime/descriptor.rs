//! Descriptors that come over a socket.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg};
use tokio::io::Interest;
use tokio::net::UnixStream;

/// Waits for a descriptor.
pub(super) async fn receive(channel: &UnixStream) -> io::Result<OwnedFd> {
    channel.async_io(Interest::READABLE, || try_receive(channel.as_raw_fd())).await
}

#[allow(unsafe_code)]
fn try_receive(channel: RawFd) -> io::Result<OwnedFd> {
    let mut byte = [0];
    let mut content = [io::IoSliceMut::new(&mut byte)];
    let mut space = nix::cmsg_space!([RawFd; 1]);
    let flags = MsgFlags::MSG_CMSG_CLOEXEC | MsgFlags::MSG_DONTWAIT;
    let message = recvmsg::<()>(channel, &mut content, Some(&mut space), flags)?;
    for control in message.cmsgs()? {
        if let ControlMessageOwned::ScmRights(descriptors) = control
            && let [descriptor] = descriptors[..]
        {
            // SAFETY: the kernel just made this descriptor for this process, and nobody else knows
            // it.
            return Ok(unsafe { OwnedFd::from_raw_fd(descriptor) });
        }
    }
    Err(io::Error::from(io::ErrorKind::UnexpectedEof))
}
