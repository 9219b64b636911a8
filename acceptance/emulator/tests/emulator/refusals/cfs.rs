//! File storage.

use serde_json::{Value, json};

use super::{all, letters};
use crate::scf::{HELLO, python};
use crate::support::{Client, Server, client, wait_for};

/// A VPC, a subnet of it and a request for a file system there.
fn request(client: &Client) -> Value {
    let vpc = client.ok("vpc.CreateVpc", json!({"VpcName": "v", "CidrBlock": "10.0.0.0/16"}));
    let vpc = vpc["Vpc"]["VpcId"].clone();
    let subnet = json!({"VpcId": vpc, "SubnetName": "s", "Zone": "ap-guangzhou-3", "CidrBlock": "10.0.0.0/28"});
    let subnet = client.ok("vpc.CreateSubnet", subnet)["Subnet"]["SubnetId"].clone();
    json!({"Zone": "ap-guangzhou-3", "NetInterface": "VPC", "PGroupId": "pgroupbasic",
           "VpcId": vpc, "SubnetId": subnet})
}

fn with(mut request: Value, more: Value) -> Value {
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request
}

fn shown(client: &Client, id: &Value) -> Value {
    client.ok("cfs.DescribeCfsFileSystems", json!({"FileSystemId": id}))["FileSystems"][0].clone()
}

/// A file system that can be used.
fn file_system(client: &Client, request: Value) -> Value {
    let id = client.ok("cfs.CreateCfsFileSystem", request)["FileSystemId"].clone();
    wait_for(|| (shown(client, &id)["LifeCycleState"] == "available").then_some(()));
    id
}

#[test]
fn names_of_permission_groups_are_bounded_and_the_basic_one_stays() {
    let client = client();
    let group =
        client.ok("cfs.CreateCfsPGroup", json!({"Name": letters(64), "DescInfo": letters(255)}));
    let group = &group["PGroupId"];
    let rule = |ip: &str| json!({"PGroupId": group, "AuthClientIp": ip, "Priority": 1});
    client.ok("cfs.CreateCfsRule", rule("10.0.0.0/8"));
    let second = client.ok("cfs.CreateCfsRule", rule("10.1.0.0/16"))["RuleId"].clone();
    let unsupported = "UnsupportedOperation";
    let basic = json!({"PGroupId": "pgroupbasic"});
    all(
        &client,
        vec![
            ("cfs.CreateCfsPGroup", json!({"Name": ""}), "InvalidParameterValue.MissingPgroupName"),
            (
                "cfs.CreateCfsPGroup",
                json!({"Name": letters(65)}),
                "InvalidParameterValue.PgroupNameLimitExceeded",
            ),
            (
                "cfs.CreateCfsPGroup",
                json!({"Name": "g", "DescInfo": letters(256)}),
                "InvalidParameterValue.PgroupDescinfoLimitExceeded",
            ),
            ("cfs.UpdateCfsPGroup", with(basic.clone(), json!({"DescInfo": "d"})), unsupported),
            ("cfs.DeleteCfsPGroup", basic.clone(), unsupported),
            (
                "cfs.DeleteCfsPGroup",
                json!({"PGroupId": "pgroup-none"}),
                "ResourceNotFound.PgroupNotFound",
            ),
            ("cfs.CreateCfsRule", with(rule("10.0.0.1"), basic), unsupported),
            (
                "cfs.UpdateCfsRule",
                with(rule("10.0.0.0/8"), json!({"RuleId": second})),
                "InvalidParameterValue.DuplicatedRuleAuthClientIp",
            ),
        ],
    );
}

#[test]
fn file_systems_keep_to_their_bounds() {
    let client = client();
    let request = request(&client);
    let longest = with(request.clone(), json!({"FsName": letters(64), "ClientToken": letters(64)}));
    let id = file_system(&client, longest);
    let about = |more: Value| with(json!({"FileSystemId": id}), more);
    let create = "cfs.CreateCfsFileSystem";
    let ccn = json!({"NetInterface": "CCN", "CcnId": "ccn-1", "CidrBlock": "nonsense"});
    all(
        &client,
        vec![
            (
                create,
                with(request.clone(), json!({"FsName": letters(65)})),
                "InvalidParameterValue.FsNameLimitExceeded",
            ),
            (
                create,
                with(request.clone(), json!({"ClientToken": letters(65)})),
                "InvalidParameterValue.ClientTokenLimitExceeded",
            ),
            (create, with(request.clone(), ccn), "InvalidParameterValue"),
            (
                "cfs.UpdateCfsFileSystemName",
                about(json!({"FsName": letters(65)})),
                "InvalidParameterValue.FsNameLimitExceeded",
            ),
            (
                "cfs.UpdateCfsFileSystemPGroup",
                about(json!({"PGroupId": "pgroup-none"})),
                "ResourceNotFound.PgroupNotFound",
            ),
            (
                "cfs.ScaleUpFileSystem",
                about(json!({"TargetCapacity": 20_480})),
                "InvalidParameterValue.InvalidStorageType",
            ),
            (
                "cfs.DescribeCfsFileSystems",
                json!({"Filters": [{"Name": "Colour", "Values": ["red"]}]}),
                "InvalidParameterValue",
            ),
        ],
    );
}

#[test]
fn the_addresses_of_a_subnet_run_out_and_come_back() {
    let client = client();
    let request = request(&client);
    let (account, region) = (&client.secret_id, &client.region);
    let more =
        json!({"account": account, "region": region, "name": "cfs.file_systems", "limit": 20});
    assert_eq!(client.console("POST", "quotas", &more).status, 200);
    let made: Vec<_> = (0..13).map(|_| file_system(&client, request.clone())).collect();
    let code = client.code("cfs.CreateCfsFileSystem", request.clone());
    assert_eq!(code, "ResourceInsufficient.SubnetIpAllOccupied");
    client.ok("cfs.DeleteCfsFileSystem", json!({"FileSystemId": made[5]}));
    let again = wait_for(|| client.call("cfs.CreateCfsFileSystem", request.clone()).ok());
    for id in made.iter().chain([&again["FileSystemId"]]) {
        let delete = || client.call("cfs.DeleteCfsFileSystem", json!({"FileSystemId": id})).ok();
        wait_for(|| shown(&client, id).is_null().then_some(()).or_else(|| delete().and(None)));
    }
    wait_for(|| client.call("vpc.DeleteSubnet", json!({"SubnetId": request["SubnetId"]})).ok());
}

#[test]
fn a_file_system_that_is_not_ready_is_not_changed() {
    // Of its own: the length of transitions holds for all accounts.
    let server = Server::start(&[]);
    let client = server.client();
    client.console("POST", "transitions", &json!({"file_system.create": null}));
    let id = client.ok("cfs.CreateCfsFileSystem", request(&client))["FileSystemId"].clone();
    let about = |more: Value| with(json!({"FileSystemId": id}), more);
    let code = "InvalidParameterValue.InvalidFsStatus";
    all(
        &client,
        vec![
            ("cfs.UpdateCfsFileSystemName", about(json!({"FsName": "n"})), code),
            ("cfs.UpdateCfsFileSystemPGroup", about(json!({"PGroupId": "pgroupbasic"})), code),
            ("cfs.ScaleUpFileSystem", about(json!({"TargetCapacity": 20_480})), code),
        ],
    );
    let read = shown(&client, &id);
    let target = client.ok("cfs.DescribeMountTargets", json!({"FileSystemId": id}));
    let mount = json!([{"UserId": "", "UserGroupId": "", "CfsId": id, "LocalMountDir": "/mnt/a",
                        "MountInsId": target["MountTargets"][0]["MountTargetId"], "RemoteMountDir": "/"}]);
    let vpc = &target["MountTargets"][0];
    let function = with(
        python("hello", HELLO),
        json!({"VpcConfig": {"VpcId": vpc["VpcId"], "SubnetId": vpc["SubnetId"]},
               "CfsConfig": {"CfsInsList": mount}}),
    );
    assert_eq!(read["LifeCycleState"], "creating");
    let code = client.code("scf.CreateFunction", function);
    assert_eq!(code, "ResourceNotFound.CfsStatusError");
}

#[test]
fn functions_mount_nothing_but_nfs() {
    let client = client();
    let request = with(request(&client), json!({"Protocol": "CIFS"}));
    let id = file_system(&client, request.clone());
    let mount = json!([{"UserId": "", "UserGroupId": "", "CfsId": id, "MountInsId": id,
                        "LocalMountDir": "/mnt/a", "RemoteMountDir": "/"}]);
    let function = with(
        python("hello", HELLO),
        json!({"VpcConfig": {"VpcId": request["VpcId"], "SubnetId": request["SubnetId"]},
               "CfsConfig": {"CfsInsList": mount}}),
    );
    let code = client.code("scf.CreateFunction", function);
    assert_eq!(code, "ResourceNotFound.CfsProtocolError");
}

#[test]
fn a_file_system_has_its_capacity_and_its_tags_for_as_long_as_it_lives() {
    let client = client();
    let tags = json!([{"TagKey": "team", "TagValue": "a"}]);
    let id = file_system(&client, with(request(&client), json!({"ResourceTags": tags})));
    let read = shown(&client, &id);
    assert_eq!(read["Tags"], tags);
    assert_eq!(read["SizeLimit"], 160_i64 << 40, "it grows with its files");
    let turbo = json!({"Protocol": "TURBO", "StorageType": "TB", "Capacity": 40_960});
    let turbo = file_system(&client, with(request(&client), turbo));
    assert_eq!(shown(&client, &turbo)["SizeLimit"], 40_960_i64 << 30);
    client.ok("cfs.DeleteCfsFileSystem", json!({"FileSystemId": id}));
    wait_for(|| shown(&client, &id).is_null().then_some(()));
    let tagged = client.ok("tag.GetResources", json!({"TagFilters": [{"TagKey": "team"}]}));
    assert_eq!(tagged["ResourceTagMappingList"], json!([]));
}
