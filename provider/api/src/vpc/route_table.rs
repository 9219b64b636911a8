//! Route tables.

use serde::{Deserialize, Serialize};

use super::{Filter, SERVICE, Tag};
use crate::action::{Empty, actions};
use crate::batch::lookups;
use crate::page::paged;

/// Which route tables to list: by ids or by filters, not both.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeRouteTablesRequest {
    /// Conditions on `vpc-id`, `association.main`, `route-table-name`, `tag:KEY` and so on.
    pub filters: Option<Vec<Filter>>,
    /// Ids.
    pub route_table_ids: Option<Vec<String>>,
    /// Rows to skip.
    pub offset: Option<String>,
    /// Rows at most, up to 100.
    pub limit: Option<String>,
    /// Whether the routes are returned too.
    pub need_router_info: Option<bool>,
}

/// A page of route tables.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeRouteTablesResponse {
    /// How many there are.
    pub total_count: Option<u64>,
    /// The tables.
    pub route_table_set: Vec<RouteTable>,
}

/// A route table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RouteTable {
    /// `vpc-…`.
    pub vpc_id: String,
    /// `rtb-…`.
    pub route_table_id: String,
    /// Name.
    pub route_table_name: String,
    /// Subnets that use it.
    pub association_set: Vec<RouteTableAssociation>,
    /// Routes.
    pub route_set: Vec<Route>,
    /// Whether it is the network's main table.
    pub main: bool,
    /// Time of creation.
    pub created_time: String,
    /// Tags.
    pub tag_set: Vec<Tag>,
    /// Addresses published to a cloud connect network.
    pub local_cidr_for_ccn: Vec<CidrForCcn>,
}

/// A subnet that uses a route table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RouteTableAssociation {
    /// `subnet-…`.
    pub subnet_id: String,
    /// `rtb-…`.
    pub route_table_id: String,
}

/// A route.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Route {
    /// Where to.
    pub destination_cidr_block: String,
    /// `NAT`, `CVM`, `EIP`, `CCN` and so on.
    pub gateway_type: String,
    /// The gateway.
    pub gateway_id: String,
    /// Number of the route.
    pub route_id: i64,
    /// Description.
    pub route_description: String,
    /// Whether it is on.
    pub enabled: bool,
    /// `USER`, `NETD` or `CCN`; only the first can be changed.
    pub route_type: String,
    /// `rtb-…`.
    pub route_table_id: String,
    /// IPv6 form of where to.
    pub destination_ipv6_cidr_block: String,
    /// `rti-…`.
    pub route_item_id: String,
    /// Whether it is published to a cloud connect network.
    pub published_to_vbc: bool,
    /// Time of creation.
    pub created_time: String,
    /// Dedicated cluster.
    pub cdc_id: String,
}

/// Addresses that a cloud connect network may know.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CidrForCcn {
    /// The addresses.
    pub cidr: String,
    /// Whether they are published.
    pub published_to_vbc: bool,
}

/// Another route table for a subnet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ReplaceRouteTableAssociationRequest {
    /// `rtb-…`.
    pub route_table_id: String,
    /// `subnet-…`.
    pub subnet_id: String,
}

actions! { SERVICE;
    /// Lists one page of route tables.
    describe_route_tables = "DescribeRouteTables", Read: DescribeRouteTablesRequest => DescribeRouteTablesResponse;
    /// Gives a subnet another route table; it always has exactly one.
    replace_route_table_association = "ReplaceRouteTableAssociation", Write: ReplaceRouteTableAssociationRequest => Empty;
}

paged! {
    DescribeRouteTablesRequest => route_table_set: [RouteTable], by |row| row.route_table_id.clone(), text 100;
}

lookups! {
    /// The route table of that id, or `None`.
    find_route_table = DescribeRouteTablesRequest { route_table_ids } => RouteTable by route_table_id, at most 100;
}
