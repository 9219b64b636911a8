//! TC3-HMAC-SHA256, the signature of API 3.0.
//!
//! A request is signed over its method, query, two headers (`content-type` and `host`) and the
//! hash of its body; region, version and token are not covered. The path is always `/`.

mod cos;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use ring::{digest, hmac};

use crate::credential::Credential;

pub use cos::CosRequest;

const ALGORITHM: &str = "TC3-HMAC-SHA256";
const SIGNED_HEADERS: &str = "content-type;host";

/// The parts of a request that its signature covers.
#[derive(Debug, Clone, Copy)]
pub struct ToSign<'a> {
    /// `POST` or `GET`.
    pub method: &'a str,
    /// The query exactly as sent, empty for POST.
    pub query: &'a str,
    /// The `Content-Type` header as sent.
    pub content_type: &'a str,
    /// The `Host` header as sent: with the port when the URL states one.
    pub host: &'a str,
    /// What [`payload_hash`] makes of the body.
    pub payload_hash: &'a str,
}

/// The hash of a request body, or of the literal `UNSIGNED-PAYLOAD`, in lower-case hex.
pub fn payload_hash(body: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, body).as_ref())
}

/// Signs requests with one credential and remembers the key it derived for the day.
pub struct Signer {
    credential: Credential,
    keys: Mutex<HashMap<String, DayKey>>,
}

/// The signing key of one service, good for one UTC day.
struct DayKey {
    date: String,
    key: hmac::Key,
}

impl Signer {
    /// A signer for this credential.
    pub fn new(credential: Credential) -> Self {
        Self { credential, keys: Mutex::default() }
    }

    /// The credential it signs with.
    pub fn credential(&self) -> &Credential {
        &self.credential
    }

    /// The `Authorization` header for a request to `service` at `timestamp` (Unix seconds).
    pub fn authorization(&self, service: &str, timestamp: u64, request: ToSign<'_>) -> String {
        let date = utc_date(timestamp);
        let scope = format!("{date}/{service}/tc3_request");
        let canonical = payload_hash(canonical_request(request).as_bytes());
        let to_sign = format!("{ALGORITHM}\n{timestamp}\n{scope}\n{canonical}");
        let signature = self.with_key(service, &date, |key| hmac::sign(key, to_sign.as_bytes()));
        format!(
            "{ALGORITHM} Credential={}/{scope}, SignedHeaders={SIGNED_HEADERS}, Signature={}",
            self.credential.secret_id.expose(),
            hex(signature.as_ref()),
        )
    }

    fn with_key<T>(&self, service: &str, date: &str, sign: impl FnOnce(&hmac::Key) -> T) -> T {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        match keys.get(service) {
            Some(known) if known.date == date => sign(&known.key),
            _ => {
                let key = signing_key(self.credential.secret_key.expose(), date, service);
                let result = sign(&key);
                keys.insert(service.to_owned(), DayKey { date: date.to_owned(), key });
                result
            }
        }
    }
}

fn canonical_request(request: ToSign<'_>) -> String {
    let ToSign { method, query, content_type, host, payload_hash } = request;
    let content_type = content_type.trim().to_lowercase();
    let host = host.trim().to_lowercase();
    format!(
        "{method}\n/\n{query}\ncontent-type:{content_type}\nhost:{host}\n\n\
         {SIGNED_HEADERS}\n{payload_hash}"
    )
}

fn signing_key(secret_key: &str, date: &str, service: &str) -> hmac::Key {
    let root = hmac::Key::new(hmac::HMAC_SHA256, format!("TC3{secret_key}").as_bytes());
    [date, service, "tc3_request"].iter().fold(root, |key, part| {
        hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, part.as_bytes()).as_ref())
    })
}

/// The UTC date of a Unix time as `YYYY-MM-DD`.
fn utc_date(timestamp: u64) -> String {
    // Counting years from March puts the leap day last, which makes the month arithmetic regular
    // (days are counted from 0000-03-01; an era is the 400 years after which the calendar repeats).
    let days = timestamp / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
