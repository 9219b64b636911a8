//! Where the vendor's pages do not agree: each of them can be believed.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};
use tencentcloud_emulator::readings::{DOUBTS, Doubt};

use crate::clb::{Place, User};
use crate::scf::{HELLO, about, create, publish, python, wait, zip};
use crate::support::{Client, Server};

fn cloud() -> (Server, Client) {
    let server = Server::start(&[]);
    let client = server.client();
    (server, client)
}

fn believe(client: &Client, readings: &Value) {
    let page = client.console("POST", "readings", readings);
    assert_eq!(page.status, 200, "{page:?}");
}

/// The code of a refusal; empty where there is none.
fn code(client: &Client, action: &str, request: Value) -> String {
    client.call(action, request).err().map_or_else(String::new, |(code, _)| code)
}

fn web(name: &str, more: Value) -> Value {
    let mut request = json!({"FunctionName": name, "Runtime": "Python3.6", "Type": "HTTP",
        "Code": {"ZipFile": zip(&[("scf_bootstrap", "#!/bin/bash\n")])}});
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request
}

const HEAD: &str = "\
# Where the vendor's pages do not agree

One page says this, another that. The local cloud believes one of them, and can be told to believe another:
`GET /_emulator/readings` lists the settings, `POST /_emulator/readings` with `{\"init_timeout_seconds\": 65}`
changes some of them until it is reset. What is a quota is raised as one.

| | what | the pages | the local cloud | the provider |
|---|---|---|---|---|
";

/// A row of the page.
fn row(doubt: &Doubt) -> String {
    let pages: Vec<_> = doubt
        .pages
        .iter()
        .map(|(page, says)| format!("{page}: {}", says.as_str().unwrap_or_default()))
        .collect();
    let believed = match (&doubt.setting, &doubt.quota) {
        (Some(setting), _) => format!("`{setting}`: `{}`", doubt.value),
        (None, Some(quota)) => format!("the quota `{quota}`"),
        (None, None) => "makes no difference".to_owned(),
    };
    let (number, topic, provider) = (&doubt.number, &doubt.topic, &doubt.provider);
    format!("| {number} | {topic} | {} | {believed} | {provider} |\n", pages.join("; "))
}

#[test]
fn the_page_is_what_the_local_cloud_believes() {
    let page = DOUBTS.iter().map(row).fold(HEAD.to_owned(), |mut page, row| {
        write!(page, "{row}").unwrap();
        page
    });
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/readings.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(found == page, "docs/readings.md is stale; run `UPDATE=1 cargo test`");
}

#[test]
fn settings_are_listed_changed_and_reset() {
    let (_server, client) = cloud();
    let usual = client.look("readings");
    assert_eq!(usual["web_socket_idle_seconds"], json!([10, 7200]));
    believe(&client, &json!({"web_socket_idle_seconds": [1, 1800]}));
    assert_eq!(client.look("readings")["web_socket_idle_seconds"], json!([1, 1800]));
    let page = client.console("POST", "readings", &json!({"colour": "red"}));
    assert!(page.status == 400 && page.body.contains("colour"), "{page:?}");
    client.console("POST", "reset", &json!({}));
    assert_eq!(client.look("readings"), usual);
}

#[test]
fn names_times_and_numbers_keep_to_what_is_believed() {
    let (_server, client) = cloud();
    create(&client, python("hello", HELLO));
    publish(&client, "hello");
    let alias = |name: &str| about("hello", json!({"Name": name, "FunctionVersion": "1"}));
    let namespace = |length: usize| json!({"Namespace": "n".repeat(length)});
    let socket = |name: &str, idle: i64| {
        web(
            name,
            json!({"Timeout": 60, "ProtocolType": "WS",
            "ProtocolParams": {"WSParams": {"IdleTimeOut": idle}}}),
        )
    };
    let several = |name: &str, most: i64| {
        let config = json!({"DynamicEnabled": "FALSE", "MaxConcurrency": most});
        web(name, json!({"InstanceConcurrencyConfig": config}))
    };
    let of_first = [
        ("scf.CreateAlias", alias("a"), ""),
        ("scf.CreateNamespace", namespace(31), ""),
        ("scf.CreateFunction", socket("one", 5), "InvalidParameterValue.IdleTimeOut"),
        ("scf.CreateFunction", several("two", 1), ""),
    ];
    let of_second = [
        ("scf.CreateAlias", alias("b"), "InvalidParameterValue.Alias"),
        ("scf.CreateNamespace", namespace(32), "InvalidParameterValue.Namespace"),
        ("scf.CreateFunction", socket("one", 5), ""),
        ("scf.CreateFunction", several("three", 1), "InvalidParameterValue.MaxConcurrency"),
    ];
    for (action, request, expected) in of_first {
        assert_eq!(code(&client, action, request.clone()), expected, "{request}");
    }
    believe(
        &client,
        &json!({"alias_name_characters": [2, 60], "namespace_name_characters": [1, 30],
            "web_socket_idle_seconds": [1, 1800], "requests_per_instance": [2, 100],
            "init_timeout_seconds": 65}),
    );
    for (action, request, expected) in of_second {
        assert_eq!(code(&client, action, request.clone()), expected, "{request}");
    }
    assert_eq!(create(&client, python("later", HELLO))["InitTimeout"], 65);
    client.ok(
        "scf.CopyFunction",
        about("later", json!({"NewFunctionName": "copy", "CopyConfiguration": false})),
    );
    assert_eq!(wait(&client, "copy", "Active")["InitTimeout"], 65);
}

#[test]
fn triggers_targets_and_logs_keep_to_what_is_believed() {
    let (_server, client) = cloud();
    create(&client, web("web", json!({})));
    create(&client, python("hello", HELLO));
    publish(&client, "hello");
    let timer = json!({"FunctionName": "web", "TriggerName": "t", "Type": "timer",
        "TriggerDesc": "0 0 1 * * * *"});
    let follow =
        json!([{"ProvisionedType": "ConcurrencyUtilizationTracking", "TrackingTarget": 0.0}]);
    let mut provision =
        about("hello", json!({"Qualifier": "1", "VersionProvisionedConcurrencyNum": 1}));
    provision.as_object_mut().unwrap().extend(follow[0].as_object().unwrap().clone());
    let put = "scf.PutProvisionedConcurrencyConfig";
    assert_eq!(code(&client, "scf.CreateTrigger", timer.clone()), "InvalidParameterValue.Type");
    assert_eq!(code(&client, put, provision.clone()), "InvalidParameterValue.TrackingTarget");
    let before = create(&client, python("logged", HELLO));
    assert!(before["ClsTopicId"].as_str().is_some_and(|topic| !topic.is_empty()));
    believe(
        &client,
        &json!({"web_function_triggers": ["timer"], "utilization_from_zero": true,
            "logs_go_to_the_platforms_topic": false}),
    );
    assert_eq!(code(&client, "scf.CreateTrigger", timer), "");
    assert_eq!(code(&client, put, provision), "");
    let after = create(&client, python("silent", HELLO));
    assert_eq!(after["ClsTopicId"], "");
    client.ok("scf.Invoke", about("silent", json!({})));
    let logs = client.ok("scf.GetFunctionLogs", about("silent", json!({})));
    assert_eq!(logs["TotalCount"], 1, "calls themselves are still told of");
}

#[test]
fn functions_are_behind_load_balancers_as_is_believed() {
    let (_server, client) = cloud();
    let user = User::of(client);
    user.hello();
    create(&user.client, web("web", json!({})));
    let bind = |function: &str| {
        let request = user.place().binding(function, "$LATEST", 10);
        code(&user.client, "clb.RegisterFunctionTargets", request)
    };
    assert_eq!([bind("hello"), bind("web")], ["", "UnsupportedOperation"]);
    believe(&user.client, &json!({"web_functions_behind_load_balancers": true}));
    assert_eq!(bind("web"), "");
    believe(&user.client, &json!({"binding_regions": ["ap-shanghai"]}));
    assert_eq!(bind("hello"), "UnsupportedOperation");
    believe(&user.client, &json!({"binding_regions": ["ap-guangzhou"]}));
    assert_eq!(bind("hello"), "");
}

#[test]
fn a_load_balancer_s_age_and_network_matter_as_is_believed() {
    let (_server, client) = cloud();
    let user = User::of(client);
    let vpc = user.vpc();
    let subnet = user.subnet(&vpc);
    let mut request = python("inside", HELLO);
    request["VpcConfig"] = json!({"VpcId": vpc, "SubnetId": subnet});
    create(&user.client, request);
    let balancer = user.balancer_like(json!({"VpcId": vpc}));
    let listener = user.listener(&balancer, "HTTP", 8080);
    let place = |path: &str| {
        let rule = user.rule(&balancer, &listener, "a.com", path);
        let (balancer, listener) = (balancer.clone(), listener.clone());
        Place { balancer, listener, rule }.binding("inside", "$LATEST", 10)
    };
    let accepted = |path: &str| user.done("RegisterFunctionTargets", place(path));
    let refused = |path: &str| {
        assert_eq!(user.refused("RegisterFunctionTargets", place(path)), "UnsupportedOperation");
    };
    accepted("/one");
    believe(&user.client, &json!({"functions_in_the_load_balancers_vpc": false}));
    refused("/two");
    believe(&user.client, &json!({"functions_in_the_load_balancers_vpc": true}));
    let mut state = user.client.look("state");
    for object in state["objects"].as_array_mut().unwrap() {
        if object["kind"] == "clb.load_balancer" {
            object["value"]["forward"] = json!(0);
        }
    }
    assert_eq!(user.client.console("PUT", "state", &state).status, 200);
    refused("/three");
    believe(&user.client, &json!({"functions_behind_old_load_balancers": true}));
    accepted("/four");
}
