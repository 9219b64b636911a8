//! How functions reach networks: VPCs, the Internet, fixed addresses.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::revision::Revision;
use crate::call::Call;
use crate::clock::Time;
use crate::quotas;
use crate::refusal::{Refusal, refused};
use crate::runtime::Reach;
use crate::store::{Record, Scope, StoreError};
use crate::transitions::SUBNET_RELEASE;
use crate::vpc::cidr::Cidr;
use crate::{uses, vpc};

/// The key of the address that functions outside of VPCs share (R335).
const OUTSIDE: &str = "public";
/// Addresses for documentation (RFC 5737): nothing in the world answers there.
const FIXED_NETWORK: [u8; 3] = [203, 0, 113];

/// A fixed address and the functions that go out from it; with the last of them it goes (R336).
#[derive(Debug, Serialize, Deserialize)]
struct Egress {
    address: String,
    functions: BTreeSet<String>,
}

impl Record for Egress {
    const KIND: &'static str = "scf.egress";
}

/// Takes over VpcConfig and PublicNetConfig of a call.
pub(super) fn apply(revision: &mut Revision, call: &Call<'_>) -> Result<(), Refusal> {
    let p = &call.params;
    if let Some(config) = p.object("VpcConfig") {
        revision.vpc = subnet(call, config.str("VpcId"), config.str("SubnetId"))?;
    }
    if let Some(config) = p.object("PublicNetConfig") {
        let code = "InvalidParameterValue.PublicNetConfig";
        revision.public = switch("PublicNetStatus", config.str("PublicNetStatus"), code)?;
        if let Some(eip) = config.object("EipConfig") {
            let code = "InvalidParameterValue.EipConfig";
            revision.fixed_ip = switch("EipStatus", eip.str("EipStatus"), code)?;
        }
    }
    if let Some(config) = p.object("IntranetConfig") {
        let code = "InvalidParameterValue.IntranetConfig";
        let on = switch("IpFixed", config.str("IpFixed"), code)?;
        revision.intranet = revision.intranet.filter(|_| on);
        if on && revision.vpc.is_none() {
            let text = "A fixed intranet address needs a VpcConfig.";
            return refused(code, text);
        }
        if on && revision.intranet.is_none() {
            revision.intranet = intranet_address(call, revision)?;
        }
    }
    settle_intranet(revision, call)?;
    if revision.fixed_ip && !revision.public {
        // R331.
        let text = "A fixed egress address needs public access: PublicNetStatus ENABLE.";
        return refused("InvalidParameterValue.EipConfig", text);
    }
    Ok(())
}

/// A fixed address stays in the function's subnet, and goes with it.
fn settle_intranet(revision: &mut Revision, call: &Call<'_>) -> Result<(), Refusal> {
    let Some(address) = revision.intranet else { return Ok(()) };
    let inside = match &revision.vpc {
        Some((_, id)) => {
            vpc::subnet::find(&call.store, id)?.is_some_and(|subnet| subnet.cidr.has(address))
        }
        None => false,
    };
    if !inside {
        revision.intranet = intranet_address(call, revision)?;
    }
    Ok(())
}

/// The next address of the subnet, after those that the network keeps.
fn intranet_address(call: &Call<'_>, revision: &Revision) -> Result<Option<Ipv4Addr>, Refusal> {
    let Some((_, id)) = &revision.vpc else { return Ok(None) };
    let Some(subnet) = vpc::subnet::find(&call.store, id)? else { return Ok(None) };
    let number = call.store.next(&format!("scf intranet {id}"))?;
    Ok(Some(subnet.cidr.host(number)))
}

/// R343, R344: VPC and subnet together, both existing, the one in the other.
fn subnet(
    call: &Call<'_>,
    vpc_id: &str,
    subnet_id: &str,
) -> Result<Option<(String, String)>, Refusal> {
    match (vpc_id, subnet_id) {
        ("", "") => return Ok(None),
        ("", _) | (_, "") => {
            let text = "VpcId and SubnetId are given together, or both empty.";
            return refused("InvalidParameterValue.Vpc", text);
        }
        _ => {}
    }
    let subnet = vpc::subnet::find(&call.store, subnet_id)?;
    if subnet.is_some_and(|subnet| subnet.vpc == vpc_id) {
        return Ok(Some((vpc_id.to_owned(), subnet_id.to_owned())));
    }
    let text = format!("There is no subnet {subnet_id} in a VPC {vpc_id} of {}.", call.region());
    refused("ResourceNotFound.Vpc", text)
}

fn switch(member: &str, word: &str, code: &'static str) -> Result<bool, Refusal> {
    match word {
        "ENABLE" => Ok(true),
        "DISABLE" => Ok(false),
        _ => refused(code, format!("{member} is `{word}`; it must be ENABLE or DISABLE.")),
    }
}

/// What a function's revisions hold: subnets and file systems, and fixed addresses.
fn wanted(revisions: &[&Revision]) -> [BTreeSet<String>; 2] {
    let subnet = |r: &&Revision| r.vpc.as_ref().map(|(_, subnet)| subnet.clone());
    let mounts = revisions.iter().flat_map(|r| &r.mounts).map(|mount| mount.file_system.clone());
    let subnets = revisions.iter().filter_map(subnet).chain(mounts).collect();
    let egress = revisions.iter().filter(|r| r.fixed_ip).map(|r| egress_key(r).to_owned());
    [subnets, egress.collect()]
}

/// R335, R337: one address for all functions outside of VPCs, one for those of each subnet.
fn egress_key(revision: &Revision) -> &str {
    revision.vpc.as_ref().map_or(OUTSIDE, |(_, subnet)| subnet)
}

/// Makes the network agree with what a function's revisions were and are: addresses of subnets
/// (R345), file systems and fixed addresses are taken and given back.
///
/// # Errors
/// R339: `LimitExceeded.Eip`.
pub(super) fn settle(
    call: &Call<'_>,
    function: &str,
    before: &[&Revision],
    after: &[&Revision],
) -> Result<(), Refusal> {
    let ([subnets, egress], [old_subnets, old_egress]) = (wanted(after), wanted(before));
    let user = format!("scf:{function}");
    for subnet in subnets.difference(&old_subnets) {
        uses::begin(&call.store, subnet, &user, 1)?;
    }
    let released = call.now.plus(call.cloud.transitions.lasts(&SUBNET_RELEASE));
    for subnet in old_subnets.difference(&subnets) {
        uses::end(&call.store, subnet, &user, released)?;
    }
    for key in old_egress.difference(&egress) {
        if let Some(mut held) = call.store.get::<Egress>(key)? {
            held.functions.remove(function);
            if held.functions.is_empty() {
                call.store.remove::<Egress>(key)?;
            } else {
                call.store.put(key, &held)?;
            }
        }
    }
    for key in egress.difference(&old_egress) {
        let mut held = match call.store.get::<Egress>(key)? {
            Some(held) => held,
            None => new_address(call)?,
        };
        held.functions.insert(function.to_owned());
        call.store.put(key, &held)?;
    }
    Ok(())
}

fn new_address(call: &Call<'_>) -> Result<Egress, Refusal> {
    let count = call.store.count::<Egress>("")? + 1;
    call.within(&quotas::FIXED_IPS, count, "switch it off on the functions of another network")?;
    let [a, b, c] = FIXED_NETWORK;
    let d = call.store.next("scf egress")? % 254 + 1;
    Ok(Egress { address: format!("{a}.{b}.{c}.{d}"), functions: BTreeSet::new() })
}

/// What the function's code reaches: private addresses by its VPC (R81), the Internet by public access
/// (R79) or by what its subnet's routes lead to a NAT gateway (R341, R350, R351). `None` where its
/// subnet is gone.
pub(super) fn reach(
    here: &Scope<'_>,
    now: Time,
    revision: &Revision,
) -> Result<Option<Reach>, StoreError> {
    if let Some((_, subnet)) = &revision.vpc
        && vpc::subnet::find(here, subnet)?.is_none()
    {
        return Ok(None);
    }
    let internet = match &revision.vpc {
        _ if revision.public => vec![Cidr::EVERYTHING],
        Some((_, subnet)) => vpc::route::to_internet(here, now, subnet)?,
        None => Vec::new(),
    };
    Ok(Some(Reach { private: revision.vpc.is_some(), internet }))
}

/// The fixed address of a revision, if it has one.
fn address(here: &Scope<'_>, revision: &Revision) -> Result<Option<String>, StoreError> {
    if !revision.fixed_ip {
        return Ok(None);
    }
    Ok(here.get::<Egress>(egress_key(revision))?.map(|egress| egress.address))
}

/// The members of GetFunction that are about networks.
pub(super) fn show(here: &Scope<'_>, revision: &Revision) -> Result<Value, StoreError> {
    let word = |on: bool| if on { "ENABLE" } else { "DISABLE" };
    let addresses: Vec<_> = address(here, revision)?.into_iter().collect();
    let (vpc, subnet) = revision.vpc.clone().unwrap_or_default();
    Ok(json!({
        "VpcConfig": {"VpcId": vpc, "SubnetId": subnet},
        "PublicNetConfig": {
            "PublicNetStatus": word(revision.public),
            "EipConfig": {"EipStatus": word(revision.fixed_ip), "EipAddress": addresses},
        },
        "EipConfig": {"EipFixed": super::word(revision.fixed_ip), "Eips": addresses},
        "IntranetConfig": {
            "IpFixed": word(revision.intranet.is_some()),
            "IpAddress": revision.intranet.iter().collect::<Vec<_>>(),
        },
    }))
}
