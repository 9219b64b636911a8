//! Namespaces: groups of functions in a region.

use serde::{Deserialize, Serialize};

use super::SERVICE;
use crate::action::{Empty, actions};
use crate::batch::Lookup;
use crate::client::Client;
use crate::error::Result;
use crate::page::{all_pages, paged};

/// A new namespace.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateNamespaceRequest {
    /// Name.
    pub namespace: String,
    /// Description.
    pub description: Option<String>,
    /// Where its functions run, if not on the platform; cannot be read back or changed.
    pub resource_env: Option<NamespaceResourceEnv>,
}

/// Where the functions of a namespace run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct NamespaceResourceEnv {
    /// On a Kubernetes cluster of the user's.
    #[serde(rename = "TKE")]
    pub tke: Option<NamespaceResourceEnvTke>,
    /// Whether it is for offline work.
    #[serde(rename = "OFFLINE")]
    pub offline: Option<bool>,
}

/// A Kubernetes cluster of the user's.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct NamespaceResourceEnvTke {
    /// `cls-…`.
    #[serde(rename = "ClusterID")]
    pub cluster_id: String,
    /// Subnet of the cluster.
    #[serde(rename = "SubnetID")]
    pub subnet_id: String,
    /// Namespace in the cluster.
    pub namespace: String,
    /// Directory on the nodes.
    pub data_path: Option<String>,
    /// Labels that nodes must have.
    pub node_selector: Option<Vec<K8sLabel>>,
    /// Taints that are tolerated.
    pub tolerations: Option<Vec<K8sToleration>>,
    /// Port that pods listen on.
    pub port: Option<i64>,
    /// YAML that is merged into the pods.
    pub pod_template_patch: Option<String>,
}

/// A label.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct K8sLabel {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// A taint that is tolerated.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct K8sToleration {
    /// Its key.
    pub key: Option<String>,
    /// `Equal` or `Exists`.
    pub operator: Option<String>,
    /// Its effect.
    pub effect: Option<String>,
    /// Its value.
    pub value: Option<String>,
    /// Seconds it is tolerated.
    pub toleration_seconds: Option<i64>,
}

/// A new description of a namespace.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateNamespaceRequest {
    /// Name.
    pub namespace: String,
    /// Description.
    pub description: String,
}

/// A namespace to delete; it must be empty and not `default`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteNamespaceRequest {
    /// Name.
    pub namespace: String,
}

/// Which namespaces to list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListNamespacesRequest {
    /// Rows at most.
    pub limit: Option<u64>,
    /// Rows to skip.
    pub offset: Option<u64>,
    /// `Name` or `Updatetime`.
    pub orderby: Option<String>,
    /// `ASC` or `DESC`.
    pub order: Option<String>,
    /// Conditions.
    pub search_key: Option<Vec<SearchKey>>,
}

/// A condition on a list of namespaces.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SearchKey {
    /// `Namespace`, `Description` or `Type`.
    pub key: String,
    /// The text.
    pub value: String,
}

/// A page of namespaces.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListNamespacesResponse {
    /// The namespaces.
    pub namespaces: Vec<Namespace>,
    /// How many there are.
    pub total_count: Option<u64>,
}

/// A namespace.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Namespace {
    /// Name.
    pub name: String,
    /// Description.
    pub description: String,
    /// `default` for the one that always exists, `TCB` or empty otherwise.
    #[serde(rename = "Type")]
    pub kind: String,
    /// Time of creation.
    pub add_time: String,
    /// Time of the last change.
    pub mod_time: String,
}

actions! { SERVICE;
    /// Makes a namespace.
    create_namespace = "CreateNamespace", Create: CreateNamespaceRequest => Empty;
    /// Changes a namespace's description.
    update_namespace = "UpdateNamespace", Write: UpdateNamespaceRequest => Empty;
    /// Deletes an empty namespace.
    delete_namespace = "DeleteNamespace", Delete: DeleteNamespaceRequest => Empty;
    /// Lists one page of namespaces. There is no action that reads one.
    list_namespaces = "ListNamespaces", Read: ListNamespacesRequest => ListNamespacesResponse;
}

paged! {
    ListNamespacesRequest => namespaces: [Namespace], by |row| row.name.clone(), int 100;
}

/// Namespaces can only be listed: many that are looked for at a time are found in one list.
struct ByName;

impl Lookup for ByName {
    type Item = Namespace;
    const MOST: usize = usize::MAX;

    async fn fetch(client: &Client, _: &str, _: &[String]) -> Result<Vec<Namespace>> {
        all_pages(client, &ListNamespacesRequest::default()).await
    }

    fn id(item: &Namespace) -> &str {
        &item.name
    }
}

/// The namespace of that name, or `None`.
///
/// # Errors
///
/// Those of [`Client::find`].
pub async fn find_namespace(client: &Client, name: &str) -> Result<Option<Namespace>> {
    client.find::<ByName>("", name).await
}
