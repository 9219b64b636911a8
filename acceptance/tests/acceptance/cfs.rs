//! File systems, and functions that share files through them.

use acceptance::Case;
use serde_json::{Value as Json, json};
use tencentcloud_api::{cfs, scf, vpc};

const FILES: &str = "tencentcloud_cfs_file_system.a";
const GROUP: &str = "tencentcloud_cfs_access_group.a";
const RULE: &str = "tencentcloud_cfs_access_rule.a";
const FUNCTION: &str = "tencentcloud_scf_function.writer";

const NETWORK: &str = r#"
resource "tencentcloud_vpc" "a" {
  name       = "a"
  cidr_block = "10.0.0.0/16"
}

resource "tencentcloud_subnet" "a" {
  name              = "a"
  vpc_id            = tencentcloud_vpc.a.id
  availability_zone = "ap-guangzhou-3"
  cidr_block        = "10.0.1.0/24"
}
"#;

const IN_NETWORK: &str = "vpc_id = tencentcloud_vpc.a.id\n  subnet_id = tencentcloud_subnet.a.id";

/// A file system.
fn files(group: &str, rest: &str) -> String {
    format!(
        r#"
resource "tencentcloud_cfs_file_system" "a" {{
  availability_zone = "ap-guangzhou-3"
  access_group_id   = {group}
  {rest}
}}
"#
    )
}

fn group(name: &str, rest: &str) -> String {
    format!(
        "resource \"tencentcloud_cfs_access_group\" \"a\" {{\n  name = {name:?}\n  {rest}\n}}\n"
    )
}

fn rule(rest: &str) -> String {
    format!(
        r#"
resource "tencentcloud_cfs_access_rule" "a" {{
  access_group_id = tencentcloud_cfs_access_group.a.id
  {rest}
}}
"#
    )
}

/// A function that writes its event into a file, or one that reads it.
fn function(name: &str, rest: &str) -> String {
    format!(
        r#"
resource "tencentcloud_scf_function" "{name}" {{
  name       = "{name}"
  runtime    = "Python3.10"
  handler    = "{name}.main_handler"
  source_dir = "code"
  {rest}
}}
"#
    )
}

fn mount(local: &str) -> String {
    format!(
        r#"
  cfs_config {{
    cfs_id           = tencentcloud_cfs_file_system.a.id
    mount_ins_id     = tencentcloud_cfs_file_system.a.id
    user_id          = "10000"
    user_group_id    = "10000"
    local_mount_dir  = "{local}"
    remote_mount_dir = "/"
  }}
"#
    )
}

fn id(case: &Case, address: &str) -> String {
    case.state(address)["id"].as_str().expect("it is in the state").to_owned()
}

#[test]
fn a_file_system_is_changed_in_place_replaced_and_imported() {
    let case = Case::new();
    let around = format!("{NETWORK}{}", group("web", ""));
    let one = files("\"pgroupbasic\"", &format!("{IN_NETWORK}\n  name = \"one\""));
    case.apply(&format!("{around}{one}"));
    let made = case.state(FILES);
    assert!(made["mount_ip"].as_str().unwrap().starts_with("10.0.1."), "{made}");
    let settings = format!("{IN_NETWORK}\n  name = \"two\"\n  tags = {{ team = \"web\" }}");
    let two = format!("{around}{}", files("tencentcloud_cfs_access_group.a.id", &settings));
    let plan = case.plan(&two);
    assert_eq!(plan.action(FILES), "update");
    assert_eq!(plan.changed(FILES), ["access_group_id", "name", "tags"]);
    case.apply(&two);
    let state = case.state(FILES);
    assert_eq!((&state["id"], &state["name"]), (&made["id"], &json!("two")));
    case.import(FILES, made["id"].as_str().unwrap(), &["timeouts"]);
    case.expect_no_changes();
    let moved = two.replace("name = \"two\"", "name = \"two\"\n  mount_ip = \"10.0.1.100\"");
    assert_eq!(case.plan(&moved).action(FILES), "replace");
    case.apply(&moved);
    assert_eq!(case.state(FILES)["mount_ip"], "10.0.1.100");
    case.finish();
}

#[test]
fn a_turbo_file_system_grows_in_place_and_shrinks_by_replacement() {
    let case = Case::new();
    let turbo = |gib: i64| {
        let rest = format!(
            "{IN_NETWORK}\n  protocol = \"TURBO\"\n  storage_type = \"TP\"\n  capacity = {gib}"
        );
        format!("{NETWORK}{}", files("\"pgroupbasic\"", &rest))
    };
    case.apply(&turbo(10_240));
    assert_eq!(case.plan(&turbo(20_480)).action(FILES), "update");
    case.apply(&turbo(20_480));
    assert_eq!(case.state(FILES)["capacity"], 20_480);
    assert_eq!(case.plan(&turbo(10_240)).action(FILES), "replace");
    case.refuse_plan(&turbo(10_241), &["Invalid capacity", "steps of 10240"]);
    case.configure(&turbo(20_480));
    case.finish();
}

#[test]
fn groups_and_rules_are_changed_in_place_and_imported() {
    let case = Case::new();
    let clients = "auth_client_ip = \"10.0.1.0/24\"\n  priority = 1";
    case.apply(&format!("{}{}", group("one", "description = \"first\""), rule(clients)));
    let (group_id, rule_id) = (id(&case, GROUP), id(&case, RULE));
    let state = case.state(RULE);
    let defaults = (&state["rw_permission"], &state["user_permission"]);
    assert_eq!(defaults, (&json!("RO"), &json!("root_squash")));
    let clients = "auth_client_ip = \"*\"\n  priority = 2\n  rw_permission = \"RW\"\n  \
                   user_permission = \"no_all_squash\"";
    let two = format!("{}{}", group("two", ""), rule(clients));
    let plan = case.plan(&two);
    assert_eq!((plan.action(GROUP), plan.action(RULE)), ("update", "update"));
    case.apply(&two);
    assert_eq!((id(&case, GROUP), id(&case, RULE)), (group_id.clone(), rule_id.clone()));
    assert_eq!(case.state(GROUP)["description"], "");
    case.import(RULE, &rule_id, &["timeouts"]);
    case.import(GROUP, &group_id, &["timeouts"]);
    case.expect_no_changes();
    let late = two.replace("= 2", "= 101");
    case.refuse_plan(&late, &["Invalid priority", "101"]);
    case.configure(&two);
    let twice = format!(
        "{two}{}",
        rule("auth_client_ip = \"*\"\n  priority = 3").replace("\"a\"", "\"b\"")
    );
    case.refuse_apply(&twice, &["DuplicatedRuleAuthClientIp"]);
    case.finish();
}

#[test]
fn what_vanished_is_made_again() {
    let case = Case::new();
    let clients = rule("auth_client_ip = \"*\"\n  priority = 1");
    let all =
        format!("{NETWORK}{}{clients}{}", group("web", ""), files("\"pgroupbasic\"", IN_NETWORK));
    case.apply(&all);
    let delete = cfs::DeleteCfsFileSystemRequest { file_system_id: id(&case, FILES) };
    case.cloud().call(&delete).unwrap();
    let delete = cfs::DeleteCfsPGroupRequest { p_group_id: id(&case, GROUP) };
    case.cloud().call(&delete).unwrap();
    let file_system = id(&case, FILES);
    case.cloud()
        .ask(async |client| cfs::wait_file_system_gone(client, &file_system).await)
        .unwrap();
    let plan = case.plan(&all);
    assert_eq!([FILES, GROUP, RULE].map(|address| plan.action(address)), ["create"; 3]);
    case.apply(&all);
    case.finish();
}

#[test]
fn what_is_wrong_with_a_file_system_is_said_while_planning() {
    let case = Case::new();
    for (rest, words) in [
        ("", ["Missing vpc_id", "net_interface"]),
        ("net_interface = \"CCN\"\n  ccn_id = \"ccn-1\"", ["Missing cidr_block", "CCN"]),
        ("net_interface = \"LAN\"", ["net_interface", "LAN"]),
        ("vpc_id = \"v\"\n  subnet_id = \"s\"\n  storage_type = \"TB\"", ["storage_type", "TURBO"]),
        (
            "vpc_id = \"v\"\n  subnet_id = \"s\"\n  capacity = 10",
            ["capacity", "grow with their files"],
        ),
        ("vpc_id = \"v\"\n  subnet_id = \"s\"\n  mount_ip = \"x\"", ["mount_ip", "IPv4"]),
        (
            "vpc_id = \"v\"\n  subnet_id = \"s\"\n  ccn_id = \"ccn-1\"",
            ["ccn_id = ", "does not go together with net_interface"],
        ),
        (
            "net_interface = \"CCN\"\n  ccn_id = \"ccn-1\"\n  cidr_block = \"10.0.0.0/24\"\n  \
             storage_type = \"TB\"\n  protocol = \"TURBO\"",
            ["Missing capacity", "turbo file system needs a capacity"],
        ),
    ] {
        case.refuse_plan(&files("\"pgroupbasic\"", rest), &words);
    }
    let missing =
        files("\"pgroupbasic\"", "vpc_id = \"vpc-00000000\"\n  subnet_id = \"subnet-00000000\"");
    case.refuse_apply(&missing, &["InvalidParameterValue.InvalidVpcId"]);
    case.finish();
}

fn code(case: &Case) {
    let writer = "def main_handler(event, context):\n    \
                  open('/mnt/data/note', 'w').write(event['text'])\n";
    case.write("code/writer.py", writer);
    let reader = "def main_handler(event, context):\n    return open('/mnt/other/note').read()\n";
    case.write("code/reader.py", reader);
}

fn invoke(case: &Case, name: &str, event: &Json) -> String {
    let request = scf::InvokeRequest {
        function_name: name.to_owned(),
        client_context: Some(event.to_string().into()),
        ..scf::InvokeRequest::default()
    };
    let said = case.cloud().call(&request).expect("the function can be called").result;
    format!("{}{}", said.ret_msg.expose(), said.err_msg)
}

#[test]
fn r82_two_functions_share_files_and_mount_in_place() {
    let case = Case::new();
    code(&case);
    let around = format!("{NETWORK}{}", files("\"pgroupbasic\"", IN_NETWORK));
    let writer = |mounts: &str| function("writer", &format!("{IN_NETWORK}\n{mounts}"));
    let reader = function("reader", &format!("{IN_NETWORK}\n{}", mount("/mnt/other")));
    case.apply(&format!("{around}{}{reader}", writer("")));
    assert!(invoke(&case, "reader", &json!({})).contains("No such file"));
    let function_id = case.state(FUNCTION)["function_id"].clone();
    let both = format!("{around}{}{reader}", writer(&mount("/mnt/data")));
    assert_eq!(case.plan(&both).action(FUNCTION), "update");
    case.apply(&both);
    let state = case.state(FUNCTION);
    assert_eq!(state["function_id"], function_id, "it is the same function");
    let found = &state["cfs_config"][0];
    assert_eq!(found["ip_address"], case.state(FILES)["mount_ip"]);
    assert_eq!(found["mount_subnet_id"], state["subnet_id"]);
    invoke(&case, "writer", &json!({"text": "hello"}));
    assert_eq!(invoke(&case, "reader", &json!({})), "\"hello\"");

    let moved = format!("{around}{}{reader}", writer(&mount("/mnt/moved")));
    assert_eq!(case.plan(&moved).changed(FUNCTION), ["cfs_config", "modify_time"]);
    case.apply(&moved);
    assert!(invoke(&case, "writer", &json!({"text": "x"})).contains("No such file"));
    case.apply(&both);
    case.apply(&format!("{around}{}{reader}", writer("")));
    assert_eq!(case.state(FUNCTION)["cfs_config"], json!([]));
    assert_eq!(invoke(&case, "reader", &json!({})), "\"hello\"", "the file stays");
    case.finish();
}

#[test]
fn r383_r384_r387_r388_r389_what_cannot_be_mounted_is_refused() {
    let case = Case::new();
    code(&case);
    let around = format!("{NETWORK}{}", files("\"pgroupbasic\"", IN_NETWORK));
    let with = |mounts: &str| format!("{around}{}", function("writer", mounts));
    let inside = |mounts: &str| with(&format!("{IN_NETWORK}\n{mounts}"));
    case.refuse_plan(&with(&mount("/mnt/data")), &["File system without a network", "vpc_id"]);
    case.refuse_plan(&inside(&mount("/data")), &["local_mount_dir", "below /mnt/"]);
    let remote = mount("/mnt/a").replace("= \"/\"", "= \"a\"");
    case.refuse_plan(&inside(&remote), &["remote_mount_dir", "begins with /"]);
    let nested = format!("{}{}", mount("/mnt/a"), mount("/mnt/a/b"));
    case.refuse_plan(&inside(&nested), &["Directories overlap"]);
    let other = mount("/mnt/a").replace(
        "mount_ins_id     = tencentcloud_cfs_file_system.a.id",
        "mount_ins_id = \"cfs-other\"",
    );
    case.refuse_apply(&inside(&other), &["ResourceNotFound.CfsMountInsNotMatch", "cfs_config"]);
    let network = NETWORK.replace("\"a\"", "\"b\"").replace(".a.", ".b.");
    let elsewhere =
        function("writer", &format!("{}\n{}", IN_NETWORK.replace(".a.", ".b."), mount("/mnt/a")));
    let elsewhere = format!("{around}{network}{elsewhere}");
    case.refuse_apply(&elsewhere, &["ResourceNotFound.CfsVpcNotMatch", "cfs_config"]);
    assert!(!case.cloud().call(&vpc::DescribeVpcsRequest::default()).unwrap().vpc_set.is_empty());
    case.finish();
}

#[test]
fn data_sources_find_what_there_is() {
    let case = Case::new();
    let clients = rule("auth_client_ip = \"*\"\n  priority = 1");
    let settings = format!("{IN_NETWORK}\n  name = \"files\"");
    let files = files("tencentcloud_cfs_access_group.a.id", &settings);
    case.apply(&format!(
        r#"
{NETWORK}{}{clients}{files}
data "tencentcloud_cfs_access_groups" "a" {{
  name = tencentcloud_cfs_access_group.a.name
}}
data "tencentcloud_cfs_access_rules" "a" {{
  access_group_id = tencentcloud_cfs_access_group.a.id
  depends_on      = [tencentcloud_cfs_access_rule.a]
}}
data "tencentcloud_cfs_file_systems" "a" {{
  name      = tencentcloud_cfs_file_system.a.name
  subnet_id = tencentcloud_cfs_file_system.a.subnet_id
}}
data "tencentcloud_cfs_mount_targets" "a" {{
  file_system_id = tencentcloud_cfs_file_system.a.id
}}
data "tencentcloud_cfs_available_zone" "a" {{}}
"#,
        group("web", "")
    ));
    let found = |name: &str| case.state(&format!("data.tencentcloud_cfs_{name}.a"));
    let state = case.state(FILES);
    let groups = found("access_groups")["access_group_list"].clone();
    assert_eq!(groups[0]["access_group_id"], state["access_group_id"]);
    let rules = found("access_rules")["access_rule_list"].clone();
    assert_eq!((&rules[0]["rw_permission"], &rules[0]["priority"]), (&json!("RO"), &json!(1)));
    let files = found("file_systems")["file_system_list"].clone();
    assert_eq!(
        (&files[0]["mount_ip"], &files[0]["status"]),
        (&state["mount_ip"], &json!("available"))
    );
    assert_eq!(found("mount_targets")["mount_targets"][0]["fs_id"], state["fs_id"]);
    let regions = found("available_zone")["region_zones"].clone();
    assert!(regions.to_string().contains("ap-guangzhou-3"), "{regions}");
    case.finish();
}
