//! Aliases: names for a version, or for two that share the traffic.

use serde::{Deserialize, Serialize};

use super::SERVICE;
use crate::action::{Empty, actions};
use crate::client::Client;
use crate::error::Result;
use crate::page::paged;

/// A new alias, and the request to change one: an update replaces the routing as a whole.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateAliasRequest {
    /// Name.
    pub name: String,
    /// Function.
    pub function_name: String,
    /// The version it points at.
    pub function_version: String,
    /// Namespace.
    pub namespace: Option<String>,
    /// A second version that gets part of the traffic.
    pub routing_config: Option<RoutingConfig>,
    /// Description.
    pub description: Option<String>,
}

/// A change of an alias.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateAliasRequest {
    /// Function.
    pub function_name: String,
    /// Name.
    pub name: String,
    /// The version it points at.
    pub function_version: String,
    /// Namespace.
    pub namespace: Option<String>,
    /// The routing as a whole; two empty lists clear it.
    pub routing_config: Option<RoutingConfig>,
    /// Description.
    pub description: Option<String>,
}

/// Which version gets which part of the traffic: by weight or by match, not both. Two empty lists
/// clear the routing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RoutingConfig {
    /// At most one further version and its share.
    pub additional_version_weights: Option<Vec<VersionWeight>>,
    /// Requests that go to a further version. The spelling is the cloud's.
    pub addtion_version_matchs: Option<Vec<VersionMatch>>,
}

/// A share of the traffic.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct VersionWeight {
    /// The version.
    pub version: String,
    /// Its share, 0 to 1.
    pub weight: f64,
}

/// Requests that go to a version.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct VersionMatch {
    /// The version.
    pub version: String,
    /// What is compared: `invoke.headers.NAME`.
    pub key: String,
    /// `exact` or `range`.
    pub method: String,
    /// The text, or a range such as `[1,5)`.
    pub expression: String,
}

/// An alias by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetAliasRequest {
    /// Function.
    pub function_name: String,
    /// Name.
    pub name: String,
    /// Namespace.
    pub namespace: Option<String>,
}

/// An alias.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Alias {
    /// Name.
    pub name: String,
    /// The version it points at.
    pub function_version: String,
    /// How traffic is shared.
    pub routing_config: RoutingConfig,
    /// Description.
    pub description: String,
    /// Time of creation.
    pub add_time: String,
    /// Time of the last change.
    pub mod_time: String,
}

/// An alias to delete; not `$DEFAULT`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteAliasRequest {
    /// Function.
    pub function_name: String,
    /// Name.
    pub name: String,
    /// Namespace.
    pub namespace: Option<String>,
}

/// Which aliases to list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListAliasesRequest {
    /// Function.
    pub function_name: String,
    /// Namespace.
    pub namespace: Option<String>,
    /// Only those that point at this version.
    pub function_version: Option<String>,
    /// Rows to skip.
    pub offset: Option<String>,
    /// Rows at most.
    pub limit: Option<String>,
}

/// A page of aliases.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListAliasesResponse {
    /// The aliases.
    pub aliases: Vec<Alias>,
    /// How many there are.
    pub total_count: Option<u64>,
}

actions! { SERVICE;
    /// Makes an alias.
    create_alias = "CreateAlias", Create: CreateAliasRequest => Empty;
    /// Points an alias elsewhere or changes its routing.
    update_alias = "UpdateAlias", Write: UpdateAliasRequest => Empty;
    /// Reads an alias.
    get_alias = "GetAlias", Read: GetAliasRequest => Alias;
    /// Deletes an alias.
    delete_alias = "DeleteAlias", Delete: DeleteAliasRequest => Empty;
    /// Lists one page of aliases.
    list_aliases = "ListAliases", Read: ListAliasesRequest => ListAliasesResponse;
}

paged! {
    ListAliasesRequest => aliases: [Alias], by |row| row.name.clone(), text 100;
}

/// The alias, or `None` when the function or the alias does not exist.
///
/// # Errors
///
/// Any [`Error`](crate::Error) but "not found".
pub async fn find_alias(client: &Client, request: &GetAliasRequest) -> Result<Option<Alias>> {
    match get_alias(client, request).await {
        Ok(answer) => Ok(Some(answer.value)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
