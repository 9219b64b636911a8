//! Log sets, topics, indexes, and functions that write into them.

use acceptance::Case;
use serde_json::{Value, json};
use tencentcloud_api::{cls, scf};

const SET: &str = "tencentcloud_cls_logset.a";
const TOPIC: &str = "tencentcloud_cls_topic.a";
const INDEX: &str = "tencentcloud_cls_index.a";

fn logset(name: &str, rest: &str) -> String {
    format!(
        "resource \"tencentcloud_cls_logset\" \"a\" {{\n  logset_name = {name:?}\n  {rest}\n}}\n"
    )
}

fn topic(name: &str, rest: &str) -> String {
    logset("web", "")
        + &format!(
            r#"
resource "tencentcloud_cls_topic" "a" {{
  logset_id  = tencentcloud_cls_logset.a.id
  topic_name = "{name}"
  {rest}
}}
"#
        )
}

fn index(rest: &str) -> String {
    topic("access", "")
        + &format!(
            "resource \"tencentcloud_cls_index\" \"a\" {{\n  \
             topic_id = tencentcloud_cls_topic.a.id\n  {rest}\n}}\n"
        )
}

/// A rule with one field.
fn rule(kind: &str, rest: &str) -> String {
    format!(
        r#"rule {{
    key_value {{
      case_sensitive = true
      key_values {{
        key = "status"
        value {{
          type = "{kind}"
          {rest}
        }}
      }}
    }}
  }}"#
    )
}

fn id(case: &Case, address: &str) -> String {
    case.state(address)["id"].as_str().expect("an id").to_owned()
}

#[test]
fn a_log_set_is_changed_in_place_imported_and_made_again() {
    let case = Case::new();
    case.apply(&logset("one", "tags = { team = \"web\" }"));
    let first = id(&case, SET);
    let two = logset("two", "tags = { env = \"dev\" }");
    let plan = case.plan(&two);
    assert_eq!(plan.action(SET), "update");
    case.apply(&two);
    let state = case.state(SET);
    assert_eq!((&state["id"], &state["tags"]), (&json!(first), &json!({ "env": "dev" })));
    case.import(SET, &first, &[]);
    case.expect_no_changes();
    case.refuse_plan(&logset("a|b", ""), &["logset_name", "none of them"]);
    case.cloud().call(&cls::DeleteLogsetRequest { logset_id: first }).unwrap();
    assert_eq!(case.plan(&two).action(SET), "create");
    case.apply(&two);
    case.finish();
}

#[test]
fn a_topic_is_changed_in_place_replaced_imported_and_made_again() {
    let case = Case::new();
    let access = |extra: &str| {
        format!(
            "{extra}\n  extends {{\n    anonymous_access {{\n      operations = [\"trackLog\"]\n    }}\n  }}"
        )
    };
    case.apply(&topic("one", &access("period = 14")));
    let first = id(&case, TOPIC);
    let two = topic("two", "period = 3640\n  hot_period = 7\n  tags = { a = \"b\" }");
    assert_eq!(case.plan(&two).action(TOPIC), "update");
    case.apply(&two);
    assert_eq!(id(&case, TOPIC), first);
    case.import(TOPIC, &first, &[]);
    case.import(TOPIC, &format!("{first}#0"), &[]);
    case.expect_no_changes();
    let cold = topic("two", "storage_type = \"cold\"");
    assert_eq!(case.plan(&cold).action(TOPIC), "replace");
    case.cloud().call(&cls::DeleteTopicRequest { topic_id: first }).unwrap();
    assert_eq!(case.plan(&two).action(TOPIC), "create");
    case.apply(&two);
    case.finish();
}

#[test]
fn what_is_wrong_with_a_topic_is_said_while_planning() {
    let case = Case::new();
    for (rest, words) in [
        ("period = 3601", ["period", "3640 for ever"]),
        ("hot_period = 3", ["hot_period", "at least 7 days"]),
        ("period = 10\n  hot_period = 10", ["hot_period", "must be less"]),
        ("period = 3\n  storage_type = \"cold\"", ["period", "at least 7 days"]),
        ("partition_count = 11", ["partition_count", "from 1 to 10"]),
        ("storage_type = \"warm\"", ["storage_type", "\"cold\""]),
    ] {
        case.refuse_plan(&topic("a", rest), &words);
    }
    case.refuse_plan(&index(&rule("text", "")), &["No tokenizer", "separate its words"]);
    case.refuse_plan(&index(&rule("int", "")), &["\"long\""]);
}

#[test]
fn an_index_is_changed_in_place_imported_and_made_again() {
    let case = Case::new();
    case.apply(&index(&rule("long", "sql_flag = false")));
    let topic_id = id(&case, TOPIC);
    let two = index(&rule("text", "tokenizer = \" \"\n          sql_flag = true"));
    assert_eq!(case.plan(&two).action(INDEX), "update");
    case.apply(&two);
    case.import(INDEX, &topic_id, &[]);
    case.expect_no_changes();
    case.cloud().call(&cls::DeleteIndexRequest { topic_id }).unwrap();
    assert_eq!(case.plan(&two).action(INDEX), "create");
    case.apply(&two);
    case.finish();
}

#[test]
fn r199_r200_a_function_writes_into_its_topic() {
    let case = Case::new();
    case.write("code/index.py", "def main_handler(event, context):\n    print('seen')\n");
    let configuration = topic("functions", "")
        + r#"
resource "tencentcloud_scf_function" "a" {
  name          = "hello"
  runtime       = "Python3.10"
  handler       = "index.main_handler"
  source_dir    = "${path.module}/code"
  cls_logset_id = tencentcloud_cls_logset.a.id
  cls_topic_id  = tencentcloud_cls_topic.a.id
}
"#;
    case.apply(&configuration);
    let invoke =
        scf::InvokeRequest { function_name: "hello".to_owned(), ..scf::InvokeRequest::default() };
    case.cloud().call(&invoke).unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = i64::try_from(now.as_millis()).unwrap();
    let search = cls::SearchLogRequest {
        from: now - 3_600_000,
        to: now + 60_000,
        topic_id: Some(id(&case, TOPIC)),
        query_string: Some("SCF_FunctionName:hello AND SCF_Message:seen".to_owned()),
        ..cls::SearchLogRequest::default()
    };
    let found = case.cloud().call(&search).unwrap().results;
    assert_eq!(found.len(), 1);
    let line: Value = serde_json::from_str(&found[0].log_json).unwrap();
    assert_eq!((&line["SCF_Message"], &line["SCF_Type"]), (&json!("seen"), &json!("Custom")));
    case.finish();
}

/// A log set and many topics that nobody but the data sources knows of.
fn many_topics(case: &Case, count: usize) -> (String, Vec<String>) {
    let cloud = case.cloud();
    let request = cls::CreateLogsetRequest {
        logset_name: "elsewhere".to_owned(),
        tags: Some(vec![cls::Tag { key: "team".to_owned(), value: "web".to_owned() }]),
        ..cls::CreateLogsetRequest::default()
    };
    let logset_id = cloud.call(&request).expect("a log set").logset_id;
    let ids = (0..count).map(|n| {
        let topic = cls::CreateTopicRequest {
            logset_id: logset_id.clone(),
            topic_name: format!("topic-{n}"),
            ..cls::CreateTopicRequest::default()
        };
        cloud.call(&topic).expect("a topic").topic_id
    });
    let ids = ids.collect();
    (logset_id, ids)
}

const FOUND: &str = r#"
data "tencentcloud_cls_topics" "all" {
  result_output_file = "topics.json"
}
data "tencentcloud_cls_topics" "part" {
  filters {
    key    = "topicName"
    values = ["topic-22"]
  }
}
data "tencentcloud_cls_topics" "whole" {
  precise_search = 1
  biz_type       = 0
  filters {
    key    = "topicName"
    values = ["topic-22", "topic-7"]
  }
  filters {
    key    = "logsetName"
    values = ["else"]
  }
}
data "tencentcloud_cls_topics" "metrics" {
  biz_type = 1
}
data "tencentcloud_cls_logsets" "tagged" {
  result_output_file = "sets.json"
  filters {
    key    = "tag:team"
    values = ["web", "api"]
  }
}
data "tencentcloud_cls_logsets" "none" {
  filters {
    key    = "logsetName"
    values = ["web"]
  }
}
"#;

#[test]
fn log_sets_and_topics_are_found_however_many_there_are() {
    let case = Case::new();
    let (set, topics) = many_topics(&case, 230);
    case.apply(FOUND);
    let found =
        |name: &str| case.state(&format!("data.tencentcloud_cls_topics.{name}"))["topics"].clone();
    let names = |name: &str| {
        let found = found(name);
        let names = found.as_array().unwrap().iter().map(|topic| topic["topic_name"].clone());
        names.map(|name| name.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = found("all");
    let ids: Vec<_> =
        all.as_array().unwrap().iter().map(|topic| topic["topic_id"].clone()).collect();
    assert_eq!((ids.len(), ids.iter().all(|id| topics.iter().any(|own| own == id))), (230, true));
    assert_eq!(
        (&all[0]["logset_id"], &all[0]["period"], &all[0]["index"]),
        (&json!(set), &json!(30), &json!(false))
    );
    // 22 and 220 to 229.
    assert_eq!(names("part").len(), 11);
    assert_eq!(names("whole"), ["topic-7", "topic-22"]);
    assert_eq!(found("metrics"), json!([]));
    let sets = case.state("data.tencentcloud_cls_logsets.tagged")["logsets"].clone();
    assert_eq!((&sets[0]["logset_id"], &sets[0]["topic_count"]), (&json!(set), &json!(230)));
    assert_eq!(sets[0]["tags"], json!([{"key": "team", "value": "web"}]));
    assert_eq!(case.state("data.tencentcloud_cls_logsets.none")["logsets"], json!([]));
    for (file, count) in [("topics.json", 230), ("sets.json", 1)] {
        let text = std::fs::read_to_string(case.folder().join(file)).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Value>>(&text).unwrap().len(), count, "{file}");
    }
}

#[test]
fn what_is_wrong_with_a_filter_of_log_sets_and_topics_is_said_while_planning() {
    let case = Case::new();
    let filter = |kind: &str, key: &str, values: &str| {
        format!(
            "data \"tencentcloud_cls_{kind}\" \"a\" {{\n  filters {{\n    key = {key:?}\n    values = {values}\n  }}\n}}\n"
        )
    };
    for (configuration, words) in [
        (filter("logsets", "topicName", "[\"a\"]"), ["key", "tag:KEY"]),
        (filter("topics", "name", "[\"a\"]"), ["key", "\"topicName\""]),
        (filter("logsets", "logsetId", "[1, 2, 3, 4, 5, 6]"), ["values", "1 to 5 values, got 6"]),
        (filter("topics", "topicId", "[]"), ["values", "1 to 100 values, got 0"]),
    ] {
        case.refuse_plan(&configuration, &words);
    }
    let precise = "data \"tencentcloud_cls_topics\" \"a\" {\n  precise_search = 4\n}\n";
    case.refuse_plan(precise, &["precise_search", "from 0 to 3"]);
}
