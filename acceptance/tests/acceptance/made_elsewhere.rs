//! Triggers that the log service and the media service make.

use serde_json::json;

use crate::trigger::{FUNCTION, TRIGGER, case, delete, found, trigger};

/// Two topics: `web`, and `own` for the logs of the function.
const TOPICS: &str = r#"
resource "tencentcloud_cls_logset" "a" {
  logset_name = "web"
}
resource "tencentcloud_cls_topic" "web" {
  logset_id  = tencentcloud_cls_logset.a.id
  topic_name = "web"
}
resource "tencentcloud_cls_topic" "own" {
  logset_id  = tencentcloud_cls_logset.a.id
  topic_name = "own"
}
"#;

/// Where the function of [`trigger`] has its code, and what stands in its place here.
const CODE: &str = "source_dir = \"${path.module}/code\"";
const LOGS: &str = r#"source_dir = "${path.module}/code"
  cls_logset_id = tencentcloud_cls_logset.a.id
  cls_topic_id = tencentcloud_cls_topic.own.id"#;

fn topic_trigger(rest: &str) -> String {
    TOPICS.to_owned() + &trigger("cls", rest).replace(CODE, LOGS)
}

/// The topics and the function, without a trigger but those that the function has itself.
fn function(triggers: &str) -> String {
    TOPICS.to_owned() + &FUNCTION.replace(CODE, &format!("{LOGS}\n  {triggers}"))
}

fn web_topic(rest: &str) -> String {
    topic_trigger(&format!(
        "cls {{\n    topic_id = tencentcloud_cls_topic.web.id\n    {rest}\n  }}"
    ))
}

#[test]
fn the_log_service_makes_the_trigger_of_a_topic() {
    let case = case();
    case.apply(&web_topic("max_wait = 3\n    max_size = 2"));
    let topic = case.state("tencentcloud_cls_topic.web")["id"].as_str().unwrap().to_owned();
    let state = case.state(TRIGGER);
    let id = format!("hello#default#{topic}");
    assert_eq!((&state["id"], &state["trigger_name"]), (&json!(id), &json!(topic)));
    assert_eq!(state["trigger_desc"], r#"{"max_size":2,"max_wait":3}"#);
    assert_eq!(state["cls"], json!([{"topic_id": topic, "max_size": 2, "max_wait": 3}]));
    assert_eq!(case.emulator.calls("CreateDeliverCloudFunction"), 1);
    assert_eq!(case.emulator.calls("CreateTrigger"), 0);
    let lines = json!({"event": {"type": "cls", "topic": topic, "lines": ["a", "b"]}});
    assert_eq!(case.emulator.ask("events", &lines)["triggers"], 1);
    case.import(TRIGGER, &id, &["cls", "trigger_desc"]);
    let written = format!(
        "trigger_name = {topic:?}\n  trigger_desc = jsonencode({{ max_wait = 3, max_size = 2 }})"
    );
    case.configure(&topic_trigger(&written));
    case.expect_no_changes();
    // A batch of another size is another trigger: the service has no way to change one.
    assert_eq!(case.plan(&web_topic("max_size = 5")).action(TRIGGER), "replace");
    case.apply(&web_topic("max_size = 5"));
    assert_eq!(case.state(TRIGGER)["cls"][0]["max_wait"], 60);
    delete(&case, &found(&case)[0]);
    assert_eq!(case.plan(&web_topic("max_size = 5")).action(TRIGGER), "create");
    case.apply(&web_topic("max_size = 5"));
    case.finish();
}

#[test]
fn a_lost_answer_makes_no_second_trigger_of_a_topic() {
    let case = case();
    let drop = json!({"action": "CreateDeliverCloudFunction", "times": 1, "when": "after", "effect": {"type": "drop"}});
    case.fault(&drop);
    case.apply(&web_topic(""));
    assert_eq!(found(&case).len(), 1);
    case.finish();
}

#[test]
fn a_function_that_its_own_logs_would_call_is_refused_while_planning() {
    let case = case();
    let alone = function("");
    case.apply(&alone);
    let own = web_topic("")
        .replace("topic_id = tencentcloud_cls_topic.web", "topic_id = tencentcloud_cls_topic.own");
    case.refuse_plan(
        &own,
        &[
            "A function that calls itself for ever",
            "in resource \"tencentcloud_scf_trigger\" \"a\"",
        ],
    );
    let topic = case.state("tencentcloud_cls_topic.own")["id"].as_str().unwrap().to_owned();
    let inline = format!(
        "cls_topic_id = {topic:?}\n  triggers {{\n    name = {topic:?}\n    type = \"cls\"\n    \
         trigger_desc = \"{{}}\"\n  }}"
    );
    let inline = alone.replace("cls_topic_id = tencentcloud_cls_topic.own.id", &inline);
    case.refuse_plan(&inline, &["A function that calls itself for ever", "cls_topic_id"]);
    case.configure(&alone);
    case.finish();
}

#[test]
fn what_is_wrong_with_triggers_of_topics_and_media_tasks_is_said_while_planning() {
    let case = case();
    let cls = |rest: &str| trigger("cls", rest);
    let block = "cls {\n    topic_id = \"t\"\n    ";
    for (configuration, words) in [
        (cls(&format!("{block}max_wait = 2\n  }}")), ["max_wait", "from 3 to 300"]),
        (cls(&format!("{block}max_size = 10001\n  }}")), ["max_size", "from 1 to 10000"]),
        (
            cls("trigger_name = \"t\"\n  trigger_desc = \"{\\\"max_wait\\\":301}\""),
            ["trigger_desc", "max_wait"],
        ),
        (
            cls("trigger_name = \"t\"\n  trigger_desc = \"{\\\"wait\\\":3}\""),
            ["max_size, max_wait", "trigger-cls.json"],
        ),
        (cls("trigger_name = \"t\""), ["Missing settings", "block cls"]),
        (
            cls(&format!("{block}\n  }}\n  mps {{\n    event_type = \"WorkflowTask\"\n  }}")),
            ["exactly one", "mps"],
        ),
        (cls(&format!("description = \"d\"\n  {block}\n  }}")), ["description", "takes none"]),
        (cls(&format!("enable = \"CLOSE\"\n  {block}\n  }}")), ["enable", "cannot be off"]),
        (
            trigger("mps", "mps {\n    event_type = \"Other\"\n  }"),
            ["event_type", "\"WorkflowTask\""],
        ),
        (
            trigger("mps", "trigger_name = \"x\"\n  mps {\n    event_type = \"WorkflowTask\"\n  }"),
            ["trigger_name", "leave"],
        ),
    ] {
        case.refuse_plan(&configuration, &words);
    }
}

#[test]
fn the_media_service_makes_its_trigger() {
    let case = case();
    let task = |kind: &str| trigger("mps", &format!("mps {{\n    event_type = \"{kind}\"\n  }}"));
    case.apply(&task("WorkflowTask"));
    let state = case.state(TRIGGER);
    assert_eq!(state["trigger_desc"], r#"{"eventType":"WorkflowTask"}"#);
    assert_eq!((case.emulator.calls("BindTrigger"), case.emulator.calls("CreateTrigger")), (1, 0));
    let event =
        |kind: &str| json!({"event": {"type": "mps", "event_type": kind, "task": {"TaskId": "1"}}});
    assert_eq!(case.emulator.ask("events", &event("WorkflowTask"))["triggers"], 1);
    case.import(TRIGGER, state["id"].as_str().unwrap(), &["mps"]);
    assert_eq!(case.plan(&task("EditMediaTask")).action(TRIGGER), "replace");
    case.fault(
        &json!({"action": "BindTrigger", "times": 1, "when": "after", "effect": {"type": "drop"}}),
    );
    case.apply(&task("EditMediaTask"));
    assert_eq!(case.emulator.ask("events", &event("WorkflowTask"))["triggers"], 0);
    assert_eq!(case.emulator.ask("events", &event("EditMediaTask"))["triggers"], 1);
    case.finish();
}

#[test]
fn a_function_has_triggers_of_topics_and_media_tasks_among_its_own() {
    let case = case();
    let triggers = |size: i64, task: &str| {
        function(&format!(
            r#"
  triggers {{
    name         = tencentcloud_cls_topic.web.id
    type         = "cls"
    trigger_desc = jsonencode({{ max_size = {size} }})
  }}
  triggers {{
    name         = "videos"
    type         = "mps"
    trigger_desc = jsonencode({{ eventType = "{task}" }})
  }}"#
        ))
    };
    case.apply(&triggers(5, "WorkflowTask"));
    let kinds = || {
        let mut kinds: Vec<_> = found(&case).into_iter().map(|found| found.kind).collect();
        kinds.sort();
        kinds
    };
    assert_eq!(kinds(), ["cls", "mps"]);
    case.apply(&triggers(6, "EditMediaTask"));
    let settings: String = found(&case).into_iter().map(|found| found.trigger_desc).collect();
    assert!(
        settings.contains(r#""max_size":6"#) && settings.contains("EditMediaTask"),
        "{settings}"
    );
    assert_eq!((kinds().len(), case.emulator.calls("CreateTrigger")), (2, 0));
    case.finish();
}

#[test]
fn r198_a_function_is_told_that_the_log_service_is_missing() {
    let case = case();
    let standing = |on: bool| {
        let change = json!({"account": "AKIDEMULATOR", "standing": {"log_service": on}});
        case.emulator.ask("account", &change);
    };
    standing(false);
    case.refuse_apply(
        &function(""),
        &["cls_topic_id = tencentcloud_cls_topic.own.id", "has not activated the log"],
    );
    standing(true);
    case.apply(&function(""));
    case.finish();
}
