//! `tencentcloud_scf_invoke_function`: a run of a function, waited for or not.
//! <https://www.tencentcloud.com/document/product/583/17243>

use std::collections::BTreeMap;

use tencentcloud_api::scf::{self, InvokeRequest};
use tf_protocol::{Problem, RunOnce};
use tf_schema::check::one_of;
use tf_schema::{Diagnostic, Diagnostics, Resource, Value};

use super::invocation::{self, Outcome};
use super::namespace_or_default;
use crate::Cloud;

/// The most that an event may have which nobody waits for.
const EVENT_BYTES: usize = 128 << 10;
const WAITED_BYTES: usize = 6 << 20;

/// Runs a function while Terraform applies: once when the resource is made, and again when
/// an argument changes. Destroying the resource does nothing.
///
/// A function that fails is an error, and the next apply runs it again. With
/// `invocation_type = "Event"` nobody waits for the function.
#[derive(Resource, Default)]
pub struct InvokeFunction {
    /// Name of the function.
    #[tf(required, force_new)]
    pub function_name: Value<String>,
    /// `RequestResponse`, the default, waits for the function, `Event` does not.
    #[tf(optional, force_new, validate(one_of(&["RequestResponse", "Event"])))]
    pub invocation_type: Value<String>,
    /// Version or alias that runs, by default `$LATEST`.
    #[tf(optional, force_new)]
    pub qualifier: Value<String>,
    /// The event, a JSON document: at most 6 MB, or 128 KB where nobody waits.
    #[tf(optional, force_new, validate(invocation::json))]
    pub client_context: Value<String>,
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

impl RunOnce for InvokeFunction {
    const TYPE: &'static str = "tencentcloud_scf_invoke_function";
    type Cloud = Cloud;

    async fn run(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = InvokeRequest {
            function_name: self.function_name.or_default(),
            invocation_type: self.invocation_type.known().cloned(),
            qualifier: self.qualifier.known().cloned(),
            client_context: self.client_context.known().map(|event| event.as_str().into()),
            log_type: self.log_type.known().cloned(),
            namespace: Some(namespace_or_default(&self.namespace)),
            routing_key: self.routing_key.known().cloned(),
        };
        let found = scf::invoke(cloud, &request).await?.value.result;
        self.id = found.function_request_id.as_str().into();
        self.result = vec![Outcome::of(&found)].into();
        invocation::check(&request.function_name, &found)
    }

    fn validate(config: &Self, problems: &mut Diagnostics) {
        if config.invocation_type.is_unknown() {
            return;
        }
        let waits = config.invocation_type.text() != "Event";
        let most = if waits { WAITED_BYTES } else { EVENT_BYTES };
        let size = config.client_context.known().map_or(0, String::len);
        if size > most {
            let detail = format!("The event has {size} bytes; it may have {most}.");
            problems.push(Diagnostic::error("The event is too large", detail).at("client_context"));
        }
    }
}
