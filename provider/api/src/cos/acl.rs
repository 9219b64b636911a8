//! Access control lists as documents.

use std::collections::BTreeSet;

use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::request::Request;
use crate::action::Kind;
use crate::client::Client;
use crate::error::Result;

/// The group of everybody, signed or not.
const EVERYBODY: &str = "http://cam.qcloud.com/groups/global/AllUsers";
const NAMESPACE: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// The order in which the cloud takes permissions.
const PERMISSIONS: [&str; 5] = ["READ", "WRITE", "FULL_CONTROL", "WRITE_ACP", "READ_ACP"];

/// Who may do what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acl {
    /// The id of the owner, who may do everything.
    pub owner: String,
    /// The ids of accounts and users, or URIs of groups, each with a permission.
    pub grants: BTreeSet<(String, String)>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename = "AccessControlPolicy")]
struct Document {
    #[serde(rename = "Owner")]
    owner: Owner,
    #[serde(rename = "AccessControlList", default)]
    list: Grants,
}

#[derive(Serialize, Deserialize)]
struct Owner {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "DisplayName", default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

#[derive(Default, Serialize, Deserialize)]
struct Grants {
    #[serde(rename = "Grant", default)]
    grants: Vec<Grant>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Grant {
    grantee: Grantee,
    permission: String,
}

#[derive(Serialize, Deserialize)]
struct Grantee {
    #[serde(rename = "@xmlns:xsi", skip_deserializing)]
    namespace: &'static str,
    #[serde(rename = "@xsi:type", skip_deserializing)]
    kind: &'static str,
    #[serde(rename = "ID", default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(rename = "URI", default, skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
}

impl Acl {
    /// Reads an `AccessControlPolicy`.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn read(text: &str) -> std::result::Result<Self, String> {
        let wrong = |error: quick_xml::DeError| error.to_string();
        let root = text.split_once("<AccessControlPolicy");
        if root.is_none() {
            return Err("it is no AccessControlPolicy".to_owned());
        }
        let Document { owner, list } = quick_xml::de::from_str(text.trim()).map_err(wrong)?;
        let mut grants = BTreeSet::new();
        for Grant { grantee, permission } in list.grants {
            let Some(grantee) = grantee.uri.or(grantee.id) else {
                return Err("a Grantee has an ID or a URI".to_owned());
            };
            if !PERMISSIONS.contains(&&*permission) {
                return Err(format!("a Permission is one of {}", PERMISSIONS.join(", ")));
            }
            grants.insert((grantee, permission));
        }
        Ok(Self { owner: owner.id, grants })
    }

    /// The canned ACL, made for an owner.
    pub fn canned(owner: &str, name: &str) -> Self {
        let permissions: &[&str] = match name {
            "public-read" => &["READ"],
            "public-read-write" => &["READ", "WRITE"],
            _ => &[],
        };
        let grant = |permission: &&str| (EVERYBODY.to_owned(), (*permission).to_owned());
        Self { owner: owner.to_owned(), grants: permissions.iter().map(grant).collect() }
    }

    /// What it gives to others than the owner.
    pub fn given(&self) -> BTreeSet<(&str, &str)> {
        let others = self.grants.iter().filter(|(grantee, _)| *grantee != self.owner);
        others.map(|(grantee, permission)| (&**grantee, &**permission)).collect()
    }

    /// Whether two mean the same.
    pub fn means_same(&self, other: &Self) -> bool {
        self.owner == other.owner && self.given() == other.given()
    }

    /// What everybody may do: `private`, `public-read` or `public-read-write`.
    pub fn open_to(&self) -> &'static str {
        let may = |permission: &str| {
            let given = self.given();
            given.contains(&(EVERYBODY, permission)) || given.contains(&(EVERYBODY, "FULL_CONTROL"))
        };
        match (may("READ"), may("WRITE")) {
            (true, true) => "public-read-write",
            (true, false) => "public-read",
            (false, _) => "private",
        }
    }

    fn document(&self) -> Document {
        let rank = |permission: &str| PERMISSIONS.iter().position(|known| *known == permission);
        let own = (self.owner.clone(), "FULL_CONTROL".to_owned());
        let mut grants = self.grants.clone();
        grants.insert(own);
        let mut grants: Vec<_> = grants.into_iter().collect();
        grants.sort_by_key(|(grantee, permission)| (is_group(grantee), rank(permission)));
        let grants = grants.into_iter().map(|(grantee, permission)| {
            let (kind, id, uri) = match is_group(&grantee) {
                true => ("Group", None, Some(grantee)),
                false => ("CanonicalUser", Some(grantee), None),
            };
            Grant { grantee: Grantee { namespace: NAMESPACE, kind, id, uri }, permission }
        });
        let owner = Owner { id: self.owner.clone(), name: None };
        Document { owner, list: Grants { grants: grants.collect() } }
    }

    /// The document, always written the same.
    pub fn text(&self) -> String {
        quick_xml::se::to_string(&self.document()).expect("a document is plain data")
    }
}

fn is_group(grantee: &str) -> bool {
    grantee.starts_with("http")
}

/// A bucket's ACL.
///
/// # Errors
///
/// Any [`Error`](crate::Error).
pub async fn bucket_acl(client: &Client, bucket: &str) -> Result<Acl> {
    let request = Request::new("GetBucketACL", Kind::Read, Method::GET, bucket);
    let reply = request.parameter("acl", "").send(client).await?;
    let Document { owner, list } = reply.document()?;
    let grants = list.grants.into_iter().filter_map(|Grant { grantee, permission }| {
        Some((grantee.uri.or(grantee.id)?, permission))
    });
    Ok(Acl { owner: owner.id, grants: grants.collect() })
}

/// Sets a bucket's ACL.
///
/// # Errors
///
/// Any [`Error`](crate::Error).
pub async fn put_bucket_acl_document(client: &Client, bucket: &str, acl: &Acl) -> Result<()> {
    let request = Request::new("PutBucketACL", Kind::Write, Method::PUT, bucket);
    let request = request.parameter("acl", "");
    request.document("AccessControlPolicy", &acl.document()).send(client).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: &str = "qcs::cam::uin/1:uin/1";

    fn grant(grantee: &str, permission: &str) -> String {
        format!("<Grant><Grantee>{grantee}</Grantee><Permission>{permission}</Permission></Grant>")
    }

    fn policy(grants: &[String]) -> String {
        format!(
            "<AccessControlPolicy>\n  <Owner><ID>{OWNER}</ID><DisplayName>x</DisplayName></Owner>\n  \
             <AccessControlList>{}</AccessControlList>\n</AccessControlPolicy>\n",
            grants.concat()
        )
    }

    #[test]
    fn documents_with_the_same_grants_mean_the_same() {
        let own = grant(&format!("<ID>{OWNER}</ID>"), "FULL_CONTROL");
        let read = grant(&format!("<URI>{EVERYBODY}</URI>"), "READ");
        let friend = grant("<ID>qcs::cam::uin/2:uin/2</ID>", "WRITE");
        let acl = |grants: &[&String]| {
            let grants: Vec<_> = grants.iter().map(|grant| (*grant).clone()).collect();
            Acl::read(&policy(&grants)).unwrap()
        };
        let all = acl(&[&own, &read, &friend]);
        assert!(all.means_same(&acl(&[&friend, &read])));
        assert!(!all.means_same(&acl(&[&own, &read])));
        assert_eq!(all.open_to(), "public-read");
        assert_eq!(Acl::read(&all.text()).unwrap().text(), all.text());
        assert!(acl(&[&read]).means_same(&Acl::canned(OWNER, "public-read")));
        assert!(acl(&[]).means_same(&Acl::canned(OWNER, "private")));
    }

    #[test]
    fn what_is_no_acl_is_said() {
        for broken in ["", "<x/>", "<AccessControlPolicy>", &policy(&[grant("<ID>a</ID>", "FLY")])]
        {
            assert!(Acl::read(broken).is_err(), "{broken}");
        }
    }
}
