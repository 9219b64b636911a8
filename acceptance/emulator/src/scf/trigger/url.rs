//! Function URLs and APIs of the API gateway answer over HTTP.
//!
//! They are called under their own hosts, with this cloud as the proxy or with their `Host` header,
//! and always at `/_url/NAME/PATH`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use serde_json::{Map, Value, json};

use super::Kind;
use super::settings::{self, Cors, Http};
use super::sources::Bound;
use crate::cloud::Cloud;
use crate::params;
use crate::runtime::Status;
use crate::scf::invoke;
use crate::server::Page;
use crate::verify::Authorization;

/// Where function URLs and APIs answer on the emulator's own port.
pub const ROOT: &str = "/_url/";
/// The domains of function URLs and of APIs.
const DOMAINS: [&str; 2] = [".tencentscf.com", ".apigw.tencentcs.com"];
/// Headers that are about a connection and not about a request.
const HOP_BY_HOP: [&str; 4] = ["connection", "keep-alive", "transfer-encoding", "upgrade"];

/// The host that a request is for.
#[must_use]
pub fn host(head: &Parts) -> &str {
    let named = head.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = head.uri.host().or(named).unwrap_or_default();
    host.split(':').next().unwrap_or_default()
}

/// Whether a request is for a function URL or an API.
#[must_use]
pub fn is_meant(head: &Parts) -> bool {
    head.uri.path().starts_with(ROOT) || DOMAINS.iter().any(|domain| host(head).ends_with(domain))
}

/// Answers a request to a function URL or an API.
pub async fn respond(cloud: &Arc<Cloud>, peer: SocketAddr, head: &Parts, body: &Bytes) -> Page {
    match find(cloud, head) {
        Some((bound, path, reach)) if bound.trigger.kind == Kind::Http.name() => {
            let Ok(settings) = settings::read::<Http>(&bound.trigger.settings) else {
                return refusal(StatusCode::INTERNAL_SERVER_ERROR, "The settings are broken.");
            };
            let call = Call { cloud, bound: &bound, head, body, peer, path: &path };
            function_url(&call, &settings, reach).await
        }
        Some((bound, path, _)) => {
            let call = Call { cloud, bound: &bound, head, body, peer, path: &path };
            call.run(call.api_event()).await
        }
        None => refusal(StatusCode::NOT_FOUND, "There is no such function URL."),
    }
}

/// From where a function URL is called.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Intranet,
    Extranet,
    Either,
}

/// The URL that a request is for, and the path below it.
fn find(cloud: &Arc<Cloud>, head: &Parts) -> Option<(Arc<Bound>, String, Reach)> {
    let (known, path) = (cloud.triggers.known(cloud), head.uri.path());
    if let Some(rest) = path.strip_prefix(ROOT) {
        let (name, rest) = rest.split_once('/').unwrap_or((rest, ""));
        return Some((Arc::clone(known.url(name)?), format!("/{rest}"), Reach::Either));
    }
    let host = host(head);
    let (first, rest) = host.split_once('.')?;
    if let Some((app_id, name)) = first.split_once('-')
        && let Some(bound) = known.url(name)
        && bound.account.app_id.to_string() == app_id
    {
        let reach = if rest.starts_with("in.") { Reach::Intranet } else { Reach::Extranet };
        return Some((Arc::clone(bound), path.to_owned(), reach));
    }
    let service = first.rsplit_once('-').map_or(first, |(service, _)| service);
    let mut apis = known.urls().filter_map(|bound| {
        let at = format!("/{}/{}", stage(bound, service)?, bound.function);
        let below = path.strip_prefix(&at)?;
        let whole = below.is_empty() || below.starts_with('/');
        whole.then(|| (Arc::clone(bound), format!("/{}", below.trim_start_matches('/'))))
    });
    apis.next().map(|(bound, path)| (bound, path, Reach::Either))
}

/// The stage of an API that is in that service.
fn stage(bound: &Bound, service: &str) -> Option<String> {
    let settings: Value = serde_json::from_str(&bound.trigger.settings).ok()?;
    let ours = settings["service"]["serviceId"] == service;
    ours.then(|| settings["release"]["environmentName"].as_str().map(str::to_owned))?
}

/// A page of the platform's own.
fn refusal(status: StatusCode, text: &str) -> Page {
    let body = json!({"errorCode": status.as_u16(), "errorMessage": text});
    page(status, body.to_string())
}

fn page(status: StatusCode, json: impl Into<Bytes>) -> Page {
    let mut page = Response::new(Full::new(json.into()));
    *page.status_mut() = status;
    let kind = HeaderValue::from_static("application/json");
    page.headers_mut().insert(header::CONTENT_TYPE, kind);
    page
}

async fn function_url(call: &Call<'_>, settings: &Http, reach: Reach) -> Page {
    let net = &settings.net_config;
    let open = match reach {
        Reach::Intranet => net.enable_intranet,
        Reach::Extranet => net.enable_extranet,
        Reach::Either => net.enable_intranet || net.enable_extranet,
    };
    if !open || !call.bound.trigger.enabled {
        return refusal(StatusCode::FORBIDDEN, "The function URL is switched off.");
    }
    let cors = settings.cors_config.as_ref().filter(|cors| cors.enable);
    let cors = cors.and_then(|cors| Some((cors, cors.origin(&call.head.headers)?)));
    let asks_first = call.head.method == Method::OPTIONS
        && call.head.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut page = match &cors {
        Some(_) if asks_first => page(StatusCode::NO_CONTENT, ""),
        _ => match call.signed_if_needed(settings) {
            Ok(()) => call.run(call.event()).await,
            Err(text) => refusal(StatusCode::UNAUTHORIZED, &text),
        },
    };
    if let Some((cors, origin)) = cors {
        cors.allow(&origin, asks_first, page.headers_mut());
    }
    page
}

impl Cors {
    /// The origin of a request, if it is allowed.
    fn origin(&self, headers: &HeaderMap) -> Option<String> {
        let origin = headers.get(header::ORIGIN)?.to_str().ok()?;
        let allowed = self.origins.iter().any(|own| own == "*" || own == origin);
        allowed.then(|| origin.to_owned())
    }

    /// Tells a browser what its page may do.
    fn allow(&self, origin: &str, asks_first: bool, headers: &mut HeaderMap) {
        let every = self.origins.iter().any(|own| own == "*");
        let origin = if every { "*" } else { origin };
        let mut say = |name: HeaderName, text: String| {
            // Text that cannot be a header is nothing that a browser could have asked for.
            if let (false, Ok(value)) = (text.is_empty(), HeaderValue::try_from(text)) {
                headers.insert(name, value);
            }
        };
        say(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.to_owned());
        if self.credentials {
            say(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true".to_owned());
        }
        if asks_first {
            say(header::ACCESS_CONTROL_ALLOW_METHODS, self.methods.join(", "));
            say(header::ACCESS_CONTROL_ALLOW_HEADERS, self.headers.join(", "));
            say(header::ACCESS_CONTROL_MAX_AGE, self.max_age.to_string());
        } else {
            say(header::ACCESS_CONTROL_EXPOSE_HEADERS, self.expose_headers.join(", "));
        }
    }
}

/// One request to a function.
struct Call<'a> {
    cloud: &'a Arc<Cloud>,
    bound: &'a Bound,
    head: &'a Parts,
    body: &'a Bytes,
    peer: SocketAddr,
    path: &'a str,
}

impl Call<'_> {
    /// With the authentication CAM, only the account itself may call.
    fn signed_if_needed(&self, settings: &Http) -> Result<(), String> {
        if settings.auth_type == "NONE" {
            return Ok(());
        }
        let now = self.cloud.clock.signature_second();
        let signed = match Authorization::parse(&self.head.headers) {
            Ok(Authorization::Signed(signed)) => {
                self.cloud.keyring.verify(&signed, self.head, self.body, now)
            }
            Ok(Authorization::Skip) => return Err("The request is not signed.".to_owned()),
            Err(refusal) => Err(refusal),
        };
        match signed {
            Ok(account) if account.uin == self.bound.account.uin => Ok(()),
            Ok(_) => Err("The function URL belongs to another account.".to_owned()),
            Err(refusal) => Err(refusal.to_string()),
        }
    }

    fn headers(&self) -> BTreeMap<String, String> {
        let headers = &self.head.headers;
        let value = |name: &HeaderName| {
            let values = headers.get_all(name).iter();
            let texts = values.map(|value| String::from_utf8_lossy(value.as_bytes()));
            texts.collect::<Vec<_>>().join(", ")
        };
        let mut all: BTreeMap<_, _> =
            headers.keys().map(|name| (name.as_str().to_owned(), value(name))).collect();
        all.insert("x-scf-remote-addr".to_owned(), self.peer.ip().to_string());
        all
    }

    fn query(&self) -> Map<String, Value> {
        params::from_query(self.head.uri.query().unwrap_or_default()).unwrap_or_default()
    }

    /// The event of a function URL. A body that is no text comes in base64.
    fn event(&self) -> Value {
        let mut event = json!({
            "headers": self.headers(),
            "httpMethod": self.head.method.as_str(),
            "path": self.path,
            "queryString": self.query(),
        });
        match std::str::from_utf8(self.body) {
            Ok(text) => event["body"] = text.into(),
            Err(_) => {
                event["body"] = STANDARD.encode(self.body).into();
                event["isBase64Encoded"] = true.into();
            }
        }
        event
    }

    /// The event of an API, which tells of the API, too.
    fn api_event(&self) -> Value {
        let (mut event, bound) = (self.event(), self.bound);
        let settings: Value = serde_json::from_str(&bound.trigger.settings).unwrap_or_default();
        event["requestContext"] = json!({
            "serviceId": settings["service"]["serviceId"],
            "path": format!("/{}", bound.function),
            "httpMethod": settings["api"]["requestConfig"]["method"],
            "requestId": self.cloud.ids.request(),
            "identity": {},
            "sourceIp": self.peer.ip().to_string(),
            "stage": settings["release"]["environmentName"],
        });
        for member in ["pathParameters", "queryStringParameters", "headerParameters"] {
            event[member] = json!({});
        }
        event
    }

    /// Calls the function and waits for its answer (R146, R230).
    async fn run(&self, event: Value) -> Page {
        let (event, target) = (event.to_string().into_bytes(), self.bound.target());
        let request_id = self.cloud.ids.request();
        match invoke::invoke(self.cloud, &target, event, request_id).await {
            Ok(outcome) if outcome.status == Status::Success => answer(&outcome.ret_msg),
            Ok(outcome) => {
                let status = StatusCode::from_u16(outcome.status.code());
                page(status.unwrap_or(StatusCode::BAD_GATEWAY), outcome.ret_msg)
            }
            Err(refusal) => self::refusal(StatusCode::BAD_GATEWAY, &refusal.to_string()),
        }
    }
}

/// The answer that a function's result stands for: a response in parts, or its content as it is.
fn answer(result: &str) -> Page {
    let value: Value = serde_json::from_str(result).unwrap_or_default();
    match (&value, in_parts(&value)) {
        (_, Some(page)) => page,
        (Value::String(text), _) => page(StatusCode::OK, text.clone()),
        _ => page(StatusCode::OK, result.to_owned()),
    }
}

/// A response that has a `statusCode`; all else may be left out.
fn in_parts(value: &Value) -> Option<Page> {
    let status = u16::try_from(value.get("statusCode")?.as_u64()?).ok()?;
    let status = StatusCode::from_u16(status).ok().filter(|s| !s.is_informational())?;
    let body = match &value["body"] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let body = match value["isBase64Encoded"] {
        Value::Bool(true) => STANDARD.decode(body).ok()?,
        _ => body.into_bytes(),
    };
    let mut page = page(status, body);
    for (name, value) in value["headers"].as_object().into_iter().flatten() {
        let name = HeaderName::try_from(name).ok()?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if !HOP_BY_HOP.contains(&name.as_str()) && name != header::CONTENT_LENGTH {
            page.headers_mut().insert(name, HeaderValue::try_from(text).ok()?);
        }
    }
    Some(page)
}
