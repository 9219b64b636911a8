//! `tencentcloud_clb_instances`: load balancers.
//! <https://www.tencentcloud.com/document/product/214/33830>

use std::collections::BTreeMap;

use tencentcloud_api::clb::{DescribeLoadBalancersRequest, LoadBalancer};
use tencentcloud_api::page;
use tf_protocol::{DataSource, Problem};
use tf_schema::check::one_of;
use tf_schema::{Block, Field, Resource, Value};

use crate::Cloud;
use crate::data::save;

/// Finds load balancers by id, name, network type, project and zone.
#[derive(Resource, Default)]
pub struct Instances {
    /// Id of the load balancer.
    #[tf(optional)]
    pub clb_id: Value<String>,
    /// Name of the load balancers.
    #[tf(optional)]
    pub clb_name: Value<String>,
    /// `OPEN` or `INTERNAL`.
    #[tf(optional, validate(one_of(&["OPEN", "INTERNAL"])))]
    pub network_type: Value<String>,
    /// Id of the project.
    #[tf(optional)]
    pub project_id: Value<i64>,
    /// Zone in which the load balancers are.
    #[tf(optional)]
    pub master_zone: Value<String>,
    /// Path of a file into which the result is written as JSON.
    #[tf(optional)]
    pub result_output_file: Value<String>,
    /// Names what was asked for.
    #[tf(computed)]
    pub id: Value<String>,
    /// The load balancers.
    #[tf(computed)]
    pub clb_list: Value<Vec<Instance>>,
}

/// A load balancer.
#[derive(Block, Clone)]
pub struct Instance {
    /// Id of the load balancer.
    #[tf(computed)]
    pub clb_id: Value<String>,
    /// Name of the load balancer.
    #[tf(computed)]
    pub clb_name: Value<String>,
    /// `OPEN` or `INTERNAL`.
    #[tf(computed)]
    pub network_type: Value<String>,
    /// 1 for load balancers of the present kind, 0 for classic ones.
    #[tf(computed)]
    pub forward: Value<i64>,
    /// 0 while it is being made, 1 afterwards.
    #[tf(computed)]
    pub status: Value<i64>,
    /// When it was made.
    #[tf(computed)]
    pub create_time: Value<String>,
    /// When its state last changed.
    #[tf(computed)]
    pub status_time: Value<String>,
    /// Id of the project.
    #[tf(computed)]
    pub project_id: Value<i64>,
    /// Id of the network.
    #[tf(computed)]
    pub vpc_id: Value<String>,
    /// Id of the subnet.
    #[tf(computed)]
    pub subnet_id: Value<String>,
    /// Addresses of the load balancer.
    #[tf(computed)]
    pub clb_vips: Value<Vec<String>>,
    /// `ipv4` or `ipv6`.
    #[tf(computed)]
    pub address_ip_version: Value<String>,
    /// IPv6 address.
    #[tf(computed)]
    pub address_ipv6: Value<String>,
    /// `IPv6Nat64` or `IPv6FullChain`, for IPv6.
    #[tf(computed)]
    pub ipv6_mode: Value<String>,
    /// Name under which it is reached.
    #[tf(computed)]
    pub domain: Value<String>,
    /// Name under which it is reached, of the newer form.
    #[tf(computed)]
    pub load_balancer_domain: Value<String>,
    /// Network operator.
    #[tf(computed)]
    pub vip_isp: Value<String>,
    /// How it is paid.
    #[tf(computed)]
    pub charge_type: Value<String>,
    /// How the bandwidth is paid.
    #[tf(computed)]
    pub internet_charge_type: Value<String>,
    /// Greatest outgoing bandwidth in Mbit/s.
    #[tf(computed)]
    pub internet_bandwidth_max_out: Value<i64>,
    /// Ids of the security groups.
    #[tf(computed)]
    pub security_groups: Value<Vec<String>>,
    /// Whether the targets' security groups are passed over.
    #[tf(computed)]
    pub load_balancer_pass_to_target: Value<bool>,
    /// Region of the targets.
    #[tf(computed)]
    pub target_region_info_region: Value<String>,
    /// Network of the targets.
    #[tf(computed)]
    pub target_region_info_vpc_id: Value<String>,
    /// Number of the zone.
    #[tf(computed)]
    pub zone_id: Value<i64>,
    /// Zone.
    #[tf(computed)]
    pub zone: Value<String>,
    /// Name of the zone.
    #[tf(computed)]
    pub zone_name: Value<String>,
    /// Region of the zone.
    #[tf(computed)]
    pub zone_region: Value<String>,
    /// Specification.
    #[tf(computed)]
    pub sla_type: Value<String>,
    /// What is switched on, such as `DeleteProtect`.
    #[tf(computed)]
    pub attribute_flags: Value<Vec<String>>,
    /// Log set of the access log.
    #[tf(computed)]
    pub log_set_id: Value<String>,
    /// Log topic of the access log.
    #[tf(computed)]
    pub log_topic_id: Value<String>,
    /// Tags of the load balancer.
    #[tf(computed)]
    pub tags: Value<BTreeMap<String, String>>,
}

impl DataSource for Instances {
    const TYPE: &'static str = "tencentcloud_clb_instances";
    type Cloud = Cloud;

    async fn read(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = DescribeLoadBalancersRequest {
            load_balancer_ids: self.clb_id.known().map(|id| vec![id.clone()]),
            load_balancer_name: self.clb_name.known().cloned(),
            load_balancer_type: self.network_type.known().cloned(),
            project_id: self.project_id.known().copied(),
            master_zone: self.master_zone.known().cloned(),
            ..DescribeLoadBalancersRequest::default()
        };
        let found: Vec<Instance> = match page::all_pages(cloud, &request).await {
            Err(error) if error.is_not_found() => vec![],
            rows => rows?.into_iter().map(Instance::of).collect(),
        };
        save(&self.result_output_file, found.clone().write())?;
        self.id = [self.clb_id.text(), self.clb_name.text()].join("/").into();
        self.clb_list = found.into();
        Ok(())
    }
}

impl Instance {
    fn of(found: LoadBalancer) -> Instance {
        let internet = found.network_attributes.unwrap_or_default();
        let targets = found.target_region_info.unwrap_or_default();
        let zone = found.master_zone.unwrap_or_default();
        let tags: BTreeMap<String, String> =
            found.tags.into_iter().map(|tag| (tag.tag_key, tag.tag_value)).collect();
        Instance {
            clb_id: found.load_balancer_id.into(),
            clb_name: found.load_balancer_name.into(),
            network_type: found.load_balancer_type.into(),
            forward: found.forward.into(),
            status: found.status.into(),
            create_time: found.create_time.into(),
            status_time: found.status_time.into(),
            project_id: found.project_id.into(),
            vpc_id: found.vpc_id.into(),
            subnet_id: found.subnet_id.into(),
            clb_vips: found.load_balancer_vips.into(),
            address_ip_version: found.address_ip_version.into(),
            address_ipv6: found.address_ipv6.into(),
            ipv6_mode: found.ipv6_mode.into(),
            domain: found.domain.into(),
            load_balancer_domain: found.load_balancer_domain.into(),
            vip_isp: found.vip_isp.into(),
            charge_type: found.charge_type.into(),
            internet_charge_type: internet.internet_charge_type.unwrap_or_default().into(),
            internet_bandwidth_max_out: internet
                .internet_max_bandwidth_out
                .unwrap_or_default()
                .into(),
            security_groups: found.secure_groups.into(),
            load_balancer_pass_to_target: found.load_balancer_pass_to_target.into(),
            target_region_info_region: targets.region.into(),
            target_region_info_vpc_id: targets.vpc_id.into(),
            zone_id: zone.zone_id.into(),
            zone: zone.zone.into(),
            zone_name: zone.zone_name.into(),
            zone_region: zone.zone_region.into(),
            sla_type: found.sla_type.into(),
            attribute_flags: found.attribute_flags.into(),
            log_set_id: found.log_set_id.into(),
            log_topic_id: found.log_topic_id.into(),
            tags: tags.into(),
        }
    }
}
