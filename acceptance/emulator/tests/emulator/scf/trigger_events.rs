//! Triggers fire: timers, objects, messages and calls over HTTP.

use serde_json::{Value, json};

use super::{about, create, publish, python};
use crate::cos::Cos;
use crate::support::{Client, Page, Request, Server, client, now, wait_for};

/// A function whose result is the event that it got.
const ECHO: &str = "def main(event, context):\n    return event\n";

fn echo(client: &Client) {
    create(client, python("echo", ECHO));
    // An instance is warm, so that events are handled at once.
    client.ok("scf.Invoke", about("echo", json!({})));
}

/// The events that the function got, without the first call, oldest first.
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

fn trigger(client: &Client, kind: &str, name: &str, settings: &str) -> Value {
    let more = json!({"Type": kind, "TriggerName": name, "TriggerDesc": settings});
    client.ok("scf.CreateTrigger", about("echo", more))["TriggerInfo"].clone()
}

fn post(client: &Client, event: Value) -> i64 {
    let body = json!({"account": client.secret_id, "event": event});
    let page = client.console("POST", "events", &body);
    assert_eq!(page.status, 200, "{page:?}");
    page.json()["triggers"].as_i64().unwrap()
}

fn clock(client: &Client, change: &Value) -> i64 {
    client.console("POST", "clock", change).json()["now_ms"].as_i64().unwrap()
}

#[test]
fn r229_r262_timers_fire_on_the_cloud_s_clock_while_they_are_on() {
    let server = Server::start(&[]);
    let client = server.client();
    echo(&client);
    let now = clock(&client, &json!({"frozen": true}));
    // To the beginning of an hour.
    clock(&client, &json!({"advance_ms": 3_600_000 - now.rem_euclid(3_600_000)}));
    let more = json!({"Type": "timer", "TriggerName": "five", "TriggerDesc": "0 */5 * * * * *",
        "CustomArgument": "hi"});
    client.ok("scf.CreateTrigger", about("echo", more));
    clock(&client, &json!({"advance_ms": 299_999}));
    std::thread::sleep(std::time::Duration::from_millis(10));
    assert_eq!(events(&client), Vec::<Value>::new());
    clock(&client, &json!({"advance_ms": 1}));
    let event = &wait_events(&client, 1)[0];
    assert_eq!([&event["Type"], &event["TriggerName"], &event["Message"]], ["Timer", "five", "hi"]);
    assert!(event["Time"].as_str().unwrap().ends_with(":05:00Z"), "{event}");
    clock(&client, &json!({"advance_ms": 600_000}));
    assert_eq!(wait_events(&client, 3).len(), 3, "both moments that the clock leapt over");
    let status = |enable: &str| {
        let more = json!({"Type": "timer", "TriggerName": "five", "Enable": enable});
        client.ok("scf.UpdateTriggerStatus", about("echo", more));
    };
    status("CLOSE");
    clock(&client, &json!({"advance_ms": 600_000}));
    status("OPEN");
    clock(&client, &json!({"advance_ms": 300_000}));
    assert_eq!(wait_events(&client, 4).len(), 4, "none while it was off");
    let gone = json!({"Type": "timer", "TriggerName": "five"});
    client.ok("scf.DeleteTrigger", about("echo", gone));
    clock(&client, &json!({"advance_ms": 300_000}));
    std::thread::sleep(std::time::Duration::from_millis(10));
    assert_eq!(events(&client).len(), 4);
}

#[test]
fn timers_fire_by_themselves() {
    let server = Server::start(&[]);
    let client = server.client();
    echo(&client);
    trigger(&client, "timer", "second", "* * * * * * *");
    assert_eq!(wait_events(&client, 1)[0]["TriggerName"], "second");
}

#[test]
fn r265_r266_changes_of_objects_call_the_functions_whose_rules_fit() {
    let cos = Cos::new(client());
    let client = &cos.client;
    echo(client);
    let bucket = cos.bucket("pictures");
    let host = format!("{bucket}.cos.ap-guangzhou.myqcloud.com");
    let rule =
        json!({"event": "cos:ObjectCreated:*", "filter": {"Prefix": "in/", "Suffix": ".png"}});
    trigger(client, "cos", &host, &rule.to_string());
    let change = |event: &str, key: &str| json!({"type": "cos", "bucket": bucket, "event": event, "key": key, "size": 7});
    assert_eq!(post(client, change("cos:ObjectCreated:Put", "out/a.png")), 0);
    assert_eq!(post(client, change("cos:ObjectCreated:Put", "in/a.jpg")), 0);
    assert_eq!(post(client, change("cos:ObjectRemove:Delete", "in/a.png")), 0);
    assert_eq!(post(client, change("cos:ObjectCreated:Put", "in/a.png")), 1);
    let record = &wait_events(client, 1)[0]["Records"][0];
    assert_eq!(record["event"]["eventName"], "cos:ObjectCreated:Put");
    let object = &record["cos"]["cosObject"];
    assert_eq!(object["key"], format!("/{}/pictures/in/a.png", cos.app_id));
    assert_eq!(object["url"], format!("http://{host}/in/a.png"));
    assert_eq!(object["size"], 7);
    let found = &record["cos"]["cosBucket"];
    assert_eq!(
        [&found["name"], &found["appid"], &found["region"]],
        ["pictures", &*cos.app_id.to_string(), "gz"]
    );
    let close = json!({"Type": "cos", "TriggerName": host, "TriggerDesc": rule.to_string(),
        "Enable": "CLOSE"});
    client.ok("scf.UpdateTriggerStatus", about("echo", close));
    assert_eq!(post(client, change("cos:ObjectCreated:Put", "in/a.png")), 0, "it is off");
}

#[test]
fn an_object_that_is_put_and_deleted_calls_the_function() {
    let cos = Cos::new(client());
    let client = &cos.client;
    echo(client);
    let bucket = cos.bucket("pictures");
    let host = format!("{bucket}.cos.ap-guangzhou.myqcloud.com");
    for event in ["cos:ObjectCreated:*", "cos:ObjectRemove:*"] {
        trigger(client, "cos", &host, &json!({"event": event}).to_string());
    }
    cos.put(&bucket, "in/a.png", "picture");
    let record = wait_events(client, 1)[0]["Records"][0].clone();
    assert_eq!(record["event"]["eventName"], "cos:ObjectCreated:Put");
    let object = &record["cos"]["cosObject"];
    assert_eq!(object["key"], format!("/{}/pictures/in/a.png", cos.app_id));
    assert_eq!(object["size"], 7);
    cos.ask("DELETE", &format!("/{bucket}/in/a.png")).send();
    let record = wait_events(client, 2)[1]["Records"][0].clone();
    assert_eq!(record["event"]["eventName"], "cos:ObjectRemove:Delete");
}

#[test]
fn messages_of_a_queue_are_filtered() {
    let client = client();
    echo(&client);
    trigger(&client, "cmq", "news", &json!({"filterType": 1, "filterKey": ["sport"]}).to_string());
    let message = |tags: Value| json!({"type": "cmq", "topic": "news", "body": "hi", "tags": tags});
    assert_eq!(post(&client, message(json!(["art"]))), 0);
    assert_eq!(post(&client, message(json!(["art", "sport"]))), 1);
    let record = &wait_events(&client, 1)[0]["Records"][0]["CMQ"];
    assert_eq!([&record["topicName"], &record["msgBody"]], ["news", "hi"]);
    assert_eq!(record["msgTag"], json!(["art", "sport"]));
}

#[test]
fn r230_r263_r430_kafka_is_read_in_batches_in_order() {
    let client = client();
    echo(&client);
    trigger(&client, "ckafka", "ckafka-2o10hua5-orders", &json!({"maxMsgNum": 2}).to_string());
    let messages = json!([{"body": "a"}, {"body": "b", "key": "k"}, {"body": "c"}]);
    let event = json!({"type": "ckafka", "instance": "ckafka-2o10hua5", "topic": "orders",
        "messages": messages});
    assert_eq!(post(&client, event), 1);
    let found = wait_events(&client, 2);
    let bodies = |event: &Value| {
        let records = event["Records"].as_array().unwrap().iter();
        records.map(|r| r["Ckafka"]["msgBody"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!([bodies(&found[0]), bodies(&found[1])], [vec!["a", "b"], vec!["c"]]);
    assert_eq!(found[1]["Records"][0]["Ckafka"]["offset"], 2);
}

#[test]
fn what_happens_elsewhere_is_refused_with_a_sentence() {
    let client = client();
    let event = json!({"type": "cmq", "topic": "t", "body": ""});
    for wrong in [
        json!({"account": "AKID", "event": event}),
        json!({"region": "moon", "event": event}),
        json!({"event": {"type": "rain"}}),
    ] {
        let page = client.console("POST", "events", &wrong);
        assert_eq!(page.status, 400, "{wrong}");
        assert!(page.json()["error"].is_string(), "{page:?}");
    }
}

/// A request to a function URL at the server's own port.
fn to_url(client: &Client, name: &str, method: &'static str, path: &str) -> Request {
    let mut request = client.request("scf.ListFunctions", "");
    let host = request.headers.iter().find(|(name, _)| name == "Host").unwrap().1.clone();
    request.method = method;
    request.headers = vec![("Host".to_owned(), host)];
    request.target = format!("/_url/{name}{path}");
    request
}

fn url(client: &Client, settings: &Value) -> (String, Value) {
    let made = trigger(client, "http", "url-trigger", &settings.to_string());
    let name = made["TriggerName"].as_str().unwrap().to_owned();
    (name, serde_json::from_str(made["TriggerDesc"].as_str().unwrap()).unwrap())
}

fn has(page: &Page, line: &str) -> bool {
    page.head.to_ascii_lowercase().lines().any(|found| found == line)
}

#[test]
fn r150_a_function_url_hands_over_the_request() {
    let client = client();
    echo(&client);
    let (name, settings) = url(&client, &json!({"AuthType": "NONE"}));
    let address = settings["NetConfig"]["ExtranetHTTPUrl"].as_str().unwrap();
    assert!(address.ends_with(&format!("-{name}.ap-guangzhou.tencentscf.com")), "{address}");
    assert_eq!(settings["NetConfig"]["IntranetUrl"], "");
    let mut request = to_url(&client, &name, "POST", "/a/b?x=1");
    request.set("X-Own", "yes");
    request.body = "hi".to_owned();
    let page = client.send(&request);
    assert_eq!(page.status, 200, "{page:?}");
    let event = page.json();
    assert_eq!([&event["httpMethod"], &event["path"], &event["body"]], ["POST", "/a/b", "hi"]);
    assert_eq!(event["queryString"], json!({"x": "1"}));
    assert_eq!(event["headers"]["x-own"], "yes");
    // The same with the cloud as a proxy, and by the host alone.
    let mut request = to_url(&client, "", "GET", "");
    request.target = format!("{address}/c");
    assert_eq!(client.send(&request).json()["path"], "/c");
    request.set("Host", address.strip_prefix("http://").unwrap());
    request.target = "/d".to_owned();
    assert_eq!(client.send(&request).json()["path"], "/d");
    let inside = address.replace(".ap-", ".in.ap-").replace("http://", "");
    request.set("Host", &inside);
    assert_eq!(client.send(&request).status, 403, "it is not open to the inside");
    request.set("Host", "1-nowhere.ap-guangzhou.tencentscf.com");
    assert_eq!(client.send(&request).status, 404);
    let again = json!({"Type": "http", "TriggerName": "url-trigger",
        "TriggerDesc": json!({"AuthType": "NONE"}).to_string()});
    let code = client.code("scf.CreateTrigger", about("echo", again));
    assert_eq!(code, "ResourceInUse.Trigger", "a version has one URL");
    let gone = json!({"Type": "http", "TriggerName": name});
    client.ok("scf.DeleteTrigger", about("echo", gone));
    assert_eq!(client.send(&to_url(&client, &name, "GET", "/")).status, 404);
}

#[test]
fn a_function_url_answers_with_the_parts_of_a_response_or_with_its_content() {
    let client = client();
    let source = "def main(event, context):\n\
        \x20   kind = event.get('path')\n\
        \x20   if kind == '/parts':\n\
        \x20       return {'statusCode': 201, 'headers': {'X-Own': 'yes'}, 'body': 'made'}\n\
        \x20   if kind == '/text':\n\
        \x20       return 'plain'\n\
        \x20   raise ValueError('no')\n";
    create(&client, python("echo", source));
    let (name, _) = url(&client, &json!({"AuthType": "NONE"}));
    let get = |path: &str| client.send(&to_url(&client, &name, "GET", path));
    let page = get("/parts");
    assert_eq!((page.status, page.body.as_str()), (201, "made"));
    assert!(has(&page, "x-own: yes"), "{}", page.head);
    let page = get("/text");
    assert_eq!((page.status, page.body.as_str()), (200, "plain"));
    let page = get("/error");
    assert_eq!((page.status, &page.json()["errorCode"]), (430, &json!(-1)), "{page:?}");
}

#[test]
fn a_function_url_with_authentication_takes_the_account_s_own_calls() {
    let client = client();
    echo(&client);
    let (name, _) = url(&client, &json!({"AuthType": "CAM"}));
    assert_eq!(client.send(&to_url(&client, &name, "GET", "/")).status, 401);
    let mut signed = to_url(&client, &name, "POST", "/");
    signed.set("Content-Type", "application/json");
    signed.body = "{}".to_owned();
    client.sign(&mut signed, "scf", now());
    assert_eq!(client.send(&signed).status, 200);
    let mut stranger = client.again();
    stranger.secret_id = format!("{}x", client.secret_id);
    stranger.sign(&mut signed, "scf", now());
    assert_eq!(client.send(&signed).status, 401);
}

#[test]
fn a_function_url_tells_browsers_who_may_call() {
    let client = client();
    echo(&client);
    let cors = json!({"Enable": true, "Origins": ["https://a.example"], "Methods": ["GET", "POST"],
        "Headers": ["X-Own"], "ExposeHeaders": ["X-Made"], "Credentials": true, "MaxAge": 60});
    let (name, _) = url(&client, &json!({"AuthType": "NONE", "CorsConfig": cors}));
    let mut asks = to_url(&client, &name, "OPTIONS", "/");
    asks.set("Origin", "https://a.example");
    asks.set("Access-Control-Request-Method", "POST");
    let page = client.send(&asks);
    assert_eq!(page.status, 204);
    for line in [
        "access-control-allow-origin: https://a.example",
        "access-control-allow-methods: get, post",
        "access-control-allow-headers: x-own",
        "access-control-allow-credentials: true",
        "access-control-max-age: 60",
    ] {
        assert!(has(&page, line), "{line} is missing in {}", page.head);
    }
    let mut call = to_url(&client, &name, "GET", "/");
    call.set("Origin", "https://a.example");
    let page = client.send(&call);
    assert!(has(&page, "access-control-expose-headers: x-made"), "{}", page.head);
    call.set("Origin", "https://b.example");
    assert!(!client.send(&call).head.contains("access-control-allow-origin"));
    for wrong in [
        json!({"Enable": true}),
        json!({"Enable": true, "Origins": ["*"], "Credentials": true}),
        json!({"Enable": true, "Origins": ["*"], "Methods": ["EAT"]}),
        json!({"Enable": true, "Origins": ["*"], "MaxAge": 86401}),
    ] {
        let settings = json!({"AuthType": "NONE", "CorsConfig": wrong}).to_string();
        let change = json!({"Type": "http", "TriggerName": name, "TriggerDesc": settings});
        let code = client.code("scf.UpdateTrigger", about("echo", change));
        assert_eq!(code, "InvalidParameterValue.Cors", "{wrong}");
    }
}

#[test]
fn r149_a_function_url_hands_requests_to_a_web_function_as_they_are() {
    let client = client();
    create(&client, super::web::web("echo"));
    let (name, _) = url(&client, &json!({"AuthType": "NONE"}));
    let request = to_url(&client, &name, "GET", "/a/b?x=1");
    assert_eq!(client.send(&request).body, "/a/b?x=1 $LATEST first");
    let closed = json!({"AuthType": "CAM"}).to_string();
    let change = json!({"Type": "http", "TriggerName": name, "TriggerDesc": closed});
    client.ok("scf.UpdateTrigger", about("echo", change));
    assert_eq!(client.send(&request).status, 401);
}

#[test]
fn r264_r267_in_asynchronous_run_mode_callers_get_the_id_of_the_request_only() {
    let client = client();
    let mut request = python("echo", ECHO);
    request["AsyncRunEnable"] = json!("TRUE");
    create(&client, request);
    let (name, _) = url(&client, &json!({"AuthType": "NONE"}));
    let page = client.send(&to_url(&client, &name, "GET", "/"));
    assert_eq!(page.json()["RequestId"].as_str().map(str::len), Some(36), "{page:?}");
    wait_for(|| {
        let logs = client.ok("scf.GetFunctionLogs", about("echo", json!({})));
        logs["Data"].as_array().is_some_and(|logs| !logs.is_empty()).then_some(())
    });
}

#[test]
fn r146_an_api_hands_over_the_request_and_waits() {
    let client = client();
    echo(&client);
    publish(&client, "echo");
    let settings = json!({"service": {"serviceName": "SCF_API_SERVICE"},
        "api": {"requestConfig": {"method": "ANY"}}, "release": {"environmentName": "release"}});
    let made = trigger(&client, "apigw", "SCF_API_SERVICE", &settings.to_string());
    let shown: Value = serde_json::from_str(made["TriggerDesc"].as_str().unwrap()).unwrap();
    let api = shown["api"]["apiId"].as_str().unwrap();
    let page = client.send(&to_url(&client, api, "GET", "/here"));
    assert_eq!(page.json()["requestContext"]["stage"], "release");
    let address = shown["service"]["subDomain"].as_str().unwrap().replace("https://", "http://");
    let mut request = to_url(&client, "", "GET", "");
    request.target = format!("{address}/echo/there");
    assert_eq!(client.send(&request).json()["path"], "/there");
}
