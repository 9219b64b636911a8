//! Triggers: how they are made, shown, changed, switched and deleted.

use serde_json::{Value, json};
use tencentcloud_emulator::accounts::Account;

use super::{HELLO, about, create, publish, python, zip};
use crate::cos::Cos;
use crate::support::{Client, client, wait_for};

fn timer(name: &str) -> Value {
    about("hello", json!({"TriggerName": name, "Type": "timer", "TriggerDesc": "0 0 8 * * * *"}))
}

/// A rule of the account's own bucket.
fn rule(client: &Client, event: &str, prefix: &str, suffix: &str) -> Value {
    let rule = json!({"event": event, "filter": {"Prefix": prefix, "Suffix": suffix}});
    let more = json!({"TriggerName": host(client), "Type": "cos", "TriggerDesc": rule.to_string()});
    about("hello", more)
}

/// The name of the triggers of the account's own bucket.
fn host(client: &Client) -> String {
    let app_id = Account::of(&client.secret_id).unwrap().app_id;
    format!("pictures-{app_id}.cos.ap-guangzhou.myqcloud.com")
}

/// An account with a function and a bucket.
fn stocked() -> Client {
    let cos = Cos::new(hello());
    cos.bucket("pictures");
    cos.client
}

fn with(mut request: Value, more: Value) -> Value {
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request
}

fn hello() -> Client {
    let client = client();
    create(&client, python("hello", HELLO));
    client
}

fn web(client: &Client) {
    let code = json!({"ZipFile": zip(&[("scf_bootstrap", "#!/bin/sh\n")])});
    let request =
        json!({"FunctionName": "web", "Type": "HTTP", "Runtime": "Python3.6", "Code": code});
    create(client, request);
}

fn listed(client: &Client, more: Value) -> Vec<Value> {
    let listed = client.ok("scf.ListTriggers", about("hello", more));
    listed["Triggers"].as_array().unwrap().clone()
}

/// The settings that a trigger is shown with.
fn settings(trigger: &Value) -> Value {
    serde_json::from_str(trigger["TriggerDesc"].as_str().unwrap()).unwrap()
}

#[test]
fn r92_r258_r260_a_timer_is_made_changed_switched_and_deleted() {
    let client = hello();
    let more = json!({"Enable": "CLOSE", "CustomArgument": "hi", "Description": "daily"});
    let made = client.ok("scf.CreateTrigger", with(timer("daily"), more));
    let shown = &made["TriggerInfo"];
    assert_eq!(settings(shown), json!({"cron": "0 0 8 * * * *"}));
    assert_eq!(shown["Enable"], 0);
    assert_eq!(shown["Qualifier"], "$LATEST");
    assert_eq!([&shown["CustomArgument"], &shown["Description"]], ["hi", "daily"]);
    assert!(shown["ResourceId"].as_str().unwrap().starts_with("qcs::scf:gz:uin/"), "{shown}");

    let change = json!({"TriggerDesc": "*/5 * * * *", "CustomArgument": ""});
    client.ok("scf.UpdateTrigger", with(timer("daily"), change));
    client.ok("scf.UpdateTriggerStatus", with(timer("daily"), json!({"Enable": "OPEN"})));
    let found = &listed(&client, json!({}))[0];
    assert_eq!(settings(found), json!({"cron": "*/5 * * * *"}));
    assert_eq!(found["Enable"], 1);
    assert_eq!([&found["CustomArgument"], &found["Description"]], ["", "daily"]);
    let function = client.ok("scf.GetFunction", about("hello", json!({})));
    assert_eq!(function["Triggers"][0]["TriggerName"], "daily");

    client.ok("scf.DeleteTrigger", timer("daily"));
    assert_eq!(listed(&client, json!({})), Vec::<Value>::new());
    for action in ["DeleteTrigger", "UpdateTrigger", "UpdateTriggerStatus"] {
        let request = with(timer("daily"), json!({"Enable": "OPEN"}));
        let request = match action {
            "DeleteTrigger" => timer("daily"),
            _ => request,
        };
        let code = client.code(&format!("scf.{action}"), request);
        assert_eq!(code, "ResourceNotFound.Trigger", "{action}");
    }
}

#[test]
fn a_timer_is_checked() {
    let client = stocked();
    for (wrong, code) in [
        (json!({"TriggerDesc": "0 0 8 * * *"}), "InvalidParameterValue.TriggerDesc"),
        (json!({"TriggerDesc": "60 * * * * * *"}), "InvalidParameterValue.TriggerDesc"),
        (json!({"TriggerDesc": ""}), "InvalidParameterValue.TriggerDesc"),
        (json!({"TriggerName": "a b"}), "InvalidParameterValue.TriggerName"),
        (json!({"TriggerName": "a".repeat(101)}), "InvalidParameterValue.TriggerName"),
        (json!({"Enable": "ON"}), "InvalidParameterValue.Enable"),
        (json!({"Type": "clock"}), "InvalidParameterValue.Type"),
        (json!({"Type": "clb"}), "InvalidParameterValue.Type"),
        (json!({"CustomArgument": "x".repeat(4097)}), "InvalidParameterValue.CustomArgument"),
        (json!({"Qualifier": "7"}), "ResourceNotFound.Version"),
        (json!({"FunctionName": "nobody"}), "ResourceNotFound.Function"),
    ] {
        let request = with(timer("daily"), wrong.clone());
        assert_eq!(client.code("scf.CreateTrigger", request), code, "{wrong}");
    }
    let request =
        with(rule(&client, "cos:ObjectCreated:*", "", ""), json!({"CustomArgument": "x"}));
    assert_eq!(client.code("scf.CreateTrigger", request), "InvalidParameterValue.CustomArgument");
}

#[test]
fn r261_some_triggers_cannot_be_switched_and_none_to_what_it_is() {
    let client = stocked();
    client.ok("scf.CreateTrigger", timer("daily"));
    let open = with(timer("daily"), json!({"Enable": "OPEN"}));
    assert_eq!(client.code("scf.UpdateTriggerStatus", open), "FailedOperation.UpdateTriggerStatus");
    let cmq = about("hello", json!({"TriggerName": "topic", "Type": "cmq", "Enable": "CLOSE"}));
    let code = client.code("scf.UpdateTriggerStatus", cmq);
    assert_eq!(code, "UnsupportedOperation.Trigger");
    let rule = with(rule(&client, "cos:ObjectCreated:*", "", ""), json!({"Enable": "OPEN"}));
    assert_eq!(client.code("scf.UpdateTrigger", rule), "UnsupportedOperation.Trigger");
}

#[test]
fn r38_r44_r257_ten_triggers_of_a_type_over_all_versions() {
    let client = stocked();
    let version = publish(&client, "hello");
    for n in 0..9 {
        client.ok("scf.CreateTrigger", timer(&format!("t{n}")));
        client.ok("scf.CreateTrigger", rule(&client, "cos:ObjectCreated:*", &format!("{n}/"), ""));
    }
    let of_version = with(timer("t0"), json!({"Qualifier": version}));
    client.ok("scf.CreateTrigger", of_version);
    assert_eq!(client.code("scf.CreateTrigger", timer("t9")), "LimitExceeded.Trigger");
    client.ok("scf.CreateTrigger", rule(&client, "cos:ObjectCreated:*", "9/", ""));
    let more = rule(&client, "cos:ObjectCreated:*", "10/", "");
    assert_eq!(client.code("scf.CreateTrigger", more), "LimitExceeded.Trigger");
    assert_eq!(client.code("scf.CreateTrigger", timer("t0")), "ResourceInUse.Trigger");
}

#[test]
fn r256_r275_r276_versions_and_aliases_have_triggers_of_their_own() {
    let client = hello();
    client.ok("scf.CreateTrigger", timer("daily"));
    let version = publish(&client, "hello");
    let of = |qualifier: &str| {
        let filter = json!([{"Name": "Qualifier", "Values": [qualifier]}]);
        listed(&client, json!({"Filters": filter})).len()
    };
    assert_eq!([of("$LATEST"), of(&version)], [1, 0], "a new version has none");
    for qualifier in [&*version, "$DEFAULT"] {
        client.ok("scf.CreateTrigger", with(timer("daily"), json!({"Qualifier": qualifier})));
    }
    assert_eq!([of("$LATEST"), of(&version), of("$DEFAULT")], [1, 1, 1]);
    client.ok("scf.DeleteTrigger", with(timer("daily"), json!({"Qualifier": version})));
    assert_eq!([of("$LATEST"), of(&version), of("$DEFAULT")], [1, 0, 1]);
}

#[test]
fn triggers_are_listed_in_pages_and_filtered() {
    let client = hello();
    for n in 0..3 {
        let more = json!({"Description": format!("no {n}")});
        client.ok("scf.CreateTrigger", with(timer(&format!("t{n}")), more));
    }
    let page = client.ok("scf.ListTriggers", about("hello", json!({"Limit": 2, "Offset": 2})));
    assert_eq!((&page["TotalCount"], page["Triggers"].as_array().unwrap().len()), (&json!(3), 1));
    for filter in [json!(["TriggerName", "t1"]), json!(["Description", "no 1"])] {
        let filters = json!([{"Name": filter[0], "Values": [filter[1]]}]);
        let found = listed(&client, json!({"Filters": filters}));
        assert_eq!(found.len(), 1, "{filter}");
        assert_eq!(found[0]["TriggerName"], "t1");
    }
    client.ok("scf.UpdateTrigger", with(timer("t0"), json!({"Description": "new"})));
    let names = |more| {
        let found = listed(&client, more);
        found.iter().map(|t| t["TriggerName"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(json!({}))[0], "t0", "the last change comes first");
    assert_eq!(names(json!({"OrderBy": "add_time", "Order": "ASC"})), ["t0", "t1", "t2"]);
}

#[test]
fn r45_rules_of_a_bucket_are_checked_and_do_not_overlap() {
    let client = stocked();
    let made = client.ok("scf.CreateTrigger", rule(&client, "cos:ObjectCreated:*", "in/", ".png"));
    let shown = settings(&made["TriggerInfo"]);
    assert_eq!(shown["bucketUrl"], host(&client));
    assert_eq!(shown["filter"], json!({"Prefix": "in/", "Suffix": ".png"}));
    for (event, prefix, suffix) in
        [("cos:ObjectCreated:Put", "in/a/", ".png"), ("cos:ObjectCreated:*", "", "")]
    {
        let code = client.code("scf.CreateTrigger", rule(&client, event, prefix, suffix));
        assert_eq!(code, "InvalidParameterValue.CosNotifyRuleConflict", "{event} {prefix}");
    }
    create(&client, python("other", HELLO));
    let elsewhere =
        with(rule(&client, "cos:ObjectCreated:*", "in/", ""), json!({"FunctionName": "other"}));
    let code = client.code("scf.CreateTrigger", elsewhere);
    assert_eq!(code, "InvalidParameterValue.CosNotifyRuleConflict", "of another function");
    client.ok("scf.CreateTrigger", rule(&client, "cos:ObjectRemove:*", "in/", ".png"));
    client.ok("scf.CreateTrigger", rule(&client, "cos:ObjectCreated:*", "in/", ".jpg"));
    let again = rule(&client, "cos:ObjectCreated:*", "in/", ".png");
    assert_eq!(client.code("scf.CreateTrigger", again), "ResourceInUse.Trigger");
    for (wrong, code) in [
        (
            with(
                rule(&client, "cos:ObjectCreated:*", "", ""),
                json!({"TriggerName": "none-1250000000.cos.ap-guangzhou.myqcloud.com"}),
            ),
            "ResourceNotFound.Cos",
        ),
        (rule(&client, "cos:ObjectEaten:*", "", ""), "InvalidParameterValue.TriggerDesc"),
        (rule(&client, "cos:ObjectCreated:*", "", "png"), "InvalidParameterValue.TriggerDesc"),
        (
            with(
                rule(&client, "cos:ObjectCreated:*", "", ""),
                json!({"TriggerName": "a-1250000000.cos.ap-tokyo.myqcloud.com"}),
            ),
            "InvalidParameterValue.TriggerName",
        ),
    ] {
        assert_eq!(client.code("scf.CreateTrigger", wrong.clone()), code, "{wrong}");
    }
    // What tells a bucket's rules apart are their settings.
    let close =
        with(rule(&client, "cos:ObjectRemove:*", "in/", ".png"), json!({"Enable": "CLOSE"}));
    client.ok("scf.UpdateTriggerStatus", close);
    client.ok("scf.DeleteTrigger", rule(&client, "cos:ObjectCreated:*", "in/", ".jpg"));
    let left = listed(&client, json!({"OrderBy": "add_time", "Order": "ASC"}));
    let left: Vec<_> = left.iter().map(|t| (settings(t)["event"].clone(), &t["Enable"])).collect();
    assert_eq!(json!(left), json!([["cos:ObjectCreated:*", 1], ["cos:ObjectRemove:*", 0]]));
}

#[test]
fn a_topic_of_kafka_is_read_as_configured() {
    let client = hello();
    let ckafka = |settings: &Value| {
        let more = json!({"TriggerName": "ckafka-2o10hua5-orders", "Type": "ckafka",
            "TriggerDesc": settings.to_string()});
        about("hello", more)
    };
    let made = client.ok("scf.CreateTrigger", ckafka(&json!({"maxMsgNum": 5})));
    let whole = json!({"maxMsgNum": 5, "offset": "latest", "retry": 10000, "timeOut": 60,
        "consumerGroupName": ""});
    assert_eq!(settings(&made["TriggerInfo"]), whole);
    client.ok("scf.UpdateTrigger", ckafka(&json!({"timeOut": 10})));
    let found = settings(&listed(&client, json!({}))[0]);
    assert_eq!([&found["maxMsgNum"], &found["timeOut"]], [5, 10], "what is left out is kept");
    for wrong in [
        json!({"maxMsgNum": 10001}),
        json!({"maxMsgNum": 0}),
        json!({"timeOut": 61}),
        json!({"offset": "tomorrow"}),
        json!({"retry": -1}),
        json!({"patience": 1}),
    ] {
        let code = client.code("scf.UpdateTrigger", ckafka(&wrong));
        assert_eq!(code, "InvalidParameterValue.TriggerDesc", "{wrong}");
    }
    let elsewhere = with(ckafka(&json!({})), json!({"TriggerName": "orders"}));
    assert_eq!(client.code("scf.CreateTrigger", elsewhere), "InvalidParameterValue.TriggerName");
}

#[test]
fn r107_a_web_function_takes_calls_over_http_only() {
    let client = client();
    web(&client);
    let request = with(timer("daily"), json!({"FunctionName": "web"}));
    assert_eq!(client.code("scf.CreateTrigger", request), "InvalidParameterValue.Type");
    let url = json!({"TriggerName": "url-trigger", "Type": "http",
        "TriggerDesc": json!({"AuthType": "NONE"}).to_string()});
    client.ok("scf.CreateTrigger", about("web", url));
}

#[test]
fn r108_r122_r147_r148_the_apis_of_a_web_function_are_in_one_service() {
    let client = client();
    web(&client);
    let api = |name: &str, service: Value, method: &str, environment: &str| {
        let settings = json!({"service": service, "api": {"requestConfig": {"method": method}},
            "release": {"environmentName": environment}});
        let more = json!({"TriggerName": name, "Type": "apigw",
            "TriggerDesc": settings.to_string()});
        about("web", more)
    };
    let by_name = json!({"serviceName": "SCF_API_SERVICE"});
    let made =
        client.ok("scf.CreateTrigger", api("SCF_API_SERVICE", by_name.clone(), "ANY", "release"));
    let shown = settings(&made["TriggerInfo"]);
    let id = shown["service"]["serviceId"].as_str().unwrap();
    assert!(id.starts_with("service-") && shown["api"]["apiId"].is_string(), "{shown}");
    assert_eq!(shown["api"]["authRequired"], "FALSE");
    let again = client.ok("scf.CreateTrigger", api("second", by_name.clone(), "GET", "release"));
    assert_eq!(settings(&again["TriggerInfo"])["service"]["serviceId"], id);
    let another = api("third", json!({"serviceId": "service-other"}), "ANY", "release");
    assert_eq!(client.code("scf.CreateTrigger", another), "InvalidParameterValue.TriggerDesc");
    let tested = api("fourth", by_name, "GET", "test");
    assert_eq!(client.code("scf.CreateTrigger", tested), "ResourceInUse.Trigger", "the same API");
}

#[test]
fn r140_an_api_is_in_a_service_of_its_own_or_in_one_that_is_named() {
    let client = hello();
    let api = |name: &str, service: Value| {
        let text = json!({"service": service}).to_string();
        let more = json!({"TriggerName": name, "Type": "apigw", "TriggerDesc": text});
        let made = client.ok("scf.CreateTrigger", about("hello", more));
        settings(&made["TriggerInfo"])["service"]["serviceId"].as_str().unwrap().to_owned()
    };
    let made = api("SCF_API_SERVICE", json!({"serviceName": "SCF_API_SERVICE"}));
    assert!(made.starts_with("service-") && made != "service-standard", "{made}");
    assert_eq!(api("standard", json!({"serviceId": "service-standard"})), "service-standard");
}

#[test]
fn r152_r165_an_api_for_web_sockets_has_the_method_get() {
    let client = client();
    let socket = json!({"ProtocolType": "WS", "Timeout": 60});
    create(&client, with(super::web::web("socket"), socket));
    let api = |name: &str, config: Value| {
        let text = json!({"api": {"requestConfig": config}}).to_string();
        about("socket", json!({"TriggerName": name, "Type": "apigw", "TriggerDesc": text}))
    };
    let post = api("post", json!({"method": "POST"}));
    assert_eq!(client.code("scf.CreateTrigger", post), "InvalidParameterValue.TriggerDesc");
    let made = client.ok("scf.CreateTrigger", api("usual", json!({})));
    assert_eq!(settings(&made["TriggerInfo"])["api"]["requestConfig"]["method"], "GET");
}

#[test]
fn triggers_go_with_their_function_and_their_version() {
    let client = hello();
    let version = publish(&client, "hello");
    client.ok("scf.CreateTrigger", with(timer("daily"), json!({"Qualifier": version})));
    client.ok("scf.CreateTrigger", timer("daily"));
    let request = about("hello", json!({"Qualifier": version}));
    client.ok("scf.DeleteFunction", request);
    assert_eq!(listed(&client, json!({})).len(), 1);
    client.ok("scf.DeleteFunction", about("hello", json!({})));
    let gone = || client.call("scf.GetFunction", about("hello", json!({}))).is_err();
    wait_for(|| gone().then_some(()));
    create(&client, python("hello", HELLO));
    assert_eq!(listed(&client, json!({})), Vec::<Value>::new(), "a namesake has none");
}
