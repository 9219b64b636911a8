//! How a response's head is spelled on the wire.
//!
//! Names of headers have no case, and hyper writes them in lower case; but the vendor's COS SDK for
//! Python looks for `ETag` in exactly this spelling, and without it uploads nothing in parts.

use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

const START: &[u8] = b"HTTP/1.1 ";
const WRITTEN: &[u8] = b"\r\netag: ";
const EXPECTED: &[u8] = b"\r\nETag: ";

/// A connection on which the name `ETag` has its usual spelling.
pub struct Spelled(pub TcpStream);

/// The beginning of `head`, up to the name and with it spelled right; `None` when there is nothing
/// to do. hyper writes a head in one piece, so the name is found where it begins.
fn spelled(head: &[u8]) -> Option<Vec<u8>> {
    if !head.starts_with(START) {
        return None;
    }
    let end = head.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(head.len());
    let at = head[..end].windows(WRITTEN.len()).position(|name| name == WRITTEN)?;
    Some([&head[..at], EXPECTED].concat())
}

impl AsyncWrite for Spelled {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let inner = Pin::new(&mut self.get_mut().0);
        match spelled(bytes) {
            Some(beginning) => inner.poll_write(cx, &beginning),
            None => inner.poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let inner = Pin::new(&mut self.get_mut().0);
        match pieces.first().and_then(|first| spelled(first)) {
            Some(beginning) => inner.poll_write(cx, &beginning),
            None => inner.poll_write_vectored(cx, pieces),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_shutdown(cx)
    }
}

impl AsyncRead for Spelled {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_read(cx, into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_of_a_head_s_etag_is_respelled() {
        let head = b"HTTP/1.1 200 OK\r\netag: \"a\"\r\n\r\nbody";
        assert_eq!(spelled(head).unwrap(), b"HTTP/1.1 200 OK\r\nETag: ");
        for same in
            [&b"\r\netag: x"[..], b"HTTP/1.1 200 OK\r\n\r\n\r\netag: x", b"HTTP/1.1 200 OK\r\n\r\n"]
        {
            assert_eq!(spelled(same), None);
        }
    }
}
