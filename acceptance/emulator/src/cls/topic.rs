//! Topics: where logs are kept, for how long, and in how many partitions.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::index::Index;
use super::{MOST, PLATFORM, TAG, filters, logset, name, new_id, tags_fit, unknown_filter};
use crate::call::Call;
use crate::clock::Time;
use crate::list::{Filter, Page, fits_all};
use crate::params::Params;
use crate::quotas;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::scf::trigger::topic::Topic as LogTopic;
use crate::scf::trigger::{self, Kind};
use crate::store::{Record, Scope};
use crate::tags::{self, Tags};

/// The period that stands for "for ever".
const FOR_EVER: i64 = 3640;

/// A topic.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Topic {
    pub(super) logset: String,
    pub(super) name: String,
    /// Whether the platform made it for functions (R195).
    pub(super) platform: bool,
    /// Days for which logs are kept.
    pub(super) period: i64,
    status: bool,
    partitions: i64,
    auto_split: bool,
    most_partitions: i64,
    storage: String,
    hot_period: i64,
    describes: String,
    biz_type: i64,
    web_tracking: bool,
    source_from: bool,
    billing: i64,
    encryption: i64,
    kms: Option<String>,
    extends: Option<String>,
    created: Time,
}

impl Record for Topic {
    const KIND: &'static str = "cls.topic";
}

pub(super) fn named(here: &Scope<'_>, id: &str) -> Result<Topic, Refusal> {
    let text = || format!("There is no topic {id}.");
    here.get(id)?.ok_or_else(|| refuse("ResourceNotFound.TopicNotExist", text()))
}

pub(super) fn create(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let mut topic = Topic::usual(call, p.str("LogsetId"), p.str("TopicName"))?;
    topic.apply(p)?;
    if let Some(kind) = p.int("BizType") {
        if ![0, 1].contains(&kind) {
            return refused("InvalidParameter", "BizType must be 0 (logs) or 1 (metrics).");
        }
        topic.biz_type = kind;
    }
    let id = add(call, &topic, p.text("TopicId"))?;
    tags::set_from(call, tags::TOPIC, &id, &p.objects("Tags"), TAG)?;
    Ok(json!({"TopicId": id}))
}

/// Stores a new topic; its id.
pub(super) fn add(call: &Call<'_>, topic: &Topic, id: Option<&str>) -> Result<String, Refusal> {
    logset::named(&call.store, &topic.logset)?;
    must_be_free(call, topic, "")?;
    let count = call.store.count::<Topic>("")? + 1;
    call.within(&quotas::TOPICS, count, "delete one or raise the quota")?;
    let id = new_id(call, id)?;
    if call.store.has(Topic::KIND, &id)? {
        return refused("InvalidParameter.TopicConflict", format!("There is a topic {id}."));
    }
    call.store.put(&id, topic)?;
    Ok(id)
}

fn must_be_free(call: &Call<'_>, topic: &Topic, own: &str) -> Result<(), Refusal> {
    let same = |(id, other): &(String, Topic)| {
        id != own && other.logset == topic.logset && other.name == topic.name
    };
    match call.store.scan::<Topic>("")?.into_iter().find(same) {
        Some((id, _)) => {
            let text = format!("The topic {id} of this log set is called {} already.", topic.name);
            refused("InvalidParameter.TopicConflict", text)
        }
        None => Ok(()),
    }
}

pub(super) fn modify(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let id = p.str("TopicId");
    let mut topic = named(&call.store, id)?;
    if let Some(text) = p.text("TopicName") {
        topic.name = name("TopicName", text)?;
        must_be_free(call, &topic, id)?;
    }
    if let Some(status) = p.bool("Status") {
        topic.status = status;
    }
    topic.apply(p)?;
    if p.has("Tags") {
        tags::set_from(call, tags::TOPIC, id, &p.objects("Tags"), TAG)?;
    }
    call.store.put(id, &topic)?;
    Ok(json!({}))
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let id = call.params.str("TopicId");
    named(&call.store, id)?;
    if let Some((key, _)) = trigger::find(&call.store, Kind::Cls, id)? {
        let text = format!("Lines of the topic {id} call a function: delete the trigger {key}.");
        return refused("OperationDenied.TopicHasDeliverFunction", text);
    }
    tags::forget(&call.store, tags::TOPIC, id)?;
    call.store.remove::<Index>(id)?;
    call.store.remove::<Topic>(id)?;
    call.store.forget_logs(id, None)?;
    let topic = of_logs(call, id);
    call.after(move |cloud| cloud.called.logs.forget(&topic));
    Ok(json!({}))
}

/// What a topic's logs are kept under.
pub(super) fn of_logs(call: &Call<'_>, id: &str) -> LogTopic {
    LogTopic {
        uin: call.store.account().to_owned(),
        region: call.region().to_owned(),
        id: id.to_owned(),
    }
}

pub(super) fn describe(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let (filters, precise) = (filters(p)?, p.int("PreciseSearch").unwrap_or(0));
    if !(0..=3).contains(&precise) {
        return refused("InvalidParameter", "PreciseSearch must be 0 to 3.");
    }
    let page = Page::of_ints(p, MOST, "InvalidParameter")?;
    let mut found = Vec::new();
    for (id, topic) in call.store.scan::<Topic>("")? {
        let tags = tags::of(&call.store, tags::TOPIC, &id)?;
        let set = call.store.get::<logset::Logset>(&topic.logset)?;
        let set = set.map(|set| set.name).unwrap_or_default();
        let fits = fits_all(&filters, |filter| topic.fits(&id, &set, &tags, precise, filter))?;
        if fits && p.int("BizType").is_none_or(|kind| kind == topic.biz_type) {
            found.push((id, topic, tags));
        }
    }
    found.sort_by_key(|(_, topic, _)| topic.created);
    let total = found.len();
    let mut shown = Vec::new();
    for (id, topic, tags) in page.of(found) {
        let indexed = call.store.get::<Index>(&id)?.is_some_and(|index| index.status);
        shown.push(topic.show(&id, &tags, indexed)?);
    }
    Ok(json!({"Topics": shown, "TotalCount": total}))
}

impl Topic {
    /// What a topic is of which only the name is said.
    pub(super) fn usual(call: &Call<'_>, logset: &str, wanted: &str) -> Result<Self, Refusal> {
        Ok(Self {
            logset: logset.to_owned(),
            name: name("TopicName", wanted)?,
            platform: false,
            period: 30,
            status: true,
            partitions: 1,
            auto_split: true,
            most_partitions: 50,
            storage: "hot".to_owned(),
            hot_period: 0,
            describes: String::new(),
            biz_type: 0,
            web_tracking: false,
            source_from: false,
            billing: 0,
            encryption: 0,
            kms: None,
            extends: None,
            created: call.now,
        })
    }

    /// Takes over what a create or modify call says; what it leaves out stays.
    fn apply(&mut self, p: &Params<'_>) -> Result<(), Refusal> {
        for (member, slot) in [
            ("PartitionCount", &mut self.partitions),
            ("MaxSplitPartitions", &mut self.most_partitions),
            ("Period", &mut self.period),
            ("HotPeriod", &mut self.hot_period),
            ("Encryption", &mut self.encryption),
            ("BillingMode", &mut self.billing),
        ] {
            *slot = p.int(member).unwrap_or(*slot);
        }
        for (member, slot) in [
            ("AutoSplit", &mut self.auto_split),
            ("IsWebTracking", &mut self.web_tracking),
            ("IsSourceFrom", &mut self.source_from),
        ] {
            *slot = p.bool(member).unwrap_or(*slot);
        }
        for (member, slot) in
            [("StorageType", &mut self.storage), ("Describes", &mut self.describes)]
        {
            if let Some(text) = p.text(member) {
                text.clone_into(slot);
            }
        }
        // Kept as text: what is stored of it is only shown again.
        for (member, slot) in [("CustomKmsInfo", &mut self.kms), ("Extends", &mut self.extends)] {
            if let Some(value) = p.get(member) {
                *slot = Some(value.to_string());
            }
        }
        self.check()
    }

    fn check(&self) -> Result<(), Refusal> {
        if !(1..=10).contains(&self.partitions) {
            return refused("LimitExceeded.Partition", "PartitionCount must be 1 to 10.");
        }
        let least = match self.storage.as_str() {
            "hot" => 1,
            "cold" => 7,
            _ => return refused("InvalidParameter", "StorageType must be hot or cold."),
        };
        let kept = (least..=3600).contains(&self.period) || self.period == FOR_EVER;
        let hot = self.hot_period == 0 || (7..self.period).contains(&self.hot_period);
        let text = match () {
            () if !(1..=50).contains(&self.most_partitions) => {
                "MaxSplitPartitions must be 1 to 50."
            }
            () if !kept => "Period must be 1 to 3600 days (cold: from 7), or 3640 for ever.",
            () if !hot => "HotPeriod must be 0, or from 7 days and less than Period.",
            () => return Ok(()),
        };
        refused("InvalidParameter", text)
    }

    fn fits(
        &self,
        id: &str,
        logset: &str,
        tags: &Tags,
        precise: i64,
        filter: &Filter<'_>,
    ) -> Result<bool, Refusal> {
        let text = |exact: bool, text: &str| match exact {
            true => filter.is(text),
            false => filter.is_in(text),
        };
        Ok(match filter.name {
            "topicId" => filter.is(id),
            "logsetId" => filter.is(&self.logset),
            "storageType" => filter.is(&self.storage),
            "topicName" => text(precise & 1 == 1, &self.name),
            "logsetName" => text(precise & 2 == 2, logset),
            _ => match tags_fit(filter, tags) {
                Some(fits) => fits,
                None => return unknown_filter(filter),
            },
        })
    }

    fn show(&self, id: &str, tags: &Tags, indexed: bool) -> Answer {
        let mut shown = json!({
            "LogsetId": self.logset,
            "TopicId": id,
            "TopicName": self.name,
            "PartitionCount": self.partitions,
            "Index": indexed,
            "AssumerUin": 0,
            "AssumerName": if self.platform { PLATFORM } else { "" },
            "CreateTime": self.created.local(),
            "Status": self.status,
            "Tags": tags.list(TAG),
            "RoleName": "",
            "AutoSplit": self.auto_split,
            "MaxSplitPartitions": self.most_partitions,
            "StorageType": self.storage,
            "Period": self.period,
            "SubAssumerName": "",
            "Describes": self.describes,
            "HotPeriod": self.hot_period,
            "KeyId": "",
            "BizType": self.biz_type,
            "IsWebTracking": self.web_tracking,
            "IsSourceFrom": self.source_from,
            "BillingMode": self.billing,
        });
        for (member, text) in [("CustomKmsInfo", &self.kms), ("Extends", &self.extends)] {
            if let Some(text) = text {
                shown[member] = stored(text)?;
            }
        }
        Ok(shown)
    }
}

/// A document that was stored as text.
pub(super) fn stored(text: &str) -> Result<Value, Refusal> {
    serde_json::from_str(text)
        .map_err(|_| refuse("InternalError", "A stored document is not readable."))
}
