//! Serverless Cloud Function.

pub mod function;
pub mod namespace;
