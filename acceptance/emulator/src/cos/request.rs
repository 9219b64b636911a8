//! One request to COS, inside one transaction, and its answer.

use std::cell::RefCell;
use std::sync::Arc;

use bytes::Bytes;
use hyper::HeaderMap;

use super::acl::Acl;
use super::address::{Address, Door};
use super::bucket::Bucket;
use super::events::Event;
use super::object::Object;
use super::policy::{Verdict, Wish};
use crate::accounts::Account;
use crate::clock::Time;
use crate::cloud::Cloud;
use crate::refusal::{Refusal, refuse, refused};
use crate::store::Scope;

/// What an operation answers.
pub(super) type Answer = Result<Reply, Refusal>;

/// An answer: status, headers and body.
#[derive(Debug, Default)]
pub(super) struct Reply {
    /// The HTTP status; 0 for 200.
    pub(super) status: u16,
    /// The headers, beside those that every answer has.
    pub(super) headers: Vec<(String, String)>,
    /// The body.
    pub(super) body: Bytes,
}

impl Reply {
    /// An answer without a body.
    pub(super) fn empty(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// An XML document.
    pub(super) fn xml(body: Vec<u8>) -> Self {
        Self { body: body.into(), ..Self::default() }.with("Content-Type", "application/xml")
    }

    /// The answer with one more header.
    #[must_use]
    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

/// A request.
pub(super) struct Request<'a> {
    /// The cloud.
    pub(super) cloud: &'a Arc<Cloud>,
    /// Who signed; nobody where the request is not signed.
    pub(super) caller: Option<&'a Account>,
    /// The operation's name.
    pub(super) operation: &'static str,
    /// What COS holds for the bucket's owner.
    pub(super) store: Scope<'a>,
    /// What it is addressed to.
    pub(super) address: &'a Address,
    /// Its parameters, decoded.
    pub(super) query: &'a [(String, String)],
    /// Its headers.
    pub(super) headers: &'a HeaderMap,
    /// Its body.
    pub(super) body: &'a Bytes,
    /// What time it is.
    pub(super) now: Time,
    /// The id of this request.
    pub(super) request_id: &'a str,
    /// What has happened to objects, to be told once it is lasting.
    pub(super) events: RefCell<Vec<Event>>,
}

/// What cannot be set on a bucket that is a file system at the same time.
const NOT_OF_FILES: &[&str] = &[
    "ACL",
    "Accelerate",
    "Domain",
    "Encryption",
    "Origin",
    "Replication",
    "Versioning",
    "Website",
];

/// What a request wants to do; decides what access it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Right {
    Read,
    Write,
    /// Everything that only the owner may.
    Own,
}

impl Request<'_> {
    /// A header's text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// A parameter of the query.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The name of the bucket, with its APPID.
    pub(super) fn bucket_name(&self) -> &str {
        self.address.bucket.as_deref().unwrap_or_default()
    }

    /// The key of the object.
    pub(super) fn key(&self) -> &str {
        &self.address.key
    }

    /// The bucket, for its owner.
    ///
    /// # Errors
    /// `NoSuchBucket`, `AccessDenied`.
    pub(super) fn owned_bucket(&self) -> Result<Bucket, Refusal> {
        self.bucket(Right::Own)
    }

    /// The bucket, for whoever has the right.
    ///
    /// # Errors
    /// `NoSuchBucket`, `AccessDenied`.
    pub(super) fn bucket(&self, right: Right) -> Result<Bucket, Refusal> {
        let bucket = self.existing_bucket()?;
        self.must(right, &bucket, &bucket.acl)?;
        Ok(bucket)
    }

    /// The bucket, whoever asks.
    ///
    /// # Errors
    /// `NoSuchBucket`, `BucketAccelerateNotEnabled`, `MethodNotAllowed`.
    pub(super) fn existing_bucket(&self) -> Result<Bucket, Refusal> {
        let name = self.bucket_name();
        let missing = || refuse("NoSuchBucket", format!("The bucket {name} does not exist here."));
        let bucket = self.store.get::<Bucket>(name)?.ok_or_else(missing)?;
        // A bucket answers only at the hosts of its own region.
        let here = self.address.region.as_ref().is_none_or(|region| *region == bucket.region);
        if !here {
            return Err(missing());
        }
        if self.address.door == Door::Accelerate && !bucket.accelerated {
            let text = "The bucket's global acceleration is not enabled.";
            return refused("BucketAccelerateNotEnabled", text);
        }
        let of_files = |what: &str| self.operation.ends_with(what);
        if bucket.is_file_system
            && self.operation.contains("Bucket")
            && let Some(what) = NOT_OF_FILES.iter().find(|what| of_files(what))
        {
            let text = format!("A bucket that is a file system, too, has no {what}.");
            return refused("MethodNotAllowed", text);
        }
        Ok(bucket)
    }

    /// Refuses callers to whom neither the bucket's policy nor an ACL gives the right.
    ///
    /// # Errors
    /// `AccessDenied`.
    pub(super) fn must(&self, right: Right, bucket: &Bucket, acl: &Acl) -> Result<(), Refusal> {
        let place = (self.operation, self.bucket_name(), self.key());
        self.must_at(place, right, bucket, acl)
    }

    /// Refuses callers that may not carry out an operation on an object of a bucket.
    ///
    /// # Errors
    /// `AccessDenied`.
    pub(super) fn must_at(
        &self,
        (operation, name, key): (&str, &str, &str),
        right: Right,
        bucket: &Bucket,
        acl: &Acl,
    ) -> Result<(), Refusal> {
        if self.caller.is_some_and(|caller| caller.uin == self.store.account()) {
            return Ok(());
        }
        let wish =
            Wish { caller: self.caller, operation, bucket: name, region: &bucket.region, key };
        let verdict = bucket.policy.as_ref().map(|policy| policy.verdict(&wish)).transpose()?;
        let allowed = match (verdict, self.caller) {
            (Some(Verdict::Allowed), _) => true,
            (Some(Verdict::Denied), _) => false,
            (_, None) => acl.lets_anybody(right),
            (_, Some(caller)) => acl.lets_account(right, &caller.uin),
        };
        if allowed {
            return Ok(());
        }
        refused("AccessDenied", "Access Denied.")
    }

    /// Notes what has happened to an object of the bucket.
    pub(super) fn happened(&self, name: &'static str, bucket: &Bucket, key: &str, object: &Object) {
        self.events.borrow_mut().push(Event {
            account: self.store.account().to_owned(),
            region: bucket.region.clone(),
            bucket: self.bucket_name().to_owned(),
            name,
            key: key.to_owned(),
            size: object.size,
            etag: object.etag.clone(),
            version: object.version.clone(),
            caller: self.caller.map(|caller| caller.uin.clone()).unwrap_or_default(),
            request_id: self.request_id.to_owned(),
        });
    }
}
