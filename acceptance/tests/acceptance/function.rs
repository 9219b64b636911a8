//! Functions, their namespaces, versions and aliases.

use acceptance::{Case, Plan};
use serde_json::json;
use tencentcloud_api::scf;

const FUNCTION: &str = "tencentcloud_scf_function.a";

const CODE: &str = "def main_handler(event, context):\n    return 'one'\n";

/// A function in Python whose code is the folder `code`.
pub fn function(rest: &str) -> String {
    format!(
        r#"
resource "tencentcloud_scf_function" "a" {{
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${{path.module}}/code"
  {rest}
}}
"#
    )
}

pub fn case() -> Case {
    let case = Case::new();
    case.write("code/index.py", CODE);
    case
}

fn invoke(case: &Case, qualifier: &str) -> String {
    let request = scf::InvokeRequest {
        function_name: "hello".to_owned(),
        qualifier: Some(qualifier.to_owned()),
        ..scf::InvokeRequest::default()
    };
    let answer = case.cloud().call(&request).expect("the function can be called");
    answer.result.ret_msg.expose().to_owned()
}

#[test]
fn a_function_is_created_runs_and_is_changed_in_place() {
    let case = case();
    case.apply(&function(""));
    assert_eq!(invoke(&case, "$LATEST"), "\"one\"");
    let full = function(
        r#"
  description       = "says hello"
  mem_size          = 256
  timeout           = 10
  enable_public_net = true
  environment       = { GREETING = "hi", OTHER = "x" }
  tags              = { team = "web" }
"#,
    );
    let plan = case.plan(&full);
    assert_eq!(plan.action(FUNCTION), "update");
    let changed = plan.changed(FUNCTION);
    assert!(!changed.contains(&"code_sha256".to_owned()), "{changed:?}");
    case.apply(&full);
    let state = case.state(FUNCTION);
    assert_eq!(state["environment"], json!({ "GREETING": "hi", "OTHER": "x" }));
    assert_eq!(case.emulator.calls("UpdateFunctionCode"), 0, "only the configuration changed");
    case.import(FUNCTION, "default+hello", &["source_dir"]);
    // Taking everything away again must clear it in the cloud as well.
    case.apply(&function(""));
    let request = scf::GetFunctionRequest {
        function_name: "hello".to_owned(),
        ..scf::GetFunctionRequest::default()
    };
    let found = case.cloud().call(&request).unwrap();
    assert!(found.environment.variables.is_empty() && found.tags.is_empty());
    assert_eq!((found.memory_size, found.timeout, found.description.as_str()), (128, 3, ""));
    case.finish();
}

#[test]
fn changed_code_is_a_planned_change_and_unchanged_code_never_is() {
    let case = case();
    case.apply(&function(""));
    let before = case.state(FUNCTION)["code_sha256"].clone();
    case.write("code/index.py", CODE.replace("one", "two"));
    let plan = case.plan(&function(""));
    assert_eq!(plan.action(FUNCTION), "update");
    let follows = ["code_sha256", "code_size", "modify_time"];
    assert_eq!(plan.changed(FUNCTION), follows);
    case.apply(&function(""));
    assert_ne!(case.state(FUNCTION)["code_sha256"], before);
    assert_eq!(invoke(&case, "$LATEST"), "\"two\"");
    assert_eq!(case.emulator.calls("UpdateFunctionConfiguration"), 0);
    // The same bytes under another path are no change of the code.
    case.write("moved/index.py", CODE.replace("one", "two"));
    let moved = function("").replace("/code", "/moved");
    let changed = case.plan(&moved).changed(FUNCTION);
    assert!(!changed.contains(&"code_sha256".to_owned()), "{changed:?}");
    case.apply(&moved);
    assert_eq!(case.emulator.calls("UpdateFunctionCode"), 1);
    case.finish();
}

#[test]
fn code_that_changes_between_plan_and_apply_is_refused() {
    let case = case();
    case.plan(&function(""));
    case.write("code/index.py", CODE.replace("one", "unseen"));
    let said = case.run(&["apply", "-no-color", "plan"]);
    assert_ne!(said.code, 0);
    assert!(said.text().contains("The code has changed since the plan"), "{}", said.err);
    assert_eq!(case.emulator.calls("CreateFunction"), 0, "nothing may be sent");
    case.finish();
}

#[test]
fn code_changed_by_somebody_else_is_noticed() {
    let case = case();
    case.apply(&function(""));
    let other = case.write("other/index.py", CODE.replace("one", "foreign"));
    let package = packed(&case, &other);
    let request = scf::UpdateFunctionCodeRequest {
        function_name: "hello".to_owned(),
        zip_file: Some(package.into()),
        ..scf::UpdateFunctionCodeRequest::default()
    };
    case.cloud().call(&request).unwrap();
    let plan: Plan = case.plan(&function(""));
    assert_eq!(plan.action(FUNCTION), "update");
    assert!(plan.changed(FUNCTION).contains(&"code_sha256".to_owned()));
    case.apply(&function(""));
    assert_eq!(invoke(&case, "$LATEST"), "\"one\"");
    case.finish();
}

/// A zip package of one file in base64, made by Python as other tools make it.
fn packed(case: &Case, file: &std::path::Path) -> String {
    let script = "import base64, io, sys, zipfile\nb = io.BytesIO()\nz = zipfile.ZipFile(b, 'w')\n\
                  z.write(sys.argv[1], 'index.py')\nz.close()\n\
                  sys.stdout.write(base64.b64encode(b.getvalue()).decode())";
    let output = std::process::Command::new("python3")
        .args(["-c", script])
        .arg(file)
        .current_dir(case.folder())
        .output()
        .expect("python3 can be run");
    String::from_utf8(output.stdout).expect("base64 is text")
}

#[test]
fn a_zip_package_and_a_single_file_are_code_as_well() {
    use std::io::Write;
    let case = case();
    let file = function("")
        .replace("source_dir = \"${path.module}/code\"", "source_file = \"code/index.py\"");
    case.apply(&file);
    let hash = case.state(FUNCTION)["code_sha256"].clone();
    // A folder with only this file is the same package.
    case.apply(&function(""));
    assert_eq!(case.state(FUNCTION)["code_sha256"], hash);
    assert_eq!(case.emulator.calls("UpdateFunctionCode"), 0);
    let script = "import zipfile\nz = zipfile.ZipFile('code.zip', 'w')\nz.write('code/index.py', 'index.py')\nz.close()";
    let mut python = std::process::Command::new("python3");
    python.args(["-c", script]).current_dir(case.folder()).status().unwrap();
    let zip =
        function("").replace("source_dir = \"${path.module}/code\"", "zip_file = \"code.zip\"");
    case.apply(&zip);
    assert_eq!(invoke(&case, "$LATEST"), "\"one\"");
    // R96: what is no archive, or a damaged one, is refused while planning.
    let mut damaged = std::fs::File::create(case.folder().join("code.zip")).unwrap();
    damaged.write_all(b"not a zip").unwrap();
    case.refuse_plan(&zip, &["is not a zip archive", "zip_file"]);
    case.write("code.zip", b"");
    case.refuse_plan(&zip, &["is not a zip archive"]);
    let gone = zip.replace("code.zip", "gone.zip");
    case.refuse_plan(&gone, &["Cannot read", "gone.zip", "zip_file"]);
}

#[test]
fn files_are_chosen_by_globs() {
    let case = case();
    case.write("code/tests/x.py", "boom");
    let some = function(r#"source_exclude = ["tests/**"]"#);
    case.apply(&some);
    let hash = case.state(FUNCTION)["code_sha256"].clone();
    case.write("code/tests/x.py", "changed, and left out");
    case.expect_no_changes();
    case.write("code/tests/y.py", "new, and left out");
    case.expect_no_changes();
    assert_eq!(case.state(FUNCTION)["code_sha256"], hash);
    case.refuse_plan(&function(r#"source_include = ["*.js"]"#), &["There is no file to pack"]);
    case.configure(&some);
    case.finish();
}

#[test]
fn r56_another_name_namespace_or_runtime_is_another_function() {
    let case = case();
    case.apply(&function(""));
    let renamed = function("").replace("\"hello\"", "\"other\"");
    assert_eq!(case.plan(&renamed).action(FUNCTION), "replace");
    case.apply(&renamed);
    let elsewhere = renamed.replace("runtime ", "namespace = \"other\"\n  runtime ");
    assert_eq!(case.plan(&elsewhere).action(FUNCTION), "replace");
    let runtime = renamed.replace("Python3.10", "Python3.7");
    assert_eq!(case.plan(&runtime).action(FUNCTION), "replace");
    case.apply(&runtime);
    case.finish();
}

#[test]
fn a_function_that_vanished_is_made_again() {
    let case = case();
    case.apply(&function(""));
    let request = scf::DeleteFunctionRequest {
        function_name: "hello".to_owned(),
        ..scf::DeleteFunctionRequest::default()
    };
    case.cloud().call(&request).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(50));
    assert_eq!(case.plan(&function("")).action(FUNCTION), "create");
    case.apply(&function(""));
    case.finish();
}

#[test]
fn node_functions_run_as_well() {
    let case = Case::new();
    case.write("code/index.js", "exports.main_handler = async (event) => `node ${event.x}`;\n");
    let node = function("").replace("Python3.10", "Nodejs16.13");
    case.apply(&node);
    let request = scf::InvokeRequest {
        function_name: "hello".to_owned(),
        client_context: Some(r#"{"x": 1}"#.into()),
        ..scf::InvokeRequest::default()
    };
    assert_eq!(case.cloud().call(&request).unwrap().result.ret_msg.expose(), "\"node 1\"");
    case.finish();
}

#[test]
fn r35_r61_names_are_checked_while_planning() {
    let case = case();
    for name in ["x", "1st", "under_", "with space", &"x".repeat(61)] {
        let named = function("").replace("\"hello\"", &format!("{name:?}"));
        case.refuse_plan(&named, &["Invalid name", "2 to 60 letters"]);
    }
}

#[test]
fn r46_memory_is_64_or_a_multiple_of_128() {
    let case = case();
    for mb in [0, 63, 65, 127, 192, 3200] {
        case.refuse_plan(&function(&format!("mem_size = {mb}")), &["mem_size", "in steps of 128"]);
    }
    case.apply(&function("mem_size = 64"));
    case.finish();
}

#[test]
fn r48_r83_r368_the_time_limit_depends_on_the_mode() {
    let case = case();
    case.refuse_plan(&function("timeout = 0"), &["timeout", "1 to 86400"]);
    case.refuse_plan(&function("timeout = 901"), &["timeout", "1 to 900", "async_run_enable"]);
    case.plan(&function("timeout = 901\n  async_run_enable = \"TRUE\""));
    let two_days = function("timeout = 172800\n  async_run_enable = \"TRUE\"");
    case.refuse_plan(&two_days, &["timeout", "86400"]);
}

#[test]
fn r39_the_environment_is_small_and_keeps_off_reserved_names() {
    let case = case();
    let environment = |content: &str| function(&format!("environment = {{ {content} }}"));
    let large = environment(&format!("A = \"{}\"", "x".repeat(4096)));
    case.refuse_plan(&large, &["environment", "4097 bytes", "4096 are allowed"]);
    case.refuse_plan(&environment("SCF_X = \"1\""), &["reserved", "SCF_*"]);
    case.refuse_plan(&environment("TENCENTCLOUD_X = \"1\""), &["reserved"]);
    case.refuse_plan(&environment("\"a b\" = \"1\""), &["letters, digits and underscores"]);
    let servers = environment("OS_NAMESERVER = \"a;b;c;d;e;f\"");
    case.refuse_plan(&servers, &["OS_NAMESERVER names 6 servers"]);
}

#[test]
fn r66_r67_r69_the_handler_has_the_form_of_its_runtime() {
    let case = case();
    for (runtime, handler, form) in [
        ("Python3.10", "index", "FILE.FUNCTION"),
        ("Nodejs16.13", "a.b.c", "FILE.FUNCTION"),
        ("Go1", "main.handler", "FILE"),
        ("Java8", "com.example.Hello", "PACKAGE.CLASS::METHOD"),
    ] {
        let wrong =
            function("").replace("Python3.10", runtime).replace("index.main_handler", handler);
        case.refuse_plan(&wrong, &["Invalid handler", form]);
    }
    case.refuse_plan(
        &function("").replace("Python3.10", "Cobol85"),
        &["Expected a runtime such as"],
    );
    let none = function("").replace("handler    = \"index.main_handler\"", "");
    case.refuse_plan(&none, &["Missing handler"]);
}

#[test]
fn r68_r97_the_entry_file_stands_at_the_root() {
    let case = Case::new();
    case.write("code/src/index.py", CODE);
    case.refuse_plan(&function(""), &["inside a folder", "src/index.py", "source_dir"]);
    let case = Case::new();
    case.write("code/main.py", CODE);
    case.refuse_plan(&function(""), &["must hold \"index.py\" at its root", "main.py"]);
}

#[test]
fn r70_r121_r128_a_web_function_starts_by_its_bootstrap() {
    let case = case();
    let web = |rest: &str| function(&format!("func_type = \"HTTP\"\n  {rest}"));
    case.refuse_plan(&web(""), &["Handler of a web function"]);
    let web = web("").replace("handler    = \"index.main_handler\"", "");
    case.refuse_plan(&web, &["must hold \"scf_bootstrap\" at its root"]);
}

#[test]
fn r94_code_comes_from_one_place() {
    let case = case();
    case.refuse_plan(&function("source_file = \"x\""), &["Code from two places"]);
    let none = function("").replace("source_dir = \"${path.module}/code\"", "");
    case.refuse_plan(&none, &["No code"]);
    let empty = function("").replace("/code", "/nothing");
    case.refuse_plan(&empty, &["Cannot read", "nothing", "source_dir"]);
    std::fs::create_dir(case.folder().join("nothing")).unwrap();
    case.refuse_plan(&empty, &["There is no file to pack", "source_dir"]);
}

#[test]
fn packages_that_no_request_takes_are_refused_while_planning() {
    let case = case();
    // Bytes that do not compress.
    let mut noise = Vec::with_capacity(16 << 20);
    let mut state = 1_u64;
    while noise.len() < 16 << 20 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        noise.extend((state >> 16).to_le_bytes());
    }
    case.write("code/noise.bin", noise);
    case.refuse_plan(&function(""), &["a request takes at most", "source_dir"]);
}

#[test]
fn r95_source_code_of_a_compiled_language_is_refused_while_planning() {
    let case = case();
    for (runtime, handler, file) in
        [("Java11", "example.Hello::main", "Hello.java"), ("Go1", "main", "main.go")]
    {
        case.write(file, "");
        let configuration = function("")
            .replace("Python3.10", runtime)
            .replace("index.main_handler", handler)
            .replace("source_dir = \"${path.module}/code\"", &format!("source_file = \"{file}\""));
        case.refuse_plan(&configuration, &["source_file", "compile it"]);
    }
}

#[test]
fn what_only_the_cloud_can_refuse_points_at_the_attribute() {
    let case = case();
    let nowhere = function("namespace = \"nowhere\"");
    case.refuse_apply(&nowhere, &["ResourceNotFound.Namespace", "namespace = \"nowhere\""]);
    case.apply(&function(""));
    let twice = function("") + &function("").replace("\"a\"", "\"b\"");
    case.refuse_apply(&twice, &["ResourceInUse.Function", "name = \"hello\""]);
    case.configure(&function(""));
    case.finish();
}

#[test]
fn unknown_values_are_never_refused() {
    let case = case();
    let unknown = r#"
resource "terraform_data" "late" { input = 192 }
"#
    .to_owned()
        + &function("mem_size = terraform_data.late.output + 64")
            .replace("\"hello\"", "\"hello-${terraform_data.late.id}\"");
    case.plan(&unknown);
}

#[test]
fn r58_a_namespace_is_changed_in_place_replaced_and_imported() {
    let case = Case::new();
    let namespace = |name: &str, rest: &str| {
        format!(
            "resource \"tencentcloud_scf_namespace\" \"a\" {{\n  namespace = \"{name}\"\n  {rest}\n}}\n"
        )
    };
    let address = "tencentcloud_scf_namespace.a";
    case.apply(&namespace("web", ""));
    let described = namespace("web", "description = \"d\"");
    assert_eq!(case.plan(&described).action(address), "update");
    case.apply(&described);
    case.import(address, "web", &[]);
    case.expect_no_changes();
    let other = namespace("api", "");
    assert_eq!(case.plan(&other).action(address), "replace");
    case.apply(&other);
    case.cloud().call(&scf::DeleteNamespaceRequest { namespace: "api".to_owned() }).unwrap();
    assert_eq!(case.plan(&other).action(address), "create");
    case.apply(&other);
    case.refuse_plan(&namespace("1", ""), &["beginning with a letter"]);
    case.refuse_apply(
        &(namespace("api", "") + &namespace("api", "").replace("\"a\"", "\"b\"")),
        &["ResourceInUse.Namespace", "request id"],
    );
    case.configure(&namespace("api", ""));
    case.finish();
}

const VERSION: &str = r#"
resource "tencentcloud_scf_function_version" "a" {
  function_name = tencentcloud_scf_function.a.name
  description   = "first"
}
"#;

fn alias(rest: &str) -> String {
    format!(
        r#"
resource "tencentcloud_scf_function_alias" "a" {{
  name             = "live"
  function_name    = tencentcloud_scf_function.a.name
  {rest}
}}
"#
    )
}

#[test]
fn a_version_is_frozen_and_an_alias_moves() {
    let case = case();
    let (version, live) =
        ("tencentcloud_scf_function_version.a", "tencentcloud_scf_function_alias.a");
    let stands_for = |version: &str| alias(&format!("function_version = {version}"));
    let first = function("")
        + VERSION
        + &stands_for("tencentcloud_scf_function_version.a.function_version");
    case.apply(&first);
    assert_eq!(case.state(version)["function_version"], "1");
    case.write("code/index.py", CODE.replace("one", "two"));
    case.apply(&first);
    assert_eq!(invoke(&case, "live"), "\"one\"", "a version never changes");
    // The usual promotion: only the version changes.
    let latest = function("") + VERSION + &stands_for("\"$LATEST\"");
    let plan = case.plan(&latest);
    assert_eq!(plan.action(live), "update");
    assert_eq!(plan.changed(live), ["function_version"]);
    case.apply(&latest);
    assert_eq!(invoke(&case, "live"), "\"two\"");
    case.import(version, "hello#default#1", &[]);
    case.import(live, "default#hello#live", &[]);
    case.expect_no_changes();
    let redescribed = latest.replace("first", "second");
    assert_eq!(case.plan(&redescribed).action(version), "replace");
    case.apply(&redescribed);
    assert_eq!(case.state(version)["function_version"], "2", "a number is never used again");
    case.finish();
}

#[test]
fn a_canary_comes_and_goes() {
    let case = case();
    let base = function("") + VERSION;
    let routed = |routing: &str| {
        base.clone()
            + &alias(&format!(
                "function_version = tencentcloud_scf_function_version.a.function_version\n  {routing}"
            ))
    };
    let weight = |weight: &str| {
        routed(&format!(
            "routing_config {{\n    additional_version_weights {{\n      version = \"$LATEST\"\n      weight  = {weight}\n    }}\n  }}"
        ))
    };
    let live = "tencentcloud_scf_function_alias.a";
    case.apply(&weight("0.1"));
    assert_eq!(case.plan(&weight("0.5")).action(live), "update");
    case.apply(&weight("0.5"));
    case.import(live, "default#hello#live", &[]);
    // Taking the block away must take the canary away.
    case.apply(&routed(""));
    let request = scf::GetAliasRequest {
        function_name: "hello".to_owned(),
        name: "live".to_owned(),
        ..scf::GetAliasRequest::default()
    };
    let found = case.cloud().call(&request).unwrap().routing_config;
    assert!(found.additional_version_weights.unwrap_or_default().is_empty());
    case.refuse_plan(&weight("1.5"), &["Expected a share from 0 to 1", "weight = 1.5"]);
    case.configure(&routed(""));
    case.finish();
}

#[test]
fn r282_r285_r288_r291_rules_of_an_alias_are_checked_while_planning() {
    let case = case();
    for bad in ["1live", "live-", "li ve"] {
        let named =
            alias("function_version = \"$LATEST\"").replace("\"live\"", &format!("\"{bad}\""));
        case.refuse_plan(&(function("") + &named), &["name", bad]);
    }
    let rule = |key: &str, method: &str, expression: &str| {
        function("")
            + &alias(&format!(
                "function_version = \"$LATEST\"\n  routing_config {{\n    additional_version_matches {{\n      version    = \"1\"\n      key        = \"{key}\"\n      method     = \"{method}\"\n      expression = \"{expression}\"\n    }}\n  }}"
            ))
    };
    case.refuse_plan(&rule("User", "exact", "Bob"), &["invoke.headers.NAME"]);
    case.refuse_plan(&rule("invoke.headers.n", "prefix", "x"), &["\"exact\", \"range\""]);
    for bad in ["1,5", "[a,b]", "[5,1]", "(1;5)"] {
        case.refuse_plan(&rule("invoke.headers.n", "range", bad), &["Invalid range"]);
    }
    case.plan(&rule("invoke.headers.n", "range", "[1,50]"));
    let both = function("")
        + &alias(
            "function_version = \"$LATEST\"\n  routing_config {\n    additional_version_weights {\n      version = \"1\"\n      weight  = 0.1\n    }\n    additional_version_matches {\n      version    = \"1\"\n      key        = \"invoke.headers.n\"\n      method     = \"exact\"\n      expression = \"x\"\n    }\n  }",
        );
    case.refuse_plan(&both, &["Two kinds of routing"]);
}

#[test]
fn functions_are_found_by_name_and_tags() {
    let case = case();
    let found = function("tags = { team = \"web\" }")
        + r#"
data "tencentcloud_scf_functions" "all" {
  tags       = { team = "web" }
  depends_on = [tencentcloud_scf_function.a]
}
data "tencentcloud_scf_functions" "none" {
  name       = "other"
  depends_on = [tencentcloud_scf_function.a]
}
"#;
    case.apply(&found);
    let all = case.state("data.tencentcloud_scf_functions.all");
    assert_eq!(all["functions"][0]["name"], "hello");
    assert_eq!(all["functions"][0]["handler"], "index.main_handler");
    assert_eq!(case.state("data.tencentcloud_scf_functions.none")["functions"], json!([]));
    case.finish();
}

#[test]
fn a_function_outlives_its_package_on_this_machine() {
    let case = case();
    case.apply(&function(""));
    std::fs::remove_dir_all(case.folder().join("code")).unwrap();
    // Another change needs no code, and neither does the end.
    let described = function("description = \"d\"");
    let plan = case.plan(&described);
    assert!(!plan.changed(FUNCTION).contains(&"code_sha256".to_owned()));
    case.succeed(&["apply", "-no-color", "plan"]);
    assert_eq!(case.emulator.calls("UpdateFunctionCode"), 0);
    case.refuse_plan(&function("").replace("/code", "/moved"), &["Cannot read", "moved"]);
    case.configure(&described);
    case.finish();
}
