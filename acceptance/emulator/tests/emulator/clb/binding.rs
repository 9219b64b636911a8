//! Functions behind load balancers: the rules R1 to R28.

use serde_json::{Value, json};

use super::{HELLO_CLB, Place, User, target, text};
use crate::scf;
use crate::support::Server;

const BIND: &str = "RegisterFunctionTargets";

fn in_region(region: &str) -> User {
    User::of(User::new().client.in_region(region))
}

fn bound(user: &User, place: &Place) -> Value {
    let question = json!({"LoadBalancerId": place.balancer, "ListenerIds": [place.listener]});
    let shown = user.read("DescribeTargets", question);
    shown["Listeners"][0]["Rules"][0]["FunctionTargets"].clone()
}

#[test]
fn r1_functions_stand_behind_load_balancers_in_nine_regions() {
    let user = in_region("ap-nanjing");
    user.hello();
    let place = user.place();
    let told = user.told(BIND, place.binding("hello", "$LATEST", 10));
    assert!(told.contains("ap-guangzhou") && told.contains("na-siliconvalley"), "{told}");
    assert_eq!(user.refused(BIND, place.binding("hello", "$LATEST", 10)), "UnsupportedOperation");
    let user = in_region("na-siliconvalley");
    user.hello();
    user.done(BIND, user.place().binding("hello", "$LATEST", 10));
}

#[test]
fn r2_the_finance_regions_and_mumbai_are_allowed_too() {
    for region in ["ap-shenzhen-fsi", "ap-mumbai"] {
        let user = in_region(region);
        user.hello();
        user.done(BIND, user.place().binding("hello", "$LATEST", 10));
    }
}

#[test]
fn r3_traditional_accounts_cannot_bind_and_r4_are_told_to_upgrade() {
    let user = User::new();
    user.hello();
    let place = user.place();
    let standing =
        json!({"account": user.client.secret_id, "standing": {"network_type": "LEGACY"}});
    assert_eq!(user.client.console("POST", "account", &standing).status, 200);
    let request = place.binding("hello", "$LATEST", 10);
    assert_eq!(user.refused(BIND, request.clone()), "UnsupportedOperation");
    assert!(user.told(BIND, request).contains("upgrade"));
}

#[test]
fn r5_a_load_balancer_of_the_old_generation_cannot_be_bound() {
    let server = Server::start(&[]);
    let user = User::of(server.client());
    user.hello();
    let place = user.place();
    // It cannot be made any more, so it comes with an imported state.
    let mut state = user.client.look("state");
    for object in state["objects"].as_array_mut().unwrap() {
        if object["kind"] == "clb.load_balancer" {
            object["value"]["forward"] = json!(0);
        }
    }
    assert_eq!(user.client.console("PUT", "state", &state).status, 200);
    assert_eq!(user.shown(&place.balancer)["Forward"], 0);
    assert_eq!(user.refused(BIND, place.binding("hello", "$LATEST", 10)), "UnsupportedOperation");
}

#[test]
fn r6_a_load_balancer_on_the_basic_network_cannot_be_bound() {
    let user = User::new();
    user.hello();
    let balancer = user.balancer_like(json!({}));
    let listener = user.listener(&balancer, "HTTP", 8080);
    let rule = user.rule(&balancer, &listener, "a.com", "/");
    let place = Place { balancer, listener, rule };
    assert_eq!(user.refused(BIND, place.binding("hello", "$LATEST", 10)), "UnsupportedOperation");
}

#[test]
fn r7_function_and_load_balancer_may_be_in_different_vpcs() {
    let user = User::new();
    let vpc = user.vpc();
    let subnet = user.subnet(&vpc);
    let mut function = scf::python("hello", HELLO_CLB);
    function["VpcConfig"] = json!({"VpcId": vpc, "SubnetId": subnet});
    scf::create(&user.client, function);
    user.done(BIND, user.place().binding("hello", "$LATEST", 10));
}

#[test]
fn r8_function_and_load_balancer_are_in_the_same_region() {
    let user = User::new();
    user.hello();
    let elsewhere = User::of(user.client.in_region("ap-beijing"));
    let place = elsewhere.place();
    let request = place.binding("hello", "$LATEST", 10);
    assert_eq!(elsewhere.refused(BIND, request.clone()), "InvalidParameterValue");
    assert!(elsewhere.told(BIND, request).contains("its own region"));
}

#[test]
fn r9_r10_ipv4_and_nat64_can_be_bound_and_full_chain_ipv6_cannot() {
    let user = User::new();
    user.hello();
    let vpc = user.vpc();
    let bind = |version: &str| {
        let balancer = user.balancer_like(json!({"VpcId": vpc, "AddressIPVersion": version}));
        let listener = user.listener(&balancer, "HTTP", 8080);
        let rule = user.rule(&balancer, &listener, "a.com", "/");
        let place = Place { balancer, listener, rule };
        user.client.call("clb.RegisterFunctionTargets", place.binding("hello", "$LATEST", 10))
    };
    assert!(bind("IPV4").is_ok());
    assert!(bind("IPV6").is_ok());
    assert_eq!(bind("IPv6FullChain").unwrap_err().0, "UnsupportedOperation");
}

#[test]
fn r11_https_can_be_bound_and_r28_needs_a_certificate() {
    let user = User::new();
    user.hello();
    let balancer = user.balancer();
    let mut request = json!({"LoadBalancerId": balancer, "Protocol": "HTTPS", "Ports": [443]});
    assert_eq!(user.refused("CreateListener", request.clone()), "InvalidParameterValue");
    request["Certificate"] = json!({"SSLMode": "UNIDIRECTIONAL", "CertId": "f2cJ0vEF"});
    let listener = text(&user.done("CreateListener", request)["ListenerIds"][0]);
    let rule = user.rule(&balancer, &listener, "a.com", "/");
    let place = Place { balancer, listener, rule };
    user.done(BIND, place.binding("hello", "$LATEST", 10));
}

#[test]
fn r12_layer_4_listeners_cannot_be_bound() {
    let user = User::new();
    user.hello();
    let balancer = user.balancer();
    for (port, protocol) in [(1, "TCP"), (2, "UDP"), (3, "TCP_SSL")] {
        let mut request =
            json!({"LoadBalancerId": balancer, "Protocol": protocol, "Ports": [port]});
        if protocol == "TCP_SSL" {
            request["Certificate"] = json!({"CertId": "f2cJ0vEF"});
        }
        let listener = text(&user.done("CreateListener", request)["ListenerIds"][0]);
        let place = Place { balancer: balancer.clone(), listener, rule: "loc-x".into() };
        let code = user.refused(BIND, place.binding("hello", "$LATEST", 10));
        assert_eq!(code, "InvalidParameter.ProtocolCheckFailed", "{protocol}");
    }
}

#[test]
fn r13_quic_listeners_cannot_be_bound() {
    let user = User::new();
    user.hello();
    let balancer = user.balancer();
    let request = json!({
        "LoadBalancerId": balancer, "Protocol": "QUIC", "Ports": [443],
        "Certificate": {"CertId": "f2cJ0vEF"},
    });
    let listener = text(&user.done("CreateListener", request)["ListenerIds"][0]);
    let rule = user.rule(&balancer, &listener, "a.com", "/");
    let place = Place { balancer, listener, rule };
    let code = user.refused(BIND, place.binding("hello", "$LATEST", 10));
    assert_eq!(code, "InvalidParameter.ProtocolCheckFailed");
}

#[test]
fn r14_web_functions_cannot_be_bound() {
    let user = User::new();
    scf::create(
        &user.client,
        json!({
            "FunctionName": "web", "Runtime": "Python3.6", "Type": "HTTP",
            "Code": {"ZipFile": scf::zip(&[("scf_bootstrap", "#!/bin/bash\n")])},
        }),
    );
    let place = user.place();
    assert_eq!(user.refused(BIND, place.binding("web", "$LATEST", 10)), "UnsupportedOperation");
}

#[test]
fn r15_everything_before_the_binding_must_be_there() {
    let user = User::new();
    user.hello();
    let place = user.place();
    let with = |member: &str, value: &str| {
        let mut request = place.binding("hello", "$LATEST", 10);
        request[member] = json!(value);
        user.refused(BIND, request)
    };
    assert_eq!(with("LoadBalancerId", "lb-x"), "InvalidParameter.LBIdNotFound");
    assert_eq!(with("ListenerId", "lbl-x"), "InvalidParameter.ListenerIdNotFound");
    assert_eq!(with("LocationId", "loc-x"), "InvalidParameter.LocationNotFound");
    let unknown = user.refused(BIND, place.binding("nobody", "$LATEST", 10));
    assert_eq!(unknown, "InvalidParameterValue");
}

#[test]
fn r16_a_binding_names_a_rule_by_its_id_or_by_domain_and_url() {
    let user = User::new();
    user.hello();
    let place = user.place();
    let by = |more: Value| {
        let mut request = place.with(json!({"FunctionTargets": [target("hello", "$LATEST", 10)]}));
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    assert_eq!(user.refused(BIND, by(json!({}))), "InvalidParameter");
    assert_eq!(user.refused(BIND, by(json!({"Domain": "www.example.com"}))), "InvalidParameter");
    let elsewhere = json!({"Domain": "www.example.com", "Url": "/else"});
    assert_eq!(user.refused(BIND, by(elsewhere)), "InvalidParameter.LocationNotFound");
    user.done(BIND, by(json!({"Domain": "www.example.com", "Url": "/"})));
}

#[test]
fn r17_a_binding_is_namespace_function_qualifier_and_weight() {
    let user = User::new();
    user.hello();
    let place = user.place();
    let mut request = place.binding("hello", "$LATEST", 10);
    request["FunctionTargets"][0].as_object_mut().unwrap().remove("Weight");
    user.done(BIND, request);
    let function = json!({
        "FunctionNamespace": "default", "FunctionName": "hello",
        "FunctionQualifier": "$LATEST", "FunctionQualifierType": "VERSION",
    });
    assert_eq!(bound(&user, &place), json!([{"Function": function, "Weight": 10}]));
    user.done("ModifyFunctionTargets", place.binding("hello", "$LATEST", 99));
    assert_eq!(bound(&user, &place)[0]["Weight"], 99);
    for weight in [-1, 101] {
        let code = user.refused("ModifyFunctionTargets", place.binding("hello", "$LATEST", weight));
        assert_eq!(code, "InvalidParameterValue.Range");
    }
}

#[test]
fn r17_a_rule_has_one_function_but_may_have_several_of_its_versions() {
    let user = User::new();
    user.hello();
    scf::create(&user.client, scf::python("other", HELLO_CLB));
    let version = scf::publish(&user.client, "hello");
    let place = user.place();
    user.done(BIND, place.binding("hello", "$LATEST", 10));
    let again = user.refused(BIND, place.binding("hello", "$LATEST", 10));
    assert_eq!(again, "InvalidParameterValue.Duplicate");
    assert_eq!(user.refused(BIND, place.binding("other", "$LATEST", 10)), "LimitExceeded");
    user.done(BIND, place.binding("hello", &version, 90));
    assert_eq!(bound(&user, &place).as_array().unwrap().len(), 2);
    user.done("DeregisterFunctionTargets", place.binding("hello", "$LATEST", 10));
    assert_eq!(bound(&user, &place)[0]["Function"]["FunctionQualifier"], json!(version));
    let gone = user.refused("DeregisterFunctionTargets", place.binding("hello", "$LATEST", 10));
    assert_eq!(gone, "InvalidParameterValue");
}

#[test]
fn r18_the_qualifier_is_a_version_or_an_alias() {
    let user = User::new();
    user.hello();
    let version = scf::publish(&user.client, "hello");
    let alias = scf::about("hello", json!({"Name": "live", "FunctionVersion": version}));
    user.client.ok("scf.CreateAlias", alias);
    let place = user.place();
    let typed = |qualifier: &str, kind: &str| {
        let mut request = place.binding("hello", qualifier, 10);
        request["FunctionTargets"][0]["Function"]["FunctionQualifierType"] = json!(kind);
        request
    };
    for (qualifier, kind) in [("live", "VERSION"), (version.as_str(), "ALIAS"), ("9", "VERSION")] {
        assert_eq!(user.refused(BIND, typed(qualifier, kind)), "InvalidParameterValue", "{kind}");
    }
    user.done(BIND, typed("live", "ALIAS"));
    assert_eq!(bound(&user, &place)[0]["Function"]["FunctionQualifierType"], "ALIAS");
    user.done(BIND, typed(&version, "VERSION"));
}

#[test]
fn r19_a_binding_is_a_trigger_of_the_function() {
    let user = User::new();
    user.hello();
    let place = user.place();
    assert_eq!(user.triggers("hello"), json!([]));
    user.done(BIND, place.binding("hello", "$LATEST", 20));
    let trigger = &user.triggers("hello")[0];
    assert_eq!(trigger["Type"], "clb");
    assert_eq!(trigger["Qualifier"], "$LATEST");
    let name = format!("{}/{}/{}", place.balancer, place.listener, place.rule);
    assert_eq!(trigger["TriggerName"], json!(name));
    let description: Value =
        serde_json::from_str(trigger["TriggerDesc"].as_str().unwrap()).unwrap();
    assert_eq!(
        description,
        json!({
            "loadBalanceId": place.balancer, "domain": "www.example.com", "port": 8080,
            "protocol": "HTTP", "url": "/", "weight": 20,
        })
    );
    let resource = text(&trigger["ResourceId"]);
    assert!(resource.starts_with("qcs::clb:") && resource.ends_with(&name), "{resource}");
    let rename = json!({"Domain": "www.example.com", "NewDomain": "new.com"});
    user.done("ModifyDomainAttributes", place.with(rename));
    user.done("ModifyRule", place.with(json!({"LocationId": place.rule, "Url": "/new"})));
    user.done("ModifyFunctionTargets", place.binding("hello", "$LATEST", 30));
    let changed = text(&user.triggers("hello")[0]["TriggerDesc"]);
    for part in ["\"new.com\"", "\"/new\"", "30"] {
        assert!(changed.contains(part), "{changed}");
    }
    user.done("DeregisterFunctionTargets", place.binding("hello", "$LATEST", 30));
    assert_eq!(user.triggers("hello"), json!([]));
    assert!(bound(&user, &place).is_null());
}

#[test]
fn r19_the_trigger_goes_with_the_rule_the_listener_and_the_load_balancer() {
    let user = User::new();
    user.hello();
    for (action, request) in [
        (
            "DeleteRule",
            (|place| place.with(json!({"LocationIds": [place.rule]}))) as fn(&Place) -> _,
        ),
        ("DeleteListener", |place| place.with(json!({}))),
        ("DeleteLoadBalancer", |place| json!({"LoadBalancerIds": [place.balancer]})),
    ] {
        let place = user.place();
        user.done(BIND, place.binding("hello", "$LATEST", 10));
        assert_eq!(user.triggers("hello").as_array().unwrap().len(), 1);
        user.done(action, request(&place));
        assert_eq!(user.triggers("hello"), json!([]), "{action}");
    }
}

#[test]
fn r20_a_trigger_that_is_deleted_ends_the_binding() {
    let user = User::new();
    user.hello();
    let place = user.place();
    user.done(BIND, place.binding("hello", "$LATEST", 10));
    let name = format!("{}/{}/{}", place.balancer, place.listener, place.rule);
    let request = scf::about("hello", json!({"TriggerName": name, "Type": "clb"}));
    user.client.ok("scf.DeleteTrigger", request);
    assert!(bound(&user, &place).is_null());
    user.done(BIND, place.binding("hello", "$LATEST", 10));
    user.client.ok("scf.DeleteFunction", json!({"FunctionName": "hello"}));
    assert!(bound(&user, &place).is_null(), "it goes with the function");
}

#[test]
fn r21_the_function_must_be_deployed() {
    let server = Server::start(&[]);
    let user = User::of(server.client());
    let place = user.place();
    user.client.console("POST", "transitions", &json!({"function.create": null}));
    user.client.ok("scf.CreateFunction", scf::python("hello", HELLO_CLB));
    assert_eq!(user.refused(BIND, place.binding("hello", "$LATEST", 10)), "FailedOperation");
}

#[test]
fn r27_a_missing_permission_can_be_played() {
    let user = User::new();
    user.hello();
    let place = user.place();
    let refusal = json!({"effect": {"type": "fail", "code": "UnauthorizedOperation"}});
    user.client.fault(BIND, refusal);
    let request = place.binding("hello", "$LATEST", 10);
    assert_eq!(user.refused(BIND, request.clone()), "UnauthorizedOperation");
    user.done(BIND, request);
}

#[test]
fn load_balancers_are_found_by_their_function() {
    let user = User::new();
    user.hello();
    let place = user.place();
    user.balancer();
    user.done(BIND, place.binding("hello", "$LATEST", 10));
    let question = json!({"Filters": [{"Name": "function-name", "Values": ["hello"]}]});
    let found = user.read("DescribeLoadBalancers", question);
    assert_eq!(found["TotalCount"], 1);
    assert_eq!(found["LoadBalancerSet"][0]["LoadBalancerId"], json!(place.balancer));
    assert_eq!(found["LoadBalancerSet"][0]["TargetCount"], 1);
}
