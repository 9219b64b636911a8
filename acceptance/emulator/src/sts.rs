//! Who am I.

use serde_json::json;

use crate::call::{Action, Call, read};
use crate::refusal::Answer;

/// What this service carries out.
pub const ACTIONS: &[Action] = &[read("GetCallerIdentity", get_caller_identity)];

fn get_caller_identity(call: &Call<'_>) -> Answer {
    let uin = &call.account.uin;
    Ok(json!({
        "Arn": format!("qcs::cam::uin/{uin}:uin/{uin}"),
        "AccountId": uin,
        "UserId": uin,
        "PrincipalId": uin,
        "Type": "CAMUser",
    }))
}
