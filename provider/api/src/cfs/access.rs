//! Permission groups, and the rules in them: which clients may use a file system, and how.

use serde::{Deserialize, Serialize};

use super::SERVICE;
use crate::action::actions;
use crate::page::{self, paged};
use crate::{Client, Result};

/// A new permission group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateCfsPGroupRequest {
    /// Name, 1 to 64 letters, digits, hyphens and underscores.
    pub name: String,
    /// Description, 1 to 255.
    pub desc_info: Option<String>,
}

/// A permission group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PGroupInfo {
    /// `pgroup-…`, or `pgroupbasic` for the one that everybody has.
    pub p_group_id: String,
    /// Name.
    pub name: String,
    /// Description.
    pub desc_info: String,
    /// Time of creation.
    #[serde(rename = "CDate")]
    pub created: String,
    /// How many file systems use it.
    pub bind_cfs_num: i64,
}

/// All permission groups.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeCfsPGroupsRequest {}

/// All permission groups of the region.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeCfsPGroupsResponse {
    /// The groups.
    pub p_group_list: Vec<PGroupInfo>,
}

/// A change of a permission group. What is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateCfsPGroupRequest {
    /// `pgroup-…`.
    pub p_group_id: String,
    /// Name.
    pub name: Option<String>,
    /// Description.
    pub desc_info: Option<String>,
}

/// The changed permission group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateCfsPGroupResponse {
    /// `pgroup-…`.
    pub p_group_id: String,
    /// Name.
    pub name: String,
    /// Description.
    pub desc_info: String,
}

/// A permission group to delete.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteCfsPGroupRequest {
    /// `pgroup-…`.
    pub p_group_id: String,
}

/// The deleted permission group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteCfsPGroupResponse {
    /// `pgroup-…`.
    pub p_group_id: String,
    /// The account's APPID.
    pub app_id: i64,
}

/// A new rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateCfsRuleRequest {
    /// `pgroup-…`.
    pub p_group_id: String,
    /// An address, a block of addresses, or `*`.
    pub auth_client_ip: String,
    /// 1 to 100; 1 counts most.
    pub priority: i64,
    /// `RO` or `RW`.
    #[serde(rename = "RWPermission")]
    pub rw_permission: Option<String>,
    /// `all_squash`, `no_all_squash`, `root_squash` or `no_root_squash`.
    pub user_permission: Option<String>,
}

/// A rule as a change answers it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CfsRuleResponse {
    /// `rule-…`.
    pub rule_id: String,
    /// `pgroup-…`.
    pub p_group_id: String,
    /// Clients.
    pub auth_client_ip: String,
    /// `ro` or `rw`.
    #[serde(rename = "RWPermission")]
    pub rw_permission: String,
    /// What becomes of users.
    pub user_permission: String,
    /// 1 to 100.
    pub priority: i64,
}

/// A rule of a permission group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PGroupRuleInfo {
    /// `rule-…`.
    pub rule_id: String,
    /// Clients.
    pub auth_client_ip: String,
    /// `ro` or `rw`.
    #[serde(rename = "RWPermission")]
    pub rw_permission: String,
    /// What becomes of users.
    pub user_permission: String,
    /// 1 to 100.
    pub priority: i64,
}

/// Whose rules to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeCfsRulesRequest {
    /// `pgroup-…`.
    pub p_group_id: String,
}

/// The rules of a permission group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeCfsRulesResponse {
    /// The rules.
    pub rule_list: Vec<PGroupRuleInfo>,
}

/// A change of a rule. What is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateCfsRuleRequest {
    /// `pgroup-…`.
    pub p_group_id: String,
    /// `rule-…`.
    pub rule_id: String,
    /// Clients.
    pub auth_client_ip: Option<String>,
    /// `RO` or `RW`.
    #[serde(rename = "RWPermission")]
    pub rw_permission: Option<String>,
    /// What becomes of users.
    pub user_permission: Option<String>,
    /// 1 to 100.
    pub priority: Option<i64>,
}

/// A rule to delete.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteCfsRuleRequest {
    /// `pgroup-…`.
    pub p_group_id: String,
    /// `rule-…`.
    pub rule_id: String,
}

/// The deleted rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteCfsRuleResponse {
    /// `rule-…`.
    pub rule_id: String,
    /// `pgroup-…`.
    pub p_group_id: String,
}

actions! { SERVICE;
    /// Makes a permission group.
    create_cfs_p_group = "CreateCfsPGroup", Create: CreateCfsPGroupRequest => PGroupInfo;
    /// Lists the permission groups.
    describe_cfs_p_groups = "DescribeCfsPGroups", Read: DescribeCfsPGroupsRequest => DescribeCfsPGroupsResponse;
    /// Changes a permission group.
    update_cfs_p_group = "UpdateCfsPGroup", Write: UpdateCfsPGroupRequest => UpdateCfsPGroupResponse;
    /// Deletes a permission group that no file system uses.
    delete_cfs_p_group = "DeleteCfsPGroup", Delete: DeleteCfsPGroupRequest => DeleteCfsPGroupResponse;
    /// Makes a rule.
    create_cfs_rule = "CreateCfsRule", Create: CreateCfsRuleRequest => CfsRuleResponse;
    /// Lists the rules of a permission group.
    describe_cfs_rules = "DescribeCfsRules", Read: DescribeCfsRulesRequest => DescribeCfsRulesResponse;
    /// Changes a rule.
    update_cfs_rule = "UpdateCfsRule", Write: UpdateCfsRuleRequest => CfsRuleResponse;
    /// Deletes a rule.
    delete_cfs_rule = "DeleteCfsRule", Delete: DeleteCfsRuleRequest => DeleteCfsRuleResponse;
}

paged! {
    DescribeCfsPGroupsRequest => p_group_list: [PGroupInfo], by |row| row.p_group_id.clone(), at_once;
    DescribeCfsRulesRequest => rule_list: [PGroupRuleInfo], by |row| row.rule_id.clone(), at_once;
}

/// The permission group of that id, or `None`. The cloud only lists them all.
///
/// # Errors
/// Those of the call.
pub async fn find_cfs_p_group(client: &Client, id: &str) -> Result<Option<PGroupInfo>> {
    let all = page::all_pages(client, &DescribeCfsPGroupsRequest::default()).await?;
    Ok(all.into_iter().find(|group| group.p_group_id == id))
}

/// The rule of that id in a permission group, or `None` where either is missing.
///
/// # Errors
/// Those of the call.
pub async fn find_cfs_rule(
    client: &Client,
    group: &str,
    id: &str,
) -> Result<Option<PGroupRuleInfo>> {
    let request = DescribeCfsRulesRequest { p_group_id: group.to_owned() };
    match page::all_pages(client, &request).await {
        Ok(rules) => Ok(rules.into_iter().find(|rule| rule.rule_id == id)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
