//! Rules and domains.

use serde_json::{Value, json};

use super::{Place, User, text};

fn rules(user: &User, place: &Place) -> Vec<Value> {
    let question = json!({"LoadBalancerId": place.balancer, "ListenerIds": [place.listener]});
    let listeners = user.read("DescribeListeners", question);
    listeners["Listeners"][0]["Rules"].as_array().unwrap().clone()
}

fn one(user: &User, place: &Place, id: &str) -> Value {
    rules(user, place).into_iter().find(|rule| rule["LocationId"] == id).unwrap()
}

#[test]
fn a_rule_has_the_products_defaults() {
    let user = User::new();
    let place = user.place();
    let rule = one(&user, &place, &place.rule);
    for (member, value) in [
        ("Domain", json!("www.example.com")),
        ("Domains", json!(["www.example.com"])),
        ("Url", json!("/")),
        ("Scheduler", json!("WRR")),
        ("SessionExpireTime", json!(0)),
        ("ForwardType", json!("HTTP")),
        ("DefaultServer", json!(true)),
        ("Http2", json!(false)),
        ("TargetType", json!("NODE")),
        ("ListenerId", json!(place.listener)),
    ] {
        assert_eq!(rule[member], value, "{member}");
    }
    let check = &rule["HealthCheck"];
    for (member, value) in [
        ("CheckType", json!("HTTP")),
        ("HttpCode", json!(31)),
        ("HttpCheckMethod", json!("HEAD")),
        ("HttpCheckPath", json!("/")),
        ("HttpCheckDomain", json!("www.example.com")),
    ] {
        assert_eq!(check[member], value, "{member}");
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let user = User::new();
    let place = user.place();
    for (rule, code) in [
        (json!({"Url": "/"}), "InvalidParameterValue"),
        (json!({"Url": "/", "Domain": "a.com", "Domains": ["b.com"]}), "InvalidParameter"),
        (json!({"Url": "", "Domain": "a.com"}), "InvalidParameterValue.Length"),
        (json!({"Url": "x", "Domain": "a.com"}), "InvalidParameter.FormatError"),
        (json!({"Url": "/?a=b", "Domain": "a.com"}), "InvalidParameter.FormatError"),
        (
            json!({"Url": format!("/{}", "x".repeat(200)), "Domain": "a.com"}),
            "InvalidParameterValue.Length",
        ),
        (json!({"Url": "/", "Domain": "a b"}), "InvalidParameter.FormatError"),
        (json!({"Url": "/", "Domain": "a.*.com"}), "InvalidParameter.FormatError"),
        (json!({"Url": "/", "Domain": "x".repeat(81)}), "InvalidParameterValue.Length"),
        (json!({"Url": "/", "Domain": "~^a"}), "UnsupportedOperation"),
        (json!({"Url": "/", "Domain": "www.example.com"}), "InvalidParameterValue.Duplicate"),
        (
            json!({"Url": "/x", "Domain": "a.com", "SessionExpireTime": 86401}),
            "InvalidParameterValue.Range",
        ),
        (
            json!({"Url": "/x", "Domain": "a.com", "Certificate": {"CertId": "abc"}}),
            "InvalidParameter.ProtocolCheckFailed",
        ),
    ] {
        let request = place.with(json!({"Rules": [rule]}));
        assert_eq!(user.refused("CreateRule", request), code, "{rule}");
    }
    assert_eq!(rules(&user, &place).len(), 1);
    let tcp = user.listener(&place.balancer, "TCP", 9000);
    let request = json!({
        "LoadBalancerId": place.balancer, "ListenerId": tcp,
        "Rules": [{"Url": "/", "Domain": "a.com"}],
    });
    assert_eq!(user.refused("CreateRule", request), "InvalidParameter.ProtocolCheckFailed");
}

#[test]
fn rules_change_in_place() {
    let user = User::new();
    let place = user.place();
    user.done(
        "ModifyRule",
        place.with(json!({
            "LocationId": place.rule, "Url": "/shop", "Scheduler": "IP_HASH",
            "SessionExpireTime": 30, "HealthCheck": {"HttpCheckPath": "/health"},
        })),
    );
    let rule = one(&user, &place, &place.rule);
    assert_eq!(rule["Url"], "/shop");
    assert_eq!(rule["Scheduler"], "IP_HASH");
    assert_eq!(rule["SessionExpireTime"], 30);
    assert_eq!(rule["HealthCheck"]["HttpCheckPath"], "/health");
    let other = user.rule(&place.balancer, &place.listener, "www.example.com", "/other");
    let taken = place.with(json!({"LocationId": other, "Url": "/shop"}));
    assert_eq!(user.refused("ModifyRule", taken), "InvalidParameterValue.Duplicate");
    let unknown = place.with(json!({"LocationId": "loc-x"}));
    assert_eq!(user.refused("ModifyRule", unknown), "InvalidParameter.LocationNotFound");
}

#[test]
fn the_first_domain_is_the_default_until_another_is_chosen() {
    let user = User::new();
    let place = user.place();
    let other = user.rule(&place.balancer, &place.listener, "b.com", "/");
    let defaults = || {
        [&place.rule, &other].map(|id| one(&user, &place, id)["DefaultServer"].as_bool().unwrap())
    };
    assert_eq!(defaults(), [true, false]);
    let choose = place.with(json!({"Domain": "b.com", "DefaultServer": true}));
    user.done("ModifyDomainAttributes", choose);
    assert_eq!(defaults(), [false, true]);
    let give_up = json!({"Domain": "b.com", "DefaultServer": false});
    assert_eq!(
        user.refused("ModifyDomainAttributes", place.with(give_up)),
        "InvalidParameterValue"
    );
    let hand_over = json!({
        "Domain": "b.com", "DefaultServer": false, "NewDefaultServerDomain": "www.example.com",
    });
    user.done("ModifyDomainAttributes", place.with(hand_over));
    assert_eq!(defaults(), [true, false]);
}

#[test]
fn the_default_domain_goes_only_with_a_successor() {
    let user = User::new();
    let place = user.place();
    user.rule(&place.balancer, &place.listener, "b.com", "/");
    let alone = json!({"LocationIds": [place.rule]});
    assert_eq!(user.refused("DeleteRule", place.with(alone)), "InvalidParameterValue");
    let wrong = json!({"LocationIds": [place.rule], "NewDefaultServerDomain": "c.com"});
    assert_eq!(user.refused("DeleteRule", place.with(wrong)), "InvalidParameterValue");
    let right = json!({"LocationIds": [place.rule], "NewDefaultServerDomain": "b.com"});
    user.done("DeleteRule", place.with(right));
    assert_eq!(rules(&user, &place)[0]["DefaultServer"], true);
    user.done("DeleteRule", place.with(json!({"Domain": "b.com"})));
    assert_eq!(rules(&user, &place), Vec::<Value>::new());
    let again = place.with(json!({"Domain": "b.com"}));
    assert_eq!(user.refused("DeleteRule", again), "InvalidParameter.LocationNotFound");
}

#[test]
fn one_path_of_a_domain_goes_alone() {
    let user = User::new();
    let place = user.place();
    user.rule(&place.balancer, &place.listener, "www.example.com", "/api");
    let request = place.with(json!({"Domain": "www.example.com", "Url": "/api"}));
    user.done("DeleteRule", request);
    let left = rules(&user, &place);
    assert_eq!((left.len(), &left[0]["Url"]), (1, &json!("/")));
}

#[test]
fn a_domain_is_renamed_with_all_its_rules() {
    let user = User::new();
    let place = user.place();
    let api = user.rule(&place.balancer, &place.listener, "www.example.com", "/api");
    user.rule(&place.balancer, &place.listener, "b.com", "/");
    let taken = place.with(json!({"Domain": "www.example.com", "NewDomain": "b.com"}));
    assert_eq!(user.refused("ModifyDomainAttributes", taken), "InvalidParameterValue.Duplicate");
    let rename = place.with(json!({"Domain": "www.example.com", "NewDomain": "new.com"}));
    user.done("ModifyDomainAttributes", rename.clone());
    for id in [&place.rule, &api] {
        let rule = one(&user, &place, id);
        assert_eq!((&rule["Domain"], &rule["DefaultServer"]), (&json!("new.com"), &json!(true)));
    }
    let code = user.refused("ModifyDomainAttributes", rename);
    assert_eq!(code, "InvalidParameter.LocationNotFound");
}

#[test]
fn a_rule_may_have_several_domains() {
    let user = User::new();
    let place = user.place();
    let request = place.with(json!({"Rules": [{"Domains": ["a.com", "*.a.com"], "Url": "/"}]}));
    let id = text(&user.done("CreateRule", request)["LocationIds"][0]);
    let rule = one(&user, &place, &id);
    assert_eq!(rule["Domain"], "a.com");
    assert_eq!(rule["Domains"], json!(["a.com", "*.a.com"]));
    let clash = place.with(json!({"Rules": [{"Domain": "*.a.com", "Url": "/"}]}));
    assert_eq!(user.refused("CreateRule", clash), "InvalidParameterValue.Duplicate");
}
