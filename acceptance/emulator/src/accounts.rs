//! Accounts: every SecretId of the form `AKIDEMULATOR` + letters and digits is one, with its own
//! state in every region, so that parallel tests do not meet. They share one documented SecretKey.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::ids::hash;
use crate::store::{Record, StoreError};

/// The SecretId that `exec` exports; any letters and digits may follow it.
pub const SECRET_ID: &str = "AKIDEMULATOR";
/// The SecretKey of every account.
pub const SECRET_KEY: &str = "emulator-secret-key";

const LONGEST_SUFFIX: usize = 48;

/// Who signed a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// As the caller sent it.
    pub secret_id: String,
    /// The main account's number, twelve digits; state is keyed by it.
    pub uin: String,
    /// The number in bucket names and function URLs, ten digits.
    pub app_id: i64,
}

impl Account {
    /// The account of a SecretId; `None` when it is none of this cloud's.
    #[must_use]
    pub fn of(secret_id: &str) -> Option<Self> {
        let suffix = secret_id.strip_prefix(SECRET_ID)?;
        let known = suffix.len() <= LONGEST_SUFFIX
            && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric());
        // The empty suffix is the account that people see, so its numbers are round.
        let number = if suffix.is_empty() { 0 } else { hash(suffix) };
        known.then(|| Self {
            secret_id: secret_id.to_owned(),
            uin: (100_000_000_000 + number % 899_999_999_999 + 1).to_string(),
            app_id: i64::try_from(1_250_000_000 + number % 49_999_999).unwrap_or(1_250_000_000),
        })
    }
}

/// What a test may change about an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Standing {
    /// R3: only standard accounts may put functions behind load balancers.
    pub network_type: NetworkType,
    /// R198: functions write into topics of one's own only where the log service is activated.
    pub log_service: bool,
    /// R311: functions can be made only where the main account has let the function platform act
    /// for it, as the role `SCF_QcsRole`.
    pub function_role: bool,
    /// R400: functions run in clusters only where the container service may act for the account.
    pub container_role: bool,
}

impl Standing {
    /// How the caller's account stands, in every region.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) fn of(call: &Call<'_>) -> Result<Self, StoreError> {
        Ok(call.store.in_region("").get("standing")?.unwrap_or_default())
    }
}

impl Record for Standing {
    const KIND: &'static str = "account";
}

impl Default for Standing {
    fn default() -> Self {
        Self {
            network_type: NetworkType::Standard,
            log_service: true,
            function_role: true,
            container_role: true,
        }
    }
}

/// How an account pays for public traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum NetworkType {
    /// By IP address: the type of every new account.
    Standard,
    /// By virtual machine: the type of old accounts.
    Legacy,
}

impl NetworkType {
    /// As DescribeNetworkAccountType tells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "STANDARD",
            Self::Legacy => "LEGACY",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suffix_makes_another_account_and_nothing_else_is_one() {
        let plain = Account::of("AKIDEMULATOR").unwrap();
        assert_eq!((plain.uin.as_str(), plain.app_id), ("100000000001", 1_250_000_000));
        let other = Account::of("AKIDEMULATORtest1").unwrap();
        assert_ne!(plain.uin, other.uin);
        assert_eq!(other.uin.len(), 12);
        assert_eq!(other.app_id.to_string().len(), 10);
        for stranger in ["", "AKIDEXAMPLE", "AKIDEMULATOR-x", "AKIDEMULATOR/", "akidemulator"] {
            assert_eq!(Account::of(stranger), None, "{stranger}");
        }
    }
}
