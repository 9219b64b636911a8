//! A call of an action of API 3.0 as an [`Errand`].

use std::time::Duration;

use bytes::Bytes;
use reqwest::{Method, StatusCode};

use crate::action::{Action, ActionId};
use crate::client::Client;
use crate::credential::Credential;
use crate::endpoint::host_header;
use crate::error::Result;
use crate::exchange::{Errand, Failed, Opened, unfit_header};
use crate::redact;
use crate::sign::{ToSign, payload_hash};
use crate::transport::{AGENT, Broken, Outgoing, Received, headers};
use crate::wire::{self, Reply};

const JSON: &str = "application/json";

/// One call while it is repeated.
pub(crate) struct Call {
    action: ActionId,
    patience: Duration,
    body: Bytes,
    payload_hash: String,
}

impl Call {
    pub(crate) fn new<A: Action>(request: &A) -> Self {
        let body = wire::encode(request);
        Self {
            action: request.id(),
            patience: A::PATIENCE,
            payload_hash: payload_hash(&body),
            body,
        }
    }
}

impl Errand for Call {
    type Reply = serde_json::Value;

    fn action(&self) -> ActionId {
        self.action
    }

    fn compose(&self, client: &Client, signed_at: u64) -> Result<Outgoing> {
        let (action, signer) = (self.action, client.signer()?);
        let url = client.shared.endpoints.url(action.service.name, &client.region)?;
        let authorization = signer.authorization(
            action.service.name,
            signed_at,
            ToSign {
                method: "POST",
                query: "",
                content_type: JSON,
                host: &host_header(&url),
                payload_hash: &self.payload_hash,
            },
        );
        let timestamp = signed_at.to_string();
        let mut values = vec![
            ("content-type", JSON),
            ("x-tc-action", action.name),
            ("x-tc-version", action.service.version),
            ("x-tc-region", &*client.region),
            ("x-tc-timestamp", &*timestamp),
            ("x-tc-language", "en-US"),
            ("x-tc-requestclient", AGENT),
        ];
        values
            .extend(signer.credential().token.as_ref().map(|token| ("x-tc-token", token.expose())));
        let headers = headers(&values, &authorization).ok_or_else(unfit_header)?;
        let (method, body) = (Method::POST, self.body.clone());
        Ok(Outgoing { method, url, headers, body, patience: self.patience })
    }

    fn open(&self, received: Received) -> Result<Opened<Self::Reply>, Failed> {
        if received.status != StatusCode::OK {
            return Err(Failed::Broken(Broken::status(received.status)));
        }
        match wire::open(self.action, &received.body).map_err(Failed::Error)? {
            Reply::Done { response, request_id } => {
                Ok(Opened::Done { reply: response, request_id })
            }
            Reply::Refused { code, message, request_id } => {
                Ok(Opened::Refused { code, message, request_id })
            }
        }
    }

    fn redact(&self, message: &str, credential: &Credential) -> String {
        redact::message(message, &self.body, credential)
    }

    fn show(&self, body: &[u8]) -> String {
        redact::body(body)
    }
}
