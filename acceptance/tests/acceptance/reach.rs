//! How functions reach networks.

use super::function::{case, function};

#[test]
fn r331_r343_networks_are_set_whole() {
    let case = case();
    case.refuse_plan(&function("vpc_id = \"vpc-1\""), &["vpc_id without subnet_id"]);
    case.refuse_plan(&function("enable_eip_config = true"), &["enable_public_net = true"]);
    case.refuse_plan(&function("cls_topic_id = \"x\""), &["cls_topic_id without cls_logset_id"]);
}

#[test]
fn r342_the_classic_network_is_refused_while_planning() {
    let case = case();
    let classic = function("vpc_id = \"0\"\n  subnet_id = \"subnet-00000000\"");
    case.refuse_plan(&classic, &["vpc_id", "classic network"]);
}

#[test]
fn r175_r341_r344_subnets_are_looked_at_while_planning() {
    let case = case();
    let network = |name: &str| {
        format!(
            r#"
resource "tencentcloud_vpc" "{name}" {{
  name       = "{name}"
  cidr_block = "10.0.0.0/16"
}}
resource "tencentcloud_subnet" "{name}" {{
  name              = "{name}"
  vpc_id            = tencentcloud_vpc.{name}.id
  availability_zone = "ap-guangzhou-3"
  cidr_block        = "10.0.1.0/24"
}}
"#
        )
    };
    let networks = network("one") + &network("two");
    let within = |vpc: &str, subnet: &str| {
        networks.clone() + &function(&format!("vpc_id = {vpc}\n  subnet_id = {subnet}"))
    };
    case.apply(&networks);
    let missing = within("tencentcloud_vpc.one.id", "\"subnet-00000000\"");
    case.refuse_plan(&missing, &["subnet_id = ", "no subnet subnet-00000000 in ap-guangzhou"]);
    let other = within("tencentcloud_vpc.one.id", "tencentcloud_subnet.two.id");
    let vpc = case.state("tencentcloud_vpc.two")["id"].as_str().unwrap().to_owned();
    case.refuse_plan(&other, &["subnet_id = ", &format!("belongs to {vpc}, not to")]);
    let inside = within("tencentcloud_vpc.one.id", "tencentcloud_subnet.one.id");
    let said = |configuration: &str| {
        case.configure(configuration);
        case.succeed(&["plan", "-no-color"]).out
    };
    let text = said(&inside);
    assert!(text.contains("The function is cut off from the Internet"), "{text}");
    let public = inside.replace("subnet_id =", "enable_public_net = true\n  subnet_id =");
    assert!(!said(&public).contains("cut off"), "public access leads there");
    case.apply(&inside);
    case.finish();
}
