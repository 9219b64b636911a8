//! One request over HTTP: sends it, and tells how far it got when it fails.

use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, DATE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode, Url, redirect};

use crate::error::Source;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(5);

/// Shorter than what servers keep idle connections for, so that a request rarely meets one that is
/// just being closed.
const IDLE: Duration = Duration::from_secs(15);

/// The name this client gives itself.
pub(crate) const AGENT: &str = concat!("scf-rs/", env!("CARGO_PKG_VERSION"));

/// The HTTP client: one pool of connections, made when first used. Proxies are the environment's
/// (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`), except that a server on this machine is asked
/// directly.
pub(crate) struct Transport {
    client: OnceLock<Result<reqwest::Client, String>>,
    local: bool,
}

/// One signed request.
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// How long the whole exchange may take.
    pub(crate) patience: Duration,
}

/// What came back.
pub(crate) struct Received {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Received {
    /// A header's text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The server's `Date`.
    pub(crate) fn date(&self) -> Option<String> {
        self.header(DATE.as_str()).map(str::to_owned)
    }
}

/// How far a request got that brought no answer back.
pub(crate) enum Broken {
    /// It was not sent.
    Unsent(Source),
    /// It was sent, perhaps in part, and may have been carried out.
    Lost(Source),
    /// A server refused it before any action was run.
    TooMany(Source),
    /// What answered does not speak the protocol.
    Foreign(Source),
}

impl Broken {
    /// What a status means that came without a word of the cloud.
    pub(crate) fn status(status: StatusCode) -> Self {
        let told = format!("the answer was HTTP status {status}").into();
        match status {
            StatusCode::TOO_MANY_REQUESTS => Self::TooMany(told),
            _ if status.is_server_error() => Self::Lost(told),
            _ => Self::Foreign(told),
        }
    }
}

impl Transport {
    pub(crate) fn new(local: bool) -> Self {
        Self { client: OnceLock::new(), local }
    }

    pub(crate) async fn send(&self, outgoing: Outgoing) -> Result<Received, Broken> {
        let client = self.client.get_or_init(|| build(self.local)).as_ref();
        let client = client.map_err(|problem| Broken::Unsent(problem.clone().into()))?;
        let mut response = client
            .request(outgoing.method, outgoing.url)
            .headers(outgoing.headers)
            .body(outgoing.body)
            .timeout(outgoing.patience)
            .send()
            .await
            .map_err(broken)?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let body = response.bytes().await.map_err(broken)?;
        Ok(Received { status, headers, body })
    }
}

fn build(local: bool) -> Result<reqwest::Client, String> {
    let tls = crate::tls::config().map_err(|error| error.to_string())?;
    let builder = reqwest::Client::builder();
    let builder = if local { builder.no_proxy() } else { builder };
    builder
        .tls_backend_preconfigured(tls)
        .user_agent(AGENT)
        .connect_timeout(CONNECT)
        .pool_idle_timeout(IDLE)
        // A redirected request would carry a signature for another host.
        .redirect(redirect::Policy::none())
        .tcp_nodelay(true)
        .build()
        .map_err(|error| error.to_string())
}

fn broken(error: reqwest::Error) -> Broken {
    let unsent = error.is_connect() || error.is_builder();
    // The endpoint is told beside; the chain below tells the cause.
    let source = error.without_url().into();
    if unsent { Broken::Unsent(source) } else { Broken::Lost(source) }
}

/// The headers of a request; `authorization` is marked so that nothing logs it.
pub(crate) fn headers(values: &[(&str, &str)], authorization: &str) -> Option<HeaderMap> {
    let mut headers = HeaderMap::with_capacity(values.len() + 1);
    for (name, value) in values {
        let name = HeaderName::try_from(*name).ok()?;
        headers.insert(name, HeaderValue::from_str(value).ok()?);
    }
    let mut authorization = HeaderValue::from_str(authorization).ok()?;
    authorization.set_sensitive(true);
    headers.insert(AUTHORIZATION, authorization);
    Some(headers)
}
