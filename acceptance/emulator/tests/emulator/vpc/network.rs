//! VPCs, subnets and the route tables under them.

use serde_json::{Value, json};

use crate::support::{Client, client};

pub fn vpc(client: &Client, name: &str, cidr: &str) -> String {
    let created = client.ok("vpc.CreateVpc", json!({"VpcName": name, "CidrBlock": cidr}));
    created["Vpc"]["VpcId"].as_str().unwrap().to_owned()
}

pub fn subnet(vpc: &str, cidr: &str) -> Value {
    json!({"VpcId": vpc, "SubnetName": "s", "Zone": "ap-guangzhou-3", "CidrBlock": cidr})
}

#[test]
fn a_vpc_is_created_read_changed_and_deleted() {
    let client = client();
    let tags = json!([{"Key": "env", "Value": "dev"}]);
    let request = json!({"VpcName": "main", "CidrBlock": "10.0.0.0/16", "Tags": tags});
    let created = client.ok("vpc.CreateVpc", request)["Vpc"].clone();
    let id = created["VpcId"].as_str().unwrap();
    assert!(id.starts_with("vpc-") && id.len() == 12, "{id}");
    assert_eq!(created["DnsServerSet"], json!(["183.60.83.19", "183.60.82.98"]));
    assert_eq!(
        (&created["IsDefault"], &created["EnableMulticast"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(created["TagSet"], json!([{"Key": "env", "Value": "dev"}]));
    let change = json!({"VpcId": id, "VpcName": "other", "EnableMulticast": "true",
                        "DnsServers": ["8.8.8.8"], "DomainName": "example.com"});
    client.ok("vpc.ModifyVpcAttribute", change);
    let read = client.ok("vpc.DescribeVpcs", json!({"VpcIds": [id]}))["VpcSet"][0].clone();
    assert_eq!(read["VpcName"], "other");
    assert_eq!(read["EnableMulticast"], true);
    assert_eq!(read["DnsServerSet"], json!(["8.8.8.8"]));
    assert_eq!(read["CidrBlock"], "10.0.0.0/16");
    client.ok("vpc.DeleteVpc", json!({"VpcId": id}));
    assert_eq!(client.ok("vpc.DescribeVpcs", json!({"VpcIds": [id]}))["TotalCount"], 0);
    assert_eq!(client.code("vpc.DeleteVpc", json!({"VpcId": id})), "ResourceNotFound");
    assert_eq!(client.ok("vpc.DescribeRouteTables", json!({}))["TotalCount"], 0);
}

#[test]
fn networks_of_vpcs_keep_the_rules() {
    let client = client();
    let code =
        |cidr: &str| client.code("vpc.CreateVpc", json!({"VpcName": "v", "CidrBlock": cidr}));
    for cidr in ["8.0.0.0/16", "10.0.0.0/11", "10.0.0.0/29", "192.168.0.0/15", "172.32.0.0/16"] {
        assert_eq!(code(cidr), "InvalidParameterValue.Range", "{cidr}");
    }
    for cidr in ["10.0.0.1/16", "10.0.0.0", "nonsense", ""] {
        assert_eq!(code(cidr), "InvalidParameterValue.Malformed", "{cidr}");
    }
    assert_eq!(client.code("vpc.CreateVpc", json!({"VpcName": "v"})), "MissingParameter");
    for cidr in ["10.0.0.0/12", "10.0.0.0/28", "172.16.0.0/12", "192.168.0.0/16"] {
        vpc(&client, "fine", cidr);
    }
}

#[test]
fn names_dns_servers_and_ids_keep_the_rules() {
    let client = client();
    let with = |name: &str, dns: Value| json!({"VpcName": name, "CidrBlock": "10.0.0.0/16", "DnsServers": dns});
    let long = "n".repeat(61);
    assert_eq!(
        client.code("vpc.CreateVpc", with(&long, json!([]))),
        "InvalidParameterValue.TooLong"
    );
    assert_eq!(client.code("vpc.CreateVpc", with("", json!([]))), "InvalidParameterValue.Empty");
    let five = json!(["1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4", "1.1.1.5"]);
    assert_eq!(client.code("vpc.CreateVpc", with("v", five)), "InvalidParameterValue");
    let no_address = with("v", json!(["x"]));
    assert_eq!(client.code("vpc.CreateVpc", no_address), "InvalidParameterValue.Malformed");
    let malformed = json!({"VpcIds": ["vpc-UPPER123"]});
    assert_eq!(client.code("vpc.DescribeVpcs", malformed), "InvalidVpcId.Malformed");
}

#[test]
fn a_refused_create_leaves_nothing() {
    let client = client();
    let twice = json!([{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]);
    let request = json!({"VpcName": "v", "CidrBlock": "10.0.0.0/16", "Tags": twice});
    assert_eq!(client.code("vpc.CreateVpc", request), "InvalidParameterValue.TagKeyDuplicate");
    assert_eq!(client.ok("vpc.DescribeVpcs", json!({}))["TotalCount"], 0);
}

#[test]
fn vpcs_are_filtered_and_paged_with_text() {
    let client = client();
    for i in 0..5 {
        let tags = json!([{"Key": "n", "Value": i.to_string()}]);
        let name = format!("vpc-number-{i}");
        let request = json!({"VpcName": name, "CidrBlock": "10.0.0.0/16", "Tags": tags});
        client.ok("vpc.CreateVpc", request);
    }
    let list = |request: Value| client.ok("vpc.DescribeVpcs", request);
    let page = list(json!({"Offset": "1", "Limit": "2"}));
    assert_eq!(page["TotalCount"], 5);
    assert_eq!(page["VpcSet"].as_array().unwrap().len(), 2);
    let by = |name: &str, values: Value| json!({"Filters": [{"Name": name, "Values": values}]});
    assert_eq!(list(by("vpc-name", json!(["number-3"])))["TotalCount"], 1);
    assert_eq!(list(by("tag:n", json!(["1", "2"])))["TotalCount"], 2);
    assert_eq!(list(by("tag-key", json!(["n"])))["TotalCount"], 5);
    assert_eq!(list(by("is-default", json!(["true"])))["TotalCount"], 0);
    assert_eq!(
        client.code("vpc.DescribeVpcs", by("color", json!(["red"]))),
        "InvalidParameter.InvalidFilter"
    );
    let mut both = by("vpc-name", json!(["x"]));
    both["VpcIds"] = json!(["vpc-00000000"]);
    assert_eq!(client.code("vpc.DescribeVpcs", both), "InvalidParameter.Coexist");
    assert_eq!(client.code("vpc.DescribeVpcs", json!({"Limit": "101"})), "InvalidParameterValue");
    assert_eq!(client.code("vpc.DescribeVpcs", json!({"Limit": "x"})), "InvalidParameterValue");
}

#[test]
fn a_subnet_lives_inside_its_vpc() {
    let client = client();
    let id = vpc(&client, "v", "10.0.0.0/16");
    let created = client.ok("vpc.CreateSubnet", subnet(&id, "10.0.1.0/24"))["Subnet"].clone();
    assert_eq!(created["AvailableIpAddressCount"], 253);
    assert_eq!(created["TotalIpAddressCount"], 253);
    let main = client.ok("vpc.DescribeRouteTables", json!({}))["RouteTableSet"][0].clone();
    assert_eq!((&main["Main"], &main["RouteTableId"]), (&json!(true), &created["RouteTableId"]));
    assert_eq!(main["AssociationSet"][0]["SubnetId"], created["SubnetId"]);
    let subnet_id = created["SubnetId"].as_str().unwrap();
    let change = json!({"SubnetId": subnet_id, "SubnetName": "t", "EnableBroadcast": "true"});
    client.ok("vpc.ModifySubnetAttribute", change);
    let filter = json!({"Filters": [{"Name": "vpc-id", "Values": [id]}]});
    let read = client.ok("vpc.DescribeSubnets", filter)["SubnetSet"][0].clone();
    assert_eq!((&read["SubnetName"], &read["EnableBroadcast"]), (&json!("t"), &json!(true)));
    assert_eq!(client.code("vpc.DeleteVpc", json!({"VpcId": id})), "ResourceInUse");
    client.ok("vpc.DeleteSubnet", json!({"SubnetId": subnet_id}));
    client.ok("vpc.DeleteVpc", json!({"VpcId": id}));
}

#[test]
fn networks_of_subnets_keep_the_rules() {
    let client = client();
    let id = vpc(&client, "v", "10.0.0.0/16");
    client.ok("vpc.CreateSubnet", subnet(&id, "10.0.1.0/24"));
    for (cidr, code) in [
        ("10.0.1.0/24", "InvalidParameterValue.SubnetConflict"),
        ("10.0.0.0/16", "InvalidParameterValue.SubnetOverlap"),
        ("10.0.1.128/25", "InvalidParameterValue.SubnetOverlap"),
        ("10.1.0.0/24", "InvalidParameterValue.NotInVpcCidr"),
        ("10.0.2.0/29", "InvalidParameterValue.SubnetRange"),
        ("10.0.2.1/24", "InvalidParameterValue.Malformed"),
    ] {
        assert_eq!(client.code("vpc.CreateSubnet", subnet(&id, cidr)), code, "{cidr}");
    }
    let mut elsewhere = subnet(&id, "10.0.2.0/24");
    elsewhere["Zone"] = json!("ap-shanghai-2");
    assert_eq!(client.code("vpc.CreateSubnet", elsewhere), "InvalidParameterValue.UnavailableZone");
    let nowhere = subnet("vpc-00000000", "10.0.2.0/24");
    assert_eq!(client.code("vpc.CreateSubnet", nowhere), "ResourceNotFound");
    let other = vpc(&client, "w", "10.0.0.0/16");
    client.ok("vpc.CreateSubnet", subnet(&other, "10.0.1.0/24"));
}

#[test]
fn several_subnets_are_created_at_once_or_none() {
    let client = client();
    let id = vpc(&client, "v", "10.0.0.0/16");
    let one = |cidr: &str| json!({"SubnetName": "s", "Zone": "ap-guangzhou-3", "CidrBlock": cidr});
    let many = |cidrs: [&str; 2]| json!({"VpcId": id, "Subnets": cidrs.map(one)});
    let overlap = many(["10.0.1.0/24", "10.0.1.0/25"]);
    assert_eq!(client.code("vpc.CreateSubnets", overlap), "InvalidParameterValue.SubnetOverlap");
    assert_eq!(client.ok("vpc.DescribeSubnets", json!({}))["TotalCount"], 0);
    let made = client.ok("vpc.CreateSubnets", many(["10.0.1.0/24", "10.0.2.0/24"]));
    assert_eq!(made["SubnetSet"].as_array().unwrap().len(), 2);
}

#[test]
fn route_tables_hold_subnets() {
    let client = client();
    let id = vpc(&client, "v", "10.0.0.0/16");
    let created = client.ok("vpc.CreateSubnet", subnet(&id, "10.0.1.0/24"));
    let (subnet_id, main) = (&created["Subnet"]["SubnetId"], &created["Subnet"]["RouteTableId"]);
    let request = json!({"VpcId": id, "RouteTableName": "mine"});
    let table = client.ok("vpc.CreateRouteTable", request)["RouteTable"]["RouteTableId"].clone();
    let associate = |table: &Value| json!({"RouteTableId": table, "SubnetId": subnet_id});
    client.ok("vpc.ReplaceRouteTableAssociation", associate(&table));
    let read = client.ok("vpc.DescribeSubnets", json!({"SubnetIds": [subnet_id]}));
    assert_eq!(read["SubnetSet"][0]["RouteTableId"], table);
    let delete =
        |table: &Value| client.code("vpc.DeleteRouteTable", json!({"RouteTableId": table}));
    assert_eq!(delete(&table), "UnsupportedOperation.DelRouteWithSubnet");
    assert_eq!(delete(main), "UnsupportedOperation.DelDefaultRoute");
    client.ok("vpc.ReplaceRouteTableAssociation", associate(main));
    client
        .ok("vpc.ModifyRouteTableAttribute", json!({"RouteTableId": table, "RouteTableName": "n"}));
    client.ok("vpc.DeleteRouteTable", json!({"RouteTableId": table}));
    let other = vpc(&client, "w", "10.0.0.0/16");
    let request = json!({"VpcId": other, "RouteTableName": "theirs"});
    let theirs = client.ok("vpc.CreateRouteTable", request)["RouteTable"]["RouteTableId"].clone();
    let code = client.code("vpc.ReplaceRouteTableAssociation", associate(&theirs));
    assert_eq!(code, "UnsupportedOperation.VpcMismatch");
}
