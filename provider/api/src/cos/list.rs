//! Lists of what a bucket holds, and emptying it.

use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::request::Request;
use crate::action::Kind;
use crate::client::Client;
use crate::error::Result;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Objects {
    #[serde(default)]
    is_truncated: bool,
    #[serde(default)]
    next_marker: String,
    #[serde(default)]
    contents: Vec<Named>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Versions {
    #[serde(default)]
    version: Vec<Named>,
    #[serde(default)]
    delete_marker: Vec<Named>,
}

/// A version of an object.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    key: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    version_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Deletion {
    quiet: bool,
    object: Vec<Named>,
}

#[derive(Deserialize)]
struct Deleted {
    #[serde(rename = "Error", default)]
    failed: Vec<Failed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Failed {
    key: String,
    code: String,
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
struct Uploads {
    #[serde(rename = "Upload", default)]
    uploads: Vec<Upload>,
}

/// An upload that is not finished.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Upload {
    pub(super) key: String,
    pub(super) upload_id: String,
}

/// The keys of a bucket's objects that begin with `prefix`, in their order.
///
/// # Errors
///
/// Any [`Error`](crate::Error).
pub async fn list_objects(client: &Client, bucket: &str, prefix: &str) -> Result<Vec<String>> {
    let (mut keys, mut marker) = (Vec::new(), String::new());
    loop {
        let request = Request::new("GetBucket", Kind::Read, Method::GET, bucket);
        let request = request.parameter("prefix", prefix).parameter("marker", marker);
        let page: Objects = request.send(client).await?.document()?;
        keys.extend(page.contents.into_iter().map(|object| object.key));
        if !page.is_truncated || page.next_marker.is_empty() {
            return Ok(keys);
        }
        marker = page.next_marker;
    }
}

/// The unfinished uploads of keys that begin with `prefix`, at most a thousand.
pub(super) async fn uploads(client: &Client, bucket: &str, prefix: &str) -> Result<Vec<Upload>> {
    let request = Request::new("ListMultipartUploads", Kind::Read, Method::GET, bucket);
    let request = request.parameter("uploads", "").parameter("prefix", prefix);
    Ok(request.send(client).await?.document::<Uploads>()?.uploads)
}

/// Throws an unfinished upload away; one that is gone is none less.
pub(super) async fn abort(client: &Client, bucket: &str, upload: &Upload) -> Result<()> {
    let request = Request::new("AbortMultipartUpload", Kind::Delete, Method::DELETE, bucket);
    let request = request.key(&upload.key).parameter("uploadId", &*upload.upload_id);
    super::bucket::some(request.send(client).await).map(drop)
}

/// Deletes everything in a bucket for good: objects, their versions, unfinished uploads.
///
/// # Errors
///
/// Any [`Error`](crate::Error).
pub async fn empty_bucket(client: &Client, bucket: &str) -> Result<()> {
    loop {
        let request = Request::new("GetBucketObjectVersions", Kind::Read, Method::GET, bucket);
        let page: Versions = request.parameter("versions", "").send(client).await?.document()?;
        let object: Vec<_> = page.version.into_iter().chain(page.delete_marker).collect();
        if object.is_empty() {
            break;
        }
        delete(client, bucket, object).await?;
    }
    loop {
        let unfinished = uploads(client, bucket, "").await?;
        if unfinished.is_empty() {
            return Ok(());
        }
        for upload in &unfinished {
            abort(client, bucket, upload).await?;
        }
    }
}

async fn delete(client: &Client, bucket: &str, object: Vec<Named>) -> Result<()> {
    const NAME: &str = "DeleteMultipleObjects";
    let request = Request::new(NAME, Kind::Delete, Method::POST, bucket).parameter("delete", "");
    let request = request.document("Delete", &Deletion { quiet: true, object });
    let deleted: Deleted = request.send(client).await?.document()?;
    match deleted.failed.into_iter().next() {
        None => Ok(()),
        Some(Failed { key, code, message }) => Err(crate::Error::Failed {
            what: format!("deleting {key} from {bucket}"),
            state: code,
            reasons: vec![message],
        }),
    }
}
