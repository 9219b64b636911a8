//! The words of clients that speak the protocol of S3, which COS understands, too: where it says
//! `x-cos-`, they say `x-amz-`.

use hyper::HeaderMap;
use hyper::header::{CONTENT_ENCODING, HeaderName, HeaderValue};

const OWN: &str = "x-cos-";
const THEIRS: &str = "x-amz-";
/// What belongs to the signature or the way of the body.
const OF_THE_WAY: &[&str] =
    &["x-amz-content-sha256", "x-amz-date", "x-amz-security-token", "x-amz-decoded-content-length"];

/// The headers of a request in COS's own words.
pub(super) fn heard(headers: &HeaderMap) -> HeaderMap {
    let mut own = headers.clone();
    for (name, value) in headers {
        let Some(rest) = name.as_str().strip_prefix(THEIRS) else { continue };
        if OF_THE_WAY.contains(&name.as_str()) {
            continue;
        }
        let value = match value.as_bytes() {
            b"COPY" if rest == "metadata-directive" => HeaderValue::from_static("Copy"),
            b"REPLACE" if rest == "metadata-directive" => HeaderValue::from_static("Replaced"),
            _ => value.clone(),
        };
        if let Ok(name) = HeaderName::try_from(format!("{OWN}{rest}")) {
            own.insert(name, value);
        }
    }
    let encoding = own.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok());
    if let Some(encoding) = encoding.map(str::to_owned) {
        let left = encoding.split(',').map(str::trim).filter(|part| *part != "aws-chunked");
        let left: Vec<_> = left.collect();
        own.remove(CONTENT_ENCODING);
        if let Ok(left) = HeaderValue::try_from(left.join(","))
            && !left.is_empty()
        {
            own.insert(CONTENT_ENCODING, left);
        }
    }
    own
}

/// The headers of an answer, each in both words.
pub(super) fn told(headers: &mut Vec<(String, String)>) {
    let mut theirs = Vec::new();
    for (name, value) in headers.iter() {
        let Some(rest) = name.strip_prefix(OWN) else { continue };
        let value = if value == "cos/kms" { "aws:kms" } else { value };
        let rest = rest.replace("cos-kms-key-id", "aws-kms-key-id");
        theirs.push((format!("{THEIRS}{rest}"), value.to_owned()));
    }
    headers.append(&mut theirs);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_understood_and_answered() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-amz-acl", "private"),
            ("x-amz-date", "20130524T000000Z"),
            ("x-amz-metadata-directive", "REPLACE"),
            ("content-encoding", "aws-chunked,gzip"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let own = heard(&headers);
        assert_eq!(own["x-cos-acl"], "private");
        assert_eq!(own["x-cos-metadata-directive"], "Replaced");
        assert_eq!(own["content-encoding"], "gzip");
        assert!(!own.contains_key("x-cos-date"));
        let mut answer = vec![("x-cos-version-id".to_owned(), "v".to_owned())];
        told(&mut answer);
        assert_eq!(answer[1], ("x-amz-version-id".to_owned(), "v".to_owned()));
    }
}
