//! Layers: packages that functions share, in versions that never change.

use serde::{Deserialize, Serialize};

use super::{Code, LayerVersionInfo, SERVICE, Tag};
use crate::action::{Empty, actions};
use crate::client::Client;
use crate::error::Result;
use crate::page::paged;
use crate::wait::{Step, until};

/// A new version of a layer; the first one makes the layer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PublishLayerVersionRequest {
    /// The layer's name.
    pub layer_name: String,
    /// Runtimes it is for: 1 to 5.
    pub compatible_runtimes: Vec<String>,
    /// Its content: an inline package or an object in COS.
    pub content: Code,
    /// Description of the version.
    pub description: Option<String>,
    /// Licence.
    pub license_info: Option<String>,
    /// Tags of the layer.
    pub tags: Option<Vec<Tag>>,
}

/// The new version.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PublishLayerVersionResponse {
    /// Its number.
    pub layer_version: i64,
}

/// A version by layer and number.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetLayerVersionRequest {
    /// The layer's name.
    pub layer_name: String,
    /// The number.
    pub layer_version: i64,
}

/// A version of a layer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetLayerVersionResponse {
    /// The layer's name.
    pub layer_name: String,
    /// The number.
    pub layer_version: i64,
    /// Runtimes it is for.
    pub compatible_runtimes: Vec<String>,
    /// SHA-256 of the package, in hexadecimal.
    pub code_sha256: String,
    /// Where the package can be fetched from for a while.
    pub location: String,
    /// Time it was published.
    pub add_time: String,
    /// Description.
    pub description: String,
    /// Licence.
    pub license_info: String,
    /// `Publishing`, `Active`, `PublishFailed`, `Deleting`, `Deleted` or `DeleteFailed`.
    pub status: String,
}

/// A version to delete. Functions that are bound to it keep it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteLayerVersionRequest {
    /// The layer's name.
    pub layer_name: String,
    /// The number.
    pub layer_version: i64,
}

/// Which versions of a layer to list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListLayerVersionsRequest {
    /// The layer's name.
    pub layer_name: String,
    /// Only versions for one of these runtimes.
    pub compatible_runtime: Option<Vec<String>>,
}

/// The versions of a layer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListLayerVersionsResponse {
    /// The versions.
    pub layer_versions: Vec<LayerVersionInfo>,
}

/// Which layers to list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListLayersRequest {
    /// Only layers for this runtime.
    pub compatible_runtime: Option<String>,
    /// Rows to skip.
    pub offset: Option<u64>,
    /// Rows at most.
    pub limit: Option<u64>,
    /// A part of the name.
    pub search_key: Option<String>,
}

/// A page of layers, each at its newest version.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListLayersResponse {
    /// The layers.
    pub layers: Vec<LayerVersionInfo>,
    /// How many there are.
    pub total_count: Option<u64>,
}

actions! { SERVICE;
    /// Publishes a version. It is `Publishing` when this returns: see [`wait_layer_active`].
    publish_layer_version = "PublishLayerVersion", Create: PublishLayerVersionRequest => PublishLayerVersionResponse;
    /// Reads a version.
    get_layer_version = "GetLayerVersion", Read: GetLayerVersionRequest => GetLayerVersionResponse;
    /// Deletes a version.
    delete_layer_version = "DeleteLayerVersion", Delete: DeleteLayerVersionRequest => Empty;
    /// Lists the versions of a layer.
    list_layer_versions = "ListLayerVersions", Read: ListLayerVersionsRequest => ListLayerVersionsResponse;
    /// Lists one page of layers.
    list_layers = "ListLayers", Read: ListLayersRequest => ListLayersResponse;
}

paged! {
    ListLayerVersionsRequest => layer_versions: [LayerVersionInfo], by |row| row.layer_version.to_string(), at_once;
    ListLayersRequest => layers: [LayerVersionInfo], by |row| row.layer_name.clone(), int 100;
}

/// The version, or `None` when the layer or the version does not exist.
///
/// # Errors
///
/// Any [`Error`](crate::Error) but "not found".
pub async fn find_layer_version(
    client: &Client,
    request: &GetLayerVersionRequest,
) -> Result<Option<GetLayerVersionResponse>> {
    match get_layer_version(client, request).await {
        // A version that is deleted may still be shown for a while.
        Ok(answer) => {
            Ok(Some(answer.value)
                .filter(|found| !["Deleting", "Deleted"].contains(&&*found.status)))
        }
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Waits until a version that was just published is `Active`.
///
/// # Errors
///
/// [`Error::Failed`](crate::Error::Failed) when it cannot become active, and those of [`until`].
pub async fn wait_layer_active(
    client: &Client,
    request: &GetLayerVersionRequest,
) -> Result<GetLayerVersionResponse> {
    let GetLayerVersionRequest { layer_name, layer_version } = request;
    let what = format!("version {layer_version} of layer {layer_name} becoming Active");
    until(client, &what, || async {
        let found = find_layer_version(client, request).await?;
        Ok(match found {
            None => Step::Pending("unknown".to_owned()),
            Some(version) => match version.status.as_str() {
                "Active" => Step::Done(version),
                "Publishing" => Step::Pending(version.status),
                _ => Step::Failed { state: version.status, reasons: vec![] },
            },
        })
    })
    .await
}
