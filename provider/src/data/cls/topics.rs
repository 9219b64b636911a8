//! `tencentcloud_cls_topics`: log topics.
//! <https://www.tencentcloud.com/document/product/614/45012>

use tencentcloud_api::cls::{DescribeTopicsRequest, TopicInfo};
use tencentcloud_api::page;
use tf_protocol::{DataSource, Problem};
use tf_schema::check::{Check, between};
use tf_schema::{Block, Field, Resource, Set, Value};

use super::{Tag, asked, filter, filter_key, tags};
use crate::Cloud;
use crate::data::save;

/// Finds log topics.
#[derive(Resource, Default)]
pub struct Topics {
    /// Which names must fit as a whole, where usually a part is enough: 0 for none, 1 for those of
    /// topics, 2 for those of log sets, 3 for both.
    #[tf(optional, validate(between(0, 3)))]
    pub precise_search: Value<i64>,
    /// What is kept: 0 for logs, 1 for metrics.
    #[tf(optional, validate(between(0, 1)))]
    pub biz_type: Value<i64>,
    /// Path of a file into which the result is written as JSON.
    #[tf(optional)]
    pub result_output_file: Value<String>,
    /// Names what was asked for.
    #[tf(computed)]
    pub id: Value<String>,
    /// The topics, the oldest first.
    #[tf(computed)]
    pub topics: Value<Vec<Topic>>,
    /// Conditions, all of which a topic meets.
    #[tf(block, max(10))]
    pub filters: Value<Vec<Filter>>,
}

/// A condition.
#[derive(Block, Default)]
pub struct Filter {
    /// What is compared: `topicName`, `logsetName`, `topicId`, `logsetId`, `storageType`, `tagKey`, or
    /// `tag:` and the key of a tag.
    #[tf(required, validate(key))]
    pub key: Value<String>,
    /// With what, up to 100; one of them must fit.
    #[tf(required, validate(values))]
    pub values: Value<Set<String>>,
}

/// A topic.
#[derive(Block, Clone)]
pub struct Topic {
    /// Id of the topic.
    #[tf(computed)]
    pub topic_id: Value<String>,
    /// Its name.
    #[tf(computed)]
    pub topic_name: Value<String>,
    /// Id of its log set.
    #[tf(computed)]
    pub logset_id: Value<String>,
    /// Number of its partitions.
    #[tf(computed)]
    pub partition_count: Value<i64>,
    /// Whether it has an index that is on.
    #[tf(computed)]
    pub index: Value<bool>,
    /// The service that made it; empty for one of the user's own.
    #[tf(computed)]
    pub assumer_name: Value<String>,
    /// The part of the service that made it.
    #[tf(computed)]
    pub sub_assumer_name: Value<String>,
    /// When it was made.
    #[tf(computed)]
    pub create_time: Value<String>,
    /// Whether it takes logs.
    #[tf(computed)]
    pub status: Value<bool>,
    /// Whether partitions are split when there is too much for them.
    #[tf(computed)]
    pub auto_split: Value<bool>,
    /// Greatest number of partitions after splits.
    #[tf(computed)]
    pub max_split_partitions: Value<i64>,
    /// `hot` or `cold`.
    #[tf(computed)]
    pub storage_type: Value<String>,
    /// Days for which logs are kept; 3640 for ever.
    #[tf(computed)]
    pub period: Value<i64>,
    /// Days after which logs go to cold storage; 0 for never.
    #[tf(computed)]
    pub hot_period: Value<i64>,
    /// What it is for.
    #[tf(computed)]
    pub describes: Value<String>,
    /// 0 for logs, 1 for metrics.
    #[tf(computed)]
    pub biz_type: Value<i64>,
    /// Whether browsers may send logs without signing them.
    #[tf(computed)]
    pub is_web_tracking: Value<bool>,
    /// Its tags.
    #[tf(computed)]
    pub tags: Value<Vec<Tag>>,
}

fn key(key: &String) -> Check {
    let names = ["topicName", "logsetName", "topicId", "logsetId", "storageType", "tagKey"];
    filter_key(key, &names)
}

fn values(values: &Set<String>) -> Check {
    match values.iter().count() {
        1..=100 => Ok(()),
        count => Err(format!("Expected 1 to 100 values, got {count}.")),
    }
}

impl DataSource for Topics {
    const TYPE: &'static str = "tencentcloud_cls_topics";
    type Cloud = Cloud;

    async fn read(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let own = self.filters.known().map_or(&[][..], Vec::as_slice);
        let filters: Vec<_> = own.iter().map(|own| filter(&own.key, &own.values)).collect();
        self.id = format!("topics?{}", asked(&filters)).into();
        let request = DescribeTopicsRequest {
            filters: (!filters.is_empty()).then_some(filters),
            precise_search: self.precise_search.known().copied(),
            biz_type: self.biz_type.known().copied(),
            ..DescribeTopicsRequest::default()
        };
        let rows = page::all_pages(cloud, &request).await?;
        let found: Vec<_> = rows.into_iter().map(Topic::of).collect();
        save(&self.result_output_file, found.clone().write())?;
        self.topics = found.into();
        Ok(())
    }
}

impl Topic {
    fn of(found: TopicInfo) -> Topic {
        Topic {
            topic_id: found.topic_id.into(),
            topic_name: found.topic_name.into(),
            logset_id: found.logset_id.into(),
            partition_count: found.partition_count.into(),
            index: found.index.into(),
            assumer_name: found.assumer_name.into(),
            sub_assumer_name: found.sub_assumer_name.into(),
            create_time: found.create_time.into(),
            status: found.status.into(),
            auto_split: found.auto_split.into(),
            max_split_partitions: found.max_split_partitions.into(),
            storage_type: found.storage_type.into(),
            period: found.period.into(),
            hot_period: found.hot_period.into(),
            describes: found.describes.into(),
            biz_type: found.biz_type.into(),
            is_web_tracking: found.is_web_tracking.into(),
            tags: tags(found.tags),
        }
    }
}
