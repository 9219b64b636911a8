//! The log service, and what functions write into it.

use serde_json::{Value, json};

use crate::scf::{HELLO, about, create, python};
use crate::support::{Client, client, now, wait_for};

fn logset(client: &Client, name: &str) -> String {
    let made = client.ok("cls.CreateLogset", json!({"LogsetName": name}));
    made["LogsetId"].as_str().unwrap().to_owned()
}

fn topic(client: &Client, logset: &str, name: &str) -> String {
    let made = client.ok("cls.CreateTopic", json!({"LogsetId": logset, "TopicName": name}));
    made["TopicId"].as_str().unwrap().to_owned()
}

fn read(client: &Client, name: &str) -> (String, String) {
    let read = client.ok("scf.GetFunction", json!({"FunctionName": name}));
    let text = |member: &str| read[member].as_str().unwrap().to_owned();
    (text("ClsLogsetId"), text("ClsTopicId"))
}

/// A search of the last hour.
fn search(client: &Client, topic: &str, query: &str, more: Value) -> Value {
    let to = (now() + 60) * 1000;
    let mut request =
        json!({"TopicId": topic, "From": to - 3_600_000, "To": to, "QueryString": query});
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.ok("cls.SearchLog", request)
}

/// The fields of the lines that a search finds, the oldest first.
fn lines(client: &Client, topic: &str, query: &str) -> Vec<Value> {
    let found = search(client, topic, query, json!({"Sort": "asc"}));
    let results = found["Results"].as_array().unwrap().iter();
    results.map(|line| serde_json::from_str(line["LogJson"].as_str().unwrap()).unwrap()).collect()
}

fn invoke(client: &Client, name: &str) {
    client.ok("scf.Invoke", json!({"FunctionName": name}));
}

#[test]
fn log_sets_and_topics_have_their_own_codes() {
    let client = client();
    let set = logset(&client, "web");
    let again = json!({"LogsetName": "web"});
    assert_eq!(client.code("cls.CreateLogset", again), "InvalidParameter.LogsetConflict");
    assert_eq!(client.code("cls.CreateLogset", json!({"LogsetName": "a|b"})), "InvalidParameter");
    let gone = json!({"LogsetId": "none", "TopicName": "a"});
    assert_eq!(client.code("cls.CreateTopic", gone), "ResourceNotFound.LogsetNotExist");
    let id = topic(&client, &set, "access");
    let again = json!({"LogsetId": set, "TopicName": "access"});
    assert_eq!(client.code("cls.CreateTopic", again), "InvalidParameter.TopicConflict");
    for (member, value, code) in [
        ("PartitionCount", json!(11), "LimitExceeded.Partition"),
        ("MaxSplitPartitions", json!(51), "InvalidParameter"),
        ("StorageType", json!("warm"), "InvalidParameter"),
        ("Period", json!(3601), "InvalidParameter"),
        ("HotPeriod", json!(6), "InvalidParameter"),
    ] {
        let request = json!({"TopicId": id, member: value});
        assert_eq!(client.code("cls.ModifyTopic", request), code, "{member}");
    }
    client.ok("cls.ModifyTopic", json!({"TopicId": id, "Period": 3640, "Describes": "d"}));
    let filter = |key: &str, value: &str| json!({"Filters": [{"Key": key, "Values": [value]}]});
    let found = client.ok("cls.DescribeTopics", filter("topicName", "cce"));
    assert_eq!(found["Topics"][0]["Period"], 3640);
    let mut exact = filter("topicName", "cce");
    exact["PreciseSearch"] = json!(1);
    assert_eq!(client.ok("cls.DescribeTopics", exact)["TotalCount"], 0);
    let sets = client.ok("cls.DescribeLogsets", filter("logsetId", &set));
    assert_eq!(sets["Logsets"][0]["TopicCount"], 1);
    assert_eq!(client.code("cls.DescribeLogsets", filter("x", "y")), "InvalidParameter");
    let request = json!({"LogsetId": set});
    let code = client.code("cls.DeleteLogset", request.clone());
    assert_eq!(code, "FailedOperation.LogsetNotEmpty");
    client.ok("cls.DeleteTopic", json!({"TopicId": id}));
    client.ok("cls.DeleteLogset", request.clone());
    assert_eq!(client.code("cls.DeleteLogset", request), "ResourceNotFound.LogsetNotExist");
}

#[test]
fn an_index_is_made_changed_and_deleted() {
    let client = client();
    let id = topic(&client, &logset(&client, "web"), "access");
    let about = json!({"TopicId": id});
    assert_eq!(client.code("cls.DescribeIndex", about.clone()), "ResourceNotFound.IndexNotExist");
    let key = |kind: &str, tokenizer: &str| {
        let key = json!({"Key": "age", "Value": {"Type": kind, "Tokenizer": tokenizer}});
        let rule = json!({"KeyValue": {"CaseSensitive": true, "KeyValues": [key]}});
        json!({"TopicId": id, "Rule": rule})
    };
    assert_eq!(client.code("cls.CreateIndex", key("text", "")), "InvalidParameter");
    assert_eq!(client.code("cls.CreateIndex", key("int", "")), "InvalidParameter");
    client.ok("cls.CreateIndex", key("long", ""));
    assert_eq!(client.code("cls.CreateIndex", key("long", "")), "InvalidParameter.IndexConflict");
    client.ok("cls.ModifyIndex", json!({"TopicId": id, "Status": false}));
    let read = client.ok("cls.DescribeIndex", about.clone());
    assert_eq!(read["Status"], false);
    assert_eq!(read["Rule"]["KeyValue"]["KeyValues"][0]["Value"]["SqlFlag"], false);
    let request = json!({"TopicId": id, "From": 1, "To": 2});
    assert_eq!(client.code("cls.SearchLog", request), "ResourceNotFound.IndexNotExist");
    client.ok("cls.DeleteIndex", about.clone());
    assert_eq!(client.code("cls.DeleteIndex", about), "ResourceNotFound.IndexNotExist");
}

#[test]
fn keys_inside_of_a_json_field_are_completed_too() {
    let client = client();
    let id = topic(&client, &logset(&client, "web"), "access");
    let key = |name: &str, value: Value| json!({"Key": name, "Value": value});
    let inner = key("age", json!({"Type": "long"}));
    let outer = key("user", json!({"Type": "json", "Alias": "who", "ChildNode": [inner]}));
    let rule = json!({"KeyValue": {"CaseSensitive": true, "KeyValues": [outer]}});
    client.ok("cls.CreateIndex", json!({"TopicId": id, "Rule": rule}));
    let read = client.ok("cls.DescribeIndex", json!({"TopicId": id}));
    let outer = &read["Rule"]["KeyValue"]["KeyValues"][0]["Value"];
    assert_eq!((&outer["Alias"], &outer["SqlFlag"]), (&json!("who"), &json!(false)));
    let inner = json!({"Type": "long", "Tokenizer": "", "SqlFlag": false, "ContainZH": false,
                       "Alias": ""});
    assert_eq!(outer["ChildNode"], json!([{"Key": "age", "Value": inner}]));
}

#[test]
fn tags_of_log_sets_and_topics_are_replaced_and_found() {
    let client = client();
    let set = logset(&client, "web");
    let id = topic(&client, &set, "access");
    for (kind, modify, describe, list, member, id) in [
        ("logset", "cls.ModifyLogset", "cls.DescribeLogsets", "Logsets", "LogsetId", &set),
        ("topic", "cls.ModifyTopic", "cls.DescribeTopics", "Topics", "TopicId", &id),
    ] {
        let shown = || client.ok(describe, json!({}))[list][0]["Tags"].clone();
        let name = format!("qcs::cls:ap-guangzhou:uin/:{kind}/{id}");
        let told = || {
            let found = client.ok("tag.GetResources", json!({"ResourceList": [name]}));
            found["ResourceTagMappingList"][0]["Tags"].clone()
        };
        let tags = |tags: Value| {
            client.ok(modify, json!({member: id, "Tags": tags}));
        };
        tags(json!([{"Key": "env", "Value": "dev"}, {"Key": "team", "Value": "a"}]));
        tags(json!([{"Key": "env", "Value": "test"}]));
        assert_eq!(shown(), json!([{"Key": "env", "Value": "test"}]), "{kind}");
        assert_eq!(told(), json!([{"TagKey": "env", "TagValue": "test"}]), "{kind}");
        for (key, values, count) in [
            ("tagKey", ["env", "other"].as_slice(), 1),
            ("tagKey", &["team"], 0),
            ("tag:env", &["test"], 1),
            ("tag:env", &["dev"], 0),
        ] {
            let filter = json!({"Filters": [{"Key": key, "Values": values}]});
            assert_eq!(client.ok(describe, filter)["TotalCount"], count, "{kind} {key} {values:?}");
        }
        // What does not speak of tags leaves them.
        client.ok(modify, json!({member: id}));
        assert_eq!(shown(), json!([{"Key": "env", "Value": "test"}]), "{kind}");
        tags(json!([]));
        assert_eq!(shown(), json!([]), "{kind}");
    }
}

#[test]
fn r195_r196_functions_without_a_topic_share_the_default_one() {
    let client = client();
    create(&client, python("one", HELLO));
    create(&client, python("two", HELLO));
    let (set, id) = read(&client, "one");
    assert_eq!(read(&client, "two"), (set.clone(), id.clone()));
    let sets = client.ok("cls.DescribeLogsets", json!({}));
    assert_eq!(sets["TotalCount"], 1);
    assert!(sets["Logsets"][0]["LogsetName"].as_str().unwrap().starts_with("SCF_logset"));
    let topics = client.ok("cls.DescribeTopics", json!({}));
    let found = &topics["Topics"][0];
    assert!(found["TopicName"].as_str().unwrap().starts_with("SCF_logtopic"));
    assert_eq!((&found["TopicId"], &found["Period"]), (&json!(id), &json!(7)));
}

#[test]
fn r197_the_index_of_the_default_topic_cannot_be_edited() {
    let client = client();
    create(&client, python("one", HELLO));
    let (_, id) = read(&client, "one");
    let request = json!({"TopicId": id, "Status": false});
    assert_eq!(client.code("cls.ModifyIndex", request), "OperationDenied");
    assert_eq!(client.code("cls.DeleteIndex", json!({"TopicId": id})), "OperationDenied");
}

#[test]
fn r199_r200_log_set_and_topic_go_together_and_are_in_the_function_s_region() {
    let client = client();
    let set = logset(&client, "mine");
    let id = topic(&client, &set, "functions");
    let elsewhere = client.in_region("ap-shanghai");
    let far = logset(&elsewhere, "far");
    let far_topic = topic(&elsewhere, &far, "far");
    for (set, topic) in [("", &*id), (&*set, ""), (&*far, &*far_topic), (&*far, &*id)] {
        let mut request = python("one", HELLO);
        request["ClsLogsetId"] = json!(set);
        request["ClsTopicId"] = json!(topic);
        assert_eq!(client.code("scf.CreateFunction", request), "InvalidParameterValue.Cls");
    }
}

#[test]
fn r198_a_topic_of_one_s_own_needs_the_log_service() {
    let client = client();
    let set = logset(&client, "mine");
    let id = topic(&client, &set, "functions");
    let standing = |on: bool| {
        let change = json!({"account": client.secret_id, "standing": {"log_service": on}});
        assert_eq!(client.console("POST", "account", &change).status, 200);
    };
    standing(false);
    let mut request = python("one", HELLO);
    (request["ClsLogsetId"], request["ClsTopicId"]) = (json!(set), json!(id));
    let code = client.code("scf.CreateFunction", request.clone());
    assert_eq!(code, "FailedOperation.ClsServiceUnregistered");
    create(&client, python("two", HELLO));
    let custom = about("two", json!({"ClsLogsetId": set, "ClsTopicId": id}));
    let code = client.code("scf.UpdateFunctionConfiguration", custom);
    assert_eq!(code, "FailedOperation.ClsServiceUnregistered");
    standing(true);
    create(&client, request);
}

#[test]
fn r190_what_a_function_writes_can_be_searched_at_once() {
    let client = client();
    create(&client, python("one", "def main(event, context):\n    print('seen', event['n'])\n"));
    let (_, id) = read(&client, "one");
    for n in 0..20 {
        let event = json!({"n": n}).to_string();
        client.ok("scf.Invoke", about("one", json!({"ClientContext": event})));
        assert_eq!(lines(&client, &id, &format!("\"seen {n}\"")).len(), 1, "call {n}");
    }
}

#[test]
fn r201_r205_the_platform_configures_the_index_of_a_function_s_topic() {
    let client = client();
    let set = logset(&client, "mine");
    let id = topic(&client, &set, "functions");
    let mut request = python("one", HELLO);
    request["ClsLogsetId"] = json!(set);
    request["ClsTopicId"] = json!(id);
    create(&client, request);
    let index = client.ok("cls.DescribeIndex", json!({"TopicId": id}));
    let keys = index["Rule"]["KeyValue"]["KeyValues"].as_array().unwrap();
    assert_eq!(keys.len(), 14);
    assert!(keys.iter().all(|key| key["Value"]["SqlFlag"] == true), "{keys:?}");
    let kind = |name: &str| &keys.iter().find(|key| key["Key"] == name).unwrap()["Value"]["Type"];
    assert_eq!((kind("SCF_Message"), kind("SCF_Duration")), (&json!("text"), &json!("long")));
    assert_eq!(kind("SCF_MemUsage"), "double");
    // Elsewhere first: the topic of an update is held to the same rules.
    let wrong = about("one", json!({"ClsTopicId": "none"}));
    let code = client.code("scf.UpdateFunctionConfiguration", wrong);
    assert_eq!(code, "InvalidParameterValue.Cls");
}

#[test]
fn r201_an_index_that_a_topic_has_already_stays_as_it_is() {
    let client = client();
    let set = logset(&client, "mine");
    let id = topic(&client, &set, "functions");
    let key = json!({"Key": "SCF_Message", "Value": {"Type": "text", "Tokenizer": " "}});
    let rule = json!({"KeyValue": {"CaseSensitive": true, "KeyValues": [key]}});
    client.ok("cls.CreateIndex", json!({"TopicId": id, "Rule": rule}));
    let index = || client.ok("cls.DescribeIndex", json!({"TopicId": id}));
    let before = index();
    let mut request = python("one", "def main(event, context): print('hello log')");
    (request["ClsLogsetId"], request["ClsTopicId"]) = (json!(set), json!(id));
    create(&client, request);
    assert_eq!(index(), before);
    invoke(&client, "one");
    assert_eq!(index(), before);
    assert!(!lines(&client, &id, "SCF_Message:hello").is_empty());
    create(&client, python("two", HELLO));
    let moved = about("two", json!({"ClsLogsetId": set, "ClsTopicId": id}));
    client.ok("scf.UpdateFunctionConfiguration", moved);
    assert_eq!(index(), before);
}

#[test]
fn r202_r203_r204_each_line_of_a_call_has_the_fields_of_a_function_s_log() {
    let client = client();
    let source = "def main(event, context):\n    print('hello log')\n    return 1\n";
    create(&client, python("one", source));
    let (_, id) = read(&client, "one");
    invoke(&client, "one");
    let found = lines(&client, &id, "SCF_FunctionName:one");
    let custom: Vec<_> = found.iter().filter(|line| line["SCF_Type"] == "Custom").collect();
    let [line] = custom[..] else { panic!("{found:?}") };
    assert_eq!(line["SCF_Message"], "hello log");
    assert_eq!((&line["SCF_Level"], &line["SCF_Namespace"]), (&json!("INFO"), &json!("default")));
    assert_eq!((&line["SCF_Qualifier"], &line["SCF_StatusCode"]), (&json!("$LATEST"), &json!(200)));
    assert_eq!(line["SCF_RetryNum"], 0);
    assert!(line["SCF_MemUsage"].is_f64() && line["SCF_Duration"].is_i64(), "{line}");
    assert!(line["SCF_StartTime"].as_u64().unwrap() / 1000 <= now());
    assert!(found[0]["SCF_Message"].as_str().unwrap().starts_with("START RequestId"));
    assert!(found[0]["SCF_Type"] == "Platform" && found.len() >= 4, "{found:?}");
    assert!(lines(&client, &id, "SCF_FunctionName:two").is_empty());
    assert_eq!(lines(&client, &id, "\"hello log\" AND SCF_Type:\"Custom\"").len(), 1);
    assert!(lines(&client, &id, "hello AND NOT SCF_StatusCode:200").is_empty());
}

#[test]
fn a_search_goes_on_from_its_context() {
    let client = client();
    create(&client, python("one", HELLO));
    let (_, id) = read(&client, "one");
    invoke(&client, "one");
    let all = lines(&client, &id, "*").len();
    let first = search(&client, &id, "", json!({"Limit": 2}));
    assert_eq!(
        (first["Results"].as_array().unwrap().len(), &first["ListOver"]),
        (2, &json!(false))
    );
    let rest = search(&client, &id, "", json!({"Context": first["Context"]}));
    let count = rest["Results"].as_array().unwrap().len();
    assert_eq!((count + 2, &rest["ListOver"]), (all, &json!(true)));
    let to = now() * 1000;
    let broken = json!({"TopicId": id, "From": to - 1, "To": to, "QueryString": "(a"});
    assert_eq!(client.code("cls.SearchLog", broken), "FailedOperation.SyntaxError");
}

#[test]
fn r207_one_search_spans_at_most_a_day() {
    let client = client();
    create(&client, python("one", HELLO));
    let (_, id) = read(&client, "one");
    let to = now() * 1000;
    let long = json!({"TopicId": id, "From": to - 86_400_001, "To": to});
    assert_eq!(client.code("cls.SearchLog", long), "InvalidParameter");
    client.ok("cls.SearchLog", json!({"TopicId": id, "From": to - 86_400_000, "To": to}));
}

#[test]
fn queued_calls_and_versions_write_into_the_topic_too() {
    let client = client();
    create(&client, python("one", HELLO));
    let (_, id) = read(&client, "one");
    let version = crate::scf::publish(&client, "one");
    let event = json!({"FunctionName": "one", "Qualifier": version, "InvocationType": "Event"});
    client.ok("scf.Invoke", event);
    let query = format!("SCF_Qualifier:{version}");
    wait_for(|| (!lines(&client, &id, &query).is_empty()).then_some(()));
}
