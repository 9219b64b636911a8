//! `tencentcloud_clb_instance`: a load balancer.
//! <https://www.tencentcloud.com/document/product/214/6149>

use tencentcloud_api::clb::{
    self, CreateLoadBalancerRequest, DeleteLoadBalancerRequest, InternetAccessible, LoadBalancer,
    ModifyLoadBalancerAttributesRequest, SetLoadBalancerClsLogRequest,
    SetLoadBalancerSecurityGroupsRequest, TagInfo, TargetRegionInfo,
};
use tencentcloud_api::tag;
use tf_protocol::{Lifecycle, Presence, Problem, Timeouts};
use tf_schema::check::{between, length, one_of};
use tf_schema::{Diagnostics, Resource, Value};

use crate::{Cloud, tags};

/// A load balancer, open to the internet or inside a network.
#[derive(Resource, Default)]
pub struct Instance {
    /// `OPEN` for one that the internet reaches, `INTERNAL` for one inside a network. It cannot be
    /// changed.
    #[tf(required, force_new, validate(one_of(&["OPEN", "INTERNAL"])))]
    pub network_type: Value<String>,
    /// Name of the load balancer, 1 to 80 characters.
    #[tf(required, validate(length(1, 80)))]
    pub clb_name: Value<String>,
    /// Id of the project. It cannot be changed.
    #[tf(optional, default = 0, force_new)]
    pub project_id: Value<i64>,
    /// Id of the network. It cannot be changed.
    #[tf(optional, computed, stable, force_new)]
    pub vpc_id: Value<String>,
    /// Id of the subnet of an `INTERNAL` load balancer. It cannot be changed.
    #[tf(optional, force_new)]
    pub subnet_id: Value<String>,
    /// `IPV4`, `IPV6` (translated to IPv4) or `IPv6FullChain`. It cannot be changed.
    #[tf(
        optional, computed, stable, force_new,
        validate(one_of(&["ipv4", "ipv6", "IPV4", "IPV6", "IPv6FullChain"])),
        equal_when(|a, b| a.eq_ignore_ascii_case(b))
    )]
    pub address_ip_version: Value<String>,
    /// Address of the load balancer. It cannot be changed.
    #[tf(optional, computed, stable, force_new)]
    pub vip: Value<String>,
    /// Network operator of an `OPEN` load balancer: `BGP`, `CMCC`, `CTCC` or `CUCC`. It cannot be
    /// changed.
    #[tf(optional, computed, stable, force_new)]
    pub vip_isp: Value<String>,
    /// Zone in which the load balancer is. It cannot be changed.
    #[tf(optional, computed, stable, force_new)]
    pub master_zone_id: Value<String>,
    /// How the bandwidth is paid: `TRAFFIC_POSTPAID_BY_HOUR`, `BANDWIDTH_POSTPAID_BY_HOUR` or
    /// `BANDWIDTH_PACKAGE`.
    #[tf(optional, computed, stable)]
    pub internet_charge_type: Value<String>,
    /// Greatest outgoing bandwidth in Mbit/s, 1 to 2048.
    #[tf(optional, computed, stable, validate(between(1, 2048)))]
    pub internet_bandwidth_max_out: Value<i64>,
    /// Ids of the security groups, at most 50.
    #[tf(optional, computed, stable)]
    pub security_groups: Value<Vec<String>>,
    /// Whether the targets' own security groups are passed over for traffic from the load balancer.
    #[tf(optional, default = false)]
    pub load_balancer_pass_to_target: Value<bool>,
    /// Region of the targets; goes together with `target_region_info_vpc_id`.
    #[tf(optional, computed, stable)]
    pub target_region_info_region: Value<String>,
    /// Network of the targets; goes together with `target_region_info_region`.
    #[tf(optional, computed, stable)]
    pub target_region_info_vpc_id: Value<String>,
    /// Whether the load balancer cannot be deleted.
    #[tf(optional)]
    pub delete_protect: Value<bool>,
    /// Whether it is deleted though it still has targets or traffic.
    #[tf(optional, default = false)]
    pub force: Value<bool>,
    /// Log set of the access log; goes together with `log_topic_id`.
    #[tf(optional)]
    pub log_set_id: Value<String>,
    /// Log topic of the access log; goes together with `log_set_id`.
    #[tf(optional)]
    pub log_topic_id: Value<String>,
    /// Tags of the load balancer.
    #[tf(optional)]
    pub tags: tags::Tags,
    /// Id of the load balancer, `lb-…`.
    #[tf(computed, stable)]
    pub id: Value<String>,
    /// Addresses of the load balancer.
    #[tf(computed, stable)]
    pub clb_vips: Value<Vec<String>>,
    /// IPv6 address of the load balancer.
    #[tf(computed, stable)]
    pub address_ipv6: Value<String>,
    /// `IPv6Nat64` or `IPv6FullChain`, for IPv6.
    #[tf(computed, stable)]
    pub ipv6_mode: Value<String>,
    /// Name under which the load balancer is reached.
    #[tf(computed, stable)]
    pub domain: Value<String>,
}

impl Lifecycle for Instance {
    const TYPE: &'static str = "tencentcloud_clb_instance";
    const TIMEOUTS: Timeouts = Timeouts::NONE.create(10).update(10).delete(10);
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        // A repeated request is known by its token, so a lost answer makes no second one.
        let request = self.to_create();
        let pending = clb::create_load_balancer(cloud, &request).await?;
        self.id = pending.load_balancer_ids.first().cloned().into();
        let made = pending.done().await?;
        self.id = made.load_balancer_ids.first().cloned().into();
        let unset = Instance::default();
        self.change_settings(&unset, cloud).await
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let Some(found) = clb::find_load_balancer(cloud, self.id.text()).await? else {
            return Ok(Presence::Gone);
        };
        self.adopt(found);
        Ok(Presence::Present)
    }

    async fn update(&mut self, prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        self.change_settings(prior, cloud).await?;
        let resource =
            tag::resource_name("clb", cloud.region(), &format!("clb/{}", self.id.text()));
        tags::update(cloud, resource, &prior.tags, &self.tags).await?;
        Ok(())
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = DeleteLoadBalancerRequest {
            load_balancer_ids: vec![self.id.or_default()],
            force_delete: self.force.known().copied().filter(|force| *force),
        };
        match clb::delete_load_balancer(cloud, &request).await {
            Err(error) if error.is_not_found() => Ok(()),
            pending => {
                pending?.done().await?;
                Ok(())
            }
        }
    }

    fn import(id: &str) -> Result<Self, Problem> {
        Ok(Instance { id: id.into(), ..Instance::default() })
    }

    fn validate(config: &Self, problems: &mut Diagnostics) {
        if config.network_type.is_known_and(|kind| kind == "INTERNAL") {
            for (name, value) in [("vpc_id", &config.vpc_id), ("subnet_id", &config.subnet_id)] {
                if value.is_null() {
                    let detail =
                        format!("An INTERNAL load balancer is inside a network: set {name}.");
                    problems.error(name, format!("Missing {name}"), detail);
                }
            }
        }
        if config.network_type.is_known_and(|kind| kind == "OPEN") && config.subnet_id.is_known() {
            let detail = "Only an INTERNAL load balancer is in a subnet.";
            problems.error("subnet_id", "Subnet of an open load balancer", detail);
        }
        for (first, a, second, b) in [
            ("log_set_id", &config.log_set_id, "log_topic_id", &config.log_topic_id),
            (
                "target_region_info_region",
                &config.target_region_info_region,
                "target_region_info_vpc_id",
                &config.target_region_info_vpc_id,
            ),
        ] {
            if a.is_null() != b.is_null() {
                let (alone, missing) = if a.is_null() { (second, first) } else { (first, second) };
                let detail = format!("{alone} needs {missing}: set both or neither.");
                problems.error(alone, format!("{alone} without {missing}"), detail);
            }
        }
    }
}

impl Instance {
    fn to_create(&self) -> CreateLoadBalancerRequest {
        CreateLoadBalancerRequest {
            load_balancer_type: self.network_type.or_default(),
            forward: Some(1),
            load_balancer_name: self.clb_name.known().cloned(),
            vpc_id: self.vpc_id.known().cloned(),
            subnet_id: self.subnet_id.known().cloned(),
            project_id: self.project_id.known().copied(),
            address_ip_version: self.address_ip_version.known().map(|version| {
                // The API reads upper case and writes lower case.
                if version.len() == 4 { version.to_ascii_uppercase() } else { version.clone() }
            }),
            vip: self.vip.known().cloned(),
            vip_isp: self.vip_isp.known().cloned(),
            master_zone_id: self.master_zone_id.known().cloned(),
            internet_accessible: self.internet_accessible(),
            load_balancer_pass_to_target: self.load_balancer_pass_to_target.known().copied(),
            tags: self.tags.is_known().then(|| {
                let pairs = tags::pairs(&self.tags).into_iter();
                pairs.map(|(tag_key, tag_value)| TagInfo { tag_key, tag_value }).collect()
            }),
            ..CreateLoadBalancerRequest::default()
        }
    }

    fn internet_accessible(&self) -> Option<InternetAccessible> {
        let given =
            self.internet_charge_type.is_known() || self.internet_bandwidth_max_out.is_known();
        given.then(|| InternetAccessible {
            internet_charge_type: self.internet_charge_type.known().cloned(),
            internet_max_bandwidth_out: self.internet_bandwidth_max_out.known().copied(),
            bandwidthpkg_sub_type: None,
        })
    }

    fn target_region(&self) -> Option<TargetRegionInfo> {
        Some(TargetRegionInfo {
            region: self.target_region_info_region.known()?.clone(),
            vpc_id: self.target_region_info_vpc_id.known()?.clone(),
            numerical_vpc_id: None,
        })
    }

    /// Sends what differs from `prior` and can be changed at any time.
    async fn change_settings(&self, prior: &Instance, cloud: &Cloud) -> Result<(), Problem> {
        let id = self.id.or_default();
        let name = ModifyLoadBalancerAttributesRequest {
            load_balancer_id: id.clone(),
            ..ModifyLoadBalancerAttributesRequest::default()
        };
        let creating = prior.id.is_null();
        let mut request = name.clone();
        if self.target_region_info_vpc_id != prior.target_region_info_vpc_id
            || self.target_region_info_region != prior.target_region_info_region
        {
            request.target_region_info = self.target_region();
        }
        if self.delete_protect.or_default() != prior.delete_protect.or_default() {
            request.delete_protect = Some(self.delete_protect.or_default());
        }
        if !creating {
            if self.clb_name != prior.clb_name {
                request.load_balancer_name = self.clb_name.known().cloned();
            }
            if self.internet_charge_type != prior.internet_charge_type
                || self.internet_bandwidth_max_out != prior.internet_bandwidth_max_out
            {
                request.internet_charge_info = self.internet_accessible();
            }
            if self.load_balancer_pass_to_target != prior.load_balancer_pass_to_target {
                request.load_balancer_pass_to_target =
                    self.load_balancer_pass_to_target.known().copied();
            }
        }
        if request != name {
            clb::modify_load_balancer_attributes(cloud, &request).await?.done().await?;
        }
        if let Some(security_groups) = self.security_groups.known()
            && self.security_groups != prior.security_groups
        {
            let request = SetLoadBalancerSecurityGroupsRequest {
                load_balancer_id: id.clone(),
                security_groups: Some(security_groups.clone()),
            };
            clb::set_load_balancer_security_groups(cloud, &request).await?.done().await?;
        }
        if self.log_set_id != prior.log_set_id || self.log_topic_id != prior.log_topic_id {
            let request = SetLoadBalancerClsLogRequest {
                load_balancer_id: id,
                log_set_id: self.log_set_id.or_default(),
                log_topic_id: self.log_topic_id.or_default(),
                log_type: None,
            };
            clb::set_load_balancer_cls_log(cloud, &request).await?.done().await?;
        }
        Ok(())
    }

    fn adopt(&mut self, found: LoadBalancer) {
        let filled = |text: String| Some(text).filter(|text| !text.is_empty());
        self.id = found.load_balancer_id.into();
        self.network_type = found.load_balancer_type.into();
        self.clb_name = found.load_balancer_name.into();
        self.project_id = found.project_id.into();
        self.vpc_id = found.vpc_id.into();
        self.subnet_id = filled(found.subnet_id).into();
        self.address_ip_version = match found.ipv6_mode.as_str() {
            "IPv6FullChain" => "IPv6FullChain".into(),
            _ => found.address_ip_version.into(),
        };
        self.ipv6_mode = found.ipv6_mode.into();
        self.address_ipv6 = found.address_ipv6.into();
        self.vip = found.load_balancer_vips.first().cloned().unwrap_or_default().into();
        self.clb_vips = found.load_balancer_vips.into();
        self.vip_isp = found.vip_isp.into();
        self.master_zone_id = found.master_zone.map(|zone| zone.zone).unwrap_or_default().into();
        let internet = found.network_attributes.unwrap_or_default();
        self.internet_charge_type = internet.internet_charge_type.unwrap_or_default().into();
        self.internet_bandwidth_max_out =
            internet.internet_max_bandwidth_out.unwrap_or_default().into();
        self.security_groups = found.secure_groups.into();
        self.load_balancer_pass_to_target = found.load_balancer_pass_to_target.into();
        let region = found.target_region_info.unwrap_or_default();
        self.target_region_info_region = region.region.into();
        self.target_region_info_vpc_id = region.vpc_id.into();
        let protected = found.attribute_flags.iter().any(|flag| flag == "DeleteProtect");
        if protected || !self.delete_protect.is_null() {
            self.delete_protect = protected.into();
        }
        self.log_set_id = filled(found.log_set_id).into();
        self.log_topic_id = filled(found.log_topic_id).into();
        let pairs = found.tags.into_iter().map(|tag| (tag.tag_key, tag.tag_value));
        self.tags = tags::adopt(&self.tags, pairs);
        self.domain =
            filled(found.load_balancer_domain).or(filled(found.domain)).unwrap_or_default().into();
        if self.force.is_null() {
            // Only this provider knows it: an imported load balancer has the default.
            self.force = false.into();
        }
    }
}
