//! How busy published versions are, and were: what provisioned concurrency of the dynamic type follows.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::{LATEST, function};
use crate::clock::Time;
use crate::cloud::Cloud;
use crate::runtime::{FunctionKey, FunctionSpec};
use crate::store::Scope;

/// R252: how long a period lasts that is looked at as a whole, in milliseconds.
pub(super) const PERIOD_MS: i64 = 10_000;
/// How many periods with calls are remembered of a version: a day of them.
const KEPT: usize = 8640;

/// How many broken instances are remembered of a version.
const BROKEN_KEPT: usize = 1000;

/// The calls of all versions.
#[derive(Debug, Default)]
pub struct Loads(Mutex<HashMap<String, Load>>);

/// The calls of one version.
#[derive(Debug, Clone, Default)]
pub(super) struct Load {
    running: i64,
    /// The periods in which a call began or ended, the oldest first.
    periods: Vec<Period>,
    /// When instances broke, the oldest first.
    broken: VecDeque<Time>,
}

#[derive(Debug, Clone, Copy)]
struct Period {
    number: i64,
    /// How many calls ran at a time, at most.
    peak: i64,
    /// How many ran at its end.
    rest: i64,
}

/// The period of a moment.
pub(super) fn period(time: Time) -> i64 {
    time.0.div_euclid(PERIOD_MS)
}

impl Load {
    /// R236: how many instances broke within the last `milliseconds`.
    pub(super) fn broken(&self, milliseconds: i64, now: Time) -> i64 {
        let recent = self.broken.iter().filter(|at| at.plus(milliseconds) > now);
        i64::try_from(recent.count()).unwrap_or(i64::MAX)
    }

    /// How many calls ran at a time in a period, at most.
    pub(super) fn peak(&self, number: i64) -> i64 {
        let before = self.periods.partition_point(|period| period.number <= number);
        match before.checked_sub(1).map(|last| self.periods[last]) {
            Some(period) if period.number == number => period.peak,
            Some(period) => period.rest,
            None => 0,
        }
    }

    fn change(&mut self, by: i64, now: Time) {
        let number = period(now);
        let before = self.running;
        self.running += by;
        match self.periods.last_mut() {
            // A clock that was reset goes back; what is not over yet goes on.
            Some(last) if last.number >= number => {
                last.peak = last.peak.max(self.running);
                last.rest = self.running;
            }
            _ => {
                if self.periods.len() == KEPT {
                    self.periods.remove(0);
                }
                let peak = before.max(self.running);
                self.periods.push(Period { number, peak, rest: self.running });
            }
        }
    }
}

/// A call that runs, until this is dropped.
pub(super) struct Running {
    cloud: Weak<Cloud>,
    spec: Arc<FunctionSpec>,
    key: Option<String>,
}

impl Running {
    /// Counts a call of a version.
    pub(super) fn begin(cloud: &Arc<Cloud>, spec: &Arc<FunctionSpec>) -> Self {
        cloud.figures.runs(spec, 1.0, cloud.clock.now());
        let key = published(spec);
        if let Some(key) = &key {
            let mut loads = cloud.called.loads.lock();
            loads.entry(key.clone()).or_default().change(1, cloud.clock.now());
        }
        Self { cloud: Arc::downgrade(cloud), spec: Arc::clone(spec), key }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let Some(cloud) = self.cloud.upgrade() else { return };
        cloud.figures.runs(&self.spec, -1.0, cloud.clock.now());
        let Some(key) = &self.key else { return };
        if let Some(load) = cloud.called.loads.lock().get_mut(key) {
            load.change(-1, cloud.clock.now());
        }
    }
}

impl Loads {
    /// Notes that an instance of a version broke.
    pub(super) fn broke(&self, spec: &FunctionSpec, at: Time) {
        let Some(key) = published(spec) else { return };
        let mut loads = self.lock();
        let broken = &mut loads.entry(key).or_default().broken;
        if broken.len() == BROKEN_KEPT {
            broken.pop_front();
        }
        broken.push_back(at);
    }

    /// The calls of a version, `NAMESPACE/FUNCTION/VERSION`.
    pub(super) fn of(&self, here: &Scope<'_>, version: &str) -> Load {
        let key = key(here.account(), here.region(), version);
        self.lock().get(&key).cloned().unwrap_or_default()
    }

    /// Forgets the versions that no call runs of, of one account or of all.
    pub(super) fn clear(&self, uin: Option<&str>) {
        let of_others = |key: &str| uin.is_some_and(|uin| key.split('/').next() != Some(uin));
        self.lock().retain(|key, load| of_others(key) || load.running > 0);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Load>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The key of a version; `$LATEST` has none, as it never has provisioned instances (R233).
fn published(spec: &FunctionSpec) -> Option<String> {
    let FunctionKey { region, namespace, function, version, .. } = &spec.key;
    let id = function::id(namespace, function);
    (version != LATEST).then(|| key(&spec.uin, region, &format!("{id}/{version}")))
}

fn key(uin: &str, region: &str, version: &str) -> String {
    format!("{uin}/{region}/{version}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_without_a_change_is_as_busy_as_the_last_one_ended() {
        let mut load = Load::default();
        for (by, second) in [(1, 0), (1, 5), (-1, 6), (-1, 35)] {
            load.change(by, Time(second * 1000));
        }
        let peaks: Vec<_> = (-1..5).map(|number| load.peak(number)).collect();
        assert_eq!(peaks, [0, 2, 1, 1, 1, 0]);
    }
}
