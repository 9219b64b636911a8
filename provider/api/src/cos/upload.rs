//! Putting objects: small ones in one request, large ones in parts.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use md5::{Digest, Md5};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use tokio::task::{JoinSet, spawn_blocking};

use super::list::{Upload, uploads};
use super::object::{ObjectSettings, Place, find_object};
use crate::action::Kind;
use crate::client::Client;
use crate::error::{Error, Result};

/// Bytes of a part. An object with no more is put in one request.
const PART: u64 = 8 << 20;
/// Parts that an upload may have.
const MOST_PARTS: u64 = 10_000;
/// How many parts are under way at once, and so how many a file's upload holds in memory.
const AT_ONCE: usize = 3;
/// How long sending one part may take.
const PATIENCE: Duration = Duration::from_secs(900);

/// What is put.
#[derive(Debug, Clone)]
pub enum Body {
    /// Bytes in memory, which are not copied.
    Bytes(Bytes),
    /// A file, of which a few parts at a time are in memory.
    File(PathBuf),
}

impl Body {
    async fn size(&self) -> Result<u64> {
        match self {
            Self::Bytes(bytes) => Ok(bytes.len() as u64),
            Self::File(path) => {
                let metadata = tokio::fs::metadata(path).await;
                metadata.map(|metadata| metadata.len()).map_err(|error| unreadable(path, &error))
            }
        }
    }

    async fn read(&self, start: u64, size: u64) -> Result<Bytes> {
        match self {
            Self::Bytes(bytes) => {
                let start = usize::try_from(start).unwrap_or(usize::MAX).min(bytes.len());
                let end = bytes
                    .len()
                    .min(start.saturating_add(usize::try_from(size).unwrap_or(usize::MAX)));
                Ok(bytes.slice(start..end))
            }
            Self::File(path) => {
                let own = path.clone();
                let read = spawn_blocking(move || read(&own, start, size)).await;
                let read = read.unwrap_or_else(|ended| Err(std::io::Error::other(ended)));
                read.map_err(|error| unreadable(path, &error))
            }
        }
    }
}

fn read(path: &Path, start: u64, size: u64) -> std::io::Result<Bytes> {
    let mut file = std::fs::File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = vec![0; usize::try_from(size).map_err(std::io::Error::other)?];
    file.read_exact(&mut bytes)?;
    Ok(bytes.into())
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::Failed {
        what: format!("reading {}", path.display()),
        state: error.kind().to_string(),
        reasons: vec![error.to_string()],
    }
}

/// Puts an object in place of what is there; returns its ETag. A large one is sent in parts, each
/// of which is repeated by itself. One that was interrupted goes on where it stopped if it has no
/// settings; with settings it begins anew, for those of an unfinished upload cannot be read.
///
/// # Errors
///
/// Any [`Error`]; `Error::Failed` for a file that cannot be read.
pub async fn upload(
    client: &Client,
    place: &Place,
    body: &Body,
    settings: &ObjectSettings,
) -> Result<String> {
    let size = body.size().await?;
    let headers = settings.iter().map(|(name, value)| (&**name, &**value));
    if size <= PART {
        let request = place.request("PutObject", Kind::Write, Method::PUT).headers(headers);
        let request = request.body(body.read(0, size).await?).patience(PATIENCE);
        return Ok(request.send(client).await?.header("etag"));
    }
    let unfinished = match settings.is_empty() {
        true => unfinished(client, place).await?,
        false => None,
    };
    let id = match unfinished {
        Some(id) => id,
        None => {
            let request = place.request("InitiateMultipartUpload", Kind::Create, Method::POST);
            let reply = request.headers(headers).parameter("uploads", "").send(client).await?;
            reply.document::<Begun>()?.upload_id
        }
    };
    let upload = Parts { client: client.clone(), place: place.clone(), id };
    upload.send(body, size).await
}

/// The upload of this object that was begun last and not finished.
async fn unfinished(client: &Client, place: &Place) -> Result<Option<String>> {
    let found = uploads(client, &place.bucket, &place.key).await?.into_iter();
    let mut of_key = found.filter(|upload: &Upload| upload.key == place.key);
    Ok(of_key.next_back().map(|upload| upload.upload_id))
}

#[derive(Deserialize)]
struct Begun {
    #[serde(rename = "UploadId")]
    upload_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listing {
    #[serde(default)]
    is_truncated: bool,
    #[serde(default)]
    next_part_number_marker: String,
    #[serde(default)]
    part: Vec<Sent>,
}

/// A part that is there.
#[derive(Clone, Serialize, Deserialize)]
struct Sent {
    #[serde(rename = "PartNumber")]
    number: u64,
    #[serde(rename = "ETag")]
    etag: String,
}

#[derive(Serialize)]
struct Completion {
    #[serde(rename = "Part")]
    parts: Vec<Sent>,
}

#[derive(Deserialize)]
struct Completed {
    #[serde(rename = "ETag")]
    etag: String,
}

/// An upload in parts that has begun.
#[derive(Clone)]
struct Parts {
    client: Client,
    place: Place,
    id: String,
}

impl Parts {
    async fn send(self, body: &Body, size: u64) -> Result<String> {
        let part = PART.max(size.div_ceil(MOST_PARTS));
        let there = self.there().await?;
        let (mut under_way, mut sent, mut digests) = (JoinSet::new(), Vec::new(), Vec::new());
        for number in 1..=size.div_ceil(part) {
            let start = (number - 1) * part;
            let bytes = body.read(start, part.min(size - start)).await?;
            let digest = Md5::digest(&bytes);
            digests.extend_from_slice(&digest);
            let etag = format!("\"{}\"", hex(&digest));
            if there.get(&number) == Some(&etag) {
                sent.push(Sent { number, etag });
                continue;
            }
            if under_way.len() == AT_ONCE {
                sent.extend(finished(&mut under_way).await?);
            }
            under_way.spawn(self.clone().put(number, bytes));
        }
        while let Some(one) = finished(&mut under_way).await? {
            sent.push(one);
        }
        sent.sort_by_key(|sent| sent.number);
        let expected = format!("\"{}-{}\"", hex(&Md5::digest(&digests)), sent.len());
        match self.complete(sent).await {
            // The upload is gone if the lost request has completed it.
            Err(error) if error.may_have_taken_effect() => {
                let found = find_object(&self.client, &self.place).await?;
                let complete = found.is_some_and(|object| object.etag == expected);
                if complete { Ok(expected) } else { Err(error) }
            }
            outcome => outcome,
        }
    }

    async fn complete(&self, parts: Vec<Sent>) -> Result<String> {
        const NAME: &str = "CompleteMultipartUpload";
        let request = self.place.request(NAME, Kind::Create, Method::POST);
        let request = request.parameter("uploadId", &*self.id).patience(PATIENCE);
        let reply = request.document(NAME, &Completion { parts }).send(&self.client).await?;
        Ok(reply.document::<Completed>()?.etag)
    }

    /// The ETags of the parts that are there.
    async fn there(&self) -> Result<BTreeMap<u64, String>> {
        let (mut there, mut marker) = (BTreeMap::new(), String::new());
        loop {
            let request = self.place.request("ListParts", Kind::Read, Method::GET);
            let request = request.parameter("uploadId", &*self.id);
            let request = request.parameter("part-number-marker", marker);
            let page: Listing = request.send(&self.client).await?.document()?;
            there.extend(page.part.into_iter().map(|sent| (sent.number, sent.etag)));
            if !page.is_truncated {
                return Ok(there);
            }
            marker = page.next_part_number_marker;
        }
    }

    async fn put(self, number: u64, bytes: Bytes) -> Result<Sent> {
        let request = self.place.request("UploadPart", Kind::Write, Method::PUT);
        let request = request.parameter("partNumber", number.to_string());
        let request = request.parameter("uploadId", &*self.id).body(bytes).patience(PATIENCE);
        Ok(Sent { number, etag: request.send(&self.client).await?.header("etag") })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The next part that has come; `None` when none is under way. With the first that fails, the
/// others end as well.
async fn finished(under_way: &mut JoinSet<Result<Sent>>) -> Result<Option<Sent>> {
    match under_way.join_next().await {
        None => Ok(None),
        Some(Ok(sent)) => sent.map(Some),
        Some(Err(ended)) => std::panic::resume_unwind(ended.into_panic()),
    }
}
