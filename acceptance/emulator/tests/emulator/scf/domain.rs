//! Custom domains.

use serde_json::{Value, json};

use super::{HELLO, create, python};
use crate::support::{Client, Page, Request, client};

const ECHO: &str = "def main(event, context):\n    return event\n";

/// A domain that no other test has.
fn name(client: &Client) -> String {
    format!("www.{}.example", client.secret_id.to_lowercase())
}

fn endpoint(function: &str, path: &str, rewrites: Value) -> Value {
    json!({"Namespace": "default", "FunctionName": function, "Qualifier": "$LATEST",
        "PathMatch": path, "PathRewrite": rewrites})
}

fn domain(client: &Client, endpoints: Value) -> Value {
    json!({"Domain": name(client), "Protocol": "HTTP", "EndpointsConfig": endpoints})
}

fn get(client: &Client, host: &str, path: &str) -> Page {
    let mut request = Request {
        method: "GET",
        target: path.to_owned(),
        headers: Vec::new(),
        body: String::new(),
    };
    request.set("Host", host);
    client.send(&request)
}

#[test]
fn a_domain_is_made_read_changed_listed_and_deleted() {
    let client = client();
    create(&client, python("hello", HELLO));
    let rules = json!([{"Path": "/a/*", "Type": "WildcardRules", "Rewrite": "/$1"}]);
    let mut request = domain(&client, json!([endpoint("hello", "/*", rules)]));
    request["Tags"] = json!([{"Key": "team", "Value": "a"}]);
    client.ok("scf.CreateCustomDomain", request.clone());
    let by_name = json!({"Domain": name(&client)});
    let read = client.ok("scf.GetCustomDomain", by_name.clone());
    assert_eq!(read["EndpointsConfig"], request["EndpointsConfig"]);
    assert_eq!([&read["Protocol"], &read["Tags"][0]["Key"]], ["HTTP", "team"]);
    assert_eq!(read["WafConfig"]["WafOpen"], "CLOSE");
    assert_eq!(client.code("scf.CreateCustomDomain", request), "InvalidParameterValue.Domain");

    let secure = json!({"Domain": name(&client), "Protocol": "HTTP&HTTPS",
        "CertConfig": {"CertificateId": "BxxJ3DK7"},
        "WafConfig": {"WafOpen": "OPEN", "WafInstanceId": "waf_1"}});
    client.ok("scf.UpdateCustomDomain", secure);
    let listed = client.ok("scf.ListCustomDomains", json!({}));
    assert_eq!(listed["Total"], 1);
    let row = &listed["Domains"][0];
    assert_eq!(row["CertConfig"]["CertificateId"], "BxxJ3DK7");
    assert_eq!(row["WafConfig"]["WafInstanceId"], "waf_1");
    assert_eq!(row["EndpointsConfig"].as_array().unwrap().len(), 1, "what is left out stays");

    client.ok("scf.DeleteCustomDomain", by_name.clone());
    for action in ["GetCustomDomain", "DeleteCustomDomain", "UpdateCustomDomain"] {
        let code = client.code(&format!("scf.{action}"), by_name.clone());
        assert_eq!(code, "FailedOperation.Domain.UnExist", "{action}");
    }
}

#[test]
fn a_domain_is_checked() {
    let client = client();
    create(&client, python("hello", HELLO));
    let sound = domain(&client, json!([endpoint("hello", "/*", json!([]))]));
    for (member, wrong, code) in [
        ("Domain", json!("*.example.com"), "InvalidParameterValue.Domain"),
        ("Domain", json!("localhost"), "InvalidParameterValue.Domain"),
        ("Protocol", json!("FTP"), "InvalidParameterValue"),
        ("Protocol", json!("HTTPS"), "InvalidParameterValue"),
        ("EndpointsConfig", json!([]), "InvalidParameterValue"),
        ("EndpointsConfig", json!([endpoint("hello", "a", json!([]))]), "InvalidParameterValue"),
        (
            "EndpointsConfig",
            json!([endpoint("nobody", "/", json!([]))]),
            "ResourceNotFound.Function",
        ),
        ("WafConfig", json!({"WafOpen": "OPEN"}), "InvalidParameterValue"),
    ] {
        let mut request = sound.clone();
        request[member] = wrong.clone();
        assert_eq!(client.code("scf.CreateCustomDomain", request), code, "{member} {wrong}");
    }
}

#[test]
fn a_domain_calls_the_function_of_the_path_that_fits_best() {
    let client = client();
    create(&client, python("echo", ECHO));
    create(&client, python("hello", HELLO));
    let rules = json!([
        {"Path": "/api/v1/*", "Type": "WildcardRules", "Rewrite": "/old/$1"},
        {"Path": "/api/ping", "Type": "ExactRules", "Rewrite": "/health"},
    ]);
    let endpoints = json!([endpoint("hello", "/*", json!([])), endpoint("echo", "/api/*", rules)]);
    client.ok("scf.CreateCustomDomain", domain(&client, endpoints));
    let host = name(&client);
    assert_eq!(get(&client, &host, "/x").body, "hello");
    for (path, expected) in
        [("/api/v2/a", "/api/v2/a"), ("/api/v1/a/b", "/old/a/b"), ("/api/ping", "/health")]
    {
        assert_eq!(get(&client, &host, path).json()["path"], expected, "{path}");
    }
    let page = get(&client, "127.0.0.1", &format!("/_url/{host}/api/ping"));
    assert_eq!(page.json()["path"], "/health");
    let secure = json!({"Domain": host, "Protocol": "HTTPS", "CertConfig": {"CertificateId": "x"}});
    client.ok("scf.UpdateCustomDomain", secure);
    assert_eq!(get(&client, &host, "/x").status, 404, "it is not called without TLS");
    assert_eq!(get(&client, "127.0.0.1", &format!("/_url/{host}/x")).body, "hello");
}
