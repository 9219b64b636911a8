//! Intelligent tiering: the rules are kept. No object moves by them, for nobody counts how often
//! objects are read.
//! <https://www.tencentcloud.com/document/product/436/38314>

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::request::{Answer, Reply, Request};
use super::setting::{Tag, change, show};
use super::xml;
use crate::refusal::{Refusal, refused};

const ROOT: &str = "IntelligentTieringConfiguration";
const MISSING: &str = "NoSuchConfiguration";
/// The rule for the tier of infrequent access, which switches tiering on.
const DEFAULT: &str = "default";
const MOST_RULES: usize = 1000;

/// The rules of a bucket by their ids.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Tiering(BTreeMap<String, Rule>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    id: String,
    status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    filter: Option<Filter>,
    #[serde(default)]
    tiering: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    and: Option<And>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tag: Vec<Tag>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct And {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tag: Vec<Tag>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Step {
    access_tier: String,
    days: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request_frequent: Option<i64>,
}

/// The rule `default` in the form that the older operation has.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Whole {
    status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    transition: Option<Transition>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Transition {
    days: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request_frequent: Option<i64>,
}

impl Tiering {
    /// Whether it is on, which cannot be undone.
    pub(super) fn is_on(&self) -> bool {
        self.0.contains_key(DEFAULT)
    }
}

impl Rule {
    fn check(&self) -> Result<(), Refusal> {
        let default = self.id == DEFAULT;
        if self.id.is_empty() || !["Enabled", "Disabled"].contains(&&*self.status) {
            return refused(
                "MalformedXML",
                "A rule has an Id, and the Status Enabled or Disabled.",
            );
        }
        let sound = |step: &Step| match (default, &*step.access_tier) {
            (true, "INFREQUENT") => [30, 60, 90].contains(&step.days),
            (false, "ARCHIVE_ACCESS") => (91..=730).contains(&step.days),
            (false, "DEEP_ARCHIVE_ACCESS") => (180..=730).contains(&step.days),
            _ => false,
        };
        let days = |tier: &str| {
            self.tiering.iter().find(|step| step.access_tier == tier).map(|step| step.days)
        };
        let deeper_later = match (days("ARCHIVE_ACCESS"), days("DEEP_ARCHIVE_ACCESS")) {
            (Some(archive), Some(deep)) => archive < deep,
            _ => true,
        };
        if self.tiering.is_empty() || !self.tiering.iter().all(sound) || !deeper_later {
            let text = "INFREQUENT is after 30, 60 or 90 days, ARCHIVE_ACCESS after 91 to 730 and \
                        DEEP_ARCHIVE_ACCESS after 180 to 730, later than ARCHIVE_ACCESS.";
            return refused("InvalidArgument", text);
        }
        if default && (self.status != "Enabled" || self.filter.is_some()) {
            return refused(
                "InvalidArgument",
                "The rule `default` is Enabled and for all objects.",
            );
        }
        Ok(())
    }
}

fn keep(request: &Request<'_>, rule: Rule) -> Answer {
    rule.check()?;
    let bucket = request.owned_bucket()?;
    if bucket.lock.is_some() {
        let text = "Intelligent tiering cannot be enabled: the bucket has object lock.";
        return refused("InvalidBucketState", text);
    }
    let rules = &bucket.tiering.0;
    match rules.get(DEFAULT) {
        Some(known) if rule.id == DEFAULT && *known != rule => {
            let text = "Intelligent tiering cannot be changed once it is enabled.";
            return refused("InvalidBucketState", text);
        }
        None if rule.id != DEFAULT => {
            let text = "Enable intelligent tiering with the rule `default` first.";
            return refused("InvalidBucketState", text);
        }
        _ => {}
    }
    if rules.len() >= MOST_RULES && !rules.contains_key(&rule.id) {
        return refused("InvalidArgument", format!("{MOST_RULES} rules are allowed."));
    }
    change(request, 200, |bucket| {
        bucket.tiering.0.insert(rule.id.clone(), rule);
    })
}

pub(super) fn put_whole(request: &Request<'_>) -> Answer {
    let whole: Whole = xml::read(request.body)?;
    let Transition { days, request_frequent } =
        whole.transition.unwrap_or(Transition { days: 30, request_frequent: None });
    let request_frequent = Some(request_frequent.unwrap_or(1));
    let step = Step { access_tier: "INFREQUENT".to_owned(), days, request_frequent };
    let id = DEFAULT.to_owned();
    keep(request, Rule { id, status: whole.status, filter: None, tiering: vec![step] })
}

pub(super) fn get_whole(request: &Request<'_>) -> Answer {
    let bucket = request.owned_bucket()?;
    let whole = bucket.tiering.0.get(DEFAULT).map(|rule| Whole {
        status: rule.status.clone(),
        transition: rule
            .tiering
            .first()
            .map(|step| Transition { days: step.days, request_frequent: step.request_frequent }),
    });
    // A bucket without it has an answer, too, that says nothing.
    match whole {
        Some(whole) => Ok(Reply::xml(xml::write(ROOT, &whole)?)),
        None => Ok(Reply::xml(xml::write(
            ROOT,
            &Whole { status: "Suspended".to_owned(), transition: None },
        )?)),
    }
}

fn id<'a>(request: &'a Request<'_>) -> &'a str {
    request.parameter("id").unwrap_or_default()
}

pub(super) fn put(request: &Request<'_>) -> Answer {
    let mut rule: Rule = xml::read(request.body)?;
    if rule.id.is_empty() {
        id(request).clone_into(&mut rule.id);
    }
    if rule.id != id(request) {
        return refused("InvalidArgument", "The parameter id and the Id of the rule differ.");
    }
    for step in &mut rule.tiering {
        if step.access_tier == "INFREQUENT" {
            step.request_frequent.get_or_insert(1);
        }
    }
    keep(request, rule)
}

#[derive(Serialize)]
struct Listing {
    #[serde(rename = "IntelligentTieringConfiguration")]
    rules: Vec<Rule>,
}

/// One rule, or all of them.
pub(super) fn get(request: &Request<'_>) -> Answer {
    let rules = request.owned_bucket()?.tiering.0;
    if request.parameter("id").is_some_and(|id| !id.is_empty()) {
        return show(ROOT, rules.get(id(request)), MISSING);
    }
    let listing = Listing { rules: rules.into_values().collect() };
    let root = "ListBucketIntelligentTieringConfigurationOutput";
    Ok(Reply::xml(xml::write(root, &listing)?))
}

pub(super) fn delete(request: &Request<'_>) -> Answer {
    if id(request) == DEFAULT {
        return refused("InvalidArgument", "Intelligent tiering cannot be switched off.");
    }
    if !request.owned_bucket()?.tiering.0.contains_key(id(request)) {
        return refused(MISSING, "The configuration does not exist.");
    }
    change(request, 204, |bucket| {
        bucket.tiering.0.remove(id(request));
    })
}
