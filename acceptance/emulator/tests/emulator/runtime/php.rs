//! PHP functions, where there is PHP.

use std::process::Command;
use std::time::Duration;

use serde_json::json;
use tencentcloud_emulator::runtime::{FunctionKey, FunctionSpec, Status};

use super::{Machine, assert_status, json, package, python};

/// A function of that code; `None` where this machine has no PHP.
fn php(code: &str) -> Option<FunctionSpec> {
    Command::new("php").arg("--version").output().ok()?;
    let code = package(&[("index.php", &format!("<?php\n{code}"))]);
    Some(FunctionSpec {
        key: FunctionKey { version: code.sha256().to_owned(), ..python("").key },
        runtime: "Php8.0".into(),
        code,
        timeout: Duration::from_secs(10),
        ..python("")
    })
}

#[tokio::test]
async fn r67_r265_a_php_handler_gets_the_event_as_an_object() {
    let machine = Machine::new();
    let code = r#"
        $calls = 0;
        echo "loaded\n";
        function main_handler($event, $context) {
            global $calls;
            fwrite(STDERR, "called\n");
            return [
                'name' => $event->order->name,
                'parts' => $event->order->parts,
                'id' => $context->request_id,
                'calls' => ++$calls,
                'ratio' => 2.0,
            ];
        }"#;
    let Some(spec) = php(code) else {
        let spec = FunctionSpec { runtime: "Php7".into(), ..python("") };
        let outcome = machine.invoke(&spec, "{}").await;
        assert_status(&outcome, Status::Internal);
        assert!(outcome.err_msg.contains("install PHP"), "{}", outcome.err_msg);
        return;
    };
    let event = r#"{"order": {"name": "é/\n", "parts": [1, null, {}]}}"#;
    let outcome = machine.invoke(&spec, event).await;
    assert_status(&outcome, Status::Success);
    let told = json!({
        "name": "é/\n", "parts": [1, null, {}], "id": outcome.request_id, "calls": 1, "ratio": 2.0,
    });
    assert_eq!(json(&outcome), told);
    assert!(outcome.log.contains("\nloaded\n"), "{}", outcome.log);
    assert!(outcome.log.contains("\ncalled\n"), "{}", outcome.log);
    assert_eq!(json(&machine.invoke(&spec, event).await)["calls"], 2, "the instance is kept");
}

#[tokio::test]
async fn r180_r183_r184_r437_r440_php_functions_fail_as_others_do() {
    let machine = Machine::new();
    let broken = r#"function main_handler($event) { throw new LogicException("it went wrong"); }"#;
    let Some(spec) = php(broken) else { return };
    let outcome = machine.invoke(&spec, "{}").await;
    assert_status(&outcome, Status::UserException);
    let stack = json(&outcome)["stackTrace"].as_str().unwrap().to_owned();
    assert!(stack.starts_with("LogicException: it went wrong\n"), "{stack}");
    assert!(stack.contains("/index.php:2") && !stack.contains("php.php"), "{stack}");
    for (code, status, text) in [
        ("function main_handler() { exit(3); }", Status::ProcessExited, "exit code 3"),
        (
            "function main_handler() { return NAN; }",
            Status::UserException,
            "JsonException: Inf and NaN",
        ),
        ("function other() {}", Status::HandlerNotFound, "no attribute 'main_handler'"),
        ("function main_handler( {", Status::UserException, "ParseError: syntax error"),
        (
            "function main_handler() { return strlen(str_repeat('x', 1 << 30)); }",
            Status::MemoryExceeded,
            "exceeded 128 MB",
        ),
    ] {
        let outcome = machine.invoke(&php(code).unwrap(), "{}").await;
        assert_status(&outcome, status);
        assert!(outcome.err_msg.contains(text), "{code}: {}", outcome.err_msg);
    }
    let mut slow = php("function main_handler() { sleep(60); }").unwrap();
    slow.timeout = Duration::from_millis(200);
    assert_status(&machine.invoke(&slow, "{}").await, Status::TimedOut);
}
