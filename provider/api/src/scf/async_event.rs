//! Events of functions in asynchronous run mode.

use serde::{Deserialize, Serialize};

use super::SERVICE;
use crate::action::{Empty, actions};
use crate::client::Client;
use crate::error::Result;
use crate::page::paged;
use crate::wait::{Step, until};

/// An event that runs, as [`AsyncEventStatus::status`] says it.
const RUNNING: &str = "RUNNING";

/// Which events to list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListAsyncEventsRequest {
    /// Function.
    pub function_name: String,
    /// Namespace.
    pub namespace: Option<String>,
    /// Only of this version.
    pub qualifier: Option<String>,
    /// Only of these kinds of calls, such as `COS`.
    pub invoke_type: Option<Vec<String>>,
    /// Only in these states.
    pub status: Option<Vec<String>>,
    /// Only what began in this time.
    pub start_time_interval: Option<TimeInterval>,
    /// Only what ended in this time.
    pub end_time_interval: Option<TimeInterval>,
    /// `ASC` or `DESC`.
    pub order: Option<String>,
    /// `StartTime` or `EndTime`. The vendor writes the name with one capital letter.
    #[serde(rename = "Orderby")]
    pub order_by: Option<String>,
    /// Rows to skip.
    pub offset: Option<u64>,
    /// Rows at most.
    pub limit: Option<u64>,
    /// Only this event.
    pub invoke_request_id: Option<String>,
}

/// A time from its start, which belongs to it, to its end, which does not.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TimeInterval {
    /// `YYYY-MM-DD HH:MM:SS`.
    pub start: String,
    /// `YYYY-MM-DD HH:MM:SS`.
    pub end: String,
}

/// A page of events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListAsyncEventsResponse {
    /// How many there are.
    pub total_count: Option<u64>,
    /// The events.
    pub event_list: Vec<AsyncEvent>,
}

/// An event.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AsyncEvent {
    /// Id that its caller got.
    pub invoke_request_id: String,
    /// Kind of its call.
    pub invoke_type: String,
    /// Version that it runs on.
    pub qualifier: String,
    /// `RUNNING`, `FINISHED`, `FAILED` or `ABORTED`.
    pub status: String,
    /// When it began.
    pub start_time: String,
    /// When it ended; empty while it runs.
    pub end_time: String,
}

/// An event whose state is asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetAsyncEventStatusRequest {
    /// Id that its caller got.
    pub invoke_request_id: String,
}

/// The state of an event.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetAsyncEventStatusResponse {
    /// The state.
    pub result: AsyncEventStatus,
}

/// The state of an event.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AsyncEventStatus {
    /// `RUNNING`, `FINISHED`, `FAILED` or `ABORTED`.
    pub status: String,
    /// How it ended: 200, or the code of what went wrong; 0 while it runs.
    pub status_code: i64,
    /// Id that its caller got.
    pub invoke_request_id: String,
}

/// An event that is to end.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TerminateAsyncEventRequest {
    /// Function.
    pub function_name: String,
    /// Id that its caller got.
    pub invoke_request_id: String,
    /// Namespace.
    pub namespace: Option<String>,
    /// Whether the function is asked by a signal, SIGTERM, instead of being stopped.
    pub grace_shutdown: Option<bool>,
}

actions! { SERVICE;
    /// Lists one page of a function's events.
    list_async_events = "ListAsyncEvents", Read: ListAsyncEventsRequest => ListAsyncEventsResponse;
    /// Reads the state of an event.
    get_async_event_status = "GetAsyncEventStatus", Read: GetAsyncEventStatusRequest => GetAsyncEventStatusResponse;
    /// Ends an event that runs.
    terminate_async_event = "TerminateAsyncEvent", Write: TerminateAsyncEventRequest => Empty;
}

paged! {
    ListAsyncEventsRequest => event_list: [AsyncEvent],
        by |row| row.invoke_request_id.clone(), int 100;
}

/// Waits until an event has ended, and returns how.
///
/// # Errors
///
/// Those of reading its state, and of [`until`].
pub async fn wait_event_ended(client: &Client, id: &str) -> Result<AsyncEventStatus> {
    let request = GetAsyncEventStatusRequest { invoke_request_id: id.to_owned() };
    let what = format!("the end of event {id}");
    until(client, &what, || async {
        let found = get_async_event_status(client, &request).await?.value.result;
        Ok(match found.status.as_str() {
            RUNNING => Step::Pending(found.status),
            _ => Step::Done(found),
        })
    })
    .await
}
