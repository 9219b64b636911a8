//! Uploads in parts.

use super::{Cos, code, texts};
use crate::support::client;

fn begin(cos: &Cos, bucket: &str, key: &str) -> String {
    let begun = cos.ask("POST", &format!("/{bucket}/{key}?uploads")).send();
    texts(&begun.body, "UploadId").remove(0)
}

fn part(cos: &Cos, path: &str, number: u32, upload: &str, body: &str) -> String {
    let path = format!("{path}?partNumber={number}&uploadId={upload}");
    let page = cos.ask("PUT", &path).body(body).send();
    assert_eq!(page.status, 200, "{page:?}");
    let etag = page.head.lines().find_map(|line| line.strip_prefix("ETag: "));
    etag.unwrap().to_owned()
}

fn completion(parts: &[(u32, &str)]) -> String {
    let parts: String = parts
        .iter()
        .map(|(number, etag)| {
            format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>")
        })
        .collect();
    format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>")
}

#[test]
fn parts_become_one_object() {
    let cos = Cos::new(client());
    let name = cos.bucket("parts");
    let (path, large) = (format!("/{name}/k"), "x".repeat(1 << 20));
    let upload = begin(&cos, &name, "k");
    let second = part(&cos, &path, 2, &upload, "end");
    let first = part(&cos, &path, 1, &upload, &large);
    let unused = part(&cos, &path, 7, &upload, "unused");
    let listed = cos.ask("GET", &format!("{path}?uploadId={upload}")).send().body;
    assert_eq!(texts(&listed, "PartNumber"), ["1", "2", "7"]);
    assert_eq!(texts(&listed, "ETag")[2], unused);
    let page = cos.ask("GET", &format!("{path}?uploadId={upload}&max-parts=1")).send().body;
    assert_eq!(texts(&page, "NextPartNumberMarker"), ["1"]);
    let uploads = cos.ask("GET", &format!("/{name}?uploads&prefix=k")).send().body;
    assert_eq!(texts(&uploads, "UploadId"), [&*upload]);
    let complete =
        |body: String| cos.ask("POST", &format!("{path}?uploadId={upload}")).body(&body).send();
    assert_eq!(code(&complete(completion(&[(2, &second), (1, &first)]))).1, "InvalidPartOrder");
    assert_eq!(code(&complete(completion(&[(1, &second)]))).1, "InvalidPart");
    assert_eq!(code(&complete(completion(&[(2, &second), (7, &unused)]))).1, "EntityTooSmall");
    let completed = complete(completion(&[(1, &first), (2, &second)]));
    assert!(texts(&completed.body, "ETag")[0].ends_with("-2\""), "{}", completed.body);
    assert!(cos.text(&name, "k") == format!("{large}end"));
    assert_eq!(code(&complete(completion(&[(1, &first)]))), (404, "NoSuchUpload".to_owned()));
    // Nothing of the upload is left beside the object.
    cos.ask("DELETE", &path).send();
    assert_eq!(cos.ask("DELETE", &format!("/{name}")).send().status, 204);
}

#[test]
fn an_upload_that_is_given_up_leaves_nothing() {
    let cos = Cos::new(client());
    let name = cos.bucket("given-up");
    let upload = begin(&cos, &name, "k");
    part(&cos, &format!("/{name}/k"), 1, &upload, "some");
    let path = format!("/{name}/k?uploadId={upload}");
    assert_eq!(cos.ask("DELETE", &path).send().status, 204);
    assert_eq!(code(&cos.ask("GET", &path).send()).1, "NoSuchUpload");
    let bad = cos.ask("PUT", &format!("/{name}/k?partNumber=0&uploadId={upload}")).send();
    assert_eq!(code(&bad).1, "NoSuchUpload");
    assert_eq!(cos.ask("DELETE", &format!("/{name}")).send().status, 204);
}

#[test]
fn a_part_may_be_sent_again_and_has_a_sound_number() {
    let cos = Cos::new(client());
    let name = cos.bucket("again");
    let (path, upload) = (format!("/{name}/k"), begin(&cos, &name, "k"));
    let old = part(&cos, &path, 1, &upload, "old");
    let new = part(&cos, &path, 1, &upload, "new");
    assert_ne!(old, new);
    let bad = cos.ask("PUT", &format!("{path}?partNumber=10001&uploadId={upload}")).send();
    assert_eq!(code(&bad).1, "InvalidArgument");
    let body = completion(&[(1, &new)]);
    cos.ask("POST", &format!("{path}?uploadId={upload}")).body(&body).send();
    assert_eq!(cos.text(&name, "k"), "new");
}
