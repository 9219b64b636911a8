//! DescribeLoadBalancers: how load balancers are shown and found.

use serde_json::{Value, json};

use super::function_target::FunctionTarget;
use super::listener::Listener;
use super::load_balancer::{IpVersion, Kind, LoadBalancer, Status};
use super::rule::Rule;
use super::target::Node;
use super::{MOST, TAG, length, unknown_filter, word, zone};
use crate::call::Call;
use crate::list::{Filter, Page, filters, fits_all};
use crate::params::Params;
use crate::refusal::{Answer, Refusal, refused};
use crate::store::StoreError;
use crate::tags::{self, Tags};

/// A load balancer that may be an answer.
struct Candidate {
    id: String,
    balancer: LoadBalancer,
    tags: Tags,
    functions: Vec<FunctionTarget>,
    nodes: Vec<Node>,
}

pub(super) fn describe(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let (ids, filters) = (p.texts("LoadBalancerIds"), filters(p)?);
    if ids.len() > 20 {
        let text = "LoadBalancerIds has more than 20 ids.";
        return refused("InvalidParameterValue.Length", text);
    }
    let page = Page::of_ints(p, MOST, "InvalidParameterValue.Range")?;
    let mut found = Vec::new();
    for (id, balancer) in candidates(call, &ids)? {
        let candidate = Candidate::read(call, id, balancer)?;
        if candidate.fits_members(p)?
            && fits_all(&filters, |filter| candidate.fits(call.region(), filter))?
        {
            found.push(candidate);
        }
    }
    sort(&mut found, p)?;
    let total = found.len();
    let shown = page.of(found).iter().map(|it| it.show(call)).collect::<Result<Vec<_>, _>>()?;
    Ok(json!({"TotalCount": total, "LoadBalancerSet": shown}))
}

fn candidates(call: &Call<'_>, ids: &[&str]) -> Result<Vec<(String, LoadBalancer)>, Refusal> {
    if ids.is_empty() {
        return Ok(call.store.scan("")?);
    }
    let mut found = Vec::new();
    for id in ids {
        length("LoadBalancerIds", id, 1..=64)?;
        found.extend(call.store.get(id)?.map(|balancer| ((*id).to_owned(), balancer)));
    }
    Ok(found)
}

/// By creation, the latest first, unless the caller says otherwise.
fn sort(found: &mut [Candidate], p: &Params<'_>) -> Result<(), Refusal> {
    found.sort_by_key(|it| it.balancer.created);
    let words = ["CreateTime", "LoadBalancerName", "Domain", "LoadBalancerType"];
    match word("OrderBy", p.text("OrderBy").unwrap_or("CreateTime"), &words)? {
        "LoadBalancerName" => found.sort_by(|a, b| a.balancer.name.cmp(&b.balancer.name)),
        "LoadBalancerType" => found.sort_by_key(|it| it.balancer.kind.name()),
        _ => {}
    }
    if p.int("OrderType").unwrap_or(1) == 1 {
        found.reverse();
    }
    Ok(())
}

impl Candidate {
    fn read(call: &Call<'_>, id: String, balancer: LoadBalancer) -> Result<Self, StoreError> {
        let prefix = format!("{id}/");
        let (mut functions, mut nodes) = (Vec::new(), Vec::new());
        for (_, rule) in call.store.scan::<Rule>(&prefix)? {
            functions.extend(rule.functions);
            nodes.extend(rule.nodes);
        }
        for (_, listener) in call.store.scan::<Listener>(&prefix)? {
            nodes.extend(listener.nodes);
        }
        let tags = tags::of(&call.store, tags::LOAD_BALANCER, &id)?;
        Ok(Self { id, balancer, tags, functions, nodes })
    }

    fn targets(&self) -> usize {
        self.functions.len() + self.nodes.len()
    }

    /// Whether it fits the members of the request that are filters of their own.
    fn fits_members(&self, p: &Params<'_>) -> Result<bool, Refusal> {
        let balancer = &self.balancer;
        let vip = balancer.shown_vip().to_string();
        let text = |member: &str, fits: &dyn Fn(&str) -> bool| {
            p.text(member).filter(|text| !text.is_empty()).is_none_or(fits)
        };
        let kind = match p.text("LoadBalancerType").filter(|text| !text.is_empty()) {
            Some(kind) => Kind::read(kind)? == balancer.kind,
            None => true,
        };
        let vips = p.texts("LoadBalancerVips");
        let private = p.texts("BackendPrivateIps");
        let behind = |node: &Node| private.contains(&node.ip.to_string().as_str());
        let group = |id: &str| balancer.security_groups.iter().any(|group| group == id);
        let search = |part: &str| balancer.name.contains(part) || vip.contains(part);
        Ok(kind
            && p.int("Forward").is_none_or(|forward| forward == balancer.forward)
            && p.int("ProjectId").is_none_or(|project| project == balancer.project)
            && (vips.is_empty() || vips.contains(&vip.as_str()))
            && p.int("WithRs").is_none_or(|with| match with {
                0 => self.targets() == 0,
                1 => self.targets() > 0,
                _ => true,
            })
            && p.texts("BackendPublicIps").is_empty()
            && (private.is_empty() || self.nodes.iter().any(behind))
            && text("LoadBalancerName", &|name| balancer.name == name)
            && text("SearchKey", &search)
            && text("Domain", &|_| false)
            && text("VpcId", &|id| id == balancer.vpc || (id == "0" && balancer.vpc.is_empty()))
            && text("MasterZone", &|zone| zone == balancer.master_zone)
            && text("SecurityGroup", &group))
    }

    fn fits(&self, region: &str, filter: &Filter<'_>) -> Result<bool, Refusal> {
        let balancer = &self.balancer;
        let internet = balancer.internet.as_ref().map(|internet| internet.charge.as_str());
        Ok(match filter.name {
            "charge-type" => filter.is("POSTPAID_BY_HOUR"),
            "internet-charge-type" => internet.is_some_and(|charge| filter.is(charge)),
            "master-zone-id" => {
                let zone = zone::show(region, &balancer.master_zone);
                filter.is(&balancer.master_zone) || filter.is(&zone["ZoneId"].to_string())
            }
            "vip-isp" => filter.is(&balancer.isp),
            "sla-type" => filter.is(&balancer.sla),
            "exclusive" => filter.is("0"),
            "function-name" => self.functions.iter().any(|it| filter.is(&it.function)),
            "tag-key" => filter.values.iter().any(|key| self.tags.have(key, &[])),
            name => match name.strip_prefix("tag:") {
                Some(key) => self.tags.have(key, &filter.values),
                None => return unknown_filter(filter),
            },
        })
    }

    fn show(&self, call: &Call<'_>) -> Answer {
        let Self { id, balancer, tags, .. } = self;
        let own = json!({
            "LoadBalancerId": id,
            "Tags": tags.list(TAG),
            "LoadBalancerVips": [balancer.shown_vip()],
            "Status": match balancer.status.at(call.now) {
                Status::Creating => 0,
                Status::Normal => 1,
            },
            "NetworkAttributes": balancer.internet.as_ref().map(|internet| json!({
                "InternetChargeType": internet.charge,
                "InternetMaxBandwidthOut": internet.bandwidth,
                "BandwidthpkgSubType": internet.package,
            })),
            "SnatIps": balancer.snat_ips.iter().map(|snat| json!({
                "SubnetId": snat.subnet, "Ip": snat.ip,
            })).collect::<Vec<_>>(),
            "MasterZone": zone::show(call.region(), &balancer.master_zone),
            "BackupZoneSet": balancer.backup_zone.as_ref().map(|zone| {
                [zone::show(call.region(), zone)]
            }),
            "AttributeFlags": if balancer.delete_protect { vec!["DeleteProtect"] } else { vec![] },
            "TargetCount": self.targets(),
        });
        let parts = [usual(), self.fixed(), own];
        let members = parts.into_iter().filter_map(|part| match part {
            Value::Object(members) => Some(members),
            _ => None,
        });
        Ok(Value::Object(members.flatten().collect()))
    }

    /// What follows from the record alone.
    fn fixed(&self) -> Value {
        let balancer = &self.balancer;
        let (version, mode) = match balancer.ip_version {
            IpVersion::Ipv4 => ("ipv4", None),
            IpVersion::Ipv6Nat64 => ("ipv6", Some("IPv6Nat64")),
            IpVersion::Ipv6FullChain => ("ipv6", Some("IPv6FullChain")),
        };
        let created = balancer.created.local();
        json!({
            "LoadBalancerName": balancer.name,
            "LoadBalancerType": balancer.kind.name(),
            "Forward": balancer.forward,
            "CreateTime": created,
            "StatusTime": created,
            "ProjectId": balancer.project,
            "VpcId": balancer.vpc,
            "SubnetId": balancer.subnet,
            "SecureGroups": balancer.security_groups,
            "TargetRegionInfo": {
                "Region": balancer.target_region,
                "VpcId": balancer.target_vpc,
                "NumericalVpcId": 0,
            },
            "AddressIPVersion": version,
            "IPv6Mode": mode,
            "VipIsp": balancer.isp,
            "LogSetId": balancer.access_log.set,
            "LogTopicId": balancer.access_log.topic,
            "HealthLogSetId": balancer.health_log.set,
            "HealthLogTopicId": balancer.health_log.topic,
            "LoadBalancerPassToTarget": balancer.pass_to_target,
            "SnatPro": balancer.snat_pro,
            "SlaType": balancer.sla,
            "Zones": [balancer.master_zone],
            "Egress": balancer.egress,
            "AssociateEndpoint": balancer.associate_endpoint,
        })
    }
}

/// What is the same for every load balancer of this cloud.
fn usual() -> Value {
    json!({
        "Domain": "",
        "LoadBalancerDomain": "",
        "NumericalVpcId": 0,
        "OpenBgp": 0,
        "Snat": false,
        "Isolation": 0,
        "AnycastZone": "",
        "ChargeType": "POSTPAID_BY_HOUR",
        "IsDDos": false,
        "ConfigId": "",
        "ExclusiveCluster": {},
        "Exclusive": 0,
        "IsBlock": false,
        "IsBlockTime": "",
        "LocalBgp": false,
        "MixIpTarget": false,
        "ExtraInfo": {"ZhiTong": false, "TgwGroupName": ""},
    })
}
