//! What functions wrote into topics. It is kept as it came; a search makes lines of it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::platform::DOUBLE;
use crate::clock::Time;
use crate::runtime::{FunctionKey, Outcome};

/// How much of a topic is kept in memory: calls, and bytes of what they wrote.
const KEPT: usize = 5000;
const KEPT_BYTES: usize = 32 << 20;

/// One call whose log a topic has.
#[derive(Debug)]
pub struct Written {
    /// Which version ran.
    pub key: FunctionKey,
    /// When the call started.
    pub started: Time,
    /// Tries before this one.
    pub retry: u32,
    /// What came of it, with its log.
    pub outcome: Outcome,
}

/// What every topic has, by its id.
#[derive(Debug, Default)]
pub struct Logs(Mutex<HashMap<String, Kept>>);

#[derive(Debug, Default)]
struct Kept {
    calls: VecDeque<Arc<Written>>,
    bytes: usize,
}

impl Logs {
    /// Writes the log of a call into a topic.
    pub fn add(&self, topic: &str, written: Written) {
        let mut all = self.lock();
        let kept = all.entry(topic.to_owned()).or_default();
        kept.bytes += written.outcome.log.len();
        kept.calls.push_back(Arc::new(written));
        while kept.calls.len() > KEPT || kept.bytes > KEPT_BYTES {
            let Some(oldest) = kept.calls.pop_front() else { return };
            kept.bytes -= oldest.outcome.log.len();
        }
    }

    /// Forgets a topic that goes.
    pub fn forget(&self, topic: &str) {
        self.lock().remove(topic);
    }

    /// What a topic has, the oldest first.
    pub(super) fn of(&self, topic: &str) -> Vec<Arc<Written>> {
        let all = self.lock();
        all.get(topic).map(|kept| kept.calls.iter().cloned().collect()).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Written {
    /// Each line with the fields of a function's log (R202 to R204).
    pub(super) fn lines(&self) -> impl Iterator<Item = Value> + '_ {
        let (outcome, started) = (&self.outcome, self.started.milliseconds());
        // In MB, as a fraction; a u32 of KB reaches 4 TB.
        let kilobytes = u32::try_from(outcome.memory_bytes >> 10).unwrap_or(u32::MAX);
        // In nanoseconds, so that lines of one millisecond keep their order.
        let times = (started * 1_000_000)..;
        outcome.log.lines().zip(times).map(move |(line, time)| {
            let kind = platform_line(line, &outcome.request_id);
            let mut fields = json!({
                "SCF_FunctionName": self.key.function,
                "SCF_Namespace": self.key.namespace,
                "SCF_RequestId": outcome.request_id,
                "SCF_Alias": "",
                "SCF_Qualifier": self.key.version,
                "SCF_Level": if kind == Some("ERROR") { "ERROR" } else { "INFO" },
                "SCF_Message": line,
                "SCF_Type": if kind.is_some() { "Platform" } else { "Custom" },
                "SCF_StartTime": started,
                "SCF_LogTime": time,
                "SCF_StatusCode": outcome.status.code(),
                "SCF_RetryNum": self.retry,
            });
            fields["SCF_Duration"] = json!(whole(outcome.duration_ms));
            fields[DOUBLE] = json!(f64::from(kilobytes) / 1024.0);
            fields
        })
    }
}

/// The first words of a line that the platform wrote about the request.
fn platform_line<'l>(line: &'l str, request_id: &str) -> Option<&'l str> {
    let (kind, rest) = line.split_once(" RequestId: ")?;
    let known = ["START", "Init Report", "ERROR", "Response", "END", "Report"];
    (known.contains(&kind) && rest.starts_with(request_id)).then_some(kind)
}

/// Milliseconds without their fraction.
fn whole(ms: f64) -> i64 {
    format!("{ms:.0}").parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_platform_name_the_request() {
        assert_eq!(platform_line("START RequestId: id", "id"), Some("START"));
        assert_eq!(platform_line("START RequestId: other", "id"), None);
        assert_eq!(platform_line("hello", "id"), None);
        assert_eq!((whole(1.6), whole(0.0)), (2, 0));
    }
}
