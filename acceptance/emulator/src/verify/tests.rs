//! Signatures that are right, and every way in which one is wrong.

use hyper::Request;

use super::*;

const NOW: i64 = 1_700_000_000;
const BODY: &str = r#"{"FunctionName": "hello", "Namespace": "default"}"#;

/// One of the official signer's worked examples, signed with `SECRETEXAMPLE`.
struct Vector {
    method: &'static str,
    uri: &'static str,
    host: &'static str,
    content_type: &'static str,
    service: &'static str,
    body: &'static str,
    extra: &'static [(&'static str, &'static str)],
    signature: &'static str,
}

const A: Vector = Vector {
    method: "POST",
    uri: "/",
    host: "scf.tencentcloudapi.com",
    content_type: "application/json",
    service: "scf",
    body: BODY,
    extra: &[],
    signature: "e3548dd57bd8e048b14bfe6c71a609d7710b03725a5bd05da8778a2c61540b84",
};

const VECTORS: &[Vector] = &[
    A,
    Vector { extra: &[("x-tc-language", "en-US")], ..A },
    Vector {
        host: "vpc.tencentcloudapi.com",
        service: "vpc",
        body: "{}",
        signature: "33bd4a50d50da83150f7acf91bd3580e96415fed5227015ee697e338ff59a29d",
        ..A
    },
    Vector {
        method: "GET",
        uri: "/?Limit=20&Offset=0",
        host: "vpc.tencentcloudapi.com",
        content_type: "application/x-www-form-urlencoded",
        service: "vpc",
        body: "",
        signature: "3f8e400bcc2b3c86299ddcd2c4c66c446001ba8c1bc9e8a2654577eecd3f16de",
        ..A
    },
    Vector {
        extra: &[("x-tc-content-sha256", "UNSIGNED-PAYLOAD")],
        signature: "d26b65221278c99fb043e6f9f8cc5f5cfcf0b6bd77d21d8f20bcb123a7abd063",
        ..A
    },
    Vector {
        host: "127.0.0.1:8787",
        signature: "c6b6f4a0251e962ff849c5548040c1aa97636c84058c52735ada2b0051720b2c",
        ..A
    },
    Vector {
        body: r#"{"Description": "\u4f60\u597d"}"#,
        signature: "406a32ecfba0b23e050422c54e159a9a6b81a06b12f41bf0a894621dacc264ed",
        ..A
    },
];

impl Vector {
    fn authorization(&self) -> String {
        format!(
            "TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2023-11-14/{}/tc3_request, \
             SignedHeaders=content-type;host, Signature={}",
            self.service, self.signature
        )
    }

    fn head(&self, authorization: &str) -> Parts {
        let mut request = Request::builder()
            .method(self.method)
            .uri(self.uri)
            .header("host", self.host)
            .header("content-type", self.content_type)
            .header("x-tc-timestamp", NOW)
            .header("authorization", authorization);
        for (name, value) in self.extra {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }
}

/// A ring that knows the examples' key, which is none of this cloud's.
fn ring() -> Keyring {
    let ring = Keyring::default();
    let account = Account::of(crate::accounts::SECRET_ID).unwrap();
    for service in ["scf", "vpc"] {
        let key = signing_key("SECRETEXAMPLE", "2023-11-14", service);
        let identity = Identity { account: Arc::new(account.clone()), key };
        let credential = format!("AKIDEXAMPLE/2023-11-14/{service}/tc3_request");
        ring.0.write().unwrap().insert(credential, Arc::new(identity));
    }
    ring
}

fn verified(vector: &Vector, authorization: &str, now: i64) -> Result<Arc<Account>, Refusal> {
    let head = vector.head(authorization);
    match Authorization::parse(&head.headers)? {
        Authorization::Signed(signed) => ring().verify(&signed, &head, vector.body.as_bytes(), now),
        Authorization::Skip => panic!("nothing was skipped"),
    }
}

fn code(vector: &Vector, authorization: &str, now: i64) -> String {
    verified(vector, authorization, now).unwrap_err().code.into_owned()
}

#[test]
fn the_official_signers_examples_verify() {
    for vector in VECTORS {
        let verified = verified(vector, &vector.authorization(), NOW);
        assert!(verified.is_ok(), "{} {}: {verified:?}", vector.host, vector.signature);
    }
}

#[test]
fn the_derived_key_is_the_official_one() {
    let step = |key: &[u8], text: &str| {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes())
    };
    let date = step(b"TC3SECRETEXAMPLE", "2023-11-14");
    let hex: String = date.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "627f442b7b172f3e6919fc3a3d962a33c3586a855323015e7a8b795092a41af8");
}

#[test]
fn a_changed_request_does_not_verify() {
    let failure = "AuthFailure.SignatureFailure";
    let sound = A.authorization();
    assert_eq!(code(&Vector { body: "{}", ..A }, &sound, NOW), failure);
    assert_eq!(code(&Vector { host: "scf.example.com", ..A }, &sound, NOW), failure);
    assert_eq!(code(&Vector { content_type: "text/plain", ..A }, &sound, NOW), failure);
    assert_eq!(code(&A, &sound.replace("e3548", "f3548"), NOW), failure);
    let unsent = sound.replace("content-type;host", "content-type;host;x-tc-action");
    assert_eq!(code(&A, &unsent, NOW), failure);
}

#[test]
fn old_and_future_timestamps_expire() {
    assert!(verified(&A, &A.authorization(), NOW + 300).is_ok());
    assert!(verified(&A, &A.authorization(), NOW - 300).is_ok());
    assert_eq!(code(&A, &A.authorization(), NOW + 301), "AuthFailure.SignatureExpire");
    assert_eq!(code(&A, &A.authorization(), NOW - 301), "AuthFailure.SignatureExpire");
}

#[test]
fn the_scopes_date_is_the_timestamps() {
    let tomorrow = A.authorization().replace("2023-11-14", "2023-11-15");
    assert_eq!(code(&A, &tomorrow, NOW), "AuthFailure.SignatureFailure");
}

#[test]
fn unknown_secret_ids_are_told_apart_from_wrong_signatures() {
    let stranger = A.authorization().replace("AKIDEXAMPLE", "AKIDSTRANGER");
    assert_eq!(code(&A, &stranger, NOW), "AuthFailure.SecretIdNotFound");
}

#[test]
fn a_token_that_nobody_gave_out_fails_after_the_signature() {
    let with_token = Vector { extra: &[("x-tc-token", "TOKENEXAMPLE")], ..A };
    assert_eq!(code(&with_token, &A.authorization(), NOW), "AuthFailure.TokenFailure");
    let broken = A.authorization().replace("e3548", "f3548");
    assert_eq!(code(&with_token, &broken, NOW), "AuthFailure.SignatureFailure");
}

#[test]
fn headers_that_are_no_tc3_signature_are_malformed() {
    let sound = A.authorization();
    for malformed in [
        "",
        "Basic YTpi",
        &sound.replace("TC3-HMAC-SHA256", "TC3-HMAC-SHA1"),
        &sound.replace("tc3_request", "tc2_request"),
        &sound.replace("/scf/", "//"),
        &sound.replace("content-type;host", "host"),
        &sound.replace("Signature=e", "Signature="),
        &sound.replace("Signature=e", "Signature=g"),
        &format!("{sound}, Extra=1"),
        &format!("{sound}, Signature={}", A.signature),
    ] {
        assert_eq!(code(&A, malformed, NOW), "AuthFailure.InvalidAuthorization", "{malformed}");
    }
}

#[test]
fn skip_is_read_as_such_and_the_header_must_be_there() {
    let head = A.head("SKIP");
    assert_eq!(Authorization::parse(&head.headers), Ok(Authorization::Skip));
    let none = Authorization::parse(&HeaderMap::new()).unwrap_err();
    assert_eq!(none.code, "AuthFailure.InvalidAuthorization");
}
