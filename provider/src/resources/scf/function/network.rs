//! How a function reaches networks.

use tencentcloud_api::vpc::{self, Subnet};
use tf_protocol::Change;
use tf_schema::{Diagnostics, Value};

use super::Function;
use super::check::together;
use crate::Cloud;

/// The id that the cloud gives the classic network, which is no VPC.
const CLASSIC: &str = "0";

/// The rules that need nothing but the configuration: R331, R342, R343.
pub fn check(config: &Function, problems: &mut Diagnostics) {
    together(problems, ("vpc_id", &config.vpc_id), ("subnet_id", &config.subnet_id));
    if config.vpc_id.is_known_and(|id| id == CLASSIC) {
        let detail = "Functions do not reach the classic network: name a VPC, such as \
                      \"vpc-1a2b3c4d\".";
        problems.error("vpc_id", "The classic network is no VPC", detail);
    }
    let on = |flag: &Value<bool>| flag.is_known_and(|on| *on);
    let off = |flag: &Value<bool>| flag.is_null() || flag.is_known_and(|on| !on);
    if on(&config.enable_eip_config) && off(&config.enable_public_net) {
        let detail = "A fixed outgoing address needs access to the internet: set \
                      enable_public_net = true.";
        problems.error("enable_eip_config", "Fixed address without internet", detail);
    }
}

/// What is known of the network while planning; a cloud that does not answer stops no plan.
pub async fn plan(change: &mut Change<Function>, cloud: &Cloud) {
    let changed = ["vpc_id", "subnet_id", "enable_public_net"].map(|name| change.changes(name));
    if change.applying || !changed.contains(&true) {
        return;
    }
    let (Some(network), Some(id)) =
        (change.planned.vpc_id.known(), change.planned.subnet_id.known())
    else {
        return;
    };
    if network.is_empty() || id.is_empty() {
        return;
    }
    let (network, id) = (network.clone(), id.clone());
    let looked = async {
        let subnet = vpc::find_subnet(cloud, &id).await?;
        let public = change.planned.enable_public_net.is_known_and(|on| !on);
        let cut_off = match &subnet {
            Some(subnet) if public => !leads_outside(subnet, cloud).await?,
            _ => false,
        };
        Ok::<_, tencentcloud_api::Error>((subnet, cut_off))
    };
    match looked.await {
        Ok((subnet, cut_off)) => {
            check_subnet(subnet, [&network, &id], cloud.region(), &mut change.problems);
            if cut_off {
                warn_of_cut_off(&id, &mut change.problems);
            }
        }
        Err(error) => {
            let detail = format!("Whether it can be used is not known: {}.", error.explain());
            change.problems.warning("subnet_id", "The subnet was not seen", detail);
        }
    }
}

/// R175, R344: the subnet is there, and in the function's VPC.
fn check_subnet(
    found: Option<Subnet>,
    [network, id]: [&str; 2],
    region: &str,
    problems: &mut Diagnostics,
) {
    let detail = match found {
        Some(found) if found.vpc_id == network => return,
        Some(found) => format!(
            "{id} belongs to {}, not to {network}: set vpc_id to that, or choose a subnet of \
             {network}.",
            found.vpc_id
        ),
        None => format!(
            "There is no subnet {id} in {region}: a function and its subnet are in the same region."
        ),
    };
    problems.error("subnet_id", "The function cannot be put into the subnet", detail);
}

/// R350, R351: whether a route of the subnet leads to a NAT gateway. Where only some do, only these
/// destinations are meant to be reached.
async fn leads_outside(subnet: &Subnet, cloud: &Cloud) -> tencentcloud_api::Result<bool> {
    let table = vpc::find_route_table(cloud, &subnet.route_table_id).await?;
    let mut routes = table.into_iter().flat_map(|table| table.route_set);
    Ok(routes.any(|route| route.enabled && route.gateway_type == "NAT"))
}

/// R341.
fn warn_of_cut_off(subnet: &str, problems: &mut Diagnostics) {
    let detail = format!(
        "The function is in a VPC without public access, and no route of {subnet} leads to a NAT \
         gateway, so it does not reach the Internet. If it is to, set enable_public_net = true, or add \
         a route from 0.0.0.0/0 to a NAT gateway of the VPC."
    );
    problems.warning("enable_public_net", "The function is cut off from the Internet", detail);
}
