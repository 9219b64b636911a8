//! Functions.

use serde_json::{Value, json};

use super::{HELLO, about, create, python, wait, zip};
use crate::support::{Client, Server, client, wait_for};

#[test]
fn r73_r76_r79_r105_r120_a_function_reads_back_what_was_created_and_what_was_left_out() {
    let client = client();
    let environment =
        json!({"Variables": [{"Key": "B", "Value": "2"}, {"Key": "A", "Value": "1"}]});
    let mut request = python("hello", HELLO);
    request["Description"] = json!("says hello");
    request["Environment"] = environment.clone();
    request["Tags"] = json!([{"Key": "env", "Value": "dev"}]);
    let read = create(&client, request);
    assert!(read["FunctionId"].as_str().unwrap().starts_with("lam-"));
    let eip = json!({"EipStatus": "DISABLE", "EipAddress": []});
    for (member, value) in [
        ("FunctionName", json!("hello")),
        ("Namespace", json!("default")),
        ("Description", json!("says hello")),
        ("Runtime", json!("Python3.6")),
        ("Handler", json!("index.main")),
        ("MemorySize", json!(128)),
        ("Timeout", json!(3)),
        ("InitTimeout", json!(60)),
        ("Type", json!("Event")),
        ("FunctionVersion", json!("$LATEST")),
        ("Qualifier", json!("$LATEST")),
        ("AvailableStatus", json!("Available")),
        ("AsyncRunEnable", json!("FALSE")),
        ("DnsCache", json!("FALSE")),
        ("InstallDependency", json!("FALSE")),
        ("VpcConfig", json!({"VpcId": "", "SubnetId": ""})),
        ("DeadLetterConfig", json!({"Type": "", "Name": "", "FilterType": ""})),
        ("Environment", environment),
        ("Tags", json!([{"Key": "env", "Value": "dev"}])),
        ("Triggers", json!([])),
        ("StatusReasons", json!([])),
        ("PublicNetConfig", json!({"PublicNetStatus": "ENABLE", "EipConfig": eip})),
    ] {
        assert_eq!(read[member], value, "{member}");
    }
}

#[test]
fn r59_a_new_function_is_creating_and_busy_and_its_name_is_taken() {
    let server = Server::start(&[]);
    let client = server.client();
    client.console("POST", "transitions", &json!({"function.create": null}));
    client.ok("scf.CreateFunction", python("hello", HELLO));
    let read = client.ok("scf.GetFunction", about("hello", json!({})));
    assert_eq!(read["Status"], "Creating");
    let package = zip(&[("index.py", HELLO)]);
    for (action, more) in [
        ("scf.UpdateFunctionConfiguration", json!({"Timeout": 5})),
        ("scf.UpdateFunctionCode", json!({"ZipFile": package})),
        ("scf.PublishVersion", json!({})),
        ("scf.DeleteFunction", json!({})),
        ("scf.Invoke", json!({})),
        ("scf.CreateAlias", json!({"Name": "a", "FunctionVersion": "$LATEST"})),
    ] {
        let code = client.code(action, about("hello", more));
        assert_eq!(code, "FailedOperation.FunctionStatusError", "{action}");
    }
    assert_eq!(client.code("scf.CreateFunction", python("hello", HELLO)), "ResourceInUse.Function");
}

#[test]
fn a_failed_create_tells_why_and_can_only_be_deleted() {
    let client = client();
    let reasons = json!([{"code": "InternalError", "message": "no room"}]);
    client.fault("CreateFunction", json!({"effect": {"type": "outcome", "reasons": reasons}}));
    client.ok("scf.CreateFunction", python("hello", HELLO));
    let read = wait(&client, "hello", "CreateFailed");
    let shown = json!([{"ErrorCode": "InternalError", "ErrorMessage": "no room"}]);
    assert_eq!(read["StatusReasons"], shown);
    let update = about("hello", json!({"Timeout": 5}));
    let code = client.code("scf.UpdateFunctionConfiguration", update);
    assert_eq!(code, "FailedOperation.FunctionStatusError");
    client.ok("scf.DeleteFunction", about("hello", json!({})));
}

fn gone(client: &Client, name: &str) {
    wait_for(|| {
        let read = client.call("scf.GetFunction", about(name, json!({})));
        read.err().filter(|(code, _)| code == "ResourceNotFound.Function")
    });
}

#[test]
fn a_deleted_function_goes_with_everything_it_had() {
    let client = client();
    let mut request = python("hello", HELLO);
    request["Tags"] = json!([{"Key": "env", "Value": "dev"}]);
    let first = create(&client, request);
    super::publish(&client, "hello");
    client.ok("scf.CreateAlias", about("hello", json!({"Name": "live", "FunctionVersion": "1"})));
    client.ok("scf.DeleteFunction", about("hello", json!({})));
    gone(&client, "hello");
    assert_eq!(client.ok("scf.ListFunctions", json!({}))["TotalCount"], 0);
    let second = create(&client, python("hello", HELLO));
    assert_ne!(first["FunctionId"], second["FunctionId"]);
    assert_eq!(second["Tags"], json!([]));
    let versions = client.ok("scf.ListVersionByFunction", about("hello", json!({})));
    assert_eq!(versions["FunctionVersion"], json!(["$LATEST"]));
    assert_eq!(client.ok("scf.ListAliases", about("hello", json!({})))["TotalCount"], 1);
    assert_eq!(super::publish(&client, "hello"), "1");
}

#[test]
fn code_and_configuration_are_updated_in_place() {
    let client = client();
    let created = create(&client, python("hello", HELLO));
    let address = || client.ok("scf.GetFunctionAddress", about("hello", json!({})));
    let before = address()["CodeSha256"].clone();
    let code = json!({"ZipFile": zip(&[("other.py", HELLO)]), "Handler": "other.main"});
    client.ok("scf.UpdateFunctionCode", about("hello", code));
    let read = wait(&client, "hello", "Active");
    assert_eq!(read["Handler"], "other.main");
    assert_ne!(address()["CodeSha256"], before);
    let change = json!({"MemorySize": 256, "Timeout": 10, "Description": "d",
                        "Environment": {"Variables": [{"Key": "A", "Value": "1"}]}});
    client.ok("scf.UpdateFunctionConfiguration", about("hello", change));
    let read = wait(&client, "hello", "Active");
    assert_eq!((&read["MemorySize"], &read["Timeout"]), (&json!(256), &json!(10)));
    assert_eq!(read["FunctionId"], created["FunctionId"]);
    let clear = json!({"Environment": {"Variables": [{"Key": "", "Value": ""}]}, "Timeout": 11});
    client.ok("scf.UpdateFunctionConfiguration", about("hello", clear));
    let read = wait(&client, "hello", "Active");
    assert_eq!(read["Environment"]["Variables"], json!([]));
    assert_eq!((&read["MemorySize"], &read["Description"]), (&json!(256), &json!("d")));
}

#[test]
fn the_address_of_the_code_hands_the_package_out() {
    let client = client();
    create(&client, python("hello", HELLO));
    let address = client.ok("scf.GetFunctionAddress", about("hello", json!({})));
    let path = address["Url"].as_str().unwrap().split_once("/_emulator/").unwrap().1;
    let mut request = client.request("scf.GetFunction", "");
    request.method = "GET";
    request.target = format!("/_emulator/{path}");
    request.set("Connection", "close");
    let raw = client.raw(&request);
    assert!(raw.starts_with(b"HTTP/1.1 200"));
    assert!(raw.windows(4).any(|bytes| bytes == b"PK\x03\x04"));
}

#[test]
fn a_failed_update_leaves_what_ran_before_running() {
    let client = client();
    create(&client, python("hello", HELLO));
    client.fault("UpdateFunctionCode", json!({"effect": {"type": "outcome"}}));
    let new = json!({"ZipFile": zip(&[("index.py", "def main(e, c):\n    return 'new'\n")])});
    client.ok("scf.UpdateFunctionCode", about("hello", new.clone()));
    wait(&client, "hello", "UpdateFailed");
    let result = || client.ok("scf.Invoke", about("hello", json!({})))["Result"]["RetMsg"].clone();
    assert_eq!(result(), "\"hello\"");
    client.ok("scf.UpdateFunctionCode", about("hello", new));
    wait(&client, "hello", "Active");
    assert_eq!(result(), "\"new\"");
}

#[test]
fn a_failed_delete_says_so() {
    let client = client();
    create(&client, python("hello", HELLO));
    client.fault("DeleteFunction", json!({"effect": {"type": "outcome"}}));
    client.ok("scf.DeleteFunction", about("hello", json!({})));
    wait(&client, "hello", "DeleteFailed");
}

#[test]
fn functions_are_listed_filtered_ordered_and_paged() {
    let client = client();
    for name in ["alpha", "beta", "gamma"] {
        let mut request = python(name, HELLO);
        request["Description"] = json!(format!("about {name}"));
        request["Tags"] = json!([{"Key": "name", "Value": name}]);
        create(&client, request);
    }
    let names = |request: Value| {
        let listed = client.ok("scf.ListFunctions", request);
        let functions = listed["Functions"].as_array().unwrap();
        let name = |function: &Value| function["FunctionName"].as_str().unwrap().to_owned();
        functions.iter().map(name).collect::<Vec<_>>()
    };
    let by_name = |order: &str, limit: u32| {
        names(json!({"Orderby": "FunctionName", "Order": order, "Limit": limit}))
    };
    assert_eq!(by_name("ASC", 20), ["alpha", "beta", "gamma"]);
    assert_eq!(by_name("DESC", 1), ["gamma"]);
    assert_eq!(names(json!({"SearchKey": "et"})), ["beta"]);
    assert_eq!(names(json!({"Description": "about al"})), ["alpha"]);
    let filter = |name: &str, values: Value| json!({"Filters": [{"Name": name, "Values": values}]});
    assert_eq!(names(filter("tag-name", json!(["beta"]))), ["beta"]);
    assert_eq!(names(filter("Status", json!(["Active"]))).len(), 3);
    assert_eq!(names(filter("Runtime", json!(["Go1"]))).len(), 0);
    let code = |request: Value| client.code("scf.ListFunctions", request);
    assert_eq!(code(filter("Color", json!(["red"]))), "InvalidParameterValue.Filters");
    assert_eq!(code(json!({"Limit": 101})), "InvalidParameterValue.Limit");
    assert_eq!(code(json!({"Order": "UP"})), "InvalidParameterValue.Order");
}

#[test]
fn r91_a_function_is_copied_without_versions() {
    let client = client();
    let mut request = python("hello", HELLO);
    request["MemorySize"] = json!(256);
    create(&client, request);
    super::publish(&client, "hello");
    let copy = |more: Value| {
        let mut request = about("hello", json!({"NewFunctionName": "copy"}));
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    client.ok("scf.CopyFunction", copy(json!({})));
    assert_eq!(wait(&client, "copy", "Active")["MemorySize"], 256);
    let versions = client.ok("scf.ListVersionByFunction", about("copy", json!({})));
    assert_eq!(versions["TotalCount"], 1);
    assert_eq!(client.code("scf.CopyFunction", copy(json!({}))), "ResourceInUse.Function");
    client.ok("scf.CopyFunction", copy(json!({"Override": true, "CopyConfiguration": false})));
    assert_eq!(wait(&client, "copy", "Active")["MemorySize"], 128);
    client.ok("scf.DeleteFunction", about("hello", json!({})));
    let result = client.ok("scf.Invoke", about("copy", json!({})));
    assert_eq!(result["Result"]["RetMsg"], "\"hello\"");
}

#[test]
fn the_account_tells_what_is_used() {
    let client = client();
    create(&client, python("hello", HELLO));
    let account = client.ok("scf.GetAccount", json!({}));
    assert_eq!(account["AccountLimit"]["NamespacesCount"], 5);
    assert_eq!(account["AccountLimit"]["Namespace"][0]["FunctionsCount"], 50);
    assert_eq!(account["AccountUsage"]["Namespace"][0]["Functions"], json!(["hello"]));
    assert_eq!(account["AccountUsage"]["TotalConcurrencyMem"], 128_000, "R30");
    let small = client.in_region("ap-tokyo").ok("scf.GetAccount", json!({}));
    assert_eq!(small["AccountUsage"]["TotalConcurrencyMem"], 64_000, "R31");
}

#[test]
fn packages_go_with_the_last_function_that_holds_them() {
    let client = client();
    let uin = client.ok("sts.GetCallerIdentity", json!({}))["AccountId"].clone();
    let count = || {
        let state = client.look("state");
        let packages = state["packages"].as_array().unwrap();
        packages.iter().filter(|package| package["account"] == uin).count()
    };
    create(&client, python("one", HELLO));
    create(&client, python("two", HELLO));
    assert_eq!(count(), 1);
    client.ok("scf.UpdateFunctionConfiguration", about("one", json!({"Timeout": 5})));
    wait(&client, "one", "Active");
    client.ok("scf.DeleteFunction", about("one", json!({})));
    assert_eq!(count(), 1);
    client.ok("scf.DeleteFunction", about("two", json!({})));
    assert_eq!(count(), 0);
}

#[test]
fn r89_the_name_cache_is_a_switch_of_the_function() {
    let client = client();
    let mut request = python("hello", HELLO);
    request["DnsCache"] = json!("TRUE");
    assert_eq!(create(&client, request)["DnsCache"], "TRUE");
    let off = about("hello", json!({"DnsCache": "FALSE"}));
    client.ok("scf.UpdateFunctionConfiguration", off);
    assert_eq!(wait(&client, "hello", "Active")["DnsCache"], "FALSE");
}

#[test]
fn r311_functions_need_the_role_of_the_function_platform() {
    let client = client();
    let standing = |on: bool| {
        let change = json!({"account": client.secret_id, "standing": {"function_role": on}});
        assert_eq!(client.console("POST", "account", &change).status, 200);
    };
    create(&client, python("before", HELLO));
    standing(false);
    let code = client.code("scf.CreateFunction", python("after", HELLO));
    assert_eq!(code, "FailedOperation.QcsRoleNotFound");
    let copy = json!({"FunctionName": "before", "NewFunctionName": "after"});
    assert_eq!(client.code("scf.CopyFunction", copy), "FailedOperation.QcsRoleNotFound");
    standing(true);
    create(&client, python("after", HELLO));
}
