//! `tencentcloud_scf_terminate_async_event`: the end of an event of asynchronous run mode.
//! <https://www.tencentcloud.com/document/product/583/44481>

use tencentcloud_api::Error as ApiError;
use tencentcloud_api::scf::{self, GetAsyncEventStatusRequest, TerminateAsyncEventRequest};
use tf_protocol::{Problem, RunOnce, Timeouts};
use tf_schema::{Resource, Value};

use super::namespace_or_default;
use crate::Cloud;

/// Ends an event that a function in asynchronous run mode works on, and waits until it has ended.
/// An event that has ended already is fine. Destroying the resource does nothing.
#[derive(Resource, Default)]
pub struct TerminateAsyncEvent {
    /// Name of the function.
    #[tf(required, force_new)]
    pub function_name: Value<String>,
    /// Id of the event, which the call that started it has returned.
    #[tf(required, force_new)]
    pub invoke_request_id: Value<String>,
    /// Namespace of the function, by default `default`.
    #[tf(optional, force_new)]
    pub namespace: Value<String>,
    /// Whether the function gets a signal, SIGTERM, that its code can handle, instead of being
    /// stopped at once. Nobody waits then for what the code makes of it.
    #[tf(optional, force_new)]
    pub grace_shutdown: Value<bool>,
    /// Id of the event.
    #[tf(computed, stable)]
    pub id: Value<String>,
}

impl RunOnce for TerminateAsyncEvent {
    const TYPE: &'static str = "tencentcloud_scf_terminate_async_event";
    const TIMEOUTS: Timeouts = Timeouts::NONE.create(2);
    type Cloud = Cloud;

    async fn run(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let event = self.invoke_request_id.or_default();
        let request = TerminateAsyncEventRequest {
            function_name: self.function_name.or_default(),
            invoke_request_id: event.clone(),
            namespace: Some(namespace_or_default(&self.namespace)),
            grace_shutdown: self.grace_shutdown.known().copied(),
        };
        match scf::terminate_async_event(cloud, &request).await {
            Err(error) if !has_ended(cloud, &event, &error).await => return Err(error.into()),
            _ => {}
        }
        self.id = event.as_str().into();
        if !self.grace_shutdown.is_known_and(|grace| *grace) {
            scf::wait_event_ended(cloud, &event).await?;
        }
        Ok(())
    }
}

/// Whether the refusal comes from an event that has ended by itself.
async fn has_ended(cloud: &Cloud, event: &str, refusal: &ApiError) -> bool {
    let request = GetAsyncEventStatusRequest { invoke_request_id: event.to_owned() };
    let refused = refusal.code().is_some() && !refusal.is_not_found();
    refused
        && scf::get_async_event_status(cloud, &request)
            .await
            .is_ok_and(|found| found.value.result.status != "RUNNING")
}
