//! Where calls go that wait for nobody and fail for good.

use acceptance::Case;
use serde_json::json;
use tencentcloud_api::scf;

const FUNCTION: &str = "tencentcloud_scf_function.a";

fn function(block: &str) -> String {
    format!(
        r#"
resource "tencentcloud_scf_function" "a" {{
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${{path.module}}/code"
  {block}
}}
"#
    )
}

fn block(kind: &str, more: &str) -> String {
    format!("dead_letter_config {{\n    name = \"lost\"\n    type = \"{kind}\"\n    {more}\n  }}")
}

#[test]
fn r87_r231_a_dead_letter_queue_is_set_changed_in_place_and_taken_away() {
    let case = Case::new();
    case.write("code/index.py", "def main_handler(event, context):\n    raise ValueError('no')\n");
    case.apply(&function(&block("CMQ-QUEUE", "")));
    case.expect_no_changes();
    let call = scf::InvokeRequest {
        function_name: "hello".to_owned(),
        invocation_type: Some("Event".to_owned()),
        ..scf::InvokeRequest::default()
    };
    case.cloud().call(&call).unwrap();
    let topic = function(&block("CMQ-TOPIC", "filter_type = \"tag\""));
    let plan = case.plan(&topic);
    assert_eq!(
        (plan.action(FUNCTION), plan.changed(FUNCTION)),
        ("update", vec!["dead_letter_config".to_owned(), "modify_time".to_owned()])
    );
    case.apply(&topic);
    assert_eq!(case.state(FUNCTION)["dead_letter_config"][0]["filter_type"], "tag");
    case.import(FUNCTION, "default+hello", &["source_dir", "code_sha256"]);
    let none = function("");
    case.apply(&none);
    assert_eq!(case.state(FUNCTION)["dead_letter_config"], json!([]));
    case.refuse_plan(&function(&block("KAFKA", "")), &["type", "CMQ-QUEUE"]);
    let filtered = function(&block("CMQ-QUEUE", "filter_type = \"tag\""));
    case.refuse_plan(&filtered, &["filter_type", "Only a topic has filters"]);
    case.configure(&none);
    case.finish();
}
