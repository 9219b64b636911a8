//! How calls went: the last ones of every function, and the actions that show them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::{LATEST, MOST, descending, function, namespace_of};
use crate::call::Call;
use crate::clock::Time;
use crate::list::Page;
use crate::params::Params;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::runtime::{FunctionKey, Outcome, Status};

/// How many calls of a function are remembered.
const KEPT: usize = 200;
/// How much of each log and each result is remembered.
const KEPT_BYTES: usize = 64 << 10;
const LONGEST_LIST: i64 = 10_000;

/// One call, or one try of a queued one.
#[derive(Debug, Clone)]
pub struct Record {
    started: Time,
    retry: u32,
    outcome: Outcome,
}

impl Record {
    /// What came of a call that started at `started`; `retry` counts the tries before it.
    #[must_use]
    pub fn of(outcome: &Outcome, started: Time, retry: u32) -> Self {
        let mut outcome = outcome.clone();
        outcome.log = tail(&outcome.log, KEPT_BYTES).to_owned();
        outcome.ret_msg = head(&outcome.ret_msg, KEPT_BYTES).to_owned();
        Self { started, retry, outcome }
    }
}

/// The last calls of every function.
#[derive(Debug, Default)]
pub struct Records(Mutex<HashMap<FunctionKey, VecDeque<(String, Record)>>>);

/// Whether two keys are of the same function, whatever the version.
#[must_use]
pub fn same_function(one: &FunctionKey, other: &FunctionKey) -> bool {
    of_function(one) == of_function(other)
}

/// The function that a key is of, whatever the version.
pub(super) fn of_function(key: &FunctionKey) -> FunctionKey {
    FunctionKey { version: String::new(), ..key.clone() }
}

impl Records {
    /// Writes a call down.
    pub fn add(&self, key: &FunctionKey, record: Record) {
        let mut all = self.lock();
        let records = all.entry(of_function(key)).or_default();
        if records.len() == KEPT {
            records.pop_front();
        }
        records.push_back((key.version.clone(), record));
    }

    /// Forgets the calls of a function.
    pub fn forget(&self, key: &FunctionKey) {
        self.lock().remove(&of_function(key));
    }

    fn of(&self, key: &FunctionKey) -> Vec<(String, Record)> {
        let all = self.lock();
        all.get(&of_function(key))
            .map(|records| records.iter().cloned().collect())
            .unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<FunctionKey, VecDeque<(String, Record)>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The beginning of a text, at most so many bytes of it.
fn head(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The end of a text, at most so many bytes of it.
#[must_use]
pub fn tail(text: &str, bytes: usize) -> &str {
    let mut start = text.len().saturating_sub(bytes);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

/// The calls that a request is about: of its function, its request id, its time.
fn asked(call: &Call<'_>) -> Result<Vec<(String, Record)>, Refusal> {
    let p = &call.params;
    function::of_call(call)?;
    let key = function::runtime_key(call, namespace_of(p), p.str("FunctionName"), LATEST);
    let mut records = call.cloud.called.records.of(&key);
    if let Some(id) = p.text("FunctionRequestId").filter(|id| !id.is_empty()) {
        records.retain(|(_, record)| record.outcome.request_id == id);
    }
    let time = |member: &str| match p.text(member) {
        None | Some("") => Ok(None),
        Some(text) => {
            let wrong = || format!("{member} `{text}` is not of the form 2026-01-31 08:00:00.");
            let read = Time::from_local(text);
            read.map(Some).ok_or_else(|| refuse("InvalidParameterValue.DateTime", wrong()))
        }
    };
    if let Some(start) = time("StartTime")? {
        records.retain(|(_, record)| record.started >= start);
    }
    if let Some(end) = time("EndTime")? {
        records.retain(|(_, record)| record.started < end.plus(1000));
    }
    Ok(records)
}

pub(super) fn function_logs(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let page = Page::of_ints(p, LONGEST_LIST, "InvalidParameterValue.Limit")?;
    let mut records = asked(call)?;
    if let Some(qualifier) = p.text("Qualifier").filter(|qualifier| !qualifier.is_empty()) {
        records.retain(|(version, _)| version == qualifier);
    }
    if let Some(code) = p.object("Filter").and_then(|filter| filter.text("RetCode")) {
        let mut kept = Vec::new();
        for record in records {
            if fits(&record.1, code)? {
                kept.push(record);
            }
        }
        records = kept;
    }
    order(p, &mut records)?;
    let total = records.len();
    let name = p.str("FunctionName");
    let shown: Vec<_> = page.of(records).iter().map(|(_, record)| show_log(name, record)).collect();
    let context = json!({"Offset": "", "Limit": MOST, "Keyword": "", "Type": "Application"});
    Ok(json!({"TotalCount": total, "Data": shown, "SearchContext": context}))
}

/// R208: the kinds of logs.
fn fits(record: &Record, code: &str) -> Result<bool, Refusal> {
    let status = record.outcome.status;
    Ok(match code {
        "" => true,
        "is0" => status == Status::Success,
        "not0" => status != Status::Success,
        "TimeLimitExceeded" => status == Status::TimedOut,
        "ResourceLimitExceeded" => status == Status::MemoryExceeded,
        "UserCodeException" => status == Status::UserException,
        number => match number.parse::<u16>() {
            Ok(number) => status.code() == number,
            Err(_) => {
                let text = format!("RetCode `{number}` is neither a number nor a kind of log.");
                return refused("InvalidParameterValue.RetCode", text);
            }
        },
    })
}

fn order(p: &Params<'_>, records: &mut [(String, Record)]) -> Result<(), Refusal> {
    match p.str("OrderBy") {
        "" | "start_time" => records.sort_by_key(|(_, record)| record.started),
        "function_name" => {}
        "duration" => {
            records
                .sort_by(|(_, a), (_, b)| a.outcome.duration_ms.total_cmp(&b.outcome.duration_ms));
        }
        "mem_usage" => records.sort_by_key(|(_, record)| record.outcome.memory_bytes),
        other => {
            let text = format!("OrderBy `{other}` is none of this list's.");
            return refused("InvalidParameterValue.OrderBy", text);
        }
    }
    let down = match p.str("Order") {
        "desc" => true,
        "asc" => false,
        _ => descending(p, true)?,
    };
    if down {
        records.reverse();
    }
    Ok(())
}

fn code(record: &Record) -> u16 {
    match record.outcome.status {
        Status::Success => 0,
        failed => failed.code(),
    }
}

fn show_log(name: &str, record: &Record) -> Value {
    let outcome = &record.outcome;
    json!({
        "FunctionName": name,
        "RetMsg": outcome.ret_msg,
        "RequestId": outcome.request_id,
        "StartTime": record.started.local(),
        "RetCode": code(record),
        "InvokeFinished": 1,
        "Duration": outcome.duration_ms,
        "BillDuration": outcome.bill_ms,
        "MemUsage": outcome.memory_bytes,
        "Log": outcome.log,
        "RetryNum": record.retry,
    })
}

pub(super) fn request_status(call: &Call<'_>) -> Answer {
    let records = asked(call)?;
    let name = call.params.str("FunctionName");
    let shown: Vec<_> = records.iter().map(|(_, record)| show_status(name, record)).collect();
    Ok(json!({"TotalCount": shown.len(), "Data": shown}))
}

fn show_status(name: &str, record: &Record) -> Value {
    let outcome = &record.outcome;
    // In MB, as a fraction; a u32 of KB reaches 4 TB.
    let kilobytes = u32::try_from(outcome.memory_bytes >> 10).unwrap_or(u32::MAX);
    json!({
        "FunctionName": name,
        "RetMsg": outcome.ret_msg,
        "RequestId": outcome.request_id,
        "StartTime": record.started.local(),
        "RetCode": code(record),
        "Duration": outcome.duration_ms,
        "MemUsage": f64::from(kilobytes) / 1024.0,
        "RetryNum": record.retry,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!((head("aé", 2), tail("éa", 2)), ("a", "a"));
        assert_eq!((head("ab", 9), tail("ab", 9)), ("ab", "ab"));
    }
}
