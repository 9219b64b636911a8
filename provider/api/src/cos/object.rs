//! Objects.

use std::collections::BTreeMap;

use reqwest::Method;

use super::bucket::{canned, some};
use super::document::{Tag, TagSet, Tagging};
use super::request::Request;
use crate::action::Kind;
use crate::client::Client;
use crate::error::Result;

/// Where an object is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The bucket, with the APPID.
    pub bucket: String,
    /// The key, without a leading slash.
    pub key: String,
}

impl Place {
    /// The object of a bucket with a key.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), key: key.into() }
    }

    pub(super) fn request(&self, name: &'static str, kind: Kind, method: Method) -> Request {
        Request::new(name, kind, method, &self.bucket).key(&self.key)
    }
}

/// What is kept with an object beside its bytes: headers by name, such as `content-type`,
/// `x-cos-acl` and `x-cos-storage-class`.
pub type ObjectSettings = BTreeMap<String, String>;

/// What a look at an object tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectHead {
    /// Names the content, in quotation marks; the MD5 for an object that was put in one piece.
    pub etag: String,
    /// How many bytes it has.
    pub size: u64,
    /// When it was last changed, as HTTP writes times.
    pub last_modified: String,
    /// The storage class.
    pub storage_class: String,
    /// The headers that were kept with it, by their names in lower case.
    pub headers: BTreeMap<String, String>,
}

impl ObjectHead {
    /// A header that was kept with it, or nothing.
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).cloned().unwrap_or_default()
    }
}

/// Looks at an object; `None` where there is none.
///
/// # Errors
///
/// Any [`Error`](crate::Error).
pub async fn find_object(client: &Client, place: &Place) -> Result<Option<ObjectHead>> {
    let request = place.request("HeadObject", Kind::Read, Method::HEAD);
    let Some(reply) = some(request.send(client).await)? else { return Ok(None) };
    let class = reply.header("x-cos-storage-class");
    Ok(Some(ObjectHead {
        etag: reply.header("etag"),
        size: reply.header("content-length").parse().unwrap_or_default(),
        last_modified: reply.header("last-modified"),
        storage_class: if class.is_empty() { "STANDARD".to_owned() } else { class },
        headers: reply.headers().map(|(name, value)| (name.into(), value.into())).collect(),
    }))
}

/// Deletes an object; where the bucket keeps versions, marks it as deleted.
///
/// # Errors
///
/// Any [`Error`](crate::Error).
pub async fn delete_object(client: &Client, place: &Place) -> Result<()> {
    place.request("DeleteObject", Kind::Delete, Method::DELETE).send(client).await.map(drop)
}

/// An object's tags.
///
/// # Errors
///
/// Any [`Error`](crate::Error).
pub async fn find_object_tags(
    client: &Client,
    place: &Place,
) -> Result<Option<BTreeMap<String, String>>> {
    let request = place.request("GetObjectTagging", Kind::Read, Method::GET);
    let Some(reply) = some(request.parameter("tagging", "").send(client).await)? else {
        return Ok(None);
    };
    let tags = reply.document::<Tagging>()?.tag_set.tags.into_iter();
    Ok(Some(tags.map(|tag| (tag.key, tag.value)).collect()))
}

/// Replaces an object's tags.
///
/// # Errors
///
/// Any [`Error`](crate::Error).
pub async fn put_object_tags(
    client: &Client,
    place: &Place,
    tags: BTreeMap<String, String>,
) -> Result<()> {
    let tags = tags.into_iter().map(|(key, value)| Tag { key, value }).collect();
    let tagging = Tagging { tag_set: TagSet { tags } };
    let request = place.request("PutObjectTagging", Kind::Write, Method::PUT);
    request.parameter("tagging", "").document("Tagging", &tagging).send(client).await.map(drop)
}

/// Takes an object's tags away.
///
/// # Errors
///
/// Any [`Error`](crate::Error).
pub async fn delete_object_tags(client: &Client, place: &Place) -> Result<()> {
    let request = place.request("DeleteObjectTagging", Kind::Delete, Method::DELETE);
    request.parameter("tagging", "").send(client).await.map(drop)
}

/// An object's ACL: `default` for that of its bucket, `private`, `public-read` or
/// `public-read-write`.
///
/// # Errors
///
/// Any [`Error`](crate::Error).
pub async fn object_acl(client: &Client, place: &Place) -> Result<String> {
    let request = place.request("GetObjectACL", Kind::Read, Method::GET);
    canned(&request.parameter("acl", "").send(client).await?)
}

/// Sets an object's ACL.
///
/// # Errors
///
/// Any [`Error`](crate::Error).
pub async fn put_object_acl(client: &Client, place: &Place, acl: &str) -> Result<()> {
    let request = place.request("PutObjectACL", Kind::Write, Method::PUT);
    request.parameter("acl", "").header("x-cos-acl", acl).send(client).await.map(drop)
}
