//! What functions wrote into topics. It is kept as it came; a search makes lines of it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::platform::DOUBLE;
use crate::clock::Time;
use crate::cloud::Cloud;
use crate::runtime::{FunctionKey, Outcome};
use crate::scf::trigger::topic::{self, Line, Topic};

/// How much of a topic is kept in memory: calls, and bytes of what they wrote.
const KEPT: usize = 5000;
const KEPT_BYTES: usize = 32 << 20;

/// What was written into a topic at one time.
#[derive(Debug, Serialize, Deserialize)]
pub struct Written {
    /// When the call started, or the lines came.
    pub(super) started: Time,
    from: Source,
}

/// Who wrote it.
#[derive(Debug, Serialize, Deserialize)]
enum Source {
    /// A call of a function.
    Call(Box<Ran>),
    /// Somebody outside of the local cloud.
    Outside(Vec<String>),
}

/// A call, as far as its log tells.
#[derive(Debug, Serialize, Deserialize)]
struct Ran {
    namespace: String,
    function: String,
    version: String,
    request_id: String,
    status: u16,
    /// Tries before this one.
    retry: u32,
    duration_ms: f64,
    memory_bytes: u64,
    log: String,
}

/// What every topic has, by its id.
#[derive(Debug, Default)]
pub struct Logs(Mutex<HashMap<String, Kept>>);

#[derive(Debug, Default)]
struct Kept {
    calls: VecDeque<Arc<Written>>,
    bytes: usize,
}

/// Writes into a topic, and hands the lines to the function that the topic calls.
pub fn write(cloud: &Arc<Cloud>, topic: &Topic, written: Written) {
    let written = Arc::new(written);
    topic::arrive(cloud, topic, || written.delivered());
    cloud.called.logs.add(&topic.id, written);
}

impl Logs {
    /// Keeps what was written into a topic.
    pub fn add(&self, topic: &str, written: Arc<Written>) {
        let mut all = self.lock();
        let kept = all.entry(topic.to_owned()).or_default();
        kept.bytes += written.bytes();
        kept.calls.push_back(written);
        while kept.calls.len() > KEPT || kept.bytes > KEPT_BYTES {
            let Some(oldest) = kept.calls.pop_front() else { return };
            kept.bytes -= oldest.bytes();
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
    /// What a call has written, with its log.
    #[must_use]
    pub fn by(key: &FunctionKey, outcome: &Outcome, started: Time, retry: u32) -> Self {
        let ran = Ran {
            namespace: key.namespace.clone(),
            function: key.function.clone(),
            version: key.version.clone(),
            request_id: outcome.request_id.clone(),
            status: outcome.status.code(),
            retry,
            duration_ms: outcome.duration_ms,
            memory_bytes: outcome.memory_bytes,
            log: outcome.log.clone(),
        };
        Self { started, from: Source::Call(Box::new(ran)) }
    }

    /// Lines that came from outside.
    #[must_use]
    pub fn outside(lines: Vec<String>, now: Time) -> Self {
        Self { started: now, from: Source::Outside(lines) }
    }

    fn bytes(&self) -> usize {
        match &self.from {
            Source::Call(ran) => ran.log.len(),
            Source::Outside(lines) => lines.iter().map(String::len).sum(),
        }
    }

    /// Each line with its fields.
    pub(super) fn lines(&self) -> Vec<Value> {
        // In nanoseconds, so that lines of one millisecond keep their order.
        let times = (self.started.milliseconds() * 1_000_000)..;
        match &self.from {
            Source::Call(ran) => ran.log.lines().zip(times).map(|at| ran.line(self, at)).collect(),
            Source::Outside(lines) => {
                lines.iter().map(|line| json!({"__CONTENT__": line})).collect()
            }
        }
    }

    /// Each line as functions get it.
    #[must_use]
    pub fn delivered(&self) -> Vec<Line> {
        let timestamp = (self.started.milliseconds() * 1000).to_string();
        let line = |content| Line { timestamp: timestamp.clone(), content };
        match &self.from {
            Source::Call(_) => self.lines().iter().map(|each| line(each.to_string())).collect(),
            Source::Outside(lines) => lines.iter().cloned().map(line).collect(),
        }
    }
}

impl Ran {
    /// A line with the fields of a function's log (R202 to R204).
    fn line(&self, written: &Written, (line, time): (&str, i64)) -> Value {
        // In MB, as a fraction; a u32 of KB reaches 4 TB.
        let kilobytes = u32::try_from(self.memory_bytes >> 10).unwrap_or(u32::MAX);
        let kind = platform_line(line, &self.request_id);
        let mut fields = json!({
            "SCF_FunctionName": self.function,
            "SCF_Namespace": self.namespace,
            "SCF_RequestId": self.request_id,
            "SCF_Alias": "",
            "SCF_Qualifier": self.version,
            "SCF_Level": if kind == Some("ERROR") { "ERROR" } else { "INFO" },
            "SCF_Message": line,
            "SCF_Type": if kind.is_some() { "Platform" } else { "Custom" },
            "SCF_StartTime": written.started.milliseconds(),
            "SCF_LogTime": time,
            "SCF_StatusCode": self.status,
            "SCF_RetryNum": self.retry,
        });
        fields["SCF_Duration"] = json!(whole(self.duration_ms));
        fields[DOUBLE] = json!(f64::from(kilobytes) / 1024.0);
        fields
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
