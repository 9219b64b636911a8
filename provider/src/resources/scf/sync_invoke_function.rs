//! `tencentcloud_scf_sync_invoke_function`: a run of a function that is waited for.
//! <https://www.tencentcloud.com/document/product/583/51438>

use std::collections::BTreeMap;

use tencentcloud_api::scf::{self, InvokeFunctionRequest};
use tf_protocol::{Problem, RunOnce};
use tf_schema::check::one_of;
use tf_schema::{Resource, Value};

use super::invocation::{self, Outcome};
use super::namespace_or_default;
use crate::Cloud;

/// Runs a function while Terraform applies, and waits for it: once when the resource is made, and
/// again when an argument changes. Destroying the resource does nothing.
///
/// A function that fails is an error, and the next apply runs it again.
#[derive(Resource, Default)]
pub struct SyncInvokeFunction {
    /// Name of the function.
    #[tf(required, force_new)]
    pub function_name: Value<String>,
    /// Version or alias that runs, by default the alias `$DEFAULT`.
    #[tf(optional, force_new)]
    pub qualifier: Value<String>,
    /// The event, a JSON document of at most 6 MB.
    #[tf(optional, force_new, validate(invocation::json))]
    pub event: Value<String>,
    /// `Tail` keeps the end of the log in `result`; `None` is the default.
    #[tf(optional, force_new, validate(one_of(&["None", "Tail"])))]
    pub log_type: Value<String>,
    /// Namespace of the function, by default `default`.
    #[tf(optional, force_new)]
    pub namespace: Value<String>,
    /// Values by which an alias chooses a version, a JSON object.
    #[tf(optional, force_new, validate(invocation::routing_key))]
    pub routing_key: Value<String>,
    /// Values of your choice: when one changes, the function runs again.
    #[tf(optional, force_new)]
    pub triggers: Value<BTreeMap<String, String>>,
    /// Id of the run.
    #[tf(computed, stable)]
    pub id: Value<String>,
    /// What came of it: one element.
    #[tf(computed, stable)]
    pub result: Value<Vec<Outcome>>,
}

impl RunOnce for SyncInvokeFunction {
    const TYPE: &'static str = "tencentcloud_scf_sync_invoke_function";
    type Cloud = Cloud;

    async fn run(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = InvokeFunctionRequest {
            function_name: self.function_name.or_default(),
            qualifier: self.qualifier.known().cloned(),
            event: self.event.known().map(|event| event.as_str().into()),
            log_type: self.log_type.known().cloned(),
            namespace: Some(namespace_or_default(&self.namespace)),
            routing_key: self.routing_key.known().cloned(),
        };
        let found = scf::invoke_function(cloud, &request).await?.value.result;
        self.id = found.function_request_id.as_str().into();
        self.result = vec![Outcome::of(&found)].into();
        invocation::check(&request.function_name, &found)
    }
}
