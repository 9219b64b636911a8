//! The object storage: what is sent, what is repeated, and what an answer means.

use tencentcloud_api::cos::{
    self, Body, NewBucket, ObjectSettings, Place, VersioningConfiguration,
};
use tencentcloud_api::sign::{CosRequest, Signer};
use tencentcloud_api::{Class, Error};

use crate::server::{Reply, Request, Server, config};

const BUCKET: &str = "files-1250000000";

fn ok(body: &str) -> Reply {
    Reply::Raw(200, body.to_owned())
}

fn refused(status: u16, code: &str) -> Reply {
    let message = "the key SECRETEXAMPLE is wrong";
    let body = format!(
        "<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message>\
         <RequestId>r-1</RequestId></Error>"
    );
    Reply::Raw(status, body)
}

async fn put(server: &Server, size: usize) -> Result<String, Error> {
    let (place, body) = (Place::new(BUCKET, "a/ä b.txt"), Body::Bytes(vec![b'x'; size].into()));
    cos::upload(&server.client(), &place, &body, &ObjectSettings::default()).await
}

#[tokio::test]
async fn a_request_is_signed_and_names_bucket_key_and_region() {
    let server = Server::replying([ok("")]).await;
    put(&server, 5).await.unwrap();
    let [request] = &server.requests()[..] else { panic!("one request") };
    assert_eq!(request.target, format!("/{BUCKET}/a/%C3%A4%20b.txt"));
    assert_eq!(request.header("x-tc-region"), "ap-guangzhou");
    // The MD5 of five x.
    assert_eq!(request.header("content-md5"), "+w4ix5rHVnnpiB5roYOzVA==");
    let host = server.url.trim_start_matches("http://");
    let signature = Signer::new(config(&server.url).credential.unwrap()).cos_authorization(
        1_700_000_000,
        CosRequest {
            method: "PUT",
            path: &format!("/{BUCKET}/a/ä b.txt"),
            parameters: &[],
            headers: &[("host", host), ("content-md5", request.header("content-md5"))],
        },
    );
    assert_eq!(request.header("authorization"), signature);
}

#[tokio::test]
async fn a_refusal_tells_code_and_request_and_no_secret() {
    for (code, status, class) in [
        ("NoSuchBucket", 404, Class::NotFound),
        ("BucketNotEmpty", 409, Class::Conflict),
        ("AccessDenied", 403, Class::Unauthorized),
        ("SignatureDoesNotMatch", 403, Class::Credentials),
        ("RequestTimeTooSkewed", 403, Class::Clock),
    ] {
        let server = Server::replying([refused(status, code)]).await;
        let error = cos::delete_bucket(&server.client(), BUCKET).await.unwrap_err();
        assert_eq!((error.code(), error.class()), (Some(code), Some(class)));
        assert_eq!(error.request_id(), Some("r-1"));
        assert!(!error.explain().contains("SECRETEXAMPLE"), "{}", error.explain());
        assert_eq!(server.requests().len(), 1, "{code} is final");
    }
}

#[tokio::test]
async fn what_passes_is_repeated_and_a_bucket_never_made_twice() {
    let replies = [
        refused(503, "SlowDown"),
        refused(500, "InternalError"),
        Reply::Dropped,
        Reply::Raw(502, "<html>".to_owned()),
        ok(""),
    ];
    let server = Server::replying(replies).await;
    put(&server, 5).await.unwrap();
    assert_eq!(server.requests().len(), 5);
    let server = Server::replying([Reply::Dropped]).await;
    let made = cos::put_bucket(&server.client(), BUCKET, &NewBucket::default()).await;
    assert!(made.unwrap_err().may_have_taken_effect());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn settings_that_are_not_there_are_none_and_others_are_read() {
    let server = Server::replying([refused(404, "NoSuchCORSConfiguration")]).await;
    let found = cos::find_document::<cos::CorsConfiguration>(&server.client(), BUCKET).await;
    assert_eq!(found.unwrap(), None);
    assert_eq!(server.requests()[0].target, format!("/{BUCKET}/?cors"));
    let document = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    let server = Server::replying([ok(document)]).await;
    let found = cos::find_document(&server.client(), BUCKET).await.unwrap();
    assert_eq!(found, Some(VersioningConfiguration { status: "Enabled".to_owned() }));
    let server = Server::replying([ok("no document")]).await;
    let found = cos::find_document::<VersioningConfiguration>(&server.client(), BUCKET).await;
    assert!(matches!(found, Err(Error::Decode { .. })), "{found:?}");
}

/// What a server answers that takes an object in parts, of which the second is there already.
fn in_parts(request: &Request) -> Reply {
    let has = |text: &str| request.target.contains(text);
    // Two parts of x: the MD5 of 8 MB of them, and of what is left.
    let listed = "<ListPartsResult><Part><PartNumber>2</PartNumber>\
        <ETag>\"9dd4e461268c8034f5c8564e155c67a6\"</ETag></Part></ListPartsResult>";
    match () {
        () if has("?uploads&") => ok("<ListMultipartUploadsResult><Upload><Key>a/ä b.txt</Key>\
            <UploadId>old</UploadId></Upload></ListMultipartUploadsResult>"),
        () if has("part-number-marker") => ok(listed),
        () if has("partNumber=") => ok(""),
        () => ok(
            "<CompleteMultipartUploadResult><ETag>\"done\"</ETag></CompleteMultipartUploadResult>",
        ),
    }
}

#[tokio::test]
async fn an_interrupted_upload_goes_on_with_the_parts_that_are_missing() {
    let server = Server::start(in_parts).await;
    assert_eq!(put(&server, (8 << 20) + 1).await.unwrap(), "\"done\"");
    let sent = server.requests().into_iter().map(|request| request.target);
    let sent: Vec<_> = sent.filter(|target| target.contains("partNumber=")).collect();
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert!(sent[0].contains("partNumber=1&uploadId=old"), "{sent:?}");
}

#[tokio::test]
async fn an_upload_that_fails_with_status_200_has_failed() {
    let server = Server::start(|request| match in_parts(request) {
        Reply::Raw(_, body) if body.contains("Complete") => refused(200, "InvalidPart"),
        reply => reply,
    })
    .await;
    let failed = put(&server, (8 << 20) + 1).await.unwrap_err();
    assert_eq!(failed.code(), Some("InvalidPart"));
}
