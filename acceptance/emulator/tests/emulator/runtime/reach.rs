//! What functions reach outside.
//!
//! Servers of this machine stand for others: 127.255.0.0/16 is the Internet, the rest of 127.0.0.0/8
//! what everything reaches.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::Duration;

use serde_json::json;
use tencentcloud_emulator::runtime::{FunctionSpec, Reach, Status};
use tencentcloud_emulator::vpc::cidr::Cidr;

use super::custom::custom;
use super::web::{self, Front};
use super::{Machine, assert_status, json, node, python};

/// A server on every address that tells whoever asks that it was reached; its port.
pub fn server() -> u16 {
    let listener = TcpListener::bind(("0.0.0.0", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.0 200 OK\r\nContent-Length: 7\r\n\r\nreached");
        }
    });
    port
}

/// A server on every address that takes what comes.
struct Sink {
    port: u16,
    /// Gets something whenever a connection has ended.
    ended: mpsc::Receiver<()>,
}

fn sink() -> Sink {
    let listener = TcpListener::bind(("0.0.0.0", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, ended) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, sender) = (stream.unwrap(), sender.clone());
            std::thread::spawn(move || {
                let _ = stream.read_to_end(&mut Vec::new());
                sender.send(())
            });
        }
    });
    Sink { port, ended }
}

const ASK: &str = r#"
import socket
def main_handler(event, context):
    told = []
    for address in event["addresses"]:
        try:
            with socket.create_connection((address, event["port"]), event.get("timeout")) as it:
                it.sendall(b"GET / HTTP/1.0\r\n\r\n")
                told.append(it.makefile().read().split("\n")[-1])
        except OSError as error:
            told.append(error.strerror)
    return told
"#;

fn reaching(private: bool, internet: &[&str], spec: FunctionSpec) -> FunctionSpec {
    let internet = internet.iter().map(|text| Cidr::read(text).unwrap()).collect();
    FunctionSpec { reach: Some(Reach { private, internet }), ..spec }
}

#[tokio::test]
async fn r79_r341_without_public_access_the_internet_is_out_of_reach() {
    let machine = Machine::new();
    let port = server();
    let event = json!({"addresses": ["127.0.0.1", "127.255.0.1", "127.255.1.1"], "port": port});
    for (private, internet, told) in [
        (false, vec![], ["reached", "Network is unreachable", "Network is unreachable"]),
        (true, vec![], ["reached", "Network is unreachable", "Network is unreachable"]),
        (true, vec!["127.255.1.0/24"], ["reached", "Network is unreachable", "reached"]),
        (false, vec!["0.0.0.0/0"], ["reached"; 3]),
    ] {
        let mut spec = reaching(private, &internet, python(ASK));
        spec.revision = internet.len() as u64 * 2 + u64::from(private);
        let outcome = machine.invoke(&spec, &event.to_string()).await;
        assert_status(&outcome, Status::Success);
        assert_eq!(json(&outcome), json!(told), "{private} {internet:?}");
    }
}

#[tokio::test]
async fn sockets_that_do_not_wait_are_connected_as_well() {
    let machine = Machine::new();
    let port = server();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut spec = reaching(false, &[], python(ASK));
    let mut event = json!({"addresses": ["127.0.0.1", "127.255.0.1"], "port": port, "timeout": 5});
    let outcome = machine.invoke(&spec, &event.to_string()).await;
    assert_eq!(json(&outcome), json!(["reached", "Network is unreachable"]));
    event["port"] = json!(closed);
    let outcome = machine.invoke(&spec, &event.to_string()).await;
    assert_eq!(json(&outcome), json!(["Connection refused", "Network is unreachable"]));
    let fetch = r#"exports.main_handler = async ({ port }) =>
        (await fetch(`http://127.0.0.1:${port}/`)).text();"#;
    spec = FunctionSpec { revision: 2, ..reaching(false, &[], node(fetch)) };
    let outcome = machine.invoke(&spec, &json!({"port": port}).to_string()).await;
    assert_status(&outcome, Status::Success);
    assert_eq!(json(&outcome), "reached");
}

#[tokio::test]
async fn an_instance_without_public_access_still_reaches_itself_and_unix_sockets() {
    let code = r#"
import socket, threading
def main_handler(event, context):
    inside = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=lambda: inside.accept()[0].sendall(b"inside"), daemon=True).start()
    mine = socket.create_connection(inside.getsockname()).recv(6).decode()
    local = socket.socket(socket.AF_UNIX)
    local.bind("/tmp/socket")
    local.listen()
    other = socket.socket(socket.AF_UNIX)
    other.connect("/tmp/socket")
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.connect(("127.0.0.1", 9))
    return [mine, udp.getpeername()[0]]
"#;
    let outcome = Machine::new().invoke(&reaching(false, &[], python(code)), "{}").await;
    assert_status(&outcome, Status::Success);
    assert_eq!(json(&outcome), json!(["inside", "127.0.0.1"]));
}

#[tokio::test]
async fn a_custom_runtime_without_public_access_still_gets_its_events() {
    let spec = reaching(false, &[], custom("any"));
    let outcome = Machine::new().invoke(&spec, r#"{"a":1}"#).await;
    assert_status(&outcome, Status::Success);
}

#[tokio::test]
async fn r79_a_web_function_reaches_outside_and_without_public_access_does_not() {
    let port = server();
    for (internet, answers) in [
        (vec!["0.0.0.0/0"], ["reached", "reached"]),
        (vec![], ["reached", "[Errno 101] Network is unreachable"]),
    ] {
        let front = Front::of(reaching(false, &internet, web::server())).await;
        for (address, told) in ["127.0.0.1", "127.255.0.1"].into_iter().zip(answers) {
            let answer = front.get(&format!("/reach/{address}/{port}")).await;
            assert_eq!(String::from_utf8_lossy(&answer.body), told, "{internet:?} {address}");
        }
    }
}

/// Sends as many bytes as the event says to each address, on a connection that is kept or not.
const SEND: &str = r#"
import socket
kept = {}
def main_handler(event, context):
    for address, port in event["to"]:
        it = kept.get(address) or socket.create_connection((address, port))
        it.sendall(b"x" * event["bytes"])
        if event.get("keep"):
            kept[address] = it
        else:
            it.close()
"#;

#[tokio::test]
async fn r324_what_goes_to_the_internet_is_counted() {
    let machine = Machine::new();
    let sink = sink();
    for (revision, internet) in ["0.0.0.0/0", "127.255.0.0/24"].into_iter().enumerate() {
        let spec = reaching(true, &[internet], python(SEND));
        let spec = FunctionSpec { revision: revision as u64, ..spec };
        for (to, keep, bytes, sent) in [
            (&["127.255.0.1"][..], false, 100_000, 100_000),
            (&["127.0.0.1"], false, 100_000, 0),
            (&["127.255.0.1", "127.0.0.1", "127.255.0.2"], true, 1_000, 2_000),
            (&["127.255.0.1"], true, 70, 70),
            (&[], false, 1_000, 0),
        ] {
            let to: Vec<_> = to.iter().map(|address| (address, sink.port)).collect();
            let event = json!({"to": to, "keep": keep, "bytes": bytes});
            let outcome = machine.invoke(&spec, &event.to_string()).await;
            assert_status(&outcome, Status::Success);
            assert_eq!(outcome.sent_bytes, sent, "{internet}: {event}");
        }
    }
}

#[tokio::test]
async fn r324_a_connection_that_is_counted_ends_when_the_function_ends_it() {
    let code = r#"
import socket
def main_handler(event, context):
    socket.create_connection(("127.255.0.1", event["sink"])).close()
    return socket.create_connection(("127.0.0.1", event["told"])).makefile().read()
"#;
    let sink = sink();
    let told = TcpListener::bind("127.0.0.1:0").unwrap();
    let event = json!({"sink": sink.port, "told": told.local_addr().unwrap().port()});
    std::thread::spawn(move || {
        let mut stream = told.accept().unwrap().0;
        if sink.ended.recv_timeout(Duration::from_secs(30)).is_ok() {
            stream.write_all(b"ended").unwrap();
        }
    });
    let outcome = Machine::new()
        .invoke(&reaching(false, &["0.0.0.0/0"], python(code)), &event.to_string())
        .await;
    assert_status(&outcome, Status::Success);
    assert_eq!(json(&outcome), "ended");
}

#[tokio::test]
async fn r324_what_a_web_function_sends_is_counted() {
    let port = server();
    let front = Front::of(reaching(false, &["0.0.0.0/0"], web::server())).await;
    front.get(&format!("/reach/127.255.0.1/{port}")).await;
    assert_eq!(front.outcome().await.sent_bytes, 18);
}
