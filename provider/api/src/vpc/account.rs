//! What kind of account it is.

use serde::{Deserialize, Serialize};

use super::SERVICE;
use crate::action::actions;

/// An account whose public addresses are billed by themselves. Only these may put functions
/// behind a load balancer (R3).
pub const STANDARD: &str = "STANDARD";

/// Asks for the kind of account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct DescribeNetworkAccountTypeRequest {}

/// The kind of account.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeNetworkAccountTypeResponse {
    /// [`STANDARD`] or `LEGACY`.
    pub network_account_type: String,
}

actions! { SERVICE;
    /// Tells whether the account is a standard or a traditional one.
    describe_network_account_type = "DescribeNetworkAccountType", Read: DescribeNetworkAccountTypeRequest => DescribeNetworkAccountTypeResponse;
}
