//! What a function is told of a request, and what becomes of its answer.

use serde_json::{Value, json};

use super::{ECHO, get, send};
use crate::clb::User;

fn event(address: &str, first: &str, lines: &[&str], body: &[u8]) -> Value {
    let page = send(address, first, lines, body);
    assert_eq!(page.status, 200, "{page:?}");
    page.json()
}

#[test]
fn r23_the_request_is_the_event() {
    let user = User::new();
    let (place, address) = user.serve(ECHO);
    let lines = [
        "Host: www.example.com",
        "Content-Type: application/json",
        "User-Agent: test",
        "X-Forwarded-For: 9.9.9.9",
        "Accept: a",
        "Accept: b",
    ];
    let event = event(&address, "POST /cart/items?n=1", &lines, br#"{"key": "value"}"#);
    let mut members: Vec<_> = event.as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, ["headers", "isBase64Encoded", "payload"]);
    assert_eq!(event["payload"], "{\"key\": \"value\"}");
    assert_eq!(event["isBase64Encoded"], false);
    let headers = &event["headers"];
    let (vip, port) = address.split_once(':').unwrap();
    for (name, value) in [
        ("Host", "www.example.com"),
        ("Content-Type", "application/json"),
        ("User-Agent", "test"),
        ("Accept", "a, b"),
        ("X-Client-Proto", "http"),
        ("X-Forwarded-Proto", "http"),
        ("X-Client-Proto-Ver", "HTTP/1.1"),
        ("X-Real-IP", "127.0.0.1"),
        ("X-Forwarded-For", "9.9.9.9, 127.0.0.1"),
        ("X-Uri", "/cart/items?n=1"),
        ("X-Method", "POST"),
        ("X-Forwarded-Port", port),
        ("X-clb-stgw-vip", vip),
        ("X-Clb-Lbid", &place.balancer),
    ] {
        assert_eq!(headers[name], value, "{name} in {headers}");
    }
    assert!(headers["X-Real-Port"].as_str().unwrap().parse::<u16>().is_ok());
    let stamp = headers["X-Stgw-Time"].as_str().unwrap().split_once('.').unwrap();
    assert!(stamp.0.parse::<u64>().unwrap() > 1_700_000_000 && stamp.1.len() == 3, "{stamp:?}");
    assert!(headers.get("Connection").is_none());
}

#[test]
fn bodies_that_are_no_text_come_in_base64() {
    let user = User::new();
    let (_, address) = user.serve(ECHO);
    let image = ["Host: a.com", "Content-Type: image/png"];
    let binary = event(&address, "PUT /", &image, &[0x89, 0x50, 0xff]);
    assert_eq!((&binary["payload"], &binary["isBase64Encoded"]), (&json!("iVD/"), &json!(true)));
    let none = event(&address, "GET /", &["Host: a.com"], b"");
    assert_eq!((&none["payload"], &none["isBase64Encoded"]), (&json!(""), &json!(false)));
}

#[test]
fn status_headers_and_binary_bodies_are_the_functions_choice() {
    let user = User::new();
    let source = "def main(event, context):\n\
        \x20   return {'isBase64Encoded': True, 'statusCode': 418,\n\
        \x20           'headers': {'Content-Type': 'text/plain', 'Set-Cookie': ['a=1', 'b=2']},\n\
        \x20           'body': 'aGVsbG8='}\n";
    let (_, address) = user.serve(source);
    let page = get(&address, "a.com", "/");
    assert_eq!((page.status, page.body.as_str()), (418, "hello"));
    for line in ["content-type: text/plain\r\n", "set-cookie: a=1\r\n", "set-cookie: b=2\r\n"] {
        assert!(page.head.contains(line), "{}", page.head);
    }
}

#[test]
fn an_event_over_6_mb_is_too_large() {
    let user = User::new();
    let (_, address) = user.serve(ECHO);
    let lines = ["Host: a.com", "Content-Type: text/plain"];
    let page = send(&address, "POST /", &lines, &vec![b'x'; 6 << 20]);
    assert_eq!(page.status, 413);
}
