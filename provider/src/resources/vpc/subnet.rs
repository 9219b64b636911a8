//! `tencentcloud_subnet`: a part of a network, in one zone.
//! <https://www.tencentcloud.com/document/product/215/20046>

use std::time::SystemTime;

use tencentcloud_api::vpc::{
    self, CreateSubnetRequest, DeleteSubnetRequest, DescribeSubnetsRequest, Filter,
    ModifySubnetAttributeRequest, ReplaceRouteTableAssociationRequest,
};
use tencentcloud_api::{page, tag, wait};
use tf_protocol::{Lifecycle, Presence, Problem, Timeouts};
use tf_schema::check::length;
use tf_schema::{Resource, Value};

use super::{cidr, found_tags, request_tags};
use crate::{Cloud, create, tags};

/// A part of a private network, in one availability zone.
#[derive(Resource, Default)]
pub struct Subnet {
    /// Name of the subnet, 1 to 60 characters.
    #[tf(required, validate(length(1, 60)))]
    pub name: Value<String>,
    /// Id of the network. It cannot be changed.
    #[tf(required, force_new)]
    pub vpc_id: Value<String>,
    /// Zone of the subnet, such as `ap-guangzhou-3`. It cannot be changed.
    #[tf(required, force_new)]
    pub availability_zone: Value<String>,
    /// Addresses of the subnet, inside those of the network. They cannot be changed.
    #[tf(required, force_new, validate(cidr))]
    pub cidr_block: Value<String>,
    /// Whether broadcast is on.
    #[tf(optional, computed, stable)]
    pub is_multicast: Value<bool>,
    /// Id of the subnet's route table, by default the network's own.
    #[tf(optional, computed, stable)]
    pub route_table_id: Value<String>,
    /// Id of a dedicated cluster. It cannot be changed.
    #[tf(optional, force_new)]
    pub cdc_id: Value<String>,
    /// Tags of the subnet.
    #[tf(optional)]
    pub tags: tags::Tags,
    /// Id of the subnet, `subnet-…`.
    #[tf(computed, stable)]
    pub id: Value<String>,
    /// Whether it is the zone's default subnet.
    #[tf(computed, stable)]
    pub is_default: Value<bool>,
    /// How many addresses are free.
    #[tf(computed)]
    pub available_ip_count: Value<i64>,
    /// When the subnet was made.
    #[tf(computed, stable)]
    pub create_time: Value<String>,
}

impl Lifecycle for Subnet {
    const TYPE: &'static str = "tencentcloud_subnet";
    const TIMEOUTS: Timeouts = Timeouts::NONE.delete(15);
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let started = SystemTime::now();
        let made = vpc::create_subnet(cloud, &self.to_create()).await;
        let made = made.map(|answer| answer.value.subnet.subnet_id);
        let look = self.look_for(cloud);
        self.id = create::nameless(made, started, look).await?.into();
        if self.is_multicast.is_known() {
            self.modify(cloud).await?;
        }
        self.associate(cloud).await
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let Some(found) = vpc::find_subnet(cloud, self.id.text()).await? else {
            return Ok(Presence::Gone);
        };
        self.adopt(found);
        Ok(Presence::Present)
    }

    async fn update(&mut self, prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        if self.name != prior.name || self.is_multicast != prior.is_multicast {
            self.modify(cloud).await?;
        }
        if self.route_table_id != prior.route_table_id {
            self.associate(cloud).await?;
        }
        let resource =
            tag::resource_name("vpc", cloud.region(), &format!("subnet/{}", self.id.text()));
        tags::update(cloud, resource, &prior.tags, &self.tags).await?;
        Ok(())
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = DeleteSubnetRequest { subnet_id: self.id.or_default() };
        // Functions and load balancers give their addresses back some time after they are gone.
        let what = format!("{} being free", self.id.text());
        let deleted = wait::retry(cloud, &what, tencentcloud_api::Error::is_conflict, || async {
            vpc::delete_subnet(cloud, &request).await
        });
        match deleted.await {
            Err(error) if !error.is_not_found() => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn import(id: &str) -> Result<Self, Problem> {
        Ok(Subnet { id: id.into(), ..Subnet::default() })
    }
}

impl Subnet {
    fn to_create(&self) -> CreateSubnetRequest {
        CreateSubnetRequest {
            vpc_id: self.vpc_id.or_default(),
            subnet_name: self.name.or_default(),
            zone: self.availability_zone.or_default(),
            cidr_block: self.cidr_block.known().cloned(),
            cdc_id: self.cdc_id.known().cloned(),
            tags: request_tags(&self.tags),
            ..CreateSubnetRequest::default()
        }
    }

    async fn modify(&self, cloud: &Cloud) -> Result<(), Problem> {
        let request = ModifySubnetAttributeRequest {
            subnet_id: self.id.or_default(),
            subnet_name: self.name.known().cloned(),
            enable_broadcast: self.is_multicast.known().map(bool::to_string),
        };
        vpc::modify_subnet_attribute(cloud, &request).await?;
        Ok(())
    }

    /// A subnet always has exactly one route table, so this replaces the one it has.
    async fn associate(&self, cloud: &Cloud) -> Result<(), Problem> {
        let Some(table) = self.route_table_id.known() else { return Ok(()) };
        let request = ReplaceRouteTableAssociationRequest {
            route_table_id: table.clone(),
            subnet_id: self.id.or_default(),
        };
        vpc::replace_route_table_association(cloud, &request).await?;
        Ok(())
    }

    /// Subnets with this one's name and addresses: id and time of creation.
    async fn look_for(&self, cloud: &Cloud) -> tencentcloud_api::Result<Vec<(String, String)>> {
        let filter = |name: &str, value: &str| Filter {
            name: name.to_owned(),
            values: vec![value.to_owned()],
        };
        let request = DescribeSubnetsRequest {
            filters: Some(vec![
                filter("vpc-id", self.vpc_id.text()),
                filter("cidr-block", self.cidr_block.text()),
            ]),
            ..DescribeSubnetsRequest::default()
        };
        let found = page::all_pages(cloud, &request).await?.into_iter();
        let same = found.filter(|subnet| subnet.subnet_name == self.name.text());
        Ok(same.map(|subnet| (subnet.subnet_id, subnet.created_time)).collect())
    }

    fn adopt(&mut self, found: vpc::Subnet) {
        self.id = found.subnet_id.into();
        self.name = found.subnet_name.into();
        self.vpc_id = found.vpc_id.into();
        self.availability_zone = found.zone.into();
        self.cidr_block = found.cidr_block.into();
        self.is_multicast = found.enable_broadcast.into();
        self.route_table_id = found.route_table_id.into();
        self.cdc_id = Some(found.cdc_id).filter(|id| !id.is_empty()).into();
        self.tags = tags::adopt(&self.tags, found_tags(found.tag_set));
        self.is_default = found.is_default.into();
        self.available_ip_count = found.available_ip_address_count.into();
        self.create_time = found.created_time.into();
    }
}
