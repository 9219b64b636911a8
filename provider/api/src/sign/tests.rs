//! The vectors were produced by the vendor's Python SDK with its clock and keys fixed.

use super::*;

const TIMESTAMP: u64 = 1_700_000_000;
const BODY: &str = r#"{"FunctionName": "hello", "Namespace": "default"}"#;

fn signer() -> Signer {
    Signer::new(Credential {
        secret_id: "AKIDEXAMPLE".into(),
        secret_key: "SECRETEXAMPLE".into(),
        token: None,
    })
}

fn post<'a>(host: &'a str, payload_hash: &'a str) -> ToSign<'a> {
    ToSign { method: "POST", query: "", content_type: "application/json", host, payload_hash }
}

fn signature(service: &str, request: ToSign<'_>) -> String {
    let header = signer().authorization(service, TIMESTAMP, request);
    header.rsplit_once("Signature=").unwrap().1.to_owned()
}

#[test]
fn vector_a_every_step() {
    let hash = payload_hash(BODY.as_bytes());
    assert_eq!(hash, "3b7522c405e279504c80f0dd7e6aa877b54e2997f338c9c44567fb0770fc589a");

    let canonical = canonical_request(post("scf.tencentcloudapi.com", &hash));
    assert_eq!(
        canonical,
        format!(
            "POST\n/\n\ncontent-type:application/json\nhost:scf.tencentcloudapi.com\n\n\
             content-type;host\n{hash}"
        )
    );
    assert_eq!(
        payload_hash(canonical.as_bytes()),
        "770d546d2807fbc63d73701ceba260155b61e384ac9a35b2ea9ba79b095aa9b2"
    );
    assert_eq!(
        signer().authorization("scf", TIMESTAMP, post("scf.tencentcloudapi.com", &hash)),
        "TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/2023-11-14/scf/tc3_request, \
         SignedHeaders=content-type;host, \
         Signature=e3548dd57bd8e048b14bfe6c71a609d7710b03725a5bd05da8778a2c61540b84"
    );
}

#[test]
fn vector_b_a_token_is_not_signed() {
    let with_token = Signer::new(Credential {
        token: Some("TOKENEXAMPLE".into()),
        ..signer().credential().clone()
    });
    let hash = payload_hash(BODY.as_bytes());
    let request = post("scf.tencentcloudapi.com", &hash);
    assert_eq!(
        with_token.authorization("scf", TIMESTAMP, request),
        signer().authorization("scf", TIMESTAMP, request)
    );
}

#[test]
fn vector_c_empty_body() {
    let hash = payload_hash(b"{}");
    assert_eq!(hash, "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    assert_eq!(
        signature("vpc", post("vpc.tencentcloudapi.com", &hash)),
        "33bd4a50d50da83150f7acf91bd3580e96415fed5227015ee697e338ff59a29d"
    );
}

#[test]
fn vector_d_get_signs_the_query() {
    let request = ToSign {
        method: "GET",
        query: "Limit=20&Offset=0",
        content_type: "application/x-www-form-urlencoded",
        host: "vpc.tencentcloudapi.com",
        payload_hash: &payload_hash(b""),
    };
    assert_eq!(
        signature("vpc", request),
        "3f8e400bcc2b3c86299ddcd2c4c66c446001ba8c1bc9e8a2654577eecd3f16de"
    );
}

#[test]
fn vector_e_unsigned_payload() {
    let hash = payload_hash(b"UNSIGNED-PAYLOAD");
    assert_eq!(hash, "438d4109ef0d676b8c2c7ed13cdfcb418e494d53b843d4634ce3b1085f07bb96");
    assert_eq!(
        signature("scf", post("scf.tencentcloudapi.com", &hash)),
        "d26b65221278c99fb043e6f9f8cc5f5cfcf0b6bd77d21d8f20bcb123a7abd063"
    );
}

#[test]
fn vector_f_local_host_with_port() {
    let hash = payload_hash(BODY.as_bytes());
    assert_eq!(
        signature("scf", post("127.0.0.1:8787", &hash)),
        "c6b6f4a0251e962ff849c5548040c1aa97636c84058c52735ada2b0051720b2c"
    );
}

#[test]
fn vector_g_escaped_text_is_signed_as_sent() {
    let hash = payload_hash(br#"{"Description": "\u4f60\u597d"}"#);
    assert_eq!(
        signature("scf", post("scf.tencentcloudapi.com", &hash)),
        "406a32ecfba0b23e050422c54e159a9a6b81a06b12f41bf0a894621dacc264ed"
    );
}

#[test]
fn header_values_are_compared_trimmed_and_in_lower_case() {
    let hash = payload_hash(b"{}");
    let shouting =
        ToSign { content_type: " Application/JSON ", ..post("VPC.tencentcloudapi.com", &hash) };
    assert_eq!(
        signature("vpc", shouting),
        signature("vpc", post("vpc.tencentcloudapi.com", &hash))
    );
}

#[test]
fn the_key_follows_the_day_and_the_service() {
    let signer = signer();
    let hash = payload_hash(b"{}");
    let request = post("scf.tencentcloudapi.com", &hash);
    for (service, timestamp) in
        [("scf", TIMESTAMP), ("vpc", TIMESTAMP), ("scf", TIMESTAMP + 86_400), ("scf", TIMESTAMP)]
    {
        let cached = signer.authorization(service, timestamp, request);
        assert_eq!(cached, self::signer().authorization(service, timestamp, request));
    }
    assert_eq!(signer.keys.lock().unwrap().len(), 2, "one key for each service");
}

#[test]
fn dates_are_utc_and_know_leap_years() {
    for (timestamp, date) in [
        (0, "1970-01-01"),
        (951_782_399, "2000-02-28"),
        (951_782_400, "2000-02-29"),
        (951_868_800, "2000-03-01"),
        (1_703_980_799, "2023-12-30"),
        (1_704_067_199, "2023-12-31"),
        (1_704_067_200, "2024-01-01"),
        (1_709_164_800, "2024-02-29"),
        (4_107_542_400, "2100-03-01"),
    ] {
        assert_eq!(utc_date(timestamp), date, "{timestamp}");
    }
}

#[test]
fn the_vendor_s_signature_of_the_object_storage() {
    let request = CosRequest {
        method: "GET",
        path: "/a/ä b.txt",
        parameters: &[("uploads", ""), ("prefix", "x/y z")],
        headers: &[
            ("x-cos-acl", "public-read"),
            ("content-type", "text/plain; charset=utf-8"),
            ("host", "b-1250000000.cos.ap-guangzhou.myqcloud.com"),
        ],
    };
    assert_eq!(
        signer().cos_authorization(TIMESTAMP, request),
        "q-sign-algorithm=sha1&q-ak=AKIDEXAMPLE&q-sign-time=1699999940;1700003600\
         &q-key-time=1699999940;1700003600&q-header-list=content-type;host;x-cos-acl\
         &q-url-param-list=prefix;uploads&q-signature=7c3f61f356aca22242198b989dfbb94128e46df9"
    );
}
