//! The concurrency that an account has in a region: its quota, or less where it wants less.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{DEFAULT_NAMESPACE, reserved};
use crate::call::Call;
use crate::cloud::Cloud;
use crate::quotas::{self, CONCURRENCY_MB};
use crate::refusal::{Answer, refused};
use crate::store::{Record, Scope, StoreError};

/// Where it is stored: once in a region.
const KEY: &str = "account";

/// What the account wants to have at most.
#[derive(Debug, Serialize, Deserialize)]
struct Total {
    memory_mb: i64,
}

impl Record for Total {
    const KIND: &'static str = "scf.total_concurrency";
}

/// What the account has, in MB.
///
/// # Errors
/// When the store fails.
pub(super) fn of(cloud: &Cloud, here: &Scope<'_>) -> Result<i64, StoreError> {
    let quota = quotas::limit(&CONCURRENCY_MB, cloud.allowance, here)?;
    Ok(here.get::<Total>(KEY)?.map_or(quota, |wanted| wanted.memory_mb.min(quota)))
}

pub(super) fn put(call: &Call<'_>) -> Answer {
    let named = call.params.str("Namespace");
    if !["", DEFAULT_NAMESPACE].contains(&named) {
        // R34.
        let text = "A namespace has concurrency of its own only with a package that is paid for.";
        return refused("UnsupportedOperation", text);
    }
    let wanted = call.params.int("TotalConcurrencyMem").unwrap_or_default();
    let reserved = reserved::sum(&call.store, "")?;
    let least = reserved + reserved::NEVER_RESERVED_MB;
    if wanted < least {
        let text = format!(
            "TotalConcurrencyMem {wanted} is too little: functions have reserved {reserved} MB, and \
             {} MB stay for all.",
            reserved::NEVER_RESERVED_MB
        );
        return refused("LimitExceeded.TotalConcurrencyMemory", text);
    }
    let most = call.limit(&CONCURRENCY_MB)?;
    if wanted > most {
        let text = format!("TotalConcurrencyMem {wanted} is more than the account's {most} MB.");
        return refused("LimitExceeded.UserTotalConcurrencyMemory", text);
    }
    call.store.put(KEY, &Total { memory_mb: wanted })?;
    Ok(json!({}))
}
