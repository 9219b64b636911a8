//! Routes, NAT gateways and public addresses.

use serde_json::{Value, json};

use super::network::{subnet, vpc};
use crate::support::{Client, client, wait_for};

fn main_table(client: &Client, vpc: &str) -> String {
    let filters = json!([{"Name": "vpc-id", "Values": [vpc]}]);
    let tables = client.ok("vpc.DescribeRouteTables", json!({"Filters": filters}));
    tables["RouteTableSet"][0]["RouteTableId"].as_str().unwrap().to_owned()
}

fn gateway(client: &Client, id: &str) -> Value {
    client.ok("vpc.DescribeNatGateways", json!({"NatGatewayIds": [id]}))["NatGatewaySet"][0].clone()
}

/// A NAT gateway that works.
fn nat(client: &Client, vpc: &str) -> String {
    let request = json!({"NatGatewayName": "nat", "VpcId": vpc, "AddressCount": 1});
    let made = client.ok("vpc.CreateNatGateway", request)["NatGatewaySet"][0].clone();
    assert_eq!(made["State"], "PENDING");
    let id = made["NatGatewayId"].as_str().unwrap().to_owned();
    wait_for(|| (gateway(client, &id)["State"] == "AVAILABLE").then_some(()));
    id
}

fn route(destination: &str, gateway: &str) -> Value {
    json!({"DestinationCidrBlock": destination, "GatewayType": "NAT", "GatewayId": gateway})
}

fn add(client: &Client, table: &str, routes: &[Value]) -> Value {
    client.ok("vpc.CreateRoutes", json!({"RouteTableId": table, "Routes": routes}))
}

#[test]
fn r348_r349_routes_lead_to_nat_gateways_of_their_own_vpc() {
    let client = client();
    let (one, two) = (vpc(&client, "one", "10.0.0.0/16"), vpc(&client, "two", "10.1.0.0/16"));
    let table = main_table(&client, &one);
    let (own, other) = (nat(&client, &one), nat(&client, &two));
    let code = |route: Value| {
        client.code("vpc.CreateRoutes", json!({"RouteTableId": table, "Routes": [route]}))
    };
    assert_eq!(code(route("0.0.0.0/0", &other)), "UnsupportedOperation.VpcMismatch");
    let abroad = client.in_region("ap-shanghai");
    let far = nat(&abroad, &vpc(&abroad, "far", "10.0.0.0/16"));
    assert_eq!(code(route("0.0.0.0/0", &far)), "ResourceNotFound", "R348");
    assert_eq!(code(route("10.0.1.0/24", &own)), "InvalidParameterValue.CidrConflict");
    assert_eq!(code(route("nonsense", &own)), "InvalidParameterValue.Malformed");
    let ccn = json!({"DestinationCidrBlock": "0.0.0.0/0", "GatewayType": "CCN", "GatewayId": "x"});
    assert_eq!(code(ccn), "UnsupportedOperation");
    let set = add(&client, &table, &[route("0.0.0.0/0", &own)]);
    let shown = &set["RouteTableSet"][0]["RouteSet"][1];
    assert_eq!([&shown["GatewayId"], &shown["RouteType"]], [&json!(own), &json!("USER")]);
    assert_eq!(code(route("0.0.0.0/0", &own)), "InvalidParameterValue.Duplicate");
}

#[test]
fn routes_are_listed_replaced_switched_and_deleted() {
    let client = client();
    let vpc = vpc(&client, "one", "10.0.0.0/16");
    let (table, nat) = (main_table(&client, &vpc), nat(&client, &vpc));
    add(&client, &table, &[route("8.8.8.0/24", &nat), route("9.9.9.9", &nat)]);
    let list = || {
        let filters = json!([{"Name": "route-table-id", "Values": [table]}]);
        let listed = client.ok("vpc.DescribeRouteList", json!({"Filters": filters}));
        listed["RouteSet"].as_array().unwrap().clone()
    };
    let routes = list();
    let destinations: Vec<_> = routes.iter().map(|it| &it["DestinationCidrBlock"]).collect();
    assert_eq!(destinations, ["8.8.8.0/24", "9.9.9.9/32"]);
    let (item, number) = (&routes[0]["RouteItemId"], &routes[1]["RouteId"]);
    let mut other = route("8.8.4.0/24", &nat);
    other["RouteItemId"] = item.clone();
    client.ok("vpc.ReplaceRoutes", json!({"RouteTableId": table, "Routes": [other]}));
    client.ok("vpc.DisableRoutes", json!({"RouteTableId": table, "RouteIds": [number]}));
    let routes = list();
    assert_eq!(routes[0]["DestinationCidrBlock"], "8.8.4.0/24");
    assert_eq!([&routes[0]["Enabled"], &routes[1]["Enabled"]], [true, false]);
    client.ok("vpc.EnableRoutes", json!({"RouteTableId": table, "RouteIds": [number]}));
    assert_eq!(list()[1]["Enabled"], true);
    let gone = json!({"RouteTableId": table, "Routes": [{"RouteItemId": item,
        "DestinationCidrBlock": "", "GatewayType": "", "GatewayId": ""}]});
    client.ok("vpc.DeleteRoutes", gone.clone());
    assert_eq!(list().len(), 1);
    assert_eq!(client.code("vpc.DeleteRoutes", gone), "InvalidRouteId.NotFound");
    client.ok("vpc.DeleteNatGateway", json!({"NatGatewayId": nat}));
    assert!(list().is_empty(), "the routes to a gateway go with it");
}

#[test]
fn a_nat_gateway_lives_with_its_addresses() {
    let client = client();
    let vpc = vpc(&client, "one", "10.0.0.0/16");
    subnet(&vpc, "10.0.0.0/24");
    let create = |more: Value| {
        let mut request = json!({"NatGatewayName": "nat", "VpcId": vpc});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    assert_eq!(client.code("vpc.CreateNatGateway", create(json!({}))), "MissingParameter");
    let odd = create(json!({"AddressCount": 1, "InternetMaxBandwidthOut": 30}));
    assert_eq!(client.code("vpc.CreateNatGateway", odd), "InvalidParameterValue");
    let allocated = client.ok("vpc.AllocateAddresses", json!({"AddressCount": 2}));
    let address = |n: usize| {
        let ids = json!({"AddressIds": [allocated["AddressSet"][n]]});
        client.ok("vpc.DescribeAddresses", ids)["AddressSet"][0].clone()
    };
    let [one, two] = [address(0)["AddressIp"].clone(), address(1)["AddressIp"].clone()];
    let tags = json!([{"Key": "env", "Value": "dev"}]);
    let request = create(json!({"PublicIpAddresses": [one], "Tags": tags}));
    let made = client.ok("vpc.CreateNatGateway", request)["NatGatewaySet"][0].clone();
    let id = made["NatGatewayId"].as_str().unwrap();
    assert_eq!(made["TagSet"], json!([{"Key": "env", "Value": "dev"}]));
    assert_eq!(made["PublicIpAddressSet"][0]["PublicIpAddress"], one);
    assert_eq!([&address(0)["AddressStatus"], &address(1)["AddressStatus"]], ["BIND", "UNBIND"]);
    let again = create(json!({"PublicIpAddresses": [one]}));
    assert_eq!(client.code("vpc.CreateNatGateway", again), "ResourceInUse.Address");
    wait_for(|| (gateway(&client, id)["State"] == "AVAILABLE").then_some(()));
    assert_eq!(client.code("vpc.DeleteVpc", json!({"VpcId": vpc})), "ResourceInUse");
    let with = |ips: Value| json!({"NatGatewayId": id, "PublicIpAddresses": ips});
    let last = client.code("vpc.DisassociateNatGatewayAddress", with(json!([one])));
    assert_eq!(last, "UnsupportedOperation.PublicIpAddressDisassociate");
    let request = client.request("vpc.AssociateNatGatewayAddress", &with(json!([two])).to_string());
    let page = client.send(&request);
    wait_for(|| {
        let asked = json!({"TaskId": page.json()["Response"]["RequestId"]});
        (client.ok("vpc.DescribeVpcTaskResult", asked)["Status"] == "SUCCESS").then_some(())
    });
    client.ok("vpc.DisassociateNatGatewayAddress", with(json!([one])));
    let bound =
        client.code("vpc.ReleaseAddresses", json!({"AddressIds": [allocated["AddressSet"][1]]}));
    assert_eq!(bound, "InvalidAddressIdStatus.NotPermit");
    client.ok("vpc.DeleteNatGateway", json!({"NatGatewayId": id}));
    wait_for(|| gateway(&client, id).is_null().then_some(()));
    let released =
        client.ok("vpc.ReleaseAddresses", json!({"AddressIds": allocated["AddressSet"]}));
    let task = released["TaskId"].as_str().unwrap().parse::<i64>().unwrap();
    assert_eq!(client.ok("vpc.DescribeTaskResult", json!({"TaskId": task}))["Result"], "SUCCESS");
    assert_eq!(client.code("vpc.DescribeTaskResult", json!({"TaskId": 99})), "ResourceNotFound");
    assert_eq!(client.ok("vpc.DescribeAddresses", json!({}))["TotalCount"], 0);
}

#[test]
fn a_nat_gateway_is_changed_and_protected() {
    let client = client();
    let vpc = vpc(&client, "one", "10.0.0.0/16");
    let id = nat(&client, &vpc);
    let change = json!({"NatGatewayId": id, "NatGatewayName": "other", "InternetMaxBandwidthOut": 200,
        "DeletionProtectionEnabled": true});
    client.ok("vpc.ModifyNatGatewayAttribute", change);
    let read = gateway(&client, &id);
    assert_eq!(
        [&read["NatGatewayName"], &read["InternetMaxBandwidthOut"]],
        [&json!("other"), &json!(200)]
    );
    let delete = json!({"NatGatewayId": id});
    let code = client.code("vpc.DeleteNatGateway", delete.clone());
    assert_eq!(code, "UnsupportedOperation.DeletionProtectionEnabled");
    let open = json!({"NatGatewayId": id, "DeletionProtectionEnabled": false});
    client.ok("vpc.ModifyNatGatewayAttribute", open);
    client.ok("vpc.DeleteNatGateway", delete);
    wait_for(|| gateway(&client, &id).is_null().then_some(()));
}
