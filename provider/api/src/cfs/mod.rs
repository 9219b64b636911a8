//! Cloud File Storage (API 2019-07-19): file systems, permission groups and their rules.
//! <https://www.tencentcloud.com/document/api/582>

mod access;
mod file_system;
mod zone;

use serde::{Deserialize, Serialize};

use crate::action::Service;

pub use access::*;
pub use file_system::*;
pub use zone::*;

/// The product.
pub const SERVICE: Service = Service { name: "cfs", version: "2019-07-19" };

/// The permission group that everybody has.
pub const BASIC_GROUP: &str = "pgroupbasic";

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
    /// What is compared, such as `Protocol`.
    pub name: String,
    /// The values.
    pub values: Vec<String>,
}
