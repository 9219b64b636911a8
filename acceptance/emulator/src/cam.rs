//! Accounts, as access management sees them.

use serde_json::json;

use crate::call::{Action, Call, read};
use crate::refusal::Answer;

/// What this service carries out.
pub const ACTIONS: &[Action] = &[read("GetUserAppId", get_user_app_id)];

fn get_user_app_id(call: &Call<'_>) -> Answer {
    let (uin, app_id) = (&call.account.uin, call.account.app_id);
    Ok(json!({"Uin": uin, "OwnerUin": uin, "AppId": app_id}))
}
