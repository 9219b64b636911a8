//! `q-sign-algorithm=sha1`: whether a request to COS was signed by the account that it names.
//!
//! The signature stands in the Authorization header or, in a URL that is given away, in the query.
//! It covers the method, the path, and those parameters and headers that it lists.

use std::borrow::Cow;
use std::collections::BTreeMap;

use hyper::HeaderMap;
use hyper::http::request::Parts;
use ring::{digest, hmac};

use super::{header_or_host, text};
use crate::accounts::{Account, SECRET_KEY};
use crate::percent;
use crate::refusal::{Refusal, refuse, refused};

const ALGORITHM: &str = "q-sign-algorithm";
/// How much earlier than its own clock says a request may come.
const TOLERANCE_SECONDS: i64 = 900;

/// The parameters of a request's query, decoded, in their order.
pub type Query = [(String, String)];

/// Whether a request claims to be signed for COS.
#[must_use]
pub fn claims(headers: &HeaderMap, query: &Query) -> bool {
    header(headers).is_some() || query.iter().any(|(name, _)| name == ALGORITHM)
}

fn header(headers: &HeaderMap) -> Option<&str> {
    text(headers, "authorization").filter(|value| value.starts_with(ALGORITHM))
}

/// The parts of a signature.
struct Signed<'a>(BTreeMap<&'a str, Cow<'a, str>>);

impl<'a> Signed<'a> {
    fn read(headers: &'a HeaderMap, query: &'a Query) -> Self {
        let of_header = || {
            let fields = header(headers)?.split('&').filter_map(|field| field.split_once('='));
            // The header's lists may be encoded or not; their separators never mean anything else.
            let decoded = |text: &'a str| percent::decode(text).map_or(text.into(), Cow::Owned);
            Some(fields.map(|(name, value)| (name.trim(), decoded(value.trim()))).collect())
        };
        let of_query = || {
            let fields = query.iter().filter(|(name, _)| name.starts_with("q-"));
            fields.map(|(name, value)| (&**name, Cow::Borrowed(&**value))).collect()
        };
        Self(of_header().unwrap_or_else(of_query))
    }

    fn get(&self, name: &str) -> Result<&str, Refusal> {
        self.0.get(name).map(|value| &**value).ok_or_else(|| {
            refuse("AccessDenied", format!("The signature has no {name}; sign the request anew."))
        })
    }

    fn list(&self, name: &str) -> Result<impl Iterator<Item = &str>, Refusal> {
        Ok(self.get(name)?.split(';').filter(|name| !name.is_empty()))
    }
}

/// Who signed a request to `path` (decoded) at `now`, a Unix second; `None` when nobody claims to
/// have.
///
/// # Errors
/// `AccessDenied`, `InvalidAccessKeyId`, `RequestTimeTooSkewed`, `SignatureDoesNotMatch`.
pub fn verify(
    head: &Parts,
    path: &str,
    query: &Query,
    now: i64,
) -> Result<Option<Account>, Refusal> {
    if !claims(&head.headers, query) {
        return Ok(None);
    }
    let signed = Signed::read(&head.headers, query);
    if signed.get(ALGORITHM)? != "sha1" {
        return refused("AccessDenied", "The only q-sign-algorithm is sha1.");
    }
    let id = signed.get("q-ak")?;
    let Some(account) = Account::of(id) else {
        return refused("InvalidAccessKeyId", format!("The SecretId `{id}` is not known."));
    };
    let key_time = signed.get("q-key-time")?;
    check_time(key_time, now)?;
    check_time(signed.get("q-sign-time")?, now)?;
    let request = format!(
        "{}\n{path}\n{}\n{}\n",
        head.method.as_str().to_lowercase(),
        parameters(&signed, query)?,
        headers(&signed, head)?
    );
    let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, request.as_bytes());
    let to_sign = format!("sha1\n{key_time}\n{}\n", hex(digest.as_ref()));
    let key = hex(mac(SECRET_KEY, key_time).as_ref());
    if hex(mac(&key, &to_sign).as_ref()) != signed.get("q-signature")? {
        let text = "The signature does not match; check the SecretKey and what was signed.";
        return refused("SignatureDoesNotMatch", text);
    }
    // No action of this cloud gives out temporary credentials, so no token can be right.
    if text(&head.headers, "x-cos-security-token").is_some_and(|token| !token.is_empty()) {
        return refused("AccessDenied", "The token in x-cos-security-token is not known.");
    }
    Ok(Some(account))
}

/// A span of Unix seconds, `START;END`.
fn check_time(span: &str, now: i64) -> Result<(), Refusal> {
    let bounds = span
        .split_once(';')
        .and_then(|(start, end)| Some((start.parse::<i64>().ok()?, end.parse::<i64>().ok()?)));
    let Some((start, end)) = bounds else {
        return refused("AccessDenied", "A time of the signature is not START;END.");
    };
    if now > end {
        return refused("AccessDenied", "Request has expired.");
    }
    if now < start - TOLERANCE_SECONDS {
        let text = format!("The signature begins at {start}, and it is {now} here; set the clock.");
        return refused("RequestTimeTooSkewed", text);
    }
    Ok(())
}

/// The signed parameters, in the order of their names.
fn parameters(signed: &Signed<'_>, query: &Query) -> Result<String, Refusal> {
    let mut lines = BTreeMap::new();
    for name in signed.list("q-url-param-list")? {
        let named = |sent: &str| same_name(sent, name);
        let Some((sent, value)) = query.iter().find(|(sent, _)| named(sent)) else {
            return unsent(name);
        };
        lines.insert(percent::encode(sent).to_lowercase(), percent::encode(value));
    }
    Ok(joined(&lines))
}

/// The signed headers, in the order of their names.
fn headers(signed: &Signed<'_>, head: &Parts) -> Result<String, Refusal> {
    let mut lines = BTreeMap::new();
    for name in signed.list("q-header-list")? {
        let Some(value) = header_or_host(head, &name.to_lowercase()) else { return unsent(name) };
        lines.insert(percent::encode(name).to_lowercase(), percent::encode(value.trim()));
    }
    Ok(joined(&lines))
}

/// Lists name things encoded or not.
fn same_name(sent: &str, listed: &str) -> bool {
    sent.eq_ignore_ascii_case(listed) || percent::encode(sent).eq_ignore_ascii_case(listed)
}

fn unsent<T>(name: &str) -> Result<T, Refusal> {
    let text = format!("The signature covers `{name}`, which the request does not have.");
    refused("SignatureDoesNotMatch", text)
}

fn joined(lines: &BTreeMap<String, String>) -> String {
    let lines: Vec<_> = lines.iter().map(|(name, value)| format!("{name}={value}")).collect();
    lines.join("&")
}

fn mac(key: &str, text: &str) -> hmac::Tag {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
    hmac::sign(&key, text.as_bytes())
}

/// Bytes in lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    /// Signed by the vendor's SDK for Python with this cloud's keys, its clock at 1700000000.
    const SIGNED: &str = "q-sign-algorithm=sha1&q-ak=AKIDEMULATOR&q-sign-time=1699999940;1700010000&q-key-time=1699999940;1700010000\
         &q-header-list=content-length;content-type;host&q-url-param-list=tagging;versionid&q-signature=dad47c1726f2243b9f5a6f6bbbee3d06822b7fae";
    const NOW: i64 = 1_700_000_000;

    fn head(authorization: &str, host: &str) -> Parts {
        let request = Request::builder()
            .method("PUT")
            .uri("/a/%C3%A4%20b.txt?tagging=&versionId=x%2Fy")
            .header("host", host)
            .header("content-length", "0")
            .header("content-type", "text/plain; charset=utf-8")
            .header("authorization", authorization);
        request.body(()).unwrap().into_parts().0
    }

    fn verified(authorization: &str, host: &str, path: &str, now: i64) -> Result<String, String> {
        let query = [("tagging", ""), ("versionId", "x/y")];
        let query = query.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let found = verify(&head(authorization, host), path, &query, now);
        found
            .map(|account| account.map_or_else(String::new, |account| account.secret_id))
            .map_err(|refusal| refusal.code.into_owned())
    }

    const HOST: &str = "b-1250000000.cos.ap-guangzhou.myqcloud.com";
    const PATH: &str = "/a/ä b.txt";

    #[test]
    fn the_vendor_s_signature_verifies() {
        assert_eq!(verified(SIGNED, HOST, PATH, NOW), Ok("AKIDEMULATOR".to_owned()));
        assert_eq!(verified("", HOST, PATH, NOW), Ok(String::new()));
    }

    #[test]
    fn a_changed_request_does_not_verify() {
        let code = |signed: &str, host, path| verified(signed, host, path, NOW).unwrap_err();
        assert_eq!(code(SIGNED, "c-1250000000.cos.x", PATH), "SignatureDoesNotMatch");
        assert_eq!(code(SIGNED, HOST, "/other"), "SignatureDoesNotMatch");
        let less = SIGNED.replace("content-type;host", "host");
        assert_eq!(code(&less, HOST, PATH), "SignatureDoesNotMatch");
        let more = SIGNED.replace("content-type;host", "content-type;host;range");
        assert_eq!(code(&more, HOST, PATH), "SignatureDoesNotMatch");
        let stranger = SIGNED.replace("AKIDEMULATOR", "AKIDSTRANGER");
        assert_eq!(code(&stranger, HOST, PATH), "InvalidAccessKeyId");
        assert_eq!(code("q-sign-algorithm=md5", HOST, PATH), "AccessDenied");
        assert_eq!(code("q-sign-algorithm=sha1", HOST, PATH), "AccessDenied");
    }

    #[test]
    fn a_signature_holds_for_its_time() {
        assert_eq!(verified(SIGNED, HOST, PATH, NOW + 10_001), Err("AccessDenied".to_owned()));
        let early = verified(SIGNED, HOST, PATH, NOW - 1000);
        assert_eq!(early, Err("RequestTimeTooSkewed".to_owned()));
    }
}
