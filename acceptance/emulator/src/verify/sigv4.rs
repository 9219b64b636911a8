//! `AWS4-HMAC-SHA256`: the other signature that COS takes, as the clients of S3 make it.
//! <https://www.tencentcloud.com/document/product/436/32537>
//!
//! It stands in the Authorization header or, in a URL that is given away, in the query, and covers
//! the method, the path, the whole query, some headers and the body. A body may come in chunks, each
//! with a signature that builds on the one before.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};
use hyper::HeaderMap;
use hyper::http::request::Parts;
use ring::hmac;

use super::cos::{Query, hex};
use super::{header_or_host, sha256_hex, text};
use crate::accounts::{Account, SECRET_KEY};
use crate::clock::{Time, date_of_second};
use crate::percent;
use crate::refusal::{Refusal, refuse, refused};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const SERVICE: &str = "s3";
const TOLERANCE_SECONDS: i64 = 900;
const LONGEST_SECONDS: i64 = 604_800;
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
/// The SHA-256 of nothing.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A request whose signature is sound.
#[derive(Debug, PartialEq, Eq)]
pub struct Verified {
    /// Who signed.
    pub account: Account,
    /// The region that it was signed for.
    pub region: String,
    /// The body, out of its chunks.
    pub body: Bytes,
}

/// Whether a request claims to be signed so.
#[must_use]
pub fn claims(headers: &HeaderMap, query: &Query) -> bool {
    header(headers).is_some() || parameter(query, "X-Amz-Algorithm").is_some()
}

fn header(headers: &HeaderMap) -> Option<&str> {
    text(headers, "authorization")?.strip_prefix(ALGORITHM)
}

fn parameter<'a>(query: &'a Query, name: &str) -> Option<&'a str> {
    query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// The parts of a signature.
struct Signed<'a> {
    secret_id: &'a str,
    /// `DATE/REGION/SERVICE/aws4_request`.
    scope: &'a str,
    headers: &'a str,
    signature: &'a str,
    /// As `20260131T000000Z`.
    time: &'a str,
    /// For how many seconds a URL holds; none for a header.
    expires: Option<i64>,
    /// What the body is said to be.
    payload: Cow<'a, str>,
}

impl<'a> Signed<'a> {
    fn read(headers: &'a HeaderMap, query: &'a Query) -> Option<Self> {
        let Some(fields) = header(headers) else { return Self::of_query(query) };
        let field = |name: &str| {
            let fields = fields.split(',').filter_map(|field| field.trim().split_once('='));
            fields.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
        };
        let (secret_id, scope) = field("Credential")?.split_once('/')?;
        Some(Self {
            secret_id,
            scope,
            headers: field("SignedHeaders")?,
            signature: field("Signature")?,
            time: text(headers, "x-amz-date")?,
            expires: None,
            payload: text(headers, "x-amz-content-sha256")?.into(),
        })
    }

    fn of_query(query: &'a Query) -> Option<Self> {
        let field = |name: &str| parameter(query, name);
        let (secret_id, scope) = field("X-Amz-Credential")?.split_once('/')?;
        Some(Self {
            secret_id,
            scope,
            headers: field("X-Amz-SignedHeaders")?,
            signature: field("X-Amz-Signature")?,
            time: field("X-Amz-Date")?,
            expires: Some(field("X-Amz-Expires")?.parse().ok()?),
            payload: field("X-Amz-Content-Sha256").unwrap_or(UNSIGNED).into(),
        })
    }

    /// Date and region of the scope.
    fn place(&self) -> Option<(&'a str, &'a str)> {
        let parts: Vec<&str> = self.scope.split('/').collect();
        let [date, region, SERVICE, "aws4_request"] = parts[..] else { return None };
        Some((date, region))
    }

    fn check_time(&self, now: i64) -> Result<(), Refusal> {
        let malformed = || refuse("AccessDenied", "The signature's time is none.");
        let signed = second(self.time).ok_or_else(malformed)?;
        let date = date_of_second(signed).replace('-', "");
        if self.place().is_none_or(|(known, _)| known != date) {
            let text = "The credential's scope is DATE/REGION/s3/aws4_request, with the date of the \
                        signature.";
            return refused("AuthorizationHeaderMalformed", text);
        }
        match self.expires {
            Some(expires) if !(1..=LONGEST_SECONDS).contains(&expires) => refused(
                "AuthorizationQueryParametersError",
                "X-Amz-Expires is 1 to 604800 seconds.",
            ),
            Some(expires) if now > signed + expires => {
                refused("AccessDenied", "Request has expired.")
            }
            None if now.abs_diff(signed) > TOLERANCE_SECONDS.unsigned_abs() => {
                let text = format!("The request was signed at {signed}, and it is {now} here.");
                refused("RequestTimeTooSkewed", text)
            }
            _ => Ok(()),
        }
    }

    fn key(&self, secret_key: &str) -> hmac::Key {
        let start = hmac::Key::new(hmac::HMAC_SHA256, format!("AWS4{secret_key}").as_bytes());
        self.scope.split('/').fold(start, |key, part| {
            hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, part.as_bytes()).as_ref())
        })
    }

    /// The signature of something that belongs to the request.
    fn sign(&self, key: &hmac::Key, algorithm: &str, rest: &str) -> String {
        let to_sign = format!("{algorithm}\n{}\n{}\n{rest}", self.time, self.scope);
        hex(hmac::sign(key, to_sign.as_bytes()).as_ref())
    }

    /// The signature that the request should have; none where a signed header is missing.
    fn expected(&self, key: &hmac::Key, head: &Parts, path: &str, query: &Query) -> Option<String> {
        let mut pairs: Vec<_> = query
            .iter()
            .filter(|(name, _)| name != "X-Amz-Signature")
            .map(|(name, value)| format!("{}={}", percent::encode(name), percent::encode(value)))
            .collect();
        pairs.sort_unstable();
        let path = percent::encode(path).replace("%2F", "/");
        let mut canonical = format!("{}\n{path}\n{}\n", head.method, pairs.join("&"));
        for name in self.headers.split(';') {
            let value = header_or_host(head, name)?;
            let words: Vec<_> = value.split_whitespace().collect();
            canonical.push_str(&format!("{name}:{}\n", words.join(" ")));
        }
        canonical.push_str(&format!("\n{}\n{}", self.headers, self.payload));
        Some(self.sign(key, ALGORITHM, &sha256_hex(canonical.as_bytes())))
    }

    /// Whether the headers that matter are covered.
    fn covers(&self, headers: &HeaderMap) -> bool {
        let is = |name: &str| self.headers.split(';').any(|signed| signed == name);
        let mut own = headers.keys().map(hyper::header::HeaderName::as_str);
        is("host") && own.all(|name| !name.starts_with("x-amz-") || is(name))
    }

    /// The body, if it is what was signed.
    fn body(&self, key: &hmac::Key, body: &Bytes) -> Result<Bytes, Refusal> {
        match &*self.payload {
            UNSIGNED => Ok(body.clone()),
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => self.chunks(None, body),
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" | "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => {
                self.chunks(Some(key), body)
            }
            known if known.starts_with("STREAMING-") => {
                refused("NotImplemented", format!("The local cloud knows no bodies as {known}."))
            }
            known if known == sha256_hex(body) => Ok(body.clone()),
            _ => {
                let text = "The x-amz-content-sha256 is not the SHA-256 of the body.";
                refused("XAmzContentSHA256Mismatch", text)
            }
        }
    }

    /// What comes in chunks, each `SIZE;chunk-signature=SIGNATURE`, its bytes, and last one without
    /// bytes, which trailers may follow.
    fn chunks(&self, key: Option<&hmac::Key>, body: &Bytes) -> Result<Bytes, Refusal> {
        let torn = || refuse("IncompleteBody", "The body is not in chunks as it says.");
        let (mut rest, mut whole) = (&body[..], BytesMut::new());
        let mut before = self.signature.to_owned();
        loop {
            let (line, after) = line(rest).ok_or_else(torn)?;
            let (size, extension) = line.split_once(';').unwrap_or((line, ""));
            let size = usize::from_str_radix(size.trim(), 16).map_err(|_| torn())?;
            let (chunk, after) = after.split_at_checked(size).ok_or_else(torn)?;
            if let Some(key) = key {
                let text = format!("{before}\n{EMPTY}\n{}", sha256_hex(chunk));
                let expected = self.sign(key, "AWS4-HMAC-SHA256-PAYLOAD", &text);
                if extension.strip_prefix("chunk-signature=") != Some(&expected) {
                    return refused("SignatureDoesNotMatch", "A chunk's signature does not match.");
                }
                before = expected;
            }
            if size == 0 {
                break;
            }
            whole.extend_from_slice(chunk);
            rest = after.strip_prefix(b"\r\n").ok_or_else(torn)?;
        }
        Ok(whole.freeze())
    }
}

/// A line, and what follows it.
fn line(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    Some((std::str::from_utf8(&bytes[..end]).ok()?, &bytes[end + 2..]))
}

/// The Unix second of `20260131T000000Z`.
fn second(text: &str) -> Option<i64> {
    let part = |from: usize, to: usize| text.get(from..to);
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    if date.len() != 8 || time.len() != 6 {
        return None;
    }
    let local = Time::from_local(&format!(
        "{}-{}-{} {}:{}:{}",
        part(0, 4)?,
        part(4, 6)?,
        part(6, 8)?,
        part(9, 11)?,
        part(11, 13)?,
        part(13, 15)?
    ))?;
    Some(local.0 / 1000 + Time(0).date().second)
}

/// Who signed a request to `path` (decoded) at `now`, a Unix second.
///
/// # Errors
/// `AccessDenied`, `AuthorizationHeaderMalformed`, `InvalidAccessKeyId`, `RequestTimeTooSkewed`,
/// `SignatureDoesNotMatch`, `XAmzContentSHA256Mismatch`, `IncompleteBody`.
pub fn verify(
    head: &Parts,
    path: &str,
    query: &Query,
    body: &Bytes,
    now: i64,
) -> Result<Verified, Refusal> {
    let Some(signed) = Signed::read(&head.headers, query) else {
        let text = "The Authorization header is `AWS4-HMAC-SHA256 Credential=..., \
                    SignedHeaders=..., Signature=...`, with x-amz-date and x-amz-content-sha256.";
        return refused("AuthorizationHeaderMalformed", text);
    };
    let Some(account) = Account::of(signed.secret_id) else {
        let text = format!("The SecretId `{}` is not known.", signed.secret_id);
        return refused("InvalidAccessKeyId", text);
    };
    signed.check_time(now)?;
    if !signed.covers(&head.headers) {
        let text = "The signature must cover the headers host and x-amz-*.";
        return refused("AccessDenied", text);
    }
    let key = signed.key(SECRET_KEY);
    if signed.expected(&key, head, path, query).as_deref() != Some(signed.signature) {
        let text = "The signature does not match; check the SecretKey and what was signed.";
        return refused("SignatureDoesNotMatch", text);
    }
    // No action of this cloud gives out temporary credentials, so no token can be right.
    let token = text(&head.headers, "x-amz-security-token");
    if token.or(parameter(query, "X-Amz-Security-Token")).is_some_and(|token| !token.is_empty()) {
        return refused("AccessDenied", "The token in x-amz-security-token is not known.");
    }
    let body = signed.body(&key, body)?;
    let region = signed.place().map_or("", |(_, region)| region).to_owned();
    Ok(Verified { account, region, body })
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    /// The keys and the moment of the published examples.
    const PUBLISHED_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    const TIME: &str = "20130524T000000Z";
    const NOW: i64 = 1_369_353_600;

    fn head(method: &str, uri: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    fn authorization(id: &str, headers: &str, signature: &str) -> String {
        format!(
            "{ALGORITHM} Credential={id}/20130524/us-east-1/s3/aws4_request, \
             SignedHeaders={headers}, Signature={signature}"
        )
    }

    fn query(head: &Parts) -> Vec<(String, String)> {
        let pairs = head.uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        pairs.map(|(a, b)| (percent::decode(a).unwrap(), percent::decode(b).unwrap())).collect()
    }

    /// What a head says that its signature is, and what it should be.
    fn signatures(head: &Parts, key: &str) -> (String, String) {
        let query = query(head);
        let signed = Signed::read(&head.headers, &query).unwrap();
        let path = percent::decode(head.uri.path()).unwrap();
        let expected = signed.expected(&signed.key(key), head, &path, &query).unwrap();
        (signed.signature.to_owned(), expected)
    }

    #[test]
    fn the_published_signatures_verify() {
        let get = authorization(
            "AKIAIOSFODNN7EXAMPLE",
            "host;range;x-amz-content-sha256;x-amz-date",
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        );
        let host = ("host", "examplebucket.s3.amazonaws.com");
        let get = head(
            "GET",
            "/test.txt",
            &[
                host,
                ("range", "bytes=0-9"),
                ("x-amz-content-sha256", EMPTY),
                ("x-amz-date", TIME),
                ("authorization", &get),
            ],
        );
        let url = format!(
            "/test.txt?X-Amz-Algorithm={ALGORITHM}&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524\
             %2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date={TIME}&X-Amz-Expires=86400\
             &X-Amz-SignedHeaders=host&X-Amz-Signature=\
             aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        );
        let url = head("GET", &url, &[host]);
        for head in [get, url] {
            let (signed, expected) = signatures(&head, PUBLISHED_KEY);
            assert_eq!(signed, expected);
            assert_ne!(signed, signatures(&head, "another key").1);
        }
    }

    #[test]
    fn the_published_chunks_verify() {
        let authorization = authorization(
            "AKIAIOSFODNN7EXAMPLE",
            "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;\
             x-amz-decoded-content-length;x-amz-storage-class",
            "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
        );
        let head = head(
            "PUT",
            "/examplebucket/chunkObject.txt",
            &[
                ("host", "s3.amazonaws.com"),
                ("x-amz-date", TIME),
                ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
                ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
                ("content-encoding", "aws-chunked"),
                ("x-amz-decoded-content-length", "66560"),
                ("content-length", "66824"),
                ("authorization", &authorization),
            ],
        );
        let (signed, expected) = signatures(&head, PUBLISHED_KEY);
        assert_eq!(signed, expected);
        let chunk = |size: usize, signature: &str| {
            format!("{size:x};chunk-signature={signature}\r\n{}\r\n", "a".repeat(size))
        };
        let first = "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648";
        let second = "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497";
        let last = "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9";
        let body = [chunk(65536, first), chunk(1024, second), chunk(0, last)].concat();
        let signed = Signed::read(&head.headers, &[]).unwrap();
        let key = signed.key(PUBLISHED_KEY);
        let whole = signed.body(&key, &body.clone().into()).unwrap();
        assert_eq!(whole, "a".repeat(66560));
        let code = |body: String| signed.body(&key, &body.into()).unwrap_err().code.into_owned();
        assert_eq!(code(body.replacen("aaa", "aba", 1)), "SignatureDoesNotMatch");
        assert_eq!(code(body[..body.len() - 200].to_owned()), "IncompleteBody");
    }

    /// A request of this cloud's own account.
    fn own(change: impl Fn(&mut Vec<(&str, String)>)) -> Result<Verified, String> {
        let mut headers = vec![
            ("host", "127.0.0.1:4588".to_owned()),
            ("x-amz-content-sha256", EMPTY.to_owned()),
            ("x-amz-date", TIME.to_owned()),
        ];
        let names = "host;x-amz-content-sha256;x-amz-date";
        let unsigned = ("authorization", authorization("AKIDEMULATOR", names, "0"));
        let pairs: Vec<_> = headers.iter().map(|(name, value)| (*name, &**value)).collect();
        let draft =
            head("GET", "/b-1250000000/k", &[&pairs[..], &[(unsigned.0, &unsigned.1)]].concat());
        let signature = signatures(&draft, SECRET_KEY).1;
        headers.push(("authorization", authorization("AKIDEMULATOR", names, &signature)));
        change(&mut headers);
        let pairs: Vec<_> = headers.iter().map(|(name, value)| (*name, &**value)).collect();
        let head = head("GET", "/b-1250000000/k", &pairs);
        verify(&head, "/b-1250000000/k", &[], &Bytes::new(), NOW)
            .map_err(|refusal| refusal.code.into_owned())
    }

    #[test]
    fn a_changed_request_does_not_verify() {
        let verified = own(|_| {}).unwrap();
        assert_eq!(
            (&*verified.account.secret_id, &*verified.region),
            ("AKIDEMULATOR", "us-east-1")
        );
        let change = |at: usize, from: &'static str, to: &'static str| {
            own(move |headers| headers[at].1 = headers[at].1.replace(from, to)).unwrap_err()
        };
        assert_eq!(change(0, "4588", "4589"), "SignatureDoesNotMatch");
        assert_eq!(change(3, "Signature=", "Signature=0"), "SignatureDoesNotMatch");
        assert_eq!(change(3, "AKIDEMULATOR", "AKIDSTRANGER"), "InvalidAccessKeyId");
        assert_eq!(change(2, "T00", "T01"), "RequestTimeTooSkewed");
        assert_eq!(change(3, "s3/aws4", "ec2/aws4"), "AuthorizationHeaderMalformed");
        assert_eq!(change(3, "host;", ""), "AccessDenied");
        let more = own(|headers| headers.push(("x-amz-acl", "public-read".to_owned())));
        assert_eq!(more, Err("AccessDenied".to_owned()));
    }
}
