//! Log sets.

use serde::{Deserialize, Serialize};

use super::{Filter, SERVICE, Tag};
use crate::action::{Empty, actions};
use crate::page::{all_pages, paged};
use crate::{Client, Result};

/// A new log set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateLogsetRequest {
    /// Name, 1 to 255 characters without `|`.
    pub logset_name: String,
    /// Tags.
    pub tags: Option<Vec<Tag>>,
    /// Log set.
    pub logset_id: Option<String>,
}

/// The new log set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateLogsetResponse {
    /// Log set.
    pub logset_id: String,
}

/// A log set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LogsetInfo {
    /// Log set.
    pub logset_id: String,
    /// Name, 1 to 255 characters without `|`.
    pub logset_name: String,
    /// Time of creation.
    pub create_time: String,
    /// Account of the service that made it.
    pub assumer_uin: i64,
    /// Service that made it.
    pub assumer_name: String,
    /// Tags.
    pub tags: Vec<Tag>,
    /// How many topics it has.
    pub topic_count: i64,
    /// Role of the service that made it.
    pub role_name: String,
    /// How many metric topics it has.
    pub metric_topic_count: i64,
}

/// Which log sets to list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeLogsetsRequest {
    /// Conditions; all of them must hold.
    pub filters: Option<Vec<Filter>>,
    /// Rows to skip.
    pub offset: Option<u64>,
    /// Rows at most, up to 100.
    pub limit: Option<u64>,
}

/// A page of log sets.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeLogsetsResponse {
    /// How many there are.
    pub total_count: Option<u64>,
    /// The log sets.
    pub logsets: Vec<LogsetInfo>,
}

/// A change of a log set. What is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ModifyLogsetRequest {
    /// Log set.
    pub logset_id: String,
    /// Name, 1 to 255 characters without `|`.
    pub logset_name: Option<String>,
    /// Tags.
    pub tags: Option<Vec<Tag>>,
}

/// A log set without topics to delete.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteLogsetRequest {
    /// Log set.
    pub logset_id: String,
}

actions! { SERVICE;
    /// Makes a log set.
    create_logset = "CreateLogset", Create: CreateLogsetRequest => CreateLogsetResponse;
    /// Lists one page of log sets.
    describe_logsets = "DescribeLogsets", Read: DescribeLogsetsRequest => DescribeLogsetsResponse;
    /// Changes a log set.
    modify_logset = "ModifyLogset", Write: ModifyLogsetRequest => Empty;
    /// Deletes a log set without topics.
    delete_logset = "DeleteLogset", Delete: DeleteLogsetRequest => Empty;
}

paged! {
    DescribeLogsetsRequest => logsets: [LogsetInfo], by |row| row.logset_id.clone(), int 100;
}

/// The log set of that id, or `None`.
///
/// # Errors
///
/// Those of [`Client::call`].
pub async fn find_logset(client: &Client, id: &str) -> Result<Option<LogsetInfo>> {
    let filters = Some(vec![Filter::of("logsetId", id)]);
    let request = DescribeLogsetsRequest { filters, ..DescribeLogsetsRequest::default() };
    let found = all_pages(client, &request).await?;
    Ok(found.into_iter().find(|row| row.logset_id == id))
}
