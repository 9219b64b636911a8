//! Triggers of functions, as resources of their own.

use acceptance::{Case, Emulator};
use serde_json::{Value, json};
use tencentcloud_api::scf;

pub const TRIGGER: &str = "tencentcloud_scf_trigger.a";
const CONFIG: &str = "tencentcloud_scf_trigger_config.a";
const BUCKET: &str = "pictures-1250000000";

pub const FUNCTION: &str = r#"
resource "tencentcloud_scf_function" "a" {
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${path.module}/code"
}
"#;

pub fn case() -> Case {
    let case = Case::new();
    case.write("code/index.py", "def main_handler(event, context):\n    return event\n");
    case
}

pub fn trigger(kind: &str, rest: &str) -> String {
    format!(
        r#"{FUNCTION}
resource "tencentcloud_scf_trigger" "a" {{
  function_name = tencentcloud_scf_function.a.name
  namespace     = "default"
  type          = "{kind}"
  {rest}
}}
"#
    )
}

fn timer(name: &str, cron: &str, rest: &str) -> String {
    trigger(
        "timer",
        &format!("trigger_name = \"{name}\"\n  {rest}\n  timer {{\n    cron = \"{cron}\"\n  }}"),
    )
}

fn cos(event: &str, rest: &str) -> String {
    let block = format!(
        "cos {{\n    bucket = tencentcloud_cos_bucket.a.bucket\n    event = \"{event}\"\n    \
         suffix = \".png\"\n  }}"
    );
    let bucket =
        format!("resource \"tencentcloud_cos_bucket\" \"a\" {{\n  bucket = \"{BUCKET}\"\n}}\n");
    bucket + &trigger("cos", &format!("{rest}\n  {block}"))
}

/// The triggers of the function as the cloud has them.
pub fn found(case: &Case) -> Vec<scf::Trigger> {
    let request = scf::ListTriggersRequest {
        function_name: "hello".to_owned(),
        ..scf::ListTriggersRequest::default()
    };
    case.cloud().call(&request).expect("there is the function").triggers
}

pub fn delete(case: &Case, trigger: &scf::Trigger) {
    let request = scf::DeleteTriggerRequest {
        function_name: "hello".to_owned(),
        trigger_name: trigger.trigger_name.clone(),
        kind: trigger.kind.clone(),
        trigger_desc: Some(trigger.trigger_desc.clone()),
        qualifier: Some(trigger.qualifier.clone()),
        ..scf::DeleteTriggerRequest::default()
    };
    case.cloud().call(&request).expect("there is the trigger");
}

#[test]
fn r92_r260_a_timer_is_changed_and_switched_in_place_and_renamed_by_replacement() {
    let case = case();
    let first = timer("daily", "0 0 8 * * MON *", "custom_argument = \"hi\"");
    case.apply(&first);
    let state = case.state(TRIGGER);
    assert_eq!(state["id"], "hello#default#daily");
    assert_eq!(state["qualifier"], "$LATEST");
    assert_eq!(state["trigger_desc"], "0 0 8 * * MON *");
    let plan = case.plan(&timer("daily", "00 0 8 * * 1 *", "custom_argument = \"hi\""));
    let changed = plan.changed(TRIGGER);
    assert!(!changed.contains(&"trigger_desc".to_owned()), "it means the same: {changed:?}");
    let later = timer("daily", "0 0 9 * * MON *", "description = \"later\"\n  enable = \"CLOSE\"");
    assert_eq!(case.plan(&later).action(TRIGGER), "update");
    case.apply(&later);
    let there = &found(&case)[0];
    assert_eq!(there.trigger_desc, r#"{"cron":"0 0 9 * * MON *"}"#);
    assert_eq!((there.enable, there.description.as_str()), (0, "later"));
    assert_eq!(there.custom_argument, "", "what was taken away is cleared");
    assert_eq!(case.emulator.calls("UpdateTriggerStatus"), 1);
    assert_eq!(case.emulator.calls("CreateTrigger"), 1);
    assert_eq!(case.plan(&timer("nightly", "0 0 9 * * MON *", "")).action(TRIGGER), "replace");
    // Somebody deletes it.
    delete(&case, &found(&case)[0]);
    assert_eq!(case.plan(&later).action(TRIGGER), "create");
    case.apply(&later);
    // Somebody changes it.
    let request = scf::UpdateTriggerRequest {
        function_name: "hello".to_owned(),
        trigger_name: "daily".to_owned(),
        kind: "timer".to_owned(),
        trigger_desc: Some("0 0 10 * * * *".to_owned()),
        ..scf::UpdateTriggerRequest::default()
    };
    case.cloud().call(&request).unwrap();
    assert_eq!(case.plan(&later).action(TRIGGER), "update");
    case.apply(&later);
    case.finish();
}

#[test]
fn a_description_is_imported_and_compared_by_meaning() {
    let case = case();
    let kafka = |settings: &str| {
        let rest =
            format!("trigger_name = \"ckafka-2o10hua5-orders\"\n  trigger_desc = {settings}");
        trigger("ckafka", &rest)
    };
    case.apply(&kafka(r#""{ \"maxMsgNum\": 5,  \"offset\": \"latest\" }""#));
    case.configure(&kafka(r#"jsonencode({ offset = "latest", maxMsgNum = 5, timeOut = 60 })"#));
    case.expect_no_changes();
    let change = kafka("jsonencode({ maxMsgNum = 6 })");
    assert_eq!(case.plan(&change).action(TRIGGER), "update");
    case.apply(&change);
    let id = "hello#default#ckafka-2o10hua5-orders";
    case.import(TRIGGER, id, &["trigger_desc"]);
    case.expect_no_changes();
    // With its type and version, where the name alone does not tell.
    case.import(TRIGGER, &format!("{id}#ckafka#$LATEST"), &[]);
    case.expect_no_changes();
    case.finish();
}

#[test]
fn r259_a_rule_of_a_bucket_is_switched_in_place_and_replaced_when_it_changes() {
    let case = case();
    case.apply(&cos("cos:ObjectCreated:*", ""));
    let name = format!("{BUCKET}.cos.ap-guangzhou.myqcloud.com");
    assert_eq!(case.state(TRIGGER)["trigger_name"], name);
    let off = cos("cos:ObjectCreated:*", "enable = \"CLOSE\"");
    assert_eq!(case.plan(&off).action(TRIGGER), "update");
    case.apply(&off);
    assert_eq!(found(&case)[0].enable, 0);
    let removed = cos("cos:ObjectRemove:*", "");
    assert_eq!(case.plan(&removed).action(TRIGGER), "replace");
    case.apply(&removed);
    assert_eq!(found(&case).len(), 1);
    assert!(found(&case)[0].trigger_desc.contains("ObjectRemove"));
    let elsewhere =
        removed.replace("= tencentcloud_cos_bucket.a.bucket", "= \"papers-1250000000\"");
    assert_eq!(case.plan(&elsewhere).action(TRIGGER), "replace");
    case.configure(&removed);
    case.import(TRIGGER, &format!("hello#default#{name}"), &["cos"]);
    case.finish();
}

#[test]
fn r150_a_function_url_answers_and_is_changed_in_place() {
    let case = case();
    let http = |block: &str| trigger("http", &format!("http {{\n    {block}\n  }}"));
    case.apply(&http(""));
    let state = case.state(TRIGGER);
    let name = state["trigger_name"].as_str().unwrap();
    assert!(state["url"].as_str().unwrap().contains(name), "{state}");
    assert_eq!(state["http"][0]["auth_type"], "NONE");
    let page = Emulator::page(&format!("{}/_url/{name}/x?a=1", case.emulator.endpoint), None);
    let event: Value = serde_json::from_str(&page.unwrap()).unwrap();
    assert_eq!([&event["path"], &event["queryString"]["a"]], ["/x", "1"]);
    let inside = http("auth_type = \"CAM\"\n    enable_intranet = true");
    let plan = case.plan(&inside);
    assert_eq!(plan.action(TRIGGER), "update");
    case.apply(&inside);
    let state = case.state(TRIGGER);
    assert_eq!(state["trigger_name"], name, "the address stays");
    assert!(state["intranet_url"].as_str().unwrap().contains(".in."), "{state}");
    let id = state["id"].as_str().unwrap();
    case.import(TRIGGER, id, &["http"]);
    // The name by which the official provider asks for it is understood.
    let asked = trigger(
        "http",
        "trigger_name = \"url-trigger\"\n  qualifier = \"$DEFAULT\"\n  \
         trigger_desc = jsonencode({ AuthType = \"NONE\" })",
    );
    case.apply(&asked);
    case.finish();
}

#[test]
fn cors_is_written_and_taken_away() {
    let case = case();
    let http = |cors: &str| trigger("http", &format!("http {{\n    {cors}\n  }}"));
    let cors = http("cors {\n      origins = [\"https://a.example\"]\n      max_age = 60\n    }");
    case.apply(&cors);
    assert!(found(&case)[0].trigger_desc.contains("https://a.example"));
    case.apply(&http(""));
    assert!(!found(&case)[0].trigger_desc.contains("\"Enable\":true"));
    case.finish();
}

#[test]
fn messages_call_the_function_through_its_topic() {
    let case = case();
    case.apply(&trigger(
        "cmq",
        "cmq {\n    topic_name = \"news\"\n    filter_key = [\"sport\"]\n  }",
    ));
    assert_eq!(case.state(TRIGGER)["trigger_name"], "news");
    let event = json!({"type": "cmq", "topic": "news", "body": "hi", "tags": ["sport"]});
    case.emulator.ask("events", &json!({ "event": event }));
    case.finish();
}

#[test]
fn a_lost_answer_makes_no_second_trigger() {
    let case = case();
    for (n, configuration) in [
        timer("daily", "0 0 8 * * * *", ""),
        trigger("http", "qualifier = \"$DEFAULT\"\n  http {}"),
    ]
    .iter()
    .enumerate()
    {
        case.fault(
            &json!({ "action": "CreateTrigger", "times": 1, "when": "after", "effect": { "type": "drop" } }),
        );
        case.apply(configuration);
        assert_eq!(case.emulator.calls("CreateTrigger"), n as u64 + 1);
        assert_eq!(found(&case).len(), 1);
    }
    case.finish();
}

#[test]
fn r256_r276_triggers_of_versions_are_apart() {
    let case = case();
    let both = format!(
        r#"{}
resource "tencentcloud_scf_function_version" "a" {{
  function_name = tencentcloud_scf_function.a.name
}}

resource "tencentcloud_scf_trigger" "b" {{
  function_name = tencentcloud_scf_function.a.name
  namespace     = "default"
  type          = "timer"
  trigger_name  = "daily"
  trigger_desc  = "0 0 9 * * * *"
  qualifier     = tencentcloud_scf_function_version.a.function_version
}}
"#,
        timer("daily", "0 0 8 * * * *", "")
    );
    case.apply(&both);
    assert_eq!(found(&case).len(), 2);
    case.succeed(&["state", "rm", "-no-color", TRIGGER]);
    let said = case.run(&["import", "-no-color", TRIGGER, "hello#default#daily"]);
    assert!(said.code != 0 && said.text().contains("#TYPE#QUALIFIER"), "{}", said.text());
    case.succeed(&["import", "-no-color", TRIGGER, "hello#default#daily#timer#$LATEST"]);
    assert_eq!(case.state(TRIGGER)["qualifier"], "$LATEST");
    case.apply(&both);
    case.finish();
}

#[test]
fn r258_r261_what_the_cloud_would_refuse_is_refused_while_planning() {
    let case = case();
    let desc = |kind: &str, text: &str| {
        trigger(kind, &format!("trigger_name = \"x\"\n  trigger_desc = {text}"))
    };
    for (configuration, words) in [
        (timer("daily", "0 0 8 * * *", ""), vec!["cron", "seven fields"]),
        (timer("daily", "0 0 25 * * * *", ""), vec!["cron", "hour", "0 to 23"]),
        (timer("a b", "0 0 8 * * * *", ""), vec!["trigger_name", "hyphens"]),
        (desc("timer", "\"0 0 8 * * * 1900\""), vec!["trigger_desc", "year"]),
        (
            timer("daily", "0 0 8 * * * *", "trigger_desc = \"0 0 8 * * * *\""),
            vec!["exactly one of \"trigger_desc\", \"timer\""],
        ),
        (trigger("timer", "trigger_name = \"x\""), vec!["Write a block timer"]),
        (trigger("timer", "timer {\n    cron = \"0 0 8 * * * *\"\n  }"), vec!["needs a name"]),
        (trigger("cos", "http {}"), vec!["its block is cos"]),
        (cos("cos:ObjectEaten", ""), vec!["event", "cos:ObjectCreated:*"]),
        (cos("cos:ObjectCreated:*", "").replace("\".png\"", "\"png\""), vec!["suffix", "dot"]),
        (cos("cos:ObjectCreated:*", "trigger_name = \"x\""), vec!["decides the name"]),
        (cos("cos:ObjectCreated:*", "custom_argument = \"x\""), vec!["Only a timer"]),
        (desc("cos", "\"{\""), vec!["trigger_desc", "event, filter { Prefix, Suffix }"]),
        (desc("cos", "jsonencode({ events = 1 })"), vec!["docs/schemas/trigger-cos.json"]),
        (desc("ckafka", "jsonencode({ maxMsgNum = 10001 })"), vec!["maxMsgNum", "10000"]),
        (desc("ckafka", "jsonencode({ timeOut = 0 })"), vec!["timeOut", "60"]),
        (desc("ckafka", "jsonencode({ offset = \"tomorrow\" })"), vec!["latest", "earliest"]),
        (
            trigger("http", "http {\n    auth_type = \"KEY\"\n  }"),
            vec!["auth_type", "\"NONE\", \"CAM\""],
        ),
        (
            trigger(
                "http",
                "http {\n    cors {\n      origins = [\"*\"]\n      credentials = true\n    }\n  }",
            ),
            vec!["Credentials", "every origin"],
        ),
        (trigger("http", "trigger_name = \"mine\"\n  http {}"), vec!["url-trigger"]),
        (
            trigger("cmq", "enable = \"CLOSE\"\n  cmq {\n    topic_name = \"t\"\n  }"),
            vec!["enable", "cannot be off"],
        ),
        (
            timer(
                "daily",
                "0 0 8 * * * *",
                "custom_argument = join(\"\", [for i in range(1000) : \"xxxxx\"])",
            ),
            vec!["custom_argument", "4096 bytes"],
        ),
    ] {
        case.refuse_plan(&configuration, &words);
    }
    let said = case.plan(&desc("timer", "var.cron == \"\" ? null : var.cron").replace(
        FUNCTION,
        &format!("{FUNCTION}\nvariable \"cron\" {{\n  default = \"0 0 8 * * * *\"\n}}\n"),
    ));
    assert_eq!(said.action(TRIGGER), "create");
}

#[test]
fn r38_r257_the_eleventh_trigger_is_explained() {
    let case = case();
    let many = |count: u32| {
        trigger(
            "timer",
            &format!(
                "count = {count}\n  trigger_name = \"t${{count.index}}\"\n  \
                 trigger_desc = \"0 0 8 * * * *\""
            ),
        )
    };
    case.apply(&many(10));
    case.refuse_apply(&many(11), &["LimitExceeded.Trigger"]);
    case.configure(&many(10));
    case.finish();
}

#[test]
fn triggers_of_the_api_gateway_carry_a_warning() {
    let case = case();
    let api = trigger("apigw", "apigw {}");
    case.configure(&api);
    let said = case.succeed(&["plan", "-no-color"]);
    assert!(said.out.contains("The API gateway has ended"), "{}", said.out);
    case.apply(&api);
    let state = case.state(TRIGGER);
    assert_eq!(state["trigger_name"], "SCF_API_SERVICE");
    assert!(state["url"].as_str().unwrap().contains("apigw"), "{state}");
    assert_eq!(
        case.plan(&trigger("apigw", "apigw {\n    method = \"GET\"\n  }")).action(TRIGGER),
        "replace"
    );
    case.configure(&api);
    case.finish();
}

#[test]
fn settings_of_a_foreign_trigger_are_changed_and_left() {
    let case = case();
    case.apply(FUNCTION);
    let request = scf::CreateTriggerRequest {
        function_name: "hello".to_owned(),
        trigger_name: "daily".to_owned(),
        kind: "timer".to_owned(),
        trigger_desc: Some("0 0 8 * * * *".to_owned()),
        ..scf::CreateTriggerRequest::default()
    };
    case.cloud().call(&request).unwrap();
    let config = |name: &str, rest: &str| {
        format!(
            r#"{FUNCTION}
resource "tencentcloud_scf_trigger_config" "a" {{
  function_name = tencentcloud_scf_function.a.name
  trigger_name  = "{name}"
  type          = "timer"
  {rest}
}}
"#
        )
    };
    case.apply(&config("daily", "enable = \"CLOSE\"\n  description = \"off\""));
    assert_eq!(case.state(CONFIG)["trigger_desc"], "0 0 8 * * * *");
    let changed = config("daily", "trigger_desc = \"0 0 9 * * * *\"");
    assert_eq!(case.plan(&changed).action(CONFIG), "update");
    case.apply(&changed);
    let there = &found(&case)[0];
    assert_eq!((there.enable, there.description.as_str()), (0, ""), "it stays off");
    assert_eq!(there.trigger_desc, r#"{"cron":"0 0 9 * * * *"}"#);
    case.import(CONFIG, "hello#default#daily", &[]);
    case.expect_no_changes();
    case.refuse_apply(&config("nightly", ""), &["No such trigger", "nightly"]);
    let other = |kind: &str, rest: &str| config("daily", rest).replace("\"timer\"", kind);
    for (configuration, words) in [
        (config("daily", "trigger_desc = \"0 0 25 * * * *\""), ["trigger_desc = ", "0 to 23"]),
        (other("\"cmq\"", "enable = \"OPEN\""), ["enable ", "is never switched"]),
        (other("\"cos\"", "description = \"x\""), ["description ", "cannot be changed"]),
    ] {
        case.refuse_plan(&configuration, &words);
    }
    case.apply(FUNCTION);
    assert_eq!(found(&case).len(), 1, "the trigger is somebody else's");
    case.finish();
}

#[test]
fn every_trigger_of_a_function_is_listed_over_many_pages() {
    let case = case();
    let quota = json!({"account": "AKIDEMULATOR", "region": "ap-guangzhou", "name": "scf.triggers",
        "limit": 1000});
    case.emulator.ask("quotas", &quota);
    case.apply(FUNCTION);
    let cloud = case.cloud();
    for n in 0..130 {
        let request = scf::CreateTriggerRequest {
            function_name: "hello".to_owned(),
            trigger_name: format!("t{n:03}"),
            kind: "timer".to_owned(),
            trigger_desc: Some("0 0 8 1 1 * *".to_owned()),
            description: Some(if n < 3 { "few" } else { "many" }.to_owned()),
            ..scf::CreateTriggerRequest::default()
        };
        cloud.call(&request).unwrap();
    }
    case.apply(&format!(
        r#"{FUNCTION}
data "tencentcloud_scf_triggers" "all" {{
  function_name = tencentcloud_scf_function.a.name
  order_by      = "add_time"
  order         = "ASC"
}}

data "tencentcloud_scf_triggers" "few" {{
  function_name = tencentcloud_scf_function.a.name

  filters {{
    name   = "Description"
    values = ["few"]
  }}
}}
"#
    ));
    let all = case.state("data.tencentcloud_scf_triggers.all")["triggers"].clone();
    let names: Vec<_> = all.as_array().unwrap().iter().map(|t| t["trigger_name"].clone()).collect();
    let expected: Vec<_> = (0..130).map(|n| json!(format!("t{n:03}"))).collect();
    assert_eq!(names, expected);
    assert_eq!(all[0]["trigger_desc"], r#"{"cron":"0 0 8 1 1 * *"}"#);
    assert_eq!([&all[0]["enable"], &all[0]["bind_status"]], [&json!(1), &json!("on")]);
    let few = case.state("data.tencentcloud_scf_triggers.few");
    assert_eq!(few["triggers"].as_array().unwrap().len(), 3);
    case.finish();
}
