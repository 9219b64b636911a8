//! `tencentcloud_cos_buckets`: the account's buckets.
//! <https://www.tencentcloud.com/document/product/436/8291>

use std::collections::BTreeMap;

use tencentcloud_api::cos;
use tf_protocol::{DataSource, Lifecycle as _, Presence, Problem};
use tf_schema::{Block, Field, Resource, Value};

use crate::Cloud;
use crate::data::save;
use crate::resources::cos::bucket::{Bucket, Domain, Pull};

/// Finds the account's buckets in the provider's region.
#[derive(Resource, Default)]
pub struct Buckets {
    /// How the names of the buckets begin.
    #[tf(optional)]
    pub bucket_prefix: Value<String>,
    /// Tags that the buckets have.
    #[tf(optional)]
    pub tags: Value<BTreeMap<String, String>>,
    /// Path of a file into which the result is written as JSON.
    #[tf(optional)]
    pub result_output_file: Value<String>,
    /// Names what was asked for.
    #[tf(computed)]
    pub id: Value<String>,
    /// The buckets, in the order of their names.
    #[tf(computed)]
    pub bucket_list: Value<Vec<Row>>,
}

/// A bucket.
#[derive(Block, Clone)]
pub struct Row {
    /// Name of the bucket, with the APPID at its end.
    #[tf(computed)]
    pub bucket: Value<String>,
    /// Who may read and write the bucket's objects beside the owner.
    #[tf(computed)]
    pub acl: Value<String>,
    /// Who may do what, as an XML document.
    #[tf(computed)]
    pub acl_body: Value<String>,
    /// URL of the bucket.
    #[tf(computed)]
    pub cos_bucket_url: Value<String>,
    /// Tags of the bucket.
    #[tf(computed)]
    pub tags: Value<BTreeMap<String, String>>,
    /// Which pages of other origins may use the bucket.
    #[tf(computed)]
    pub cors_rules: Value<Vec<CorsRule>>,
    /// What happens to objects with time.
    #[tf(computed)]
    pub lifecycle_rules: Value<Vec<LifecycleRule>>,
    /// A static website of the bucket's objects.
    #[tf(computed)]
    pub website: Value<Vec<Website>>,
    /// Where objects come from that the bucket does not have.
    #[tf(computed)]
    pub origin_pull_rules: Value<Vec<OriginPull>>,
    /// Domains of the account's own, at which the bucket answers, too.
    #[tf(computed)]
    pub origin_domain_rules: Value<Vec<OriginDomain>>,
}

/// Which origins may do what.
#[derive(Block, Clone)]
pub struct CorsRule {
    /// Origins.
    #[tf(computed)]
    pub allowed_origins: Value<Vec<String>>,
    /// Methods.
    #[tf(computed)]
    pub allowed_methods: Value<Vec<String>>,
    /// Headers that requests may have.
    #[tf(computed)]
    pub allowed_headers: Value<Vec<String>>,
    /// Headers of answers that pages may read.
    #[tf(computed)]
    pub expose_headers: Value<Vec<String>>,
    /// How long browsers may remember the rule, in seconds.
    #[tf(computed)]
    pub max_age_seconds: Value<i64>,
}

/// What happens to some objects with time.
#[derive(Block, Clone)]
pub struct LifecycleRule {
    /// How the keys of the objects begin.
    #[tf(computed)]
    pub filter_prefix: Value<String>,
    /// Moves to other storage classes.
    #[tf(computed)]
    pub transition: Value<Vec<Transition>>,
    /// The end of the objects.
    #[tf(computed)]
    pub expiration: Value<Vec<Expiration>>,
    /// Moves of versions that were replaced to other storage classes.
    #[tf(computed)]
    pub non_current_transition: Value<Vec<NonCurrentTransition>>,
    /// The end of versions that were replaced.
    #[tf(computed)]
    pub non_current_expiration: Value<Vec<NonCurrentExpiration>>,
    /// The end of uploads that were not finished.
    #[tf(computed)]
    pub abort_incomplete_multipart_upload: Value<Vec<Abort>>,
}

/// A move to another storage class.
#[derive(Block, Clone)]
pub struct Transition {
    /// Date.
    #[tf(computed)]
    pub date: Value<String>,
    /// Days after the object was changed.
    #[tf(computed)]
    pub days: Value<i64>,
    /// The storage class.
    #[tf(computed)]
    pub storage_class: Value<String>,
}

/// The end of objects.
#[derive(Block, Clone)]
pub struct Expiration {
    /// Date.
    #[tf(computed)]
    pub date: Value<String>,
    /// Days after the object was changed.
    #[tf(computed)]
    pub days: Value<i64>,
}

/// A move of versions that were replaced.
#[derive(Block, Clone)]
pub struct NonCurrentTransition {
    /// Days after the version was replaced.
    #[tf(computed)]
    pub non_current_days: Value<i64>,
    /// The storage class.
    #[tf(computed)]
    pub storage_class: Value<String>,
}

/// The end of versions that were replaced.
#[derive(Block, Clone)]
pub struct NonCurrentExpiration {
    /// Days after the version was replaced.
    #[tf(computed)]
    pub non_current_days: Value<i64>,
}

/// The end of uploads that were not finished.
#[derive(Block, Clone)]
pub struct Abort {
    /// Days after the upload was begun.
    #[tf(computed)]
    pub days_after_initiation: Value<i64>,
}

/// A static website.
#[derive(Block, Clone)]
pub struct Website {
    /// Name of the page of a folder.
    #[tf(computed)]
    pub index_document: Value<String>,
    /// Key of the page in place of one that is missing.
    #[tf(computed)]
    pub error_document: Value<String>,
}

/// Where some objects come from.
#[derive(Block, Clone)]
pub struct OriginPull {
    /// Which rule counts first.
    #[tf(computed)]
    pub priority: Value<i64>,
    /// Host of the origin.
    #[tf(computed)]
    pub host: Value<String>,
    /// `Mirror`, `Proxy` or `Redirect`.
    #[tf(computed)]
    pub back_to_source_mode: Value<String>,
    /// Whether the mode is `Mirror`.
    #[tf(computed)]
    pub sync_back_to_source: Value<bool>,
    /// How the keys of the objects begin.
    #[tf(computed)]
    pub prefix: Value<String>,
    /// Protocol of the origin.
    #[tf(computed)]
    pub protocol: Value<String>,
    /// Whether the origin gets the query of the request.
    #[tf(computed)]
    pub follow_query_string: Value<bool>,
    /// Whether redirects of the origin are followed.
    #[tf(computed)]
    pub follow_redirection: Value<bool>,
    /// Names of headers of the request that the origin gets.
    #[tf(computed)]
    pub follow_http_headers: Value<Vec<String>>,
    /// Headers that the origin gets beside them.
    #[tf(computed)]
    pub custom_http_headers: Value<BTreeMap<String, String>>,
}

/// A domain at which the bucket answers.
#[derive(Block, Clone)]
pub struct OriginDomain {
    /// The domain.
    #[tf(computed)]
    pub domain: Value<String>,
    /// What answers there.
    #[tf(computed)]
    pub r#type: Value<String>,
    /// `ENABLED` or `DISABLED`.
    #[tf(computed)]
    pub status: Value<String>,
}

impl DataSource for Buckets {
    const TYPE: &'static str = "tencentcloud_cos_buckets";
    type Cloud = Cloud;

    async fn read(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let (prefix, wanted) = (self.bucket_prefix.or_default(), self.tags.or_default());
        let mut found = Vec::new();
        for row in cos::list_buckets(cloud).await? {
            if row.location != cloud.region() || !row.name.starts_with(&prefix) {
                continue;
            }
            let mut bucket = Bucket { id: row.name.into(), ..Bucket::default() };
            // One that was deleted meanwhile is none.
            if bucket.read(cloud).await? == Presence::Gone {
                continue;
            }
            let tags = bucket.tags.or_default();
            if wanted.iter().all(|(key, value)| tags.get(key) == Some(value)) {
                found.push(Row::from(bucket));
            }
        }
        found.sort_by(|a, b| a.bucket.text().cmp(b.bucket.text()));
        save(&self.result_output_file, found.clone().write())?;
        self.id = format!("{}/{prefix}", cloud.region()).into();
        self.bucket_list = found.into();
        Ok(())
    }
}

/// The blocks of a resource as rows of a list.
fn rows<T: Clone, U>(
    blocks: impl IntoIterator<Item = T>,
    convert: impl Fn(T) -> U,
) -> Value<Vec<U>> {
    blocks.into_iter().map(convert).collect::<Vec<_>>().into()
}

impl From<Bucket> for Row {
    fn from(bucket: Bucket) -> Self {
        let all = |texts: Value<Vec<String>>| texts.or_default().into();
        let cors = bucket.cors_rules.into_known().unwrap_or_default();
        let lifecycle = bucket.lifecycle_rules.into_known().unwrap_or_default();
        let website = bucket.website.into_known().unwrap_or_default();
        Row {
            bucket: bucket.bucket,
            acl: bucket.acl,
            acl_body: bucket.acl_body,
            cos_bucket_url: bucket.cos_bucket_url,
            tags: bucket.tags.or_default().into(),
            cors_rules: rows(cors, |rule| CorsRule {
                allowed_origins: rule.allowed_origins,
                allowed_methods: rule.allowed_methods,
                allowed_headers: rule.allowed_headers,
                expose_headers: all(rule.expose_headers),
                max_age_seconds: rule.max_age_seconds,
            }),
            lifecycle_rules: rows(lifecycle, LifecycleRule::from),
            website: rows(website, |site| Website {
                index_document: site.index_document,
                error_document: site.error_document,
            }),
            origin_pull_rules: rows(
                bucket.origin_pull_rules.into_known().unwrap_or_default(),
                OriginPull::from,
            ),
            origin_domain_rules: rows(
                bucket.origin_domain_rules.into_known().unwrap_or_default(),
                |Domain { domain, r#type, status }| OriginDomain { domain, r#type, status },
            ),
        }
    }
}

impl From<crate::resources::cos::bucket::LifecycleRule> for LifecycleRule {
    fn from(rule: crate::resources::cos::bucket::LifecycleRule) -> Self {
        LifecycleRule {
            filter_prefix: rule.filter_prefix.or_default().into(),
            transition: rows(rule.transition.into_known().into_iter().flatten(), |step| {
                Transition { date: step.date, days: step.days, storage_class: step.storage_class }
            }),
            expiration: rows(rule.expiration.into_known().into_iter().flatten(), |end| {
                Expiration { date: end.date, days: end.days }
            }),
            non_current_transition: rows(
                rule.non_current_transition.into_known().into_iter().flatten(),
                |step| NonCurrentTransition {
                    non_current_days: step.non_current_days,
                    storage_class: step.storage_class,
                },
            ),
            non_current_expiration: rows(
                rule.non_current_expiration.into_known().into_iter().flatten(),
                |end| NonCurrentExpiration { non_current_days: end.non_current_days },
            ),
            abort_incomplete_multipart_upload: rows(
                rule.abort_incomplete_multipart_upload.into_known().into_iter().flatten(),
                |abort| Abort { days_after_initiation: abort.days_after_initiation },
            ),
        }
    }
}

impl From<Pull> for OriginPull {
    fn from(pull: Pull) -> Self {
        let followed = pull.follow_http_headers.into_known().into_iter().flatten();
        OriginPull {
            priority: pull.priority,
            host: pull.host,
            back_to_source_mode: pull.back_to_source_mode,
            sync_back_to_source: pull.sync_back_to_source,
            prefix: pull.prefix,
            protocol: pull.protocol,
            follow_query_string: pull.follow_query_string,
            follow_redirection: pull.follow_redirection,
            follow_http_headers: followed.collect::<Vec<_>>().into(),
            custom_http_headers: pull.custom_http_headers.or_default().into(),
        }
    }
}
