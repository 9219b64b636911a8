//! Tags: they lie in one place, and an object's own answers and the tag service both read them here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::call::Call;
use crate::params::Params;
use crate::quotas;
use crate::refusal::{Refusal, refused};
use crate::store::{Record, Scope, StoreError};

/// The tags of one object, by key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tags(pub BTreeMap<String, String>);

impl Record for Tags {
    const KIND: &'static str = "tags";
}

/// A kind of object that can be tagged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taggable {
    /// The service in its six-segment name, as `vpc`; a security group's is `cvm`.
    pub service: &'static str,
    /// The word before the id in its six-segment name, as `subnet`.
    pub prefix: &'static str,
    /// The kind of the stored object.
    kind: &'static str,
}

macro_rules! taggables {
    ($($(#[$doc:meta])* $id:ident = $service:literal $prefix:literal $kind:literal;)*) => {
        $($(#[$doc])* pub const $id: Taggable =
            Taggable { service: $service, prefix: $prefix, kind: $kind };)*

        /// Every kind of object that can be tagged.
        pub const TAGGABLES: &[Taggable] = &[$($id),*];
    };
}

taggables! {
    /// `qcs::vpc:REGION:uin/UIN:vpc/ID`.
    VPC = "vpc" "vpc" "vpc.vpc";
    /// `qcs::vpc:REGION:uin/UIN:subnet/ID`.
    SUBNET = "vpc" "subnet" "vpc.subnet";
    /// `qcs::vpc:REGION:uin/UIN:rtb/ID`.
    ROUTE_TABLE = "vpc" "rtb" "vpc.route_table";
    /// `qcs::vpc:REGION:uin/UIN:nat/ID`.
    NAT_GATEWAY = "vpc" "nat" "vpc.nat_gateway";
    /// `qcs::cvm:REGION:uin/UIN:eip/ID`.
    ADDRESS = "cvm" "eip" "vpc.address";
    /// `qcs::cvm:REGION:uin/UIN:sg/ID`.
    SECURITY_GROUP = "cvm" "sg" "vpc.security_group";
    /// `qcs::clb:REGION:uin/UIN:clb/ID`.
    LOAD_BALANCER = "clb" "clb" "clb.load_balancer";
    /// `qcs::cfs:REGION:uin/UIN:filesystem/ID`.
    FILE_SYSTEM = "cfs" "filesystem" "cfs.file_system";
    /// `qcs::scf:REGION:uin/UIN:namespace/NS/function/NAME`; the id is `NS/function/NAME`.
    FUNCTION = "scf" "namespace" "scf.function";
    /// `qcs::scf:REGION:uin/UIN:layer/NAME`.
    LAYER = "scf" "layer" "scf.layer";
    /// `qcs::cls:REGION:uin/UIN:logset/ID`.
    LOGSET = "cls" "logset" "cls.logset";
    /// `qcs::cls:REGION:uin/UIN:topic/ID`.
    TOPIC = "cls" "topic" "cls.topic";
}

impl Taggable {
    /// Where the tags of an object of this kind are stored.
    #[must_use]
    pub fn key(self, id: &str) -> String {
        format!("{}:{}/{id}", self.service, self.prefix)
    }

    /// Whether there is such an object.
    ///
    /// # Errors
    /// When the store fails.
    pub fn exists(self, here: &Scope<'_>, id: &str) -> Result<bool, StoreError> {
        // A function's own id has no word between its namespace and its name.
        here.has(self.kind, &id.replacen("/function/", "/", 1))
    }
}

/// The tags of an object.
///
/// # Errors
/// When the store fails.
pub fn of(here: &Scope<'_>, kind: Taggable, id: &str) -> Result<Tags, StoreError> {
    Ok(here.get(&kind.key(id))?.unwrap_or_default())
}

/// Gives an object the tags of its create call; `key` and `value` are the members' names there
/// (`Key` and `Value`, or `TagKey` and `TagValue`).
///
/// # Errors
/// `InvalidParameterValue.TagKeyDuplicate`, `InvalidParameterValue.TagKeyEmpty`,
/// `LimitExceeded.ResourceAttachedTags`.
pub fn set_from(
    call: &Call<'_>,
    kind: Taggable,
    id: &str,
    sent: &[Params<'_>],
    [key, value]: [&str; 2],
) -> Result<(), Refusal> {
    let mut tags = Tags::default();
    for tag in sent {
        if tags.0.insert(tag.str(key).to_owned(), tag.str(value).to_owned()).is_some() {
            let text = format!("The tag key `{}` is given twice.", tag.str(key));
            return refused("InvalidParameterValue.TagKeyDuplicate", text);
        }
    }
    set(call, kind, id, &tags)
}

/// Replaces all tags of an object.
///
/// # Errors
/// `InvalidParameterValue.TagKeyEmpty`, `LimitExceeded.ResourceAttachedTags`.
pub fn set(call: &Call<'_>, kind: Taggable, id: &str, tags: &Tags) -> Result<(), Refusal> {
    set_at(call, &call.store, &kind.key(id), tags)
}

/// Replaces all tags stored under a [`Taggable::key`] in some region.
///
/// # Errors
/// As [`set`].
pub fn set_at(call: &Call<'_>, at: &Scope<'_>, key: &str, tags: &Tags) -> Result<(), Refusal> {
    for (name, value) in &tags.0 {
        check(name, value)?;
    }
    call.within(&quotas::TAGS, tags.0.len(), "remove tags of the object first")?;
    if tags.0.is_empty() {
        at.remove::<Tags>(key)?;
    } else {
        at.put(key, tags)?;
    }
    Ok(())
}

fn check(key: &str, value: &str) -> Result<(), Refusal> {
    let text = |what: &str| format!("The tag key `{key}` {what}.");
    if key.is_empty() {
        return refused("InvalidParameterValue.TagKeyEmpty", "A tag key is empty.");
    }
    if key.chars().count() > 127 {
        return refused("InvalidParameterValue.TagKeyLengthExceeded", text("is longer than 127"));
    }
    if value.chars().count() > 255 {
        let text = text("has a value longer than 255");
        return refused("InvalidParameterValue.TagValueLengthExceeded", text);
    }
    if ["qcs:", "project", "项目"].iter().any(|reserved| key.starts_with(reserved)) {
        return refused(
            "InvalidParameterValue.ReservedTagKey",
            text("starts with a reserved word"),
        );
    }
    Ok(())
}

/// Forgets the tags of an object that goes.
///
/// # Errors
/// When the store fails.
pub fn forget(here: &Scope<'_>, kind: Taggable, id: &str) -> Result<(), StoreError> {
    here.remove::<Tags>(&kind.key(id)).map(drop)
}

impl Tags {
    /// `[{Key, Value}]`, with the members named as the service names them.
    #[must_use]
    pub fn list(&self, [key, value]: [&str; 2]) -> Value {
        self.0.iter().map(|(k, v)| json!({key: k, value: v})).collect()
    }

    /// Whether the object has the key with one of the values; no values means any.
    #[must_use]
    pub fn have(&self, key: &str, values: &[&str]) -> bool {
        self.0.get(key).is_some_and(|has| values.is_empty() || values.contains(&has.as_str()))
    }
}
