//! The bytes of objects: in chunks of a few megabytes, each a blob of its own, so that no value of
//! the store is large and completing an upload copies nothing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use super::request::Request;
use crate::refusal::{Refusal, refuse, refused};
use crate::store::{Scope, StoreError};
use crate::verify::cos::hex;

const CHUNK_BYTES: usize = 4 << 20;

/// What was stored of one request's body or, for a completed upload, of several.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Content(Vec<Chunk>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Chunk {
    blob: String,
    size: u64,
}

/// The MD5 of some bytes.
pub(super) fn md5(bytes: &[u8]) -> [u8; 16] {
    Md5::digest(bytes).into()
}

/// Checks that the body is what the caller says that it is.
///
/// # Errors
/// `InvalidDigest` for a header that is no MD5, `BadDigest` for that of something else.
pub(super) fn check_md5(request: &Request<'_>, found: &[u8; 16]) -> Result<(), Refusal> {
    let Some(sent) = request.header("content-md5") else { return Ok(()) };
    match STANDARD.decode(sent) {
        Ok(sent) if sent == found => Ok(()),
        Ok(sent) if sent.len() == found.len() => {
            refused("BadDigest", "The Content-MD5 is not the MD5 of the body.")
        }
        _ => refused("InvalidDigest", "The Content-MD5 is no MD5 in base64."),
    }
}

impl Content {
    /// Stores bytes.
    pub(super) fn store(here: &Scope<'_>, bytes: &[u8]) -> Result<Self, StoreError> {
        let mut chunks = Vec::new();
        for part in bytes.chunks(CHUNK_BYTES) {
            let blob = format!("cos-{:010}", here.next("cos.chunk")?);
            here.put_blob(&blob, part)?;
            chunks.push(Chunk { blob, size: part.len() as u64 });
        }
        Ok(Self(chunks))
    }

    /// This and what follows it.
    pub(super) fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The bytes from `start` to before `end`.
    pub(super) fn read(&self, here: &Scope<'_>, start: u64, end: u64) -> Result<Bytes, Refusal> {
        let size = self.0.iter().map(|chunk| chunk.size).sum::<u64>().min(end);
        let capacity = usize::try_from(size.saturating_sub(start)).unwrap_or_default();
        let (mut bytes, mut at) = (Vec::with_capacity(capacity), 0);
        for chunk in &self.0 {
            let (from, to) = (at, at + chunk.size);
            at = to;
            if to <= start || from >= end {
                continue;
            }
            let blob = here.blob(&chunk.blob)?;
            let blob = blob.ok_or_else(|| refuse("InternalError", "A chunk is missing."))?;
            let offset = |place: u64| usize::try_from(place - from).unwrap_or_default();
            bytes.extend_from_slice(&blob[offset(start.max(from))..offset(end.min(to))]);
        }
        Ok(bytes.into())
    }

    /// Forgets the bytes.
    pub(super) fn remove(&self, here: &Scope<'_>) -> Result<(), StoreError> {
        self.0.iter().try_for_each(|chunk| here.remove_blob(&chunk.blob).map(drop))
    }
}

/// An ETag without its quotation marks: the MD5, and for an upload in parts the MD5 of the parts'
/// and their number.
pub(super) fn etag(md5: &[u8]) -> String {
    hex(md5)
}

/// A running CRC-64 of the ECMA polynomial, reflected, with which the vendor's SDKs check what
/// they have sent and received.
#[derive(Debug, Clone, Copy)]
pub(super) struct Crc64(u64);

impl Crc64 {
    /// The CRC of nothing.
    pub(super) fn new() -> Self {
        Self(!0)
    }

    /// With more bytes.
    #[must_use]
    pub(super) fn update(self, bytes: &[u8]) -> Self {
        let step =
            |crc: u64, byte: &u8| CRC_TABLE[usize::from(crc.to_le_bytes()[0] ^ byte)] ^ (crc >> 8);
        Self(bytes.iter().fold(self.0, step))
    }

    /// Of all bytes so far.
    pub(super) fn value(self) -> u64 {
        !self.0
    }
}

const CRC_TABLE: [u64; 256] = {
    const POLYNOMIAL: u64 = 0xC96C_5795_D787_0F42;
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let (mut crc, mut bit) = (index as u64, 0);
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ POLYNOMIAL } else { crc >> 1 };
            bit += 1;
        }
        table[index] = crc;
        index += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[test]
    fn the_crc_is_that_of_the_standard() {
        let whole = Crc64::new().update(b"123456789").value();
        assert_eq!(whole, 0x995D_C9BB_DF19_39FA);
        assert_eq!(Crc64::new().update(b"12345").update(b"6789").value(), whole);
    }

    #[test]
    fn content_of_several_chunks_is_read_in_part_and_forgotten() {
        let store = Store::open(None).unwrap();
        let txn = store.write().unwrap();
        let here = txn.scope("1", "");
        let bytes: Vec<u8> = (0..CHUNK_BYTES + 10).map(|n| (n % 251) as u8).collect();
        let mut content = Content::store(&here, &bytes).unwrap();
        assert_eq!(content.0.len(), 2);
        content.append(Content::store(&here, b"end").unwrap());
        let all = content.read(&here, 0, u64::MAX).unwrap();
        assert_eq!(all[..bytes.len()], bytes);
        assert_eq!(&all[bytes.len()..], b"end");
        let middle = CHUNK_BYTES as u64;
        let part = content.read(&here, middle - 2, middle + 3).unwrap();
        assert_eq!(part, &bytes[CHUNK_BYTES - 2..CHUNK_BYTES + 3]);
        content.remove(&here).unwrap();
        assert!(content.read(&here, 0, 1).is_err());
    }
}
