//! How functions reach networks.

use serde_json::{Value, json};

use super::{HELLO, about, create, python, wait};
use crate::runtime::reach::server;
use crate::support::{Client, Server, client};

/// A VPC and a subnet of it.
fn network(client: &Client) -> Value {
    let vpc = json!({"VpcName": "main", "CidrBlock": "10.0.0.0/16"});
    let vpc = client.ok("vpc.CreateVpc", vpc)["Vpc"]["VpcId"].clone();
    let subnet = json!({
        "VpcId": vpc, "SubnetName": "a", "CidrBlock": "10.0.0.0/24", "Zone": "ap-guangzhou-3",
    });
    let subnet = client.ok("vpc.CreateSubnet", subnet)["Subnet"]["SubnetId"].clone();
    json!({"VpcId": vpc, "SubnetId": subnet})
}

fn public(on: bool, fixed: bool) -> Value {
    let word = |on: bool| if on { "ENABLE" } else { "DISABLE" };
    json!({"PublicNetStatus": word(on), "EipConfig": {"EipStatus": word(fixed)}})
}

/// A function with networks; its fixed addresses.
fn with(client: &Client, namespace: &str, name: &str, networks: &[(&str, Value)]) -> Value {
    let mut request = python(name, HELLO);
    request["Namespace"] = json!(namespace);
    for (member, value) in networks {
        request[*member] = value.clone();
    }
    client.ok("scf.CreateFunction", request);
    let about = json!({"FunctionName": name, "Namespace": namespace});
    crate::support::wait_for(|| {
        let read = client.ok("scf.GetFunction", about.clone());
        (read["Status"] == "Active").then(|| read["EipConfig"]["Eips"].clone())
    })
}

#[test]
fn r329_r330_there_are_five_ways_to_reach_networks() {
    let client = client();
    let vpc = network(&client);
    let public = |on, fixed| ("PublicNetConfig", public(on, fixed));
    let private = ("VpcConfig", vpc);
    for (index, (networks, fixed)) in [
        (vec![], false),
        (vec![public(true, true)], true),
        (vec![private.clone(), public(false, false)], false),
        (vec![private.clone(), public(true, false)], false),
        (vec![private.clone(), public(true, true)], true),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("way{index}");
        let addresses = with(&client, "default", &name, &networks);
        assert_eq!(!addresses.as_array().unwrap().is_empty(), fixed, "{networks:?}");
    }
    let read = client.ok("scf.GetFunction", about("way0", json!({})));
    assert_eq!(
        read["PublicNetConfig"]["PublicNetStatus"], "ENABLE",
        "what every function begins with"
    );
    let mut sixth = python("sixth", HELLO);
    sixth["PublicNetConfig"] = public(false, true).1;
    assert!(client.code("scf.CreateFunction", sixth).starts_with("InvalidParameterValue"));
}

#[test]
fn r80_r332_r335_r337_r338_fixed_addresses_are_shared_and_not_chosen() {
    let client = client();
    let vpc = network(&client);
    client.ok("scf.CreateNamespace", json!({"Namespace": "other"}));
    let public = ("PublicNetConfig", public(true, true));
    let open = with(&client, "default", "open", std::slice::from_ref(&public));
    assert_eq!(open.as_array().unwrap().len(), 1);
    assert_eq!(with(&client, "other", "open", std::slice::from_ref(&public)), open);
    let private = [("VpcConfig", vpc), public];
    let inside = with(&client, "default", "inside", &private);
    assert_ne!(inside, open, "a subnet has an address of its own");
    assert_eq!(with(&client, "other", "inside", &private), inside);
}

#[test]
fn r336_an_address_goes_with_the_last_function_that_has_it() {
    let client = client();
    let fixed = ("PublicNetConfig", public(true, true));
    let one = with(&client, "default", "one", std::slice::from_ref(&fixed));
    assert_eq!(with(&client, "default", "two", &[fixed]), one);
    let switch = |name: &str, on: bool| {
        let change = about(name, json!({"PublicNetConfig": public(true, on)}));
        client.ok("scf.UpdateFunctionConfiguration", change);
        wait(&client, name, "Active")["EipConfig"]["Eips"].clone()
    };
    assert_eq!(switch("one", false), json!([]));
    assert_eq!(switch("one", true), one, "the other function holds it");
    switch("one", false);
    switch("two", false);
    assert_ne!(switch("one", true), one, "another one after all have let it go");
}

/// Asks the server at the event's address and port.
const ASK: &str = r#"
import socket
def main(event, context):
    try:
        with socket.create_connection((event['address'], event['port'])) as it:
            it.sendall(b'GET / HTTP/1.0\r\n\r\n')
            return it.makefile().read().split('\n')[-1]
    except OSError as error:
        return error.strerror
"#;

/// What the function says of a server of this machine that stands for one in the Internet.
fn ask(client: &Client, port: u16) -> Value {
    let event = json!({"address": "127.255.0.1", "port": port}).to_string();
    let answer = client.ok("scf.Invoke", about("hello", json!({"ClientContext": event})));
    serde_json::from_str(answer["Result"]["RetMsg"].as_str().unwrap()).unwrap()
}

#[test]
fn r79_r341_public_access_is_what_leads_to_the_internet() {
    let client = client();
    let port = server();
    let network = network(&client);
    create(&client, python("hello", ASK));
    assert_eq!(ask(&client, port), "reached");
    for (configuration, told) in [
        (json!({"PublicNetConfig": public(false, false)}), "Network is unreachable"),
        (json!({"VpcConfig": network}), "Network is unreachable"),
        (json!({"PublicNetConfig": public(true, false)}), "reached"),
    ] {
        client.ok("scf.UpdateFunctionConfiguration", about("hello", configuration.clone()));
        wait(&client, "hello", "Active");
        assert_eq!(ask(&client, port), told, "{configuration}");
    }
}

#[test]
fn r340_private_access_and_a_fixed_address_lead_to_both() {
    let client = client();
    let port = server();
    let networks = [("VpcConfig", network(&client)), ("PublicNetConfig", public(true, true))];
    let mut request = python("hello", ASK);
    for (member, value) in networks {
        request[member] = value;
    }
    let read = create(&client, request);
    assert_eq!(read["EipConfig"]["Eips"].as_array().unwrap().len(), 1);
    assert_eq!(ask(&client, port), "reached", "public traffic leaves by the address");
}

#[test]
fn r341_r350_r351_a_nat_gateway_leads_where_the_subnet_s_routes_say() {
    let client = client();
    let port = server();
    let network = network(&client);
    let mut request = python("hello", ASK);
    request["VpcConfig"] = network.clone();
    request["PublicNetConfig"] = public(false, false);
    create(&client, request);
    assert_eq!(ask(&client, port), "Network is unreachable");
    let gateway = json!({"NatGatewayName": "nat", "VpcId": network["VpcId"], "AddressCount": 1});
    let made = client.ok("vpc.CreateNatGateway", gateway);
    let gateway = made["NatGatewaySet"][0]["NatGatewayId"].clone();
    assert_eq!(ask(&client, port), "Network is unreachable", "a gateway alone is no way");
    let subnet = json!({"SubnetIds": [network["SubnetId"]]});
    let table = client.ok("vpc.DescribeSubnets", subnet)["SubnetSet"][0]["RouteTableId"].clone();
    let routes = |action: &str, destination: &str| {
        let route = json!({
            "DestinationCidrBlock": destination, "GatewayType": "NAT", "GatewayId": gateway,
        });
        client.ok(action, json!({"RouteTableId": table, "Routes": [route]}));
    };
    routes("vpc.CreateRoutes", "127.255.1.0/24");
    assert_eq!(ask(&client, port), "Network is unreachable", "another part of the Internet");
    routes("vpc.CreateRoutes", "127.255.0.0/24");
    crate::support::wait_for(|| (ask(&client, port) == "reached").then_some(()));
    routes("vpc.DeleteRoutes", "127.255.0.0/24");
    assert_eq!(ask(&client, port), "Network is unreachable");
    routes("vpc.CreateRoutes", "0.0.0.0/0");
    assert_eq!(ask(&client, port), "reached", "R350");
    client.ok("vpc.DeleteNatGateway", json!({"NatGatewayId": gateway}));
    assert_eq!(ask(&client, port), "Network is unreachable");
}

#[test]
fn r175_a_function_whose_subnet_is_gone_ends_with_404() {
    let server = Server::start(&[]);
    let client = server.client();
    let mut request = python("hello", HELLO);
    request["VpcConfig"] = network(&client);
    create(&client, request);
    let invoke = || client.ok("scf.Invoke", about("hello", json!({})))["Result"].clone();
    assert_eq!(invoke()["InvokeResult"], 0);
    // The API lets no subnet go that a function is in.
    let mut state = client.look("state");
    let objects = state["objects"].as_array_mut().unwrap();
    objects.retain(|object| object["kind"] != "vpc.subnet");
    client.console("PUT", "state", &state);
    let result = invoke();
    assert_eq!(result["InvokeResult"], 404);
    assert!(result["ErrMsg"].as_str().unwrap().starts_with("InvalidSubnetID"), "{result}");
}
