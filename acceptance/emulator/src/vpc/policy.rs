//! The rules of a security group, in each direction an ordered list.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::cidr::Cidr;
use super::security_group::{self, SecurityGroup};
use crate::call::Call;
use crate::list::filters;
use crate::params::Params;
use crate::quotas;
use crate::refusal::{Answer, Refusal, refuse, refused};

const DIRECTIONS: [&str; 2] = ["Ingress", "Egress"];
const PROTOCOLS: [&str; 6] = ["TCP", "UDP", "ICMP", "ICMPV6", "GRE", "ALL"];

/// Every rule of a group. `version` counts the changes; callers may hold us to it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Policies {
    version: u64,
    ingress: Vec<Policy>,
    egress: Vec<Policy>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Policy {
    protocol: String,
    port: String,
    service: [String; 2],
    cidr: String,
    cidr_v6: String,
    group: String,
    address: [String; 2],
    action: String,
    description: String,
    modified: String,
}

impl Policies {
    /// Whether a rule names that group.
    pub(super) fn refer(&self, group: &str) -> bool {
        self.ingress.iter().chain(&self.egress).any(|policy| policy.group == group)
    }

    fn list(&mut self, direction: &str) -> &mut Vec<Policy> {
        if direction == "Ingress" { &mut self.ingress } else { &mut self.egress }
    }
}

impl Policy {
    fn read(call: &Call<'_>, p: &Params<'_>) -> Result<Self, Refusal> {
        let pair = |name: &str, members: [&str; 2]| {
            let object = p.object(name);
            members.map(|m| object.map(|o| o.str(m).to_owned()).unwrap_or_default())
        };
        let policy = Self {
            protocol: p.text("Protocol").unwrap_or("ALL").to_ascii_uppercase(),
            port: p.text("Port").unwrap_or("all").to_ascii_lowercase(),
            service: pair("ServiceTemplate", ["ServiceId", "ServiceGroupId"]),
            cidr: p.str("CidrBlock").to_owned(),
            cidr_v6: p.str("Ipv6CidrBlock").to_owned(),
            group: p.str("SecurityGroupId").to_owned(),
            address: pair("AddressTemplate", ["AddressId", "AddressGroupId"]),
            action: p.str("Action").to_ascii_uppercase(),
            description: p.str("PolicyDescription").to_owned(),
            modified: call.now.local(),
        };
        policy.check(call, p)?;
        Ok(policy)
    }

    fn check(&self, call: &Call<'_>, p: &Params<'_>) -> Result<(), Refusal> {
        let wrong = |text: String| refused("InvalidParameterValue", text);
        let by_template = self.service.iter().any(|id| !id.is_empty());
        if by_template && (p.has("Protocol") || p.has("Port")) {
            return refused(
                "InvalidParameter.Coexist",
                "ServiceTemplate excludes Protocol and Port.",
            );
        }
        if !PROTOCOLS.contains(&self.protocol.as_str()) {
            return wrong(format!("Protocol `{}` must be one of {PROTOCOLS:?}.", self.protocol));
        }
        if self.port != "all" && !matches!(self.protocol.as_str(), "TCP" | "UDP") {
            return wrong(format!("Protocol {} has no ports, so no {}.", self.protocol, self.port));
        }
        if !is_ports(&self.port) {
            return wrong(format!("Port `{}` must be as all, 80, 80,443 or 8000-8010.", self.port));
        }
        if !["ACCEPT", "DROP"].contains(&self.action.as_str()) {
            return wrong(format!("Action `{}` must be ACCEPT or DROP.", self.action));
        }
        let sources = [&self.cidr, &self.cidr_v6, &self.group, &self.address[0], &self.address[1]];
        if sources.iter().filter(|source| !source.is_empty()).count() != 1 {
            let text = "A rule has exactly one of CidrBlock, Ipv6CidrBlock, SecurityGroupId and \
                        AddressTemplate.";
            return refused("InvalidParameterValue", text);
        }
        if !self.cidr.is_empty() && !is_network(&self.cidr) {
            let text = format!("CidrBlock `{}` is no IPv4 network or address.", self.cidr);
            return refused("InvalidParameterValue.Malformed", text);
        }
        if !self.group.is_empty() {
            security_group::named(call, &self.group)?;
        }
        Ok(())
    }

    /// Whether they say the same, whatever the description.
    fn same(&self, other: &Self) -> bool {
        let other = Self {
            description: self.description.clone(),
            modified: self.modified.clone(),
            ..other.clone()
        };
        *self == other
    }

    fn show(&self, index: usize) -> Value {
        let [service, services] = &self.service;
        let [address, addresses] = &self.address;
        json!({
            "PolicyIndex": index,
            "Protocol": self.protocol,
            "Port": self.port,
            "ServiceTemplate": {"ServiceId": service, "ServiceGroupId": services},
            "CidrBlock": self.cidr,
            "Ipv6CidrBlock": self.cidr_v6,
            "SecurityGroupId": self.group,
            "AddressTemplate": {"AddressId": address, "AddressGroupId": addresses},
            "Action": self.action,
            "PolicyDescription": self.description,
            "ModifyTime": self.modified,
        })
    }
}

fn is_ports(text: &str) -> bool {
    let port = |text: &str| text.parse::<u16>().ok();
    let span = |(from, to): (&str, &str)| port(from).zip(port(to)).is_some_and(|(a, b)| a <= b);
    text == "all"
        || text.split_once('-').is_some_and(span)
        || text.split(',').all(|one| port(one).is_some())
}

fn is_network(text: &str) -> bool {
    Cidr::read(text).is_some() || text.parse::<std::net::Ipv4Addr>().is_ok()
}

/// A change to one group's rules; the caller's version, if given, must be the current one.
fn change(
    call: &Call<'_>,
    edit: impl FnOnce(&mut SecurityGroup, &Params<'_>) -> Result<(), Refusal>,
) -> Answer {
    let p = call.params;
    let id = p.str("SecurityGroupId");
    let mut group = security_group::named(call, id)?;
    let Some(set) = p.object("SecurityGroupPolicySet") else {
        return refused("MissingParameter", "SecurityGroupPolicySet is missing.");
    };
    let version = set.str("Version");
    if !["", "0"].contains(&version) && version != group.policies.version.to_string() {
        let text = format!("Version {version} is not the current {}.", group.policies.version);
        return refused("UnsupportedOperation.VersionMismatch", text);
    }
    edit(&mut group, &set)?;
    for list in [&group.policies.ingress, &group.policies.egress] {
        let duplicate = list.iter().enumerate().find(|(i, p)| list[..*i].iter().any(|o| o.same(p)));
        if let Some((index, _)) = duplicate {
            let text = format!("The rule at {index} says the same as one before it.");
            return refused("UnsupportedOperation.DuplicatePolicy", text);
        }
        call.within(&quotas::SECURITY_GROUP_RULES, list.len(), "merge rules or use a template")?;
    }
    group.policies.version += 1;
    group.updated = call.now;
    call.store.put(id, &group)?;
    Ok(json!({}))
}

/// The direction that a request is about, and its rules; it may not be about both.
fn one_direction<'a>(set: &Params<'a>) -> Result<(&'static str, Vec<Params<'a>>), Refusal> {
    let given: Vec<_> = DIRECTIONS
        .into_iter()
        .map(|direction| (direction, set.objects(direction)))
        .filter(|(_, rules)| !rules.is_empty())
        .collect();
    match <[_; 1]>::try_from(given) {
        Ok([one]) => Ok(one),
        Err(given) if given.is_empty() => {
            refused("MissingParameter", "Give rules in either Ingress or Egress.")
        }
        Err(_) => refused("InvalidParameter.Coexist", "Give rules in Ingress or Egress, not both."),
    }
}

fn index_of(p: &Params<'_>, len: usize) -> Result<Option<usize>, Refusal> {
    let Some(index) = p.int("PolicyIndex") else { return Ok(None) };
    let within = usize::try_from(index).ok().filter(|index| *index <= len);
    let text = || format!("PolicyIndex {index} is not one of the group's {len} rules.");
    within.map(Some).ok_or_else(|| refuse("InvalidParameterValue.Range", text()))
}

/// New rules go before the rule at PolicyIndex, or to the head of the list.
pub(super) fn create(call: &Call<'_>) -> Answer {
    change(call, |group, set| {
        let (direction, rules) = one_direction(set)?;
        let list = group.policies.list(direction);
        let at = rules.first().map(|rule| index_of(rule, list.len())).transpose()?.flatten();
        for (i, rule) in rules.iter().enumerate() {
            list.insert(at.unwrap_or(0) + i, Policy::read(call, rule)?);
        }
        Ok(())
    })
}

/// Replaces every rule of both directions. Version "0" means: none from now on.
pub(super) fn modify(call: &Call<'_>) -> Answer {
    change(call, |group, set| {
        for direction in DIRECTIONS {
            let mut rules = set.objects(direction);
            if call.params.bool("SortPolicys") == Some(true) {
                rules.sort_by_key(|rule| rule.int("PolicyIndex"));
            }
            if set.text("Version") == Some("0") {
                rules.clear();
            }
            let read = rules.iter().map(|rule| Policy::read(call, rule));
            *group.policies.list(direction) = read.collect::<Result<_, _>>()?;
        }
        Ok(())
    })
}

/// Puts rules in the place of those with the same PolicyIndex.
pub(super) fn replace(call: &Call<'_>) -> Answer {
    change(call, |group, set| {
        let (direction, rules) = one_direction(set)?;
        let list = group.policies.list(direction);
        for rule in &rules {
            let index = index_of(rule, list.len())?.filter(|index| *index < list.len());
            let Some(index) = index else {
                return refused("MissingParameter", "A replaced rule is named by its PolicyIndex.");
            };
            list[index] = Policy::read(call, rule)?;
        }
        Ok(())
    })
}

/// Removes rules, named by PolicyIndex or by what they say.
pub(super) fn delete(call: &Call<'_>) -> Answer {
    change(call, |group, set| {
        let (direction, rules) = one_direction(set)?;
        let list = group.policies.list(direction);
        let mut doomed = Vec::new();
        for rule in &rules {
            let index = match index_of(rule, list.len())? {
                Some(index) => Some(index).filter(|index| *index < list.len()),
                None => {
                    let wanted = Policy::read(call, rule)?;
                    list.iter().position(|policy| policy.same(&wanted))
                }
            };
            let gone = || refuse("ResourceNotFound", "The group has no such rule.");
            doomed.push(index.ok_or_else(gone)?);
        }
        doomed.sort_unstable();
        doomed.dedup();
        for index in doomed.into_iter().rev() {
            list.remove(index);
        }
        Ok(())
    })
}

pub(super) fn describe(call: &Call<'_>) -> Answer {
    let group = security_group::named(call, call.params.str("SecurityGroupId"))?;
    let filters = filters(&call.params)?;
    let shown = |list: &[Policy]| {
        let fits = |policy: &Policy| {
            filters.iter().all(|filter| match filter.name {
                "protocol-type" => filter.is(&policy.protocol),
                "port" => filter.is(&policy.port),
                "poly" => filter.is(&policy.action),
                "cidr-ip" | "ip" => filter.is(&policy.cidr),
                "security-group-id" => filter.is(&policy.group),
                _ => false,
            })
        };
        let indexed = list.iter().enumerate().filter(|(_, policy)| fits(policy));
        indexed.map(|(index, policy)| policy.show(index)).collect::<Vec<_>>()
    };
    let policies = &group.policies;
    Ok(json!({"SecurityGroupPolicySet": {
        "Version": policies.version.to_string(),
        "Ingress": shown(&policies.ingress),
        "Egress": shown(&policies.egress),
    }}))
}
