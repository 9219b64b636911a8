//! Replication.

use super::{Cos, code, texts};
use crate::support::client;

fn rule(cos: &Cos, target: &str, rest: &str) -> String {
    format!(
        "<ReplicationConfiguration><Role>qcs::cam::uin/1:uin/1</Role><Rule><Status>Enabled</Status>\
         {rest}<Destination><Bucket>qcs::cos:{}::{target}</Bucket>\
         <StorageClass>STANDARD_IA</StorageClass></Destination></Rule></ReplicationConfiguration>",
        cos.client.region
    )
}

fn keep_versions(cos: &Cos, bucket: &str, status: &str) -> crate::support::Page {
    let on =
        format!("<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>");
    cos.ask("PUT", &format!("/{bucket}?versioning")).body(&on).send()
}

#[test]
fn what_is_put_is_put_into_the_other_bucket_too() {
    let cos = Cos::new(client());
    let (source, target) = (cos.bucket("source"), cos.bucket("target"));
    let path = format!("/{source}?replication");
    let put = |rest: &str| cos.ask("PUT", &path).body(&rule(&cos, &target, rest)).send();
    assert_eq!(
        code(&cos.ask("GET", &path).send()),
        (404, "ReplicationConfigurationNotFoundError".to_owned())
    );
    assert_eq!(code(&put("")), (400, "InvalidRequest".to_owned()));
    assert_eq!(keep_versions(&cos, &source, "Enabled").status, 200);
    assert_eq!(code(&put("")).1, "InvalidRequest", "the destination keeps no versions");
    assert_eq!(keep_versions(&cos, &target, "Enabled").status, 200);
    cos.put(&source, "in/before", "before");
    assert_eq!(put("<Prefix>in/</Prefix>").status, 200);
    assert!(cos.ask("GET", &path).send().body.contains("<Prefix>in/</Prefix>"));
    let version = cos.put(&source, "in/a", "text");
    let header = "x-cos-version-id: ";
    let version = version.head.split_once(header).unwrap().1.split("\r\n").next().unwrap();
    cos.put(&source, "out/a", "text");
    assert_eq!(cos.list(&target, "").0, ["in/a"]);
    assert_eq!(cos.text(&target, "in/a"), "text");
    let (_, replica) = cos.ask("HEAD", &format!("/{target}/in/a")).head();
    for line in [
        "x-cos-replication-status: replica\r\n".to_owned(),
        "x-cos-storage-class: standard_ia\r\n".to_owned(),
        format!("x-cos-version-id: {}\r\n", version.to_lowercase()),
    ] {
        assert!(replica.contains(&line), "{line} {replica}");
    }
    let (_, origin) = cos.ask("HEAD", &format!("/{source}/in/a")).head();
    assert!(origin.contains("x-cos-replication-status: completed\r\n"), "{origin}");
    // A copied marker hides the copy; its version stays.
    assert_eq!(cos.ask("DELETE", &format!("/{source}/in/a")).send().status, 204);
    assert_eq!(code(&cos.ask("GET", &format!("/{target}/in/a")).send()).1, "NoSuchKey");
    let all = cos.ask("GET", &format!("/{target}?versions")).send().body;
    assert_eq!(texts(&all, "VersionId").len(), 2, "{all}");
    assert_eq!(
        code(&keep_versions(&cos, &source, "Suspended")),
        (409, "InvalidBucketState".to_owned())
    );
    assert_eq!(cos.ask("DELETE", &path).send().status, 204);
    cos.put(&source, "in/b", "text");
    assert_eq!(code(&cos.ask("GET", &format!("/{target}/in/b")).send()).1, "NoSuchKey");
}

#[test]
fn markers_tags_and_kms_keys_are_looked_at() {
    let cos = Cos::new(client());
    let (source, target) = (cos.bucket("from"), cos.bucket("to"));
    for bucket in [&source, &target] {
        keep_versions(&cos, bucket, "Enabled");
    }
    let path = format!("/{source}?replication");
    let tagged = "<Filter><And><Tag><Key>copy</Key><Value>yes</Value></Tag></And></Filter>";
    assert_eq!(cos.ask("PUT", &path).body(&rule(&cos, &target, tagged)).send().status, 200);
    cos.put(&source, "plain", "text");
    let ask = cos.ask("PUT", &format!("/{source}/tagged")).header("x-cos-tagging", "copy=yes");
    assert_eq!(ask.body("text").send().status, 200);
    assert_eq!(cos.list(&target, "").0, ["tagged"]);
    let no_markers = "<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>";
    assert_eq!(cos.ask("PUT", &path).body(&rule(&cos, &target, no_markers)).send().status, 200);
    let ask = cos.ask("PUT", &format!("/{source}/secret"));
    let ask = ask.header("x-cos-server-side-encryption", "cos/kms");
    assert_eq!(ask.body("text").send().status, 200);
    cos.put(&source, "open", "text");
    cos.ask("DELETE", &format!("/{source}/open")).send();
    assert_eq!(cos.list(&target, "").0, ["open", "tagged"]);
}
