//! Security groups and their rules.

use serde_json::{Value, json};

use crate::support::{Client, client};

fn group(client: &Client, name: &str) -> String {
    let request = json!({"GroupName": name, "GroupDescription": "d"});
    let created = client.ok("vpc.CreateSecurityGroup", request);
    created["SecurityGroup"]["SecurityGroupId"].as_str().unwrap().to_owned()
}

fn rule(port: &str, cidr: &str) -> Value {
    json!({"Protocol": "tcp", "Port": port, "CidrBlock": cidr, "Action": "accept"})
}

fn ingress(id: &str, rules: Value) -> Value {
    json!({"SecurityGroupId": id, "SecurityGroupPolicySet": {"Ingress": rules}})
}

fn ports(client: &Client, id: &str) -> Vec<String> {
    let set = client.ok("vpc.DescribeSecurityGroupPolicies", json!({"SecurityGroupId": id}));
    let rules = set["SecurityGroupPolicySet"]["Ingress"].as_array().unwrap();
    rules.iter().map(|rule| rule["Port"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_group_is_created_read_changed_and_deleted() {
    let client = client();
    let id = group(&client, "web");
    let change = json!({"SecurityGroupId": id, "GroupName": "web2", "GroupDescription": "e"});
    client.ok("vpc.ModifySecurityGroupAttribute", change);
    let read = client.ok("vpc.DescribeSecurityGroups", json!({"SecurityGroupIds": [id]}));
    let read = &read["SecurityGroupSet"][0];
    assert_eq!(
        (&read["SecurityGroupName"], &read["SecurityGroupDesc"]),
        (&json!("web2"), &json!("e"))
    );
    assert_eq!(read["ProjectId"], "0");
    client.ok("vpc.DeleteSecurityGroup", json!({"SecurityGroupId": id}));
    let gone = client.ok("vpc.DescribeSecurityGroups", json!({"SecurityGroupIds": [id]}));
    assert_eq!(gone["TotalCount"], 0);
    let bad = json!({"SecurityGroupIds": ["sg-1"]});
    assert_eq!(client.code("vpc.DescribeSecurityGroups", bad), "InvalidSecurityGroupID.Malformed");
}

#[test]
fn rules_are_inserted_replaced_and_removed_by_position() {
    let client = client();
    let id = group(&client, "web");
    let create = |rules: Value| client.ok("vpc.CreateSecurityGroupPolicies", ingress(&id, rules));
    create(json!([rule("80", "0.0.0.0/0"), rule("443", "0.0.0.0/0")]));
    create(json!([rule("22", "10.0.0.0/8")]));
    assert_eq!(ports(&client, &id), ["22", "80", "443"]);
    let mut second = rule("8000-8010", "10.0.0.0/8");
    second["PolicyIndex"] = json!(1);
    client.ok("vpc.ReplaceSecurityGroupPolicy", ingress(&id, json!([second])));
    assert_eq!(ports(&client, &id), ["22", "8000-8010", "443"]);
    client.ok("vpc.DeleteSecurityGroupPolicies", ingress(&id, json!([{"PolicyIndex": 0}])));
    let said = ingress(&id, json!([rule("443", "0.0.0.0/0")]));
    client.ok("vpc.DeleteSecurityGroupPolicies", said);
    assert_eq!(ports(&client, &id), ["8000-8010"]);
}

#[test]
fn the_version_is_a_lock() {
    let client = client();
    let id = group(&client, "web");
    let version = || {
        let set = client.ok("vpc.DescribeSecurityGroupPolicies", json!({"SecurityGroupId": id}));
        set["SecurityGroupPolicySet"]["Version"].clone()
    };
    client.ok("vpc.CreateSecurityGroupPolicies", ingress(&id, json!([rule("80", "0.0.0.0/0")])));
    let current = version();
    let set = |version: &Value, rules: Value| {
        let set = json!({"Version": version, "Ingress": rules, "Egress": []});
        json!({"SecurityGroupId": id, "SecurityGroupPolicySet": set})
    };
    let rules = json!([rule("81", "0.0.0.0/0"), rule("82", "0.0.0.0/0")]);
    client.ok("vpc.ModifySecurityGroupPolicies", set(&current, rules.clone()));
    assert_eq!(ports(&client, &id), ["81", "82"]);
    let stale = client.code("vpc.ModifySecurityGroupPolicies", set(&current, rules.clone()));
    assert_eq!(stale, "UnsupportedOperation.VersionMismatch");
    client.ok("vpc.ModifySecurityGroupPolicies", set(&json!("0"), rules));
    assert!(ports(&client, &id).is_empty(), "whatever rules come with it");
}

#[test]
fn all_rules_are_set_as_they_come_or_by_their_numbers() {
    let client = client();
    let id = group(&client, "web");
    let numbered = |port: &str, number: i64| {
        let mut rule = rule(port, "0.0.0.0/0");
        rule["PolicyIndex"] = json!(number);
        rule
    };
    for (sorted, expected) in [(false, ["82", "81"]), (true, ["81", "82"])] {
        let mut request = ingress(&id, json!([numbered("82", 1), numbered("81", 0)]));
        request["SortPolicys"] = json!(sorted);
        client.ok("vpc.ModifySecurityGroupPolicies", request);
        assert_eq!(ports(&client, &id), expected, "{sorted}");
    }
}

#[test]
fn rules_keep_the_rules() {
    let client = client();
    let id = group(&client, "web");
    let code = |rules: Value| client.code("vpc.CreateSecurityGroupPolicies", ingress(&id, rules));
    for (member, value) in [
        ("Protocol", "SCTP"),
        ("Port", "99999"),
        ("Port", "90-80"),
        ("Action", "maybe"),
        ("SecurityGroupId", "sg-00000000"),
        ("Ipv6CidrBlock", "::/0"),
        ("Protocol", "ICMP"),
    ] {
        let mut bad = rule("80", "0.0.0.0/0");
        bad[member] = json!(value);
        assert_eq!(code(json!([bad])), "InvalidParameterValue", "{member} {value}");
    }
    assert_eq!(code(json!([rule("80", "10.0.0.1/8")])), "InvalidParameterValue.Malformed");
    let twice = json!([rule("80", "10.0.0.0/8"), rule("80", "10.0.0.0/8")]);
    assert_eq!(code(twice), "UnsupportedOperation.DuplicatePolicy");
    let set = json!({"Ingress": [rule("1", "0.0.0.0/0")], "Egress": [rule("1", "0.0.0.0/0")]});
    let both = json!({"SecurityGroupId": id, "SecurityGroupPolicySet": set});
    let code = client.code("vpc.CreateSecurityGroupPolicies", both);
    assert_eq!(code, "InvalidParameter.Coexist");
}

#[test]
fn a_group_that_another_names_is_in_use() {
    let client = client();
    let (named, naming) = (group(&client, "a"), group(&client, "b"));
    let rule = json!({"Protocol": "ALL", "SecurityGroupId": named, "Action": "ACCEPT"});
    client.ok("vpc.CreateSecurityGroupPolicies", ingress(&naming, json!([rule])));
    let ids = json!({"SecurityGroupIds": [named]});
    let statistics = client.ok("vpc.DescribeSecurityGroupAssociationStatistics", ids);
    assert_eq!(statistics["SecurityGroupAssociationStatisticsSet"][0]["SG"], 1);
    let delete = |id: &str| json!({"SecurityGroupId": id});
    assert_eq!(client.code("vpc.DeleteSecurityGroup", delete(&named)), "ResourceInUse");
    client.ok("vpc.DeleteSecurityGroup", delete(&naming));
    client.ok("vpc.DeleteSecurityGroup", delete(&named));
}
