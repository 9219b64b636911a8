//! TC3-HMAC-SHA256: whether a request was signed by the account it names.
//!
//! The order of the checks is the order in which the cloud complains: the header's syntax (here in
//! [`Authorization::parse`]), then, once the action is known, the timestamp, the SecretId, the
//! signature and the token (in [`Keyring::verify`]).

pub mod cos;
pub mod sigv4;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, PoisonError, RwLock};

use hyper::HeaderMap;
use hyper::http::request::Parts;
use ring::{digest, hmac};

use crate::accounts::{Account, SECRET_KEY};
use crate::clock::date_of_second;
use crate::refusal::{Refusal, refuse, refused};

const ALGORITHM: &str = "TC3-HMAC-SHA256";
const MAX_SKEW_SECONDS: i64 = 300;
const MAX_CACHED_KEYS: usize = 4096;
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// A request's Authorization header, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authorization<'a> {
    /// A signature.
    Signed(Signed<'a>),
    /// `SKIP`, which a few actions allow.
    Skip,
}

/// A TC3 signature and what it claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed<'a> {
    /// The whole credential, `ID/DATE/SERVICE/tc3_request`.
    credential: &'a str,
    /// Who claims to have signed.
    pub secret_id: &'a str,
    date: &'a str,
    /// The service it was signed for.
    pub service: &'a str,
    headers: &'a str,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    /// Reads the header.
    ///
    /// # Errors
    /// `AuthFailure.InvalidAuthorization` when there is none or it is no TC3 signature.
    pub fn parse(headers: &'a HeaderMap) -> Result<Self, Refusal> {
        match text(headers, "authorization") {
            Some("SKIP") => Ok(Self::Skip),
            Some(header) => Signed::parse(header).map(Self::Signed).ok_or_else(|| {
                let text = "The Authorization header must be `TC3-HMAC-SHA256 Credential=SecretId/Date/\
                            service/tc3_request, SignedHeaders=content-type;host, Signature=...`.";
                refuse("AuthFailure.InvalidAuthorization", text)
            }),
            None => refused(
                "AuthFailure.InvalidAuthorization",
                "The request has no Authorization header; sign it with TC3-HMAC-SHA256.",
            ),
        }
    }
}

impl<'a> Signed<'a> {
    fn parse(header: &'a str) -> Option<Self> {
        let fields = header.strip_prefix(ALGORITHM)?.strip_prefix(' ')?;
        let (mut credential, mut headers, mut signature) = (None, None, None);
        for field in fields.split(',') {
            let (name, value) = field.trim().split_once('=')?;
            let slot = match name {
                "Credential" => &mut credential,
                "SignedHeaders" => &mut headers,
                "Signature" => &mut signature,
                _ => return None,
            };
            if slot.replace(value).is_some() {
                return None;
            }
        }
        let (credential, headers, signature) = (credential?, headers?, signature?);
        let scope: Vec<_> = credential.split('/').collect();
        let [secret_id, date, service, "tc3_request"] = scope[..] else { return None };
        let names: Vec<_> = headers.split(';').collect();
        let enough = names.contains(&"content-type") && names.contains(&"host");
        let hexadecimal = signature.len() == 64 && signature.bytes().all(|b| b.is_ascii_hexdigit());
        let whole = !secret_id.is_empty() && !service.is_empty() && enough && hexadecimal;
        whole.then_some(Self { credential, secret_id, date, service, headers, signature })
    }
}

/// The signing keys that are in use: deriving one costs three HMACs, and a client signs every
/// request of a day with the same.
#[derive(Default)]
pub struct Keyring(RwLock<HashMap<String, Arc<Identity>>>);

struct Identity {
    account: Arc<Account>,
    key: hmac::Key,
}

impl Keyring {
    /// Who signed the request, if the signature is sound at `now` (a Unix second).
    ///
    /// # Errors
    /// `AuthFailure.*`, in the order of the module's description.
    pub fn verify(
        &self,
        signed: &Signed<'_>,
        head: &Parts,
        body: &[u8],
        now: i64,
    ) -> Result<Arc<Account>, Refusal> {
        let timestamp = timestamp(&head.headers, now)?;
        if signed.date != date_of_second(timestamp) {
            let text = "The date of the credential scope is not the UTC date of X-TC-Timestamp.";
            return refused("AuthFailure.SignatureFailure", text);
        }
        let identity = self.identity(signed)?;
        let Some(canonical) = canonical_request(signed, head, body) else {
            let text = "SignedHeaders names a header that the request does not have.";
            return refused("AuthFailure.SignatureFailure", text);
        };
        let scope = &signed.credential[signed.secret_id.len() + 1..];
        let to_sign =
            format!("{ALGORITHM}\n{timestamp}\n{scope}\n{}", sha256_hex(canonical.as_bytes()));
        let sound = unhex(signed.signature)
            .is_some_and(|tag| hmac::verify(&identity.key, to_sign.as_bytes(), &tag).is_ok());
        if !sound {
            let text = "The signature does not match; check the SecretKey and what was signed.";
            return refused("AuthFailure.SignatureFailure", text);
        }
        // No action of this cloud gives out temporary credentials, so no token can be right.
        if text(&head.headers, "x-tc-token").is_some_and(|token| !token.is_empty()) {
            return refused("AuthFailure.TokenFailure", "The token in X-TC-Token is not known.");
        }
        Ok(Arc::clone(&identity.account))
    }

    fn identity(&self, signed: &Signed<'_>) -> Result<Arc<Identity>, Refusal> {
        if let Some(known) =
            self.0.read().unwrap_or_else(PoisonError::into_inner).get(signed.credential)
        {
            return Ok(Arc::clone(known));
        }
        let Some(account) = Account::of(signed.secret_id) else {
            let text = format!("The SecretId `{}` is not known.", signed.secret_id);
            return refused("AuthFailure.SecretIdNotFound", text);
        };
        let key = signing_key(SECRET_KEY, signed.date, signed.service);
        let identity = Arc::new(Identity { account: Arc::new(account), key });
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_CACHED_KEYS {
            known.clear();
        }
        known.insert(signed.credential.to_owned(), Arc::clone(&identity));
        Ok(identity)
    }
}

fn timestamp(headers: &HeaderMap, now: i64) -> Result<i64, Refusal> {
    let Some(sent) = text(headers, "x-tc-timestamp") else {
        return refused("MissingParameter", "The header X-TC-Timestamp is missing.");
    };
    let Ok(timestamp) = sent.parse::<i64>() else {
        return refused("InvalidParameter", "X-TC-Timestamp is not a Unix time in seconds.");
    };
    if now.abs_diff(timestamp) > MAX_SKEW_SECONDS.unsigned_abs() {
        let text = format!(
            "X-TC-Timestamp {timestamp} is more than five minutes away from the server's {now}; \
             set the clock."
        );
        return refused("AuthFailure.SignatureExpire", text);
    }
    Ok(timestamp)
}

/// The request as it was signed; `None` when a signed header is missing.
fn canonical_request(signed: &Signed<'_>, head: &Parts, body: &[u8]) -> Option<String> {
    let is_get = head.method == hyper::Method::GET;
    let query = if is_get { head.uri.query().unwrap_or_default() } else { "" };
    let mut canonical = format!("{}\n/\n{query}\n", head.method);
    for name in signed.headers.split(';') {
        let value = header_or_host(head, name)?.trim().to_lowercase();
        let _ = writeln!(canonical, "{name}:{value}");
    }
    let unsigned = text(&head.headers, "x-tc-content-sha256") == Some(UNSIGNED_PAYLOAD);
    let payload = match (unsigned, is_get) {
        (true, _) => UNSIGNED_PAYLOAD.as_bytes(),
        (false, true) => b"",
        (false, false) => body,
    };
    let _ = write!(canonical, "\n{}\n{}", signed.headers, sha256_hex(payload));
    Some(canonical)
}

/// A header's value; the host may stand in the request line alone when a proxy is spoken to.
fn header_or_host<'a>(head: &'a Parts, name: &str) -> Option<&'a str> {
    let of_uri = || head.uri.authority().map(hyper::http::uri::Authority::as_str);
    text(&head.headers, name).or_else(|| if name == "host" { of_uri() } else { None })
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn signing_key(secret_key: &str, date: &str, service: &str) -> hmac::Key {
    let step = |key: &[u8], text: &str| {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes())
    };
    let of_date = step(format!("TC3{secret_key}").as_bytes(), date);
    let of_service = step(of_date.as_ref(), service);
    hmac::Key::new(hmac::HMAC_SHA256, step(of_service.as_ref(), "tc3_request").as_ref())
}

/// The SHA-256 of some bytes, in lower-case hexadecimal.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    digest::digest(&digest::SHA256, bytes).as_ref().iter().fold(
        String::with_capacity(64),
        |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        },
    )
}

fn unhex(hex: &str) -> Option<Vec<u8>> {
    hex.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests;
