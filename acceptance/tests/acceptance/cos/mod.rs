//! The object storage, and code that lies in it.

mod bucket;
pub mod code;
mod object;
mod settings;

use acceptance::Case;
use tencentcloud_api::cos::{self, Body, ObjectSettings, Place};

/// The bucket of most tests.
pub const NAME: &str = "files-1250000000";

/// A bucket.
pub fn bucket(rest: &str) -> String {
    format!("resource \"tencentcloud_cos_bucket\" \"a\" {{\n  bucket = {NAME:?}\n  {rest}\n}}\n")
}

/// Puts an object behind Terraform's back.
pub fn put(case: &Case, key: &str, bytes: Vec<u8>) {
    let (place, body) = (Place::new(NAME, key), Body::Bytes(bytes.into()));
    let put = case
        .cloud()
        .ask(async |client| cos::upload(client, &place, &body, &ObjectSettings::default()).await);
    put.expect("the object can be put");
}

/// The ETag of an object; none where there is no object.
fn etag(case: &Case, key: &str) -> Option<String> {
    let place = Place::new(NAME, key);
    let found = case.cloud().ask(async |client| cos::find_object(client, &place).await);
    found.expect("the object can be looked at").map(|object| object.etag)
}

/// Bytes that no packer makes smaller, other ones for another seed.
fn noise(size: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    std::iter::repeat_with(&mut next).flatten().take(size).collect()
}
