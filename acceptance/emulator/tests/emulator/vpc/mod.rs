//! VPCs, subnets, route tables, security groups.

mod network;
mod security_group;
