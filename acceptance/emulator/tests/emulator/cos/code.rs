//! Code of functions and layers that lies in the object storage.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Cos;
use crate::scf::{HELLO, create, wait, zip};
use crate::support::client;

fn package(files: &[(&str, &str)]) -> Vec<u8> {
    STANDARD.decode(zip(files)).unwrap()
}

/// A bucket that holds a function's package.
fn stocked() -> (Cos, String) {
    let cos = Cos::new(client());
    let bucket = cos.bucket("code");
    cos.put_bytes(&bucket, "app/hello.zip", &package(&[("index.py", HELLO)]));
    (cos, bucket)
}

fn function(code: Value) -> Value {
    json!({"FunctionName": "hello", "Runtime": "Python3.6", "Handler": "index.main", "Code": code})
}

#[test]
fn r94_code_may_come_from_the_object_storage() {
    let (cos, bucket) = stocked();
    let client = &cos.client;
    // As the API has it: the name without the APPID, the key with a slash.
    create(client, function(json!({"CosBucketName": "code", "CosObjectName": "/app/hello.zip"})));
    let result = client.ok("scf.Invoke", json!({"FunctionName": "hello"}));
    assert_eq!(result["Result"]["RetMsg"], "\"hello\"");
    // What lies there later is another thing.
    cos.ask("DELETE", &format!("/{bucket}/app/hello.zip")).send();
    client.ok("scf.Invoke", json!({"FunctionName": "hello"}));
    let source = "def main(event, context):\n    return 'new'\n";
    cos.put_bytes(&bucket, "new.zip", &package(&[("index.py", source)]));
    let update = json!({
        "FunctionName": "hello", "CosBucketName": bucket, "CosObjectName": "new.zip",
        "CosBucketRegion": "ap-guangzhou",
    });
    client.ok("scf.UpdateFunctionCode", update);
    wait(client, "hello", "Active");
    let result = client.ok("scf.Invoke", json!({"FunctionName": "hello"}));
    assert_eq!(result["Result"]["RetMsg"], "\"new\"");
}

#[test]
fn r94_code_that_is_not_in_the_object_storage_is_refused() {
    let (cos, bucket) = stocked();
    let code = |bucket: &str, key: &str, region: &str| {
        let code = json!({
            "CosBucketName": bucket, "CosObjectName": key, "CosBucketRegion": region,
        });
        cos.client.code("scf.CreateFunction", function(code))
    };
    assert_eq!(code("other", "/app/hello.zip", ""), "ResourceNotFound.Cos");
    assert_eq!(code("code", "/app/hello.zip", "ap-shanghai"), "ResourceNotFound.Cos");
    assert_eq!(code("code", "/app/other.zip", ""), "ResourceNotFound.CosObject");
    assert_eq!(code(&bucket, "", ""), "InvalidParameterValue.CosObjectName");
}

#[test]
fn r96_an_object_that_is_no_archive_is_refused() {
    let (cos, bucket) = stocked();
    cos.put(&bucket, "text.zip", "no archive");
    let code = function(json!({"CosBucketName": "code", "CosObjectName": "/text.zip"}));
    assert_eq!(cos.client.code("scf.CreateFunction", code), "InvalidParameterValue.ZipFile");
}

#[test]
fn r97_an_archive_of_the_object_storage_has_its_entry_at_the_root() {
    let (cos, bucket) = stocked();
    cos.put_bytes(&bucket, "deep.zip", &package(&[("folder/index.py", HELLO)]));
    let code = function(json!({"CosBucketName": "code", "CosObjectName": "/deep.zip"}));
    assert_eq!(cos.client.code("scf.CreateFunction", code), "InvalidParameterValue.Code");
}

#[test]
fn r358_a_layer_s_content_may_come_from_the_object_storage() {
    let (cos, _) = stocked();
    let layer = json!({
        "LayerName": "shared", "CompatibleRuntimes": ["Python3.6"],
        "Content": {"CosBucketName": "code", "CosObjectName": "/app/hello.zip"},
    });
    let published = cos.client.ok("scf.PublishLayerVersion", layer);
    assert_eq!(published["LayerVersion"], 1);
}
