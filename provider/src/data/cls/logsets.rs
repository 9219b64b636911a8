//! `tencentcloud_cls_logsets`: log sets.
//! <https://www.tencentcloud.com/document/product/614/45013>

use tencentcloud_api::cls::{DescribeLogsetsRequest, LogsetInfo};
use tencentcloud_api::page;
use tf_protocol::{DataSource, Problem};
use tf_schema::check::Check;
use tf_schema::{Block, Field, Resource, Set, Value};

use super::{Tag, asked, filter, filter_key, tags};
use crate::Cloud;
use crate::data::save;

/// Finds log sets.
#[derive(Resource, Default)]
pub struct Logsets {
    /// Path of a file into which the result is written as JSON.
    #[tf(optional)]
    pub result_output_file: Value<String>,
    /// Names what was asked for.
    #[tf(computed)]
    pub id: Value<String>,
    /// The log sets, the oldest first.
    #[tf(computed)]
    pub logsets: Value<Vec<Logset>>,
    /// Conditions, all of which a log set meets.
    #[tf(block, max(10))]
    pub filters: Value<Vec<Filter>>,
}

/// A condition.
#[derive(Block, Default)]
pub struct Filter {
    /// What is compared: `logsetName`, of which a part is enough, `logsetId`, `tagKey`, or `tag:` and
    /// the key of a tag.
    #[tf(required, validate(key))]
    pub key: Value<String>,
    /// With what, up to 5; one of them must fit.
    #[tf(required, validate(values))]
    pub values: Value<Set<String>>,
}

/// A log set.
#[derive(Block, Clone)]
pub struct Logset {
    /// Id of the log set.
    #[tf(computed)]
    pub logset_id: Value<String>,
    /// Its name.
    #[tf(computed)]
    pub logset_name: Value<String>,
    /// When it was made.
    #[tf(computed)]
    pub create_time: Value<String>,
    /// The service that made it; empty for one of the user's own.
    #[tf(computed)]
    pub assumer_name: Value<String>,
    /// The role of the service that made it.
    #[tf(computed)]
    pub role_name: Value<String>,
    /// How many topics it has.
    #[tf(computed)]
    pub topic_count: Value<i64>,
    /// Its tags.
    #[tf(computed)]
    pub tags: Value<Vec<Tag>>,
}

fn key(key: &String) -> Check {
    filter_key(key, &["logsetName", "logsetId", "tagKey"])
}

fn values(values: &Set<String>) -> Check {
    match values.iter().count() {
        1..=5 => Ok(()),
        count => Err(format!("Expected 1 to 5 values, got {count}.")),
    }
}

impl DataSource for Logsets {
    const TYPE: &'static str = "tencentcloud_cls_logsets";
    type Cloud = Cloud;

    async fn read(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let own = self.filters.known().map_or(&[][..], Vec::as_slice);
        let filters: Vec<_> = own.iter().map(|own| filter(&own.key, &own.values)).collect();
        self.id = format!("logsets?{}", asked(&filters)).into();
        let filters = (!filters.is_empty()).then_some(filters);
        let request = DescribeLogsetsRequest { filters, ..DescribeLogsetsRequest::default() };
        let rows = page::all_pages(cloud, &request).await?;
        let found: Vec<_> = rows.into_iter().map(Logset::of).collect();
        save(&self.result_output_file, found.clone().write())?;
        self.logsets = found.into();
        Ok(())
    }
}

impl Logset {
    fn of(found: LogsetInfo) -> Logset {
        Logset {
            logset_id: found.logset_id.into(),
            logset_name: found.logset_name.into(),
            create_time: found.create_time.into(),
            assumer_name: found.assumer_name.into(),
            role_name: found.role_name.into(),
            topic_count: found.topic_count.into(),
            tags: tags(found.tags),
        }
    }
}
