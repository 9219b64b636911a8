//! Serverless Cloud Function.

pub mod functions;
pub mod layer_versions;
pub mod layers;
