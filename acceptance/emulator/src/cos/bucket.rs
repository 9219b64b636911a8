//! Buckets.

use serde::{Deserialize, Serialize};

use super::acl::Acl;
use super::domain::Domains;
use super::encryption::Encryption;
use super::lock::ObjectLock;
use super::logging::Logging;
use super::object::{self, Object};
use super::origin::Origins;
use super::policy::Policy;
use super::replication::Replication;
use super::request::{Answer, Reply, Request, Right};
use super::setting::{Cors, Lifecycle, TagSet, Versioning, Website};
use super::tiering::Tiering;
use super::{list, upload, xml};
use crate::clock::Time;
use crate::quotas;
use crate::refusal::{Refusal, refused};
use crate::regions;
use crate::store::Record;

/// Where a bucket is made whose address names no region.
const DEFAULT_REGION: &str = "ap-guangzhou";
/// Longest name of a bucket with its APPID: a label of a host and the rest of it.
const LONGEST_NAME: usize = 60;

/// A bucket; stored under its name with its APPID, in the part of the state that has no region,
/// because the name is the account's own in all regions.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Bucket {
    pub(super) region: String,
    pub(super) created: i64,
    pub(super) acl: Acl,
    pub(super) versioning: Option<Versioning>,
    pub(super) multi_az: bool,
    pub(super) accelerated: bool,
    pub(super) tags: TagSet,
    pub(super) cors: Option<Cors>,
    pub(super) lifecycle: Option<Lifecycle>,
    /// Since when these rules hold.
    pub(super) lifecycle_since: i64,
    pub(super) website: Option<Website>,
    pub(super) encryption: Option<Encryption>,
    /// Whether it is a file system at the same time (CHDFS).
    pub(super) is_file_system: bool,
    pub(super) logging: Option<Logging>,
    pub(super) lock: Option<ObjectLock>,
    pub(super) tiering: Tiering,
    pub(super) replication: Option<Replication>,
    pub(super) origins: Option<Origins>,
    pub(super) domains: Option<Domains>,
    /// The access policy, as it was put.
    pub(super) policy: Option<Policy>,
}

impl Record for Bucket {
    const KIND: &'static str = "cos.bucket";
}

impl Bucket {
    /// Whether every change of an object keeps what was there.
    pub(super) fn keeps_versions(&self) -> bool {
        self.versioning.as_ref().is_some_and(Versioning::is_on)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Service {
    owner: Owner,
    buckets: Buckets,
}

/// Who owns something.
#[derive(Debug, Serialize)]
pub(super) struct Owner {
    #[serde(rename = "ID")]
    pub(super) id: String,
    #[serde(rename = "DisplayName")]
    name: String,
}

impl Owner {
    pub(super) fn of(uin: &str) -> Self {
        Self { id: format!("qcs::cam::uin/{uin}:uin/{uin}"), name: uin.to_owned() }
    }
}

#[derive(Serialize)]
struct Buckets {
    #[serde(rename = "Bucket")]
    all: Vec<Row>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Row {
    name: String,
    location: String,
    creation_date: String,
    bucket_type: &'static str,
}

/// The caller's buckets, of one region if the address names one.
pub(super) fn service(request: &Request<'_>) -> Answer {
    let Some(caller) = request.caller else {
        return refused("AccessDenied", "Access Denied.");
    };
    let found = request.store.scan::<Bucket>("")?.into_iter();
    // Any other region says where the caller is, not what it asks for.
    let by_host = request.address.region.as_ref().filter(|_| request.address.at_region);
    let here = found.filter(|(_, bucket)| by_host.is_none_or(|region| bucket.region == *region));
    let row = |(name, bucket): (String, Bucket)| Row {
        name,
        location: bucket.region,
        creation_date: Time(bucket.created).iso(),
        bucket_type: "cos",
    };
    let service = Service {
        owner: Owner::of(&caller.uin),
        buckets: Buckets { all: here.map(row).collect() },
    };
    Ok(Reply::xml(xml::write("ListAllMyBucketsResult", &service)?))
}

#[derive(Default, Deserialize)]
struct Creation {
    #[serde(rename = "BucketAZConfig", default)]
    zones: String,
    #[serde(rename = "BucketArchConfig", default)]
    kind: String,
}

pub(super) fn put(request: &Request<'_>) -> Answer {
    let Some(caller) = request.caller else {
        return refused("AccessDenied", "Access Denied.");
    };
    let name = request.bucket_name();
    check_name(name, caller.app_id)?;
    let region = request.address.region.clone().unwrap_or_else(|| DEFAULT_REGION.to_owned());
    if !regions::is_region(&region) {
        return refused("InvalidRegionName", format!("There is no region {region}."));
    }
    if request.store.get::<Bucket>(name)?.is_some() {
        let text = format!("You have a bucket {name} already.");
        return refused("BucketAlreadyOwnedByYou", text);
    }
    let count = i64::try_from(request.store.count::<Bucket>("")?).unwrap_or(i64::MAX);
    let quota = &quotas::COS_BUCKETS;
    if count >= quotas::limit(quota, request.cloud.allowance, &request.store)? {
        return refused(quota.code, "The account has as many buckets as it may; delete some.");
    }
    let creation: Creation =
        if request.body.is_empty() { Creation::default() } else { xml::read(request.body)? };
    let multi_az = match &*creation.zones {
        "" => false,
        "MAZ" => true,
        other => return refused("InvalidArgument", format!("BucketAZConfig is MAZ, not {other}.")),
    };
    let is_file_system = match &*creation.kind {
        "" => false,
        "OFS" => true,
        other => {
            return refused("InvalidArgument", format!("BucketArchConfig is OFS, not {other}."));
        }
    };
    let acl = Acl::of_headers(request)?.unwrap_or_default();
    let created = request.now.0;
    let bucket = Bucket { region, created, acl, multi_az, is_file_system, ..Bucket::default() };
    request.store.put(name, &bucket)?;
    Ok(Reply::empty(200).with("Location", format!("/{name}")))
}

/// 1 to 50 lower-case letters, digits and hyphens, not at its ends, and the caller's APPID.
fn check_name(name: &str, app_id: i64) -> Result<(), Refusal> {
    let bad = |why: String| refused("InvalidBucketName", why);
    let Some(own) = name.strip_suffix(&format!("-{app_id}")) else {
        return bad(format!("The bucket's name must end with -{app_id}, the account's APPID."));
    };
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if own.is_empty() || !own.bytes().all(allowed) {
        let text = format!("`{own}` may have lower-case letters, digits and hyphens only.");
        return bad(text);
    }
    if own.starts_with('-') || own.ends_with('-') {
        return bad(format!("`{own}` must not begin or end with a hyphen."));
    }
    if name.len() > LONGEST_NAME {
        let text = format!("The name has {} characters; {LONGEST_NAME} are allowed.", name.len());
        return bad(text);
    }
    Ok(())
}

pub(super) fn head(request: &Request<'_>) -> Answer {
    let bucket = request.bucket(Right::Read)?;
    let reply = Reply::empty(200).with("x-cos-bucket-region", bucket.region.clone());
    let reply = if bucket.multi_az { reply.with("x-cos-bucket-az-type", "MAZ") } else { reply };
    Ok(if bucket.is_file_system { reply.with("x-cos-bucket-arch", "OFS") } else { reply })
}

pub(super) fn location(request: &Request<'_>) -> Answer {
    let bucket = request.bucket(Right::Read)?;
    Ok(Reply::xml(xml::write("LocationConstraint", &Text { region: &bucket.region })?))
}

#[derive(Serialize)]
struct Text<'a> {
    #[serde(rename = "$text")]
    region: &'a str,
}

pub(super) fn delete(request: &Request<'_>) -> Answer {
    let bucket = request.owned_bucket()?;
    let (name, store) = (request.bucket_name(), &request.store);
    let occupied = !list::all(request, &bucket, "")?.is_empty()
        || !upload::unfinished(request, &bucket)?.is_empty();
    if occupied {
        let text = format!("The bucket {name} has objects, versions or unfinished uploads.");
        return refused("BucketNotEmpty", text);
    }
    // What rules have expired still lies there.
    for (id, object) in store.scan::<Object>(&format!("{name}\0"))? {
        object::erase(store, &id, &object)?;
    }
    upload::forget(request)?;
    store.remove::<Bucket>(name)?;
    Ok(Reply::empty(204))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_s_name_ends_with_the_app_id_and_has_few_characters() {
        let code = |name: &str| check_name(name, 1_250_000_000).map_err(|r| r.code.into_owned());
        for good in ["a-1250000000", "my-bucket-2-1250000000"] {
            assert_eq!(code(good), Ok(()), "{good}");
        }
        let long = format!("{}-1250000000", "a".repeat(50));
        for bad in [
            "a",
            "a-1250000001",
            "-1250000000",
            "A-1250000000",
            "a_b-1250000000",
            "-a-1250000000",
            "a--1250000000",
            &long,
        ] {
            assert_eq!(code(bad), Err("InvalidBucketName".to_owned()), "{bad}");
        }
    }
}
