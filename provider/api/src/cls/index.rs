//! Indexes of topics.

use serde::{Deserialize, Serialize};

use super::SERVICE;
use crate::action::{Empty, actions};
use crate::{Client, Result};

/// The index of a topic.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateIndexRequest {
    /// Topic.
    pub topic_id: String,
    /// What is indexed.
    pub rule: RuleInfo,
    /// Whether it is on.
    pub status: Option<bool>,
    /// Whether full text holds the fields that the service adds.
    pub include_internal_fields: Option<bool>,
    /// Which metadata full text holds: 0 what has an index, 1 all, 2 none.
    pub metadata_flag: Option<i64>,
    /// Field that holds what has no index.
    pub coverage_field: Option<String>,
}

/// A change of an index. What is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ModifyIndexRequest {
    /// Topic.
    pub topic_id: String,
    /// Whether it is on.
    pub status: Option<bool>,
    /// What is indexed.
    pub rule: Option<RuleInfo>,
    /// Whether full text holds the fields that the service adds.
    pub include_internal_fields: Option<bool>,
    /// Which metadata full text holds: 0 what has an index, 1 all, 2 none.
    pub metadata_flag: Option<i64>,
    /// Field that holds what has no index.
    pub coverage_field: Option<String>,
}

/// The topic whose index to delete.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteIndexRequest {
    /// Topic.
    pub topic_id: String,
}

/// The topic whose index to read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeIndexRequest {
    /// Topic.
    pub topic_id: String,
}

/// The index of a topic.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeIndexResponse {
    /// Topic.
    pub topic_id: String,
    /// Whether it is on.
    pub status: bool,
    /// What is indexed.
    pub rule: Option<RuleInfo>,
    /// Time of the last change.
    pub modify_time: String,
    /// Whether full text holds the fields that the service adds.
    pub include_internal_fields: bool,
    /// Which metadata full text holds: 0 what has an index, 1 all, 2 none.
    pub metadata_flag: i64,
    /// Field that holds what has no index.
    pub coverage_field: String,
}

/// What is indexed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RuleInfo {
    /// Full text.
    pub full_text: Option<FullTextInfo>,
    /// Fields.
    pub key_value: Option<RuleKeyValueInfo>,
    /// Metadata.
    pub tag: Option<RuleTagInfo>,
    /// Fields found by the service.
    pub dynamic_index: Option<DynamicIndex>,
}

/// How full text is indexed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct FullTextInfo {
    /// Whether case matters.
    pub case_sensitive: bool,
    /// Characters that separate words.
    pub tokenizer: String,
    /// Whether there is Chinese text.
    pub contain_z_h: Option<bool>,
}

/// How fields are indexed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RuleKeyValueInfo {
    /// Whether case matters.
    pub case_sensitive: bool,
    /// The fields.
    pub key_values: Option<Vec<KeyValueInfo>>,
}

/// How metadata is indexed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RuleTagInfo {
    /// Whether case matters.
    pub case_sensitive: bool,
    /// The fields.
    pub key_values: Vec<KeyValueInfo>,
}

/// A field and how it is indexed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct KeyValueInfo {
    /// Name.
    pub key: String,
    /// How it is indexed.
    pub value: ValueInfo,
}

/// How a field is indexed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ValueInfo {
    /// `long`, `double`, `text` or `json`.
    #[serde(rename = "Type")]
    pub kind: String,
    /// Characters that separate words.
    pub tokenizer: Option<String>,
    /// Whether statistics may use it.
    pub sql_flag: Option<bool>,
    /// Whether there is Chinese text.
    pub contain_z_h: Option<bool>,
    /// Another name.
    pub alias: Option<String>,
    /// Whether only the fields inside are indexed.
    pub open_index_for_child_only: Option<bool>,
    /// Fields inside.
    pub child_node: Option<Vec<KeyValueInfo>>,
}

/// Whether the service finds fields by itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DynamicIndex {
    /// Whether it is on.
    pub status: Option<bool>,
}

actions! { SERVICE;
    /// Gives a topic an index.
    create_index = "CreateIndex", Create: CreateIndexRequest => Empty;
    /// Reads the index of a topic.
    describe_index = "DescribeIndex", Read: DescribeIndexRequest => DescribeIndexResponse;
    /// Changes the index of a topic.
    modify_index = "ModifyIndex", Write: ModifyIndexRequest => Empty;
    /// Deletes the index of a topic.
    delete_index = "DeleteIndex", Delete: DeleteIndexRequest => Empty;
}

/// The index of a topic, or `None` where it or the topic is not there.
///
/// # Errors
///
/// Those of [`Client::call`].
pub async fn find_index(client: &Client, topic: &str) -> Result<Option<DescribeIndexResponse>> {
    let request = DescribeIndexRequest { topic_id: topic.to_owned() };
    match describe_index(client, &request).await {
        Ok(found) => Ok(Some(found.value)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
