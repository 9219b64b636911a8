//! Objects that nobody may delete or overwrite for a while.

use tencentcloud_api::cos::{DefaultRetention, ObjectLockConfiguration, ObjectLockRule};
use tf_protocol::Change;
use tf_schema::check::between;
use tf_schema::{Block, Diagnostics, Path, Value};

use super::Bucket;

const NAME: &str = "object_lock_configuration";

/// Whether objects can be locked. Once they can, they always can.
#[derive(Block, Clone)]
pub struct ObjectLock {
    /// Whether objects can be locked.
    #[tf(required)]
    pub enabled: Value<bool>,
    /// For how long new objects are locked. Without it only those are that are put with a lock.
    #[tf(block, max(1))]
    pub rule: Value<Vec<Rule>>,
}

/// For how long new objects are locked.
#[derive(Block, Clone)]
pub struct Rule {
    /// Days, 1 to 36500.
    #[tf(required, validate(between(1, 36_500)))]
    pub days: Value<i64>,
}

/// What is configured, if objects can be locked.
fn on(lock: &Value<Vec<ObjectLock>>) -> Option<&ObjectLock> {
    lock.known()?.first().filter(|lock| lock.enabled.is_known_and(|on| *on))
}

pub(super) fn check(config: &Bucket, problems: &mut Diagnostics) {
    let path = Path::attribute(NAME).index(0);
    let lock = config.object_lock_configuration.known().and_then(|lock| lock.first());
    if let Some(lock) = lock
        && lock.enabled.is_known_and(|on| !*on)
        && lock.rule.is_known_and(|rules| !rules.is_empty())
    {
        let detail = "A rule needs enabled = true.";
        problems.error(path.name("rule"), "Nothing can be locked", detail);
    }
    if on(&config.object_lock_configuration).is_none() {
        return;
    }
    for (name, other) in [
        ("multi_az", &config.multi_az),
        ("enable_intelligent_tiering", &config.enable_intelligent_tiering),
    ] {
        if other.is_known_and(|on| *on) {
            let detail = format!("A bucket cannot have both {NAME} and {name}.");
            problems.error(path.name("enabled"), "Object lock does not go with this", detail);
        }
    }
}

/// What is on cannot be switched off.
pub(super) fn plan(change: &mut Change<Bucket>) {
    let was =
        change.prior.as_ref().is_some_and(|prior| on(&prior.object_lock_configuration).is_some());
    let planned = &change.planned.object_lock_configuration;
    let unclear = planned.is_unknown()
        || planned.known().and_then(|lock| lock.first()).is_some_and(|l| l.enabled.is_unknown());
    let replaced = change.changes("bucket") || change.changes("multi_az");
    if was && !unclear && on(planned).is_none() && !replaced {
        let detail = "The cloud does not switch object lock off again. Keep \
                      object_lock_configuration with enabled = true, or make a new bucket with \
                      terraform apply -replace once this one is empty.";
        change.problems.error(NAME, "Object lock cannot be switched off", detail);
    }
}

pub(super) fn to_api(lock: &Value<Vec<ObjectLock>>) -> Option<ObjectLockConfiguration> {
    let rules = on(lock)?.rule.known().and_then(|rules| rules.first());
    let rule = rules.map(|rule| ObjectLockRule {
        by_default: DefaultRetention {
            mode: "COMPLIANCE".to_owned(),
            days: rule.days.or_default(),
        },
    });
    Some(ObjectLockConfiguration { enabled: "Enabled".to_owned(), rule })
}

/// What the cloud holds. A lock that is off keeps the form in which the user wrote it.
pub(super) fn adopt(
    current: &Value<Vec<ObjectLock>>,
    found: Option<ObjectLockConfiguration>,
) -> Value<Vec<ObjectLock>> {
    let written = |lock: &ObjectLock| ObjectLock {
        enabled: false.into(),
        rule: if lock.rule.is_known() { lock.rule.clone() } else { Vec::new().into() },
    };
    let off = current.known().and_then(|lock| lock.first()).map(written);
    let found = found.filter(|found| found.enabled == "Enabled").map(|found| {
        let rule = found.rule.map(|rule| Rule { days: rule.by_default.days.into() });
        ObjectLock { enabled: true.into(), rule: rule.into_iter().collect::<Vec<_>>().into() }
    });
    found.or(off).into_iter().collect::<Vec<_>>().into()
}
