//! Origins: where objects come from that a bucket does not have.
//! <https://www.tencentcloud.com/document/product/436/31508>
//!
//! `Mirror` pulls an object, keeps it and answers with it; `Proxy` sends the caller to the origin and
//! keeps the object; `Redirect` sends the caller there, and that is all. The local cloud pulls from
//! this machine alone.

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{HOST, LOCATION};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Request as HttpRequest, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::object;
use super::request::{Answer, Reply, Request};
use super::setting::{change, show};
use super::{status, xml};
use crate::percent;
use crate::refusal::{Refusal, refuse, refused};

/// How long an origin may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);
const MOST_REDIRECTS: usize = 10;
const MOST_RULES: usize = 100;

/// The origins of a bucket.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Origins {
    #[serde(rename = "OriginRule", default)]
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Rule {
    #[serde(default)]
    rule_priority: i64,
    origin_type: String,
    #[serde(default)]
    origin_condition: Condition,
    #[serde(default)]
    origin_parameter: Parameter,
    origin_info: Info,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Condition {
    #[serde(rename = "HTTPStatusCode", skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(rename = "Prefix", skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    #[serde(rename = "Suffix", skip_serializing_if = "Option::is_none")]
    suffix: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Parameter {
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transparent_error_code: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    follow_query_string: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_header: Option<Headers>,
    #[serde(skip_serializing_if = "Option::is_none")]
    follow_redirection: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_redirect_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    copy_origin_data: Option<bool>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Headers {
    #[serde(skip_serializing_if = "Option::is_none")]
    follow_all_headers: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new_http_headers: Option<HeaderList>,
    #[serde(skip_serializing_if = "Option::is_none")]
    follow_http_headers: Option<HeaderList>,
    #[serde(skip_serializing_if = "Option::is_none")]
    forbid_follow_http_headers: Option<HeaderList>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct HeaderList {
    #[serde(rename = "Header", default)]
    all: Vec<Header>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Header {
    key: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    value: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Info {
    host_info: Vec<Host>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file_info: Option<File>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Host {
    #[serde(default)]
    host_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    weight: Option<i64>,
    /// An origin that asks for a signature.
    #[serde(default, skip_serializing)]
    private_host: Option<Ignored>,
}

/// What is known by its name and not acted on.
#[derive(Debug, Clone)]
struct Ignored;

impl<'de> Deserialize<'de> for Ignored {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// Other keys at the origin, which the local cloud does not know.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct File {
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix_directive: Option<bool>,
    #[serde(skip_serializing)]
    prefix: Option<String>,
    #[serde(skip_serializing)]
    suffix: Option<String>,
    #[serde(skip_serializing)]
    prefix_configuration: Option<Ignored>,
    #[serde(skip_serializing)]
    suffix_configuration: Option<Ignored>,
    #[serde(skip_serializing)]
    fixed_file_configuration: Option<Ignored>,
}

impl File {
    fn moves_keys(&self) -> bool {
        self.prefix_directive == Some(true)
            || [&self.prefix, &self.suffix].into_iter().flatten().any(|text| !text.is_empty())
            || self.prefix_configuration.is_some()
            || self.suffix_configuration.is_some()
            || self.fixed_file_configuration.is_some()
    }
}

impl Rule {
    fn check(&self) -> Result<(), Refusal> {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let when = text(&self.origin_condition.status);
        let condition = match &*self.origin_type {
            "Mirror" | "Proxy" => ["", "404"].contains(&&*when),
            "Redirect" => when.is_empty() || when.starts_with(['4', '5']),
            _ => return refused("InvalidArgument", "OriginType is Mirror, Proxy or Redirect."),
        };
        if !condition {
            let text = "HTTPStatusCode is 404 and, for Redirect alone, any of 4XX and 5XX.";
            return refused("InvalidArgument", text);
        }
        let parameter = &self.origin_parameter;
        let protocol = text(&parameter.protocol);
        if !["", "HTTP", "HTTPS", "FOLLOW"].contains(&&*protocol) {
            return refused("InvalidArgument", "Protocol is HTTP, HTTPS or FOLLOW.");
        }
        let code = text(&parameter.http_redirect_code);
        if !["", "301", "302", "307"].contains(&&*code) {
            return refused("InvalidArgument", "HttpRedirectCode is 301, 302 or 307.");
        }
        let [host] = &self.origin_info.host_info[..] else {
            return refused("NotImplemented", "The local cloud knows one host for each rule.");
        };
        if host.host_name.is_empty() || host.host_name.contains('/') {
            return refused("InvalidArgument", "HostName is a host, and a port where it has one.");
        }
        let moves = self.origin_info.file_info.as_ref().is_some_and(File::moves_keys);
        if moves || host.private_host.is_some() {
            let text = "The local cloud knows no origins with other keys or signatures.";
            return refused("NotImplemented", text);
        }
        Ok(())
    }

    fn is_for(&self, key: &str, failed: u16) -> bool {
        let condition = &self.origin_condition;
        let failed = failed.to_string();
        let when = condition.status.as_deref().filter(|when| !when.is_empty()).unwrap_or("404");
        let fits = match when.get(..1).filter(|_| when.to_uppercase().ends_with("XX")) {
            Some(kind) => failed.starts_with(kind),
            None => failed == when,
        };
        fits && key.starts_with(condition.prefix.as_deref().unwrap_or_default())
            && key.ends_with(condition.suffix.as_deref().unwrap_or_default())
    }

    /// The URL of an object at the origin.
    fn url(&self, head: &Parts, key: &str) -> String {
        let parameter = &self.origin_parameter;
        let scheme = match parameter.protocol.as_deref() {
            Some("HTTPS") => "https",
            _ => "http",
        };
        let host = self.origin_info.host_info.first().map_or("", |host| &host.host_name);
        let path = percent::encode(key).replace("%2F", "/");
        let query = head.uri.query().filter(|_| parameter.follow_query_string.unwrap_or(true));
        // A signature is for this cloud, not for the origin.
        let own = |pair: &&str| {
            let name = pair.split('=').next().unwrap_or_default().to_lowercase();
            !["q-", "x-cos-", "x-amz-"].iter().any(|start| name.starts_with(start))
        };
        let query: Vec<_> =
            query.into_iter().flat_map(|query| query.split('&')).filter(own).collect();
        match query.is_empty() {
            true => format!("{scheme}://{host}/{path}"),
            false => format!("{scheme}://{host}/{path}?{}", query.join("&")),
        }
    }

    /// The headers that the origin is sent.
    fn headers(&self, head: &Parts) -> HeaderMap {
        let mut sent = HeaderMap::new();
        let Some(headers) = &self.origin_parameter.http_header else { return sent };
        let listed = |list: &Option<HeaderList>, name: &str| {
            let all = list.iter().flat_map(|list| &list.all);
            all.into_iter().any(|header| header.key.eq_ignore_ascii_case(name))
        };
        for (name, value) in &head.headers {
            let follows = listed(&headers.follow_http_headers, name.as_str())
                || (headers.follow_all_headers == Some(true)
                    && !listed(&headers.forbid_follow_http_headers, name.as_str())
                    && !["host", "authorization", "content-length"].contains(&name.as_str()));
            if follows {
                sent.insert(name.clone(), value.clone());
            }
        }
        for Header { key, value } in headers.new_http_headers.iter().flat_map(|list| &list.all) {
            let pair = (hyper::header::HeaderName::try_from(key), value.parse());
            if let (Ok(name), Ok(value)) = pair {
                sent.insert(name, value);
            }
        }
        sent
    }
}

pub(super) fn get(request: &Request<'_>) -> Answer {
    show("OriginConfiguration", request.owned_bucket()?.origins, "OriginConfigurationNotFoundError")
}

pub(super) fn put(request: &Request<'_>) -> Answer {
    let origins: Origins = xml::read(request.body)?;
    if origins.rules.is_empty() || origins.rules.len() > MOST_RULES {
        return refused("MalformedXML", format!("1 to {MOST_RULES} rules are allowed."));
    }
    origins.rules.iter().try_for_each(Rule::check)?;
    let mut priorities: Vec<_> = origins.rules.iter().map(|rule| rule.rule_priority).collect();
    priorities.sort_unstable();
    if priorities.windows(2).any(|pair| pair[0] == pair[1]) {
        return refused("InvalidArgument", "Two rules have the same RulePriority.");
    }
    change(request, 200, |bucket| bucket.origins = Some(origins))
}

pub(super) fn delete(request: &Request<'_>) -> Answer {
    change(request, 204, |bucket| bucket.origins = None)
}

/// The rule that is about a request which failed.
pub(super) fn rule(request: &Request<'_>, refusal: &Refusal) -> Option<Rule> {
    let bucket = request.existing_bucket().ok()?;
    let failed = status(&refusal.code);
    let mut rules = bucket.origins?.rules;
    rules.retain(|rule| rule.is_for(request.key(), failed));
    rules.into_iter().min_by_key(|rule| rule.rule_priority)
}

/// What a rule makes of a request that failed.
pub(super) enum Outcome {
    /// The caller is sent to the origin.
    Elsewhere(Reply),
    /// The object was pulled.
    Pulled { found: Found, reply: Option<Reply> },
}

/// An object at an origin.
pub(super) struct Found {
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Follows a rule.
///
/// # Errors
/// `refusal` where the origin does not have the object either; `NotImplemented` for origins
/// elsewhere; `BadGateway` for origins that do not answer.
pub(super) async fn follow(
    rule: &Rule,
    head: &Parts,
    key: &str,
    refusal: Refusal,
) -> Result<Outcome, Refusal> {
    let url = rule.url(head, key);
    let parameter = &rule.origin_parameter;
    let code = parameter.http_redirect_code.as_deref().and_then(|code| code.parse().ok());
    let elsewhere = || Reply::empty(code.unwrap_or(302)).with("Location", &url);
    if rule.origin_type == "Redirect" {
        return Ok(Outcome::Elsewhere(elsewhere()));
    }
    let redirects = parameter.follow_redirection.unwrap_or(true);
    let (status, found) = pull(&url, &rule.headers(head), redirects).await?;
    if status.is_success() {
        let reply = (rule.origin_type == "Proxy").then(elsewhere);
        return Ok(Outcome::Pulled { found, reply });
    }
    if parameter.transparent_error_code == Some(true) {
        return Ok(Outcome::Elsewhere(Reply { body: found.body, ..Reply::empty(status.as_u16()) }));
    }
    Err(refusal)
}

/// Gets a URL of this machine.
async fn pull(
    url: &str,
    headers: &HeaderMap,
    redirects: bool,
) -> Result<(StatusCode, Found), Refusal> {
    let client: Client<HttpConnector, Full<Bytes>> =
        Client::builder(TokioExecutor::new()).build(HttpConnector::new());
    let mut url = url.to_owned();
    for _ in 0..=MOST_REDIRECTS {
        let target = reachable(&url)?;
        let mut request = HttpRequest::new(Full::default());
        *request.method_mut() = Method::GET;
        *request.headers_mut() = headers.clone();
        if let Some(host) = target.authority().and_then(|host| host.as_str().parse().ok()) {
            request.headers_mut().insert(HOST, host);
        }
        *request.uri_mut() = target;
        let exchange = async {
            let (head, body) = client.request(request).await.ok()?.into_parts();
            let body = Limited::new(body, super::MAX_BODY).collect().await.ok()?.to_bytes();
            Some((head, body))
        };
        let answer = tokio::time::timeout(PATIENCE, exchange).await.ok().flatten();
        let Some((head, body)) = answer else {
            return refused("BadGateway", format!("The origin does not answer at {url}."));
        };
        let location = head.headers.get(LOCATION).and_then(|to| to.to_str().ok());
        match location.filter(|_| redirects && head.status.is_redirection()) {
            Some(to) if to.starts_with('/') => {
                let end = url.match_indices('/').nth(2).map_or(url.len(), |(at, _)| at);
                url = format!("{}{to}", &url[..end]);
            }
            Some(to) => to.clone_into(&mut url),
            None => return Ok((head.status, Found { headers: head.headers, body })),
        }
    }
    refused("BadGateway", format!("The origin redirects more than {MOST_REDIRECTS} times."))
}

/// The URL, if it is one of this machine.
fn reachable(url: &str) -> Result<Uri, Refusal> {
    let elsewhere = || {
        let text = format!(
            "The local cloud pulls by http from this machine (127.0.0.1, localhost) only, not from \
             {url}."
        );
        refuse("NotImplemented", text)
    };
    let uri: Uri = url.parse().map_err(|_| elsewhere())?;
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if local && uri.scheme_str() == Some("http") { Ok(uri) } else { Err(elsewhere()) }
}

/// Keeps an object that was pulled, as part of a request that asks for it.
///
/// # Errors
/// Those of a put.
pub(super) fn keep(request: &Request<'_>, found: &Found) -> Answer {
    let bucket = request.existing_bucket()?;
    let object = object::pulled(request, &bucket, &found.headers, &found.body)?;
    object::send(request, &object)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_reached() {
        for near in
            ["http://127.0.0.1:80/a", "http://localhost/", "http://[::1]:9/", "http://127.9.9.9/"]
        {
            assert!(reachable(near).is_ok(), "{near}");
        }
        for far in ["http://10.0.0.1/", "https://127.0.0.1/", "http://example.com/", "nonsense"] {
            let refusal = reachable(far).map(drop).map_err(|refusal| refusal.code.into_owned());
            assert_eq!(refusal, Err("NotImplemented".to_owned()), "{far}");
        }
    }
}
