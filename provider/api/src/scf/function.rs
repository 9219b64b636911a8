//! Functions.

use serde::{Deserialize, Serialize};

use super::{
    CfsConfig, Code, DeadLetterConfig, EipOutConfig, Environment, Filter, ImageConfig,
    InstanceConcurrencyConfig, IntranetConfigIn, IntranetConfigOut, LayerVersionInfo,
    LayerVersionSimple, ProtocolParams, PublicNetConfigIn, PublicNetConfigOut, SERVICE,
    StatusReason, Tag, Trigger, VpcConfig,
};
use crate::action::{Empty, actions};
use crate::page::paged;
use crate::secret::Secret;

/// A new function.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateFunctionRequest {
    /// Name; letters, digits, `_` and `-`, 2 to 60, beginning with a letter.
    pub function_name: String,
    /// Where the code comes from.
    pub code: Code,
    /// Entry point, such as `index.main_handler`; not for images and web functions.
    pub handler: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// MB: 64, or 128 to 3072 in steps of 128 (R46).
    pub memory_size: Option<i64>,
    /// Seconds an invocation may take.
    pub timeout: Option<i64>,
    /// Environment variables.
    pub environment: Option<Environment>,
    /// Runtime, such as `Python3.10`; cannot be changed.
    pub runtime: Option<String>,
    /// Network.
    pub vpc_config: Option<VpcConfig>,
    /// Namespace, by default `default`.
    pub namespace: Option<String>,
    /// Name of the role the function runs with.
    pub role: Option<String>,
    /// `TRUE` installs the dependencies of Node.js code.
    pub install_dependency: Option<String>,
    /// Log set.
    pub cls_logset_id: Option<String>,
    /// Log topic.
    pub cls_topic_id: Option<String>,
    /// `Event` or `HTTP`; cannot be changed.
    #[serde(rename = "Type")]
    pub kind: Option<String>,
    /// `ZipFile`, `Cos` or `Demo`.
    pub code_source: Option<String>,
    /// Layers, in the order they are mounted.
    pub layers: Option<Vec<LayerVersionSimple>>,
    /// Where failed events go.
    pub dead_letter_config: Option<DeadLetterConfig>,
    /// Access to the internet.
    pub public_net_config: Option<PublicNetConfigIn>,
    /// File systems.
    pub cfs_config: Option<CfsConfig>,
    /// Seconds that initialization may take.
    pub init_timeout: Option<i64>,
    /// Tags.
    pub tags: Option<Vec<Tag>>,
    /// `TRUE` for asynchronous run mode; cannot be changed.
    pub async_run_enable: Option<String>,
    /// `TRUE` to trace events; cannot be changed.
    pub trace_enable: Option<String>,
    /// `TRUE` lets the cloud make the log topic's index.
    pub auto_deploy_cls_topic_index: Option<String>,
    /// `TRUE` lets the cloud make a log topic.
    pub auto_create_cls_topic: Option<String>,
    /// `WS` for WebSocket; cannot be changed.
    pub protocol_type: Option<String>,
    /// Parameters of the protocol.
    pub protocol_params: Option<ProtocolParams>,
    /// Requests per instance of a web function.
    pub instance_concurrency_config: Option<InstanceConcurrencyConfig>,
    /// `TRUE` caches name resolution; event functions only.
    pub dns_cache: Option<String>,
    /// A fixed address inside the network.
    pub intranet_config: Option<IntranetConfigIn>,
}

/// New code or a new handler for a function.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateFunctionCodeRequest {
    /// Name.
    pub function_name: String,
    /// Entry point.
    pub handler: Option<String>,
    /// Name of the bucket, without the account's `-APPID`.
    pub cos_bucket_name: Option<String>,
    /// Key of the object, beginning with `/`.
    pub cos_object_name: Option<String>,
    /// The zip package in base64.
    pub zip_file: Option<Secret>,
    /// Namespace.
    pub namespace: Option<String>,
    /// Region of the bucket.
    pub cos_bucket_region: Option<String>,
    /// `TRUE` installs the dependencies of Node.js code.
    pub install_dependency: Option<String>,
    /// Environment of the code.
    pub env_id: Option<String>,
    /// `TRUE` publishes a version at once.
    pub publish: Option<String>,
    /// Where the code comes from, in the form of [`CreateFunctionRequest`].
    pub code: Option<Code>,
    /// `ZipFile`, `Cos` or `Inline`.
    pub code_source: Option<String>,
}

/// A new configuration of a function. What is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateFunctionConfigurationRequest {
    /// Name.
    pub function_name: String,
    /// Description.
    pub description: Option<String>,
    /// MB: 64, or 128 to 3072 in steps of 128 (R46).
    pub memory_size: Option<i64>,
    /// Seconds an invocation may take.
    pub timeout: Option<i64>,
    /// Runtime; only the present one.
    pub runtime: Option<String>,
    /// Environment variables, all of them.
    pub environment: Option<Environment>,
    /// Namespace.
    pub namespace: Option<String>,
    /// Network.
    pub vpc_config: Option<VpcConfig>,
    /// Role.
    pub role: Option<String>,
    /// `TRUE` installs the dependencies of Node.js code.
    pub install_dependency: Option<String>,
    /// Log set.
    pub cls_logset_id: Option<String>,
    /// Log topic.
    pub cls_topic_id: Option<String>,
    /// `TRUE` publishes a version at once.
    pub publish: Option<String>,
    /// `TRUE` switches L5 on.
    pub l5_enable: Option<String>,
    /// Layers, all of them.
    pub layers: Option<Vec<LayerVersionSimple>>,
    /// Where failed events go.
    pub dead_letter_config: Option<DeadLetterConfig>,
    /// Access to the internet.
    pub public_net_config: Option<PublicNetConfigIn>,
    /// File systems, all of them.
    pub cfs_config: Option<CfsConfig>,
    /// Seconds that initialization may take.
    pub init_timeout: Option<i64>,
    /// Parameters of the protocol.
    pub protocol_params: Option<ProtocolParams>,
    /// Requests per instance of a web function.
    pub instance_concurrency_config: Option<InstanceConcurrencyConfig>,
    /// `TRUE` caches name resolution.
    pub dns_cache: Option<String>,
    /// A fixed address inside the network.
    pub intranet_config: Option<IntranetConfigIn>,
    /// Whether the platform's own log lines are left out.
    pub ignore_sys_log: Option<bool>,
}

/// A function by name, and by version or alias.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetFunctionRequest {
    /// Name.
    pub function_name: String,
    /// Version or alias, by default `$LATEST`.
    pub qualifier: Option<String>,
    /// Namespace, by default `default`.
    pub namespace: Option<String>,
    /// `TRUE` returns short inline code.
    pub show_code: Option<String>,
}

/// A function.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetFunctionResponse {
    /// Name.
    pub function_name: String,
    /// `lam-…`.
    pub function_id: String,
    /// Namespace.
    pub namespace: String,
    /// Version or alias that was asked for.
    pub qualifier: String,
    /// The version that it is.
    pub function_version: String,
    /// `Event` or `HTTP`.
    #[serde(rename = "Type")]
    pub kind: String,
    /// Runtime; `CustomImage` for images.
    pub runtime: String,
    /// Entry point.
    pub handler: String,
    /// Description.
    pub description: String,
    /// MB.
    pub memory_size: i64,
    /// Seconds an invocation may take.
    pub timeout: i64,
    /// Seconds that initialization may take.
    pub init_timeout: i64,
    /// `Creating`, `Active`, `CreateFailed`, `Updating`, `UpdateFailed`, `Publishing`,
    /// `PublishFailed`, `Deleting` or `DeleteFailed`.
    pub status: String,
    /// The status in words.
    pub status_desc: String,
    /// Why it failed to change.
    pub status_reasons: Vec<StatusReason>,
    /// `Available` or `InsufficientBalance`.
    pub available_status: String,
    /// Time of creation.
    pub add_time: String,
    /// Time of the last change.
    pub mod_time: String,
    /// Bytes of code.
    pub code_size: i64,
    /// Short inline code, if asked for.
    pub code_info: Secret,
    /// `success` or `failed`: the preparation of the code.
    pub code_result: String,
    /// What went wrong with the code.
    pub code_error: String,
    /// Number of the code's error.
    pub err_no: i64,
    /// Environment variables.
    pub environment: Environment,
    /// Network; both ids empty for none.
    pub vpc_config: VpcConfig,
    /// Role.
    pub role: String,
    /// `TRUE` when dependencies are installed.
    pub install_dependency: String,
    /// Log set.
    pub cls_logset_id: String,
    /// Log topic.
    pub cls_topic_id: String,
    /// Triggers.
    pub triggers: Vec<Trigger>,
    /// Tags.
    pub tags: Vec<Tag>,
    /// Layers, in order.
    pub layers: Vec<LayerVersionInfo>,
    /// Where failed events go.
    pub dead_letter_config: DeadLetterConfig,
    /// Access to the internet.
    pub public_net_config: PublicNetConfigOut,
    /// Older form of a fixed address.
    pub eip_config: EipOutConfig,
    /// File systems.
    pub cfs_config: CfsConfig,
    /// The image, for images.
    pub image_config: Option<ImageConfig>,
    /// `TRUE` in asynchronous run mode.
    pub async_run_enable: String,
    /// `TRUE` when events are traced.
    pub trace_enable: String,
    /// `WS` for WebSocket.
    pub protocol_type: String,
    /// Parameters of the protocol.
    pub protocol_params: Option<ProtocolParams>,
    /// Requests per instance of a web function.
    pub instance_concurrency_config: Option<InstanceConcurrencyConfig>,
    /// `TRUE` when name resolution is cached.
    pub dns_cache: String,
    /// A fixed address inside the network.
    pub intranet_config: IntranetConfigOut,
    /// `TRUE` when L5 is on.
    pub l5_enable: String,
    /// Where the function is reached inside its network.
    pub access_info: AccessInfo,
}

/// Where a function is reached inside its network.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AccessInfo {
    /// Name.
    pub host: String,
    /// Address.
    pub vip: String,
}

/// A function or one of its versions to delete.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteFunctionRequest {
    /// Name.
    pub function_name: String,
    /// Namespace.
    pub namespace: Option<String>,
    /// One version; absent deletes everything.
    pub qualifier: Option<String>,
}

/// The code of a function to look at.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetFunctionAddressRequest {
    /// Name.
    pub function_name: String,
    /// Version or alias.
    pub qualifier: Option<String>,
    /// Namespace.
    pub namespace: Option<String>,
}

/// The code of a function.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetFunctionAddressResponse {
    /// A link to the package, signed and short-lived.
    pub url: Secret,
    /// SHA-256 of the package in hex.
    pub code_sha256: String,
}

/// Which functions of a namespace to list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListFunctionsRequest {
    /// `ASC` or `DESC`.
    pub order: Option<String>,
    /// `AddTime`, `ModTime` or `FunctionName`.
    pub orderby: Option<String>,
    /// Rows to skip.
    pub offset: Option<u64>,
    /// Rows at most, up to 100.
    pub limit: Option<u64>,
    /// Part of a name.
    pub search_key: Option<String>,
    /// Namespace.
    pub namespace: Option<String>,
    /// Part of a description.
    pub description: Option<String>,
    /// Conditions, up to 10; `tag-KEY` compares a tag.
    pub filters: Option<Vec<Filter>>,
}

/// A page of functions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListFunctionsResponse {
    /// The functions.
    pub functions: Vec<Function>,
    /// How many there are.
    pub total_count: Option<u64>,
}

/// A function in a list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Function {
    /// Name.
    pub function_name: String,
    /// `lam-…`.
    pub function_id: String,
    /// Namespace.
    pub namespace: String,
    /// Runtime.
    pub runtime: String,
    /// `Event` or `HTTP`.
    #[serde(rename = "Type")]
    pub kind: String,
    /// Description.
    pub description: String,
    /// As in [`GetFunctionResponse::status`].
    pub status: String,
    /// The status in words.
    pub status_desc: String,
    /// Why it failed to change.
    pub status_reasons: Vec<StatusReason>,
    /// Tags.
    pub tags: Vec<Tag>,
    /// Time of creation.
    pub add_time: String,
    /// Time of the last change.
    pub mod_time: String,
    /// MB of provisioned concurrency.
    pub total_provisioned_concurrency_mem: i64,
    /// MB reserved; absent for none.
    pub reserved_concurrency_mem: Option<i64>,
    /// `TRUE` in asynchronous run mode.
    pub async_run_enable: String,
    /// `TRUE` when events are traced.
    pub trace_enable: String,
}

actions! { SERVICE;
    /// Makes a function. It is `Creating` when this returns: see [`wait_active`](super::wait_active).
    create_function = "CreateFunction", Create: CreateFunctionRequest => Empty;
    /// Replaces a function's code or handler. It is `Updating` when this returns.
    update_function_code = "UpdateFunctionCode", Write: UpdateFunctionCodeRequest => Empty;
    /// Changes a function's configuration. It is `Updating` when this returns.
    update_function_configuration = "UpdateFunctionConfiguration", Write: UpdateFunctionConfigurationRequest => Empty;
    /// Reads a function.
    get_function = "GetFunction", Read: GetFunctionRequest => GetFunctionResponse;
    /// Deletes a function or a version. It is `Deleting` when this returns: see
    /// [`wait_gone`](super::wait_gone).
    delete_function = "DeleteFunction", Delete: DeleteFunctionRequest => Empty;
    /// Tells where a function's code can be fetched, and its hash.
    get_function_address = "GetFunctionAddress", Read: GetFunctionAddressRequest => GetFunctionAddressResponse;
    /// Lists one page of functions; [`all_pages`](crate::page::all_pages) reads all.
    list_functions = "ListFunctions", Read: ListFunctionsRequest => ListFunctionsResponse;
}

paged! {
    ListFunctionsRequest => functions: [Function], by |row| row.function_id.clone() + &row.function_name, int 100;
}
