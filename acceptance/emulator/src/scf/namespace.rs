//! Namespaces.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::hosting::Hosting;
use super::{DEFAULT_NAMESPACE, MOST, descending, function, rules};
use crate::call::Call;
use crate::clock::Time;
use crate::list::Page;
use crate::quotas;
use crate::refusal::{Answer, Refusal, refused};
use crate::store::{Record, Scope, StoreError};

/// A namespace. `default` is stored only once something about it was changed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Namespace {
    description: String,
    created: Time,
    modified: Time,
    hosting: Option<Hosting>,
}

impl Record for Namespace {
    const KIND: &'static str = "scf.namespace";
}

/// Every namespace, `default` included (R57).
///
/// # Errors
/// When the store fails.
pub(super) fn all(here: &Scope<'_>) -> Result<Vec<(String, Namespace)>, StoreError> {
    let mut all = here.scan::<Namespace>("")?;
    if !all.iter().any(|(name, _)| name == DEFAULT_NAMESPACE) {
        all.push((DEFAULT_NAMESPACE.to_owned(), default()));
    }
    Ok(all)
}

/// It is older than everything that people make.
fn default() -> Namespace {
    Namespace { description: String::new(), created: Time(0), modified: Time(0), hosting: None }
}

fn find(here: &Scope<'_>, name: &str) -> Result<Option<Namespace>, StoreError> {
    let stored = here.get(name)?;
    Ok(stored.or_else(|| (name == DEFAULT_NAMESPACE).then(default)))
}

/// R410: a function can be made in it.
///
/// # Errors
/// When there is no such namespace, or its cluster is not prepared yet.
pub(super) fn must_be_ready(call: &Call<'_>, name: &str) -> Result<(), Refusal> {
    if named(&call.store, name)?.is_ready(call.now) {
        return Ok(());
    }
    let text = format!("The cluster of the namespace {name} is not prepared yet.");
    refused("FailedOperation.Namespace", text)
}

pub(super) fn must_exist(here: &Scope<'_>, name: &str) -> Result<(), Refusal> {
    named(here, name).map(drop)
}

fn named(here: &Scope<'_>, name: &str) -> Result<Namespace, Refusal> {
    match find(here, name)? {
        Some(namespace) => Ok(namespace),
        None => refused("ResourceNotFound.Namespace", format!("There is no namespace {name}.")),
    }
}

pub(super) fn create(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let name = p.str("Namespace");
    rules::namespace_name(name, call.cloud.readings.now().namespace_name_characters)?;
    if find(&call.store, name)?.is_some() {
        let text = format!("There is a namespace {name} already.");
        return refused("ResourceInUse.Namespace", text);
    }
    let count = all(&call.store)?.len() + 1;
    call.within(&quotas::NAMESPACES, count, "delete one or raise the quota")?;
    let description = rules::description(p.str("Description"))?;
    let hosting = Hosting::read(call)?;
    if let Some(hosting) = &hosting {
        hosting.hold(call, name)?;
    }
    let namespace = Namespace { description, created: call.now, modified: call.now, hosting };
    call.store.put(name, &namespace)?;
    Ok(json!({}))
}

pub(super) fn update(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let mut namespace = named(&call.store, p.str("Namespace"))?;
    namespace.description = rules::description(p.str("Description"))?;
    namespace.modified = call.now;
    call.store.put(p.str("Namespace"), &namespace)?;
    Ok(json!({}))
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let name = call.params.str("Namespace");
    if name == DEFAULT_NAMESPACE {
        let text = "The namespace default always exists.";
        return refused("InvalidParameterValue.DefaultNamespace", text);
    }
    let namespace = named(&call.store, name)?;
    let functions = function::all(&call.store, call.now, name)?;
    if let Some((function, _)) = functions.first() {
        let text =
            format!("The namespace {name} holds {} functions, as {function}.", functions.len());
        return refused("FailedOperation.DeleteNamespace", text);
    }
    if let Some(hosting) = &namespace.hosting {
        hosting.release(call, name)?;
    }
    call.store.remove::<Namespace>(name)?;
    Ok(json!({}))
}

pub(super) fn list(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let page = Page::of_ints(p, MOST, "InvalidParameterValue.Limit")?;
    let mut found = all(&call.store)?;
    found.retain(|(_, namespace)| namespace.is_ready(call.now));
    for key in p.objects("SearchKey") {
        match key.str("Key") {
            "Namespace" => found.retain(|(name, _)| name.contains(key.str("Value"))),
            "Description" => found.retain(|(_, n)| n.description.contains(key.str("Value"))),
            other => {
                let text = format!("SearchKey `{other}` must be Namespace or Description.");
                return refused("InvalidParameterValue.SearchKey", text);
            }
        }
    }
    match p.str("Orderby") {
        "" | "AddTime" | "add_time" => found.sort_by_key(|(_, namespace)| namespace.created),
        "ModTime" | "mod_time" => found.sort_by_key(|(_, namespace)| namespace.modified),
        "name" | "Name" => found.sort_by(|(one, _), (other, _)| one.cmp(other)),
        other => {
            let text = format!("Orderby `{other}` must be name, AddTime or ModTime.");
            return refused("InvalidParameterValue.OrderBy", text);
        }
    }
    if descending(p, false)? {
        found.reverse();
    }
    let total = found.len();
    let shown: Vec<_> = page.of(found).iter().map(|(name, n)| n.show(name)).collect();
    Ok(json!({"Namespaces": shown, "TotalCount": total}))
}

impl Namespace {
    /// R410: a cluster is prepared first.
    fn is_ready(&self, now: Time) -> bool {
        self.hosting.as_ref().is_none_or(|hosting| hosting.is_ready(now))
    }

    fn show(&self, name: &str) -> Value {
        json!({
            "Name": name,
            "Description": self.description,
            "AddTime": self.created.local(),
            "ModTime": self.modified.local(),
            "Type": "default",
        })
    }
}
