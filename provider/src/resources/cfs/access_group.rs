//! `tencentcloud_cfs_access_group`: a permission group for file systems.
//! <https://www.tencentcloud.com/document/product/582/10951>

use std::time::SystemTime;

use tencentcloud_api::cfs::{
    self, CreateCfsPGroupRequest, DeleteCfsPGroupRequest, DescribeCfsPGroupsRequest,
    UpdateCfsPGroupRequest,
};
use tencentcloud_api::{page, wait};
use tf_protocol::{Lifecycle, Presence, Problem, Timeouts};
use tf_schema::check::length;
use tf_schema::{Resource, Value};

use crate::{Cloud, create};

/// A permission group: its rules say which clients may use the file systems that it guards.
#[derive(Resource, Default)]
pub struct AccessGroup {
    /// Name of the permission group, 1 to 64 characters; no other one in the region has it.
    #[tf(required, validate(length(1, 64)))]
    pub name: Value<String>,
    /// What the permission group is for, at most 255 characters.
    #[tf(optional, default = "", validate(length(0, 255)))]
    pub description: Value<String>,
    /// Id of the permission group, `pgroup-…`.
    #[tf(computed, stable)]
    pub id: Value<String>,
    /// When the permission group was made.
    #[tf(computed, stable)]
    pub create_time: Value<String>,
}

impl Lifecycle for AccessGroup {
    const TYPE: &'static str = "tencentcloud_cfs_access_group";
    const TIMEOUTS: Timeouts = Timeouts::NONE.delete(10);
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request =
            CreateCfsPGroupRequest { name: self.name.or_default(), desc_info: self.described() };
        let started = SystemTime::now();
        let made = cfs::create_cfs_p_group(cloud, &request).await;
        let made = made.map(|answer| answer.value.p_group_id);
        let look = async {
            let all = page::all_pages(cloud, &DescribeCfsPGroupsRequest::default()).await?;
            let same = all.into_iter().filter(|group| group.name == request.name);
            Ok(same.map(|group| (group.p_group_id, group.created)).collect())
        };
        let made = create::nameless(made, started, look).await;
        self.id = made.map_err(|error| create::point_at(error, &ATTRIBUTES))?.into();
        Ok(())
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let Some(found) = cfs::find_cfs_p_group(cloud, self.id.text()).await? else {
            return Ok(Presence::Gone);
        };
        self.name = found.name.into();
        self.description = found.desc_info.into();
        self.create_time = found.created.into();
        Ok(Presence::Present)
    }

    async fn update(&mut self, prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        let request = UpdateCfsPGroupRequest {
            p_group_id: self.id.or_default(),
            name: self.name.known().filter(|_| self.name != prior.name).cloned(),
            desc_info: self.description.known().cloned(),
        };
        let updated = cfs::update_cfs_p_group(cloud, &request).await;
        updated.map_err(|error| create::point_at(error, &ATTRIBUTES))?;
        Ok(())
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = DeleteCfsPGroupRequest { p_group_id: self.id.or_default() };
        // File systems leave it some time after they are gone.
        let what = format!("{} being free", self.id.text());
        let passes = |error: &tencentcloud_api::Error| error.is_conflict() || error.is_busy();
        let deleted = wait::retry(cloud, &what, passes, || async {
            cfs::delete_cfs_p_group(cloud, &request).await
        });
        match deleted.await {
            Err(error) if !error.is_not_found() => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn import(id: &str) -> Result<Self, Problem> {
        Ok(AccessGroup { id: id.into(), ..AccessGroup::default() })
    }
}

/// What the cloud's refusals are about.
const ATTRIBUTES: [(&str, &str); 3] = [
    ("InvalidParameterValue.DuplicatedPgroupName", "name"),
    ("InvalidParameterValue.InvalidPgroupName", "name"),
    ("InvalidParameterValue.PgroupNameLimitExceeded", "name"),
];

impl AccessGroup {
    /// An empty description is refused by the request that makes a group.
    fn described(&self) -> Option<String> {
        self.description.known().filter(|text| !text.is_empty()).cloned()
    }
}
