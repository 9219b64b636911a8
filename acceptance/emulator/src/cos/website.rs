//! Static websites: a bucket's objects as pages.

use super::bucket::Bucket;
use super::object::{self, Object};
use super::request::{Answer, Reply, Request, Right};
use super::setting::{Redirect, RoutingRule, Website};
use crate::refusal::{Refusal, refused};

/// The page that a browser asks for.
pub(super) fn page(request: &Request<'_>) -> Answer {
    let bucket = request.existing_bucket()?;
    let Some(site) = &bucket.website else {
        return refused("NoSuchWebsiteConfiguration", "The bucket is no static website.");
    };
    if let Some(all) = &site.redirect_all_requests_to
        && request.header("x-forwarded-proto") != Some(&all.protocol)
    {
        return Ok(redirect(request, Some(&all.protocol), request.key()));
    }
    let key = request.key();
    if let Some(rule) = rules(site).find(|rule| is_for(rule, key, None)) {
        return Ok(follow(request, rule, key));
    }
    let index = site.index_document.as_ref().map_or("", |index| &index.suffix);
    let key =
        if key.is_empty() || key.ends_with('/') { format!("{key}{index}") } else { key.to_owned() };
    match find(request, &bucket, &key) {
        Ok(object) => object::send(request, &object),
        Err(refusal) => absent(request, &bucket, site, &key, refusal),
    }
}

/// What is answered in place of a page that is not there.
fn absent(
    request: &Request<'_>,
    bucket: &Bucket,
    site: &Website,
    key: &str,
    refusal: Refusal,
) -> Answer {
    let status = super::status(&refusal.code);
    if let Some(rule) = rules(site).find(|rule| is_for(rule, key, Some(status))) {
        return Ok(follow(request, rule, key));
    }
    let Some(error) = &site.error_document else { return Err(refusal) };
    let Ok(object) = find(request, bucket, &error.key) else { return Err(refusal) };
    Ok(Reply { status, ..object::send(request, &object)? })
}

fn find(request: &Request<'_>, bucket: &Bucket, key: &str) -> Result<Object, Refusal> {
    object::named(request, bucket, key, None, Right::Read).map(|(_, object)| object)
}

fn rules(site: &Website) -> impl Iterator<Item = &RoutingRule> {
    site.routing_rules.iter().flat_map(|rules| &rules.rules)
}

/// Whether a rule is for a key, or for a status where one is given.
fn is_for(rule: &RoutingRule, key: &str, status: Option<u16>) -> bool {
    let condition = &rule.condition;
    let code = condition.http_error_code_returned_equals.as_deref();
    let prefix = condition.key_prefix_equals.as_deref();
    match status {
        None => code.is_none() && prefix.is_some_and(|prefix| key.starts_with(prefix)),
        Some(status) => code.is_some_and(|code| code == status.to_string()),
    }
}

fn follow(request: &Request<'_>, rule: &RoutingRule, key: &str) -> Reply {
    let Redirect { protocol, replace_key_with, replace_key_prefix_with } = &rule.redirect;
    let target = match (replace_key_with, replace_key_prefix_with) {
        (Some(whole), _) => whole.clone(),
        (None, Some(start)) => {
            let prefix = rule.condition.key_prefix_equals.as_deref().unwrap_or_default();
            format!("{start}{}", key.strip_prefix(prefix).unwrap_or(key))
        }
        (None, None) => key.to_owned(),
    };
    redirect(request, protocol.as_deref(), &target)
}

fn redirect(request: &Request<'_>, protocol: Option<&str>, key: &str) -> Reply {
    let host = request.header("host").unwrap_or_default();
    let protocol = protocol.unwrap_or("http");
    Reply::empty(302).with("Location", format!("{protocol}://{host}/{key}"))
}
