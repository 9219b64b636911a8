//! `tencentcloud_cls_logset`: a set of log topics.
//! <https://www.tencentcloud.com/document/product/614/45011>

use std::time::SystemTime;

use tencentcloud_api::cls::{
    self, CreateLogsetRequest, DeleteLogsetRequest, DescribeLogsetsRequest, Filter,
    ModifyLogsetRequest,
};
use tencentcloud_api::{page, tag};
use tf_protocol::{Lifecycle, Presence, Problem};
use tf_schema::{Resource, Value};

use super::{found_tags, name, request_tags};
use crate::{Cloud, create, tags};

/// A log set: log topics of one purpose, such as those of one project.
#[derive(Resource, Default)]
pub struct Logset {
    /// Name of the log set: 1 to 255 characters without `|`, unique in the region.
    #[tf(required, validate(name))]
    pub logset_name: Value<String>,
    /// Tags of the log set.
    #[tf(optional)]
    pub tags: tags::Tags,
    /// Id of the log set.
    #[tf(computed, stable)]
    pub id: Value<String>,
    /// When the log set was made.
    #[tf(computed, stable)]
    pub create_time: Value<String>,
    /// How many topics the log set has.
    #[tf(computed)]
    pub topic_count: Value<i64>,
    /// Role of the service that made the log set, if one did.
    #[tf(computed, stable)]
    pub role_name: Value<String>,
}

impl Lifecycle for Logset {
    const TYPE: &'static str = "tencentcloud_cls_logset";
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = CreateLogsetRequest {
            logset_name: self.logset_name.or_default(),
            tags: request_tags(&self.tags),
            logset_id: None,
        };
        let started = SystemTime::now();
        let made = cls::create_logset(cloud, &request).await;
        let made = made.map(|answer| answer.value.logset_id);
        self.id = create::nameless(made, started, self.look_for(cloud)).await?.into();
        Ok(())
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let Some(found) = cls::find_logset(cloud, self.id.text()).await? else {
            return Ok(Presence::Gone);
        };
        self.logset_name = found.logset_name.into();
        self.create_time = found.create_time.into();
        self.topic_count = found.topic_count.into();
        self.role_name = found.role_name.into();
        self.tags = tags::adopt(&self.tags, found_tags(found.tags));
        Ok(Presence::Present)
    }

    async fn update(&mut self, prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        if self.logset_name != prior.logset_name {
            let request = ModifyLogsetRequest {
                logset_id: self.id.or_default(),
                logset_name: self.logset_name.known().cloned(),
                tags: None,
            };
            cls::modify_logset(cloud, &request).await?;
        }
        let resource =
            tag::resource_name("cls", cloud.region(), &format!("logset/{}", self.id.text()));
        tags::update(cloud, resource, &prior.tags, &self.tags).await?;
        Ok(())
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = DeleteLogsetRequest { logset_id: self.id.or_default() };
        match cls::delete_logset(cloud, &request).await {
            Err(error) if !error.is_not_found() => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn import(id: &str) -> Result<Self, Problem> {
        Ok(Logset { id: id.into(), ..Logset::default() })
    }
}

impl Logset {
    /// Log sets of this one's name: id and time of creation.
    async fn look_for(&self, cloud: &Cloud) -> tencentcloud_api::Result<Vec<(String, String)>> {
        let filters = Some(vec![Filter::of("logsetName", self.logset_name.text())]);
        let request = DescribeLogsetsRequest { filters, ..DescribeLogsetsRequest::default() };
        let found = page::all_pages(cloud, &request).await?.into_iter();
        let same = found.filter(|logset| logset.logset_name == self.logset_name.text());
        Ok(same.map(|logset| (logset.logset_id, logset.create_time)).collect())
    }
}
