//! Whatever goes wrong on the way, nothing is lost: the next apply goes on from there.

use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

use acceptance::Case;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;
use tencentcloud_api::vpc;

const NETWORK: &str = "resource \"tencentcloud_vpc\" \"a\" {\n  name       = \"a\"\n  cidr_block = \"10.0.0.0/16\"\n}\n";
const VPC: &str = "tencentcloud_vpc.a";

const FUNCTION: &str = r#"
resource "tencentcloud_scf_function" "a" {
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "code"
}
"#;

fn with_function() -> Case {
    let case = Case::new();
    case.write("code/index.py", "def main_handler(event, context):\n    return 1\n");
    case
}

#[test]
fn throttling_and_passing_errors_are_sat_out() {
    let case = Case::new();
    case.fault(&json!({ "action": "CreateVpc", "times": 3, "effect": { "type": "throttle" } }));
    case.fault(
        &json!({ "action": "DescribeVpcs", "times": 2, "effect": { "type": "fail", "code": "InternalError" } }),
    );
    case.apply(NETWORK);
    assert_eq!(case.emulator.calls("CreateVpc"), 4);
    case.finish();
}

#[test]
fn an_error_while_reading_is_not_absence() {
    let case = Case::new();
    case.apply(NETWORK);
    for code in ["InternalError", "UnauthorizedOperation", "InvalidParameter"] {
        case.fault(&json!({ "action": "DescribeVpcs", "times": 20, "effect": { "type": "fail", "code": code } }));
        let said = case.run(&["plan", "-no-color"]);
        assert_ne!(said.code, 0, "{code} was taken for absence: {}", said.out);
        assert!(said.text().contains(code), "{}", said.err);
        case.clear_faults();
        assert!(!case.state(VPC).is_null());
    }
    case.expect_no_changes();
    case.finish();
}

#[test]
fn a_lost_answer_makes_no_second_network() {
    let case = Case::new();
    case.fault(&json!({ "action": "CreateVpc", "when": "after", "effect": { "type": "drop" } }));
    case.apply(NETWORK);
    let request = vpc::DescribeVpcsRequest::default();
    assert_eq!(case.cloud().call(&request).unwrap().vpc_set.len(), 1);
    case.finish();
}

#[test]
fn a_lost_answer_makes_no_second_function_and_no_error() {
    let case = with_function();
    case.fault(
        &json!({ "action": "CreateFunction", "when": "after", "effect": { "type": "drop" } }),
    );
    case.apply(FUNCTION);
    case.finish();
}

#[test]
fn a_create_that_fails_after_the_id_is_known_leaves_the_id() {
    let case = Case::new();
    let fault = json!({ "action": "DescribeVpcs", "times": 20, "effect": { "type": "fail", "code": "UnauthorizedOperation" } });
    case.fault(&fault);
    case.refuse_apply(NETWORK, &["UnauthorizedOperation"]);
    case.clear_faults();
    assert!(case.is_tainted(VPC), "what exists must be in the state");
    let id = case.state(VPC)["id"].clone();
    assert!(id.as_str().is_some_and(|id| id.starts_with("vpc-")));
    case.apply(NETWORK);
    assert_ne!(case.state(VPC)["id"], id, "a tainted object is replaced");
    case.finish();
}

#[test]
fn a_create_that_is_refused_leaves_nothing() {
    let case = Case::new();
    let fault = json!({ "action": "CreateVpc", "times": 1, "effect": { "type": "fail", "code": "LimitExceeded" } });
    case.fault(&fault);
    case.refuse_apply(NETWORK, &["LimitExceeded"]);
    assert!(case.state(VPC).is_null());
    case.apply(NETWORK);
    case.finish();
}

#[test]
fn a_failed_creation_shows_the_cloud_s_reasons() {
    let case = with_function();
    let reasons =
        json!([{ "code": "InvalidParameterValue.Code", "message": "the package is odd" }]);
    let effect = json!({ "type": "outcome", "reasons": reasons });
    case.fault(&json!({ "action": "CreateFunction", "effect": effect }));

    case.refuse_apply(FUNCTION, &["CreateFailed", "the package is odd"]);
    assert!(case.is_tainted("tencentcloud_scf_function.a"));
    case.apply(FUNCTION);
    case.finish();
}

#[test]
fn ctrl_c_ends_within_two_seconds_and_keeps_what_exists() {
    let case = with_function();
    case.emulator.ask("transitions", &json!({ "function.create": 60_000 }));
    case.configure(FUNCTION);
    let mut command = case.command();
    command.args(["apply", "-auto-approve", "-no-color"]).stdout(Stdio::piped());
    let mut apply = command.spawn().unwrap();
    let start = Instant::now();
    while case.emulator.calls("GetFunction") == 0 {
        assert!(start.elapsed() < Duration::from_secs(20), "the function is not being created");
        std::thread::sleep(Duration::from_millis(10));
    }
    let stopped = Instant::now();
    kill(Pid::from_raw(apply.id().try_into().unwrap()), Signal::SIGINT).unwrap();
    let mut out = String::new();
    apply.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    assert!(!apply.wait().unwrap().success());
    assert!(stopped.elapsed() < Duration::from_secs(2), "{:?}: {out}", stopped.elapsed());
    assert!(case.is_tainted("tencentcloud_scf_function.a"), "{out}");
    case.emulator.ask("transitions", &json!({ "function.create": 0 }));
    case.emulator.ask("clock", &json!({ "advance_ms": 60_000 }));
    case.apply(FUNCTION);
    case.finish();
}

#[test]
fn a_time_limit_of_the_user_s_is_kept() {
    let case = with_function();
    case.emulator.ask("transitions", &json!({ "function.create": 60_000 }));
    let limited =
        FUNCTION.replace("source_dir", "timeouts {\n    create = \"200ms\"\n  }\n  source_dir");
    case.refuse_apply(&limited, &["took longer than 200 ms", "last seen Creating"]);
    assert!(case.is_tainted("tencentcloud_scf_function.a"));
    case.refuse_plan(&limited.replace("200ms", "soon"), &["Expected a duration such as"]);
    case.emulator.ask("transitions", &json!({ "function.create": 0 }));
    case.emulator.ask("clock", &json!({ "advance_ms": 60_000 }));
    case.apply(&limited.replace("200ms", "1m"));
    case.finish();
}

#[test]
fn a_refresh_of_many_objects_is_a_handful_of_requests() {
    let case = Case::with(acceptance::Cli::terraform(), &["--quotas", "unlimited"]);
    let many = NETWORK.replace("name  ", "count = 30\n  name  ");
    case.apply(&many);
    // Far away, as clouds are: what asks while an answer is on its way is asked for together.
    case.fault(&json!({
        "action": "DescribeVpcs", "times": 30, "effect": { "type": "delay", "ms": 200 }
    }));
    let before = case.emulator.calls("DescribeVpcs");
    case.succeed(&["plan", "-no-color"]);
    let calls = case.emulator.calls("DescribeVpcs") - before;
    assert!(calls <= 10, "30 networks were read by {calls} requests");
    case.finish();
}
