//! Requests of pages of other origins.

use super::bucket::Bucket;
use super::request::{Answer, Reply, Request};
use super::setting::CorsRule;
use crate::refusal::refused;

/// Answers the question that browsers ask before they send a request.
pub(super) fn preflight(request: &Request<'_>) -> Answer {
    let bucket = request.existing_bucket()?;
    let asked = request.header("access-control-request-method").unwrap_or_default();
    let headers = request.header("access-control-request-headers").unwrap_or_default();
    let headers: Vec<_> =
        headers.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let allows = |rule: &&CorsRule| {
        headers.iter().all(|name| rule.headers.iter().any(|pattern| matches(pattern, name)))
    };
    let Some(rule) = rules(request, &bucket, asked).find(allows) else {
        return refused("AccessForbidden", "CORSResponse: This CORS request is not allowed.");
    };
    let reply = with_origin(Reply::empty(200), request, &bucket, rule)
        .with("Access-Control-Allow-Methods", rule.methods.join(","))
        .with("Access-Control-Allow-Headers", headers.join(","));
    Ok(match rule.max_age {
        Some(seconds) => reply.with("Access-Control-Max-Age", seconds.to_string()),
        None => reply,
    })
}

/// Adds what browsers look for to the answer to a request of another origin.
pub(super) fn decorate(request: &Request<'_>, method: &str, reply: Reply) -> Reply {
    let Ok(bucket) = request.existing_bucket() else { return reply };
    let rule = rules(request, &bucket, method).next();
    match rule {
        Some(rule) => with_origin(reply, request, &bucket, rule),
        None => reply,
    }
}

/// The rules for the request's origin and a method.
fn rules<'a>(
    request: &'a Request<'_>,
    bucket: &'a Bucket,
    method: &'a str,
) -> impl Iterator<Item = &'a CorsRule> {
    let rules = bucket.cors.iter().flat_map(|cors| &cors.rules);
    let origin = request.header("origin").unwrap_or_default();
    rules.filter(move |rule| {
        rule.origins.iter().any(|pattern| matches(pattern, origin))
            && rule.methods.iter().any(|known| known == method)
    })
}

fn with_origin(reply: Reply, request: &Request<'_>, bucket: &Bucket, rule: &CorsRule) -> Reply {
    let any = rule.origins.iter().any(|origin| origin == "*");
    let origin = if any { "*" } else { request.header("origin").unwrap_or_default() };
    let mut reply = reply.with("Access-Control-Allow-Origin", origin);
    if !rule.exposed.is_empty() {
        reply = reply.with("Access-Control-Expose-Headers", rule.exposed.join(","));
    }
    let vary = bucket.cors.as_ref().and_then(|cors| cors.vary) == Some(true);
    if vary { reply.with("Vary", "Origin") } else { reply }
}

/// Whether a text fits a pattern with at most one `*`; letters' case does not count.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_lowercase(), text.to_lowercase());
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, end)) => {
            text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end)
        }
    }
}
