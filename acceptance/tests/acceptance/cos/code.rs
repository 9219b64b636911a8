//! Code that lies in the object storage, or goes through it.

use std::io::Write;

use acceptance::Case;
use serde_json::json;
use tencentcloud_api::scf;

use super::{NAME, bucket, noise, put};

const FUNCTION: &str = "tencentcloud_scf_function.a";
const CLEAN: &str = "force_clean = true";

fn function(rest: &str) -> String {
    format!(
        "resource \"tencentcloud_scf_function\" \"a\" {{\n  name = \"hello\"\n  \
         runtime = \"Python3.10\"\n  handler = \"index.main_handler\"\n  {rest}\n}}\n"
    )
}

/// A function whose code is an object of the bucket.
fn stored(name: &str) -> String {
    let depends = "depends_on = [tencentcloud_cos_bucket.a]";
    function(&format!("cos_bucket_name = {name:?}\n  cos_object_name = \"/code.zip\"\n  {depends}"))
}

pub fn package(answer: &str) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("index.py", options).expect("it is written to memory");
    let source = format!("def main_handler(event, context):\n    return {answer:?}\n");
    archive.write_all(source.as_bytes()).expect("it is written to memory");
    archive.finish().expect("it is written to memory").into_inner()
}

fn invoke(case: &Case) -> String {
    let request =
        scf::InvokeRequest { function_name: "hello".to_owned(), ..scf::InvokeRequest::default() };
    let called = case.cloud().call(&request).expect("the function can be called");
    called.result.ret_msg.expose().to_owned()
}

#[test]
fn r94_code_of_an_object_is_followed() {
    let case = Case::new();
    case.apply(&bucket(CLEAN));
    put(&case, "code.zip", package("one"));
    let all = bucket(CLEAN) + &stored(NAME);
    case.apply(&all);
    assert_eq!(invoke(&case), "\"one\"");
    put(&case, "code.zip", package("two"));
    let plan = case.plan(&all);
    assert_eq!(plan.action(FUNCTION), "update");
    assert!(plan.changed(FUNCTION).contains(&"code_sha256".to_owned()));
    case.apply(&all);
    assert_eq!(invoke(&case), "\"two\"");
    // Who may not look at the object goes on with what is known.
    case.fault(&json!({"action": "HeadObject", "times": 9,
        "effect": {"type": "fail", "code": "AccessDenied"}}));
    let said = case.succeed(&["plan", "-no-color", "-detailed-exitcode"]);
    let words = ["The object with the code was not seen", "AccessDenied", "is not known"];
    assert!(words.iter().all(|word| said.out.contains(word)), "{}", said.text());
    case.clear_faults();
    // From there to a file of this machine.
    case.write("index.py", "def main_handler(event, context):\n    return 'three'\n");
    case.apply(&(bucket(CLEAN) + &function("source_file = \"index.py\"")));
    assert_eq!(invoke(&case), "\"three\"");
    assert_eq!(case.state(FUNCTION)["cos_object_etag"], json!(null));
    case.finish();
}

#[test]
fn a_bucket_may_be_named_without_the_app_id() {
    let case = Case::new();
    case.apply(&bucket(CLEAN));
    put(&case, "code.zip", package("one"));
    case.apply(&(bucket(CLEAN) + &stored("files")));
    assert_eq!(invoke(&case), "\"one\"");
    case.finish();
}

#[test]
fn r94_code_comes_from_exactly_one_place() {
    let case = Case::new();
    case.write("index.py", "def main_handler(event, context):\n    return 1\n");
    let object = "cos_bucket_name = \"files\"\n  cos_object_name = \"code.zip\"";
    for (rest, words) in [
        (format!("{object}\n  source_file = \"index.py\""), ["Code from two places", "only one"]),
        (String::new(), ["No code", "cos_bucket_name"]),
        ("cos_bucket_name = \"files\"".to_owned(), ["cos_object_name", "both or neither"]),
        (
            "source_file = \"index.py\"\n  cos_bucket_region = \"ap-tokyo\"".to_owned(),
            ["cos_bucket_region", "Region without a bucket"],
        ),
        (object.replace(".zip", ".tar"), [".zip or .jar", "cos_object_name"]),
        (
            "source_file = \"index.py\"\n  staging_bucket = \"files\"".to_owned(),
            ["staging_bucket", "APPID"],
        ),
    ] {
        case.refuse_plan(&function(&rest), &words);
    }
    case.refuse_apply(&function(object), &["ResourceNotFound.Cos", "cos_bucket_name"]);
    let all = bucket(CLEAN) + &stored(NAME);
    case.refuse_apply(&all, &["ResourceNotFound.CosObject", "cos_object_name"]);
    case.configure(&bucket(CLEAN));
    case.finish();
}

#[test]
fn r54_a_package_too_large_for_a_request_goes_through_a_bucket_once() {
    let case = Case::new();
    case.write("code/index.py", "def main_handler(event, context):\n    return 'large'\n");
    case.write("code/data.bin", noise(9 << 20, 1));
    let direct = "source_dir = \"code\"";
    let words = ["staging_bucket", "source_dir", "larger packages are sent through it"];
    case.refuse_plan(&function(direct), &words);
    let staged = format!("{direct}\n  staging_bucket = tencentcloud_cos_bucket.a.bucket");
    let all = |rest: &str| bucket(CLEAN) + &function(&format!("{staged}\n  {rest}"));
    // An interrupted upload goes on where it stopped: its parts are there, and only its end is missing.
    let fail = json!({"type": "fail", "code": "AccessDenied", "message": "not this one"});
    case.fault(&json!({"action": "CompleteMultipartUpload", "effect": fail}));
    case.refuse_apply(&all(""), &["AccessDenied", "staging_bucket"]);
    assert_eq!(case.emulator.calls("UploadPart"), 2);
    case.apply(&all(""));
    assert_eq!(case.emulator.calls("UploadPart"), 2, "what is there is not sent again");
    assert_eq!(invoke(&case), "\"large\"");
    // The same bytes for another function, and the same function without a change of its code.
    let second = function(&staged).replace("\"a\"", "\"b\"").replace("\"hello\"", "\"again\"");
    case.apply(&(all("timeout = 9") + &second));
    assert_eq!(case.emulator.calls("UploadPart"), 2);
    assert_eq!(case.emulator.calls("CompleteMultipartUpload"), 2);
    case.write("code/index.py", "def main_handler(event, context):\n    return 'new'\n");
    let plan = case.plan(&all(""));
    assert!(plan.changed(FUNCTION).contains(&"code_sha256".to_owned()));
    case.apply(&all(""));
    assert_eq!(invoke(&case), "\"new\"");
    case.finish();
}

#[test]
fn r358_a_layer_s_content_may_be_an_object_or_go_through_a_bucket() {
    let case = Case::new();
    case.apply(&bucket(CLEAN));
    put(&case, "code.zip", package("one"));
    let layer = |name: &str, content: &str| {
        format!(
            "resource \"tencentcloud_scf_layer\" \"{name}\" {{\n  layer_name = \"{name}\"\n  \
             compatible_runtimes = [\"Python3.10\"]\n  {content}\n}}\n"
        )
    };
    case.write("libraries/data.bin", noise(9 << 20, 2));
    let stored = layer(
        "stored",
        &format!("content {{\n cos_bucket_name = {NAME:?}\n cos_object_name = \"code.zip\"\n}}"),
    );
    let large = layer("large", "source_dir = \"libraries\"");
    case.refuse_plan(&large, &["staging_bucket", "larger packages are sent through it"]);
    let staged = format!("source_dir = \"libraries\"\n  staging_bucket = {NAME:?}");
    let all = bucket(CLEAN) + &stored + &layer("large", &staged);
    case.apply(&all);
    let sha =
        |name: &str| case.state(&format!("tencentcloud_scf_layer.{name}"))["code_sha_256"].clone();
    assert_ne!(sha("stored"), sha("large"));
    case.finish();
}
