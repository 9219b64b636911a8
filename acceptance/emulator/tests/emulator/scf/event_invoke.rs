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
