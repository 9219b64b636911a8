//! Web functions: servers that the package starts.

mod many;
mod start;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tencentcloud_emulator::runtime::{FunctionSpec, Outcome, Quota, Status, Web, WebCall};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc};
use tokio::time::timeout;

use super::{Machine, package, package_with, python};

/// Something that takes requests for one function, as a gateway does.
pub struct Front {
    address: SocketAddr,
    outcomes: Mutex<mpsc::UnboundedReceiver<Outcome>>,
    machine: Machine,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
    pub whole: bool,
}

impl Answer {
    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}

impl Front {
    pub async fn of(spec: FunctionSpec) -> Self {
        Self::on(Machine::new(), spec, None).await
    }

    async fn on(machine: Machine, spec: FunctionSpec, quota: Option<Quota>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, outcomes) = mpsc::unbounded_channel();
        let (runtime, spec) = (machine.runtime.clone(), Arc::new(spec));
        tokio::spawn(async move {
            static COUNT: AtomicU32 = AtomicU32::new(0);
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (runtime, spec) = (runtime.clone(), Arc::clone(&spec));
                let (sender, quota) = (sender.clone(), quota.clone());
                let service = service_fn(move |request| {
                    let (runtime, spec) = (runtime.clone(), Arc::clone(&spec));
                    let (sender, quota) = (sender.clone(), quota.clone());
                    let number = COUNT.fetch_add(1, Ordering::Relaxed);
                    let call = WebCall {
                        request_id: format!("request-{number}"),
                        quota,
                        finished: Box::new(move |outcome| drop(sender.send(outcome))),
                    };
                    async move {
                        Ok::<_, std::convert::Infallible>(runtime.serve(spec, call, request).await)
                    }
                });
                let connection =
                    http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                tokio::spawn(connection.with_upgrades());
            }
        });
        Self { address, outcomes: Mutex::new(outcomes), machine }
    }

    /// Sends a request and leaves the connection to the caller.
    pub async fn send(&self, head: &str, body: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let (line, headers) = head.split_once('\n').unwrap_or((head, ""));
        let headers: String = headers.lines().map(|line| format!("{}\r\n", line.trim())).collect();
        let length = body.len();
        let head = format!(
            "{line} HTTP/1.1\r\nHost: example.com\r\n{headers}Content-Length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let _ = stream.write_all(body).await; // a refusal may come before the end
        stream
    }

    /// Sends a request and reads the answer.
    pub async fn ask(&self, head: &str, body: &[u8]) -> Answer {
        answer(&mut self.send(head, body).await).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path}"), b"").await
    }

    /// What came of the next request that ends.
    pub async fn outcome(&self) -> Outcome {
        let mut outcomes = self.outcomes.lock().await;
        timeout(Duration::from_secs(5), outcomes.recv()).await.expect("none comes").unwrap()
    }
}

/// Reads an answer, of the length that it names or in chunks.
async fn answer(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break String::from_utf8(bytes.drain(..end + 4).collect()).unwrap().to_lowercase();
        }
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "cut: {bytes:?}");
    };
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let Some(length) = length.map(|length| length.parse::<usize>().unwrap()) else {
        let whole = loop {
            if bytes.ends_with(b"0\r\n\r\n") {
                break true;
            }
            if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                break false;
            }
        };
        return Answer { status, head, body: bytes, whole };
    };
    while bytes.len() < length && stream.read_buf(&mut bytes).await.unwrap_or(0) > 0 {}
    Answer { status, head, whole: bytes.len() == length, body: bytes }
}

const SERVER: &str = r#"
import http.server, json, os, socket, sys, threading, time
starts = threading.Lock()
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def reply(self, body, headers=(), status=200):
        self.send_response(status)
        for name, value in headers: self.send_header(name, value)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_POST(self):
        word, _, number = self.path.lstrip('/').partition('/')
        body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
        if word == 'sleep':
            os.write(1, ('sleeping %s\n' % self.headers['X-Scf-Request-Id']).encode())
            time.sleep(float(number))
            self.reply(str(os.getpid()).encode())
        elif word == 'exit': os._exit(int(number))
        elif word == 'eat':
            eaten = []
            while True: eaten.append(b'x' * 1000000)
        elif word == 'fork':
            children = [os.fork() for _ in range(int(number))]
            if 0 in children: time.sleep(60)
            os._exit(1)
        elif word == 'flood':
            for _ in range(20000): print('x' * 1000)
            self.reply(b'done')
        elif word == 'write':
            try: open('/var/user/x', 'w')
            except OSError as error: self.reply(str(error.errno).encode())
        elif word == 'reach':
            address, _, port = number.partition('/')
            try:
                with socket.create_connection((address, int(port))) as it:
                    it.sendall(b'GET / HTTP/1.0\r\n\r\n')
                    self.reply(it.makefile('rb').read().split(b'\n')[-1])
            except OSError as error: self.reply(str(error).encode())
        elif word == 'big': self.reply(b'x' * int(number))
        elif word == 'heavy': self.reply(b'', [('X-Long', 'x' * int(number))])
        elif word == 'teapot': self.reply(b'short', [('X-Own', 'yes'), ('Connection', 'keep-alive'), ('Keep-Alive', 'timeout=5')], 418)
        elif word == 'garbage': self.wfile.write(b'not http at all\r\n\r\n'); self.close_connection = True
        elif word == 'chunks':
            self.send_response(200)
            self.send_header('Transfer-Encoding', 'chunked')
            self.end_headers()
            for n in range(int(number)):
                self.wfile.write(b'10000\r\n' + b'x' * 65536 + b'\r\n')
            self.wfile.write(b'0\r\n\r\n')
        else:
            print('printed', self.path, flush=True)
            seen = {'method': self.command, 'path': self.path, 'body': body.decode('latin-1'),
                    'headers': {k.lower(): v for k, v in self.headers.items()}, 'pid': os.getpid()}
            self.reply(json.dumps(seen).encode(), [('Content-Type', 'application/json')])
    do_GET = do_PUT = do_DELETE = do_HEAD = do_POST
    def log_message(self, *args): pass
port = int(os.environ['SCF_WEB_PORT'])
print('starting on', port, flush=True)
http.server.ThreadingHTTPServer.daemon_threads = True
http.server.ThreadingHTTPServer((os.environ.get('ADDRESS', '0.0.0.0'), port), Handler).serve_forever()
"#;

const START: &str = "#!/bin/bash\nexec /var/lang/python37/bin/python3 -u app.py\n";

/// A web function with that start file.
fn started_by(start: &str) -> FunctionSpec {
    web(python_server(start))
}

fn python_server(start: &str) -> FunctionSpec {
    FunctionSpec { code: package(&[("scf_bootstrap", start), ("app.py", SERVER)]), ..python("") }
}

fn web(spec: FunctionSpec) -> FunctionSpec {
    FunctionSpec {
        handler: String::new(),
        web: Some(Web { concurrency: 1, socket_idle: None }),
        ..spec
    }
}

pub fn server() -> FunctionSpec {
    started_by(START)
}

fn within(milliseconds: u64, spec: FunctionSpec) -> FunctionSpec {
    FunctionSpec { timeout: Duration::from_millis(milliseconds), ..spec }
}

#[tokio::test]
async fn r106_r149_r174_a_request_arrives_as_it_was_sent() {
    let front = Front::of(server()).await;
    let answer = front
        .ask(
            "PUT /a/b%20c?x=1&y=%2F\nX-Twice: one\nCookie: a=b\nContent-Type: image/png",
            &[0, 255, 7],
        )
        .await;
    let seen = answer.json();
    assert_eq!(answer.status, 200);
    assert_eq!(seen["method"], "PUT");
    assert_eq!(seen["path"], "/a/b%20c?x=1&y=%2F");
    assert_eq!(seen["body"], "\u{0}\u{ff}\u{7}");
    for (name, value) in [
        ("host", "example.com"),
        ("x-twice", "one"),
        ("cookie", "a=b"),
        ("content-type", "image/png"),
    ] {
        assert_eq!(seen["headers"][name], value, "{seen}");
    }
    let answer = front.get("/teapot").await;
    assert_eq!((answer.status, answer.body.as_slice()), (418, b"short".as_slice()));
    assert!(answer.head.contains("x-own: yes\r\n"), "{}", answer.head);
    let outcome = front.outcome().await;
    assert_eq!(outcome.status, Status::Success);
    assert!(outcome.cold_start && !front.outcome().await.cold_start);
}

#[tokio::test]
async fn r117_r118_the_platform_names_the_request_and_nobody_else_does() {
    let front = Front::of(server()).await;
    let answer = front.ask("GET /\nX-Scf-Request-Id: forged\nX-SCF-Custom: mine", b"").await;
    let headers = &answer.json()["headers"];
    let id = headers["x-scf-request-id"].as_str().unwrap();
    assert!(id.starts_with("request-"), "{headers}");
    assert!(answer.head.contains(&format!("x-scf-request-id: {id}\r\n")), "{}", answer.head);
    for (name, value) in [
        ("x-scf-memory", "128"),
        ("x-scf-timeout", "3000"),
        ("x-scf-version", "$LATEST"),
        ("x-scf-name", "hello"),
        ("x-scf-namespace", "default"),
        ("x-scf-region", "ap-guangzhou"),
        ("x-scf-appid", "1250000000"),
        ("x-scf-uin", "100000000001"),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
    assert_eq!(headers["x-scf-custom"], Value::Null);
}

#[tokio::test]
async fn r116_the_connection_header_is_the_platforms() {
    let front = Front::of(server()).await;
    let seen = front.ask("GET /\nConnection: X-Own\nTE: trailers", b"").await.json();
    assert_eq!(seen["headers"]["connection"], Value::Null);
    assert_eq!(seen["headers"]["te"], Value::Null);
    let answer = front.get("/teapot").await;
    assert!(!answer.head.contains("keep-alive"), "{}", answer.head);
}

#[tokio::test]
async fn r113_the_headers_of_an_answer_have_at_most_4_kb() {
    let front = Front::of(server()).await;
    assert_eq!(front.get("/heavy/3800").await.status, 200);
    let answer = front.get("/heavy/4100").await;
    assert_eq!(answer.status, 410);
    let text = "The HTTP response headers exceed the size limit. (4 KB)";
    assert_eq!(answer.json()["errorMessage"], text);
}

#[tokio::test]
async fn r114_r178_the_body_of_an_answer_has_at_most_6_mb() {
    let front = Front::of(server()).await;
    let limit = 6 * 1024 * 1024;
    let answer = front.get(&format!("/big/{limit}")).await;
    assert_eq!((answer.status, answer.body.len()), (200, limit));
    let answer = front.get(&format!("/big/{}", limit + 1)).await;
    assert_eq!(answer.status, 410);
    let text = "The HTTP response body exceeds the size limit. (6 MB)";
    assert_eq!(answer.json()["errorMessage"], text);
    // 96 pieces of 64 KB are 6 MB; of a longer one the head has gone before that is known.
    assert!(front.get("/chunks/96").await.whole);
    let answer = front.get("/chunks/97").await;
    assert_eq!((answer.status, answer.whole), (200, false));
    let outcomes = [(); 4].map(|()| front.outcome());
    let statuses = futures_util::future::join_all(outcomes).await;
    let statuses: Vec<u16> = statuses.iter().map(|outcome| outcome.status.code()).collect();
    assert_eq!(statuses, [200, 410, 200, 410]);
}

#[tokio::test]
async fn r177_the_body_of_a_request_has_at_most_6_mb() {
    let front = Front::of(server()).await;
    let limit = 6 * 1024 * 1024;
    assert_eq!(front.ask("POST /teapot", &vec![b'x'; limit]).await.status, 418);
    let answer = front.ask("POST /teapot", &vec![b'x'; limit + 1]).await;
    assert_eq!((answer.status, answer.json()["statusCode"].clone()), (406, json!(406)));
}

#[tokio::test]
async fn r177_a_body_that_says_it_is_too_large_is_refused_before_it_comes() {
    let front = Front::of(server()).await;
    let mut stream = TcpStream::connect(front.address).await.unwrap();
    let length = 6 * 1024 * 1024 + 1;
    let head =
        format!("POST /teapot HTTP/1.1\r\nHost: example.com\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = timeout(Duration::from_secs(5), answer(&mut stream)).await;
    assert_eq!(answer.expect("it waits for the body").status, 406);
    assert_eq!(front.outcome().await.status, Status::RequestTooLarge);
}

#[tokio::test]
async fn r182_a_request_over_its_timeout_is_given_up_with_433() {
    let front = Front::of(within(200, server())).await;
    front.get("/").await;
    let answer = front.get("/sleep/60").await;
    assert_eq!(answer.status, 433);
    assert_eq!(answer.json()["errorMessage"], "Invoking task timed out after 0.2 seconds");
    let again = front.get("/").await;
    assert_eq!(again.status, 200, "a new instance serves");
    assert_eq!(front.outcome().await.status, Status::Success);
    let outcome = front.outcome().await;
    assert_eq!((outcome.status, outcome.err_msg.as_str()), (Status::TimedOut, "time out"));
    assert!(outcome.log.contains("sleeping request-"), "{}", outcome.log);
    assert!(front.outcome().await.cold_start);
}

#[tokio::test]
async fn r183_memory_over_the_limit_is_434_and_the_next_request_gets_a_new_instance() {
    let front = Front::of(server()).await;
    let answer = front.get("/eat").await;
    assert_eq!(
        (answer.status, answer.json()["errorMessage"].clone()),
        (434, json!("Task memory exceeded 128 MB"))
    );
    assert_eq!(front.get("/").await.status, 200);
}

#[tokio::test]
async fn r184_a_server_that_exits_is_439_and_the_next_request_gets_a_new_one() {
    let front = Front::of(server()).await;
    let answer = front.get("/exit/3").await;
    assert_eq!(answer.status, 439);
    assert_eq!(answer.json()["errorMessage"], "User process exit when running: exit code 3");
    assert_eq!(front.get("/").await.status, 200);
    assert_eq!(front.outcome().await.status, Status::ProcessExited);
}

#[tokio::test]
async fn r180_what_is_no_http_is_the_functions_fault() {
    let front = Front::of(server()).await;
    let answer = front.get("/garbage").await;
    assert_eq!(answer.status, 430, "{answer:?}");
}

#[tokio::test]
async fn r187_a_client_that_goes_is_499() {
    let front = Front::of(server()).await;
    front.get("/").await;
    front.outcome().await;
    let stream = front.send("GET /sleep/60", b"").await;
    drop(stream);
    let outcome = front.outcome().await;
    assert_eq!(outcome.status.code(), 499);
    assert!(outcome.err_msg.starts_with("kRequestCanceled"), "{}", outcome.err_msg);
}

#[tokio::test]
async fn r413_a_started_millisecond_is_billed() {
    let front = Front::of(server()).await;
    for path in ["/teapot", "/sleep/0.01"] {
        front.get(path).await;
        let outcome = front.outcome().await;
        let billed = u32::try_from(outcome.bill_ms).unwrap();
        let over = f64::from(billed) - outcome.duration_ms;
        assert!((-0.01..1.01).contains(&over), "{} {}", outcome.bill_ms, outcome.duration_ms);
    }
}

#[tokio::test]
async fn r110_r139_only_tmp_is_writable() {
    let front = Front::of(server()).await;
    assert_eq!(front.get("/write").await.body, b"30");
}

#[tokio::test]
async fn r192_a_flood_of_output_is_cut_and_the_server_goes_on() {
    let front = Front::of(server()).await;
    assert_eq!(front.get("/flood").await.body, b"done");
    let log = front.outcome().await.log;
    assert!((1_000_000..1_060_000).contains(&log.len()), "{}", log.len());
    assert_eq!(front.get("/teapot").await.status, 418);
}

#[tokio::test]
async fn what_a_server_has_forked_ends_with_it() {
    let front = Front::of(server()).await;
    assert_eq!(front.get("/fork/5").await.status, 439);
    assert_eq!(front.get("/teapot").await.status, 418);
    front.machine.runtime.shutdown().await;
    assert_eq!(front.get("/teapot").await.status, 500);
}
