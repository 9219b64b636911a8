//! Objects that are copied to another bucket.

use tencentcloud_api::cos::{
    ReplicaEncryption, ReplicationAnd, ReplicationConfiguration, ReplicationDestination,
    ReplicationFilter, ReplicationRule, ReplicationSwitch, SourceSelectionCriteria, Tag,
};
use tf_schema::check::{Check, one_of};
use tf_schema::{Block, Diagnostics, Path, Value};

use super::Bucket;
use super::tiering::Label;

const STATUSES: [&str; 2] = ["Enabled", "Disabled"];

/// What is copied, and where to.
#[derive(Block, Clone)]
pub struct Rule {
    /// The bucket to copy to, as `qcs::cos:REGION::NAME-APPID`; its versioning must be enabled.
    #[tf(required, validate(destination))]
    pub destination_bucket: Value<String>,
    /// Name of the rule.
    #[tf(optional)]
    pub id: Value<String>,
    /// `Enabled` or `Disabled`; must be set.
    #[tf(optional, validate(one_of(&STATUSES)))]
    pub status: Value<String>,
    /// Which rule counts where several fit an object.
    #[tf(optional)]
    pub priority: Value<i64>,
    /// How the keys of the objects begin.
    #[tf(optional, computed, stable)]
    pub prefix: Value<String>,
    /// Storage class of the copies, such as `STANDARD`; that of the objects where it is not set.
    #[tf(optional)]
    pub destination_storage_class: Value<String>,
    /// Id of the KMS key of the copies of objects that have one.
    #[tf(optional)]
    pub destination_encryption_kms_key_id: Value<String>,
    /// Which objects.
    #[tf(block, max(1))]
    pub filter: Value<Vec<Filter>>,
    /// Whether markers of deleted objects are copied, too.
    #[tf(block, max(1))]
    pub delete_marker_replication: Value<Vec<DeleteMarkers>>,
    /// Which encrypted objects are copied.
    #[tf(block, max(1))]
    pub source_selection_criteria: Value<Vec<Criteria>>,
}

/// Which objects.
#[derive(Block, Clone)]
pub struct Filter {
    /// How their keys begin.
    #[tf(optional, computed, stable)]
    pub prefix: Value<String>,
    /// Several conditions, all of which hold.
    #[tf(block, max(1))]
    pub and: Value<Vec<And>>,
}

/// Several conditions.
#[derive(Block, Clone)]
pub struct And {
    /// How the keys begin.
    #[tf(optional, computed, stable)]
    pub prefix: Value<String>,
    /// Tags that the objects have.
    #[tf(block)]
    pub tag: Value<Vec<Label>>,
}

/// Whether markers of deleted objects are copied.
#[derive(Block, Clone)]
pub struct DeleteMarkers {
    /// `Enabled` or `Disabled`.
    #[tf(optional, validate(one_of(&STATUSES)))]
    pub status: Value<String>,
}

/// Which encrypted objects are copied.
#[derive(Block, Clone)]
pub struct Criteria {
    /// Those that are encrypted with keys of KMS.
    #[tf(block, max(1))]
    pub sse_kms_encrypted_objects: Value<Vec<KmsObjects>>,
}

/// Objects that are encrypted with keys of KMS.
#[derive(Block, Clone)]
pub struct KmsObjects {
    /// `Enabled` or `Disabled`.
    #[tf(optional, computed, stable, validate(one_of(&STATUSES)))]
    pub status: Value<String>,
}

fn destination(text: &String) -> Check {
    let place = text.strip_prefix("qcs::cos:").and_then(|rest| rest.split_once("::"));
    match place {
        Some((region, name)) if !region.is_empty() && super::name(&name.to_owned()).is_ok() => {
            Ok(())
        }
        _ => Err(format!(
            "Expected a bucket as \"qcs::cos:ap-guangzhou::files-1250000000\", got {text:?}."
        )),
    }
}

/// Rules, their role and versioning go together.
pub(super) fn check(config: &Bucket, problems: &mut Diagnostics) {
    let rules = config.replica_rules.known().map(Vec::as_slice).unwrap_or_default();
    let has_role = config.replica_role.is_known_and(|role| !role.is_empty());
    let no_role =
        config.replica_role.is_null() || config.replica_role.is_known_and(String::is_empty);
    if !rules.is_empty() && no_role {
        let detail = "replica_rules need replica_role, such as qcs::cam::uin/UIN:uin/UIN.";
        problems.error("replica_role", "On whose behalf is not clear", detail);
    }
    if has_role && config.replica_rules.is_known_and(Vec::is_empty) {
        problems.error("replica_rules", "Nothing to copy", "replica_role needs replica_rules.");
    }
    if !rules.is_empty() || has_role {
        let unversioned =
            config.versioning_enable.is_null() || config.versioning_enable.is_known_and(|on| !*on);
        if unversioned {
            let detail = "Only a bucket with versioning_enable = true can be copied from.";
            problems.error("versioning_enable", "Copies need versions", detail);
        }
    }
    for (index, rule) in rules.iter().enumerate() {
        let path = Path::attribute("replica_rules").index(index);
        if rule.status.is_null() {
            let detail = "Set status to Enabled or Disabled.";
            problems.error(path.name("status"), "Whether the rule counts is not clear", detail);
        }
        let own = config
            .bucket
            .known()
            .is_some_and(|own| rule.destination_bucket.text().ends_with(&format!("::{own}")));
        if own {
            let detail = "A bucket cannot be copied to itself.";
            problems.error(path.name("destination_bucket"), "No other bucket", detail);
        }
    }
}

fn first<T>(blocks: &Value<Vec<T>>) -> Option<&T> {
    blocks.known()?.first()
}

pub(super) fn to_api(bucket: &Bucket) -> Option<ReplicationConfiguration> {
    let rules = bucket.replica_rules.known().filter(|rules| !rules.is_empty())?;
    let rules = rules.iter().map(to_rule).collect();
    Some(ReplicationConfiguration { role: bucket.replica_role.or_default(), rules })
}

fn to_rule(rule: &Rule) -> ReplicationRule {
    let text = |value: &Value<String>| value.known().filter(|text| !text.is_empty()).cloned();
    let tags = |tags: &Value<Vec<Label>>| -> Vec<Tag> {
        let tags = tags.known().into_iter().flatten();
        tags.map(|tag| Tag { key: tag.key.or_default(), value: tag.value.or_default() }).collect()
    };
    let switch = |status: &Value<String>| ReplicationSwitch { status: status.or_default() };
    ReplicationRule {
        status: rule.status.or_default(),
        id: text(&rule.id),
        priority: rule.priority.known().copied(),
        prefix: text(&rule.prefix),
        filter: first(&rule.filter).map(|filter| ReplicationFilter {
            and: first(&filter.and)
                .map(|and| ReplicationAnd { prefix: text(&and.prefix), tags: tags(&and.tag) }),
            prefix: text(&filter.prefix),
        }),
        destination: ReplicationDestination {
            bucket: rule.destination_bucket.or_default(),
            storage_class: text(&rule.destination_storage_class),
            encryption: text(&rule.destination_encryption_kms_key_id)
                .map(|key| ReplicaEncryption { key }),
        },
        delete_markers: first(&rule.delete_marker_replication).map(|it| switch(&it.status)),
        criteria: first(&rule.source_selection_criteria).map(|criteria| SourceSelectionCriteria {
            kms: first(&criteria.sse_kms_encrypted_objects).map(|it| switch(&it.status)),
        }),
    }
}

/// What the cloud holds. What is empty, and what it gives by itself, keeps the form in which the
/// user wrote it.
pub(super) fn adopt(bucket: &mut Bucket, found: Option<ReplicationConfiguration>) {
    let current = bucket.replica_rules.known().map(Vec::as_slice).unwrap_or_default();
    let found = found.unwrap_or_default();
    let rules = found.rules.into_iter().enumerate();
    let rules: Vec<_> = rules.map(|(index, rule)| adopt_rule(current.get(index), rule)).collect();
    bucket.replica_rules = rules.into();
    bucket.replica_role = if found.role.is_empty() { Value::Null } else { found.role.into() };
}

/// A text that may be empty, as the user wrote it.
fn adopt_text(found: Option<String>, current: Option<&Value<String>>) -> Value<String> {
    match found.filter(|text| !text.is_empty()) {
        Some(text) => text.into(),
        None if current.is_some_and(|text| text.is_known_and(String::is_empty)) => {
            String::new().into()
        }
        None => Value::Null,
    }
}

fn adopt_rule(current: Option<&Rule>, found: ReplicationRule) -> Rule {
    // What the user did not write is shown only where there is no user: in an import.
    let written = |is: fn(&Rule) -> bool| current.is_none_or(is);
    let filter_of = current.and_then(|rule| first(&rule.filter));
    let and_of = filter_of.and_then(|filter| first(&filter.and));
    let and = |and: ReplicationAnd| And {
        prefix: adopt_text(and.prefix, and_of.map(|and| &and.prefix)),
        tag: and
            .tags
            .into_iter()
            .map(|tag| Label { key: tag.key.into(), value: tag.value.into() })
            .collect::<Vec<_>>()
            .into(),
    };
    let filter = found.filter.map(|filter| Filter {
        prefix: adopt_text(filter.prefix, filter_of.map(|filter| &filter.prefix)),
        and: filter.and.map(and).into_iter().collect::<Vec<_>>().into(),
    });
    let default = |switch: &ReplicationSwitch| ["", "Enabled"].contains(&&*switch.status);
    let markers = found.delete_markers.filter(|switch| {
        written(|rule| first(&rule.delete_marker_replication).is_some()) || !default(switch)
    });
    let status = |switch: ReplicationSwitch| -> Value<String> {
        Some(switch.status).filter(|status| !status.is_empty()).into()
    };
    let kms = |switch| KmsObjects { status: status(switch) };
    let criteria = found.criteria.map(|criteria| Criteria {
        sse_kms_encrypted_objects: criteria.kms.map(kms).into_iter().collect::<Vec<_>>().into(),
    });
    let key = found.destination.encryption.map(|encryption| encryption.key);
    Rule {
        destination_bucket: found.destination.bucket.into(),
        id: found.id.filter(|_| written(|rule| rule.id.is_known())).into(),
        status: found.status.into(),
        priority: found.priority.filter(|_| written(|rule| rule.priority.is_known())).into(),
        prefix: adopt_text(found.prefix, current.map(|rule| &rule.prefix)),
        destination_storage_class: found
            .destination
            .storage_class
            .filter(|_| written(|rule| rule.destination_storage_class.is_known()))
            .into(),
        destination_encryption_kms_key_id: key.into(),
        filter: filter.into_iter().collect::<Vec<_>>().into(),
        delete_marker_replication: markers
            .map(|switch| DeleteMarkers { status: status(switch) })
            .into_iter()
            .collect::<Vec<_>>()
            .into(),
        source_selection_criteria: criteria.into_iter().collect::<Vec<_>>().into(),
    }
}
