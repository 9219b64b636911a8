//! The log service.

use serde_json::{Value, json};

use super::all;
use crate::support::{client, now};

#[test]
fn searches_say_what_they_want() {
    let client = client();
    let set = client.ok("cls.CreateLogset", json!({"LogsetName": "s"}))["LogsetId"].clone();
    let made = client.ok("cls.CreateTopic", json!({"LogsetId": set, "TopicName": "t"}));
    let topic = made["TopicId"].clone();
    client.ok(
        "cls.CreateIndex",
        json!({"TopicId": topic, "Rule": {"FullText": {"CaseSensitive": false, "Tokenizer": " "}}}),
    );
    let to = now() * 1000;
    let ask = |more: Value| {
        let mut request = json!({"From": to - 1000, "To": to, "QueryString": "", "TopicId": topic});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    client.ok("cls.SearchLog", ask(json!({"Sort": "asc", "Limit": 1000})));
    let both = json!({"Topics": [{"TopicId": topic}]});
    let wrong = "InvalidParameter";
    all(
        &client,
        vec![
            ("cls.SearchLog", ask(json!({"Sort": "down"})), wrong),
            ("cls.SearchLog", ask(both), wrong),
            ("cls.SearchLog", ask(json!({"Context": "x"})), wrong),
            ("cls.SearchLog", ask(json!({"Offset": -1})), wrong),
            ("cls.SearchLog", ask(json!({"Limit": 1001})), wrong),
            ("cls.SearchLog", ask(json!({"Limit": 0})), wrong),
            ("cls.DescribeTopics", json!({"PreciseSearch": 4}), wrong),
            (
                "cls.DescribeTopics",
                json!({"Filters": [{"Key": "colour", "Values": ["red"]}]}),
                wrong,
            ),
            ("cls.CreateTopic", json!({"LogsetId": set, "TopicName": "u", "BizType": 2}), wrong),
            (
                "cls.CreateTopic",
                json!({"LogsetId": set, "TopicName": "u", "TopicId": topic}),
                "InvalidParameter.TopicConflict",
            ),
            (
                "cls.CreateLogset",
                json!({"LogsetName": "u", "LogsetId": set}),
                "InvalidParameter.LogsetConflict",
            ),
            ("cls.ModifyIndex", json!({"TopicId": topic, "MetadataFlag": 3}), wrong),
            ("cls.ModifyIndex", json!({"TopicId": "none"}), "ResourceNotFound.TopicNotExist"),
            ("cls.DeleteTopic", json!({"TopicId": "none"}), "ResourceNotFound.TopicNotExist"),
        ],
    );
}

#[test]
fn keys_of_an_index_are_named_once() {
    let client = client();
    let set = client.ok("cls.CreateLogset", json!({"LogsetName": "s"}))["LogsetId"].clone();
    let made = client.ok("cls.CreateTopic", json!({"LogsetId": set, "TopicName": "t"}));
    let key = |name: &str| json!({"Key": name, "Value": {"Type": "text", "Tokenizer": " "}});
    let index = |keys: Value| json!({"TopicId": made["TopicId"], "Rule": {"KeyValue": {"CaseSensitive": false, "KeyValues": keys}}});
    let twice = index(json!([key("a"), key("b"), key("a")]));
    assert_eq!(client.code("cls.CreateIndex", twice), "InvalidParameter");
    client.ok("cls.CreateIndex", index(json!([key("a"), key("b")])));
}

#[test]
fn the_tags_of_log_sets_and_topics_end_with_them() {
    let client = client();
    let tags = json!([{"Key": "team", "Value": "a"}]);
    let set =
        client.ok("cls.CreateLogset", json!({"LogsetName": "s", "Tags": tags}))["LogsetId"].clone();
    let made =
        client.ok("cls.CreateTopic", json!({"LogsetId": set, "TopicName": "t", "Tags": tags}));
    let topic = made["TopicId"].clone();
    let tagged = || {
        let asked = json!({"TagFilters": [{"TagKey": "team"}]});
        let found = client.ok("tag.GetResources", asked);
        found["ResourceTagMappingList"].as_array().unwrap().len()
    };
    assert_eq!(tagged(), 2);
    client.ok("cls.DeleteTopic", json!({"TopicId": topic}));
    assert_eq!(tagged(), 1);
    client.ok("cls.DeleteLogset", json!({"LogsetId": set}));
    assert_eq!(tagged(), 0);
}
