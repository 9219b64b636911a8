//! How often asynchronous invocations are tried, and how long they may wait.

use serde::{Deserialize, Serialize};

use super::SERVICE;
use crate::action::{Empty, actions};
use crate::client::Client;
use crate::error::Result;

/// How asynchronous invocations of a function are to be treated.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateFunctionEventInvokeConfigRequest {
    /// The settings.
    pub async_trigger_config: AsyncTriggerConfig,
    /// Function.
    pub function_name: String,
    /// Namespace.
    pub namespace: Option<String>,
}

/// A function whose settings are asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetFunctionEventInvokeConfigRequest {
    /// Function.
    pub function_name: String,
    /// Namespace.
    pub namespace: Option<String>,
    /// Version or alias.
    pub qualifier: Option<String>,
}

/// How asynchronous invocations of a function are treated.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetFunctionEventInvokeConfigResponse {
    /// The settings.
    pub async_trigger_config: AsyncTriggerConfig,
}

/// Retries and patience.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AsyncTriggerConfig {
    /// How often an invocation that fails is tried again; one entry.
    pub retry_config: Vec<RetryConfig>,
    /// Seconds that an invocation may wait.
    #[serde(rename = "MsgTTL")]
    pub msg_ttl: i64,
}

/// A number of retries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RetryConfig {
    /// 0 to 2; answers may carry a second entry with -1, which is nobody's setting.
    pub retry_num: i64,
}

actions! { SERVICE;
    /// Sets how asynchronous invocations of a function are treated. There is no way to unset it.
    update_function_event_invoke_config = "UpdateFunctionEventInvokeConfig", Write: UpdateFunctionEventInvokeConfigRequest => Empty;
    /// Reads how asynchronous invocations of a function are treated.
    get_function_event_invoke_config = "GetFunctionEventInvokeConfig", Read: GetFunctionEventInvokeConfigRequest => GetFunctionEventInvokeConfigResponse;
}

/// How asynchronous invocations of a function are treated; `None` when there is no such function.
///
/// # Errors
///
/// Any [`Error`](crate::Error) but "not found".
pub async fn find_event_invoke_config(
    client: &Client,
    namespace: &str,
    function: &str,
) -> Result<Option<AsyncTriggerConfig>> {
    let request = GetFunctionEventInvokeConfigRequest {
        function_name: function.to_owned(),
        namespace: Some(namespace.to_owned()),
        qualifier: None,
    };
    match get_function_event_invoke_config(client, &request).await {
        Ok(answer) => Ok(Some(answer.value.async_trigger_config)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
