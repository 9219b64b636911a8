//! Every quota refuses with its own code what would go over it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tencentcloud_emulator::quotas::QUOTAS;

use crate::clb::{User, target};
use crate::scf::{HELLO, about, create, publish, python, zip};
use crate::support::{Client, client};

/// Quotas that bound a number of the request itself, or what calls take; they have tests of their
/// own, next to what they bound.
const ELSEWHERE: [&str; 9] = [
    "scf.timeout",
    "scf.memory",
    "scf.init_timeout",
    "scf.concurrency_mb",
    "scf.code_bytes",
    "scf.fixed_ips",
    "scf.async_run_calls",
    "scf.queue",
    "cos.buckets",
];

/// A row: the quota, what would go over it, and the code.
type Row = (&'static str, &'static str, Value, &'static str);

fn limit(client: &Client, name: &str, limit: i64) {
    let (account, region) = (&client.secret_id, &client.region);
    let change = json!({"account": account, "region": region, "name": name, "limit": limit});
    assert_eq!(client.console("POST", "quotas", &change).status, 200, "{name}");
}

fn functions(client: &Client) -> Vec<Row> {
    create(client, python("full", HELLO));
    let version = publish(client, "full");
    let layer = json!({"LayerName": "full", "CompatibleRuntimes": ["Python3.6"],
                       "Content": {"ZipFile": zip(&[("a.txt", "a")])}});
    client.ok("scf.PublishLayerVersion", layer.clone());
    let mut other = layer.clone();
    other["LayerName"] = json!("other");
    let timer = json!({"TriggerName": "t", "Type": "timer", "TriggerDesc": "0 0 * * * * *"});
    let timed = json!({"Qualifier": version, "VersionProvisionedConcurrencyNum": 0,
                       "TriggerActions": [{"TriggerName": "t", "TriggerCronConfig": "0 0 1 * * * *",
                                           "TriggerProvisionedConcurrencyNum": 1}]});
    vec![
        (
            "scf.namespaces",
            "scf.CreateNamespace",
            json!({"Namespace": "n"}),
            "LimitExceeded.Namespace",
        ),
        ("scf.functions", "scf.CreateFunction", python("more", HELLO), "LimitExceeded.Function"),
        ("scf.triggers", "scf.CreateTrigger", about("full", timer), "LimitExceeded.Trigger"),
        (
            "scf.versions",
            "scf.PublishVersion",
            about("full", json!({})),
            "LimitExceeded.FunctionVersions",
        ),
        ("scf.layer_versions", "scf.PublishLayerVersion", layer, "LimitExceeded.LayerVersions"),
        ("scf.layers", "scf.PublishLayerVersion", other, "LimitExceeded.Layers"),
        (
            "scf.timed_actions",
            "scf.PutProvisionedConcurrencyConfig",
            about("full", timed),
            "LimitExceeded.ProvisionTriggerAction",
        ),
    ]
}

fn networks(client: &Client) -> Vec<Row> {
    let vpc = json!({"VpcName": "v", "CidrBlock": "10.0.0.0/16"});
    let id = client.ok("vpc.CreateVpc", vpc.clone())["Vpc"]["VpcId"].clone();
    let subnet = json!({"VpcId": id, "SubnetName": "s", "Zone": "ap-guangzhou-3", "CidrBlock": "10.0.0.0/24"});
    let table = json!({"VpcId": id, "RouteTableName": "t"});
    let group = json!({"GroupName": "g", "GroupDescription": "d"});
    let made = client.ok("vpc.CreateSecurityGroup", group.clone());
    let own = made["SecurityGroup"]["SecurityGroupId"].clone();
    let rule =
        json!({"Protocol": "tcp", "Port": "80", "CidrBlock": "10.0.0.0/8", "Action": "accept"});
    let rules = json!({"SecurityGroupId": own, "SecurityGroupPolicySet": {"Ingress": [rule]}});
    let tags = json!([{"Key": "a", "Value": "b"}]);
    let tagged = json!({"VpcName": "v", "CidrBlock": "10.0.0.0/16", "Tags": tags});
    let over = "LimitExceeded.SecurityGroupPolicySet";
    let mut main = client.ok("vpc.DescribeRouteTables", json!({}))["RouteTableSet"][0].take();
    let route =
        json!({"DestinationCidrBlock": "0.0.0.0/0", "GatewayType": "EIP", "GatewayId": "0"});
    let routes = json!({"RouteTableId": main["RouteTableId"].take(), "Routes": [route]});
    let gateway = json!({"NatGatewayName": "n", "VpcId": id, "AddressCount": 1});
    vec![
        ("vpc.routes", "vpc.CreateRoutes", routes, "LimitExceeded"),
        ("vpc.nat_gateways", "vpc.CreateNatGateway", gateway, "LimitExceeded"),
        ("vpc.addresses", "vpc.AllocateAddresses", json!({}), "AddressQuotaLimitExceeded"),
        ("vpc.subnets", "vpc.CreateSubnet", subnet, "LimitExceeded"),
        ("vpc.route_tables", "vpc.CreateRouteTable", table, "LimitExceeded"),
        ("vpc.security_group_rules", "vpc.CreateSecurityGroupPolicies", rules, over),
        ("vpc.security_groups", "vpc.CreateSecurityGroup", group, "LimitExceeded"),
        ("tag.per_resource", "vpc.CreateVpc", tagged, "LimitExceeded.ResourceAttachedTags"),
        ("vpc.vpcs", "vpc.CreateVpc", vpc, "LimitExceeded"),
    ]
}

fn balancers(client: &Client) -> Vec<Row> {
    let user = User::of(client.again());
    let (vpc, place) = (user.vpc(), user.place());
    user.hello();
    let subnet = user.subnet(&vpc);
    let open = json!({"LoadBalancerType": "OPEN", "VpcId": vpc});
    let internal = json!({"LoadBalancerType": "INTERNAL", "VpcId": vpc, "SubnetId": subnet});
    let listener = json!({"LoadBalancerId": place.balancer, "Protocol": "HTTP", "Ports": [81]});
    let rule = place.with(json!({"Rules": [{"Domain": "www.example.com", "Url": "/more"}]}));
    let server = place
        .with(json!({"LocationId": place.rule, "Targets": [{"EniIp": "10.0.1.9", "Port": 80}]}));
    let function = place.with(
        json!({"LocationId": place.rule, "FunctionTargets": [target("hello", "$LATEST", 1)]}),
    );
    let over = "LimitExceeded";
    vec![
        ("clb.open", "clb.CreateLoadBalancer", open, over),
        ("clb.internal", "clb.CreateLoadBalancer", internal, over),
        ("clb.listeners", "clb.CreateListener", listener, over),
        ("clb.rules", "clb.CreateRule", rule, over),
        ("clb.targets", "clb.RegisterTargets", server, over),
        ("clb.targets", "clb.RegisterFunctionTargets", function, over),
    ]
}

fn logs_and_files(client: &Client) -> Vec<Row> {
    let set = client.ok("cls.CreateLogset", json!({"LogsetName": "s"}))["LogsetId"].clone();
    let topic = json!({"LogsetId": set, "TopicName": "t"});
    let group = client.ok("cfs.CreateCfsPGroup", json!({"Name": "g"}))["PGroupId"].clone();
    let rule = json!({"PGroupId": group, "AuthClientIp": "10.0.0.0/8", "Priority": 1});
    let files = json!({"Zone": "ap-guangzhou-3", "NetInterface": "VPC", "PGroupId": "pgroupbasic"});
    vec![
        ("cls.logsets", "cls.CreateLogset", json!({"LogsetName": "t"}), "LimitExceeded.Logset"),
        ("cls.topics", "cls.CreateTopic", topic, "LimitExceeded.Topic"),
        (
            "cfs.permission_groups",
            "cfs.CreateCfsPGroup",
            json!({"Name": "h"}),
            "ResourceInsufficient.PgroupNumberLimitExceeded",
        ),
        (
            "cfs.permission_rules",
            "cfs.CreateCfsRule",
            rule,
            "ResourceInsufficient.RuleLimitExceeded",
        ),
        (
            "cfs.file_systems",
            "cfs.CreateCfsFileSystem",
            files,
            "ResourceInsufficient.FileSystemLimitExceeded",
        ),
    ]
}

#[test]
fn every_quota_refuses_with_its_own_code() {
    let client = client();
    let mut named: BTreeSet<&str> = ELSEWHERE.into();
    let mut rows = functions(&client);
    rows.extend(networks(&client));
    rows.extend(balancers(&client));
    rows.extend(logs_and_files(&client));
    for (name, action, request, code) in rows {
        limit(&client, name, 0);
        assert_eq!(client.code(action, request), code, "{name}");
        limit(&client, name, 100);
        named.insert(name);
    }
    let all: BTreeSet<&str> = QUOTAS.iter().map(|quota| quota.name).collect();
    assert_eq!(named, all, "a quota without a row");
}
