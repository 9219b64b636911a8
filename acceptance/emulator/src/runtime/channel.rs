//! The language between the runtime and the bootstraps.
//!
//! To a bootstrap: two lengths of four bytes, then the context and the event, both JSON.
//! From it: a letter and a length of four bytes, then that many bytes. All lengths are big-endian.

use std::io;

use serde::Deserialize;
use tokio::io::AsyncReadExt;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

/// The most that a synchronous invocation may answer (R52).
pub(super) const RESPONSE_MAX: usize = 6 * 1024 * 1024;

/// The end that writes.
pub(super) type Sender = OwnedWriteHalf;

/// What a bootstrap says.
#[derive(Debug)]
pub(super) enum Frame {
    /// The interpreter runs and begins to load the handler.
    Begun,
    /// The handler is loaded.
    Ready,
    /// The handler's result, JSON.
    Result(Vec<u8>),
    /// The handler failed or cannot be loaded.
    Failure(Failure),
    /// The result is longer than [`RESPONSE_MAX`] and was thrown away.
    TooLarge,
}

/// Why there is no result.
#[derive(Debug, Deserialize)]
pub(super) struct Failure {
    pub(super) kind: FailureKind,
    /// One line.
    pub(super) message: String,
    /// The stack trace, or nothing.
    pub(super) stack: String,
}

/// What failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum FailureKind {
    /// The handler threw.
    Exception,
    /// The function's code threw outside of its handler, which ends the process.
    Uncaught,
    /// There is no such file or function.
    Handler,
    /// It could not allocate.
    Memory,
}

/// An event with its context, as it goes to a bootstrap.
pub(super) fn event(context: &[u8], event: &[u8]) -> Vec<u8> {
    let length = |part: &[u8]| u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes();
    let mut message = Vec::with_capacity(8 + context.len() + event.len());
    message.extend(length(context));
    message.extend(length(event));
    message.extend(context);
    message.extend(event);
    message
}

/// The end that reads.
pub(super) struct Receiver {
    stream: OwnedReadHalf,
    buffer: Vec<u8>,
    /// Bytes of a result that is too large still to be thrown away.
    skip: usize,
}

impl Receiver {
    /// Reads from `stream`.
    pub(super) fn new(stream: OwnedReadHalf) -> Self {
        Self { stream, buffer: Vec::new(), skip: 0 }
    }

    /// The next frame, or `None` at the end of the channel. Nothing is lost when the future is
    /// dropped.
    pub(super) async fn next(&mut self) -> io::Result<Option<Frame>> {
        loop {
            if let Some(frame) = self.take()? {
                return Ok(Some(frame));
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Ok(None);
            }
        }
    }

    fn take(&mut self) -> io::Result<Option<Frame>> {
        if self.skip > 0 {
            let thrown = self.skip.min(self.buffer.len());
            self.buffer.drain(..thrown);
            self.skip -= thrown;
            return Ok((self.skip == 0).then_some(Frame::TooLarge));
        }
        let Some((&[kind, a, b, c, d], rest)) = self.buffer.split_first_chunk() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        if length > RESPONSE_MAX {
            self.buffer.drain(..5);
            self.skip = length;
            return self.take();
        }
        let Some(payload) = rest.get(..length) else { return Ok(None) };
        let frame = match kind {
            b'B' => Frame::Begun,
            b'R' => Frame::Ready,
            b'O' => Frame::Result(payload.to_vec()),
            b'F' => Frame::Failure(serde_json::from_slice(payload)?),
            _ => return Err(io::Error::other("a frame of no known kind")),
        };
        self.buffer.drain(..5 + length);
        Ok(Some(frame))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;
    use tokio::net::UnixStream;

    use super::*;

    async fn frames(bytes: &[u8]) -> Vec<io::Result<Option<Frame>>> {
        let (mut theirs, ours) = UnixStream::pair().unwrap();
        let bytes = bytes.to_vec();
        let writing = tokio::spawn(async move {
            for part in bytes.chunks(7) {
                theirs.write_all(part).await.unwrap();
            }
        });
        let (read, _write) = ours.into_split();
        let mut receiver = Receiver::new(read);
        let mut all = Vec::new();
        while !matches!(all.last(), Some(Ok(None) | Err(_))) {
            all.push(receiver.next().await);
        }
        writing.await.unwrap();
        all
    }

    #[tokio::test]
    async fn frames_are_found_wherever_the_bytes_are_cut() {
        let failure = br#"{"kind":"handler","message":"m","stack":"s"}"#;
        let mut bytes = b"B\0\0\0\0R\0\0\0\0O\0\0\0\x04trueF\0\0\0".to_vec();
        bytes.push(u8::try_from(failure.len()).unwrap());
        bytes.extend(failure);
        let all = frames(&bytes).await;
        let text = format!("{all:?}");
        assert!(matches!(all[0], Ok(Some(Frame::Begun))), "{text}");
        assert!(matches!(all[1], Ok(Some(Frame::Ready))), "{text}");
        assert!(matches!(&all[2], Ok(Some(Frame::Result(json))) if json == b"true"), "{text}");
        assert!(
            matches!(&all[3], Ok(Some(Frame::Failure(f))) if f.kind == FailureKind::Handler),
            "{text}"
        );
        assert!(matches!(all[4], Ok(None)), "{text}");
    }

    #[tokio::test]
    async fn r52_a_result_over_6_mb_is_thrown_away_and_the_channel_goes_on() {
        let length = RESPONSE_MAX + 1;
        let mut bytes = vec![b'O'];
        bytes.extend(u32::try_from(length).unwrap().to_be_bytes());
        bytes.resize(5 + length, b' ');
        bytes.extend(b"O\0\0\0\x01");
        bytes.extend(b"1");
        let (mut theirs, ours) = UnixStream::pair().unwrap();
        let writing = tokio::spawn(async move { theirs.write_all(&bytes).await });
        let (read, _write) = ours.into_split();
        let mut receiver = Receiver::new(read);
        assert!(matches!(receiver.next().await, Ok(Some(Frame::TooLarge))));
        assert!(matches!(receiver.next().await, Ok(Some(Frame::Result(json))) if json == b"1"));
        writing.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn rubbish_is_an_error() {
        assert!(frames(b"?\0\0\0\0").await[0].is_err());
    }
}
