//! What an account uses and may use in a region.

use serde::{Deserialize, Serialize};

use super::SERVICE;
use crate::action::actions;

/// Asks for usage and limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct GetAccountRequest {}

/// Usage and limits.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetAccountResponse {
    /// What is used.
    pub account_usage: UsageInfo,
    /// What is allowed.
    pub account_limit: LimitsInfo,
}

/// What is used in a region.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UsageInfo {
    /// Namespaces.
    pub namespaces_count: i64,
    /// Each namespace.
    pub namespace: Vec<NamespaceUsage>,
    /// MB of concurrency in all.
    pub total_concurrency_mem: i64,
    /// MB that are allocated.
    pub total_allocated_concurrency_mem: i64,
    /// MB that the account may use.
    pub user_concurrency_mem_limit: i64,
}

/// What is used in a namespace.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct NamespaceUsage {
    /// Its name.
    pub namespace: String,
    /// Its functions.
    pub functions: Vec<String>,
    /// How many they are.
    pub functions_count: i64,
    /// MB of concurrency in all.
    pub total_concurrency_mem: i64,
    /// MB that are allocated.
    pub total_allocated_concurrency_mem: i64,
    /// MB that are provisioned.
    pub total_allocated_provisioned_mem: i64,
}

/// What is allowed in a region.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LimitsInfo {
    /// Namespaces.
    pub namespaces_count: i64,
    /// Each namespace.
    pub namespace: Vec<NamespaceLimit>,
}

/// What is allowed in a namespace.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct NamespaceLimit {
    /// Its name.
    pub namespace: String,
    /// Functions.
    pub functions_count: i64,
    /// Triggers of a function, by type.
    pub trigger: TriggerCount,
    /// Invocations at a time.
    pub concurrent_executions: i64,
    /// Seconds of an invocation.
    pub timeout_limit: i64,
    /// Test templates.
    pub test_model_limit: i64,
    /// Seconds of an initialization.
    pub init_timeout_limit: i64,
    /// Repeats of an asynchronous event.
    pub retry_num_limit: i64,
    /// Shortest life of an asynchronous event, in seconds.
    #[serde(rename = "MinMsgTTL")]
    pub min_msg_ttl: i64,
    /// Longest life of an asynchronous event, in seconds.
    #[serde(rename = "MaxMsgTTL")]
    pub max_msg_ttl: i64,
}

/// How many triggers a function may have, by type.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TriggerCount {
    /// Object storage.
    pub cos: i64,
    /// Timers.
    pub timer: i64,
    /// Message queues.
    pub cmq: i64,
    /// In all.
    pub total: i64,
    /// Kafka.
    pub ckafka: i64,
    /// API gateways.
    pub apigw: i64,
    /// Logs.
    pub cls: i64,
    /// Load balancers.
    pub clb: i64,
    /// Media processing.
    pub mps: i64,
    /// Monitoring.
    pub cm: i64,
    /// Video on demand.
    pub vod: i64,
    /// Event bridges.
    pub eb: i64,
}

actions! { SERVICE;
    /// Reads what the account uses and may use.
    get_account = "GetAccount", Read: GetAccountRequest => GetAccountResponse;
}
