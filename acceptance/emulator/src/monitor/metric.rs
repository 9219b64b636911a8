//! The metrics of functions, by the names under which the monitor has them.

use super::figures::Tally;

/// A metric of functions.
#[derive(Debug)]
pub struct Metric {
    /// As the monitor spells it.
    pub name: &'static str,
    /// The unit.
    pub unit: &'static str,
    /// How several minutes become one number.
    pub statistic: &'static str,
    /// What it tells.
    pub meaning: &'static str,
    /// R323: whether regions have it, too, and not functions only.
    pub of_regions: bool,
    /// The number.
    pub value: fn(&Tally) -> f64,
}

/// A part of a whole; nothing of nothing.
fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

macro_rules! metrics {
    ($($name:literal $unit:literal $statistic:literal $meaning:literal $of_regions:literal $value:expr;)*) => {
        /// Every metric of functions.
        pub const METRICS: &[Metric] = &[$(Metric {
            name: $name,
            unit: $unit,
            statistic: $statistic,
            meaning: $meaning,
            of_regions: $of_regions,
            value: $value,
        }),*];
    };
}

metrics! {
    "Duration" "ms" "avg" "How long calls run." true |t| share(t.duration, t.ran);
    "Invocation" "Count" "sum" "How many calls there are." true |t| t.invocations;
    "Error" "Count" "sum" "How many calls run and fail." true |t| t.errors;
    "ConcurrentExecutions" "Count" "max" "How many calls run at one time." true |t| t.peak;
    "Throttle" "Count" "sum" "How many calls find no room." true |t| t.throttles;
    "Mem" "MB" "max" "The memory that a call takes." false |t| t.memory;
    "MemDuration" "MB*ms" "sum" "Memory by time." false |t| t.memory_duration;
    "OutFlow" "KB" "sum" "What functions send to the Internet, over TCP." false |t| t.sent;
    "Syserr" "Count" "sum" "Calls that fail by the platform's fault, 5xx." false |t| t.system;
    "Http2xx" "Count" "sum" "Calls that succeed." false |t| t.http_2xx;
    "Http4xx" "Count" "sum" "Calls that fail by the function's fault." false |t| t.http_4xx;
    "Http432" "Count" "sum" "Calls over the concurrency." false |t| t.http_432;
    "Http433" "Count" "sum" "Calls over the time limit." false |t| t.http_433;
    "Http434" "Count" "sum" "Calls over the memory limit." false |t| t.http_434;
    "ConfigMem" "MB" "max" "The memory that is configured." false |t| t.configured;
    "FunctionErrorPercentage" "%" "avg" "Calls that fail by the function's fault." false
        |t| 100.0 * share(t.errors - t.system, t.invocations);
    "ServerErrorPercentage" "%" "avg" "Calls that fail by the platform's fault." false
        |t| 100.0 * share(t.system, t.invocations);
}

/// The metric of a name, which may be spelt as `Http2xx` or as `http_2xx`.
#[must_use]
pub fn find(name: &str) -> Option<&'static Metric> {
    let plain = |name: &str| name.replace('_', "").to_ascii_lowercase();
    METRICS.iter().find(|metric| plain(metric.name) == plain(name))
}
