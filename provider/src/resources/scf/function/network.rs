//! How a function reaches networks.

use tencentcloud_api::vpc;
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

/// R175, R344: the subnet is there, and in the function's VPC. Asked while planning, where both are
/// known; a cloud that does not answer stops no plan.
pub async fn plan(change: &mut Change<Function>, cloud: &Cloud) {
    if change.applying || !(change.changes("vpc_id") || change.changes("subnet_id")) {
        return;
    }
    let planned = &change.planned;
    let (Some(network), Some(subnet)) = (planned.vpc_id.known(), planned.subnet_id.known()) else {
        return;
    };
    if network.is_empty() || subnet.is_empty() {
        return;
    }
    let detail = match vpc::find_subnet(cloud, subnet).await {
        Ok(Some(found)) if found.vpc_id == *network => return,
        Ok(Some(found)) => format!(
            "{subnet} belongs to {}, not to {network}: set vpc_id to that, or choose a subnet of \
             {network}.",
            found.vpc_id
        ),
        Ok(None) => format!(
            "There is no subnet {subnet} in {}: a function and its subnet are in the same region.",
            cloud.region()
        ),
        Err(error) => {
            let detail = format!("Whether it can be used is not known: {}.", error.explain());
            change.problems.warning("subnet_id", "The subnet was not seen", detail);
            return;
        }
    };
    change.problems.error("subnet_id", "The function cannot be put into the subnet", detail);
}
