//! Cloud Load Balancer (API 2018-03-17): load balancers, listeners, rules and their targets.
//! <https://www.tencentcloud.com/document/api/214>
//!
//! Every change is a task of its load balancer, which runs one at a time. So the function of a
//! change returns a [`Pending`]: the answer is there, and [`Pending::done`] waits for the task.

mod certificate;
mod health;
mod listener;
mod load_balancer;
mod rule;
mod target;
mod task;

use serde::{Deserialize, Serialize};

use crate::action::Service;

pub use certificate::*;
pub use health::*;
pub use listener::*;
pub use load_balancer::*;
pub use rule::*;
pub use target::*;
pub use task::*;

/// The product.
pub const SERVICE: Service = Service { name: "clb", version: "2018-03-17" };

/// A tag.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TagInfo {
    /// Its key.
    pub tag_key: String,
    /// Its value.
    pub tag_value: String,
}

/// A condition on a list: any of the values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Filter {
    /// What is compared.
    pub name: String,
    /// The values.
    pub values: Vec<String>,
}
