//! Which operation a request is, by its method, what it names, and its query.

use hyper::Method;

use super::request::{Answer, Request};
use super::{
    bucket, domain, encryption, list, lock, logging, object, origin, policy, removal, replication,
    setting, tiering, upload,
};

/// One operation of COS.
#[derive(Clone, Copy)]
pub(super) struct Operation {
    /// Its name, as access policies and the journal have it.
    pub(super) name: &'static str,
    /// Whether it only reads.
    pub(super) reads: bool,
    /// How it is carried out.
    pub(super) run: fn(&Request<'_>) -> Answer,
}

/// What an operation is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Service,
    Bucket,
    Object,
}

macro_rules! operations {
    ($($level:ident $method:ident $($sub:literal)? $(from $header:literal)?
        => $name:literal, $reads:literal, $run:expr;)*) => {
        /// The first row that fits counts, so rows with a parameter stand before those without.
        const OPERATIONS: &[(Level, Method, &str, &str, Operation)] = &[$((
            Level::$level,
            Method::$method,
            concat!($($sub)?),
            concat!($($header)?),
            Operation { name: $name, reads: $reads, run: $run },
        )),*];
    };
}

operations! {
    Service GET => "GetService", true, bucket::service;
    Bucket GET "acl" => "GetBucketACL", true, setting::get_acl;
    Bucket PUT "acl" => "PutBucketACL", false, setting::put_acl;
    Bucket GET "location" => "GetBucketLocation", true, bucket::location;
    Bucket GET "versioning" => "GetBucketVersioning", true, setting::get_versioning;
    Bucket PUT "versioning" => "PutBucketVersioning", false, setting::put_versioning;
    Bucket GET "versions" => "GetBucketObjectVersions", true, list::versions;
    Bucket GET "uploads" => "ListMultipartUploads", true, upload::list;
    Bucket GET "tagging" => "GetBucketTagging", true, setting::get_tagging;
    Bucket PUT "tagging" => "PutBucketTagging", false, setting::put_tagging;
    Bucket DELETE "tagging" => "DeleteBucketTagging", false, setting::delete_tagging;
    Bucket GET "cors" => "GetBucketCORS", true, setting::get_cors;
    Bucket PUT "cors" => "PutBucketCORS", false, setting::put_cors;
    Bucket DELETE "cors" => "DeleteBucketCORS", false, setting::delete_cors;
    Bucket GET "lifecycle" => "GetBucketLifecycle", true, setting::get_lifecycle;
    Bucket PUT "lifecycle" => "PutBucketLifecycle", false, setting::put_lifecycle;
    Bucket DELETE "lifecycle" => "DeleteBucketLifecycle", false, setting::delete_lifecycle;
    Bucket GET "website" => "GetBucketWebsite", true, setting::get_website;
    Bucket PUT "website" => "PutBucketWebsite", false, setting::put_website;
    Bucket DELETE "website" => "DeleteBucketWebsite", false, setting::delete_website;
    Bucket GET "encryption" => "GetBucketEncryption", true, encryption::get;
    Bucket PUT "encryption" => "PutBucketEncryption", false, encryption::put;
    Bucket DELETE "encryption" => "DeleteBucketEncryption", false, encryption::delete;
    Bucket GET "accelerate" => "GetBucketAccelerate", true, setting::get_accelerate;
    Bucket PUT "accelerate" => "PutBucketAccelerate", false, setting::put_accelerate;
    Bucket GET "logging" => "GetBucketLogging", true, logging::get;
    Bucket PUT "logging" => "PutBucketLogging", false, logging::put;
    Bucket GET "object-lock" => "GetBucketObjectLockConfiguration", true, lock::get;
    Bucket PUT "object-lock" => "PutBucketObjectLockConfiguration", false, lock::put;
    Bucket GET "intelligenttiering" => "GetBucketIntelligentTiering", true, tiering::get_whole;
    Bucket PUT "intelligenttiering" => "PutBucketIntelligentTiering", false, tiering::put_whole;
    Bucket GET "intelligent-tiering" => "GetBucketIntelligentTiering", true, tiering::get;
    Bucket PUT "intelligent-tiering" => "PutBucketIntelligentTiering", false, tiering::put;
    Bucket DELETE "intelligent-tiering" => "DeleteBucketIntelligentTiering", false, tiering::delete;
    Bucket GET "replication" => "GetBucketReplication", true, replication::get;
    Bucket PUT "replication" => "PutBucketReplication", false, replication::put;
    Bucket DELETE "replication" => "DeleteBucketReplication", false, replication::delete;
    Bucket GET "origin" => "GetBucketOrigin", true, origin::get;
    Bucket PUT "origin" => "PutBucketOrigin", false, origin::put;
    Bucket DELETE "origin" => "DeleteBucketOrigin", false, origin::delete;
    Bucket GET "domain" => "GetBucketDomain", true, domain::get;
    Bucket PUT "domain" => "PutBucketDomain", false, domain::put;
    Bucket DELETE "domain" => "DeleteBucketDomain", false, domain::delete;
    Bucket GET "policy" => "GetBucketPolicy", true, policy::get;
    Bucket PUT "policy" => "PutBucketPolicy", false, policy::put;
    Bucket DELETE "policy" => "DeleteBucketPolicy", false, policy::delete;
    Bucket POST "delete" => "DeleteMultipleObjects", false, removal::delete_many;
    Bucket GET => "GetBucket", true, list::objects;
    Bucket HEAD => "HeadBucket", true, bucket::head;
    Bucket PUT => "PutBucket", false, bucket::put;
    Bucket DELETE => "DeleteBucket", false, bucket::delete;
    Object POST "uploads" => "InitiateMultipartUpload", false, upload::initiate;
    Object POST "uploadId" => "CompleteMultipartUpload", false, upload::complete;
    Object DELETE "uploadId" => "AbortMultipartUpload", false, upload::abort;
    Object GET "uploadId" => "ListParts", true, upload::list_parts;
    Object PUT "uploadId" from "x-cos-copy-source" => "UploadPartCopy", false, upload::copy_part;
    Object PUT "uploadId" => "UploadPart", false, upload::put_part;
    Object GET "acl" => "GetObjectACL", true, object::get_acl;
    Object PUT "acl" => "PutObjectACL", false, object::put_acl;
    Object GET "tagging" => "GetObjectTagging", true, object::get_tagging;
    Object PUT "tagging" => "PutObjectTagging", false, object::put_tagging;
    Object DELETE "tagging" => "DeleteObjectTagging", false, object::delete_tagging;
    Object GET "retention" => "GetObjectRetention", true, lock::get_retention;
    Object PUT "retention" => "PutObjectRetention", false, lock::put_retention;
    Object GET => "GetObject", true, object::get;
    Object HEAD => "HeadObject", true, object::head;
    Object PUT from "x-cos-copy-source" => "PutObjectCopy", false, object::copy;
    Object PUT => "PutObject", false, object::put;
    Object DELETE => "DeleteObject", false, removal::delete;
}

/// Parameters that choose an operation which this cloud does not carry out. Without this list such
/// a request would be taken for one on the object or bucket itself.
const FOREIGN: &[&str] = &[
    "analytics",
    "append",
    "attributes",
    "cos_ci",
    "domaincertificate",
    "inventory",
    "legal-hold",
    "metrics",
    "notification",
    "ownershipControls",
    "policyStatus",
    "publicAccessBlock",
    "referer",
    "requestPayment",
    "restore",
    "select",
    "torrent",
];

/// The operation of a request; `None` for one that this cloud does not carry out.
pub(super) fn find(
    method: &Method,
    has_bucket: bool,
    has_key: bool,
    parameter: impl Fn(&str) -> bool,
    header: impl Fn(&str) -> bool,
) -> Option<Operation> {
    let level = match (has_bucket, has_key) {
        (false, _) => Level::Service,
        (true, false) => Level::Bucket,
        (true, true) => Level::Object,
    };
    if FOREIGN.iter().any(|name| parameter(name)) {
        return None;
    }
    let fits = |(at, of, sub, from, _): &&(Level, Method, &str, &str, Operation)| {
        *at == level
            && of == method
            && (sub.is_empty() || parameter(sub))
            && (from.is_empty() || header(from))
    };
    OPERATIONS.iter().find(fits).map(|(.., operation)| *operation)
}

/// What is emulated of COS.
pub(crate) fn names() -> Vec<String> {
    let mut names: Vec<_> = OPERATIONS.iter().map(|(.., op)| op.name.to_owned()).collect();
    names.sort_unstable();
    names.dedup();
    names
}
