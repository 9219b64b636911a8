//! Domains of the user's own, at which a bucket answers, too.
//! <https://www.tencentcloud.com/document/product/436/40135>

use serde::{Deserialize, Serialize};

use super::address::Door;
use super::bucket::Bucket;
use super::request::{Answer, Request};
use super::setting::{change, show};
use super::xml;
use crate::refusal::{Refusal, refused};
use crate::store::Txn;

/// The domains of a bucket.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Domains {
    #[serde(rename = "DomainRule", default)]
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    status: String,
    name: String,
    r#type: String,
    /// What may be replaced at the DNS, which the local cloud does not ask.
    #[serde(default, skip_serializing)]
    #[expect(dead_code, reason = "read, so that it may be sent")]
    forced_replacement: Option<String>,
}

impl Rule {
    fn door(&self) -> Option<Door> {
        match &*self.r#type {
            "REST" => Some(Door::Api),
            "WEBSITE" => Some(Door::Website),
            "ACCELERATE" => Some(Door::Accelerate),
            _ => None,
        }
    }
}

pub(super) fn get(request: &Request<'_>) -> Answer {
    show("DomainConfiguration", request.owned_bucket()?.domains, "DomainConfigNotFoundError")
}

pub(super) fn put(request: &Request<'_>) -> Answer {
    let domains: Domains = xml::read(request.body)?;
    let sound = |rule: &Rule| {
        rule.door().is_some()
            && ["ENABLED", "DISABLED"].contains(&&*rule.status)
            && rule.name.contains('.')
            && rule.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte))
    };
    if domains.rules.is_empty() || !domains.rules.iter().all(sound) {
        let text = "A rule has a Name, the Status ENABLED or DISABLED, and the Type REST, WEBSITE \
                    or ACCELERATE.";
        return refused("InvalidArgument", text);
    }
    request.owned_bucket()?;
    for (name, bucket) in request.store.scan::<Bucket>("")? {
        let taken = bucket.domains.into_iter().flat_map(|domains| domains.rules);
        let both = |taken: &Rule| domains.rules.iter().any(|rule| rule.name == taken.name);
        if name != request.bucket_name()
            && let Some(taken) = taken.into_iter().find(both)
        {
            let text = format!("The domain {} is that of the bucket {name}.", taken.name);
            return refused("RecordAlreadyExist", text);
        }
    }
    change(request, 200, |bucket| bucket.domains = Some(domains))
}

pub(super) fn delete(request: &Request<'_>) -> Answer {
    change(request, 204, |bucket| bucket.domains = None)
}

/// The bucket with a domain, and what answers there.
///
/// # Errors
/// When the store fails.
pub(super) fn find(txn: &Txn, host: &str) -> Result<Option<(String, Door)>, Refusal> {
    for (_, _, name, bucket) in txn.every::<Bucket>()? {
        let rules = bucket.domains.into_iter().flat_map(|domains| domains.rules);
        let mut fitting = rules.filter(|rule| rule.status == "ENABLED");
        let found = fitting.find(|rule| rule.name.eq_ignore_ascii_case(host));
        if let Some(door) = found.and_then(|rule| rule.door()) {
            return Ok(Some((name, door)));
        }
    }
    Ok(None)
}
