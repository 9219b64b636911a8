//! VPCs.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::cidr::Cidr;
use super::{
    MOST, TAG, flag, name, nat_gateway, not_both, route_table, subnet, tags_fit, unknown_filter,
    well_formed,
};
use crate::call::Call;
use crate::clock::Time;
use crate::list::{Filter, Page, filters, fits_all};
use crate::quotas;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::store::{Record, Scope, StoreError};
use crate::tags::{self, Tags};
use crate::uses;

/// The networks that a VPC may be cut from, with the smallest mask in each.
const RANGES: [(&str, u32); 3] =
    [("10.0.0.0/8", 12), ("172.16.0.0/12", 12), ("192.168.0.0/16", 16)];
const SMALLEST: u32 = 28;
const DNS: [&str; 2] = ["183.60.83.19", "183.60.82.98"];
const MOST_DNS: usize = 4;

/// A VPC.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Vpc {
    /// Its name.
    pub name: String,
    /// Its network.
    pub cidr: Cidr,
    multicast: bool,
    dns: Vec<String>,
    domain: String,
    publish: bool,
    publish_v6: bool,
    created: Time,
}

impl Record for Vpc {
    const KIND: &'static str = "vpc.vpc";
}

/// The VPC with that id.
///
/// # Errors
/// When the store fails.
pub fn find(here: &Scope<'_>, id: &str) -> Result<Option<Vpc>, StoreError> {
    here.get(id)
}

/// The VPC with that id, or the refusal of a caller who named none.
pub(super) fn named(call: &Call<'_>, id: &str) -> Result<Vpc, Refusal> {
    well_formed("vpc", id, "InvalidVpcId.Malformed")?;
    find(&call.store, id)?
        .ok_or_else(|| refuse("ResourceNotFound", format!("There is no VPC {id}.")))
}

pub(super) fn create(call: &Call<'_>) -> Answer {
    let p = call.params;
    for unsupported in ["StackType", "Ipv6CidrBlock", "AddressType"] {
        if p.text(unsupported).is_some_and(|value| !value.is_empty()) {
            let text = format!("The local cloud's VPCs have no IPv6, so no {unsupported}.");
            return refused("UnsupportedOperation", text);
        }
    }
    call.within(&quotas::VPCS, call.store.count::<Vpc>("")? + 1, "delete one or raise the quota")?;
    let vpc = Vpc {
        name: name("VpcName", p.str("VpcName"))?,
        cidr: network(p.text("CidrBlock"))?,
        multicast: flag("EnableMulticast", p.text("EnableMulticast"))?.unwrap_or(false),
        dns: dns(&p.texts("DnsServers"))?.unwrap_or_else(|| DNS.map(str::to_owned).to_vec()),
        domain: p.str("DomainName").to_owned(),
        publish: p.bool("EnableRouteVpcPublish").unwrap_or(false),
        publish_v6: p.bool("EnableRouteVpcPublishIpv6").unwrap_or(false),
        created: call.now,
    };
    let id = call.new_id("vpc")?;
    call.store.put(&id, &vpc)?;
    tags::set_from(call, tags::VPC, &id, &p.objects("Tags"), TAG)?;
    route_table::create_main(call, &id)?;
    Ok(json!({"Vpc": vpc.show(&id, &tags::of(&call.store, tags::VPC, &id)?)}))
}

fn network(text: Option<&str>) -> Result<Cidr, Refusal> {
    let Some(text) = text else {
        return refused("MissingParameter", "The parameter `CidrBlock` is missing.");
    };
    let Some(cidr) = Cidr::read(text) else {
        let text = format!("CidrBlock `{text}` is no IPv4 network such as 10.0.0.0/16.");
        return refused("InvalidParameterValue.Malformed", text);
    };
    let fits = |(range, smallest): &(&str, u32)| {
        let inside = Cidr::read(range).is_some_and(|range| range.contains(cidr));
        inside && (*smallest..=SMALLEST).contains(&cidr.mask())
    };
    if RANGES.iter().any(fits) {
        return Ok(cidr);
    }
    let text = format!(
        "CidrBlock {cidr} must lie in 10.0.0.0/8 or 172.16.0.0/12 with a mask of 12 to 28, or in \
         192.168.0.0/16 with a mask of 16 to 28."
    );
    refused("InvalidParameterValue.Range", text)
}

fn dns(servers: &[&str]) -> Result<Option<Vec<String>>, Refusal> {
    if let Some(bad) = servers.iter().find(|s| s.parse::<std::net::IpAddr>().is_err()) {
        let text = format!("The DNS server `{bad}` is no IP address.");
        return refused("InvalidParameterValue.Malformed", text);
    }
    if servers.len() > MOST_DNS {
        return refused("InvalidParameterValue", "A VPC has at most four DNS servers.");
    }
    let servers: Vec<_> = servers.iter().map(ToString::to_string).collect();
    Ok((!servers.is_empty()).then_some(servers))
}

impl Vpc {
    fn show(&self, id: &str, tags: &Tags) -> Value {
        json!({
            "VpcId": id,
            "VpcName": self.name,
            "CidrBlock": self.cidr,
            "IsDefault": false,
            "EnableMulticast": self.multicast,
            "CreatedTime": self.created.local(),
            "DnsServerSet": self.dns,
            "DomainName": self.domain,
            "DhcpOptionsId": "",
            "EnableDhcp": true,
            "Ipv6CidrBlock": "",
            "TagSet": tags.list(TAG),
            "AssistantCidrSet": [],
            "EnableRouteVpcPublish": self.publish,
            "EnableRouteVpcPublishIpv6": self.publish_v6,
            "Ipv6CidrBlockSet": [],
        })
    }

    fn fits(&self, id: &str, tags: &Tags, filter: &Filter<'_>) -> Result<bool, Refusal> {
        Ok(match filter.name {
            "vpc-id" => filter.is(id),
            "vpc-name" => filter.is_in(&self.name),
            "cidr-block" => filter.is(&self.cidr.to_string()),
            "is-default" => filter.is("false"),
            _ => match tags_fit(filter, tags) {
                Some(fits) => fits,
                None => return unknown_filter(filter),
            },
        })
    }
}

pub(super) fn describe(call: &Call<'_>) -> Answer {
    let (ids, filters) = (call.params.texts("VpcIds"), filters(&call.params)?);
    not_both(&ids, &filters)?;
    let page = Page::of_texts(&call.params, MOST, "InvalidParameterValue")?;
    let mut found = Vec::new();
    for (id, vpc) in candidates(call, &ids)? {
        let tags = tags::of(&call.store, tags::VPC, &id)?;
        if fits_all(&filters, |filter| vpc.fits(&id, &tags, filter))? {
            found.push((vpc.created, vpc.show(&id, &tags)));
        }
    }
    found.sort_by_key(|(created, _)| *created);
    let total = found.len();
    let shown: Vec<_> = page.of(found).into_iter().map(|(_, shown)| shown).collect();
    Ok(json!({"TotalCount": total, "VpcSet": shown}))
}

fn candidates(call: &Call<'_>, ids: &[&str]) -> Result<Vec<(String, Vpc)>, Refusal> {
    if ids.is_empty() {
        return Ok(call.store.scan("")?);
    }
    let mut found = Vec::new();
    for id in ids {
        well_formed("vpc", id, "InvalidVpcId.Malformed")?;
        found.extend(call.store.get(id)?.map(|vpc| ((*id).to_owned(), vpc)));
    }
    Ok(found)
}

pub(super) fn modify(call: &Call<'_>) -> Answer {
    let p = call.params;
    let id = p.str("VpcId");
    let mut vpc = named(call, id)?;
    if let Some(text) = p.text("VpcName") {
        vpc.name = name("VpcName", text)?;
    }
    if let Some(multicast) = flag("EnableMulticast", p.text("EnableMulticast"))? {
        vpc.multicast = multicast;
    }
    if let Some(dns) = dns(&p.texts("DnsServers"))? {
        vpc.dns = dns;
    }
    if let Some(domain) = p.text("DomainName") {
        domain.clone_into(&mut vpc.domain);
    }
    vpc.publish = p.bool("EnableRouteVpcPublish").unwrap_or(vpc.publish);
    vpc.publish_v6 = p.bool("EnableRouteVpcPublishIpv6").unwrap_or(vpc.publish_v6);
    call.store.put(id, &vpc)?;
    Ok(json!({}))
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let id = call.params.str("VpcId");
    named(call, id)?;
    let in_use = |by: String| refused("ResourceInUse", format!("{id} is in use by {by}."));
    if let Some(subnet) = subnet::ids_in(&call.store, id)?.pop() {
        return in_use(subnet);
    }
    if let Some(user) = uses::of(&call.store, id, call.now)?.pop() {
        return in_use(user.name);
    }
    if let Some(gateway) = nat_gateway::ids_in(call, id)?.pop() {
        return in_use(gateway);
    }
    if let Some(table) = route_table::custom_in(&call.store, id)?.pop() {
        return in_use(table);
    }
    route_table::delete_main(&call.store, id)?;
    uses::forget(&call.store, id)?;
    tags::forget(&call.store, tags::VPC, id)?;
    call.store.remove::<Vpc>(id)?;
    Ok(json!({}))
}
