//! What lies under `/_emulator/`.

use serde_json::{Value, json};

use crate::scf::{HELLO, create, python};
use crate::support::{Server, client, version, wait_for};

#[test]
fn health_coverage_and_schemas_are_shown() {
    let client = client();
    assert_eq!(client.look("health")["status"], "ok");
    let coverage = client.look("coverage");
    assert_eq!(coverage["vpc"]["version"], version("vpc"));
    assert!(coverage["vpc"]["emulated"].as_array().unwrap().contains(&json!("CreateVpc")));
    assert!(coverage["apigateway"]["not_emulated"].as_array().unwrap().len() > 10);
    let schemas = client.look("schemas");
    assert_eq!(schemas["fault"]["properties"]["times"]["type"], "integer");
}

#[test]
fn the_page_for_people_is_html() {
    let page = client().console("GET", "", &Value::Null);
    assert_eq!(page.status, 200);
    assert!(page.head.contains("text/html") && page.body.contains("Local cloud"), "{page:?}");
}

#[test]
fn the_journal_counts_calls_and_keeps_no_parameters() {
    let client = client();
    client.ok("vpc.CreateVpc", json!({"VpcName": "secret-name", "CidrBlock": "10.0.0.0/16"}));
    client.ok("vpc.DescribeVpcs", json!({}));
    client.code("vpc.DeleteVpc", json!({"VpcId": "vpc-00000000"}));
    let journal = client.look(&format!("requests?account={}", client.secret_id));
    let counts = json!({"vpc.CreateVpc": 1, "vpc.DescribeVpcs": 1, "vpc.DeleteVpc": 1});
    assert_eq!(journal["counts"], counts);
    let last = &journal["entries"][2];
    assert_eq!((&last["action"], &last["code"]), (&json!("DeleteVpc"), &json!("ResourceNotFound")));
    assert_eq!(last["region"], "ap-guangzhou");
    assert!(!journal.to_string().contains("secret-name"));
    let one = client.look(&format!("requests?account={}&action=DeleteVpc", client.secret_id));
    assert_eq!(one["entries"].as_array().unwrap().len(), 1);
}

#[test]
fn an_account_is_reset_alone() {
    let (one, other) = (client(), client());
    for client in [&one, &other] {
        client.ok("vpc.CreateVpc", json!({"VpcName": "v", "CidrBlock": "10.0.0.0/16"}));
    }
    one.console("POST", &format!("reset?account={}", one.secret_id), &Value::Null);
    assert_eq!(one.ok("vpc.DescribeVpcs", json!({}))["TotalCount"], 0);
    assert_eq!(other.ok("vpc.DescribeVpcs", json!({}))["TotalCount"], 1);
}

#[test]
fn state_moves_to_another_cloud() {
    let (from, to) = (Server::start(&[]), Server::start(&[]));
    let (source, target) = (from.client(), to.client());
    let vpc = json!({"VpcName": "v", "CidrBlock": "10.0.0.0/16"});
    source.ok("vpc.CreateVpc", vpc);
    let state = source.look("state");
    let page = target.console("PUT", "state", &state);
    assert_eq!(page.status, 200, "{page:?}");
    assert_eq!(target.look("state"), state);
    source.console("POST", "reset", &Value::Null);
    assert_eq!(source.look("state"), json!({"objects": [], "packages": []}));
}

#[test]
fn the_same_seed_gives_the_same_ids() {
    let ids = |seed: &str| {
        let server = Server::start(&["--seed", seed]);
        let client = crate::support::Client::new(&server.address, "AKIDEMULATOR");
        let vpc = json!({"VpcName": "v", "CidrBlock": "10.0.0.0/16"});
        client.ok("vpc.CreateVpc", vpc)["Vpc"]["VpcId"].clone()
    };
    assert_eq!(ids("7"), ids("7"));
    assert_ne!(ids("7"), ids("8"));
}

#[test]
fn quotas_are_raised_for_one_account_and_region() {
    let client = client();
    let raise = |name: &str, limit: i64| {
        let (account, region) = (&client.secret_id, &client.region);
        let change = json!({"account": account, "region": region, "name": name, "limit": limit});
        client.console("POST", "quotas", &change).status
    };
    assert_eq!(raise("vpc.vpcs", 1), 200);
    assert_eq!(raise("vpc.nonsense", 1), 400);
    let vpc = |name: &str| json!({"VpcName": name, "CidrBlock": "10.0.0.0/16"});
    client.ok("vpc.CreateVpc", vpc("a"));
    assert_eq!(client.code("vpc.CreateVpc", vpc("b")), "LimitExceeded");
    client.in_region("ap-shanghai").ok("vpc.CreateVpc", vpc("b"));
    raise("vpc.vpcs", 2);
    client.ok("vpc.CreateVpc", vpc("b"));
    let limits = client.ok("vpc.DescribeVpcLimits", json!({"LimitTypes": ["appid-max-vpcs"]}));
    assert_eq!(limits["VpcLimitSet"][0]["LimitValue"], 2);
}

#[test]
fn unlimited_quotas_have_no_end() {
    let server = Server::start(&["--quotas", "unlimited"]);
    let client = server.client();
    for i in 0..25 {
        let vpc = json!({"VpcName": format!("v{i}"), "CidrBlock": "10.0.0.0/16"});
        client.ok("vpc.CreateVpc", vpc);
    }
}

#[test]
fn the_signature_clock_can_be_skewed_and_the_clouds_clock_moved() {
    let server = Server::start(&[]);
    let client = server.client();
    client.console("POST", "clock", &json!({"skew_ms": 400_000}));
    assert_eq!(client.code("vpc.DescribeVpcs", json!({})), "AuthFailure.SignatureExpire");
    client.console("POST", "clock", &json!({"skew_ms": 0, "advance_ms": 86_400_000}));
    client.ok("vpc.DescribeVpcs", json!({}));
    let before = client.look("clock")["now_ms"].as_i64().unwrap();
    client.console("POST", "clock", &json!({"frozen": true, "advance_ms": 1000}));
    let frozen = client.look("clock")["now_ms"].clone();
    assert!(frozen.as_i64().unwrap() >= before + 1000);
    assert_eq!(client.look("clock")["now_ms"], frozen);
}

#[test]
fn transitions_are_listed_and_changed() {
    let server = Server::start(&["--transitions", "real"]);
    let client = server.client();
    assert_eq!(client.look("transitions")["function.create"], 3000);
    let changed = client.console("POST", "transitions", &json!({"function.create": null}));
    assert_eq!(changed.json()["function.create"], Value::Null);
    let wrong = client.console("POST", "transitions", &json!({"function.crate": 1}));
    assert_eq!(wrong.status, 400);
}

#[test]
fn legacy_accounts_say_so() {
    let client = client();
    let kind =
        || client.ok("vpc.DescribeNetworkAccountType", json!({}))["NetworkAccountType"].clone();
    assert_eq!(kind(), "STANDARD");
    let change = json!({"account": client.secret_id, "standing": {"network_type": "LEGACY"}});
    assert_eq!(client.console("POST", "account", &change).status, 200);
    assert_eq!(kind(), "LEGACY");
}

#[test]
fn pages_of_other_origins_may_not_change_anything() {
    let client = client();
    let mut request = client.request("vpc.DescribeVpcs", "");
    request.target = "/_emulator/reset".to_owned();
    request.set("Origin", "http://evil.example");
    assert_eq!(client.send(&request).status, 403);
}

#[test]
fn unknown_paths_are_not_found() {
    let client = client();
    assert_eq!(client.console("GET", "nonsense", &Value::Null).status, 404);
    assert_eq!(client.console("POST", "health", &Value::Null).status, 404);
}

#[test]
fn objects_are_shown_without_what_is_internal() {
    let server = Server::start(&[]);
    let client = server.client();
    client.ok("vpc.CreateVpc", json!({"VpcName": "v", "CidrBlock": "10.0.0.0/16"}));
    let kinds = || -> Vec<String> {
        let objects = client.look("objects");
        let kinds =
            objects.as_array().unwrap().iter().map(|object| object["kind"].as_str().unwrap());
        // The platform's own log topic stays when the function that it was made for goes (R195).
        kinds.filter(|kind| !kind.starts_with("cls.")).map(str::to_owned).collect()
    };
    assert_eq!(kinds(), ["vpc.route_table", "vpc.vpc"]);
    create(&client, python("hello", HELLO));
    client.ok("scf.DeleteFunction", json!({"FunctionName": "hello"}));
    wait_for(|| (kinds().len() == 2).then_some(()));
}

#[test]
fn r268_samples_of_events_can_be_sent_to_a_function() {
    let client = client();
    create(&client, python("hello", "def main(event, context):\n    return event\n"));
    let samples = client.look("samples");
    for name in ["hello-world", "cos-put", "cos-delete", "cmq-topic", "api-gateway"] {
        let event = samples[name].to_string();
        let request = json!({"FunctionName": "hello", "ClientContext": event});
        let answer = client.ok("scf.Invoke", request);
        let told: Value =
            serde_json::from_str(answer["Result"]["RetMsg"].as_str().unwrap()).unwrap();
        assert_eq!(told, samples[name], "{name}");
    }
    assert_eq!(
        samples["cos-delete"]["Records"][0]["event"]["eventName"],
        "cos:ObjectRemove:Delete"
    );
}

#[test]
fn r269_r270_an_account_keeps_five_samples_of_64_kb() {
    let client = client();
    let keep = |name: &str, event: Value| {
        let sample = json!({"account": client.secret_id, "name": name, "event": event});
        client.console("POST", "samples", &sample).status
    };
    let largest = json!("x".repeat((64 << 10) - 2));
    assert_eq!(keep("one", largest), 200);
    assert_eq!(keep("large", json!("x".repeat((64 << 10) - 1))), 400);
    for name in ["two", "three", "four", "five"] {
        assert_eq!(keep(name, json!({"name": name})), 200, "{name}");
    }
    assert_eq!(keep("six", json!({})), 400);
    assert_eq!(keep("five", json!(5)), 200, "one that is there is replaced");
    assert_eq!(keep("hello-world", json!({})), 400);
    let own = format!("samples?account={}", client.secret_id);
    assert_eq!(client.look(&own)["five"], 5);
    assert_eq!(client.console("DELETE", &format!("{own}&name=one"), &Value::Null).status, 200);
    assert_eq!(keep("six", json!({})), 200);
    assert!(client.look("samples").get("two").is_none(), "another account has its own");
}
