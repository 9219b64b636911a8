//! GetAccount: what is used and what may be used.

use serde_json::{Value, json};

use super::{function, namespace};
use crate::call::Call;
use crate::quotas;
use crate::refusal::{Answer, Refusal};

/// R30: regions with the larger share of concurrency.
const LARGE_REGIONS: [&str; 5] =
    ["ap-guangzhou", "ap-shanghai", "ap-beijing", "ap-chengdu", "ap-hongkong"];
const LARGE_MB: i64 = 128_000;
/// R31.
const SMALL_MB: i64 = 64_000;

/// The concurrency of an account in a region, in MB of memory (R215).
#[must_use]
pub fn concurrency_mb(region: &str) -> i64 {
    if LARGE_REGIONS.contains(&region) { LARGE_MB } else { SMALL_MB }
}

pub(super) fn get(call: &Call<'_>) -> Answer {
    let (mut used, mut limits) = (Vec::new(), Vec::new());
    for (name, _) in namespace::all(&call.store)? {
        used.push(usage(call, &name)?);
        limits.push(limit(call, &name)?);
    }
    let concurrency = concurrency_mb(call.region());
    Ok(json!({
        "AccountUsage": {
            "NamespacesCount": used.len(),
            "Namespace": used,
            "TotalConcurrencyMem": concurrency,
            "TotalAllocatedConcurrencyMem": 0,
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
    Ok(json!({
        "Namespace": namespace,
        "FunctionsCount": names.len(),
        "Functions": names,
        "TotalConcurrencyMem": 0,
        "TotalAllocatedConcurrencyMem": 0,
        "TotalAllocatedProvisionedMem": 0,
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
        "ConcurrentExecutions": concurrency_mb(call.region()),
        "TimeoutLimit": call.limit(&quotas::TIMEOUT)?,
        "TestModelLimit": 5,
        "InitTimeoutLimit": call.limit(&quotas::INIT_TIMEOUT)?,
        "RetryNumLimit": 2,
        "MinMsgTTL": 60,
        "MaxMsgTTL": 21_600,
    }))
}
