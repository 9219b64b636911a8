//! Asynchronous life as data: an object says what it becomes and when, and whoever reads it sees
//! the state of that moment. No timer runs.

use std::collections::{BTreeMap, HashMap};
use std::sync::{PoisonError, RwLock};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock::Time;

/// Something that takes time, in milliseconds.
#[derive(Debug)]
pub struct Span {
    /// The name under `/_emulator/transitions`.
    pub name: &'static str,
    fast: i64,
    real: i64,
}

/// A new function, until it is Active.
pub static FUNCTION_CREATE: Span = Span { name: "function.create", fast: 4, real: 3_000 };
/// New code or configuration, until the function is Active again.
pub static FUNCTION_UPDATE: Span = Span { name: "function.update", fast: 4, real: 2_000 };
/// A new version, until it is Active.
pub static FUNCTION_PUBLISH: Span = Span { name: "function.publish", fast: 4, real: 2_000 };
/// A new version of a layer, until it is Active.
pub static LAYER_PUBLISH: Span = Span { name: "layer.publish", fast: 4, real: 2_000 };
/// A function that goes, until it can no longer be read.
pub static FUNCTION_DELETE: Span = Span { name: "function.delete", fast: 4, real: 1_000 };
/// The addresses that a deleted function held in its subnet, until the subnet is free of them.
pub static SUBNET_RELEASE: Span = Span { name: "subnet.release", fast: 4, real: 30_000 };
/// The pause before a failed asynchronous call is tried again.
pub static INVOKE_RETRY: Span = Span { name: "invoke.retry", fast: 4, real: 60_000 };
/// R212, R423: an instance without an event, until it is ended. The product does not say how long.
pub static INSTANCE_IDLE: Span = Span { name: "instance.idle", fast: 300_000, real: 300_000 };
/// R410: a cluster that a namespace is bound to, until functions can run in it.
pub static NAMESPACE_HOST: Span = Span { name: "namespace.host", fast: 4, real: 20_000 };
/// R214: a hundred provisioned instances, until they are ready.
pub static PROVISION: Span = Span { name: "provision.hundred", fast: 4, real: 60_000 };
/// A task of a load balancer, from RUNNING to its end.
pub static CLB_TASK: Span = Span { name: "clb.task", fast: 4, real: 3_000 };

/// A NAT gateway that comes, goes or changes its addresses, until that is done.
pub static NAT_GATEWAY: Span = Span { name: "nat_gateway.change", fast: 4, real: 10_000 };
/// A new file system, until it is available.
pub static FILE_SYSTEM_CREATE: Span = Span { name: "file_system.create", fast: 4, real: 10_000 };
/// A file system that goes, until it can no longer be read.
pub static FILE_SYSTEM_DELETE: Span = Span { name: "file_system.delete", fast: 4, real: 5_000 };
/// A file system that becomes larger, until it is available again.
pub static FILE_SYSTEM_EXPAND: Span = Span { name: "file_system.expand", fast: 4, real: 10_000 };

/// Everything that takes time, in alphabetical order.
pub static SPANS: &[&Span] = &[
    &CLB_TASK,
    &FILE_SYSTEM_CREATE,
    &FILE_SYSTEM_DELETE,
    &FILE_SYSTEM_EXPAND,
    &FUNCTION_CREATE,
    &FUNCTION_DELETE,
    &FUNCTION_PUBLISH,
    &FUNCTION_UPDATE,
    &INSTANCE_IDLE,
    &INVOKE_RETRY,
    &LAYER_PUBLISH,
    &NAMESPACE_HOST,
    &NAT_GATEWAY,
    &PROVISION,
    &SUBNET_RELEASE,
];

/// How long things take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Pace {
    /// A few milliseconds.
    Fast,
    /// As long as the cloud takes.
    Real,
}

/// How long each [`Span`] lasts here.
#[derive(Debug)]
pub struct Transitions {
    pace: Pace,
    changed: RwLock<HashMap<&'static str, i64>>,
}

/// Milliseconds by name of a span; null stands for "for ever".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Durations(pub BTreeMap<String, Option<i64>>);

const FOREVER: i64 = i64::MAX;

impl Transitions {
    /// Every span at its usual length.
    #[must_use]
    pub fn new(pace: Pace) -> Self {
        Self { pace, changed: RwLock::default() }
    }

    /// How long `span` lasts, in milliseconds.
    #[must_use]
    pub fn lasts(&self, span: &Span) -> i64 {
        let changed = self.changed.read().unwrap_or_else(PoisonError::into_inner);
        changed.get(span.name).copied().unwrap_or(match self.pace {
            Pace::Fast => span.fast,
            Pace::Real => span.real,
        })
    }

    /// The length of every span.
    #[must_use]
    pub fn durations(&self) -> Durations {
        let one = |span: &&Span| {
            let ms = self.lasts(span);
            (span.name.to_owned(), (ms != FOREVER).then_some(ms))
        };
        Durations(SPANS.iter().map(one).collect())
    }

    /// Changes the length of the named spans, for what begins from now on.
    ///
    /// # Errors
    /// A sentence, when a name is no span's or a length is negative; then nothing is changed.
    pub fn change(&self, durations: &Durations) -> Result<(), String> {
        let mut valid = Vec::new();
        for (name, ms) in &durations.0 {
            let known = SPANS.iter().find(|span| span.name == name);
            let span = known.ok_or_else(|| format!("there is no transition `{name}`"))?;
            let ms = ms.unwrap_or(FOREVER);
            if ms < 0 {
                return Err(format!("`{name}` cannot last {ms} ms"));
            }
            valid.push((span.name, ms));
        }
        self.changed.write().unwrap_or_else(PoisonError::into_inner).extend(valid);
        Ok(())
    }

    /// Every span at its usual length again.
    pub fn reset(&self) {
        self.changed.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Why something failed, as `StatusReasons` tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// A code, as `InternalError`.
    pub code: String,
    /// A sentence.
    pub message: String,
}

/// A state, and what it becomes by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Life<S> {
    state: S,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    next: Option<Step<S>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Step<S> {
    at: Time,
    to: S,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<Reason>,
}

fn none<S>() -> Option<Step<S>> {
    None
}

impl<S: Copy> Life<S> {
    /// A state that stays.
    #[must_use]
    pub fn steady(state: S) -> Self {
        Self { state, next: None }
    }

    /// `state` until `at`, and `to` from then on, because of `reasons`.
    #[must_use]
    pub fn until(state: S, at: Time, to: S, reasons: Vec<Reason>) -> Self {
        Self { state, next: Some(Step { at, to, reasons }) }
    }

    /// The state at a moment.
    #[must_use]
    pub fn at(&self, now: Time) -> S {
        match &self.next {
            Some(step) if step.at <= now => step.to,
            _ => self.state,
        }
    }

    /// The state that it ends in.
    #[must_use]
    pub fn end(&self) -> S {
        self.next.as_ref().map_or(self.state, |step| step.to)
    }

    /// Why the state of that moment is what it is.
    #[must_use]
    pub fn reasons(&self, now: Time) -> &[Reason] {
        match &self.next {
            Some(step) if step.at <= now => &step.reasons,
            _ => &[],
        }
    }
}

/// The state of an object that is no more, though something of it is still stored.
pub const GONE: &str = "Gone";

/// Whether a stored life, as JSON, has ended in [`GONE`].
#[must_use]
pub fn is_over(life: &serde_json::Value, now: Time) -> bool {
    serde_json::from_value::<Life<String>>(life.clone())
        .is_ok_and(|life| life.next.is_some_and(|step| step.at <= now && step.to == GONE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_is_read_at_a_moment() {
        let why = vec![Reason { code: "InternalError".into(), message: "no luck".into() }];
        let life = Life::until('a', Time(10), 'b', why.clone());
        assert_eq!((life.at(Time(9)), life.reasons(Time(9))), ('a', &[][..]));
        assert_eq!((life.at(Time(10)), life.reasons(Time(10))), ('b', &why[..]));
        let text = serde_json::to_string(&life).unwrap();
        assert_eq!(serde_json::from_str::<Life<char>>(&text).unwrap(), life);
    }

    #[test]
    fn a_stored_life_tells_that_it_is_over() {
        let life =
            serde_json::to_value(Life::until("Deleting", Time(10), GONE, Vec::new())).unwrap();
        assert!(is_over(&life, Time(10)) && !is_over(&life, Time(9)));
        assert!(!is_over(&serde_json::Value::Null, Time(10)));
    }

    #[test]
    fn durations_change_by_name_or_not_at_all() {
        let transitions = Transitions::new(Pace::Fast);
        let change = |text: &str| transitions.change(&serde_json::from_str(text).unwrap());
        change(r#"{"function.create": null, "clb.task": 0}"#).unwrap();
        assert_eq!(transitions.lasts(&FUNCTION_CREATE), FOREVER);
        assert_eq!(transitions.lasts(&CLB_TASK), 0);
        assert!(change(r#"{"clb.task": 5, "clb.tsak": 1}"#).is_err());
        assert_eq!(transitions.durations().0["clb.task"], Some(0));
        assert_eq!(transitions.durations().0["function.create"], None);
        transitions.reset();
        assert_eq!(transitions.lasts(&CLB_TASK), 4);
    }
}
