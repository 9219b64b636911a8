//! How functions reach networks.

use serde_json::{Value, json};

use super::{HELLO, about, python, wait};
use crate::support::{Client, client};

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
