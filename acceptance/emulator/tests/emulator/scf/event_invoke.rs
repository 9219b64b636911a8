//! How queued calls are tried, and how long they wait.

use serde_json::{Value, json};

use super::{HELLO, about, create, python};
use crate::support::{Client, Server, client, wait_for};

const RAISE: &str = "def main(event, context):\n    raise ValueError('oops')\n";

fn settings(retries: &[i64], seconds: i64) -> Value {
    let retries: Vec<_> = retries.iter().map(|number| json!({"RetryNum": number})).collect();
    json!({"AsyncTriggerConfig": {"RetryConfig": retries, "MsgTTL": seconds}})
}

fn set(client: &Client, name: &str, retries: i64, seconds: i64) {
    let request = about(name, settings(&[retries], seconds));
    client.ok("scf.UpdateFunctionEventInvokeConfig", request);
}

fn queue(client: &Client, name: &str) {
    client.ok("scf.Invoke", about(name, json!({"InvocationType": "Event"})));
}

/// What came of the tries so far, oldest first.
fn tries(client: &Client, name: &str) -> Vec<i64> {
    let logs = client.ok("scf.GetFunctionLogs", about(name, json!({"Order": "asc"})));
    let tries = logs["Data"].as_array().unwrap().iter();
    tries.map(|log| log["RetCode"].as_i64().unwrap()).collect()
}

#[test]
fn r427_settings_are_changed_and_read() {
    let client = client();
    create(&client, python("hello", HELLO));
    let read = || client.ok("scf.GetFunctionEventInvokeConfig", about("hello", json!({})));
    assert_eq!(read(), settings(&[2], 21_600), "what every function begins with");
    set(&client, "hello", 0, 60);
    assert_eq!(read(), settings(&[0], 60));
    for (wrong, code) in [
        (settings(&[3], 60), "LimitExceeded.RetryNum"),
        (settings(&[-1], 60), "LimitExceeded.RetryNum"),
        (settings(&[1], 59), "LimitExceeded.MsgTTL"),
        (settings(&[1], 21_601), "LimitExceeded.MsgTTL"),
        (settings(&[], 60), "InvalidParameterValue.AsyncTriggerConfig"),
        (settings(&[1, 2], 60), "InvalidParameterValue.AsyncTriggerConfig"),
    ] {
        let request = about("hello", wrong.clone());
        assert_eq!(client.code("scf.UpdateFunctionEventInvokeConfig", request), code, "{wrong}");
    }
    assert_eq!(read(), settings(&[0], 60), "a refusal changes nothing");
    let nobody = about("nobody", json!({}));
    let code = client.code("scf.GetFunctionEventInvokeConfig", nobody);
    assert_eq!(code, "ResourceNotFound.Function");
}

#[test]
fn r365_r109_functions_that_are_never_tried_again_have_no_settings() {
    let client = client();
    let mut request = python("slow", HELLO);
    request["AsyncRunEnable"] = json!("TRUE");
    create(&client, request);
    let web = json!({
        "FunctionName": "web",
        "Type": "HTTP",
        "Runtime": "Python3.6",
        "Code": {"ZipFile": super::zip(&[("scf_bootstrap", "#!/bin/sh\n")])},
    });
    create(&client, web);
    for name in ["slow", "web"] {
        let code =
            client.code("scf.UpdateFunctionEventInvokeConfig", about(name, settings(&[1], 60)));
        assert_eq!(code, "UnsupportedOperation.UpdateFunctionEventInvokeConfig", "{name}");
    }
}

#[test]
fn a_queued_call_that_fails_is_tried_as_often_as_was_set() {
    let client = client();
    for retries in [0, 1] {
        let name = format!("bad{retries}");
        create(&client, python(&name, RAISE));
        set(&client, &name, retries, 60);
        queue(&client, &name);
        let all = usize::try_from(retries + 1).unwrap();
        wait_for(|| (tries(&client, &name).len() == all).then_some(()));
        // The pause before another try is a tenth of this.
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert_eq!(tries(&client, &name), vec![430; all]);
    }
}

#[test]
fn r227_a_queued_call_over_the_quota_waits_for_room() {
    let client = client();
    create(&client, python("hello", HELLO));
    set(&client, "hello", 0, 21_600);
    // An instance is warm, so that nothing but the quota holds the call up.
    client.ok("scf.Invoke", about("hello", json!({})));
    let stop = about("hello", json!({"ReservedConcurrencyMem": 0}));
    client.ok("scf.PutReservedConcurrencyConfig", stop);
    queue(&client, "hello");
    std::thread::sleep(std::time::Duration::from_millis(20));
    assert_eq!(tries(&client, "hello"), [0], "being refused is no try");
    client.ok("scf.DeleteReservedConcurrencyConfig", about("hello", json!({})));
    wait_for(|| (tries(&client, "hello") == [0, 0]).then_some(()));
}

#[test]
fn a_queued_call_waits_no_longer_than_was_set() {
    let server = Server::start(&[]);
    let client = server.client();
    create(&client, python("hello", HELLO));
    set(&client, "hello", 2, 60);
    let stop = about("hello", json!({"ReservedConcurrencyMem": 0}));
    client.ok("scf.PutReservedConcurrencyConfig", stop);
    client.console("POST", "clock", &json!({"frozen": true}));
    queue(&client, "hello");
    client.console("POST", "clock", &json!({"advance_ms": 59_000}));
    std::thread::sleep(std::time::Duration::from_millis(20));
    assert!(tries(&client, "hello").is_empty(), "it still waits");
    client.console("POST", "clock", &json!({"advance_ms": 1_000}));
    wait_for(|| (tries(&client, "hello") == [432]).then_some(()));
}

#[test]
fn r426_r428_every_trigger_has_a_queue_that_can_be_full() {
    let client = client();
    create(&client, python("hello", HELLO));
    set(&client, "hello", 0, 21_600);
    let topic = json!({"TriggerName": "news", "Type": "cmq", "TriggerDesc": "{}"});
    client.ok("scf.CreateTrigger", about("hello", topic));
    let stop = about("hello", json!({"ReservedConcurrencyMem": 0}));
    client.ok("scf.PutReservedConcurrencyConfig", stop);
    let own = json!({"account": client.secret_id, "region": client.region});
    let raised = |limit: i64| {
        let mut change = own.clone();
        (change["name"], change["limit"]) = (json!("scf.queue"), json!(limit));
        assert_eq!(client.console("POST", "quotas", &change).status, 200);
    };
    raised(2);
    let event = about("hello", json!({"InvocationType": "Event"}));
    client.ok("scf.Invoke", event.clone());
    client.ok("scf.Invoke", event.clone());
    assert_eq!(client.code("scf.Invoke", event.clone()), "RequestLimitExceeded");
    let mut message = own.clone();
    message["event"] = json!({"type": "cmq", "topic": "news", "body": "hi"});
    for _ in 0..3 {
        assert_eq!(client.console("POST", "events", &message).status, 200);
    }
    client.ok("scf.DeleteReservedConcurrencyConfig", about("hello", json!({})));
    // Two of the API's, two of the trigger's; the others were too many.
    wait_for(|| (tries(&client, "hello") == [0, 0, 0, 0]).then_some(()));
    wait_for(|| client.call("scf.Invoke", event.clone()).ok());
    wait_for(|| (tries(&client, "hello").len() == 5).then_some(()));
}

#[test]
fn r212_how_long_instances_are_kept_can_be_set() {
    let server = Server::start(&[]);
    let client = server.client();
    let code =
        "calls = []\ndef main(event, context):\n    calls.append(1)\n    return len(calls)\n";
    create(&client, python("hello", code));
    let count = || {
        let called = client.ok("scf.Invoke", about("hello", json!({})));
        called["Result"]["RetMsg"].as_str().unwrap().parse::<i64>().unwrap()
    };
    assert_eq!([count(), count(), count()], [1, 2, 3]);
    client.console("POST", "transitions", &json!({"instance.idle": 0}));
    wait_for(|| (count() == 1).then_some(()));
    client.console("POST", "transitions", &json!({"instance.idle": 300_000}));
    let first = count();
    assert_eq!(count(), first + 1);
}
