//! Listeners.

use serde_json::{Value, json};

use super::{User, text};

fn listeners(user: &User, balancer: &str, more: Value) -> Value {
    let mut question = json!({"LoadBalancerId": balancer});
    question.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    user.read("DescribeListeners", question)["Listeners"].take()
}

#[test]
fn listeners_are_made_in_the_order_of_their_ports() {
    let user = User::new();
    let balancer = user.balancer();
    let made = user.done(
        "CreateListener",
        json!({
            "LoadBalancerId": balancer, "Protocol": "http", "Ports": [80, 8080],
            "ListenerNames": ["first"], "KeepaliveEnable": 1,
        }),
    );
    let shown = listeners(&user, &balancer, json!({}));
    for (position, (port, name)) in
        [(80, "first".to_owned()), (8080, text(&made["ListenerIds"][1]))].into_iter().enumerate()
    {
        let listener = shown
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["ListenerId"] == made["ListenerIds"][position])
            .unwrap();
        assert_eq!(listener["Port"], port);
        assert_eq!(listener["Protocol"], "HTTP");
        assert_eq!(listener["ListenerName"], json!(name));
        assert_eq!(listener["KeepaliveEnable"], 1);
        assert_eq!(listener["Rules"], json!([]));
        assert!(listener["HealthCheck"].is_null() && listener["Certificate"].is_null());
    }
    assert_eq!(listeners(&user, &balancer, json!({"Port": 80})).as_array().unwrap().len(), 1);
    assert_eq!(listeners(&user, &balancer, json!({"Protocol": "TCP"})), json!([]));
    let by_id = listeners(&user, &balancer, json!({"ListenerIds": [made["ListenerIds"][1]]}));
    assert_eq!(by_id[0]["Port"], 8080);
}

#[test]
fn a_listener_without_rules_has_scheduler_and_health_check_of_its_own() {
    let user = User::new();
    let balancer = user.balancer();
    user.listener(&balancer, "TCP", 3306);
    let shown = &listeners(&user, &balancer, json!({}))[0];
    assert_eq!(shown["Scheduler"], "WRR");
    assert_eq!(shown["SessionExpireTime"], 0);
    assert!(shown["Rules"].is_null());
    let check = &shown["HealthCheck"];
    for (member, value) in [
        ("HealthSwitch", json!(1)),
        ("TimeOut", json!(2)),
        ("IntervalTime", json!(5)),
        ("HealthNum", json!(3)),
        ("UnHealthNum", json!(3)),
        ("CheckType", json!("TCP")),
    ] {
        assert_eq!(check[member], value, "{member}");
    }
}

#[test]
fn a_port_is_taken_once_per_kind_of_transport() {
    let user = User::new();
    let balancer = user.balancer();
    user.listener(&balancer, "HTTP", 80);
    for protocol in ["HTTP", "TCP"] {
        let request = json!({"LoadBalancerId": balancer, "Protocol": protocol, "Ports": [80]});
        let code = user.refused("CreateListener", request);
        assert_eq!(code, "InvalidParameter.PortCheckFailed", "{protocol}");
    }
    user.listener(&balancer, "UDP", 80);
    let twice = json!({"LoadBalancerId": balancer, "Protocol": "HTTP", "Ports": [81, 81]});
    assert_eq!(user.refused("CreateListener", twice), "InvalidParameter.PortCheckFailed");
    assert_eq!(listeners(&user, &balancer, json!({"Port": 81})), json!([]), "all or nothing");
}

#[test]
fn what_cannot_be_is_refused() {
    let user = User::new();
    let balancer = user.balancer();
    for (form, code) in [
        (json!({"Protocol": "HTTP", "Ports": [0]}), "InvalidParameterValue.Range"),
        (json!({"Protocol": "HTTP", "Ports": [65536]}), "InvalidParameterValue.Range"),
        (json!({"Protocol": "HTTP", "Ports": []}), "InvalidParameterValue.Length"),
        (json!({"Protocol": "GOPHER", "Ports": [70]}), "InvalidParameterValue"),
        (
            json!({"Protocol": "HTTP", "Ports": [80], "Certificate": {"CertId": "abc"}}),
            "InvalidParameter.ProtocolCheckFailed",
        ),
        (
            json!({"Protocol": "TCP", "Ports": [80], "SessionExpireTime": 29}),
            "InvalidParameterValue.Range",
        ),
        (json!({"Protocol": "TCP", "Ports": [80], "Scheduler": "RANDOM"}), "InvalidParameterValue"),
        (
            json!({"Protocol": "TCP", "Ports": [80],
                   "HealthCheck": {"TimeOut": 5, "IntervalTime": 5}}),
            "InvalidParameterValue",
        ),
        (
            json!({"Protocol": "TCP", "Ports": [80], "HealthCheck": {"HealthNum": 11}}),
            "InvalidParameterValue.Range",
        ),
        (json!({"Protocol": "TCP", "Ports": [80], "ProxyProtocol": true}), "UnsupportedOperation"),
        (
            json!({"Protocol": "HTTPS", "Ports": [443],
                   "Certificate": {"SSLMode": "MUTUAL", "CertId": "abc"}}),
            "InvalidParameterValue",
        ),
        (
            json!({"Protocol": "HTTPS", "Ports": [443],
                   "Certificate": {"CertName": "mine", "CertContent": "rubbish", "CertKey": "x"}}),
            "InvalidParameter.FormatError",
        ),
    ] {
        let mut request = json!({"LoadBalancerId": balancer});
        request.as_object_mut().unwrap().extend(form.as_object().unwrap().clone());
        assert_eq!(user.refused("CreateListener", request), code, "{form}");
    }
    let nowhere = json!({"LoadBalancerId": "lb-x", "Protocol": "HTTP", "Ports": [80]});
    assert_eq!(user.refused("CreateListener", nowhere), "InvalidParameter.LBIdNotFound");
}

#[test]
fn listeners_change_in_place_but_for_port_and_protocol() {
    let user = User::new();
    let balancer = user.balancer();
    let id = user.listener(&balancer, "TCP", 3306);
    user.done(
        "ModifyListener",
        json!({
            "LoadBalancerId": balancer, "ListenerId": id, "ListenerName": "db",
            "Scheduler": "LEAST_CONN", "SessionExpireTime": 60,
            "HealthCheck": {"HealthSwitch": 0},
        }),
    );
    let shown = &listeners(&user, &balancer, json!({}))[0];
    assert_eq!(shown["ListenerName"], "db");
    assert_eq!(shown["Scheduler"], "LEAST_CONN");
    assert_eq!(shown["SessionExpireTime"], 60);
    assert_eq!(shown["HealthCheck"]["HealthSwitch"], 0);
    assert_eq!(shown["HealthCheck"]["TimeOut"], 2, "what is not named stays");
    let port = json!({"LoadBalancerId": balancer, "ListenerId": id, "Port": 1});
    assert_eq!(user.refused("ModifyListener", port), "UnknownParameter");
    let unknown = json!({"LoadBalancerId": balancer, "ListenerId": "lbl-x"});
    assert_eq!(user.refused("ModifyListener", unknown), "InvalidParameter.ListenerIdNotFound");
}

#[test]
fn sni_cannot_be_switched_off() {
    let user = User::new();
    let balancer = user.balancer();
    let request = json!({
        "LoadBalancerId": balancer, "Protocol": "HTTPS", "Ports": [443], "SniSwitch": 1,
    });
    let id = text(&user.done("CreateListener", request)["ListenerIds"][0]);
    let off = json!({"LoadBalancerId": balancer, "ListenerId": id, "SniSwitch": 0});
    assert_eq!(user.refused("ModifyListener", off), "InvalidParameterValue");
    let bare = json!({
        "LoadBalancerId": balancer, "ListenerId": id,
        "Rules": [{"Domain": "a.com", "Url": "/"}],
    });
    assert_eq!(user.refused("CreateRule", bare), "InvalidParameterValue");
    let certified = json!({
        "LoadBalancerId": balancer, "ListenerId": id,
        "Rules": [{"Domain": "a.com", "Url": "/", "Certificate": {"CertId": "abc"}}],
    });
    user.done("CreateRule", certified);
    let shown = &listeners(&user, &balancer, json!({}))[0]["Rules"][0];
    assert_eq!(shown["Certificate"]["CertId"], "abc");
    assert_eq!(shown["Certificate"]["SSLMode"], "UNIDIRECTIONAL");
}

#[test]
fn a_deleted_listener_takes_its_rules_along() {
    let user = User::new();
    let place = user.place();
    user.done("DeleteListener", place.with(json!({})));
    assert_eq!(listeners(&user, &place.balancer, json!({})), json!([]));
    let again = user.refused("DeleteListener", place.with(json!({})));
    assert_eq!(again, "InvalidParameter.ListenerIdNotFound");
}
