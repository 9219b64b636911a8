//! Custom runtimes: the package's own program asks for events and answers them, over HTTP.
//!
//! The runtime API is a server of each instance, on a port of this machine. To the rest it is a
//! bootstrap like any other: it speaks the language of the `channel`.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, UnixStream};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

use super::channel::RESPONSE_MAX;

/// The program of a custom runtime's package.
const BOOTSTRAP: &str = "bootstrap";

/// The file that runs functions of a runtime without an interpreter, if it is one.
pub(super) fn entry<'a>(runtime: &str, handler: &'a str) -> Option<&'a str> {
    match runtime {
        "CustomRuntime" => Some(BOOTSTRAP),
        // R66: the handler of Go is the program.
        "Go1" => Some(handler),
        _ => None,
    }
}

/// The runtime API of one instance, before there is one.
pub(super) struct Api {
    listener: TcpListener,
    port: u16,
}

impl Api {
    /// Opens the port.
    pub(super) async fn open() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, port })
    }

    /// What the program has to know of it.
    pub(super) fn variables(&self, handler: &str) -> [(String, String); 3] {
        [
            ("SCF_RUNTIME_API".to_owned(), "127.0.0.1".to_owned()),
            ("SCF_RUNTIME_API_PORT".to_owned(), self.port.to_string()),
            ("_HANDLER".to_owned(), handler.to_owned()),
        ]
    }

    /// Serves a program that was started, which holds the other end of `life` until it ends. What
    /// comes back is the channel of a bootstrap.
    pub(super) fn serve(self, life: UnixStream) -> io::Result<UnixStream> {
        let (ours, platforms) = UnixStream::pair()?;
        tokio::spawn(serve(self.listener, ours, life));
        Ok(platforms)
    }
}

/// One event, and what the program is told about it.
#[derive(Debug)]
struct Event {
    context: Context,
    text: Vec<u8>,
}

#[derive(Debug, Deserialize)]
struct Context {
    request_id: String,
    memory_limit_in_mb: u64,
    time_limit_in_ms: u64,
}

/// What all connections of the program share.
struct Shared {
    events: Mutex<mpsc::Receiver<Event>>,
    channel: Mutex<OwnedWriteHalf>,
}

async fn serve(listener: TcpListener, channel: UnixStream, mut life: UnixStream) {
    let (reader, mut writer) = channel.into_split();
    let _ = send(&mut writer, b'B', b"").await; // a broken channel ends the rest as well
    let (sender, events) = mpsc::channel(1);
    let shared = Arc::new(Shared { events: Mutex::new(events), channel: Mutex::new(writer) });
    // With the set all connections end, and with those the channel.
    let mut tasks = JoinSet::new();
    tasks.spawn(read(reader, sender));
    let mut byte = [0];
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let shared = Arc::clone(&shared);
                tasks.spawn(async move {
                    let service = service_fn(|request| respond(&shared, request));
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
            _ = life.read(&mut byte) => return,
            Some(_) = tasks.join_next() => {}
        }
    }
}

/// Reads events from the platform, until it is gone.
async fn read(mut channel: OwnedReadHalf, events: mpsc::Sender<Event>) {
    while let Ok(event) = next(&mut channel).await {
        if events.send(event).await.is_err() {
            return;
        }
    }
}

async fn next(channel: &mut OwnedReadHalf) -> io::Result<Event> {
    let lengths = [channel.read_u32().await?, channel.read_u32().await?];
    let [mut context, mut text] = lengths.map(|length| vec![0; length as usize]);
    channel.read_exact(&mut context).await?;
    channel.read_exact(&mut text).await?;
    Ok(Event { context: serde_json::from_slice(&context)?, text })
}

async fn send(channel: &mut OwnedWriteHalf, kind: u8, payload: &[u8]) -> io::Result<()> {
    let mut frame = vec![kind];
    frame.extend(u32::try_from(payload.len()).unwrap_or(u32::MAX).to_be_bytes());
    frame.extend(payload);
    channel.write_all(&frame).await
}

async fn respond(
    shared: &Shared,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let page = |status: StatusCode| {
        let mut page = Response::new(Full::default());
        *page.status_mut() = status;
        page
    };
    if (&head.method, head.uri.path()) == (&Method::GET, "/runtime/invocation/next") {
        return Ok(match shared.events.lock().await.recv().await {
            Some(event) => handed_over(event).unwrap_or_else(|_| page(StatusCode::GONE)),
            None => page(StatusCode::GONE),
        });
    }
    let kind = match (&head.method, head.uri.path()) {
        (&Method::POST, "/runtime/init/ready") => b'R',
        (&Method::POST, "/runtime/invocation/response") => b'O',
        (&Method::POST, "/runtime/invocation/error") => b'F',
        _ => return Ok(page(StatusCode::NOT_FOUND)),
    };
    let body = match Limited::new(body, RESPONSE_MAX).collect().await {
        Ok(body) => body.to_bytes().to_vec(),
        // So large that the platform throws it away.
        Err(error) if error.is::<LengthLimitError>() => vec![b' '; RESPONSE_MAX + 1],
        Err(_) => return Ok(page(StatusCode::BAD_REQUEST)),
    };
    let payload = match kind {
        b'R' => Vec::new(),
        b'O' => result(body),
        _ => failure(&body),
    };
    let sent = send(&mut *shared.channel.lock().await, kind, &payload).await;
    Ok(page(if sent.is_ok() { StatusCode::OK } else { StatusCode::GONE }))
}

/// An event with the headers that tell about it.
fn handed_over(event: Event) -> Result<Response<Full<Bytes>>, hyper::http::Error> {
    let Context { request_id, memory_limit_in_mb, time_limit_in_ms } = event.context;
    Response::builder()
        .header("content-type", "application/json")
        .header("request_id", request_id)
        .header("memory_limit_in_mb", memory_limit_in_mb)
        .header("time_limit_in_ms", time_limit_in_ms)
        .body(Full::from(event.text))
}

/// R435: a result is JSON; what is none is a text.
fn result(body: Vec<u8>) -> Vec<u8> {
    if body.len() > RESPONSE_MAX || serde_json::from_slice::<IgnoredAny>(&body).is_ok() {
        return body;
    }
    json!(String::from_utf8_lossy(&body)).to_string().into_bytes()
}

fn failure(body: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(body);
    json!({"kind": "exception", "message": text, "stack": text}).to_string().into_bytes()
}
