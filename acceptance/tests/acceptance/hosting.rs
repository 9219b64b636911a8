//! Namespaces whose functions run in a Kubernetes cluster.

use acceptance::Case;
use serde_json::json;

const NAMESPACE: &str = "tencentcloud_scf_namespace.a";

const NETWORK: &str = r#"
resource "tencentcloud_vpc" "a" {
  name       = "main"
  cidr_block = "10.0.0.0/16"
}

resource "tencentcloud_subnet" "a" {
  vpc_id            = tencentcloud_vpc.a.id
  name              = "a"
  cidr_block        = "10.0.0.0/24"
  availability_zone = "ap-guangzhou-3"
}
"#;

fn hosted(cluster: &str, more: &str) -> String {
    format!(
        r#"{NETWORK}
resource "tencentcloud_scf_namespace" "a" {{
  namespace = "cluster"

  resource_env {{
    tke {{
      cluster_id = "{cluster}"
      subnet_id  = tencentcloud_subnet.a.id
      namespace  = "functions"
      {more}
    }}
  }}
}}
"#
    )
}

#[test]
fn r395_r403_r405_r406_r410_a_namespace_of_a_cluster_is_waited_for() {
    let case = Case::new();
    case.emulator.ask("transitions", &json!({"namespace.host": 300}));
    let function = r#"
resource "tencentcloud_scf_function" "a" {
  name       = "hello"
  namespace  = tencentcloud_scf_namespace.a.id
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${path.module}/code"
}
"#;
    case.write("code/index.py", "def main_handler(event, context):\n    return 'one'\n");
    let nodes = r#"
      node_selector {
        key   = "disk"
        value = "ssd"
      }
      tolerations {
        key   = "only"
        value = "scf"
      }
"#;
    case.apply(&(hosted("cls-12345678", nodes) + function));
    let tke = case.state(NAMESPACE)["resource_env"][0]["tke"][0].clone();
    assert_eq!((&tke["data_path"], &tke["port"]), (&json!("/var/lib/scf"), &json!(38_000)));
    assert_eq!(tke["tolerations"][0]["operator"], "Equal");
    case.expect_no_changes();
    let described = hosted("cls-12345678", nodes)
        .replace("  namespace = \"cluster\"", "  namespace = \"cluster\"\n  description = \"a\"");
    assert_eq!(case.plan(&(described + function)).action(NAMESPACE), "update");
    let other = hosted("cls-87654321", nodes) + function;
    assert_eq!(case.plan(&other).action(NAMESPACE), "replace");
    case.import(NAMESPACE, "cluster", &["resource_env"]);
    case.configure(&(hosted("cls-12345678", nodes) + function));
    case.finish();
}

#[test]
fn r402_r407_what_is_said_about_a_cluster_is_checked_while_planning() {
    let case = Case::new();
    case.refuse_plan(&hosted("12345678", ""), &["cluster_id", "id of a cluster"]);
    for (more, words) in [
        ("data_path = \"data\"", ["data_path", "absolute path"]),
        ("port = 65536", ["port", "65535"]),
        ("tolerations {\n operator = \"Like\"\n }", ["operator", "Exists"]),
        ("node_selector {\n key = \"\"\n value = \"a\"\n }", ["key", "1 to 317"]),
    ] {
        case.refuse_plan(&hosted("cls-12345678", more), &words);
    }
    let upper = hosted("cls-12345678", "").replace("\"functions\"", "\"Functions\"");
    case.refuse_plan(&upper, &["namespace", "lower-case letters"]);
    let nowhere = hosted("cls-12345678", "").replace("tencentcloud_subnet.a.id", "\"subnet-00\"");
    case.refuse_apply(&nowhere, &["resource_env", "ResourceNotFound.Vpc"]);
    case.configure(NETWORK);
    case.finish();
}

#[test]
fn r404_a_subnet_in_9_x_x_x_is_refused_while_planning() {
    let case = Case::new();
    case.apply(NETWORK);
    // A VPC of the local cloud has no such network.
    let mut state = case.emulator.tell("state");
    let objects = state["objects"].as_array_mut().unwrap();
    let subnet = objects.iter_mut().find(|object| object["kind"] == "vpc.subnet").unwrap();
    subnet["value"]["cidr"] = json!("9.1.0.0/24");
    case.emulator.replace("state", &state);
    let hosted = hosted("cls-12345678", "").replace(
        "tencentcloud_subnet.a.id",
        case.state("tencentcloud_subnet.a")["id"].to_string().as_str(),
    );
    let only = hosted.replace(NETWORK, "");
    case.refuse_plan(&only, &["subnet_id", "9.1.0.0/24"]);
}

#[test]
fn r311_r400_roles_that_nobody_authorised_are_told_of() {
    let case = Case::new();
    let standing = |on: bool| {
        let standing = json!({"function_role": on, "container_role": on});
        case.emulator.ask("account", &json!({"account": "AKIDEMULATOR", "standing": standing}));
    };
    case.write("code/index.py", "def main_handler(event, context):\n    return 'one'\n");
    let function = r#"
resource "tencentcloud_scf_function" "a" {
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${path.module}/code"
}
"#;
    standing(false);
    case.refuse_apply(function, &["QcsRoleNotFound", "SCF_QcsRole", "main account"]);
    case.refuse_apply(&hosted("cls-12345678", ""), &["QcsRoleNotFound", "container service"]);
    standing(true);
    case.apply(&(hosted("cls-12345678", "") + function));
    case.finish();
}
