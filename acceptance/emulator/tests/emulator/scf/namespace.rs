//! Namespaces.

use serde_json::json;

use super::{HELLO, python};
use crate::support::{Client, client, wait_for};

fn names(client: &Client) -> Vec<String> {
    let listed = client.ok("scf.ListNamespaces", json!({}));
    let spaces = listed["Namespaces"].as_array().unwrap();
    spaces.iter().map(|space| space["Name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn r57_default_always_exists() {
    let client = client();
    assert_eq!(names(&client), ["default"]);
    let code = client.code("scf.DeleteNamespace", json!({"Namespace": "default"}));
    assert_eq!(code, "InvalidParameterValue.DefaultNamespace");
    let code = client.code("scf.CreateNamespace", json!({"Namespace": "default"}));
    assert_eq!(code, "ResourceInUse.Namespace");
    let change = json!({"Namespace": "default", "Description": "changed"});
    client.ok("scf.UpdateNamespace", change);
    let listed = client.ok("scf.ListNamespaces", json!({}));
    assert_eq!(listed["Namespaces"][0]["Description"], "changed");
    assert_eq!(listed["TotalCount"], 1);
}

#[test]
fn a_namespace_is_created_listed_changed_and_deleted() {
    let client = client();
    let dev = || json!({"Namespace": "dev"});
    client.ok("scf.CreateNamespace", json!({"Namespace": "dev", "Description": "d"}));
    assert_eq!(names(&client), ["default", "dev"]);
    assert_eq!(client.code("scf.CreateNamespace", dev()), "ResourceInUse.Namespace");
    let search = json!({"SearchKey": [{"Key": "Namespace", "Value": "ev"}]});
    assert_eq!(client.ok("scf.ListNamespaces", search)["TotalCount"], 1);
    let page = json!({"Offset": 1, "Limit": 1, "Orderby": "name"});
    let page = client.ok("scf.ListNamespaces", page);
    assert_eq!((&page["Namespaces"][0]["Name"], &page["TotalCount"]), (&json!("dev"), &json!(2)));
    client.ok("scf.DeleteNamespace", dev());
    assert_eq!(client.code("scf.DeleteNamespace", dev()), "ResourceNotFound.Namespace");
    let code = client.code("scf.UpdateNamespace", json!({"Namespace": "dev", "Description": ""}));
    assert_eq!(code, "ResourceNotFound.Namespace");
    for name in ["", "a b", &"n".repeat(61)] {
        let code = client.code("scf.CreateNamespace", json!({"Namespace": name}));
        assert_eq!(code, "InvalidParameterValue.Namespace", "{name}");
    }
}

#[test]
fn r32_a_region_has_five_namespaces() {
    let client = client();
    for i in 0..4 {
        client.ok("scf.CreateNamespace", json!({"Namespace": format!("n{i}")}));
    }
    let fifth = || json!({"Namespace": "n4"});
    assert_eq!(client.code("scf.CreateNamespace", fifth()), "LimitExceeded.Namespace");
    client.in_region("ap-shanghai").ok("scf.CreateNamespace", fifth());
}

#[test]
fn a_namespace_with_functions_stays() {
    let client = client();
    client.ok("scf.CreateNamespace", json!({"Namespace": "dev"}));
    let mut request = python("hello", HELLO);
    request["Namespace"] = json!("dev");
    client.ok("scf.CreateFunction", request);
    let delete = || client.call("scf.DeleteNamespace", json!({"Namespace": "dev"}));
    assert_eq!(delete().unwrap_err().0, "FailedOperation.DeleteNamespace");
    let function = json!({"FunctionName": "hello", "Namespace": "dev"});
    wait_for(|| client.call("scf.DeleteFunction", function.clone()).ok());
    wait_for(|| delete().ok());
    assert_eq!(client.code("scf.GetFunction", function), "ResourceNotFound.Namespace");
}
