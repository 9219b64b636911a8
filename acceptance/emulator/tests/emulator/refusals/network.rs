//! Public addresses, NAT gateways and routes.

use serde_json::{Value, json};

use super::all;
use crate::support::{Client, client, wait_for};

/// A VPC, its route table and a NAT gateway in it that works.
fn network(client: &Client) -> [Value; 3] {
    let vpc = json!({"VpcName": "v", "CidrBlock": "10.0.0.0/16"});
    let vpc = client.ok("vpc.CreateVpc", vpc)["Vpc"]["VpcId"].clone();
    let own = json!({"Filters": [{"Name": "vpc-id", "Values": [vpc]}]});
    let table =
        client.ok("vpc.DescribeRouteTables", own)["RouteTableSet"][0]["RouteTableId"].clone();
    let request = json!({"NatGatewayName": "n", "VpcId": vpc, "AddressCount": 1});
    let made = client.ok("vpc.CreateNatGateway", request);
    let gateway = made["NatGatewaySet"][0]["NatGatewayId"].clone();
    wait_for(|| {
        let shown = client.ok("vpc.DescribeNatGateways", json!({"NatGatewayIds": [gateway]}));
        (shown["NatGatewaySet"][0]["State"] == "AVAILABLE").then_some(())
    });
    [vpc, table, gateway]
}

#[test]
fn addresses_are_counted_and_bounded() {
    let client = client();
    let made = client.ok("vpc.AllocateAddresses", json!({"AddressCount": 1}));
    let id = made["AddressSet"][0].clone();
    let wide = "InvalidParameterValue.BandwidthOutOfRange";
    let (allocate, bandwidth) = ("vpc.AllocateAddresses", "vpc.ModifyAddressesBandwidth");
    let change = |mbps: i64| json!({"AddressIds": [id], "InternetMaxBandwidthOut": mbps});
    let none = "eip-00000000";
    all(
        &client,
        vec![
            (allocate, json!({"AddressCount": 0}), "InvalidParameterValue"),
            (allocate, json!({"AddressCount": 21}), "InvalidParameterValue"),
            (allocate, json!({"InternetMaxBandwidthOut": 0}), wide),
            (allocate, json!({"InternetMaxBandwidthOut": 2001}), wide),
            (bandwidth, change(0), wide),
            (bandwidth, change(2001), wide),
            ("vpc.ModifyAddressAttribute", json!({"AddressId": none}), "InvalidAddressId.NotFound"),
            ("vpc.ReleaseAddresses", json!({"AddressIds": [none]}), "InvalidAddressId.NotFound"),
        ],
    );
    client.ok(bandwidth, change(2000));
}

#[test]
fn nat_gateways_have_the_sizes_of_their_kind_and_ten_addresses() {
    let client = client();
    let [vpc, _, gateway] = network(&client);
    let new = |more: Value| {
        let mut request = json!({"NatGatewayName": "m", "VpcId": vpc, "AddressCount": 1});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let of = |more: Value| {
        let mut request = json!({"NatGatewayId": gateway});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let (create, wrong) = ("vpc.CreateNatGateway", "InvalidParameterValue");
    let (associate, lost) =
        ("vpc.AssociateNatGatewayAddress", "InvalidParameterValue.AddressNotFound");
    client.ok(associate, of(json!({"AddressCount": 1})));
    all(
        &client,
        vec![
            (create, new(json!({"NatProductVersion": 3})), wrong),
            (create, new(json!({"NatProductVersion": 2, "InternetMaxBandwidthOut": 100})), wrong),
            (create, new(json!({"InternetMaxBandwidthOut": 101})), wrong),
            (create, new(json!({"MaxConcurrentConnection": 7})), wrong),
            (create, new(json!({"AddressCount": 11})), "LimitExceeded"),
            (create, new(json!({"PublicIpAddresses": ["1.2.3.4"]})), lost),
            (associate, of(json!({"AddressCount": 10})), "LimitExceeded"),
            (
                "vpc.DisassociateNatGatewayAddress",
                of(json!({"PublicIpAddresses": ["1.2.3.4"]})),
                lost,
            ),
            ("vpc.DescribeVpcTaskResult", json!({"TaskId": "none"}), "ResourceNotFound"),
        ],
    );
}

#[test]
fn routes_are_edited_one_by_one_and_lead_somewhere() {
    let client = client();
    let [_, table, gateway] = network(&client);
    let route = |more: Value| {
        let mut route = json!({"DestinationCidrBlock": "8.8.8.0/24", "GatewayType": "NAT"});
        route["GatewayId"] = gateway.clone();
        route.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"RouteTableId": table, "Routes": [route]})
    };
    let of = |more: Value| {
        let mut request = json!({"RouteTableId": table});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let (create, disable) = ("vpc.CreateRoutes", "vpc.DisableRoutes");
    let elsewhere = json!({"GatewayType": "EIP", "GatewayId": "eip-00000000"});
    all(
        &client,
        vec![
            (create, route(elsewhere), "InvalidParameterValue"),
            (create, route(json!({"DestinationIpv6CidrBlock": "::/0"})), "UnsupportedOperation"),
            (disable, of(json!({})), "InvalidParameter.Coexist"),
            (
                disable,
                of(json!({"RouteIds": [1], "RouteItemIds": ["rti-00000000"]})),
                "InvalidParameter.Coexist",
            ),
            (disable, of(json!({"RouteIds": [4711]})), "InvalidRouteId.NotFound"),
        ],
    );
}

#[test]
fn there_are_no_other_filters() {
    let client = client();
    let [_, table, gateway] = network(&client);
    let route =
        json!({"DestinationCidrBlock": "8.8.8.0/24", "GatewayType": "NAT", "GatewayId": gateway});
    client.ok("vpc.CreateRoutes", json!({"RouteTableId": table, "Routes": [route]}));
    let subnet = json!({"VpcName": "w", "CidrBlock": "10.1.0.0/16"});
    let vpc = client.ok("vpc.CreateVpc", subnet)["Vpc"]["VpcId"].clone();
    client.ok("vpc.CreateSubnet", json!({"VpcId": vpc, "SubnetName": "s", "Zone": "ap-guangzhou-3", "CidrBlock": "10.1.0.0/24"}));
    client.ok("vpc.AllocateAddresses", json!({"AddressCount": 1}));
    client.ok("vpc.CreateSecurityGroup", json!({"GroupName": "g", "GroupDescription": ""}));
    let colour = json!({"Filters": [{"Name": "colour", "Values": ["red"]}]});
    for list in [
        "Vpcs",
        "Subnets",
        "RouteTables",
        "RouteList",
        "SecurityGroups",
        "Addresses",
        "NatGateways",
    ] {
        let action = format!("vpc.Describe{list}");
        assert_eq!(
            client.code(&action, colour.clone()),
            "InvalidParameter.InvalidFilter",
            "{list}"
        );
    }
}
