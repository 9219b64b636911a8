//! Cloud Load Balancer.

pub mod instances;
