//! WebSocket connections to web functions.

use std::time::{Duration, Instant};

use tencentcloud_emulator::runtime::{FunctionSpec, Outcome, Status, Web};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::web::Front;
use super::{package, python};

const SERVER: &str = r#"
import base64, hashlib, os, socketserver, struct
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        key = None
        while (line := self.rfile.readline()) not in (b'\r\n', b''):
            name, _, value = line.decode().partition(':')
            if name.lower() == 'sec-websocket-key': key = value.strip()
        if key is None:
            return self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nplain')
        accept = base64.b64encode(hashlib.sha1((key + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').encode()).digest())
        self.wfile.write(b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ' + accept + b'\r\n\r\n')
        while True:
            kind, text = self.frame()
            if kind == 8: return self.send(8, text)
            word, _, rest = text.decode().partition(' ')
            if word == 'close': return self.send(8, struct.pack('>H', int(rest)))
            if word == 'cut': return
            if word == 'die': os._exit(5)
            if word == 'big': text = b'x' * int(rest)
            self.send(1, text)
    def frame(self):
        head = self.rfile.read(2)
        if len(head) < 2: return 8, b''
        size = head[1] & 127
        if size == 126: size = struct.unpack('>H', self.rfile.read(2))[0]
        if size == 127: size = struct.unpack('>Q', self.rfile.read(8))[0]
        mask = self.rfile.read(4)
        return head[0] & 15, bytes(b ^ mask[i % 4] for i, b in enumerate(self.rfile.read(size)))
    def send(self, kind, text):
        size = len(text)
        head = bytes([size]) if size < 126 else struct.pack('>BH', 126, size) if size < 65536 else struct.pack('>BQ', 127, size)
        self.wfile.write(bytes([128 | kind]) + head + text)
class Server(socketserver.ThreadingTCPServer): allow_reuse_address = daemon_threads = True
Server(('0.0.0.0', 9000), Handler).serve_forever()
"#;

const UPGRADE: &str = "GET /chat?room=1\nConnection: Upgrade\nUpgrade: websocket\n\
                       Sec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";

fn function(idle: Duration, timeout: Duration) -> FunctionSpec {
    let start = "#!/bin/bash\nexec /var/lang/python37/bin/python3 app.py\n";
    FunctionSpec {
        code: package(&[("scf_bootstrap", start), ("app.py", SERVER)]),
        web: Some(Web { concurrency: 1, socket_idle: Some(idle) }),
        timeout,
        ..python("")
    }
}

async fn patient() -> Front {
    Front::of(function(Duration::from_secs(30), Duration::from_secs(60))).await
}

struct Socket(TcpStream);

impl Socket {
    async fn open(front: &Front) -> Self {
        let mut stream = front.send(UPGRADE, b"").await;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap().to_lowercase();
        assert!(head.starts_with("http/1.1 101 "), "{head}");
        assert!(head.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n"), "{head}");
        Self(stream)
    }

    async fn send(&mut self, kind: u8, text: &[u8]) {
        let mut bytes = vec![0x80 | kind];
        match text.len() {
            length @ ..126 => bytes.push(0x80 | u8::try_from(length).unwrap()),
            length => {
                bytes.push(0x80 | 127);
                bytes.extend((length as u64).to_be_bytes());
            }
        }
        bytes.extend([0; 4]);
        bytes.extend(text);
        let _ = self.0.write_all(&bytes).await; // the platform may cut it before the end
    }

    async fn receive(&mut self) -> (u8, Vec<u8>) {
        let head = [self.0.read_u8().await.unwrap(), self.0.read_u8().await.unwrap()];
        let length = match head[1] {
            126 => u64::from(self.0.read_u16().await.unwrap()),
            127 => self.0.read_u64().await.unwrap(),
            length => u64::from(length),
        };
        let mut text = vec![0; usize::try_from(length).unwrap()];
        self.0.read_exact(&mut text).await.unwrap();
        (head[0] & 15, text)
    }

    async fn echoes(&mut self, text: &str) {
        self.send(1, text.as_bytes()).await;
        assert_eq!(self.receive().await, (1, text.as_bytes().to_vec()));
    }
}

async fn after(act: impl AsyncFnOnce(&mut Socket)) -> Outcome {
    let front = patient().await;
    let mut socket = Socket::open(&front).await;
    socket.echoes("hello").await;
    act(&mut socket).await;
    drop(socket);
    front.outcome().await
}

/// What comes of telling the server to end the connection.
async fn told(words: &str) -> Outcome {
    after(async |socket| {
        socket.send(1, words.as_bytes()).await;
        let mut rest = Vec::new();
        let _ = socket.0.read_to_end(&mut rest).await;
    })
    .await
}

#[tokio::test]
async fn r151_r153_one_connection_is_one_invocation() {
    let front = patient().await;
    let mut socket = Socket::open(&front).await;
    for text in ["hello", "", "a much longer text".repeat(20).as_str()] {
        socket.echoes(text).await;
    }
    socket.send(8, &1000_u16.to_be_bytes()).await;
    assert_eq!(socket.receive().await, (8, 1000_u16.to_be_bytes().to_vec()));
    let outcome = front.outcome().await;
    assert_eq!(outcome.status, Status::Success, "{outcome:?}");
    assert!(outcome.duration_ms > 0.0 && outcome.cold_start);
    assert_eq!(front.get("/").await.body, b"plain", "and requests without an upgrade still work");
}

#[tokio::test]
async fn r154_an_instance_serves_one_connection_at_a_time() {
    let front = patient().await;
    let mut one = Socket::open(&front).await;
    let mut other = Socket::open(&front).await;
    one.echoes("one").await;
    other.echoes("other").await;
    one.send(8, &1000_u16.to_be_bytes()).await;
    assert!(front.outcome().await.cold_start);
    other.send(8, &1000_u16.to_be_bytes()).await;
    assert!(front.outcome().await.cold_start, "an instance of its own");
}

#[tokio::test]
async fn r155_normal_close_codes_end_the_run_well() {
    let client = async |code: u16| {
        after(async |socket| socket.send(8, &code.to_be_bytes()).await).await.status
    };
    let server = async |code: u16| told(&format!("close {code}")).await.status;
    assert_eq!(client(1000).await, Status::Success);
    assert_eq!(client(1010).await, Status::Success);
    assert_eq!(server(1000).await, Status::Success);
    assert_eq!(server(1011).await, Status::Success);
}

#[tokio::test]
async fn r156_r186_other_ends_are_439_of_the_server_and_456_of_the_client() {
    let code = |outcome: &Outcome| outcome.status.code();
    let outcome = after(async |socket| socket.send(8, &1011_u16.to_be_bytes()).await).await;
    assert_eq!(code(&outcome), 456, "{outcome:?}");
    let outcome = after(async |_| ()).await;
    assert_eq!(code(&outcome), 456, "{outcome:?}");
    for words in ["close 1010", "close 4000", "cut", "die"] {
        let outcome = told(words).await;
        assert_eq!(code(&outcome), 439, "{words}: {outcome:?}");
    }
}

#[tokio::test]
async fn r157_r186_a_silent_connection_is_closed_with_455() {
    let front = Front::of(function(Duration::from_millis(200), Duration::from_secs(60))).await;
    let mut socket = Socket::open(&front).await;
    socket.echoes("hello").await;
    let begun = Instant::now();
    assert_eq!(socket.receive().await, (8, 1001_u16.to_be_bytes().to_vec()));
    assert!(begun.elapsed() >= Duration::from_millis(150));
    assert_eq!(front.outcome().await.status.code(), 455);
}

#[tokio::test]
async fn r158_a_connection_over_the_execution_timeout_is_closed_with_433() {
    let front = Front::of(function(Duration::from_millis(250), Duration::from_millis(300))).await;
    let mut socket = Socket::open(&front).await;
    let mut last = (1, Vec::new());
    while last.0 == 1 {
        socket.send(1, b"hello").await;
        last = socket.receive().await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(last, (8, 1001_u16.to_be_bytes().to_vec()));
    assert_eq!(front.outcome().await.status.code(), 433);
}

#[tokio::test]
async fn r161_a_message_over_256_kb_ends_the_connection_either_way() {
    let outcome = after(async |socket| {
        socket.send(1, format!("big {}", 256 * 1024).as_bytes()).await;
        assert_eq!(socket.receive().await.1.len(), 256 * 1024);
        socket.send(1, format!("big {}", 256 * 1024 + 1).as_bytes()).await;
        assert_eq!(socket.receive().await, (8, 1009_u16.to_be_bytes().to_vec()));
    });
    assert_eq!(outcome.await.status.code(), 439);
    let outcome = after(async |socket| {
        socket.send(1, &vec![b'x'; 256 * 1024 + 1]).await;
        assert_eq!(socket.receive().await, (8, 1009_u16.to_be_bytes().to_vec()));
    });
    assert_eq!(outcome.await.status.code(), 456);
}

#[tokio::test]
async fn r162_r163_a_client_is_slowed_down_to_10_messages_and_128_kb_a_second() {
    let front = patient().await;
    let mut socket = Socket::open(&front).await;
    let begun = Instant::now();
    for _ in 0..13 {
        socket.echoes("hello").await;
    }
    assert!(begun.elapsed() >= Duration::from_millis(250), "{:?}", begun.elapsed());
    let mut socket = Socket::open(&front).await;
    let begun = Instant::now();
    let text = vec![b'x'; 160 * 1024];
    socket.send(1, &text).await;
    assert_eq!(socket.receive().await.1, text);
    assert!(begun.elapsed() >= Duration::from_millis(200), "{:?}", begun.elapsed());
}
