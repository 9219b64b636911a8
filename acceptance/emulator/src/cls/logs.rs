//! What functions wrote into topics. It is kept as it came; a search makes lines of it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::platform::DOUBLE;
use crate::clock::Time;
use crate::cloud::Cloud;
use crate::runtime::{FunctionKey, Outcome};
use crate::scf::trigger::topic::{self, Line, Topic};
use crate::store::{Record, Store, StoreError};

/// How much of a topic is kept: calls, and bytes of what they wrote.
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

/// What every topic has. With a data directory it is on the disk, too, a moment later: calls do not
/// wait for that.
#[derive(Debug, Default)]
pub struct Logs {
    topics: Mutex<HashMap<Topic, Kept>>,
    wake: Notify,
}

#[derive(Debug, Default)]
struct Kept {
    calls: VecDeque<Arc<Written>>,
    bytes: usize,
    /// The number of the oldest that is kept.
    first: u64,
    /// The number before which everything is on the disk.
    written: u64,
}

/// How long lines are gathered before they are written to the disk together.
const GATHERED: Duration = Duration::from_millis(100);

/// Writes into a topic, and hands the lines to the function that the topic calls.
pub fn write(cloud: &Arc<Cloud>, topic: &Topic, written: Written) {
    let written = Arc::new(written);
    topic::arrive(cloud, topic, || written.delivered());
    cloud.called.logs.add(&cloud.store, topic, written);
}

/// Writes for ever to the disk what topics get.
pub async fn keep(cloud: Arc<Cloud>) {
    loop {
        cloud.called.logs.wake.notified().await;
        tokio::time::sleep(GATHERED).await;
        let cloud = Arc::clone(&cloud);
        // A task that panics has said so.
        let _ = tokio::task::spawn_blocking(move || cloud.called.logs.flush(&cloud.store)).await;
    }
}

impl Kept {
    /// What the disk has of a topic.
    fn read(store: &Store, topic: &Topic) -> Self {
        let read = || -> Result<Self, StoreError> {
            let mut kept = Self::default();
            let txn = store.read()?;
            for (number, bytes) in txn.scope(&topic.uin, &topic.region).logs(&topic.id)? {
                if kept.calls.is_empty() {
                    kept.first = number;
                }
                kept.push(Arc::new(serde_json::from_slice(&bytes)?));
            }
            kept.written = kept.next();
            Ok(kept)
        };
        let unreadable = |error| {
            tracing::error!(%error, topic = %topic.id, "old logs cannot be read");
            Self::default()
        };
        read().unwrap_or_else(unreadable)
    }

    fn push(&mut self, written: Arc<Written>) {
        self.bytes += written.bytes();
        self.calls.push_back(written);
        while self.calls.len() > KEPT || self.bytes > KEPT_BYTES {
            let Some(oldest) = self.calls.pop_front() else { break };
            self.bytes -= oldest.bytes();
            self.first += 1;
        }
    }

    /// The number of the next one.
    fn next(&self) -> u64 {
        // A usize has at most 64 bits.
        self.first + self.calls.len() as u64
    }

    /// How many are not on the disk yet.
    fn unwritten(&self) -> u64 {
        self.next() - self.written.clamp(self.first, self.next())
    }
}

impl Logs {
    /// Keeps what was written into a topic.
    fn add(&self, store: &Store, topic: &Topic, written: Arc<Written>) {
        self.with(store, topic, |kept| kept.push(written));
        if store.is_on_disk() {
            self.wake.notify_one();
        }
    }

    /// What a topic has, the oldest first.
    pub(super) fn of(&self, store: &Store, topic: &Topic) -> Vec<Arc<Written>> {
        self.with(store, topic, |kept| kept.calls.iter().cloned().collect())
    }

    /// Forgets a topic that goes.
    pub fn forget(&self, topic: &Topic) {
        self.lock().remove(topic);
    }

    /// Forgets the topics of one account or of all.
    pub fn clear(&self, uin: Option<&str>) {
        self.lock().retain(|topic, _| uin.is_some_and(|uin| uin != topic.uin));
    }

    /// How much is not on the disk yet.
    pub fn unwritten(&self) -> u64 {
        self.lock().values().map(Kept::unwritten).sum()
    }

    /// Writes to the disk what is not there yet.
    pub fn flush(&self, store: &Store) {
        let work = || -> Result<(), StoreError> {
            // Who forgets a topic or an account writes, too, so what is taken now is still wanted.
            let txn = store.write()?;
            let all = self.unwritten_of_each();
            for (topic, first, new) in &all {
                let here = txn.scope(&topic.uin, &topic.region);
                if !here.has(super::topic::Topic::KIND, &topic.id)? {
                    continue;
                }
                here.forget_logs(&topic.id, Some(*first))?;
                for (number, written) in new {
                    here.put_log(&topic.id, *number, &serde_json::to_vec(&**written)?)?;
                }
            }
            txn.commit()?;
            let mut topics = self.lock();
            for (topic, _, new) in all {
                if let (Some(kept), Some((last, _))) = (topics.get_mut(&topic), new.last()) {
                    kept.written = last + 1;
                }
            }
            Ok(())
        };
        let open = store.is_on_disk() && self.unwritten() > 0;
        if open && let Err(error) = work() {
            tracing::error!(%error, "logs are kept in memory only");
        }
    }

    /// What is not on the disk yet, with its numbers, and the number of the oldest that stays there.
    fn unwritten_of_each(&self) -> Vec<(Topic, u64, Numbered)> {
        let topics = self.lock();
        let open = topics.iter().filter(|(_, kept)| kept.unwritten() > 0);
        let one = |(topic, kept): (&Topic, &Kept)| {
            let numbered = (kept.first..).zip(kept.calls.iter().cloned());
            let new = numbered.filter(|(number, _)| *number >= kept.written);
            (topic.clone(), kept.first, new.collect())
        };
        open.map(one).collect()
    }

    fn with<T>(&self, store: &Store, topic: &Topic, then: impl FnOnce(&mut Kept) -> T) -> T {
        let mut topics = self.lock();
        if !topics.contains_key(topic) {
            let kept = if store.is_on_disk() { Kept::read(store, topic) } else { Kept::default() };
            topics.insert(topic.clone(), kept);
        }
        then(topics.entry(topic.clone()).or_default())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Topic, Kept>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was written, with its numbers.
type Numbered = Vec<(u64, Arc<Written>)>;

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
    use crate::store::Entry;

    #[test]
    fn the_disk_has_what_memory_has_and_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(Some(dir.path())).unwrap();
        let text = ["1", "ap-guangzhou", "cls.topic", "t"].map(str::to_owned);
        let [account, region, kind, id] = text.clone();
        let txn = store.write().unwrap();
        txn.put_entry(&Entry { account, region, kind, id, bytes: b"{}".to_vec() }).unwrap();
        txn.commit().unwrap();
        let [uin, region, _, id] = text;
        let (topic, logs) = (Topic { uin, region, id }, Logs::default());
        let numbers = || -> Vec<u64> {
            let txn = store.read().unwrap();
            let found = txn.scope("1", "ap-guangzhou").logs("t").unwrap();
            found.into_iter().map(|(number, _)| number).collect()
        };
        for n in 0..u64::try_from(KEPT).unwrap() + 10 {
            let written = Written::outside(vec![n.to_string()], Time(0));
            logs.add(&store, &topic, Arc::new(written));
            if n == 2 {
                logs.flush(&store);
                assert_eq!((numbers(), logs.unwritten()), (vec![0, 1, 2], 0));
            }
        }
        assert_eq!(logs.unwritten(), KEPT as u64);
        logs.flush(&store);
        assert_eq!((numbers()[0], numbers().len(), logs.unwritten()), (10, KEPT, 0));
        let again = Logs::default();
        assert_eq!(again.of(&store, &topic).len(), KEPT);
        again.add(&store, &topic, Arc::new(Written::outside(vec![], Time(0))));
        again.flush(&store);
        assert_eq!((numbers()[0], numbers().len()), (11, KEPT));
        // Of a topic that is gone by now, nothing comes back.
        let txn = store.write().unwrap();
        txn.remove_all(None).unwrap();
        txn.commit().unwrap();
        logs.add(&store, &topic, Arc::new(Written::outside(vec![], Time(0))));
        logs.flush(&store);
        assert_eq!(numbers().len(), 0);
    }

    #[test]
    fn lines_of_the_platform_name_the_request() {
        assert_eq!(platform_line("START RequestId: id", "id"), Some("START"));
        assert_eq!(platform_line("START RequestId: other", "id"), None);
        assert_eq!(platform_line("hello", "id"), None);
        assert_eq!((whole(1.6), whole(0.0)), (2, 0));
    }
}
