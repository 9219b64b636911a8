//! Objects that move to cheaper tiers when nobody reads them.

use tencentcloud_api::cos::{self, Tag, TieringAnd, TieringFilter, TieringRule, TieringStep};
use tf_protocol::{Change, Problem};
use tf_schema::check::{Check, one_of};
use tf_schema::{Block, Diagnostics, Path, Value};

use super::Bucket;

/// The rule that switches tiering on.
const DEFAULT: &str = "default";
const INFREQUENT: &str = "INFREQUENT";
const TIERS: [&str; 2] = ["ARCHIVE_ACCESS", "DEEP_ARCHIVE_ACCESS"];
const RULES: &str = "intelligent_tiering_archiving_rule_list";

/// When objects move to the archive tiers.
#[derive(Block, Clone)]
pub struct Archiving {
    /// Name of the rule; any but `default`.
    #[tf(required, validate(rule_id))]
    pub rule_id: Value<String>,
    /// `Enabled` or `Disabled`.
    #[tf(required, validate(one_of(&["Enabled", "Disabled"])))]
    pub status: Value<String>,
    /// Which objects; all without it.
    #[tf(block, max(1))]
    pub filter: Value<Vec<Filter>>,
    /// The moves.
    #[tf(block, min(1))]
    pub tiering: Value<Vec<Step>>,
}

/// Which objects.
#[derive(Block, Clone)]
pub struct Filter {
    /// How their keys begin.
    #[tf(optional)]
    pub prefix: Value<String>,
    /// Several conditions, all of which hold.
    #[tf(block, max(1))]
    pub and: Value<Vec<And>>,
    /// A tag that they have.
    #[tf(block)]
    pub tag: Value<Vec<Label>>,
}

/// Several conditions.
#[derive(Block, Clone)]
pub struct And {
    /// How the keys begin.
    #[tf(optional)]
    pub prefix: Value<String>,
    /// Tags that they have.
    #[tf(block)]
    pub tag: Value<Vec<Label>>,
}

/// A tag.
#[derive(Block, Clone)]
pub struct Label {
    /// Key of the tag.
    #[tf(required)]
    pub key: Value<String>,
    /// Value of the tag.
    #[tf(required)]
    pub value: Value<String>,
}

/// A move to an archive tier.
#[derive(Block, Clone)]
pub struct Step {
    /// The tier: `ARCHIVE_ACCESS` or `DEEP_ARCHIVE_ACCESS`.
    #[tf(required, validate(one_of(&TIERS)))]
    pub access_tier: Value<String>,
    /// Days without access: 91 to 730, and 180 to 730 for `DEEP_ARCHIVE_ACCESS`.
    #[tf(required)]
    pub days: Value<i64>,
}

fn rule_id(id: &String) -> Check {
    match id.as_str() {
        "" | DEFAULT => Err(format!("Expected a name other than {DEFAULT:?}, got {id:?}.")),
        _ => Ok(()),
    }
}

/// The days that there are.
pub(super) fn days(days: &i64) -> Check {
    match days {
        30 | 60 | 90 => Ok(()),
        _ => Err(format!("Expected 30, 60 or 90, got {days}.")),
    }
}

pub(super) fn check(config: &Bucket, problems: &mut Diagnostics) {
    let off = config.enable_intelligent_tiering.is_null()
        || config.enable_intelligent_tiering.is_known_and(|on| !*on);
    let needing = [
        ("intelligent_tiering_days", config.intelligent_tiering_days.is_known()),
        (
            "intelligent_tiering_request_frequent",
            config.intelligent_tiering_request_frequent.is_known(),
        ),
        (
            RULES,
            config.intelligent_tiering_archiving_rule_list.is_known_and(|rules| !rules.is_empty()),
        ),
    ];
    for (name, given) in needing {
        if off && given {
            let detail = format!("{name} needs enable_intelligent_tiering = true.");
            problems.error(name, "Intelligent tiering is not enabled", detail);
        }
    }
    let rules = config.intelligent_tiering_archiving_rule_list.known().into_iter().flatten();
    for (index, rule) in rules.enumerate() {
        let path = Path::attribute(RULES).index(index);
        let steps = rule.tiering.known().into_iter().flatten();
        let mut after = [None; 2];
        for (index, step) in steps.enumerate() {
            let tier = TIERS.iter().position(|tier| *tier == step.access_tier.text());
            let (Some(tier), Some(days)) = (tier, step.days.known()) else { continue };
            after[tier] = Some(*days);
            let least = [91, 180][tier];
            if !(least..=730).contains(days) {
                let detail = format!("{} is after {least} to 730 days.", TIERS[tier]);
                let path = path.name("tiering").index(index).name("days");
                problems.error(path, "No such time", detail);
            }
        }
        if let [Some(archive), Some(deep)] = after
            && deep <= archive
        {
            let detail = "DEEP_ARCHIVE_ACCESS needs more days than ARCHIVE_ACCESS.";
            problems.error(path.name("tiering"), "Tiers in the wrong order", detail);
        }
    }
}

/// What is on can neither be changed nor switched off; what is switched on has its defaults.
pub(super) fn plan(change: &mut Change<Bucket>) {
    switch_on(change);
    let Some(prior) = &change.prior else { return };
    let new = change.changes("bucket");
    if new || !prior.enable_intelligent_tiering.is_known_and(|on| *on) {
        return;
    }
    let planned = &change.planned;
    let off = planned.enable_intelligent_tiering.is_known_and(|on| !*on);
    let changed = |was: &Value<i64>, is: &Value<i64>| is.is_known() && was != is;
    let names = [
        ("enable_intelligent_tiering", off),
        (
            "intelligent_tiering_days",
            changed(&prior.intelligent_tiering_days, &planned.intelligent_tiering_days),
        ),
        (
            "intelligent_tiering_request_frequent",
            changed(
                &prior.intelligent_tiering_request_frequent,
                &planned.intelligent_tiering_request_frequent,
            ),
        ),
    ];
    for (name, wrong) in names {
        if wrong {
            let detail = "The cloud neither changes intelligent tiering nor switches it off once \
                          it is enabled. Take the change back, or make a new bucket with terraform \
                          apply -replace once this one is empty.";
            change.problems.error(name, "Intelligent tiering cannot be changed", detail);
        }
    }
}

fn switch_on(change: &mut Change<Bucket>) {
    let was_on = |prior: &Bucket| prior.enable_intelligent_tiering.is_known_and(|on| *on);
    if change.prior.as_ref().is_some_and(was_on) {
        return;
    }
    let config = &change.config;
    let defaults = [
        ("intelligent_tiering_days", config.intelligent_tiering_days.is_null(), 30),
        (
            "intelligent_tiering_request_frequent",
            config.intelligent_tiering_request_frequent.is_null(),
            1,
        ),
    ];
    let enable = config.enable_intelligent_tiering;
    for (name, unset, default) in defaults {
        match enable {
            Value::Known(true) if unset => change.set::<i64>(name, default),
            Value::Unknown if unset => change.set_unknown(name),
            _ => {}
        }
    }
}

/// What a bucket is that has no tiers.
pub(super) fn be_without(bucket: &mut Bucket) {
    bucket.enable_intelligent_tiering = false.into();
    bucket.intelligent_tiering_days = Value::Null;
    bucket.intelligent_tiering_request_frequent = Value::Null;
    bucket.intelligent_tiering_archiving_rule_list = Vec::new().into();
}

/// Sets what differs from `prior`.
pub(super) async fn set(
    bucket: &Bucket,
    prior: &Bucket,
    cloud: &tencentcloud_api::Client,
) -> Result<(), Problem> {
    let name = bucket.id.text();
    let on = |bucket: &Bucket| bucket.enable_intelligent_tiering.is_known_and(|on| *on);
    if on(bucket) && !on(prior) {
        let step = TieringStep {
            access_tier: INFREQUENT.to_owned(),
            days: bucket.intelligent_tiering_days.or(30),
            request_frequent: Some(bucket.intelligent_tiering_request_frequent.or(1)),
        };
        let rule = TieringRule {
            id: DEFAULT.to_owned(),
            status: "Enabled".to_owned(),
            filter: None,
            tiering: vec![step],
        };
        let made = cos::put_tiering(cloud, name, &rule).await;
        made.map_err(|error| Problem::from(error).at("enable_intelligent_tiering"))?;
    }
    let rules = |bucket: &Bucket| -> Vec<TieringRule> {
        let rules = bucket.intelligent_tiering_archiving_rule_list.known().into_iter().flatten();
        rules.map(to_rule).collect()
    };
    let (before, after) = (rules(prior), rules(bucket));
    let at = |error: tencentcloud_api::Error| Problem::from(error).at(RULES);
    for rule in before.iter().filter(|rule| after.iter().all(|other| other.id != rule.id)) {
        cos::delete_tiering(cloud, name, &rule.id).await.map_err(at)?;
    }
    for rule in after.iter().filter(|rule| !before.contains(rule)) {
        cos::put_tiering(cloud, name, rule).await.map_err(at)?;
    }
    Ok(())
}

fn to_tags(tags: &Value<Vec<Label>>) -> Vec<Tag> {
    let tags = tags.known().into_iter().flatten();
    tags.map(|tag| Tag { key: tag.key.or_default(), value: tag.value.or_default() }).collect()
}

fn to_rule(rule: &Archiving) -> TieringRule {
    let filter = rule.filter.known().and_then(|filter| filter.first());
    let steps = rule.tiering.known().into_iter().flatten();
    TieringRule {
        id: rule.rule_id.or_default(),
        status: rule.status.or_default(),
        filter: filter.map(|filter| TieringFilter {
            and: filter.and.known().and_then(|and| and.first()).map(|and| TieringAnd {
                prefix: and.prefix.known().cloned(),
                tag: to_tags(&and.tag),
            }),
            prefix: filter.prefix.known().cloned(),
            tag: to_tags(&filter.tag),
        }),
        tiering: steps
            .map(|step| TieringStep {
                access_tier: step.access_tier.or_default(),
                days: step.days.or_default(),
                request_frequent: None,
            })
            .collect(),
    }
}

/// Reads what the cloud holds. Rules come in the order in which the user wrote them.
pub(super) async fn read(
    bucket: &mut Bucket,
    cloud: &tencentcloud_api::Client,
) -> Result<(), Problem> {
    let mut rules = cos::list_tiering(cloud, bucket.bucket.text()).await?;
    let default = rules.iter().position(|rule| rule.id == DEFAULT).map(|at| rules.remove(at));
    let step = default.as_ref().and_then(|rule| rule.tiering.first());
    bucket.intelligent_tiering_days = step.map(|step| step.days).into();
    bucket.intelligent_tiering_request_frequent =
        step.and_then(|step| step.request_frequent).into();
    bucket.enable_intelligent_tiering = default.is_some_and(|rule| rule.status == "Enabled").into();
    let current = &bucket.intelligent_tiering_archiving_rule_list;
    let current = current.known().map(Vec::as_slice).unwrap_or_default();
    let place = |rule: &TieringRule| {
        let at = current.iter().position(|known| known.rule_id.text() == rule.id);
        at.unwrap_or(current.len())
    };
    rules.sort_by_key(place);
    let rules = rules.into_iter().map(adopt);
    bucket.intelligent_tiering_archiving_rule_list = rules.collect::<Vec<_>>().into();
    Ok(())
}

fn labels(tags: Vec<Tag>) -> Value<Vec<Label>> {
    let tags = tags.into_iter();
    tags.map(|tag| Label { key: tag.key.into(), value: tag.value.into() })
        .collect::<Vec<_>>()
        .into()
}

fn adopt(found: TieringRule) -> Archiving {
    let and = |and: TieringAnd| And { prefix: and.prefix.into(), tag: labels(and.tag) };
    let filter = found.filter.map(|filter| Filter {
        prefix: filter.prefix.into(),
        and: filter.and.map(and).into_iter().collect::<Vec<_>>().into(),
        tag: labels(filter.tag),
    });
    let steps = found.tiering.into_iter();
    Archiving {
        rule_id: found.id.into(),
        status: found.status.into(),
        filter: filter.into_iter().collect::<Vec<_>>().into(),
        tiering: steps
            .map(|step| Step { access_tier: step.access_tier.into(), days: step.days.into() })
            .collect::<Vec<_>>()
            .into(),
    }
}
