//! Python event functions.

use serde_json::json;
use tencentcloud_emulator::runtime::{Credentials, FunctionSpec, Mount, Status};

use super::{Machine, assert_status, json, package, python};

#[tokio::test]
async fn a_handler_gets_the_event_and_answers() {
    let hello = python("def main_handler(event, context): return 'Hello ' + event['name']");
    let outcome = Machine::new().invoke(&hello, r#"{"name": "CLB"}"#).await;
    assert_status(&outcome, Status::Success);
    assert_eq!(outcome.ret_msg, "\"Hello CLB\"");
    assert_eq!(outcome.err_msg, "");
    assert!(outcome.cold_start);
    assert!(outcome.memory_bytes > 4 * 1024 * 1024, "{outcome:?}");
}

#[tokio::test]
async fn r432_the_context_tells_who_runs_where() {
    let outcome = Machine::new()
        .invoke(&python("def main_handler(event, context): return context"), "{}")
        .await;
    assert_eq!(
        json(&outcome),
        json!({
            "memory_limit_in_mb": 128,
            "time_limit_in_ms": 3000,
            "request_id": outcome.request_id,
            "environment": "{\"SCF_NAMESPACE\":\"default\"}",
            "environ": "SCF_NAMESPACE=default",
            "function_version": "$LATEST",
            "function_name": "hello",
            "namespace": "default",
            "tencentcloud_region": "ap-guangzhou",
            "tencentcloud_appid": "1250000000",
            "tencentcloud_uin": "100000000001",
        })
    );
}

#[tokio::test]
async fn r77_r314_the_environment_has_what_was_configured_and_the_roles_keys() {
    let mut spec = python("import os\ndef main_handler(event, context): return dict(os.environ)");
    spec.environment.insert("COLOR".into(), "blue".into());
    spec.credentials = Some(Credentials {
        secret_id: "AKIDexample".into(),
        secret_key: "key".into(),
        token: "token".into(),
    });
    let outcome = Machine::new().invoke(&spec, "{}").await;
    let environment = json(&outcome);
    for (name, value) in [
        ("COLOR", "blue"),
        ("SCF_RUNTIME", "Python3.6"),
        ("SCF_FUNCTIONNAME", "hello"),
        ("SCF_FUNCTIONVERSION", "$LATEST"),
        ("SCF_NAMESPACE", "default"),
        ("TENCENTCLOUD_RUNENV", "SCF"),
        ("TENCENTCLOUD_REGION", "ap-guangzhou"),
        ("TENCENTCLOUD_APPID", "1250000000"),
        ("TENCENTCLOUD_UIN", "100000000001"),
        ("TENCENTCLOUD_SECRETID", "AKIDexample"),
        ("TENCENTCLOUD_SECRETKEY", "key"),
        ("TENCENTCLOUD_SESSIONTOKEN", "token"),
        ("USER_CODE_ROOT", "/var/user/"),
        // R361
        ("PYTHONPATH", "/var/user:/opt"),
    ] {
        assert_eq!(environment[name], value, "{name}");
    }
    assert_eq!(environment["CARGO_MANIFEST_DIR"], json!(null), "this machine's own stays here");
}

#[tokio::test]
async fn r64_r63_the_clock_is_utc_unless_tz_is_set() {
    let mut spec =
        python("import time\ndef main_handler(e, c): return [time.tzname[0], time.timezone]");
    let machine = Machine::new();
    assert_eq!(json(&machine.invoke(&spec, "{}").await), json!(["UTC", 0]));
    spec.environment.insert("TZ".into(), "Asia/Shanghai".into());
    spec.revision = 2;
    assert_eq!(json(&machine.invoke(&spec, "{}").await), json!(["CST", -28800]));
}

#[tokio::test]
async fn r439_an_exception_is_returned_with_its_place_and_logged() {
    let index = "def always_failed_handler(event, context):\n    raise Exception('I failed!')\n";
    let mut spec = python(index);
    spec.handler = "index.always_failed_handler".into();
    let outcome = Machine::new().invoke(&spec, "{}").await;
    assert_status(&outcome, Status::UserException);
    let stack = "Traceback (most recent call last):\n  File \"/var/user/index.py\", line 2, in \
                 always_failed_handler\n    raise Exception('I failed!')\nException: I failed!";
    assert_eq!(
        json(&outcome),
        json!({
            "errorCode": -1,
            "errorMessage": "user code exception caught",
            "requestId": outcome.request_id,
            "stackTrace": stack,
            "statusCode": 430,
        })
    );
    assert_eq!(outcome.err_msg, stack);
    let logged = format!("ERROR RequestId: {} Result: {}", outcome.request_id, outcome.ret_msg);
    assert!(outcome.log.contains(&logged), "{}", outcome.log);
}

#[tokio::test]
async fn r419_what_stands_before_the_handler_runs_at_start_up_once() {
    let index = "print('loaded')\ndef main_handler(e, c): print('called')";
    let (machine, spec) = (Machine::new(), python(index));
    let log = machine.invoke(&spec, "{}").await.log;
    let at = |text: &str| log.find(text).unwrap_or_else(|| panic!("{text} is not in {log}"));
    assert!(at("loaded") < at("Init Report") && at("Init Report") < at("called"), "{log}");
    let log = machine.invoke(&spec, "{}").await.log;
    assert!(!log.contains("loaded") && log.contains("called"), "{log}");
}

#[tokio::test]
async fn an_exception_while_loading_is_one_of_the_user_too() {
    let outcome = Machine::new().invoke(&python("import no_such_module"), "{}").await;
    assert_status(&outcome, Status::UserException);
    let text = "line 1, in <module>\n    import no_such_module\nModuleNotFoundError: No module \
                named 'no_such_module'";
    assert!(outcome.err_msg.ends_with(text), "{}", outcome.err_msg);
}

#[tokio::test]
async fn r440_a_missing_function_is_named() {
    let mut spec = python("x = 1");
    let machine = Machine::new();
    let outcome = machine.invoke(&spec, "{}").await;
    assert_status(&outcome, Status::HandlerNotFound);
    let missing = "'module' object has no attribute 'main_handler'";
    assert_eq!(json(&outcome)["errorMessage"], missing);
    spec.handler = "other.main_handler".into();
    let outcome = machine.invoke(&spec, "{}").await;
    assert_status(&outcome, Status::HandlerNotFound);
    assert_eq!(outcome.err_msg, "the package has no file other.py at its root");
}

#[tokio::test]
async fn r437_a_result_that_is_not_json_is_an_error() {
    let machine = Machine::new();
    for result in ["object()", "float('nan')", "{(1, 2): 3}", "b'bytes'"] {
        let spec = python(&format!("def main_handler(event, context): return {result}"));
        assert_status(&machine.invoke(&spec, "{}").await, Status::UserException);
    }
}

#[tokio::test]
async fn r438_an_encoded_string_is_encoded_again() {
    let spec = python("def main_handler(event, context): return '{\"a\": 1}'");
    let outcome = Machine::new().invoke(&spec, "{}").await;
    assert_eq!(outcome.ret_msg, r#""{\"a\": 1}""#);
}

#[tokio::test]
async fn text_of_any_script_comes_back_unchanged() {
    let spec = python("def main_handler(event, context): print(event['t']); return event");
    let outcome = Machine::new().invoke(&spec, r#"{"t": "你好 — ünï 😀"}"#).await;
    assert_eq!(json(&outcome), json!({ "t": "你好 — ünï 😀" }));
    assert!(outcome.log.contains("\n你好 — ünï 😀\n"), "{}", outcome.log);
}

#[tokio::test]
async fn r441_what_is_printed_stands_in_the_log_in_order() {
    let index = "import logging, sys\n\
                 logger = logging.getLogger()\n\
                 print('loading')\n\
                 def main_handler(event, context):\n\
                 \x20   print('one')\n\
                 \x20   print('two', file=sys.stderr)\n\
                 \x20   logger.info('three')\n\
                 \x20   sys.stdout.write('four')\n\
                 \x20   return 1\n";
    let outcome = Machine::new().invoke(&python(index), "{}").await;
    let lines = outcome.log.lines().collect::<Vec<_>>();
    let id = &outcome.request_id;
    assert_eq!(lines[0], format!("START RequestId: {id}"));
    assert_eq!(lines[1], "loading");
    assert!(
        lines[2].starts_with(&format!("Init Report RequestId: {id} Coldstart: ")),
        "{lines:#?}"
    );
    assert_eq!(lines[3..5], ["one", "two"]);
    assert!(lines[5].starts_with("[INFO] ") && lines[5].ends_with(" root: three"), "{lines:#?}");
    assert_eq!(lines[6], "four");
    assert_eq!(lines[7], format!("Response RequestId: {id} RetMsg: 1"));
    assert_eq!(lines[8], format!("END RequestId: {id}"));
    let report = format!("Report RequestId: {id} Duration: {}ms Memory: 128MB", outcome.bill_ms);
    assert!(lines[9].starts_with(&report), "{lines:#?}");
}

#[tokio::test]
async fn vendored_libraries_and_layers_are_found() {
    let mut spec = python("");
    spec.code = package(&[
        (
            "index.py",
            "import vendored, layered\n\
             def main_handler(e, c): return [vendored.WHERE, layered.WHERE, open('/opt/d/f').read()]",
        ),
        ("vendored/__init__.py", "WHERE = __file__"),
    ]);
    spec.layers = vec![
        package(&[("layered.py", "WHERE = 'low'"), ("d/f", "low")]),
        package(&[("layered.py", "WHERE = __file__")]),
    ];
    let outcome = Machine::new().invoke(&spec, "{}").await;
    // R355 and R356.
    let expected = json!(["/var/user/vendored/__init__.py", "/opt/layered.py", "low"]);
    assert_eq!(json(&outcome), expected, "{outcome:#?}");
}

#[tokio::test]
async fn events_that_are_not_json_are_refused_and_none_is_an_empty_object() {
    let spec = python("def main_handler(event, context): return event");
    let machine = Machine::new();
    assert_status(&machine.invoke(&spec, "{not json").await, Status::InvalidEvent);
    assert_eq!(machine.invoke(&spec, "").await.ret_msg, "{}");
    assert_eq!(machine.invoke(&spec, "[1, \"two\"]").await.ret_msg, "[1, \"two\"]");
}

#[tokio::test]
async fn standard_input_is_empty() {
    let spec = python("import sys\ndef main_handler(event, context): return sys.stdin.read()");
    assert_eq!(Machine::new().invoke(&spec, "{}").await.ret_msg, "\"\"");
}

#[tokio::test]
async fn plain_processes_are_told_where_their_file_systems_are() {
    let index = "import json, os\n\
                 def main_handler(event, context):\n\
                 \x20   told = os.environ.get('SCF_LOCAL_MOUNTS')\n\
                 \x20   places = json.loads(told or '{}')\n\
                 \x20   file = places.get('/mnt/data', '/mnt/data') + '/file'\n\
                 \x20   text = open(file).read() if os.path.exists(file) else None\n\
                 \x20   return [told and list(places), text]\n";
    let files = tempfile::tempdir().unwrap();
    std::fs::create_dir(files.path().join("inside")).unwrap();
    std::fs::write(files.path().join("inside/file"), "text").unwrap();
    let (root, remote, local) = (files.path().into(), "/inside".into(), "/mnt/data".into());
    let mounts = vec![Mount { root, remote, local }];
    let with = FunctionSpec { mounts, ..python(index) };
    let plain = Machine::plain();
    assert_eq!(json(&plain.invoke(&with, "0").await), json!([["/mnt/data"], "text"]));
    let without = FunctionSpec { revision: 2, ..python(index) };
    assert_eq!(json(&plain.invoke(&without, "0").await), json!([null, null]));
    // Elsewhere they are where the configuration says.
    assert_eq!(json(&Machine::new().invoke(&with, "0").await)[1], "text");
}
