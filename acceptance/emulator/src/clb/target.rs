//! Addresses behind a listener or a rule, and DescribeTargets for all kinds of targets.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::function_target::FunctionTarget;
use super::listener::{self, Listener, Selected};
use super::rule::{self, Rule};
use super::task::Write;
use super::{range, unknown_filter};
use crate::call::Call;
use crate::clock::Time;
use crate::list::{Filter, filters, fits_all};
use crate::params::Params;
use crate::quotas;
use crate::refusal::{Answer, Refusal, refused};
use crate::store::StoreError;

/// How many targets one call may name.
const MOST_IN_CALL: usize = 20;

/// An address behind a listener or a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// The address.
    pub ip: IpAddr,
    /// The port.
    pub port: u16,
    /// Its share of the requests, 0 to 100.
    pub weight: i64,
    tag: Option<String>,
    registered: Time,
}

impl Node {
    fn read(call: &Call<'_>, p: &Params<'_>) -> Result<Self, Refusal> {
        let ip = p.str("EniIp");
        if ip.is_empty() {
            let text = format!(
                "There is no instance `{}`: the local cloud has no machines. Name the target by \
                 EniIp and Port.",
                p.str("InstanceId")
            );
            return refused("UnsupportedOperation", text);
        }
        let Ok(ip) = ip.parse() else {
            return refused("InvalidParameter.FormatError", format!("EniIp `{ip}` is no address."));
        };
        let port = range("Port", p.int("Port").unwrap_or(0), 1..=65535)?;
        Ok(Self {
            ip,
            port: u16::try_from(port).unwrap_or_default(),
            weight: range("Weight", p.int("Weight").unwrap_or(10), 0..=100)?,
            tag: p.text("Tag").map(str::to_owned),
            registered: call.now,
        })
    }

    fn is(&self, other: &Self) -> bool {
        (self.ip, self.port) == (other.ip, other.port)
    }

    fn show(&self) -> Value {
        json!({
            "Type": "ENI",
            "InstanceId": "",
            "InstanceName": "",
            "Port": self.port,
            "Weight": self.weight,
            "PrivateIpAddresses": [self.ip],
            "RegisteredTime": self.registered.local(),
            "EniId": "",
            "Tag": self.tag.as_deref().unwrap_or_default(),
        })
    }
}

/// Where the targets of a call belong.
enum Place {
    Listener(Listener),
    Rule(String, Rule),
}

impl Place {
    fn of(call: &Call<'_>, write: &Write<'_, '_>) -> Result<Self, Refusal> {
        let id = call.params.str("ListenerId");
        let listener = listener::named(call, &write.id, id)?;
        if !listener.protocol.has_rules() {
            return Ok(Self::Listener(listener));
        }
        let (location, rule) = rule::addressed(call, &write.id, id)?;
        Ok(Self::Rule(location, rule))
    }

    fn nodes(&mut self) -> &mut Vec<Node> {
        match self {
            Self::Listener(listener) => &mut listener.nodes,
            Self::Rule(_, rule) => &mut rule.nodes,
        }
    }

    fn put(&self, call: &Call<'_>, write: &Write<'_, '_>) -> Result<(), StoreError> {
        let id = call.params.str("ListenerId");
        match self {
            Self::Listener(listener) => write.put(&listener::key(&write.id, id), listener),
            Self::Rule(location, rule) => write.put(&rule::key(&write.id, id, location), rule),
        }
    }
}

fn sent(call: &Call<'_>) -> Result<Vec<Node>, Refusal> {
    let targets = call.params.objects("Targets");
    if !(1..=MOST_IN_CALL).contains(&targets.len()) {
        let text = format!("Targets must have 1 to {MOST_IN_CALL} elements.");
        return refused("InvalidParameterValue.Length", text);
    }
    targets.iter().map(|target| Node::read(call, target)).collect()
}

pub(super) fn register(call: &Call<'_>) -> Answer {
    let write = Write::begin(call)?;
    let mut place = Place::of(call, &write)?;
    if let Place::Rule(location, rule) = &place
        && !rule.functions.is_empty()
    {
        let text = format!("The rule {location} has a function; it cannot have addresses as well.");
        return refused("InvalidParameterValue", text);
    }
    let nodes = place.nodes();
    for node in sent(call)? {
        if nodes.iter().any(|other| other.is(&node)) {
            let text = format!("{}:{} is a target already.", node.ip, node.port);
            return refused("InvalidParameterValue.Duplicate", text);
        }
        nodes.push(node);
    }
    let count = nodes.len();
    call.within(&quotas::TARGETS, count, "deregister a target or raise the quota")?;
    place.put(call, &write)?;
    Ok(json!({}))
}

pub(super) fn deregister(call: &Call<'_>) -> Answer {
    let write = Write::begin(call)?;
    let mut place = Place::of(call, &write)?;
    for node in sent(call)? {
        let before = place.nodes().len();
        place.nodes().retain(|other| !other.is(&node));
        if place.nodes().len() == before {
            let text = format!("{}:{} is no target.", node.ip, node.port);
            return refused("InvalidParameterValue", text);
        }
    }
    place.put(call, &write)?;
    Ok(json!({}))
}

pub(super) fn describe(call: &Call<'_>) -> Answer {
    let filters = filters(&call.params)?;
    let mut shown = Vec::new();
    for Selected { id, listener, rules } in listener::selected(call)? {
        let mut shown_rules = Vec::new();
        for (location, rule) in &rules {
            if fits_all(&filters, |filter| fits(filter, Some(location), &rule.nodes))? {
                shown_rules.push(show_rule(location, rule));
            }
        }
        let fits_itself = fits_all(&filters, |filter| fits(filter, None, &listener.nodes))?;
        if !filters.is_empty() && !fits_itself && shown_rules.is_empty() {
            continue;
        }
        let has_rules = listener.protocol.has_rules();
        shown.push(json!({
            "ListenerId": id,
            "Protocol": listener.protocol.name(),
            "Port": listener.port,
            "EndPort": 0,
            "Rules": has_rules.then_some(shown_rules),
            "Targets": (!has_rules).then(|| show_nodes(&listener.nodes)),
        }));
    }
    Ok(json!({"Listeners": shown}))
}

fn fits(filter: &Filter<'_>, location: Option<&str>, nodes: &[Node]) -> Result<bool, Refusal> {
    Ok(match filter.name {
        "location-id" => location.is_some_and(|location| filter.is(location)),
        "private-ip-address" => nodes.iter().any(|node| filter.is(&node.ip.to_string())),
        "tag" => nodes.iter().any(|node| node.tag.as_ref().is_some_and(|tag| filter.is(tag))),
        _ => return unknown_filter(filter),
    })
}

fn show_nodes(nodes: &[Node]) -> Vec<Value> {
    nodes.iter().map(Node::show).collect()
}

fn show_rule(location: &str, rule: &Rule) -> Value {
    let functions: Vec<_> = rule.functions.iter().map(FunctionTarget::show).collect();
    json!({
        "LocationId": location,
        "Domain": rule.domains.first(),
        "Url": rule.url,
        "Targets": show_nodes(&rule.nodes),
        "FunctionTargets": (!functions.is_empty()).then_some(functions),
    })
}
