//! Networks, subnets and security groups.

use acceptance::Case;
use serde_json::json;
use tencentcloud_api::vpc;

fn network(name: &str, cidr: &str, rest: &str) -> String {
    format!(
        r#"
resource "tencentcloud_vpc" "a" {{
  name       = "{name}"
  cidr_block = "{cidr}"
  {rest}
}}
"#
    )
}

#[test]
fn a_network_is_changed_in_place_replaced_and_imported() {
    let case = Case::new();
    case.apply(&network("one", "10.0.0.0/16", r#"tags = { team = "web" }"#));
    let id = case.state("tencentcloud_vpc.a")["id"].clone();
    let two =
        network("two", "10.0.0.0/16", "dns_servers = [\"1.1.1.1\"]\n  tags = { env = \"dev\" }");
    let plan = case.plan(&two);
    assert_eq!(plan.action("tencentcloud_vpc.a"), "update");
    assert_eq!(plan.changed("tencentcloud_vpc.a"), ["dns_servers", "name", "tags"]);
    case.apply(&two);
    let state = case.state("tencentcloud_vpc.a");
    assert_eq!((&state["id"], &state["name"]), (&id, &json!("two")));
    assert_eq!(state["tags"], json!({ "env": "dev" }));
    case.import("tencentcloud_vpc.a", id.as_str().unwrap(), &[]);
    case.expect_no_changes();
    let moved = network("two", "10.1.0.0/16", "");
    assert_eq!(case.plan(&moved).action("tencentcloud_vpc.a"), "replace");
    case.apply(&moved);
    assert_ne!(case.state("tencentcloud_vpc.a")["id"], id);
    case.finish();
}

#[test]
fn a_network_that_vanished_is_made_again() {
    let case = Case::new();
    let configuration = network("one", "10.0.0.0/16", "");
    case.apply(&configuration);
    let vpc_id = case.state("tencentcloud_vpc.a")["id"].as_str().unwrap().to_owned();
    case.cloud().call(&vpc::DeleteVpcRequest { vpc_id }).unwrap();
    assert_eq!(case.plan(&configuration).action("tencentcloud_vpc.a"), "create");
    case.apply(&configuration);
    case.finish();
}

#[test]
fn what_is_wrong_with_a_network_is_said_while_planning() {
    let case = Case::new();
    case.refuse_plan(&network("", "10.0.0.0/16", ""), &["Invalid name", "1 to 60 characters"]);
    case.refuse_plan(&network("a", "10.0.0.1/16", ""), &["10.0.0.0/16", "cidr_block"]);
    case.refuse_plan(&network("a", "ten", ""), &["Expected an IPv4 block", "got \"ten\""]);
    // What only the cloud knows comes from it, with code and request id.
    case.refuse_apply(
        &network("a", "11.0.0.0/16", ""),
        &["Could not create tencentcloud_vpc", "InvalidParameterValue", "request id"],
    );
}

#[test]
fn a_subnet_lives_in_its_network() {
    let case = Case::new();
    let subnet = |name: &str, zone: &str, rest: &str| {
        network("net", "10.0.0.0/16", "")
            + &format!(
                r#"
resource "tencentcloud_subnet" "a" {{
  name              = "{name}"
  vpc_id            = tencentcloud_vpc.a.id
  availability_zone = "{zone}"
  cidr_block        = "10.0.1.0/24"
  {rest}
}}
"#
            )
    };
    case.apply(&subnet("one", "ap-guangzhou-3", ""));
    let state = case.state("tencentcloud_subnet.a");
    assert_eq!(state["available_ip_count"], 253);
    assert_eq!(state["route_table_id"], case.state("tencentcloud_vpc.a")["default_route_table_id"]);
    let two = subnet("two", "ap-guangzhou-3", "is_multicast = true\n  tags = { a = \"b\" }");
    assert_eq!(case.plan(&two).action("tencentcloud_subnet.a"), "update");
    case.apply(&two);
    case.import("tencentcloud_subnet.a", state["id"].as_str().unwrap(), &[]);
    case.expect_no_changes();
    let elsewhere = subnet("two", "ap-guangzhou-4", "");
    assert_eq!(case.plan(&elsewhere).action("tencentcloud_subnet.a"), "replace");
    let outside = subnet("two", "ap-guangzhou-3", "").replace("10.0.1.0/24", "10.9.1.0/24");
    case.refuse_apply(&outside, &["Could not create tencentcloud_subnet"]);
    let subnet_id = state["id"].as_str().unwrap().to_owned();
    let _ = case.cloud().call(&vpc::DeleteSubnetRequest { subnet_id });
    case.apply(&subnet("three", "ap-guangzhou-3", ""));
    case.finish();
}

#[test]
fn a_security_group_is_changed_in_place_and_imported() {
    let case = Case::new();
    let group = |name: &str, rest: &str| {
        format!(
            "resource \"tencentcloud_security_group\" \"a\" {{\n  name = \"{name}\"\n  {rest}\n}}\n"
        )
    };
    case.apply(&group("one", ""));
    let id = case.state("tencentcloud_security_group.a")["id"].as_str().unwrap().to_owned();
    let two = group("two", "description = \"d\"\n  tags = { a = \"b\" }");
    let plan = case.plan(&two);
    assert_eq!(plan.action("tencentcloud_security_group.a"), "update");
    case.apply(&two);
    case.import("tencentcloud_security_group.a", &id, &[]);
    case.expect_no_changes();
    let project = group("two", "project_id = 7");
    assert_eq!(case.plan(&project).action("tencentcloud_security_group.a"), "replace");
    let long = format!("description = \"{}\"", "x".repeat(101));
    case.refuse_plan(&group("a", &long), &["0 to 100 characters", "description"]);
    case.cloud().call(&vpc::DeleteSecurityGroupRequest { security_group_id: id }).unwrap();
    let plan = case.plan(&two);
    assert_eq!(plan.action("tencentcloud_security_group.a"), "create");
    case.apply(&two);
    case.finish();
}
