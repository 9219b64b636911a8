//! One request to the object storage as an [`Errand`].

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use md5::{Digest, Md5};
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tracing::{Instrument, debug_span};

use super::{COS, encode};
use crate::action::{ActionId, Kind};
use crate::client::Client;
use crate::credential::Credential;
use crate::endpoint::host_header;
use crate::error::{Error, Result};
use crate::exchange::{Errand, Failed, Opened, unfit_header};
use crate::redact;
use crate::sign::CosRequest;
use crate::transport::{Broken, Outgoing, Received, headers};

const PROLOGUE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
/// How long a request may take that carries no object.
const PATIENCE: Duration = Duration::from_secs(60);

/// An error's root element stands within so many bytes.
const ERROR_WITHIN: usize = 100;

/// A request.
pub(super) struct Request {
    action: ActionId,
    method: Method,
    bucket: String,
    key: String,
    parameters: Vec<(&'static str, String)>,
    headers: Vec<(String, String)>,
    body: Bytes,
    patience: Duration,
}

/// What came back.
pub(super) struct Reply {
    action: ActionId,
    received: Received,
    request_id: String,
}

impl Request {
    pub(super) fn new(name: &'static str, kind: Kind, method: Method, bucket: &str) -> Self {
        Self {
            action: ActionId { service: &COS, name, kind },
            method,
            bucket: bucket.to_owned(),
            key: String::new(),
            parameters: Vec::new(),
            headers: Vec::new(),
            body: Bytes::new(),
            patience: PATIENCE,
        }
    }

    pub(super) fn key(mut self, key: &str) -> Self {
        key.clone_into(&mut self.key);
        self
    }

    pub(super) fn parameter(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.parameters.push((name, value.into()));
        self
    }

    pub(super) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(super) fn headers<'a>(self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        pairs.into_iter().fold(self, |request, (name, value)| request.header(name, value))
    }

    /// With a body, which the cloud checks against its MD5.
    pub(super) fn body(mut self, body: Bytes) -> Self {
        let digest = STANDARD.encode(Md5::digest(&body));
        self.body = body;
        self.header("content-md5", digest)
    }

    /// With an XML document.
    pub(super) fn document<T: Serialize>(self, root: &str, document: &T) -> Self {
        let body = quick_xml::se::to_string_with_root(root, document);
        let body = body.expect("a document is plain data");
        self.body(format!("{PROLOGUE}{body}").into()).header("content-type", "application/xml")
    }

    pub(super) fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Sends it, and again while that is safe and helps.
    pub(super) async fn send(self, client: &Client) -> Result<Reply> {
        let span = debug_span!("cos", action = self.action.name, bucket = %self.bucket);
        let (reply, _) = client.exchange(&self).instrument(span).await?;
        Ok(reply)
    }
}

impl Reply {
    /// The header, or nothing.
    pub(super) fn header(&self, name: &str) -> String {
        self.received.header(name).unwrap_or_default().to_owned()
    }

    pub(super) fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.received
            .headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
    }

    /// The document that it carries.
    pub(super) fn document<T: DeserializeOwned>(&self) -> Result<T> {
        quick_xml::de::from_reader(&*self.received.body).map_err(|error| Error::Decode {
            action: self.action,
            request_id: self.request_id.clone(),
            problem: error.to_string(),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename = "Error", rename_all = "PascalCase")]
struct Refusal {
    code: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    request_id: String,
}

impl Errand for Request {
    type Reply = Reply;

    fn action(&self) -> ActionId {
        self.action
    }

    fn compose(&self, client: &Client, signed_at: u64) -> Result<Outgoing> {
        let signer = client.signer()?;
        let endpoints = &client.shared.endpoints;
        let (mut url, inside) = endpoints.bucket(&self.bucket, &client.region, &client.cluster)?;
        let path = format!("{inside}/{}", self.key);
        url.set_path(&encode(&path, "-_.~/"));
        if !self.parameters.is_empty() {
            let pairs = self.parameters.iter().map(|(name, value)| {
                if value.is_empty() {
                    (*name).to_owned()
                } else {
                    format!("{name}={}", encode(value, "-_.~"))
                }
            });
            url.set_query(Some(&pairs.collect::<Vec<_>>().join("&")));
        }
        let host = host_header(&url);
        let mut values: Vec<_> =
            self.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        values.extend(
            signer.credential().token.as_ref().map(|t| ("x-cos-security-token", t.expose())),
        );
        let parameters: Vec<_> =
            self.parameters.iter().map(|(name, value)| (*name, &**value)).collect();
        let mut signed = values.clone();
        signed.push(("host", &host));
        let authorization = signer.cos_authorization(
            signed_at,
            CosRequest {
                method: self.method.as_str(),
                path: &path,
                parameters: &parameters,
                headers: &signed,
            },
        );
        // Where one endpoint serves all, neither host nor path tell the region.
        values.push(("x-tc-region", &client.region));
        let headers = headers(&values, &authorization).ok_or_else(unfit_header)?;
        let (method, body) = (self.method.clone(), self.body.clone());
        Ok(Outgoing { method, url, headers, body, patience: self.patience })
    }

    fn open(&self, received: Received) -> Result<Opened<Reply>, Failed> {
        let header_id = received.header("x-cos-request-id").unwrap_or_default().to_owned();
        // Completing an upload may fail after its answer has begun with status 200.
        let start = &received.body[..received.body.len().min(ERROR_WITHIN)];
        let refusal: Option<Refusal> = match start.windows(6).any(|name| name == b"<Error") {
            true => quick_xml::de::from_reader(&*received.body).ok(),
            false => None,
        };
        match refusal {
            Some(Refusal { code, message, request_id }) => {
                let request_id = if request_id.is_empty() { header_id } else { request_id };
                Ok(Opened::Refused { code, message, request_id })
            }
            None if received.status.is_success() => {
                let reply = Reply { action: self.action, received, request_id: header_id.clone() };
                Ok(Opened::Done { reply, request_id: header_id })
            }
            // An answer to HEAD has no body that could tell the code.
            None if self.method == Method::HEAD && !header_id.is_empty() => {
                let status = received.status;
                let code = match status.as_u16() {
                    403 => "AccessDenied".to_owned(),
                    404 => "NotFound".to_owned(),
                    503 => "ServiceUnavailable".to_owned(),
                    500 => "InternalError".to_owned(),
                    other => format!("HTTP{other}"),
                };
                let message = format!("the answer was HTTP status {status}");
                Ok(Opened::Refused { code, message, request_id: header_id })
            }
            None => Err(Failed::Broken(Broken::status(received.status))),
        }
    }

    fn redact(&self, message: &str, credential: &Credential) -> String {
        redact::message(message, b"", credential)
    }

    fn show(&self, body: &[u8]) -> String {
        format!("({} bytes)", body.len())
    }
}
