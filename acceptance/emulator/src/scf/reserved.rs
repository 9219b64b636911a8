//! Reserved concurrency: the part of the account's concurrency that one function has to itself.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{function, namespace_of, total};
use crate::call::Call;
use crate::quotas::CONCURRENCY_MB;
use crate::refusal::{Answer, Refusal, refused};
use crate::store::{Record, Scope, StoreError};

/// R222: what can never be reserved, in MB.
pub(super) const NEVER_RESERVED_MB: i64 = 12_800;

/// What a function has reserved; R224: nothing at all stops it, which is not the same as no reserve
/// (R225).
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Reserve {
    memory_mb: i64,
}

impl Record for Reserve {
    const KIND: &'static str = "scf.reserve";
}

/// What the function stored under `id` has reserved, in MB.
///
/// # Errors
/// When the store fails.
pub(super) fn of(here: &Scope<'_>, id: &str) -> Result<Option<i64>, StoreError> {
    Ok(here.get::<Reserve>(id)?.map(|reserve| reserve.memory_mb))
}

/// What the functions whose ids begin with `prefix` have reserved together, in MB.
///
/// # Errors
/// When the store fails.
pub(super) fn sum(here: &Scope<'_>, prefix: &str) -> Result<i64, StoreError> {
    let all = here.scan::<Reserve>(prefix)?;
    Ok(all.iter().map(|(_, reserve)| reserve.memory_mb).sum())
}

/// Forgets what a function has reserved.
pub(super) fn forget(here: &Scope<'_>, id: &str) -> Result<(), StoreError> {
    here.remove::<Reserve>(id).map(drop)
}

pub(super) fn put(call: &Call<'_>) -> Answer {
    let id = id_of(call)?;
    let wanted = call.params.int("ReservedConcurrencyMem").unwrap_or_default();
    if wanted < 0 {
        let text = format!("ReservedConcurrencyMem is {wanted}; it must not be negative.");
        return refused("InvalidParameterValue", text);
    }
    let others = sum(&call.store, "")? - of(&call.store, &id)?.unwrap_or_default();
    let all = total::of(call.cloud, &call.store)?;
    let free = all - others - NEVER_RESERVED_MB;
    if wanted > free {
        // R223.
        let text = format!(
            "{wanted} MB cannot be reserved, at most {} MB: of the account's {all} MB others have \
             reserved {others} MB, and {NEVER_RESERVED_MB} MB stay for all.",
            free.max(0),
        );
        return refused(CONCURRENCY_MB.code, text);
    }
    call.store.put(&id, &Reserve { memory_mb: wanted })?;
    Ok(json!({}))
}

pub(super) fn get(call: &Call<'_>) -> Answer {
    let reserve = of(&call.store, &id_of(call)?)?;
    Ok(json!({"ReservedMem": reserve.map_or(Value::Null, Value::from)}))
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    forget(&call.store, &id_of(call)?)?;
    Ok(json!({}))
}

/// Where the function of a call is stored.
fn id_of(call: &Call<'_>) -> Result<String, Refusal> {
    function::of_call(call)?;
    Ok(function::id(namespace_of(&call.params), call.params.str("FunctionName")))
}
