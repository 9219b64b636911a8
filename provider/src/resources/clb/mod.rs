//! Cloud Load Balancer: load balancers and what is behind them.

pub mod function_targets;
mod health;
pub mod instance;
pub mod listener;
pub mod rule;
