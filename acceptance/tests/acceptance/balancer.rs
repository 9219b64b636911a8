//! Load balancers, listeners, rules and the functions behind them.

use acceptance::{Case, Emulator};
use serde_json::json;
use tencentcloud_api::clb;

pub const LB: &str = "tencentcloud_clb_instance.a";
pub const LISTENER: &str = "tencentcloud_clb_listener.a";
pub const RULE: &str = "tencentcloud_clb_listener_rule.a";
pub const TARGETS: &str = "tencentcloud_clb_function_targets_attachment.a";

/// A network and a load balancer in it.
pub fn balancer(rest: &str) -> String {
    format!(
        r#"
resource "tencentcloud_vpc" "a" {{
  name       = "net"
  cidr_block = "10.0.0.0/16"
}}
resource "tencentcloud_clb_instance" "a" {{
  network_type = "OPEN"
  clb_name     = "web"
  vpc_id       = tencentcloud_vpc.a.id
  {rest}
}}
"#
    )
}

pub fn listener(rest: &str) -> String {
    balancer("")
        + &format!(
            r#"
resource "tencentcloud_clb_listener" "a" {{
  clb_id = tencentcloud_clb_instance.a.id
  {rest}
}}
"#
        )
}

const HTTP: &str = "listener_name = \"http\"\n  protocol = \"HTTP\"\n  port = 8080";

pub fn rule(rest: &str) -> String {
    listener(HTTP)
        + &format!(
            r#"
resource "tencentcloud_clb_listener_rule" "a" {{
  clb_id      = tencentcloud_clb_instance.a.id
  listener_id = tencentcloud_clb_listener.a.listener_id
  {rest}
}}
"#
        )
}

pub const HELLO: &str = "domain = \"www.example.com\"\n  url = \"/hello\"";

pub fn targets(function: &str, rest: &str) -> String {
    rule(HELLO)
        + &format!(
            r#"
resource "tencentcloud_scf_function" "a" {{
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "code"
}}
resource "tencentcloud_clb_function_targets_attachment" "a" {{
  load_balancer_id = tencentcloud_clb_instance.a.id
  listener_id      = tencentcloud_clb_listener.a.listener_id
  location_id      = tencentcloud_clb_listener_rule.a.rule_id
  function_targets {{
    {rest}
    function {{
      function_namespace      = "default"
      function_name           = tencentcloud_scf_function.a.name
      {function}
    }}
  }}
}}
"#
        )
}

pub const LATEST: &str =
    "function_qualifier = \"$LATEST\"\n      function_qualifier_type = \"VERSION\"";

pub fn with_function() -> Case {
    let case = Case::new();
    let page = "{'isBase64Encoded': False, 'statusCode': 200, 'headers': {}, 'body': event['headers']['X-Uri'] if 'X-Uri' in event['headers'] else 'x'}";
    case.write("code/index.py", format!("def main_handler(event, context):\n    return {page}\n"));
    case
}

pub fn text(case: &Case, address: &str, attribute: &str) -> String {
    case.state(address)[attribute].as_str().expect("a text").to_owned()
}

#[test]
fn a_load_balancer_is_changed_in_place_replaced_and_imported() {
    let case = Case::new();
    case.apply(&balancer(""));
    let id = text(&case, LB, "id");
    assert!(text(&case, LB, "vip").starts_with("127."));
    let changed = balancer(
        "internet_bandwidth_max_out  = 20\n  load_balancer_pass_to_target = true\n  delete_protect = true\n  security_groups = [tencentcloud_security_group.a.id]\n  tags = { team = \"web\" }",
    )
    .replace("\"web\"\n  vpc", "\"shop\"\n  vpc")
        + "resource \"tencentcloud_security_group\" \"a\" {\n  name = \"sg\"\n}\n";
    assert_eq!(case.plan(&changed).action(LB), "update");
    case.apply(&changed);
    assert_eq!(case.state(LB)["tags"], json!({ "team": "web" }));
    case.import(LB, &id, &[]);
    case.expect_no_changes();
    // Protected, it stays.
    let said = case.run(&["destroy", "-auto-approve", "-no-color"]);
    assert!(said.text().contains("Could not delete tencentcloud_clb_instance"), "{}", said.err);
    assert!(!case.state(LB).is_null());
    case.apply(&changed.replace("delete_protect = true", "delete_protect = false"));
    let internal = balancer("").replace("OPEN", "INTERNAL").replace(
        "vpc_id       = tencentcloud_vpc.a.id",
        "vpc_id = tencentcloud_vpc.a.id\n  subnet_id = tencentcloud_subnet.a.id",
    ) + "resource \"tencentcloud_subnet\" \"a\" {\n  name = \"s\"\n  vpc_id = tencentcloud_vpc.a.id\n  availability_zone = \"ap-guangzhou-3\"\n  cidr_block = \"10.0.1.0/24\"\n}\n";
    assert_eq!(case.plan(&internal).action(LB), "replace");
    case.apply(&internal);
    case.finish();
}

#[test]
fn a_load_balancer_that_vanished_is_made_again() {
    let case = Case::new();
    case.apply(&balancer(""));
    let request = clb::DeleteLoadBalancerRequest {
        load_balancer_ids: vec![text(&case, LB, "id")],
        force_delete: None,
    };
    case.cloud().call(&request).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(50));
    assert_eq!(case.plan(&balancer("")).action(LB), "create");
    case.apply(&balancer(""));
    case.finish();
}

#[test]
fn a_lost_answer_makes_no_second_load_balancer() {
    let case = Case::new();
    for action in ["CreateLoadBalancer", "CreateListener", "CreateRule"] {
        case.fault(&json!({ "action": action, "when": "after", "effect": { "type": "drop" } }));
    }
    case.apply(&rule(HELLO));
    let all = clb::DescribeLoadBalancersRequest::default();
    assert_eq!(case.cloud().call(&all).unwrap().load_balancer_set.len(), 1);
    case.finish();
}

#[test]
fn a_failed_task_leaves_the_id_and_the_reason() {
    let case = Case::new();
    let reasons = json!([{ "code": "InternalError", "message": "no room in this zone" }]);
    let effect = json!({ "type": "outcome", "reasons": reasons });
    case.fault(&json!({ "action": "CreateLoadBalancer", "effect": effect }));
    case.refuse_apply(&balancer(""), &["no room in this zone"]);
    case.apply(&balancer(""));
    case.finish();
}

#[test]
fn what_is_wrong_with_a_load_balancer_is_said_while_planning() {
    let case = Case::new();
    let internal = balancer("").replace("OPEN", "INTERNAL");
    case.refuse_plan(&internal, &["Missing subnet_id", "INTERNAL"]);
    case.refuse_plan(&balancer("subnet_id = \"subnet-1\""), &["Only an INTERNAL load balancer"]);
    case.refuse_plan(&balancer("log_set_id = \"x\""), &["log_set_id without log_topic_id"]);
    case.refuse_plan(&balancer("internet_bandwidth_max_out = 4096"), &["1 to 2048"]);
}

#[test]
fn a_listener_is_changed_in_place_replaced_and_imported() {
    let case = Case::new();
    case.apply(&listener(HTTP));
    let id = text(&case, LISTENER, "id");
    let renamed = listener(&HTTP.replace("\"http\"", "\"web\""));
    let plan = case.plan(&renamed);
    assert_eq!(plan.action(LISTENER), "update");
    assert_eq!(plan.changed(LISTENER), ["listener_name"]);
    case.apply(&renamed);
    case.import(LISTENER, &id, &[]);
    case.expect_no_changes();
    let tcp = listener(
        "listener_name = \"tcp\"\n  protocol = \"TCP\"\n  port = 8081\n  session_expire_time = 60\n  health_check_switch = true\n  health_check_interval_time = 10",
    );
    assert_eq!(case.plan(&tcp).action(LISTENER), "replace");
    case.apply(&tcp);
    case.apply(&tcp.replace("session_expire_time = 60", "session_expire_time = 90"));
    let state = case.state(LISTENER);
    let request = clb::DeleteListenerRequest {
        load_balancer_id: text(&case, LB, "id"),
        listener_id: state["listener_id"].as_str().unwrap().to_owned(),
    };
    case.cloud().call(&request).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(50));
    assert_eq!(case.plan(&tcp).action(LISTENER), "create");
    case.apply(&tcp);
    case.finish();
}

#[test]
fn r28_an_encrypted_listener_needs_a_certificate() {
    let case = Case::new();
    let https = listener("listener_name = \"x\"\n  protocol = \"HTTPS\"\n  port = 443");
    case.refuse_plan(&https, &["Missing certificate", "certificate_id"]);
    let plain = listener(&format!("{HTTP}\n  certificate_id = \"abc\""));
    case.refuse_plan(&plain, &["takes no certificate"]);
    let no_port = listener("listener_name = \"x\"\n  protocol = \"HTTP\"");
    case.refuse_plan(&no_port, &["Missing port"]);
    let session = listener(&format!("{HTTP}\n  session_expire_time = 60"));
    case.refuse_plan(&session, &["the rules say it"]);
    let certified = rule(&format!("{HELLO}\n  certificate_id = \"abc\""));
    case.refuse_plan(&certified, &["Missing certificate_ssl_mode", "UNIDIRECTIONAL or MUTUAL"]);
}

#[test]
fn a_rule_is_changed_in_place_and_imported() {
    let case = Case::new();
    case.apply(&rule(HELLO));
    let id = text(&case, RULE, "id");
    let changed = rule(
        "domain = \"shop.example.com\"\n  url = \"/shop\"\n  scheduler = \"LEAST_CONN\"\n  session_expire_time = 60",
    );
    let plan = case.plan(&changed);
    assert_eq!(plan.action(RULE), "update");
    case.apply(&changed);
    assert_eq!(text(&case, RULE, "id"), id, "a rule is changed in place");
    case.import(RULE, &id, &[]);
    case.expect_no_changes();
    let [balancer, listener, location] = id.split('#').collect::<Vec<_>>().try_into().unwrap();
    let request = clb::DeleteRuleRequest {
        load_balancer_id: balancer.to_owned(),
        listener_id: listener.to_owned(),
        location_ids: Some(vec![location.to_owned()]),
        ..clb::DeleteRuleRequest::default()
    };
    case.cloud().call(&request).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(50));
    assert_eq!(case.plan(&changed).action(RULE), "create");
    case.apply(&changed);
    case.refuse_plan(&rule("url = \"/\""), &["Missing domain"]);
    let both = rule("url = \"/\"\n  domain = \"a.example.com\"\n  domains = [\"b.example.com\"]");
    case.refuse_plan(&both, &["Two kinds of domains"]);
    case.configure(&changed);
    case.finish();
}

#[test]
fn a_function_behind_a_rule_answers_and_its_weight_changes_in_place() {
    let case = with_function();
    case.apply(&targets(LATEST, ""));
    let address = text(&case, LB, "vip");
    let url = format!("http://{address}:8080/hello");
    assert!(Emulator::page(&url, Some("www.example.com")).is_ok());
    let heavier = targets(LATEST, "weight = 50");
    let plan = case.plan(&heavier);
    assert_eq!(plan.action(TARGETS), "update");
    assert_eq!(plan.changed(TARGETS), ["function_targets"]);
    case.apply(&heavier);
    let id = text(&case, TARGETS, "id");
    case.import(TARGETS, &id, &[]);
    case.expect_no_changes();
    // R19: the binding is also a trigger of the function.
    let triggers = case.state("tencentcloud_scf_function.a");
    assert_eq!(triggers["trigger_info"][0]["type"], "clb");
    // The official id names the rule by domain and path as well.
    let [balancer, listener, _] = id.split('#').collect::<Vec<_>>().try_into().unwrap();
    case.succeed(&["state", "rm", "-no-color", TARGETS]);
    let by_path = format!("{balancer}#{listener}#www.example.com#/hello");
    case.succeed(&["import", "-no-color", TARGETS, &by_path]);
    case.expect_no_changes();
    case.finish();
}

#[test]
fn a_binding_that_vanished_is_made_again() {
    let case = with_function();
    case.apply(&targets(LATEST, ""));
    let state = case.state(TARGETS);
    let function = clb::FunctionInfo {
        function_namespace: "default".to_owned(),
        function_name: "hello".to_owned(),
        function_qualifier: "$LATEST".to_owned(),
        function_qualifier_type: Some("VERSION".to_owned()),
    };
    let request = clb::DeregisterFunctionTargetsRequest {
        load_balancer_id: text(&case, LB, "id"),
        listener_id: state["listener_id"].as_str().unwrap().to_owned(),
        function_targets: vec![clb::FunctionTarget { function, weight: Some(10) }],
        location_id: state["location_id"].as_str().map(str::to_owned),
        ..clb::DeregisterFunctionTargetsRequest::default()
    };
    case.cloud().call(&request).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(50));
    assert_eq!(case.plan(&targets(LATEST, "")).action(TARGETS), "create");
    case.apply(&targets(LATEST, ""));
    case.finish();
}

#[test]
fn many_changes_of_one_load_balancer_go_one_after_another() {
    let case = with_function();
    let many = rule(HELLO)
        + r#"
resource "tencentcloud_clb_listener_rule" "more" {
  count       = 8
  clb_id      = tencentcloud_clb_instance.a.id
  listener_id = tencentcloud_clb_listener.a.listener_id
  domain      = "www.example.com"
  url         = "/page${count.index}"
}
"#;
    case.apply(&many);
    // One that is busy by somebody else's hand is waited for.
    let busy = json!({ "type": "fail", "code": "FailedOperation.ResourceInOperating" });
    case.fault(&json!({ "action": "ModifyRule", "times": 3, "effect": busy }));
    case.apply(&many.replace("\"/page$", "\"/side$"));
    case.finish();
}

#[test]
fn load_balancers_are_found_by_name() {
    let case = Case::new();
    let found = balancer("tags = { team = \"web\" }")
        + r#"
data "tencentcloud_clb_instances" "a" {
  clb_name           = tencentcloud_clb_instance.a.clb_name
  result_output_file = "found.json"
}
"#;
    case.apply(&found);
    let list = case.state("data.tencentcloud_clb_instances.a")["clb_list"].clone();
    assert_eq!(list[0]["clb_id"], case.state(LB)["id"]);
    assert_eq!(list[0]["tags"], json!({ "team": "web" }));
    let file = std::fs::read_to_string(case.folder().join("found.json")).unwrap();
    let saved: serde_json::Value = serde_json::from_str(&file).unwrap();
    assert_eq!(saved[0]["clb_id"], list[0]["clb_id"]);
    case.finish();
}
