//! Aliases: names that point at one or two versions.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::function::{self, Function};
use super::routing::Routing;
use super::{DEFAULT_ALIAS, LATEST, MOST, namespace_of, rules, trigger, version};
use crate::call::Call;
use crate::clock::Time;
use crate::list::Page;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::store::{Record, Scope, StoreError};

/// An alias.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Alias {
    /// The version that it points at: a number or `$LATEST`.
    pub version: String,
    pub(super) routing: Routing,
    description: String,
    created: Time,
    modified: Time,
}

impl Record for Alias {
    const KIND: &'static str = "scf.alias";
}

fn key(function: &str, alias: &str) -> String {
    format!("{function}/{alias}")
}

/// The alias with that name, of the function stored under `id`.
///
/// # Errors
/// When the store fails.
pub(super) fn find(here: &Scope<'_>, id: &str, name: &str) -> Result<Option<Alias>, StoreError> {
    here.get(&key(id, name))
}

/// R294: every function has the alias `$DEFAULT`, at first pointing at `$LATEST`.
pub(super) fn put_default(call: &Call<'_>, id: &str) -> Result<(), StoreError> {
    let alias = Alias {
        version: LATEST.to_owned(),
        routing: Routing::default(),
        description: String::new(),
        created: call.now,
        modified: call.now,
    };
    call.store.put(&key(id, DEFAULT_ALIAS), &alias)
}

impl Alias {
    /// Whether it points at that version, alone or beside another.
    pub(super) fn names(&self, version: &str) -> bool {
        self.version == version || self.routing.names(version)
    }

    fn show(&self, name: &str) -> Value {
        json!({
            "Name": name,
            "FunctionVersion": self.version,
            "RoutingConfig": self.routing.show(),
            "Description": self.description,
            "AddTime": self.created.local(),
            "ModTime": self.modified.local(),
        })
    }
}

/// The function and the id under which it is stored.
fn of_call(call: &Call<'_>) -> Result<(String, Function), Refusal> {
    let p = &call.params;
    let function = function::of_call(call)?;
    Ok((function::id(namespace_of(p), p.str("FunctionName")), function))
}

fn named(call: &Call<'_>, id: &str, name: &str) -> Result<Alias, Refusal> {
    let text = || format!("The function has no alias {name}.");
    find(&call.store, id, name)?.ok_or_else(|| refuse("ResourceNotFound.Alias", text()))
}

/// R284: the versions that a call names exist, and there are no two the same.
fn target(call: &Call<'_>, id: &str) -> Result<(String, Routing), Refusal> {
    let p = &call.params;
    let main = p.str("FunctionVersion");
    let routing = Routing::read(p.object("RoutingConfig").as_ref(), main)?;
    for version in routing.versions().chain([main]) {
        if version != LATEST && version::find(&call.store, id, version)?.is_none() {
            return Err(function::no_version(p.str("FunctionName"), version));
        }
    }
    Ok((main.to_owned(), routing))
}

pub(super) fn create(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let name = p.str("Name");
    let (id, function) = of_call(call)?;
    rules::alias_name(name, call.cloud.readings.now().alias_name_characters)?;
    function.must_exist_whole(p.str("FunctionName"), call.now)?;
    if find(&call.store, &id, name)?.is_some() {
        let text = format!("The function has an alias {name} already.");
        return refused("ResourceInUse.Alias", text);
    }
    let (version, routing) = target(call, &id)?;
    let description = rules::description(p.str("Description"))?;
    let alias = Alias { version, routing, description, created: call.now, modified: call.now };
    call.store.put(&key(&id, name), &alias)?;
    Ok(json!({}))
}

pub(super) fn update(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let (id, _) = of_call(call)?;
    let mut alias = named(call, &id, p.str("Name"))?;
    (alias.version, alias.routing) = target(call, &id)?;
    if let Some(text) = p.text("Description") {
        alias.description = rules::description(text)?;
    }
    alias.modified = call.now;
    call.store.put(&key(&id, p.str("Name")), &alias)?;
    Ok(json!({}))
}

pub(super) fn get(call: &Call<'_>) -> Answer {
    let (id, _) = of_call(call)?;
    let name = call.params.str("Name");
    Ok(named(call, &id, name)?.show(name))
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let (id, _) = of_call(call)?;
    let name = call.params.str("Name");
    if name == DEFAULT_ALIAS {
        let text = "The alias $DEFAULT goes with the function and not before.";
        return refused("InvalidParameterValue.Alias", text);
    }
    named(call, &id, name)?;
    trigger::remove_all(call, &id, Some(name))?;
    call.store.remove::<Alias>(&key(&id, name))?;
    Ok(json!({}))
}

pub(super) fn list(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let (id, _) = of_call(call)?;
    let page = Page::of_texts(p, MOST, "InvalidParameterValue.Limit")?;
    let prefix = key(&id, "");
    let mut found = call.store.scan::<Alias>(&prefix)?;
    if let Some(version) = p.text("FunctionVersion").filter(|version| !version.is_empty()) {
        found.retain(|(_, alias)| alias.names(version));
    }
    let total = found.len();
    let shown: Vec<_> =
        page.of(found).iter().map(|(key, alias)| alias.show(&key[prefix.len()..])).collect();
    Ok(json!({"Aliases": shown, "TotalCount": total}))
}
