//! `tencentcloud_scf_async_event_status`: the state of an event of asynchronous run mode.
//! <https://www.tencentcloud.com/document/product/583/44482>

use tencentcloud_api::scf::{self, GetAsyncEventStatusRequest};
use tf_protocol::{DataSource, Problem};
use tf_schema::{Block, Field, Resource, Value};

use crate::Cloud;
use crate::data::save;

/// The state of an event that a function in asynchronous run mode works on, or has worked on during
/// the last three days.
#[derive(Resource, Default)]
pub struct AsyncEventStatus {
    /// Id of the event, which the call that started it has returned.
    #[tf(required)]
    pub invoke_request_id: Value<String>,
    /// Path of a file into which the result is written as JSON.
    #[tf(optional)]
    pub result_output_file: Value<String>,
    /// Id of the event.
    #[tf(computed)]
    pub id: Value<String>,
    /// The state: one element.
    #[tf(computed)]
    pub result: Value<Vec<State>>,
}

/// The state of an event.
#[derive(Block, Clone)]
pub struct State {
    /// `RUNNING`, `FINISHED`, `FAILED` or `ABORTED`.
    #[tf(computed)]
    pub status: Value<String>,
    /// How it ended: 200, or the code of what went wrong; 0 while it runs.
    #[tf(computed)]
    pub status_code: Value<i64>,
    /// Id of the event.
    #[tf(computed)]
    pub invoke_request_id: Value<String>,
}

impl DataSource for AsyncEventStatus {
    const TYPE: &'static str = "tencentcloud_scf_async_event_status";
    type Cloud = Cloud;

    async fn read(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let invoke_request_id = self.invoke_request_id.or_default();
        let request = GetAsyncEventStatusRequest { invoke_request_id };
        let found = scf::get_async_event_status(cloud, &request).await?.value.result;
        let state = vec![State {
            status: found.status.into(),
            status_code: found.status_code.into(),
            invoke_request_id: found.invoke_request_id.into(),
        }];
        save(&self.result_output_file, state.clone().write())?;
        self.id = request.invoke_request_id.into();
        self.result = state.into();
        Ok(())
    }
}
