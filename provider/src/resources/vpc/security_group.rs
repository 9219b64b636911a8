//! `tencentcloud_security_group`: a named set of rules for network access.
//! <https://www.tencentcloud.com/document/product/215/38750>

use std::time::SystemTime;

use tencentcloud_api::vpc::{
    self, CreateSecurityGroupRequest, DeleteSecurityGroupRequest, DescribeSecurityGroupsRequest,
    Filter, ModifySecurityGroupAttributeRequest,
};
use tencentcloud_api::{page, tag, wait};
use tf_protocol::{Lifecycle, Presence, Problem, Timeouts};
use tf_schema::check::length;
use tf_schema::{Resource, Value};

use super::{found_tags, request_tags};
use crate::{Cloud, create, tags};

/// A security group: a named set of rules that say which traffic may reach what belongs to it.
#[derive(Resource, Default)]
pub struct SecurityGroup {
    /// Name of the security group, 1 to 60 characters.
    #[tf(required, validate(length(1, 60)))]
    pub name: Value<String>,
    /// What the security group is for, at most 100 characters.
    #[tf(optional, default = "", validate(length(0, 100)))]
    pub description: Value<String>,
    /// Id of the project. It cannot be changed.
    #[tf(optional, computed, force_new, stable)]
    pub project_id: Value<i64>,
    /// Tags of the security group.
    #[tf(optional)]
    pub tags: tags::Tags,
    /// Id of the security group, `sg-…`.
    #[tf(computed, stable)]
    pub id: Value<String>,
}

impl Lifecycle for SecurityGroup {
    const TYPE: &'static str = "tencentcloud_security_group";
    const TIMEOUTS: Timeouts = Timeouts::NONE.delete(15);
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = CreateSecurityGroupRequest {
            group_name: self.name.or_default(),
            group_description: self.description.or_default(),
            project_id: self.project_id.known().map(i64::to_string),
            tags: request_tags(&self.tags),
        };
        let started = SystemTime::now();
        let made = vpc::create_security_group(cloud, &request).await;
        let made = made.map(|answer| answer.value.security_group.security_group_id);
        let look = self.look_for(cloud);
        self.id = create::nameless(made, started, look).await?.into();
        Ok(())
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let Some(found) = vpc::find_security_group(cloud, self.id.text()).await? else {
            return Ok(Presence::Gone);
        };
        self.adopt(found);
        Ok(Presence::Present)
    }

    async fn update(&mut self, prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        if self.name != prior.name || self.description != prior.description {
            let request = ModifySecurityGroupAttributeRequest {
                security_group_id: self.id.or_default(),
                group_name: self.name.known().cloned(),
                group_description: self.description.known().cloned(),
            };
            vpc::modify_security_group_attribute(cloud, &request).await?;
        }
        // The tag service knows security groups under the name of the service they came from.
        let resource = tag::resource_name("cvm", cloud.region(), &format!("sg/{}", self.id.text()));
        tags::update(cloud, resource, &prior.tags, &self.tags).await?;
        Ok(())
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = DeleteSecurityGroupRequest { security_group_id: self.id.or_default() };
        let what = format!("{} being free", self.id.text());
        let deleted = wait::retry(cloud, &what, tencentcloud_api::Error::is_conflict, || async {
            vpc::delete_security_group(cloud, &request).await
        });
        match deleted.await {
            Err(error) if !error.is_not_found() => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn import(id: &str) -> Result<Self, Problem> {
        Ok(SecurityGroup { id: id.into(), ..SecurityGroup::default() })
    }
}

impl SecurityGroup {
    /// Security groups of this one's name: id and time of creation.
    async fn look_for(&self, cloud: &Cloud) -> tencentcloud_api::Result<Vec<(String, String)>> {
        let name = self.name.or_default();
        let filter = Filter { name: "security-group-name".to_owned(), values: vec![name.clone()] };
        let request = DescribeSecurityGroupsRequest {
            filters: Some(vec![filter]),
            ..DescribeSecurityGroupsRequest::default()
        };
        let found = page::all_pages(cloud, &request).await?.into_iter();
        let same = found.filter(|group| group.security_group_name == name);
        Ok(same.map(|group| (group.security_group_id, group.created_time)).collect())
    }

    fn adopt(&mut self, found: vpc::SecurityGroup) {
        self.id = found.security_group_id.into();
        self.name = found.security_group_name.into();
        self.description = found.security_group_desc.into();
        self.project_id = found.project_id.parse().unwrap_or(0).into();
        self.tags = tags::adopt(&self.tags, found_tags(found.tag_set));
    }
}
