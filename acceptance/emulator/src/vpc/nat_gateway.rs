//! NAT gateways: how what has no public address reaches the Internet.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::address::{self, Address};
use super::{MOST, TAG, name, not_both, route, tags_fit, unknown_filter, vpc, well_formed};
use crate::call::Call;
use crate::clock::Time;
use crate::list::{Filter, Page, filters, fits_all};
use crate::quotas;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::store::{Record, Scope, StoreError};
use crate::tags::{self, Tags};
use crate::transitions::{Life, NAT_GATEWAY};

const BANDWIDTHS: [i64; 8] = [20, 50, 100, 200, 500, 1000, 2000, 5000];
const CONNECTIONS: [i64; 3] = [1_000_000, 3_000_000, 10_000_000];
/// What a standard gateway always has.
const STANDARD: [i64; 2] = [5000, 2_000_000];
const MOST_ADDRESSES: usize = 10;

/// A NAT gateway.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct NatGateway {
    pub(super) vpc: String,
    name: String,
    zone: String,
    bandwidth: i64,
    connections: i64,
    /// 1 for classic, 2 for standard.
    product: i64,
    protected: bool,
    /// The ids of its addresses.
    addresses: Vec<String>,
    life: Life<State>,
    created: Time,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    Pending,
    Available,
    PendFailure,
    Deleting,
    DeleteFailed,
    Gone,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Available => "AVAILABLE",
            Self::PendFailure => "PENDFAILURE",
            Self::Deleting | Self::Gone => "DELETING",
            Self::DeleteFailed => "DELETEFAILURE",
        }
    }
}

impl Record for NatGateway {
    const KIND: &'static str = "vpc.nat_gateway";
}

/// A change of a gateway's addresses; its id is the request id of the call.
#[derive(Debug, Serialize, Deserialize)]
struct Task {
    life: Life<Progress>,
    gateway: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Progress {
    Running,
    Success,
    Failed,
}

impl Record for Task {
    const KIND: &'static str = "vpc.task";
}

fn all(call: &Call<'_>) -> Result<Vec<(String, NatGateway)>, StoreError> {
    let found = call.store.scan::<NatGateway>("")?.into_iter();
    Ok(found.filter(|(_, found)| found.life.at(call.now) != State::Gone).collect())
}

/// The gateway that a caller names.
pub(super) fn named(call: &Call<'_>, id: &str) -> Result<NatGateway, Refusal> {
    well_formed("nat", id, "InvalidParameterValue.Malformed")?;
    let found = call.store.get::<NatGateway>(id)?;
    let found = found.filter(|found| found.life.at(call.now) != State::Gone);
    found.ok_or_else(|| refuse("ResourceNotFound", format!("There is no NAT gateway {id}.")))
}

/// Whether there is such a gateway, and it works.
pub(super) fn works(here: &Scope<'_>, now: Time, id: &str) -> Result<bool, StoreError> {
    let found = here.get::<NatGateway>(id)?;
    Ok(found.is_some_and(|found| found.life.at(now) == State::Available))
}

/// The gateways of a VPC.
pub(super) fn ids_in(call: &Call<'_>, vpc: &str) -> Result<Vec<String>, StoreError> {
    let found = all(call)?.into_iter();
    Ok(found.filter(|(_, found)| found.vpc == vpc).map(|(id, _)| id).collect())
}

pub(super) fn create(call: &Call<'_>) -> Answer {
    let p = call.params;
    let vpc_id = p.str("VpcId");
    vpc::named(call, vpc_id)?;
    let count = ids_in(call, vpc_id)?.len() + 1;
    call.within(&quotas::NAT_GATEWAYS, count, "delete one or raise the quota")?;
    let product = p.int("NatProductVersion").unwrap_or(1);
    let [bandwidth, connections] = capacity(call, product)?;
    let id = call.new_id("nat")?;
    let addresses = new_addresses(call, &id)?;
    if addresses.is_empty() {
        let text = "Give AddressCount, PublicIpAddresses or both: a gateway needs an address.";
        return refused("MissingParameter", text);
    }
    let gateway = NatGateway {
        vpc: vpc_id.to_owned(),
        name: name("NatGatewayName", p.str("NatGatewayName"))?,
        zone: p.str("Zone").to_owned(),
        bandwidth,
        connections,
        product,
        protected: p.bool("DeletionProtectionEnabled").unwrap_or(false),
        addresses,
        life: call.life(&NAT_GATEWAY, State::Pending, State::Available, State::PendFailure),
        created: call.now,
    };
    call.store.put(&id, &gateway)?;
    tags::set_from(call, tags::NAT_GATEWAY, &id, &p.objects("Tags"), TAG)?;
    let tags = tags::of(&call.store, tags::NAT_GATEWAY, &id)?;
    Ok(json!({"NatGatewaySet": [gateway.show(call, &id, &tags)?], "TotalCount": 1}))
}

/// Bandwidth in Mbps and the most connections.
fn capacity(call: &Call<'_>, product: i64) -> Result<[i64; 2], Refusal> {
    let p = call.params;
    let asked = [p.int("InternetMaxBandwidthOut"), p.int("MaxConcurrentConnection")];
    match product {
        1 => {
            let [bandwidth, connections] = [asked[0].unwrap_or(100), asked[1].unwrap_or(1_000_000)];
            one_of("InternetMaxBandwidthOut", bandwidth, &BANDWIDTHS)?;
            one_of("MaxConcurrentConnection", connections, &CONNECTIONS)?;
            Ok([bandwidth, connections])
        }
        2 if asked.iter().zip(STANDARD).all(|(asked, own)| asked.is_none_or(|it| it == own)) => {
            Ok(STANDARD)
        }
        2 => {
            let text = "A standard gateway always has 5000 Mbps and 2000000 connections.";
            refused("InvalidParameterValue", text)
        }
        _ => refused("InvalidParameterValue", "NatProductVersion must be 1 or 2."),
    }
}

fn one_of(member: &str, value: i64, values: &[i64]) -> Result<(), Refusal> {
    if values.contains(&value) {
        return Ok(());
    }
    refused("InvalidParameterValue", format!("{member} {value} must be one of {values:?}."))
}

/// Binds the addresses that a call names to a gateway, and new ones; their ids.
fn new_addresses(call: &Call<'_>, gateway: &str) -> Result<Vec<String>, Refusal> {
    let p = call.params;
    let mut ids = Vec::new();
    for ip in p.texts("PublicIpAddresses") {
        let (id, _) = address::free_by_ip(call, ip)?;
        address::bind(&call.store, &id, Some(gateway))?;
        ids.push(id);
    }
    for _ in 0..p.int("AddressCount").unwrap_or_default() {
        ids.push(address::allocate_for(call, gateway)?);
    }
    if ids.len() > MOST_ADDRESSES {
        return refused("LimitExceeded", "A NAT gateway has at most 10 addresses.");
    }
    Ok(ids)
}

impl NatGateway {
    fn show(&self, call: &Call<'_>, id: &str, tags: &Tags) -> Answer {
        let mut addresses = Vec::new();
        for id in &self.addresses {
            let ip = call.store.get::<Address>(id)?.map(|address| address.ip);
            addresses.push(json!({
                "AddressId": id, "PublicIpAddress": ip, "IsBlocked": false, "BlockType": "",
            }));
        }
        Ok(json!({
            "NatGatewayId": id,
            "NatGatewayName": self.name,
            "CreatedTime": self.created.local(),
            "State": self.life.at(call.now).name(),
            "InternetMaxBandwidthOut": self.bandwidth,
            "MaxConcurrentConnection": self.connections,
            "PublicIpAddressSet": addresses,
            "NetworkState": "AVAILABLE",
            "DestinationIpPortTranslationNatRuleSet": [],
            "VpcId": self.vpc,
            "Zone": self.zone,
            "DirectConnectGatewayIds": [],
            "SubnetId": "",
            "TagSet": tags.list(TAG),
            "SecurityGroupSet": [],
            "SourceIpTranslationNatRuleSet": [],
            "IsExclusive": false,
            "ExclusiveGatewayBandwidth": 0,
            "RestrictState": "NORMAL",
            "NatProductVersion": self.product,
            "StrictSnatMode": false,
            "SmartScheduleMode": false,
            "DedicatedClusterId": "",
            "DeletionProtectionEnabled": self.protected,
        }))
    }

    fn fits(
        &self,
        call: &Call<'_>,
        id: &str,
        tags: &Tags,
        filter: &Filter<'_>,
    ) -> Result<bool, Refusal> {
        Ok(match filter.name {
            "nat-gateway-id" => filter.is(id),
            "vpc-id" => filter.is(&self.vpc),
            "nat-gateway-name" => filter.is_in(&self.name),
            "nat-state" => filter.is(self.life.at(call.now).name()),
            _ => match tags_fit(filter, tags) {
                Some(fits) => fits,
                None => return unknown_filter(filter),
            },
        })
    }
}

pub(super) fn describe(call: &Call<'_>) -> Answer {
    let p = call.params;
    let (ids, filters) = (p.texts("NatGatewayIds"), filters(&p)?);
    not_both(&ids, &filters)?;
    let page = Page::of_ints(&p, MOST, "InvalidParameterValue")?;
    let mut found: Vec<(Time, Value)> = Vec::new();
    for (id, gateway) in all(call)? {
        let tags = tags::of(&call.store, tags::NAT_GATEWAY, &id)?;
        let fits = fits_all(&filters, |filter| gateway.fits(call, &id, &tags, filter))?;
        if fits && (ids.is_empty() || ids.contains(&id.as_str())) {
            found.push((gateway.created, gateway.show(call, &id, &tags)?));
        }
    }
    found.sort_by_key(|(created, _)| *created);
    let total = found.len();
    let shown: Vec<_> = page.of(found).into_iter().map(|(_, shown)| shown).collect();
    Ok(json!({"NatGatewaySet": shown, "TotalCount": total}))
}

pub(super) fn modify(call: &Call<'_>) -> Answer {
    let p = call.params;
    let id = p.str("NatGatewayId");
    let mut gateway = named(call, id)?;
    if let Some(text) = p.text("NatGatewayName") {
        gateway.name = name("NatGatewayName", text)?;
    }
    if let Some(bandwidth) = p.int("InternetMaxBandwidthOut") {
        one_of("InternetMaxBandwidthOut", bandwidth, &BANDWIDTHS)?;
        gateway.bandwidth = bandwidth;
    }
    if let Some(protected) = p.bool("DeletionProtectionEnabled") {
        gateway.protected = protected;
    }
    call.store.put(id, &gateway)?;
    Ok(json!({}))
}

pub(super) fn reset_connections(call: &Call<'_>) -> Answer {
    let id = call.params.str("NatGatewayId");
    let connections = call.params.int("MaxConcurrentConnection").unwrap_or_default();
    one_of("MaxConcurrentConnection", connections, &CONNECTIONS)?;
    let gateway = named(call, id)?;
    call.store.put(id, &NatGateway { connections, ..gateway })?;
    Ok(json!({}))
}

pub(super) fn associate(call: &Call<'_>) -> Answer {
    let id = call.params.str("NatGatewayId");
    let mut gateway = named(call, id)?;
    gateway.addresses.extend(new_addresses(call, id)?);
    if gateway.addresses.len() > MOST_ADDRESSES {
        return refused("LimitExceeded", "A NAT gateway has at most 10 addresses.");
    }
    start_task(call, id, &gateway)
}

pub(super) fn disassociate(call: &Call<'_>) -> Answer {
    let id = call.params.str("NatGatewayId");
    let mut gateway = named(call, id)?;
    for ip in call.params.texts("PublicIpAddresses") {
        let mut own = Vec::new();
        for address in &gateway.addresses {
            own.push((address.clone(), call.store.get::<Address>(address)?));
        }
        let is = |found: &Option<Address>| found.as_ref().is_some_and(|it| it.ip.to_string() == ip);
        let Some((gone, _)) = own.into_iter().find(|(_, found)| is(found)) else {
            let text = format!("{ip} is no address of {id}.");
            return refused("InvalidParameterValue.AddressNotFound", text);
        };
        address::bind(&call.store, &gone, None)?;
        gateway.addresses.retain(|address| *address != gone);
    }
    if gateway.addresses.is_empty() {
        let text = "A NAT gateway keeps at least one address.";
        return refused("UnsupportedOperation.PublicIpAddressDisassociate", text);
    }
    start_task(call, id, &gateway)
}

/// Stores a gateway whose addresses change, as a task of this call.
fn start_task(call: &Call<'_>, id: &str, gateway: &NatGateway) -> Answer {
    call.store.put(id, gateway)?;
    let life = call.life(&NAT_GATEWAY, Progress::Running, Progress::Success, Progress::Failed);
    call.store.put(call.request_id, &Task { life, gateway: id.to_owned() })?;
    Ok(json!({}))
}

pub(super) fn task_result(call: &Call<'_>) -> Answer {
    let id = call.params.str("TaskId");
    let text = || format!("There is no task {id}.");
    let task = call.store.get::<Task>(id)?.ok_or_else(|| refuse("ResourceNotFound", text()))?;
    let status = match task.life.at(call.now) {
        Progress::Running => "RUNNING",
        Progress::Success => "SUCCESS",
        Progress::Failed => "FAILED",
    };
    let result = json!({"ResourceId": task.gateway, "Status": status});
    Ok(json!({"Status": status, "Output": "", "Result": [result]}))
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let id = call.params.str("NatGatewayId");
    let gateway = named(call, id)?;
    if gateway.protected {
        let text = format!("{id} is protected; set DeletionProtectionEnabled to false first.");
        return refused("UnsupportedOperation.DeletionProtectionEnabled", text);
    }
    for address in &gateway.addresses {
        address::bind(&call.store, address, None)?;
    }
    route::forget_gateway(&call.store, id)?;
    tags::forget(&call.store, tags::NAT_GATEWAY, id)?;
    let life = call.life(&NAT_GATEWAY, State::Deleting, State::Gone, State::DeleteFailed);
    call.store.put(id, &NatGateway { life, addresses: Vec::new(), ..gateway })?;
    Ok(json!({}))
}
