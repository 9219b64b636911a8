//! Serverless Cloud Function.

pub mod functions;
