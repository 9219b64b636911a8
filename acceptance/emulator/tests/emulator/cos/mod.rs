//! The object storage, asked by a signer of our own.

mod bucket;
mod code;
mod copy;
mod keep;
mod object;
mod reach;
mod s3;
mod setting;
mod upload;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::TcpStream;

use ring::{digest, hmac};
use tencentcloud_emulator::accounts::Account;

use crate::support::{Client, Page, Request, now};

/// A client of the object storage with an account of its own.
pub struct Cos {
    pub client: Client,
    pub app_id: i64,
}

/// A request in the making.
pub struct Ask<'a> {
    cos: &'a Cos,
    request: Request,
    path: String,
    query: Vec<(String, String)>,
}

impl Cos {
    pub fn new(client: Client) -> Self {
        let app_id = Account::of(&client.secret_id).unwrap().app_id;
        Self { client, app_id }
    }

    /// A bucket's full name.
    pub fn name(&self, own: &str) -> String {
        format!("{own}-{}", self.app_id)
    }

    /// A request to a path such as `/BUCKET/KEY?QUERY`, addressed by path.
    pub fn ask(&self, method: &'static str, path: &str) -> Ask<'_> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let query: Vec<_> = pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
        let request =
            Request { method, target: String::new(), headers: vec![], body: String::new() };
        let ask = Ask { cos: self, request, path: path.to_owned(), query };
        ask.header("host", &format!("cos.{}.myqcloud.com", self.client.region))
    }

    /// A bucket that is there, by its full name.
    pub fn bucket(&self, own: &str) -> String {
        let name = self.name(own);
        assert_eq!(self.ask("PUT", &format!("/{name}")).send().status, 200);
        name
    }

    /// Puts an object.
    pub fn put(&self, bucket: &str, key: &str, body: &str) -> Page {
        let page = self.ask("PUT", &format!("/{bucket}/{key}")).body(body).send();
        assert_eq!(page.status, 200, "{page:?}");
        page
    }

    /// Puts an object that is no text.
    pub fn put_bytes(&self, bucket: &str, key: &str, bytes: &[u8]) {
        let request = self.ask("PUT", &format!("/{bucket}/{key}")).signed();
        let mut head = format!("PUT {} HTTP/1.1\r\nConnection: close\r\n", request.target);
        for (name, value) in &request.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let _ = write!(head, "Content-Length: {}\r\n\r\n", bytes.len());
        let mut stream = TcpStream::connect(&self.client.address).unwrap();
        stream.write_all(&[head.as_bytes(), bytes].concat()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }

    /// The text of an object.
    pub fn text(&self, bucket: &str, key: &str) -> String {
        let page = self.ask("GET", &format!("/{bucket}/{key}")).send();
        assert_eq!(page.status, 200, "{page:?}");
        page.body
    }

    /// The keys that a list shows, and its common prefixes.
    pub fn list(&self, bucket: &str, query: &str) -> (Vec<String>, Vec<String>) {
        let page = self.ask("GET", &format!("/{bucket}?{query}")).send();
        assert_eq!(page.status, 200, "{page:?}");
        let (keys, rest) = (texts(&page.body, "Key"), page.body.split_once("<CommonPrefixes>"));
        (keys, rest.map_or_else(Vec::new, |(_, rest)| texts(rest, "Prefix")))
    }
}

impl Ask<'_> {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request.set(name, value);
        self
    }

    pub fn body(mut self, body: &str) -> Self {
        body.clone_into(&mut self.request.body);
        self
    }

    /// At the bucket's own host: the path begins with the key.
    pub fn at(self, host: &str) -> Self {
        self.header("host", host)
    }

    /// The request as it goes over the wire, signed.
    pub fn signed(self) -> Request {
        let start = now() - 10;
        self.signed_for(&format!("{start};{}", start + 600))
    }

    pub fn signed_for(mut self, span: &str) -> Request {
        let headers = self.request.headers.iter();
        let headers: BTreeMap<_, _> =
            headers.map(|(name, value)| (name.to_lowercase(), encode(value))).collect();
        let query: BTreeMap<_, _> = self
            .query
            .iter()
            .map(|(name, value)| (encode(name).to_lowercase(), encode(value)))
            .collect();
        let join = |pairs: &BTreeMap<String, String>| {
            pairs.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("&")
        };
        let names =
            |pairs: &BTreeMap<String, String>| pairs.keys().cloned().collect::<Vec<_>>().join(";");
        let method = self.request.method.to_lowercase();
        let http = format!("{method}\n{}\n{}\n{}\n", self.path, join(&query), join(&headers));
        let sha = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, http.as_bytes());
        let key = mac(&self.cos.client.secret_key, span);
        let signature = mac(&key, &format!("sha1\n{span}\n{}\n", hex(sha.as_ref())));
        let authorization = format!(
            "q-sign-algorithm=sha1&q-ak={}&q-sign-time={span}&q-key-time={span}&q-header-list={}\
             &q-url-param-list={}&q-signature={signature}",
            self.cos.client.secret_id,
            names(&headers),
            names(&query)
        );
        self.request.set("Authorization", &authorization);
        self.unsigned()
    }

    /// The request as nobody in particular sends it.
    pub fn unsigned(mut self) -> Request {
        let query: Vec<_> =
            self.query.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let path = encode(&self.path).replace("%2F", "/");
        self.request.target =
            if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) };
        self.request
    }

    pub fn send(self) -> Page {
        let client = &self.cos.client;
        client.send(&self.signed())
    }

    /// The status and head of the answer to HEAD, which has a length and no body.
    pub fn head(self) -> (u16, String) {
        let client = &self.cos.client;
        let mut request = self.signed();
        request.set("Connection", "close");
        let text = String::from_utf8(client.raw(&request)).unwrap();
        let status = text.split(' ').nth(1).unwrap().parse().unwrap();
        assert!(text.ends_with("\r\n\r\n"), "an answer to HEAD has no body: {text}");
        (status, text.to_lowercase())
    }
}

/// The code of a refusal, with its status.
#[track_caller]
pub fn code(page: &Page) -> (u16, String) {
    assert!(page.body.contains("<RequestId>"), "{page:?}");
    (page.status, texts(&page.body, "Code").remove(0))
}

/// The texts of every element of a name.
pub fn texts(document: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let parts = document.split(&open).skip(1);
    parts.map(|part| part.split(&close).next().unwrap().replace("&quot;", "\"")).collect()
}

fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

fn mac(key: &str, text: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
    hex(hmac::sign(&key, text.as_bytes()).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
