//! Serverless Cloud Function.

pub mod account_info;
pub mod async_event_management;
pub mod async_event_status;
pub mod function_address;
pub mod function_aliases;
pub mod function_versions;
pub mod functions;
pub mod layer_versions;
pub mod layers;
pub mod logs;
pub mod namespaces;
pub mod request_status;
pub mod triggers;
