//! Intelligent tiering: rules by their ids.

use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::Tag;
use super::bucket::some;
use super::request::Request;
use crate::action::Kind;
use crate::client::Client;
use crate::error::Result;

const ROOT: &str = "IntelligentTieringConfiguration";
const PARAMETER: &str = "intelligent-tiering";

/// A rule. The one with the id `default` switches tiering on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TieringRule {
    /// Its id.
    pub id: String,
    /// `Enabled` or `Disabled`.
    #[serde(default)]
    pub status: String,
    /// Which objects; all without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<TieringFilter>,
    /// When objects move, and where to.
    #[serde(default)]
    pub tiering: Vec<TieringStep>,
}

/// Which objects a rule is for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TieringFilter {
    /// Several conditions, all of which hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub and: Option<TieringAnd>,
    /// How the keys begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tag: Vec<Tag>,
}

/// Several conditions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TieringAnd {
    /// How the keys begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tag: Vec<Tag>,
}

/// A move to another tier.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TieringStep {
    /// The tier.
    pub access_tier: String,
    /// So many days after the object was read the last time.
    pub days: i64,
    /// How often it may have been read in that time, and move all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_frequent: Option<i64>,
}

#[derive(Deserialize)]
struct Listing {
    #[serde(rename = "IntelligentTieringConfiguration", default)]
    rules: Vec<TieringRule>,
}

/// The rules of a bucket.
///
/// # Errors
///
/// Any [`Error`](crate::Error).
pub async fn list_tiering(client: &Client, bucket: &str) -> Result<Vec<TieringRule>> {
    let request = Request::new("GetBucketIntelligentTiering", Kind::Read, Method::GET, bucket);
    let found = some(request.parameter(PARAMETER, "").send(client).await)?;
    let listing = found.map(|reply| reply.document::<Listing>()).transpose()?;
    Ok(listing.map(|listing| listing.rules).unwrap_or_default())
}

/// Sets a rule.
///
/// # Errors
///
/// Any [`Error`](crate::Error).
pub async fn put_tiering(client: &Client, bucket: &str, rule: &TieringRule) -> Result<()> {
    let request = Request::new("PutBucketIntelligentTiering", Kind::Write, Method::PUT, bucket);
    let request = request.parameter(PARAMETER, "").parameter("id", &*rule.id);
    request.document(ROOT, rule).send(client).await.map(drop)
}

/// Takes a rule away; one that is not there is none less.
///
/// # Errors
///
/// Any [`Error`](crate::Error).
pub async fn delete_tiering(client: &Client, bucket: &str, id: &str) -> Result<()> {
    let name = "DeleteBucketIntelligentTiering";
    let request = Request::new(name, Kind::Delete, Method::DELETE, bucket);
    let request = request.parameter(PARAMETER, "").parameter("id", id);
    some(request.send(client).await).map(drop)
}
