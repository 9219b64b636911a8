//! Function URLs, custom domains and APIs of the API gateway answer over HTTP.
//!
//! They are called under their own hosts, with this cloud as the proxy or with their `Host` header,
//! and always at `/_url/NAME/PATH`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode, Uri};
use serde_json::{Value, json};

use super::Kind;
use super::settings::{self, Cors, Http, Net};
use super::sources::Bound;
use crate::cloud::Cloud;
use crate::params;
use crate::refusal::Refusal;
use crate::runtime::{Status, WebBody, whole};
use crate::scf::function::{self, Function, Kind as FunctionKind};
use crate::scf::invoke::{self, Target};
use crate::scf::queue;
use crate::server::Page;
use crate::verify::Authorization;

/// Where function URLs and APIs answer on the emulator's own port.
pub const ROOT: &str = "/_url/";
/// The domains of function URLs and of APIs.
const DOMAINS: [&str; 2] = [".tencentscf.com", ".apigw.tencentcs.com"];
/// Headers that are about a connection and not about a request.
const HOP_BY_HOP: [&str; 4] = ["connection", "keep-alive", "transfer-encoding", "upgrade"];

/// The largest body of a call.
const BODY_MAX: usize = 10 << 20;

/// The host that a request is for.
fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> &'a str {
    let named = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    uri.host().or(named).unwrap_or_default().split(':').next().unwrap_or_default()
}

/// Whether a request is for a function URL, a custom domain or an API.
#[must_use]
pub fn is_meant(cloud: &Cloud, uri: &Uri, headers: &HeaderMap) -> bool {
    let host = host(uri, headers);
    uri.path().starts_with(ROOT)
        || DOMAINS.iter().any(|domain| host.ends_with(domain))
        // Calls of the API name their action; who looks further need not be that fast.
        || (!headers.contains_key("x-tc-action")
            && cloud.triggers.known(cloud).domain(host).is_some_and(|own| own.domain.is_plain()))
}

/// Answers a request to a function URL, a custom domain or an API.
pub async fn respond(
    cloud: &Arc<Cloud>,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Response<WebBody> {
    let (head, body) = request.into_parts();
    if let Some((target, path)) = find_domain(cloud, &head) {
        return Call { cloud, target, api: None, peer, path }.answer(head, body).await;
    }
    let Some((bound, path, reach)) = find(cloud, &head) else {
        return refusal(StatusCode::NOT_FOUND, "There is no such function URL.").map(whole);
    };
    let (trigger, target) = (&bound.trigger, bound.target());
    if trigger.kind != Kind::Http.name() {
        let api = Some(trigger.settings.as_str());
        return Call { cloud, target, api, peer, path }.answer(head, body).await;
    }
    match settings::read::<Http>(&trigger.settings) {
        Ok(settings) if settings.net_config.is_open(reach) && trigger.enabled => {
            let call = Call { cloud, target, api: None, peer, path };
            function_url(call, &settings, head, body).await
        }
        _ => refusal(StatusCode::FORBIDDEN, "The function URL is switched off.").map(whole),
    }
}

/// The function that a custom domain calls for a request, and the path that it gets.
fn find_domain(cloud: &Arc<Cloud>, head: &Parts) -> Option<(Target, String)> {
    let known = cloud.triggers.known(cloud);
    let (name, path) = match head.uri.path().strip_prefix(ROOT) {
        Some(rest) => {
            let (name, rest) = rest.split_once('/').unwrap_or((rest, ""));
            (name, format!("/{rest}"))
        }
        None => (host(&head.uri, &head.headers), head.uri.path().to_owned()),
    };
    let own = known.domain(name)?;
    let (endpoint, path) = own.domain.find(&path)?;
    let target = Target {
        account: Arc::clone(&own.account),
        region: own.region.clone(),
        namespace: endpoint.namespace.clone(),
        function: endpoint.function.clone(),
        qualifier: endpoint.qualifier.clone(),
        routing_key: None,
    };
    Some((target, path))
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
    let (first, rest) = host(&head.uri, &head.headers).split_once('.')?;
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

async fn function_url(
    call: Call<'_>,
    settings: &Http,
    head: Parts,
    body: Incoming,
) -> Response<WebBody> {
    let cors = settings.cors_config.as_ref().filter(|cors| cors.enable);
    let cors = cors.and_then(|cors| Some((cors, cors.origin(&head.headers)?)));
    let asks_first = head.method == Method::OPTIONS
        && head.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match &cors {
        Some(_) if asks_first => page(StatusCode::NO_CONTENT, "").map(whole),
        _ if settings.auth_type == "NONE" => call.answer(head, body).await,
        _ => call.answer_if_signed(head, body).await,
    };
    if let Some((cors, origin)) = cors {
        cors.allow(&origin, asks_first, response.headers_mut());
    }
    response
}

impl Net {
    fn is_open(&self, reach: Reach) -> bool {
        match reach {
            Reach::Intranet => self.enable_intranet,
            Reach::Extranet => self.enable_extranet,
            Reach::Either => self.enable_intranet || self.enable_extranet,
        }
    }
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

/// One call of a function over HTTP.
struct Call<'a> {
    cloud: &'a Arc<Cloud>,
    target: Target,
    /// The settings of the API that is called.
    api: Option<&'a str>,
    peer: SocketAddr,
    /// The path that the function gets.
    path: String,
}

impl Call<'_> {
    /// The function, by which the way goes on.
    fn function(&self) -> Result<Function, Refusal> {
        let (target, txn) = (&self.target, self.cloud.store.read()?);
        let here = txn.scope(&target.account.uin, &target.region);
        function::named(&here, self.cloud.clock.now(), &target.namespace, &target.function)
    }

    /// The answer of the function: a web function gets the request, any other an event.
    async fn answer(self, head: Parts, body: Incoming) -> Response<WebBody> {
        match self.function() {
            Ok(function) if function.kind == FunctionKind::Http => self.serve(head, body).await,
            Ok(function) => match read(body).await {
                Ok(body) => self.run(&function, &self.event(&head, &body)).await.map(whole),
                Err(page) => page.map(whole),
            },
            Err(refusal) => unavailable(&refusal).map(whole),
        }
    }

    /// With the authentication CAM, only the account itself may call. The body of a web function's
    /// request is not held back, so it is not part of what is signed.
    async fn answer_if_signed(self, head: Parts, body: Incoming) -> Response<WebBody> {
        let page = match self.function() {
            Ok(function) if function.kind == FunctionKind::Http => {
                match self.signed(&head, &Bytes::new()) {
                    Ok(()) => return self.serve(head, body).await,
                    Err(text) => refusal(StatusCode::UNAUTHORIZED, &text),
                }
            }
            Ok(function) => match read(body).await {
                Ok(body) => match self.signed(&head, &body) {
                    Ok(()) => self.run(&function, &self.event(&head, &body)).await,
                    Err(text) => refusal(StatusCode::UNAUTHORIZED, &text),
                },
                Err(page) => page,
            },
            Err(refusal) => unavailable(&refusal),
        };
        page.map(whole)
    }

    fn signed(&self, head: &Parts, body: &Bytes) -> Result<(), String> {
        let now = self.cloud.clock.signature_second();
        let signed = match Authorization::parse(&head.headers) {
            Ok(Authorization::Signed(signed)) => {
                self.cloud.keyring.verify(&signed, head, body, now)
            }
            Ok(Authorization::Skip) => return Err("The request is not signed.".to_owned()),
            Err(refusal) => Err(refusal),
        };
        match signed {
            Ok(account) if account.uin == self.target.account.uin => Ok(()),
            Ok(_) => Err("The function URL belongs to another account.".to_owned()),
            Err(refusal) => Err(refusal.to_string()),
        }
    }

    fn headers(&self, head: &Parts) -> BTreeMap<String, String> {
        let headers = &head.headers;
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

    /// The request as an event. A body that is no text comes in base64.
    fn event(&self, head: &Parts, body: &Bytes) -> Value {
        let query = params::from_query(head.uri.query().unwrap_or_default());
        let mut event = json!({
            "headers": self.headers(head),
            "httpMethod": head.method.as_str(),
            "path": self.path,
            "queryString": query.unwrap_or_default(),
        });
        match std::str::from_utf8(body) {
            Ok(text) => event["body"] = text.into(),
            Err(_) => {
                event["body"] = STANDARD.encode(body).into();
                event["isBase64Encoded"] = true.into();
            }
        }
        if let Some(settings) = self.api {
            self.tell_of_api(&mut event, settings);
        }
        event
    }

    fn tell_of_api(&self, event: &mut Value, settings: &str) {
        let settings: Value = serde_json::from_str(settings).unwrap_or_default();
        event["requestContext"] = json!({
            "serviceId": settings["service"]["serviceId"],
            "path": format!("/{}", self.target.function),
            "httpMethod": settings["api"]["requestConfig"]["method"],
            "requestId": self.cloud.ids.request(),
            "identity": {},
            "sourceIp": self.peer.ip().to_string(),
            "stage": settings["release"]["environmentName"],
        });
        for member in ["pathParameters", "queryStringParameters", "headerParameters"] {
            event[member] = json!({});
        }
    }

    /// Hands the request over to a web function.
    async fn serve(self, mut head: Parts, body: Incoming) -> Response<WebBody> {
        let query = head.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        if let Ok(uri) = format!("{}{query}", self.path).parse() {
            head.uri = uri;
        }
        let request = Request::from_parts(head, body);
        match invoke::serve(self.cloud, &self.target, request).await {
            Ok(response) => response,
            Err(refusal) => unavailable(&refusal).map(whole),
        }
    }

    /// Calls the function and waits for its answer (R146, R230). In asynchronous run mode there is
    /// nothing to wait for but the id of the request (R267).
    async fn run(&self, function: &Function, event: &Value) -> Page {
        let (event, target) = (event.to_string().into_bytes(), &self.target);
        if function.async_run {
            return match queue::queue(self.cloud, target, event, ["HTTP", ""]) {
                Some(id) => page(StatusCode::OK, json!({"RequestId": id}).to_string()),
                None => refusal(StatusCode::BAD_GATEWAY, "The function cannot run."),
            };
        }
        let request_id = self.cloud.ids.request();
        match invoke::invoke(self.cloud, target, event, request_id).await {
            Ok(outcome) if outcome.status == Status::Success => answer(&outcome.ret_msg),
            Ok(outcome) => {
                let status = StatusCode::from_u16(outcome.status.code());
                page(status.unwrap_or(StatusCode::BAD_GATEWAY), outcome.ret_msg)
            }
            Err(refusal) => unavailable(&refusal),
        }
    }
}

fn unavailable(refused: &Refusal) -> Page {
    refusal(StatusCode::BAD_GATEWAY, &refused.to_string())
}

async fn read(body: Incoming) -> Result<Bytes, Page> {
    match Limited::new(body, BODY_MAX).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(_) => Err(refusal(StatusCode::PAYLOAD_TOO_LARGE, "The request is too large.")),
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
