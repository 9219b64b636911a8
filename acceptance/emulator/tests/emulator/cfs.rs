//! File storage, and functions that share files.

use serde_json::{Value, json};

use crate::scf::{create, python, wait};
use crate::support::{Client, Server, client, wait_for};

/// A VPC and a subnet of it.
fn network(client: &Client, block: u8) -> [String; 2] {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let vpc = json!({"VpcName": "main", "CidrBlock": format!("10.{block}.0.0/16")});
    let vpc = text(&client.ok("vpc.CreateVpc", vpc)["Vpc"]["VpcId"]);
    let subnet = json!({
        "VpcId": vpc, "SubnetName": "a", "CidrBlock": format!("10.{block}.0.0/28"),
        "Zone": "ap-guangzhou-3",
    });
    let subnet = text(&client.ok("vpc.CreateSubnet", subnet)["Subnet"]["SubnetId"]);
    [vpc, subnet]
}

fn request([vpc, subnet]: &[String; 2]) -> Value {
    json!({"Zone": "ap-guangzhou-3", "NetInterface": "VPC", "PGroupId": "pgroupbasic",
           "VpcId": vpc, "SubnetId": subnet, "FsName": "files"})
}

/// A file system that can be used; its id.
fn file_system(client: &Client, request: Value) -> String {
    let made = client.ok("cfs.CreateCfsFileSystem", request);
    let id = made["FileSystemId"].as_str().unwrap().to_owned();
    wait_for(|| (shown(client, &id)["LifeCycleState"] == "available").then_some(()));
    id
}

fn shown(client: &Client, id: &str) -> Value {
    client.ok("cfs.DescribeCfsFileSystems", json!({"FileSystemId": id}))["FileSystems"][0].clone()
}

fn mount(id: &str, local: &str) -> Value {
    json!({"UserId": "", "UserGroupId": "", "CfsId": id, "MountInsId": id,
           "LocalMountDir": local, "RemoteMountDir": "/"})
}

fn with(network: &[String; 2], mounts: Value) -> Value {
    json!({"VpcConfig": {"VpcId": network[0], "SubnetId": network[1]},
           "CfsConfig": {"CfsInsList": mounts}})
}

fn function(name: &str, source: &str, more: &Value) -> Value {
    let mut request = python(name, source);
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request
}

#[test]
fn a_file_system_lives_and_has_an_address_in_its_subnet() {
    // Of its own: the length of transitions holds for all accounts.
    let server = Server::start(&[]);
    let client = server.client();
    let network = network(&client, 0);
    client.console("POST", "transitions", &json!({"file_system.create": null}));
    let made = client.ok("cfs.CreateCfsFileSystem", request(&network));
    client.console("POST", "transitions", &json!({"file_system.create": 4}));
    assert_eq!(made["LifeCycleState"], "creating");
    let id = made["FileSystemId"].as_str().unwrap();
    assert_eq!(shown(&client, id)["LifeCycleState"], "creating");
    let refusal = client.code("cfs.DeleteCfsFileSystem", json!({"FileSystemId": id}));
    assert_eq!(refusal, "InvalidParameterValue.InvalidFsStatus");

    let mut second = request(&network);
    second["ClientToken"] = json!("once");
    let id = file_system(&client, second.clone());
    let again = client.ok("cfs.CreateCfsFileSystem", second);
    assert_eq!(again["FileSystemId"], json!(id), "a token makes one thing");
    let targets = client.ok("cfs.DescribeMountTargets", json!({"FileSystemId": id}));
    let target = &targets["MountTargets"][0];
    let address = target["IpAddress"].as_str().unwrap();
    assert!(address.starts_with("10.0.0."), "{target}");
    assert_eq!((&target["SubnetId"], &target["VpcName"]), (&json!(network[1]), &json!("main")));
    let mut third = request(&network);
    third["MountIP"] = json!(address);
    let refusal = client.code("cfs.CreateCfsFileSystem", third);
    assert_eq!(refusal, "InvalidParameterValue.InvalidMountTargetIp");

    let refusal = client.code("vpc.DeleteSubnet", json!({"SubnetId": network[1]}));
    assert_eq!(refusal, "ResourceInUse");
    client.ok("cfs.UpdateCfsFileSystemName", json!({"FileSystemId": id, "FsName": "other"}));
    assert_eq!(shown(&client, &id)["FsName"], "other");
    client.ok("cfs.DeleteCfsFileSystem", json!({"FileSystemId": id}));
    wait_for(|| shown(&client, &id).is_null().then_some(()));
    let refusal = client.code("cfs.DescribeMountTargets", json!({"FileSystemId": id}));
    assert_eq!(refusal, "ResourceNotFound.FileSystemNotFound");
}

#[test]
fn what_cannot_be_a_file_system_is_refused() {
    let client = client();
    let network = network(&client, 0);
    for (member, value, code) in [
        ("Zone", "ap-guangzhou-x", "InvalidParameterValue.InvalidZoneId"),
        ("NetInterface", "LAN", "InvalidParameterValue.InvalidNetInterface"),
        ("Protocol", "SMB", "InvalidParameterValue.InvalidProtocol"),
        ("StorageType", "TB", "InvalidParameterValue.InvalidStorageType"),
        ("PGroupId", "pgroup-none", "ResourceNotFound.PgroupNotFound"),
        ("VpcId", "vpc-none", "InvalidParameterValue.InvalidVpcId"),
        ("SubnetId", "subnet-none", "InvalidParameterValue.InvalidSubnetId"),
        ("MountIP", "10.9.0.4", "InvalidParameterValue.InvalidMountTargetIp"),
    ] {
        let mut sent = request(&network);
        sent[member] = json!(value);
        assert_eq!(client.code("cfs.CreateCfsFileSystem", sent), code, "{member}");
    }
    let mut turbo = request(&network);
    turbo["Protocol"] = json!("TURBO");
    turbo["StorageType"] = json!("TB");
    turbo["Capacity"] = json!(20_481);
    let code = client.code("cfs.CreateCfsFileSystem", turbo.clone());
    assert_eq!(code, "InvalidParameterValue.InvalidTurboCapacity");
    turbo["Capacity"] = json!(20_480);
    let id = file_system(&client, turbo);
    let grow = |capacity| json!({"FileSystemId": id, "TargetCapacity": capacity});
    let code = client.code("cfs.ScaleUpFileSystem", grow(20_480));
    assert_eq!(code, "InvalidParameterValue.InvalidTurboCapacity");
    client.ok("cfs.ScaleUpFileSystem", grow(30_720));
    wait_for(|| (shown(&client, &id)["LifeCycleState"] == "available").then_some(()));
    assert_eq!(shown(&client, &id)["Capacity"], 30_720);
}

#[test]
fn permission_groups_have_rules() {
    let client = client();
    let groups = || client.ok("cfs.DescribeCfsPGroups", json!({}))["PGroupList"].clone();
    assert_eq!(groups()[0]["PGroupId"], "pgroupbasic");
    let made = client.ok("cfs.CreateCfsPGroup", json!({"Name": "web", "DescInfo": "of the web"}));
    let group = made["PGroupId"].as_str().unwrap();
    let code = client.code("cfs.CreateCfsPGroup", json!({"Name": "web"}));
    assert_eq!(code, "InvalidParameterValue.DuplicatedPgroupName");
    client.ok("cfs.UpdateCfsPGroup", json!({"PGroupId": group, "DescInfo": "other"}));
    assert_eq!(groups()[1]["DescInfo"], "other");

    let rule = |clients: &str, priority: i64| {
        json!({"PGroupId": group, "AuthClientIp": clients, "Priority": priority,
               "RWPermission": "RW"})
    };
    let made = client.ok("cfs.CreateCfsRule", rule("10.0.0.0/24", 1));
    assert_eq!(
        (&made["RWPermission"], &made["UserPermission"]),
        (&json!("rw"), &json!("root_squash"))
    );
    for (sent, code) in [
        (rule("10.0.0.0/24", 2), "InvalidParameterValue.DuplicatedRuleAuthClientIp"),
        (rule("everybody", 2), "InvalidParameterValue.InvalidAuthClientIp"),
        (rule("*", 101), "InvalidParameterValue.InvalidPriority"),
    ] {
        assert_eq!(client.code("cfs.CreateCfsRule", sent), code);
    }
    let about = json!({"PGroupId": group, "RuleId": made["RuleId"]});
    let mut update = about.clone();
    update["RWPermission"] = json!("ro");
    client.ok("cfs.UpdateCfsRule", update);
    let rules =
        || client.ok("cfs.DescribeCfsRules", json!({"PGroupId": group}))["RuleList"].clone();
    assert_eq!((&rules()[0]["RWPermission"], &rules()[0]["Priority"]), (&json!("ro"), &json!(1)));
    client.ok("cfs.DeleteCfsRule", about.clone());
    assert_eq!(client.code("cfs.DeleteCfsRule", about), "ResourceNotFound.RuleNotFound");

    let mut sent = request(&network(&client, 0));
    sent["PGroupId"] = json!(group);
    let id = file_system(&client, sent);
    let code = client.code("cfs.DeleteCfsPGroup", json!({"PGroupId": group}));
    assert_eq!(code, "FailedOperation.PgroupInUse");
    let basic = json!({"FileSystemId": id, "PGroupId": "pgroupbasic"});
    client.ok("cfs.UpdateCfsFileSystemPGroup", basic);
    client.ok("cfs.DeleteCfsPGroup", json!({"PGroupId": group}));
    assert_eq!(
        client.code("cfs.DescribeCfsRules", json!({"PGroupId": group})),
        "ResourceNotFound.PgroupNotFound"
    );
}

#[test]
fn r382_r383_r384_r387_r388_r389_a_mount_fits_the_function() {
    let client = client();
    let (network, other) = (network(&client, 0), network(&client, 1));
    let id = file_system(&client, request(&network));
    let ccn = json!({"Zone": "ap-guangzhou-3", "NetInterface": "CCN", "PGroupId": "pgroupbasic",
                     "CcnId": "ccn-1", "CidrBlock": "10.5.0.0/24"});
    let ccn = file_system(&client, ccn);
    let changed = |member: &str, value: &str| {
        let mut mount = mount(&id, "/mnt/data");
        mount[member] = json!(value);
        json!([mount])
    };
    let mut outside = with(&network, json!([mount(&id, "/mnt/data")]));
    outside["VpcConfig"] = json!({"VpcId": "", "SubnetId": ""});
    for (sent, code) in [
        (outside, "InvalidParameterValue.VpcNotSetWhenOpenCfs"),
        (with(&other, json!([mount(&id, "/mnt/data")])), "ResourceNotFound.CfsVpcNotMatch"),
        (with(&network, json!([mount(&ccn, "/mnt/data")])), "ResourceNotFound.CfsVpcNotMatch"),
        (with(&network, json!([mount("cfs-none", "/mnt/a")])), "ResourceNotFound.GetCfsNotMatch"),
        (with(&network, changed("MountInsId", &ccn)), "ResourceNotFound.CfsMountInsNotMatch"),
        (
            with(&network, changed("LocalMountDir", "/data")),
            "InvalidParameterValue.CfsLocalMountDir",
        ),
        (
            with(&network, changed("LocalMountDir", "/mnt/")),
            "InvalidParameterValue.CfsLocalMountDir",
        ),
        (
            with(&network, changed("LocalMountDir", "/mnt/../etc")),
            "InvalidParameterValue.CfsLocalMountDir",
        ),
        (with(&network, changed("RemoteMountDir", "a")), "InvalidParameterValue.CfsParameterError"),
        (with(&network, changed("UserId", "root")), "InvalidParameterValue.CfsParameterError"),
        (
            with(&network, json!([mount(&id, "/mnt/a"), mount(&id, "/mnt/a/b")])),
            "InvalidParameterValue.CfsParameterDuplicate",
        ),
    ] {
        let request = function("hello", crate::scf::HELLO, &sent);
        assert_eq!(client.code("scf.CreateFunction", request), code, "{sent}");
    }
}

#[test]
fn r82_r385_r386_functions_share_the_files_of_a_file_system() {
    let client = client();
    let network = network(&client, 0);
    let id = file_system(&client, request(&network));
    let writer = "import os\n\ndef main(event, context):\n    \
                  os.makedirs('/mnt/data/sub', exist_ok=True)\n    \
                  open('/mnt/data/sub/note', 'w').write(event['text'])\n    \
                  return os.getuid()\n";
    let reader = "def main(event, context):\n    return open('/mnt/other/note').read()\n";
    let more = with(&network, json!([mount(&id, "/mnt/data")]));
    create(&client, function("writer", writer, &more));
    let mut deep = mount(&id, "/mnt/other");
    deep["RemoteMountDir"] = json!("/sub");
    create(&client, function("reader", reader, &with(&network, json!([deep]))));
    let call = |name: &str, text: &str| {
        let event = json!({"text": text}).to_string();
        let request = json!({"FunctionName": name, "ClientContext": event});
        client.ok("scf.Invoke", request)["Result"].clone()
    };
    let missing = call("reader", "");
    assert!(missing.to_string().contains("there is no directory /sub"), "{missing}");
    assert_eq!(call("writer", "hello")["RetMsg"], "10000", "R385");
    assert_eq!(call("reader", "")["RetMsg"], "\"hello\"");
    call("writer", "again");
    assert_eq!(call("reader", "")["RetMsg"], "\"again\"");
    assert_eq!(shown(&client, &id)["SizeByte"], 5);

    let read = client.ok("scf.GetFunction", json!({"FunctionName": "writer"}));
    let found = &read["CfsConfig"]["CfsInsList"][0];
    assert_eq!((&found["UserId"], &found["MountVpcId"]), (&json!("10000"), &json!(network[0])));
    assert!(found["IpAddress"].as_str().unwrap().starts_with("10.0.0."), "{found}");

    let refusal = client.code("cfs.DeleteCfsFileSystem", json!({"FileSystemId": id}));
    assert_eq!(refusal, "FailedOperation.MountTargetExists");
    for name in ["writer", "reader"] {
        let none = json!({"FunctionName": name, "CfsConfig": {"CfsInsList": []}});
        client.ok("scf.UpdateFunctionConfiguration", none);
        wait(&client, name, "Active");
    }
    assert!(call("reader", "").to_string().contains("No such file"), "it is unmounted");
    wait_for(|| client.call("cfs.DeleteCfsFileSystem", json!({"FileSystemId": id})).ok());
}
