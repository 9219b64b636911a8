//! What calls of functions add up to.

use serde_json::{Value, json};

use crate::scf::{about, create, publish, python};
use crate::support::{Client, Server};

/// A function that does what its event says.
const OBEDIENT: &str = "import time
def main(event, context):
    eaten = b'x' * (event.get('eat', 0) << 20)
    time.sleep(event.get('sleep', 0))
    if 'throw' in event:
        raise ValueError('no')
    return 'done'
";
const MINUTE: i64 = 60_000;

/// A cloud whose clock stands at the beginning of an hour, and a function in it.
fn cloud() -> (Server, Client, i64) {
    cloud_with(|_| {})
}

/// The same with more in it: nothing becomes ready when the clock stands.
fn cloud_with(more: impl FnOnce(&Client)) -> (Server, Client, i64) {
    let server = Server::start(&[]);
    let client = server.client();
    let mut request = python("worker", OBEDIENT);
    (request["Timeout"], request["MemorySize"]) = (json!(2), json!(128));
    create(&client, request);
    more(&client);
    let now = clock(&client, &json!({"frozen": true}));
    let start = clock(&client, &json!({"advance_ms": 3_600_000 - now.rem_euclid(3_600_000)}));
    (server, client, start)
}

fn clock(client: &Client, change: &Value) -> i64 {
    client.console("POST", "clock", change).json()["now_ms"].as_i64().unwrap()
}

fn advance(client: &Client, minutes: i64) {
    clock(client, &json!({"advance_ms": minutes * MINUTE}));
}

fn call(client: &Client, name: &str, event: &Value) -> i64 {
    let request = about(name, json!({"ClientContext": event.to_string()}));
    client.ok("scf.Invoke", request)["Result"]["InvokeResult"].as_i64().unwrap()
}

fn dimensions(pairs: &[(&str, &str)]) -> Value {
    let pairs: Vec<_> =
        pairs.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
    json!({"Dimensions": pairs})
}

fn worker() -> Value {
    dimensions(&[("functionName", "worker"), ("namespace", "default")])
}

/// The time of a moment as the monitor takes it.
fn text(ms: i64) -> String {
    let seconds = ms / 1000 + 8 * 3600;
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let mut year = 1970;
    let mut left = days;
    let length = |year: i64| if year % 4 == 0 { 366 } else { 365 };
    while left >= length(year) {
        left -= length(year);
        year += 1;
    }
    let months = [31, length(year) - 337, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while left >= months[month] {
        left -= months[month];
        month += 1;
    }
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}+08:00", month + 1, left + 1)
}

fn ask(client: &Client, metric: &str, of: Value, period: i64, start: i64) -> Value {
    let request = json!({"Namespace": "QCE/SCF_V2", "MetricName": metric, "Instances": [of],
        "Period": period, "StartTime": text(start)});
    client.ok("monitor.GetMonitorData", request)["DataPoints"][0].clone()
}

/// The numbers of the minutes that are over.
fn minutes(client: &Client, metric: &str, of: Value, start: i64) -> Vec<f64> {
    let found = ask(client, metric, of, 60, start);
    found["Values"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

#[test]
fn r126_a_minute_is_told_of_when_it_is_over() {
    let (_server, client, start) = cloud();
    assert_eq!(call(&client, "worker", &json!({})), 0);
    let seen = || minutes(&client, "Invocation", worker(), start);
    assert_eq!(seen(), Vec::<f64>::new());
    clock(&client, &json!({"advance_ms": MINUTE - 1}));
    assert_eq!(seen(), Vec::<f64>::new(), "it is not over yet");
    clock(&client, &json!({"advance_ms": 1}));
    assert_eq!(seen(), [1.0]);
    advance(&client, 1);
    assert_eq!(seen(), [1.0, 0.0]);
    let shown = client.look(&format!("metrics?account={}", client.secret_id));
    assert_eq!(
        (&shown[0]["function"], &shown[0]["invocations"]),
        (&json!("default/worker"), &json!(1.0))
    );
}

#[test]
fn r326_minutes_and_five_minutes_add_up() {
    let (_server, client, start) = cloud();
    for _ in 0..3 {
        call(&client, "worker", &json!({}));
        advance(&client, 2);
    }
    assert_eq!(minutes(&client, "Invocation", worker(), start), [1.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
    let five = ask(&client, "Invocation", worker(), 300, start);
    assert_eq!((&five["Values"], &five["Timestamps"]), (&json!([3.0]), &json!([start / 1000])));
    let usual = json!({"Namespace": "qce/scf_v2", "MetricName": "invocation",
        "Instances": [worker()], "StartTime": text(start).replace('T', " ").replace("+08:00", "")});
    let usual = client.ok("monitor.GetMonitorData", usual);
    assert_eq!((&usual["Period"], &usual["DataPoints"][0]["Values"]), (&json!(300), &json!([3.0])));
    assert_eq!(usual["StartTime"], json!(text(start)));
    let other = json!({"Namespace": "QCE/SCF_V2", "MetricName": "Invocation",
        "Instances": [worker()], "Period": 3600});
    assert_eq!(client.code("monitor.GetMonitorData", other), "InvalidParameterValue");
    let day = |start: i64| {
        json!({"Namespace": "QCE/SCF_V2", "MetricName": "Invocation", "Instances": [worker()],
            "Period": 60, "StartTime": text(start)})
    };
    let over = client.code("monitor.GetMonitorData", day(start - 1440 * MINUTE));
    assert_eq!(over, "InvalidParameterValue", "1447 numbers");
    client.ok("monitor.GetMonitorData", day(start - 1400 * MINUTE));
}

#[test]
fn r323_functions_and_regions_have_durations_calls_errors_concurrency_and_throttles() {
    let other = |client: &Client| drop(create(client, python("other", OBEDIENT)));
    let (_server, client, start) = cloud_with(other);
    call(&client, "other", &json!({}));
    call(&client, "worker", &json!({"sleep": 0.2}));
    call(&client, "worker", &json!({"throw": 1}));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let client = client.again();
            scope.spawn(move || call(&client, "worker", &json!({"sleep": 0.4})));
        }
    });
    advance(&client, 1);
    let region = || dimensions(&[]);
    let appid = client.ok("cam.GetUserAppId", json!({}))["AppId"].to_string();
    for (metric, of_function, of_region) in [
        ("Invocation", 4.0, 5.0),
        ("Error", 1.0, 1.0),
        ("ConcurrentExecutions", 2.0, 2.0),
        ("concurrent_executions", 2.0, 2.0),
        ("Throttle", 0.0, 0.0),
    ] {
        assert_eq!(minutes(&client, metric, worker(), start), [of_function], "{metric}");
        assert_eq!(minutes(&client, metric, region(), start), [of_region], "{metric}");
        let named = dimensions(&[("appid", &appid)]);
        assert_eq!(minutes(&client, metric, named, start), [of_region], "{metric}");
    }
    let average = minutes(&client, "Duration", worker(), start)[0];
    assert!(average >= 250.0, "1 s over four calls: {average} ms");
    assert!(minutes(&client, "Duration", region(), start)[0] < average);
    let reserve = about("worker", json!({"ReservedConcurrencyMem": 0}));
    client.ok("scf.PutReservedConcurrencyConfig", reserve);
    assert_eq!(call(&client, "worker", &json!({})), 432);
    advance(&client, 1);
    for of in [worker(), region()] {
        assert_eq!(minutes(&client, "Throttle", of.clone(), start), [0.0, 1.0]);
        assert_eq!(minutes(&client, "Error", of, start), [1.0, 0.0], "it never ran");
    }
}

#[test]
fn r324_functions_have_memory_memory_by_time_and_what_they_send() {
    let sender = "import socket
def main(event, context):
    with socket.create_connection(('127.255.0.1', event['port'])) as it:
        it.sendall(b'x' * 512)
";
    let (_server, client, start) =
        cloud_with(|client| drop(create(client, python("sender", sender))));
    let port = crate::runtime::reach::server();
    for _ in 0..2 {
        assert_eq!(call(&client, "sender", &json!({"port": port})), 0);
    }
    call(&client, "worker", &json!({"eat": 40, "sleep": 0.3}));
    advance(&client, 1);
    let value = |metric: &str| minutes(&client, metric, worker(), start)[0];
    let (memory, by_time) = (value("Mem"), value("MemDuration"));
    assert!((40.0..128.0).contains(&memory), "{memory} MB");
    assert!(by_time > memory * 300.0 && by_time < memory * 2000.0, "{by_time} MB·ms");
    assert_eq!(value("ConfigMem"), 128.0);
    let of_sender = || dimensions(&[("functionName", "sender")]);
    assert_eq!(value("out_flow"), 0.0);
    assert_eq!(minutes(&client, "OutFlow", of_sender(), start), [1.0], "KB");
    let region = json!({"Namespace": "QCE/SCF_V2", "MetricName": "Mem",
        "Instances": [dimensions(&[])], "Period": 60});
    assert_eq!(client.code("monitor.GetMonitorData", region), "InvalidParameterValue");
}

/// A function whose package the platform has lost.
fn lose_code_of_another(client: &Client) {
    create(client, python("lost", "def main(event, context): return 1\n"));
    let address = client.ok("scf.GetFunctionAddress", about("lost", json!({})));
    let mut state = client.look("state");
    let packages = state["packages"].as_array_mut().unwrap();
    packages.retain(|package| package["sha256"] != address["CodeSha256"]);
    assert_eq!(client.console("PUT", "state", &state).status, 200);
}

#[test]
fn r189_r325_mistakes_of_users_are_4xx_and_those_of_the_platform_are_5xx() {
    let (_server, client, start) = cloud_with(lose_code_of_another);
    assert_eq!(call(&client, "lost", &json!({})), 500);
    for (event, code) in [
        (json!({}), 0),
        (json!({"throw": 1}), 430),
        (json!({"sleep": 3}), 433),
        (json!({"eat": 500, "sleep": 0.9}), 434),
    ] {
        assert_eq!(call(&client, "worker", &event), code, "{event}");
    }
    let reserve = about("worker", json!({"ReservedConcurrencyMem": 0}));
    client.ok("scf.PutReservedConcurrencyConfig", reserve);
    assert_eq!(call(&client, "worker", &json!({})), 432);
    advance(&client, 1);
    for (metric, number) in [
        ("http_2xx", 1.0),
        ("http_4xx", 4.0),
        ("http_432", 1.0),
        ("http_433", 1.0),
        ("http_434", 1.0),
        ("syserr", 0.0),
        ("error", 3.0),
        ("FunctionErrorPercentage", 60.0),
    ] {
        assert_eq!(minutes(&client, metric, worker(), start), [number], "{metric}");
    }
    let lost = || dimensions(&[("functionName", "lost")]);
    for (metric, number) in [
        ("Syserr", 1.0),
        ("Http4xx", 0.0),
        ("Http2xx", 0.0),
        ("Error", 1.0),
        ("ServerErrorPercentage", 100.0),
        ("FunctionErrorPercentage", 0.0),
    ] {
        assert_eq!(minutes(&client, metric, lost(), start), [number], "{metric}");
    }
}

#[test]
fn r277_versions_have_metrics_of_their_own() {
    let mut version = String::new();
    let (_server, client, start) = cloud_with(|client| version = publish(client, "worker"));
    call(&client, "worker", &json!({}));
    let event = about("worker", json!({"Qualifier": version, "InvocationType": "RequestResponse"}));
    for _ in 0..2 {
        client.ok("scf.Invoke", event.clone());
    }
    advance(&client, 1);
    let of = |version: &str| {
        let named = dimensions(&[
            ("functionName", "worker"),
            ("namspace", "default"),
            ("version", version),
        ]);
        minutes(&client, "Invocation", named, start)
    };
    assert_eq!((of(&version), of("$latest"), of("9")), (vec![2.0], vec![1.0], vec![]));
    assert_eq!(minutes(&client, "Invocation", worker(), start), [3.0]);
}

#[test]
fn what_the_monitor_does_not_have_is_refused_and_what_it_has_is_listed() {
    let (_server, client, _) = cloud();
    let request = |change: Value| {
        let mut request = json!({"Namespace": "QCE/SCF_V2", "MetricName": "Invocation",
            "Instances": [worker()]});
        request.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        client.code("monitor.GetMonitorData", request)
    };
    let with = |name: &str| json!({"Instances": [dimensions(&[(name, "x")])]});
    for (change, code) in [
        (json!({"Namespace": "QCE/CVM"}), "InvalidParameterValue"),
        (json!({"MetricName": "Cpu"}), "InvalidParameterValue"),
        (json!({"Instances": []}), "InvalidParameterValue"),
        (json!({"StartTime": "yesterday"}), "InvalidParameterValue"),
        (
            json!({"StartTime": "2026-02-01 00:00:00", "EndTime": "2026-01-01 00:00:00"}),
            "InvalidParameterValue",
        ),
        (with("instance"), "InvalidParameterValue"),
        (with("appid"), "InvalidParameterValue"),
        (with("alias"), "UnsupportedOperation"),
    ] {
        assert_eq!(request(change.clone()), code, "{change}");
    }
    let all = client.ok("monitor.DescribeBaseMetrics", json!({"Namespace": "QCE/SCF_V2"}));
    assert_eq!(all["MetricSet"].as_array().unwrap().len(), 17);
    let one = json!({"Namespace": "QCE/SCF_V2", "MetricName": "Duration"});
    let one = client.ok("monitor.DescribeBaseMetrics", one)["MetricSet"][0].clone();
    assert_eq!((&one["Unit"], &one["Period"]), (&json!("ms"), &json!([60, 300])));
    assert_eq!(one["Periods"][0], json!({"Period": "60", "StatType": ["avg"]}));
    // R323: regions have some of the metrics.
    let region = json!({"Dimensions": ["appid"]});
    let of_regions = all["MetricSet"].as_array().unwrap().iter().filter_map(|metric| {
        let dimensions = metric["Dimensions"].as_array().unwrap();
        dimensions.contains(&region).then(|| metric["MetricName"].as_str().unwrap())
    });
    let expected = ["Duration", "Invocation", "Error", "ConcurrentExecutions", "Throttle"];
    assert_eq!(of_regions.collect::<Vec<_>>(), expected);
}

#[test]
fn a_reset_of_one_account_forgets_its_calls_alone() {
    let (server, client, start) = cloud();
    let other = &server.client();
    clock(&client, &json!({"frozen": false}));
    create(other, python("worker", OBEDIENT));
    clock(&client, &json!({"frozen": true}));
    for client in [&client, other] {
        assert_eq!(call(client, "worker", &json!({})), 0);
    }
    advance(&client, 1);
    let calls = |client: &Client| {
        let shown = client.look(&format!("metrics?account={}", client.secret_id));
        shown.as_array().unwrap().len()
    };
    assert_eq!((calls(&client), calls(other)), (1, 1));
    let path = format!("reset?account={}", client.secret_id);
    assert_eq!(client.console("POST", &path, &Value::Null).status, 200);
    assert_eq!((calls(&client), calls(other)), (0, 1));
    assert_eq!(minutes(other, "Invocation", worker(), start)[0], 1.0);
}
