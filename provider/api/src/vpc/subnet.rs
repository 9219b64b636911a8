//! Subnets.

use serde::{Deserialize, Serialize};

use super::{Filter, SERVICE, Tag};
use crate::action::{Empty, actions};
use crate::batch::lookups;
use crate::page::paged;

/// A new subnet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateSubnetRequest {
    /// `vpc-…`.
    pub vpc_id: String,
    /// Name, 1 to 60.
    pub subnet_name: String,
    /// Zone, such as `ap-guangzhou-3`; cannot be changed.
    pub zone: String,
    /// `DualStack` or `IPv6Only`.
    pub stack_type: Option<String>,
    /// Addresses, inside those of the network; cannot be changed.
    pub cidr_block: Option<String>,
    /// IPv6 addresses.
    pub ipv6_cidr_block: Option<String>,
    /// Tags.
    pub tags: Option<Vec<Tag>>,
    /// Dedicated cluster.
    pub cdc_id: Option<String>,
}

/// The new subnet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateSubnetResponse {
    /// The subnet, ready to use and in the main route table.
    pub subnet: Subnet,
}

/// A subnet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Subnet {
    /// `vpc-…`.
    pub vpc_id: String,
    /// `subnet-…`.
    pub subnet_id: String,
    /// Name.
    pub subnet_name: String,
    /// Addresses.
    pub cidr_block: String,
    /// Whether it is the default subnet of the zone.
    pub is_default: bool,
    /// Whether broadcast is on.
    pub enable_broadcast: bool,
    /// Zone.
    pub zone: String,
    /// `rtb-…`.
    pub route_table_id: String,
    /// Time of creation.
    pub created_time: String,
    /// Free addresses.
    pub available_ip_address_count: i64,
    /// IPv6 addresses.
    pub ipv6_cidr_block: String,
    /// Access list.
    pub network_acl_id: String,
    /// Whether it translates addresses for a remote network.
    pub is_remote_vpc_snat: bool,
    /// Addresses in all.
    pub total_ip_address_count: i64,
    /// Tags.
    pub tag_set: Vec<Tag>,
    /// Dedicated cluster.
    pub cdc_id: String,
    /// 1 in a dedicated cluster.
    pub is_cdc_subnet: i64,
    /// `DualStack` or `IPv6Only`.
    pub stack_type: String,
}

/// Which subnets to list: by ids or by filters, not both.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeSubnetsRequest {
    /// Ids.
    pub subnet_ids: Option<Vec<String>>,
    /// Conditions on `vpc-id`, `subnet-name`, `zone`, `tag:KEY` and so on.
    pub filters: Option<Vec<Filter>>,
    /// Rows to skip.
    pub offset: Option<String>,
    /// Rows at most, up to 100.
    pub limit: Option<String>,
}

/// A page of subnets.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeSubnetsResponse {
    /// How many there are.
    pub total_count: Option<u64>,
    /// The subnets.
    pub subnet_set: Vec<Subnet>,
}

/// A change of a subnet. What is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ModifySubnetAttributeRequest {
    /// `subnet-…`.
    pub subnet_id: String,
    /// Name.
    pub subnet_name: Option<String>,
    /// `true` or `false`.
    pub enable_broadcast: Option<String>,
}

/// A subnet to delete.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteSubnetRequest {
    /// `subnet-…`.
    pub subnet_id: String,
}

actions! { SERVICE;
    /// Makes a subnet.
    create_subnet = "CreateSubnet", Create: CreateSubnetRequest => CreateSubnetResponse;
    /// Lists one page of subnets.
    describe_subnets = "DescribeSubnets", Read: DescribeSubnetsRequest => DescribeSubnetsResponse;
    /// Changes a subnet.
    modify_subnet_attribute = "ModifySubnetAttribute", Write: ModifySubnetAttributeRequest => Empty;
    /// Deletes a subnet in which no address is used.
    delete_subnet = "DeleteSubnet", Delete: DeleteSubnetRequest => Empty;
}

paged! {
    DescribeSubnetsRequest => subnet_set: [Subnet], by |row| row.subnet_id.clone(), text 100;
}

lookups! {
    /// The subnet of that id, or `None`.
    find_subnet = DescribeSubnetsRequest { subnet_ids } => Subnet by subnet_id, at most 100;
}
