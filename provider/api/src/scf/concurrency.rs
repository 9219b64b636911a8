//! Concurrency that a function has to itself, and instances of a version that are started before
//! they are needed.

use serde::{Deserialize, Serialize};

use super::{FunctionKey, SERVICE};
use crate::action::{Empty, actions};
use crate::client::Client;
use crate::error::Result;
use crate::wait::{Step, until};

/// A reserve for a function.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PutReservedConcurrencyConfigRequest {
    /// Function.
    pub function_name: String,
    /// MB of concurrency; 0 stops the function.
    pub reserved_concurrency_mem: i64,
    /// Namespace.
    pub namespace: Option<String>,
}

/// A function whose reserve is asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetReservedConcurrencyConfigRequest {
    /// Function.
    pub function_name: String,
    /// Namespace.
    pub namespace: Option<String>,
}

/// What a function has reserved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetReservedConcurrencyConfigResponse {
    /// MB of concurrency; `None` when it takes from what is left for all.
    pub reserved_mem: Option<i64>,
}

/// A function that is to take from what is left for all again.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteReservedConcurrencyConfigRequest {
    /// Function.
    pub function_name: String,
    /// Namespace.
    pub namespace: Option<String>,
}

/// What is to be provisioned of a version. It replaces what was asked for before.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PutProvisionedConcurrencyConfigRequest {
    /// Function.
    pub function_name: String,
    /// Number of a version.
    pub qualifier: String,
    /// How many instances; 0 for the dynamic type.
    pub version_provisioned_concurrency_num: i64,
    /// Namespace.
    pub namespace: Option<String>,
    /// Timed changes of the number.
    pub trigger_actions: Option<Vec<TriggerAction>>,
    /// `Default` or `ConcurrencyUtilizationTracking`, the dynamic type.
    pub provisioned_type: Option<String>,
    /// The share of the instances that is to be busy, between 0 and 1.
    pub tracking_target: Option<f64>,
    /// The smallest number of the dynamic type.
    pub min_capacity: Option<i64>,
    /// The largest number of the dynamic type.
    pub max_capacity: Option<i64>,
}

/// A timed change of a number of instances.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TriggerAction {
    /// Name.
    pub trigger_name: String,
    /// The number from then on.
    pub trigger_provisioned_concurrency_num: i64,
    /// When: a cron expression of seven fields.
    pub trigger_cron_config: String,
    /// `Default`.
    pub provisioned_type: Option<String>,
}

/// A function or a version of which is asked what is provisioned.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetProvisionedConcurrencyConfigRequest {
    /// Function.
    pub function_name: String,
    /// Namespace.
    pub namespace: Option<String>,
    /// Number of a version; all versions if `None`.
    pub qualifier: Option<String>,
}

/// What is provisioned of a function.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetProvisionedConcurrencyConfigResponse {
    /// How many instances more there could be.
    pub unallocated_concurrency_num: i64,
    /// The versions with provisioned concurrency.
    pub allocated: Vec<VersionProvisionedConcurrencyInfo>,
}

/// What is provisioned of a version.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct VersionProvisionedConcurrencyInfo {
    /// How many instances there are to be.
    pub allocated_provisioned_concurrency_num: i64,
    /// How many are ready.
    pub available_provisioned_concurrency_num: i64,
    /// `InProgress`, `Done` or `Failed`.
    pub status: String,
    /// Why it failed.
    pub status_reason: String,
    /// Number of the version.
    pub qualifier: String,
    /// Timed changes of the number.
    pub trigger_actions: Vec<TriggerAction>,
}

/// A version of which nothing is to be provisioned.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteProvisionedConcurrencyConfigRequest {
    /// Function.
    pub function_name: String,
    /// Number of a version.
    pub qualifier: String,
    /// Namespace.
    pub namespace: Option<String>,
}

actions! { SERVICE;
    /// Sets what a function has reserved.
    put_reserved_concurrency_config = "PutReservedConcurrencyConfig", Write: PutReservedConcurrencyConfigRequest => Empty;
    /// Reads what a function has reserved.
    get_reserved_concurrency_config = "GetReservedConcurrencyConfig", Read: GetReservedConcurrencyConfigRequest => GetReservedConcurrencyConfigResponse;
    /// Lets a function take from what is left for all again.
    delete_reserved_concurrency_config = "DeleteReservedConcurrencyConfig", Delete: DeleteReservedConcurrencyConfigRequest => Empty;
    /// Sets what is provisioned of a version. The instances start afterwards: see
    /// [`wait_provisioned`].
    put_provisioned_concurrency_config = "PutProvisionedConcurrencyConfig", Write: PutProvisionedConcurrencyConfigRequest => Empty;
    /// Reads what is provisioned of a function.
    get_provisioned_concurrency_config = "GetProvisionedConcurrencyConfig", Read: GetProvisionedConcurrencyConfigRequest => GetProvisionedConcurrencyConfigResponse;
    /// Ends what is provisioned of a version. The instances go afterwards: see
    /// [`wait_not_provisioned`].
    delete_provisioned_concurrency_config = "DeleteProvisionedConcurrencyConfig", Delete: DeleteProvisionedConcurrencyConfigRequest => Empty;
}

/// What a function has reserved, in MB; `None` when it has no reserve or does not exist.
///
/// # Errors
///
/// Any [`Error`](crate::Error) but "not found".
pub async fn find_reserved_concurrency(
    client: &Client,
    namespace: &str,
    function: &str,
) -> Result<Option<i64>> {
    let request = GetReservedConcurrencyConfigRequest {
        function_name: function.to_owned(),
        namespace: Some(namespace.to_owned()),
    };
    match get_reserved_concurrency_config(client, &request).await {
        Ok(answer) => Ok(answer.reserved_mem),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// What is provisioned of a version; `None` when nothing is, or there is no such version.
///
/// # Errors
///
/// Any [`Error`](crate::Error) but "not found".
pub async fn find_provisioned_concurrency(
    client: &Client,
    key: &FunctionKey,
) -> Result<Option<VersionProvisionedConcurrencyInfo>> {
    let request = GetProvisionedConcurrencyConfigRequest {
        function_name: key.name.clone(),
        namespace: Some(key.namespace.clone()),
        qualifier: Some(key.qualifier.clone()),
    };
    match get_provisioned_concurrency_config(client, &request).await {
        Ok(answer) => {
            // The cloud may tell of other versions, too.
            let mut all = answer.value.allocated.into_iter();
            Ok(all.find(|version| version.qualifier == key.qualifier))
        }
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Waits until as many instances of a version are ready as were asked for.
///
/// # Errors
///
/// [`Error::Failed`](crate::Error::Failed) with the cloud's reason when they cannot be started, and
/// those of [`until`].
pub async fn wait_provisioned(client: &Client, key: &FunctionKey) -> Result<()> {
    until(client, &format!("the provisioned concurrency of {key} being ready"), || async {
        let Some(found) = find_provisioned_concurrency(client, key).await? else {
            return Ok(Step::Pending("unknown".to_owned()));
        };
        let (wanted, ready) = (
            found.allocated_provisioned_concurrency_num,
            found.available_provisioned_concurrency_num,
        );
        Ok(match found.status.as_str() {
            "Done" if ready >= wanted => Step::Done(()),
            "Failed" => {
                let reasons = Some(found.status_reason).filter(|reason| !reason.is_empty());
                Step::Failed { state: found.status, reasons: reasons.into_iter().collect() }
            }
            status => Step::Pending(format!("{status}, {ready} of {wanted} ready")),
        })
    })
    .await
}

/// Waits until nothing is provisioned of a version any more.
///
/// # Errors
///
/// Those of [`until`].
pub async fn wait_not_provisioned(client: &Client, key: &FunctionKey) -> Result<()> {
    until(client, &format!("the provisioned concurrency of {key} being gone"), || async {
        Ok(match find_provisioned_concurrency(client, key).await? {
            None => Step::Done(()),
            Some(found) => {
                let left = found.available_provisioned_concurrency_num;
                Step::Pending(format!("{}, {left} left", found.status))
            }
        })
    })
    .await
}
