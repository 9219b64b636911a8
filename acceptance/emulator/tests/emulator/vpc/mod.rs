//! VPCs, subnets, route tables, security groups.

mod nat;
mod network;
mod security_group;
