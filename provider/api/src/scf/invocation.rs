//! Running functions.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::SERVICE;
use crate::action::actions;
use crate::secret::Secret;

/// R75: as long as a function may start (300 s) and run (900 s), and a little more.
const PATIENCE: Duration = Duration::from_secs(300 + 900 + 10);

/// A function to run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct InvokeRequest {
    /// Function.
    pub function_name: String,
    /// `RequestResponse` waits for the result, `Event` does not.
    pub invocation_type: Option<String>,
    /// Version or alias.
    pub qualifier: Option<String>,
    /// The event, a JSON text of at most 6 MB, or 128 KB for `Event`.
    pub client_context: Option<Secret>,
    /// `Tail` returns the end of the log.
    pub log_type: Option<String>,
    /// Namespace.
    pub namespace: Option<String>,
    /// Values that an alias routes by, a JSON text.
    pub routing_key: Option<String>,
}

/// A function to run, and to wait for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct InvokeFunctionRequest {
    /// Function.
    pub function_name: String,
    /// Version or alias; `$DEFAULT` where it is left out.
    pub qualifier: Option<String>,
    /// The event, a JSON text of at most 6 MB.
    pub event: Option<Secret>,
    /// `Tail` returns the end of the log.
    pub log_type: Option<String>,
    /// Namespace.
    pub namespace: Option<String>,
    /// Values that an alias routes by, a JSON text.
    pub routing_key: Option<String>,
}

/// How a run went.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct InvokeResponse {
    /// The result.
    pub result: InvokeResult,
}

/// The result of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct InvokeResult {
    /// The end of the log.
    pub log: Secret,
    /// What the function returned, a JSON text.
    pub ret_msg: Secret,
    /// What went wrong.
    pub err_msg: String,
    /// Bytes of memory.
    pub mem_usage: i64,
    /// Milliseconds.
    pub duration: f64,
    /// Milliseconds that are billed.
    pub bill_duration: i64,
    /// Id of the run.
    pub function_request_id: String,
    /// 0 when it went well, else a status code.
    pub invoke_result: i64,
}

actions! { SERVICE;
    /// Runs a function.
    invoke = "Invoke", Create: InvokeRequest => InvokeResponse, patience PATIENCE;
    /// Runs a function and waits for it.
    invoke_function = "InvokeFunction", Create: InvokeFunctionRequest => InvokeResponse, patience PATIENCE;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Action;

    #[test]
    fn r75_a_call_is_waited_for_longer_than_a_function_may_start_and_run() {
        let longest = Duration::from_secs(300 + 900);
        assert!(InvokeRequest::PATIENCE > longest);
        assert!(InvokeFunctionRequest::PATIENCE > longest);
    }
}
