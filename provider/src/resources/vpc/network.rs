//! `tencentcloud_vpc`: a private network.
//! <https://www.tencentcloud.com/document/product/215/20046>

use std::time::SystemTime;

use tencentcloud_api::vpc::{
    self, CreateVpcRequest, DeleteVpcRequest, DescribeRouteTablesRequest, DescribeVpcsRequest,
    Filter, ModifyVpcAttributeRequest,
};
use tencentcloud_api::{page, tag, wait};
use tf_protocol::{Lifecycle, Presence, Problem, Timeouts};
use tf_schema::check::length;
use tf_schema::{Resource, Set, Value};

use super::{cidr, found_tags, request_tags};
use crate::{Cloud, create, tags};

/// A private network (VPC) in a region.
#[derive(Resource, Default)]
pub struct Vpc {
    /// Name of the network, 1 to 60 characters.
    #[tf(required, validate(length(1, 60)))]
    pub name: Value<String>,
    /// Addresses of the network, inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16. They cannot be
    /// changed.
    #[tf(required, force_new, validate(cidr))]
    pub cidr_block: Value<String>,
    /// Name servers of the network, at most four.
    #[tf(optional, computed, stable)]
    pub dns_servers: Value<Set<String>>,
    /// Whether multicast is on.
    #[tf(optional, computed, stable)]
    pub is_multicast: Value<bool>,
    /// Whether the network's IPv4 routes are published to a cloud connect network.
    #[tf(optional, computed, stable)]
    pub enable_route_vpc_publish: Value<bool>,
    /// Whether the network's IPv6 routes are published to a cloud connect network.
    #[tf(optional, computed, stable)]
    pub enable_route_vpc_publish_ipv6: Value<bool>,
    /// Tags of the network.
    #[tf(optional)]
    pub tags: tags::Tags,
    /// Id of the network, `vpc-…`.
    #[tf(computed, stable)]
    pub id: Value<String>,
    /// Whether it is the region's default network.
    #[tf(computed, stable)]
    pub is_default: Value<bool>,
    /// When the network was made.
    #[tf(computed, stable)]
    pub create_time: Value<String>,
    /// Id of the route table that subnets get at first.
    #[tf(computed, stable)]
    pub default_route_table_id: Value<String>,
    /// Further addresses of the network.
    #[tf(computed, stable)]
    pub assistant_cidrs: Value<Set<String>>,
    /// Addresses that containers use.
    #[tf(computed, stable)]
    pub docker_assistant_cidrs: Value<Vec<String>>,
}

impl Lifecycle for Vpc {
    const TYPE: &'static str = "tencentcloud_vpc";
    const TIMEOUTS: Timeouts = Timeouts::NONE.delete(15);
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let started = SystemTime::now();
        let made = vpc::create_vpc(cloud, &self.to_create()).await;
        let made = made.map(|answer| answer.value.vpc.vpc_id);
        let look = self.look_for(cloud);
        self.id = create::nameless(made, started, look).await?.into();
        if self.is_multicast.is_known() || self.publishes() {
            self.modify(cloud).await?;
        }
        Ok(())
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let Some(found) = vpc::find_vpc(cloud, self.id.text()).await? else {
            return Ok(Presence::Gone);
        };
        self.adopt(found);
        if self.default_route_table_id.is_known() {
            return Ok(Presence::Present);
        }
        let main = DescribeRouteTablesRequest {
            filters: Some(vec![
                filter("vpc-id", self.id.text()),
                filter("association.main", "true"),
            ]),
            ..DescribeRouteTablesRequest::default()
        };
        let tables = page::all_pages(cloud, &main).await?;
        self.default_route_table_id =
            tables.into_iter().next().map(|table| table.route_table_id).into();
        Ok(Presence::Present)
    }

    async fn update(&mut self, prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        if self.name != prior.name
            || self.dns_servers != prior.dns_servers
            || self.is_multicast != prior.is_multicast
            || self.enable_route_vpc_publish != prior.enable_route_vpc_publish
            || self.enable_route_vpc_publish_ipv6 != prior.enable_route_vpc_publish_ipv6
        {
            self.modify(cloud).await?;
        }
        let resource =
            tag::resource_name("vpc", cloud.region(), &format!("vpc/{}", self.id.text()));
        tags::update(cloud, resource, &prior.tags, &self.tags).await?;
        Ok(())
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = DeleteVpcRequest { vpc_id: self.id.or_default() };
        let what = format!("{} being free", self.id.text());
        let deleted = wait::retry(cloud, &what, tencentcloud_api::Error::is_conflict, || async {
            vpc::delete_vpc(cloud, &request).await
        });
        match deleted.await {
            Err(error) if !error.is_not_found() => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn import(id: &str) -> Result<Self, Problem> {
        Ok(Vpc { id: id.into(), ..Vpc::default() })
    }
}

impl Vpc {
    fn to_create(&self) -> CreateVpcRequest {
        CreateVpcRequest {
            vpc_name: self.name.or_default(),
            cidr_block: self.cidr_block.known().cloned(),
            enable_multicast: self.is_multicast.known().map(bool::to_string),
            dns_servers: self.dns_servers(),
            tags: request_tags(&self.tags),
            ..CreateVpcRequest::default()
        }
    }

    fn dns_servers(&self) -> Option<Vec<String>> {
        self.dns_servers.known().map(|servers| servers.iter().cloned().collect())
    }

    fn publishes(&self) -> bool {
        self.enable_route_vpc_publish.is_known() || self.enable_route_vpc_publish_ipv6.is_known()
    }

    async fn modify(&self, cloud: &Cloud) -> Result<(), Problem> {
        let request = ModifyVpcAttributeRequest {
            vpc_id: self.id.or_default(),
            vpc_name: self.name.known().cloned(),
            enable_multicast: self.is_multicast.known().map(bool::to_string),
            dns_servers: self.dns_servers(),
            enable_route_vpc_publish: self.enable_route_vpc_publish.known().copied(),
            enable_route_vpc_publish_ipv6: self.enable_route_vpc_publish_ipv6.known().copied(),
            ..ModifyVpcAttributeRequest::default()
        };
        vpc::modify_vpc_attribute(cloud, &request).await?;
        Ok(())
    }

    /// Networks with this one's name and addresses: id and time of creation.
    async fn look_for(&self, cloud: &Cloud) -> tencentcloud_api::Result<Vec<(String, String)>> {
        let request = DescribeVpcsRequest {
            filters: Some(vec![
                filter("vpc-name", self.name.text()),
                filter("cidr-block", self.cidr_block.text()),
            ]),
            ..DescribeVpcsRequest::default()
        };
        let found = page::all_pages(cloud, &request).await?.into_iter();
        let same = found.filter(|vpc| vpc.vpc_name == self.name.text());
        Ok(same.map(|vpc| (vpc.vpc_id, vpc.created_time)).collect())
    }

    fn adopt(&mut self, found: vpc::Vpc) {
        self.id = found.vpc_id.into();
        self.name = found.vpc_name.into();
        self.cidr_block = found.cidr_block.into();
        self.dns_servers = Value::Known(found.dns_server_set.into_iter().collect());
        self.is_multicast = found.enable_multicast.into();
        self.enable_route_vpc_publish = found.enable_route_vpc_publish.into();
        self.enable_route_vpc_publish_ipv6 = found.enable_route_vpc_publish_ipv6.into();
        self.tags = tags::adopt(&self.tags, found_tags(found.tag_set));
        self.is_default = found.is_default.into();
        self.create_time = found.created_time.into();
        let (containers, further): (Vec<_>, Vec<_>) =
            found.assistant_cidr_set.into_iter().partition(|block| block.assistant_type == 1);
        let blocks = |set: Vec<vpc::AssistantCidr>| set.into_iter().map(|block| block.cidr_block);
        self.assistant_cidrs = Value::Known(blocks(further).collect());
        self.docker_assistant_cidrs = Value::Known(blocks(containers).collect());
    }
}

fn filter(name: &str, value: &str) -> Filter {
    Filter { name: name.to_owned(), values: vec![value.to_owned()] }
}
