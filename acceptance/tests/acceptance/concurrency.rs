//! Concurrency of functions, how asynchronous invocations are treated, and what lists tell of both.

use acceptance::Case;
use serde_json::json;
use tencentcloud_api::scf;

const RESERVED: &str = "tencentcloud_scf_reserved_concurrency_config.a";
const PROVISIONED: &str = "tencentcloud_scf_provisioned_concurrency_config.a";
const INVOKE: &str = "tencentcloud_scf_function_event_invoke_config.a";

const FUNCTION: &str = r#"
resource "tencentcloud_scf_function" "a" {
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${path.module}/code"
}

resource "tencentcloud_scf_function_version" "a" {
  function_name = tencentcloud_scf_function.a.name
}
"#;

fn case() -> Case {
    let case = Case::new();
    case.write("code/index.py", "def main_handler(event, context):\n    return 'one'\n");
    case
}

fn reserved(memory: &str) -> String {
    format!(
        r#"{FUNCTION}
resource "tencentcloud_scf_reserved_concurrency_config" "a" {{
  function_name            = tencentcloud_scf_function.a.name
  reserved_concurrency_mem = {memory}
}}
"#
    )
}

fn provisioned(number: &str, rest: &str) -> String {
    format!(
        r#"{FUNCTION}
resource "tencentcloud_scf_provisioned_concurrency_config" "a" {{
  function_name                       = tencentcloud_scf_function.a.name
  qualifier                           = tencentcloud_scf_function_version.a.function_version
  version_provisioned_concurrency_num = {number}
  {rest}
}}
"#
    )
}

fn event_invoke(retries: &str, seconds: &str) -> String {
    format!(
        r#"{FUNCTION}
resource "tencentcloud_scf_function_event_invoke_config" "a" {{
  function_name = tencentcloud_scf_function.a.name

  async_trigger_config {{
    msg_ttl = {seconds}

    retry_config {{
      retry_num = {retries}
    }}
  }}
}}
"#
    )
}

fn invoke(case: &Case) -> i64 {
    let request =
        scf::InvokeRequest { function_name: "hello".to_owned(), ..scf::InvokeRequest::default() };
    case.cloud().call(&request).expect("there is the function").result.invoke_result
}

fn settings(case: &Case) -> (Vec<i64>, i64) {
    let request = scf::GetFunctionEventInvokeConfigRequest {
        function_name: "hello".to_owned(),
        ..scf::GetFunctionEventInvokeConfigRequest::default()
    };
    let found = case.cloud().call(&request).expect("there is the function").async_trigger_config;
    (found.retry_config.iter().map(|retry| retry.retry_num).collect(), found.msg_ttl)
}

#[test]
fn a_reserve_is_changed_in_place_and_imported() {
    let case = case();
    case.apply(&reserved("512"));
    assert_eq!(case.state(RESERVED)["id"], "default#hello");
    let plan = case.plan(&reserved("256"));
    assert_eq!(plan.action(RESERVED), "update");
    assert_eq!(plan.changed(RESERVED), ["reserved_concurrency_mem"]);
    case.apply(&reserved("256"));
    case.import(RESERVED, "default#hello", &[]);
    case.expect_no_changes();
    // Somebody takes it away.
    let request = scf::DeleteReservedConcurrencyConfigRequest {
        function_name: "hello".to_owned(),
        namespace: None,
    };
    case.cloud().call(&request).unwrap();
    assert_eq!(case.plan(&reserved("256")).action(RESERVED), "create");
    case.apply(&reserved("256"));
    let elsewhere = reserved("256")
        .replace("= tencentcloud_scf_function.a.name\n  reserved", "= \"b\"\n  reserved");
    assert_eq!(case.plan(&elsewhere).action(RESERVED), "replace");
    case.configure(&reserved("256"));
    case.finish();
}

#[test]
fn r224_r225_a_reserve_of_0_is_not_the_absence_of_one() {
    let case = case();
    case.apply(&reserved("0"));
    assert_eq!(case.state(RESERVED)["reserved_concurrency_mem"], 0);
    assert_eq!(invoke(&case), 432);
    case.apply(FUNCTION);
    assert_eq!(invoke(&case), 0);
    case.refuse_plan(&reserved("-1"), &["reserved_concurrency_mem", "stops the function"]);
    case.configure(FUNCTION);
    case.finish();
}

#[test]
fn r222_r223_a_reserve_that_does_not_fit_is_explained() {
    let case = case();
    let words = ["reserved_concurrency_mem", "at most 115200 MB", "12800 MB stay for all"];
    case.refuse_plan(&reserved("115201"), &words);
    case.apply(&reserved("115200"));
    // A function's own reserve is not in its way, and others' are.
    case.plan(&reserved("115199"));
    let other = format!(
        "{}{}",
        reserved("115200"),
        r#"
resource "tencentcloud_scf_reserved_concurrency_config" "b" {
  function_name            = "other"
  reserved_concurrency_mem = 128
}
"#
    );
    case.refuse_plan(&other, &["at most 0 MB", "others have reserved 115200 MB"]);
    // What the plan could not see, the cloud explains.
    case.apply(&reserved("256"));
    case.fault(&json!({"action": "GetAccount", "times": 100, "effect": {
        "type": "fail", "code": "UnauthorizedOperation.CAM",
    }}));
    let words = ["concurrency was not seen", "FailedOperation.ReservedExceedTotal", "request id"];
    case.refuse_apply(&reserved("115201"), &words);
    case.clear_faults();
    case.configure(&reserved("256"));
    case.finish();
}

#[test]
fn r226_another_memory_size_of_a_function_with_a_reserve_is_warned_of() {
    let case = case();
    case.apply(&reserved("512"));
    let larger = reserved("512").replace("  source_dir", "  mem_size   = 256\n  source_dir");
    case.configure(&larger);
    let said = case.succeed(&["plan", "-no-color"]).text();
    for words in ["mem_size", "4 instances of 128 MB", "2 of 256 MB"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    case.apply(&larger);
    case.finish();
}

#[test]
fn settings_of_asynchronous_invocations_go_back_when_they_are_destroyed() {
    let case = case();
    case.apply(&event_invoke("0", "60"));
    assert_eq!(case.state(INVOKE)["id"], "hello#default");
    assert_eq!(settings(&case), (vec![0], 60));
    assert_eq!(case.plan(&event_invoke("1", "3600")).action(INVOKE), "update");
    case.apply(&event_invoke("1", "3600"));
    case.import(INVOKE, "hello#default", &[]);
    case.expect_no_changes();
    case.apply(FUNCTION);
    assert_eq!(settings(&case), (vec![2], 21_600));
    case.refuse_plan(&event_invoke("3", "60"), &["retry_num", "0 to 2"]);
    case.refuse_plan(&event_invoke("1", "59"), &["msg_ttl", "60 to 21600"]);
    case.refuse_plan(&event_invoke("1", "21601"), &["msg_ttl", "60 to 21600"]);
    case.configure(FUNCTION);
    case.finish();
}

#[test]
fn r365_asynchronous_run_mode_has_no_such_settings() {
    let case = case();
    let asynchronous = event_invoke("1", "60")
        .replace("  source_dir", "  async_run_enable = \"TRUE\"\n  source_dir");
    // The function is not there yet when it is planned.
    case.refuse_apply(&asynchronous, &["in asynchronous run mode and has no such settings"]);
    case.configure(
        &FUNCTION.replace("  source_dir", "  async_run_enable = \"TRUE\"\n  source_dir"),
    );
    case.finish();
}

#[test]
fn provisioned_instances_are_waited_for_and_changed_in_place() {
    let case = case();
    case.emulator.ask("transitions", &json!({"provision.hundred": 200}));
    case.apply(&provisioned("100", ""));
    assert_eq!(case.state(PROVISIONED)["id"], "hello#1#default");
    let request = scf::GetProvisionedConcurrencyConfigRequest {
        function_name: "hello".to_owned(),
        ..scf::GetProvisionedConcurrencyConfigRequest::default()
    };
    let found = case.cloud().call(&request).unwrap().allocated;
    assert_eq!(found[0].available_provisioned_concurrency_num, 100, "it waited");
    let plan = case.plan(&provisioned("50", ""));
    assert_eq!(plan.action(PROVISIONED), "update");
    assert_eq!(plan.changed(PROVISIONED), ["version_provisioned_concurrency_num"]);
    case.apply(&provisioned("50", ""));
    case.import(PROVISIONED, "hello#1#default", &[]);
    case.import(PROVISIONED, "hello#1#", &["id"]);
    case.expect_no_changes();
    case.apply(FUNCTION);
    assert!(case.cloud().call(&request).unwrap().allocated.is_empty());
    assert_eq!(case.plan(&provisioned("50", "")).action(PROVISIONED), "create");
    case.configure(FUNCTION);
    case.finish();
}

#[test]
fn the_number_that_was_asked_for_is_read_and_not_what_is_ready() {
    let case = case();
    case.apply(&provisioned("10", ""));
    case.emulator.ask("transitions", &json!({"provision.hundred": 100_000_000}));
    // Somebody else asks for more, and the cloud has not come far.
    let request = scf::PutProvisionedConcurrencyConfigRequest {
        function_name: "hello".to_owned(),
        qualifier: "1".to_owned(),
        version_provisioned_concurrency_num: 20,
        ..scf::PutProvisionedConcurrencyConfigRequest::default()
    };
    case.cloud().call(&request).unwrap();
    case.configure(&provisioned("20", ""));
    case.succeed(&["apply", "-refresh-only", "-auto-approve", "-no-color"]);
    assert_eq!(case.state(PROVISIONED)["version_provisioned_concurrency_num"], 20);
    case.expect_no_changes();
    // Another change waits for the end of this one, and says so when the time is up.
    let limited = provisioned("30", "timeouts {\n    update = \"200ms\"\n  }");
    case.refuse_apply(&limited, &["FailedOperation.ProvisionedInProgress", "still changing"]);
}

#[test]
fn timed_changes_and_the_dynamic_type_follow_the_configuration() {
    let case = case();
    let actions = |cron: &str| {
        format!(
            "trigger_actions {{\n    trigger_name = \"a\"\n    trigger_provisioned_concurrency_num = 7\n    trigger_cron_config = \"{cron}\"\n  }}"
        )
    };
    let always = provisioned("2", &actions("* * * * * * *"));
    case.apply(&always);
    // The change has happened within a second, and it is no change of the configuration.
    case.emulator.ask("clock", &json!({"advance_ms": 5000}));
    case.expect_no_changes();
    assert_eq!(case.state(PROVISIONED)["trigger_actions"][0]["trigger_name"], "a");
    let dynamic = |rest: &str| {
        provisioned(
            "0",
            &format!("provisioned_type = \"ConcurrencyUtilizationTracking\"\n  {rest}"),
        )
    };
    let bounds = "tracking_target = 0.5\n  min_capacity = 2\n  max_capacity = 4";
    assert_eq!(case.plan(&dynamic(bounds)).action(PROVISIONED), "update");
    case.apply(&dynamic(bounds));
    case.apply(&provisioned("3", ""));
    case.finish();
}

#[test]
fn r233_r242_r243_r249_r250_provisioned_concurrency_is_checked_while_planning() {
    let case = case();
    let at = |qualifier: &str| {
        provisioned("1", "")
            .replace("tencentcloud_scf_function_version.a.function_version", qualifier)
    };
    for qualifier in ["\"$LATEST\"", "\"live\"", "\"\""] {
        case.refuse_plan(&at(qualifier), &["qualifier", "number of a published version"]);
    }
    let action = |name: &str, cron: &str| {
        format!(
            "trigger_actions {{\n    trigger_name = \"{name}\"\n    trigger_provisioned_concurrency_num = 1\n    trigger_cron_config = \"{cron}\"\n  }}\n"
        )
    };
    let (eight, nine) = ("0 0 8 * * * *", "0 0 9 * * * *");
    case.refuse_plan(&provisioned("1", &action("a", "0 8 * * *")), &["seven fields", "0 8 * * *"]);
    let same_name = provisioned("1", &(action("a", eight) + &action("a", nine)));
    case.refuse_plan(&same_name, &["The same name twice"]);
    let same_time = provisioned("1", &(action("a", eight) + &action("b", eight)));
    case.refuse_plan(&same_time, &["The same time twice"]);
    let dynamic = |number: &str, rest: &str| {
        provisioned(
            number,
            &format!("provisioned_type = \"ConcurrencyUtilizationTracking\"\n  {rest}"),
        )
    };
    let bounds = "tracking_target = 0.5\n  min_capacity = 1\n  max_capacity = 2";
    for (configuration, word) in [
        (dynamic("0", ""), "Missing tracking_target"),
        (dynamic("0", "tracking_target = 0.5\n  min_capacity = 1"), "Missing max_capacity"),
        (dynamic("1", bounds), "A number that follows the load"),
        (dynamic("0", &bounds.replace("0.5", "1")), "above 0 and below 1"),
        (
            dynamic("0", &bounds.replace("min_capacity = 1", "min_capacity = 3")),
            "No number is possible",
        ),
        (provisioned("1", "tracking_target = 0.5"), "tracking_target of a set number"),
        (provisioned("1", "provisioned_type = \"Other\""), "Expected one of"),
    ] {
        case.refuse_plan(&configuration, &[word]);
    }
    case.plan(&dynamic("0", bounds));
}

#[test]
fn r237_provisioned_instances_fit_into_the_account() {
    let case = case();
    // The version is not there yet while this is planned, so the cloud refuses it.
    let words = ["FailedOperation.ProvisionedExceedAvailable", "128000 MB"];
    case.refuse_apply(&provisioned("1001", ""), &words);
    assert!(case.state(PROVISIONED).is_null());
    case.apply(&provisioned("900", ""));
    let words = ["version_provisioned_concurrency_num", "1001 instances of 128 MB", "128000 MB"];
    case.refuse_plan(&provisioned("1001", ""), &words);
    let dynamic = "provisioned_type = \"ConcurrencyUtilizationTracking\"\n  tracking_target = 0.5\n  \
                   min_capacity = 1\n  max_capacity = 1001";
    case.refuse_plan(&provisioned("0", dynamic), &["max_capacity", "1001 instances"]);
    // What is provisioned already is not in its own way.
    case.plan(&provisioned("1000", ""));
    case.configure(&provisioned("900", ""));
    case.finish();
}

const LISTS: &str = r#"
resource "tencentcloud_scf_namespace" "a" {
  namespace   = "web"
  description = "of the web"
}
data "tencentcloud_scf_function_aliases" "a" {
  function_name      = tencentcloud_scf_function.a.name
  result_output_file = "${path.module}/aliases.json"
}
data "tencentcloud_scf_function_aliases" "first" {
  function_name    = tencentcloud_scf_function.a.name
  function_version = tencentcloud_scf_function_version.a.function_version
}
data "tencentcloud_scf_function_versions" "a" {
  function_name = tencentcloud_scf_function_version.a.function_name
  order         = "ASC"
}
data "tencentcloud_scf_namespaces" "a" {
  description = "of the web"
  depends_on  = [tencentcloud_scf_namespace.a]
}
data "tencentcloud_scf_account_info" "a" {
  depends_on = [tencentcloud_scf_reserved_concurrency_config.a, tencentcloud_scf_namespace.a]
}
data "tencentcloud_scf_triggers" "a" {
  function_name = tencentcloud_scf_function.a.name
}
"#;

#[test]
fn lists_tell_what_there_is_however_much() {
    let case = case();
    case.configure(FUNCTION);
    case.succeed(&["apply", "-auto-approve", "-no-color"]);
    // More aliases than a page holds.
    for i in 0..101 {
        let request = scf::CreateAliasRequest {
            name: format!("alias-{i:03}"),
            function_name: "hello".to_owned(),
            function_version: scf::LATEST.to_owned(),
            ..scf::CreateAliasRequest::default()
        };
        case.cloud().call(&request).unwrap();
    }
    let lists = reserved("512") + LISTS;
    case.apply(&lists);
    let of = |name: &str| case.state(&format!("data.tencentcloud_scf_{name}"));
    let aliases = of("function_aliases.a")["aliases"].clone();
    assert_eq!(aliases.as_array().map(Vec::len), Some(102), "with $DEFAULT");
    assert_eq!(aliases[101]["name"], "alias-100");
    let text = std::fs::read_to_string(case.folder().join("aliases.json")).unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), aliases);
    assert_eq!(of("function_aliases.first")["aliases"], json!([]));
    let versions = of("function_versions.a")["versions"].clone();
    assert_eq!(
        (&versions[0]["version"], &versions[1]["version"]),
        (&json!("$LATEST"), &json!("1"))
    );
    assert_eq!(versions[1]["status"], "Active");
    let namespaces = of("namespaces.a")["namespaces"].clone();
    assert_eq!(namespaces.as_array().map(Vec::len), Some(1));
    assert_eq!(namespaces[0]["namespace"], "web");
    let account = of("account_info.a");
    let usage = &account["account_usage"][0];
    assert_eq!(usage["total_allocated_concurrency_mem"], 512);
    assert_eq!(usage["namespaces_count"], 2);
    assert_eq!(account["account_limit"][0]["namespace"][0]["trigger"][0]["timer"], 10);
    assert_eq!(of("triggers.a")["triggers"], json!([]));
    case.refuse_plan(
        "data \"tencentcloud_scf_triggers\" \"a\" {\n  function_name = \"nobody\"\n}\n",
        &["ResourceNotFound.Function"],
    );
    case.configure(&lists);
    case.finish();
}
