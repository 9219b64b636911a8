//! COS, the object storage: its own XML protocol and signature, on the same port as the rest.
//!
//! A request is addressed by its host or by its path (`address`), chooses an `operation`, and works
//! on one transaction (`visit`). Objects' bytes lie in blobs of a few megabytes (`content`). Everything is
//! in the part of an account's state that has no region, for a bucket's name is its own in all.

mod acl;
mod address;
mod bucket;
mod content;
mod cors;
mod dialect;
mod domain;
mod encryption;
pub mod events;
mod lifecycle;
mod list;
mod lock;
mod logging;
mod object;
mod operation;
mod origin;
mod policy;
mod removal;
mod replication;
mod request;
mod setting;
mod tiering;
mod upload;
mod visit;
mod website;
mod xml;

use std::borrow::Cow;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Method, Response, StatusCode};
use serde::Serialize;

use self::bucket::Bucket;
use self::request::{Answer, Reply};
use crate::accounts::Account;
use crate::refusal::{Refusal, refuse, refused};
use crate::server::Page;
use crate::store::{Scope, StoreError};

pub(crate) use operation::names;
pub(crate) use visit::{incoming, respond};

/// Greatest body: what one request may put.
pub(crate) const MAX_BODY: usize = 1 << 30;

/// The HTTP status of an error.
fn status(code: &str) -> u16 {
    match code {
        "AccessDenied"
        | "AccessForbidden"
        | "InvalidAccessKeyId"
        | "InvalidObjectState"
        | "RequestTimeTooSkewed"
        | "SignatureDoesNotMatch" => 403,
        "MethodNotAllowed" => 405,
        "BucketAlreadyExists"
        | "BucketAlreadyOwnedByYou"
        | "BucketNotEmpty"
        | "FileAlreadyExists"
        | "InvalidBucketState"
        | "RecordAlreadyExist" => 409,
        "PreconditionFailed" => 412,
        "InvalidRange" => 416,
        "InternalError" => 500,
        "NotImplemented" => 501,
        "BadGateway" => 502,
        "ServiceUnavailable" | "SlowDown" => 503,
        code if code.starts_with("NoSuch") || code.ends_with("NotFoundError") => 404,
        _ => 400,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Error<'a> {
    code: &'a str,
    message: &'a str,
    resource: &'a str,
    request_id: &'a str,
}

fn page(answer: Answer, method: &Method, resource: &str, request_id: &str) -> Page {
    let reply = answer.unwrap_or_else(|refusal| {
        let Refusal { code, message } = &refusal;
        let error = Error { code, message, resource, request_id };
        let body = xml::write("Error", &error).unwrap_or_default();
        Reply { status: status(code), ..Reply::xml(body) }
    });
    let body = if *method == Method::HEAD { Bytes::new() } else { reply.body };
    let mut page = Response::new(Full::new(body));
    *page.status_mut() = StatusCode::from_u16(reply.status.max(200)).unwrap_or_default();
    let own = [("x-cos-request-id".to_owned(), request_id.to_owned())];
    for (name, value) in reply.headers.into_iter().chain(own) {
        let (name, value) = (HeaderName::try_from(name), HeaderValue::try_from(value));
        if let (Ok(name), Ok(value)) = (name, value) {
            page.headers_mut().insert(name, value);
        }
    }
    page.headers_mut().insert("server", HeaderValue::from_static("tencent-cos"));
    page
}

/// Whether the account has a bucket of that whole name in a region.
///
/// # Errors
/// When the store fails.
pub(crate) fn has_bucket(here: &Scope<'_>, region: &str, name: &str) -> Result<bool, StoreError> {
    let found = here.in_region("").get::<Bucket>(name)?;
    Ok(found.is_some_and(|bucket| bucket.region == region))
}

/// The bytes of an object that another service of the account reads: `bucket` with or without its
/// APPID, `key` with or without a leading slash.
///
/// # Errors
/// `ResourceNotFound.Cos`, `ResourceNotFound.CosObject`.
pub(crate) fn fetch(
    here: &Scope<'_>,
    account: &Account,
    region: &str,
    (bucket, key): (&str, &str),
    now: crate::clock::Time,
) -> Result<Bytes, Refusal> {
    let suffix = format!("-{}", account.app_id);
    let name: Cow<'_, str> =
        if bucket.ends_with(&suffix) { bucket.into() } else { format!("{bucket}{suffix}").into() };
    let store = here.in_region("");
    let found = store.get::<Bucket>(&name)?.filter(|bucket| bucket.region == region);
    let Some(bucket) = found else {
        let text = format!("There is no bucket {name} in {region}.");
        return refused("ResourceNotFound.Cos", text);
    };
    let key = key.strip_prefix('/').unwrap_or(key);
    let versions = store.scan::<object::Object>(&format!("{name}\0{key}\0"))?;
    let versions = lifecycle::remaining(&bucket, key, versions, now);
    let newest = versions.into_iter().next().filter(|(_, object)| !object.marker);
    let (_, object) = newest.ok_or_else(|| {
        let text = format!("The bucket {name} has no object {key}.");
        refuse("ResourceNotFound.CosObject", text)
    })?;
    object.content.read(&store, 0, object.size)
}
