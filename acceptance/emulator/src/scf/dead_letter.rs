//! Where queued calls go that failed for good (R87, R231). The local cloud has no message queues: it
//! takes any name, and keeps what would have been sent.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{LATEST, function, version};
use crate::clock::Time;
use crate::cloud::Cloud;
use crate::params::Params;
use crate::refusal::{Refusal, refused};
use crate::runtime::{FunctionSpec, Outcome, Status as Ended};
use crate::store::{Record, StoreError, Txn};

const QUEUE: &str = "CMQ-QUEUE";
const TOPIC: &str = "CMQ-TOPIC";
/// How many letters of an account are kept in a region.
const KEPT: u64 = 1000;

/// A function's queue or topic.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DeadLetters {
    kind: String,
    name: String,
    filter: String,
}

impl DeadLetters {
    /// What a call says; three empty texts say "none".
    ///
    /// # Errors
    /// When it names no queue and no topic.
    pub(super) fn read(config: &Params<'_>) -> Result<Option<Self>, Refusal> {
        let text = |name: &str| config.str(name).to_owned();
        let found = Self { kind: text("Type"), name: text("Name"), filter: text("FilterType") };
        if found == Self::default() {
            return Ok(None);
        }
        let problem = if ![QUEUE, TOPIC].contains(&found.kind.as_str()) {
            format!("The Type of DeadLetterConfig must be {QUEUE} or {TOPIC}.")
        } else if found.name.is_empty() {
            "DeadLetterConfig has no Name.".to_owned()
        } else if found.kind == QUEUE && !found.filter.is_empty() {
            format!("The FilterType of DeadLetterConfig is for {TOPIC} only.")
        } else {
            return Ok(Some(found));
        };
        refused("InvalidParameterValue.DeadLetterConfig", problem)
    }

    /// As GetFunction shows it: three empty texts where there is none.
    pub(super) fn show(found: Option<&Self>) -> Value {
        let Self { kind, name, filter } = found.cloned().unwrap_or_default();
        json!({"Type": kind, "Name": name, "FilterType": filter})
    }
}

/// A call that failed for good.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Letter {
    to: DeadLetters,
    namespace: String,
    function: String,
    qualifier: String,
    request_id: String,
    event: String,
    status: u16,
    message: String,
    sent: Time,
}

impl Record for Letter {
    const KIND: &'static str = "scf.dead_letter";
}

/// Sends a call that failed to where its function says. One that was stopped did not fail.
pub(super) fn send(
    cloud: &Arc<Cloud>,
    spec: &FunctionSpec,
    event: &[u8],
    outcome: &Outcome,
) -> Result<(), Refusal> {
    if [Ended::Success, Ended::Cancelled].contains(&outcome.status) {
        return Ok(());
    }
    let (key, now) = (&spec.key, cloud.clock.now());
    let txn = cloud.store.write()?;
    let here = txn.scope(&spec.uin, &key.region);
    let Some(found) = function::find(&here, now, &key.namespace, &key.function)? else {
        return Ok(());
    };
    let id = function::id(&key.namespace, &key.function);
    let to = if key.version == LATEST {
        found.running(now).dead_letters.clone()
    } else {
        version::find(&here, &id, &key.version)?.and_then(|(_, found)| found.revision.dead_letters)
    };
    let Some(to) = to else { return Ok(()) };
    let letter = Letter {
        to,
        namespace: key.namespace.clone(),
        function: key.function.clone(),
        qualifier: key.version.clone(),
        request_id: outcome.request_id.clone(),
        event: String::from_utf8_lossy(event).into_owned(),
        status: outcome.status.code(),
        message: outcome.err_msg.clone(),
        sent: now,
    };
    let number = here.next("scf dead letter")?;
    here.put(&letter_id(number), &letter)?;
    if let Some(oldest) = number.checked_sub(KEPT) {
        here.remove::<Letter>(&letter_id(oldest))?;
    }
    txn.commit()?;
    Ok(())
}

/// Ids in the order of their numbers.
fn letter_id(number: u64) -> String {
    format!("{number:020}")
}

/// The letters of an account in a region, the oldest first.
///
/// # Errors
/// When the store fails.
pub fn list(txn: &Txn, uin: &str, region: &str) -> Result<Value, StoreError> {
    let letters = txn.scope(uin, region).scan::<Letter>("")?;
    Ok(letters.iter().map(|(_, letter)| letter.show()).collect())
}

impl Letter {
    fn show(&self) -> Value {
        json!({
            "type": self.to.kind,
            "name": self.to.name,
            "filter_type": self.to.filter,
            "namespace": self.namespace,
            "function": self.function,
            "qualifier": self.qualifier,
            "request_id": self.request_id,
            "event": self.event,
            "status": self.status,
            "message": self.message,
            "sent": self.sent.iso(),
        })
    }
}
