//! Load balancers themselves.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::listener;
use super::task::{self, State, Write};
use super::{TAG, length, not_emulated, range, word, zone};
use crate::call::Call;
use crate::clock::Time;
use crate::params::Params;
use crate::quotas;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::regions::is_region;
use crate::store::{Record, Scope, StoreError};
use crate::tags;
use crate::transitions::{CLB_TASK, Life};
use crate::uses;
use crate::vpc::cidr::Cidr;
use crate::vpc::{security_group, subnet, vpc};

const ISPS: [&str; 5] = ["BGP", "CMCC", "CTCC", "CUCC", "INTERNAL"];
const CHARGES: [&str; 4] = [
    "TRAFFIC_POSTPAID_BY_HOUR",
    "BANDWIDTH_POSTPAID_BY_HOUR",
    "BANDWIDTH_PACKAGE",
    "BANDWIDTH_PREPAID",
];
const SLAS: [&str; 8] = [
    "clb.c1.small",
    "clb.c2.medium",
    "clb.c3.small",
    "clb.c3.medium",
    "clb.c4.small",
    "clb.c4.medium",
    "clb.c4.large",
    "clb.c4.xlarge",
];
/// Parameters of CreateLoadBalancer for which there is nothing in this cloud.
const NOT_EMULATED: [&str; 9] = [
    "ExclusiveCluster",
    "ClusterIds",
    "ClusterTag",
    "EipAddressId",
    "DynamicVip",
    "LBChargePrepaid",
    "AccessLogTopicId",
    "AdvancedRoute",
    "AvailableZoneAffinityInfo",
];

/// A load balancer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoadBalancer {
    /// The SecretId of the account that made it.
    pub owner: String,
    /// The name.
    pub name: String,
    /// Public or internal.
    pub kind: Kind,
    /// 1; an old-generation load balancer, which can no longer be made, has 0 (R5).
    pub forward: i64,
    /// The VPC; empty on the basic network (R6).
    pub vpc: String,
    /// Which addresses it has (R9, R10).
    pub ip_version: IpVersion,
    /// Where it really answers on this machine.
    pub address: Ipv4Addr,
    /// The address that it was asked to have, if any; then answers show this one.
    pub vip: Option<Ipv4Addr>,
    /// How far its last write is.
    pub work: Life<State>,
    pub(super) subnet: String,
    pub(super) project: i64,
    pub(super) isp: String,
    pub(super) master_zone: String,
    pub(super) backup_zone: Option<String>,
    pub(super) internet: Option<Internet>,
    pub(super) sla: String,
    pub(super) egress: String,
    pub(super) security_groups: Vec<String>,
    pub(super) target_region: String,
    pub(super) target_vpc: String,
    pub(super) associate_endpoint: String,
    pub(super) pass_to_target: bool,
    pub(super) snat_pro: bool,
    pub(super) snat_ips: Vec<SnatIp>,
    pub(super) delete_protect: bool,
    pub(super) access_log: Log,
    pub(super) health_log: Log,
    pub(super) created: Time,
    pub(super) status: Life<Status>,
}

impl Record for LoadBalancer {
    const KIND: &'static str = "clb.load_balancer";
}

/// Who can reach a load balancer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Everybody.
    Open,
    /// The VPC.
    Internal,
}

/// Which addresses a load balancer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum IpVersion {
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address before IPv4 targets.
    Ipv6Nat64,
    /// IPv6 up to the targets.
    Ipv6FullChain,
}

/// Where it is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Status {
    Creating,
    Normal,
}

/// How public traffic is paid.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Internet {
    pub(super) charge: String,
    pub(super) bandwidth: i64,
    pub(super) package: Option<String>,
}

/// An address in a subnet from which targets are reached.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SnatIp {
    pub(super) subnet: String,
    pub(super) ip: String,
}

/// Where logs go.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Log {
    pub(super) set: String,
    pub(super) topic: String,
}

/// What a client token was used for.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Order {
    request: String,
    ids: Vec<String>,
    deal: String,
    life: Life<State>,
}

impl Record for Order {
    const KIND: &'static str = "clb.client_token";
}

impl Kind {
    /// As requests and answers spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Internal => "INTERNAL",
        }
    }

    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        let word = word("LoadBalancerType", text, &["OPEN", "INTERNAL"])?;
        Ok(if word == "OPEN" { Self::Open } else { Self::Internal })
    }
}

impl LoadBalancer {
    /// The address that answers show.
    #[must_use]
    pub fn shown_vip(&self) -> Ipv4Addr {
        self.vip.unwrap_or(self.address)
    }
}

/// The load balancer with that id.
///
/// # Errors
/// When the store fails.
pub fn find(here: &Scope<'_>, id: &str) -> Result<Option<LoadBalancer>, StoreError> {
    here.get(id)
}

pub(super) fn named(call: &Call<'_>, id: &str) -> Result<LoadBalancer, Refusal> {
    let gone =
        || refuse("InvalidParameter.LBIdNotFound", format!("There is no load balancer `{id}`."));
    find(&call.store, id)?.ok_or_else(gone)
}

pub(super) fn count(here: &Scope<'_>, kind: Kind) -> Result<usize, StoreError> {
    let all = here.scan::<LoadBalancer>("")?;
    Ok(all.iter().filter(|(_, balancer)| balancer.kind == kind).count())
}

pub(super) fn create(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let token = p.str("ClientToken");
    length("ClientToken", token, 0..=64)?;
    let request = serde_json::to_string(p.raw()).map_err(StoreError::from)?;
    if let Some(order) = call.store.get::<Order>(token)? {
        if order.request != request {
            let text = format!("The ClientToken {token} was used for another request.");
            return refused("InvalidParameter.ClientTokenLimitExceeded", text);
        }
        task::resume(call, &order.ids, &order.life)?;
        return Ok(json!({"LoadBalancerIds": order.ids, "DealName": order.deal}));
    }
    let wanted = wanted(call)?;
    let number = range("Number", p.int("Number").unwrap_or(1), 1..=20)?;
    let number = usize::try_from(number).unwrap_or(1);
    let (quota, kind) = match wanted.kind {
        Kind::Open => (&quotas::OPEN_LOAD_BALANCERS, Kind::Open),
        Kind::Internal => (&quotas::INTERNAL_LOAD_BALANCERS, Kind::Internal),
    };
    call.within(quota, count(&call.store, kind)? + number, "delete one or raise the quota")?;
    let ids = (0..number).map(|_| call.new_id("lb")).collect::<Result<Vec<_>, _>>()?;
    let deal = call.new_id("deal")?;
    let life = task::start(call, &ids)?;
    task::ordered(call, &deal)?;
    if !task::is_doomed(&life) {
        for id in &ids {
            make(call, id, LoadBalancer { work: life.clone(), ..wanted.clone() })?;
        }
    }
    if !token.is_empty() {
        let order = Order { request, ids: ids.clone(), deal: deal.clone(), life };
        call.store.put(token, &order)?;
    }
    Ok(json!({"LoadBalancerIds": ids, "DealName": deal}))
}

fn make(call: &Call<'_>, id: &str, mut balancer: LoadBalancer) -> Result<(), Refusal> {
    if balancer.name.is_empty() {
        id.clone_into(&mut balancer.name);
    }
    balancer.address =
        call.cloud.gateway.address(&format!("{} {} {id}", call.store.account(), call.region()));
    for (thing, addresses) in [(&balancer.vpc, 0), (&balancer.subnet, 1)] {
        if !thing.is_empty() {
            uses::begin(&call.store, thing, &user(id), addresses)?;
        }
    }
    call.store.put(id, &balancer)?;
    tags::set_from(call, tags::LOAD_BALANCER, id, &call.params.objects("Tags"), TAG)
}

/// The name under which a load balancer holds subnets and security groups.
fn user(id: &str) -> String {
    format!("clb:{id}")
}

/// The load balancer that CreateLoadBalancer asks for, without an address.
fn wanted(call: &Call<'_>) -> Result<LoadBalancer, Refusal> {
    let p = &call.params;
    not_emulated(p, &NOT_EMULATED)?;
    let kind = Kind::read(p.str("LoadBalancerType"))?;
    if p.int("Forward").is_some_and(|forward| forward != 1) {
        let text = "Forward must be 1: load balancers of the old generation are no longer sold.";
        return refused("InvalidParameterValue", text);
    }
    if p.text("LBChargeType").is_some_and(|charge| charge != "POSTPAID_BY_HOUR") {
        let text = "The local cloud sells load balancers POSTPAID_BY_HOUR only.";
        return refused("UnsupportedOperation", text);
    }
    let name = p.str("LoadBalancerName");
    length("LoadBalancerName", name, usize::from(p.has("LoadBalancerName"))..=80)?;
    let (vpc, subnet) = network(call, kind)?;
    let zone = |member| match p.text(member).filter(|text| !text.is_empty()) {
        Some(text) => zone::read(member, call.region(), text).map(Some),
        None => Ok(None),
    };
    let single = zone("ZoneId")?;
    let master = zone("MasterZoneId")?.or(single);
    let usual_isp = if kind == Kind::Open { "BGP" } else { "INTERNAL" };
    let isp = p.text("VipIsp").filter(|isp| !isp.is_empty()).unwrap_or(usual_isp);
    Ok(LoadBalancer {
        owner: call.account.secret_id.clone(),
        name: name.to_owned(),
        kind,
        forward: 1,
        target_region: call.region().to_owned(),
        target_vpc: vpc.clone(),
        ip_version: ip_version(p.text("AddressIPVersion"))?,
        address: Ipv4Addr::UNSPECIFIED,
        vip: explicit_vip(call, &vpc, &subnet)?,
        vpc,
        subnet,
        work: Life::steady(State::Done),
        project: p.int("ProjectId").unwrap_or(0),
        isp: word("VipIsp", isp, &ISPS)?.to_owned(),
        master_zone: master.unwrap_or_else(|| format!("{}-1", call.region())),
        backup_zone: zone("SlaveZoneId")?,
        internet: internet(kind, p.object("InternetAccessible"))?,
        sla: match p.text("SlaType").filter(|sla| !sla.is_empty()) {
            Some(sla) => word("SlaType", sla, &SLAS)?.to_owned(),
            None => String::new(),
        },
        egress: p.str("Egress").to_owned(),
        security_groups: Vec::new(),
        associate_endpoint: String::new(),
        pass_to_target: p.bool("LoadBalancerPassToTarget").unwrap_or(false),
        snat_pro: p.bool("SnatPro").unwrap_or(false),
        snat_ips: p.objects("SnatIps").iter().map(SnatIp::read).collect(),
        delete_protect: false,
        access_log: Log::default(),
        health_log: Log::default(),
        created: call.now,
        status: call.life(&CLB_TASK, Status::Creating, Status::Normal, Status::Normal),
    })
}

/// The VPC and the subnet, which must exist and belong together.
fn network(call: &Call<'_>, kind: Kind) -> Result<(String, String), Refusal> {
    let (vpc_id, subnet_id) = (call.params.str("VpcId"), call.params.str("SubnetId"));
    if kind == Kind::Internal && (vpc_id.is_empty() || subnet_id.is_empty()) {
        let text = "An INTERNAL load balancer needs VpcId and SubnetId.";
        return refused("MissingParameter", text);
    }
    if !vpc_id.is_empty() && vpc::find(&call.store, vpc_id)?.is_none() {
        return refused("InvalidParameterValue", format!("There is no VPC {vpc_id}."));
    }
    if subnet_id.is_empty() {
        return Ok((vpc_id.to_owned(), String::new()));
    }
    match subnet::find(&call.store, subnet_id)? {
        None => refused("InvalidParameterValue", format!("There is no subnet {subnet_id}.")),
        Some(subnet) if subnet.vpc != vpc_id => {
            let text = format!("{subnet_id} is a subnet of {}, not of {vpc_id}.", subnet.vpc);
            refused("UnsupportedOperation.VPCMismatch", text)
        }
        Some(_) => Ok((vpc_id.to_owned(), subnet_id.to_owned())),
    }
}

fn explicit_vip(call: &Call<'_>, vpc: &str, subnet_id: &str) -> Result<Option<Ipv4Addr>, Refusal> {
    let Some(text) = call.params.text("Vip").filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let Ok(vip) = text.parse::<Ipv4Addr>() else {
        return refused(
            "InvalidParameter.FormatError",
            format!("Vip `{text}` is no IPv4 address."),
        );
    };
    let subnet = subnet::find(&call.store, subnet_id)?;
    let single = Cidr::read(&format!("{vip}/32"));
    if let (Some(subnet), Some(single)) = (subnet, single)
        && !subnet.cidr.contains(single)
    {
        let text = format!("Vip {vip} is not in {} of {subnet_id}.", subnet.cidr);
        return refused("InvalidParameterValue", text);
    }
    let others = call.store.scan::<LoadBalancer>("")?;
    if let Some((id, _)) = others.iter().find(|(_, it)| it.vpc == vpc && it.vip == Some(vip)) {
        return refused("InvalidParameterValue", format!("Vip {vip} belongs to {id}."));
    }
    Ok(Some(vip))
}

fn ip_version(text: Option<&str>) -> Result<IpVersion, Refusal> {
    let words = ["IPV4", "IPV6", "IPv6FullChain"];
    Ok(match word("AddressIPVersion", text.unwrap_or("IPV4"), &words)? {
        "IPV4" => IpVersion::Ipv4,
        "IPV6" => IpVersion::Ipv6Nat64,
        _ => IpVersion::Ipv6FullChain,
    })
}

fn internet(kind: Kind, sent: Option<Params<'_>>) -> Result<Option<Internet>, Refusal> {
    if kind == Kind::Internal {
        return Ok(None);
    }
    let usual = Internet { charge: CHARGES[0].to_owned(), bandwidth: 10, package: None };
    sent.map_or(Ok(Some(usual.clone())), |sent| changed_internet(usual, &sent).map(Some))
}

fn changed_internet(mut internet: Internet, sent: &Params<'_>) -> Result<Internet, Refusal> {
    if let Some(charge) = sent.text("InternetChargeType") {
        word("InternetChargeType", charge, &CHARGES)?.clone_into(&mut internet.charge);
    }
    if let Some(bandwidth) = sent.int("InternetMaxBandwidthOut") {
        internet.bandwidth = range("InternetMaxBandwidthOut", bandwidth, 1..=2048)?;
    }
    if let Some(package) = sent.text("BandwidthpkgSubType") {
        internet.package = Some(package.to_owned());
    }
    Ok(internet)
}

impl SnatIp {
    fn read(sent: &Params<'_>) -> Self {
        Self { subnet: sent.str("SubnetId").to_owned(), ip: sent.str("Ip").to_owned() }
    }
}

pub(super) fn modify(call: &Call<'_>) -> Answer {
    let p = &call.params;
    not_emulated(p, &["SwitchFlag", "ModifyClassicDomain"])?;
    let mut write = Write::begin(call)?;
    let balancer = &mut write.balancer;
    if let Some(name) = p.text("LoadBalancerName") {
        length("LoadBalancerName", name, 1..=80)?;
        name.clone_into(&mut balancer.name);
    }
    if let Some(target) = p.object("TargetRegionInfo") {
        let region = target.str("Region");
        if !is_region(region) {
            let text = format!("TargetRegionInfo.Region `{region}` is no region.");
            return refused("InvalidParameter.RegionNotFound", text);
        }
        region.clone_into(&mut balancer.target_region);
        target.str("VpcId").clone_into(&mut balancer.target_vpc);
    }
    if let Some(sent) = p.object("InternetChargeInfo") {
        let Some(internet) = balancer.internet.take() else {
            let text = "An INTERNAL load balancer has no public bandwidth.";
            return refused("UnsupportedOperation", text);
        };
        balancer.internet = Some(changed_internet(internet, &sent)?);
    }
    if let Some(pass) = p.bool("LoadBalancerPassToTarget") {
        balancer.pass_to_target = pass;
    }
    if let Some(snat) = p.bool("SnatPro") {
        balancer.snat_pro = snat;
    }
    if let Some(protect) = p.bool("DeleteProtect") {
        balancer.delete_protect = protect;
    }
    if let Some(endpoint) = p.text("AssociateEndpoint") {
        endpoint.clone_into(&mut balancer.associate_endpoint);
    }
    write.save()?;
    let deal = call.new_id("deal")?;
    task::ordered(call, &deal)?;
    Ok(json!({"DealName": deal}))
}

pub(super) fn set_security_groups(call: &Call<'_>) -> Answer {
    let mut write = Write::begin(call)?;
    let wanted = call.params.texts("SecurityGroups");
    if wanted.len() > 50 {
        let text = "A load balancer has at most 50 security groups.";
        return refused("InvalidParameterValue.Length", text);
    }
    for group in &wanted {
        if security_group::find(&call.store, group)?.is_none() {
            return refused(
                "InvalidParameterValue",
                format!("There is no security group {group}."),
            );
        }
    }
    if write.takes_effect() {
        for group in &write.balancer.security_groups {
            uses::end(&call.store, group, &user(&write.id), call.now)?;
        }
        for group in &wanted {
            uses::begin(&call.store, group, &user(&write.id), 0)?;
        }
    }
    write.balancer.security_groups = wanted.into_iter().map(str::to_owned).collect();
    write.save()?;
    Ok(json!({}))
}

pub(super) fn set_log(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let mut write = Write::begin(call)?;
    let log = Log { set: p.str("LogSetId").to_owned(), topic: p.str("LogTopicId").to_owned() };
    match word("LogType", p.text("LogType").unwrap_or("ACCESS"), &["ACCESS", "HEALTH"])? {
        "ACCESS" => write.balancer.access_log = log,
        _ => write.balancer.health_log = log,
    }
    write.save()?;
    Ok(json!({}))
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let ids = call.params.texts("LoadBalancerIds");
    if !(1..=20).contains(&ids.len()) {
        let text = "LoadBalancerIds must have 1 to 20 ids.";
        return refused("InvalidParameterValue.Length", text);
    }
    let all = ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    for id in ids {
        let write = Write::begin_on(call, id, &all)?;
        if write.balancer.delete_protect {
            let text = format!("{id} is protected from deletion; switch DeleteProtect off first.");
            return refused("FailedOperation", text);
        }
        listener::remove_all(&write)?;
        if write.takes_effect() {
            let held = write.balancer.security_groups.iter();
            for thing in held.chain([&write.balancer.vpc, &write.balancer.subnet]) {
                uses::end(&call.store, thing, &user(id), call.now)?;
            }
            tags::forget(&call.store, tags::LOAD_BALANCER, id)?;
        }
        write.remove::<LoadBalancer>(id)?;
    }
    Ok(json!({}))
}
