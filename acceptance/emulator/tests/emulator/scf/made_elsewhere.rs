//! Triggers that the log service and the media service make.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use serde_json::{Value, json};

use super::{HELLO, about, create, publish, python};
use crate::support::{Client, Server, client, now, wait_for};

/// A function whose result is the event that it got.
const ECHO: &str = "def main(event, context):\n    return event\n";

fn topic(client: &Client, name: &str) -> (String, String) {
    let set = client.ok("cls.CreateLogset", json!({"LogsetName": name}));
    let set = set["LogsetId"].as_str().unwrap().to_owned();
    let made = client.ok("cls.CreateTopic", json!({"LogsetId": set, "TopicName": name}));
    (set, made["TopicId"].as_str().unwrap().to_owned())
}

/// A function whose logs go into a topic of its own.
fn function(client: &Client, name: &str, source: &str, (set, topic): &(String, String)) {
    let mut request = python(name, source);
    (request["ClsLogsetId"], request["ClsTopicId"]) = (json!(set), json!(topic));
    create(client, request);
}

fn echo(client: &Client) {
    create(client, python("echo", ECHO));
    // An instance is warm, so that events are handled at once.
    client.ok("scf.Invoke", about("echo", json!({})));
}

fn delivery(topic: &str, function: &str, more: Value) -> Value {
    let mut request = json!({
        "TopicId": topic, "FunctionName": function, "Namespace": "default", "Qualifier": "$LATEST",
    });
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request
}

fn deliver(client: &Client, topic: &str, function: &str, more: Value) {
    client.ok("cls.CreateDeliverCloudFunction", delivery(topic, function, more));
}

fn post(client: &Client, event: Value) -> Value {
    let body = json!({"account": client.secret_id, "event": event});
    client.console("POST", "events", &body).json()
}

fn write(client: &Client, topic: &str, lines: &[&str]) {
    let event = json!({"type": "cls", "topic": topic, "lines": lines});
    assert_eq!(post(client, event)["triggers"], 1);
}

fn clock(client: &Client, change: &Value) -> i64 {
    client.console("POST", "clock", change).json()["now_ms"].as_i64().unwrap()
}

/// What calls of `echo` after the first one got, the oldest first.
fn events(client: &Client) -> Vec<Value> {
    let logs =
        client.ok("scf.GetFunctionLogs", about("echo", json!({"Order": "asc", "Limit": 500})));
    let logs = logs["Data"].as_array().unwrap().iter().skip(1);
    logs.map(|log| serde_json::from_str(log["RetMsg"].as_str().unwrap()).unwrap()).collect()
}

#[track_caller]
fn wait_events(client: &Client, count: usize) -> Vec<Value> {
    wait_for(|| Some(events(client)).filter(|events| events.len() >= count))
}

fn unpacked(event: &Value) -> Value {
    let packed = STANDARD.decode(event["clslogs"]["data"].as_str().unwrap()).unwrap();
    let mut text = String::new();
    GzDecoder::new(&*packed).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn contents(event: &Value) -> Vec<String> {
    let document = unpacked(event);
    let records = document["records"].as_array().unwrap().iter();
    records.map(|record| record["content"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_topic_s_trigger_is_an_object_of_both_sides() {
    let client = client();
    echo(&client);
    let (_, id) = topic(&client, "web");
    deliver(&client, &id, "echo", json!({"Timeout": 3, "MaxMsgNum": 5}));
    let listed = client.ok("scf.ListTriggers", about("echo", json!({})));
    let trigger = &listed["Triggers"][0];
    assert_eq!((&trigger["Type"], &trigger["TriggerName"]), (&json!("cls"), &json!(id)));
    assert_eq!((&trigger["Enable"], &trigger["Qualifier"]), (&json!(1), &json!("$LATEST")));
    let settings: Value = serde_json::from_str(trigger["TriggerDesc"].as_str().unwrap()).unwrap();
    let shown = json!({"effective": true, "function_name": "echo", "max_size": 5, "max_wait": 3,
        "name_space": "default", "qualifier": "$LATEST", "topic_id": id});
    assert_eq!(settings, shown);
    assert!(trigger["ResourceId"].as_str().unwrap().ends_with(&format!("/{id}")), "{trigger}");
    let twice = client.code("cls.CreateDeliverCloudFunction", delivery(&id, "echo", json!({})));
    assert_eq!(twice, "InvalidParameter.DbDuplication");
    let topic_id = json!({"TopicId": id});
    assert_eq!(
        client.code("cls.DeleteTopic", topic_id.clone()),
        "OperationDenied.TopicHasDeliverFunction"
    );
    let named = json!({"Type": "cls", "TriggerName": id});
    let with = |more: Value| {
        let mut request = about("echo", named.clone());
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    assert_eq!(client.code("scf.CreateTrigger", with(json!({}))), "InvalidParameterValue.Type");
    assert_eq!(client.code("scf.UpdateTrigger", with(json!({}))), "UnsupportedOperation.Trigger");
    let close = with(json!({"Enable": "CLOSE"}));
    assert_eq!(client.code("scf.UpdateTriggerStatus", close), "UnsupportedOperation.Trigger");
    client.ok("scf.DeleteTrigger", with(json!({})));
    client.ok("cls.DeleteTopic", topic_id);
}

#[test]
fn what_is_wrong_with_a_topic_s_trigger_is_refused() {
    let client = client();
    echo(&client);
    let mut web = python("page", HELLO);
    web["Type"] = json!("HTTP");
    web["Code"] = json!({"ZipFile": super::zip(&[("scf_bootstrap", "#!/bin/sh\n")])});
    create(&client, web);
    let (_, id) = topic(&client, "web");
    let code = |request: Value| client.code("cls.CreateDeliverCloudFunction", request);
    for (topic, function, more, expected) in [
        ("none", "echo", json!({}), "ResourceNotFound.TopicNotExist"),
        (&id, "none", json!({}), "ResourceNotFound.Function"),
        (&id, "page", json!({}), "InvalidParameter"),
        (&id, "echo", json!({"Qualifier": "7"}), "ResourceNotFound.Version"),
        (&id, "echo", json!({"Timeout": 2}), "InvalidParameter"),
        (&id, "echo", json!({"Timeout": 301}), "InvalidParameter"),
        (&id, "echo", json!({"MaxMsgNum": 0}), "InvalidParameter"),
        (&id, "echo", json!({"MaxMsgNum": 10_001}), "InvalidParameter"),
    ] {
        assert_eq!(code(delivery(topic, function, more.clone())), expected, "{function} {more}");
    }
}

#[test]
fn r229_lines_call_the_function_in_batches_of_a_size_or_after_a_time() {
    let server = Server::start(&[]);
    let client = server.client();
    echo(&client);
    let (_, id) = topic(&client, "web");
    deliver(&client, &id, "echo", json!({"Timeout": 30, "MaxMsgNum": 3}));
    let stopped = clock(&client, &json!({"frozen": true}));
    write(&client, &id, &["one", "two"]);
    clock(&client, &json!({"advance_ms": 29_999}));
    std::thread::sleep(std::time::Duration::from_millis(10));
    assert_eq!(events(&client), Vec::<Value>::new(), "there may be more to come");
    clock(&client, &json!({"advance_ms": 1}));
    let first = wait_events(&client, 1)[0].clone();
    let timestamp = (stopped * 1000).to_string();
    let record = |content: &str| json!({"timestamp": timestamp, "content": content});
    let records = [record("one"), record("two")];
    let document = json!({"topic_id": id, "topic_name": "web", "records": records});
    assert_eq!(unpacked(&first), document);
    write(&client, &id, &["1", "2", "3", "4", "5", "6", "7"]);
    let mut found: Vec<_> = wait_events(&client, 3)[1..].iter().map(contents).collect();
    found.sort();
    assert_eq!(found, [["1", "2", "3"], ["4", "5", "6"]], "full batches do not wait");
    clock(&client, &json!({"advance_ms": 30_000}));
    assert_eq!(contents(&wait_events(&client, 4)[3]), ["7"]);
    client.ok("scf.DeleteTrigger", about("echo", json!({"Type": "cls", "TriggerName": id})));
    let event = json!({"type": "cls", "topic": id, "lines": ["late"]});
    assert_eq!(post(&client, event)["triggers"], 0);
    let to = (now() + 3600) * 1000;
    let rule = json!({"FullText": {"CaseSensitive": false, "Tokenizer": " "}});
    client.ok("cls.CreateIndex", json!({"TopicId": id, "Rule": rule}));
    let search = json!({"TopicId": id, "From": to - 7_200_000, "To": to, "QueryString": "late"});
    let results = client.ok("cls.SearchLog", search)["Results"].clone();
    assert_eq!(results[0]["LogJson"], json!({"__CONTENT__": "late"}).to_string());
}

#[test]
fn batches_wait_on_a_clock_that_runs() {
    let server = Server::start(&[]);
    let client = server.client();
    echo(&client);
    let (_, id) = topic(&client, "web");
    deliver(&client, &id, "echo", json!({"Timeout": 3}));
    write(&client, &id, &["one"]);
    clock(&client, &json!({"advance_ms": 2_980}));
    assert_eq!(contents(&wait_events(&client, 1)[0]), ["one"]);
}

/// What a function of that name answers is how long each line is, as the log of a result is short.
const LENGTHS: &str = "import base64, gzip, json
def main(event, context):
    if 'clslogs' not in event:
        return []
    document = json.loads(gzip.decompress(base64.b64decode(event['clslogs']['data'])))
    return [len(record['content']) for record in document['records']]
";

#[test]
fn r53_a_batch_that_no_event_can_carry_is_cut() {
    let client = client();
    create(&client, python("echo", LENGTHS));
    client.ok("scf.Invoke", about("echo", json!({})));
    let (_, id) = topic(&client, "web");
    deliver(&client, &id, "echo", json!({"MaxMsgNum": 4}));
    // Characters without a pattern, which no compression makes much smaller.
    let noise = |seed: u64| {
        let mut state = seed;
        let characters = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(seed);
            char::from(b'!' + u8::try_from(state >> 58).unwrap())
        });
        characters.take(50_000 + usize::try_from(seed).unwrap()).collect::<String>()
    };
    let lines: Vec<_> = (1..=4).map(noise).collect();
    write(&client, &id, &lines.iter().map(String::as_str).collect::<Vec<_>>());
    let mut found = wait_events(&client, 2);
    found.sort_by_key(Value::to_string);
    assert_eq!(found, [json!([50_001, 50_002]), json!([50_003, 50_004])]);
}

#[test]
fn what_a_function_writes_calls_another_one() {
    let client = client();
    echo(&client);
    let web = topic(&client, "web");
    function(&client, "page", "def main(event, context):\n    print('seen')\n", &web);
    deliver(&client, &web.1, "echo", json!({"MaxMsgNum": 1}));
    client.ok("scf.Invoke", about("page", json!({})));
    // Each line is an event of its own, and they are handled in no order.
    let seen = wait_for(|| {
        let lines: Vec<_> = events(&client).iter().flat_map(contents).collect();
        let lines = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.into_iter().find(|line| line["SCF_Message"] == "seen")
    });
    assert_eq!((&seen["SCF_FunctionName"], &seen["SCF_Type"]), (&json!("page"), &json!("Custom")));
}

#[test]
fn a_function_that_would_call_itself_by_its_logs_is_refused() {
    let client = client();
    let (a, b) = (topic(&client, "a"), topic(&client, "b"));
    function(&client, "first", HELLO, &a);
    function(&client, "second", HELLO, &b);
    let code = |topic: &str, function: &str| {
        client.code("cls.CreateDeliverCloudFunction", delivery(topic, function, json!({})))
    };
    assert_eq!(code(&a.1, "first"), "InvalidParameter", "its own topic");
    deliver(&client, &a.1, "second", json!({}));
    assert_eq!(code(&b.1, "first"), "InvalidParameter", "by way of the second");
    // The other way round: the trigger is there, and then the logs are sent elsewhere.
    let into = |name: &str, (set, topic): &(String, String)| {
        about(name, json!({"ClsLogsetId": set, "ClsTopicId": topic}))
    };
    let moved = client.code("scf.UpdateFunctionConfiguration", into("second", &a));
    assert_eq!(moved, "InvalidParameterValue.Cls");
    let c = topic(&client, "c");
    client.ok("scf.UpdateFunctionConfiguration", into("second", &c));
    super::wait(&client, "second", "Active");
    // A version still writes where $LATEST did when it was published.
    let version = publish(&client, "second");
    client.ok("scf.UpdateFunctionConfiguration", into("second", &b));
    super::wait(&client, "second", "Active");
    assert_eq!(code(&c.1, "second"), "InvalidParameter", "version {version} writes there");
    create(&client, python("third", HELLO));
    deliver(&client, &c.1, "third", json!({}));
}

fn media(client: &Client, action: &str, more: Value) -> Result<Value, (String, String)> {
    let mut request = json!({
        "ScfRegion": client.region, "EventType": "WorkflowTask", "Qualifier": "$LATEST",
        "FunctionName": "echo", "Namespace": "default",
    });
    if action == "UnbindTrigger" {
        request = json!({"Type": "mps", "Qualifier": "$LATEST", "FunctionName": "echo",
            "Namespace": "default"});
    }
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.call(&format!("mps.{action}"), request)
}

#[test]
fn r229_media_tasks_call_the_function_that_is_bound_to_them() {
    let client = client();
    echo(&client);
    let bound = media(&client, "BindTrigger", json!({})).unwrap();
    let resource = bound["ResourceId"].as_str().unwrap();
    assert!(resource.ends_with("TriggerType/WorkflowTaskEvent"), "{resource}");
    let listed = client.ok("scf.ListTriggers", about("echo", json!({})))["Triggers"][0].clone();
    assert_eq!((&listed["Type"], &listed["ResourceId"]), (&json!("mps"), &json!(resource)));
    assert_eq!(listed["TriggerDesc"], json!({"eventType": "WorkflowTask"}).to_string());
    let task = json!({"TaskId": "1-WorkflowTask-2", "Status": "FINISH"});
    let event = json!({"type": "mps", "event_type": "WorkflowTask", "task": task});
    assert_eq!(post(&client, event.clone())["triggers"], 1);
    let expected = json!({"EventType": "WorkflowTask", "WorkflowTaskEvent": task});
    assert_eq!(wait_events(&client, 1)[0], expected);
    let other = json!({"type": "mps", "event_type": "EditMediaTask"});
    assert_eq!(post(&client, other)["triggers"], 0);
    assert_eq!(media(&client, "BindTrigger", json!({})).unwrap_err().0, "ResourceInUse");
    let resource_id = json!({"ResourceId": resource});
    media(&client, "UnbindTrigger", resource_id.clone()).unwrap();
    assert_eq!(post(&client, event.clone())["triggers"], 0, "it is off");
    let listed = client.ok("scf.ListTriggers", about("echo", json!({})));
    assert_eq!(listed["Triggers"][0]["BindStatus"], "off");
    media(&client, "BindTrigger", json!({})).unwrap();
    assert_eq!(post(&client, event)["triggers"], 1, "it is on again");
    let gone = about("echo", json!({"Type": "mps", "TriggerName": "WorkflowTask"}));
    client.ok("scf.DeleteTrigger", gone);
    assert_eq!(media(&client, "UnbindTrigger", resource_id).unwrap_err().0, "ResourceNotFound");
}

#[test]
fn a_type_of_media_tasks_has_one_trigger_in_all_regions() {
    let client = client();
    echo(&client);
    media(&client, "BindTrigger", json!({})).unwrap();
    let elsewhere = client.in_region("ap-shanghai");
    create(&elsewhere, python("echo", ECHO));
    assert_eq!(media(&elsewhere, "BindTrigger", json!({})).unwrap_err().0, "ResourceInUse");
    media(&elsewhere, "BindTrigger", json!({"EventType": "EditMediaTask"})).unwrap();
    for wrong in [json!({"EventType": "Other"}), json!({"ScfRegion": "ap-beijing"})] {
        assert_eq!(media(&client, "BindTrigger", wrong).unwrap_err().0, "InvalidParameterValue");
    }
}

#[test]
fn events_of_what_is_not_there_are_mistakes() {
    let client = client();
    for (event, words) in [
        (json!({"type": "cls", "topic": "none", "lines": ["a"]}), "there is no topic `none`"),
        (
            json!({"type": "mps", "event_type": "Cooking", "task": {}}),
            "there is no event `Cooking`",
        ),
    ] {
        let body = json!({"account": client.secret_id, "event": event});
        let page = client.console("POST", "events", &body);
        assert!(page.status == 400 && page.body.contains(words), "{page:?}");
    }
}
