//! Buckets, and what lists ask for.

use serde_json::json;

use super::{all, documents, versioning, with};
use crate::cos::{Cos, code};
use crate::support::client;

#[test]
fn buckets_are_made_by_somebody_and_somewhere() {
    let cos = Cos::new(client());
    let path = format!("/{}", cos.name("new"));
    let put = || cos.ask("PUT", &path);
    let of = |member: &str, value: &str| {
        let text = format!("<{member}>{value}</{member}>");
        put().body(&format!("<CreateBucketConfiguration>{text}</CreateBucketConfiguration>"))
    };
    all(
        &cos.client,
        vec![
            (cos.ask("GET", "/").unsigned(), 403, "AccessDenied", "Access Denied"),
            (put().unsigned(), 403, "AccessDenied", "Access Denied"),
            (
                put().at("cos.mars.myqcloud.com").signed(),
                400,
                "InvalidRegionName",
                "There is no region mars",
            ),
            (
                with(put().at("127.0.0.1"), "x-tc-region", "venus"),
                400,
                "InvalidRegionName",
                "There is no region venus",
            ),
            (of("BucketAZConfig", "TWO").signed(), 400, "InvalidArgument", "BucketAZConfig is MAZ"),
            (
                of("BucketArchConfig", "HDFS").signed(),
                400,
                "InvalidArgument",
                "BucketArchConfig is OFS",
            ),
            (
                with(put(), "x-cos-acl", "secret"),
                400,
                "InvalidArgument",
                "There is no ACL `secret`",
            ),
        ],
    );
    assert_eq!(cos.ask("HEAD", &path).head().0, 404);
}

#[test]
fn an_account_has_so_many_buckets() {
    let cos = Cos::new(client());
    cos.bucket("first");
    // Buckets are the account's in all regions, and so is the quota.
    let account = &cos.client.secret_id;
    let quota = json!({"account": account, "region": "ap-shanghai", "name": "cos.buckets",
                       "limit": 1});
    assert_eq!(cos.client.console("POST", "quotas", &quota).status, 200);
    let shown = cos.client.look(&format!("quotas?account={account}&region=ap-tokyo"));
    assert_eq!(shown["cos.buckets"], 1);
    let second = cos.ask("PUT", &format!("/{}", cos.name("second"))).send();
    assert_eq!(code(&second), (400, "TooManyBuckets".to_owned()));
}

#[test]
fn lists_ask_for_what_there_is() {
    let cos = Cos::new(client());
    let name = cos.bucket("lists");
    let list = |query: &str| cos.ask("GET", &format!("/{name}?{query}")).signed();
    all(
        &cos.client,
        vec![
            (list("max-keys=many"), 400, "InvalidArgument", "max-keys is no number"),
            (list("versions&max-keys=-1"), 400, "InvalidArgument", "max-keys is no number"),
            (list("encoding-type=rot13"), 400, "InvalidArgument", "There is no encoding rot13"),
            (list("uploads&delimiter=/"), 501, "NotImplemented", "without a delimiter"),
        ],
    );
}

#[test]
fn a_bucket_that_is_a_file_system_lacks_much() {
    let cos = Cos::new(client());
    let name = cos.name("files");
    let kind = "<CreateBucketConfiguration><BucketArchConfig>OFS</BucketArchConfig>\
                </CreateBucketConfiguration>";
    assert_eq!(cos.ask("PUT", &format!("/{name}")).body(kind).send().status, 200);
    let on = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    let on = cos.ask("PUT", &format!("/{name}?versioning")).body(on).signed();
    let site = cos.ask("GET", &format!("/{name}?website")).signed();
    all(
        &cos.client,
        vec![
            (on, 405, "MethodNotAllowed", "has no Versioning"),
            (site, 405, "MethodNotAllowed", "has no Website"),
        ],
    );
}

#[test]
fn a_bucket_without_a_website_has_no_pages() {
    let cos = Cos::new(client());
    let name = cos.bucket("plain");
    cos.put(&name, "index.html", "home");
    let host = format!("{name}.cos-website.ap-guangzhou.myqcloud.com");
    let page = cos.ask("GET", "/index.html").at(&host).unsigned();
    all(&cos.client, vec![(page, 404, "NoSuchWebsiteConfiguration", "no static website")]);
}

#[test]
fn grants_have_a_grantee_and_a_permission() {
    let cos = Cos::new(client());
    let name = cos.bucket("granted");
    cos.put(&name, "k", "text");
    let policy = |grantee: &str, permission: &str| {
        format!(
            "<AccessControlPolicy><AccessControlList><Grant><Grantee>{grantee}</Grantee>\
             <Permission>{permission}</Permission></Grant></AccessControlList>\
             </AccessControlPolicy>"
        )
    };
    let acl = |key: &str| cos.ask("PUT", &format!("/{name}{key}?acl"));
    let (xml, argument) = ("MalformedXML", "InvalidArgument");
    documents(
        &cos,
        &name,
        vec![
            ("acl", policy("", "READ"), 400, xml, "a grantee and a permission"),
            ("acl", policy("<ID>1</ID>", "FLY"), 400, xml, "a grantee and a permission"),
        ],
    );
    let nobody = policy("", "READ");
    all(
        &cos.client,
        vec![
            (acl("/k").body(&nobody).signed(), 400, xml, "a grantee and a permission"),
            (with(acl(""), "x-cos-acl", "secret"), 400, argument, "There is no ACL `secret`"),
            (with(acl("/k"), "x-cos-acl", "secret"), 400, argument, "There is no ACL `secret`"),
            (
                with(acl(""), "x-cos-grant-read", "uin=1"),
                400,
                argument,
                "x-cos-grant-read is a list",
            ),
        ],
    );
}

#[test]
fn replicas_go_to_buckets_that_keep_versions() {
    let cos = Cos::new(client());
    let (source, target) = (cos.bucket("source"), cos.bucket("target"));
    versioning(&cos, &source, "Enabled");
    versioning(&cos, &target, "Enabled");
    let to = |name: &str| format!("qcs::cos:{}::{name}", cos.client.region);
    let rule = |more: &str, bucket: &str| {
        let bucket = format!("<Destination><Bucket>{bucket}</Bucket></Destination>");
        format!("<Rule><Status>Enabled</Status>{more}{bucket}</Rule>")
    };
    let of = |role: &str, rules: &str| {
        let role = format!("<Role>{role}</Role>");
        format!("<ReplicationConfiguration>{role}{rules}</ReplicationConfiguration>")
    };
    let one = |rule: String| of("qcs::cam::uin/1:uin/1", &rule);
    let (sound, named) = (rule("", &to(&target)), rule("<ID>a</ID>", &to(&target)));
    let elsewhere = format!("qcs::cos:ap-shanghai::{target}");
    let (xml, argument, request) = ("MalformedXML", "InvalidArgument", "InvalidRequest");
    let put = "replication";
    documents(
        &cos,
        &source,
        vec![
            (put, of("", &sound), 400, xml, "A Role is"),
            (put, one(String::new()), 400, xml, "1 to 1000 rules"),
            (put, one(sound.replace("Enabled", "On")), 400, xml, "Enabled or Disabled"),
            (put, one(rule("", &target)), 400, argument, "of the form qcs::cos:"),
            (put, one(rule("", &to("none-1"))), 400, request, "There is no bucket none-1"),
            (put, one(rule("", &elsewhere)), 400, request, "of yours in ap-shanghai"),
            (put, one(named.repeat(2)), 400, argument, "the same ID"),
            (put, one(rule("", &to(&source))), 400, request, "its own destination"),
        ],
    );
    let plain = cos.bucket("plain");
    let unkept = "Versioning is not enabled in the bucket";
    documents(&cos, &plain, vec![(put, one(sound.clone()), 400, request, unkept)]);
    let page = cos.ask("PUT", &format!("/{source}?{put}")).body(&one(sound)).send();
    assert_eq!(page.status, 200, "what is asked for is right: {page:?}");
}
