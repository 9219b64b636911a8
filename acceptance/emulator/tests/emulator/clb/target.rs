//! Addresses behind listeners and rules.

use serde_json::{Value, json};

use super::{User, target};

fn address(ip: &str, port: u16) -> Value {
    json!({"EniIp": ip, "Port": port})
}

#[test]
fn addresses_stand_behind_rules_and_behind_listeners_without_rules() {
    let user = User::new();
    let place = user.place();
    let tcp = user.listener(&place.balancer, "TCP", 3306);
    let behind_rule =
        |targets: Value| place.with(json!({"LocationId": place.rule, "Targets": targets}));
    user.done("RegisterTargets", behind_rule(json!([address("10.0.0.1", 80)])));
    let behind_listener = |targets: Value| json!({"LoadBalancerId": place.balancer, "ListenerId": tcp, "Targets": targets});
    let heavy = json!({"EniIp": "10.0.0.2", "Port": 3306, "Weight": 50});
    user.done("RegisterTargets", behind_listener(json!([heavy])));
    let shown = user.read("DescribeTargets", json!({"LoadBalancerId": place.balancer}));
    let of = |id: &str| {
        let all = shown["Listeners"].as_array().unwrap();
        all.iter().find(|it| it["ListenerId"] == id).unwrap().clone()
    };
    let http = of(&place.listener);
    let rule = &http["Rules"][0];
    assert!(http["Targets"].is_null());
    assert_eq!(rule["LocationId"], json!(place.rule));
    assert_eq!((&rule["Domain"], &rule["Url"]), (&json!("www.example.com"), &json!("/")));
    assert!(rule["FunctionTargets"].is_null());
    let node = &rule["Targets"][0];
    assert_eq!(node["PrivateIpAddresses"], json!(["10.0.0.1"]));
    assert_eq!((&node["Port"], &node["Weight"]), (&json!(80), &json!(10)));
    let tcp_shown = of(&tcp);
    assert!(tcp_shown["Rules"].is_null());
    assert_eq!(tcp_shown["Targets"][0]["Weight"], 50);
    let question = json!({
        "LoadBalancerId": place.balancer,
        "Filters": [{"Name": "private-ip-address", "Values": ["10.0.0.2"]}],
    });
    let found = user.read("DescribeTargets", question);
    assert_eq!(found["Listeners"].as_array().unwrap().len(), 1);
    user.done("DeregisterTargets", behind_rule(json!([address("10.0.0.1", 80)])));
    let again = behind_rule(json!([address("10.0.0.1", 80)]));
    assert_eq!(user.refused("DeregisterTargets", again), "InvalidParameterValue");
}

#[test]
fn what_cannot_be_is_refused() {
    let user = User::new();
    let place = user.place();
    let at_rule =
        |targets: Value| place.with(json!({"LocationId": place.rule, "Targets": targets}));
    let many = (0..21).map(|n| address("10.0.0.1", 100 + n)).collect::<Vec<_>>();
    for (targets, code) in [
        (json!([]), "InvalidParameterValue.Length"),
        (json!(many), "InvalidParameterValue.Length"),
        (json!([{"InstanceId": "ins-12345678", "Port": 80}]), "UnsupportedOperation"),
        (json!([address("somewhere", 80)]), "InvalidParameter.FormatError"),
        (json!([address("10.0.0.1", 0)]), "InvalidParameterValue.Range"),
        (json!([{"EniIp": "10.0.0.1", "Port": 80, "Weight": 101}]), "InvalidParameterValue.Range"),
        (
            json!([address("10.0.0.1", 80), address("10.0.0.1", 80)]),
            "InvalidParameterValue.Duplicate",
        ),
    ] {
        assert_eq!(user.refused("RegisterTargets", at_rule(targets.clone())), code, "{targets}");
    }
    let nowhere = place.with(json!({"Targets": [address("10.0.0.1", 80)]}));
    assert_eq!(user.refused("RegisterTargets", nowhere), "InvalidParameter");
}

#[test]
fn a_rule_has_functions_or_addresses_but_not_both() {
    let user = User::new();
    user.hello();
    let place = user.place();
    user.done("RegisterFunctionTargets", place.binding("hello", "$LATEST", 10));
    let addresses =
        place.with(json!({"LocationId": place.rule, "Targets": [address("10.0.0.1", 80)]}));
    assert_eq!(user.refused("RegisterTargets", addresses.clone()), "InvalidParameterValue");
    let function =
        json!({"LocationId": place.rule, "FunctionTargets": [target("hello", "$LATEST", 10)]});
    user.done("DeregisterFunctionTargets", place.with(function.clone()));
    user.done("RegisterTargets", addresses);
    assert_eq!(
        user.refused("RegisterFunctionTargets", place.with(function)),
        "InvalidParameterValue"
    );
}
