//! Cloud Log Service (API 2020-10-16): log sets, topics, indexes, searches.
//! <https://www.tencentcloud.com/document/api/614>

mod deliver;
mod index;
mod logset;
mod search;
mod topic;

use serde::{Deserialize, Serialize};

use crate::action::Service;

pub use deliver::*;
pub use index::*;
pub use logset::*;
pub use search::*;
pub use topic::*;

/// The product.
pub const SERVICE: Service = Service { name: "cls", version: "2020-10-16" };

/// A tag.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// A condition on a list: any of the values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Filter {
    /// What is compared, such as `logsetId`.
    pub key: String,
    /// The values.
    pub values: Vec<String>,
}

impl Filter {
    /// A condition with one value.
    pub fn of(key: &str, value: &str) -> Filter {
        Filter { key: key.to_owned(), values: vec![value.to_owned()] }
    }
}
