//! The signature of the object storage: `q-sign-algorithm=sha1`.
//!
//! It covers the method, the path, and whatever parameters and headers the signer lists; here all
//! parameters and all headers that mean anything. It holds for a span of time.

use std::collections::BTreeMap;

use ring::{digest, hmac};

use super::{Signer, hex};

/// How long a signature holds, in seconds, so that a long upload ends in time.
const SPAN: u64 = 3600;
/// How much the cloud's clock may be behind this machine's.
const TOLERANCE: u64 = 60;

/// The parts of a request to the object storage that its signature covers.
#[derive(Debug, Clone, Copy)]
pub struct CosRequest<'a> {
    /// `PUT`, `GET` and so on.
    pub method: &'a str,
    /// The path, not encoded.
    pub path: &'a str,
    /// The parameters of the query, not encoded.
    pub parameters: &'a [(&'a str, &'a str)],
    /// The headers, with `host`.
    pub headers: &'a [(&'a str, &'a str)],
}

impl Signer {
    /// The `Authorization` header of a request that is sent at `timestamp` (Unix seconds).
    pub fn cos_authorization(&self, timestamp: u64, request: CosRequest<'_>) -> String {
        let span = format!("{};{}", timestamp.saturating_sub(TOLERANCE), timestamp + SPAN);
        let (headers, header_list) = lines(request.headers);
        let (parameters, parameter_list) = lines(request.parameters);
        let method = request.method.to_lowercase();
        let signed = format!("{method}\n{}\n{parameters}\n{headers}\n", request.path);
        let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, signed.as_bytes());
        let to_sign = format!("sha1\n{span}\n{}\n", hex(digest.as_ref()));
        let key = mac(self.credential.secret_key.expose(), &span);
        let signature = mac(&key, &to_sign);
        format!(
            "q-sign-algorithm=sha1&q-ak={}&q-sign-time={span}&q-key-time={span}\
             &q-header-list={header_list}&q-url-param-list={parameter_list}&q-signature={signature}",
            self.credential.secret_id.expose(),
        )
    }
}

/// `NAME=VALUE&...` in the order of the names, and the list of the names.
fn lines(pairs: &[(&str, &str)]) -> (String, String) {
    let encoded: BTreeMap<_, _> = pairs
        .iter()
        .map(|(name, value)| (encode(name).to_lowercase(), encode(value.trim())))
        .collect();
    let lines: Vec<_> = encoded.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let names: Vec<_> = encoded.into_keys().collect();
    (lines.join("&"), names.join(";"))
}

/// The text with everything encoded but letters, digits and `-_.~`.
fn encode(text: &str) -> String {
    crate::cos::encode(text, "-_.~")
}

fn mac(key: &str, text: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
    hex(hmac::sign(&key, text.as_bytes()).as_ref())
}
