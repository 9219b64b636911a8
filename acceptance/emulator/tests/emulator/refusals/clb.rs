//! Load balancers.

use serde_json::{Value, json};

use super::{all, letters};
use crate::clb::{Place, User, target};

fn many(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("lb-{n:08}")).collect()
}

#[test]
fn lists_of_load_balancers_are_bounded() {
    let user = User::new();
    let place = user.place();
    let long = "InvalidParameterValue.Length";
    let about = |more: Value| place.with(more);
    all(
        &user.client,
        vec![
            ("clb.DescribeLoadBalancers", json!({"LoadBalancerIds": many(21)}), long),
            ("clb.DescribeLoadBalancers", json!({"LoadBalancerIds": [""]}), long),
            ("clb.DeleteLoadBalancer", json!({"LoadBalancerIds": many(21)}), long),
            ("clb.DeleteLoadBalancer", json!({"LoadBalancerIds": []}), long),
            (
                "clb.DescribeListeners",
                json!({"LoadBalancerId": place.balancer, "ListenerIds": many(101)}),
                long,
            ),
            (
                "clb.SetLoadBalancerSecurityGroups",
                json!({"LoadBalancerId": place.balancer, "SecurityGroups": many(51)}),
                long,
            ),
            ("clb.CreateRule", about(json!({"Rules": []})), long),
            (
                "clb.DescribeTargets",
                json!({"LoadBalancerId": place.balancer,
                    "Filters": [{"Name": "colour", "Values": ["red"]}]}),
                "InvalidParameterValue.InvalidFilter",
            ),
            ("clb.DeleteRule", about(json!({})), "InvalidParameter"),
            (
                "clb.RegisterFunctionTargets",
                about(json!({"LocationId": place.rule, "FunctionTargets": []})),
                long,
            ),
            (
                "clb.RegisterFunctionTargets",
                about(json!({"LocationId": place.rule, "FunctionTargets": [{"Weight": 1}]})),
                "MissingParameter",
            ),
        ],
    );
}

#[test]
fn names_of_load_balancers_and_listeners_are_bounded() {
    let user = User::new();
    let Place { balancer, listener, .. } = user.place();
    let long = "InvalidParameterValue.Length";
    let open = |more: Value| {
        let mut request = json!({"LoadBalancerType": "OPEN"});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let new = |name: String| json!({"LoadBalancerId": balancer, "Protocol": "HTTP", "Ports": [81], "ListenerNames": [name]});
    all(
        &user.client,
        vec![
            ("clb.CreateLoadBalancer", open(json!({"LoadBalancerName": letters(81)})), long),
            ("clb.CreateLoadBalancer", open(json!({"LoadBalancerName": ""})), long),
            ("clb.CreateLoadBalancer", open(json!({"ClientToken": letters(65)})), long),
            (
                "clb.ModifyLoadBalancerAttributes",
                json!({"LoadBalancerId": balancer, "LoadBalancerName": letters(81)}),
                long,
            ),
            ("clb.CreateListener", new(letters(81)), long),
            (
                "clb.ModifyListener",
                json!({"LoadBalancerId": balancer, "ListenerId": listener, "ListenerName": letters(81)}),
                long,
            ),
        ],
    );
    let named =
        json!({"LoadBalancerId": balancer, "ListenerId": listener, "ListenerName": letters(80)});
    user.done("ModifyListener", named);
    user.done("CreateListener", new(letters(80)));
}

#[test]
fn what_an_internal_load_balancer_cannot_have_is_refused() {
    let user = User::new();
    let vpc = user.vpc();
    let subnet = user.subnet(&vpc);
    let internal = json!({"LoadBalancerType": "INTERNAL", "VpcId": vpc, "SubnetId": subnet});
    let mut outside = internal.clone();
    outside["Vip"] = json!("10.9.0.4");
    let mut taken = internal.clone();
    taken["Vip"] = json!("10.0.1.77");
    user.balancer_like(taken.clone());
    let balancer = user.balancer_like(internal);
    let charge =
        json!({"InternetChargeType": "TRAFFIC_POSTPAID_BY_HOUR", "InternetMaxBandwidthOut": 5});
    let change = |member: &str, value: Value| json!({"LoadBalancerId": balancer, member: value});
    let region = json!({"Region": "ap-nowhere", "VpcId": "vpc-00000000"});
    let modify = "clb.ModifyLoadBalancerAttributes";
    all(
        &user.client,
        vec![
            ("clb.CreateLoadBalancer", outside, "InvalidParameterValue"),
            ("clb.CreateLoadBalancer", taken, "InvalidParameterValue"),
            (modify, change("InternetChargeInfo", charge), "UnsupportedOperation"),
            (modify, change("TargetRegionInfo", region), "InvalidParameter.RegionNotFound"),
        ],
    );
}

#[test]
fn certificates_and_paths_are_for_those_who_take_them() {
    let user = User::new();
    let place = user.place();
    let tcp = user.listener(&place.balancer, "TCP", 3306);
    let about = |more: Value| place.with(more);
    let domain = |more: Value| {
        let mut request = about(json!({"Domain": "www.example.com"}));
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let certificate = json!({"SSLMode": "UNIDIRECTIONAL", "CertId": "abcdefgh"});
    let listener = |protocol: &str, member: &str, value: Value| json!({"LoadBalancerId": place.balancer, "Protocol": protocol, "Ports": [443], member: value});
    let list = json!({"SSLMode": "UNIDIRECTIONAL", "CertList": []});
    let mut both = listener("HTTPS", "Certificate", certificate.clone());
    both["MultiCertInfo"] =
        json!({"SSLMode": "UNIDIRECTIONAL", "CertList": [{"CertId": "abcdefgh"}]});
    let wrong = "InvalidParameter.ProtocolCheckFailed";
    let health = |member: &str| json!({"Domain": "a.example.com", "Url": "/", "HealthCheck": {member: "none"}});
    let modify = "clb.ModifyDomainAttributes";
    let rule = |rule: Value| about(json!({"Rules": [rule]}));
    all(
        &user.client,
        vec![
            (modify, domain(json!({"Certificate": certificate})), wrong),
            (modify, domain(json!({"Http2": true})), wrong),
            (
                modify,
                domain(json!({"NewDomain": "a.example.com", "NewDomains": ["b.example.com"]})),
                "InvalidParameter",
            ),
            ("clb.CreateListener", both, "InvalidParameter"),
            (
                "clb.CreateListener",
                listener("HTTPS", "Certificate", json!({"SSLMode": "UNIDIRECTIONAL"})),
                "InvalidParameterValue",
            ),
            (
                "clb.CreateListener",
                listener("HTTPS", "MultiCertInfo", list),
                "InvalidParameterValue",
            ),
            (
                "clb.ModifyListener",
                json!({"LoadBalancerId": place.balancer, "ListenerId": tcp, "Certificate": certificate}),
                wrong,
            ),
            (
                "clb.CreateRule",
                rule(json!({"Domain": "a.example.com", "Url": "~ /a"})),
                "UnsupportedOperation",
            ),
            ("clb.CreateRule", rule(health("HttpCheckMethod")), "InvalidParameterValue"),
            ("clb.CreateRule", rule(health("HttpVersion")), "InvalidParameterValue"),
            ("clb.CreateRule", rule(health("ContextType")), "InvalidParameterValue"),
        ],
    );
}

#[test]
fn r16_functions_and_rules_belong_to_listeners_that_have_rules() {
    let user = User::new();
    let place = user.place();
    user.hello();
    let tcp = user.listener(&place.balancer, "TCP", 3306);
    let about = |more: Value| {
        let mut request = json!({"LoadBalancerId": place.balancer, "ListenerId": tcp});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let functions = json!([target("hello", "$LATEST", 1)]);
    let wrong = "InvalidParameter.ProtocolCheckFailed";
    all(
        &user.client,
        vec![
            (
                "clb.DeregisterFunctionTargets",
                about(json!({"LocationId": place.rule, "FunctionTargets": functions})),
                wrong,
            ),
            ("clb.DeleteRule", about(json!({"LocationIds": [place.rule]})), wrong),
        ],
    );
}
