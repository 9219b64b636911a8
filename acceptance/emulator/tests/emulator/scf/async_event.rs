//! Events of asynchronous run mode.

use serde_json::{Value, json};

use super::{about, create, python};
use crate::support::{Client, Server, client, wait_for};

/// Does what its event says.
const WORKER: &str = r#"
import os, signal, time

asked = []
if "HANDLE" in os.environ:
    signal.signal(signal.SIGTERM, lambda *_: asked.append(1))

def main(event, context):
    print("left behind:", os.path.exists("/tmp/trace"), flush=True)
    open("/tmp/trace", "w").close()
    if event.get("raise"):
        raise ValueError("oops")
    end = time.time() + event.get("seconds", 0)
    while time.time() < end and not asked:
        time.sleep(0.01)
    print("asked:", len(asked), flush=True)
"#;

fn worker(name: &str, traced: bool) -> Value {
    let mut request = python(name, WORKER);
    request["AsyncRunEnable"] = json!("TRUE");
    request["TraceEnable"] = json!(if traced { "TRUE" } else { "FALSE" });
    request
}

/// Starts an event; its id.
fn begin(client: &Client, name: &str, event: &Value) -> String {
    let request = about(name, json!({"ClientContext": event.to_string()}));
    let result = client.ok("scf.Invoke", request)["Result"].clone();
    assert_eq!(result["RetMsg"], "", "nothing but the id comes back");
    result["FunctionRequestId"].as_str().unwrap().to_owned()
}

fn status(client: &Client, id: &str) -> (String, i64) {
    let answer = client.ok("scf.GetAsyncEventStatus", json!({"InvokeRequestId": id}));
    let result = &answer["Result"];
    assert_eq!(result["InvokeRequestId"], id);
    (result["Status"].as_str().unwrap().to_owned(), result["StatusCode"].as_i64().unwrap())
}

/// Waits until an event has ended; its state.
fn ended(client: &Client, id: &str) -> (String, i64) {
    wait_for(|| Some(status(client, id)).filter(|(name, _)| name != "RUNNING"))
}

fn list(client: &Client, name: &str, more: Value) -> Vec<Value> {
    let answer = client.ok("scf.ListAsyncEvents", about(name, more));
    let rows = answer["EventList"].as_array().unwrap().clone();
    assert_eq!(answer["TotalCount"], rows.len());
    rows
}

/// Waits for the log of a run.
fn log(client: &Client, name: &str, id: &str) -> String {
    wait_for(|| {
        let logs = client.ok("scf.GetFunctionLogs", about(name, json!({"FunctionRequestId": id})));
        logs["Data"][0]["Log"].as_str().map(str::to_owned)
    })
}

fn terminate(client: &Client, name: &str, id: &str, graceful: bool) {
    let request = about(name, json!({"InvokeRequestId": id, "GraceShutdown": graceful}));
    client.ok("scf.TerminateAsyncEvent", request);
}

/// Waits until the function's code runs.
fn working(client: &Client, name: &str) {
    // Only what has ended leaves a log, so the first event tells that the instance is warm.
    let id = begin(client, name, &json!({}));
    assert_eq!(ended(client, &id).0, "FINISHED");
}

#[test]
fn r364_r367_r373_r375_events_run_finish_and_fail() {
    let client = client();
    create(&client, worker("events", true));
    let good = begin(&client, "events", &json!({}));
    assert_eq!(ended(&client, &good), ("FINISHED".to_owned(), 200));
    let bad = begin(&client, "events", &json!({"raise": true}));
    assert_eq!(ended(&client, &bad), ("FAILED".to_owned(), 430));
    let long = begin(&client, "events", &json!({"seconds": 60}));
    assert_eq!(status(&client, &long), ("RUNNING".to_owned(), 0));
    let rows = list(&client, "events", json!({}));
    let states: Vec<_> = rows.iter().map(|row| row["Status"].as_str().unwrap()).collect();
    assert_eq!(states, ["RUNNING", "FAILED", "FINISHED"], "the newest first");
    assert_eq!(rows[0]["EndTime"], "");
    assert_eq!(rows[2]["InvokeRequestId"], *good);
    assert_eq!(rows[2]["Qualifier"], "$LATEST");
    assert_eq!(rows[2]["EndTime"].as_str().unwrap().len(), "2026-01-31 08:00:00.000".len());
    terminate(&client, "events", &long, false);
}

#[test]
fn r377_r378_a_hard_stop_ends_the_instance_and_returns_after_that() {
    let client = client();
    create(&client, worker("hard", true));
    working(&client, "hard");
    // An event that is ended before its code runs leaves the warm instance as it is.
    let id = wait_for(|| {
        let id = begin(&client, "hard", &json!({"seconds": 60}));
        terminate(&client, "hard", &id, false);
        assert_eq!(status(&client, &id), ("ABORTED".to_owned(), 499));
        let next = begin(&client, "hard", &json!({}));
        log(&client, "hard", &next).contains("left behind: False").then_some(id)
    });
    let again = about("hard", json!({"InvokeRequestId": id}));
    assert_eq!(client.code("scf.TerminateAsyncEvent", again), "FailedOperation.AsyncEventStatus");
}

#[test]
fn r366_an_error_ends_the_instance() {
    let client = client();
    create(&client, worker("reclaim", true));
    working(&client, "reclaim");
    let warm = begin(&client, "reclaim", &json!({"raise": true}));
    assert!(log(&client, "reclaim", &warm).contains("left behind: True"));
    let next = begin(&client, "reclaim", &json!({}));
    assert!(log(&client, "reclaim", &next).contains("left behind: False"));
}

#[test]
fn r379_r380_a_signal_reaches_the_function() {
    let client = client();
    for (name, variables, state, said) in [
        ("handles", json!([{"Key": "HANDLE", "Value": "1"}]), ("FINISHED", 200), "asked: 1"),
        ("ends", json!([]), ("ABORTED", 439), "User process exit when running"),
    ] {
        let mut request = worker(name, true);
        request["Environment"] = json!({"Variables": variables});
        create(&client, request);
        let id = begin(&client, name, &json!({"seconds": 60}));
        terminate(&client, name, &id, true);
        assert_eq!(ended(&client, &id), (state.0.to_owned(), state.1), "{name}");
        let log = log(&client, name, &id);
        assert!(log.contains("[PLATFORM] Signal received successfully.\n"), "{log}");
        assert!(log.contains(said), "{log}");
    }
}

#[test]
fn r374_events_are_found_by_state_version_time_and_id() {
    let server = Server::start(&[]);
    let client = server.client();
    create(&client, worker("find", true));
    client.console("POST", "clock", &json!({"frozen": true}));
    let first = begin(&client, "find", &json!({}));
    ended(&client, &first);
    let before = list(&client, "find", json!({}))[0]["StartTime"].as_str().unwrap().to_owned();
    client.console("POST", "clock", &json!({"advance_ms": 60_000}));
    let second = begin(&client, "find", &json!({"raise": true}));
    ended(&client, &second);
    let ids = |more: Value| -> Vec<String> {
        let rows = list(&client, "find", more);
        rows.iter().map(|row| row["InvokeRequestId"].as_str().unwrap().to_owned()).collect()
    };
    let second_of = |text: &str| text.split('.').next().unwrap().to_owned();
    let (from, to) = (second_of(&before), "2099-01-01 00:00:00");
    let later = list(&client, "find", json!({"InvokeRequestId": second}))[0]["StartTime"].clone();
    let later = second_of(later.as_str().unwrap());
    assert_eq!(ids(json!({})), [second.clone(), first.clone()]);
    assert_eq!(ids(json!({"Order": "ASC", "Orderby": "EndTime"})), [first.clone(), second.clone()]);
    assert_eq!(ids(json!({"Status": ["FAILED"]})), std::slice::from_ref(&second));
    assert_eq!(ids(json!({"InvokeType": ["API"]})).len(), 2);
    let page = client.ok("scf.ListAsyncEvents", about("find", json!({"Limit": 1, "Offset": 1})));
    assert_eq!(page["EventList"][0]["InvokeRequestId"], *first);
    assert!(ids(json!({"InvokeType": ["COS"]})).is_empty());
    assert!(ids(json!({"Qualifier": "1"})).is_empty());
    let time = |from: &str, to: &str| json!({"Start": from, "End": to});
    assert_eq!(
        ids(json!({"StartTimeInterval": time(&from, &later)})),
        std::slice::from_ref(&first)
    );
    assert_eq!(ids(json!({"EndTimeInterval": time(&later, to)})), [second]);
    let wrong = about("find", json!({"StartTimeInterval": time("yesterday", to)}));
    assert_eq!(client.code("scf.ListAsyncEvents", wrong), "InvalidParameterValue.DateTime");
}

#[test]
fn r86_r370_events_are_kept_for_three_days() {
    let server = Server::start(&[]);
    let client = server.client();
    create(&client, worker("old", true));
    client.console("POST", "clock", &json!({"frozen": true}));
    let id = begin(&client, "old", &json!({}));
    ended(&client, &id);
    let days = |days: f64| json!({"advance_ms": (days * 86_400_000.0) as i64});
    client.console("POST", "clock", &days(2.99));
    assert_eq!(list(&client, "old", json!({})).len(), 1);
    client.console("POST", "clock", &days(0.01));
    assert!(list(&client, "old", json!({})).is_empty());
    let code = client.code("scf.GetAsyncEventStatus", json!({"InvokeRequestId": id}));
    assert_eq!(code, "ResourceNotFound.AsyncEvent");
}

#[test]
fn r369_r372_calls_over_the_rate_are_refused_and_no_events() {
    let server = Server::start(&[]);
    let client = server.client();
    create(&client, worker("rate", true));
    let lower = json!({
        "account": client.secret_id,
        "region": client.region,
        "name": "scf.async_run_calls",
        "limit": 2,
    });
    assert_eq!(client.console("POST", "quotas", &lower).status, 200);
    client.console("POST", "clock", &json!({"frozen": true}));
    begin(&client, "rate", &json!({}));
    begin(&client, "rate", &json!({}));
    let third = about("rate", json!({}));
    assert_eq!(client.code("scf.Invoke", third.clone()), "RequestLimitExceeded");
    assert_eq!(list(&client, "rate", json!({})).len(), 2);
    client.console("POST", "clock", &json!({"advance_ms": 1_000}));
    client.ok("scf.Invoke", third);
}

#[test]
fn r371_what_is_not_traced_is_not_shown_and_can_be_ended() {
    let client = client();
    create(&client, worker("untraced", false));
    let id = begin(&client, "untraced", &json!({"seconds": 60}));
    assert!(list(&client, "untraced", json!({})).is_empty());
    let code = client.code("scf.GetAsyncEventStatus", json!({"InvokeRequestId": id}));
    assert_eq!(code, "ResourceNotFound.AsyncEvent");
    terminate(&client, "untraced", &id, false);
    assert!(log(&client, "untraced", &id).contains("the invocation was terminated"));
}

#[test]
fn r381_only_functions_in_asynchronous_run_mode_have_events() {
    let client = client();
    create(&client, python("waits", super::HELLO));
    let id = json!({"InvokeRequestId": "9de9405a-e33a-498d-bb59-e80b7bed1191"});
    for (action, more) in [("ListAsyncEvents", json!({})), ("TerminateAsyncEvent", id)] {
        let code = client.code(&format!("scf.{action}"), about("waits", more));
        assert_eq!(code, "UnsupportedOperation.AsyncRunEnable", "{action}");
    }
}
