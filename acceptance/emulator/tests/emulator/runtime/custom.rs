//! Programs of the package's own: custom runtimes, and Go.

use std::time::Duration;

use serde_json::json;
use tencentcloud_emulator::runtime::{FunctionSpec, Status};

use super::{Machine, assert_status, json, package, python};

/// A bootstrap as the product shows it, in Python, with a few words that misbehave.
const BOOTSTRAP: &str = r#"#!/bin/bash
exec /var/lang/python37/bin/python3 - <<'END'
import json, os, sys, time, urllib.request
api = 'http://%s:%s/runtime/' % (os.environ['SCF_RUNTIME_API'], os.environ['SCF_RUNTIME_API_PORT'])
def post(path, body): urllib.request.urlopen(urllib.request.Request(api + path, body, method='POST'))
print('loading', flush=True)
if os.environ['_HANDLER'] == 'never': time.sleep(60)
if os.environ['_HANDLER'] == 'dies': sys.exit(4)
post('init/ready', b' ')
count = 0
while True:
    with urllib.request.urlopen(api + 'invocation/next') as answer:
        event, headers = json.load(answer), answer.headers
    count += 1
    print('event', count, flush=True)
    if event == 'text': post('invocation/response', b'plain text')
    elif event == 'fail': post('invocation/error', b'it went wrong')
    elif event == 'exit': os._exit(3)
    elif event == 'sleep': time.sleep(60)
    elif event == 'large': post('invocation/response', b'x' * (6 * 1024 * 1024 + 1))
    else:
        seen = [event, headers['Request_id'], headers['Memory_limit_in_mb'], headers['Time_limit_in_ms'], count]
        post('invocation/response', json.dumps(seen).encode())
END
"#;

pub fn custom(handler: &str) -> FunctionSpec {
    FunctionSpec {
        runtime: "CustomRuntime".into(),
        handler: handler.into(),
        code: package(&[("bootstrap", BOOTSTRAP)]),
        ..python("")
    }
}

#[tokio::test]
async fn r65_r434_r435_a_custom_runtime_asks_for_events_and_answers_them() {
    let machine = Machine::new();
    let spec = custom("index.main");
    let outcome = machine.invoke(&spec, r#"{"a": 1}"#).await;
    assert_status(&outcome, Status::Success);
    let id = &outcome.request_id;
    assert_eq!(json(&outcome), json!([{"a": 1}, id, "128", "3000", 1]));
    assert!(outcome.cold_start && outcome.log.contains("\nloading\n"), "{}", outcome.log);
    let outcome = machine.invoke(&spec, "[]").await;
    assert_eq!(json(&outcome)[4], 2, "the instance is kept");
    assert!(!outcome.cold_start && outcome.log.contains("\nevent 2\n"), "{}", outcome.log);
    // R435: a text is encoded.
    assert_eq!(machine.invoke(&spec, "\"text\"").await.ret_msg, "\"plain text\"");
}

#[tokio::test]
async fn r180_the_error_of_a_custom_runtime_is_the_functions() {
    let machine = Machine::new();
    let outcome = machine.invoke(&custom(""), "\"fail\"").await;
    assert_status(&outcome, Status::UserException);
    assert_eq!(json(&outcome)["stackTrace"], "it went wrong");
    assert_status(&machine.invoke(&custom(""), "1").await, Status::Success);
}

#[tokio::test]
async fn r182_r184_custom_runtimes_have_the_same_limits() {
    let machine = Machine::new();
    let mut spec = custom("");
    spec.timeout = Duration::from_millis(300);
    assert_status(&machine.invoke(&spec, "\"sleep\"").await, Status::TimedOut);
    let outcome = machine.invoke(&spec, "\"exit\"").await;
    assert_status(&outcome, Status::ProcessExited);
    assert_eq!(outcome.err_msg, "User process exit when running: exit code 3");
    spec.timeout = Duration::from_secs(3);
    assert_status(&machine.invoke(&spec, "\"large\"").await, Status::ResponseTooLarge);
    assert_status(&machine.invoke(&spec, "1").await, Status::Success);
}

#[tokio::test]
async fn r417_a_custom_runtime_that_is_never_ready_fails_its_start() {
    let mut spec = custom("never");
    spec.init_timeout = Duration::from_millis(300);
    assert_status(&Machine::new().invoke(&spec, "1").await, Status::InitTimedOut);
    let outcome = Machine::new().invoke(&custom("dies"), "1").await;
    assert_status(&outcome, Status::ProcessExited);
}

#[tokio::test]
async fn r66_the_handler_of_go_is_the_program() {
    let code = package(&[("main_bootstrap", BOOTSTRAP)]);
    let handler = "main_bootstrap".to_owned();
    let spec = FunctionSpec { runtime: "Go1".into(), handler, code, ..python("") };
    assert_status(&Machine::new().invoke(&spec, "1").await, Status::Success);
    let spec = FunctionSpec { handler: "missing".into(), ..spec };
    let outcome = Machine::new().invoke(&spec, "1").await;
    assert_status(&outcome, Status::StartFailed);
    assert!(outcome.err_msg.contains("missing is not at the root"), "{}", outcome.err_msg);
}

#[tokio::test]
async fn custom_runtimes_run_as_plain_processes_too() {
    let script = BOOTSTRAP.replace("/var/lang/python37/bin/python3", "python3");
    let spec = FunctionSpec { code: package(&[("bootstrap", &script)]), ..custom("") };
    let outcome = Machine::plain().invoke(&spec, "7").await;
    assert_eq!(json(&outcome)[0], 7, "{outcome:#?}");
}
