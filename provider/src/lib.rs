//! The Terraform and OpenTofu provider for Tencent Cloud's serverless stack.
//!
//! Each resource is one file under `resources`, each data source one under `data`; `mod.rs` there
//! is the list. What they share is here: the provider block, the way to the cloud, packing of
//! function code, ids and tags.

mod cloud;
mod create;
mod cron;
pub mod data;
mod id;
mod package;
mod provider;
pub mod resources;
mod shown;
mod tags;

pub use cloud::Cloud;
pub use provider::{Config, TencentCloud};
