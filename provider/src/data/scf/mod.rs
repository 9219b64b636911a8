//! Serverless Cloud Function.

pub mod account_info;
pub mod function_aliases;
pub mod function_versions;
pub mod functions;
pub mod layer_versions;
pub mod layers;
pub mod namespaces;
pub mod triggers;
