//! Object lock, keys of KMS and tiers.

use serde_json::json;

use super::{Cos, code, texts};
use crate::support::{Server, client};

const LOCK: &str = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule>\
    <DefaultRetention><Mode>COMPLIANCE</Mode><Days>2</Days></DefaultRetention></Rule>\
    </ObjectLockConfiguration>";

#[test]
fn a_locked_object_can_be_neither_deleted_nor_overwritten() {
    // A server of its own, for its clock is moved.
    let server = Server::start(&[]);
    let cos = Cos::new(server.client());
    let name = cos.bucket("locked");
    let path = format!("/{name}?object-lock");
    assert_eq!(code(&cos.ask("GET", &path).send()).0, 404);
    cos.put(&name, "before", "text");
    assert_eq!(cos.ask("PUT", &path).body(LOCK).send().status, 200);
    assert!(cos.ask("GET", &path).send().body.ends_with(LOCK));
    cos.put(&name, "k", "text");
    let object = format!("/{name}/k");
    let (_, head) = cos.ask("HEAD", &object).head();
    assert!(head.contains("x-cos-object-lock-mode: compliance\r\n"), "{head}");
    let denied = (403, "AccessDenied".to_owned());
    assert_eq!(code(&cos.ask("DELETE", &object).send()), denied);
    assert_eq!(code(&cos.ask("PUT", &object).body("other").send()), denied);
    let both = "<Delete><Object><Key>k</Key></Object><Object><Key>before</Key></Object></Delete>";
    let page = cos.ask("POST", &format!("/{name}?delete")).body(both).send();
    assert_eq!((page.status, texts(&page.body, "Code")), (200, vec!["AccessDenied".to_owned()]));
    assert_eq!(cos.list(&name, "").0, ["k"]);
    // A lock can be made longer, not shorter.
    let retain = |date: &str| {
        let body = format!("<Retention><RetainUntilDate>{date}</RetainUntilDate></Retention>");
        cos.ask("PUT", &format!("{object}?retention")).body(&body).send()
    };
    assert_eq!(retain("2999-01-01T00:00:00.000Z").status, 200);
    assert_eq!(code(&retain("2998-01-01T00:00:00.000Z")), denied);
    let found = cos.ask("GET", &format!("{object}?retention")).send();
    assert_eq!(texts(&found.body, "RetainUntilDate"), ["2999-01-01T00:00:00.000Z"]);
    // Nobody locks for ever: time goes on.
    cos.put(&name, "short", "text");
    cos.client.console("POST", "clock", &json!({"advance_ms": 2 * 86_400_000 + 1}));
    assert_eq!(cos.ask("DELETE", &format!("/{name}/short")).send().status, 204);
    let off = LOCK.replace(">Enabled<", ">Disabled<");
    assert_eq!(code(&cos.ask("PUT", &path).body(&off).send()).1, "MalformedXML");
}

#[test]
fn rules_that_end_objects_wait_for_locks() {
    let server = Server::start(&[]);
    let cos = Cos::new(server.client());
    let name = cos.bucket("waits");
    cos.ask("PUT", &format!("/{name}?object-lock")).body(LOCK).send();
    let rule = "<LifecycleConfiguration><Rule><Filter></Filter><Status>Enabled</Status><Expiration>\
                <Days>1</Days></Expiration></Rule></LifecycleConfiguration>";
    assert_eq!(cos.ask("PUT", &format!("/{name}?lifecycle")).body(rule).send().status, 200);
    cos.put(&name, "k", "text");
    let day = json!({"advance_ms": 86_400_001});
    cos.client.console("POST", "clock", &day);
    assert_eq!(cos.list(&name, "").0, ["k"]);
    cos.client.console("POST", "clock", &day);
    assert!(cos.list(&name, "").0.is_empty());
}

#[test]
fn keys_of_kms_are_told() {
    let cos = Cos::new(client());
    let name = cos.bucket("sealed");
    let encryption = "<ServerSideEncryptionConfiguration><Rule>\
        <ApplyServerSideEncryptionByDefault><SSEAlgorithm>KMS</SSEAlgorithm>\
        <KMSMasterKeyID>key-1</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></Rule>\
        </ServerSideEncryptionConfiguration>";
    let path = format!("/{name}?encryption");
    assert_eq!(cos.ask("PUT", &path).body(encryption).send().status, 200);
    assert!(cos.ask("GET", &path).send().body.ends_with(encryption));
    let sealed = |head: &str, key: &str| {
        let head = head.to_lowercase();
        head.contains("x-cos-server-side-encryption: cos/kms\r\n")
            && head.contains(&format!("x-cos-server-side-encryption-cos-kms-key-id: {key}\r\n"))
    };
    let put = cos.put(&name, "k", "text");
    assert!(sealed(&put.head, "key-1"), "{}", put.head);
    let ask = cos.ask("PUT", &format!("/{name}/own"));
    let ask = ask.header("x-cos-server-side-encryption", "cos/kms");
    let own = ask.header("x-cos-server-side-encryption-cos-kms-key-id", "key-2").body("x").send();
    assert!(sealed(&own.head, "key-2"), "{}", own.head);
    let (_, head) = cos.ask("HEAD", &format!("/{name}/own")).head();
    assert!(sealed(&head, "key-2"), "{head}");
    // The word of the other protocol is the same algorithm.
    let theirs = encryption.replace(">KMS<", ">aws:kms<");
    assert_eq!(cos.ask("PUT", &path).body(&theirs).send().status, 200);
    assert!(cos.ask("GET", &path).send().body.ends_with(encryption));
    assert!(sealed(&cos.put(&name, "k", "text").head, "key-1"));
    let customer = cos.ask("PUT", &format!("/{name}/c"));
    let customer = customer.header("x-cos-server-side-encryption-customer-algorithm", "AES256");
    assert_eq!(code(&customer.body("x").send()), (501, "NotImplemented".to_owned()));
}

#[test]
fn tiers_are_kept_and_cannot_be_changed_back() {
    let cos = Cos::new(client());
    let name = cos.bucket("tiers");
    let old = format!("/{name}?intelligenttiering");
    let rule = |id: &str, tier: &str, days: u32| {
        format!(
            "<IntelligentTieringConfiguration><Id>{id}</Id><Status>Enabled</Status><Tiering>\
             <AccessTier>{tier}</AccessTier><Days>{days}</Days></Tiering>\
             </IntelligentTieringConfiguration>"
        )
    };
    let put = |id: &str, tier: &str, days: u32| {
        let path = format!("/{name}?intelligent-tiering&id={id}");
        cos.ask("PUT", &path).body(&rule(id, tier, days)).send()
    };
    assert_eq!(code(&put("old", "ARCHIVE_ACCESS", 91)), (409, "InvalidBucketState".to_owned()));
    let whole = "<IntelligentTieringConfiguration><Status>Enabled</Status><Transition><Days>30</Days>\
                 <RequestFrequent>1</RequestFrequent></Transition></IntelligentTieringConfiguration>";
    assert_eq!(cos.ask("PUT", &old).body(whole).send().status, 200);
    assert!(cos.ask("GET", &old).send().body.ends_with(whole));
    assert_eq!(put("default", "INFREQUENT", 30).status, 200);
    assert_eq!(code(&put("default", "INFREQUENT", 60)).1, "InvalidBucketState");
    assert_eq!(code(&put("old", "ARCHIVE_ACCESS", 90)).1, "InvalidArgument");
    assert_eq!(put("old", "ARCHIVE_ACCESS", 91).status, 200);
    // The parameter's id counts where the rule has none; another one is a mistake.
    let path = format!("/{name}?intelligent-tiering&id=bare");
    let bare = |id: &str| rule(id, "ARCHIVE_ACCESS", 92).replace("<Id></Id>", "");
    assert_eq!(code(&cos.ask("PUT", &path).body(&bare("other")).send()).1, "InvalidArgument");
    assert_eq!(cos.ask("PUT", &path).body(&bare("")).send().status, 200);
    assert_eq!(texts(&cos.ask("GET", &path).send().body, "Id"), ["bare"]);
    assert_eq!(cos.ask("DELETE", &path).send().status, 204);
    let listing = cos.ask("GET", &format!("/{name}?intelligent-tiering")).send();
    assert_eq!(texts(&listing.body, "Id"), ["default", "old"]);
    let path = format!("/{name}?intelligent-tiering&id=old");
    assert_eq!(cos.ask("DELETE", &path).send().status, 204);
    assert_eq!(code(&cos.ask("GET", &path).send()), (404, "NoSuchConfiguration".to_owned()));
    let lock = cos.ask("PUT", &format!("/{name}?object-lock")).body(LOCK).send();
    assert_eq!(code(&lock).1, "InvalidBucketState");
}
