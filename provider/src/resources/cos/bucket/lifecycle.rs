//! What happens to a bucket's objects with time.

use tencentcloud_api::cos::{
    self, AbortIncompleteMultipartUpload, Filter, LifecycleConfiguration, LifecycleRule,
};
use tf_schema::check::{Check, between};
use tf_schema::{Block, Diagnostics, Path, Set, Value};

/// What happens to some objects with time.
#[derive(Block, Clone)]
pub struct Rule {
    /// Name of the rule. The cloud gives it one where it has none.
    #[tf(optional)]
    pub id: Value<String>,
    /// How the keys of the objects begin; all objects where it is not set.
    #[tf(optional)]
    pub filter_prefix: Value<String>,
    /// Moves to other storage classes.
    #[tf(block)]
    pub transition: Value<Set<Transition>>,
    /// The end of the objects.
    #[tf(block, max(1))]
    pub expiration: Value<Set<Expiration>>,
    /// Moves of versions that were replaced to other storage classes.
    #[tf(block)]
    pub non_current_transition: Value<Set<NonCurrentTransition>>,
    /// The end of versions that were replaced.
    #[tf(block, max(1))]
    pub non_current_expiration: Value<Set<NonCurrentExpiration>>,
    /// The end of uploads that were not finished.
    #[tf(block, max(1))]
    pub abort_incomplete_multipart_upload: Value<Set<Abort>>,
}

/// A move to another storage class, some days after the object was changed or on a date.
#[derive(Block, Clone, PartialEq)]
pub struct Transition {
    /// Date, such as `2026-01-31`.
    #[tf(optional, validate(date))]
    pub date: Value<String>,
    /// Days after the object was changed.
    #[tf(optional, validate(between(0, 3650)))]
    pub days: Value<i64>,
    /// The storage class, such as `STANDARD_IA` or `ARCHIVE`.
    #[tf(required)]
    pub storage_class: Value<String>,
}

/// The end of objects, some days after they were changed or on a date.
#[derive(Block, Clone, PartialEq)]
pub struct Expiration {
    /// Date, such as `2026-01-31`.
    #[tf(optional, validate(date))]
    pub date: Value<String>,
    /// Days after the object was changed.
    #[tf(optional, validate(between(0, 3650)))]
    pub days: Value<i64>,
    /// Whether markers of deleted objects end that have no version left.
    #[tf(optional)]
    pub delete_marker: Value<bool>,
}

/// A move of versions that were replaced to another storage class.
#[derive(Block, Clone, PartialEq)]
pub struct NonCurrentTransition {
    /// Days after the version was replaced.
    #[tf(optional, validate(between(0, 3650)))]
    pub non_current_days: Value<i64>,
    /// The storage class, such as `STANDARD_IA` or `ARCHIVE`.
    #[tf(required)]
    pub storage_class: Value<String>,
}

/// The end of versions that were replaced.
#[derive(Block, Clone, PartialEq)]
pub struct NonCurrentExpiration {
    /// Days after the version was replaced.
    #[tf(optional, validate(between(0, 3650)))]
    pub non_current_days: Value<i64>,
}

/// The end of uploads that were not finished.
#[derive(Block, Clone, PartialEq)]
pub struct Abort {
    /// Days after the upload was begun.
    #[tf(required, validate(between(1, 3650)))]
    pub days_after_initiation: Value<i64>,
}

fn date(date: &String) -> Check {
    let parts: Vec<_> = date.split('-').map(|part| (part.len(), part.parse().ok())).collect();
    match parts[..] {
        [(4, Some(_)), (2, Some(1..=12)), (2, Some(1..=31_i64))] => Ok(()),
        _ => Err(format!("Expected a date such as \"2026-01-31\", got {date:?}.")),
    }
}

/// Each action is due either after some days or on a date.
pub(super) fn check(rules: &Value<Vec<Rule>>, problems: &mut Diagnostics) {
    for (index, rule) in rules.known().into_iter().flatten().enumerate() {
        let path = Path::attribute("lifecycle_rules").index(index);
        let transitions = rule.transition.known().into_iter().flat_map(Set::iter);
        let ends = rule.expiration.known().into_iter().flat_map(Set::iter);
        let actions = transitions.map(|step| ("transition", &step.days, &step.date, false)).chain(
            ends.map(|end| ("expiration", &end.days, &end.date, !end.delete_marker.is_null())),
        );
        for (name, days, date, other) in actions {
            let given = [!days.is_null(), !date.is_null(), other].into_iter().filter(|on| *on);
            if given.count() != 1 {
                let what = if name == "expiration" {
                    "days, date or delete_marker"
                } else {
                    "days or date"
                };
                let detail = format!("Set one of {what}, and only one.");
                problems.error(path.name(name), "When it is due is not clear", detail);
            }
        }
        let idle = is_idle(&rule.transition)
            && is_idle(&rule.expiration)
            && is_idle(&rule.non_current_transition)
            && is_idle(&rule.non_current_expiration)
            && is_idle(&rule.abort_incomplete_multipart_upload);
        if idle {
            let detail = "Give the rule a transition, an expiration or another action.";
            problems.error(path, "Rule without an action", detail);
        }
    }
}

/// Whether there are certainly no such blocks.
fn is_idle<T>(blocks: &Value<Set<T>>) -> bool {
    blocks.is_null() || blocks.is_known_and(|blocks| blocks.iter().next().is_none())
}

/// The elements of nested blocks.
fn each<T: Clone>(blocks: &Value<Set<T>>) -> impl Iterator<Item = T> {
    blocks.known().into_iter().flat_map(|set| set.iter().cloned()).collect::<Vec<_>>().into_iter()
}

/// Dates begin at midnight in the cloud's time zone.
fn midnight(date: &Value<String>) -> Option<String> {
    date.known().map(|date| format!("{date}T00:00:00+08:00"))
}

pub(super) fn to_api(rules: &Value<Vec<Rule>>) -> Option<LifecycleConfiguration> {
    let rules = rules.known().filter(|rules| !rules.is_empty())?;
    Some(LifecycleConfiguration { rules: rules.iter().map(to_rule).collect() })
}

fn to_rule(rule: &Rule) -> LifecycleRule {
    let transitions = each(&rule.transition).map(|step| cos::Transition {
        days: step.days.known().copied(),
        date: midnight(&step.date),
        storage_class: step.storage_class.or_default(),
    });
    let expiration = each(&rule.expiration).next().map(|end| cos::Expiration {
        days: end.days.known().copied(),
        date: midnight(&end.date),
        delete_marker: end.delete_marker.known().copied(),
    });
    let replaced = each(&rule.non_current_transition).map(|step| cos::NoncurrentTransition {
        days: step.non_current_days.or_default(),
        storage_class: step.storage_class.or_default(),
    });
    let end = each(&rule.non_current_expiration).next();
    let abort = each(&rule.abort_incomplete_multipart_upload).next();
    LifecycleRule {
        id: rule.id.known().cloned(),
        filter: Filter { prefix: rule.filter_prefix.or_default() },
        status: "Enabled".to_owned(),
        transitions: transitions.collect(),
        expiration,
        noncurrent_transitions: replaced.collect(),
        noncurrent_expiration: end
            .map(|end| cos::NoncurrentExpiration { days: end.non_current_days.or_default() }),
        abort: abort.map(|abort| AbortIncompleteMultipartUpload {
            days: abort.days_after_initiation.or_default(),
        }),
    }
}

/// What the cloud holds. A name that the cloud has given is not shown, and what is empty keeps the
/// form in which the user wrote it.
pub(super) fn adopt(current: &Value<Vec<Rule>>, found: LifecycleConfiguration) -> Value<Vec<Rule>> {
    let current = current.known().map(Vec::as_slice).unwrap_or_default();
    let rules = found.rules.into_iter().enumerate();
    rules.map(|(index, rule)| adopt_rule(current.get(index), rule)).collect::<Vec<_>>().into()
}

fn adopt_rule(current: Option<&Rule>, found: LifecycleRule) -> Rule {
    let day = |date: Option<String>| -> Value<String> {
        date.map(|date| date.chars().take(10).collect::<String>()).into()
    };
    let unnamed = current.is_some_and(|rule| rule.id.is_null());
    let all = found.filter.prefix.is_empty()
        && !current.is_some_and(|rule| rule.filter_prefix.is_known());
    let transition = found.transitions.into_iter().map(|step| Transition {
        date: day(step.date),
        days: step.days.into(),
        storage_class: step.storage_class.into(),
    });
    let expiration = found.expiration.into_iter().map(|end| Expiration {
        date: day(end.date),
        days: end.days.into(),
        delete_marker: end.delete_marker.into(),
    });
    let replaced = found.noncurrent_transitions.into_iter().map(|step| NonCurrentTransition {
        non_current_days: step.days.into(),
        storage_class: step.storage_class.into(),
    });
    let end = found.noncurrent_expiration.into_iter();
    let abort = found.abort.into_iter();
    Rule {
        id: if unnamed { Value::Null } else { found.id.into() },
        filter_prefix: if all { Value::Null } else { found.filter.prefix.into() },
        transition: transition.collect::<Set<_>>().into(),
        expiration: expiration.collect::<Set<_>>().into(),
        non_current_transition: replaced.collect::<Set<_>>().into(),
        non_current_expiration: end
            .map(|end| NonCurrentExpiration { non_current_days: end.days.into() })
            .collect::<Set<_>>()
            .into(),
        abort_incomplete_multipart_upload: abort
            .map(|abort| Abort { days_after_initiation: abort.days.into() })
            .collect::<Set<_>>()
            .into(),
    }
}
