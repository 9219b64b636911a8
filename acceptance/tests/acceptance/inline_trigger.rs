//! The triggers that a function lists itself: changed by difference.

use acceptance::Case;
use tencentcloud_api::scf;

const FUNCTION: &str = "tencentcloud_scf_function.a";

fn case() -> Case {
    let case = Case::new();
    case.write("code/index.py", "def main_handler(event, context):\n    return event\n");
    case
}

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

fn block(kind: &str, name: &str, settings: &str) -> String {
    format!(
        "\n  triggers {{\n    name = \"{name}\"\n    type = \"{kind}\"\n    trigger_desc = {settings}\n  }}\n"
    )
}

fn timer(name: &str, cron: &str) -> String {
    block("timer", name, &format!("\"{cron}\""))
}

fn cos(event: &str, prefix: &str) -> String {
    let settings = format!(
        "jsonencode({{ event = \"{event}\", filter = {{ Prefix = \"{prefix}\", Suffix = \"\" }} }})"
    );
    block("cos", "pictures-1250000000", &settings)
        .replace("type =", "cos_region = \"ap-guangzhou\"\n    type =")
}

fn found(case: &Case) -> Vec<String> {
    let request = scf::ListTriggersRequest {
        function_name: "hello".to_owned(),
        order_by: Some("add_time".to_owned()),
        order: Some("ASC".to_owned()),
        ..scf::ListTriggersRequest::default()
    };
    let found = case.cloud().call(&request).expect("there is the function").triggers;
    found
        .into_iter()
        .map(|found| format!("{} {}", found.trigger_name, found.trigger_desc))
        .collect()
}

#[test]
fn only_what_differs_is_made_changed_and_deleted() {
    let case = case();
    let two = timer("one", "0 0 1 * * * *") + &timer("two", "0 0 2 * * * *");
    case.apply(&function(&two));
    assert_eq!(case.state(FUNCTION)["triggers"].as_array().unwrap().len(), 2);
    assert_eq!(case.state(FUNCTION)["trigger_info"].as_array().unwrap().len(), 2);
    assert_eq!(case.emulator.calls("CreateTrigger"), 2);
    // One is changed in place, one goes, one comes.
    let next = timer("two", "0 0 3 * * * *") + &timer("three", "0 0 3 * * * *");
    let plan = case.plan(&function(&next));
    assert_eq!(plan.action(FUNCTION), "update");
    assert_eq!(plan.changed(FUNCTION), ["modify_time", "trigger_info", "triggers"]);
    case.apply(&function(&next));
    let calls = |action: &str| case.emulator.calls(action);
    assert_eq!([calls("CreateTrigger"), calls("UpdateTrigger"), calls("DeleteTrigger")], [3, 1, 1]);
    assert_eq!(
        found(&case),
        [r#"two {"cron":"0 0 3 * * * *"}"#, r#"three {"cron":"0 0 3 * * * *"}"#]
    );
    case.apply(&function(""));
    assert_eq!(found(&case), Vec::<String>::new());
    case.finish();
}

#[test]
fn triggers_of_others_stay_and_what_is_there_is_taken_over() {
    let case = case();
    case.apply(&function(&timer("mine", "0 0 1 * * * *")));
    let create = |name: &str| {
        let request = scf::CreateTriggerRequest {
            function_name: "hello".to_owned(),
            trigger_name: name.to_owned(),
            kind: "timer".to_owned(),
            trigger_desc: Some("0 0 1 * * * *".to_owned()),
            ..scf::CreateTriggerRequest::default()
        };
        case.cloud().call(&request).unwrap();
    };
    create("foreign");
    case.expect_no_changes();
    create("both");
    let more = timer("mine", "0 0 2 * * * *") + &timer("both", "0 0 1 * * * *");
    case.apply(&function(&more));
    assert_eq!(found(&case).len(), 3);
    case.apply(&function(""));
    assert_eq!(found(&case).len(), 1, "the foreign one is left");
    // Import does not know which of them this configuration lists.
    case.import(FUNCTION, "default+hello", &["source_dir"]);
    case.apply(&function(&timer("foreign", "0 0 1 * * * *")));
    assert_eq!(case.emulator.calls("CreateTrigger"), 3, "what means the same was taken over");
    case.finish();
}

#[test]
fn a_trigger_that_was_changed_or_deleted_outside_is_put_right() {
    let case = case();
    let bucket =
        "resource \"tencentcloud_cos_bucket\" \"a\" {\n  bucket = \"pictures-1250000000\"\n}\n";
    let cos = |event: &str| {
        cos(event, "in/").replace("\"pictures-1250000000\"", "tencentcloud_cos_bucket.a.bucket")
    };
    let both = bucket.to_owned()
        + &function(&(timer("one", "0 0 1 * * * *") + &cos("cos:ObjectCreated:*")));
    case.apply(&both);
    let update = scf::UpdateTriggerRequest {
        function_name: "hello".to_owned(),
        trigger_name: "one".to_owned(),
        kind: "timer".to_owned(),
        trigger_desc: Some("0 0 7 * * * *".to_owned()),
        ..scf::UpdateTriggerRequest::default()
    };
    case.cloud().call(&update).unwrap();
    assert_eq!(case.plan(&both).action(FUNCTION), "update");
    case.apply(&both);
    assert!(found(&case).contains(&r#"one {"cron":"0 0 1 * * * *"}"#.to_owned()));
    // A rule of a bucket cannot be changed: it is made anew.
    let removed = timer("one", "0 0 1 * * * *") + &cos("cos:ObjectRemove:*");
    case.apply(&(bucket.to_owned() + &function(&removed)));
    let all = found(&case).join("\n");
    assert!(all.contains("ObjectRemove") && !all.contains("ObjectCreated"), "{all}");
    case.finish();
}

#[test]
fn r38_r44_r107_r143_r152_r165_rules_of_a_function_s_triggers_are_refused_while_planning() {
    let case = case();
    let many: String = (0..11).map(|n| timer(&format!("t{n}"), "0 0 1 * * * *")).collect();
    let rules: String = (0..11).map(|n| cos("cos:ObjectCreated:*", &format!("{n}x/"))).collect();
    let overlap = cos("cos:ObjectCreated:*", "in/") + &cos("cos:ObjectCreated:Put", "in/a/");
    for (configuration, words) in [
        (function(&many), vec!["Too many triggers", "10 triggers of a type"]),
        (function(&rules), vec!["Too many triggers", "\"cos\""]),
        (function(&overlap), vec!["Overlapping rules", "pictures-1250000000"]),
        (function(&timer("one", "0 0 * * *  * * *")), vec!["Invalid trigger one", "seven fields"]),
        (function(&timer("a b", "0 0 1 * * * *")), vec!["Invalid trigger a b", "hyphens"]),
        (
            function(&block(
                "cos",
                "pictures-1250000000",
                "jsonencode({ event = \"cos:ObjectCreated:*\" })",
            )),
            vec!["cos_region"],
        ),
        (function(&block("ckafka", "ckafka-1-t", "\"x\"")), vec!["JSON document"]),
    ] {
        case.refuse_plan(&configuration, &words);
    }
    case.write("web/scf_bootstrap", "#!/bin/sh\n");
    let web = function(&timer("one", "0 0 1 * * * *"))
        .replace("handler    = \"index.main_handler\"", "func_type = \"HTTP\"");
    case.refuse_plan(&web, &["Trigger of a web function"]);
    let socket = "func_type = \"HTTP\"\n  protocol_type = \"WS\"\n  timeout = 60";
    let post = block(
        "apigw",
        "SCF_API_SERVICE",
        "jsonencode({ api = { requestConfig = { method = \"POST\" } } })",
    );
    let post = function(&post).replace("handler    = \"index.main_handler\"", socket);
    case.refuse_plan(&post, &["triggers", "Method of a WebSocket API"]);
    let api = function(
        &("timeout = 20\n".to_owned() + &block("apigw", "SCF_API_SERVICE", "jsonencode({})")),
    );
    case.configure(&api);
    let said = case.succeed(&["plan", "-no-color"]);
    for word in ["The API gateway has ended", "waits 15 seconds"] {
        assert!(said.out.contains(word), "{word}: {}", said.out);
    }
}
