//! Access logs: a line for each request to a bucket, and every five minutes an object of lines in
//! the bucket that is to have them.
//! <https://www.tencentcloud.com/document/product/436/16920>
//!
//! Nothing runs by itself: lines wait in the state, and what is due is delivered when the account's
//! object storage is asked the next time.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use hyper::http::request::Parts;
use serde::{Deserialize, Serialize};

use super::bucket::Bucket;
use super::content::{Content, Crc64, etag, md5};
use super::events::Event;
use super::object::{self, Object};
use super::request::{Answer, Reply, Request};
use super::setting::change;
use super::visit::announce;
use super::{replication, status, xml};
use crate::accounts::Account;
use crate::clock::Time;
use crate::cloud::Cloud;
use crate::percent;
use crate::refusal::{Refusal, refused};
use crate::store::{Record, Txn};

/// How much time one object of lines is about.
const SPAN_MS: i64 = 300_000;

/// Where the lines of a bucket go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Logging {
    target_bucket: String,
    #[serde(default)]
    target_prefix: String,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Status {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    logging_enabled: Option<Logging>,
}

/// A line that waits. Stored under the end of its time and a number that rises.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Line {
    target: Logging,
    text: String,
}

impl Record for Line {
    const KIND: &'static str = "cos.access";
}

pub(super) fn get(request: &Request<'_>) -> Answer {
    let status = Status { logging_enabled: request.owned_bucket()?.logging };
    Ok(Reply::xml(xml::write("BucketLoggingStatus", &status)?))
}

pub(super) fn put(request: &Request<'_>) -> Answer {
    let Status { logging_enabled } = xml::read(request.body)?;
    let bucket = request.owned_bucket()?;
    if let Some(logging) = &logging_enabled {
        let name = &logging.target_bucket;
        let target = request.store.get::<Bucket>(name)?;
        if target.is_none_or(|target| target.region != bucket.region) {
            let text = format!("There is no bucket {name} of yours in {}.", bucket.region);
            return refused("InvalidTargetBucketForLogging", text);
        }
    }
    change(request, 200, |bucket| bucket.logging = logging_enabled)
}

/// What a line tells of a request and its answer.
pub(super) struct Access<'a> {
    pub(super) head: &'a Parts,
    pub(super) peer: SocketAddr,
    pub(super) bucket: &'a str,
    pub(super) key: &'a str,
    pub(super) operation: &'a str,
    pub(super) caller: Option<&'a Account>,
    pub(super) request_id: &'a str,
    pub(super) received: usize,
    pub(super) started: Time,
}

impl Access<'_> {
    /// The line, in the order of the product's fields; `-` for what is not known.
    fn line(&self, owner: &str, bucket: &Bucket, answer: &Answer, now: Time) -> String {
        let header = |name: &str| {
            let value = self.head.headers.get(name).and_then(|value| value.to_str().ok());
            value.map(str::to_owned)
        };
        let host = self.head.uri.host().map(str::to_owned).or_else(|| header("host"));
        let (http, code, message, sent) = match answer {
            Ok(reply) => (reply.status.max(200), None, None, reply.body.len()),
            Err(refusal) => {
                let message = Some(refusal.message.clone());
                (status(&refusal.code), Some(refusal.code.to_string()), message, 0)
            }
        };
        let told = |name: &str| {
            let headers = answer.as_ref().ok().map(|reply| &reply.headers);
            let found = headers.and_then(|all| all.iter().find(|(known, _)| known == name));
            found.map(|(_, value)| value.clone())
        };
        let took = (now.0 - self.started.0).max(0).to_string();
        let requester = self.caller.map(|caller| format!("{0}:{0}", caller.uin));
        let class = told("x-cos-storage-class")
            .or_else(|| (!self.key.is_empty() && answer.is_ok()).then(|| "STANDARD".to_owned()));
        let fields = [
            Some("1.0".to_owned()),
            Some(self.bucket.to_owned()),
            Some(bucket.region.clone()),
            Some(now.iso()),
            host,
            Some(self.operation.to_owned()),
            Some(self.peer.ip().to_string()),
            self.caller.map(|caller| caller.secret_id.clone()),
            None,
            Some(self.received.to_string()),
            None,
            Some(format!("/{}", self.key)),
            Some(self.head.method.as_str().to_lowercase()),
            header("user-agent"),
            Some(http.to_string()),
            code,
            message,
            Some(sent.to_string()),
            Some(took.clone()),
            Some("USER".to_owned()),
            class,
            Some(owner.to_owned()),
            Some(took),
            requester,
            Some(self.request_id.to_owned()),
            told("Content-Length"),
            told("x-cos-version-id"),
            None,
            header("referer"),
            Some(format!("{} {}", self.head.method, self.head.uri.path())),
        ];
        let fields = fields.map(|field| match field {
            Some(text) if !text.is_empty() => word(&text),
            _ => "-".to_owned(),
        });
        fields.join(" ")
    }
}

/// A text as one word of a line.
fn word(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"%".contains(&byte);
    if text.bytes().all(plain) { text.to_owned() } else { percent::encode(text) }
}

/// Writes a line, if the bucket has lines.
///
/// # Errors
/// When the store fails.
pub(super) fn record(
    cloud: &Cloud,
    owner: &str,
    access: &Access<'_>,
    answer: &Answer,
) -> Result<(), Refusal> {
    let bucket = cloud.store.read()?.scope(owner, "").get::<Bucket>(access.bucket)?;
    let Some((bucket, target)) = bucket.and_then(|bucket| {
        let target = bucket.logging.clone()?;
        Some((bucket, target))
    }) else {
        return Ok(());
    };
    let now = cloud.clock.now();
    let line = Line { target, text: access.line(owner, &bucket, answer, now) };
    let end = (now.0.div_euclid(SPAN_MS) + 1) * SPAN_MS;
    let txn = cloud.store.write()?;
    let here = txn.scope(owner, "");
    let number = here.next("cos.access")?;
    here.put(&format!("{end:016}\0{number:016}"), &line)?;
    Ok(txn.commit()?)
}

/// Delivers the lines of an account whose time is over.
///
/// # Errors
/// When the store fails.
pub(super) fn deliver(cloud: &Arc<Cloud>, owner: &str) -> Result<(), Refusal> {
    let now = cloud.clock.now();
    let due = |txn: &Txn| -> Result<Vec<(String, Line)>, Refusal> {
        let mut lines = txn.scope(owner, "").scan::<Line>("")?;
        lines.retain(|(id, _)| end_of(id).is_some_and(|end| end <= now.0));
        Ok(lines)
    };
    if due(&cloud.store.read()?)?.is_empty() {
        return Ok(());
    }
    let txn = cloud.store.write()?;
    let mut objects: BTreeMap<(i64, String, String), String> = BTreeMap::new();
    for (id, Line { target, text }) in due(&txn)? {
        let end = end_of(&id).unwrap_or_default();
        let place = (end, target.target_bucket, target.target_prefix);
        let lines = objects.entry(place).or_default();
        lines.push_str(&text);
        lines.push('\n');
        txn.scope(owner, "").remove::<Line>(&id)?;
    }
    let mut events = Vec::new();
    for ((end, bucket, prefix), lines) in objects {
        events.extend(write(cloud, &txn, owner, (&bucket, &prefix), end, &lines)?);
    }
    txn.commit()?;
    announce(cloud, &events);
    Ok(())
}

fn end_of(id: &str) -> Option<i64> {
    id.split('\0').next()?.parse().ok()
}

/// An object of lines. Where the bucket is gone by now, the lines are, too.
fn write(
    cloud: &Cloud,
    txn: &Txn,
    owner: &str,
    (name, prefix): (&str, &str),
    end: i64,
    lines: &str,
) -> Result<Vec<Event>, Refusal> {
    let here = txn.scope(owner, "");
    let Some(bucket) = here.get::<Bucket>(name)? else { return Ok(Vec::new()) };
    let digest = md5(lines.as_bytes());
    let mut object = Object {
        modified: end,
        etag: etag(&digest),
        size: lines.len() as u64,
        crc: Crc64::new().update(lines.as_bytes()).value(),
        content: Content::store(&here, lines.as_bytes())?,
        class: "STANDARD".to_owned(),
        ..Object::default()
    };
    let [day, time] = [&Time(end - SPAN_MS).local()[..10], &Time(end - SPAN_MS).local()[11..]];
    let request_id = cloud.ids.request();
    let random = &request_id[..8];
    let key = format!("{prefix}{}/{}_{random}_0", day.replace('-', "/"), time.replace(':', ""));
    object::place(&here, (name, &bucket), &key, &mut object, Time(end))?;
    let event = Event {
        account: owner.to_owned(),
        region: bucket.region,
        bucket: name.to_owned(),
        name: "cos:ObjectCreated:Put",
        key,
        size: object.size,
        etag: object.etag,
        version: object.version,
        caller: String::new(),
        request_id,
    };
    let mut events = vec![event];
    replication::follow(txn, &mut events, cloud.clock.now())?;
    Ok(events)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_one_word() {
        assert_eq!(word("aws-cli/2"), "aws-cli/2");
        assert_eq!(word("two words"), "two%20words");
    }
}
