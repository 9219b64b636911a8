//! What the function service has in the log service.

use serde_json::{Value, json};

use super::index::Index;
use super::logset::{self, Logset};
use super::topic::{self, Topic};
use crate::accounts::Standing;
use crate::call::Call;
use crate::refusal::{Refusal, refused};

/// R195: how the names of what the platform makes begin.
const LOGSET: &str = "SCF_logset";
const TOPIC: &str = "SCF_logtopic";
/// R196: days for which the default topic keeps logs.
const PERIOD: i64 = 7;

/// R202: fields of a function's logs that are text.
pub(super) const TEXTS: [&str; 8] = [
    "SCF_FunctionName",
    "SCF_Namespace",
    "SCF_RequestId",
    "SCF_Alias",
    "SCF_Qualifier",
    "SCF_Level",
    "SCF_Message",
    "SCF_Type",
];
/// R203: fields of a function's logs that are whole numbers.
pub(super) const LONGS: [&str; 5] =
    ["SCF_StartTime", "SCF_LogTime", "SCF_Duration", "SCF_StatusCode", "SCF_RetryNum"];
/// R203.
pub(super) const DOUBLE: &str = "SCF_MemUsage";
const TOKENIZER: &str = "@&?|#()='\",;:<>[]{}/ \n\t\r\\";

/// R195: the log set and the topic of functions that name none, made when they are missing.
pub(crate) fn default_topic(call: &Call<'_>) -> Result<(String, String), Refusal> {
    let name = |beginning: &str| format!("{beginning}_{}", call.region());
    let ours = call.store.scan::<Logset>("")?.into_iter().find(|(_, logset)| logset.platform);
    let logset = match ours {
        Some((id, _)) => id,
        None => logset::add(call, &name(LOGSET), None, true)?,
    };
    let topics = call.store.scan::<Topic>("")?;
    if let Some((id, _)) = topics.into_iter().find(|(_, topic)| topic.platform) {
        return Ok((logset, id));
    }
    let mut topic = Topic::usual(call, &logset, &name(TOPIC))?;
    topic.platform = true;
    topic.period = PERIOD;
    let id = topic::add(call, &topic, None)?;
    deploy_index(call, &id)?;
    Ok((logset, id))
}

/// R198, R199, R200: a function's log set and topic are given together, and are in its region.
pub(crate) fn check(call: &Call<'_>, logset: &str, topic: &str) -> Result<(), Refusal> {
    if logset.is_empty() || topic.is_empty() {
        let text = "ClsLogsetId and ClsTopicId must be given together.";
        return refused("InvalidParameterValue.Cls", text);
    }
    if !Standing::of(call)?.log_service {
        let text = "The account has not activated the log service (CLS): do so in its console, or leave \
                    ClsLogsetId and ClsTopicId out.";
        return refused("FailedOperation.ClsServiceUnregistered", text);
    }
    let found = call.store.get::<Topic>(topic)?;
    if found.is_none_or(|topic| topic.logset != logset) {
        let text = format!("There is no topic {topic} of the log set {logset} in this region.");
        return refused("InvalidParameterValue.Cls", text);
    }
    Ok(())
}

/// R201: gives a topic the index of functions' logs, unless it has one.
pub(crate) fn deploy_index(call: &Call<'_>, topic: &str) -> Result<(), Refusal> {
    if call.store.get::<Index>(topic)?.is_some() {
        return Ok(());
    }
    let index = Index {
        status: true,
        rule: rule().to_string(),
        internal_fields: false,
        metadata: 0,
        coverage: String::new(),
        modified: call.now,
    };
    Ok(call.store.put(topic, &index)?)
}

/// R205: statistics are on for every field.
fn rule() -> Value {
    let key = |name: &str, kind: &str, tokenizer: &str| json!({"Key": name, "Value": {"Type": kind, "Tokenizer": tokenizer, "SqlFlag": true}});
    let texts = TEXTS.iter().map(|name| key(name, "text", TOKENIZER));
    let longs = LONGS.iter().map(|name| key(name, "long", ""));
    let keys: Vec<_> = texts.chain(longs).chain([key(DOUBLE, "double", "")]).collect();
    json!({
        "FullText": {"CaseSensitive": false, "Tokenizer": TOKENIZER},
        "KeyValue": {"CaseSensitive": false, "KeyValues": keys},
    })
}
