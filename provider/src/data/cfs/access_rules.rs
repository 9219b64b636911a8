//! `tencentcloud_cfs_access_rules`: the rules of a permission group.
//! <https://www.tencentcloud.com/document/product/582/10951>

use tencentcloud_api::cfs::{DescribeCfsRulesRequest, PGroupRuleInfo};
use tencentcloud_api::page;
use tf_protocol::{DataSource, Problem};
use tf_schema::{Block, Field, Resource, Value};

use crate::Cloud;
use crate::data::save;

/// Finds the rules of a permission group.
#[derive(Resource, Default)]
pub struct AccessRules {
    /// Id of the permission group.
    #[tf(required)]
    pub access_group_id: Value<String>,
    /// Only the rule of this id.
    #[tf(optional)]
    pub access_rule_id: Value<String>,
    /// Path of a file into which the result is written as JSON.
    #[tf(optional)]
    pub result_output_file: Value<String>,
    /// Id of the permission group.
    #[tf(computed)]
    pub id: Value<String>,
    /// The rules.
    #[tf(computed)]
    pub access_rule_list: Value<Vec<AccessRule>>,
}

/// A rule of a permission group.
#[derive(Block, Clone)]
pub struct AccessRule {
    /// Id of the rule.
    #[tf(computed)]
    pub access_rule_id: Value<String>,
    /// The clients that it is about.
    #[tf(computed)]
    pub auth_client_ip: Value<String>,
    /// 1 to 100; 1 counts most.
    #[tf(computed)]
    pub priority: Value<i64>,
    /// `RO` or `RW`.
    #[tf(computed)]
    pub rw_permission: Value<String>,
    /// Whose rights the clients' users have.
    #[tf(computed)]
    pub user_permission: Value<String>,
}

impl DataSource for AccessRules {
    const TYPE: &'static str = "tencentcloud_cfs_access_rules";
    type Cloud = Cloud;

    async fn read(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = DescribeCfsRulesRequest { p_group_id: self.access_group_id.or_default() };
        let mut rows = page::all_pages(cloud, &request).await?;
        rows.retain(|row| {
            self.access_rule_id.is_null() || self.access_rule_id.text() == row.rule_id
        });
        let found: Vec<_> = rows.into_iter().map(AccessRule::from).collect();
        save(&self.result_output_file, found.clone().write())?;
        self.id = self.access_group_id.text().into();
        self.access_rule_list = found.into();
        Ok(())
    }
}

impl From<PGroupRuleInfo> for AccessRule {
    fn from(found: PGroupRuleInfo) -> Self {
        AccessRule {
            access_rule_id: found.rule_id.into(),
            auth_client_ip: found.auth_client_ip.into(),
            priority: found.priority.into(),
            // Written large, answered small.
            rw_permission: found.rw_permission.to_uppercase().into(),
            user_permission: found.user_permission.to_lowercase().into(),
        }
    }
}
