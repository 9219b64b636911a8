//! Layers.

use serde_json::{Value, json};

use super::{about, create, publish, python, wait, zip};
use crate::support::{Client, Server, client, wait_for};

const IMPORTS: &str = "import helper\n\
def main(event, context):\n    return helper.WHO\n";

fn content(files: &[(&str, &str)]) -> Value {
    json!({"ZipFile": zip(files)})
}

/// A request that publishes a Python module.
fn helper(layer: &str, who: &str) -> Value {
    let source = format!("WHO = {who:?}\n");
    json!({
        "LayerName": layer,
        "CompatibleRuntimes": ["Python3.6"],
        "Content": content(&[("helper.py", &source)]),
    })
}

fn version(layer: &str, number: u64) -> Value {
    json!({"LayerName": layer, "LayerVersion": number})
}

/// Publishes and waits until the version is Active; its number.
#[track_caller]
fn layer(client: &Client, request: Value) -> u64 {
    let name = request["LayerName"].as_str().unwrap().to_owned();
    let number = client.ok("scf.PublishLayerVersion", request)["LayerVersion"].as_u64().unwrap();
    wait_for(|| {
        let read = client.ok("scf.GetLayerVersion", version(&name, number));
        (read["Status"] == "Active").then_some(number)
    })
}

fn with_layers(name: &str, source: &str, layers: &Value) -> Value {
    let mut request = python(name, source);
    request["Layers"] = layers.clone();
    request
}

fn quota(client: &Client, name: &str, limit: i64) {
    let (account, region) = (&client.secret_id, &client.region);
    let change = json!({"account": account, "region": region, "name": name, "limit": limit});
    assert_eq!(client.console("POST", "quotas", &change).status, 200);
}

#[track_caller]
fn result(client: &Client, name: &str, qualifier: &str) -> Value {
    let invoked = client.ok("scf.Invoke", about(name, json!({"Qualifier": qualifier})));
    let text = invoked["Result"]["RetMsg"].as_str().unwrap();
    serde_json::from_str(text).unwrap_or_else(|_| panic!("{invoked}"))
}

#[test]
fn r352_each_publication_is_a_version_that_is_read_back() {
    let client = client();
    let mut request = helper("tools", "one");
    request["Description"] = json!("says who");
    request["LicenseInfo"] = json!("MIT");
    assert_eq!(layer(&client, request), 1);
    assert_eq!(layer(&client, helper("tools", "two")), 2);
    let read = client.ok("scf.GetLayerVersion", version("tools", 1));
    assert_eq!(read["Description"], "says who");
    assert_eq!(read["LicenseInfo"], "MIT");
    assert_eq!(read["CompatibleRuntimes"], json!(["Python3.6"]));
    assert_eq!(read["CodeSha256"].as_str().unwrap().len(), 64);
    let location = read["Location"].as_str().unwrap();
    let mut request = client.request("scf.GetLayerVersion", "");
    request.method = "GET";
    request.target = format!("/_emulator/{}", location.split_once("/_emulator/").unwrap().1);
    request.set("Connection", "close");
    assert!(client.raw(&request).windows(4).any(|bytes| bytes == b"PK\x03\x04"), "{location}");
    for (name, number, code) in [
        ("tools", 3, "ResourceNotFound.LayerVersion"),
        ("tools", 0, "ResourceNotFound.LayerVersion"),
        ("other", 1, "ResourceNotFound.Layer"),
    ] {
        assert_eq!(client.code("scf.GetLayerVersion", version(name, number)), code);
        assert_eq!(client.code("scf.DeleteLayerVersion", version(name, number)), code);
    }
}

#[test]
fn numbers_rise_and_are_never_used_again() {
    let client = client();
    layer(&client, helper("tools", "one"));
    layer(&client, helper("tools", "two"));
    client.ok("scf.DeleteLayerVersion", version("tools", 2));
    let listed = || client.ok("scf.ListLayers", json!({}))["Layers"].clone();
    assert_eq!(listed()[0]["LayerVersion"], 1);
    client.ok("scf.DeleteLayerVersion", version("tools", 1));
    assert_eq!(listed(), json!([]));
    assert_eq!(layer(&client, helper("tools", "three")), 3);
}

#[test]
fn publishing_takes_a_moment_and_may_fail() {
    let server = Server::start(&[]);
    let client = server.client();
    client.console("POST", "transitions", &json!({"layer.publish": null}));
    client.ok("scf.PublishLayerVersion", helper("tools", "one"));
    let read = client.ok("scf.GetLayerVersion", version("tools", 1));
    assert_eq!(read["Status"], "Publishing");
    let bind = with_layers("hello", IMPORTS, &json!([version("tools", 1)]));
    assert_eq!(client.code("scf.CreateFunction", bind), "InvalidParameterValue.Layers");
    client.console("POST", "transitions", &json!({"layer.publish": 0}));
    client.fault("PublishLayerVersion", json!({"effect": {"type": "outcome"}}));
    client.ok("scf.PublishLayerVersion", helper("tools", "two"));
    let read = client.ok("scf.GetLayerVersion", version("tools", 2));
    assert_eq!(read["Status"], "PublishFailed");
}

#[test]
fn lists_are_narrowed() {
    let client = client();
    for name in ["tools", "fonts"] {
        layer(&client, helper(name, "one"));
    }
    let mut node = helper("tools", "two");
    node["CompatibleRuntimes"] = json!(["Nodejs18.15", "Python3.9"]);
    node["Tags"] = json!([{"Key": "team", "Value": "a"}]);
    layer(&client, node);
    let list = |more: Value| client.ok("scf.ListLayers", more);
    let names = |answer: &Value| -> Vec<String> {
        let rows = answer["Layers"].as_array().unwrap().iter();
        rows.map(|row| format!("{}#{}", row["LayerName"].as_str().unwrap(), row["LayerVersion"]))
            .collect()
    };
    assert_eq!(names(&list(json!({}))), ["fonts#1", "tools#2"]);
    assert_eq!(names(&list(json!({"SearchKey": "ont"}))), ["fonts#1"]);
    assert_eq!(names(&list(json!({"CompatibleRuntime": "Nodejs18.15"}))), ["tools#2"]);
    let page = list(json!({"Offset": 1, "Limit": 1}));
    assert_eq!((names(&page), &page["TotalCount"]), (vec!["tools#2".to_owned()], &json!(2)));
    assert_eq!(page["Layers"][0]["Tags"], json!([{"Key": "team", "Value": "a"}]));
    let versions = |more: Value| {
        let mut request = json!({"LayerName": "tools"});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let rows = client.ok("scf.ListLayerVersions", request)["LayerVersions"].clone();
        rows.as_array().unwrap().iter().map(|row| row["LayerVersion"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(versions(json!({})), [2, 1]);
    assert_eq!(versions(json!({"CompatibleRuntime": ["Python3.6"]})), [1]);
}

#[test]
fn r358_r359_r96_a_layer_is_a_zip_for_one_to_five_runtimes() {
    let client = client();
    let with = |member: &str, value: Value| {
        let mut request = helper("tools", "one");
        request[member] = value;
        client.code("scf.PublishLayerVersion", request)
    };
    for name in ["", "1a", "a-", "a b", &"a".repeat(65)] {
        assert_eq!(with("LayerName", json!(name)), "InvalidParameterValue.LayerName", "{name}");
    }
    let runtimes =
        ["Python2.7", "Python3.6", "Python3.7", "Python3.9", "Nodejs16.13", "Nodejs18.15"];
    for runtimes in [json!([]), json!(runtimes), json!(["Cobol1"])] {
        let code = with("CompatibleRuntimes", runtimes.clone());
        assert_eq!(code, "InvalidParameterValue.CompatibleRuntimes", "{runtimes}");
    }
    for (content, code) in [
        (json!({}), "MissingParameter.Code"),
        (json!({"ZipFile": "bm8gemlw"}), "InvalidParameterValue.ZipFile"),
        (json!({"CosBucketName": "b", "CosObjectName": "/o"}), "ResourceNotFound.Cos"),
    ] {
        assert_eq!(with("Content", content.clone()), code, "{content}");
    }
}

#[test]
fn r41_r42_quotas_of_layers_and_of_their_versions_hold() {
    let client = client();
    quota(&client, "scf.layers", 1);
    quota(&client, "scf.layer_versions", 2);
    layer(&client, helper("tools", "one"));
    let refusal = client.code("scf.PublishLayerVersion", helper("fonts", "one"));
    assert_eq!(refusal, "LimitExceeded.Layers");
    layer(&client, helper("tools", "two"));
    let refusal = client.code("scf.PublishLayerVersion", helper("tools", "three"));
    assert_eq!(refusal, "LimitExceeded.LayerVersions");
    let quotas = client.look("quotas").to_string();
    for usual in [r#""scf.layers":20"#, r#""scf.layer_versions":200"#] {
        assert!(quotas.contains(usual), "{usual} in {quotas}");
    }
}

#[test]
fn r40_r352_r360_what_a_function_is_bound_to_must_be_right() {
    let client = client();
    for _ in 0..6 {
        layer(&client, helper("tools", "one"));
    }
    let mut node = helper("node", "one");
    node["CompatibleRuntimes"] = json!(["Nodejs18.15"]);
    layer(&client, node);
    let tools = |numbers: &[u64]| numbers.iter().map(|n| version("tools", *n)).collect::<Value>();
    for (layers, code) in [
        (tools(&[1, 2, 3, 4, 5, 6]), "InvalidParameterValue.Layers"),
        (tools(&[7]), "ResourceNotFound.LayerVersion"),
        (json!([version("other", 1)]), "ResourceNotFound.Layer"),
        (json!([version("node", 1)]), "InvalidParameterValue.Layers"),
    ] {
        let request = with_layers("hello", IMPORTS, &layers);
        assert_eq!(client.code("scf.CreateFunction", request), code, "{layers}");
    }
    let read = create(&client, with_layers("hello", IMPORTS, &tools(&[5, 4, 3, 2, 1])));
    assert_eq!(read["Layers"].as_array().unwrap().len(), 5);
}

#[test]
fn r353_bindings_have_an_order_and_change_in_place() {
    let client = client();
    for (name, who) in [("low", "low"), ("high", "high")] {
        layer(&client, helper(name, who));
    }
    let order = json!([version("low", 1), version("high", 1)]);
    create(&client, with_layers("hello", IMPORTS, &order));
    assert_eq!(result(&client, "hello", "$LATEST"), "high");
    publish(&client, "hello");
    let change = |layers: Value| {
        let request = about("hello", json!({"Layers": layers}));
        client.ok("scf.UpdateFunctionConfiguration", request);
        wait(&client, "hello", "Active")
    };
    let read = change(json!([version("high", 1), version("low", 1)]));
    assert_eq!(read["Layers"][1]["LayerName"], "low");
    assert_eq!(result(&client, "hello", "$LATEST"), "low");
    assert_eq!(result(&client, "hello", "1"), "high", "a version keeps its layers");
    client.ok("scf.UpdateFunctionConfiguration", about("hello", json!({"Timeout": 9})));
    assert_eq!(wait(&client, "hello", "Active")["Layers"].as_array().unwrap().len(), 2);
    let read = change(json!([{"LayerName": "", "LayerVersion": 0}]));
    assert_eq!(read["Layers"], json!([]));
    let request = about("hello", json!({"Qualifier": "1"}));
    let read = client.ok("scf.GetFunction", request);
    assert_eq!(read["Layers"][0]["LayerName"], "low");
}

#[test]
fn functions_outlive_the_versions_that_they_are_bound_to() {
    let server = Server::start(&[]);
    let client = server.client();
    layer(&client, helper("tools", "me"));
    create(&client, with_layers("hello", IMPORTS, &json!([version("tools", 1)])));
    client.ok("scf.DeleteLayerVersion", version("tools", 1));
    let read = client.ok("scf.GetFunction", about("hello", json!({})));
    assert_eq!(read["Layers"][0]["Status"], "Deleted");
    assert_eq!(result(&client, "hello", "$LATEST"), "me");
    // A change that names it again keeps it; what is not bound cannot be bound any more.
    let again = json!({"Layers": [version("tools", 1)], "MemorySize": 256});
    client.ok("scf.UpdateFunctionConfiguration", about("hello", again));
    wait(&client, "hello", "Active");
    assert_eq!(result(&client, "hello", "$LATEST"), "me");
    let other = with_layers("other", IMPORTS, &json!([version("tools", 1)]));
    assert_eq!(client.code("scf.CreateFunction", other), "ResourceNotFound.Layer");
    // The last holder takes the package with it.
    let packages = || client.look("state")["packages"].as_array().unwrap().len();
    assert_eq!(packages(), 2);
    client.ok("scf.DeleteFunction", about("hello", json!({})));
    assert_eq!(packages(), 0);
}

#[test]
fn r354_r355_r357_r361_r362_python_imports_from_a_layer_while_it_starts() {
    let client = client();
    let mut request = helper("tools", "");
    request["Content"] =
        content(&[("helper.py", "HERE = __file__\n"), ("data/words.txt", "from a layer")]);
    layer(&client, request);
    let source = "import os, helper\n\
        WORDS = open('/opt/data/words.txt').read()\n\
        def main(event, context):\n    \
            paths = [os.environ[name] for name in ('PYTHONPATH', 'CLASSPATH')]\n    \
            return [__file__, helper.HERE, WORDS] + paths\n";
    create(&client, with_layers("hello", source, &json!([version("tools", 1)])));
    let expected = json!([
        "/var/user/index.py",
        "/opt/helper.py",
        "from a layer",
        "/var/user:/opt",
        "/var/runtime/java8:/var/runtime/java8/lib/*:/opt",
    ]);
    assert_eq!(result(&client, "hello", "$LATEST"), expected);
}

#[test]
fn r363_node_requires_from_a_layer() {
    let client = client();
    let files = [("node_modules/helper/index.js", "exports.here = __filename;")];
    let mut request = helper("tools", "");
    request["CompatibleRuntimes"] = json!(["Nodejs18.15"]);
    request["Content"] = content(&files);
    layer(&client, request);
    let source = "const helper = require('helper');\n\
        exports.main = async () => helper.here;\n";
    let function = json!({
        "FunctionName": "hello",
        "Runtime": "Nodejs18.15",
        "Handler": "index.main",
        "Code": content(&[("index.js", source)]),
        "Layers": [version("tools", 1)],
    });
    create(&client, function);
    let here = result(&client, "hello", "$LATEST");
    assert_eq!(here, "/opt/node_modules/helper/index.js");
}
