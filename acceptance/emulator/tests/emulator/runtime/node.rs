//! Node.js event functions.

use serde_json::json;
use tencentcloud_emulator::runtime::Status;

use super::{Machine, assert_status, json, node, package};

#[tokio::test]
async fn an_async_handler_answers_with_what_it_returns() {
    let spec = node("exports.main_handler = async (event, context) => ({ event, context })");
    let outcome = Machine::new().invoke(&spec, r#"{"name": "CLB"}"#).await;
    assert_status(&outcome, Status::Success);
    assert_eq!(json(&outcome)["event"], json!({ "name": "CLB" }));
    assert_eq!(json(&outcome)["context"]["function_name"], "hello");
    assert_eq!(json(&outcome)["context"]["request_id"], outcome.request_id);
}

#[tokio::test]
async fn a_handler_may_answer_through_its_callback() {
    let index = "exports.main_handler = (event, context, callback) => {
        setTimeout(() => callback(event.fail ? new Error('late') : null, 'done'), 1);
    }";
    let machine = Machine::new();
    let outcome = machine.invoke(&node(index), "{}").await;
    assert_eq!(outcome.ret_msg, "\"done\"", "{outcome:#?}");
    let outcome = machine.invoke(&node(index), r#"{"fail": true}"#).await;
    assert_status(&outcome, Status::UserException);
    assert!(outcome.err_msg.starts_with("Error: late\n    at "), "{}", outcome.err_msg);
}

#[tokio::test]
async fn a_handler_without_a_result_answers_null() {
    let machine = Machine::new();
    for index in [
        "exports.main_handler = () => {}",
        "exports.main_handler = async () => {}",
        "exports.main_handler = (event, context, callback) => {}",
        "exports.main_handler = () => new Promise(() => {})",
    ] {
        assert_eq!(machine.invoke(&node(index), "{}").await.ret_msg, "null", "{index}");
    }
}

#[tokio::test]
async fn r439_an_exception_is_returned_with_its_place() {
    let index = "exports.main_handler = async () => {\n  throw new TypeError('I failed!');\n};";
    let outcome = Machine::new().invoke(&node(index), "{}").await;
    assert_status(&outcome, Status::UserException);
    assert_eq!(json(&outcome)["errorMessage"], "user code exception caught");
    let stack = json(&outcome)["stackTrace"].as_str().unwrap().to_owned();
    assert!(stack.starts_with("TypeError: I failed!\n    at "), "{stack}");
    assert!(stack.contains("(/var/user/index.js:2:9)"), "{stack}");
    assert!(!stack.contains("/var/runtime"), "{stack}");
}

#[tokio::test]
async fn what_escapes_the_handler_fails_the_event_and_ends_the_instance() {
    let index = "exports.main_handler = (event, context, callback) => {
        setTimeout(() => { throw new Error('escaped'); }, 1);
    }";
    let machine = Machine::new();
    for _ in 0..2 {
        let outcome = machine.invoke(&node(index), "{}").await;
        assert_status(&outcome, Status::UserException);
        assert!(outcome.err_msg.starts_with("Error: escaped"), "{}", outcome.err_msg);
        assert!(outcome.cold_start);
    }
}

#[tokio::test]
async fn r437_a_result_that_is_not_json_is_an_error() {
    let machine = Machine::new();
    for result in ["() => 1", "10n", "(() => { const a = []; a.push(a); return a; })()"] {
        let spec = node(&format!("exports.main_handler = async () => {result}"));
        let spec = super::FunctionSpec { revision: result.len() as u64, ..spec };
        assert_status(&machine.invoke(&spec, "{}").await, Status::UserException);
    }
}

#[tokio::test]
async fn r440_a_missing_function_is_named() {
    let outcome = Machine::new().invoke(&node("exports.other = 1"), "{}").await;
    assert_status(&outcome, Status::HandlerNotFound);
    assert_eq!(outcome.err_msg, "'module' object has no attribute 'main_handler'");
}

#[tokio::test]
async fn r363_modules_of_the_package_and_of_layers_are_found() {
    let mut spec = node("");
    spec.code = package(&[
        (
            "index.js",
            "const own = require('own'), other = require('other');
             exports.main_handler = async () => [own, other]",
        ),
        ("node_modules/own/index.js", "module.exports = __filename"),
    ]);
    spec.layers = vec![package(&[("node_modules/other/index.js", "module.exports = __filename")])];
    let outcome = Machine::new().invoke(&spec, "{}").await;
    assert_eq!(
        json(&outcome),
        json!(["/var/user/node_modules/own/index.js", "/opt/node_modules/other/index.js"]),
        "{outcome:#?}"
    );
}

#[tokio::test]
async fn r441_what_is_printed_stands_in_the_log_in_order() {
    let index = "console.log('loading');
        exports.main_handler = async () => { console.log('one'); console.error('two'); }";
    let log = Machine::new().invoke(&node(index), "{}").await.log;
    let lines = log.lines().collect::<Vec<_>>();
    assert_eq!(lines[1], "loading", "{log}");
    assert_eq!(lines[3..5], ["one", "two"], "{log}");
}

#[tokio::test]
async fn large_events_and_results_pass() {
    let spec = node("exports.main_handler = async (event) => event");
    let event = format!("\"{}\"", "x".repeat(5 * 1024 * 1024));
    let outcome = Machine::new().invoke(&spec, &event).await;
    assert!(outcome.ret_msg == event, "{:?}", outcome.status);
}
