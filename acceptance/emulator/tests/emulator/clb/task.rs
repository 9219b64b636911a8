//! Every write is a task, one at a time per load balancer.

use serde_json::json;

use super::{User, text};
use crate::support::Server;

#[test]
fn a_write_is_running_before_it_is_done() {
    let server = Server::start(&[]);
    let user = User::of(server.client());
    user.client.console("POST", "transitions", &json!({"clb.task": 200}));
    let request = json!({"LoadBalancerType": "OPEN", "LoadBalancerName": "front"});
    let (created, task) = user.start("CreateLoadBalancer", request);
    let status = |question| user.read("DescribeTaskStatus", question);
    let running = status(json!({"TaskId": task}));
    assert_eq!(running["Status"], 2);
    assert!(running["LoadBalancerIds"].is_null(), "{running}");
    let id = text(&created["LoadBalancerIds"][0]);
    assert_eq!(user.shown(&id)["Status"], 0, "creating");
    let done = user.ended(&task);
    assert_eq!((&done["Status"], &done["LoadBalancerIds"]), (&json!(0), &json!([id])));
    assert_eq!(status(json!({"DealName": created["DealName"]}))["Status"], 0);
    assert_eq!(user.shown(&id)["Status"], 1, "normal");
}

#[test]
fn a_busy_load_balancer_refuses_the_next_write_in_the_clouds_words() {
    let server = Server::start(&[]);
    let user = User::of(server.client());
    let (one, other) = (user.balancer_like(json!({})), user.balancer_like(json!({})));
    user.client.console("POST", "transitions", &json!({"clb.task": 200}));
    let listener = |balancer: &str, port: u16| json!({"LoadBalancerId": balancer, "Protocol": "HTTP", "Ports": [port]});
    let (_, task) = user.start("CreateListener", listener(&one, 80));
    let busy = user.client.call("clb.CreateListener", listener(&one, 81)).unwrap_err();
    assert_eq!(busy.0, "FailedOperation.ResourceInOperating");
    assert!(busy.1.contains("Your task is working"), "{}", busy.1);
    assert!(busy.1.contains("is not in normal status"), "{}", busy.1);
    user.start("CreateListener", listener(&other, 80));
    user.ended(&task);
    user.start("CreateListener", listener(&one, 81));
}

#[test]
fn a_task_that_fails_says_why_and_changes_nothing() {
    let user = User::new();
    let balancer = user.balancer();
    let reasons = json!([{"code": "InternalError", "message": "no luck"}]);
    let fails = json!({"effect": {"type": "outcome", "reasons": reasons}});
    for action in ["CreateListener", "ModifyLoadBalancerAttributes", "DeleteLoadBalancer"] {
        user.client.fault(action, fails.clone());
    }
    for (action, request) in [
        ("CreateListener", json!({"LoadBalancerId": balancer, "Protocol": "HTTP", "Ports": [80]})),
        (
            "ModifyLoadBalancerAttributes",
            json!({"LoadBalancerId": balancer, "LoadBalancerName": "other"}),
        ),
        ("DeleteLoadBalancer", json!({"LoadBalancerIds": [balancer]})),
    ] {
        let (_, task) = user.start(action, request);
        let ended = user.ended(&task);
        assert_eq!((&ended["Status"], &ended["Message"]), (&json!(1), &json!("no luck")));
    }
    assert_eq!(user.shown(&balancer)["LoadBalancerName"], "front");
    let listeners = user.read("DescribeListeners", json!({"LoadBalancerId": balancer}));
    assert_eq!(listeners["TotalCount"], 0);
    user.done("DeleteLoadBalancer", json!({"LoadBalancerIds": [balancer]}));
}

#[test]
fn a_load_balancer_whose_task_fails_never_exists() {
    let user = User::new();
    user.client.fault("CreateLoadBalancer", json!({"effect": {"type": "outcome"}}));
    let (created, task) = user.start("CreateLoadBalancer", json!({"LoadBalancerType": "OPEN"}));
    let ended = user.ended(&task);
    assert_eq!(ended["Status"], 1);
    assert!(ended["LoadBalancerIds"].is_null());
    assert!(user.shown(&text(&created["LoadBalancerIds"][0])).is_null());
}

#[test]
fn a_client_token_makes_one_load_balancer() {
    let user = User::new();
    let request = json!({"LoadBalancerType": "OPEN", "ClientToken": "again"});
    let (first, _) = user.start("CreateLoadBalancer", request.clone());
    let (second, task) = user.start("CreateLoadBalancer", request);
    assert_eq!(first["LoadBalancerIds"], second["LoadBalancerIds"]);
    assert_eq!(user.ended(&task)["LoadBalancerIds"], first["LoadBalancerIds"]);
    assert_eq!(user.read("DescribeLoadBalancers", json!({}))["TotalCount"], 1);
    let other =
        json!({"LoadBalancerType": "OPEN", "ClientToken": "again", "LoadBalancerName": "x"});
    let code = user.refused("CreateLoadBalancer", other);
    assert_eq!(code, "InvalidParameter.ClientTokenLimitExceeded");
}

#[test]
fn an_unknown_task_is_refused() {
    let code = User::new().refused("DescribeTaskStatus", json!({"TaskId": "nowhere"}));
    assert_eq!(code, "InvalidParameter");
}

#[test]
fn a_binding_that_fails_leaves_the_function_without_a_trigger() {
    let user = User::new();
    user.hello();
    let place = user.place();
    user.client.fault("RegisterFunctionTargets", json!({"effect": {"type": "outcome"}}));
    let (_, task) = user.start("RegisterFunctionTargets", place.binding("hello", "$LATEST", 10));
    assert_eq!(user.ended(&task)["Status"], 1);
    assert_eq!(user.triggers("hello"), json!([]));
    user.done("RegisterFunctionTargets", place.binding("hello", "$LATEST", 10));
    assert_eq!(user.triggers("hello").as_array().unwrap().len(), 1);
}
