//! Log sets.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::topic::Topic;
use super::{MOST, PLATFORM, TAG, filters, name, new_id, tags_fit, unknown_filter};
use crate::call::Call;
use crate::clock::Time;
use crate::list::{Filter, Page, fits_all};
use crate::quotas;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::store::{Record, Scope, StoreError};
use crate::tags::{self, Tags};

/// A log set: topics of one purpose.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Logset {
    pub(super) name: String,
    /// Whether the platform made it for functions (R195).
    pub(super) platform: bool,
    created: Time,
}

impl Record for Logset {
    const KIND: &'static str = "cls.logset";
}

pub(super) fn named(here: &Scope<'_>, id: &str) -> Result<Logset, Refusal> {
    let text = || format!("There is no log set {id}.");
    here.get(id)?.ok_or_else(|| refuse("ResourceNotFound.LogsetNotExist", text()))
}

/// The log set of that name, with its id.
pub(super) fn of_name(
    here: &Scope<'_>,
    name: &str,
) -> Result<Option<(String, Logset)>, StoreError> {
    Ok(here.scan::<Logset>("")?.into_iter().find(|(_, logset)| logset.name == name))
}

pub(super) fn create(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let id = add(call, p.str("LogsetName"), p.text("LogsetId"), false)?;
    tags::set_from(call, tags::LOGSET, &id, &p.objects("Tags"), TAG)?;
    Ok(json!({"LogsetId": id}))
}

/// Makes a log set; its id.
pub(super) fn add(
    call: &Call<'_>,
    wanted: &str,
    id: Option<&str>,
    platform: bool,
) -> Result<String, Refusal> {
    let name = name("LogsetName", wanted)?;
    must_be_free(call, &name, "")?;
    let count = call.store.count::<Logset>("")? + 1;
    call.within(&quotas::LOGSETS, count, "delete one or raise the quota")?;
    let id = new_id(call, id)?;
    if call.store.has(Logset::KIND, &id)? {
        return refused("InvalidParameter.LogsetConflict", format!("There is a log set {id}."));
    }
    call.store.put(&id, &Logset { name, platform, created: call.now })?;
    Ok(id)
}

fn must_be_free(call: &Call<'_>, name: &str, own: &str) -> Result<(), Refusal> {
    match of_name(&call.store, name)? {
        Some((id, _)) if id != own => {
            let text = format!("The log set {id} is called {name} already.");
            refused("InvalidParameter.LogsetConflict", text)
        }
        _ => Ok(()),
    }
}

pub(super) fn modify(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let id = p.str("LogsetId");
    let mut logset = named(&call.store, id)?;
    if let Some(text) = p.text("LogsetName") {
        logset.name = name("LogsetName", text)?;
        must_be_free(call, &logset.name, id)?;
    }
    if p.has("Tags") {
        tags::set_from(call, tags::LOGSET, id, &p.objects("Tags"), TAG)?;
    }
    call.store.put(id, &logset)?;
    Ok(json!({}))
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let id = call.params.str("LogsetId");
    named(&call.store, id)?;
    if topics_of(call, id)? > 0 {
        let text = format!("The log set {id} has topics; delete them first.");
        return refused("FailedOperation.LogsetNotEmpty", text);
    }
    tags::forget(&call.store, tags::LOGSET, id)?;
    call.store.remove::<Logset>(id)?;
    Ok(json!({}))
}

fn topics_of(call: &Call<'_>, id: &str) -> Result<usize, StoreError> {
    let topics = call.store.scan::<Topic>("")?;
    Ok(topics.iter().filter(|(_, topic)| topic.logset == id).count())
}

pub(super) fn describe(call: &Call<'_>) -> Answer {
    let filters = filters(&call.params)?;
    let page = Page::of_ints(&call.params, MOST, "InvalidParameter")?;
    let mut found = Vec::new();
    for (id, logset) in call.store.scan::<Logset>("")? {
        let tags = tags::of(&call.store, tags::LOGSET, &id)?;
        if fits_all(&filters, |filter| logset.fits(&id, &tags, filter))? {
            found.push((id, logset, tags));
        }
    }
    found.sort_by_key(|(_, logset, _)| logset.created);
    let total = found.len();
    let mut shown = Vec::new();
    for (id, logset, tags) in page.of(found) {
        let topics = topics_of(call, &id)?;
        shown.push(logset.show(&id, &tags, topics));
    }
    Ok(json!({"TotalCount": total, "Logsets": shown}))
}

impl Logset {
    fn fits(&self, id: &str, tags: &Tags, filter: &Filter<'_>) -> Result<bool, Refusal> {
        Ok(match filter.name {
            "logsetId" => filter.is(id),
            "logsetName" => filter.is_in(&self.name),
            _ => match tags_fit(filter, tags) {
                Some(fits) => fits,
                None => return unknown_filter(filter),
            },
        })
    }

    fn show(&self, id: &str, tags: &Tags, topics: usize) -> Value {
        json!({
            "LogsetId": id,
            "LogsetName": self.name,
            "CreateTime": self.created.local(),
            "AssumerUin": 0,
            "AssumerName": if self.platform { PLATFORM } else { "" },
            "Tags": tags.list(TAG),
            "TopicCount": topics,
            "RoleName": "",
            "MetricTopicCount": 0,
        })
    }
}
