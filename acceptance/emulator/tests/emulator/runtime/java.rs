//! Java functions, where there is a JDK.

use std::io::{Cursor, Write};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use tencentcloud_emulator::runtime::{FunctionKey, FunctionSpec, Package, Status};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{Machine, assert_status, json, python};

const SOURCE: &str = r#"
package example;
import java.util.*;
public class Hello {
    public interface Context { String getRequestId(); int getMemoryLimitInMb(); String getFunctionName(); }
    public static class Order { public String name; int count; List<String> parts; }
    static int calls = 0;
    static { System.out.println("loaded"); }
    public String text(String event) { System.out.println("called"); return "got " + event; }
    public Map<String, Object> tell(Map<String, Object> event, Context context) {
        Map<String, Object> all = new LinkedHashMap<>(event);
        all.put("id", context.getRequestId());
        all.put("memory", context.getMemoryLimitInMb());
        all.put("function", context.getFunctionName());
        all.put("calls", ++calls);
        return all;
    }
    public Order twice(Order order) { order.count *= 2; return order; }
    public int length(List<Object> event) { return event.size(); }
    public void fail(Object event) { throw new IllegalStateException("it went wrong"); }
    public void exit(Object event) { System.exit(3); }
    public void sleep(Object event) throws Exception { Thread.sleep(60_000); }
}
"#;

/// A function with that handler; `None` where this machine has no compiler.
fn java(method: &str) -> Option<FunctionSpec> {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("Hello.java");
    std::fs::write(&source, SOURCE).unwrap();
    let compiled = Command::new("javac").arg("-d").arg(folder.path()).arg(&source).output().ok()?;
    assert!(compiled.status.success(), "{compiled:?}");
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in std::fs::read_dir(folder.path().join("example")).unwrap().flatten() {
        let name = Path::new("example").join(entry.file_name());
        zip.start_file(name.to_str().unwrap(), SimpleFileOptions::default()).unwrap();
        zip.write_all(&std::fs::read(entry.path()).unwrap()).unwrap();
    }
    let code = Package::from_bytes(zip.finish().unwrap().into_inner());
    let handler = format!("example.Hello::{method}");
    let key = FunctionKey { version: method.to_owned(), ..python("").key };
    Some(FunctionSpec {
        key,
        runtime: "Java11".into(),
        handler,
        code,
        memory_mb: 256,
        timeout: Duration::from_secs(10),
        ..python("")
    })
}

#[tokio::test]
async fn r69_r265_a_java_handler_gets_the_event_as_its_own_types() {
    let machine = Machine::new();
    let Some(spec) = java("tell") else {
        let spec = FunctionSpec { runtime: "Java8".into(), ..python("") };
        let outcome = machine.invoke(&spec, "{}").await;
        assert_status(&outcome, Status::Internal);
        assert!(outcome.err_msg.contains("Java"), "{}", outcome.err_msg);
        return;
    };
    let event = r#"{"a": [1, 2.5, "\u00e9\n", null, true], "b": {}}"#;
    let outcome = machine.invoke(&spec, event).await;
    assert_status(&outcome, Status::Success);
    let id = &outcome.request_id;
    let told = json!({
        "a": [1, 2.5, "é\n", null, true], "b": {}, "id": id, "memory": 256, "function": "hello",
        "calls": 1,
    });
    assert_eq!(json(&outcome), told);
    assert!(outcome.log.contains("\nloaded\n"), "{}", outcome.log);
    assert_eq!(json(&machine.invoke(&spec, "{}").await)["calls"], 2, "the instance is kept");
    for (method, event, result) in [
        ("text", r#"{"x":1}"#, r#""got {\"x\":1}""#),
        (
            "twice",
            r#"{"name":"n","count":4,"parts":["p"]}"#,
            r#"{"name":"n","count":8,"parts":["p"]}"#,
        ),
        ("length", "[1,2,3]", "3"),
    ] {
        let outcome = machine.invoke(&java(method).unwrap(), event).await;
        assert_eq!(outcome.ret_msg, result, "{method}");
    }
}

#[tokio::test]
async fn r180_r182_r184_java_functions_fail_as_others_do() {
    let machine = Machine::new();
    let Some(spec) = java("fail") else { return };
    let outcome = machine.invoke(&spec, "{}").await;
    assert_status(&outcome, Status::UserException);
    let stack = json(&outcome)["stackTrace"].as_str().unwrap().to_owned();
    assert!(stack.starts_with("java.lang.IllegalStateException: it went wrong\n"), "{stack}");
    assert!(stack.contains("at example.Hello.fail") && !stack.contains("reflect"), "{stack}");
    assert_status(&machine.invoke(&java("exit").unwrap(), "{}").await, Status::ProcessExited);
    let mut slow = java("sleep").unwrap();
    slow.timeout = Duration::from_millis(200);
    assert_status(&machine.invoke(&slow, "{}").await, Status::TimedOut);
    let outcome = machine.invoke(&java("missing").unwrap(), "{}").await;
    assert_status(&outcome, Status::HandlerNotFound);
    assert!(outcome.err_msg.contains("has no public method missing"), "{}", outcome.err_msg);
}
