//! Objects and their versions.

use std::collections::BTreeMap;

use hyper::HeaderMap;
use serde::{Deserialize, Serialize};

use super::acl::Acl;
use super::bucket::Bucket;
use super::content::{Content, Crc64, check_md5, etag, md5};
use super::encryption::Sealed;
use super::request::{Answer, Reply, Request, Right};
use super::setting::{TagSet, object_tags};
use super::{lifecycle, lock, xml};
use crate::clock::Time;
use crate::percent;
use crate::refusal::{Refusal, refuse, refused};
use crate::store::{Record, Scope};

/// Headers that are kept with an object and given back, beside those of its own.
const KEPT: &[&str] = &[
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
];
const META: &str = "x-cos-meta-";
const MOST_META: usize = 2 << 10;
const LONGEST_KEY: usize = 850;
const CLASSES: &[&str] =
    &["STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING", "COLD", "ARCHIVE", "DEEP_ARCHIVE"];

/// A version of an object, or a marker that it is deleted. Stored under bucket, key and a number
/// that falls, so that the newest version is the first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Object {
    /// The version's id; empty for the one that a bucket without versions has.
    pub(super) version: String,
    pub(super) marker: bool,
    pub(super) modified: i64,
    /// Without quotation marks.
    pub(super) etag: String,
    pub(super) size: u64,
    pub(super) crc: u64,
    pub(super) content: Content,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) class: String,
    /// That of the bucket, if none.
    pub(super) acl: Option<Acl>,
    pub(super) tags: TagSet,
    pub(super) sealed: Sealed,
    /// Until when nobody may delete or overwrite it.
    pub(super) retained_until: Option<i64>,
    /// What replication has made of it: `Completed`, or `Replica` for what it has made.
    pub(super) replication: String,
}

impl Record for Object {
    const KIND: &'static str = "cos.object";
}

impl Object {
    /// A marker that the object is deleted.
    pub(super) fn marker(modified: i64) -> Self {
        Self { marker: true, modified, ..Self::default() }
    }

    /// An object without content, as the request's headers describe it.
    ///
    /// # Errors
    /// `InvalidArgument`, `InvalidStorageClass`, `MetadataTooLarge` and those of ACLs and tags.
    pub(super) fn described(request: &Request<'_>, bucket: &Bucket) -> Result<Self, Refusal> {
        let mut headers = BTreeMap::new();
        for (name, value) in request.headers {
            let name = name.as_str();
            if KEPT.contains(&name) || name.starts_with(META) {
                let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
                headers.insert(name.to_owned(), text);
            }
        }
        let meta = headers.iter().filter(|(name, _)| name.starts_with(META));
        if meta.map(|(name, value)| name.len() + value.len()).sum::<usize>() > MOST_META {
            return refused("MetadataTooLarge", "User-defined headers may have 2 KB.");
        }
        let standard = if bucket.multi_az { "MAZ_STANDARD" } else { "STANDARD" };
        let class = request.header("x-cos-storage-class").unwrap_or(standard);
        let plain = class.strip_prefix("MAZ_").filter(|_| bucket.multi_az).unwrap_or(class);
        if !CLASSES.contains(&plain) {
            let text = format!("The bucket has no storage class `{class}`.");
            return refused("InvalidStorageClass", text);
        }
        let tags = request.header("x-cos-tagging").map(TagSet::of_header).transpose()?;
        Ok(Self {
            modified: request.now.0,
            headers,
            class: class.to_owned(),
            acl: Acl::of_headers(request)?,
            tags: tags.unwrap_or_default(),
            sealed: Sealed::of(request, bucket)?,
            retained_until: lock::of_new(request, bucket)?,
            ..Self::default()
        })
    }

    /// The headers of an answer that shows it.
    fn reply(&self, request: &Request<'_>) -> Reply {
        let mut reply = Reply::default()
            .with("ETag", format!("\"{}\"", self.etag))
            .with("Last-Modified", Time(self.modified).http())
            .with("Accept-Ranges", "bytes")
            .with("x-cos-hash-crc64ecma", self.crc.to_string());
        for (name, value) in &self.headers {
            if request.parameter(&format!("response-{name}")).is_none() {
                reply = reply.with(name, value);
            }
        }
        for (name, value) in request.query {
            let named = name.strip_prefix("response-").filter(|name| KEPT.contains(name));
            reply = named.into_iter().fold(reply, |reply, name| reply.with(name, value));
        }
        if !self.headers.contains_key("content-type")
            && request.parameter("response-content-type").is_none()
        {
            reply = reply.with("Content-Type", "application/octet-stream");
        }
        if self.class != "STANDARD" {
            reply = reply.with("x-cos-storage-class", &self.class);
        }
        if !self.tags.tags.is_empty() {
            reply = reply.with("x-cos-tagging-count", self.tags.tags.len().to_string());
        }
        if !self.replication.is_empty() {
            reply = reply.with("x-cos-replication-status", &self.replication);
        }
        self.named(self.locked(reply))
    }

    /// The answer with the version and encryption.
    pub(super) fn named(&self, reply: Reply) -> Reply {
        let mut reply = self.sealed.told(reply);
        if !self.version.is_empty() {
            reply = reply.with("x-cos-version-id", &self.version);
        }
        reply
    }
}

/// Refuses keys that COS would.
///
/// # Errors
/// `KeyTooLong`, `InvalidArgument`.
pub(super) fn check_key(key: &str) -> Result<(), Refusal> {
    if key.len() > LONGEST_KEY {
        return refused("KeyTooLong", format!("A key may have {LONGEST_KEY} bytes."));
    }
    if key.contains('\0') {
        return refused("InvalidArgument", "A key may not hold the character NUL.");
    }
    Ok(())
}

/// The versions of an object, newest first, each with its id in the store.
pub(super) fn versions(
    request: &Request<'_>,
    bucket: &Bucket,
    key: &str,
) -> Result<Vec<(String, Object)>, Refusal> {
    let found = request.store.scan::<Object>(&format!("{}\0{key}\0", request.bucket_name()))?;
    Ok(lifecycle::remaining(bucket, key, found, request.now))
}

/// The object that a request names, for whoever has the right; with its id in the store.
///
/// # Errors
/// `NoSuchKey`, `NoSuchVersion`, `MethodNotAllowed`, `AccessDenied`.
pub(super) fn find(
    request: &Request<'_>,
    bucket: &Bucket,
    right: Right,
) -> Result<(String, Object), Refusal> {
    named(request, bucket, request.key(), request.parameter("versionId"), right)
}

/// Of an object's versions, newest first, the one of that id, or else the newest. What was put while
/// versions were not kept has the id `null`.
pub(super) fn choose(
    versions: Vec<(String, Object)>,
    id: Option<&str>,
) -> Option<(String, Object)> {
    let mut all = versions.into_iter();
    match id {
        None => all.next(),
        Some("null") => all.find(|(_, object)| object.version.is_empty()),
        Some(id) => all.find(|(_, object)| object.version == id),
    }
}

pub(super) fn named(
    request: &Request<'_>,
    bucket: &Bucket,
    key: &str,
    version: Option<&str>,
    right: Right,
) -> Result<(String, Object), Refusal> {
    let found = choose(versions(request, bucket, key)?, version);
    let acl = found.as_ref().and_then(|(_, object)| object.acl.as_ref()).unwrap_or(&bucket.acl);
    request.must(right, bucket, acl)?;
    match (found, version) {
        (Some((_, object)), Some(_)) if object.marker => {
            refused("MethodNotAllowed", "The version is a delete marker.")
        }
        (Some((id, object)), _) if !object.marker => Ok((id, object)),
        (None, Some(version)) => {
            refused("NoSuchVersion", format!("The object has no version {version}."))
        }
        _ => refused("NoSuchKey", "The specified key does not exist."),
    }
}

/// Stores an object as the newest of its key, in place of what may not stay.
///
/// # Errors
/// `AccessDenied` where what may not stay is locked.
pub(super) fn insert(
    request: &Request<'_>,
    bucket: &Bucket,
    key: &str,
    object: &mut Object,
) -> Result<(), Refusal> {
    place(&request.store, (request.bucket_name(), bucket), key, object, request.now)
}

/// Stores an object as the newest of a key of any bucket.
///
/// # Errors
/// As [`insert`].
pub(super) fn place(
    store: &Scope<'_>,
    (name, bucket): (&str, &Bucket),
    key: &str,
    object: &mut Object,
    now: Time,
) -> Result<(), Refusal> {
    let number = (u64::MAX - store.next("cos.version")?).to_string();
    if bucket.keeps_versions() {
        use base64::Engine;
        object.version = base64::engine::general_purpose::STANDARD_NO_PAD.encode(&number);
    } else {
        for (id, old) in store.scan::<Object>(&format!("{name}\0{key}\0"))? {
            if old.version.is_empty() {
                old.must_be_free(now)?;
                erase(store, &id, &old)?;
            }
        }
    }
    Ok(store.put(&format!("{name}\0{key}\0{number}"), object)?)
}

/// Forgets a version and its bytes.
///
/// # Errors
/// When the store fails.
pub(super) fn erase(store: &Scope<'_>, id: &str, object: &Object) -> Result<(), Refusal> {
    object.content.remove(store)?;
    store.remove::<Object>(id)?;
    Ok(())
}

/// The key and the bucket of a request that writes an object.
pub(super) fn writable(request: &Request<'_>) -> Result<Bucket, Refusal> {
    check_key(request.key())?;
    let bucket = request.bucket(Right::Write)?;
    let forbids = request.header("x-cos-forbid-overwrite") == Some("true");
    let mut there = versions(request, &bucket, request.key())?.into_iter();
    if forbids && there.next().is_some_and(|(_, object)| !object.marker) {
        return refused("FileAlreadyExists", "The object exists, and may not be overwritten.");
    }
    Ok(bucket)
}

/// Keeps what was pulled from an origin.
///
/// # Errors
/// Those of a put.
pub(super) fn pulled(
    request: &Request<'_>,
    bucket: &Bucket,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Object, Refusal> {
    check_key(request.key())?;
    let mut object = Object::described(request, bucket)?;
    object.headers.clear();
    for (name, value) in headers {
        if KEPT.contains(&name.as_str()) {
            let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
            object.headers.insert(name.to_string(), text);
        }
    }
    fill(request, bucket, &mut object, body)?;
    request.happened("cos:ObjectCreated:Origin", bucket, request.key(), &object);
    Ok(object)
}

/// Gives an object its bytes, and stores it.
fn fill(
    request: &Request<'_>,
    bucket: &Bucket,
    object: &mut Object,
    body: &[u8],
) -> Result<(), Refusal> {
    object.etag = etag(&md5(body));
    object.size = body.len() as u64;
    object.crc = Crc64::new().update(body).value();
    object.content = Content::store(&request.store, body)?;
    insert(request, bucket, request.key(), object)
}

pub(super) fn put(request: &Request<'_>) -> Answer {
    let bucket = writable(request)?;
    check_md5(request, &md5(request.body))?;
    let mut object = Object::described(request, &bucket)?;
    fill(request, &bucket, &mut object, request.body)?;
    request.happened("cos:ObjectCreated:Put", &bucket, request.key(), &object);
    let reply = Reply::empty(200)
        .with("ETag", format!("\"{}\"", object.etag))
        .with("x-cos-hash-crc64ecma", object.crc.to_string());
    Ok(object.named(reply))
}

pub(super) fn head(request: &Request<'_>) -> Answer {
    let bucket = request.existing_bucket()?;
    let (_, object) = find(request, &bucket, Right::Read)?;
    if let Some(reply) = condition(request, &object)? {
        return Ok(reply);
    }
    Ok(object.reply(request).with("Content-Length", object.size.to_string()))
}

pub(super) fn get(request: &Request<'_>) -> Answer {
    let bucket = request.existing_bucket()?;
    let (_, object) = find(request, &bucket, Right::Read)?;
    send(request, &object)
}

/// The object, or the part of it that the request asks for.
pub(super) fn send(request: &Request<'_>, object: &Object) -> Answer {
    if let Some(reply) = condition(request, object)? {
        return Ok(reply);
    }
    if object.class.ends_with("ARCHIVE") {
        return refused("InvalidObjectState", "The object is archived; restore it first.");
    }
    let Some(asked) = request.header("range") else {
        let body = object.content.read(&request.store, 0, object.size)?;
        return Ok(Reply { body, ..object.reply(request) });
    };
    let Some((start, end)) = range(asked, object.size) else {
        return refused("InvalidRange", format!("The object has {} bytes.", object.size));
    };
    let body = object.content.read(&request.store, start, end)?;
    let span = format!("bytes {start}-{}/{}", end - 1, object.size);
    Ok(Reply { body, status: 206, ..object.reply(request) }.with("Content-Range", span))
}

/// `bytes=START-END`, `bytes=START-` or `bytes=-COUNT`, as the first byte and the one after the
/// last.
pub(super) fn range(text: &str, size: u64) -> Option<(u64, u64)> {
    let (start, end) = text.strip_prefix("bytes=")?.split_once('-')?;
    let (start, end) = match (start, end) {
        ("", count) => (size.saturating_sub(count.parse().ok()?), size),
        (start, "") => (start.parse().ok()?, size),
        (start, end) => (start.parse().ok()?, end.parse::<u64>().ok()?.saturating_add(1).min(size)),
    };
    (start < end).then_some((start, end))
}

/// The answer to a request whose condition does not hold.
fn condition(request: &Request<'_>, object: &Object) -> Result<Option<Reply>, Refusal> {
    let lists = |header: &str| {
        let tags = request.header(header)?.split(',').map(|tag| tag.trim().trim_matches('"'));
        Some(tags.into_iter().any(|tag| tag == "*" || tag == object.etag))
    };
    if lists("if-match") == Some(false) {
        return refused("PreconditionFailed", "The object has another ETag.");
    }
    let unchanged = lists("if-none-match") == Some(true);
    Ok(unchanged.then(|| Reply::empty(304).with("ETag", format!("\"{}\"", object.etag))))
}

/// The object that `x-cos-copy-source` names.
///
/// # Errors
/// `InvalidCopySource`, `NoSuchBucket`, `NoSuchKey`.
pub(super) fn source(request: &Request<'_>) -> Result<Object, Refusal> {
    let text = request.header("x-cos-copy-source").unwrap_or_default();
    let (place, query) = text.split_once('?').unwrap_or((text, ""));
    let parts = place
        .trim_start_matches('/')
        .split_once('/')
        .and_then(|(host, key)| Some((host.split('.').next()?.to_owned(), percent::decode(key)?)));
    let Some((name, key)) = parts else {
        return refused("InvalidCopySource", "x-cos-copy-source is HOST/KEY, encoded.");
    };
    let bucket = request.store.get::<Bucket>(&name)?;
    let bucket = bucket.ok_or_else(|| refuse("NoSuchBucket", format!("There is no {name}.")))?;
    let found = request.store.scan::<Object>(&format!("{name}\0{key}\0"))?;
    let found = lifecycle::remaining(&bucket, &key, found, request.now);
    let found = choose(found, query.strip_prefix("versionId="));
    request.must_at(("GetObject", &name, &key), Right::Read, &bucket, &bucket.acl)?;
    match found {
        Some((_, object)) if !object.marker => Ok(object),
        _ => refused("NoSuchKey", "The object to copy does not exist."),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Copied {
    #[serde(rename = "ETag")]
    pub(super) etag: String,
    #[serde(rename = "CRC64")]
    pub(super) crc: u64,
    pub(super) last_modified: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) version_id: String,
}

pub(super) fn copy(request: &Request<'_>) -> Answer {
    let bucket = writable(request)?;
    let source = source(request)?;
    let mut object = Object::described(request, &bucket)?;
    match request.header("x-cos-metadata-directive") {
        Some("Replaced") => {}
        None | Some("Copy") => {
            object.headers.clone_from(&source.headers);
            object.tags.clone_from(&source.tags);
        }
        Some(other) => {
            let text = format!("x-cos-metadata-directive is Copy or Replaced, not {other}.");
            return refused("InvalidArgument", text);
        }
    }
    let bytes = source.content.read(&request.store, 0, source.size)?;
    object.content = Content::store(&request.store, &bytes)?;
    (object.etag, object.size, object.crc) = (source.etag, source.size, source.crc);
    insert(request, &bucket, request.key(), &mut object)?;
    request.happened("cos:ObjectCreated:Copy", &bucket, request.key(), &object);
    let copied = Copied {
        etag: format!("\"{}\"", object.etag),
        crc: object.crc,
        last_modified: Time(object.modified).iso(),
        version_id: object.version.clone(),
    };
    Ok(object.named(Reply::xml(xml::write("CopyObjectResult", &copied)?)))
}

/// Changes the object for the bucket's owner.
fn change(request: &Request<'_>, status: u16, change: impl FnOnce(&mut Object)) -> Answer {
    let bucket = request.owned_bucket()?;
    let (id, mut object) = find(request, &bucket, Right::Own)?;
    change(&mut object);
    request.store.put(&id, &object)?;
    Ok(Reply::empty(status))
}

pub(super) fn get_acl(request: &Request<'_>) -> Answer {
    let bucket = request.owned_bucket()?;
    let (_, object) = find(request, &bucket, Right::Own)?;
    let own = request.store.account();
    match object.acl {
        Some(acl) => acl.reply(own),
        None => Ok(bucket.acl.reply(own)?.with("x-cos-acl", "default")),
    }
}

pub(super) fn put_acl(request: &Request<'_>) -> Answer {
    let acl = Acl::of(request)?;
    let own = request.header("x-cos-acl") != Some("default");
    change(request, 200, |object| object.acl = own.then_some(acl))
}

pub(super) fn get_tagging(request: &Request<'_>) -> Answer {
    let bucket = request.owned_bucket()?;
    find(request, &bucket, Right::Own)?.1.tags.reply()
}

pub(super) fn put_tagging(request: &Request<'_>) -> Answer {
    let tags = object_tags(request.body)?;
    change(request, 200, |object| object.tags = tags)
}

pub(super) fn delete_tagging(request: &Request<'_>) -> Answer {
    change(request, 204, |object| object.tags = TagSet::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_object() {
        for (text, expected) in [
            ("bytes=0-3", Some((0, 4))),
            ("bytes=2-", Some((2, 10))),
            ("bytes=-4", Some((6, 10))),
            ("bytes=-40", Some((0, 10))),
            ("bytes=8-40", Some((8, 10))),
            ("bytes=10-", None),
            ("bytes=5-2", None),
            ("lines=1-2", None),
        ] {
            assert_eq!(range(text, 10), expected, "{text}");
        }
    }
}
