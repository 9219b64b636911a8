//! Load balancers themselves.

use serde_json::{Value, json};

use super::{User, text};

#[test]
fn a_load_balancer_is_shown_as_it_was_asked_for() {
    let user = User::new();
    let vpc = user.vpc();
    let id = user.balancer_like(json!({
        "LoadBalancerName": "shop", "VpcId": vpc, "ProjectId": 7, "AddressIPVersion": "ipv6",
        "MasterZoneId": "100003", "SlaveZoneId": "ap-guangzhou-4", "SlaType": "clb.c2.medium",
        "VipIsp": "BGP", "LoadBalancerPassToTarget": true,
        "InternetAccessible": {
            "InternetChargeType": "BANDWIDTH_POSTPAID_BY_HOUR", "InternetMaxBandwidthOut": 20,
        },
        "Tags": [{"TagKey": "team", "TagValue": "web"}],
    }));
    let shown = user.shown(&id);
    for (member, value) in [
        ("LoadBalancerId", json!(id)),
        ("LoadBalancerName", json!("shop")),
        ("LoadBalancerType", json!("OPEN")),
        ("Forward", json!(1)),
        ("Status", json!(1)),
        ("VpcId", json!(vpc)),
        ("ProjectId", json!(7)),
        ("AddressIPVersion", json!("ipv6")),
        ("IPv6Mode", json!("IPv6Nat64")),
        ("VipIsp", json!("BGP")),
        ("SlaType", json!("clb.c2.medium")),
        ("LoadBalancerPassToTarget", json!(true)),
        ("ChargeType", json!("POSTPAID_BY_HOUR")),
        ("Tags", json!([{"TagKey": "team", "TagValue": "web"}])),
        ("TargetRegionInfo", json!({"Region": "ap-guangzhou", "VpcId": vpc, "NumericalVpcId": 0})),
    ] {
        assert_eq!(shown[member], value, "{member}");
    }
    assert_eq!(shown["MasterZone"]["Zone"], "ap-guangzhou-3");
    assert_eq!(shown["MasterZone"]["ZoneId"], 100_003);
    assert_eq!(shown["BackupZoneSet"][0]["Zone"], "ap-guangzhou-4");
    assert_eq!(shown["NetworkAttributes"]["InternetMaxBandwidthOut"], 20);
}

#[test]
fn what_is_not_asked_for_has_the_products_defaults() {
    let user = User::new();
    let (created, task) = user.start("CreateLoadBalancer", json!({"LoadBalancerType": "OPEN"}));
    user.ended(&task);
    let id = text(&created["LoadBalancerIds"][0]);
    let shown = user.shown(&id);
    assert_eq!(shown["LoadBalancerName"], id);
    assert_eq!(shown["AddressIPVersion"], "ipv4");
    assert!(shown["IPv6Mode"].is_null());
    assert_eq!(shown["VipIsp"], "BGP");
    assert_eq!(shown["NetworkAttributes"]["InternetChargeType"], "TRAFFIC_POSTPAID_BY_HOUR");
    assert_eq!(shown["NetworkAttributes"]["InternetMaxBandwidthOut"], 10);
    let vip = text(&shown["LoadBalancerVips"][0]);
    assert!(vip.starts_with("127.") && !vip.starts_with("127.0."), "{vip}");
}

#[test]
fn an_internal_load_balancer_takes_an_address_of_its_subnet() {
    let user = User::new();
    let vpc = user.vpc();
    let subnet = user.subnet(&vpc);
    let free = || {
        let found = user.client.ok("vpc.DescribeSubnets", json!({"SubnetIds": [subnet]}));
        found["SubnetSet"][0]["AvailableIpAddressCount"].as_i64().unwrap()
    };
    let before = free();
    let id = user.balancer_like(json!({
        "LoadBalancerType": "INTERNAL", "VpcId": vpc, "SubnetId": subnet, "Vip": "10.0.1.9",
    }));
    assert_eq!(free(), before - 1);
    let shown = user.shown(&id);
    assert_eq!(shown["LoadBalancerVips"], json!(["10.0.1.9"]));
    assert_eq!(shown["VipIsp"], "INTERNAL");
    assert!(shown["NetworkAttributes"].is_null());
    let in_use = user.client.code("vpc.DeleteSubnet", json!({"SubnetId": subnet}));
    assert_eq!(in_use, "ResourceInUse");
    user.done("DeleteLoadBalancer", json!({"LoadBalancerIds": [id]}));
    assert_eq!(free(), before);
    user.client.ok("vpc.DeleteSubnet", json!({"SubnetId": subnet}));
}

#[test]
fn what_cannot_be_is_refused() {
    let user = User::new();
    let vpc = user.vpc();
    let (other, subnet) = (user.vpc(), user.subnet(&vpc));
    for (form, code) in [
        (json!({"LoadBalancerType": "PUBLIC"}), "InvalidParameterValue"),
        (json!({"LoadBalancerName": ""}), "InvalidParameterValue.Length"),
        (json!({"LoadBalancerName": "x".repeat(81)}), "InvalidParameterValue.Length"),
        (json!({"Forward": 0}), "InvalidParameterValue"),
        (json!({"VpcId": "vpc-00000000"}), "InvalidParameterValue"),
        (json!({"VpcId": vpc, "SubnetId": "subnet-00000000"}), "InvalidParameterValue"),
        (json!({"VpcId": other, "SubnetId": subnet}), "UnsupportedOperation.VPCMismatch"),
        (json!({"LoadBalancerType": "INTERNAL", "VpcId": vpc}), "MissingParameter"),
        (json!({"AddressIPVersion": "IPV5"}), "InvalidParameterValue"),
        (json!({"MasterZoneId": "ap-shanghai-2"}), "InvalidParameterValue"),
        (json!({"Number": 21}), "InvalidParameterValue.Range"),
        (
            json!({"InternetAccessible": {"InternetMaxBandwidthOut": 0}}),
            "InvalidParameterValue.Range",
        ),
        (json!({"Vip": "somewhere"}), "InvalidParameter.FormatError"),
        (json!({"VpcId": vpc, "SubnetId": subnet, "Vip": "10.0.2.9"}), "InvalidParameterValue"),
        (json!({"ClusterIds": ["x"]}), "UnsupportedOperation"),
        (json!({"LBChargeType": "PREPAID"}), "UnsupportedOperation"),
    ] {
        let mut request = json!({"LoadBalancerType": "OPEN"});
        request.as_object_mut().unwrap().extend(form.as_object().unwrap().clone());
        assert_eq!(user.refused("CreateLoadBalancer", request), code, "{form}");
    }
    assert_eq!(user.read("DescribeLoadBalancers", json!({}))["TotalCount"], 0);
}

#[test]
fn attributes_change_in_place() {
    let user = User::new();
    let id = user.balancer();
    user.done(
        "ModifyLoadBalancerAttributes",
        json!({
            "LoadBalancerId": id, "LoadBalancerName": "renamed", "LoadBalancerPassToTarget": true,
            "InternetChargeInfo": {"InternetMaxBandwidthOut": 100},
            "TargetRegionInfo": {"Region": "ap-shanghai", "VpcId": "vpc-12345678"},
        }),
    );
    let shown = user.shown(&id);
    assert_eq!(shown["LoadBalancerName"], "renamed");
    assert_eq!(shown["LoadBalancerPassToTarget"], true);
    assert_eq!(shown["NetworkAttributes"]["InternetMaxBandwidthOut"], 100);
    assert_eq!(shown["TargetRegionInfo"]["Region"], "ap-shanghai");
    user.done(
        "SetLoadBalancerClsLog",
        json!({"LoadBalancerId": id, "LogSetId": "set", "LogTopicId": "topic"}),
    );
    assert_eq!(user.shown(&id)["LogTopicId"], "topic");
    let code = user.refused("ModifyLoadBalancerAttributes", json!({"LoadBalancerId": "lb-x"}));
    assert_eq!(code, "InvalidParameter.LBIdNotFound");
}

#[test]
fn security_groups_are_replaced_and_held() {
    let user = User::new();
    let id = user.balancer();
    let group = |name: &str| {
        let request = json!({"GroupName": name, "GroupDescription": ""});
        let created = user.client.ok("vpc.CreateSecurityGroup", request);
        text(&created["SecurityGroup"]["SecurityGroupId"])
    };
    let (one, other) = (group("one"), group("other"));
    let set = |groups: Value| {
        user.done(
            "SetLoadBalancerSecurityGroups",
            json!({"LoadBalancerId": id, "SecurityGroups": groups}),
        );
    };
    let delete = |group: &str| {
        user.client.call("vpc.DeleteSecurityGroup", json!({"SecurityGroupId": group}))
    };
    set(json!([one]));
    assert_eq!(user.shown(&id)["SecureGroups"], json!([one]));
    assert!(delete(&one).is_err(), "in use");
    set(json!([other]));
    assert_eq!(user.shown(&id)["SecureGroups"], json!([other]));
    delete(&one).unwrap();
    let unknown = json!({"LoadBalancerId": id, "SecurityGroups": ["sg-00000000"]});
    assert_eq!(user.refused("SetLoadBalancerSecurityGroups", unknown), "InvalidParameterValue");
    set(json!([]));
    assert_eq!(user.shown(&id)["SecureGroups"], json!([]));
}

#[test]
fn deletion_takes_everything_along_and_can_be_forbidden() {
    let user = User::new();
    let place = user.place();
    let id = &place.balancer;
    let protect = |on: bool| {
        let request = json!({"LoadBalancerId": id, "DeleteProtect": on});
        user.done("ModifyLoadBalancerAttributes", request);
    };
    protect(true);
    assert_eq!(user.shown(id)["AttributeFlags"], json!(["DeleteProtect"]));
    let delete = json!({"LoadBalancerIds": [id]});
    assert_eq!(user.refused("DeleteLoadBalancer", delete.clone()), "FailedOperation");
    protect(false);
    user.done("DeleteLoadBalancer", delete.clone());
    assert!(user.shown(id).is_null());
    let code = user.refused("DescribeListeners", json!({"LoadBalancerId": id}));
    assert_eq!(code, "InvalidParameter.LBIdNotFound");
    assert_eq!(user.refused("DeleteLoadBalancer", delete), "InvalidParameter.LBIdNotFound");
}

#[test]
fn load_balancers_are_found_by_what_they_are() {
    let user = User::new();
    let vpc = user.vpc();
    let subnet = user.subnet(&vpc);
    let tags = json!([{"TagKey": "stage", "TagValue": "test"}]);
    let open = user.balancer_like(json!({"LoadBalancerName": "open", "VpcId": vpc, "Tags": tags}));
    let inner = user.balancer_like(json!({
        "LoadBalancerName": "inner", "LoadBalancerType": "INTERNAL",
        "VpcId": vpc, "SubnetId": subnet,
    }));
    let basic = user.balancer_like(json!({"LoadBalancerName": "basic"}));
    let found = |question: Value| {
        let answer = user.read("DescribeLoadBalancers", question);
        let set = answer["LoadBalancerSet"].as_array().unwrap().clone();
        assert_eq!(answer["TotalCount"], set.len());
        set.iter().map(|it| text(&it["LoadBalancerId"])).collect::<Vec<_>>()
    };
    let filter = |name: &str, value: &str| json!({"Filters": [{"Name": name, "Values": [value]}]});
    let listener = user.listener(&open, "TCP", 3306);
    let targets = json!([{"EniIp": "10.0.0.9", "Port": 3306}]);
    user.done(
        "RegisterTargets",
        json!({"LoadBalancerId": open, "ListenerId": listener, "Targets": targets}),
    );
    let vip = text(&user.shown(&open)["LoadBalancerVips"][0]);
    assert_eq!(found(json!({})), [basic.as_str(), &inner, &open], "the latest first");
    assert_eq!(
        found(json!({"OrderBy": "LoadBalancerName", "OrderType": 0})),
        [basic.as_str(), &inner, &open]
    );
    for question in [
        json!({"LoadBalancerIds": [open]}),
        json!({"LoadBalancerName": "open"}),
        json!({"WithRs": 1}),
        json!({"BackendPrivateIps": ["10.0.0.9"]}),
        json!({"LoadBalancerVips": [vip]}),
        json!({"SearchKey": vip}),
        json!({"LoadBalancerType": "OPEN", "VpcId": vpc}),
        filter("tag-key", "stage"),
        filter("tag:stage", "test"),
    ] {
        assert_eq!(found(question.clone()), [open.as_str()], "{question}");
    }
    assert_eq!(found(json!({"LoadBalancerType": "INTERNAL"})), [inner.as_str()]);
    assert_eq!(found(filter("vip-isp", "INTERNAL")), [inner.as_str()]);
    assert_eq!(found(json!({"VpcId": "0"})), [basic.as_str()]);
    assert_eq!(found(filter("internet-charge-type", "BANDWIDTH_PACKAGE")), Vec::<String>::new());
    for nothing in [json!({"LoadBalancerIds": ["lb-00000000"]}), json!({"LoadBalancerName": "ope"})]
    {
        assert_eq!(found(nothing.clone()), Vec::<String>::new(), "{nothing}");
    }
    let code = user.refused("DescribeLoadBalancers", filter("colour", "red"));
    assert_eq!(code, "InvalidParameterValue.InvalidFilter");
    let page = user.read("DescribeLoadBalancers", json!({"Offset": 1, "Limit": 1}));
    assert_eq!(page["TotalCount"], 3);
    assert_eq!(page["LoadBalancerSet"][0]["LoadBalancerId"], json!(inner));
}

#[test]
fn quotas_are_told_and_kept() {
    let user = User::new();
    let limit = |id: &str| {
        let set = user.read("DescribeQuota", json!({}));
        let one = set["QuotaSet"].as_array().unwrap().iter().find(|q| q["QuotaId"] == id).cloned();
        one.unwrap()["QuotaLimit"].as_i64().unwrap()
    };
    assert_eq!(limit("TOTAL_OPEN_CLB_QUOTA"), 100);
    let account = &user.client.secret_id;
    let lower = |quota: &str, limit: i64| {
        let change = json!({
            "account": account, "region": "ap-guangzhou", "name": quota, "limit": limit,
        });
        assert_eq!(user.client.console("POST", "quotas", &change).status, 200);
    };
    lower("clb.open", 1);
    assert_eq!(limit("TOTAL_OPEN_CLB_QUOTA"), 1);
    let place = user.place();
    let one_more = json!({"LoadBalancerType": "OPEN"});
    assert_eq!(user.refused("CreateLoadBalancer", one_more), "LimitExceeded");
    lower("clb.listeners", 1);
    let request = json!({"LoadBalancerId": place.balancer, "Protocol": "HTTP", "Ports": [81]});
    assert_eq!(user.refused("CreateListener", request), "LimitExceeded");
    lower("clb.rules", 1);
    let request = place.with(json!({"Rules": [{"Domain": "b.com", "Url": "/"}]}));
    assert_eq!(user.refused("CreateRule", request), "LimitExceeded");
}

#[test]
fn several_load_balancers_are_made_at_once() {
    let user = User::new();
    let request =
        json!({"LoadBalancerType": "OPEN", "Number": 3, "LoadBalancerName": "one of three"});
    let (created, task) = user.start("CreateLoadBalancer", request);
    assert_eq!(user.ended(&task)["LoadBalancerIds"], created["LoadBalancerIds"]);
    assert_eq!(user.read("DescribeLoadBalancers", json!({}))["TotalCount"], 3);
}
