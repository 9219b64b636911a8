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
        /// `AES256`.
        algorithm "SSEAlgorithm": String;
    }
}
