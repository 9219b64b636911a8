//! GetAccount: what is used and what may be used.

use serde_json::{Value, json};

use super::{event_invoke, function, namespace, provisioned, reserved, total};
use crate::call::Call;
use crate::quotas;
use crate::refusal::{Answer, Refusal};

pub(super) fn get(call: &Call<'_>) -> Answer {
    let (mut used, mut limits) = (Vec::new(), Vec::new());
    for (name, _) in namespace::all(&call.store)? {
        used.push(usage(call, &name)?);
        limits.push(limit(call, &name)?);
    }
    let concurrency = call.limit(&quotas::CONCURRENCY_MB)?;
    Ok(json!({
        "AccountUsage": {
            "NamespacesCount": used.len(),
            "Namespace": used,
            "TotalConcurrencyMem": total::of(call.cloud, &call.store)?,
            "TotalAllocatedConcurrencyMem": reserved::sum(&call.store, "")?,
            "UserConcurrencyMemLimit": concurrency,
        },
        "AccountLimit": {
            "NamespacesCount": call.limit(&quotas::NAMESPACES)?,
            "Namespace": limits,
        },
    }))
}

fn usage(call: &Call<'_>, namespace: &str) -> Result<Value, Refusal> {
    let functions = function::all(&call.store, call.now, namespace)?;
    let names: Vec<_> = functions.into_iter().map(|(name, _)| name).collect();
    let prefix = function::id(namespace, "");
    Ok(json!({
        "Namespace": namespace,
        "FunctionsCount": names.len(),
        "Functions": names,
        "TotalConcurrencyMem": 0,
        "TotalAllocatedConcurrencyMem": reserved::sum(&call.store, &prefix)?,
        "TotalAllocatedProvisionedMem": provisioned::sum(call, &prefix)?,
    }))
}

fn limit(call: &Call<'_>, namespace: &str) -> Result<Value, Refusal> {
    let triggers = call.limit(&quotas::TRIGGERS)?;
    let kinds =
        ["Cos", "Timer", "Cmq", "Ckafka", "Apigw", "Cls", "Clb", "Mps", "Cm", "Vod", "Eb", "Total"];
    let per_kind: Value = kinds.iter().map(|kind| ((*kind).to_owned(), json!(triggers))).collect();
    Ok(json!({
        "Namespace": namespace,
        "FunctionsCount": call.limit(&quotas::FUNCTIONS)?,
        "Trigger": per_kind,
        "ConcurrentExecutions": call.limit(&quotas::CONCURRENCY_MB)?,
        "TimeoutLimit": call.limit(&quotas::TIMEOUT)?,
        "TestModelLimit": 5,
        "InitTimeoutLimit": call.limit(&quotas::INIT_TIMEOUT)?,
        "RetryNumLimit": event_invoke::MOST_RETRIES,
        "MinMsgTTL": event_invoke::WAITS.start(),
        "MaxMsgTTL": event_invoke::WAITS.end(),
    }))
}
