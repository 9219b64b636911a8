//! A function's fixed address in its network.

use tencentcloud_api::scf::{IntranetConfigIn, IntranetConfigOut};
use tf_schema::check::one_of;
use tf_schema::{Block, Diagnostics, Path, Value};

use super::Function;

const ON: &str = "ENABLE";
const OFF: &str = "DISABLE";

/// The function's address in its network.
#[derive(Block, Clone, PartialEq)]
pub struct Intranet {
    /// `ENABLE` for an address in the function's subnet that stays the same, `DISABLE` for none.
    #[tf(required, validate(one_of(&[ON, OFF])))]
    pub ip_fixed: Value<String>,
    /// The addresses.
    #[tf(computed)]
    pub ip_address: Value<Vec<String>>,
}

impl Intranet {
    /// What the cloud says.
    pub fn of(found: IntranetConfigOut) -> Intranet {
        let fixed = if found.ip_fixed.is_empty() { OFF.to_owned() } else { found.ip_fixed };
        Intranet { ip_fixed: fixed.into(), ip_address: found.ip_address.into() }
    }
}

/// What is asked for: nothing where there is no block.
fn wanted(blocks: &Value<Vec<Intranet>>) -> &str {
    blocks.known().and_then(|blocks| blocks.first()).map_or(OFF, |block| block.ip_fixed.text())
}

/// The setting as a request names it, where it differs from `prior`.
pub fn to_api(
    blocks: &Value<Vec<Intranet>>,
    prior: &Value<Vec<Intranet>>,
) -> Option<IntranetConfigIn> {
    let ip_fixed = wanted(blocks);
    (ip_fixed != wanted(prior)).then(|| IntranetConfigIn { ip_fixed: ip_fixed.to_owned() })
}

/// A block where the user wrote one, or where there is an address.
pub fn adopt(prior: &Value<Vec<Intranet>>, found: IntranetConfigOut) -> Value<Vec<Intranet>> {
    let found = Intranet::of(found);
    let written = prior.known().is_some_and(|blocks| !blocks.is_empty());
    let blocks = if written || found.ip_fixed.text() == ON { vec![found] } else { Vec::new() };
    blocks.into()
}

/// A fixed address needs a network to be in.
pub fn check(config: &Function, problems: &mut Diagnostics) {
    if wanted(&config.intranet_config) == ON && config.vpc_id.is_null() {
        let detail = "A fixed address is one of the function's subnet: set vpc_id and subnet_id.";
        let path = Path::attribute("intranet_config").index(0).name("ip_fixed");
        problems.error(path, "Fixed address without a network", detail);
    }
}
