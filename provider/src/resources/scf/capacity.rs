//! Whether reserves and provisioned instances fit into the account's concurrency. The account is
//! asked while planning, where everything that matters is known; an account that does not answer
//! stops no plan.

use tencentcloud_api::scf::{self, FunctionKey, GetAccountRequest};
use tf_protocol::Change;
use tf_schema::{Diagnostics, Value};

use super::function::Function;
use super::namespace_or_default;
use super::provisioned_concurrency_config::ProvisionedConcurrency;
use super::reserved_concurrency_config::ReservedConcurrency;
use crate::Cloud;

/// R222: what can never be reserved, in MB.
const NEVER_RESERVED_MB: i64 = 12_800;

/// Concurrency in the region, in MB.
struct Account {
    limit: i64,
    reserved: i64,
    provisioned: i64,
}

async fn account(cloud: &Cloud) -> tencentcloud_api::Result<Account> {
    let usage = scf::get_account(cloud, &GetAccountRequest {}).await?.value.account_usage;
    let namespaces = usage.namespace.iter();
    Ok(Account {
        limit: usage.user_concurrency_mem_limit,
        reserved: usage.total_allocated_concurrency_mem,
        provisioned: namespaces.map(|one| one.total_allocated_provisioned_mem).sum(),
    })
}

/// A finding, or a warning that there could be none.
fn found<T>(
    asked: tencentcloud_api::Result<T>,
    attribute: &str,
    problems: &mut Diagnostics,
) -> Option<T> {
    let warn = |error: &tencentcloud_api::Error| {
        let detail = format!(
            "Whether the account's concurrency is enough is not known: {}.",
            error.explain()
        );
        problems.warning(attribute, "The account's concurrency was not seen", detail);
    };
    asked.inspect_err(warn).ok()
}

/// R222, R223: a reserve fits beside the others, and leaves something for all.
pub async fn check_reserve(change: &mut Change<ReservedConcurrency>, cloud: &Cloud) {
    const ATTRIBUTE: &str = "reserved_concurrency_mem";
    if change.applying || !(change.changes(ATTRIBUTE) || change.changes("function_name")) {
        return;
    }
    let planned = &change.planned;
    let (Some(wanted), Some(function), false) = (
        planned.reserved_concurrency_mem.known().copied(),
        planned.function_name.known().cloned(),
        planned.namespace.is_unknown(),
    ) else {
        return;
    };
    let namespace = namespace_or_default(&planned.namespace);
    let moved = change.prior.as_ref().filter(|prior| prior.function_name != planned.function_name);
    let freed = moved.map_or(0, |prior| prior.reserved_concurrency_mem.or_default());
    let asked = async {
        let own = scf::find_reserved_concurrency(cloud, &namespace, &function).await?;
        Ok((account(cloud).await?, own.unwrap_or_default() + freed))
    };
    let Some((account, own)) = found(asked.await, ATTRIBUTE, &mut change.problems) else { return };
    let others = account.reserved - own;
    let free = (account.limit - others - NEVER_RESERVED_MB).max(0);
    if wanted > free && wanted > own {
        let detail = format!(
            "{wanted} MB cannot be reserved, at most {free} MB: of the account's {} MB in this \
             region others have reserved {others} MB, and {NEVER_RESERVED_MB} MB stay for all. If \
             another reserve becomes smaller, apply that first.",
            account.limit
        );
        change.problems.error(ATTRIBUTE, "The reserve does not fit into the account", detail);
    }
}

/// What is provisioned of a version.
struct Held {
    /// The memory of an instance; `None` where there is no such version yet.
    memory_mb: Option<i64>,
    /// What its instances have, in MB.
    total_mb: i64,
}

async fn held(cloud: &Cloud, key: &FunctionKey) -> tencentcloud_api::Result<Held> {
    let Some(version) = scf::find_function(cloud, key).await? else {
        return Ok(Held { memory_mb: None, total_mb: 0 });
    };
    let instances = scf::find_provisioned_concurrency(cloud, key).await?;
    let number = instances.map_or(0, |found| found.allocated_provisioned_concurrency_num);
    Ok(Held { memory_mb: Some(version.memory_size), total_mb: number * version.memory_size })
}

/// R237: all that is provisioned in the region fits into the account.
pub async fn check_provisioned(change: &mut Change<ProvisionedConcurrency>, cloud: &Cloud) {
    const NUMBER: &str = "version_provisioned_concurrency_num";
    let relevant = [NUMBER, "min_capacity", "max_capacity", "qualifier", "function_name"];
    if change.applying || !relevant.iter().any(|name| change.changes(name)) {
        return;
    }
    let planned = &change.planned;
    let unknown = planned.function_name.is_unknown()
        || planned.qualifier.is_unknown()
        || planned.provisioned_type.is_unknown()
        || change.config.namespace.is_unknown();
    if unknown {
        return;
    }
    let key = key(&planned.function_name, &planned.qualifier, &change.config.namespace);
    let before =
        change.prior.as_ref().map(ProvisionedConcurrency::key).filter(|before| *before != key);
    let asked = async {
        let own = held(cloud, &key).await?;
        let freed = match &before {
            Some(before) => held(cloud, before).await?.total_mb,
            None => 0,
        };
        Ok((account(cloud).await?, own, freed))
    };
    let Some((account, own, freed)) = found(asked.await, NUMBER, &mut change.problems) else {
        return;
    };
    let Some(memory) = own.memory_mb else { return };
    let others = account.provisioned - own.total_mb - freed;
    let (least, most) = if planned.is_dynamic() {
        (("min_capacity", &planned.min_capacity), ("max_capacity", &planned.max_capacity))
    } else {
        let number = (NUMBER, &planned.version_provisioned_concurrency_num);
        (number, number)
    };
    for ((attribute, number), others) in [(least, others), (most, 0)] {
        let wanted = number.or_default().saturating_mul(memory);
        if wanted > account.limit - others && wanted > own.total_mb {
            let detail = format!(
                "{} instances of {memory} MB cannot be provisioned: {others} MB of the account's {} \
                 MB in this region are provisioned already. If another number becomes smaller, \
                 apply that first.",
                number.or_default(),
                account.limit
            );
            let summary = "The instances do not fit into the account";
            change.problems.error(attribute, summary, detail);
            return;
        }
    }
}

fn key(
    function: &Value<String>,
    qualifier: &Value<String>,
    namespace: &Value<String>,
) -> FunctionKey {
    FunctionKey::qualified(&namespace_or_default(namespace), function.text(), qualifier.text())
}

/// R226: the reserve of a function is memory, so how many instances fit into it follows the
/// function's memory.
pub async fn warn_of_memory(change: &mut Change<Function>, cloud: &Cloud) {
    const ATTRIBUTE: &str = "mem_size";
    let Some(prior) = change.prior.as_ref().filter(|_| change.changes(ATTRIBUTE)) else { return };
    let (Some(before), Some(after)) =
        (prior.mem_size.known().copied(), change.planned.mem_size.known().copied())
    else {
        return;
    };
    let (namespace, name) = (namespace_or_default(&prior.namespace), prior.name.or_default());
    let asked = scf::find_reserved_concurrency(cloud, &namespace, &name).await;
    let Some(Some(reserve)) = found(asked, ATTRIBUTE, &mut change.problems) else { return };
    if before > 0 && after > 0 {
        let detail = format!(
            "The function has a reserve of {reserve} MB: enough for {} instances of {before} MB at a \
             time, and for {} of {after} MB.",
            reserve / before,
            reserve / after
        );
        change.problems.warning(ATTRIBUTE, "Another number of instances in the reserve", detail);
    }
}
