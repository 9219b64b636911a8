//! Object storage (cos): buckets and objects, over its own XML protocol.
//! <https://www.tencentcloud.com/document/product/436/7751>
//!
//! A bucket's name here is the full one, `NAME-APPID`, and keys have no leading slash.

mod acl;
mod bucket;
mod document;
mod list;
mod object;
mod request;
mod tiering;
mod upload;

use std::fmt::Write as _;

use crate::action::Service;

pub use acl::{Acl, bucket_acl, put_bucket_acl_document};
pub use bucket::{
    BucketHead, BucketRow, NewBucket, delete_bucket, find_bucket, list_buckets, put_bucket,
    put_bucket_acl,
};
pub use document::{
    AbortIncompleteMultipartUpload, AccelerateConfiguration, CorsConfiguration, CorsRule,
    DefaultEncryption, DefaultRetention, Document, DomainConfiguration, DomainRule,
    EncryptionConfiguration, EncryptionRule, ErrorDocument, Expiration, Filter, IndexDocument,
    LifecycleConfiguration, LifecycleRule, LoggingEnabled, LoggingStatus, NoncurrentExpiration,
    NoncurrentTransition, ObjectLockConfiguration, ObjectLockRule, OriginCondition,
    OriginConfiguration, OriginHeader, OriginHeaderList, OriginHeaders, OriginHost, OriginInfo,
    OriginParameter, OriginRule, Redirect, RedirectAll, ReplicaEncryption, ReplicationAnd,
    ReplicationConfiguration, ReplicationDestination, ReplicationFilter, ReplicationRule,
    ReplicationSwitch, RoutingCondition, RoutingRule, RoutingRules, SourceSelectionCriteria, Tag,
    TagSet, Tagging, Transition, VersioningConfiguration, WebsiteConfiguration, delete_document,
    find_document, put_document,
};
pub use list::{empty_bucket, list_objects};
pub use object::{
    ObjectHead, ObjectSettings, Place, delete_object, delete_object_tags, find_object,
    find_object_tags, object_acl, put_object_acl, put_object_tags,
};
pub use tiering::{
    TieringAnd, TieringFilter, TieringRule, TieringStep, delete_tiering, list_tiering, put_tiering,
};
pub use upload::{Body, content_md5, upload};

/// The product.
pub static COS: Service = Service { name: "cos", version: "" };

/// The text with everything encoded but letters, digits and the characters of `safe`.
pub(crate) fn encode(text: &str, safe: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || safe.as_bytes().contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_encoded_byte_by_byte() {
        assert_eq!(encode("a/b c+ä~", "-_.~/"), "a/b%20c%2B%C3%A4~");
        assert_eq!(encode("a/b", "-_.~"), "a%2Fb");
    }
}
