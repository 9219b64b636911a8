//! Replication: what is put into a bucket is put into another one, too.
//! <https://www.tencentcloud.com/document/product/436/19923>

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::bucket::Bucket;
use super::content::Content;
use super::encryption::Sealed;
use super::events::Event;
use super::object::Object;
use super::request::{Answer, Request};
use super::setting::{Tag, change, show};
use super::xml;
use crate::clock::Time;
use crate::refusal::{Refusal, refused};
use crate::store::{Scope, Txn};

const MOST_RULES: usize = 1000;
const CREATED: &str = "cos:ObjectCreated:";
const MARKED: &str = "cos:ObjectRemove:DeleteMarkerCreated";

/// What is replicated, and where to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Replication {
    #[serde(rename = "Role", default)]
    role: String,
    #[serde(rename = "Rule", default)]
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    status: String,
    #[serde(rename = "ID", default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    priority: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    filter: Option<Filter>,
    destination: Destination,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delete_marker_replication: Option<Switch>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source_selection_criteria: Option<Criteria>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    and: Option<And>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct And {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    #[serde(default)]
    tag: Vec<Tag>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Destination {
    bucket: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    storage_class: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    encryption_configuration: Option<Key>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Key {
    #[serde(rename = "ReplicaKmsKeyID")]
    id: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Switch {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    status: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Criteria {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sse_kms_encrypted_objects: Option<Switch>,
}

impl Destination {
    /// The region and the name of `qcs::cos:REGION::NAME`.
    fn place(&self) -> Option<(&str, &str)> {
        self.bucket.strip_prefix("qcs::cos:")?.split_once("::")
    }
}

impl Rule {
    fn takes_markers(&self) -> bool {
        self.delete_marker_replication.as_ref().is_none_or(|switch| switch.status != "Disabled")
    }

    fn takes_kms(&self) -> bool {
        let criteria = self.source_selection_criteria.as_ref();
        let switch = criteria.and_then(|criteria| criteria.sse_kms_encrypted_objects.as_ref());
        switch.is_some_and(|switch| switch.status == "Enabled")
    }

    /// Whether an object is replicated by the rule.
    fn is_for(&self, key: &str, object: &Object) -> bool {
        let and = self.filter.as_ref().and_then(|filter| filter.and.as_ref());
        let prefixes = [
            self.prefix.as_deref(),
            self.filter.as_ref().and_then(|filter| filter.prefix.as_deref()),
            and.and_then(|and| and.prefix.as_deref()),
        ];
        let tags = and.map_or(&[][..], |and| &and.tag);
        self.status == "Enabled"
            && prefixes.into_iter().flatten().all(|prefix| key.starts_with(prefix))
            && tags.iter().all(|tag| object.tags.tags.contains(tag))
            && (!object.marker || (self.takes_markers() && tags.is_empty()))
            && (!object.sealed.is_kms() || self.takes_kms())
    }

    fn check(&self, here: &Scope<'_>) -> Result<(), Refusal> {
        if !["Enabled", "Disabled"].contains(&&*self.status) {
            return refused("MalformedXML", "The Status of a rule is Enabled or Disabled.");
        }
        let Some((region, name)) = self.destination.place() else {
            let text = "A Destination has a Bucket of the form qcs::cos:REGION::NAME-APPID.";
            return refused("InvalidArgument", text);
        };
        let target = here.get::<Bucket>(name)?.filter(|target| target.region == region);
        match target {
            None => {
                let text = format!("There is no bucket {name} of yours in {region}.");
                refused("InvalidRequest", text)
            }
            Some(target) if !target.keeps_versions() => {
                let text = format!("Versioning is not enabled in the destination, {name}.");
                refused("InvalidRequest", text)
            }
            Some(_) => Ok(()),
        }
    }
}

pub(super) fn get(request: &Request<'_>) -> Answer {
    let replication = request.owned_bucket()?.replication;
    show("ReplicationConfiguration", replication, "ReplicationConfigurationNotFoundError")
}

pub(super) fn put(request: &Request<'_>) -> Answer {
    let replication: Replication = xml::read(request.body)?;
    if replication.role.is_empty() {
        return refused("MalformedXML", "A Role is qcs::cam::uin/UIN:uin/UIN.");
    }
    if replication.rules.is_empty() || replication.rules.len() > MOST_RULES {
        return refused("MalformedXML", "1 to 1000 rules are allowed.");
    }
    if !request.owned_bucket()?.keeps_versions() {
        return refused("InvalidRequest", "Versioning is not enabled in the bucket.");
    }
    replication.rules.iter().try_for_each(|rule| rule.check(&request.store))?;
    let ids: BTreeSet<_> = replication.rules.iter().filter_map(|rule| rule.id.as_ref()).collect();
    if ids.len() < replication.rules.iter().filter(|rule| rule.id.is_some()).count() {
        return refused("InvalidArgument", "Two rules have the same ID.");
    }
    let own = request.bucket_name();
    let places = replication.rules.iter().filter_map(|rule| rule.destination.place());
    if places.into_iter().any(|(_, name)| name == own) {
        return refused("InvalidRequest", "A bucket cannot be its own destination.");
    }
    change(request, 200, |bucket| bucket.replication = Some(replication))
}

pub(super) fn delete(request: &Request<'_>) -> Answer {
    change(request, 204, |bucket| bucket.replication = None)
}

/// Replicates what the events tell of, and adds what happens with it to them.
///
/// # Errors
/// When the store fails.
pub(super) fn follow(txn: &Txn, events: &mut Vec<Event>, now: Time) -> Result<(), Refusal> {
    let told = |event: &&Event| event.name.starts_with(CREATED) || event.name == MARKED;
    let news: Vec<Event> = events.iter().filter(told).cloned().collect();
    for event in news {
        let here = txn.scope(&event.account, "");
        let Some(bucket) = here.get::<Bucket>(&event.bucket)? else { continue };
        let Some(replication) = &bucket.replication else { continue };
        let inside = format!("{}\0{}\0", event.bucket, event.key);
        let all = here.scan::<Object>(&inside)?.into_iter();
        let found = all.into_iter().find(|(_, object)| object.version == event.version);
        let Some((id, mut object)) = found else { continue };
        let mut rules: Vec<_> = replication.rules.iter().collect();
        rules.retain(|rule| rule.is_for(&event.key, &object));
        // Of two rules with the same destination the one with the greater priority counts.
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.priority.unwrap_or(0)));
        let mut places = BTreeSet::new();
        for rule in rules {
            let Some(place) = rule.destination.place() else { continue };
            if places.insert(place)
                && let Some(replica) = copy(&here, rule, &event, (&id, &object), now)?
            {
                events.push(replica);
            }
        }
        if !places.is_empty() && !object.marker {
            "Completed".clone_into(&mut object.replication);
            here.put(&id, &object)?;
        }
    }
    Ok(())
}

/// The replica by a rule, if its destination is still fit for it.
fn copy(
    here: &Scope<'_>,
    rule: &Rule,
    event: &Event,
    (id, object): (&str, &Object),
    now: Time,
) -> Result<Option<Event>, Refusal> {
    let Some((region, name)) = rule.destination.place() else { return Ok(None) };
    let target = here.get::<Bucket>(name)?;
    let Some(target) = target.filter(|target| target.region == region && target.keeps_versions())
    else {
        return Ok(None);
    };
    let bytes = object.content.read(here, 0, object.size)?;
    let key_of = rule.destination.encryption_configuration.as_ref();
    let sealed = match key_of.filter(|_| object.sealed.is_kms()) {
        Some(key) => Sealed::with_kms(&key.id),
        None => object.sealed.clone(),
    };
    let class = rule.destination.storage_class.as_ref().map(|class| class.to_uppercase());
    let replica = Object {
        modified: now.0,
        content: Content::store(here, &bytes)?,
        class: class.filter(|_| !object.marker).unwrap_or_else(|| object.class.clone()),
        sealed,
        acl: None,
        replication: if object.marker { String::new() } else { "Replica".to_owned() },
        retained_until: None,
        ..object.clone()
    };
    let number = id.rsplit_once('\0').map_or("", |(_, number)| number);
    here.put(&format!("{name}\0{}\0{number}", event.key), &replica)?;
    let happened = if object.marker { MARKED } else { "cos:ObjectCreated:Replication" };
    Ok(Some(Event {
        region: target.region,
        bucket: name.to_owned(),
        name: happened,
        ..event.clone()
    }))
}
