//! Objects.

use acceptance::Case;
use serde_json::json;
use tencentcloud_api::cos::{self, Place};

use super::{NAME, bucket, etag, noise, put};

const OBJECT: &str = "tencentcloud_cos_bucket_object.a";

/// A bucket with an object.
fn object(rest: &str) -> String {
    bucket("")
        + &format!(
            "resource \"tencentcloud_cos_bucket_object\" \"a\" {{\n  \
             bucket = tencentcloud_cos_bucket.a.bucket\n  key = \"a/b.txt\"\n  {rest}\n}}\n"
        )
}

#[test]
fn a_changed_content_is_a_planned_change_and_an_unchanged_one_never() {
    let case = Case::new();
    case.write("one.txt", "hello");
    case.apply(&object("source = \"one.txt\""));
    let state = case.state(OBJECT);
    assert_eq!(state["etag"], "5d41402abc4b2a76b9719d911017c592");
    assert_eq!(state["content_type"], "application/octet-stream");
    // Another path with the same content is sent to nobody.
    case.write("two.txt", "hello");
    case.apply(&object("source = \"two.txt\""));
    case.apply(&object("content = \"hello\""));
    assert_eq!(case.emulator.calls("PutObject"), 1);
    case.apply(&object("source = \"two.txt\""));
    case.write("two.txt", "other");
    let plan = case.plan(&object("source = \"two.txt\""));
    assert_eq!(plan.action(OBJECT), "update");
    assert_eq!(plan.changed(OBJECT), ["content_sha256", "etag"]);
    case.apply(&object("source = \"two.txt\""));
    assert_eq!(case.emulator.calls("PutObject"), 2);
    case.finish();
}

#[test]
fn headers_acl_and_tags_change_in_place_and_are_imported() {
    let case = Case::new();
    let text = "content = \"hello\"\n";
    case.apply(&object(text));
    let full = format!(
        "{text}  acl = \"public-read\"\n  cache_control = \"max-age=9\"\n  \
         content_disposition = \"attachment\"\n  content_encoding = \"utf-8\"\n  \
         content_type = \"text/plain\"\n  storage_class = \"STANDARD_IA\"\n  tags = {{ a = \"b\" }}"
    );
    assert_eq!(case.plan(&object(&full)).action(OBJECT), "update");
    case.apply(&object(&full));
    case.import(OBJECT, &format!("{NAME}/a/b.txt"), &["content", "content_sha256"]);
    case.apply(&object(&full));
    let puts = case.emulator.calls("PutObject");
    case.apply(&object(&full.replace("public-read", "private").replace("a = \"b\"", "c = \"d\"")));
    assert_eq!(case.emulator.calls("PutObject"), puts, "the content is sent once");
    let state = case.state(OBJECT);
    assert_eq!((&state["acl"], &state["tags"]), (&json!("private"), &json!({"c": "d"})));
    let moved = object(&full).replace("a/b.txt", "c.txt");
    assert_eq!(case.plan(&moved).change(OBJECT)["replace_paths"], json!([["key"]]));
    case.configure(&object(&full));
    case.finish();
}

#[test]
fn what_others_do_to_an_object_is_undone() {
    let case = Case::new();
    case.apply(&object("content = \"ours\""));
    put(&case, "a/b.txt", b"theirs".to_vec());
    assert_eq!(case.plan(&object("content = \"ours\"")).action(OBJECT), "update");
    case.apply(&object("content = \"ours\""));
    let place = Place::new(NAME, "a/b.txt");
    let gone = case.cloud().ask(async |client| cos::delete_object(client, &place).await);
    gone.expect("the cloud does it");
    assert_eq!(case.plan(&object("content = \"ours\"")).action(OBJECT), "create");
    case.apply(&object("content = \"ours\""));
    case.finish();
}

#[test]
fn an_etag_that_users_set_stays_as_they_set_it() {
    let case = Case::new();
    case.write("one.txt", "hello");
    let own = object("source = \"one.txt\"\n  etag = filemd5(\"one.txt\")");
    case.apply(&own);
    case.write("one.txt", "other");
    assert_eq!(case.plan(&own).action(OBJECT), "update");
    case.apply(&own);
    case.write("one.txt", noise(9 << 20, 1));
    case.refuse_plan(&own, &["ETag of a large object", "Leave etag out"]);
    case.write("one.txt", "other");
    case.finish();
}

#[test]
fn a_large_file_is_sent_in_parts_each_of_which_is_repeated() {
    let case = Case::new();
    case.write("large.bin", noise(20 << 20, 1));
    case.fault(&json!({"action": "UploadPart", "when": "after", "effect": {"type": "drop"}}));
    let fail = json!({"type": "fail", "code": "InternalError", "message": "once"});
    case.fault(&json!({"action": "UploadPart", "effect": fail}));
    case.fault(&json!({
        "action": "CompleteMultipartUpload", "when": "after", "effect": {"type": "drop"},
    }));
    case.apply(&object("source = \"large.bin\""));
    assert_eq!(case.emulator.calls("UploadPart"), 5);
    assert!(etag(&case, "a/b.txt").is_some_and(|etag| etag.ends_with("-3\"")));
    case.finish();
}

#[test]
fn what_cannot_be_is_refused_while_planning() {
    let case = Case::new();
    for (rest, words) in [
        ("", ["No content", "source or content"]),
        ("source = \"a\"\n  content = \"b\"", ["Content from two places", "only one"]),
        ("source = \"missing.txt\"", ["missing.txt", "No content"]),
        ("content = \"\"\n  acl = \"open\"", ["public-read", "acl"]),
    ] {
        case.refuse_plan(&object(rest), &words);
    }
    let upwards = object("content = \"\"").replace("a/b.txt", "a/../b.txt");
    case.refuse_plan(&upwards, &["No part of a key", "key"]);
    case.configure("");
    case.finish();
}

#[test]
fn without_the_file_an_object_keeps_its_content_and_says_so() {
    let case = Case::new();
    let file = case.write("content.txt", "one");
    case.apply(&object("source = \"content.txt\""));
    std::fs::remove_file(file).unwrap();
    let said = case.succeed(&["plan", "-no-color", "-detailed-exitcode"]);
    assert!(said.out.contains("keeps the content that it has"), "{}", said.text());
    let tagged = object("source = \"content.txt\"\n  tags = { team = \"one\" }");
    case.apply(&tagged);
    // Headers are kept with the content, which would have to be sent again.
    let typed = object("source = \"content.txt\"\n  content_type = \"text/plain\"");
    case.refuse_plan(&typed, &["No content", "source = ", "Cannot read content.txt"]);
    case.configure(&tagged);
    case.finish();
}

#[test]
fn an_object_is_looked_at() {
    let case = Case::new();
    let data = r#"
data "tencentcloud_cos_bucket_object" "a" {
  bucket             = tencentcloud_cos_bucket_object.a.bucket
  key                = tencentcloud_cos_bucket_object.a.key
  result_output_file = "object.json"
}
"#;
    case.apply(&(object("content = \"hello\"\n  content_type = \"text/plain\"") + data));
    let found = case.state("data.tencentcloud_cos_bucket_object.a");
    assert_eq!(found["etag"], "5d41402abc4b2a76b9719d911017c592");
    assert_eq!(found["content_type"], "text/plain");
    assert_eq!(found["storage_class"], "STANDARD");
    assert!(case.folder().join("object.json").exists());
    let missing = data.replace("tencentcloud_cos_bucket_object.a.key", "\"missing\"");
    let missing = object("content = \"hello\"") + &missing;
    case.refuse_apply(&missing, &["no such object", "missing"]);
    case.configure(&object("content = \"hello\""));
    case.finish();
}
