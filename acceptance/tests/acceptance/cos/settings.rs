//! What is set on a bucket beside the everyday.

use acceptance::Case;
use serde_json::json;
use tencentcloud_api::cos;

use super::{NAME, bucket};

const BUCKET: &str = "tencentcloud_cos_bucket.a";
const ROLE: &str = "qcs::cam::uin/100000000001:uin/100000000001";

/// A bucket beside the one of most tests.
fn other(name: &str, rest: &str) -> String {
    bucket(rest).replace("\"a\"", &format!("{name:?}")).replace("files-", &format!("{name}-"))
}

/// Applies a configuration, imports it, and takes the settings away again.
fn come_and_go(rest: &str, beside: &str, ignored: &[&str]) -> Case {
    let case = Case::new();
    case.apply(&(bucket("") + beside));
    assert_eq!(case.plan(&(bucket(rest) + beside)).action(BUCKET), "update");
    case.apply(&(bucket(rest) + beside));
    case.import(BUCKET, NAME, ignored);
    case.apply(&(bucket(rest) + beside));
    case
}

#[test]
fn logs_come_and_go() {
    let log = "log_enable = true\n  log_target_bucket = \"logs-1250000000\"\n  \
               log_prefix = \"files/\"\n  depends_on = [tencentcloud_cos_bucket.logs]";
    let logs = other("logs", "force_clean = true");
    let case = come_and_go(log, &logs, &[]);
    case.apply(&(bucket("") + &logs));
    let state = case.state(BUCKET);
    assert_eq!((&state["log_enable"], &state["log_prefix"]), (&json!(false), &json!(null)));
    let found = case
        .cloud()
        .ask(async |client| cos::find_document::<cos::LoggingStatus>(client, NAME).await);
    assert_eq!(found.expect("the bucket is there"), Some(cos::LoggingStatus::default()));
    case.refuse_apply(
        &(bucket(&log.replace("logs-125", "none-125")) + &logs),
        &["InvalidTargetBucketForLogging", "log_target_bucket"],
    );
    case.configure(&(bucket("") + &logs));
    case.finish();
}

#[test]
fn kms_keys_come_and_go() {
    let kms = "encryption_algorithm = \"KMS\"\n  kms_id = \"48ba38aa-26c5-11ea-855c-525400850001\"";
    let case = come_and_go(kms, "", &[]);
    case.apply(&bucket("encryption_algorithm = \"KMS\""));
    case.apply(&bucket("encryption_algorithm = \"AES256\""));
    case.apply(&bucket(""));
    assert_eq!(case.state(BUCKET)["encryption_algorithm"], json!(null));
    case.finish();
}

#[test]
fn object_lock_comes_and_stays() {
    let lock = "object_lock_configuration {\n enabled = true\n rule {\n days = 30\n}\n}";
    let case = come_and_go(lock, "", &[]);
    case.apply(&bucket(&lock.replace("30", "40")));
    let bare = "object_lock_configuration {\n enabled = true\n}";
    case.apply(&bucket(bare));
    assert_eq!(case.state(BUCKET)["object_lock_configuration"][0]["rule"], json!([]));
    let words = ["Object lock cannot be switched off", "object_lock_configuration", "-replace"];
    case.refuse_plan(&bucket(""), &words);
    case.refuse_plan(&bucket(&bare.replace("true", "false")), &words);
    case.configure(&bucket(bare));
    case.finish();
    let case = Case::new();
    case.apply(&bucket(&bare.replace("true", "false")));
    case.finish();
}

#[test]
fn tiers_come_and_stay() {
    let on = "enable_intelligent_tiering = true";
    let archiving = r#"
  intelligent_tiering_archiving_rule_list {
    rule_id = "old"
    status  = "Enabled"
    tiering {
      access_tier = "ARCHIVE_ACCESS"
      days        = 91
    }
    tiering {
      access_tier = "DEEP_ARCHIVE_ACCESS"
      days        = 180
    }
  }
  intelligent_tiering_archiving_rule_list {
    rule_id = "images"
    status  = "Disabled"
    filter {
      and {
        prefix = "images/"
        tag {
          key   = "keep"
          value = "no"
        }
      }
    }
    tiering {
      access_tier = "ARCHIVE_ACCESS"
      days        = 100
    }
  }
"#;
    let case = come_and_go(on, "", &[]);
    let state = case.state(BUCKET);
    assert_eq!(
        (&state["intelligent_tiering_days"], &state["intelligent_tiering_request_frequent"]),
        (&json!(30), &json!(1))
    );
    case.apply(&bucket(&format!("{on}\n{archiving}")));
    let rules = &case.state(BUCKET)["intelligent_tiering_archiving_rule_list"];
    assert_eq!((&rules[0]["rule_id"], &rules[1]["rule_id"]), (&json!("old"), &json!("images")));
    case.apply(&bucket(&format!("{on}\n{}", archiving.replace("= 91", "= 120"))));
    for change in [
        "enable_intelligent_tiering = false",
        "enable_intelligent_tiering = true\n  intelligent_tiering_days = 60",
    ] {
        case.refuse_plan(&bucket(change), &["Intelligent tiering cannot be changed", "-replace"]);
    }
    // It stays as it is where nothing is said about it.
    case.apply(&bucket(""));
    let state = case.state(BUCKET);
    assert_eq!(state["enable_intelligent_tiering"], true);
    assert_eq!(state["intelligent_tiering_archiving_rule_list"], json!([]));
    case.finish();
}

#[test]
fn replicas_come_and_go() {
    let copies = other("copies", "versioning_enable = true\n  force_clean = true");
    let rules = format!(
        r#"
  versioning_enable = true
  replica_role      = "{ROLE}"
  depends_on        = [tencentcloud_cos_bucket.copies]
  replica_rules {{
    id                        = "all"
    status                    = "Enabled"
    priority                  = 1
    prefix                    = "a/"
    destination_bucket        = "qcs::cos:ap-guangzhou::copies-1250000000"
    destination_storage_class = "STANDARD_IA"
    delete_marker_replication {{
      status = "Disabled"
    }}
    source_selection_criteria {{
      sse_kms_encrypted_objects {{
        status = "Enabled"
      }}
    }}
    destination_encryption_kms_key_id = "48ba38aa-26c5-11ea-855c-525400850001"
  }}
  replica_rules {{
    id                 = "tagged"
    status             = "Disabled"
    priority           = 2
    destination_bucket = "qcs::cos:ap-guangzhou::copies-1250000000"
    filter {{
      and {{
        prefix = "b/"
        tag {{
          key   = "copy"
          value = "yes"
        }}
      }}
    }}
  }}
"#
    );
    let case = come_and_go(&rules, &copies, &[]);
    case.apply(&(bucket("") + &copies));
    let state = case.state(BUCKET);
    assert_eq!((&state["replica_role"], &state["replica_rules"]), (&json!(null), &json!([])));
    let short = format!(
        "versioning_enable = true\n replica_role = \"{ROLE}\"\n replica_rules {{\n status = \
         \"Enabled\"\n destination_bucket = \"qcs::cos:ap-guangzhou::copies-1250000000\"\n}}\n \
         depends_on = [tencentcloud_cos_bucket.copies]"
    );
    case.apply(&(bucket(&short) + &copies));
    case.finish();
}

#[test]
fn origins_and_domains_come_and_go() {
    let origins = r#"
  origin_pull_rules {
    priority            = 1
    host                = "127.0.0.1:8080"
    back_to_source_mode = "Redirect"
    http_redirect_code  = "301"
    prefix              = "old/"
    protocol            = "FOLLOW"
  }
  origin_pull_rules {
    priority            = 2
    host                = "origin.example.com"
    sync_back_to_source = true
    follow_query_string = false
    follow_redirection  = false
    follow_http_headers = ["accept", "x-trace"]
    custom_http_headers = { x-from = "cos" }
  }
  origin_pull_rules {
    priority = 3
    host     = "other.example.com"
  }
  origin_domain_rules {
    domain = "files.example.com"
  }
  origin_domain_rules {
    domain = "www.example.com"
    type   = "WEBSITE"
    status = "DISABLED"
  }
"#;
    let case = come_and_go(origins, "", &[]);
    let pulls = &case.state(BUCKET)["origin_pull_rules"];
    assert_eq!(
        (&pulls[1]["back_to_source_mode"], &pulls[1]["sync_back_to_source"]),
        (&json!("Mirror"), &json!(true))
    );
    assert_eq!(pulls[2]["back_to_source_mode"], "Proxy");
    let data = "data \"tencentcloud_cos_buckets\" \"all\" {\n  depends_on = \
                [tencentcloud_cos_bucket.a]\n}\n";
    case.apply(&(bucket(origins) + data));
    let found = &case.state("data.tencentcloud_cos_buckets.all")["bucket_list"][0];
    assert_eq!(found["origin_pull_rules"][1]["custom_http_headers"], json!({"x-from": "cos"}));
    assert_eq!(found["origin_domain_rules"][1]["type"], "WEBSITE");
    assert!(
        found["acl_body"].as_str().is_some_and(|text| text.contains("FULL_CONTROL")),
        "{found}"
    );
    case.apply(&bucket(""));
    assert_eq!(case.state(BUCKET)["origin_pull_rules"], json!([]));
    case.finish();
}

/// An ACL as people write it.
fn acl_body(grants: &[(&str, &str)]) -> String {
    let grants = grants.iter().map(|(grantee, permission)| {
        let grantee = match grantee.starts_with("http") {
            true => format!("<URI>{grantee}</URI>"),
            false => format!("<ID>{grantee}</ID>"),
        };
        format!(
            "<Grant><Grantee>{grantee}</Grantee><Permission>{permission}</Permission></Grant>\n"
        )
    });
    format!(
        "acl_body = <<EOF\n<AccessControlPolicy>\n<Owner><ID>{ROLE}</ID></Owner>\n\
         <AccessControlList>\n{}</AccessControlList>\n</AccessControlPolicy>\nEOF\n",
        grants.collect::<String>()
    )
}

#[test]
fn an_acl_may_be_a_document() {
    let everybody = ("http://cam.qcloud.com/groups/global/AllUsers", "READ");
    let friend = ("qcs::cam::uin/100000000002:uin/100000000002", "WRITE");
    let own = (ROLE, "FULL_CONTROL");
    let case = come_and_go(&acl_body(&[everybody, friend]), "", &["acl_body"]);
    assert_eq!(case.state(BUCKET)["acl"], "public-read");
    // The same in another order, and with what goes without saying.
    let same = case.plan(&bucket(&acl_body(&[own, friend, everybody])));
    assert_eq!(same.action(BUCKET), "no-op");
    case.apply(&bucket(&acl_body(&[friend])));
    assert_eq!(case.state(BUCKET)["acl"], "private");
    // Taken away, nobody is given anything any more.
    case.apply(&bucket(""));
    let acl = case.cloud().ask(async |client| cos::bucket_acl(client, NAME).await);
    assert!(acl.expect("the bucket is there").given().is_empty());
    case.refuse_plan(
        &bucket(&format!("acl = \"private\"\n  {}", acl_body(&[everybody]))),
        &["contradict", "acl_body"],
    );
    case.refuse_plan(&bucket("acl_body = \"<x/>\""), &["AccessControlPolicy", "acl_body"]);
    case.configure(&bucket(""));
    case.finish();
}

#[test]
fn a_bucket_may_be_a_file_system_or_lie_in_a_dedicated_zone() {
    let case = Case::new();
    let files = "chdfs_ofs = true\n  tags = { team = \"data\" }";
    case.apply(&bucket(files));
    case.import(BUCKET, NAME, &[]);
    let replacing = |to: &str| case.plan(to).change(BUCKET)["replace_paths"].clone();
    assert_eq!(replacing(&bucket("chdfs_ofs = false")), json!([["chdfs_ofs"]]));
    assert_eq!(
        replacing(&bucket(&format!("{files}\n  cdc_id = \"cluster-1\""))),
        json!([["cdc_id"]])
    );
    case.configure(&bucket(files));
    case.finish();
    let case = Case::new();
    case.apply(&bucket("cdc_id = \"cluster-1\""));
    let url = format!("https://{NAME}.cluster-1.cos-cdc.ap-guangzhou.myqcloud.com");
    assert_eq!(case.state(BUCKET)["cos_bucket_url"], url);
    case.finish();
}

/// Intelligent tiering with archive tiers.
fn tiers(tiers: &[(&str, u32)]) -> String {
    let tier = |(tier, days): &(&str, u32)| {
        format!("tiering {{\n access_tier = {tier:?}\n days = {days}\n}}\n")
    };
    format!(
        "enable_intelligent_tiering = true\n intelligent_tiering_archiving_rule_list {{\n rule_id = \
         \"a\"\n status = \"Enabled\"\n {}}}\n",
        tiers.iter().map(tier).collect::<String>()
    )
}

#[test]
fn what_does_not_go_together_is_refused_while_planning() {
    let case = Case::new();
    let rule = "replica_rules {\n status = \"Enabled\"\n destination_bucket = \
                \"qcs::cos:ap-guangzhou::copies-1250000000\"\n}";
    let role = format!("replica_role = \"{ROLE}\"");
    let pull =
        |rest: &str| format!("origin_pull_rules {{\n priority = 1\n host = \"a.b\"\n {rest}\n}}\n");
    for (rest, words) in [
        ("log_enable = true\n log_prefix = \"a/\"".to_owned(), ["log_target_bucket", "not clear"]),
        ("log_prefix = \"a/\"".to_owned(), ["log_enable = true", "log_prefix"]),
        ("kms_id = \"k\"".to_owned(), ["encryption_algorithm = \"KMS\"", "kms_id"]),
        (format!("{role}\n{rule}"), ["versioning_enable", "Copies need versions"]),
        (format!("versioning_enable = true\n{rule}"), ["replica_role", "behalf"]),
        (format!("versioning_enable = true\n{role}"), ["replica_rules", "Nothing to copy"]),
        (
            format!("versioning_enable = true\n{role}\n{}", rule.replace("qcs::cos:", "")),
            ["qcs::cos:ap-guangzhou", "destination_bucket"],
        ),
        (
            format!("versioning_enable = true\n{role}\n{}", rule.replace("copies", "files")),
            ["itself", "destination_bucket"],
        ),
        (
            format!(
                "versioning_enable = true\n{role}\n{}",
                rule.replace("status = \"Enabled\"", "")
            ),
            ["status to Enabled or Disabled", "Whether the rule counts"],
        ),
        ("intelligent_tiering_days = 60".to_owned(), ["enable_intelligent_tiering = true", "days"]),
        (
            "enable_intelligent_tiering = true\n intelligent_tiering_days = 31".to_owned(),
            ["30, 60 or 90", "intelligent_tiering_days"],
        ),
        (
            "enable_intelligent_tiering = true\n object_lock_configuration {\n enabled = true\n}"
                .to_owned(),
            ["both", "enable_intelligent_tiering"],
        ),
        (pull("") + &pull(""), ["same priority", "counts first"]),
        (pull("http_redirect_code = \"302\""), ["http_redirect_code", "Redirect"]),
        (
            pull("back_to_source_mode = \"Proxy\"\n sync_back_to_source = true"),
            ["sync_back_to_source", "Two modes"],
        ),
        (
            "chdfs_ofs = true\n versioning_enable = true".to_owned(),
            ["chdfs_ofs", "versioning_enable"],
        ),
        ("cdc_id = \"c\"\n multi_az = true".to_owned(), ["cdc_id", "multi_az"]),
    ] {
        case.refuse_plan(&bucket(&rest), &words);
    }
    case.configure("");
    case.finish();
}

#[test]
fn locks_tiers_and_pages_are_checked_while_planning() {
    let case = Case::new();
    for (rest, words) in [
        (
            "object_lock_configuration {\n enabled = false\n rule {\n days = 1\n}\n}".to_owned(),
            ["Nothing can be locked", "enabled = true"],
        ),
        (tiers(&[("ARCHIVE_ACCESS", 90)]), ["days = 90", "after 91 to 730 days"]),
        (tiers(&[("DEEP_ARCHIVE_ACCESS", 179)]), ["days = 179", "after 180 to 730 days"]),
        (tiers(&[("DEEP_ARCHIVE_ACCESS", 731)]), ["days = 731", "after 180 to 730 days"]),
        (
            tiers(&[("ARCHIVE_ACCESS", 180), ("DEEP_ARCHIVE_ACCESS", 180)]),
            ["Tiers in the wrong order", "more days"],
        ),
        (
            "website {\n index_document = \"i\"\n routing_rules {\n rules {\n redirect_protocol = \
             \"https\"\n}\n}\n}"
                .to_owned(),
            ["Which requests is not clear", "either condition_error_code or condition_prefix"],
        ),
    ] {
        case.refuse_plan(&bucket(&rest), &words);
    }
    case.configure("");
    case.finish();
}
