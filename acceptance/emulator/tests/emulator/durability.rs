//! State that lies on a disk.

use serde_json::json;

use crate::support::{Client, Server};

#[test]
fn acknowledged_writes_survive_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let arguments = ["--data-dir", dir.path().to_str().unwrap(), "--seed", "3"];
    let first = Server::start(&arguments);
    let client = Client::new(&first.address, "AKIDEMULATOR");
    let vpc = |name: &str| json!({"VpcName": name, "CidrBlock": "10.0.0.0/16"});
    let created = client.ok("vpc.CreateVpc", vpc("kept"));
    first.kill();
    let second = Server::start(&arguments);
    let client = Client::new(&second.address, "AKIDEMULATOR");
    let listed = client.ok("vpc.DescribeVpcs", json!({}));
    assert_eq!(listed["VpcSet"][0]["VpcId"], created["Vpc"]["VpcId"]);
    let again = client.ok("vpc.CreateVpc", vpc("new"));
    assert_ne!(again["Vpc"]["VpcId"], created["Vpc"]["VpcId"], "the seed must not repeat ids");
}

#[test]
fn a_directory_in_use_is_a_clear_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_str().unwrap();
    let _first = Server::start(&["--data-dir", path]);
    let second = crate::support::program()
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir", path])
        .output()
        .unwrap();
    assert!(!second.status.success());
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(said.contains("cannot open the state"), "{said}");
}
