//! The events of functions in asynchronous run mode: what runs, what has ended and how, and ending
//! what runs.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::watch;

use super::function::{self, Function};
use super::queue::Asked;
use super::{LATEST, MOST, descending, log, namespace_of};
use crate::call::{Call, Live, LiveAnswer};
use crate::clock::Time;
use crate::cloud::Cloud;
use crate::list::Page;
use crate::params::Params;
use crate::quotas::{ASYNC_RUN_CALLS, limit};
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::runtime::{FunctionKey, Status, Stop, Stopper, Stops, stops};
use crate::store::Scope;

/// R370, R375: three days, in milliseconds.
const KEPT: i64 = 3 * 24 * 3600 * 1000;

/// Every event that is known.
#[derive(Default)]
pub(super) struct Events(Mutex<Known>);

#[derive(Default)]
struct Known {
    events: HashMap<String, Event>,
    /// How many calls a function got in a second, and in which.
    calls: HashMap<FunctionKey, (i64, i64)>,
}

/// One event.
#[derive(Clone)]
struct Event {
    key: FunctionKey,
    kind: String,
    /// Whether it is shown (R371); it can be ended in any case.
    traced: bool,
    started: Time,
    state: watch::Sender<State>,
    stopper: Stopper,
    /// Whether it was asked to end.
    asked: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Running,
    Ended { status: Status, aborted: bool, at: Time },
}

impl State {
    /// R373.
    fn name(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Ended { status: Status::Success, .. } => "FINISHED",
            Self::Ended { aborted: true, .. } => "ABORTED",
            Self::Ended { .. } => "FAILED",
        }
    }

    fn code(self) -> u16 {
        match self {
            Self::Running => 0,
            Self::Ended { status, .. } => status.code(),
        }
    }

    fn ended(self) -> Option<Time> {
        match self {
            Self::Running => None,
            Self::Ended { at, .. } => Some(at),
        }
    }
}

impl Event {
    fn state(&self) -> State {
        *self.state.borrow()
    }

    fn is_kept(&self, now: Time) -> bool {
        self.state().ended().is_none_or(|ended| ended.plus(KEPT) > now)
    }
}

impl Events {
    /// Writes an event down that begins now, and returns what it is asked to do.
    ///
    /// # Errors
    /// R369: when the function is called too often; R372: nothing is written down then.
    pub fn begin(
        &self,
        cloud: &Cloud,
        here: &Scope<'_>,
        traced: bool,
        key: &FunctionKey,
        asked: &Asked<'_>,
    ) -> Result<Stops, Refusal> {
        let most = limit(&ASYNC_RUN_CALLS, cloud.allowance, here)?;
        let (now, mut known) = (cloud.clock.now(), self.lock());
        let second = now.milliseconds().div_euclid(1000);
        let calls = known.calls.entry(log::of_function(key)).or_default();
        *calls = if calls.0 == second { (second, calls.1 + 1) } else { (second, 1) };
        if calls.1 > most {
            let text = format!("{} may be called {most} times a second.", key.function);
            return refused(ASYNC_RUN_CALLS.code, text);
        }
        let (stopper, stops) = stops();
        let event = Event {
            key: key.clone(),
            kind: asked.kind.to_owned(),
            traced,
            started: now,
            state: watch::Sender::new(State::Running),
            stopper,
            asked: false,
        };
        known.events.retain(|_, event| event.is_kept(now));
        known.events.insert(asked.request_id.clone(), event);
        Ok(stops)
    }

    /// Writes down how an event has ended; calls outside of asynchronous run mode are no events.
    pub fn end(&self, request_id: &str, status: Status, at: Time) {
        if let Some(event) = self.lock().events.get(request_id) {
            event.state.send_replace(State::Ended { status, aborted: event.asked, at });
        }
    }

    /// Forgets the events of a function.
    pub fn forget(&self, key: &FunctionKey) {
        self.lock().events.retain(|_, event| !log::same_function(&event.key, key));
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The function that a call is about, which must be in asynchronous run mode (R381).
fn async_function(call: &Call<'_>) -> Result<(Function, FunctionKey), Refusal> {
    let function = function::of_call(call)?;
    let name = call.params.str("FunctionName");
    if !function.async_run {
        let text = format!("{name} is not in asynchronous run mode: it has no events.");
        return refused("UnsupportedOperation.AsyncRunEnable", text);
    }
    Ok((function, function::runtime_key(call, namespace_of(&call.params), name, LATEST)))
}

/// R374.
pub(super) fn list(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let page = Page::of_ints(p, MOST, "InvalidParameterValue.Limit")?;
    let (_, key) = async_function(call)?;
    let started = interval(p, "StartTimeInterval")?;
    let ended = interval(p, "EndTimeInterval")?;
    let mut rows: Vec<(String, Event)> = {
        let known = call.cloud.called.events.lock();
        let rows = known.events.iter().filter(|(_, event)| {
            event.traced && log::same_function(&event.key, &key) && event.is_kept(call.now)
        });
        rows.map(|(id, event)| (id.clone(), event.clone())).collect()
    };
    rows.retain(|(id, event)| {
        let state = event.state();
        wanted(&p.texts("Status"), state.name())
            && wanted(&p.texts("InvokeType"), &event.kind)
            && p.text("Qualifier").is_none_or(|q| q.is_empty() || q == event.key.version)
            && p.text("InvokeRequestId").is_none_or(|wanted| wanted.is_empty() || wanted == id)
            && started.is_none_or(|(from, to)| (from..to).contains(&event.started))
            && ended.is_none_or(|(from, to)| {
                state.ended().is_some_and(|ended| (from..to).contains(&ended))
            })
    });
    match p.str("Orderby") {
        "" | "StartTime" => rows.sort_by(|(a, x), (b, y)| (x.started, a).cmp(&(y.started, b))),
        "EndTime" => {
            rows.sort_by(|(a, x), (b, y)| (x.state().ended(), a).cmp(&(y.state().ended(), b)));
        }
        other => {
            let text = format!("Orderby is `{other}`; it must be StartTime or EndTime.");
            return refused("InvalidParameterValue.OrderBy", text);
        }
    }
    if descending(p, true)? {
        rows.reverse();
    }
    let total = rows.len();
    let shown: Vec<_> = page.of(rows).iter().map(|(id, event)| show(id, event)).collect();
    Ok(json!({"TotalCount": total, "EventList": shown}))
}

/// Whether a list of wanted words is empty or has `word`.
fn wanted(words: &[&str], word: &str) -> bool {
    words.is_empty() || words.contains(&word)
}

fn interval(p: &Params<'_>, member: &str) -> Result<Option<(Time, Time)>, Refusal> {
    let Some(interval) = p.object(member) else { return Ok(None) };
    let read = |end: &str| {
        let text = interval.str(end);
        let wrong = || format!("{member}.{end} `{text}` is not of the form 2026-01-31 08:00:00.");
        Time::from_local(text).ok_or_else(|| refuse("InvalidParameterValue.DateTime", wrong()))
    };
    Ok(Some((read("Start")?, read("End")?)))
}

fn show(id: &str, event: &Event) -> Value {
    let state = event.state();
    json!({
        "InvokeRequestId": id,
        "InvokeType": event.kind,
        "Qualifier": event.key.version,
        "Status": state.name(),
        "StartTime": event.started.local_milliseconds(),
        "EndTime": state.ended().map(Time::local_milliseconds).unwrap_or_default(),
    })
}

fn no_event(id: &str) -> Refusal {
    let text = format!("There is no event {id}, or it ended more than three days ago.");
    refuse("ResourceNotFound.AsyncEvent", text)
}

/// The event of that id in the account and region of a call.
fn find(call: &Call<'_>, id: &str) -> Result<Event, Refusal> {
    let known = call.cloud.called.events.lock();
    let found = known.events.get(id).filter(|event| {
        event.key.appid == call.account.app_id.to_string() && event.key.region == call.region()
    });
    found.cloned().ok_or_else(|| no_event(id))
}

/// R375.
pub(super) fn status(call: &Call<'_>) -> Answer {
    let id = call.params.str("InvokeRequestId");
    let event = find(call, id)?;
    if !event.traced || !event.is_kept(call.now) {
        return Err(no_event(id));
    }
    let state = event.state();
    Ok(json!({
        "Result": {"Status": state.name(), "StatusCode": state.code(), "InvokeRequestId": id},
    }))
}

/// R377, R379: ends an event and waits for its end, or hands its function a signal.
pub(super) fn terminate(live: Live) -> LiveAnswer {
    Box::pin(async move {
        let (mut state, graceful) = live.read(|call| {
            let (_, key) = async_function(call)?;
            let id = call.params.str("InvokeRequestId");
            let event = find(call, id)?;
            if !log::same_function(&event.key, &key) {
                return Err(no_event(id));
            }
            if event.state() != State::Running {
                let text = format!("Event {id} is {}, not RUNNING.", event.state().name());
                return refused("FailedOperation.AsyncEventStatus", text);
            }
            let graceful = call.params.bool("GraceShutdown").unwrap_or(false);
            if let Some(event) = call.cloud.called.events.lock().events.get_mut(id) {
                event.asked = true;
            }
            event.stopper.ask(if graceful { Stop::Signal } else { Stop::Kill });
            Ok((event.state.subscribe(), graceful))
        })?;
        if !graceful {
            // It is gone for good when its function is deleted meanwhile.
            let _ = state.wait_for(|state| *state != State::Running).await;
        }
        Ok(json!({}))
    })
}
