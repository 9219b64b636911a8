//! Versions: frozen copies of a function, numbered from 1.

use serde::{Deserialize, Serialize};

use super::SERVICE;
use crate::action::{Empty, actions};
use crate::page::paged;

/// A function to freeze.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PublishVersionRequest {
    /// Function.
    pub function_name: String,
    /// Description of the version.
    pub description: Option<String>,
    /// Namespace.
    pub namespace: Option<String>,
}

/// The new version.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PublishVersionResponse {
    /// Its number.
    pub function_version: String,
    /// Bytes of code.
    pub code_size: i64,
    /// MB.
    pub memory_size: i64,
    /// Description.
    pub description: String,
    /// Entry point.
    pub handler: String,
    /// Seconds an invocation may take.
    pub timeout: i64,
    /// Runtime.
    pub runtime: String,
    /// Namespace.
    pub namespace: String,
}

/// A version to delete.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteFunctionVersionRequest {
    /// Function.
    pub function_name: String,
    /// The version.
    pub qualifier: String,
    /// Namespace.
    pub namespace: Option<String>,
    /// `true` ends running instances at once.
    pub force_delete: Option<String>,
}

/// Which versions to list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListVersionByFunctionRequest {
    /// Function.
    pub function_name: String,
    /// Namespace.
    pub namespace: Option<String>,
    /// Rows to skip.
    pub offset: Option<u64>,
    /// Rows at most.
    pub limit: Option<u64>,
    /// `ASC` or `DESC`.
    pub order: Option<String>,
    /// `AddTime` or `ModTime`.
    pub order_by: Option<String>,
}

/// A page of versions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListVersionByFunctionResponse {
    /// The numbers.
    pub function_version: Vec<String>,
    /// The versions.
    pub versions: Vec<FunctionVersion>,
    /// How many there are.
    pub total_count: Option<u64>,
}

/// A version in a list; `$LATEST` is one of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct FunctionVersion {
    /// Its number, or `$LATEST`.
    pub version: String,
    /// Description.
    pub description: String,
    /// Time of publication.
    pub add_time: String,
    /// Time of the last change.
    pub mod_time: String,
    /// As of a function.
    pub status: String,
}

actions! { SERVICE;
    /// Freezes a function as its next version. The version is `Publishing` when this returns: see
    /// [`wait_active`](super::wait_active).
    publish_version = "PublishVersion", Create: PublishVersionRequest => PublishVersionResponse;
    /// Deletes a version that no alias points at.
    delete_function_version = "DeleteFunctionVersion", Delete: DeleteFunctionVersionRequest => Empty;
    /// Lists one page of versions.
    list_version_by_function = "ListVersionByFunction", Read: ListVersionByFunctionRequest => ListVersionByFunctionResponse;
}

paged! {
    ListVersionByFunctionRequest => versions: [FunctionVersion], by |row| row.version.clone(), int 100;
}
