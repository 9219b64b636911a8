//! Buckets.

use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::request::{Reply, Request};
use crate::action::Kind;
use crate::client::Client;
use crate::error::Result;

/// A bucket to be made.
#[derive(Debug, Clone, Default)]
pub struct NewBucket {
    /// `private`, `public-read` or `public-read-write`.
    pub acl: Option<String>,
    /// Whether its objects lie in several zones.
    pub multi_az: bool,
    /// Whether it is a file system at the same time (CHDFS).
    pub file_system: bool,
}

#[derive(Serialize)]
struct Creation {
    #[serde(rename = "BucketAZConfig", skip_serializing_if = "Option::is_none")]
    zones: Option<&'static str>,
    #[serde(rename = "BucketArchConfig", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
}

/// Makes a bucket.
///
/// # Errors
///
/// Any [`Error`](crate::Error); `BucketAlreadyOwnedByYou` where there is one of that name.
pub async fn put_bucket(client: &Client, bucket: &str, new: &NewBucket) -> Result<()> {
    let mut request = Request::new("PutBucket", Kind::Create, Method::PUT, bucket);
    if let Some(acl) = &new.acl {
        request = request.header("x-cos-acl", acl);
    }
    let creation =
        Creation { zones: new.multi_az.then_some("MAZ"), kind: new.file_system.then_some("OFS") };
    if new.multi_az || new.file_system {
        request = request.document("CreateBucketConfiguration", &creation);
    }
    request.send(client).await.map(drop)
}

/// What a look at a bucket tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketHead {
    /// Its region.
    pub region: String,
    /// Whether its objects lie in several zones.
    pub multi_az: bool,
    /// Whether it is a file system at the same time.
    pub file_system: bool,
}

/// Looks at a bucket; `None` where there is none.
///
/// # Errors
///
/// Any [`Error`](crate::Error).
pub async fn find_bucket(client: &Client, bucket: &str) -> Result<Option<BucketHead>> {
    let request = Request::new("HeadBucket", Kind::Read, Method::HEAD, bucket);
    let found = some(request.send(client).await)?;
    Ok(found.map(|reply| BucketHead {
        region: reply.header("x-cos-bucket-region"),
        multi_az: reply.header("x-cos-bucket-az-type") == "MAZ",
        file_system: reply.header("x-cos-bucket-arch") == "OFS",
    }))
}

/// What was found; `None` where the cloud says that there is nothing.
pub(super) fn some<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Deletes a bucket, which must be empty.
///
/// # Errors
///
/// Any [`Error`](crate::Error); `BucketNotEmpty`.
pub async fn delete_bucket(client: &Client, bucket: &str) -> Result<()> {
    Request::new("DeleteBucket", Kind::Delete, Method::DELETE, bucket).send(client).await.map(drop)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listing {
    #[serde(default)]
    buckets: Rows,
}

#[derive(Default, Deserialize)]
struct Rows {
    #[serde(rename = "Bucket", default)]
    rows: Vec<BucketRow>,
}

/// A bucket in a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct BucketRow {
    /// The name, with the APPID.
    pub name: String,
    /// The region.
    pub location: String,
    /// When it was made, as `2026-01-31T00:00:00Z`.
    #[serde(default)]
    pub creation_date: String,
}

/// The account's buckets, in all regions.
///
/// # Errors
///
/// Any [`Error`](crate::Error).
pub async fn list_buckets(client: &Client) -> Result<Vec<BucketRow>> {
    let reply = Request::new("GetService", Kind::Read, Method::GET, "").send(client).await?;
    Ok(reply.document::<Listing>()?.buckets.rows)
}

/// Who may do what.
#[derive(Deserialize)]
struct Policy {
    #[serde(rename = "AccessControlList", default)]
    list: Grants,
}

#[derive(Default, Deserialize)]
struct Grants {
    #[serde(rename = "Grant", default)]
    grants: Vec<Grant>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Grant {
    grantee: Grantee,
    permission: String,
}

#[derive(Deserialize)]
struct Grantee {
    #[serde(rename = "URI", default)]
    uri: String,
}

/// The canned ACL that an answer describes.
pub(super) fn canned(reply: &Reply) -> Result<String> {
    if reply.header("x-cos-acl") == "default" {
        return Ok("default".to_owned());
    }
    let grants = reply.document::<Policy>()?.list.grants;
    let everybody = |permissions: &[&str]| {
        grants.iter().any(|grant| {
            grant.grantee.uri.ends_with("/AllUsers") && permissions.contains(&&*grant.permission)
        })
    };
    let reads = everybody(&["READ", "FULL_CONTROL"]);
    let writes = everybody(&["WRITE", "FULL_CONTROL"]);
    Ok(match (reads, writes) {
        (true, true) => "public-read-write",
        (true, false) => "public-read",
        (false, _) => "private",
    }
    .to_owned())
}

/// Sets a bucket's ACL to `private`, `public-read` or `public-read-write`.
///
/// # Errors
///
/// Any [`Error`](crate::Error).
pub async fn put_bucket_acl(client: &Client, bucket: &str, acl: &str) -> Result<()> {
    let request = Request::new("PutBucketACL", Kind::Write, Method::PUT, bucket);
    request.parameter("acl", "").header("x-cos-acl", acl).send(client).await.map(drop)
}
