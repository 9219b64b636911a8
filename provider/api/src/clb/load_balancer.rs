//! Load balancers.

use serde::{Deserialize, Serialize};

use super::{
    Change, DescribeTaskStatusResponse, Filter, Pending, SERVICE, TagInfo, change, changes,
};
use crate::action::{Action, Empty, Kind, Service, actions};
use crate::batch::lookups;
use crate::client::Client;
use crate::error::Result;
use crate::page::paged;

/// A new load balancer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateLoadBalancerRequest {
    /// `OPEN` to the internet or `INTERNAL`; cannot be changed.
    pub load_balancer_type: String,
    /// 1; the classic kind, 0, cannot be made any more.
    pub forward: Option<i64>,
    /// Name, 1 to 80.
    pub load_balancer_name: Option<String>,
    /// `vpc-…`; cannot be changed.
    pub vpc_id: Option<String>,
    /// `subnet-…`, for internal ones; cannot be changed.
    pub subnet_id: Option<String>,
    /// Project.
    pub project_id: Option<i64>,
    /// `IPV4`, `IPV6` (NAT64) or `IPv6FullChain`; cannot be changed.
    #[serde(rename = "AddressIPVersion")]
    pub address_ip_version: Option<String>,
    /// How many, up to 20.
    pub number: Option<i64>,
    /// Zone that serves, for those that span zones.
    pub master_zone_id: Option<String>,
    /// Zone, for those in one zone.
    pub zone_id: Option<String>,
    /// Bandwidth and how it is charged.
    pub internet_accessible: Option<InternetAccessible>,
    /// `BGP`, `CMCC`, `CTCC` or `CUCC`; cannot be changed.
    pub vip_isp: Option<String>,
    /// Tags, up to 20.
    pub tags: Option<Vec<TagInfo>>,
    /// Address to use.
    pub vip: Option<String>,
    /// Shared bandwidth package.
    pub bandwidth_package_id: Option<String>,
    /// Dedicated cluster.
    pub exclusive_cluster: Option<ExclusiveCluster>,
    /// Performance, such as `clb.c2.medium`.
    pub sla_type: Option<String>,
    /// Dedicated clusters by id.
    pub cluster_ids: Option<Vec<String>>,
    /// Makes a repeated request the same one; up to 64.
    pub client_token: Option<String>,
    /// Whether targets of other networks may be bound.
    pub snat_pro: Option<bool>,
    /// Addresses that such targets see.
    pub snat_ips: Option<Vec<SnatIp>>,
    /// Tag of the dedicated cluster.
    pub cluster_tag: Option<String>,
    /// Zone that stands by.
    pub slave_zone_id: Option<String>,
    /// `eip-…` to use.
    pub eip_address_id: Option<String>,
    /// Whether targets' security groups let traffic through.
    pub load_balancer_pass_to_target: Option<bool>,
    /// Whether the address may change behind a domain name.
    pub dynamic_vip: Option<bool>,
    /// Outgoing exit.
    pub egress: Option<String>,
    /// Terms of a prepaid one.
    #[serde(rename = "LBChargePrepaid")]
    pub lb_charge_prepaid: Option<LbChargePrepaid>,
    /// `POSTPAID_BY_HOUR` or `PREPAID`.
    #[serde(rename = "LBChargeType")]
    pub lb_charge_type: Option<String>,
    /// Log topic of accesses.
    pub access_log_topic_id: Option<String>,
    /// Whether advanced routing is on.
    pub advanced_route: Option<bool>,
    /// Preference for targets of the same zone.
    pub available_zone_affinity_info: Option<AvailableZoneAffinityInfo>,
}

/// Bandwidth and how it is charged.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct InternetAccessible {
    /// `TRAFFIC_POSTPAID_BY_HOUR`, `BANDWIDTH_POSTPAID_BY_HOUR`, `BANDWIDTH_PACKAGE` or
    /// `BANDWIDTH_PREPAID`.
    pub internet_charge_type: Option<String>,
    /// Mbps, 1 to 2048.
    pub internet_max_bandwidth_out: Option<i64>,
    /// Kind of the bandwidth package.
    pub bandwidthpkg_sub_type: Option<String>,
}

/// Terms of a prepaid load balancer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LbChargePrepaid {
    /// Whether it is renewed.
    pub renew_flag: Option<String>,
    /// Months.
    pub period: Option<i64>,
}

/// Dedicated clusters.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ExclusiveCluster {
    /// Of layer 4.
    pub l4_clusters: Vec<ClusterItem>,
    /// Of layer 7.
    pub l7_clusters: Vec<ClusterItem>,
    /// Of the virtual network gateway.
    pub classical_cluster: Option<ClusterItem>,
}

/// A dedicated cluster.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ClusterItem {
    /// Its id.
    pub cluster_id: String,
    /// Its name.
    pub cluster_name: Option<String>,
    /// Its zone.
    pub zone: Option<String>,
}

/// An address that targets of other networks see.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SnatIp {
    /// `subnet-…`.
    pub subnet_id: String,
    /// The address.
    pub ip: Option<String>,
}

/// Preference for targets of the same zone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AvailableZoneAffinityInfo {
    /// Whether it is on.
    pub enable: Option<bool>,
    /// Share of healthy targets below which it ends.
    pub exit_ratio: Option<i64>,
    /// Share of healthy targets above which it begins again.
    pub reentry_ratio: Option<i64>,
}

/// The new load balancers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateLoadBalancerResponse {
    /// `lb-…`; may be empty until the task is done.
    pub load_balancer_ids: Vec<String>,
    /// The order, for prepaid ones.
    pub deal_name: Option<String>,
}

/// Which load balancers to list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeLoadBalancersRequest {
    /// Ids, up to 20.
    pub load_balancer_ids: Option<Vec<String>>,
    /// `OPEN` or `INTERNAL`.
    pub load_balancer_type: Option<String>,
    /// 1, 0 for the classic kind, -1 for all.
    pub forward: Option<i64>,
    /// Name.
    pub load_balancer_name: Option<String>,
    /// Domain name of the load balancer.
    pub domain: Option<String>,
    /// Addresses.
    pub load_balancer_vips: Option<Vec<String>>,
    /// Public addresses of targets.
    pub backend_public_ips: Option<Vec<String>>,
    /// Private addresses of targets.
    pub backend_private_ips: Option<Vec<String>>,
    /// Rows to skip.
    pub offset: Option<u64>,
    /// Rows at most, up to 100.
    pub limit: Option<u64>,
    /// Member to sort by.
    pub order_by: Option<String>,
    /// 1 descending, 0 ascending.
    pub order_type: Option<i64>,
    /// Part of a name, domain or address.
    pub search_key: Option<String>,
    /// Project.
    pub project_id: Option<i64>,
    /// 1 with targets, 0 without.
    pub with_rs: Option<i64>,
    /// `vpc-…`.
    pub vpc_id: Option<String>,
    /// `sg-…`.
    pub security_group: Option<String>,
    /// Zone that serves.
    pub master_zone: Option<String>,
    /// Conditions on `charge-type`, `vip-isp`, `function-name`, `tag:KEY` and so on.
    pub filters: Option<Vec<Filter>>,
    /// Further members to return.
    pub additional_fields: Option<Vec<String>>,
}

/// A page of load balancers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeLoadBalancersResponse {
    /// How many there are.
    pub total_count: Option<u64>,
    /// The load balancers.
    pub load_balancer_set: Vec<LoadBalancer>,
}

/// A load balancer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LoadBalancer {
    /// `lb-…`.
    pub load_balancer_id: String,
    /// Name.
    pub load_balancer_name: String,
    /// `OPEN` or `INTERNAL`.
    pub load_balancer_type: String,
    /// 1, or 0 for the classic kind.
    pub forward: i64,
    /// Domain name of a classic one.
    pub domain: String,
    /// Addresses.
    pub load_balancer_vips: Vec<String>,
    /// 0 being made, 1 working.
    pub status: i64,
    /// Time of creation.
    pub create_time: String,
    /// Time of the last change of status.
    pub status_time: String,
    /// Project.
    pub project_id: i64,
    /// `vpc-…`; `0` or empty for the classic network.
    pub vpc_id: String,
    /// 1 with protected BGP.
    pub open_bgp: i64,
    /// Whether source addresses are translated.
    pub snat: bool,
    /// 1 when isolated for lack of money.
    pub isolation: i64,
    /// `subnet-…`.
    pub subnet_id: String,
    /// Tags.
    pub tags: Vec<TagInfo>,
    /// `sg-…`.
    pub secure_groups: Vec<String>,
    /// Where targets are.
    pub target_region_info: Option<TargetRegionInfo>,
    /// Zone of an anycast one.
    pub anycast_zone: String,
    /// `ipv4` or `ipv6`.
    #[serde(rename = "AddressIPVersion")]
    pub address_ip_version: String,
    /// Number of the network.
    pub numerical_vpc_id: i64,
    /// Carrier.
    pub vip_isp: String,
    /// Zone that serves.
    pub master_zone: Option<ZoneInfo>,
    /// Zones that stand by.
    pub backup_zone_set: Vec<ZoneInfo>,
    /// Time of isolation.
    pub isolated_time: Option<String>,
    /// When it expires.
    pub expire_time: Option<String>,
    /// `POSTPAID_BY_HOUR` or `PREPAID`.
    pub charge_type: String,
    /// Bandwidth and how it is charged.
    pub network_attributes: Option<InternetAccessible>,
    /// Terms of a prepaid one.
    pub prepaid_attributes: Option<LbChargePrepaid>,
    /// Log set of accesses.
    pub log_set_id: String,
    /// Log topic of accesses.
    pub log_topic_id: String,
    /// IPv6 address.
    #[serde(rename = "AddressIPv6")]
    pub address_ipv6: String,
    /// Whether it is protected against floods.
    #[serde(rename = "IsDDos")]
    pub is_ddos: bool,
    /// Its own configuration.
    pub config_id: String,
    /// Whether targets' security groups let traffic through.
    pub load_balancer_pass_to_target: bool,
    /// Dedicated cluster.
    pub exclusive_cluster: Option<ExclusiveCluster>,
    /// `IPv6Nat64` or `IPv6FullChain`.
    #[serde(rename = "IPv6Mode")]
    pub ipv6_mode: String,
    /// Whether targets of other networks may be bound.
    pub snat_pro: bool,
    /// Addresses that such targets see.
    pub snat_ips: Vec<SnatIp>,
    /// Performance.
    pub sla_type: String,
    /// Whether its address is blocked.
    pub is_block: bool,
    /// When it was blocked or freed.
    pub is_block_time: String,
    /// Whether it is of the local BGP kind.
    pub local_bgp: bool,
    /// Tag of the dedicated cluster.
    pub cluster_tag: String,
    /// Whether IPv6 listeners may have IPv4 targets.
    pub mix_ip_target: bool,
    /// Zones of an internal one.
    pub zones: Vec<String>,
    /// Whether it is of the network function kind.
    pub nfv_info: String,
    /// Log set of health checks.
    pub health_log_set_id: String,
    /// Log topic of health checks.
    pub health_log_topic_id: String,
    /// Dedicated clusters by id.
    pub cluster_ids: Vec<String>,
    /// Attributes that are on, such as `DeleteProtect`.
    pub attribute_flags: Vec<String>,
    /// Domain name.
    pub load_balancer_domain: String,
    /// Outgoing exit.
    pub egress: String,
    /// 1 when dedicated.
    pub exclusive: Option<i64>,
    /// How many targets there are.
    pub target_count: Option<i64>,
    /// Private link endpoint.
    pub associate_endpoint: String,
    /// Preference for targets of the same zone.
    pub available_zone_affinity_info: Option<AvailableZoneAffinityInfo>,
}

/// Where targets are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TargetRegionInfo {
    /// Region.
    pub region: String,
    /// `vpc-…`.
    pub vpc_id: String,
    /// Number of the network.
    pub numerical_vpc_id: Option<i64>,
}

/// A zone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ZoneInfo {
    /// Its number.
    pub zone_id: i64,
    /// Such as `ap-guangzhou-1`.
    pub zone: String,
    /// Its name for people.
    pub zone_name: String,
    /// Its region.
    pub zone_region: String,
    /// Whether it is a local zone.
    pub local_zone: bool,
    /// Whether it is an edge zone.
    pub edge_zone: bool,
}

/// A change of a load balancer. What is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ModifyLoadBalancerAttributesRequest {
    /// `lb-…`.
    pub load_balancer_id: String,
    /// Name.
    pub load_balancer_name: Option<String>,
    /// Where targets are.
    pub target_region_info: Option<TargetRegionInfo>,
    /// Bandwidth and how it is charged.
    pub internet_charge_info: Option<InternetAccessible>,
    /// Whether targets' security groups let traffic through.
    pub load_balancer_pass_to_target: Option<bool>,
    /// Whether a cross-region binding is switched to the second form.
    pub switch_flag: Option<i64>,
    /// Whether targets of other networks may be bound.
    pub snat_pro: Option<bool>,
    /// Whether deleting is refused.
    pub delete_protect: Option<bool>,
    /// Whether a classic domain name is replaced.
    pub modify_classic_domain: Option<bool>,
    /// Private link endpoint.
    pub associate_endpoint: Option<String>,
}

/// The order of a change that is charged.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ModifyLoadBalancerAttributesResponse {
    /// The order.
    pub deal_name: Option<String>,
}

/// Other security groups for a load balancer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SetLoadBalancerSecurityGroupsRequest {
    /// `lb-…`.
    pub load_balancer_id: String,
    /// `sg-…`, all of them; absent removes all.
    pub security_groups: Option<Vec<String>>,
}

/// Another log of a load balancer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SetLoadBalancerClsLogRequest {
    /// `lb-…`.
    pub load_balancer_id: String,
    /// Log set.
    pub log_set_id: String,
    /// Log topic.
    pub log_topic_id: String,
    /// `ACCESS` or `HEALTH`.
    pub log_type: Option<String>,
}

/// Load balancers to delete.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteLoadBalancerRequest {
    /// `lb-…`, up to 20.
    pub load_balancer_ids: Vec<String>,
    /// Whether one that still has targets or traffic is deleted too.
    pub force_delete: Option<bool>,
}

actions! { SERVICE;
    /// Lists one page of load balancers.
    describe_load_balancers = "DescribeLoadBalancers", Read: DescribeLoadBalancersRequest => DescribeLoadBalancersResponse;
}

changes! {
    /// Changes a load balancer's attributes.
    modify_load_balancer_attributes = "ModifyLoadBalancerAttributes", Write: ModifyLoadBalancerAttributesRequest => ModifyLoadBalancerAttributesResponse;
    /// Replaces a load balancer's security groups.
    set_load_balancer_security_groups = "SetLoadBalancerSecurityGroups", Write: SetLoadBalancerSecurityGroupsRequest => Empty;
    /// Sets where a load balancer logs to.
    set_load_balancer_cls_log = "SetLoadBalancerClsLog", Write: SetLoadBalancerClsLogRequest => Empty;
}

paged! {
    DescribeLoadBalancersRequest => load_balancer_set: [LoadBalancer], by |row| row.load_balancer_id.clone(), int 100;
}

lookups! {
    /// The load balancer of that id, or `None`.
    find_load_balancer = DescribeLoadBalancersRequest { load_balancer_ids } => LoadBalancer by load_balancer_id, at most 20;
}

impl Action for CreateLoadBalancerRequest {
    type Response = CreateLoadBalancerResponse;
    const SERVICE: &'static Service = &SERVICE;
    const NAME: &'static str = "CreateLoadBalancer";
    const KIND: Kind = Kind::Create;

    fn kind(&self) -> Kind {
        // The cloud knows a repeated request by its token.
        if self.client_token.is_some() { Kind::Write } else { Self::KIND }
    }
}

impl Change for CreateLoadBalancerRequest {
    fn load_balancer_id(&self) -> Option<&str> {
        None
    }

    fn complete(response: &mut CreateLoadBalancerResponse, task: &DescribeTaskStatusResponse) {
        if response.load_balancer_ids.is_empty() {
            response.load_balancer_ids.clone_from(&task.load_balancer_ids);
        }
    }
}

/// Makes load balancers. A token is added where there is none, so that a lost answer can be asked
/// for again without making another one.
///
/// # Errors
///
/// Those of [`change`].
pub async fn create_load_balancer<'a>(
    client: &'a Client,
    request: &CreateLoadBalancerRequest,
) -> Result<Pending<'a, CreateLoadBalancerRequest>> {
    let token = request.client_token.clone().unwrap_or_else(|| client.shared.random.token());
    let request = CreateLoadBalancerRequest { client_token: Some(token), ..request.clone() };
    change(client, &request).await
}

impl Action for DeleteLoadBalancerRequest {
    type Response = Empty;
    const SERVICE: &'static Service = &SERVICE;
    const NAME: &'static str = "DeleteLoadBalancer";
    const KIND: Kind = Kind::Delete;
}

impl Change for DeleteLoadBalancerRequest {
    fn load_balancer_id(&self) -> Option<&str> {
        self.load_balancer_ids.first().map(String::as_str)
    }
}

/// Deletes a load balancer with everything on it. Of several, only the first is locked.
///
/// # Errors
///
/// Those of [`change`].
pub async fn delete_load_balancer<'a>(
    client: &'a Client,
    request: &DeleteLoadBalancerRequest,
) -> Result<Pending<'a, DeleteLoadBalancerRequest>> {
    change(client, request).await
}
