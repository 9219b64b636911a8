//! Security groups.

use serde::{Deserialize, Serialize};

use super::{Filter, SERVICE, Tag};
use crate::action::{Empty, actions};
use crate::batch::lookups;
use crate::page::paged;

/// A new security group. Without rules it denies everything.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateSecurityGroupRequest {
    /// Name, 1 to 60.
    pub group_name: String,
    /// Description, up to 100; may be empty.
    pub group_description: String,
    /// Project, by default `0`.
    pub project_id: Option<String>,
    /// Tags.
    pub tags: Option<Vec<Tag>>,
}

/// The new security group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateSecurityGroupResponse {
    /// The security group.
    pub security_group: SecurityGroup,
}

/// A security group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SecurityGroup {
    /// `sg-…`.
    pub security_group_id: String,
    /// Name.
    pub security_group_name: String,
    /// Description.
    pub security_group_desc: String,
    /// Project.
    pub project_id: String,
    /// Whether it is the project's default group.
    pub is_default: bool,
    /// Time of creation.
    pub created_time: String,
    /// Tags.
    pub tag_set: Vec<Tag>,
    /// Time of the last change.
    pub update_time: String,
}

/// Which security groups to list: by ids or by filters, not both.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeSecurityGroupsRequest {
    /// Ids.
    pub security_group_ids: Option<Vec<String>>,
    /// Conditions on `security-group-name`, `project-id`, `tag:KEY` and so on.
    pub filters: Option<Vec<Filter>>,
    /// Rows to skip.
    pub offset: Option<String>,
    /// Rows at most, up to 100.
    pub limit: Option<String>,
    /// Member to sort by.
    pub order_field: Option<String>,
    /// `ASC` or `DESC`.
    pub order_direction: Option<String>,
}

/// A page of security groups.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeSecurityGroupsResponse {
    /// The groups.
    pub security_group_set: Vec<SecurityGroup>,
    /// How many there are.
    pub total_count: Option<u64>,
}

/// A change of a security group. What is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ModifySecurityGroupAttributeRequest {
    /// `sg-…`.
    pub security_group_id: String,
    /// Name.
    pub group_name: Option<String>,
    /// Description.
    pub group_description: Option<String>,
}

/// A security group to delete.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteSecurityGroupRequest {
    /// `sg-…`.
    pub security_group_id: String,
}

/// Security groups whose users are asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeSecurityGroupAssociationStatisticsRequest {
    /// Ids.
    pub security_group_ids: Vec<String>,
}

/// Who uses the security groups.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeSecurityGroupAssociationStatisticsResponse {
    /// One row for each group.
    pub security_group_association_statistics_set: Vec<SecurityGroupAssociationStatistics>,
}

/// How many things of each kind use a security group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE", default)]
pub struct SecurityGroupAssociationStatistics {
    /// `sg-…`.
    #[serde(rename = "SecurityGroupId")]
    pub security_group_id: String,
    /// Machines.
    pub cvm: i64,
    /// Databases.
    pub cdb: i64,
    /// Network interfaces.
    pub eni: i64,
    /// Rules of other groups.
    pub sg: i64,
    /// Load balancers.
    pub clb: i64,
    /// The same for all kinds.
    #[serde(rename = "InstanceStatistics")]
    pub instance_statistics: Vec<InstanceStatistic>,
    /// In all.
    #[serde(rename = "TotalCount")]
    pub total_count: i64,
}

/// How many things of one kind use a security group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct InstanceStatistic {
    /// The kind.
    pub instance_type: String,
    /// How many.
    pub instance_count: i64,
}

actions! { SERVICE;
    /// Makes a security group.
    create_security_group = "CreateSecurityGroup", Create: CreateSecurityGroupRequest => CreateSecurityGroupResponse;
    /// Lists one page of security groups.
    describe_security_groups = "DescribeSecurityGroups", Read: DescribeSecurityGroupsRequest => DescribeSecurityGroupsResponse;
    /// Changes a security group.
    modify_security_group_attribute = "ModifySecurityGroupAttribute", Write: ModifySecurityGroupAttributeRequest => Empty;
    /// Deletes a security group that nothing uses.
    delete_security_group = "DeleteSecurityGroup", Delete: DeleteSecurityGroupRequest => Empty;
    /// Counts what uses security groups.
    describe_security_group_association_statistics = "DescribeSecurityGroupAssociationStatistics", Read: DescribeSecurityGroupAssociationStatisticsRequest => DescribeSecurityGroupAssociationStatisticsResponse;
}

paged! {
    DescribeSecurityGroupsRequest => security_group_set: [SecurityGroup], by |row| row.security_group_id.clone(), text 100;
}

lookups! {
    /// The security group of that id, or `None`.
    find_security_group = DescribeSecurityGroupsRequest { security_group_ids } => SecurityGroup by security_group_id, at most 100;
}
