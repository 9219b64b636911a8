//! Cloud File Storage.

pub mod access_groups;
pub mod access_rules;
pub mod available_zone;
pub mod file_systems;
pub mod mount_targets;
