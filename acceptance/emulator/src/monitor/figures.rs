//! What calls of functions add up to, minute by minute: of each version, of each function, and of
//! each region (R323 to R325).

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::Time;
use crate::runtime::{FunctionSpec, Outcome, Status};

/// R326: the finest granularity, in milliseconds.
pub const MINUTE_MS: i64 = 60_000;
/// How many minutes with calls are kept of a series: a day of them.
const KEPT: usize = 1440;

/// Whose calls add up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Series {
    /// The account's UIN.
    pub uin: String,
    /// The region.
    pub region: String,
    /// `NAMESPACE/FUNCTION`; empty for all functions of the region.
    pub function: String,
    /// The version; empty for all of them.
    pub version: String,
}

/// What calls add up to in a minute, or in several.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tally {
    /// Calls that ended.
    pub invocations: f64,
    /// Calls that ran.
    pub ran: f64,
    /// Calls that ran and failed, by the function's fault (4xx) or the platform's (5xx).
    pub errors: f64,
    /// Calls that found no room.
    pub throttles: f64,
    /// Milliseconds of all that ran.
    pub duration: f64,
    /// The most memory that one took, in MB.
    pub memory: f64,
    /// Memory by time of all, in MB·ms.
    pub memory_duration: f64,
    /// What was sent to the Internet, in KB.
    pub sent: f64,
    /// The memory that is configured, in MB.
    pub configured: f64,
    /// How many ran at one time, at most.
    pub peak: f64,
    /// Calls that ended with 2xx.
    pub http_2xx: f64,
    /// R189: calls that ended with 4xx, by the user's fault.
    pub http_4xx: f64,
    /// Calls over the concurrency.
    pub http_432: f64,
    /// Calls over the time limit.
    pub http_433: f64,
    /// Calls over the memory limit.
    pub http_434: f64,
    /// R189: calls that ended with 5xx, by the platform's fault.
    pub system: f64,
}

impl Tally {
    fn of(outcome: &Outcome, configured_mb: u32) -> Self {
        let count = |is: bool| f64::from(u8::from(is));
        let (status, code) = (outcome.status, outcome.status.code());
        let throttled = matches!(status, Status::ConcurrencyExceeded | Status::StartRateExceeded);
        // In MB, as a fraction; a u32 of KB reaches 4 TB.
        let number = |number: u64| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
        let memory = number(outcome.memory_bytes >> 10) / 1024.0;
        Self {
            invocations: 1.0,
            ran: count(!throttled),
            errors: count(!throttled && code >= 400),
            throttles: count(throttled),
            duration: outcome.duration_ms,
            memory,
            memory_duration: memory * outcome.duration_ms,
            // A call rarely sends 4 GB, and often less than one KB.
            sent: number(outcome.sent_bytes) / 1024.0,
            configured: f64::from(configured_mb),
            peak: 0.0,
            http_2xx: count((200..300).contains(&code)),
            http_4xx: count((400..500).contains(&code)),
            http_432: count(code == 432),
            http_433: count(code == 433),
            http_434: count(code == 434),
            system: count(code >= 500),
        }
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            invocations: self.invocations + other.invocations,
            ran: self.ran + other.ran,
            errors: self.errors + other.errors,
            throttles: self.throttles + other.throttles,
            duration: self.duration + other.duration,
            memory: self.memory.max(other.memory),
            memory_duration: self.memory_duration + other.memory_duration,
            sent: self.sent + other.sent,
            configured: self.configured.max(other.configured),
            peak: self.peak.max(other.peak),
            http_2xx: self.http_2xx + other.http_2xx,
            http_4xx: self.http_4xx + other.http_4xx,
            http_432: self.http_432 + other.http_432,
            http_433: self.http_433 + other.http_433,
            http_434: self.http_434 + other.http_434,
            system: self.system + other.system,
        }
    }
}

/// What is known of one series.
#[derive(Debug, Clone, Default)]
struct Course {
    running: f64,
    /// The minutes in which a call began or ended, the oldest first.
    minutes: VecDeque<Minute>,
}

#[derive(Debug, Clone, Copy)]
struct Minute {
    number: i64,
    tally: Tally,
    /// How many ran at its end.
    rest: f64,
}

impl Course {
    fn minute(&mut self, now: Time) -> &mut Minute {
        let number = now.0.div_euclid(MINUTE_MS);
        // A clock that was reset goes back; what is not over yet goes on.
        if self.minutes.back().is_none_or(|last| last.number < number) {
            if self.minutes.len() == KEPT {
                self.minutes.pop_front();
            }
            let tally = Tally { peak: self.running, ..Tally::default() };
            self.minutes.push_back(Minute { number, tally, rest: self.running });
        }
        let last = self.minutes.len() - 1;
        &mut self.minutes[last]
    }

    fn change(&mut self, by: f64, now: Time) {
        self.minute(now);
        self.running += by;
        let running = self.running;
        let minute = self.minute(now);
        minute.rest = running;
        minute.tally.peak = minute.tally.peak.max(running);
    }

    /// What a minute adds up to. In one in which no call began or ended, as many run as before.
    fn tally(&self, number: i64) -> Tally {
        let after = self.minutes.partition_point(|minute| minute.number <= number);
        match after.checked_sub(1).map(|last| self.minutes[last]) {
            Some(minute) if minute.number == number => minute.tally,
            Some(minute) => Tally { peak: minute.rest, ..Tally::default() },
            None => Tally::default(),
        }
    }
}

/// What the calls of all accounts add up to.
#[derive(Debug, Default)]
pub struct Figures(Mutex<HashMap<Series, Course>>);

/// The series in which a call of a version counts.
fn series(spec: &FunctionSpec) -> [Series; 3] {
    let key = &spec.key;
    let function = format!("{}/{}", key.namespace, key.function);
    let series = |function: &str, version: &str| Series {
        uin: spec.uin.clone(),
        region: key.region.clone(),
        function: function.to_owned(),
        version: version.to_owned(),
    };
    [series("", ""), series(&function, ""), series(&function, &key.version)]
}

impl Figures {
    /// Counts a call that begins (1) or ends (-1).
    pub fn runs(&self, spec: &FunctionSpec, by: f64, now: Time) {
        let mut all = self.lock();
        for series in series(spec) {
            all.entry(series).or_default().change(by, now);
        }
    }

    /// Counts how a call went.
    pub fn ended(&self, spec: &FunctionSpec, outcome: &Outcome, now: Time) {
        let tally = Tally::of(outcome, spec.memory_mb);
        let mut all = self.lock();
        for series in series(spec) {
            let minute = all.entry(series).or_default().minute(now);
            minute.tally = minute.tally.and(tally);
        }
    }

    /// What so many minutes from that one on add up to; `None` when nobody ever called.
    #[must_use]
    pub fn of(&self, series: &Series, first: i64, count: i64) -> Option<Tally> {
        let all = self.lock();
        let course = all.get(series)?;
        let minutes = (first..first + count).map(|number| course.tally(number));
        Some(minutes.fold(Tally::default(), Tally::and))
    }

    /// Every function that was called, with what all kept minutes that are over add up to.
    #[must_use]
    pub fn functions(&self, now: Time) -> Vec<(Series, Tally)> {
        let all = self.lock();
        let functions =
            all.iter().filter(|(of, _)| !of.function.is_empty() && of.version.is_empty());
        let over = |course: &Course| {
            let current = now.0.div_euclid(MINUTE_MS);
            let over = course.minutes.iter().filter(|minute| minute.number < current);
            over.fold(Tally::default(), |sum, minute| sum.and(minute.tally))
        };
        functions.map(|(of, course)| (of.clone(), over(course))).collect()
    }

    /// Forgets the calls of one account or of all; what runs goes on being counted.
    pub fn clear(&self, uin: Option<&str>) {
        let mut all = self.lock();
        for (series, course) in all.iter_mut() {
            if uin.is_none_or(|uin| uin == series.uin) {
                course.minutes.clear();
            }
        }
        all.retain(|_, course| course.running > 0.0 || !course.minutes.is_empty());
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Series, Course>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_runs_on_counts_in_the_minutes_between() {
        let mut course = Course::default();
        for (by, second) in [(1.0, 10), (1.0, 50), (-1.0, 200), (-1.0, 230)] {
            course.change(by, Time(second * 1000));
        }
        let peaks: Vec<_> = (0..5).map(|number| course.tally(number).peak).collect();
        assert_eq!(peaks, [2.0, 2.0, 2.0, 2.0, 0.0]);
    }

    #[test]
    fn a_day_of_minutes_with_calls_is_kept() {
        let mut course = Course::default();
        let minutes = i64::try_from(KEPT).unwrap() + 2;
        for number in 0..minutes {
            course.minute(Time(number * MINUTE_MS)).tally.invocations = 1.0;
        }
        let calls = |number| course.tally(number).invocations;
        assert_eq!(course.minutes.len(), KEPT);
        assert_eq!((calls(1), calls(2), calls(minutes - 1)), (0.0, 1.0, 1.0));
    }
}
