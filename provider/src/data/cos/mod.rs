//! Object storage.

pub mod bucket_object;
pub mod buckets;
