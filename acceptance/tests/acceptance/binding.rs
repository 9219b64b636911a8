//! Which functions can be behind which load balancers: known while planning.

use acceptance::Case;
use serde_json::{Value, json};

use super::balancer::{HELLO, LATEST, LB, LISTENER, listener, rule, targets, text, with_function};

#[test]
fn r1_functions_are_behind_load_balancers_only_in_some_regions() {
    let case = with_function();
    let elsewhere = "provider \"tencentcloud\" {\n  region = \"eu-frankfurt\"\n}\n".to_owned();
    case.refuse_plan(&(elsewhere + &targets(LATEST, "")), &["Not in this region", "eu-frankfurt"]);
}

#[test]
fn r3_r4_a_traditional_account_is_told_to_upgrade() {
    let case = with_function();
    let standing = json!({ "network_type": "LEGACY" });
    let traditional = json!({ "account": "AKIDEMULATOR", "standing": standing });
    case.emulator.ask("account", &traditional);
    case.refuse_plan(&targets(LATEST, ""), &["Traditional account", "Upgrade"]);
}

#[test]
fn r11_r12_only_http_and_https_listeners_take_functions() {
    let case = with_function();
    let tcp = listener("listener_name = \"tcp\"\n  protocol = \"TCP\"\n  port = 8081");
    case.apply(&tcp);
    let id = text(&case, LISTENER, "listener_id");
    let bound = tcp
        + &format!(
            r#"
resource "tencentcloud_clb_function_targets_attachment" "a" {{
  load_balancer_id = tencentcloud_clb_instance.a.id
  listener_id      = "{id}"
  location_id      = "loc-00000000"
  function_targets {{
    function {{
      function_namespace = "default"
      function_name      = "hello"
      {LATEST}
    }}
  }}
}}
"#
        );
    case.refuse_plan(&bound, &["Not this listener", "is a TCP listener"]);
}

#[test]
fn r16_r18_a_binding_names_a_rule_and_a_fitting_qualifier() {
    let case = with_function();
    let without = targets(LATEST, "")
        .replace("location_id      = tencentcloud_clb_listener_rule.a.rule_id", "");
    case.refuse_plan(&without, &["Missing rule"]);
    let half =
        targets(LATEST, "").replace("  location_id  ", "  domain = \"a.com\"\n  location_id  ");
    case.refuse_plan(&half, &["Half of a rule's name", "domain = ", "both or neither"]);
    let alias = LATEST.replace("VERSION", "ALIAS");
    case.refuse_plan(&targets(&alias, ""), &["Another kind of qualifier", "$LATEST"]);
    case.refuse_plan(&targets(LATEST, "weight = 101"), &["0 to 100"]);
}

#[test]
fn r2_where_the_vendor_s_pages_do_not_agree_there_is_a_warning() {
    let case = with_function();
    let provider = "provider \"tencentcloud\" {\n  region = \"ap-mumbai\"\n}\n".to_owned();
    case.configure(&(provider + &targets(LATEST, "")));
    let said = case.succeed(&["plan", "-no-color"]).out;
    assert!(said.contains("Perhaps not in this region") && said.contains("ap-mumbai"), "{said}");
    case.configure(&targets(LATEST, ""));
    let said = case.succeed(&["plan", "-no-color"]).out;
    assert!(!said.contains("Perhaps"), "{said}");
}

/// The binding, with the load balancer's own id in it.
fn bound(case: &Case, rest: &str) -> String {
    let all = targets(LATEST, "");
    let known = format!("{:?}", text(case, LB, "id"));
    let kind = "resource \"tencentcloud_clb_function";
    let (before, binding) = all.split_once(kind).expect("there is the binding");
    let binding = binding.replace("tencentcloud_clb_instance.a.id", &known);
    format!("{before}resource \"tencentcloud_clb_function{binding}{rest}")
}

/// Changes what the cloud has of its load balancer.
fn remake(case: &Case, change: impl FnOnce(&mut Value)) {
    let mut state = case.emulator.tell("state");
    let objects = state["objects"].as_array_mut().expect("a list");
    let found = objects.iter_mut().find(|object| object["kind"] == "clb.load_balancer");
    change(&mut found.expect("there is the load balancer")["value"]);
    case.emulator.replace("state", &state);
}

#[test]
fn r5_r6_r10_load_balancers_of_other_kinds_take_no_functions() {
    for (change, reason) in [
        (json!({"forward": 0}), "it is of the classic kind"),
        (json!({"vpc": ""}), "it is in the classic network"),
        (json!({"ip_version": "Ipv6FullChain"}), "it is an IPv6 load balancer"),
    ] {
        let case = with_function();
        case.apply(&rule(HELLO));
        remake(&case, |balancer| {
            balancer.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        });
        let words = ["load_balancer_id = ", "Not this load balancer", reason];
        case.refuse_plan(&bound(&case, ""), &words);
    }
}

#[test]
fn r14_a_web_function_is_behind_no_load_balancer() {
    let case = with_function();
    case.write("code/scf_bootstrap", "#!/bin/bash\npython3 app.py\n");
    let web = targets(LATEST, "").replace("  source_dir", "  func_type = \"HTTP\"\n  source_dir");
    let web = web.replace("  handler    = \"index.main_handler\"\n", "");
    let function = web.split_once("resource \"tencentcloud_clb_function").unwrap().0.to_owned();
    case.apply(&function);
    case.refuse_plan(&web, &["Web function", "function_name ", "only event functions"]);
}
