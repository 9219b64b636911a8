//! The language between a load balancer and a function: the request as an event, and the
//! integration response as an answer (R22, R23).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::forward::Arrival;
use crate::clock::Time;
use crate::server::Page;

/// What a load balancer answers when a function's result is no integration response.
const NOT_A_RESPONSE: &str = r#"{"errno":403,"error":"Analyse scf response failed."}"#;
/// Bodies of these types, and all text, are handed over as they are; others in base64.
const TEXT_TYPES: [&str; 3] = ["application/json", "application/javascript", "application/xml"];
/// The connection between client and load balancer is not the function's.
pub(super) const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The event of a request.
pub(super) fn of(head: &Parts, body: &Bytes, arrival: &Arrival<'_>, now: Time) -> Vec<u8> {
    let (payload, is_base64) = payload(head, body);
    let event = json!({
        "headers": headers(head, arrival, now),
        "payload": payload,
        "isBase64Encoded": is_base64,
    });
    event.to_string().into_bytes()
}

fn payload(head: &Parts, body: &Bytes) -> (String, bool) {
    let kind = head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let kind = kind.to_ascii_lowercase();
    let is_text = kind.starts_with("text/") || TEXT_TYPES.contains(&kind.as_str());
    match std::str::from_utf8(body) {
        Ok(text) if is_text || text.is_empty() => (text.to_owned(), false),
        _ => (STANDARD.encode(body), true),
    }
}

/// The client's headers, and what the load balancer adds to them.
fn headers(head: &Parts, arrival: &Arrival<'_>, now: Time) -> Map<String, Value> {
    let mut all = Map::new();
    for name in head.headers.keys().filter(|name| !HOP_BY_HOP.contains(&name.as_str())) {
        all.insert(title_case(name.as_str()), joined(&head.headers, name).into());
    }
    for (name, value) in added(head, arrival) {
        all.insert(name.to_owned(), value.into());
    }
    let stamp = format!("{}.{:03}", now.0.div_euclid(1000), now.0.rem_euclid(1000));
    all.insert("X-Stgw-Time".to_owned(), stamp.into());
    all
}

/// What a load balancer tells its targets about a request.
pub(super) fn added(head: &Parts, arrival: &Arrival<'_>) -> [(&'static str, String); 11] {
    let proto = arrival.scheme();
    let client = arrival.peer.ip().to_string();
    let path = head.uri.path_and_query().map_or("/", hyper::http::uri::PathAndQuery::as_str);
    let forwarded = joined(&head.headers, &HeaderName::from_static("x-forwarded-for"));
    let blank = if forwarded.is_empty() { "" } else { ", " };
    [
        ("X-Client-Proto", proto.to_owned()),
        ("X-Client-Proto-Ver", format!("{:?}", head.version)),
        ("X-Forwarded-Proto", proto.to_owned()),
        ("X-Forwarded-For", format!("{forwarded}{blank}{client}")),
        ("X-Forwarded-Port", arrival.port.to_string()),
        ("X-Real-IP", client),
        ("X-Real-Port", arrival.peer.port().to_string()),
        ("X-Method", head.method.to_string()),
        ("X-Uri", path.to_owned()),
        ("X-clb-stgw-vip", arrival.routes.vip.to_string()),
        ("X-Clb-Lbid", arrival.routes.id.clone()),
    ]
}

/// All values of a header as one.
fn joined(headers: &HeaderMap, name: &HeaderName) -> String {
    let values = headers.get_all(name).iter();
    let texts = values.map(|value| String::from_utf8_lossy(value.as_bytes()));
    texts.collect::<Vec<_>>().join(", ")
}

fn title_case(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    words.collect::<Vec<_>>().join("-")
}

/// What a function answers with.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Integration {
    is_base64_encoded: bool,
    status_code: u16,
    headers: Map<String, Value>,
    body: String,
}

/// The answer that a function's result stands for.
pub(super) fn answer(result: &str) -> Page {
    page(result)
        .unwrap_or_else(|| super::answer(StatusCode::FORBIDDEN, "application/json", NOT_A_RESPONSE))
}

fn page(result: &str) -> Option<Page> {
    let reply: Integration = serde_json::from_str(result).ok()?;
    let status = StatusCode::from_u16(reply.status_code).ok()?;
    let body = if reply.is_base64_encoded {
        STANDARD.decode(reply.body).ok()?
    } else {
        reply.body.into_bytes()
    };
    let mut page = Response::new(body.into());
    // An answer on its way may not be final: 1xx is the server's own business.
    *page.status_mut() = Some(status).filter(|status| !status.is_informational())?;
    for (name, value) in &reply.headers {
        let name = HeaderName::try_from(name).ok()?;
        let values = match value {
            Value::Array(values) => values.as_slice(),
            single => std::slice::from_ref(single),
        };
        let framing = name == hyper::header::CONTENT_LENGTH;
        for value in values {
            let value = HeaderValue::try_from(value.as_str()?).ok()?;
            if !framing && !HOP_BY_HOP.contains(&name.as_str()) {
                page.headers_mut().append(&name, value);
            }
        }
    }
    Some(page)
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    async fn shown(result: &Value) -> (u16, HeaderMap, String) {
        let (head, body) = answer(&result.to_string()).into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (head.status.as_u16(), head.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn r22_an_integration_response_becomes_the_answer() {
        let (status, headers, body) = shown(&json!({
            "isBase64Encoded": false,
            "statusCode": 201,
            "headers": {"Content-Type": "text/html", "Key": ["one", "two"], "Connection": "close"},
            "body": "<h1>Hello CLB</h1>",
        }))
        .await;
        assert_eq!((status, body.as_str()), (201, "<h1>Hello CLB</h1>"));
        assert_eq!(headers[CONTENT_TYPE], "text/html");
        let keys: Vec<_> = headers.get_all("key").iter().collect();
        assert_eq!(keys, ["one", "two"]);
        assert!(!headers.contains_key("connection"));
    }

    #[tokio::test]
    async fn r22_binary_bodies_come_in_base64() {
        let reply = json!({
            "isBase64Encoded": true, "statusCode": 200, "headers": {}, "body": "aGk=",
        });
        assert_eq!(shown(&reply).await.2, "hi");
    }

    #[tokio::test]
    async fn r22_anything_else_is_the_load_balancers_error() {
        let sound = json!({
            "isBase64Encoded": false, "statusCode": 200, "headers": {}, "body": "",
        });
        let changed = |member: &str, value: Value| {
            let mut reply = sound.clone();
            reply[member] = value;
            reply
        };
        let mut broken = vec![
            json!("Hello"),
            json!(null),
            json!({"errorCode": -1, "errorMessage": "", "statusCode": 430}),
            changed("isBase64Encoded", json!("false")),
            changed("statusCode", json!("200")),
            changed("statusCode", json!(99)),
            changed("statusCode", json!(100)),
            changed("headers", json!({"a b": "c"})),
            changed("headers", json!({"a": 1})),
            changed("body", json!({"not": "text"})),
        ];
        for member in ["isBase64Encoded", "statusCode", "headers", "body"] {
            let mut reply = sound.clone();
            reply.as_object_mut().unwrap().remove(member);
            broken.push(reply);
        }
        for reply in broken {
            let (status, headers, body) = shown(&reply).await;
            assert_eq!((status, body.as_str()), (403, NOT_A_RESPONSE), "{reply}");
            assert_eq!(headers[CONTENT_TYPE], "application/json");
        }
        assert_eq!(shown(&sound).await.0, 200);
    }

    #[test]
    fn text_is_handed_over_as_it_is_and_the_rest_in_base64() {
        let of = |kind: Option<&str>, body: &'static [u8]| {
            let mut request = hyper::Request::new(());
            if let Some(kind) = kind {
                request.headers_mut().insert(CONTENT_TYPE, kind.parse().unwrap());
            }
            payload(&request.into_parts().0, &Bytes::from_static(body))
        };
        for kind in ["text/plain", "application/json; charset=utf-8", "Application/XML"] {
            assert_eq!(of(Some(kind), b"hi"), ("hi".to_owned(), false), "{kind}");
        }
        for kind in [Some("image/png"), Some("application/octet-stream"), None] {
            assert_eq!(of(kind, b"hi"), ("aGk=".to_owned(), true), "{kind:?}");
        }
        assert_eq!(of(None, b""), (String::new(), false));
        assert_eq!(of(Some("text/plain"), b"\xff"), ("/w==".to_owned(), true));
    }

    #[test]
    fn names_of_headers_are_written_as_people_do() {
        assert_eq!(title_case("content-type"), "Content-Type");
        assert_eq!(title_case("host"), "Host");
    }
}
