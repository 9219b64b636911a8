//! Networks (VPCs).

use serde::{Deserialize, Serialize};

use super::{Filter, SERVICE, Subnet, Tag};
use crate::action::{Empty, actions};
use crate::batch::lookups;
use crate::page::paged;

/// A new network.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateVpcRequest {
    /// Name, 1 to 60.
    pub vpc_name: String,
    /// `DualStack` or `IPv6Only`.
    pub stack_type: Option<String>,
    /// Addresses, inside 10.0.0.0/12, 172.16.0.0/12 or 192.168.0.0/16; cannot be changed.
    pub cidr_block: Option<String>,
    /// IPv6 addresses.
    pub ipv6_cidr_block: Option<String>,
    /// `GUA` or `ULA`.
    pub address_type: Option<String>,
    /// `true` or `false`.
    pub enable_multicast: Option<String>,
    /// Name servers, at most 4.
    pub dns_servers: Option<Vec<String>>,
    /// Domain that host names are completed with.
    pub domain_name: Option<String>,
    /// Tags.
    pub tags: Option<Vec<Tag>>,
    /// Whether routes are published to a cloud connect network.
    pub enable_route_vpc_publish: Option<bool>,
    /// The same for IPv6.
    pub enable_route_vpc_publish_ipv6: Option<bool>,
}

/// The new network.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateVpcResponse {
    /// The network, ready to use.
    pub vpc: Vpc,
}

/// A network.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Vpc {
    /// Name.
    pub vpc_name: String,
    /// `vpc-…`.
    pub vpc_id: String,
    /// Addresses.
    pub cidr_block: String,
    /// Whether it is the region's default network.
    pub is_default: bool,
    /// Whether multicast is on.
    pub enable_multicast: bool,
    /// Time of creation.
    pub created_time: String,
    /// Name servers.
    pub dns_server_set: Vec<String>,
    /// Domain that host names are completed with.
    pub domain_name: String,
    /// DHCP options.
    pub dhcp_options_id: String,
    /// Whether DHCP is on.
    pub enable_dhcp: bool,
    /// IPv6 addresses.
    pub ipv6_cidr_block: String,
    /// Tags.
    pub tag_set: Vec<Tag>,
    /// Further addresses.
    pub assistant_cidr_set: Vec<AssistantCidr>,
    /// Whether routes are published to a cloud connect network.
    pub enable_route_vpc_publish: bool,
    /// IPv6 addresses by carrier.
    pub ipv6_cidr_block_set: Vec<IspIpv6CidrBlock>,
    /// The same as `enable_route_vpc_publish` for IPv6.
    pub enable_route_vpc_publish_ipv6: bool,
    /// `DualStack` or `IPv6Only`.
    pub stack_type: String,
}

/// Further addresses of a network.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AssistantCidr {
    /// The network.
    pub vpc_id: String,
    /// The addresses.
    pub cidr_block: String,
    /// 0 ordinary, 1 containers.
    pub assistant_type: i64,
    /// Subnets among them.
    pub subnet_set: Vec<Subnet>,
}

/// IPv6 addresses of a carrier.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct IspIpv6CidrBlock {
    /// The addresses.
    #[serde(rename = "IPv6CidrBlock")]
    pub ipv6_cidr_block: String,
    /// The carrier.
    #[serde(rename = "ISPType")]
    pub isp_type: String,
    /// `GUA` or `ULA`.
    pub address_type: String,
}

/// Which networks to list: by ids or by filters, not both.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeVpcsRequest {
    /// Ids.
    pub vpc_ids: Option<Vec<String>>,
    /// Conditions on `vpc-name`, `is-default`, `cidr-block`, `tag:KEY` and so on.
    pub filters: Option<Vec<Filter>>,
    /// Rows to skip.
    pub offset: Option<String>,
    /// Rows at most, up to 100.
    pub limit: Option<String>,
}

/// A page of networks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeVpcsResponse {
    /// How many there are.
    pub total_count: Option<u64>,
    /// The networks.
    pub vpc_set: Vec<Vpc>,
}

/// A change of a network. What is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ModifyVpcAttributeRequest {
    /// `vpc-…`.
    pub vpc_id: String,
    /// Name.
    pub vpc_name: Option<String>,
    /// `true` or `false`.
    pub enable_multicast: Option<String>,
    /// Name servers, all of them.
    pub dns_servers: Option<Vec<String>>,
    /// Domain that host names are completed with.
    pub domain_name: Option<String>,
    /// Whether routes are published to a cloud connect network.
    pub enable_route_vpc_publish: Option<bool>,
    /// Whether routes of a dedicated cluster are published.
    pub enable_cdc_publish: Option<bool>,
    /// The same as `enable_route_vpc_publish` for IPv6.
    pub enable_route_vpc_publish_ipv6: Option<bool>,
}

/// A network to delete.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteVpcRequest {
    /// `vpc-…`.
    pub vpc_id: String,
}

actions! { SERVICE;
    /// Makes a network and its main route table.
    create_vpc = "CreateVpc", Create: CreateVpcRequest => CreateVpcResponse;
    /// Lists one page of networks.
    describe_vpcs = "DescribeVpcs", Read: DescribeVpcsRequest => DescribeVpcsResponse;
    /// Changes a network.
    modify_vpc_attribute = "ModifyVpcAttribute", Write: ModifyVpcAttributeRequest => Empty;
    /// Deletes a network that nothing uses.
    delete_vpc = "DeleteVpc", Delete: DeleteVpcRequest => Empty;
}

paged! {
    DescribeVpcsRequest => vpc_set: [Vpc], by |row| row.vpc_id.clone(), text 100;
}

lookups! {
    /// The network of that id, or `None`.
    find_vpc = DescribeVpcsRequest { vpc_ids } => Vpc by vpc_id, at most 100;
}
