//! Functions.

use serde_json::{Value, json};

use super::{all, letters};
use crate::scf::{HELLO, about, create, publish, python, zip};
use crate::support::{Server, client};

#[test]
fn lists_are_ordered_and_filtered_by_what_there_is() {
    let client = client();
    create(&client, python("hello", HELLO));
    let timer = json!({"TriggerName": "t", "Type": "timer", "TriggerDesc": "0 0 * * * * *"});
    client.ok("scf.CreateTrigger", about("hello", timer));
    client.ok("scf.Invoke", about("hello", json!({})));
    let mut later = python("later", HELLO);
    later["AsyncRunEnable"] = json!("TRUE");
    create(&client, later);
    let order = "InvalidParameterValue.OrderBy";
    let filters = "InvalidParameterValue.Filters";
    let colour = json!([{"Name": "Colour", "Values": ["red"]}]);
    let many: Vec<_> = (0..21).map(|n| format!("Python3.{n}")).collect();
    let hello = |more: Value| about("hello", more);
    all(
        &client,
        vec![
            ("scf.ListFunctions", json!({"Orderby": "Size"}), order),
            ("scf.ListFunctions", json!({"Filters": colour}), filters),
            (
                "scf.ListFunctions",
                json!({"Filters": [{"Name": "Runtime", "Values": many}]}),
                filters,
            ),
            (
                "scf.ListFunctions",
                json!({"Filters": [{"Name": "Role", "Values": ["a", "b"]}]}),
                filters,
            ),
            ("scf.ListNamespaces", json!({"Orderby": "Size"}), order),
            (
                "scf.ListNamespaces",
                json!({"SearchKey": [{"Key": "Colour", "Value": "red"}]}),
                "InvalidParameterValue.SearchKey",
            ),
            ("scf.ListVersionByFunction", hello(json!({"OrderBy": "Size"})), order),
            ("scf.ListTriggers", hello(json!({"OrderBy": "Size"})), order),
            ("scf.ListTriggers", hello(json!({"Filters": colour})), filters),
            ("scf.ListAsyncEvents", about("later", json!({"Orderby": "Size"})), order),
            ("scf.ListCustomDomains", json!({"OrderBy": "Size"}), order),
            ("scf.GetFunctionLogs", hello(json!({"OrderBy": "size"})), order),
            (
                "scf.GetFunctionLogs",
                hello(json!({"Filter": {"RetCode": "Broken"}})),
                "InvalidParameterValue.RetCode",
            ),
        ],
    );
}

#[test]
fn copies_and_deletions_say_what_they_mean() {
    let client = client();
    create(&client, python("hello", HELLO));
    let hello = |more: Value| about("hello", more);
    let copy = "scf.CopyFunction";
    all(
        &client,
        vec![
            (copy, hello(json!({"NewFunctionName": "hello"})), "FailedOperation.CopyFunction"),
            (
                copy,
                hello(json!({"NewFunctionName": "other", "TargetRegion": "ap-shanghai"})),
                "UnsupportedOperation.CopyFunction",
            ),
            (
                "scf.DeleteFunction",
                hello(json!({"Qualifier": "$LATEST"})),
                "InvalidParameterValue.Qualifier",
            ),
            (
                "scf.DeleteFunctionVersion",
                hello(json!({"Qualifier": "1", "ForceDelete": "maybe"})),
                "InvalidParameterValue",
            ),
            (
                "scf.CreateTrigger",
                hello(json!({"TriggerName": "mine", "Type": "http", "TriggerDesc": "{}"})),
                "InvalidParameterValue.TriggerName",
            ),
        ],
    );
    let there = client.ok("scf.ListFunctions", json!({}));
    assert_eq!(there["TotalCount"], 1);
}

#[test]
fn lists_go_either_way() {
    let client = client();
    for name in ["one", "two"] {
        create(&client, python(name, HELLO));
        client.ok("scf.CreateNamespace", json!({"Namespace": name}));
        client.ok("scf.Invoke", about("one", json!({})));
        let endpoint = json!({"Namespace": "default", "FunctionName": name,
            "Qualifier": "$LATEST", "PathMatch": "/*"});
        let domain = json!({"Domain": format!("{name}.example.com"), "Protocol": "HTTP",
            "EndpointsConfig": [endpoint]});
        client.ok("scf.CreateCustomDomain", domain);
        publish(&client, "one");
    }
    for (action, rows, name) in [
        ("scf.ListNamespaces", "Namespaces", "Name"),
        ("scf.ListVersionByFunction", "Versions", "Version"),
        ("scf.ListCustomDomains", "Domains", "Domain"),
        ("scf.GetFunctionLogs", "Data", "RequestId"),
    ] {
        let names = |order: &str| {
            let mut request = json!({"Order": order});
            if ["scf.ListVersionByFunction", "scf.GetFunctionLogs"].contains(&action) {
                request["FunctionName"] = json!("one");
            }
            let listed = client.ok(action, request)[rows].take();
            let names: Vec<_> =
                listed.as_array().unwrap().iter().map(|row| row[name].to_string()).collect();
            names
        };
        let (mut up, down) = (names("ASC"), names("DESC"));
        up.reverse();
        assert!(up.len() > 1 && up == down, "{action}: {up:?} {down:?}");
    }
}

#[test]
fn switches_and_sources_are_of_their_lists() {
    let client = client();
    create(&client, python("hello", HELLO));
    let new = |more: Value| {
        let mut request = python("new", HELLO);
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let file = zip(&[("index.py", HELLO)]);
    let web = json!({"ZipFile": zip(&[("scf_bootstrap", "#!/bin/bash\n")])});
    let session = json!({"SessionSource": "BODY", "SessionName": "session"});
    let concurrency =
        json!({"DynamicEnabled": "FALSE", "MaxConcurrency": 10, "SessionConfig": session});
    let create = "scf.CreateFunction";
    all(
        &client,
        vec![
            (create, new(json!({"TraceEnable": "yes"})), "InvalidParameterValue.TraceEnable"),
            (
                create,
                new(
                    json!({"PublicNetConfig": {"PublicNetStatus": "ON", "EipConfig": {"EipStatus": "DISABLE"}}}),
                ),
                "InvalidParameterValue.PublicNetConfig",
            ),
            (
                create,
                new(json!({"Type": "HTTP", "Code": web, "InstanceConcurrencyConfig": concurrency})),
                "InvalidParameterValue.InstanceConcurrencyConfig",
            ),
            (
                create,
                new(json!({"Code": {"GitUrl": "https://example.com/a.git"}})),
                "UnsupportedOperation",
            ),
            (
                "scf.UpdateFunctionCode",
                about(
                    "hello",
                    json!({"Handler": "index.main", "ZipFile": file, "Code": {"ZipFile": file}}),
                ),
                "InvalidParameterValue.Code",
            ),
            (
                "scf.CreateNamespace",
                json!({"Namespace": letters(61)}),
                "InvalidParameterValue.Namespace",
            ),
        ],
    );
}

#[test]
fn r392_web_functions_have_no_switch_of_the_name_cache() {
    let client = client();
    let mut request = python("web", HELLO);
    let more = json!({"Type": "HTTP", "DnsCache": "TRUE",
                      "Code": {"ZipFile": zip(&[("scf_bootstrap", "#!/bin/bash\n")])}});
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let (code, text) = client.call("scf.CreateFunction", request.clone()).unwrap_err();
    assert_eq!(code, "InvalidParameterValue");
    assert!(text.contains("DnsCache"), "{text}");
    request["DnsCache"] = json!("FALSE");
    create(&client, request);
}

#[test]
fn concurrency_is_provisioned_for_versions_that_are_ready() {
    // Of its own: the length of transitions holds for all accounts.
    let server = Server::start(&[]);
    let client = server.client();
    create(&client, python("hello", HELLO));
    let version = publish(&client, "hello");
    let provision = |version: &str, more: Value| {
        let mut request =
            about("hello", json!({"Qualifier": version, "VersionProvisionedConcurrencyNum": 1}));
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let timed = json!([{"TriggerName": "t", "TriggerCronConfig": "0 0 1 * * * *",
                        "TriggerProvisionedConcurrencyNum": 1, "ProvisionedType": "Other"}]);
    let put = "scf.PutProvisionedConcurrencyConfig";
    let code = client.code(put, provision(&version, json!({"TriggerActions": timed})));
    assert_eq!(code, "InvalidParameterValue.ProvisionType");
    client.console("POST", "transitions", &json!({"function.publish": null}));
    let second = client.ok("scf.PublishVersion", about("hello", json!({})));
    let second = second["FunctionVersion"].as_str().unwrap();
    let code = client.code(put, provision(second, json!({})));
    assert_eq!(code, "FailedOperation.FunctionVersionStatusNotActive");
}
