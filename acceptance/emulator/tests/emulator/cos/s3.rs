//! Clients that speak S3.

use std::fmt::Write as _;

use ring::{digest, hmac};

use super::{Cos, code, texts};
use crate::support::{Page, Request, client};

const TIME_OF_DAY: u64 = 86_400;

/// A client that signs as those of S3 do.
struct S3 {
    cos: Cos,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn sha(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// `20260131T000000Z` of now.
fn stamp() -> String {
    let now = crate::support::now();
    let (days, second) = (i64::try_from(now / TIME_OF_DAY).unwrap(), now % TIME_OF_DAY);
    // Years from March, in eras of 400.
    let shifted = days + 719_468;
    let (era, day) = (shifted / 146_097, shifted % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}{month:02}{date:02}T{hour:02}{minute:02}{second:02}Z")
}

impl S3 {
    fn key(&self, scope: &str) -> hmac::Key {
        let start = format!("AWS4{}", self.cos.client.secret_key);
        let start = hmac::Key::new(hmac::HMAC_SHA256, start.as_bytes());
        scope.split('/').fold(start, |key, part| {
            hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, part.as_bytes()).as_ref())
        })
    }

    /// A request to a path without characters that need encoding, and a query in order.
    fn ask(&self, method: &'static str, target: &str, more: &[(&str, &str)], body: &str) -> Page {
        self.ask_with(method, target, more, body, &sha(body.as_bytes()))
    }

    fn ask_with(
        &self,
        method: &'static str,
        target: &str,
        more: &[(&str, &str)],
        body: &str,
        payload: &str,
    ) -> Page {
        let time = stamp();
        let scope = format!("{}/{}/s3/aws4_request", &time[..8], self.cos.client.region);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut headers: Vec<(String, String)> = vec![
            ("host".to_owned(), "127.0.0.1".to_owned()),
            ("x-amz-content-sha256".to_owned(), payload.to_owned()),
            ("x-amz-date".to_owned(), time.clone()),
        ];
        headers.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        headers.sort();
        let names: Vec<_> = headers.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(";");
        let lines: String =
            headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let canonical = format!("{method}\n{path}\n{query}\n{lines}\n{names}\n{payload}");
        let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", sha(canonical.as_bytes()));
        let signature = hex(hmac::sign(&self.key(&scope), to_sign.as_bytes()).as_ref());
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            self.cos.client.secret_id
        );
        let mut request =
            Request { method, target: target.to_owned(), headers: vec![], body: body.to_owned() };
        for (name, value) in &headers {
            request.set(name, value);
        }
        request.set("authorization", &authorization);
        self.cos.client.send(&request)
    }
}

#[test]
fn a_client_of_s3_is_understood() {
    let s3 = S3 { cos: Cos::new(client()) };
    let name = s3.cos.name("amz");
    let put = s3.ask("PUT", &format!("/{name}"), &[("x-amz-acl", "private")], "");
    assert_eq!(put.status, 200, "{put:?}");
    let meta = [("x-amz-meta-a", "1"), ("x-amz-storage-class", "STANDARD_IA")];
    for key in ["a", "b", "c"] {
        assert_eq!(s3.ask("PUT", &format!("/{name}/{key}"), &meta, "text").status, 200);
    }
    let got = s3.ask("GET", &format!("/{name}/a"), &[], "");
    assert_eq!(got.body, "text");
    assert!(got.head.contains("x-amz-meta-a: 1\r\n"), "{}", got.head);
    // The same objects, whoever asks.
    assert_eq!(s3.cos.text(&name, "a"), "text");
    let first = s3.ask("GET", &format!("/{name}?list-type=2&max-keys=2"), &[], "");
    assert_eq!(texts(&first.body, "Key"), ["a", "b"]);
    assert_eq!(texts(&first.body, "KeyCount"), ["2"]);
    let token = texts(&first.body, "NextContinuationToken").remove(0);
    let query = format!("continuation-token={token}&list-type=2&max-keys=2");
    let second = s3.ask("GET", &format!("/{name}?{query}"), &[], "");
    assert_eq!(texts(&second.body, "Key"), ["c"]);
    let copied = [("x-amz-copy-source", &*format!("/{name}/a"))];
    assert_eq!(s3.ask("PUT", &format!("/{name}/d"), &copied, "").status, 200);
    assert_eq!(s3.cos.text(&name, "d"), "text");
    assert_eq!(s3.ask("DELETE", &format!("/{name}/d"), &[], "").status, 204);
}

#[test]
fn a_signature_of_s3_is_checked() {
    let mut s3 = S3 { cos: Cos::new(client()) };
    let name = s3.cos.bucket("checked");
    let target = format!("/{name}/k");
    let other = s3.ask_with("PUT", &target, &[], "text", &sha(b"other"));
    assert_eq!(code(&other), (400, "XAmzContentSHA256Mismatch".to_owned()));
    assert_eq!(s3.ask_with("PUT", &target, &[], "text", "UNSIGNED-PAYLOAD").status, 200);
    let kind = "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD";
    let unknown = s3.ask_with("PUT", &target, &[], "text", kind);
    assert_eq!(code(&unknown), (501, "NotImplemented".to_owned()));
    let token = s3.ask("GET", &target, &[("x-amz-security-token", "token")], "");
    assert_eq!(code(&token), (403, "AccessDenied".to_owned()));
    s3.cos.client.secret_key = "wrong".to_owned();
    let wrong = s3.ask("GET", &target, &[], "");
    assert_eq!(code(&wrong), (403, "SignatureDoesNotMatch".to_owned()));
}

#[test]
fn a_bucket_is_made_in_the_region_that_the_signature_names() {
    let s3 = S3 { cos: Cos::new(client().in_region("ap-shanghai")) };
    let name = s3.cos.name("near");
    assert_eq!(s3.ask("PUT", &format!("/{name}"), &[], "").status, 200);
    let location = s3.cos.ask("GET", &format!("/{name}?location")).send();
    assert_eq!(texts(&location.body, "LocationConstraint"), ["ap-shanghai"]);
    let far = S3 { cos: Cos::new(s3.cos.client.in_region("ap-beijing")) };
    let missing = far.ask("GET", &format!("/{name}/k"), &[], "");
    assert_eq!(code(&missing), (404, "NoSuchBucket".to_owned()));
}
