//! Triggers: what makes a function run by itself.
//!
//! The load balancer makes those of the type `clb` when a function is bound to one of its rules: both
//! sides show the same object (R19, R20). The log and the media service make those of the types `cls`
//! and `mps`, by way of [`bound`]. All others are made here: [`change`] has the actions, [`settings`]
//! what each type takes. [`sources`] finds the triggers of something that happens,
//! [`timer`] fires those of the time, [`topic`] those of topics of logs, [`message`] those of objects and messages, and [`url`] answers
//! for those of HTTP.

mod bound;
mod change;
pub mod message;
mod settings;
mod sources;
mod timer;
pub mod topic;
pub mod url;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) use bound::would_loop_into;
pub use bound::{Place, bind, find, find_everywhere, switch, would_loop};
pub(super) use change::{create, delete, update, update_status};
pub use settings::{Cls, Kind};
pub use sources::Sources;
pub use timer::fire_in_time;

use super::{MOST, descending, function, namespace_of};
use crate::call::Call;
use crate::clb::function_target;
use crate::clock::Time;
use crate::list::{Filter, Page, filters, fits_all};
use crate::quotas;
use crate::refusal::{Answer, Refusal, refused};
use crate::store::{Record, Scope, StoreError};

/// The type of a load balancer's triggers.
pub const CLB: &str = "clb";

/// A trigger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// The type, as `clb`.
    pub kind: String,
    /// The name; of a `clb` trigger the path of its rule, `lb-…/lbl-…/loc-…`.
    pub name: String,
    /// The version or alias that it calls.
    pub qualifier: String,
    /// Its settings, a JSON document.
    pub settings: String,
    /// Whether it makes the function run.
    pub enabled: bool,
    /// What a timer hands over to the function.
    pub argument: String,
    /// What it is for.
    pub description: String,
    /// The SecretId of whom it belongs to.
    pub owner: String,
    /// `qcs::…`, what it stands for on the other side.
    pub resource: String,
    /// When it was made.
    pub created: Time,
    /// When it was last changed.
    pub modified: Time,
}

impl Record for Trigger {
    const KIND: &'static str = "scf.trigger";
}

impl Trigger {
    /// Its identity among the triggers of all functions of a region. A bucket has many rules, so
    /// what tells those of a type `cos` apart are their settings.
    fn key(&self, function: &str) -> String {
        let rule = if self.kind == Kind::Cos.name() { &*self.settings } else { "" };
        format!("{}{rule}", key(function, &self.kind, &self.name, &self.qualifier))
    }

    /// R20: what the trigger stands for ends with it.
    fn end_other_side(&self, call: &Call<'_>, function: &str) -> Result<(), Refusal> {
        if self.kind == CLB {
            function_target::unbind(call, function, &self.name, &self.qualifier)?;
        }
        Ok(())
    }

    fn show(&self) -> Value {
        let bound = match &*self.kind {
            CLB => ["", ""],
            _ if !self.enabled && self.kind == Kind::Mps.name() => ["off", "single"],
            _ => ["on", "single"],
        };
        json!({
            "Type": self.kind,
            "TriggerName": self.name,
            "TriggerDesc": self.settings,
            "Qualifier": self.qualifier,
            "Enable": i32::from(self.enabled),
            "CustomArgument": self.argument,
            "Description": self.description,
            "AvailableStatus": "Available",
            "AddTime": self.created.local(),
            "ModTime": self.modified.local(),
            "ResourceId": self.resource,
            "BindStatus": bound[0],
            "TriggerAttribute": bound[1],
        })
    }
}

/// The name of a rule contains slashes, so it stands last.
fn key(function: &str, kind: &str, name: &str, qualifier: &str) -> String {
    format!("{function}/{kind}/{qualifier}/{name}")
}

/// Stores the trigger of a binding, for the function `namespace/name`; one that is there already is
/// replaced, but stays as old as it is.
///
/// # Errors
/// R38: `LimitExceeded.Trigger` when the function has ten of the type.
pub fn put(call: &Call<'_>, function: &str, trigger: &Trigger) -> Result<(), Refusal> {
    let key = trigger.key(function);
    let all = call.store.scan::<Trigger>(&format!("{function}/{}/", trigger.kind))?;
    let others = all.iter().filter(|(other, _)| *other != key).count();
    call.within(&quotas::TRIGGERS, others + 1, "delete a trigger of the function")?;
    let mut trigger = trigger.clone();
    if let Some((_, old)) = all.iter().find(|(other, _)| *other == key) {
        trigger.created = old.created;
    }
    store(call, &key, &trigger)
}

/// Stores a trigger under its key, new or changed.
fn store(call: &Call<'_>, key: &str, trigger: &Trigger) -> Result<(), Refusal> {
    call.store.put(key, trigger)?;
    if trigger.kind == Kind::Timer.name() {
        call.after(|cloud| cloud.triggers.timers_changed());
    } else {
        call.after(|cloud| cloud.triggers.changed());
    }
    Ok(())
}

/// Forgets the trigger of a binding that ends; tells whether there was one.
///
/// # Errors
/// When the store fails.
pub fn forget(
    here: &Scope<'_>,
    function: &str,
    kind: &str,
    name: &str,
    qualifier: &str,
) -> Result<bool, StoreError> {
    here.remove::<Trigger>(&key(function, kind, name, qualifier))
}

/// The triggers of a function, as GetFunction shows them.
pub(super) fn shown(here: &Scope<'_>, function: &str) -> Result<Vec<Value>, StoreError> {
    let all = here.scan::<Trigger>(&format!("{function}/"))?;
    Ok(all.iter().map(|(_, trigger)| trigger.show()).collect())
}

/// Ends every trigger of a function, or those of one version or alias.
pub(super) fn remove_all(
    call: &Call<'_>,
    function: &str,
    qualifier: Option<&str>,
) -> Result<(), Refusal> {
    for (key, trigger) in call.store.scan::<Trigger>(&format!("{function}/"))? {
        if qualifier.is_none_or(|qualifier| qualifier == trigger.qualifier) {
            call.store.remove::<Trigger>(&key)?;
            trigger.end_other_side(call, function)?;
        }
    }
    call.after(|cloud| cloud.triggers.changed());
    Ok(())
}

pub(super) fn list(call: &Call<'_>) -> Answer {
    let p = &call.params;
    function::of_call(call)?;
    let id = function::id(namespace_of(p), p.str("FunctionName"));
    let page = Page::of_ints(p, MOST, "InvalidParameterValue.Limit")?;
    let filters = filters(p)?;
    let mut found = Vec::new();
    for (_, trigger) in call.store.scan::<Trigger>(&format!("{id}/"))? {
        if fits_all(&filters, |filter| fits(&trigger, filter))? {
            found.push(trigger);
        }
    }
    match p.str("OrderBy") {
        "" | "mod_time" => found.sort_by_key(|trigger| trigger.modified),
        "add_time" => found.sort_by_key(|trigger| trigger.created),
        other => {
            let text = format!("OrderBy `{other}` must be add_time or mod_time.");
            return refused("InvalidParameterValue.OrderBy", text);
        }
    }
    if descending(p, true)? {
        found.reverse();
    }
    let total = found.len();
    let shown: Vec<_> = page.of(found).iter().map(Trigger::show).collect();
    Ok(json!({"TotalCount": total, "Triggers": shown}))
}

fn fits(trigger: &Trigger, filter: &Filter<'_>) -> Result<bool, Refusal> {
    Ok(match filter.name {
        "Qualifier" => filter.is(&trigger.qualifier),
        "TriggerName" => filter.is(&trigger.name),
        "Description" => filter.is(&trigger.description),
        name => {
            let text = format!("There is no filter `{name}`.");
            return refused("InvalidParameterValue.Filters", text);
        }
    })
}
