//! A server that answers as a script says and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tencentcloud_api::{Client, Config, Credential, Endpoints, Policy};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// A request as it came in.
#[derive(Debug, Clone)]
pub struct Request {
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Value,
}

impl Request {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }
}

/// What the server does with a request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Status 200 with this `Response`; a request id is added.
    Done(Value),
    /// An error code and message.
    Refused(&'static str, &'static str),
    /// Any status and body.
    Raw(u16, String),
    /// Reads the request, then closes the connection.
    Dropped,
    /// Reads the request, then closes the connection and takes no other.
    Vanishing,
    /// Never answers.
    Silent,
    /// Answers later.
    Late(Duration, Box<Reply>),
}

type Script = Arc<dyn Fn(&Request) -> Reply + Send + Sync>;

pub struct Server {
    pub url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// A server that gives these replies in turn, the last one for ever.
    pub async fn replying(replies: impl Into<VecDeque<Reply>>) -> Self {
        let replies = Mutex::new(replies.into());
        Self::start(move |_| {
            let mut replies = replies.lock().unwrap();
            if replies.len() > 1 { replies.pop_front().unwrap() } else { replies[0].clone() }
        })
        .await
    }

    /// A server that answers each request by a function of it.
    pub async fn start(script: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen(None, Arc::new(script)).await
    }

    /// The same over TLS, as `localhost`.
    pub async fn start_tls(
        tls: TlsAcceptor,
        script: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::listen(Some(tls), Arc::new(script)).await
    }

    async fn listen(tls: Option<TlsAcceptor>, script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let url = match tls {
            None => format!("http://127.0.0.1:{port}"),
            Some(_) => format!("https://localhost:{port}"),
        };
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        let closed = CancellationToken::new();
        tokio::spawn(async move {
            while let Some(Ok((stream, _))) = closed.run_until_cancelled(listener.accept()).await {
                let (tls, script, log) = (tls.clone(), Arc::clone(&script), Arc::clone(&log));
                let closed = closed.clone();
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, script, log, closed).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, script, log, closed).await;
                            }
                        }
                    }
                });
            }
        });
        Self { url, requests }
    }

    /// What it was asked so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// A client of this server that pauses for milliseconds only.
    pub fn client(&self) -> Client {
        Client::new(config(&self.url))
    }
}

/// A configuration for tests: known keys, short pauses, a fixed time.
pub fn config(url: &str) -> Config {
    Config {
        credential: Some(Credential {
            secret_id: "AKIDEXAMPLE".into(),
            secret_key: "SECRETEXAMPLE".into(),
            token: None,
        }),
        region: "ap-guangzhou".to_owned(),
        endpoints: Endpoints::new(Some(url), None, None).unwrap(),
        policy: Policy {
            base: Duration::from_millis(1),
            cap: Duration::from_millis(3),
            seed: Some(1),
            ..Policy::default()
        },
        now: || 1_700_000_000,
    }
}

async fn serve<S>(
    mut stream: S,
    script: Script,
    log: Arc<Mutex<Vec<Request>>>,
    closed: CancellationToken,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(request) = read(&mut stream).await {
        log.lock().unwrap().push(request.clone());
        let mut reply = script(&request);
        while let Reply::Late(delay, then) = reply {
            tokio::time::sleep(delay).await;
            reply = *then;
        }
        let id = format!("request-{}", log.lock().unwrap().len());
        let (status, body) = match reply {
            Reply::Done(mut response) => {
                response["RequestId"] = json!(id);
                (200, json!({ "Response": response }).to_string())
            }
            Reply::Refused(code, message) => {
                let error = json!({ "Code": code, "Message": message });
                (200, json!({ "Response": { "Error": error, "RequestId": id } }).to_string())
            }
            Reply::Raw(status, body) => (status, body),
            Reply::Dropped => return,
            Reply::Vanishing => {
                closed.cancel();
                // Lets the listener go before the client hears of it.
                tokio::task::yield_now().await;
                return;
            }
            Reply::Silent | Reply::Late(..) => std::future::pending().await,
        };
        let head = format!(
            "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Date: Tue, 14 Nov 2023 23:00:00 GMT\r\n\r\n",
            body.len()
        );
        if stream.write_all((head + &body).as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The next request of a connection; `None` when the client closed it.
async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Request> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let mut lines = text.split("\r\n");
    let target = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let mut request = Request { target, headers, body: Value::Null };
    let length: usize = request.header("content-length").parse().unwrap_or(0);
    while bytes.len() < head + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    request.body = serde_json::from_slice(&bytes[head..head + length]).unwrap_or(Value::Null);
    Some(request)
}
