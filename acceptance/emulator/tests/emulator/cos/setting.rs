//! What is set on a bucket, and what it does.

use serde_json::json;

use super::{Cos, code, texts};
use crate::support::{Server, client};

#[test]
fn a_setting_is_kept_and_taken_away() {
    let cos = Cos::new(client());
    let name = cos.bucket("settings");
    let encryption = "<ServerSideEncryptionConfiguration><Rule>\
        <ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>\
        </ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>";
    let tagging = "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>";
    for (parameter, document, missing) in [
        ("encryption", encryption, "NoSuchEncryptionConfiguration"),
        ("tagging", tagging, "NoSuchTagSet"),
    ] {
        let path = format!("/{name}?{parameter}");
        assert_eq!(code(&cos.ask("GET", &path).send()), (404, missing.to_owned()));
        assert!(cos.ask("PUT", &path).body(document).send().status < 300);
        assert!(cos.ask("GET", &path).send().body.ends_with(document), "{parameter}");
        assert_eq!(code(&cos.ask("PUT", &path).body("<x").send()).1, "MalformedXML");
        if parameter == "encryption" {
            let put = cos.put(&name, "k", "text");
            assert!(put.head.contains("x-cos-server-side-encryption: AES256"), "{}", put.head);
        }
        assert_eq!(cos.ask("DELETE", &path).send().status, 204);
        assert_eq!(code(&cos.ask("GET", &path).send()).1, missing);
    }
    let other = encryption.replace("AES256", "ROT13");
    let other = cos.ask("PUT", &format!("/{name}?encryption")).body(&other).send();
    assert_eq!(code(&other), (400, "InvalidArgument".to_owned()));
}

#[test]
fn pages_of_allowed_origins_may_read() {
    let cos = Cos::new(client());
    let name = cos.bucket("origins");
    let cors = "<CORSConfiguration><CORSRule><AllowedOrigin>https://*.example.com</AllowedOrigin>\
        <AllowedMethod>GET</AllowedMethod><AllowedHeader>x-*</AllowedHeader>\
        <ExposeHeader>etag</ExposeHeader><MaxAgeSeconds>9</MaxAgeSeconds></CORSRule></CORSConfiguration>";
    assert_eq!(cos.ask("PUT", &format!("/{name}?cors")).body(cors).send().status, 200);
    cos.put(&name, "k", "text");
    let path = format!("/{name}/k");
    let preflight = |method: &str, headers: &str| {
        let ask = cos.ask("OPTIONS", &path).header("origin", "https://www.example.com");
        let ask = ask.header("access-control-request-method", method);
        cos.client.send(&ask.header("access-control-request-headers", headers).unsigned())
    };
    let allowed = preflight("GET", "x-a, X-B");
    assert_eq!(allowed.status, 200, "{allowed:?}");
    assert!(allowed.head.contains("Access-Control-Max-Age: 9\r\n"), "{}", allowed.head);
    assert_eq!(code(&preflight("PUT", "")), (403, "AccessForbidden".to_owned()));
    assert_eq!(code(&preflight("GET", "cookie")).1, "AccessForbidden");
    let got = cos.ask("GET", &path).header("origin", "https://www.example.com").send();
    let origin = "Access-Control-Allow-Origin: https://www.example.com\r\n";
    assert!(got.head.contains(origin), "{}", got.head);
    let exposed = "Access-Control-Expose-Headers";
    assert!(got.head.contains(&format!("{exposed}: etag\r\n")), "{}", got.head);
    let other = cos.ask("GET", &path).header("origin", "https://other.org").send();
    assert!(!other.head.contains("Access-Control"), "{}", other.head);
    // A rule that exposes nothing says nothing of it.
    let silent = cors.replace("<ExposeHeader>etag</ExposeHeader>", "");
    assert_eq!(cos.ask("PUT", &format!("/{name}?cors")).body(&silent).send().status, 200);
    let got = cos.ask("GET", &path).header("origin", "https://www.example.com").send();
    assert!(got.head.contains(origin) && !got.head.contains(exposed), "{}", got.head);
}

#[test]
fn time_moves_and_ends_objects() {
    // A server of its own, for its clock is moved.
    let server = Server::start(&[]);
    let cos = Cos::new(server.client());
    let name = cos.bucket("life");
    let rule = |id: &str, action: &str| {
        format!(
            "<Rule><ID>{id}</ID><Filter><Prefix>{id}/</Prefix></Filter><Status>Enabled</Status>\
             {action}</Rule>"
        )
    };
    let rules = [
        rule("move", "<Transition><Days>1</Days><StorageClass>ARCHIVE</StorageClass></Transition>"),
        rule("end", "<Expiration><Days>2</Days></Expiration>"),
        rule(
            "part",
            "<AbortIncompleteMultipartUpload><DaysAfterInitiation>2</DaysAfterInitiation>\
             </AbortIncompleteMultipartUpload>",
        ),
    ];
    let document = format!("<LifecycleConfiguration>{}</LifecycleConfiguration>", rules.concat());
    let put = cos.ask("PUT", &format!("/{name}?lifecycle")).body(&document).send();
    assert_eq!(put.status, 200, "{put:?}");
    for key in ["move/a", "end/a", "stays"] {
        cos.put(&name, key, key);
    }
    cos.ask("POST", &format!("/{name}/part/a?uploads")).send();
    let day = json!({"advance_ms": 86_400_001});
    cos.client.console("POST", "clock", &day);
    assert_eq!(code(&cos.ask("GET", &format!("/{name}/move/a")).send()).1, "InvalidObjectState");
    assert_eq!(cos.list(&name, "").0, ["end/a", "move/a", "stays"]);
    cos.client.console("POST", "clock", &day);
    assert_eq!(cos.list(&name, "").0, ["move/a", "stays"]);
    assert!(texts(&cos.ask("GET", &format!("/{name}?uploads")).send().body, "Key").is_empty());
    for key in ["move/a", "stays"] {
        cos.ask("DELETE", &format!("/{name}/{key}")).send();
    }
    assert_eq!(cos.ask("DELETE", &format!("/{name}")).send().status, 204);
    let empty = "<LifecycleConfiguration><Rule><Status>Enabled</Status></Rule>\
                 </LifecycleConfiguration>";
    let name = cos.bucket("life");
    let refused = cos.ask("PUT", &format!("/{name}?lifecycle")).body(empty).send();
    assert_eq!(code(&refused).1, "MalformedXML");
}

/// A cloud whose clock is moved, and a bucket in it that keeps versions and has that rule.
fn aging(name: &str, action: &str) -> (Server, Cos, String) {
    let server = Server::start(&[]);
    let cos = Cos::new(server.client());
    let name = cos.bucket(name);
    let keep = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    assert_eq!(cos.ask("PUT", &format!("/{name}?versioning")).body(keep).send().status, 200);
    let rule = format!(
        "<LifecycleConfiguration><Rule><Filter></Filter><Status>Enabled</Status>{action}</Rule>\
         </LifecycleConfiguration>"
    );
    let put = cos.ask("PUT", &format!("/{name}?lifecycle")).body(&rule).send();
    assert_eq!(put.status, 200, "{put:?}");
    (server, cos, name)
}

#[test]
fn an_object_that_ends_where_versions_are_kept_is_hidden_by_a_marker() {
    let (_server, cos, name) = aging("ends", "<Expiration><Days>1</Days></Expiration>");
    cos.put(&name, "k", "text");
    cos.client.console("POST", "clock", &json!({"advance_ms": 86_400_001}));
    assert_eq!(code(&cos.ask("GET", &format!("/{name}/k")).send()), (404, "NoSuchKey".to_owned()));
    assert!(cos.list(&name, "").0.is_empty());
    let all = cos.ask("GET", &format!("/{name}?versions")).send().body;
    let (versions, marker) = all.split_once("<DeleteMarker>").expect(&all);
    assert_eq!(texts(marker, "IsLatest"), ["true"]);
    assert_eq!(texts(versions, "IsLatest"), ["false"]);
    let version = texts(versions, "VersionId").remove(0);
    assert_eq!(cos.text(&name, &format!("k?versionId={version}")), "text");
}

#[test]
fn a_version_below_the_marker_that_ended_it_is_a_replaced_one() {
    let ends = "<Expiration><Days>1</Days></Expiration><NoncurrentVersionExpiration>\
                <NoncurrentDays>2</NoncurrentDays></NoncurrentVersionExpiration>";
    let (_server, cos, name) = aging("twice", ends);
    cos.put(&name, "k", "text");
    let versions = || cos.ask("GET", &format!("/{name}?versions")).send().body;
    let day = || cos.client.console("POST", "clock", &json!({"advance_ms": 86_400_001}));
    day();
    let made = texts(versions().split("<DeleteMarker>").nth(1).unwrap(), "LastModified");
    day();
    assert_eq!(texts(&versions(), "IsLatest").len(), 2, "a marker and a version");
    let still = texts(versions().split("<DeleteMarker>").nth(1).unwrap(), "LastModified");
    assert_eq!(made, still, "the marker is as old as the end");
    day();
    assert_eq!(texts(&versions(), "IsLatest"), ["true"], "the marker is left");
    // What is old enough already ends when the rule comes.
    let path = format!("/{name}?lifecycle");
    let rules = cos.ask("GET", &path).send().body;
    assert_eq!(cos.ask("DELETE", &path).send().status, 204);
    cos.put(&name, "old", "text");
    (0..5).for_each(|_| drop(day()));
    assert_eq!(cos.ask("PUT", &path).body(&rules).send().status, 200);
    let old = cos.ask("GET", &format!("/{name}?versions&prefix=old")).send().body;
    assert_eq!(texts(&old, "IsLatest").len(), 2, "a marker and a version");
}

#[test]
fn a_marker_that_hides_nothing_any_more_is_cleared_where_a_rule_says_so() {
    let clears = "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>\
                  </Expiration>";
    let (_server, cos, name) = aging("markers", clears);
    cos.put(&name, "k", "text");
    assert_eq!(cos.ask("DELETE", &format!("/{name}/k")).send().status, 204);
    let all = || cos.ask("GET", &format!("/{name}?versions")).send().body;
    let hiding = all();
    let (versions, _) = hiding.split_once("<DeleteMarker>").expect("it hides a version yet");
    let version = texts(versions, "VersionId").remove(0);
    let gone = cos.ask("DELETE", &format!("/{name}/k?versionId={version}")).send();
    assert_eq!(gone.status, 204);
    assert!(texts(&all(), "VersionId").is_empty(), "{}", all());
}

#[test]
fn versions_that_were_replaced_move_to_another_class() {
    let moves = "<NoncurrentVersionTransition><NoncurrentDays>1</NoncurrentDays><StorageClass>\
                 STANDARD_IA</StorageClass></NoncurrentVersionTransition>";
    let (_server, cos, name) = aging("moves", moves);
    for text in ["old", "new"] {
        cos.put(&name, "k", text);
    }
    let classes =
        || texts(&cos.ask("GET", &format!("/{name}?versions")).send().body, "StorageClass");
    assert_eq!(classes(), ["STANDARD", "STANDARD"]);
    cos.client.console("POST", "clock", &json!({"advance_ms": 86_400_001}));
    assert_eq!(classes(), ["STANDARD", "STANDARD_IA"]);
}

#[test]
fn a_website_has_index_error_and_redirects() {
    let cos = Cos::new(client());
    let name = cos.bucket("site");
    let site = "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument>\
        <ErrorDocument><Key>error.html</Key></ErrorDocument><RoutingRules><RoutingRule><Condition>\
        <KeyPrefixEquals>old/</KeyPrefixEquals></Condition><Redirect>\
        <ReplaceKeyPrefixWith>new/</ReplaceKeyPrefixWith></Redirect></RoutingRule></RoutingRules>\
        </WebsiteConfiguration>";
    assert_eq!(cos.ask("PUT", &format!("/{name}?website")).body(site).send().status, 200);
    let open = cos.ask("PUT", &format!("/{name}?acl")).header("x-cos-acl", "public-read").send();
    assert_eq!(open.status, 200);
    cos.put(&name, "index.html", "home");
    cos.put(&name, "error.html", "sorry");
    let host = format!("{name}.cos-website.ap-guangzhou.myqcloud.com");
    let page = |path: &str| cos.client.send(&cos.ask("GET", path).at(&host).unsigned());
    assert_eq!(page("/").body, "home");
    let missing = page("/nothing");
    assert_eq!((missing.status, missing.body.as_str()), (404, "sorry"));
    let moved = page("/old/page");
    assert_eq!(moved.status, 302);
    assert!(moved.head.contains(&format!("Location: http://{host}/new/page\r\n")), "{moved:?}");
}

#[test]
fn the_accelerated_host_answers_once_it_is_on() {
    let cos = Cos::new(client());
    let name = cos.bucket("fast");
    cos.put(&name, "k", "text");
    let get = || cos.ask("GET", "/k").at(&format!("{name}.cos.accelerate.myqcloud.com")).send();
    assert_eq!(code(&get()), (400, "BucketAccelerateNotEnabled".to_owned()));
    let on = "<AccelerateConfiguration><Status>Enabled</Status></AccelerateConfiguration>";
    assert_eq!(cos.ask("PUT", &format!("/{name}?accelerate")).body(on).send().status, 200);
    assert_eq!(get().body, "text");
}
