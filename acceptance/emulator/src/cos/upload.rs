//! Uploads in parts.

use serde::{Deserialize, Serialize};

use super::bucket::{Bucket, Owner};
use super::content::{Content, Crc64, check_md5, etag, md5};
use super::object::{self, Copied, Object};
use super::request::{Answer, Reply, Request, Right};
use super::{lifecycle, xml};
use crate::clock::Time;
use crate::refusal::{Refusal, refuse, refused};
use crate::store::Record;

const MOST_PARTS: u32 = 10_000;
/// Least bytes of every part but the last.
const SMALLEST_PART: u64 = 1 << 20;
const MOST_ROWS: usize = 1000;

/// An upload that is not finished. Stored under bucket, key and id.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Upload {
    begun: i64,
    object: Object,
}

impl Record for Upload {
    const KIND: &'static str = "cos.upload";
}

/// A part that has come. Stored under the upload's id and its number.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Part {
    etag: String,
    size: u64,
    modified: i64,
    content: Content,
}

impl Record for Part {
    const KIND: &'static str = "cos.part";
}

fn part_id(upload: &str, number: u32) -> String {
    format!("{upload}\0{number:05}")
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Begun<'a> {
    bucket: &'a str,
    key: &'a str,
    upload_id: &'a str,
}

pub(super) fn initiate(request: &Request<'_>) -> Answer {
    let bucket = object::writable(request)?;
    let (name, key) = (request.bucket_name(), request.key());
    let object = Object::described(request, &bucket)?;
    let number = request.store.next("cos.upload")?;
    let id = request.cloud.ids.uuid(&format!("cos upload {name}"), number).replace('-', "");
    let upload = Upload { begun: request.now.0, object };
    request.store.put(&format!("{name}\0{key}\0{id}"), &upload)?;
    let begun = Begun { bucket: name, key, upload_id: &id };
    Ok(Reply::xml(xml::write("InitiateMultipartUploadResult", &begun)?))
}

/// The upload that a request names: its id in the store, its own id, and itself.
fn find<'a>(request: &'a Request<'_>) -> Result<(String, &'a str, Upload, Bucket), Refusal> {
    let bucket = request.bucket(Right::Write)?;
    let id = request.parameter("uploadId").unwrap_or_default();
    let stored = format!("{}\0{}\0{id}", request.bucket_name(), request.key());
    let found = request.store.get::<Upload>(&stored)?;
    let aborted =
        |upload: &Upload| lifecycle::is_aborted(&bucket, request.key(), upload.begun, request.now);
    match found.filter(|upload| !aborted(upload)) {
        Some(upload) => Ok((stored, id, upload, bucket)),
        None => refused("NoSuchUpload", "The specified multipart upload does not exist."),
    }
}

fn number(request: &Request<'_>) -> Result<u32, Refusal> {
    let number = request.parameter("partNumber").and_then(|text| text.parse().ok());
    number
        .filter(|number| (1..=MOST_PARTS).contains(number))
        .ok_or_else(|| refuse("InvalidArgument", format!("partNumber is from 1 to {MOST_PARTS}.")))
}

fn keep(request: &Request<'_>, upload: &str, number: u32, bytes: &[u8]) -> Result<Part, Refusal> {
    let id = part_id(upload, number);
    if let Some(old) = request.store.get::<Part>(&id)? {
        old.content.remove(&request.store)?;
    }
    let part = Part {
        etag: etag(&md5(bytes)),
        size: bytes.len() as u64,
        modified: request.now.0,
        content: Content::store(&request.store, bytes)?,
    };
    request.store.put(&id, &part)?;
    Ok(part)
}

pub(super) fn put_part(request: &Request<'_>) -> Answer {
    let (_, id, ..) = find(request)?;
    let number = number(request)?;
    check_md5(request, &md5(request.body))?;
    let part = keep(request, id, number, request.body)?;
    let crc = Crc64::new().update(request.body).value();
    Ok(Reply::empty(200)
        .with("ETag", format!("\"{}\"", part.etag))
        .with("x-cos-hash-crc64ecma", crc.to_string()))
}

pub(super) fn copy_part(request: &Request<'_>) -> Answer {
    let (_, id, ..) = find(request)?;
    let number = number(request)?;
    let source = object::source(request)?;
    let span = match request.header("x-cos-copy-source-range") {
        None => Some((0, source.size)),
        Some(text) => object::range(text, source.size),
    };
    let Some((start, end)) = span else {
        return refused("InvalidRange", "x-cos-copy-source-range is outside of the object.");
    };
    let bytes = source.content.read(&request.store, start, end)?;
    let part = keep(request, id, number, &bytes)?;
    let copied = Copied {
        etag: format!("\"{}\"", part.etag),
        crc: Crc64::new().update(&bytes).value(),
        last_modified: Time(part.modified).iso(),
        version_id: String::new(),
    };
    Ok(Reply::xml(xml::write("CopyPartResult", &copied)?))
}

#[derive(Deserialize)]
struct Completion {
    #[serde(rename = "Part", default)]
    parts: Vec<Chosen>,
}

#[derive(Deserialize)]
struct Chosen {
    #[serde(rename = "PartNumber")]
    number: u32,
    #[serde(rename = "ETag")]
    etag: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Completed<'a> {
    location: String,
    bucket: &'a str,
    key: &'a str,
    #[serde(rename = "ETag")]
    etag: String,
}

pub(super) fn complete(request: &Request<'_>) -> Answer {
    let (stored, id, upload, bucket) = find(request)?;
    let Completion { parts } = xml::read(request.body)?;
    if parts.is_empty() {
        return refused("MalformedXML", "An upload is completed with at least one part.");
    }
    if parts.windows(2).any(|pair| pair[0].number >= pair[1].number) {
        return refused("InvalidPartOrder", "Parts are listed in the order of their numbers.");
    }
    let mut object = Object { modified: request.now.0, ..upload.object };
    let (mut digests, mut crc) = (Vec::new(), Crc64::new());
    for (index, chosen) in parts.iter().enumerate() {
        let part_id = part_id(id, chosen.number);
        let found = request.store.get::<Part>(&part_id)?;
        let same = |part: &Part| part.etag == chosen.etag.trim_matches('"');
        let Some(part) = found.filter(same) else {
            let text = format!("Part {} has not come, or has another ETag.", chosen.number);
            return refused("InvalidPart", text);
        };
        if part.size < SMALLEST_PART && index + 1 < parts.len() {
            return refused("EntityTooSmall", "Every part but the last has at least 1 MB.");
        }
        let bytes = part.content.read(&request.store, 0, part.size)?;
        digests.extend(md5(&bytes));
        crc = crc.update(&bytes);
        object.size += part.size;
        object.content.append(part.content);
        request.store.remove::<Part>(&part_id)?;
    }
    object.etag = format!("{}-{}", etag(&md5(&digests)), parts.len());
    object.crc = crc.value();
    // Parts that were not chosen.
    discard(request, &stored, id)?;
    object::insert(request, &bucket, request.key(), &mut object)?;
    let name = "cos:ObjectCreated:CompleteMultipartUpload";
    request.happened(name, &bucket, request.key(), &object);
    let completed = Completed {
        location: format!(
            "{}.cos.{}.myqcloud.com/{}",
            request.bucket_name(),
            bucket.region,
            request.key()
        ),
        bucket: request.bucket_name(),
        key: request.key(),
        etag: format!("\"{}\"", object.etag),
    };
    let reply = Reply::xml(xml::write("CompleteMultipartUploadResult", &completed)?);
    Ok(object.named(reply).with("x-cos-hash-crc64ecma", object.crc.to_string()))
}

fn discard(request: &Request<'_>, stored: &str, id: &str) -> Result<(), Refusal> {
    for (part_id, part) in request.store.scan::<Part>(&format!("{id}\0"))? {
        part.content.remove(&request.store)?;
        request.store.remove::<Part>(&part_id)?;
    }
    request.store.remove::<Upload>(stored)?;
    Ok(())
}

pub(super) fn abort(request: &Request<'_>) -> Answer {
    let (stored, id, ..) = find(request)?;
    discard(request, &stored, id)?;
    Ok(Reply::empty(204))
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Parts<'a> {
    bucket: &'a str,
    key: &'a str,
    upload_id: &'a str,
    part_number_marker: u32,
    next_part_number_marker: u32,
    max_parts: usize,
    is_truncated: bool,
    part: Vec<PartRow>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PartRow {
    part_number: u32,
    last_modified: String,
    #[serde(rename = "ETag")]
    etag: String,
    size: u64,
}

pub(super) fn list_parts(request: &Request<'_>) -> Answer {
    let (_, id, ..) = find(request)?;
    let number = |name: &str| request.parameter(name).and_then(|text| text.parse::<u32>().ok());
    let after = number("part-number-marker").unwrap_or(0);
    let most = number("max-parts").map_or(MOST_ROWS, |most| MOST_ROWS.min(most as usize));
    let all = request.store.scan::<Part>(&format!("{id}\0"))?.into_iter();
    let rows = all.filter_map(|(id, part)| {
        let number = id.rsplit_once('\0')?.1.parse().ok()?;
        let row = PartRow {
            part_number: number,
            last_modified: Time(part.modified).iso(),
            etag: format!("\"{}\"", part.etag),
            size: part.size,
        };
        (number > after).then_some(row)
    });
    let mut rows: Vec<PartRow> = rows.collect();
    let is_truncated = rows.len() > most;
    rows.truncate(most);
    let parts = Parts {
        bucket: request.bucket_name(),
        key: request.key(),
        upload_id: id,
        part_number_marker: after,
        next_part_number_marker: rows.last().map_or(after, |row| row.part_number),
        max_parts: most,
        is_truncated,
        part: rows,
    };
    Ok(Reply::xml(xml::write("ListPartsResult", &parts)?))
}

/// The uploads of a bucket that are not finished: key, id and itself, in the order of the keys.
pub(super) fn unfinished(
    request: &Request<'_>,
    bucket: &Bucket,
) -> Result<Vec<(String, String, Upload)>, Refusal> {
    let inside = format!("{}\0", request.bucket_name());
    let all = request.store.scan::<Upload>(&inside)?.into_iter();
    let rows = all.filter_map(|(stored, upload)| {
        let (key, id) = stored[inside.len()..].rsplit_once('\0')?;
        let gone = lifecycle::is_aborted(bucket, key, upload.begun, request.now);
        (!gone).then(|| (key.to_owned(), id.to_owned(), upload))
    });
    Ok(rows.collect())
}

/// Forgets every upload of the bucket.
pub(super) fn forget(request: &Request<'_>) -> Result<(), Refusal> {
    for (stored, _) in request.store.scan::<Upload>(&format!("{}\0", request.bucket_name()))? {
        let id = stored.rsplit_once('\0').map_or("", |(_, id)| id).to_owned();
        discard(request, &stored, &id)?;
    }
    Ok(())
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Uploads<'a> {
    bucket: &'a str,
    prefix: &'a str,
    key_marker: &'a str,
    upload_id_marker: &'a str,
    next_key_marker: String,
    next_upload_id_marker: String,
    max_uploads: usize,
    is_truncated: bool,
    upload: Vec<UploadRow>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct UploadRow {
    key: String,
    upload_id: String,
    initiated: String,
    storage_class: String,
    owner: Owner,
}

pub(super) fn list(request: &Request<'_>) -> Answer {
    let bucket = request.owned_bucket()?;
    let text = |name| request.parameter(name).unwrap_or_default();
    if !text("delimiter").is_empty() {
        return refused("NotImplemented", "The local cloud lists uploads without a delimiter.");
    }
    let (prefix, after) = (text("prefix"), (text("key-marker"), text("upload-id-marker")));
    let most = text("max-uploads").parse().map_or(MOST_ROWS, |most: usize| MOST_ROWS.min(most));
    let rows = unfinished(request, &bucket)?.into_iter();
    let rows = rows.filter(|(key, id, _)| {
        let behind = if after.1.is_empty() { &**key > after.0 } else { (&**key, &**id) > after };
        key.starts_with(prefix) && behind
    });
    let mut rows: Vec<UploadRow> = rows
        .map(|(key, upload_id, upload)| UploadRow {
            key,
            upload_id,
            initiated: Time(upload.begun).iso(),
            storage_class: upload.object.class,
            owner: Owner::of(request.store.account()),
        })
        .collect();
    let is_truncated = rows.len() > most;
    rows.truncate(most);
    let last = rows.last().filter(|_| is_truncated);
    let uploads = Uploads {
        bucket: request.bucket_name(),
        prefix,
        key_marker: after.0,
        upload_id_marker: after.1,
        next_key_marker: last.map(|row| row.key.clone()).unwrap_or_default(),
        next_upload_id_marker: last.map(|row| row.upload_id.clone()).unwrap_or_default(),
        max_uploads: most,
        is_truncated,
        upload: rows,
    };
    Ok(Reply::xml(xml::write("ListMultipartUploadsResult", &uploads)?))
}
