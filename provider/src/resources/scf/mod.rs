//! Serverless Cloud Function.

pub mod alias;
mod capacity;
pub mod custom_domain;
pub mod event_invoke_config;
pub mod function;
pub mod invocation;
pub mod invoke_function;
pub mod layer;
pub mod namespace;
mod packed;
pub mod provisioned_concurrency_config;
pub mod reserved_concurrency_config;
mod staging;
pub mod sync_invoke_function;
pub mod terminate_async_event;
pub mod trigger;
pub mod version;

use tencentcloud_api::{Guard, scf};
use tf_schema::Value;

use crate::Cloud;

/// The namespace of a function where its configuration names none.
fn namespace_or_default(namespace: &Value<String>) -> String {
    namespace.or(scf::DEFAULT_NAMESPACE)
}

/// A text of the cloud, which writes `""` for none, in the form in which the user wrote it.
fn as_written(current: &Value<String>, found: String) -> Value<String> {
    match current {
        Value::Known(text) if *text == found => current.clone(),
        _ if found.is_empty() => Value::Null,
        _ => Value::Known(found),
    }
}

/// Waits until nothing else in this run changes the function: the cloud takes one change at a time.
async fn function_lock(
    cloud: &Cloud,
    namespace: &str,
    function: &str,
) -> tencentcloud_api::Result<Guard> {
    cloud.lock(&format!("scf/{}/{namespace}/{function}", cloud.region())).await
}
