//! The one port: API requests of every service, and what lies under `/_emulator/`.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HOST, HeaderValue};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

use crate::cloud::Cloud;
use crate::console;
use crate::cos;
use crate::dispatch::{self, Reply};
use crate::gateway;
use crate::runtime::{WebBody, whole};
use crate::scf::trigger::url;
use crate::spelling::Spelled;
use crate::web;

/// What this server answers with.
pub type Page = Response<Full<Bytes>>;

/// A TC3 body may be 10 MB.
const MAX_REQUEST: usize = 10 << 20;
/// State to import may be as large as the state of a big test.
const MAX_IMPORT: usize = 1 << 30;
/// The root domain under which clients that build `SERVICE.DOMAIN` find the services.
pub const DOMAIN: &str = "emulator.internal";

/// Why a connection is cut on purpose.
#[derive(Debug, thiserror::Error)]
#[error("the answer is dropped")]
struct Dropped;

/// Opens the port.
///
/// # Errors
/// When the address is in use or not this machine's.
pub async fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// Answers connections for ever.
pub async fn serve(cloud: Arc<Cloud>, listener: TcpListener) -> Infallible {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // An answer is one write; waiting to fill a packet would only delay it.
                let _ = stream.set_nodelay(true);
                let cloud = Arc::clone(&cloud);
                tokio::spawn(async move {
                    let service = service_fn(move |request| {
                        let cloud = Arc::clone(&cloud);
                        async move { route(&cloud, peer, request).await }
                    });
                    let connection = http1::Builder::new()
                        .timer(TokioTimer::new())
                        .serve_connection(TokioIo::new(Spelled(stream)), service)
                        .with_upgrades();
                    if let Err(error) = connection.await {
                        tracing::debug!(%error, "connection ended");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        }
    }
}

async fn route(
    cloud: &Arc<Cloud>,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<WebBody>, Dropped> {
    if request.uri().path().starts_with(web::ROOT) {
        return Ok(web::respond_at(cloud, request).await);
    }
    if url::is_meant(cloud, request.uri(), request.headers()) {
        return Ok(url::respond(cloud, peer, request).await);
    }
    Ok(respond(cloud, peer, request).await?.map(whole))
}

async fn respond(
    cloud: &Arc<Cloud>,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<Page, Dropped> {
    if request.uri().path().starts_with(gateway::ROOT) {
        return Ok(gateway::respond_at(cloud, peer, request).await);
    }
    let (head, body) = request.into_parts();
    let in_console = head.uri.path().starts_with(console::ROOT);
    let to_cos = if in_console { None } else { cos::incoming(cloud, &head) };
    let limit = match (in_console, &to_cos) {
        (true, _) => MAX_IMPORT,
        (false, Some(_)) => cos::MAX_BODY,
        (false, None) => MAX_REQUEST,
    };
    let Ok(body) = Limited::new(body, limit).collect().await else {
        let text = format!("The request is larger than {limit} bytes.\n");
        return Ok(plain(StatusCode::PAYLOAD_TOO_LARGE, text));
    };
    let body = body.to_bytes();
    if in_console {
        return Ok(console::respond(cloud, &head, &body));
    }
    if let Some(incoming) = to_cos {
        return cos::respond(cloud, peer, &head, incoming, body).await.ok_or(Dropped);
    }
    if let Some(stranger) = proxied_elsewhere(&head) {
        let text = format!(
            "This is the local cloud; it reaches SERVICE.{DOMAIN} and nothing else, so not {stranger}.\n"
        );
        return Ok(plain(StatusCode::BAD_GATEWAY, text));
    }
    let is_api = head.uri.path() == "/" && matches!(head.method, Method::GET | Method::POST);
    if !is_api || (head.method == Method::GET && !head.headers.contains_key("x-tc-action")) {
        let text =
            "The local cloud answers API 3.0 requests at /; its console is at /_emulator/.\n";
        return Ok(plain(StatusCode::NOT_FOUND, text.to_owned()));
    }
    match dispatch::answer(cloud, &head, &body).await {
        Reply::Json(json) => Ok(json_page(json)),
        Reply::Cut => Err(Dropped),
    }
}

/// The host of a request that was sent here as to a proxy but is for somebody else.
fn proxied_elsewhere(head: &Parts) -> Option<&str> {
    let host = head.uri.host()?;
    let named = head.headers.get(HOST).and_then(|host| host.to_str().ok());
    let ours = host.ends_with(DOMAIN)
        || host == "localhost"
        || host.ends_with("tencentcloudapi.com")
        || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    (!ours && named.is_some()).then_some(host)
}

/// An API answer. SDKs look for errors only under exactly this content type.
fn json_page(json: Vec<u8>) -> Page {
    let mut page = Response::new(Full::new(Bytes::from(json)));
    page.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    page
}

/// A page of plain text.
#[must_use]
pub fn plain(status: StatusCode, text: String) -> Page {
    let mut page = Response::new(Full::new(Bytes::from(text)));
    *page.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    page.headers_mut().insert(CONTENT_TYPE, kind);
    page
}
