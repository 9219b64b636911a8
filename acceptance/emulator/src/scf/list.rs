//! ListFunctions.

use serde_json::{Value, json};

use super::function::{self, Function};
use super::{MOST, TAG, descending, namespace, namespace_of, provisioned, reserved, word};
use crate::call::Call;
use crate::list::{Filter, Page, filters, fits_all};
use crate::refusal::{Answer, Refusal, refused};
use crate::tags::{self, Tags};

/// Filters that take exactly one value; the others take up to [`MOST_VALUES`].
const SINGLE: [&str; 8] =
    ["VpcId", "SubnetId", "ClsTopicId", "ClsLogsetId", "Role", "CfsId", "CfsMountInsId", "Eip"];
const MOST_VALUES: usize = 20;

pub(super) fn list(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let namespace = namespace_of(p);
    namespace::must_exist(&call.store, namespace)?;
    let page = Page::of_ints(p, MOST, "InvalidParameterValue.Limit")?;
    let filters = filters(p)?;
    check(&filters)?;
    let mut found = function::all(&call.store, call.now, namespace)?;
    found.retain(|(name, function)| {
        name.contains(p.str("SearchKey"))
            && function.latest.description.contains(p.str("Description"))
    });
    let mut fitting = Vec::new();
    for (name, function) in found {
        let id = function::tag_id(namespace, &name);
        let tags = tags::of(&call.store, tags::FUNCTION, &id)?;
        if fits_all(&filters, |filter| fits(call, &function, &tags, filter))? {
            fitting.push((name, function, tags));
        }
    }
    order(call, &mut fitting)?;
    let total = fitting.len();
    let shown: Vec<Value> = page
        .of(fitting)
        .iter()
        .map(|(name, function, tags)| show(call, namespace, name, function, tags))
        .collect::<Result<_, Refusal>>()?;
    Ok(json!({"Functions": shown, "TotalCount": total}))
}

fn check(filters: &[Filter<'_>]) -> Result<(), Refusal> {
    for filter in filters {
        let most = if SINGLE.contains(&filter.name) { 1 } else { MOST_VALUES };
        if filter.values.len() > most {
            let text = format!("The filter {} takes at most {most} values.", filter.name);
            return refused("InvalidParameterValue.Filters", text);
        }
    }
    Ok(())
}

fn fits(
    call: &Call<'_>,
    function: &Function,
    tags: &Tags,
    filter: &Filter<'_>,
) -> Result<bool, Refusal> {
    let revision = &function.latest;
    let vpc = revision.vpc.as_ref();
    Ok(match filter.name {
        "VpcId" => vpc.is_some_and(|(vpc, _)| filter.is(vpc)),
        "SubnetId" => vpc.is_some_and(|(_, subnet)| filter.is(subnet)),
        "ClsTopicId" => filter.is(&revision.cls_topic),
        "ClsLogsetId" => filter.is(&revision.cls_logset),
        "Role" => filter.is(&revision.role),
        "Status" => filter.is(function.status(call.now).name()),
        "Runtime" => filter.is(&revision.runtime),
        "Type" => filter.is(function.kind.name()),
        "PublicNetStatus" => filter.is(if revision.public { "ENABLE" } else { "DISABLE" }),
        "AsyncRunEnable" => filter.is(word(function.async_run)),
        "TraceEnable" => filter.is(word(function.trace)),
        "CfsId" => revision.mounts.iter().any(|mount| filter.is(&mount.file_system)),
        "CfsMountInsId" => revision.mounts.iter().any(|mount| filter.is(&mount.target)),
        // No function of this cloud has a stamp of another product.
        "Eip" | "Stamp" => false,
        name => match name.strip_prefix("tag-") {
            Some(key) => tags.have(key, &filter.values),
            None => {
                let text = format!("There is no filter `{name}`.");
                return refused("InvalidParameterValue.Filters", text);
            }
        },
    })
}

fn order(call: &Call<'_>, found: &mut [(String, Function, Tags)]) -> Result<(), Refusal> {
    match call.params.str("Orderby") {
        "" | "AddTime" => found.sort_by_key(|(_, function, _)| function.created),
        "ModTime" => found.sort_by_key(|(_, function, _)| function.latest.modified),
        "FunctionName" => found.sort_by(|(one, ..), (other, ..)| one.cmp(other)),
        other => {
            let text = format!("Orderby `{other}` must be AddTime, ModTime or FunctionName.");
            return refused("InvalidParameterValue.OrderBy", text);
        }
    }
    if descending(&call.params, true)? {
        found.reverse();
    }
    Ok(())
}

fn show(
    call: &Call<'_>,
    namespace: &str,
    name: &str,
    function: &Function,
    tags: &Tags,
) -> Result<Value, Refusal> {
    let id = function::id(namespace, name);
    let reserved = reserved::of(&call.store, &id)?;
    let provisioned = provisioned::sum(call, &format!("{id}/"))?;
    let reasons: Vec<_> = function
        .life
        .reasons(call.now)
        .iter()
        .map(|reason| json!({"ErrorCode": reason.code, "ErrorMessage": reason.message}))
        .collect();
    Ok(json!({
        "FunctionName": name,
        "FunctionId": function.id,
        "Namespace": namespace,
        "Description": function.latest.description,
        "Runtime": function.latest.runtime,
        "Type": function.kind.name(),
        "Status": function.status(call.now).name(),
        "StatusDesc": "",
        "StatusReasons": reasons,
        "AddTime": function.created.local(),
        "ModTime": function.latest.modified.local(),
        "Tags": tags.list(TAG),
        "AsyncRunEnable": word(function.async_run),
        "TraceEnable": word(function.trace),
        "ReservedConcurrencyMem": reserved,
        "TotalProvisionedConcurrencyMem": provisioned,
    }))
}
