//! Load balancers: instances, listeners, rules, and the functions and addresses behind them.
//!
//! Every write starts a task that is polled by the write's request id, and a load balancer
//! carries out one write at a time. What is stored here is what [`crate::gateway`] serves.

pub mod certificate;
mod domain;
pub mod function_target;
mod health;
pub mod listener;
pub mod load_balancer;
mod overview;
pub mod rule;
pub mod target;
mod task;
mod zone;

use serde_json::{Value, json};

use crate::call::{Action, Call, read, write};
use crate::list::Filter;
use crate::params::Params;
use crate::quotas;
use crate::refusal::{Answer, Refusal, refused};

/// What this service carries out.
pub const ACTIONS: &[Action] = &[
    write("CreateLoadBalancer", load_balancer::create),
    read("DescribeLoadBalancers", overview::describe),
    write("ModifyLoadBalancerAttributes", load_balancer::modify),
    write("SetLoadBalancerSecurityGroups", load_balancer::set_security_groups),
    write("SetLoadBalancerClsLog", load_balancer::set_log),
    write("DeleteLoadBalancer", load_balancer::delete),
    write("CreateListener", listener::create),
    read("DescribeListeners", listener::describe),
    write("ModifyListener", listener::modify),
    write("DeleteListener", listener::delete),
    write("CreateRule", rule::create),
    write("ModifyRule", rule::modify),
    write("DeleteRule", rule::delete),
    write("ModifyDomainAttributes", domain::modify),
    write("RegisterFunctionTargets", function_target::register),
    write("ModifyFunctionTargets", function_target::modify),
    write("DeregisterFunctionTargets", function_target::deregister),
    write("RegisterTargets", target::register),
    write("DeregisterTargets", target::deregister),
    read("DescribeTargets", target::describe),
    read("DescribeTaskStatus", task::describe),
    read("DescribeQuota", quota),
];

/// What tags are called in this service.
const TAG: [&str; 2] = ["TagKey", "TagValue"];
/// The longest list that a describe action answers.
const MOST: i64 = 100;

/// Text whose length in characters lies in a range.
fn length(member: &str, text: &str, range: std::ops::RangeInclusive<usize>) -> Result<(), Refusal> {
    if range.contains(&text.chars().count()) {
        return Ok(());
    }
    let text = format!("{member} must have {} to {} characters.", range.start(), range.end());
    refused("InvalidParameterValue.Length", text)
}

/// A number in a range.
fn range(member: &str, number: i64, range: std::ops::RangeInclusive<i64>) -> Result<i64, Refusal> {
    if range.contains(&number) {
        return Ok(number);
    }
    let text = format!("{member} is {number}; it must be {} to {}.", range.start(), range.end());
    refused("InvalidParameterValue.Range", text)
}

/// One of a few words, whatever their case; answers it as the cloud spells it.
fn word(member: &str, text: &str, words: &[&'static str]) -> Result<&'static str, Refusal> {
    match words.iter().find(|word| word.eq_ignore_ascii_case(text)) {
        Some(word) => Ok(word),
        None => {
            let text = format!("{member} is `{text}`; it must be {}.", words.join(" or "));
            refused("InvalidParameterValue", text)
        }
    }
}

/// Refuses what this cloud would have to ignore; false, 0 and nothing ask for nothing.
fn not_emulated(params: &Params<'_>, members: &[&str]) -> Result<(), Refusal> {
    let asks = |member: &&&str| match params.get(member) {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Number(number)) => number.as_i64() != Some(0),
        Some(_) => true,
    };
    match members.iter().find(asks) {
        None => Ok(()),
        Some(member) => {
            let text = format!("The local cloud does not emulate the parameter {member} yet.");
            refused("UnsupportedOperation", text)
        }
    }
}

fn unknown_filter<T>(filter: &Filter<'_>) -> Result<T, Refusal> {
    let text = format!("There is no filter `{}`.", filter.name);
    refused("InvalidParameterValue.InvalidFilter", text)
}

fn quota(call: &Call<'_>) -> Answer {
    let open = load_balancer::count(&call.store, load_balancer::Kind::Open)?;
    let internal = load_balancer::count(&call.store, load_balancer::Kind::Internal)?;
    let one = |id: &str, quota, current: Option<usize>| -> Answer {
        let limit = call.limit(quota)?;
        Ok(json!({"QuotaId": id, "QuotaCurrent": current, "QuotaLimit": limit}))
    };
    Ok(json!({"QuotaSet": [
        one("TOTAL_OPEN_CLB_QUOTA", &quotas::OPEN_LOAD_BALANCERS, Some(open))?,
        one("TOTAL_INTERNAL_CLB_QUOTA", &quotas::INTERNAL_LOAD_BALANCERS, Some(internal))?,
        one("TOTAL_LISTENER_QUOTA", &quotas::LISTENERS, None)?,
        one("TOTAL_LISTENER_RULE_QUOTA", &quotas::RULES, None)?,
        one("TOTAL_TARGET_BIND_QUOTA", &quotas::TARGETS, None)?,
    ]}))
}
