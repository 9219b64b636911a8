//! Running functions while Terraform applies, ending what runs, and reading what runs left behind.

use acceptance::Case;
use serde_json::{Value, json};
use tencentcloud_api::scf;

const RUN: &str = "tencentcloud_scf_invoke_function.a";

/// Counts its runs in its log, and does what its event says.
const CODE: &str = r#"import time


def main_handler(event, context):
    print("called with", event)
    if event.get("fail"):
        raise ValueError("no such table")
    time.sleep(event.get("seconds", 0))
    return event
"#;

fn function(rest: &str) -> String {
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

const TRACED: &str = "async_run_enable = \"TRUE\"\n  trace_enable = \"TRUE\"\n  timeout = 900";

fn run(rest: &str) -> String {
    format!(
        r#"{}
resource "tencentcloud_scf_invoke_function" "a" {{
  function_name = tencentcloud_scf_function.a.name
  {rest}
}}
"#,
        function("")
    )
}

fn case() -> Case {
    let case = Case::new();
    case.write("code/index.py", CODE);
    case
}

/// How often the function was called.
fn calls(case: &Case) -> usize {
    let request = scf::GetFunctionLogsRequest {
        function_name: Some("hello".to_owned()),
        ..scf::GetFunctionLogsRequest::default()
    };
    case.cloud().call(&request).expect("logs can be read").data.len()
}

fn answer(case: &Case, address: &str) -> Value {
    let result = &case.state(address)["result"][0];
    serde_json::from_str(result["ret_msg"].as_str().expect("a text"))
        .expect("a function returns JSON")
}

#[test]
fn a_function_runs_once_and_again_when_an_argument_changes() {
    let case = case();
    let config = |build: &str| {
        run(&format!(
            "client_context = jsonencode({{ a = 1 }})\n log_type = \"Tail\"\n triggers = {{ build = \"{build}\" }}"
        ))
    };
    case.apply(&config("1"));
    assert_eq!(answer(&case, RUN), json!({"a": 1}));
    let state = case.state(RUN);
    assert_eq!(state["id"], state["result"][0]["function_request_id"]);
    assert!(state["result"][0]["log"].as_str().unwrap().contains("called with"));
    assert_eq!(calls(&case), 1, "plans do not call it");
    assert_eq!(case.plan(&config("2")).action(RUN), "replace");
    case.apply(&config("2"));
    assert_eq!(calls(&case), 2);
    case.finish();
}

#[test]
fn a_function_that_fails_fails_the_apply_and_runs_again() {
    let case = case();
    let failing = "client_context = jsonencode({ fail = true })";
    let words = ["the function failed", "hello", "430", "no such table", "id of the run"];
    case.refuse_apply(&run(failing), &words);
    assert!(case.is_tainted(RUN), "what has run is kept");
    case.write("code/index.py", CODE.replace("raise ValueError", "return str"));
    case.apply(&run(failing));
    assert_eq!(answer(&case, RUN), json!("no such table"));
    case.finish();
}

#[test]
fn nobody_waits_for_an_event() {
    let case = case();
    case.apply(&run("invocation_type = \"Event\"\n client_context = jsonencode({ fail = true })"));
    assert_eq!(case.state(RUN)["result"][0]["ret_msg"], "");
    case.finish();
}

#[test]
fn r279_an_alias_chooses_by_the_routing_key() {
    let case = case();
    let config = |key: &str| {
        format!(
            r#"{}
resource "tencentcloud_scf_function_version" "one" {{
  function_name = tencentcloud_scf_function.a.name
}}

resource "tencentcloud_scf_function_alias" "a" {{
  function_name    = tencentcloud_scf_function.a.name
  name             = "canary"
  function_version = tencentcloud_scf_function_version.one.function_version

  routing_config {{
    additional_version_matches {{
      version    = "$LATEST"
      key        = "invoke.headers.User"
      method     = "exact"
      expression = "Bob"
    }}
  }}
}}

resource "tencentcloud_scf_sync_invoke_function" "a" {{
  function_name = tencentcloud_scf_function.a.name
  qualifier     = tencentcloud_scf_function_alias.a.name
  event         = jsonencode({{ hello = 1 }})
  routing_key   = jsonencode({{ User = "{key}" }})
}}

data "tencentcloud_scf_request_status" "a" {{
  function_name       = tencentcloud_scf_function.a.name
  function_request_id = tencentcloud_scf_sync_invoke_function.a.id
}}
"#,
            function("")
        )
    };
    let run = "tencentcloud_scf_sync_invoke_function.a";
    case.apply(&config("Bob"));
    let versions = |case: &Case| {
        let logs = |version: &str| {
            let request = scf::GetFunctionLogsRequest {
                function_name: Some("hello".to_owned()),
                qualifier: Some(version.to_owned()),
                ..scf::GetFunctionLogsRequest::default()
            };
            case.cloud().call(&request).expect("logs can be read").data.len()
        };
        (logs("$LATEST"), logs("1"))
    };
    assert_eq!(answer(&case, run), json!({"hello": 1}));
    assert_eq!(versions(&case), (1, 0));
    case.apply(&config("Alice"));
    assert_eq!(versions(&case), (1, 1));
    let tries = &case.state("data.tencentcloud_scf_request_status.a")["data"];
    assert_eq!(tries.as_array().unwrap().len(), 1);
    assert_eq!(tries[0]["ret_code"], 0);
    assert_eq!(tries[0]["request_id"], case.state(run)["id"]);
    case.finish();
}

#[test]
fn what_cannot_be_an_event_is_refused_while_planning() {
    let case = case();
    let large = format!("client_context = jsonencode(\"{}\")", "x".repeat(128 << 10));
    case.plan(&run(&large));
    let late = format!("invocation_type = \"Event\"\n {large}");
    case.refuse_plan(&run(&late), &["client_context", "131074 bytes", "131072"]);
    case.refuse_plan(&run("client_context = \"{\""), &["client_context", "JSON", "jsonencode"]);
    case.refuse_plan(&run("routing_key = \"[1]\""), &["routing_key", "JSON object"]);
    case.refuse_plan(&run("invocation_type = \"Later\""), &["invocation_type", "Event"]);
    let unknown = format!(
        "{}\nresource \"terraform_data\" \"later\" {{ input = \"x\" }}\n",
        run(
            "client_context = terraform_data.later.output\n invocation_type = terraform_data.later.output"
        )
    );
    case.plan(&unknown);
}

#[test]
fn what_happens_once_cannot_be_imported() {
    let case = case();
    case.configure(&run(""));
    let said = case.run(&["import", "-no-color", RUN, "anything"]);
    assert_ne!(said.code, 0);
    assert!(said.text().contains("does once"), "{}", said.err);
}

#[test]
fn r373_r377_an_event_is_ended_and_shown() {
    let case = case();
    let config = |ends: &str| {
        format!(
            r#"{}
resource "tencentcloud_scf_invoke_function" "a" {{
  function_name  = tencentcloud_scf_function.a.name
  client_context = jsonencode({{ seconds = 600 }})
}}

resource "tencentcloud_scf_terminate_async_event" "a" {{
  function_name     = tencentcloud_scf_function.a.name
  invoke_request_id = tencentcloud_scf_invoke_function.a.id
  {ends}
}}

data "tencentcloud_scf_async_event_status" "a" {{
  invoke_request_id = tencentcloud_scf_terminate_async_event.a.id
}}

data "tencentcloud_scf_async_event_management" "a" {{
  function_name = tencentcloud_scf_terminate_async_event.a.function_name
  status        = ["ABORTED"]
}}
"#,
            function(TRACED)
        )
    };
    case.apply(&config(""));
    let state = case.state("data.tencentcloud_scf_async_event_status.a");
    assert_eq!(
        (&state["result"][0]["status"], &state["result"][0]["status_code"]),
        (&json!("ABORTED"), &json!(499))
    );
    let list = case.state("data.tencentcloud_scf_async_event_management.a");
    assert_eq!(list["event_list"].as_array().unwrap().len(), 1);
    assert_eq!(list["event_list"][0]["invoke_request_id"], case.state(RUN)["id"]);
    // It has ended: ending it again is fine.
    case.apply(&config("grace_shutdown = false"));
    case.finish();
}

#[test]
fn r376_the_end_of_an_event_is_waited_for_by_its_state() {
    let case = case();
    let config = format!(
        r#"{}
resource "tencentcloud_scf_invoke_function" "a" {{
  function_name  = tencentcloud_scf_function.a.name
  client_context = jsonencode({{ seconds = 600 }})
}}

resource "tencentcloud_scf_terminate_async_event" "a" {{
  function_name     = tencentcloud_scf_function.a.name
  invoke_request_id = tencentcloud_scf_invoke_function.a.id
}}
"#,
        function(TRACED)
    );
    case.apply(&config);
    assert!(case.emulator.calls("GetAsyncEventStatus") > 0);
    assert_eq!(case.emulator.calls("ListAsyncEvents"), 0);
    case.finish();
}

#[test]
fn an_event_that_nobody_knows_is_an_error() {
    let case = case();
    let config = format!(
        r#"{}
resource "tencentcloud_scf_terminate_async_event" "a" {{
  function_name     = tencentcloud_scf_function.a.name
  invoke_request_id = "9de9405a-e33a-498d-bb59-e80b7bed1191"
}}
"#,
        function(TRACED)
    );
    case.refuse_apply(
        &config,
        &["ResourceNotFound.AsyncEvent", "tencentcloud_scf_terminate_async_event"],
    );
    case.finish();
}

#[test]
fn r84_r85_traces_belong_to_asynchronous_run_mode() {
    let case = case();
    let words = ["trace_enable", "async_run_enable"];
    case.refuse_plan(&function("trace_enable = \"TRUE\""), &words);
    case.apply(&function(TRACED));
    let without = TRACED.replace("trace_enable = \"TRUE\"", "trace_enable = \"FALSE\"");
    assert_eq!(case.plan(&function(&without)).action("tencentcloud_scf_function.a"), "replace");
    case.configure(&function(TRACED));
    case.import("tencentcloud_scf_function.a", "default+hello", &["source_dir"]);
    case.finish();
}

#[test]
fn logs_and_the_address_of_the_code_are_read() {
    let case = case();
    case.apply(&run("client_context = jsonencode({ a = 1 })"));
    let config = format!(
        r#"{}
data "tencentcloud_scf_logs" "a" {{
  function_name      = tencentcloud_scf_function.a.name
  ret_code           = "is0"
  result_output_file = "${{path.module}}/logs.json"
}}

data "tencentcloud_scf_logs" "failed" {{
  function_name = tencentcloud_scf_function.a.name
  ret_code      = "not0"
}}

data "tencentcloud_scf_function_address" "a" {{
  function_name = tencentcloud_scf_function.a.name
}}
"#,
        run("client_context = jsonencode({ a = 1 })")
    );
    case.apply(&config);
    let logs = case.state("data.tencentcloud_scf_logs.a")["logs"].clone();
    assert_eq!(logs.as_array().unwrap().len(), 1);
    assert!(logs[0]["log"].as_str().unwrap().contains("called with {'a': 1}"), "{logs}");
    let saved = std::fs::read(case.folder().join("logs.json")).expect("the file was written");
    let saved: Value = serde_json::from_slice(&saved).expect("it is JSON");
    assert_eq!(saved[0]["request_id"], logs[0]["request_id"]);
    assert_eq!(case.state("data.tencentcloud_scf_logs.failed")["logs"], json!([]));
    let address = case.state("data.tencentcloud_scf_function_address.a");
    let hash = case.state("tencentcloud_scf_function.a")["code_sha256"].clone();
    assert_eq!(address["code_sha256"], hash);
    assert!(address["url"].as_str().unwrap().starts_with("http"));
    let half = format!(
        "{config}\ndata \"tencentcloud_scf_logs\" \"b\" {{\n function_name = \"x\"\n start_time = \"2026-01-31 08:00:00\"\n}}\n"
    );
    case.refuse_plan(&half, &["end_time", "go together"]);
    case.refuse_plan(&half.replace("2026-01-31 08:00:00", "today"), &["start_time", "today"]);
    case.configure(&config);
    case.finish();
}
