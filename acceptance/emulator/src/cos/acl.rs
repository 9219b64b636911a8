//! Access control lists of buckets and objects.

use serde::{Deserialize, Serialize};

use super::bucket::Owner;
use super::request::{Answer, Reply, Request, Right};
use super::xml;
use crate::refusal::{Refusal, refused};

/// The group of everybody, signed or not.
const EVERYBODY: &str = "http://cam.qcloud.com/groups/global/AllUsers";
const NAMESPACE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Who may do what, beside the owner, who may do everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Acl {
    grants: Vec<Grant>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Grant {
    /// An account's or user's id, or the URI of a group.
    grantee: String,
    permission: String,
}

#[derive(Serialize, Deserialize)]
struct Policy {
    #[serde(rename = "Owner", skip_deserializing)]
    owner: Option<Owner>,
    #[serde(rename = "AccessControlList", default)]
    list: GrantList,
}

#[derive(Default, Serialize, Deserialize)]
struct GrantList {
    #[serde(rename = "Grant", default)]
    grants: Vec<PolicyGrant>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyGrant {
    grantee: Grantee,
    permission: String,
}

#[derive(Default, Serialize, Deserialize)]
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
    fn canned(name: &str) -> Option<Self> {
        let permissions: &[&str] = match name {
            "private" | "default" | "" => &[],
            "public-read" => &["READ"],
            "public-read-write" => &["READ", "WRITE"],
            _ => return None,
        };
        let grant = |permission: &&str| Grant {
            grantee: EVERYBODY.to_owned(),
            permission: (*permission).to_owned(),
        };
        Some(Self { grants: permissions.iter().map(grant).collect() })
    }

    /// What the request's headers say; `None` when they say nothing.
    ///
    /// # Errors
    /// `InvalidArgument`.
    pub(super) fn of_headers(request: &Request<'_>) -> Result<Option<Self>, Refusal> {
        if let Some(name) = request.header("x-cos-acl") {
            let Some(acl) = Self::canned(name) else {
                return refused("InvalidArgument", format!("There is no ACL `{name}`."));
            };
            return Ok(Some(acl));
        }
        let mut grants = Vec::new();
        for (header, permission) in [
            ("x-cos-grant-read", "READ"),
            ("x-cos-grant-write", "WRITE"),
            ("x-cos-grant-full-control", "FULL_CONTROL"),
        ] {
            for grantee in request.header(header).into_iter().flat_map(|text| text.split(',')) {
                let id = grantee.trim().strip_prefix("id=").unwrap_or_default().trim_matches('"');
                if id.is_empty() {
                    return refused(
                        "InvalidArgument",
                        format!("{header} is a list of id=\"...\"."),
                    );
                }
                grants.push(Grant { grantee: id.to_owned(), permission: permission.to_owned() });
            }
        }
        Ok((!grants.is_empty()).then_some(Self { grants }))
    }

    /// What the request says, in headers or as a document.
    ///
    /// # Errors
    /// `InvalidArgument`, `MalformedXML`.
    pub(super) fn of(request: &Request<'_>) -> Result<Self, Refusal> {
        if let Some(acl) = Self::of_headers(request)? {
            return Ok(acl);
        }
        let policy: Policy = xml::read(request.body)?;
        let mut grants = Vec::new();
        for PolicyGrant { grantee, permission } in policy.list.grants {
            let known = ["READ", "WRITE", "FULL_CONTROL", "READ_ACP", "WRITE_ACP"];
            let (Some(grantee), true) = (grantee.uri.or(grantee.id), known.contains(&&*permission))
            else {
                return refused("MalformedXML", "A grant has a grantee and a permission.");
            };
            // The owner's own grant says nothing new.
            if !names(&grantee, request.store.account()) {
                grants.push(Grant { grantee, permission });
            }
        }
        Ok(Self { grants })
    }

    /// Whether callers that nobody knows have a right.
    pub(super) fn lets_anybody(&self, right: Right) -> bool {
        self.lets(right, |grantee| grantee == EVERYBODY)
    }

    /// Whether an account has a right.
    pub(super) fn lets_account(&self, right: Right, uin: &str) -> bool {
        self.lets(right, |grantee| grantee == EVERYBODY || names(grantee, uin))
    }

    fn lets(&self, right: Right, is: impl Fn(&str) -> bool) -> bool {
        let permission = match right {
            Right::Read => "READ",
            Right::Write => "WRITE",
            Right::Own => return false,
        };
        self.grants.iter().any(|grant| {
            is(&grant.grantee) && [permission, "FULL_CONTROL"].contains(&&*grant.permission)
        })
    }

    /// The answer that shows it.
    pub(super) fn reply(&self, uin: &str) -> Answer {
        let own = Grant { grantee: Owner::of(uin).id, permission: "FULL_CONTROL".to_owned() };
        let grants = std::iter::once(&own).chain(&self.grants).map(|grant| {
            let group = grant.grantee.starts_with("http");
            let (kind, id, uri) = match grant.grantee.clone() {
                uri if group => ("Group", None, Some(uri)),
                id => ("CanonicalUser", Some(id), None),
            };
            let grantee = Grantee { namespace: NAMESPACE, kind, id, uri };
            PolicyGrant { grantee, permission: grant.permission.clone() }
        });
        let list = GrantList { grants: grants.collect() };
        let policy = Policy { owner: Some(Owner::of(uin)), list };
        let name = ["public-read-write", "public-read", "private"];
        let name = name.into_iter().find(|name| Self::canned(name).as_ref() == Some(self));
        let reply = Reply::xml(xml::write("AccessControlPolicy", &policy)?);
        Ok(match name {
            Some(name) => reply.with("x-cos-acl", name),
            None => reply,
        })
    }
}

/// Whether a grantee's id is that of an account.
fn names(grantee: &str, uin: &str) -> bool {
    grantee == uin || grantee.ends_with(&format!("uin/{uin}"))
}
