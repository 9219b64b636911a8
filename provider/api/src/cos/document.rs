//! What is set on a bucket, each as a document of its own.

use reqwest::Method;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::bucket::some;
use super::request::Request;
use crate::action::Kind;
use crate::client::Client;
use crate::error::Result;

/// A setting of a bucket.
pub trait Document: Serialize + DeserializeOwned {
    /// The parameter that names it.
    const PARAMETER: &'static str;
    /// The root element.
    const ROOT: &'static str;
    /// The actions that get, put and delete it; one that cannot be deleted has no name.
    const ACTIONS: [&'static str; 3];
}

/// Reads a setting; `None` where it is not set.
///
/// # Errors
///
/// Any [`Error`](crate::Error).
pub async fn find_document<D: Document>(client: &Client, bucket: &str) -> Result<Option<D>> {
    let [get, ..] = D::ACTIONS;
    let request = Request::new(get, Kind::Read, Method::GET, bucket).parameter(D::PARAMETER, "");
    some(request.send(client).await)?.map(|reply| reply.document()).transpose()
}

/// Sets a setting.
///
/// # Errors
///
/// Any [`Error`](crate::Error).
pub async fn put_document<D: Document>(client: &Client, bucket: &str, document: &D) -> Result<()> {
    let [_, put, _] = D::ACTIONS;
    let request = Request::new(put, Kind::Write, Method::PUT, bucket).parameter(D::PARAMETER, "");
    request.document(D::ROOT, document).send(client).await.map(drop)
}

/// Takes a setting away; one that is not set is none less.
///
/// # Errors
///
/// Any [`Error`](crate::Error).
pub async fn delete_document<D: Document>(client: &Client, bucket: &str) -> Result<()> {
    let [.., delete] = D::ACTIONS;
    let request = Request::new(delete, Kind::Delete, Method::DELETE, bucket);
    some(request.parameter(D::PARAMETER, "").send(client).await).map(drop)
}

macro_rules! documents {
    ($($document:ty = $parameter:literal, $root:literal, [$get:literal, $put:literal, $delete:literal];)*) => {$(
        impl Document for $document {
            const PARAMETER: &'static str = $parameter;
            const ROOT: &'static str = $root;
            const ACTIONS: [&'static str; 3] = [$get, $put, $delete];
        }
    )*};
}

documents! {
    VersioningConfiguration = "versioning", "VersioningConfiguration",
        ["GetBucketVersioning", "PutBucketVersioning", ""];
    AccelerateConfiguration = "accelerate", "AccelerateConfiguration",
        ["GetBucketAccelerate", "PutBucketAccelerate", ""];
    Tagging = "tagging", "Tagging",
        ["GetBucketTagging", "PutBucketTagging", "DeleteBucketTagging"];
    CorsConfiguration = "cors", "CORSConfiguration",
        ["GetBucketCORS", "PutBucketCORS", "DeleteBucketCORS"];
    LifecycleConfiguration = "lifecycle", "LifecycleConfiguration",
        ["GetBucketLifecycle", "PutBucketLifecycle", "DeleteBucketLifecycle"];
    WebsiteConfiguration = "website", "WebsiteConfiguration",
        ["GetBucketWebsite", "PutBucketWebsite", "DeleteBucketWebsite"];
    EncryptionConfiguration = "encryption", "ServerSideEncryptionConfiguration",
        ["GetBucketEncryption", "PutBucketEncryption", "DeleteBucketEncryption"];
    LoggingStatus = "logging", "BucketLoggingStatus",
        ["GetBucketLogging", "PutBucketLogging", ""];
    ObjectLockConfiguration = "object-lock", "ObjectLockConfiguration",
        ["GetBucketObjectLockConfiguration", "PutBucketObjectLockConfiguration", ""];
    ReplicationConfiguration = "replication", "ReplicationConfiguration",
        ["GetBucketReplication", "PutBucketReplication", "DeleteBucketReplication"];
    OriginConfiguration = "origin", "OriginConfiguration",
        ["GetBucketOrigin", "PutBucketOrigin", "DeleteBucketOrigin"];
    DomainConfiguration = "domain", "DomainConfiguration",
        ["GetBucketDomain", "PutBucketDomain", "DeleteBucketDomain"];
}

macro_rules! structs {
    ($(
        $(#[$of:meta])*
        $name:ident {$(
            $(#[$doc:meta])*
            $field:ident $element:literal: $ty:ty $(, $skip:literal)?;
        )*}
    )*) => {$(
        $(#[$of])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub struct $name {$(
            $(#[$doc])*
            #[serde(rename = $element, default $(, skip_serializing_if = $skip)?)]
            pub $field: $ty,
        )*}
    )*};
}

structs! {
    /// Whether versions of objects are kept.
    VersioningConfiguration {
        /// `Enabled`, `Suspended`, or empty where it was never set.
        status "Status": String, "String::is_empty";
    }
    /// Whether the bucket is reached by global acceleration.
    AccelerateConfiguration {
        /// `Enabled`, `Suspended`, or empty where it was never set.
        status "Status": String, "String::is_empty";
    }
    /// The tags of a bucket or an object.
    Tagging {
        /// The tags.
        tag_set "TagSet": TagSet;
    }
    /// Tags.
    TagSet {
        /// The tags.
        tags "Tag": Vec<Tag>;
    }
    /// A tag.
    Tag {
        /// The key.
        key "Key": String;
        /// The value.
        value "Value": String;
    }
    /// Which pages of other origins may use the bucket.
    CorsConfiguration {
        /// The rules, of which the first that fits counts.
        rules "CORSRule": Vec<CorsRule>;
        /// Whether answers say that they depend on the origin.
        response_vary "ResponseVary": Option<bool>, "Option::is_none";
    }
    /// Which origins may do what.
    CorsRule {
        /// Origins, in which one `*` stands for any text.
        allowed_origins "AllowedOrigin": Vec<String>;
        /// Methods of HTTP.
        allowed_methods "AllowedMethod": Vec<String>;
        /// Headers of requests.
        allowed_headers "AllowedHeader": Vec<String>;
        /// Headers of answers that pages may read.
        expose_headers "ExposeHeader": Vec<String>;
        /// How long browsers may remember it, in seconds.
        max_age_seconds "MaxAgeSeconds": Option<i64>, "Option::is_none";
    }
    /// What happens to objects with time.
    LifecycleConfiguration {
        /// The rules.
        rules "Rule": Vec<LifecycleRule>;
    }
    /// What happens to some objects with time.
    LifecycleRule {
        /// Its name.
        id "ID": Option<String>, "Option::is_none";
        /// Which objects.
        filter "Filter": Filter;
        /// `Enabled` or `Disabled`.
        status "Status": String;
        /// Moves to other storage classes.
        transitions "Transition": Vec<Transition>;
        /// The end.
        expiration "Expiration": Option<Expiration>, "Option::is_none";
        /// Moves of versions that were replaced.
        noncurrent_transitions "NoncurrentVersionTransition": Vec<NoncurrentTransition>;
        /// The end of versions that were replaced.
        noncurrent_expiration "NoncurrentVersionExpiration": Option<NoncurrentExpiration>, "Option::is_none";
        /// The end of uploads that were not finished.
        abort "AbortIncompleteMultipartUpload": Option<AbortIncompleteMultipartUpload>, "Option::is_none";
    }
    /// Which objects a rule is for.
    Filter {
        /// How their keys begin.
        prefix "Prefix": String;
    }
    /// A move to another storage class.
    Transition {
        /// So many days after the object was changed.
        days "Days": Option<i64>, "Option::is_none";
        /// On a date.
        date "Date": Option<String>, "Option::is_none";
        /// The storage class.
        storage_class "StorageClass": String;
    }
    /// The end of objects.
    Expiration {
        /// So many days after the object was changed.
        days "Days": Option<i64>, "Option::is_none";
        /// On a date.
        date "Date": Option<String>, "Option::is_none";
        /// Whether markers of deleted objects end that have no version left.
        delete_marker "ExpiredObjectDeleteMarker": Option<bool>, "Option::is_none";
    }
    /// A move of versions that were replaced.
    NoncurrentTransition {
        /// So many days after that.
        days "NoncurrentDays": i64;
        /// The storage class.
        storage_class "StorageClass": String;
    }
    /// The end of versions that were replaced.
    NoncurrentExpiration {
        /// So many days after that.
        days "NoncurrentDays": i64;
    }
    /// The end of uploads that were not finished.
    AbortIncompleteMultipartUpload {
        /// So many days after they were begun.
        days "DaysAfterInitiation": i64;
    }
    /// A static website.
    WebsiteConfiguration {
        /// The page of a folder.
        index "IndexDocument": Option<IndexDocument>, "Option::is_none";
        /// Where every request is sent.
        redirect_all "RedirectAllRequestsTo": Option<RedirectAll>, "Option::is_none";
        /// The page in place of one that is missing.
        error "ErrorDocument": Option<ErrorDocument>, "Option::is_none";
        /// Where some requests are sent.
        routing "RoutingRules": Option<RoutingRules>, "Option::is_none";
    }
    /// The page of a folder.
    IndexDocument {
        /// Its name.
        suffix "Suffix": String;
    }
    /// The page in place of one that is missing.
    ErrorDocument {
        /// Its key.
        key "Key": String;
    }
    /// Where every request is sent.
    RedirectAll {
        /// The protocol.
        protocol "Protocol": String;
    }
    /// Where some requests are sent.
    RoutingRules {
        /// The rules.
        rules "RoutingRule": Vec<RoutingRule>;
    }
    /// Where some requests are sent.
    RoutingRule {
        /// Which requests.
        condition "Condition": RoutingCondition;
        /// Where to.
        redirect "Redirect": Redirect;
    }
    /// Which requests are sent elsewhere: for some keys, or those that fail.
    RoutingCondition {
        /// The status of the failure.
        error_code "HttpErrorCodeReturnedEquals": Option<String>, "Option::is_none";
        /// How the keys begin.
        prefix "KeyPrefixEquals": Option<String>, "Option::is_none";
    }
    /// Where requests are sent.
    Redirect {
        /// The protocol.
        protocol "Protocol": Option<String>, "Option::is_none";
        /// The key.
        key "ReplaceKeyWith": Option<String>, "Option::is_none";
        /// What comes in place of the beginning that the condition names.
        prefix "ReplaceKeyPrefixWith": Option<String>, "Option::is_none";
    }
    /// What new objects are encrypted with.
    EncryptionConfiguration {
        /// The rule.
        rule "Rule": EncryptionRule;
    }
    /// What new objects are encrypted with.
    EncryptionRule {
        /// Unless the request says something else.
        by_default "ApplyServerSideEncryptionByDefault": DefaultEncryption;
    }
    /// What new objects are encrypted with.
    DefaultEncryption {
        /// `AES256` or `KMS`.
        algorithm "SSEAlgorithm": String;
        /// The key of KMS; empty for that of the product.
        key "KMSMasterKeyID": String, "String::is_empty";
    }
    /// Whether accesses are logged.
    LoggingStatus {
        /// Where to; nothing where they are not.
        enabled "LoggingEnabled": Option<LoggingEnabled>, "Option::is_none";
    }
    /// Where accesses are logged.
    LoggingEnabled {
        /// The bucket.
        bucket "TargetBucket": String;
        /// How the keys of the logs begin.
        prefix "TargetPrefix": String;
    }
    /// Whether objects can be locked.
    ObjectLockConfiguration {
        /// `Enabled`.
        enabled "ObjectLockEnabled": String;
        /// For how long new objects are.
        rule "Rule": Option<ObjectLockRule>, "Option::is_none";
    }
    /// How long new objects are locked.
    ObjectLockRule {
        /// Unless the request says something else.
        by_default "DefaultRetention": DefaultRetention;
    }
    /// How long new objects are locked.
    DefaultRetention {
        /// `COMPLIANCE`.
        mode "Mode": String;
        /// Days.
        days "Days": i64;
    }
    /// What is replicated, and where to.
    ReplicationConfiguration {
        /// On whose behalf.
        role "Role": String;
        /// The rules.
        rules "Rule": Vec<ReplicationRule>;
    }
    /// What is replicated, and where to.
    ReplicationRule {
        /// `Enabled` or `Disabled`.
        status "Status": String;
        /// Its name.
        id "ID": Option<String>, "Option::is_none";
        /// Which rule counts of two.
        priority "Priority": Option<i64>, "Option::is_none";
        /// How the keys begin.
        prefix "Prefix": Option<String>, "Option::is_none";
        /// Which objects.
        filter "Filter": Option<ReplicationFilter>, "Option::is_none";
        /// Where to.
        destination "Destination": ReplicationDestination;
        /// Whether markers of deleted objects are, too.
        delete_markers "DeleteMarkerReplication": Option<ReplicationSwitch>, "Option::is_none";
        /// Which encrypted objects.
        criteria "SourceSelectionCriteria": Option<SourceSelectionCriteria>, "Option::is_none";
    }
    /// Which objects are replicated.
    ReplicationFilter {
        /// Several conditions.
        and "And": Option<ReplicationAnd>, "Option::is_none";
        /// How the keys begin.
        prefix "Prefix": Option<String>, "Option::is_none";
    }
    /// Several conditions.
    ReplicationAnd {
        /// How the keys begin.
        prefix "Prefix": Option<String>, "Option::is_none";
        /// Tags.
        tags "Tag": Vec<Tag>, "Vec::is_empty";
    }
    /// Where objects are replicated to.
    ReplicationDestination {
        /// The bucket, as `qcs::cos:REGION::NAME`.
        bucket "Bucket": String;
        /// The storage class.
        storage_class "StorageClass": Option<String>, "Option::is_none";
        /// What they are encrypted with.
        encryption "EncryptionConfiguration": Option<ReplicaEncryption>, "Option::is_none";
    }
    /// What replicas are encrypted with.
    ReplicaEncryption {
        /// The key of KMS.
        key "ReplicaKmsKeyID": String;
    }
    /// Whether something is replicated.
    ReplicationSwitch {
        /// `Enabled` or `Disabled`.
        status "Status": String, "String::is_empty";
    }
    /// Which encrypted objects are replicated.
    SourceSelectionCriteria {
        /// Those with keys of KMS.
        kms "SseKmsEncryptedObjects": Option<ReplicationSwitch>, "Option::is_none";
    }
    /// Where objects come from that the bucket does not have.
    OriginConfiguration {
        /// The rules.
        rules "OriginRule": Vec<OriginRule>;
    }
    /// Where some objects come from.
    OriginRule {
        /// Which rule counts first.
        priority "RulePriority": i64;
        /// `Mirror`, `Proxy` or `Redirect`.
        kind "OriginType": String;
        /// Which requests.
        condition "OriginCondition": OriginCondition;
        /// How the origin is asked.
        parameter "OriginParameter": OriginParameter;
        /// The origin.
        info "OriginInfo": OriginInfo;
    }
    /// Which requests go to the origin.
    OriginCondition {
        /// How they failed.
        status "HTTPStatusCode": String, "String::is_empty";
        /// How the keys begin.
        prefix "Prefix": String, "String::is_empty";
    }
    /// How the origin is asked.
    OriginParameter {
        /// `HTTP`, `HTTPS` or `FOLLOW`.
        protocol "Protocol": String, "String::is_empty";
        /// Whether with the query of the request.
        follow_query "FollowQueryString": Option<bool>, "Option::is_none";
        /// With which headers.
        headers "HttpHeader": Option<OriginHeaders>, "Option::is_none";
        /// Whether its redirects are followed.
        follow_redirection "FollowRedirection": Option<bool>, "Option::is_none";
        /// The status of a redirect to it.
        redirect_code "HttpRedirectCode": String, "String::is_empty";
        /// Whether what it says of an object is kept.
        copy_data "CopyOriginData": Option<bool>, "Option::is_none";
    }
    /// With which headers an origin is asked.
    OriginHeaders {
        /// Headers of its own.
        new "NewHttpHeaders": Option<OriginHeaderList>, "Option::is_none";
        /// Headers of the request.
        follow "FollowHttpHeaders": Option<OriginHeaderList>, "Option::is_none";
    }
    /// Headers.
    OriginHeaderList {
        /// The headers.
        headers "Header": Vec<OriginHeader>;
    }
    /// A header.
    OriginHeader {
        /// The name.
        key "Key": String;
        /// The value.
        value "Value": String, "String::is_empty";
    }
    /// An origin.
    OriginInfo {
        /// Its host, or several.
        hosts "HostInfo": Vec<OriginHost>;
    }
    /// The host of an origin.
    OriginHost {
        /// The name, and a port where it has one.
        name "HostName": String;
    }
    /// The bucket's own domains.
    DomainConfiguration {
        /// The domains.
        rules "DomainRule": Vec<DomainRule>;
    }
    /// A domain.
    DomainRule {
        /// `ENABLED` or `DISABLED`.
        status "Status": String;
        /// The domain.
        name "Name": String;
        /// What answers there: `REST`, `WEBSITE` or `ACCELERATE`.
        kind "Type": String;
    }
}
