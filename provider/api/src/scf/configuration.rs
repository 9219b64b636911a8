//! The parts of a function's configuration.
//!
//! The cloud writes switches as texts: `TRUE` and `FALSE`, or `ENABLE` and `DISABLE`.

use serde::{Deserialize, Serialize};

use crate::secret::Secret;

/// Where code comes from: exactly one of an inline package, an object in COS, a template or an
/// image.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Code {
    /// Name of the bucket, without the account's `-APPID`.
    pub cos_bucket_name: Option<String>,
    /// Key of the object, beginning with `/`.
    pub cos_object_name: Option<String>,
    /// Region of the bucket, by default the function's.
    pub cos_bucket_region: Option<String>,
    /// The zip package in base64; with the rest of the request at most 10 MB.
    pub zip_file: Option<Secret>,
    /// Id of a template.
    pub demo_id: Option<String>,
    /// Object of a package that the console uploaded.
    pub temp_cos_object_name: Option<String>,
    /// A container image.
    pub image_config: Option<ImageConfig>,
}

/// A container image that serves as code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ImageConfig {
    /// `personal` or `enterprise`.
    pub image_type: String,
    /// `DOMAIN/NAMESPACE/REPOSITORY:TAG@sha256:DIGEST`; read back with tag and digest.
    pub image_uri: String,
    /// The registry; required for `enterprise`.
    pub registry_id: Option<String>,
    /// Superseded by `command`.
    pub entry_point: Option<String>,
    /// What is started.
    pub command: Option<String>,
    /// Its arguments.
    pub args: Option<String>,
    /// Whether images are loaded on demand.
    pub container_image_accelerate: Option<bool>,
    /// Port of a web function, 9000 by default; -1 for a job.
    pub image_port: Option<i64>,
}

/// A function's environment. To clear it, send one variable with empty key and value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Environment {
    /// The variables, 4 KB in all.
    pub variables: Vec<Variable>,
}

/// One environment variable.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Variable {
    /// Its name.
    pub key: String,
    /// Its value, hidden from logs.
    pub value: Secret,
}

/// The network a function is attached to. Both empty means none, also to detach it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct VpcConfig {
    /// `vpc-…`.
    pub vpc_id: String,
    /// `subnet-…`.
    pub subnet_id: String,
}

/// A layer to mount. To remove all, send one with an empty name and version 0.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LayerVersionSimple {
    /// Its name.
    pub layer_name: String,
    /// Its version.
    pub layer_version: i64,
}

/// A layer as a function shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LayerVersionInfo {
    /// Its name.
    pub layer_name: String,
    /// Its version.
    pub layer_version: i64,
    /// Runtimes it is for.
    pub compatible_runtimes: Vec<String>,
    /// Time it was published.
    pub add_time: String,
    /// Description.
    pub description: String,
    /// Licence.
    pub license_info: String,
    /// `Publishing`, `Active`, `PublishFailed`, `Deleting`, `Deleted` or `DeleteFailed`.
    pub status: String,
    /// Owner's mark.
    pub stamp: String,
    /// Tags.
    pub tags: Vec<Tag>,
}

/// Where events go that failed for good. Three empty texts mean nowhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeadLetterConfig {
    /// `CMQ-QUEUE` or `CMQ-TOPIC`.
    #[serde(rename = "Type")]
    pub kind: String,
    /// Name of the queue or topic.
    pub name: String,
    /// Filter of a topic.
    pub filter_type: Option<String>,
}

/// Access to the internet, as requested.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PublicNetConfigIn {
    /// `ENABLE` or `DISABLE`.
    pub public_net_status: String,
    /// A fixed address.
    pub eip_config: Option<EipConfigIn>,
}

/// A fixed outgoing address, as requested.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EipConfigIn {
    /// `ENABLE` or `DISABLE`.
    pub eip_status: String,
}

/// Access to the internet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PublicNetConfigOut {
    /// `ENABLE` or `DISABLE`.
    pub public_net_status: String,
    /// The fixed address.
    pub eip_config: EipConfigOut,
}

/// A fixed outgoing address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EipConfigOut {
    /// `ENABLE` or `DISABLE`.
    pub eip_status: String,
    /// The addresses.
    pub eip_address: Vec<String>,
}

/// The older form of a fixed outgoing address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EipOutConfig {
    /// `TRUE` or `FALSE`.
    pub eip_fixed: String,
    /// The addresses.
    pub eips: Vec<String>,
}

/// The file systems of a function; they need a network.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CfsConfig {
    /// The mounts.
    pub cfs_ins_list: Vec<CfsInsInfo>,
}

/// One mounted file system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CfsInsInfo {
    /// User, usually `10000`.
    pub user_id: String,
    /// Group, usually `10000`.
    pub user_group_id: String,
    /// `cfs-…`.
    pub cfs_id: String,
    /// The mount point, the same as `cfs_id` in practice.
    pub mount_ins_id: String,
    /// Directory in the function, below `/mnt/`.
    pub local_mount_dir: String,
    /// Directory in the file system.
    pub remote_mount_dir: String,
    /// Address of the mount point; read only.
    pub ip_address: Option<String>,
    /// Network of the mount point; read only.
    pub mount_vpc_id: Option<String>,
    /// Subnet of the mount point; read only.
    pub mount_subnet_id: Option<String>,
}

/// A fixed address inside the network, as requested.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct IntranetConfigIn {
    /// `ENABLE` or `DISABLE`.
    pub ip_fixed: String,
}

/// A fixed address inside the network.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct IntranetConfigOut {
    /// `ENABLE` or `DISABLE`.
    pub ip_fixed: String,
    /// The addresses.
    pub ip_address: Vec<String>,
}

/// Parameters of a web function's protocol.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ProtocolParams {
    /// Of WebSocket.
    #[serde(rename = "WSParams")]
    pub ws_params: Option<WsParams>,
}

/// Parameters of WebSocket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct WsParams {
    /// Seconds until an idle connection is closed.
    pub idle_time_out: Option<i64>,
}

/// How many requests an instance of a web function serves at a time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct InstanceConcurrencyConfig {
    /// `TRUE` lets the cloud choose, `FALSE` uses `max_concurrency`.
    pub dynamic_enabled: Option<String>,
    /// Requests at a time, 2 to 100.
    pub max_concurrency: Option<i64>,
    /// `TRUE` keeps instances apart.
    pub instance_isolation_enabled: Option<String>,
    /// `Session-Based` or `Request-Based`.
    #[serde(rename = "Type")]
    pub kind: Option<String>,
    /// Specifications of mixed nodes.
    pub mix_node_config: Option<Vec<MixNodeConfig>>,
    /// How sessions are told apart.
    pub session_config: Option<SessionConfig>,
}

/// A specification of nodes and how many of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MixNodeConfig {
    /// The specification.
    pub node_spec: Option<String>,
    /// How many.
    pub num: Option<i64>,
}

/// How sessions of a web function are told apart and how long they last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SessionConfig {
    /// `HEADER`, `COOKIE` or `QUERY_STRING`.
    pub session_source: Option<String>,
    /// Name of the header, cookie or parameter.
    pub session_name: Option<String>,
    /// Sessions that an instance serves at a time.
    pub maximum_concurrency_session_per_instance: Option<i64>,
    /// Seconds a session lasts.
    #[serde(rename = "MaximumTTLInSeconds")]
    pub maximum_ttl_in_seconds: Option<i64>,
    /// Seconds an idle session lasts.
    pub maximum_idle_time_in_seconds: Option<i64>,
    /// Path of the session.
    pub session_path: Option<String>,
    /// What happens to an idle session.
    pub idle_timeout_strategy: Option<String>,
}

/// A tag.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// Why a function failed to change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct StatusReason {
    /// A code.
    pub error_code: String,
    /// The reason.
    pub error_message: String,
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
