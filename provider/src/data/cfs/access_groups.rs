//! `tencentcloud_cfs_access_groups`: permission groups.
//! <https://www.tencentcloud.com/document/product/582/10951>

use tencentcloud_api::cfs::{DescribeCfsPGroupsRequest, PGroupInfo};
use tencentcloud_api::page;
use tf_protocol::{DataSource, Problem};
use tf_schema::{Block, Field, Resource, Value};

use crate::Cloud;
use crate::data::save;

/// Finds permission groups.
#[derive(Resource, Default)]
pub struct AccessGroups {
    /// Only the permission group of this id.
    #[tf(optional)]
    pub access_group_id: Value<String>,
    /// Only the permission group of this name.
    #[tf(optional)]
    pub name: Value<String>,
    /// Path of a file into which the result is written as JSON.
    #[tf(optional)]
    pub result_output_file: Value<String>,
    /// Id and name that were asked for.
    #[tf(computed)]
    pub id: Value<String>,
    /// The permission groups.
    #[tf(computed)]
    pub access_group_list: Value<Vec<AccessGroup>>,
}

/// A permission group.
#[derive(Block, Clone)]
pub struct AccessGroup {
    /// Id of the permission group.
    #[tf(computed)]
    pub access_group_id: Value<String>,
    /// Its name.
    #[tf(computed)]
    pub name: Value<String>,
    /// What it is for.
    #[tf(computed)]
    pub description: Value<String>,
    /// When it was made.
    #[tf(computed)]
    pub create_time: Value<String>,
}

impl DataSource for AccessGroups {
    const TYPE: &'static str = "tencentcloud_cfs_access_groups";
    type Cloud = Cloud;

    async fn read(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let mut rows = page::all_pages(cloud, &DescribeCfsPGroupsRequest::default()).await?;
        let fits = |wanted: &Value<String>, own: &String| wanted.is_null() || wanted.text() == own;
        rows.retain(|row| {
            fits(&self.access_group_id, &row.p_group_id) && fits(&self.name, &row.name)
        });
        let found: Vec<_> = rows.into_iter().map(AccessGroup::from).collect();
        save(&self.result_output_file, found.clone().write())?;
        self.id = format!("{}/{}", self.access_group_id.text(), self.name.text()).into();
        self.access_group_list = found.into();
        Ok(())
    }
}

impl From<PGroupInfo> for AccessGroup {
    fn from(found: PGroupInfo) -> Self {
        AccessGroup {
            access_group_id: found.p_group_id.into(),
            name: found.name.into(),
            description: found.desc_info.into(),
            create_time: found.created.into(),
        }
    }
}
