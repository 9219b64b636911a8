//! Injected faults.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::client;

const VPC: &str = r#"{"VpcName": "v", "CidrBlock": "10.0.0.0/16"}"#;

fn vpc() -> serde_json::Value {
    serde_json::from_str(VPC).unwrap()
}

#[test]
fn the_next_calls_fail_as_told_and_have_no_effect() {
    let client = client();
    let effect = json!({"type": "fail", "code": "InternalError.Boom", "message": "told so"});
    client.fault("CreateVpc", json!({"times": 2, "effect": effect}));
    for _ in 0..2 {
        let refusal = client.call("vpc.CreateVpc", vpc()).unwrap_err();
        assert_eq!(refusal, ("InternalError.Boom".to_owned(), "told so".to_owned()));
    }
    assert_eq!(client.ok("vpc.DescribeVpcs", json!({}))["TotalCount"], 0);
    client.ok("vpc.CreateVpc", vpc());
}

#[test]
fn throttled_calls_answer_the_limit() {
    let client = client();
    client.fault("*", json!({"effect": {"type": "throttle"}}));
    assert_eq!(client.code("vpc.DescribeVpcs", json!({})), "RequestLimitExceeded");
    client.ok("vpc.DescribeVpcs", json!({}));
}

#[test]
fn a_dropped_answer_may_come_after_the_effect() {
    let client = client();
    for (when, count) in [("before", 0), ("after", 1)] {
        client.fault("CreateVpc", json!({"when": when, "effect": {"type": "drop"}}));
        let request = client.request("vpc.CreateVpc", VPC);
        assert!(client.try_send(&request).is_none(), "{when}");
        assert_eq!(client.ok("vpc.DescribeVpcs", json!({}))["TotalCount"], count, "{when}");
    }
}

#[test]
fn an_error_may_come_after_the_effect() {
    let client = client();
    let effect = json!({"type": "fail", "code": "InternalError"});
    client.fault("CreateVpc", json!({"when": "after", "effect": effect}));
    assert_eq!(client.code("vpc.CreateVpc", vpc()), "InternalError");
    assert_eq!(client.ok("vpc.DescribeVpcs", json!({}))["TotalCount"], 1);
}

#[test]
fn a_delay_holds_the_answer_back() {
    let client = client();
    client.fault("DescribeVpcs", json!({"effect": {"type": "delay", "ms": 30}}));
    let start = Instant::now();
    client.ok("vpc.DescribeVpcs", json!({}));
    assert!(start.elapsed() >= Duration::from_millis(30));
}

#[test]
fn stale_reads_see_what_was_before_the_last_write() {
    let client = client();
    client.ok("vpc.CreateVpc", vpc());
    client.fault("DescribeVpcs", json!({"times": 2, "effect": {"type": "stale"}}));
    client.ok("vpc.CreateVpc", json!({"VpcName": "w", "CidrBlock": "10.0.0.0/16"}));
    for count in [1, 1, 2] {
        assert_eq!(client.ok("vpc.DescribeVpcs", json!({}))["TotalCount"], count);
    }
}

#[test]
fn faults_are_listed_and_taken_back() {
    let (client, other) = (client(), client());
    let effect = json!({"type": "throttle"});
    client.fault("DescribeVpcs", json!({"times": 3, "effect": effect}));
    other.ok("vpc.DescribeVpcs", json!({}));
    let all = client.look("faults");
    let mine: Vec<_> =
        all.as_array().unwrap().iter().filter(|f| f["account"] == *client.secret_id).collect();
    assert_eq!(mine.len(), 1);
    assert_eq!(mine[0]["times"], 3);
    let path = format!("faults?account={}", client.secret_id);
    client.console("DELETE", &path, &json!(null));
    client.ok("vpc.DescribeVpcs", json!({}));
}

#[test]
fn a_fault_for_no_call_strikes_none() {
    let client = client();
    client.fault("DescribeVpcs", json!({"times": 0, "effect": {"type": "throttle"}}));
    let all = client.look("faults");
    let mine = |fault: &serde_json::Value| fault["account"] == *client.secret_id;
    assert!(!all.as_array().unwrap().iter().any(mine), "{all}");
    client.ok("vpc.DescribeVpcs", json!({}));
}
