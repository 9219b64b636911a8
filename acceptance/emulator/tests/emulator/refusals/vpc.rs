//! Networks, and the tags of everything.

use serde_json::{Value, json};

use super::{all, letters};
use crate::support::{Client, client};

fn vpc(client: &Client) -> Value {
    let request = json!({"VpcName": "v", "CidrBlock": "10.0.0.0/16"});
    client.ok("vpc.CreateVpc", request)["Vpc"]["VpcId"].clone()
}

#[test]
fn networks_have_no_ipv6_and_ids_are_asked_for_by_the_hundred() {
    let client = client();
    let vpc = vpc(&client);
    let subnet = |more: Value| {
        let mut request = json!({"VpcId": vpc, "SubnetName": "s", "Zone": "ap-guangzhou-3", "CidrBlock": "10.0.0.0/24"});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let many: Vec<_> = (0..101).map(|n| format!("vpc-{n:08}")).collect();
    let eleven: Vec<_> =
        (0..11).map(|n| json!({"Name": "vpc-id", "Values": [n.to_string()]})).collect();
    all(
        &client,
        vec![
            (
                "vpc.CreateVpc",
                json!({"VpcName": "v", "CidrBlock": "10.0.0.0/16", "Ipv6CidrBlock": "fd00::/56"}),
                "UnsupportedOperation",
            ),
            (
                "vpc.CreateSubnet",
                subnet(json!({"Ipv6CidrBlock": "fd00::/64"})),
                "UnsupportedOperation",
            ),
            ("vpc.DescribeVpcs", json!({"VpcIds": many}), "InvalidParameterValue.LimitExceeded"),
            ("vpc.DescribeVpcs", json!({"Filters": eleven}), "InvalidParameter"),
            (
                "vpc.DescribeVpcs",
                json!({"Filters": [{"Name": "vpc-id", "Values": []}]}),
                "InvalidParameter",
            ),
            ("vpc.DescribeVpcLimits", json!({"LimitTypes": ["colours"]}), "InvalidParameterValue"),
            (
                "vpc.ModifyVpcAttribute",
                json!({"VpcId": vpc, "EnableMulticast": "maybe"}),
                "InvalidParameterValue",
            ),
            ("vpc.DeleteSubnet", json!({"SubnetId": "subnet-00000000"}), "ResourceNotFound"),
            ("vpc.DeleteRouteTable", json!({"RouteTableId": "rtb-00000000"}), "ResourceNotFound"),
            (
                "vpc.DeleteSecurityGroup",
                json!({"SecurityGroupId": "sg-00000000"}),
                "ResourceNotFound",
            ),
        ],
    );
}

#[test]
fn rules_of_security_groups_are_named_one_way() {
    let client = client();
    let group = json!({"GroupName": "g", "GroupDescription": letters(100)});
    let group =
        client.ok("vpc.CreateSecurityGroup", group)["SecurityGroup"]["SecurityGroupId"].clone();
    let set = |set: Value| json!({"SecurityGroupId": group, "SecurityGroupPolicySet": set});
    let rule = |more: Value| {
        let mut rule =
            json!({"Protocol": "tcp", "Port": "80", "CidrBlock": "10.0.0.0/8", "Action": "accept"});
        rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"Ingress": [rule]})
    };
    let template = rule(json!({"ServiceTemplate": {"ServiceId": "ppm-00000000"}}));
    let (create, replace) = ("vpc.CreateSecurityGroupPolicies", "vpc.ReplaceSecurityGroupPolicy");
    let describe =
        |field: &str, direction: &str| json!({"OrderField": field, "OrderDirection": direction});
    all(
        &client,
        vec![
            (create, set(template), "InvalidParameter.Coexist"),
            (create, json!({"SecurityGroupId": group}), "MissingParameter"),
            (create, set(json!({})), "MissingParameter"),
            (create, set(rule(json!({"PolicyIndex": 7}))), "InvalidParameterValue.Range"),
            (
                create,
                set(rule(json!({"Protocol": "SMTP", "Port": "all"}))),
                "InvalidParameterValue",
            ),
            (
                create,
                set(json!({"Ingress": [{"Protocol": "tcp", "Port": "80", "Action": "accept",
                    "SecurityGroupId": "sg-00000000"}]})),
                "ResourceNotFound",
            ),
            (create, set(rule(json!({"Protocol": "ICMP"}))), "InvalidParameterValue"),
            (create, set(rule(json!({"Port": "80-"}))), "InvalidParameterValue"),
            (create, set(rule(json!({"Action": "REJECT"}))), "InvalidParameterValue"),
            (replace, set(rule(json!({}))), "MissingParameter"),
            ("vpc.DeleteSecurityGroupPolicies", set(rule(json!({}))), "ResourceNotFound"),
            (
                "vpc.CreateSecurityGroup",
                json!({"GroupName": "g", "GroupDescription": letters(101)}),
                "InvalidParameterValue.TooLong",
            ),
            ("vpc.DescribeSecurityGroups", describe("Colour", "ASC"), "InvalidParameterValue"),
            ("vpc.DescribeSecurityGroups", describe("", "UP"), "InvalidParameterValue"),
        ],
    );
}

#[test]
fn tags_are_bounded() {
    let client = client();
    let tagged = |key: String, value: String| json!({"VpcName": "v", "CidrBlock": "10.0.0.0/16", "Tags": [{"Key": key, "Value": value}]});
    client.ok("vpc.CreateVpc", tagged(letters(127), letters(255)));
    let seven: Vec<_> = (0..7).map(|n| json!({"TagKey": n.to_string()})).collect();
    let many = json!({"TagFilters": seven});
    all(
        &client,
        vec![
            (
                "vpc.CreateVpc",
                tagged(letters(128), letters(1)),
                "InvalidParameterValue.TagKeyLengthExceeded",
            ),
            (
                "vpc.CreateVpc",
                tagged(letters(1), letters(256)),
                "InvalidParameterValue.TagValueLengthExceeded",
            ),
            ("tag.GetResources", many, "InvalidParameterValue.TagFiltersLengthExceeded"),
            (
                "tag.ModifyResourceTags",
                json!({"Resource": "qcs::vpc:ap-guangzhou:uin/:vpc/vpc-00000000",
                    "ReplaceTags": [], "DeleteTags": [{"TagKey": "a"}]}),
                "InvalidParameter",
            ),
            (
                "tag.GetResources",
                json!({"PaginationToken": "x"}),
                "InvalidParameter.PaginationTokenInvalid",
            ),
        ],
    );
}
