//! The first plan after the switch from the official provider is empty.

use acceptance::Case;
use acceptance::cli;
use serde_json::{Map, Value as Json, json};

/// What this provider knows beyond the official one.
const OURS: [&str; 10] = [
    "code_sha256",
    "content_sha256",
    "cos_object_etag",
    "skip_destroy",
    "source_dir",
    "source_file",
    "source_include",
    "source_exclude",
    "staging_bucket",
    "timeouts",
];

/// The same for a type whose attributes other types have officially.
const OURS_OF: [(&str, &[&str]); 2] = [
    (
        "tencentcloud_scf_trigger",
        &["apigw", "ckafka", "cmq", "cos", "http", "intranet_url", "timer", "url"],
    ),
    (
        "tencentcloud_scf_function",
        &[
            "environment_wo",
            "environment_wo_names",
            "environment_wo_version",
            "idle_time_out",
            "previous_version",
            "protocol_type",
            "publish",
            "qualified_id",
            "trace_enable",
            "version",
        ],
    ),
];

/// Turns a state into what the official provider would have written: nothing is null there but
/// maps, texts that were never set are `""`, numbers 0 and flags false; and its private data is its
/// own.
fn officially(state: &mut Json, schema: &Json) {
    for resource in state["resources"].as_array_mut().expect("there are resources") {
        let kind = resource["type"].as_str().expect("a type").to_owned();
        let block = &schema["resource_schemas"][&kind]["block"];
        let instance = &mut resource["instances"][0];
        instance["private"] = json!("eyJzY2hlbWFfdmVyc2lvbiI6IjAifQ==");
        let values = instance["attributes"].as_object_mut().expect("there are attributes");
        let of_kind = OURS_OF.iter().filter(|(of, _)| *of == kind).flat_map(|(_, names)| *names);
        for name in OURS.iter().chain(of_kind) {
            values.remove(*name);
        }
        fill_in(values, block);
    }
}

fn fill_in(values: &mut Map<String, Json>, block: &Json) {
    for (name, value) in values {
        let nested = &block["block_types"][name]["block"];
        for values in value.as_array_mut().into_iter().flatten().filter_map(Json::as_object_mut) {
            fill_in(values, nested);
        }
        if value.is_null() {
            *value = match block["attributes"][name]["type"].as_str() {
                Some("string") => json!(""),
                Some("number") => json!(0),
                Some("bool") => json!(false),
                _ => Json::Null,
            };
        }
    }
}

/// One of everything.
const CONFIGURATION: &str = r#"
resource "tencentcloud_vpc" "a" {
  name       = "net"
  cidr_block = "10.0.0.0/16"
}
resource "tencentcloud_subnet" "a" {
  name              = "sub"
  vpc_id            = tencentcloud_vpc.a.id
  availability_zone = "ap-guangzhou-3"
  cidr_block        = "10.0.1.0/24"
}
resource "tencentcloud_security_group" "a" {
  name = "sg"
}
resource "tencentcloud_scf_namespace" "a" {
  namespace = "web"
}
resource "tencentcloud_scf_function" "a" {
  name     = "hello"
  runtime  = "Python3.6"
  handler  = "index.main_handler"
  zip_file = "code.zip"
  layers {
    layer_name    = tencentcloud_scf_layer.a.layer_name
    layer_version = tencentcloud_scf_layer.a.layer_version
  }
  triggers {
    name         = "inline"
    type         = "timer"
    trigger_desc = "0 0 8 * * * *"
  }
}
resource "tencentcloud_scf_trigger" "a" {
  function_name = tencentcloud_scf_function.a.name
  namespace     = "default"
  type          = "ckafka"
  trigger_name  = "ckafka-2o10hua5-orders"
  trigger_desc  = "{\"maxMsgNum\": 5, \"offset\": \"latest\"}"
}
resource "tencentcloud_scf_trigger_config" "a" {
  function_name = tencentcloud_scf_function.a.name
  type          = "timer"
  trigger_name  = "inline"
  enable        = "OPEN"
}
resource "tencentcloud_scf_custom_domain" "a" {
  domain   = "www.example.com"
  protocol = "HTTP"
  endpoints_config {
    namespace     = "default"
    function_name = tencentcloud_scf_function.a.name
    qualifier     = "$LATEST"
    path_match    = "/*"
  }
}
resource "tencentcloud_scf_layer" "a" {
  layer_name          = "libraries"
  compatible_runtimes = ["Python3.6"]
  content {
    zip_file = "code.zip"
  }
}
resource "tencentcloud_scf_function_alias" "a" {
  name             = "live"
  function_name    = tencentcloud_scf_function.a.name
  function_version = "$LATEST"
}
resource "tencentcloud_cos_bucket" "a" {
  bucket = "files-1250000000"
  cors_rules {
    allowed_origins = ["*"]
    allowed_methods = ["GET"]
    allowed_headers = ["*"]
  }
  lifecycle_rules {
    expiration {
      days = 9
    }
  }
}
resource "tencentcloud_cos_bucket_object" "code" {
  bucket = tencentcloud_cos_bucket.a.bucket
  key    = "code.zip"
  source = "code.zip"
}
resource "tencentcloud_scf_function" "stored" {
  name            = "stored"
  runtime         = "Python3.6"
  handler         = "index.main_handler"
  cos_bucket_name = tencentcloud_cos_bucket.a.bucket
  cos_object_name = tencentcloud_cos_bucket_object.code.key
}
resource "tencentcloud_clb_instance" "a" {
  network_type = "OPEN"
  clb_name     = "web"
  vpc_id       = tencentcloud_vpc.a.id
}
resource "tencentcloud_clb_listener" "a" {
  clb_id        = tencentcloud_clb_instance.a.id
  listener_name = "http"
  protocol      = "HTTP"
  port          = 8080
}
resource "tencentcloud_clb_listener_rule" "a" {
  clb_id      = tencentcloud_clb_instance.a.id
  listener_id = tencentcloud_clb_listener.a.listener_id
  domain      = "www.example.com"
  url         = "/"
}
"#;

#[test]
fn a_state_of_the_official_provider_plans_empty() {
    let case = Case::new();
    case.write("code/index.py", "def main_handler(event, context):\n    return 1\n");
    let zip = "import zipfile\nz = zipfile.ZipFile('code.zip', 'w')\nz.write('code/index.py', 'index.py')\nz.close()";
    let mut python = std::process::Command::new("python3");
    python.args(["-c", zip]).current_dir(case.folder()).status().expect("python3 can be run");
    case.apply(CONFIGURATION);
    let said = case.succeed(&["providers", "schema", "-json"]);
    let schemas = cli::json(&said);
    let schema = &schemas["provider_schemas"]["registry.terraform.io/scf-rs/tencentcloud"];
    let mut state = cli::json(&case.succeed(&["state", "pull"]));
    officially(&mut state, schema);
    case.write("terraform.tfstate", state.to_string());
    let said = case.run(&["plan", "-no-color", "-detailed-exitcode"]);
    assert_eq!(said.code, 0, "the first plan must be empty:\n{}{}", said.out, said.err);
    // And so it stays once the state has been written anew.
    case.succeed(&["apply", "-refresh-only", "-auto-approve", "-no-color"]);
    case.expect_no_changes();
    case.finish();
}

#[test]
fn configuration_that_terraform_generates_for_an_import_plans_empty() {
    let case = Case::new();
    let network = "resource \"tencentcloud_vpc\" \"a\" {\n  name       = \"net\"\n  cidr_block = \"10.0.0.0/16\"\n}\nresource \"tencentcloud_clb_instance\" \"a\" {\n  network_type = \"OPEN\"\n  clb_name     = \"web\"\n  vpc_id       = tencentcloud_vpc.a.id\n}\nresource \"tencentcloud_clb_listener\" \"a\" {\n  clb_id        = tencentcloud_clb_instance.a.id\n  listener_name = \"http\"\n  protocol      = \"HTTP\"\n  port          = 8080\n}\nresource \"tencentcloud_clb_listener_rule\" \"a\" {\n  clb_id      = tencentcloud_clb_instance.a.id\n  listener_id = tencentcloud_clb_listener.a.listener_id\n  domain      = \"www.example.com\"\n  url         = \"/\"\n}\n";
    case.apply(network);
    let addresses = [
        "tencentcloud_vpc.a",
        "tencentcloud_clb_instance.a",
        "tencentcloud_clb_listener.a",
        "tencentcloud_clb_listener_rule.a",
    ];
    let imports = addresses.map(|address| {
        let id = case.state(address)["id"].as_str().expect("an id").to_owned();
        format!("import {{\n  to = {address}\n  id = \"{id}\"\n}}\n")
    });
    case.configure(&imports.concat());
    std::fs::remove_file(case.folder().join("terraform.tfstate")).expect("there is a state");
    case.succeed(&["plan", "-no-color", "-generate-config-out=generated.tf"]);
    let said = case.succeed(&["apply", "-auto-approve", "-no-color"]);
    assert!(said.out.contains("4 imported, 0 added, 0 changed, 0 destroyed"), "{}", said.out);
    case.configure("");
    case.expect_no_changes();
    case.finish();
}
