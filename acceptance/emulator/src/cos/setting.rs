//! What is set on a bucket: each a document that is checked, kept, and acted on.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::acl::Acl;
use super::bucket::Bucket;
use super::request::{Answer, Reply, Request};
use super::xml;
use crate::refusal::{Refusal, refused};

/// Tags of a bucket or an object.
const MOST_TAGS: usize = 50;
const MOST_OBJECT_TAGS: usize = 10;
const MOST_RULES: usize = 1000;

/// Whether versions are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Versioning {
    #[serde(skip_serializing_if = "String::is_empty", default)]
    status: String,
}

impl Versioning {
    pub(super) fn is_on(&self) -> bool {
        self.status == "Enabled"
    }
}

/// Tags of a bucket or an object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TagSet {
    #[serde(rename = "Tag", default)]
    pub(super) tags: Vec<Tag>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    pub(super) key: String,
    #[serde(default)]
    pub(super) value: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Tagging {
    #[serde(rename = "TagSet", default)]
    set: TagSet,
}

/// Which pages of other origins may use the bucket.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Cors {
    #[serde(rename = "CORSRule", default)]
    pub(super) rules: Vec<CorsRule>,
    #[serde(rename = "ResponseVary", default, skip_serializing_if = "Option::is_none")]
    pub(super) vary: Option<bool>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct CorsRule {
    #[serde(rename = "ID", default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(rename = "AllowedOrigin", default)]
    pub(super) origins: Vec<String>,
    #[serde(rename = "AllowedMethod", default)]
    pub(super) methods: Vec<String>,
    #[serde(rename = "AllowedHeader", default)]
    pub(super) headers: Vec<String>,
    #[serde(rename = "ExposeHeader", default)]
    pub(super) exposed: Vec<String>,
    #[serde(rename = "MaxAgeSeconds", default, skip_serializing_if = "Option::is_none")]
    pub(super) max_age: Option<i64>,
}

/// What happens to objects with time.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Lifecycle {
    #[serde(rename = "Rule", default)]
    pub(super) rules: Vec<LifecycleRule>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LifecycleRule {
    #[serde(rename = "ID", default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) filter: Option<Filter>,
    pub(super) status: String,
    #[serde(default)]
    pub(super) transition: Vec<Transition>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) expiration: Option<Expiration>,
    #[serde(default)]
    pub(super) noncurrent_version_transition: Vec<NoncurrentTransition>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) noncurrent_version_expiration: Option<NoncurrentExpiration>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) abort_incomplete_multipart_upload: Option<Abort>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Filter {
    #[serde(default)]
    pub(super) prefix: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Transition {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) days: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) date: Option<String>,
    pub(super) storage_class: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Expiration {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) days: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) expired_object_delete_marker: Option<bool>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct NoncurrentTransition {
    pub(super) noncurrent_days: i64,
    pub(super) storage_class: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct NoncurrentExpiration {
    pub(super) noncurrent_days: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Abort {
    pub(super) days_after_initiation: i64,
}

/// A static website.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Website {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) index_document: Option<Index>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) error_document: Option<ErrorDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) redirect_all_requests_to: Option<RedirectAll>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) routing_rules: Option<RoutingRules>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Index {
    pub(super) suffix: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ErrorDocument {
    pub(super) key: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RedirectAll {
    pub(super) protocol: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct RoutingRules {
    #[serde(rename = "RoutingRule", default)]
    pub(super) rules: Vec<RoutingRule>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RoutingRule {
    pub(super) condition: Condition,
    pub(super) redirect: Redirect,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Condition {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) http_error_code_returned_equals: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key_prefix_equals: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Redirect {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) protocol: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) replace_key_with: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) replace_key_prefix_with: Option<String>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Accelerate {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    status: String,
}

impl TagSet {
    /// The tags of a document.
    ///
    /// # Errors
    /// `MalformedXML`, `InvalidTag`, `BadRequest`.
    pub(super) fn read(document: &[u8], most: usize) -> Result<Self, Refusal> {
        let set = xml::read::<Tagging>(document)?.set;
        set.check(most)?;
        Ok(set)
    }

    /// The tags of an object in the form of a query, as a header carries them.
    ///
    /// # Errors
    /// `InvalidTag`, `BadRequest`.
    pub(super) fn of_header(text: &str) -> Result<Self, Refusal> {
        let pairs = super::address::query(text).unwrap_or_default().into_iter();
        let set = Self { tags: pairs.map(|(key, value)| Tag { key, value }).collect() };
        set.check(MOST_OBJECT_TAGS)?;
        Ok(set)
    }

    fn check(&self, most: usize) -> Result<(), Refusal> {
        if self.tags.len() > most {
            let text = format!("At most {most} tags are allowed, got {}.", self.tags.len());
            return refused("BadRequest", text);
        }
        let keys: BTreeSet<_> = self.tags.iter().map(|tag| &tag.key).collect();
        let long = |tag: &Tag| {
            tag.key.is_empty() || tag.key.chars().count() > 127 || tag.value.chars().count() > 255
        };
        if keys.len() < self.tags.len() || self.tags.iter().any(long) {
            return refused("InvalidTag", "Keys of tags are 1 to 127 characters, each given once.");
        }
        Ok(())
    }

    /// The answer that shows them.
    pub(super) fn reply(&self) -> Answer {
        if self.tags.is_empty() {
            return refused("NoSuchTagSet", "There are no tags.");
        }
        Ok(Reply::xml(xml::write("Tagging", &Tagging { set: self.clone() })?))
    }
}

/// The tags that a request gives an object.
///
/// # Errors
/// As [`TagSet::read`].
pub(super) fn object_tags(document: &[u8]) -> Result<TagSet, Refusal> {
    TagSet::read(document, MOST_OBJECT_TAGS)
}

/// Changes the bucket for its owner.
pub(super) fn change(
    request: &Request<'_>,
    status: u16,
    change: impl FnOnce(&mut Bucket),
) -> Answer {
    let mut bucket = request.owned_bucket()?;
    change(&mut bucket);
    request.store.put(request.bucket_name(), &bucket)?;
    Ok(Reply::empty(status))
}

/// Shows a document that may not be there.
pub(super) fn show<T: Serialize>(root: &str, value: Option<T>, missing: &'static str) -> Answer {
    match value {
        Some(value) => Ok(Reply::xml(xml::write(root, &value)?)),
        None => refused(missing, "The configuration does not exist."),
    }
}

pub(super) fn get_acl(request: &Request<'_>) -> Answer {
    request.owned_bucket()?.acl.reply(request.store.account())
}

pub(super) fn put_acl(request: &Request<'_>) -> Answer {
    let acl = Acl::of(request)?;
    change(request, 200, |bucket| bucket.acl = acl)
}

pub(super) fn get_versioning(request: &Request<'_>) -> Answer {
    let versioning = request.owned_bucket()?.versioning.unwrap_or_default();
    Ok(Reply::xml(xml::write("VersioningConfiguration", &versioning)?))
}

pub(super) fn put_versioning(request: &Request<'_>) -> Answer {
    let versioning: Versioning = xml::read(request.body)?;
    if !["Enabled", "Suspended"].contains(&&*versioning.status) {
        return refused("MalformedXML", "The Status is Enabled or Suspended.");
    }
    let bucket = request.owned_bucket()?;
    let needed = match &bucket {
        _ if versioning.is_on() => None,
        Bucket { replication: Some(_), .. } => Some("objects are replicated"),
        Bucket { lock: Some(_), .. } if bucket.keeps_versions() => Some("objects can be locked"),
        _ => None,
    };
    if let Some(why) = needed {
        let text = format!("Versioning cannot be suspended while {why} in the bucket.");
        return refused("InvalidBucketState", text);
    }
    change(request, 200, |bucket| bucket.versioning = Some(versioning))
}

pub(super) fn get_tagging(request: &Request<'_>) -> Answer {
    request.owned_bucket()?.tags.reply()
}

pub(super) fn put_tagging(request: &Request<'_>) -> Answer {
    let tags = TagSet::read(request.body, MOST_TAGS)?;
    change(request, 204, |bucket| bucket.tags = tags)
}

pub(super) fn delete_tagging(request: &Request<'_>) -> Answer {
    change(request, 204, |bucket| bucket.tags = TagSet::default())
}

pub(super) fn get_cors(request: &Request<'_>) -> Answer {
    show("CORSConfiguration", request.owned_bucket()?.cors, "NoSuchCORSConfiguration")
}

pub(super) fn put_cors(request: &Request<'_>) -> Answer {
    let cors: Cors = xml::read(request.body)?;
    let methods = ["GET", "PUT", "HEAD", "POST", "DELETE"];
    let sound = |rule: &CorsRule| {
        !rule.origins.is_empty()
            && !rule.methods.is_empty()
            && rule.methods.iter().all(|method| methods.contains(&&**method))
            && rule.origins.iter().all(|origin| origin.matches('*').count() <= 1)
    };
    if cors.rules.is_empty() || cors.rules.len() > 100 || !cors.rules.iter().all(sound) {
        let text = "1 to 100 rules, each with origins and methods of GET, PUT, HEAD, POST, DELETE.";
        return refused("MalformedXML", text);
    }
    change(request, 200, |bucket| bucket.cors = Some(cors))
}

pub(super) fn delete_cors(request: &Request<'_>) -> Answer {
    change(request, 204, |bucket| bucket.cors = None)
}

pub(super) fn get_lifecycle(request: &Request<'_>) -> Answer {
    let lifecycle = request.owned_bucket()?.lifecycle;
    show("LifecycleConfiguration", lifecycle, "NoSuchLifecycleConfiguration")
}

pub(super) fn put_lifecycle(request: &Request<'_>) -> Answer {
    let mut lifecycle: Lifecycle = xml::read(request.body)?;
    if lifecycle.rules.is_empty() || lifecycle.rules.len() > MOST_RULES {
        return refused("MalformedXML", "1 to 1000 rules are allowed.");
    }
    lifecycle.rules.iter().try_for_each(LifecycleRule::check)?;
    let ids: BTreeSet<_> = lifecycle.rules.iter().filter_map(|rule| rule.id.as_ref()).collect();
    if ids.len() < lifecycle.rules.iter().filter(|rule| rule.id.is_some()).count() {
        return refused("InvalidArgument", "Two rules have the same ID.");
    }
    for (index, rule) in lifecycle.rules.iter_mut().enumerate() {
        let given = || format!("id{}-{index}", request.now.0);
        rule.id.get_or_insert_with(given);
    }
    change(request, 200, |bucket| {
        bucket.lifecycle = Some(lifecycle);
        bucket.lifecycle_since = request.now.0;
    })
}

pub(super) fn delete_lifecycle(request: &Request<'_>) -> Answer {
    change(request, 204, |bucket| bucket.lifecycle = None)
}

pub(super) fn get_website(request: &Request<'_>) -> Answer {
    let website = request.owned_bucket()?.website;
    show("WebsiteConfiguration", website, "NoSuchWebsiteConfiguration")
}

pub(super) fn put_website(request: &Request<'_>) -> Answer {
    let website: Website = xml::read(request.body)?;
    let sound = website
        .index_document
        .as_ref()
        .is_some_and(|index| !index.suffix.is_empty() && !index.suffix.contains('/'));
    if !sound {
        return refused("MalformedXML", "The IndexDocument has a Suffix without slashes.");
    }
    change(request, 200, |bucket| bucket.website = Some(website))
}

pub(super) fn delete_website(request: &Request<'_>) -> Answer {
    change(request, 204, |bucket| bucket.website = None)
}

pub(super) fn get_accelerate(request: &Request<'_>) -> Answer {
    let status = if request.owned_bucket()?.accelerated { "Enabled" } else { "" }.to_owned();
    Ok(Reply::xml(xml::write("AccelerateConfiguration", &Accelerate { status })?))
}

pub(super) fn put_accelerate(request: &Request<'_>) -> Answer {
    let Accelerate { status } = xml::read(request.body)?;
    if !["Enabled", "Suspended"].contains(&&*status) {
        return refused("MalformedXML", "The Status is Enabled or Suspended.");
    }
    change(request, 200, |bucket| bucket.accelerated = status == "Enabled")
}
