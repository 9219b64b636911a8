//! What goes by on a WebSocket connection: just enough of its frames to know where messages and
//! the connection end.

/// The most that one message may have, in either direction (R161).
const MESSAGE_MAX: u64 = 256 * 1024;

const CLOSE: u8 = 8;
/// A close frame that gives no reason.
pub(super) const NO_CODE: u16 = 1005;

/// Reads along in one direction.
#[derive(Default)]
pub(super) struct Frames {
    /// The bytes of a head that is not whole yet.
    head: Vec<u8>,
    /// Bytes of the frame's payload that are still to come.
    left: u64,
    control: bool,
    closing: bool,
    last: bool,
    mask: Option<[u8; 4]>,
    /// The code in a close frame, as far as it has come.
    code: Vec<u8>,
    /// Bytes of the message so far.
    message: u64,
}

/// What was in some bytes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Messages that ended.
    pub(super) messages: u32,
    /// The code of a close frame.
    pub(super) closed: Option<u16>,
}

/// A message over [`MESSAGE_MAX`].
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

impl Frames {
    /// Reads what comes next.
    pub(super) fn read(&mut self, mut bytes: &[u8]) -> Result<Seen, TooLarge> {
        let mut seen = Seen::default();
        while let [first, rest @ ..] = bytes {
            if self.left == 0 {
                bytes = rest;
                self.head.push(*first);
                if self.begin()? && self.left == 0 {
                    self.end(&mut seen);
                }
                continue;
            }
            let here = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
            if self.closing && self.code.len() < 2 {
                self.code.extend(&bytes[..here.min(2 - self.code.len())]);
            }
            self.left -= here as u64;
            bytes = &bytes[here..];
            if self.left == 0 {
                self.end(&mut seen);
            }
        }
        Ok(seen)
    }

    /// Whether the head is whole; then the frame's payload comes.
    fn begin(&mut self) -> Result<bool, TooLarge> {
        let [flags, size, rest @ ..] = &self.head[..] else { return Ok(false) };
        let extended = match size & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let masked = size & 0x80 != 0;
        if rest.len() < extended + if masked { 4 } else { 0 } {
            return Ok(false);
        }
        let (length, mask) = rest.split_at(extended);
        self.left = match extended {
            0 => u64::from(size & 0x7f),
            _ => length.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
        };
        self.mask = mask.try_into().ok();
        let kind = flags & 0x0f;
        (self.control, self.closing, self.last) = (kind >= CLOSE, kind == CLOSE, flags & 0x80 != 0);
        self.head.clear();
        self.code.clear();
        if !self.control {
            self.message = self.message.saturating_add(self.left);
            if self.message > MESSAGE_MAX {
                return Err(TooLarge);
            }
        }
        Ok(true)
    }

    fn end(&mut self, seen: &mut Seen) {
        if self.closing {
            let mask = self.mask.unwrap_or_default();
            seen.closed = Some(match self.code[..] {
                [a, b] => u16::from_be_bytes([a ^ mask[0], b ^ mask[1]]),
                _ => NO_CODE,
            });
        } else if !self.control && self.last {
            seen.messages += 1;
            self.message = 0;
        }
    }
}

/// A close frame; those to a server are masked, here by nothing.
pub(super) fn close(code: u16, to_server: bool) -> Vec<u8> {
    let [a, b] = code.to_be_bytes();
    match to_server {
        true => vec![0x80 | CLOSE, 0x80 | 2, 0, 0, 0, 0, a, b],
        false => vec![0x80 | CLOSE, 2, a, b],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A masked frame, as clients send them.
    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = vec![first];
        match payload.len() {
            length @ ..126 => bytes.push(0x80 | u8::try_from(length).unwrap()),
            length @ ..65_536 => {
                bytes.push(0x80 | 126);
                bytes.extend(u16::try_from(length).unwrap().to_be_bytes());
            }
            length => {
                bytes.push(0x80 | 127);
                bytes.extend((length as u64).to_be_bytes());
            }
        }
        let mask = [1, 2, 3, 4];
        bytes.extend(mask);
        bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        bytes
    }

    fn all(bytes: &[u8], cut: usize) -> Result<Seen, TooLarge> {
        let mut frames = Frames::default();
        bytes.chunks(cut).try_fold(Seen::default(), |sum, part| {
            let seen = frames.read(part)?;
            Ok(Seen { messages: sum.messages + seen.messages, closed: sum.closed.or(seen.closed) })
        })
    }

    #[test]
    fn messages_are_counted_wherever_the_bytes_are_cut() {
        let bytes = [
            frame(0x81, b"hello"),
            frame(0x01, b"first half"),
            frame(0x89, b"a ping between"),
            frame(0x80, &[b'x'; 300]),
            frame(0x82, &[0; 70_000]),
            frame(0x81, b""),
            frame(0x88, &1000_u16.to_be_bytes()),
        ]
        .concat();
        for cut in [1, 2, 7, 1000, bytes.len()] {
            assert_eq!(all(&bytes, cut), Ok(Seen { messages: 4, closed: Some(1000) }), "{cut}");
        }
    }

    #[test]
    fn a_close_without_a_code_and_those_that_the_platform_sends() {
        assert_eq!(all(&frame(0x88, b""), 1).unwrap().closed, Some(NO_CODE));
        for to_server in [true, false] {
            assert_eq!(all(&close(1001, to_server), 3).unwrap().closed, Some(1001));
        }
    }

    #[test]
    fn r161_a_message_has_at_most_256_kb_in_all_its_frames() {
        let half = vec![b'x'; 128 * 1024];
        let whole = [frame(0x01, &half), frame(0x80, &half)].concat();
        assert_eq!(all(&whole, 4096).unwrap().messages, 1);
        let over = [frame(0x01, &half), frame(0x00, &half), frame(0x80, b"x")].concat();
        assert_eq!(all(&over, 4096), Err(TooLarge));
    }
}
