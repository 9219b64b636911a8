//! Documents that are set on a bucket.

use serde_json::json;

use super::documents;
use crate::cos::{Cos, code};
use crate::refusals::letters;
use crate::support::client;

#[test]
fn what_is_set_on_a_bucket_is_of_its_lists() {
    let cos = Cos::new(client());
    let name = cos.bucket("settings");
    let status = |root: &str| format!("<{root}><Status>Paused</Status></{root}>");
    let cors =
        |rule: &str| format!("<CORSConfiguration><CORSRule>{rule}</CORSRule></CORSConfiguration>");
    let tags: String = (0..51).map(|n| format!("<Tag><Key>k{n}</Key></Tag>")).collect();
    let domain = |status: &str, name: &str, kind: &str| {
        format!(
            "<DomainConfiguration><DomainRule><Status>{status}</Status><Name>{name}</Name>\
             <Type>{kind}</Type></DomainRule></DomainConfiguration>"
        )
    };
    let sealed = "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
                  <SSEAlgorithm>AES256</SSEAlgorithm><KMSMasterKeyID>key</KMSMasterKeyID>\
                  </ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>";
    let origin = "<AllowedOrigin>*</AllowedOrigin>";
    let methods = format!("{origin}<AllowedMethod>PATCH</AllowedMethod>");
    let stars = "<AllowedOrigin>*.*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>";
    let site = |index: &str| format!("<WebsiteConfiguration>{index}</WebsiteConfiguration>");
    let index = "<IndexDocument><Suffix>a/b.html</Suffix></IndexDocument>";
    let (xml, argument) = ("MalformedXML", "InvalidArgument");
    let (either, files) = ("Enabled or Suspended", "a Suffix without slashes");
    documents(
        &cos,
        &name,
        vec![
            ("versioning", status("VersioningConfiguration"), 400, xml, either),
            ("accelerate", status("AccelerateConfiguration"), 400, xml, either),
            ("cors", "<CORSConfiguration/>".to_owned(), 400, xml, "1 to 100 rules"),
            ("cors", cors(origin), 400, xml, "1 to 100 rules"),
            ("cors", cors(&methods), 400, xml, "GET, PUT, HEAD, POST, DELETE"),
            ("cors", cors(stars), 400, xml, "each with origins"),
            ("website", site(""), 400, xml, files),
            ("website", site(index), 400, xml, files),
            (
                "tagging",
                format!("<Tagging><TagSet>{tags}</TagSet></Tagging>"),
                400,
                "BadRequest",
                "At most 50 tags are allowed, got 51",
            ),
            ("encryption", sealed.to_owned(), 400, argument, "goes with the algorithm KMS only"),
            ("domain", "<DomainConfiguration/>".to_owned(), 400, argument, "A rule has a Name"),
            ("domain", domain("ENABLED", "a.example.org", "FTP"), 400, argument, "the Type REST"),
            ("domain", domain("ON", "a.example.org", "REST"), 400, argument, "ENABLED or DISABLED"),
            ("domain", domain("ENABLED", "a b.org", "REST"), 400, argument, "A rule has a Name"),
        ],
    );
}

#[test]
fn what_is_not_set_is_not_there() {
    let cos = Cos::new(client());
    let name = cos.bucket("unset");
    let missing = [
        ("cors", "NoSuchCORSConfiguration"),
        ("domain", "DomainConfigNotFoundError"),
        ("encryption", "NoSuchEncryptionConfiguration"),
        ("lifecycle", "NoSuchLifecycleConfiguration"),
        ("object-lock", "NoSuchObjectLockConfiguration"),
        ("origin", "OriginConfigurationNotFoundError"),
        ("policy", "NoSuchBucketPolicy"),
        ("replication", "ReplicationConfigurationNotFoundError"),
        ("tagging", "NoSuchTagSet"),
        ("website", "NoSuchWebsiteConfiguration"),
    ];
    for (parameter, name_of) in missing {
        let page = cos.ask("GET", &format!("/{name}?{parameter}")).send();
        assert_eq!(code(&page), (404, name_of.to_owned()), "{parameter}");
    }
}

#[test]
fn rules_of_time_say_what_and_when() {
    let cos = Cos::new(client());
    let name = cos.bucket("rules");
    let rule = |rest: &str| format!("<Rule><Status>Enabled</Status>{rest}</Rule>");
    let of = |rules: &str| format!("<LifecycleConfiguration>{rules}</LifecycleConfiguration>");
    let ends = |when: &str| rule(&format!("<Expiration>{when}</Expiration>"));
    let days = ends("<Days>1</Days>");
    let named = rule("<ID>a</ID><Expiration><Days>1</Days></Expiration>").repeat(2);
    let (xml, argument, either) = ("MalformedXML", "InvalidArgument", "either Days or a Date");
    let both = ends("<Days>1</Days><Date>2030-01-01T00:00:00+08:00</Date>");
    let moves = rule("<Transition><StorageClass>ARCHIVE</StorageClass></Transition>");
    let set = "lifecycle";
    documents(
        &cos,
        &name,
        vec![
            (set, of(""), 400, xml, "1 to 1000 rules"),
            (set, of(&days.repeat(1001)), 400, xml, "1 to 1000 rules"),
            (set, of(&days.replace("Enabled", "On")), 400, xml, "Enabled or Disabled"),
            (set, of(&rule("")), 400, xml, "at least one action"),
            (set, of(&both), 400, argument, either),
            (set, of(&ends("<Date>someday</Date>")), 400, argument, either),
            (set, of(&ends("<Days>-1</Days>")), 400, argument, either),
            (set, of(&moves), 400, argument, either),
            (set, of(&named), 400, argument, "the same ID"),
        ],
    );
}

#[test]
fn policies_are_of_the_form_that_is_acted_on() {
    let cos = Cos::new(client());
    let name = cos.bucket("policies");
    let policy = |effect: &str| {
        let statement = json!({"Effect": effect, "Principal": {"qcs": ["*"]},
                               "Action": ["*"], "Resource": ["*"]});
        json!({"version": "2.0", "Statement": [statement]}).to_string()
    };
    let large = policy(&letters(20 << 10));
    documents(
        &cos,
        &name,
        vec![
            ("policy", policy("perhaps"), 400, "MalformedPolicy", "is allow or deny"),
            ("policy", large, 400, "PolicyTooLarge", "A policy may have 20 KB"),
            ("policy", "<Policy/>".to_owned(), 400, "MalformedPolicy", "The policy is no JSON"),
        ],
    );
    let path = format!("/{name}?policy");
    assert_eq!(code(&cos.ask("GET", &path).send()).1, "NoSuchBucketPolicy");
    assert_eq!(cos.ask("PUT", &path).body(&policy("deny")).send().status, 204);
}
