//! Object lock: objects that nobody may delete or overwrite for a while.
//! <https://www.tencentcloud.com/document/product/436/40137>

use serde::{Deserialize, Serialize};

use super::bucket::Bucket;
use super::object::{self, Object};
use super::request::{Answer, Reply, Request, Right};
use super::setting::{change, show};
use super::xml;
use crate::clock::Time;
use crate::refusal::{Refusal, refuse, refused};

const MODE: &str = "COMPLIANCE";
const MODE_HEADER: &str = "x-cos-object-lock-mode";
const UNTIL_HEADER: &str = "x-cos-object-lock-retain-until-date";
const LONGEST_DAYS: i64 = 36_500;
const DAY_MS: i64 = 86_400_000;

/// Whether objects of a bucket can be locked, and for how long they are unless a request says
/// something else.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ObjectLock {
    object_lock_enabled: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule: Option<Rule>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    default_retention: Retention,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Retention {
    #[serde(default = "mode")]
    mode: String,
    days: i64,
}

fn mode() -> String {
    MODE.to_owned()
}

/// How long an object is locked, as requests about it have it.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Retention", rename_all = "PascalCase")]
struct ObjectRetention {
    #[serde(default = "mode")]
    mode: String,
    retain_until_date: String,
}

/// `2026-01-31T00:00:00.000Z` as a moment.
fn moment(text: &str) -> Option<Time> {
    let local = Time::from_local(&format!("{} {}", text.get(..10)?, text.get(11..19)?))?;
    let zone = Time(0).date().second * 1000;
    text.ends_with('Z').then(|| local.plus(zone))
}

fn written(until: i64) -> String {
    Time(until).iso().replace('Z', ".000Z")
}

impl Object {
    /// Refuses to touch an object that is locked.
    ///
    /// # Errors
    /// `AccessDenied`.
    pub(super) fn must_be_free(&self, now: Time) -> Result<(), Refusal> {
        match self.retained_until {
            Some(until) if until > now.0 => {
                let text = format!("The object is locked until {}.", written(until));
                refused("AccessDenied", text)
            }
            _ => Ok(()),
        }
    }

    /// The answer with how long it is locked.
    pub(super) fn locked(&self, reply: Reply) -> Reply {
        match self.retained_until {
            Some(until) => reply.with(MODE_HEADER, MODE).with(UNTIL_HEADER, written(until)),
            None => reply,
        }
    }
}

/// Until when a new object is locked.
///
/// # Errors
/// `InvalidArgument`, `InvalidRequest`.
pub(super) fn of_new(request: &Request<'_>, bucket: &Bucket) -> Result<Option<i64>, Refusal> {
    let asked = request.header(UNTIL_HEADER);
    let Some(lock) = &bucket.lock else {
        if asked.is_some() || request.header(MODE_HEADER).is_some() {
            return refused("InvalidRequest", "Object lock is not enabled in the bucket.");
        }
        return Ok(None);
    };
    if request.header(MODE_HEADER).is_some_and(|mode| mode != MODE) {
        return refused("InvalidArgument", format!("{MODE_HEADER} is {MODE}."));
    }
    if let Some(text) = asked {
        return Ok(Some(future(text, request.now)?.0));
    }
    let days = lock.rule.as_ref().map(|rule| rule.default_retention.days);
    Ok(days.map(|days| request.now.plus(days.saturating_mul(DAY_MS)).0))
}

fn future(text: &str, now: Time) -> Result<Time, Refusal> {
    moment(text).filter(|until| *until > now).ok_or_else(|| {
        let text = format!("`{text}` is no time to come, such as 2099-01-31T00:00:00.000Z.");
        refuse("InvalidArgument", text)
    })
}

pub(super) fn get(request: &Request<'_>) -> Answer {
    let lock = request.owned_bucket()?.lock;
    show("ObjectLockConfiguration", lock, "NoSuchObjectLockConfiguration")
}

pub(super) fn put(request: &Request<'_>) -> Answer {
    let lock: ObjectLock = xml::read(request.body)?;
    if lock.object_lock_enabled != "Enabled" {
        let text = "ObjectLockEnabled is Enabled: object lock cannot be switched off.";
        return refused("MalformedXML", text);
    }
    let sound = |rule: &Rule| {
        rule.default_retention.mode == MODE
            && (1..=LONGEST_DAYS).contains(&rule.default_retention.days)
    };
    if !lock.rule.as_ref().is_none_or(sound) {
        let text = format!("A rule has the Mode {MODE} and 1 to {LONGEST_DAYS} Days.");
        return refused("InvalidArgument", text);
    }
    let bucket = request.owned_bucket()?;
    let stands = match &bucket {
        Bucket { multi_az: true, .. } => Some("lies in several zones"),
        Bucket { versioning: Some(versions), .. } if !versions.is_on() => {
            Some("has its versioning suspended")
        }
        bucket if bucket.tiering.is_on() => Some("has intelligent tiering"),
        _ => None,
    };
    if let Some(why) = stands {
        let text = format!("Object lock cannot be enabled: the bucket {why}.");
        return refused("InvalidBucketState", text);
    }
    change(request, 200, |bucket| bucket.lock = Some(lock))
}

pub(super) fn get_retention(request: &Request<'_>) -> Answer {
    let bucket = request.owned_bucket()?;
    let (_, object) = object::find(request, &bucket, Right::Own)?;
    let retention = object
        .retained_until
        .map(|until| ObjectRetention { mode: mode(), retain_until_date: written(until) });
    show("Retention", retention, "NoSuchObjectLockConfiguration")
}

/// A lock may be made longer, never shorter.
pub(super) fn put_retention(request: &Request<'_>) -> Answer {
    let retention: ObjectRetention = xml::read(request.body)?;
    let bucket = request.owned_bucket()?;
    if bucket.lock.is_none() {
        return refused("InvalidRequest", "Object lock is not enabled in the bucket.");
    }
    if retention.mode != MODE {
        return refused("InvalidArgument", format!("The Mode is {MODE}."));
    }
    let until = future(&retention.retain_until_date, request.now)?.0;
    let (id, mut object) = object::find(request, &bucket, Right::Own)?;
    if object.retained_until.is_some_and(|locked| locked > until) {
        return refused("AccessDenied", "The time that an object is locked cannot be shortened.");
    }
    object.retained_until = Some(until);
    request.store.put(&id, &object)?;
    Ok(Reply::empty(200))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_reads_back_as_it_is_written() {
        assert_eq!(moment("1970-01-02T00:00:01.000Z"), Some(Time(DAY_MS + 1000)));
        assert_eq!(written(DAY_MS + 1000), "1970-01-02T00:00:01.000Z");
        assert_eq!(moment("tomorrow"), None);
    }
}
