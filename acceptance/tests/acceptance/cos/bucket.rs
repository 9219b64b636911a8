//! Buckets.

use acceptance::Case;
use serde_json::json;
use tencentcloud_api::cos;

use super::{NAME, bucket, etag, put};

const BUCKET: &str = "tencentcloud_cos_bucket.a";

const FULL: &str = r#"
  acl                  = "public-read"
  versioning_enable    = true
  acceleration_enable  = true
  encryption_algorithm = "AES256"
  tags                 = { team = "web" }
  cors_response_vary   = "true"

  cors_rules {
    allowed_origins = ["https://www.example.com", "https://*.example.org"]
    allowed_methods = ["GET", "PUT"]
    allowed_headers = ["*"]
    expose_headers  = ["etag"]
    max_age_seconds = 300
  }

  lifecycle_rules {
    id            = "logs"
    filter_prefix = "logs/"
    transition {
      days          = 30
      storage_class = "STANDARD_IA"
    }
    transition {
      days          = 60
      storage_class = "ARCHIVE"
    }
    expiration {
      days = 90
    }
    non_current_transition {
      non_current_days = 10
      storage_class    = "STANDARD_IA"
    }
    non_current_expiration {
      non_current_days = 20
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
  lifecycle_rules {
    expiration {
      date = "2099-01-31"
    }
  }

  website {
    index_document           = "index.html"
    error_document           = "error.html"
    redirect_all_requests_to = "https"
    routing_rules {
      rules {
        condition_prefix            = "old/"
        redirect_replace_key_prefix = "new/"
      }
      rules {
        condition_error_code = "404"
        redirect_protocol    = "https"
        redirect_replace_key = "missing.html"
      }
    }
  }
"#;

#[test]
fn a_bucket_is_made_changed_in_place_and_imported() {
    let case = Case::new();
    case.apply(&bucket(""));
    let state = case.state(BUCKET);
    assert_eq!(state["id"], NAME);
    assert_eq!(state["cos_bucket_url"], format!("https://{NAME}.cos.ap-guangzhou.myqcloud.com"));
    assert_eq!(case.plan(&bucket(FULL)).action(BUCKET), "update");
    case.apply(&bucket(FULL));
    let site = &case.state(BUCKET)["website"][0];
    assert_eq!(site["endpoint"], format!("{NAME}.cos-website.ap-guangzhou.myqcloud.com"));
    case.import(BUCKET, NAME, &[]);
    case.apply(&bucket(FULL));
    // Everything is taken away again.
    case.apply(&bucket(""));
    let state = case.state(BUCKET);
    assert_eq!((&state["versioning_enable"], &state["acl"]), (&json!(false), &json!("private")));
    assert_eq!((&state["website"], &state["tags"]), (&json!([]), &json!(null)));
    let cors = case
        .cloud()
        .ask(async |client| cos::find_document::<cos::CorsConfiguration>(client, NAME).await);
    assert_eq!(cors.expect("the bucket is there"), None);
    case.finish();
}

#[test]
fn a_bucket_may_be_made_with_everything() {
    let case = Case::new();
    let several_zones = bucket(&format!("multi_az = true\n{FULL}"));
    case.apply(&several_zones);
    let replacing = |to: &str| case.plan(to).change(BUCKET)["replace_paths"].clone();
    assert_eq!(replacing(&bucket(FULL)), json!([["multi_az"]]));
    assert_eq!(replacing(&several_zones.replace("files-", "other-")), json!([["bucket"]]));
    case.configure(&several_zones);
    case.finish();
}

#[test]
fn a_bucket_that_vanished_is_made_again() {
    let case = Case::new();
    case.apply(&bucket(""));
    let gone = case.cloud().ask(async |client| cos::delete_bucket(client, NAME).await);
    gone.expect("the cloud does it");
    assert_eq!(case.plan(&bucket("")).action(BUCKET), "create");
    case.apply(&bucket(""));
    case.finish();
}

#[test]
fn a_bucket_with_objects_is_deleted_only_on_request() {
    let case = Case::new();
    case.apply(&bucket("versioning_enable = true"));
    for text in ["one", "two"] {
        put(&case, "a/b", text.into());
    }
    let removed = case.run(&["destroy", "-auto-approve", "-no-color"]);
    assert_ne!(removed.code, 0);
    for word in ["The bucket is not empty", "force_clean = true"] {
        assert!(removed.text().contains(word), "{}", removed.text());
    }
    assert!(etag(&case, "a/b").is_some());
    case.apply(&bucket("versioning_enable = true\n  force_clean = true"));
    case.finish();
}

#[test]
fn a_lost_answer_leaves_no_bucket_behind() {
    let case = Case::new();
    let drop = json!({"action": "PutBucket", "when": "after", "effect": {"type": "drop"}});
    case.fault(&drop);
    case.apply(&bucket(""));
    case.finish();
}

#[test]
fn what_the_cloud_would_refuse_is_refused_while_planning() {
    let case = Case::new();
    let named = |name: &str| bucket("").replace(NAME, name);
    for (configuration, words) in [
        (named("files"), ["APPID", "files-1250000000"]),
        (named("Files-1250000000"), ["lower-case", "bucket"]),
        (named(&format!("{}-1250000000", "x".repeat(50))), ["60 characters", "bucket"]),
        (bucket("acl = \"open\""), ["public-read", "acl"]),
        (bucket("encryption_algorithm = \"ROT13\""), ["AES256", "encryption_algorithm"]),
        (bucket("lifecycle_rules {}"), ["Rule without an action", "another action"]),
        (
            bucket("lifecycle_rules {\n expiration {\n days = 1\n date = \"2030-01-01\"\n}\n}"),
            ["only one", "expiration"],
        ),
        (
            bucket("cors_response_vary = \"true\""),
            ["cors_response_vary", "Nothing that could depend on it"],
        ),
        (bucket("website {}"), ["index_document", "Website without pages"]),
        (
            bucket(
                "cors_rules {\n allowed_origins = [\"*\"]\n allowed_methods = [\"PATCH\"]\n \
                 allowed_headers = []\n}",
            ),
            ["PATCH", "allowed_methods"],
        ),
    ] {
        case.refuse_plan(&configuration, &words);
    }
    // The name is another account's: only the cloud knows.
    case.refuse_apply(&named("files-1250000009"), &["InvalidBucketName", "bucket"]);
    case.configure("");
    case.finish();
}

#[test]
fn buckets_have_hosts_below_the_domain_of_the_object_storage() {
    let case = Case::new();
    case.configure(&bucket(""));
    let run = |arguments: &[&str]| {
        let mut command = case.command();
        command.env_remove("TENCENTCLOUD_ENDPOINT").args(arguments);
        command.env("TENCENTCLOUD_PROTOCOL", "HTTP");
        command.env("TENCENTCLOUD_DOMAIN", "emulator.internal");
        command.env("TENCENTCLOUD_COS_DOMAIN", "http://cos.emulator.internal");
        command.env("HTTP_PROXY", &case.emulator.endpoint).env_remove("NO_PROXY");
        command.env("http_proxy", &case.emulator.endpoint).env_remove("no_proxy");
        let output = command.output().expect("the tool can be run");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    run(&["apply", "-auto-approve", "-no-color"]);
    run(&["plan", "-detailed-exitcode", "-no-color"]);
    case.finish();
}

#[test]
fn buckets_are_found_by_prefix_and_tags() {
    let case = Case::new();
    let other = bucket("").replace("\"a\"", "\"b\"").replace("files-", "other-");
    let data = r#"
data "tencentcloud_cos_buckets" "tagged" {
  bucket_prefix      = "fil"
  tags               = { team = "web" }
  result_output_file = "buckets.json"
  depends_on         = [tencentcloud_cos_bucket.a, tencentcloud_cos_bucket.b]
}

data "tencentcloud_cos_buckets" "none" {
  tags       = { team = "none" }
  depends_on = [tencentcloud_cos_bucket.a, tencentcloud_cos_bucket.b]
}
"#;
    case.apply(&(bucket(FULL) + &other + data));
    let found = &case.state("data.tencentcloud_cos_buckets.tagged")["bucket_list"];
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
    assert_eq!((&found[0]["bucket"], &found[0]["acl"]), (&json!(NAME), &json!("public-read")));
    assert_eq!(found[0]["lifecycle_rules"][0]["expiration"][0]["days"], 90);
    assert_eq!(found[0]["cors_rules"][0]["max_age_seconds"], 300);
    assert_eq!(case.state("data.tencentcloud_cos_buckets.none")["bucket_list"], json!([]));
    let saved = std::fs::read_to_string(case.folder().join("buckets.json")).expect("it is saved");
    assert!(saved.contains(NAME));
    case.finish();
}
