//! Functions that publish a version with every change, and variables that no state holds.

use std::path::Path;

use acceptance::{Case, Emulator};
use serde_json::{Value, json};
use tencentcloud_api::scf;

const FUNCTION: &str = "tencentcloud_scf_function.a";

const CODE: &str = "import os\n\n\ndef main_handler(event, context):\n    return {k: v for k, v in os.environ.items() if k in ('MODE', 'PASSWORD', 'TOKEN')}\n";

fn function(rest: &str) -> String {
    format!(
        r#"
variable "password" {{
  type      = string
  ephemeral = true
  default   = "hunter2"
}}

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

fn case() -> Case {
    let case = Case::new();
    case.write("code/index.py", CODE);
    case
}

fn versions(case: &Case) -> Vec<String> {
    let request = scf::ListVersionByFunctionRequest {
        function_name: "hello".to_owned(),
        order: Some("ASC".to_owned()),
        ..scf::ListVersionByFunctionRequest::default()
    };
    let mut found = case.cloud().call(&request).expect("versions are listed").function_version;
    found.retain(|version| version != "$LATEST");
    found
}

fn outputs(case: &Case) -> [Value; 3] {
    let state = case.state(FUNCTION);
    ["version", "qualified_id", "previous_version"].map(|name| state[name].clone())
}

/// The variables that the function sees.
fn seen(case: &Case) -> Value {
    let request =
        scf::InvokeRequest { function_name: "hello".to_owned(), ..scf::InvokeRequest::default() };
    let answer = case.cloud().call(&request).expect("the function can be called");
    serde_json::from_str(answer.result.ret_msg.expose()).expect("it returns JSON")
}

#[test]
fn every_change_of_code_or_configuration_publishes_a_version() {
    let case = case();
    case.apply(&function("publish = true"));
    assert_eq!(outputs(&case), [json!("1"), json!("default+hello+1"), Value::Null]);
    case.write("code/index.py", format!("{CODE}# edited\n"));
    let plan = case.plan(&function("publish = true"));
    let changed = plan.changed(FUNCTION);
    for name in ["code_sha256", "version", "qualified_id", "previous_version"] {
        assert!(changed.iter().any(|changed| changed == name), "{changed:?}");
    }
    assert_eq!(plan.change(FUNCTION)["after"]["previous_version"], "1");
    case.apply(&function("publish = true"));
    assert_eq!(outputs(&case), [json!("2"), json!("default+hello+2"), json!("1")]);
    case.apply(&function("publish = true\n  mem_size = 256"));
    assert_eq!(outputs(&case)[0], "3");
    // Tags are no part of a version.
    case.apply(&function("publish = true\n  mem_size = 256\n  tags = { a = \"b\" }"));
    assert_eq!(versions(&case), ["1", "2", "3"]);
    case.apply(&function("mem_size = 256\n  tags = { a = \"b\" }"));
    assert_eq!(outputs(&case), [json!("$LATEST"), json!("default+hello+$LATEST"), json!("3")]);
    case.finish();
}

#[test]
fn an_alias_follows_what_is_published() {
    let case = case();
    let config = r#"publish = true
}

resource "tencentcloud_scf_function_alias" "live" {
  name             = "live"
  function_name    = tencentcloud_scf_function.a.name
  function_version = tencentcloud_scf_function.a.version"#;
    case.apply(&function(config));
    case.write("code/index.py", format!("{CODE}# edited\n"));
    case.apply(&function(config));
    let alias = case.state("tencentcloud_scf_function_alias.live");
    assert_eq!(alias["function_version"], "2");
    case.finish();
}

#[test]
fn a_version_that_could_not_be_published_is_published_by_the_next_apply() {
    let case = case();
    case.apply(&function("publish = true"));
    case.write("code/index.py", format!("{CODE}# edited\n"));
    let effect = json!({ "type": "fail", "code": "LimitExceeded.FunctionVersions" });
    case.fault(&json!({ "action": "PublishVersion", "times": 1, "effect": effect }));
    case.refuse_apply(&function("publish = true"), &["LimitExceeded.FunctionVersions"]);
    case.clear_faults();
    assert_eq!(versions(&case), ["1"]);
    case.apply(&function("publish = true"));
    assert_eq!(
        (versions(&case), outputs(&case)[0].clone()),
        (vec!["1".into(), "2".into()], json!("2"))
    );
    case.finish();
}

#[test]
fn a_version_that_somebody_deletes_is_published_anew() {
    let case = case();
    case.apply(&function("publish = true"));
    let request = scf::DeleteFunctionVersionRequest {
        function_name: "hello".to_owned(),
        qualifier: "1".to_owned(),
        ..scf::DeleteFunctionVersionRequest::default()
    };
    case.cloud().call(&request).expect("the version can be deleted");
    let change = scf::UpdateFunctionConfigurationRequest {
        function_name: "hello".to_owned(),
        timeout: Some(9),
        ..scf::UpdateFunctionConfigurationRequest::default()
    };
    case.cloud().call(&change).expect("the function can be changed");
    assert_eq!(case.plan(&function("publish = true")).action(FUNCTION), "update");
    case.apply(&function("publish = true"));
    assert_eq!(outputs(&case)[0], "2");
    case.finish();
}

#[test]
fn hidden_variables_reach_the_function_and_no_state() {
    let case = case();
    let config = |rest: &str| {
        function(&format!(
            "environment = {{ MODE = \"a\" }}\n  environment_wo = {{ PASSWORD = var.password }}\n  {rest}"
        ))
    };
    case.apply(&config("environment_wo_version = 1"));
    assert_eq!(seen(&case), json!({"MODE": "a", "PASSWORD": "hunter2"}));
    let state = case.succeed(&["state", "pull"]).out;
    assert!(!state.contains("hunter2"), "{state}");
    assert_eq!(case.state(FUNCTION)["environment_wo_names"], json!(["PASSWORD"]));

    // Another value is sent when the version says so.
    let other = |version: u8| {
        config(&format!("environment_wo_version = {version}")).replace("hunter2", "correct horse")
    };
    assert_eq!(case.plan(&other(1)).action(FUNCTION), "no-op");
    let plan = case.plan(&other(2));
    assert_eq!(plan.action(FUNCTION), "update");
    case.apply(&other(2));
    assert_eq!(seen(&case), json!({"MODE": "a", "PASSWORD": "correct horse"}));

    // A change of the others keeps the hidden ones, and taking these away takes them away.
    case.apply(&other(2).replace("MODE = \"a\"", "MODE = \"b\""));
    assert_eq!(seen(&case), json!({"MODE": "b", "PASSWORD": "correct horse"}));
    case.apply(&function("environment = { MODE = \"b\" }"));
    assert_eq!(seen(&case), json!({"MODE": "b"}));
    case.finish();
}

#[test]
fn another_hidden_name_is_a_change() {
    let case = case();
    case.apply(&function("environment_wo = { PASSWORD = var.password }"));
    let both = "environment_wo = { PASSWORD = var.password, TOKEN = \"t\" }";
    assert_eq!(case.plan(&function(both)).action(FUNCTION), "update");
    case.apply(&function(both));
    assert_eq!(seen(&case), json!({"PASSWORD": "hunter2", "TOKEN": "t"}));
    case.finish();
}

#[test]
fn r39_variables_of_both_kinds_are_checked_together() {
    let case = case();
    let twice = "environment = { A = \"1\" }\n  environment_wo = { A = \"2\" }";
    case.refuse_plan(&function(twice), &["environment_wo", "\"A\"", "not in both"]);
    let alone = "environment_wo_version = 1";
    case.refuse_plan(&function(alone), &["environment_wo_version", "environment_wo"]);
    let half = "x".repeat(2100);
    let large =
        format!("environment = {{ A = \"{half}\" }}\n  environment_wo = {{ B = \"{half}\" }}");
    case.refuse_plan(&function(&large), &["environment_wo", "4096"]);
    case.refuse_plan(&function("environment_wo = { SCF_A = \"1\" }"), &["environment_wo", "SCF_"]);
}

#[test]
fn r255_r299_the_example_warms_a_version_before_it_is_released() {
    let case = Case::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("examples/release");
    for file in ["main.tf", "variables.tf", "outputs.tf", "function/index.py"] {
        case.write(file, std::fs::read(folder.join(file)).expect("the example is whole"));
    }
    case.succeed(&["apply", "-auto-approve", "-no-color"]);
    case.expect_no_changes();
    let page = |alias: &str| {
        let url = format!(
            "{}/_url/{}/",
            case.emulator.endpoint,
            case.state(&format!("tencentcloud_scf_trigger.url[\"{alias}\"]"))["trigger_name"]
                .as_str()
                .expect("a URL has a name")
        );
        Emulator::page(&url, None).expect("it answers")
    };
    assert_eq!([page("release"), page("prepub")], ["one\n", "one\n"]);
    let code = std::fs::read_to_string(folder.join("function/index.py")).expect("it is there");
    case.write("function/index.py", code.replace("one", "two"));
    case.succeed(&["apply", "-auto-approve", "-no-color"]);
    case.expect_no_changes();
    assert_eq!([page("release"), page("prepub")], ["two\n", "two\n"]);
    assert_eq!(case.succeed(&["output", "-raw", "version"]).out, "2");
    let entries = case.emulator.tell("requests")["entries"].clone();
    let entries = entries.as_array().expect("a list").iter();
    let actions: Vec<_> = entries.filter_map(|entry| entry["action"].as_str()).collect();
    let steps =
        ["PutProvisionedConcurrencyConfig", "UpdateAlias", "DeleteProvisionedConcurrencyConfig"];
    let first_put = actions.iter().position(|action| *action == steps[0]).expect("of version 1");
    let then = actions[first_put + 1..].iter().filter(|action| steps.contains(action));
    assert_eq!(then.copied().collect::<Vec<_>>(), steps, "warm, released, let go");
    case.finish();
}
