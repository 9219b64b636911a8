//! `tencentcloud_scf_async_event_management`: the events of a function in asynchronous run mode.
//! <https://www.tencentcloud.com/document/product/583/39734>

use tencentcloud_api::page;
use tencentcloud_api::scf::{self, AsyncEvent, ListAsyncEventsRequest};
use tf_protocol::{DataSource, Problem};
use tf_schema::check::one_of;
use tf_schema::{Block, Field, Resource, Set, Value};

use crate::Cloud;
use crate::data::save;

/// Lists the events that a function in asynchronous run mode works on or has worked on during the
/// last three days. The function has to trace its events.
#[derive(Resource, Default)]
pub struct AsyncEventManagement {
    /// Name of the function.
    #[tf(required)]
    pub function_name: Value<String>,
    /// Namespace of the function, by default `default`.
    #[tf(optional)]
    pub namespace: Value<String>,
    /// Only events of this version.
    #[tf(optional)]
    pub qualifier: Value<String>,
    /// Only events of these kinds of calls, such as `COS`.
    #[tf(optional)]
    pub invoke_type: Value<Set<String>>,
    /// Only events in these states: `RUNNING`, `FINISHED`, `FAILED` or `ABORTED`.
    #[tf(optional)]
    pub status: Value<Set<String>>,
    /// Whether the oldest come first, `ASC`, or the newest, `DESC`, the default.
    #[tf(optional, validate(one_of(&["ASC", "DESC"])))]
    pub order: Value<String>,
    /// By which time they are ordered: `StartTime`, the default, or `EndTime`.
    #[tf(optional, validate(one_of(&["StartTime", "EndTime"])))]
    pub orderby: Value<String>,
    /// Only the event of this id.
    #[tf(optional)]
    pub invoke_request_id: Value<String>,
    /// Path of a file into which the result is written as JSON.
    #[tf(optional)]
    pub result_output_file: Value<String>,
    /// Names what was asked for.
    #[tf(computed)]
    pub id: Value<String>,
    /// The events.
    #[tf(computed)]
    pub event_list: Value<Vec<Event>>,
}

/// An event.
#[derive(Block, Clone)]
pub struct Event {
    /// Id that its caller got.
    #[tf(computed)]
    pub invoke_request_id: Value<String>,
    /// Kind of its call.
    #[tf(computed)]
    pub invoke_type: Value<String>,
    /// Version that it runs on.
    #[tf(computed)]
    pub qualifier: Value<String>,
    /// `RUNNING`, `FINISHED`, `FAILED` or `ABORTED`.
    #[tf(computed)]
    pub status: Value<String>,
    /// When it began.
    #[tf(computed)]
    pub start_time: Value<String>,
    /// When it ended; empty while it runs.
    #[tf(computed)]
    pub end_time: Value<String>,
}

impl DataSource for AsyncEventManagement {
    const TYPE: &'static str = "tencentcloud_scf_async_event_management";
    type Cloud = Cloud;

    async fn read(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let list = |set: &Value<Set<String>>| set.known().map(|set| set.iter().cloned().collect());
        let namespace = self.namespace.or(scf::DEFAULT_NAMESPACE);
        let request = ListAsyncEventsRequest {
            function_name: self.function_name.or_default(),
            namespace: Some(namespace.clone()),
            qualifier: self.qualifier.known().cloned(),
            invoke_type: list(&self.invoke_type),
            status: list(&self.status),
            order: self.order.known().cloned(),
            order_by: self.orderby.known().cloned(),
            invoke_request_id: self.invoke_request_id.known().cloned(),
            ..ListAsyncEventsRequest::default()
        };
        let rows = page::all_pages(cloud, &request).await?;
        let found: Vec<_> = rows.into_iter().map(Event::from).collect();
        save(&self.result_output_file, found.clone().write())?;
        self.id = format!("{namespace}/{}", request.function_name).into();
        self.event_list = found.into();
        Ok(())
    }
}

impl From<AsyncEvent> for Event {
    fn from(found: AsyncEvent) -> Event {
        Event {
            invoke_request_id: found.invoke_request_id.into(),
            invoke_type: found.invoke_type.into(),
            qualifier: found.qualifier.into(),
            status: found.status.into(),
            start_time: found.start_time.into(),
            end_time: found.end_time.into(),
        }
    }
}
