//! Namespaces whose functions run in a Kubernetes cluster.

use serde_json::{Value, json};

use super::{HELLO, python};
use crate::support::{Client, Server, client};

/// A subnet.
fn subnet(client: &Client) -> String {
    let vpc = json!({"VpcName": "main", "CidrBlock": "10.0.0.0/16"});
    let vpc = client.ok("vpc.CreateVpc", vpc)["Vpc"]["VpcId"].clone();
    let subnet = json!({
        "VpcId": vpc, "SubnetName": "a", "CidrBlock": "10.0.0.0/24", "Zone": "ap-guangzhou-3",
    });
    let made = client.ok("vpc.CreateSubnet", subnet);
    made["Subnet"]["SubnetId"].as_str().unwrap().to_owned()
}

fn free(client: &Client, subnet: &str) -> i64 {
    let found = client.ok("vpc.DescribeSubnets", json!({"SubnetIds": [subnet]}));
    found["SubnetSet"][0]["AvailableIpAddressCount"].as_i64().unwrap()
}

fn request(subnet: &str, more: Value) -> Value {
    let mut tke =
        json!({"ClusterID": "cls-12345678", "SubnetID": subnet, "Namespace": "functions"});
    tke.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"Namespace": "cluster", "ResourceEnv": {"TKE": tke}})
}

fn names(client: &Client) -> Vec<String> {
    let listed = client.ok("scf.ListNamespaces", json!({}));
    let names = listed["Namespaces"].as_array().unwrap().iter();
    names.map(|namespace| namespace["Name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn r395_r397_r403_r410_a_cluster_is_prepared_for_20_seconds_and_takes_an_address() {
    let server = Server::start(&[]);
    let client = server.client();
    let subnet = subnet(&client);
    client.console("POST", "transitions", &json!({"namespace.host": 20_000}));
    client.console("POST", "clock", &json!({"frozen": true}));
    let before = free(&client, &subnet);
    client.ok("scf.CreateNamespace", request(&subnet, json!({})));
    assert_eq!(free(&client, &subnet), before - 1);
    assert_eq!(names(&client), ["default"]);
    let mut hello = python("hello", HELLO);
    hello["Namespace"] = json!("cluster");
    assert_eq!(client.code("scf.CreateFunction", hello.clone()), "FailedOperation.Namespace");
    client.console("POST", "clock", &json!({"advance_ms": 20_000}));
    assert_eq!(names(&client), ["default", "cluster"]);
    client.console("POST", "clock", &json!({"frozen": false}));
    client.ok("scf.CreateFunction", hello);
    assert_ne!(client.code("vpc.DeleteSubnet", json!({"SubnetId": subnet})), "");
    let gone = json!({"FunctionName": "hello", "Namespace": "cluster"});
    crate::support::wait_for(|| client.call("scf.DeleteFunction", gone.clone()).ok());
    let namespace = json!({"Namespace": "cluster"});
    crate::support::wait_for(|| client.call("scf.DeleteNamespace", namespace.clone()).ok());
    crate::support::wait_for(|| (free(&client, &subnet) == before).then_some(()));
}

#[test]
fn r402_r407_what_is_said_about_a_cluster_is_checked() {
    let client = client();
    let subnet = subnet(&client);
    for wrong in [
        json!({"ClusterID": "12345678"}),
        json!({"Namespace": ""}),
        json!({"Namespace": "Functions"}),
        json!({"DataPath": "data"}),
        json!({"Port": 65_536}),
        json!({"NodeSelector": [{"Key": "", "Value": "a"}]}),
        json!({"Tolerations": [{"Key": "a", "Operator": "Like"}]}),
    ] {
        let code = client.code("scf.CreateNamespace", request(&subnet, wrong.clone()));
        assert_eq!(code, "InvalidParameterValue", "{wrong}");
    }
    let nowhere = request("subnet-00000000", json!({}));
    assert_eq!(client.code("scf.CreateNamespace", nowhere), "ResourceNotFound.Vpc");
    let offline = json!({"Namespace": "cluster", "ResourceEnv": {"OFFLINE": true}});
    assert_eq!(client.code("scf.CreateNamespace", offline), "UnsupportedOperation");
    let all = json!({
        "NodeSelector": [{"Key": "disk", "Value": "ssd"}],
        "Tolerations": [{"Key": "only", "Value": "scf", "Effect": "NoSchedule"}],
    });
    client.ok("scf.CreateNamespace", request(&subnet, all));
}

#[test]
fn r404_r405_r406_defaults_are_filled_in_and_9_x_x_x_is_refused() {
    let server = Server::start(&[]);
    let client = server.client();
    let subnet = subnet(&client);
    client.ok("scf.CreateNamespace", request(&subnet, json!({})));
    let mut state = client.look("state");
    let objects = state["objects"].as_array_mut().unwrap();
    let hosting = |object: &Value| object["value"].get("hosting").cloned();
    let found = objects.iter().find_map(hosting).unwrap();
    assert_eq!((&found["folder"], &found["port"]), (&json!("/var/lib/scf"), &json!(38_000)));
    // A VPC of the local cloud has no such network.
    let stored = objects.iter_mut().find(|object| object["id"] == *subnet).unwrap();
    stored["value"]["cidr"] = json!("9.1.0.0/24");
    objects.retain(|object| object["kind"] != "scf.namespace");
    client.console("PUT", "state", &state);
    let code = client.code("scf.CreateNamespace", request(&subnet, json!({})));
    assert_eq!(code, "InvalidParameterValue.Vpc");
}

#[test]
fn r411_functions_of_a_cluster_leave_their_logs() {
    let client = client();
    let subnet = subnet(&client);
    client.ok("scf.CreateNamespace", request(&subnet, json!({})));
    crate::support::wait_for(|| names(&client).contains(&"cluster".to_owned()).then_some(()));
    let mut hello = python("hello", HELLO);
    hello["Namespace"] = json!("cluster");
    client.ok("scf.CreateFunction", hello);
    let about = json!({"FunctionName": "hello", "Namespace": "cluster"});
    crate::support::wait_for(|| client.call("scf.Invoke", about.clone()).ok());
    let logs = client.ok("scf.GetFunctionLogs", about);
    assert_eq!(logs["TotalCount"], 1);
}

#[test]
fn r400_clusters_need_the_role_of_the_container_service() {
    let server = Server::start(&[]);
    let client = server.client();
    let hosted = request(&subnet(&client), json!({}));
    let standing = |on: bool| {
        let change = json!({"account": client.secret_id, "standing": {"container_role": on}});
        assert_eq!(client.console("POST", "account", &change).status, 200);
    };
    standing(false);
    let code = client.code("scf.CreateNamespace", hosted.clone());
    assert_eq!(code, "FailedOperation.QcsRoleNotFound");
    client.ok("scf.CreateNamespace", json!({"Namespace": "plain"}));
    standing(true);
    client.ok("scf.CreateNamespace", hosted);
}
