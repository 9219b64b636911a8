//! Buckets: names, owners, addresses.

use serde_json::json;

use super::{Cos, code, texts};
use crate::support::{Server, client, now, response};

#[test]
fn a_bucket_is_made_seen_listed_and_deleted() {
    let cos = Cos::new(client());
    let name = cos.bucket("made");
    let (status, head) = cos.ask("HEAD", &format!("/{name}")).head();
    assert_eq!(status, 200);
    assert!(head.contains("x-cos-bucket-region: ap-guangzhou\r\n"), "{head}");
    let listed = cos.ask("GET", "/").send();
    assert_eq!(texts(&listed.body, "Name"), [&*name]);
    let location = cos.ask("GET", &format!("/{name}?location")).send();
    assert_eq!(texts(&location.body, "LocationConstraint"), ["ap-guangzhou"]);
    assert_eq!(cos.ask("DELETE", &format!("/{name}")).send().status, 204);
    assert_eq!(cos.ask("HEAD", &format!("/{name}")).head().0, 404);
    let again = cos.ask("DELETE", &format!("/{name}")).send();
    assert_eq!(code(&again), (404, "NoSuchBucket".to_owned()));
}

#[test]
fn a_bucket_s_name_is_the_account_s_own() {
    let cos = Cos::new(client());
    let refused = |name: &str| code(&cos.ask("PUT", &format!("/{name}")).send());
    for bad in ["plain", "Upper-1", "x-1250000000"] {
        assert_eq!(refused(bad), (400, "InvalidBucketName".to_owned()), "{bad}");
    }
    assert_eq!(refused(&cos.name("under_score")).1, "InvalidBucketName");
    let name = cos.bucket("twice");
    assert_eq!(refused(&name), (409, "BucketAlreadyOwnedByYou".to_owned()));
}

#[test]
fn a_bucket_with_anything_in_it_is_not_deleted() {
    let cos = Cos::new(client());
    let name = cos.bucket("full");
    let refused = || code(&cos.ask("DELETE", &format!("/{name}")).send());
    cos.put(&name, "a", "text");
    assert_eq!(refused(), (409, "BucketNotEmpty".to_owned()));
    assert_eq!(cos.ask("DELETE", &format!("/{name}/a")).send().status, 204);
    let begun = cos.ask("POST", &format!("/{name}/b?uploads")).send();
    assert_eq!(refused().1, "BucketNotEmpty");
    let upload = texts(&begun.body, "UploadId").remove(0);
    cos.ask("DELETE", &format!("/{name}/b?uploadId={upload}")).send();
    assert_eq!(cos.ask("DELETE", &format!("/{name}")).send().status, 204);
}

#[test]
fn a_bucket_answers_by_host_in_its_own_region_only() {
    let cos = Cos::new(client());
    let name = cos.bucket("hosts");
    cos.put(&name, "k", "text");
    let at = |host: &str| cos.ask("GET", "/k").at(host).send();
    for domain in ["myqcloud.com", "emulator.internal"] {
        assert_eq!(at(&format!("{name}.cos.ap-guangzhou.{domain}")).body, "text");
    }
    assert_eq!(at(&format!("{name}.cos.emulator.internal")).body, "text");
    let elsewhere = at(&format!("{name}.cos.ap-shanghai.myqcloud.com"));
    assert_eq!(code(&elsewhere), (404, "NoSuchBucket".to_owned()));
    // As clients of a proxy send it.
    let host = format!("{name}.cos.ap-guangzhou.emulator.internal");
    let mut proxied = cos.ask("GET", "/k").at(&host).signed();
    proxied.target = format!("http://{host}/k");
    assert_eq!(cos.client.send(&proxied).body, "text");
}

#[test]
fn an_api_call_is_never_taken_for_one_of_the_object_storage() {
    let cos = Cos::new(client());
    let name = cos.bucket("api");
    let domain = format!("api-{}.example.org", cos.app_id);
    let rule = format!(
        "<DomainConfiguration><DomainRule><Status>ENABLED</Status><Name>{domain}</Name>\
         <Type>REST</Type></DomainRule></DomainConfiguration>"
    );
    assert_eq!(cos.ask("PUT", &format!("/{name}?domain")).body(&rule).send().status, 200);
    for host in [domain, format!("{name}.cos.ap-guangzhou.emulator.internal")] {
        let mut request = cos.client.request("vpc.DescribeVpcs", "{}");
        request.set("Host", &host);
        request.set("Authorization", "");
        cos.client.sign(&mut request, "vpc", now());
        let found = response(&cos.client.send(&request)).unwrap();
        assert_eq!(found["TotalCount"], 0, "{host}");
    }
}

#[test]
fn strangers_and_wrong_keys_are_refused() {
    let cos = Cos::new(client());
    let name = cos.bucket("mine");
    cos.put(&name, "k", "text");
    let path = format!("/{name}/k");
    let nobody = cos.client.send(&cos.ask("GET", &path).unsigned());
    assert_eq!(code(&nobody), (403, "AccessDenied".to_owned()));
    let other = Cos::new(client());
    assert_eq!(code(&other.ask("GET", &path).send()).1, "AccessDenied");
    let mut wrong = Cos::new(cos.client.again());
    wrong.client.secret_key = "wrong".to_owned();
    assert_eq!(code(&wrong.ask("GET", &path).send()), (403, "SignatureDoesNotMatch".to_owned()));
    let old = cos.client.send(&cos.ask("GET", &path).signed_for("1000;2000"));
    assert_eq!(code(&old), (403, "AccessDenied".to_owned()));
    let acl = cos.ask("PUT", &format!("/{name}/k?acl")).header("x-cos-acl", "public-read").send();
    assert_eq!(acl.status, 200);
    let nobody = cos.client.send(&cos.ask("GET", &path).unsigned());
    assert_eq!(nobody.body, "text");
    let writing = cos.client.send(&cos.ask("PUT", &path).unsigned());
    assert_eq!(code(&writing).1, "AccessDenied");
}

#[test]
fn operations_are_in_the_journal_and_suffer_faults() {
    let cos = Cos::new(client());
    let name = cos.bucket("faulty");
    cos.client.fault("PutObject", json!({"effect": {"type": "throttle"}}));
    let path = format!("/{name}/k");
    let throttled = cos.ask("PUT", &path).body("1").send();
    assert_eq!(code(&throttled), (503, "SlowDown".to_owned()));
    cos.client.fault("PutObject", json!({"effect": {"type": "drop"}, "when": "after"}));
    assert!(cos.client.try_send(&cos.ask("PUT", &path).body("2").signed()).is_none());
    assert_eq!(cos.text(&name, "k"), "2");
    let effect = json!({"type": "fail", "code": "InternalError", "message": "broken"});
    cos.client.fault("GetObject", json!({"effect": effect}));
    assert_eq!(code(&cos.ask("GET", &path).send()), (500, "InternalError".to_owned()));
    cos.client.fault("GetObject", json!({"effect": {"type": "stale"}}));
    cos.put(&name, "k", "3");
    assert_eq!(cos.text(&name, "k"), "2");
    assert_eq!(cos.text(&name, "k"), "3");
    let seen = cos.client.look(&format!("requests?account={}", cos.client.secret_id));
    assert_eq!(seen["counts"]["cos.PutObject"], 3);
    assert_eq!(seen["counts"]["cos.PutBucket"], 1);
}

#[test]
fn what_is_not_emulated_says_so() {
    let cos = Cos::new(client());
    let name = cos.bucket("limits");
    let inventory = cos.ask("GET", &format!("/{name}?inventory")).send();
    assert_eq!(code(&inventory), (501, "NotImplemented".to_owned()));
    let coverage = cos.client.look("coverage");
    let emulated = coverage["cos"]["emulated"].as_array().unwrap();
    assert!(emulated.contains(&json!("UploadPart")), "{emulated:?}");
}

#[test]
fn objects_survive_a_kill_and_an_export() {
    let dir = tempfile::tempdir().unwrap();
    let arguments = ["--data-dir", dir.path().to_str().unwrap(), "--seed", "3"];
    let first = Server::start(&arguments);
    let cos = Cos::new(crate::support::Client::new(&first.address, "AKIDEMULATOR"));
    let name = cos.bucket("kept");
    let text = "0123456789".repeat(1 << 20);
    cos.put(&name, "large", &text);
    first.kill();
    let second = Server::start(&arguments);
    let cos = Cos::new(crate::support::Client::new(&second.address, "AKIDEMULATOR"));
    assert!(cos.text(&name, "large") == text);
    let state = cos.client.look("state");
    let other = Server::start(&[]);
    let cos = Cos::new(crate::support::Client::new(&other.address, "AKIDEMULATOR"));
    assert_eq!(cos.client.console("PUT", "state", &state).status, 200);
    assert!(cos.text(&name, "large") == text);
}
