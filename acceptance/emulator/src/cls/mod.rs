//! The log service: log sets, topics, their indexes, and what functions wrote.

mod deliver;
mod index;
pub mod logs;
mod logset;
mod platform;
mod query;
mod search;
mod topic;

use crate::call::{Action, Call, read, write};
use crate::cloud::Cloud;
use crate::list::{Filter, filters_by};
use crate::params::Params;
use crate::refusal::{Refusal, refused};
use crate::store::{Record, StoreError};
use crate::tags::Tags;

pub(crate) use platform::{check, default_topic, deploy_index};

/// What this service carries out.
pub const ACTIONS: &[Action] = &[
    write("CreateLogset", logset::create),
    read("DescribeLogsets", logset::describe),
    write("ModifyLogset", logset::modify),
    write("DeleteLogset", logset::delete),
    write("CreateTopic", topic::create),
    read("DescribeTopics", topic::describe),
    write("ModifyTopic", topic::modify),
    write("DeleteTopic", topic::delete),
    write("CreateIndex", index::create),
    read("DescribeIndex", index::describe),
    write("ModifyIndex", index::modify),
    write("DeleteIndex", index::delete),
    read("SearchLog", search::search),
    write("CreateDeliverCloudFunction", deliver::create),
];

/// Whether there is a topic.
pub(crate) fn has_topic(cloud: &Cloud, uin: &str, region: &str, id: &str) -> bool {
    let read = || cloud.store.read()?.scope(uin, region).has(topic::Topic::KIND, id);
    read().unwrap_or_default()
}

/// The name of a topic; empty when there is none.
pub(crate) fn topic_name(cloud: &Cloud, uin: &str, region: &str, id: &str) -> String {
    let read = || -> Result<_, StoreError> {
        let txn = cloud.store.read()?;
        txn.scope(uin, region).get::<topic::Topic>(id)
    };
    read().ok().flatten().map(|topic| topic.name).unwrap_or_default()
}

/// What tags are called in this service.
const TAG: [&str; 2] = ["Key", "Value"];
/// The longest list that a describe action answers.
const MOST: i64 = 100;
/// Who made what the platform makes for functions.
const PLATFORM: &str = "SCF";

/// A new id, a UUID; or the one that the caller wants.
fn new_id(call: &Call<'_>, wanted: Option<&str>) -> Result<String, StoreError> {
    if let Some(id) = wanted.filter(|id| !id.is_empty()) {
        return Ok(id.to_owned());
    }
    let stream = format!("{} {} cls", call.store.account(), call.region());
    Ok(call.cloud.ids.uuid(&stream, call.store.next("cls")?))
}

/// A name of 1 to 255 characters without `|`.
fn name(member: &str, name: &str) -> Result<String, Refusal> {
    if (1..=255).contains(&name.chars().count()) && !name.contains('|') {
        return Ok(name.to_owned());
    }
    refused(
        "InvalidParameter",
        format!("{member} must have 1 to 255 characters, none of them `|`."),
    )
}

fn filters<'a>(params: &Params<'a>) -> Result<Vec<Filter<'a>>, Refusal> {
    filters_by(params, "Key")
}

/// Whether an object fits a filter on tags; `None` when the filter is on something else.
fn tags_fit(filter: &Filter<'_>, tags: &Tags) -> Option<bool> {
    if filter.name == "tagKey" {
        return Some(filter.values.iter().any(|key| tags.have(key, &[])));
    }
    filter.name.strip_prefix("tag:").map(|key| tags.have(key, &filter.values))
}

fn unknown_filter<T>(filter: &Filter<'_>) -> Result<T, Refusal> {
    refused("InvalidParameter", format!("There is no filter `{}`.", filter.name))
}
