//! What runs left behind.

use serde::{Deserialize, Serialize};

use super::SERVICE;
use crate::action::actions;
use crate::secret::Secret;

/// Which log entries to read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetFunctionLogsRequest {
    /// Function.
    pub function_name: Option<String>,
    /// Rows to skip; with `limit` at most 10 000.
    pub offset: Option<u64>,
    /// Rows at most.
    pub limit: Option<u64>,
    /// `asc` or `desc`.
    pub order: Option<String>,
    /// `function_name`, `duration`, `mem_usage` or `start_time`.
    pub order_by: Option<String>,
    /// Only runs of that outcome.
    pub filter: Option<LogFilter>,
    /// Namespace.
    pub namespace: Option<String>,
    /// Version or alias.
    pub qualifier: Option<String>,
    /// Id of a run.
    pub function_request_id: Option<String>,
    /// First time, `YYYY-MM-DD HH:MM:SS`.
    pub start_time: Option<String>,
    /// Last time, at most a day later.
    pub end_time: Option<String>,
    /// Where the last page ended.
    pub search_context: Option<LogSearchContext>,
}

/// An outcome of runs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LogFilter {
    /// `not0`, `is0`, `TimeLimitExceeded` and so on.
    pub ret_code: Option<String>,
}

/// Where a page of log entries ended.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LogSearchContext {
    /// The place.
    pub offset: String,
    /// Rows at most.
    pub limit: u64,
    /// Only entries with this text.
    pub keyword: Option<String>,
    /// `Application` or `Platform`.
    #[serde(rename = "Type")]
    pub kind: Option<String>,
}

/// A page of log entries.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetFunctionLogsResponse {
    /// How many there are.
    pub total_count: Option<u64>,
    /// The entries.
    pub data: Vec<FunctionLog>,
    /// Where to go on.
    pub search_context: Option<LogSearchContext>,
}

/// The log of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct FunctionLog {
    /// Function.
    pub function_name: String,
    /// What it returned.
    pub ret_msg: Secret,
    /// Id of the run.
    pub request_id: String,
    /// When it began.
    pub start_time: String,
    /// 0 when it went well.
    pub ret_code: i64,
    /// 1 when it has ended.
    pub invoke_finished: i64,
    /// Milliseconds.
    pub duration: f64,
    /// Milliseconds that are billed.
    pub bill_duration: i64,
    /// Bytes of memory.
    pub mem_usage: i64,
    /// What it wrote.
    pub log: Secret,
    /// Level; the cloud has ceased to fill it in.
    pub level: String,
    /// Source; the cloud has ceased to fill it in.
    pub source: String,
    /// How often it was repeated.
    pub retry_num: i64,
}

/// A run to look at.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetRequestStatusRequest {
    /// Function.
    pub function_name: String,
    /// Id of the run.
    pub function_request_id: String,
    /// Namespace.
    pub namespace: Option<String>,
    /// First time.
    pub start_time: Option<String>,
    /// Last time.
    pub end_time: Option<String>,
}

/// How a run went.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetRequestStatusResponse {
    /// How many attempts there are.
    pub total_count: Option<u64>,
    /// The attempts.
    pub data: Vec<RequestStatus>,
}

/// One attempt of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RequestStatus {
    /// Function.
    pub function_name: String,
    /// What it returned.
    pub ret_msg: Secret,
    /// Id of the run.
    pub request_id: String,
    /// When it began.
    pub start_time: String,
    /// 0 when it went well.
    pub ret_code: i64,
    /// Milliseconds.
    pub duration: f64,
    /// MB of memory.
    pub mem_usage: f64,
    /// How often it was repeated.
    pub retry_num: i64,
}

actions! { SERVICE;
    /// Reads log entries. The cloud has retired this in favour of the log service.
    get_function_logs = "GetFunctionLogs", Read: GetFunctionLogsRequest => GetFunctionLogsResponse;
    /// Reads how a run went.
    get_request_status = "GetRequestStatus", Read: GetRequestStatusRequest => GetRequestStatusResponse;
}
