//! `tencentcloud_cls_topic`: where logs are kept.
//! <https://www.tencentcloud.com/document/product/614/45012>

use std::time::SystemTime;

use tencentcloud_api::cls::{
    self, AnonymousInfo, ConditionInfo, CreateTopicRequest, DeleteTopicRequest,
    DescribeTopicsRequest, Filter, ModifyTopicRequest, TopicExtendInfo,
};
use tencentcloud_api::{page, tag};
use tf_protocol::{Lifecycle, Presence, Problem};
use tf_schema::check::{Check, between, length, one_of};
use tf_schema::{Block, Diagnostics, Resource, Value};

use super::{found_tags, name, request_tags};
use crate::{Cloud, create, tags};

/// A log topic: where logs are kept, for how long, and in how many partitions. Functions write into
/// it when `cls_topic_id` of `tencentcloud_scf_function` names it.
#[derive(Resource, Default)]
pub struct Topic {
    /// Id of the log set.
    #[tf(required, force_new)]
    pub logset_id: Value<String>,
    /// Name of the topic: 1 to 255 characters without `|`, unique in the log set.
    #[tf(required, validate(name))]
    pub topic_name: Value<String>,
    /// Number of partitions, 1 to 10.
    #[tf(optional, computed, stable, validate(between(1, 10)))]
    pub partition_count: Value<i64>,
    /// Whether partitions are split when there is too much for them.
    #[tf(optional, computed, stable)]
    pub auto_split: Value<bool>,
    /// Greatest number of partitions after splits, up to 50.
    #[tf(optional, computed, stable, validate(between(1, 50)))]
    pub max_split_partitions: Value<i64>,
    /// `hot` for logs that are searched at once, or `cold`, which costs less.
    #[tf(optional, computed, force_new, stable, validate(one_of(&["hot", "cold"])))]
    pub storage_type: Value<String>,
    /// Days for which logs are kept: 1 to 3600 (from 7 in cold storage), or 3640 for ever.
    #[tf(optional, computed, stable, validate(period))]
    pub period: Value<i64>,
    /// Days after which logs go from hot to cold storage: 0 for never, or from 7 and less than
    /// `period`.
    #[tf(optional, computed, stable, validate(hot_period))]
    pub hot_period: Value<i64>,
    /// What the topic is for.
    #[tf(optional, default = "", validate(length(0, 255)))]
    pub describes: Value<String>,
    /// Whether logs are encrypted: 0 or 1.
    #[tf(optional, computed, force_new, stable, validate(between(0, 1)))]
    pub encryption: Value<i64>,
    /// What is kept: 0 for logs, 1 for metrics.
    #[tf(optional, computed, force_new, stable, validate(between(0, 1)))]
    pub biz_type: Value<i64>,
    /// Whether browsers may send logs without signing them.
    #[tf(optional, computed, stable)]
    pub is_web_tracking: Value<bool>,
    /// Tags of the topic.
    #[tf(optional)]
    pub tags: tags::Tags,
    /// Id of the topic.
    #[tf(computed, stable)]
    pub id: Value<String>,
    /// Key by which logs are encrypted.
    #[tf(block, max(1), force_new)]
    pub custom_kms_info: Value<Vec<Kms>>,
    /// Further settings.
    #[tf(block, max(1))]
    pub extends: Value<Vec<Extends>>,
}

/// A key of the key management service.
#[derive(Block, Clone)]
pub struct Kms {
    /// Region of the key.
    #[tf(required)]
    pub kms_region: Value<String>,
    /// Id of the key.
    #[tf(required)]
    pub kms_key_id: Value<String>,
}

/// Further settings of a topic.
#[derive(Block, Clone)]
pub struct Extends {
    /// What anybody may do without signing.
    #[tf(block, max(1))]
    pub anonymous_access: Value<Vec<Anonymous>>,
}

/// What anybody may do without signing.
#[derive(Block, Clone)]
pub struct Anonymous {
    /// Operations, such as `trackLog` and `realtimeProducer`.
    #[tf(optional)]
    pub operations: Value<Vec<String>>,
    /// Conditions, which must all hold.
    #[tf(block)]
    pub conditions: Value<Vec<Condition>>,
}

/// A condition on who may do something without signing.
#[derive(Block, Clone)]
pub struct Condition {
    /// What is compared: `VpcID`.
    #[tf(optional)]
    pub attributes: Value<String>,
    /// How it is compared: 1 for equal, 2 for different.
    #[tf(optional)]
    pub rule: Value<i64>,
    /// With what it is compared.
    #[tf(optional)]
    pub condition_value: Value<String>,
}

/// The period that stands for "for ever".
const FOR_EVER: i64 = 3640;

fn period(days: &i64) -> Check {
    match days {
        1..=3600 | &FOR_EVER => Ok(()),
        _ => Err(format!("Expected 1 to 3600 days, or 3640 for ever, got {days}.")),
    }
}

fn hot_period(days: &i64) -> Check {
    match days {
        0 | 7.. => Ok(()),
        _ => Err(format!("Expected 0, or at least 7 days, got {days}.")),
    }
}

impl Lifecycle for Topic {
    const TYPE: &'static str = "tencentcloud_cls_topic";
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = self.to_create();
        let started = SystemTime::now();
        let made = cls::create_topic(cloud, &request).await;
        let made = made.map(|answer| answer.value.topic_id);
        self.id = create::nameless(made, started, self.look_for(cloud)).await?.into();
        Ok(())
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let kinds = match self.biz_type.known() {
            Some(kind) => vec![*kind],
            None => vec![0, 1],
        };
        for kind in kinds {
            if let Some(found) = cls::find_topic(cloud, self.id.text(), kind).await? {
                self.adopt(found);
                return Ok(Presence::Present);
            }
        }
        Ok(Presence::Gone)
    }

    async fn update(&mut self, prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        let request = self.to_modify(prior);
        let nothing = ModifyTopicRequest { topic_id: self.id.or_default(), ..Default::default() };
        if request != nothing {
            cls::modify_topic(cloud, &request).await?;
        }
        let resource =
            tag::resource_name("cls", cloud.region(), &format!("topic/{}", self.id.text()));
        tags::update(cloud, resource, &prior.tags, &self.tags).await?;
        Ok(())
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = DeleteTopicRequest { topic_id: self.id.or_default() };
        match cls::delete_topic(cloud, &request).await {
            Err(error) if !error.is_not_found() => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// `TOPIC`, or `TOPIC#KIND` with the kind 0 for logs or 1 for metrics.
    fn import(id: &str) -> Result<Self, Problem> {
        let (id, kind) = id.split_once('#').unwrap_or((id, "0"));
        let kind = match kind {
            "0" => 0,
            "1" => 1,
            _ => {
                let text = format!("Expected TOPIC, TOPIC#0 or TOPIC#1, got {id}#{kind}.");
                return Err(Problem::new("Invalid import id", text));
            }
        };
        Ok(Topic { id: id.into(), biz_type: kind.into(), ..Topic::default() })
    }

    fn validate(config: &Self, problems: &mut Diagnostics) {
        let (Some(&period), hot) = (config.period.known(), config.hot_period.known()) else {
            return;
        };
        if hot.is_some_and(|&hot| hot >= period) {
            let text = format!("Logs are kept for {period} days; hot_period must be less.");
            problems.error("hot_period", "Hot storage is too long", text);
        }
        if config.storage_type.text() == "cold" && period < 7 {
            let text = "In cold storage logs are kept for at least 7 days.";
            problems.error("period", "The period is too short", text);
        }
    }
}

impl Topic {
    fn to_create(&self) -> CreateTopicRequest {
        CreateTopicRequest {
            logset_id: self.logset_id.or_default(),
            topic_name: self.topic_name.or_default(),
            partition_count: self.partition_count.known().copied(),
            tags: request_tags(&self.tags),
            auto_split: self.auto_split.known().copied(),
            max_split_partitions: self.max_split_partitions.known().copied(),
            storage_type: self.storage_type.known().cloned(),
            period: self.period.known().copied(),
            describes: self.describes.known().cloned(),
            hot_period: self.hot_period.known().copied(),
            encryption: self.encryption.known().copied(),
            custom_kms_info: first(&self.custom_kms_info).map(|kms| cls::CustomKmsInfo {
                kms_region: kms.kms_region.or_default(),
                kms_key_id: kms.kms_key_id.or_default(),
            }),
            biz_type: self.biz_type.known().copied(),
            is_web_tracking: self.is_web_tracking.known().copied(),
            extends: first(&self.extends).map(to_extends),
            ..CreateTopicRequest::default()
        }
    }

    /// What differs.
    fn to_modify(&self, prior: &Self) -> ModifyTopicRequest {
        fn changed<T: Clone + PartialEq>(new: &Value<T>, old: &Value<T>) -> Option<T> {
            new.known().filter(|_| new != old).cloned()
        }
        let extends = |topic: &Self| first(&topic.extends).map(to_extends);
        let anonymous = extends(self);
        ModifyTopicRequest {
            topic_id: self.id.or_default(),
            topic_name: changed(&self.topic_name, &prior.topic_name),
            auto_split: changed(&self.auto_split, &prior.auto_split),
            max_split_partitions: changed(&self.max_split_partitions, &prior.max_split_partitions),
            period: changed(&self.period, &prior.period),
            describes: changed(&self.describes, &prior.describes),
            hot_period: changed(&self.hot_period, &prior.hot_period),
            is_web_tracking: changed(&self.is_web_tracking, &prior.is_web_tracking),
            partition_count: changed(&self.partition_count, &prior.partition_count),
            // Without a block, nobody may do anything any more.
            extends: (anonymous != extends(prior)).then(|| anonymous.unwrap_or_else(nobody)),
            ..ModifyTopicRequest::default()
        }
    }

    /// Topics of this one's name in its log set: id and time of creation.
    async fn look_for(&self, cloud: &Cloud) -> tencentcloud_api::Result<Vec<(String, String)>> {
        let request = DescribeTopicsRequest {
            filters: Some(vec![
                Filter::of("logsetId", self.logset_id.text()),
                Filter::of("topicName", self.topic_name.text()),
            ]),
            biz_type: self.biz_type.known().copied(),
            precise_search: Some(1),
            ..DescribeTopicsRequest::default()
        };
        let found = page::all_pages(cloud, &request).await?.into_iter();
        let same = found.filter(|topic| topic.topic_name == self.topic_name.text());
        Ok(same.map(|topic| (topic.topic_id, topic.create_time)).collect())
    }

    fn adopt(&mut self, found: cls::TopicInfo) {
        self.logset_id = found.logset_id.into();
        self.topic_name = found.topic_name.into();
        self.partition_count = found.partition_count.into();
        self.auto_split = found.auto_split.into();
        self.max_split_partitions = found.max_split_partitions.into();
        self.storage_type = found.storage_type.into();
        self.period = found.period.into();
        self.hot_period = found.hot_period.into();
        self.describes = found.describes.into();
        self.biz_type = found.biz_type.into();
        self.is_web_tracking = found.is_web_tracking.into();
        self.tags = tags::adopt(&self.tags, found_tags(found.tags));
        let encrypted = i64::from(found.custom_kms_info.is_some() || !found.key_id.is_empty());
        // The cloud tells only by which key it encrypts.
        self.encryption = self.encryption.known().copied().unwrap_or(encrypted).into();
        let kms = found.custom_kms_info.map(|kms| Kms {
            kms_region: kms.kms_region.into(),
            kms_key_id: kms.kms_key_id.into(),
        });
        self.custom_kms_info = kms.into_iter().collect::<Vec<_>>().into();
        self.adopt_extends(found.extends.and_then(|extends| extends.anonymous_access));
    }

    /// What is empty keeps the form in which the user wrote it.
    fn adopt_extends(&mut self, found: Option<AnonymousInfo>) {
        let found = found.unwrap_or_default();
        let written = first(&self.extends).map_or_else(nobody, to_extends);
        if written.anonymous_access.unwrap_or_default() == found && self.extends.is_known() {
            return;
        }
        let operations = found.operations.unwrap_or_default();
        let conditions = found.conditions.unwrap_or_default();
        if operations.is_empty() && conditions.is_empty() {
            self.extends = vec![].into();
            return;
        }
        let conditions = conditions.into_iter().map(|condition| Condition {
            attributes: condition.attributes.into(),
            rule: condition.rule.into(),
            condition_value: condition.condition_value.into(),
        });
        let access = Anonymous {
            operations: operations.into(),
            conditions: conditions.collect::<Vec<_>>().into(),
        };
        self.extends = vec![Extends { anonymous_access: vec![access].into() }].into();
    }
}

fn first<T>(blocks: &Value<Vec<T>>) -> Option<&T> {
    blocks.known()?.first()
}

/// Nobody may do anything without signing.
fn nobody() -> TopicExtendInfo {
    TopicExtendInfo { anonymous_access: Some(AnonymousInfo::default()) }
}

fn to_extends(extends: &Extends) -> TopicExtendInfo {
    let condition = |condition: &Condition| ConditionInfo {
        attributes: condition.attributes.known().cloned(),
        rule: condition.rule.known().copied(),
        condition_value: condition.condition_value.known().cloned(),
    };
    let conditions = |all: &Vec<Condition>| all.iter().map(condition).collect();
    let Some(access) = first(&extends.anonymous_access) else { return nobody() };
    let anonymous = AnonymousInfo {
        operations: access.operations.known().cloned(),
        conditions: access.conditions.known().filter(|all| !all.is_empty()).map(conditions),
    };
    TopicExtendInfo { anonymous_access: Some(anonymous) }
}
