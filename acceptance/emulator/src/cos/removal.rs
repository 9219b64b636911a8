//! Objects that are deleted.

use serde::{Deserialize, Serialize};

use super::bucket::Bucket;
use super::content::{check_md5, md5};
use super::object::{Object, choose, erase, insert};
use super::request::{Answer, Reply, Request, Right};
use super::xml;
use crate::refusal::{Refusal, refused};

pub(super) fn delete(request: &Request<'_>) -> Answer {
    let bucket = request.bucket(Right::Write)?;
    let deleted = remove(request, &bucket, request.key(), request.parameter("versionId"))?;
    let reply = Reply::empty(204);
    Ok(match deleted {
        Some(object) if object.marker => object.named(reply.with("x-cos-delete-marker", "true")),
        Some(object) => object.named(reply),
        None => reply,
    })
}

/// Deletes an object or one of its versions: what was erased or, where versions are kept, the
/// marker that was set. Nothing to delete is no error.
fn remove(
    request: &Request<'_>,
    bucket: &Bucket,
    key: &str,
    version: Option<&str>,
) -> Result<Option<Object>, Refusal> {
    let name = request.bucket_name();
    if version.is_none() && bucket.versioning.is_some() {
        let mut marker = Object::marker(request.now.0);
        insert(request, bucket, key, &mut marker)?;
        request.happened("cos:ObjectRemove:DeleteMarkerCreated", bucket, key, &marker);
        return Ok(Some(marker));
    }
    let all = request.store.scan::<Object>(&format!("{name}\0{key}\0"))?;
    let Some((id, object)) = choose(all, version) else { return Ok(None) };
    object.must_be_free(request.now)?;
    erase(&request.store, &id, &object)?;
    let gone = Object { version: object.version.clone(), ..Object::default() };
    request.happened("cos:ObjectRemove:Delete", bucket, key, &gone);
    Ok(Some(object))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Deletion {
    #[serde(default)]
    quiet: bool,
    #[serde(default)]
    object: Vec<Named>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
}

#[derive(Serialize)]
struct Deleted {
    #[serde(rename = "Deleted")]
    all: Vec<Named>,
    #[serde(rename = "Error")]
    failed: Vec<Undeleted>,
}

/// An object that could not be deleted with others.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Undeleted {
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
    code: String,
    message: String,
}

pub(super) fn delete_many(request: &Request<'_>) -> Answer {
    let bucket = request.bucket(Right::Write)?;
    check_md5(request, &md5(request.body))?;
    let deletion: Deletion = xml::read(request.body)?;
    if deletion.object.is_empty() || deletion.object.len() > 1000 {
        return refused("MalformedXML", "1 to 1000 objects can be deleted at once.");
    }
    let (mut all, mut failed) = (Vec::new(), Vec::new());
    for named in deletion.object {
        match remove(request, &bucket, &named.key, named.version_id.as_deref()) {
            Ok(_) => all.push(named),
            Err(Refusal { code, message }) => {
                let Named { key, version_id } = named;
                failed.push(Undeleted { key, version_id, code: code.into_owned(), message });
            }
        }
    }
    if deletion.quiet {
        all.clear();
    }
    Ok(Reply::xml(xml::write("DeleteResult", &Deleted { all, failed })?))
}
