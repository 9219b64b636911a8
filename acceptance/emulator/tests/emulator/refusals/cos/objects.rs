//! Objects, copies, and uploads in parts.

use super::{all, versioning, with};
use crate::cos::{Cos, texts};
use crate::refusals::letters;
use crate::support::client;

#[test]
fn objects_have_names_and_headers_that_fit() {
    let cos = Cos::new(client());
    let name = cos.bucket("objects");
    cos.put(&name, "old", "text");
    let put = |key: &str| cos.ask("PUT", &format!("/{name}/{key}")).body("new");
    let (long, meta) = (letters(851), letters(2 << 10));
    let argument = "InvalidArgument";
    all(
        &cos.client,
        vec![
            (put(&long).signed(), 400, "KeyTooLong", "A key may have 850 bytes"),
            (put("a\0b").signed(), 400, argument, "the character NUL"),
            (with(put("k"), "x-cos-meta-a", &meta), 400, "MetadataTooLarge", "may have 2 KB"),
            (
                with(put("old"), "x-cos-forbid-overwrite", "true"),
                409,
                "FileAlreadyExists",
                "may not be overwritten",
            ),
            (
                with(put("k"), "x-cos-server-side-encryption", "ROT13"),
                400,
                argument,
                "is AES256 or cos/kms, not ROT13",
            ),
            (with(put("k"), "x-cos-acl", "secret"), 400, argument, "There is no ACL `secret`"),
            (
                with(put("k"), "x-cos-object-lock-mode", "COMPLIANCE"),
                400,
                "InvalidRequest",
                "Object lock is not enabled",
            ),
        ],
    );
    assert_eq!(cos.list(&name, "").0, ["old"]);
    assert_eq!(cos.text(&name, "old"), "text");
    let fits = with(put(&letters(850)), "x-cos-forbid-overwrite", "true");
    assert_eq!(cos.client.send(&fits).status, 200, "850 bytes, and not there yet");
}

#[test]
fn a_delete_marker_is_no_object() {
    let cos = Cos::new(client());
    let name = cos.bucket("marked");
    versioning(&cos, &name, "Enabled");
    cos.put(&name, "k", "text");
    let deleted = cos.ask("DELETE", &format!("/{name}/k")).send();
    let id = deleted.head.split_once("x-cos-version-id: ").unwrap().1;
    let id = id.split("\r\n").next().unwrap();
    let marker = cos.ask("GET", &format!("/{name}/k?versionId={id}")).signed();
    all(&cos.client, vec![(marker, 405, "MethodNotAllowed", "a delete marker")]);
}

#[test]
fn copies_are_of_something() {
    let cos = Cos::new(client());
    let name = cos.bucket("copies");
    cos.put(&name, "k", "text");
    let begun = cos.ask("POST", &format!("/{name}/large?uploads")).send();
    let upload = texts(&begun.body, "UploadId").remove(0);
    let part = format!("/{name}/large?partNumber=1&uploadId={upload}");
    let place = format!("{name}.cos.ap-guangzhou.myqcloud.com");
    let copy =
        |source: &str| cos.ask("PUT", &format!("/{name}/copy")).header("x-cos-copy-source", source);
    let sound = format!("{place}/k");
    let beyond = cos.ask("PUT", &part).header("x-cos-copy-source", &sound);
    let (form, nowhere) = ("InvalidCopySource", format!("none.{place}/k"));
    all(
        &cos.client,
        vec![
            (copy(&place).signed(), 400, form, "is HOST/KEY, encoded"),
            (copy(&format!("{place}/%zz")).signed(), 400, form, "is HOST/KEY, encoded"),
            (copy(&nowhere).signed(), 404, "NoSuchBucket", "There is no none"),
            (copy(&format!("{place}/none")).signed(), 404, "NoSuchKey", "to copy does not exist"),
            (
                with(copy(&sound), "x-cos-metadata-directive", "Merge"),
                400,
                "InvalidArgument",
                "is Copy or Replaced, not Merge",
            ),
            (
                with(beyond, "x-cos-copy-source-range", "bytes=4-9"),
                416,
                "InvalidRange",
                "is outside of the object",
            ),
        ],
    );
    assert_eq!(cos.list(&name, "").0, ["k"]);
}

#[test]
fn uploads_and_deletions_are_of_at_least_one() {
    let cos = Cos::new(client());
    let name = cos.bucket("some");
    cos.put(&name, "k", "text");
    let begun = cos.ask("POST", &format!("/{name}/large?uploads")).send();
    let upload = texts(&begun.body, "UploadId").remove(0);
    let complete = cos.ask("POST", &format!("/{name}/large?uploadId={upload}"));
    let delete = |objects: &str| {
        let body = format!("<Delete>{objects}</Delete>");
        cos.ask("POST", &format!("/{name}?delete")).body(&body).signed()
    };
    let many = "<Object><Key>k</Key></Object>".repeat(1001);
    let xml = "MalformedXML";
    all(
        &cos.client,
        vec![
            (
                complete.body("<CompleteMultipartUpload/>").signed(),
                400,
                xml,
                "with at least one part",
            ),
            (delete("<Quiet>true</Quiet>"), 400, xml, "1 to 1000 objects"),
            (delete(&many), 400, xml, "1 to 1000 objects"),
        ],
    );
    assert_eq!(cos.text(&name, "k"), "text");
}
