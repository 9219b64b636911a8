//! Versions: fixed copies of `$LATEST`.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::alias::Alias;
use super::function::{self, Function, Status};
use super::revision::Revision;
use super::{LATEST, MOST, descending, namespace_of, network, rules, trigger};
use crate::call::Call;
use crate::clock::Time;
use crate::list::Page;
use crate::quotas;
use crate::refusal::{Answer, Refusal, refused};
use crate::store::{Record, Scope, StoreError};
use crate::transitions::{FUNCTION_PUBLISH, Life};

/// A version.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Version {
    pub(super) description: String,
    pub(super) life: Life<Status>,
    pub(super) revision: Revision,
    pub(super) created: Time,
}

impl Record for Version {
    const KIND: &'static str = "scf.version";
}

/// Where a version is stored, so that the order of the keys is that of the numbers.
fn key(function: &str, number: u64) -> String {
    format!("{function}/{number:010}")
}

/// The version with that number, of the function stored under `id`.
///
/// # Errors
/// When the store fails.
pub(super) fn find(
    here: &Scope<'_>,
    id: &str,
    number: &str,
) -> Result<Option<(u64, Version)>, StoreError> {
    let Ok(number) = number.parse() else { return Ok(None) };
    Ok(here.get(&key(id, number))?.map(|version| (number, version)))
}

/// Every version of the function stored under `id`, oldest first.
///
/// # Errors
/// When the store fails.
pub(super) fn all(here: &Scope<'_>, id: &str) -> Result<Vec<(u64, Version)>, StoreError> {
    let prefix = format!("{id}/");
    let found = here.scan::<Version>(&prefix)?.into_iter();
    Ok(found.map(|(key, version)| (key[prefix.len()..].parse().unwrap_or(0), version)).collect())
}

pub(super) fn publish(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let (namespace, name) = (namespace_of(p), p.str("FunctionName"));
    let mut function = function::of_call(call)?;
    if function.status(call.now) != Status::Active {
        let status = function.status(call.now).name();
        let text = format!("{name} is {status}; only an Active function can be published.");
        return refused("FailedOperation.FunctionStatusError", text);
    }
    let id = function::id(namespace, name);
    let description = rules::description(p.str("Description"))?;
    function.life =
        call.life(&FUNCTION_PUBLISH, Status::Publishing, Status::Active, Status::PublishFailed);
    let number = add(call, &id, &mut function, &description)?;
    call.store.put(&id, &function)?;
    let mut answer = function.latest.summary();
    answer["FunctionVersion"] = json!(number.to_string());
    answer["Description"] = json!(description);
    answer["Namespace"] = json!(namespace);
    Ok(answer)
}

/// R273, R274: copies `$LATEST` into the next version. The caller stores the function.
pub(super) fn add(
    call: &Call<'_>,
    id: &str,
    function: &mut Function,
    description: &str,
) -> Result<u64, Refusal> {
    let count = all(&call.store, id)?.len() + 1;
    call.within(&quotas::VERSIONS, count, "delete versions that nothing uses")?;
    function.latest.hold(&call.store)?;
    function.published += 1;
    let life =
        call.life(&FUNCTION_PUBLISH, Status::Publishing, Status::Active, Status::PublishFailed);
    let revision = function.latest.clone();
    let version =
        Version { description: description.to_owned(), life, revision, created: call.now };
    call.store.put(&key(id, function.published), &version)?;
    Ok(function.published)
}

pub(super) fn list(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let function = function::of_call(call)?;
    let id = function::id(namespace_of(p), p.str("FunctionName"));
    let page = Page::of_ints(p, MOST, "InvalidParameterValue.Limit")?;
    let latest = (LATEST.to_owned(), function.created, function.latest.modified);
    let mut found = vec![(
        latest.1,
        latest.2,
        show(&latest, &function.latest.description, function.status(call.now)),
    )];
    for (number, version) in all(&call.store, &id)? {
        let times = (number.to_string(), version.created, version.created);
        let shown = show(&times, &version.description, version.life.at(call.now));
        found.push((version.created, version.created, shown));
    }
    match p.str("OrderBy") {
        "" | "AddTime" => found.sort_by_key(|(created, ..)| *created),
        "ModTime" => found.sort_by_key(|(_, modified, _)| *modified),
        other => {
            let text = format!("OrderBy `{other}` must be AddTime or ModTime.");
            return refused("InvalidParameterValue.OrderBy", text);
        }
    }
    if descending(p, false)? {
        found.reverse();
    }
    let total = found.len();
    let shown: Vec<_> = page.of(found).into_iter().map(|(.., shown)| shown).collect();
    let names: Vec<_> = shown.iter().map(|version| version["Version"].clone()).collect();
    Ok(json!({"FunctionVersion": names, "Versions": shown, "TotalCount": total}))
}

fn show((version, created, modified): &(String, Time, Time), said: &str, status: Status) -> Value {
    json!({
        "Version": version,
        "Description": said,
        "AddTime": created.local(),
        "ModTime": modified.local(),
        "Status": status.name(),
    })
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let p = &call.params;
    if !["", "true", "false"].contains(&p.str("ForceDelete")) {
        return refused("InvalidParameterValue", "ForceDelete must be `true` or `false`.");
    }
    let function = function::of_call(call)?;
    remove(call, &function, p.str("Qualifier"))
}

/// Takes a version away, unless an alias points at it.
pub(super) fn remove(call: &Call<'_>, function: &Function, qualifier: &str) -> Answer {
    let p = &call.params;
    let (namespace, name) = (namespace_of(p), p.str("FunctionName"));
    let (id, here) = (function::id(namespace, name), &call.store);
    if qualifier == LATEST {
        let text = "$LATEST goes with the function and not before.";
        return refused("InvalidParameterValue.Qualifier", text);
    }
    let Some((number, version)) = find(here, &id, qualifier)? else {
        return Err(function::no_version(name, qualifier));
    };
    let aliases = here.scan::<Alias>(&format!("{id}/"))?;
    if let Some((key, _)) = aliases.iter().find(|(_, alias)| alias.names(qualifier)) {
        let alias = &key[id.len() + 1..];
        let text = format!("The alias {alias} points at version {qualifier}; delete it first.");
        return refused("UnsupportedOperation.AliasBind", text);
    }
    trigger::remove_all(call, &id, Some(qualifier))?;
    let versions = all(here, &id)?;
    let held = |all: bool| {
        let rest = versions.iter().filter(move |(other, _)| all || *other != number);
        let revisions = rest.map(|(_, version)| &version.revision);
        revisions.chain([&function.latest]).collect::<Vec<_>>()
    };
    network::settle(call, &id, &held(true), &held(false))?;
    version.revision.release(here)?;
    here.remove::<Version>(&key(&id, number))?;
    let key = function::runtime_key(call, namespace, name, qualifier);
    call.after(move |cloud| cloud.runtime.retire(&key));
    Ok(json!({}))
}
