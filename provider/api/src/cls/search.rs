//! Searches.

use serde::{Deserialize, Serialize};

use super::SERVICE;
use crate::action::actions;

/// A search in one topic or several.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SearchLogRequest {
    /// Start in milliseconds.
    pub from: i64,
    /// End in milliseconds.
    pub to: i64,
    /// What to find.
    pub query_string: Option<String>,
    /// 1 for the present language.
    pub query_syntax: Option<i64>,
    /// Topic.
    pub topic_id: Option<String>,
    /// The topics.
    pub topics: Option<Vec<MultiTopicSearchInformation>>,
    /// `asc` or `desc`.
    pub sort: Option<String>,
    /// Lines at most, up to 1000.
    pub limit: Option<i64>,
    /// Rows to skip.
    pub offset: Option<i64>,
    /// Where the last page ended.
    pub context: Option<String>,
    /// Part of the logs that is analysed.
    pub sampling_rate: Option<f64>,
    /// Whether analysis answers in the newer form.
    pub use_new_analysis: Option<bool>,
    /// Whether what fits is marked.
    pub high_light: Option<bool>,
    /// What to find, in the older form.
    pub query: Option<String>,
    /// Language, in the older form.
    pub syntax_rule: Option<i64>,
}

/// One of several topics to search.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MultiTopicSearchInformation {
    /// Topic.
    pub topic_id: Option<String>,
    /// Where the last page ended.
    pub context: Option<String>,
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SearchLogResponse {
    /// Where the last page ended.
    pub context: String,
    /// Whether there is no more.
    pub list_over: bool,
    /// Whether it was an analysis.
    pub analysis: bool,
    /// The lines.
    pub results: Vec<LogInfo>,
    /// Columns of the analysis.
    pub col_names: Vec<String>,
    /// Rows of the analysis.
    pub analysis_results: Vec<LogItems>,
    /// Rows of the analysis in the newer form.
    pub analysis_records: Vec<String>,
    /// Columns of the analysis in the newer form.
    pub columns: Vec<Column>,
    /// Part of the logs that is analysed.
    pub sampling_rate: f64,
    /// What became of each topic.
    pub topics: Option<SearchLogTopics>,
}

/// A line.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LogInfo {
    /// Time in milliseconds.
    pub time: i64,
    /// Topic.
    pub topic_id: String,
    /// Name, 1 to 255 characters without `|`.
    pub topic_name: String,
    /// Address of the sender.
    pub source: String,
    /// File.
    pub file_name: String,
    /// Package.
    pub pkg_id: String,
    /// Place in the package.
    pub pkg_log_id: String,
    /// What fits.
    pub high_lights: Vec<HighLightItem>,
    /// The fields as JSON.
    pub log_json: String,
    /// Machine.
    pub host_name: String,
    /// The line as it came, where it has no index.
    pub raw_log: String,
    /// Why it has no index.
    pub index_status: String,
    /// Nanoseconds of the time.
    pub time_nanos: Option<i64>,
}

/// What fits in a field.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HighLightItem {
    /// Name.
    pub key: String,
    /// The values.
    pub values: Vec<String>,
}

/// A row of an analysis.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LogItems {
    /// The fields.
    pub data: Vec<LogItem>,
}

/// A field of a row.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct LogItem {
    /// Name.
    pub key: String,
    /// Value.
    pub value: String,
}

/// A column.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Column {
    /// Name.
    pub name: Option<String>,
    /// `long`, `double`, `text` or `json`.
    #[serde(rename = "Type")]
    pub kind: Option<String>,
}

/// What became of each topic.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SearchLogTopics {
    /// Topics that were not searched.
    pub errors: Vec<SearchLogErrors>,
    /// Topics that were searched.
    pub infos: Vec<SearchLogInfos>,
}

/// A topic that was not searched.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SearchLogErrors {
    /// Topic.
    pub topic_id: String,
    /// Why.
    pub error_msg: String,
    /// Code.
    pub error_code_str: String,
}

/// A topic that was searched.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SearchLogInfos {
    /// Topic.
    pub topic_id: String,
    /// Days for which logs are kept: 1 to 3600, or 3640 for ever.
    pub period: i64,
    /// Where the last page ended.
    pub context: String,
}

actions! { SERVICE;
    /// Searches topics.
    search_log = "SearchLog", Read: SearchLogRequest => SearchLogResponse;
}
