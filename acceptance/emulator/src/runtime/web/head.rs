//! The rules on headers between client, platform and function.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONNECTION, HeaderMap, HeaderName, HeaderValue, UPGRADE};
use hyper::http::request::Parts;
use hyper::{Request, Uri};

use crate::runtime::outcome::{Failed, Status};
use crate::runtime::spec::FunctionSpec;

/// What all headers of an answer may have together, names and values (R113).
const ANSWER_MAX: usize = 4 * 1024;
/// What the platform says about a request begins like this, and nobody else may (R117, R118).
const OWN: &str = "x-scf-";
/// Headers about a connection, which ends at the platform on either side (R116).
const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "transfer-encoding",
    "upgrade",
];

/// Whether a request asks for a WebSocket connection.
pub(super) fn is_web_socket<B>(request: &Request<B>) -> bool {
    let has = |name: HeaderName, word: &str| {
        let values = request.headers().get_all(name).iter().filter_map(|it| it.to_str().ok());
        values.flat_map(|it| it.split(',')).any(|it| it.trim().eq_ignore_ascii_case(word))
    };
    has(UPGRADE, "websocket") && has(CONNECTION, "upgrade")
}

/// The request as the function gets it: method, path, query, headers and body as they came (R149),
/// with what the platform says about it.
pub(super) fn request(
    head: Parts,
    body: Bytes,
    spec: &FunctionSpec,
    request_id: &str,
    upgrade: bool,
) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = head.method;
    // A request to a proxy names the host as well.
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    *request.uri_mut() = path.parse().unwrap_or(Uri::from_static("/"));
    *request.headers_mut() = head.headers;
    let headers = request.headers_mut();
    strip(headers);
    let names: Vec<HeaderName> = headers.keys().cloned().collect();
    for name in names.iter().filter(|name| name.as_str().starts_with(OWN)) {
        headers.remove(name);
    }
    for (name, value) in platform(spec, request_id) {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    if upgrade {
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    }
    request
}

/// R117: what a function is told about itself and the request.
fn platform(spec: &FunctionSpec, request_id: &str) -> [(&'static str, String); 9] {
    let key = &spec.key;
    [
        ("x-scf-request-id", request_id.to_owned()),
        ("x-scf-memory", spec.memory_mb.to_string()),
        ("x-scf-timeout", spec.timeout.as_millis().to_string()),
        ("x-scf-version", key.version.clone()),
        ("x-scf-name", key.function.clone()),
        ("x-scf-namespace", key.namespace.clone()),
        ("x-scf-region", key.region.clone()),
        ("x-scf-appid", key.appid.clone()),
        ("x-scf-uin", spec.uin.clone()),
    ]
}

/// R113: the headers of an answer are not too large.
pub(super) fn check(headers: &HeaderMap) -> Result<(), Failed> {
    let size: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if size <= ANSWER_MAX {
        return Ok(());
    }
    Err(too_large())
}

pub(super) fn too_large() -> Failed {
    let limit = ANSWER_MAX / 1024;
    let text = format!("The HTTP response headers exceed the size limit. ({limit} KB)");
    Failed::new(Status::ResponseTooLarge, text)
}

/// Takes away what is about the connection alone.
pub(super) fn strip(headers: &mut HeaderMap) {
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
}

/// Says which request an answer belongs to.
pub(super) fn name(headers: &mut HeaderMap, request_id: &str) {
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-scf-request-id", id);
    }
}
