//! What holds for an account as a whole.

use serde_json::json;

use crate::accounts::Standing;
use crate::call::Call;
use crate::quotas::{self, Quota};
use crate::refusal::{Answer, refused};

/// R3: the type of the account, which decides whether functions may stand behind load balancers.
pub(super) fn network_type(call: &Call<'_>) -> Answer {
    let standing = Standing::of(call)?;
    Ok(json!({"NetworkAccountType": standing.network_type.name()}))
}

const LIMITS: &[(&str, &Quota)] = &[
    ("appid-max-vpcs", &quotas::VPCS),
    ("vpc-max-subnets", &quotas::SUBNETS),
    ("vpc-max-route-tables", &quotas::ROUTE_TABLES),
    ("appid-max-security-groups", &quotas::SECURITY_GROUPS),
    ("security-group-max-policies", &quotas::SECURITY_GROUP_RULES),
];

pub(super) fn limits(call: &Call<'_>) -> Answer {
    let mut set = Vec::new();
    for asked in call.params.texts("LimitTypes") {
        let Some((name, quota)) = LIMITS.iter().find(|(name, _)| *name == asked) else {
            let text = format!("The local cloud has no limit `{asked}`.");
            return refused("InvalidParameterValue", text);
        };
        set.push(json!({"LimitType": name, "LimitValue": call.limit(quota)?}));
    }
    Ok(json!({"VpcLimitSet": set}))
}
