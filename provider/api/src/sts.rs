//! Security Token Service (API 2018-08-13). <https://www.tencentcloud.com/document/api/1150>

use serde::{Deserialize, Serialize};

use crate::action::{Service, actions};

/// The product.
pub const SERVICE: Service = Service { name: "sts", version: "2018-08-13" };

/// Asks whose credentials these are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct GetCallerIdentityRequest {}

/// Whose credentials these are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetCallerIdentityResponse {
    /// The identity in one text.
    pub arn: String,
    /// The account that owns everything; the `uin` of six-segment names.
    pub account_id: String,
    /// The user, or role and session.
    pub user_id: String,
    /// The user, role or session.
    pub principal_id: String,
    /// `CAMUser`, `CAMRole` and so on.
    #[serde(rename = "Type")]
    pub kind: String,
}

actions! { SERVICE;
    /// Tells whose credentials these are.
    get_caller_identity = "GetCallerIdentity", Read: GetCallerIdentityRequest => GetCallerIdentityResponse;
}
