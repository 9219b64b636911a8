//! What can be known to fail is refused while planning, at its attribute.

use acceptance::Case;
use serde_json::json;

const FUNCTION: &str = r#"
resource "tencentcloud_scf_function" "a" {
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${path.module}/code"
}
"#;

fn case() -> Case {
    let case = Case::new();
    case.write("code/index.py", "def main_handler(event, context):\n    return event\n");
    case.write("web/scf_bootstrap", "#!/bin/bash\n/var/lang/python37/bin/python3 app.py\n");
    case
}

/// The function with more in it.
fn with(rest: &str) -> String {
    FUNCTION.replace("  source_dir", &format!("{rest}\n  source_dir"))
}

fn servers(names: &str) -> String {
    with(&format!("  environment = {{ OS_NAMESERVER = \"{names}\" }}"))
}

#[test]
fn r346_name_servers_are_up_to_five_addresses_or_names() {
    let case = case();
    for (names, word) in [
        ("8.8.8.8;nonsense", "\"nonsense\" is neither"),
        ("8.8.8.8;", "\"\" is neither"),
        ("ns_1.example.com", "\"ns_1.example.com\" is neither"),
        ("1.1.1.1;1.1.1.2;1.1.1.3;1.1.1.4;1.1.1.5;1.1.1.6", "names 6 servers; 5 are allowed"),
    ] {
        case.refuse_plan(&servers(names), &[word, "with tencentcloud_scf_function.a"]);
    }
    case.plan(&servers("1.1.1.1;2001:db8::1;ns.example.com;1.1.1.4;1.1.1.5"));
}

#[test]
fn r36_namespace_and_name_together_have_118_characters() {
    let case = case();
    let named = |name: usize| {
        let named = FUNCTION.replace("\"hello\"", &format!("\"{}\"", "n".repeat(name)));
        named.replace("  runtime", &format!("  namespace  = \"{}\"\n  runtime", "a".repeat(60)))
    };
    case.refuse_plan(&named(59), &["Names too long", "118 characters"]);
    case.plan(&named(58));
}

#[test]
fn files_are_chosen_in_a_folder_only() {
    let case = case();
    case.write("code.py", "");
    let file = |rest: &str| {
        FUNCTION.replace(
            "source_dir = \"${path.module}/code\"",
            &format!("source_file = \"code.py\"\n{rest}"),
        )
    };
    for name in ["source_include", "source_exclude"] {
        let chosen = file(&format!("  {name} = [\"*.py\"]"));
        case.refuse_plan(
            &chosen,
            &["Globs without a folder", &format!("{name} = "), "source_dir only"],
        );
    }
}

#[test]
fn what_cannot_be_seen_while_planning_is_a_warning() {
    let case = case();
    let network = r#"
resource "tencentcloud_vpc" "a" {
  name       = "a"
  cidr_block = "10.0.0.0/16"
}
resource "tencentcloud_subnet" "a" {
  name              = "a"
  vpc_id            = tencentcloud_vpc.a.id
  availability_zone = "ap-guangzhou-3"
  cidr_block        = "10.0.1.0/24"
}
"#;
    case.apply(network);
    let id = |address: &str| case.state(address)["id"].as_str().unwrap().to_owned();
    let (vpc, subnet) = (id("tencentcloud_vpc.a"), id("tencentcloud_subnet.a"));
    case.configure(&with(&format!("  vpc_id     = {vpc:?}\n  subnet_id  = {subnet:?}")));
    case.fault(&json!({
        "action": "DescribeSubnets", "times": 9,
        "effect": { "type": "fail", "code": "UnauthorizedOperation" }
    }));
    let said = case.succeed(&["plan", "-no-color", "-refresh=false"]).out;
    for word in
        ["The subnet was not seen", "UnauthorizedOperation", "Whether it can be used is not known"]
    {
        assert!(said.contains(word), "{said}");
    }
}

#[test]
fn one_request_shows_so_many_logs() {
    let case = case();
    let logs = |limit: u32| {
        format!(
            "data \"tencentcloud_scf_logs\" \"a\" {{\n  function_name = \"hello\"\n  offset = 9000\n  limit = {limit}\n}}\n"
        )
    };
    case.refuse_plan(&logs(1001), &["limit = 1001", "offset and limit together are 10001"]);
}

fn api(name: &str, service: &str, method: &str, environment: &str) -> String {
    format!(
        r#"
  triggers {{
    name         = "{name}"
    type         = "apigw"
    trigger_desc = jsonencode({{
      api     = {{ requestConfig = {{ method = "{method}" }} }}
      service = {{ serviceName = "{service}" }}
      release = {{ environmentName = "{environment}" }}
    }})
  }}
"#
    )
}

#[test]
fn r108_r148_apis_of_a_function_are_not_the_same_and_of_a_web_function_in_one_service() {
    let case = case();
    let same = api("one", "S", "GET", "release") + &api("two", "S", "GET", "test");
    let words = ["The same API twice", "both take GET in one service"];
    case.refuse_plan(&with(&same), &words);
    let apart = api("one", "S", "GET", "release") + &api("two", "T", "GET", "release");
    case.plan(&with(&apart));
    let web = |triggers: &str| {
        format!(
            r#"
resource "tencentcloud_scf_function" "a" {{
  name       = "hello"
  runtime    = "Python3.7"
  func_type  = "HTTP"
  source_dir = "${{path.module}}/web"
  {triggers}
}}
"#
        )
    };
    case.refuse_plan(&web(&apart), &["APIs in two services", "not"]);
    case.plan(&web(&(api("one", "S", "GET", "release") + &api("two", "S", "POST", "release"))));
}

#[test]
fn r109_r365_what_is_never_tried_again_has_no_settings_of_it() {
    let case = case();
    let settings = r#"
resource "tencentcloud_scf_function_event_invoke_config" "a" {
  function_name = "hello"

  async_trigger_config {
    msg_ttl = 60

    retry_config {
      retry_num = 1
    }
  }
}
"#;
    let web = FUNCTION
        .replace("  handler    = \"index.main_handler\"\n", "  func_type  = \"HTTP\"\n")
        .replace("/code\"", "/web\"");
    let background = with("  async_run_enable = \"TRUE\"");
    for (function, words) in [(web, "a web function"), (background, "in asynchronous run mode")] {
        case.apply(&function);
        let both = format!("{function}{settings}");
        case.refuse_plan(&both, &["Never tried again", words, "function_name = \"hello\""]);
    }
    case.configure(&with("  async_run_enable = \"TRUE\""));
    case.finish();
}

fn alias(name: &str, rest: &str) -> String {
    format!(
        r#"
resource "tencentcloud_scf_function_alias" "a" {{
  name             = "{name}"
  function_name    = "hello"
  function_version = "1"
  {rest}
}}
"#
    )
}

#[test]
fn r281_r282_r283_names_and_descriptions_of_aliases_are_bounded() {
    let case = case();
    let letters = |count: usize| "a".repeat(count);
    for name in ["1a", "a-", "a b", &letters(65)] {
        case.refuse_plan(&alias(name, ""), &["Expected 1 to 64 letters"]);
    }
    let description = |count: usize| format!("description = \"{}\"", letters(count));
    case.refuse_plan(&alias("a", &description(1001)), &["0 to 1000 characters, got 1001"]);
    case.plan(&alias(&letters(64), &description(1000)));
}

#[test]
fn r284_r286_r288_r289_an_alias_points_at_two_versions_by_weight_or_by_rule() {
    let case = case();
    let route = |inner: &str| alias("live", &format!("routing_config {{\n{inner}\n}}"));
    let weight = |version: &str, weight: &str| {
        format!("additional_version_weights {{\n version = \"{version}\"\n weight = {weight}\n}}\n")
    };
    let rule = |key: &str, method: &str| {
        format!(
            "additional_version_matches {{\n version = \"2\"\n key = \"{key}\"\n \
             method = \"{method}\"\n expression = \"Bob\"\n}}\n"
        )
    };
    let key = "invoke.headers.User";
    for (inner, word) in [
        (weight("2", "0.1") + &weight("3", "0.1"), "additional_version_weights"),
        (weight("2", "1.1"), "a share from 0 to 1"),
        (weight("2", "-0.1"), "a share from 0 to 1"),
        (weight("1", "0.1"), "The same version twice"),
        (rule("User", "exact"), "Expected invoke.headers.NAME"),
        (rule("invoke.headers.", "exact"), "Expected invoke.headers.NAME"),
        (rule(key, "prefix"), "Expected one of \"exact\", \"range\""),
    ] {
        case.refuse_plan(&route(&inner), &[word]);
    }
    case.plan(&route(&weight("2", "1")));
    case.plan(&route(&rule(key, "exact")));
}
