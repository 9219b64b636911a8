//! Functions behind rules.
//!
//! A binding is one object with two sides: here the rule has a function target, and the function
//! has a trigger of the type `clb` (R19, R20).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::listener::{self, Listener, Protocol};
use super::load_balancer::{IpVersion, LoadBalancer};
use super::rule::{self, Rule};
use super::task::{self, Write};
use super::{range, word};
use crate::accounts::{NetworkType, Standing};
use crate::call::Call;
use crate::params::Params;
use crate::quotas;
use crate::refusal::{Answer, Refusal, refused};
use crate::scf::function::{self, Kind, Qualifier, Status};
use crate::scf::trigger::{self, Trigger};
use crate::store::StoreError;

/// A function behind a rule (R17).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionTarget {
    /// The namespace.
    pub namespace: String,
    /// The function's name.
    pub function: String,
    /// A version or an alias (R18).
    pub qualifier: String,
    /// Its share of the requests, 0 to 100.
    pub weight: i64,
    is_alias: bool,
}

impl FunctionTarget {
    fn read(call: &Call<'_>, p: &Params<'_>) -> Result<Self, Refusal> {
        let weight = range("Weight", p.int("Weight").unwrap_or(10), 0..=100)?;
        let Some(info) = p.object("Function") else {
            return refused("MissingParameter", "A function target needs Function.");
        };
        let text = |member| info.str(member).to_owned();
        let kind = match info.text("FunctionQualifierType").filter(|kind| !kind.is_empty()) {
            Some(kind) => Some(word("FunctionQualifierType", kind, &["VERSION", "ALIAS"])?),
            None => None,
        };
        let mut target = Self {
            namespace: text("FunctionNamespace"),
            function: text("FunctionName"),
            qualifier: text("FunctionQualifier"),
            weight,
            is_alias: kind == Some("ALIAS"),
        };
        // What is not there any more can still be deregistered.
        let known = function::qualifier(
            &call.store,
            &target.namespace,
            &target.function,
            &target.qualifier,
        )?;
        if let (Some(known), None) = (known, kind) {
            target.is_alias = known == Qualifier::Alias;
        }
        Ok(target)
    }

    fn is(&self, other: &Self) -> bool {
        self.same_function(other) && self.qualifier == other.qualifier
    }

    fn same_function(&self, other: &Self) -> bool {
        self.namespace == other.namespace && self.function == other.function
    }

    /// Where the function is stored.
    fn id(&self) -> String {
        function::id(&self.namespace, &self.function)
    }

    pub(super) fn show(&self) -> Value {
        json!({
            "Function": {
                "FunctionNamespace": self.namespace,
                "FunctionName": self.function,
                "FunctionQualifier": self.qualifier,
                "FunctionQualifierType": if self.is_alias { "ALIAS" } else { "VERSION" },
            },
            "Weight": self.weight,
        })
    }
}

fn sent(call: &Call<'_>) -> Result<Vec<FunctionTarget>, Refusal> {
    let targets = call.params.objects("FunctionTargets");
    if targets.is_empty() {
        return refused("InvalidParameterValue.Length", "FunctionTargets is empty.");
    }
    targets.iter().map(|target| FunctionTarget::read(call, target)).collect()
}

pub(super) fn register(call: &Call<'_>) -> Answer {
    let write = Write::begin(call)?;
    let listener_id = call.params.str("ListenerId");
    let listener = listener::named(call, &write.id, listener_id)?;
    may_have_functions(call, &write.balancer, &listener)?;
    let (location, mut rule) = rule::addressed(call, &write.id, listener_id)?;
    if !rule.nodes.is_empty() {
        let text = format!("The rule {location} has addresses; it cannot have a function as well.");
        return refused("InvalidParameterValue", text);
    }
    for target in sent(call)? {
        may_be_target(call, &write.balancer, &target)?;
        if let Some(other) = rule.functions.iter().find(|other| !other.same_function(&target)) {
            let text = format!("The rule {location} has the function {} already.", other.function);
            return refused("LimitExceeded", text);
        }
        if rule.functions.iter().any(|other| other.is(&target)) {
            let text = format!("{} is a target of {location} already.", target.function);
            return refused("InvalidParameterValue.Duplicate", text);
        }
        rule.functions.push(target);
    }
    call.within(&quotas::TARGETS, rule.functions.len(), "deregister a target first")?;
    put_triggers(&write, listener_id, &location, &rule)?;
    write.put(&rule::key(&write.id, listener_id, &location), &rule)?;
    Ok(json!({}))
}

/// What a load balancer and a listener must be like to have functions behind them.
fn may_have_functions(
    call: &Call<'_>,
    balancer: &LoadBalancer,
    listener: &Listener,
) -> Result<(), Refusal> {
    let readings = call.cloud.readings.now();
    let regions = &readings.binding_regions;
    if !regions.iter().any(|region| region == call.region()) {
        // R1 and R2.
        let text = format!("Functions stand behind load balancers in {} only.", regions.join(", "));
        return refused("UnsupportedOperation", text);
    }
    let standing = Standing::of(call)?;
    if standing.network_type == NetworkType::Legacy {
        // R3 and R4.
        let text = "Only standard (bill-by-IP) accounts put functions behind load balancers; \
                    upgrade the account's type.";
        return refused("UnsupportedOperation", text);
    }
    if balancer.forward == 0 && !readings.functions_behind_old_load_balancers {
        let text = "A load balancer of the old generation has no functions behind it.";
        return refused("UnsupportedOperation", text);
    }
    if balancer.vpc.is_empty() || balancer.vpc == "0" {
        let text = "A load balancer on the basic network has no functions behind it; make it in a \
                    VPC.";
        return refused("UnsupportedOperation", text);
    }
    if balancer.ip_version == IpVersion::Ipv6FullChain {
        let text = "Functions stand behind IPv4 and IPv6 NAT64 load balancers, not IPv6FullChain.";
        return refused("UnsupportedOperation", text);
    }
    if !matches!(listener.protocol, Protocol::Http | Protocol::Https) {
        let text = format!(
            "Functions stand behind HTTP and HTTPS listeners, not {}.",
            listener.protocol.name()
        );
        return refused("InvalidParameter.ProtocolCheckFailed", text);
    }
    Ok(())
}

/// What a function must be like to stand behind a load balancer.
fn may_be_target(
    call: &Call<'_>,
    balancer: &LoadBalancer,
    target: &FunctionTarget,
) -> Result<(), Refusal> {
    let FunctionTarget { namespace, function: name, qualifier, .. } = target;
    let Some(function) = function::find(&call.store, call.now, namespace, name)? else {
        let text = format!(
            "There is no function {name} in the namespace {namespace} of {}; a load balancer \
             reaches functions of its own region.",
            call.region()
        );
        return refused("InvalidParameterValue", text);
    };
    let readings = call.cloud.readings.now();
    if function.kind == Kind::Http && !readings.web_functions_behind_load_balancers {
        // R14.
        let text = format!("{name} is a web function; a load balancer calls event functions.");
        return refused("UnsupportedOperation", text);
    }
    let vpc = function.running(call.now).vpc.as_ref().map(|(vpc, _)| vpc);
    if vpc == Some(&balancer.vpc) && !readings.functions_in_the_load_balancers_vpc {
        let text = format!("{name} is in the load balancer's own VPC; it must be in another.");
        return refused("UnsupportedOperation", text);
    }
    match function.status(call.now) {
        Status::Creating | Status::CreateFailed | Status::Deleting | Status::Gone => {
            let status = function.status(call.now).name();
            let text = format!("{name} is {status}; wait until it is Active.");
            return refused("FailedOperation", text);
        }
        _ => {}
    }
    let wanted = if target.is_alias { Qualifier::Alias } else { Qualifier::Version };
    match function::qualifier(&call.store, namespace, name, qualifier)? {
        Some(found) if found == wanted => Ok(()),
        _ => {
            let kind = if target.is_alias { "alias" } else { "version" };
            let text = format!("{name} has no {kind} {qualifier}.");
            refused("InvalidParameterValue", text)
        }
    }
}

pub(super) fn modify(call: &Call<'_>) -> Answer {
    change(call, |rule, target| match rule.functions.iter_mut().find(|own| own.is(target)) {
        Some(own) => {
            own.weight = target.weight;
            true
        }
        None => false,
    })
}

pub(super) fn deregister(call: &Call<'_>) -> Answer {
    change(call, |rule, target| {
        let before = rule.functions.len();
        rule.functions.retain(|own| !own.is(target));
        rule.functions.len() < before
    })
}

/// Changes a rule for each target of the call; `change` tells whether it was a target.
fn change(call: &Call<'_>, change: impl Fn(&mut Rule, &FunctionTarget) -> bool) -> Answer {
    let write = Write::begin(call)?;
    let listener_id = call.params.str("ListenerId");
    listener::with_rules(call, &write.id, listener_id)?;
    let (location, mut rule) = rule::addressed(call, &write.id, listener_id)?;
    let before = rule.functions.clone();
    for target in sent(call)? {
        if !change(&mut rule, &target) {
            let text = format!(
                "{} with the qualifier {} is no target of {location}.",
                target.function, target.qualifier
            );
            return refused("InvalidParameterValue", text);
        }
    }
    let gone = before.iter().filter(|old| !rule.functions.iter().any(|own| own.is(old)));
    forget(&write, listener_id, &location, gone)?;
    put_triggers(&write, listener_id, &location, &rule)?;
    write.put(&rule::key(&write.id, listener_id, &location), &rule)?;
    Ok(json!({}))
}

/// Gives the functions of a rule the triggers that stand for it.
pub(super) fn put_triggers(
    write: &Write<'_, '_>,
    listener_id: &str,
    location: &str,
    rule: &Rule,
) -> Result<(), Refusal> {
    if !write.takes_effect() {
        return Ok(());
    }
    let call = write.call;
    let listener = listener::named(call, &write.id, listener_id)?;
    let name = rule::key(&write.id, listener_id, location);
    for target in &rule.functions {
        let settings = json!({
            "loadBalanceId": write.id,
            "domain": rule.domains.first(),
            "port": listener.port,
            "protocol": listener.protocol.name(),
            "url": rule.url,
            "weight": target.weight,
        });
        let trigger = Trigger {
            kind: trigger::CLB.to_owned(),
            resource: format!("qcs::clb:{}:uin/{}:{name}", call.region(), call.account.uin),
            name: name.clone(),
            qualifier: target.qualifier.clone(),
            settings: settings.to_string(),
            enabled: true,
            argument: String::new(),
            description: String::new(),
            owner: call.account.secret_id.clone(),
            created: call.now,
            modified: call.now,
        };
        trigger::put(call, &target.id(), &trigger)?;
    }
    Ok(())
}

/// Takes from the functions of a rule the triggers that stand for it.
pub(super) fn forget_triggers(
    write: &Write<'_, '_>,
    listener_id: &str,
    location: &str,
    rule: &Rule,
) -> Result<(), StoreError> {
    forget(write, listener_id, location, rule.functions.iter())
}

fn forget<'t>(
    write: &Write<'_, '_>,
    listener_id: &str,
    location: &str,
    targets: impl Iterator<Item = &'t FunctionTarget>,
) -> Result<(), StoreError> {
    if write.takes_effect() {
        let name = rule::key(&write.id, listener_id, location);
        for target in targets {
            let (function, qualifier) = (target.id(), &target.qualifier);
            trigger::forget(&write.call.store, &function, trigger::CLB, &name, qualifier)?;
        }
    }
    Ok(())
}

/// Takes a function from the rule that the `clb` trigger of that name stands for, because the
/// trigger or the function goes. That is no write of the load balancer's owner, so no task stands
/// for it, and a rule that is gone already is no mistake.
///
/// # Errors
/// When the store fails.
pub fn unbind(
    call: &Call<'_>,
    function: &str,
    trigger: &str,
    qualifier: &str,
) -> Result<(), StoreError> {
    let Some(mut rule) = call.store.get::<Rule>(trigger)? else { return Ok(()) };
    rule.functions.retain(|own| own.id() != function || own.qualifier != qualifier);
    call.store.put(trigger, &rule)?;
    task::tell_the_gateway(call, trigger.split('/').next().unwrap_or_default());
    Ok(())
}
