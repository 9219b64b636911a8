//! Virtual private clouds: VPCs, subnets, route tables, NAT gateways, public addresses, security groups.

mod account;
mod address;
pub mod cidr;
mod nat_gateway;
mod policy;
pub mod route;
mod route_table;
pub mod security_group;
pub mod subnet;
// The service is named after its main thing.
#[allow(clippy::module_inception)]
pub mod vpc;

use crate::call::{Action, read, write};
use crate::list::Filter;
use crate::refusal::{Refusal, refused};
use crate::tags::Tags;

/// What this service carries out.
pub const ACTIONS: &[Action] = &[
    write("CreateVpc", vpc::create),
    read("DescribeVpcs", vpc::describe),
    write("ModifyVpcAttribute", vpc::modify),
    write("DeleteVpc", vpc::delete),
    write("CreateSubnet", subnet::create),
    write("CreateSubnets", subnet::create_many),
    read("DescribeSubnets", subnet::describe),
    write("ModifySubnetAttribute", subnet::modify),
    write("DeleteSubnet", subnet::delete),
    write("CreateRouteTable", route_table::create),
    read("DescribeRouteTables", route_table::describe),
    write("ModifyRouteTableAttribute", route_table::modify),
    write("DeleteRouteTable", route_table::delete),
    write("ReplaceRouteTableAssociation", route_table::associate),
    write("CreateRoutes", route::create),
    read("DescribeRouteList", route::describe),
    write("ReplaceRoutes", route::replace),
    write("EnableRoutes", route::enable),
    write("DisableRoutes", route::disable),
    write("DeleteRoutes", route::delete),
    write("CreateNatGateway", nat_gateway::create),
    read("DescribeNatGateways", nat_gateway::describe),
    write("ModifyNatGatewayAttribute", nat_gateway::modify),
    write("ResetNatGatewayConnection", nat_gateway::reset_connections),
    write("AssociateNatGatewayAddress", nat_gateway::associate),
    write("DisassociateNatGatewayAddress", nat_gateway::disassociate),
    write("DeleteNatGateway", nat_gateway::delete),
    read("DescribeVpcTaskResult", nat_gateway::task_result),
    write("AllocateAddresses", address::allocate),
    read("DescribeAddresses", address::describe),
    write("ModifyAddressAttribute", address::modify),
    write("ModifyAddressesBandwidth", address::modify_bandwidth),
    write("ReleaseAddresses", address::release),
    read("DescribeTaskResult", address::task_result),
    read("DescribeAddressQuota", address::quota),
    write("CreateSecurityGroup", security_group::create),
    read("DescribeSecurityGroups", security_group::describe),
    write("ModifySecurityGroupAttribute", security_group::modify),
    write("DeleteSecurityGroup", security_group::delete),
    read("DescribeSecurityGroupAssociationStatistics", security_group::statistics),
    write("CreateSecurityGroupPolicies", policy::create),
    read("DescribeSecurityGroupPolicies", policy::describe),
    write("ModifySecurityGroupPolicies", policy::modify),
    write("ReplaceSecurityGroupPolicy", policy::replace),
    write("ReplaceSecurityGroupPolicies", policy::replace),
    write("DeleteSecurityGroupPolicies", policy::delete),
    read("DescribeNetworkAccountType", account::network_type),
    read("DescribeVpcLimits", account::limits),
];

/// What tags are called in this service.
const TAG: [&str; 2] = ["Key", "Value"];
/// The longest list that a describe action answers.
const MOST: i64 = 100;

/// A name of 1 to 60 characters.
fn name(member: &str, name: &str) -> Result<String, Refusal> {
    match name.chars().count() {
        0 => refused("InvalidParameterValue.Empty", format!("{member} is empty.")),
        1..=60 => Ok(name.to_owned()),
        _ => {
            refused("InvalidParameterValue.TooLong", format!("{member} is longer than 60 letters."))
        }
    }
}

/// `true` and `false` as some of this service's requests carry them.
fn flag(member: &str, text: Option<&str>) -> Result<Option<bool>, Refusal> {
    match text.map(str::to_ascii_lowercase).as_deref() {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(other) => {
            let text = format!("{member} is `{other}`; it must be `true` or `false`.");
            refused("InvalidParameterValue", text)
        }
    }
}

/// An id of the form `PREFIX-xxxxxxxx`.
fn well_formed(prefix: &str, id: &str, code: &'static str) -> Result<(), Refusal> {
    let tail = id.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('-'));
    let sound = |tail: &str| {
        tail.len() == 8 && tail.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    if tail.is_some_and(sound) {
        return Ok(());
    }
    refused(code, format!("`{id}` is not of the form {prefix}-xxxxxxxx."))
}

/// Ids and filters exclude each other.
fn not_both(ids: &[&str], filters: &[Filter<'_>]) -> Result<(), Refusal> {
    if !ids.is_empty() && !filters.is_empty() {
        return refused("InvalidParameter.Coexist", "Give either ids or Filters, not both.");
    }
    if ids.len() > usize::try_from(MOST).unwrap_or_default() {
        return refused("InvalidParameterValue.LimitExceeded", "There are more than 100 ids.");
    }
    Ok(())
}

/// Whether an object fits a filter on tags; `None` when the filter is on something else.
fn tags_fit(filter: &Filter<'_>, tags: &Tags) -> Option<bool> {
    if filter.name == "tag-key" {
        return Some(filter.values.iter().any(|key| tags.have(key, &[])));
    }
    filter.name.strip_prefix("tag:").map(|key| tags.have(key, &filter.values))
}

fn unknown_filter<T>(filter: &Filter<'_>) -> Result<T, Refusal> {
    refused("InvalidParameter.InvalidFilter", format!("There is no filter `{}`.", filter.name))
}
