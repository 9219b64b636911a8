//! Provisioned concurrency: instances of a version that are started before they are needed.
//!
//! Nothing runs in between: a record says what was asked for and when, and whoever reads it sees how
//! far the cloud has come by then.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::function::{self, Status};
use super::tracking::{Step, Tracking};
use super::{LATEST, namespace_of, total, version};
use crate::call::Call;
use crate::clock::Time;
use crate::cron::Cron;
use crate::params::Params;
use crate::quotas;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::store::{Record, Scope, StoreError};
use crate::transitions::{Life, PROVISION};

/// What is provisioned of a version.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Provisioned {
    memory_mb: i64,
    /// How many were ready when this was asked for.
    from: i64,
    number: i64,
    asked: Time,
    /// How long a hundred instances take, in milliseconds.
    pace: i64,
    life: Life<Scaling>,
    tracking: Option<Tracking>,
    actions: Vec<Action>,
    /// R241: it was deleted, and its instances go.
    deleted: bool,
}

impl Record for Provisioned {
    const KIND: &'static str = "scf.provisioned";
}

/// How far a change has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Scaling {
    InProgress,
    Done,
    Failed,
}

/// A timed change.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Action {
    name: String,
    number: i64,
    cron: String,
}

/// One way from a number of instances to another.
struct Way {
    from: i64,
    to: i64,
    began: Time,
    lasts: i64,
}

/// R214: so many instances are ready when a [`PROVISION`] span has passed.
const AT_A_TIME: i64 = 100;

/// How long it takes to get from one number of instances to another, in milliseconds.
fn lasts(pace: i64, from: i64, to: i64) -> i64 {
    pace.saturating_mul((to - from).abs()) / AT_A_TIME
}

impl Way {
    fn is_done(&self, now: Time) -> bool {
        now.0 - self.began.0 >= self.lasts
    }

    /// How many instances are ready.
    fn ready(&self, now: Time) -> i64 {
        if self.is_done(now) {
            return self.to;
        }
        let gone = i128::from(now.0 - self.began.0);
        let part = i128::from(self.to - self.from) * gone / i128::from(self.lasts);
        self.from + i64::try_from(part).unwrap_or_default()
    }
}

impl Provisioned {
    /// The way that began last: that of a change that the load made, of a timed change (R245, R246),
    /// or of the configuration itself. `key` is where this is stored.
    fn way(&self, call: &Call<'_>, key: &str) -> Way {
        let now = call.now;
        if let Some(Step { from, to, at: began }) = self.last_step(call, key) {
            return Way { from, to, began, lasts: lasts(self.pace, from, to) };
        }
        let Some((began, to)) = self.last_action(now) else {
            let lasts = lasts(self.pace, self.from, self.number);
            return Way { from: self.from, to: self.number, began: self.asked, lasts };
        };
        let from = self.last_action(began.plus(-1)).map_or(self.number, |(_, number)| number);
        Way { from, to, began, lasts: lasts(self.pace, from, to) }
    }

    fn last_step(&self, call: &Call<'_>, key: &str) -> Option<Step> {
        let tracking = self.tracking.as_ref().filter(|_| !self.deleted)?;
        let load = call.cloud.called.loads.of(&call.store, key);
        tracking.last_step(&load, self.asked, self.number, call.now)
    }

    /// When the last timed change happened, and to which number; of two at a moment the later one in
    /// the list.
    fn last_action(&self, now: Time) -> Option<(Time, i64)> {
        let happened = self.actions.iter().filter_map(|action| {
            let cron = Cron::read(&action.cron).ok()?;
            Some((cron.last(self.asked, now)?, action.number))
        });
        happened.max_by_key(|(time, _)| *time)
    }

    fn scaling(&self, now: Time, way: &Way) -> Scaling {
        match self.life.at(now) {
            Scaling::Done if !way.is_done(now) => Scaling::InProgress,
            scaling => scaling,
        }
    }

    /// Whether the last of its instances has gone after it was deleted.
    fn is_gone(&self, now: Time) -> bool {
        self.deleted && self.life.at(now) != Scaling::InProgress
    }

    fn show(&self, call: &Call<'_>, key: &str, qualifier: &str) -> Value {
        let (now, way) = (call.now, self.way(call, key));
        let scaling = self.scaling(now, &way);
        let reasons = self.life.reasons(now).iter().map(|reason| reason.message.as_str());
        let started = if scaling == Scaling::Failed { self.from } else { way.ready(now) };
        // R236: those that broke are missing until they are replaced.
        let load = call.cloud.called.loads.of(&call.store, key);
        let ready = (started - load.broken(lasts(self.pace, 0, 1), now)).max(0);
        let actions: Vec<_> = self.actions.iter().map(Action::show).collect();
        json!({
            "Qualifier": qualifier,
            "AllocatedProvisionedConcurrencyNum": way.to,
            "AvailableProvisionedConcurrencyNum": ready,
            "Status": match scaling {
                Scaling::InProgress => "InProgress",
                Scaling::Done => "Done",
                Scaling::Failed => "Failed",
            },
            "StatusReason": reasons.collect::<Vec<_>>().join(" "),
            "TriggerActions": actions,
        })
    }
}

impl Action {
    fn show(&self) -> Value {
        json!({
            "TriggerName": self.name,
            "TriggerProvisionedConcurrencyNum": self.number,
            "TriggerCronConfig": self.cron,
            "ProvisionedType": "Default",
        })
    }
}

fn key(id: &str, version: &str) -> String {
    format!("{id}/{version}")
}

/// What is provisioned under a prefix of keys and not gone.
fn all(
    here: &Scope<'_>,
    prefix: &str,
    now: Time,
) -> Result<Vec<(String, Provisioned)>, StoreError> {
    let mut found = here.scan::<Provisioned>(prefix)?;
    found.retain(|(_, provisioned)| !provisioned.is_gone(now));
    Ok(found)
}

/// The memory of what is provisioned under a prefix of keys, in MB.
///
/// # Errors
/// When the store fails.
pub(super) fn sum(call: &Call<'_>, prefix: &str) -> Result<i64, StoreError> {
    let found = all(&call.store, prefix, call.now)?.into_iter();
    Ok(found.map(|(key, p)| p.memory_mb * p.way(call, &key).to).sum())
}

/// Forgets what is provisioned of one version of a function, or of all.
pub(super) fn forget(here: &Scope<'_>, id: &str, version: Option<&str>) -> Result<(), StoreError> {
    for (found, _) in here.scan::<Provisioned>(&key(id, ""))? {
        if version.is_none_or(|version| found == key(id, version)) {
            here.remove::<Provisioned>(&found)?;
        }
    }
    Ok(())
}

pub(super) fn put(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let (key, memory_mb) = target(call)?;
    let actions = actions(call)?;
    let tracking = tracking(call, memory_mb)?;
    let before = call.store.get::<Provisioned>(&key)?.filter(|before| !before.is_gone(call.now));
    let ways = before.as_ref().map(|before| before.way(call, &key));
    if let (Some(before), Some(way)) = (&before, &ways)
        && before.scaling(call.now, way) == Scaling::InProgress
    {
        return Err(in_progress(p));
    }
    let own = ways.as_ref().map_or(0, |way| way.to * memory_mb);
    let from = ways.map_or(0, |way| way.ready(call.now));
    let number = match &tracking {
        Some(tracking) => tracking.first(from),
        None => p.int("VersionProvisionedConcurrencyNum").unwrap_or_default(),
    };
    if number < 0 {
        let text = format!("VersionProvisionedConcurrencyNum {number} must not be negative.");
        return refused("InvalidParameterValue", text);
    }
    must_fit(call, number.saturating_mul(memory_mb), own)?;
    let (pace, life) = scale(call, from, number);
    let provisioned = Provisioned {
        memory_mb,
        from,
        number,
        asked: call.now,
        pace,
        life,
        tracking,
        actions,
        deleted: false,
    };
    call.store.put(&key, &provisioned)?;
    Ok(json!({}))
}

/// The pace of this moment, and how it goes on from one number of instances to another.
fn scale(call: &Call<'_>, from: i64, to: i64) -> (i64, Life<Scaling>) {
    let pace = call.cloud.transitions.lasts(&PROVISION);
    let ms = lasts(pace, from, to);
    (pace, call.life_for(ms, Scaling::InProgress, Scaling::Done, Scaling::Failed))
}

/// R240.
fn in_progress(p: &Params<'_>) -> Refusal {
    let text = format!(
        "The provisioned concurrency of version {} of {} is still changing.",
        p.str("Qualifier"),
        p.str("FunctionName")
    );
    refuse("FailedOperation.ProvisionedInProgress", text)
}

/// R233, R234: where what is provisioned of the version is stored, and the version's memory.
fn target(call: &Call<'_>) -> Result<(String, i64), Refusal> {
    let p = &call.params;
    let (name, qualifier) = (p.str("FunctionName"), p.str("Qualifier"));
    function::of_call(call)?;
    if qualifier == LATEST {
        let text = "Concurrency is provisioned for a published version, never for $LATEST.";
        return refused("InvalidParameterValue.Qualifier", text);
    }
    let id = function::id(namespace_of(p), name);
    let Some((_, version)) = version::find(&call.store, &id, qualifier)? else {
        return Err(function::no_version(name, qualifier));
    };
    if version.life.at(call.now) != Status::Active {
        let text = format!("Version {qualifier} of {name} is not Active yet.");
        return refused("FailedOperation.FunctionVersionStatusNotActive", text);
    }
    Ok((key(&id, qualifier), version.revision.memory))
}

/// R237: what is provisioned in a region fits into the account's concurrency.
fn must_fit(call: &Call<'_>, wanted: i64, own: i64) -> Result<(), Refusal> {
    let limit = total::of(call.cloud, &call.store)?;
    let others = sum(call, "")? - own;
    if wanted <= limit - others {
        return Ok(());
    }
    let text = format!(
        "{wanted} MB cannot be provisioned: {others} MB of the account's {limit} MB are already."
    );
    refused("FailedOperation.ProvisionedExceedAvailable", text)
}

/// R242, R249, R250: the dynamic type.
fn tracking(call: &Call<'_>, memory_mb: i64) -> Result<Option<Tracking>, Refusal> {
    let p = &call.params;
    match p.str("ProvisionedType") {
        "" | "Default" => return Ok(None),
        "ConcurrencyUtilizationTracking" => {}
        other => {
            let text = format!(
                "ProvisionedType `{other}` must be Default or ConcurrencyUtilizationTracking."
            );
            return refused("InvalidParameterValue.ProvisionType", text);
        }
    }
    let target = p.float("TrackingTarget").unwrap_or_default();
    let from_zero = call.cloud.readings.now().utilization_from_zero;
    if !((target > 0.0 || from_zero && target == 0.0) && target < 1.0) {
        let text = format!("TrackingTarget is {target}; it must lie between 0 and 1.");
        return refused("InvalidParameterValue.TrackingTarget", text);
    }
    let (least, most) = (p.int("MinCapacity").unwrap_or(1), p.int("MaxCapacity").unwrap_or(1));
    if least < 1 || least > most {
        let text = format!("MinCapacity {least} must be 1 to MaxCapacity, which is {most}.");
        return refused("InvalidParameterValue.MinCapacity", text);
    }
    let limit = total::of(call.cloud, &call.store)?;
    if most.saturating_mul(memory_mb) > limit {
        let text = format!("{most} instances need more than the account's {limit} MB.");
        return refused("LimitExceeded.MaxCapacity", text);
    }
    Ok(Some(Tracking { target, least, most }))
}

/// R243, R244: the timed changes of a call, each with a name and a time of its own.
fn actions(call: &Call<'_>) -> Result<Vec<Action>, Refusal> {
    let sent = call.params.objects("TriggerActions");
    call.within(&quotas::TIMED_ACTIONS, sent.len(), "take one away")?;
    let mut actions: Vec<Action> = Vec::new();
    for p in sent {
        let action = Action {
            name: p.str("TriggerName").to_owned(),
            number: p.int("TriggerProvisionedConcurrencyNum").unwrap_or_default(),
            cron: p.str("TriggerCronConfig").to_owned(),
        };
        if let Err(text) = Cron::read(&action.cron) {
            return refused("InvalidParameterValue.TriggerCronConfig", text);
        }
        if !["", "Default"].contains(&p.str("ProvisionedType")) {
            let text = "The ProvisionedType of a timed change must be Default.";
            return refused("InvalidParameterValue.ProvisionType", text);
        }
        if action.number < 0 {
            let text = format!("{} asks for {} instances.", action.name, action.number);
            return refused("InvalidParameterValue.TriggerProvisionedConcurrencyNum", text);
        }
        if actions.iter().any(|other| other.name == action.name) {
            let text = format!("Two timed changes are called {}.", action.name);
            return refused("InvalidParameterValue.ProvisionTriggerNameDuplicate", text);
        }
        if actions.iter().any(|other| other.cron == action.cron) {
            let text = format!("Two timed changes happen at `{}`.", action.cron);
            return refused("InvalidParameterValue.ProvisionTriggerCronConfigDuplicate", text);
        }
        actions.push(action);
    }
    Ok(actions)
}

pub(super) fn get(call: &Call<'_>) -> Answer {
    let p = &call.params;
    function::of_call(call)?;
    let id = function::id(namespace_of(p), p.str("FunctionName"));
    let mut found = all(&call.store, &key(&id, ""), call.now)?;
    if let Some(qualifier) = p.text("Qualifier").filter(|qualifier| !qualifier.is_empty()) {
        if version::find(&call.store, &id, qualifier)?.is_none() {
            return Err(function::no_version(p.str("FunctionName"), qualifier));
        }
        found.retain(|(other, _)| *other == key(&id, qualifier));
    }
    let version = |key: &str| key[id.len() + 1..].to_owned();
    found.sort_by_key(|(key, _)| version(key).parse::<u64>().unwrap_or_default());
    let shown: Vec<_> = found.iter().map(|(key, p)| p.show(call, key, &version(key))).collect();
    let memory = function::of_call(call)?.running(call.now).memory;
    let free = total::of(call.cloud, &call.store)? - sum(call, "")?;
    Ok(json!({"UnallocatedConcurrencyNum": free.max(0) / memory, "Allocated": shown}))
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let (key, _) = target(call)?;
    let Some(before) = call.store.get::<Provisioned>(&key)? else { return Ok(json!({})) };
    if before.deleted {
        return Ok(json!({}));
    }
    let way = before.way(call, &key);
    if before.scaling(call.now, &way) == Scaling::InProgress {
        return Err(in_progress(&call.params));
    }
    let from = way.ready(call.now);
    let (pace, life) = scale(call, from, 0);
    let after = Provisioned {
        from,
        number: 0,
        asked: call.now,
        pace,
        life,
        actions: Vec::new(),
        deleted: true,
        ..before
    };
    call.store.put(&key, &after)?;
    Ok(json!({}))
}
