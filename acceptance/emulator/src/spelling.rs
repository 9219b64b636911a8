//! How a response's head is spelled on the wire.
//!
//! Names of headers have no case, and hyper writes them in lower case; but the vendor's SDKs look for
//! `ETag` and `Content-Length` in exactly this spelling, which is the cloud's: its own `x-` names are in
//! lower case, all others begin with capitals.

use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

const START: &[u8] = b"HTTP/1.1 ";
const LINE: &[u8] = b"\r\n";

/// A connection on which the names of headers are spelled as the cloud spells them.
pub struct Spelled(pub TcpStream);

/// `bytes` with the names of their head spelled right; `None` when they do not begin with one. hyper
/// writes a head in one piece.
fn spelled(bytes: &[u8]) -> Option<Vec<u8>> {
    if !bytes.starts_with(START) {
        return None;
    }
    let mut respelled = bytes.to_vec();
    let mut rest = &mut respelled[..];
    while let Some(end) = rest.windows(2).position(|two| two == LINE) {
        rest = &mut rest[end + LINE.len()..];
        if rest.starts_with(LINE) {
            break;
        }
        spell(rest);
    }
    Some(respelled)
}

/// Spells the name that a line begins with.
fn spell(line: &mut [u8]) {
    let end = line.iter().position(|byte| *byte == b':').unwrap_or(0);
    let name = &mut line[..end];
    if name == b"etag" {
        name.copy_from_slice(b"ETag");
    } else if !name.starts_with(b"x-") {
        name.split_mut(|byte| *byte == b'-').filter_map(<[u8]>::first_mut).for_each(|first| {
            first.make_ascii_uppercase();
        });
    }
}

impl AsyncWrite for Spelled {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let head = spelled(bytes);
        Pin::new(&mut self.get_mut().0).poll_write(cx, head.as_deref().unwrap_or(bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let inner = Pin::new(&mut self.get_mut().0);
        let Some((first, others)) = pieces.split_first() else {
            return inner.poll_write_vectored(cx, pieces);
        };
        match spelled(first) {
            Some(head) => {
                let all: Vec<_> =
                    [IoSlice::new(&head)].into_iter().chain(others.iter().copied()).collect();
                inner.poll_write_vectored(cx, &all)
            }
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
    fn the_names_of_a_head_are_respelled_and_nothing_else() {
        let head = "HTTP/1.1 200 OK\r\netag: \"a\"\r\ncontent-length: 4\r\nx-cos-request-id: b-c\r\n\r\n\
                    body\r\netag: x";
        let expected = "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 4\r\nx-cos-request-id: b-c\r\n\r\n\
                        body\r\netag: x";
        assert_eq!(String::from_utf8(spelled(head.as_bytes()).unwrap()).unwrap(), expected);
        assert_eq!(spelled(b"\r\netag: x"), None, "no head");
        for torn in ["HTTP/1.1 200 OK", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nno name\r\n"] {
            assert_eq!(spelled(torn.as_bytes()).unwrap(), torn.as_bytes());
        }
    }
}
