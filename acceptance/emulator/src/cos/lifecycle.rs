//! What time does to objects: rules are applied when objects are looked at, so nothing runs.

use super::bucket::Bucket;
use super::object::Object;
use super::setting::LifecycleRule;
use crate::clock::Time;
use crate::refusal::{Refusal, refused};

const DAY_MS: i64 = 86_400_000;

impl LifecycleRule {
    /// Refuses rules that say nothing or nonsense.
    ///
    /// # Errors
    /// `MalformedXML`, `InvalidArgument`.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        if !["Enabled", "Disabled"].contains(&&*self.status) {
            return refused("MalformedXML", "The Status of a rule is Enabled or Disabled.");
        }
        let acts = !self.transition.is_empty()
            || self.expiration.is_some()
            || !self.noncurrent_version_transition.is_empty()
            || self.noncurrent_version_expiration.is_some()
            || self.abort_incomplete_multipart_upload.is_some();
        if !acts {
            return refused("MalformedXML", "A rule has at least one action.");
        }
        let moments = self.transition.iter().map(|step| (step.days, step.date.as_deref()));
        let end = self.expiration.iter().filter(|end| end.expired_object_delete_marker.is_none());
        for (days, date) in moments.chain(end.map(|end| (end.days, end.date.as_deref()))) {
            let sound = match (days, date) {
                (Some(days), None) => days >= 0,
                (None, Some(date)) => midnight(date).is_some(),
                _ => false,
            };
            if !sound {
                return refused("InvalidArgument", "An action has either Days or a Date.");
            }
        }
        Ok(())
    }

    fn is_for(&self, key: &str) -> bool {
        let prefix = self.filter.as_ref().map_or("", |filter| &filter.prefix);
        self.status == "Enabled" && key.starts_with(prefix)
    }
}

/// The moment that a date of a rule begins.
fn midnight(date: &str) -> Option<Time> {
    Time::from_local(&format!("{} 00:00:00", date.get(..10)?))
}

/// When an action that is due after some days, or on a date, has become due for what was made at
/// `since`; `None` as long as it is not.
fn due(days: Option<i64>, date: Option<&str>, since: i64, now: Time) -> Option<i64> {
    let after = days.map(|days| since.saturating_add(days.saturating_mul(DAY_MS)));
    let at = after.or_else(|| Some(midnight(date?)?.0.max(since)));
    at.filter(|at| now.0 >= *at)
}

fn is_due(days: Option<i64>, date: Option<&str>, since: i64, now: Time) -> bool {
    due(days, date, since, now).is_some()
}

/// What is left at `now` of the versions of an object, newest first.
pub(super) fn remaining(
    bucket: &Bucket,
    key: &str,
    versions: Vec<(String, Object)>,
    now: Time,
) -> Vec<(String, Object)> {
    let Some(lifecycle) = &bucket.lifecycle else { return versions };
    let rules: Vec<_> = lifecycle.rules.iter().filter(|rule| rule.is_for(key)).collect();
    let mut left: Vec<(String, Object)> = Vec::new();
    // When a version stopped being the current one.
    let mut replaced = None;
    for (id, mut object) in versions {
        let made = object.modified;
        let locked = object.must_be_free(now).is_err();
        let ended = rules.iter().filter_map(|rule| expired(rule, &object, now)).min();
        let ended = ended.filter(|_| replaced.is_none() && !locked);
        if let Some(at) = ended.filter(|_| bucket.keeps_versions()) {
            // It stays below a marker, which has replaced it, at the earliest when the rule came.
            let at = at.max(bucket.lifecycle_since);
            left.push((format!("{id}+"), Object::marker(at)));
            replaced = Some(at);
        }
        let goes = match replaced {
            _ if locked => false,
            None => ended.is_some(),
            Some(at) => rules.iter().any(|rule| {
                let end = rule.noncurrent_version_expiration.as_ref();
                end.is_some_and(|end| is_due(Some(end.noncurrent_days), None, at, now))
            }),
        };
        if !goes {
            if !locked {
                transit(&rules, &mut object, replaced, now);
            }
            left.push((id, object));
        }
        replaced = Some(made);
    }
    if left.iter().all(|(_, object)| object.marker) && rules.iter().any(|r| clears_markers(r)) {
        left.clear();
    }
    left
}

/// When a rule has ended an object.
fn expired(rule: &LifecycleRule, object: &Object, now: Time) -> Option<i64> {
    let end = rule.expiration.as_ref().filter(|_| !object.marker)?;
    due(end.days, end.date.as_deref(), object.modified, now)
}

fn clears_markers(rule: &LifecycleRule) -> bool {
    rule.expiration.as_ref().is_some_and(|end| end.expired_object_delete_marker == Some(true))
}

fn transit(rules: &[&LifecycleRule], object: &mut Object, replaced: Option<i64>, now: Time) {
    for rule in rules {
        if let Some(at) = replaced {
            for step in &rule.noncurrent_version_transition {
                if is_due(Some(step.noncurrent_days), None, at, now) {
                    object.class.clone_from(&step.storage_class);
                }
            }
        } else {
            for step in &rule.transition {
                if is_due(step.days, step.date.as_deref(), object.modified, now) {
                    object.class.clone_from(&step.storage_class);
                }
            }
        }
    }
}

/// Whether an unfinished upload of a key is thrown away at `now`.
pub(super) fn is_aborted(bucket: &Bucket, key: &str, begun: i64, now: Time) -> bool {
    let rules = bucket.lifecycle.iter().flat_map(|lifecycle| &lifecycle.rules);
    let mut aborts = rules
        .filter(|rule| rule.is_for(key))
        .filter_map(|rule| rule.abort_incomplete_multipart_upload.as_ref());
    aborts.any(|abort| is_due(Some(abort.days_after_initiation), None, begun, now))
}
