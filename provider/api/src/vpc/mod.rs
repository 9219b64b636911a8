//! Virtual Private Cloud (API 2017-03-12): networks, subnets, route tables, security groups.
//! <https://www.tencentcloud.com/document/api/215>

mod account;
mod network;
mod route_table;
mod security_group;
mod subnet;

use serde::{Deserialize, Serialize};

use crate::action::Service;

pub use account::*;
pub use network::*;
pub use route_table::*;
pub use security_group::*;
pub use subnet::*;

/// The product.
pub const SERVICE: Service = Service { name: "vpc", version: "2017-03-12" };

/// A tag.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// A condition on a list: any of the values. Not together with ids.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Filter {
    /// What is compared.
    pub name: String,
    /// The values.
    pub values: Vec<String>,
}
