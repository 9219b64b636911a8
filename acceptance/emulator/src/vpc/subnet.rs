//! Subnets.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::cidr::Cidr;
use super::{
    MOST, TAG, flag, name, not_both, route_table, tags_fit, unknown_filter, vpc, well_formed,
};
use crate::call::Call;
use crate::clock::Time;
use crate::list::{Filter, Page, filters, fits_all};
use crate::params::Params;
use crate::quotas;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::regions::is_zone;
use crate::store::{Record, Scope, StoreError};
use crate::tags::{self, Tags};
use crate::uses;

const MASKS: std::ops::RangeInclusive<u32> = 16..=28;
/// The first address, the gateway's and the last belong to the cloud.
const RESERVED: i64 = 3;

/// A subnet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Subnet {
    /// The VPC that it is in.
    pub vpc: String,
    /// Its name.
    pub name: String,
    /// Its network.
    pub cidr: Cidr,
    /// The availability zone.
    pub zone: String,
    pub(super) route_table: String,
    broadcast: bool,
    created: Time,
}

impl Record for Subnet {
    const KIND: &'static str = "vpc.subnet";
}

/// The subnet with that id.
///
/// # Errors
/// When the store fails.
pub fn find(here: &Scope<'_>, id: &str) -> Result<Option<Subnet>, StoreError> {
    here.get(id)
}

/// The ids of the subnets of a VPC.
pub(super) fn ids_in(here: &Scope<'_>, vpc: &str) -> Result<Vec<String>, StoreError> {
    let all = here.scan::<Subnet>("")?.into_iter();
    Ok(all.filter(|(_, subnet)| subnet.vpc == vpc).map(|(id, _)| id).collect())
}

pub(super) fn named(call: &Call<'_>, id: &str) -> Result<Subnet, Refusal> {
    well_formed("subnet", id, "InvalidParameterValue.Malformed")?;
    let found = find(&call.store, id)?;
    found.ok_or_else(|| refuse("ResourceNotFound", format!("There is no subnet {id}.")))
}

pub(super) fn create(call: &Call<'_>) -> Answer {
    let id = create_one(call, call.params.str("VpcId"), &call.params, None)?;
    Ok(json!({"Subnet": shown(call, &id)?}))
}

pub(super) fn create_many(call: &Call<'_>) -> Answer {
    let mut set = Vec::new();
    for subnet in call.params.objects("Subnets") {
        let table = subnet.text("RouteTableId").filter(|id| !id.is_empty());
        let id = create_one(call, call.params.str("VpcId"), &subnet, table)?;
        set.push(shown(call, &id)?);
    }
    Ok(json!({"SubnetSet": set}))
}

fn create_one(
    call: &Call<'_>,
    vpc_id: &str,
    p: &Params<'_>,
    table: Option<&str>,
) -> Result<String, Refusal> {
    let vpc = vpc::named(call, vpc_id)?;
    if [p.str("StackType"), p.str("Ipv6CidrBlock")].iter().any(|v6| !v6.is_empty()) {
        return refused("UnsupportedOperation", "The local cloud's subnets have no IPv6.");
    }
    let zone = p.str("Zone");
    if !is_zone(call.region(), zone) {
        let text = format!("`{zone}` is no zone of {}, as {}-1 is.", call.region(), call.region());
        return refused("InvalidParameterValue.UnavailableZone", text);
    }
    let cidr = network(p.text("CidrBlock"), vpc.cidr)?;
    let siblings = call.store.scan::<Subnet>("")?;
    let siblings: Vec<_> = siblings.iter().filter(|(_, subnet)| subnet.vpc == vpc_id).collect();
    if let Some((id, other)) = siblings.iter().find(|(_, other)| other.cidr.overlaps(cidr)) {
        let code = if other.cidr == cidr {
            "InvalidParameterValue.SubnetConflict"
        } else {
            "InvalidParameterValue.SubnetOverlap"
        };
        return refused(code, format!("CidrBlock {cidr} overlaps {} of {id}.", other.cidr));
    }
    call.within(&quotas::SUBNETS, siblings.len() + 1, "delete one or raise the quota")?;
    let route_table = match table {
        Some(id) => route_table::named_in(call, id, vpc_id)?,
        None => route_table::main_of(&call.store, vpc_id)?,
    };
    let subnet = Subnet {
        vpc: vpc_id.to_owned(),
        name: name("SubnetName", p.str("SubnetName"))?,
        cidr,
        zone: zone.to_owned(),
        route_table,
        broadcast: false,
        created: call.now,
    };
    let id = call.new_id("subnet")?;
    call.store.put(&id, &subnet)?;
    tags::set_from(call, tags::SUBNET, &id, &call.params.objects("Tags"), TAG)?;
    Ok(id)
}

fn network(text: Option<&str>, vpc: Cidr) -> Result<Cidr, Refusal> {
    let Some(text) = text else {
        return refused("MissingParameter", "The parameter `CidrBlock` is missing.");
    };
    let Some(cidr) = Cidr::read(text) else {
        let text = format!("CidrBlock `{text}` is no IPv4 network such as 10.0.1.0/24.");
        return refused("InvalidParameterValue.Malformed", text);
    };
    if !MASKS.contains(&cidr.mask()) {
        let text = format!("The mask of CidrBlock {cidr} must be 16 to 28.");
        return refused("InvalidParameterValue.SubnetRange", text);
    }
    if !vpc.contains(cidr) {
        let text = format!("CidrBlock {cidr} is not inside the VPC's {vpc}.");
        return refused("InvalidParameterValue.NotInVpcCidr", text);
    }
    Ok(cidr)
}

fn shown(call: &Call<'_>, id: &str) -> Answer {
    let subnet = named(call, id)?;
    subnet.show(call, id, &tags::of(&call.store, tags::SUBNET, id)?)
}

impl Subnet {
    fn show(&self, call: &Call<'_>, id: &str, tags: &Tags) -> Answer {
        let total = self.cidr.size() - RESERVED;
        let users = uses::of(&call.store, id, call.now)?;
        let used: i64 = users.iter().map(|user| user.addresses).sum();
        Ok(json!({
            "VpcId": self.vpc,
            "SubnetId": id,
            "SubnetName": self.name,
            "CidrBlock": self.cidr,
            "IsDefault": false,
            "EnableBroadcast": self.broadcast,
            "Zone": self.zone,
            "RouteTableId": self.route_table,
            "CreatedTime": self.created.local(),
            "AvailableIpAddressCount": (total - used).max(0),
            "Ipv6CidrBlock": "",
            "NetworkAclId": "",
            "IsRemoteVpcSnat": false,
            "TotalIpAddressCount": total,
            "TagSet": tags.list(TAG),
            "CdcId": "",
            "IsCdcSubnet": 0,
        }))
    }

    fn fits(&self, id: &str, tags: &Tags, filter: &Filter<'_>) -> Result<bool, Refusal> {
        Ok(match filter.name {
            "subnet-id" => filter.is(id),
            "vpc-id" => filter.is(&self.vpc),
            "subnet-name" => filter.is_in(&self.name),
            "cidr-block" => filter.is(&self.cidr.to_string()),
            "zone" => filter.is(&self.zone),
            "is-default" => filter.is("false"),
            "cdc-id" => filter.is(""),
            _ => match tags_fit(filter, tags) {
                Some(fits) => fits,
                None => return unknown_filter(filter),
            },
        })
    }
}

pub(super) fn describe(call: &Call<'_>) -> Answer {
    let p = call.params;
    let (ids, filters) = (p.texts("SubnetIds"), filters(&p)?);
    not_both(&ids, &filters)?;
    let page = Page::of_texts(&p, MOST, "InvalidParameterValue")?;
    let mut found: Vec<(Time, Value)> = Vec::new();
    for (id, subnet) in candidates(call, &ids)? {
        let tags = tags::of(&call.store, tags::SUBNET, &id)?;
        if fits_all(&filters, |filter| subnet.fits(&id, &tags, filter))? {
            found.push((subnet.created, subnet.show(call, &id, &tags)?));
        }
    }
    found.sort_by_key(|(created, _)| *created);
    let total = found.len();
    let shown: Vec<_> = page.of(found).into_iter().map(|(_, shown)| shown).collect();
    Ok(json!({"TotalCount": total, "SubnetSet": shown}))
}

fn candidates(call: &Call<'_>, ids: &[&str]) -> Result<Vec<(String, Subnet)>, Refusal> {
    if ids.is_empty() {
        return Ok(call.store.scan("")?);
    }
    let mut found = Vec::new();
    for id in ids {
        well_formed("subnet", id, "InvalidParameterValue.Malformed")?;
        found.extend(call.store.get(id)?.map(|subnet| ((*id).to_owned(), subnet)));
    }
    Ok(found)
}

pub(super) fn modify(call: &Call<'_>) -> Answer {
    let p = call.params;
    let id = p.str("SubnetId");
    let mut subnet = named(call, id)?;
    if let Some(text) = p.text("SubnetName") {
        subnet.name = name("SubnetName", text)?;
    }
    if let Some(broadcast) = flag("EnableBroadcast", p.text("EnableBroadcast"))? {
        subnet.broadcast = broadcast;
    }
    call.store.put(id, &subnet)?;
    Ok(json!({}))
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let id = call.params.str("SubnetId");
    named(call, id)?;
    if let Some(user) = uses::of(&call.store, id, call.now)?.pop() {
        return refused("ResourceInUse", format!("{id} is in use by {}.", user.name));
    }
    uses::forget(&call.store, id)?;
    tags::forget(&call.store, tags::SUBNET, id)?;
    call.store.remove::<Subnet>(id)?;
    Ok(json!({}))
}
