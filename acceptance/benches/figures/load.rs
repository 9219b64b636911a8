//! A small HTTP/1.1 client that keeps connections busy. It shares the processors with the server,
//! so that it does as little as it can: the request is signed beforehand and sent again and again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tencentcloud_api::sign::{Signer, ToSign, payload_hash};
use tencentcloud_api::{Action, Credential};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const CONTENT_TYPE: &str = "application/json";

/// A signed request for an action, as it is written to a connection.
pub fn signed<A: Action>(
    address: &str,
    credential: Credential,
    region: &str,
    body: &str,
) -> Vec<u8> {
    let service = A::SERVICE;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs();
    let to_sign = ToSign {
        method: "POST",
        query: "",
        content_type: CONTENT_TYPE,
        host: address,
        payload_hash: &payload_hash(body.as_bytes()),
    };
    let authorization = Signer::new(credential).authorization(service.name, now, to_sign);
    format!(
        "POST / HTTP/1.1\r\nhost: {address}\r\ncontent-type: {CONTENT_TYPE}\r\n\
         authorization: {authorization}\r\nx-tc-action: {}\r\nx-tc-version: {}\r\n\
         x-tc-timestamp: {now}\r\nx-tc-region: {region}\r\ncontent-length: {}\r\n\r\n{body}",
        A::NAME,
        service.version,
        body.len()
    )
    .into_bytes()
}

/// How many answers a second come on so many connections in `time`, after as long a warm-up as a
/// quarter of it. Each answer must contain `words`.
pub fn answers_a_second(
    address: &str,
    request: &[u8],
    words: &'static str,
    connections: usize,
    time: Duration,
) -> f64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime can be made");
    let answers = Arc::new(AtomicU64::new(0));
    let (seconds, count) = runtime.block_on(async {
        for _ in 0..connections {
            let stream = TcpStream::connect(address).await.expect("the local cloud listens");
            stream.set_nodelay(true).expect("a connection can be set up");
            tokio::spawn(keep_busy(stream, request.to_vec(), words, Arc::clone(&answers)));
        }
        tokio::time::sleep(time / 4).await;
        let (start, before) = (Instant::now(), answers.load(Ordering::Relaxed));
        tokio::time::sleep(time).await;
        (start.elapsed().as_secs_f64(), answers.load(Ordering::Relaxed) - before)
    });
    assert_ne!(count, 0, "the local cloud does not answer as it should");
    count as f64 / seconds
}

/// How long each of `count` answers takes on one connection, in milliseconds, after a tenth as many
/// that are not counted. Each must contain `words`.
pub fn times(address: &str, request: &[u8], words: &'static str, count: usize) -> Vec<f64> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime can be made");
    runtime.block_on(async {
        let mut stream = TcpStream::connect(address).await.expect("somebody listens");
        stream.set_nodelay(true).expect("a connection can be set up");
        let mut buffer = Vec::with_capacity(16 << 10);
        let mut times = Vec::with_capacity(count);
        for number in 0..count + count / 10 {
            let start = Instant::now();
            exchange(&mut stream, request, words, &mut buffer).await;
            if number >= count / 10 {
                times.push(start.elapsed().as_secs_f64() * 1000.0);
            }
        }
        times
    })
}

async fn keep_busy(
    mut stream: TcpStream,
    request: Vec<u8>,
    words: &'static str,
    answers: Arc<AtomicU64>,
) {
    let mut buffer = Vec::with_capacity(16 << 10);
    loop {
        exchange(&mut stream, &request, words, &mut buffer).await;
        answers.fetch_add(1, Ordering::Relaxed);
    }
}

/// Sends a request and reads its answer.
async fn exchange(
    stream: &mut TcpStream,
    request: &[u8],
    words: &'static str,
    buffer: &mut Vec<u8>,
) {
    stream.write_all(request).await.expect("the request is read");
    buffer.clear();
    let end = loop {
        assert_ne!(stream.read_buf(buffer).await.expect("it answers"), 0, "cut off");
        if let Some(end) = end(buffer) {
            break end;
        }
    };
    while buffer.len() < end {
        assert_ne!(stream.read_buf(buffer).await.expect("it answers"), 0, "cut off");
    }
    let text = std::str::from_utf8(buffer).expect("text");
    assert!(text.starts_with("HTTP/1.1 200") && text.contains(words), "{text}");
}

/// Where an answer ends whose head is complete.
fn end(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let text = std::str::from_utf8(&answer[..head]).ok()?;
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    Some(head + 4 + length.expect("an answer tells its length"))
}
