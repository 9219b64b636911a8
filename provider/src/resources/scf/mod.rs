//! Serverless Cloud Function.

pub mod alias;
pub mod event_invoke_config;
pub mod function;
pub mod namespace;
pub mod provisioned_concurrency_config;
pub mod reserved_concurrency_config;
pub mod version;

use tencentcloud_api::{Guard, scf};
use tf_schema::Value;

use crate::Cloud;

/// The namespace of a function where its configuration names none.
fn namespace_or_default(namespace: &Value<String>) -> String {
    namespace.or(scf::DEFAULT_NAMESPACE)
}

/// Waits until nothing else in this run changes the function: the cloud takes one change at a time.
async fn function_lock(
    cloud: &Cloud,
    namespace: &str,
    function: &str,
) -> tencentcloud_api::Result<Guard> {
    cloud.lock(&format!("scf/{}/{namespace}/{function}", cloud.region())).await
}
