//! Signatures of the object storage: its own, and those of S3.

use super::{Row, all, with};
use crate::cos::Cos;
use crate::support::{Request, client};

#[test]
fn a_signature_covers_what_is_sent_and_has_a_time() {
    let cos = Cos::new(client());
    let name = cos.bucket("signed");
    let path = format!("/{name}/k");
    cos.put(&name, "k", "text");
    let get = || cos.ask("GET", &path);
    let mut less = cos.ask("GET", &format!("{path}?response-expires=0")).signed();
    less.target.clone_from(&path);
    let mut bare = with(get(), "x-cos-meta-a", "1");
    bare.set("x-cos-meta-a", "");
    let mut other = with(get(), "x-cos-meta-a", "1");
    other.set("x-cos-meta-a", "2");
    let mut none = get().signed();
    none.set("Authorization", "q-sign-algorithm=sha1&q-ak=AKIDEMULATOR");
    let (denied, wrong) = ("AccessDenied", "SignatureDoesNotMatch");
    all(
        &cos.client,
        vec![
            (with(get(), "x-cos-security-token", "t"), 403, denied, "The token in x-cos-security"),
            (get().signed_for("soon"), 403, denied, "is not START;END"),
            (get().signed_for("1;soon"), 403, denied, "is not START;END"),
            (less, 403, wrong, "covers `response-expires`"),
            (bare, 403, wrong, "covers `x-cos-meta-a`"),
            (other, 403, wrong, "The signature does not match"),
            (none, 403, denied, "The signature has no q-key-time"),
        ],
    );
    assert_eq!(cos.text(&name, "k"), "text");
}

/// A request with the signature of S3 in its header, at a time.
fn s3(cos: &Cos, authorization: &str, date: &str) -> Request {
    let ask = cos.ask("GET", "/").at("127.0.0.1").header("x-amz-date", date);
    let mut request = ask.header("x-amz-content-sha256", "UNSIGNED-PAYLOAD").unsigned();
    request.set("Authorization", authorization);
    request
}

/// A URL that is given away, signed at a time, for so many seconds.
fn given(cos: &Cos, date: &str, expires: &str) -> Request {
    let scope = format!("{}/{}/ap-guangzhou/s3/aws4_request", cos.client.secret_id, &date[..8]);
    let query = format!(
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={scope}&X-Amz-Date={date}\
         &X-Amz-Expires={expires}&X-Amz-SignedHeaders=host&X-Amz-Signature=0"
    );
    cos.ask("GET", &format!("/?{query}")).at("127.0.0.1").unsigned()
}

#[test]
fn a_signature_of_s3_is_whole_and_of_its_time() {
    let cos = Cos::new(client());
    let id = &cos.client.secret_id;
    let signed = format!(
        "AWS4-HMAC-SHA256 Credential={id}/20200101/ap-guangzhou/s3/aws4_request, \
         SignedHeaders=host, Signature=0"
    );
    let torn = signed.replace("Signature=", "Sign=");
    let (day, other) = ("20200101T000000Z", "20200102T000000Z");
    let (denied, malformed) = ("AccessDenied", "AuthorizationHeaderMalformed");
    let query = "AuthorizationQueryParametersError";
    let rows: Vec<Row> = vec![
        (s3(&cos, &torn, day), 400, malformed, "The Authorization header is"),
        (s3(&cos, &signed, "yesterday"), 403, denied, "The signature's time is none"),
        (s3(&cos, &signed, "2020T000000Z"), 403, denied, "The signature's time is none"),
        (s3(&cos, &signed, other), 400, malformed, "with the date of the signature"),
        (s3(&cos, &signed, day), 403, "RequestTimeTooSkewed", "The request was signed at"),
        (given(&cos, day, "0"), 400, query, "is 1 to 604800 seconds"),
        (given(&cos, day, "604801"), 400, query, "is 1 to 604800 seconds"),
        (given(&cos, day, "60"), 403, denied, "Request has expired"),
    ];
    all(&cos.client, rows);
}
