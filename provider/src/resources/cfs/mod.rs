//! Cloud File Storage.

pub mod access_group;
pub mod access_rule;
pub mod file_system;
