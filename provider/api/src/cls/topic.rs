//! Topics.

use serde::{Deserialize, Serialize};

use super::{Filter, SERVICE, Tag};
use crate::action::{Empty, actions};
use crate::page::{all_pages, paged};
use crate::{Client, Result};

/// A new topic.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateTopicRequest {
    /// Log set.
    pub logset_id: String,
    /// Name, 1 to 255 characters without `|`.
    pub topic_name: String,
    /// Partitions, 1 to 10.
    pub partition_count: Option<i64>,
    /// Tags.
    pub tags: Option<Vec<Tag>>,
    /// Whether partitions are split when they are full.
    pub auto_split: Option<bool>,
    /// Most partitions after splits, up to 50.
    pub max_split_partitions: Option<i64>,
    /// `hot` or `cold`.
    pub storage_type: Option<String>,
    /// Days for which logs are kept: 1 to 3600, or 3640 for ever.
    pub period: Option<i64>,
    /// What it is for.
    pub describes: Option<String>,
    /// Days in hot storage before logs become cold; 0 for always.
    pub hot_period: Option<i64>,
    /// 1 to encrypt.
    pub encryption: Option<i64>,
    /// Key of the encryption.
    pub custom_kms_info: Option<CustomKmsInfo>,
    /// 0 for logs, 1 for metrics.
    pub biz_type: Option<i64>,
    /// Topic.
    pub topic_id: Option<String>,
    /// Whether browsers may send logs without signing.
    pub is_web_tracking: Option<bool>,
    /// Anonymous access.
    pub extends: Option<TopicExtendInfo>,
    /// Whether the address of the sender is kept.
    pub is_source_from: Option<bool>,
    /// How it is paid.
    pub billing_mode: Option<i64>,
}

/// The new topic.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateTopicResponse {
    /// Topic.
    pub topic_id: String,
}

/// A topic.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TopicInfo {
    /// Log set.
    pub logset_id: String,
    /// Topic.
    pub topic_id: String,
    /// Name, 1 to 255 characters without `|`.
    pub topic_name: String,
    /// Partitions, 1 to 10.
    pub partition_count: i64,
    /// Whether it has an index that is on.
    pub index: bool,
    /// Account of the service that made it.
    pub assumer_uin: i64,
    /// Service that made it.
    pub assumer_name: String,
    /// Time of creation.
    pub create_time: String,
    /// Whether it is on.
    pub status: bool,
    /// Tags.
    pub tags: Vec<Tag>,
    /// Role of the service that made it.
    pub role_name: String,
    /// Whether partitions are split when they are full.
    pub auto_split: bool,
    /// Most partitions after splits, up to 50.
    pub max_split_partitions: i64,
    /// `hot` or `cold`.
    pub storage_type: String,
    /// Days for which logs are kept: 1 to 3600, or 3640 for ever.
    pub period: i64,
    /// Part of the service that made it.
    pub sub_assumer_name: String,
    /// What it is for.
    pub describes: String,
    /// Days in hot storage before logs become cold; 0 for always.
    pub hot_period: i64,
    /// Key of the encryption.
    pub key_id: String,
    /// Key of the encryption.
    pub custom_kms_info: Option<CustomKmsInfo>,
    /// 0 for logs, 1 for metrics.
    pub biz_type: i64,
    /// Whether browsers may send logs without signing.
    pub is_web_tracking: bool,
    /// Anonymous access.
    pub extends: Option<TopicExtendInfo>,
    /// Task under way.
    #[serde(rename = "TopicAsyncTaskID")]
    pub topic_async_task_id: Option<String>,
    /// Where a migration is.
    pub migration_status: Option<i64>,
    /// When a change of the storage takes effect.
    pub effective_date: Option<String>,
    /// Whether the address of the sender is kept.
    pub is_source_from: Option<bool>,
    /// How it is paid.
    pub billing_mode: Option<i64>,
    /// How it will be paid.
    pub new_billing_mode: Option<i64>,
}

/// A key for encryption.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CustomKmsInfo {
    /// Region of the key.
    pub kms_region: String,
    /// Key.
    pub kms_key_id: String,
}

/// Further settings of a topic.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TopicExtendInfo {
    /// What is allowed without signing.
    pub anonymous_access: Option<AnonymousInfo>,
}

/// What is allowed without signing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AnonymousInfo {
    /// Operations.
    pub operations: Option<Vec<String>>,
    /// Conditions; all of them must hold.
    pub conditions: Option<Vec<ConditionInfo>>,
}

/// A condition on anonymous access.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ConditionInfo {
    /// What is compared.
    pub attributes: Option<String>,
    /// How it is compared.
    pub rule: Option<i64>,
    /// With what.
    pub condition_value: Option<String>,
}

/// Which topics to list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeTopicsRequest {
    /// Conditions; all of them must hold.
    pub filters: Option<Vec<Filter>>,
    /// Rows to skip.
    pub offset: Option<u64>,
    /// Rows at most, up to 100.
    pub limit: Option<u64>,
    /// 0: names fit in part; 1: topic names, 2: log set names, 3: both fit as a whole.
    pub precise_search: Option<i64>,
    /// 0 for logs, 1 for metrics.
    pub biz_type: Option<i64>,
}

/// A page of topics.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeTopicsResponse {
    /// The topics.
    pub topics: Vec<TopicInfo>,
    /// How many there are.
    pub total_count: Option<u64>,
}

/// A change of a topic. What is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ModifyTopicRequest {
    /// Topic.
    pub topic_id: String,
    /// Name, 1 to 255 characters without `|`.
    pub topic_name: Option<String>,
    /// Tags.
    pub tags: Option<Vec<Tag>>,
    /// Whether it is on.
    pub status: Option<bool>,
    /// Whether partitions are split when they are full.
    pub auto_split: Option<bool>,
    /// Most partitions after splits, up to 50.
    pub max_split_partitions: Option<i64>,
    /// Days for which logs are kept: 1 to 3600, or 3640 for ever.
    pub period: Option<i64>,
    /// `hot` or `cold`.
    pub storage_type: Option<String>,
    /// What it is for.
    pub describes: Option<String>,
    /// Days in hot storage before logs become cold; 0 for always.
    pub hot_period: Option<i64>,
    /// Whether browsers may send logs without signing.
    pub is_web_tracking: Option<bool>,
    /// Anonymous access.
    pub extends: Option<TopicExtendInfo>,
    /// Partitions, 1 to 10.
    pub partition_count: Option<i64>,
    /// Task to cancel.
    #[serde(rename = "CancelTopicAsyncTaskID")]
    pub cancel_topic_async_task_id: Option<String>,
    /// 1 to encrypt.
    pub encryption: Option<i64>,
    /// Key of the encryption.
    pub custom_kms_info: Option<CustomKmsInfo>,
    /// Whether the address of the sender is kept.
    pub is_source_from: Option<bool>,
    /// How it is paid.
    pub billing_mode: Option<i64>,
}

/// A topic to delete, with its logs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteTopicRequest {
    /// Topic.
    pub topic_id: String,
}

actions! { SERVICE;
    /// Makes a topic.
    create_topic = "CreateTopic", Create: CreateTopicRequest => CreateTopicResponse;
    /// Lists one page of topics.
    describe_topics = "DescribeTopics", Read: DescribeTopicsRequest => DescribeTopicsResponse;
    /// Changes a topic.
    modify_topic = "ModifyTopic", Write: ModifyTopicRequest => Empty;
    /// Deletes a topic with its logs.
    delete_topic = "DeleteTopic", Delete: DeleteTopicRequest => Empty;
}

paged! {
    DescribeTopicsRequest => topics: [TopicInfo], by |row| row.topic_id.clone(), int 100;
}

/// The topic of that id, or `None`. `biz_type` is 0 for logs and 1 for metrics.
///
/// # Errors
///
/// Those of [`Client::call`].
pub async fn find_topic(client: &Client, id: &str, biz_type: i64) -> Result<Option<TopicInfo>> {
    let request = DescribeTopicsRequest {
        filters: Some(vec![Filter::of("topicId", id)]),
        biz_type: Some(biz_type),
        ..DescribeTopicsRequest::default()
    };
    let found = all_pages(client, &request).await?;
    Ok(found.into_iter().find(|row| row.topic_id == id))
}
