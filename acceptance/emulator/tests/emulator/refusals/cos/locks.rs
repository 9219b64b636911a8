//! Object lock and tiers.

use serde_json::json;

use super::{Document, all, documents, versioning, with};
use crate::cos::{Cos, code};
use crate::support::{Server, client};

fn lock(enabled: &str, mode: &str, days: u32) -> String {
    format!(
        "<ObjectLockConfiguration><ObjectLockEnabled>{enabled}</ObjectLockEnabled><Rule>\
         <DefaultRetention><Mode>{mode}</Mode><Days>{days}</Days></DefaultRetention></Rule>\
         </ObjectLockConfiguration>"
    )
}

/// A bucket whose objects are locked for a day.
fn locked(cos: &Cos, own: &str) -> String {
    let name = cos.bucket(own);
    let document = lock("Enabled", "COMPLIANCE", 1);
    let page = cos.ask("PUT", &format!("/{name}?object-lock")).body(&document).send();
    assert_eq!(page.status, 200, "{page:?}");
    name
}

fn rule(id: &str, status: &str, tier: &str, days: u32) -> String {
    let tier = format!("<AccessTier>{tier}</AccessTier><Days>{days}</Days>");
    format!(
        "<IntelligentTieringConfiguration>{id}<Status>{status}</Status><Tiering>{tier}</Tiering>\
         </IntelligentTieringConfiguration>"
    )
}

#[test]
fn a_bucket_is_locked_for_good_and_by_the_one_mode() {
    let cos = Cos::new(client());
    let name = cos.bucket("open");
    let set = "object-lock";
    let argument = "InvalidArgument";
    let sound = lock("Enabled", "COMPLIANCE", 1);
    let wrong = "A rule has the Mode COMPLIANCE and 1 to 36500 Days";
    documents(
        &cos,
        &name,
        vec![
            (set, lock("Disabled", "COMPLIANCE", 1), 400, "MalformedXML", "cannot be switched off"),
            (set, lock("Enabled", "GOVERNANCE", 1), 400, argument, wrong),
            (set, lock("Enabled", "COMPLIANCE", 0), 400, argument, wrong),
            (set, lock("Enabled", "COMPLIANCE", 36_501), 400, argument, wrong),
        ],
    );
    versioning(&cos, &name, "Suspended");
    let suspended: Document = (set, sound.clone(), 409, "InvalidBucketState", "suspended");
    documents(&cos, &name, vec![suspended]);
    let zones = cos.name("zones");
    let kind = "<CreateBucketConfiguration><BucketAZConfig>MAZ</BucketAZConfig>\
                </CreateBucketConfiguration>";
    assert_eq!(cos.ask("PUT", &format!("/{zones}")).body(kind).send().status, 200);
    documents(&cos, &zones, vec![(set, sound, 409, "InvalidBucketState", "lies in several zones")]);
}

#[test]
fn an_object_is_locked_for_some_time_to_come() {
    let cos = Cos::new(client());
    let (open, name) = (cos.bucket("unlocked"), locked(&cos, "locked"));
    cos.put(&open, "k", "text");
    cos.put(&name, "k", "text");
    let retain = |bucket: &str, mode: &str, date: &str| {
        let body = format!("<Mode>{mode}</Mode><RetainUntilDate>{date}</RetainUntilDate>");
        let ask = cos.ask("PUT", &format!("/{bucket}/k?retention"));
        ask.body(&format!("<Retention>{body}</Retention>")).signed()
    };
    let put = |header: &str, value: &str| {
        with(cos.ask("PUT", &format!("/{name}/new")).body("new"), header, value)
    };
    let (mode, until) = ("x-cos-object-lock-mode", "x-cos-object-lock-retain-until-date");
    let (far, past) = ("2999-01-01T00:00:00.000Z", "1999-01-01T00:00:00.000Z");
    let (argument, request) = ("InvalidArgument", "InvalidRequest");
    let unlocked = cos.ask("GET", &format!("/{open}/k?retention")).signed();
    all(
        &cos.client,
        vec![
            (put(mode, "GOVERNANCE"), 400, argument, "x-cos-object-lock-mode is COMPLIANCE"),
            (put(until, past), 400, argument, "`1999-01-01T00:00:00.000Z` is no time to come"),
            (put(until, "tomorrow"), 400, argument, "`tomorrow` is no time to come"),
            (retain(&open, "COMPLIANCE", far), 400, request, "Object lock is not enabled"),
            (retain(&name, "GOVERNANCE", far), 400, argument, "The Mode is COMPLIANCE"),
            (retain(&name, "COMPLIANCE", past), 400, argument, "is no time to come"),
            (unlocked, 404, "NoSuchObjectLockConfiguration", "does not exist"),
        ],
    );
    assert_eq!(cos.list(&name, "").0, ["k"]);
}

#[test]
fn tiers_are_named_and_begin_with_the_default() {
    let cos = Cos::new(client());
    let name = cos.bucket("tiers");
    let (default, old) = ("<Id>default</Id>", "<Id>old</Id>");
    let filter = "<Filter><Prefix>a/</Prefix></Filter><Tiering>";
    let infrequent = |status| rule(default, status, "INFREQUENT", 30);
    let archive = |id, status| rule(id, status, "ARCHIVE_ACCESS", 91);
    let (of_default, of_old) = ("intelligent-tiering&id=default", "intelligent-tiering&id=old");
    let (xml, argument) = ("MalformedXML", "InvalidArgument");
    let whole = "Enabled and for all objects";
    documents(
        &cos,
        &name,
        vec![
            ("intelligent-tiering", archive("", "Enabled"), 400, xml, "A rule has an Id"),
            (of_old, archive(old, "On"), 400, xml, "the Status Enabled or Disabled"),
            (of_default, infrequent("Disabled"), 400, argument, whole),
            (of_default, infrequent("Enabled").replace("<Tiering>", filter), 400, argument, whole),
            (of_default, archive(old, "Enabled"), 400, argument, "the Id of the rule differ"),
        ],
    );
    let delete = |of: &str| cos.ask("DELETE", &format!("/{name}?{of}")).signed();
    all(
        &cos.client,
        vec![
            (delete(of_default), 400, argument, "cannot be switched off"),
            (delete(of_old), 404, "NoSuchConfiguration", "does not exist"),
        ],
    );
    let lasting = locked(&cos, "lasting");
    let refused = (of_default, infrequent("Enabled"), 409, "InvalidBucketState", "has object lock");
    documents(&cos, &lasting, vec![refused]);
}

#[test]
fn a_bucket_has_so_many_tiers() {
    // A server of its own, for its state is put.
    let server = Server::start(&[]);
    let cos = Cos::new(server.client());
    let name = cos.bucket("many");
    let put = |id: &str, tier: &str, days: u32| {
        let document = rule(&format!("<Id>{id}</Id>"), "Enabled", tier, days);
        cos.ask("PUT", &format!("/{name}?intelligent-tiering&id={id}")).body(&document).send()
    };
    assert_eq!(put("default", "INFREQUENT", 30).status, 200);
    assert_eq!(put("first", "ARCHIVE_ACCESS", 91).status, 200);
    // As many as there may be, by way of the state.
    let mut state = cos.client.look("state");
    let tiers = &mut state["objects"][0]["value"]["tiering"];
    let tiers = tiers.as_object_mut().unwrap();
    for n in tiers.len()..1000 {
        let mut more = tiers["first"].clone();
        more["Id"] = json!(format!("rule-{n}"));
        tiers.insert(format!("rule-{n}"), more);
    }
    assert_eq!(cos.client.console("PUT", "state", &state).status, 200);
    let refused = put("one-more", "ARCHIVE_ACCESS", 91);
    assert_eq!(code(&refused), (400, "InvalidArgument".to_owned()));
    assert!(refused.body.contains("1000 rules are allowed"), "{refused:?}");
    assert_eq!(put("first", "ARCHIVE_ACCESS", 92).status, 200, "one of them may be changed");
}
