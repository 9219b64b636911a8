//! Environment variables: those that the state holds, and those that it never sees.
//!
//! The cloud takes all variables at once, so both kinds are always sent together. The state keeps the
//! names of the hidden ones, by which they are told apart when the function is read.

use std::collections::{BTreeMap, BTreeSet};

use tencentcloud_api::Secret;
use tencentcloud_api::scf::{Environment, Variable};
use tf_protocol::Change;
use tf_schema::check::quoted;
use tf_schema::{Diagnostics, Set, Value};

use super::Function;
use super::check;
use crate::tags;

type Variables = Value<BTreeMap<String, String>>;

impl Function {
    /// Whether there are variables to send with a new function.
    pub(super) fn has_environment(&self) -> bool {
        self.environment.is_known() || self.environment_wo.is_known()
    }

    /// Whether an update has to send the variables.
    pub(super) fn environment_differs(&self, prior: &Function) -> bool {
        self.environment != prior.environment
            || self.environment_wo_version != prior.environment_wo_version
            || names_of(&self.environment_wo_names) != names_of(&prior.environment_wo_names)
    }

    /// All variables; none are one with an empty key, or the cloud keeps what it has.
    pub(super) fn to_environment(&self) -> Environment {
        let all = self.environment.or_default().into_iter().chain(self.environment_wo.or_default());
        let mut variables: Vec<Variable> =
            all.map(|(key, value)| Variable { key, value: Secret::from(value) }).collect();
        if variables.is_empty() {
            variables.push(Variable::default());
        }
        Environment { variables }
    }

    /// Takes note of the hidden variables that are sent.
    pub(super) fn note_hidden(&mut self) {
        self.environment_wo_names = names(&self.environment_wo);
    }

    /// Takes the variables over, except for the hidden ones. None keep the form in which the user
    /// wrote them: null or an empty map.
    pub(super) fn adopt_environment(&mut self, found: Environment) {
        let hidden = names_of(&self.environment_wo_names);
        let shown = found.variables.into_iter().filter(|variable| !hidden.contains(&variable.key));
        let pairs = shown.map(|variable| (variable.key, variable.value.expose().to_owned()));
        self.environment = tags::adopt(&self.environment, pairs);
        if self.environment_wo_names.is_null() {
            self.environment_wo_names = Value::Known(Set::default());
        }
    }
}

/// Plans the names of the hidden variables. Another name is a change that the plan shows; another
/// value is one only together with `environment_wo_version`.
pub fn plan(change: &mut Change<Function>) {
    let names = names(&change.config.environment_wo);
    let before = change.prior.as_ref().map(|prior| names_of(&prior.environment_wo_names));
    if names.is_unknown() {
        change.set_unknown("environment_wo_names");
    } else if before != Some(names_of(&names)) {
        change.set::<Set<String>>("environment_wo_names", names);
    }
}

/// Rules over both kinds of variables: R39 and that a name is there once.
pub fn validate(config: &Function, problems: &mut Diagnostics) {
    let hidden = &config.environment_wo;
    if !config.environment_wo_version.is_null() && hidden.is_null() {
        let detail = "environment_wo_version tells that values of environment_wo have changed: set \
                      environment_wo, too.";
        problems.error("environment_wo_version", "A version of nothing", detail);
    }
    let (Some(shown), Some(hidden)) = (config.environment.known(), hidden.known()) else { return };
    let twice: Vec<_> = hidden.keys().filter(|name| shown.contains_key(*name)).collect();
    if !twice.is_empty() {
        let detail =
            format!("{} must be in environment or in environment_wo, not in both.", quoted(&twice));
        problems.error("environment_wo", "Variables in two places", detail);
    }
    let mut all = shown.clone();
    all.extend(hidden.clone());
    if let (Ok(()), Ok(()), Err(reason)) =
        (check::environment(shown), check::environment(hidden), check::environment(&all))
    {
        problems.error("environment_wo", "Too many variables", reason);
    }
}

fn names(hidden: &Variables) -> Value<Set<String>> {
    match hidden {
        Value::Unknown => Value::Unknown,
        Value::Null => Value::Known(Set::default()),
        Value::Known(hidden) => Value::Known(hidden.keys().cloned().collect()),
    }
}

fn names_of(names: &Value<Set<String>>) -> BTreeSet<String> {
    names.known().into_iter().flat_map(Set::iter).cloned().collect()
}
