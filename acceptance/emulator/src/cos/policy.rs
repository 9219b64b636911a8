//! Access policies of buckets: what they let others than the owner do, and what they forbid them.
//! <https://www.tencentcloud.com/document/product/436/18023>

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::request::{Answer, Reply, Request};
use super::setting::change;
use crate::accounts::Account;
use crate::refusal::{Refusal, refuse, refused};

const MOST_BYTES: usize = 20 << 10;
const ANYONE: &str = "qcs::cam::anyone:anyone";

/// A policy, as it was put.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Policy(Value);

/// The parts of a policy that are acted on.
#[derive(Deserialize)]
struct Document {
    #[serde(alias = "Statement")]
    statement: Vec<Statement>,
}

#[derive(Deserialize)]
struct Statement {
    #[serde(alias = "Effect")]
    effect: String,
    #[serde(alias = "Principal")]
    principal: Principal,
    #[serde(alias = "Action")]
    action: Texts,
    #[serde(alias = "Resource")]
    resource: Texts,
    #[serde(alias = "Condition", default)]
    condition: Value,
}

#[derive(Deserialize)]
struct Principal {
    qcs: Texts,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Texts {
    One(String),
    Many(Vec<String>),
}

impl Texts {
    fn any(&self, fits: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::One(text) => fits(text),
            Self::Many(texts) => texts.iter().any(|text| fits(text)),
        }
    }
}

/// What a policy says about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Allowed,
    Denied,
    /// Nothing.
    Silent,
}

/// What a caller wants to do.
pub(super) struct Wish<'a> {
    pub(super) caller: Option<&'a Account>,
    /// The operation's name.
    pub(super) operation: &'a str,
    pub(super) bucket: &'a str,
    pub(super) region: &'a str,
    pub(super) key: &'a str,
}

impl Statement {
    fn check(&self) -> Result<(), Refusal> {
        if !["allow", "deny"].contains(&&*self.effect.to_lowercase()) {
            return refused("MalformedPolicy", "The Effect of a statement is allow or deny.");
        }
        let conditional = match &self.condition {
            Value::Null => false,
            Value::Object(conditions) => !conditions.is_empty(),
            _ => true,
        };
        if conditional {
            let text = "The local cloud does not look at the conditions of policies.";
            return refused("NotImplemented", text);
        }
        Ok(())
    }

    fn is_for(&self, wish: &Wish<'_>) -> bool {
        let who = |principal: &str| match wish.caller {
            _ if [ANYONE, "*"].contains(&principal) => true,
            None => false,
            Some(Account { uin, .. }) => {
                principal == format!("qcs::cam::uin/{uin}:uin/{uin}")
                    || principal == format!("qcs::cam::uin/{uin}:root")
                    || principal == uin
            }
        };
        let what = |action: &str| {
            let own = action.strip_prefix("name/").unwrap_or(action);
            own == "*" || own.strip_prefix("cos:").is_some_and(|own| matches(own, wish.operation))
        };
        let on = |resource: &str| {
            if resource == "*" {
                return true;
            }
            let parts: Vec<&str> = resource.splitn(6, ':').collect();
            let [_, _, "cos", region, _, place] = parts[..] else { return false };
            let place = place
                .strip_prefix("prefix//")
                .and_then(|place| place.split_once('/'))
                .map_or(place, |(_, place)| place);
            let whole = format!("{}/{}", wish.bucket, wish.key);
            (region.is_empty() || region == wish.region) && matches(place, &whole)
        };
        self.principal.qcs.any(who) && self.action.any(what) && self.resource.any(on)
    }
}

/// Whether a text fits a pattern in which every `*` stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(text) = text.strip_prefix(start) else { return false };
    let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    ends.into_iter().any(|at| matches(rest, &text[at..]))
}

impl Policy {
    fn document(&self) -> Result<Document, Refusal> {
        let wrong = |error| refuse("MalformedPolicy", format!("The policy is none: {error}."));
        Document::deserialize(&self.0).map_err(wrong)
    }

    /// What it says about a request; to forbid goes before to allow.
    ///
    /// # Errors
    /// When it is no policy.
    pub(super) fn verdict(&self, wish: &Wish<'_>) -> Result<Verdict, Refusal> {
        let document = self.document()?;
        let mut fitting = document.statement.iter().filter(|statement| statement.is_for(wish));
        let mut verdict = Verdict::Silent;
        if let Some(first) = fitting.next() {
            let denies = |statement: &Statement| statement.effect.eq_ignore_ascii_case("deny");
            let denied = denies(first) || fitting.any(denies);
            verdict = if denied { Verdict::Denied } else { Verdict::Allowed };
        }
        Ok(verdict)
    }
}

pub(super) fn get(request: &Request<'_>) -> Answer {
    match request.owned_bucket()?.policy {
        Some(Policy(policy)) => {
            let reply = Reply { body: policy.to_string().into(), ..Reply::default() };
            Ok(reply.with("Content-Type", "application/json"))
        }
        None => refused("NoSuchBucketPolicy", "The bucket has no policy."),
    }
}

pub(super) fn put(request: &Request<'_>) -> Answer {
    if request.body.len() > MOST_BYTES {
        return refused("PolicyTooLarge", "A policy may have 20 KB.");
    }
    let policy = serde_json::from_slice(request.body)
        .map_err(|error| refuse("MalformedPolicy", format!("The policy is no JSON: {error}.")))?;
    let policy = Policy(policy);
    policy.document()?.statement.iter().try_for_each(Statement::check)?;
    change(request, 204, |bucket| bucket.policy = Some(policy))
}

pub(super) fn delete(request: &Request<'_>) -> Answer {
    change(request, 204, |bucket| bucket.policy = None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, text, fits) in [
            ("*", "", true),
            ("Get*", "GetObject", true),
            ("b/*.png", "b/a/c.png", true),
            ("b/*.png", "b/a.gif", false),
            ("b/a", "b/a/c", false),
            ("ä*", "äö", true),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
