//! Object storage.

pub mod bucket;
pub mod object;
