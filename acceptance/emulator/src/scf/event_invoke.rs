//! How often queued calls of a function are tried, and how long they may wait.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::function::{self, Kind};
use super::namespace_of;
use crate::call::Call;
use crate::params::Params;
use crate::refusal::{Answer, Refusal, refused};
use crate::store::{Record, Scope, StoreError};

/// How often a failed call is tried again at most.
pub(super) const MOST_RETRIES: i64 = 2;
/// How long a call may wait, in seconds.
pub(super) const WAITS: std::ops::RangeInclusive<i64> = 60..=21_600;

/// How queued calls of a function are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EventInvoke {
    /// How often a call that fails is tried again.
    pub retries: i64,
    /// How many seconds a call may wait.
    pub seconds: i64,
}

impl Record for EventInvoke {
    const KIND: &'static str = "scf.event_invoke";
}

/// How the calls of the function stored under `id` are treated.
///
/// # Errors
/// When the store fails.
pub(super) fn of(here: &Scope<'_>, id: &str) -> Result<EventInvoke, StoreError> {
    let usual = EventInvoke { retries: MOST_RETRIES, seconds: *WAITS.end() };
    Ok(here.get(id)?.unwrap_or(usual))
}

/// Forgets what was set for a function.
pub(super) fn forget(here: &Scope<'_>, id: &str) -> Result<(), StoreError> {
    here.remove::<EventInvoke>(id).map(drop)
}

pub(super) fn update(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let function = function::of_call(call)?;
    if function.async_run || function.kind == Kind::Http {
        // R365, R109.
        let text = "Calls in asynchronous run mode and of web functions are never tried again.";
        return refused("UnsupportedOperation.UpdateFunctionEventInvokeConfig", text);
    }
    // The shape makes it a required member.
    let wanted = p.object("AsyncTriggerConfig").map(|config| read(&config)).transpose()?;
    let id = function::id(namespace_of(p), p.str("FunctionName"));
    if let Some(wanted) = wanted {
        call.store.put(&id, &wanted)?;
    }
    Ok(json!({}))
}

fn read(config: &Params<'_>) -> Result<EventInvoke, Refusal> {
    let retries: Vec<_> =
        config.objects("RetryConfig").iter().filter_map(|retry| retry.int("RetryNum")).collect();
    let [retries] = retries[..] else {
        let text = format!("RetryConfig has {} entries and not one.", retries.len());
        return refused("InvalidParameterValue.AsyncTriggerConfig", text);
    };
    if !(0..=MOST_RETRIES).contains(&retries) {
        let text = format!("RetryNum is {retries}; it must be 0 to {MOST_RETRIES}.");
        return refused("LimitExceeded.RetryNum", text);
    }
    let seconds = config.int("MsgTTL").unwrap_or_default();
    if !WAITS.contains(&seconds) {
        let text = format!("MsgTTL is {seconds}; it must be {} to {}.", WAITS.start(), WAITS.end());
        return refused("LimitExceeded.MsgTTL", text);
    }
    Ok(EventInvoke { retries, seconds })
}

pub(super) fn get(call: &Call<'_>) -> Answer {
    let p = &call.params;
    function::of_call(call)?;
    let found = of(&call.store, &function::id(namespace_of(p), p.str("FunctionName")))?;
    Ok(json!({
        "AsyncTriggerConfig": {
            "RetryConfig": [{"RetryNum": found.retries}],
            "MsgTTL": found.seconds,
        },
    }))
}
