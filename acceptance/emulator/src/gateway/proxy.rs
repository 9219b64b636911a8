//! Passing a request on to an address.

use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Request, Response, StatusCode, Uri, Version};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::event::{HOP_BY_HOP, added};
use super::forward::{Arrival, own};
use crate::clb::target::Node;
use crate::server::Page;

/// How long a target may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(4);
/// How long a target may take to answer.
const ANSWER: Duration = Duration::from_secs(60);
/// The largest answer that is passed back.
const ANSWER_MAX: usize = 256 << 20;

/// Keeps connections to targets.
pub(super) struct Client(hyper_util::client::legacy::Client<HttpConnector, Full<Bytes>>);

impl Default for Client {
    fn default() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT));
        connector.set_nodelay(true);
        let builder = hyper_util::client::legacy::Client::builder(TokioExecutor::new());
        Self(builder.build(connector))
    }
}

/// Passes a request on, and the answer back.
pub(super) async fn pass(
    client: &Client,
    arrival: &Arrival<'_>,
    node: &Node,
    head: Parts,
    body: Bytes,
) -> Page {
    let Some(request) = request(arrival, node, head, body) else {
        return own(StatusCode::BAD_REQUEST);
    };
    let exchange = async {
        let (head, body) = client.0.request(request).await.ok()?.into_parts();
        let body = Limited::new(body, ANSWER_MAX).collect().await.ok()?.to_bytes();
        Some(Response::from_parts(head, Full::new(body)))
    };
    match tokio::time::timeout(ANSWER, exchange).await {
        Ok(Some(mut page)) => {
            strip(page.headers_mut());
            *page.version_mut() = Version::HTTP_11;
            page
        }
        Ok(None) => own(StatusCode::BAD_GATEWAY),
        Err(_) => own(StatusCode::GATEWAY_TIMEOUT),
    }
}

fn strip(headers: &mut HeaderMap) {
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
}

fn request(
    arrival: &Arrival<'_>,
    node: &Node,
    mut head: Parts,
    body: Bytes,
) -> Option<Request<Full<Bytes>>> {
    for (name, value) in added(&head, arrival) {
        let name = HeaderName::try_from(name).ok()?;
        head.headers.insert(name, HeaderValue::try_from(value).ok()?);
    }
    strip(&mut head.headers);
    let path = head.uri.path_and_query().map_or("/", hyper::http::uri::PathAndQuery::as_str);
    let authority = std::net::SocketAddr::new(node.ip, node.port).to_string();
    let uri = Uri::builder().scheme("http").authority(authority).path_and_query(path).build();
    head.uri = uri.ok()?;
    head.version = Version::HTTP_11;
    Some(Request::from_parts(head, Full::new(body)))
}
