//! Triggers, custom domains, events and images.

use serde_json::{Value, json};

use super::all;
use crate::scf::{HELLO, about, create, python, wait};
use crate::support::client;

#[test]
fn settings_of_triggers_are_of_their_lists() {
    let client = client();
    create(&client, python("hello", HELLO));
    let trigger = |kind: &str, name: &str, settings: Value| {
        let desc = if settings.is_null() { String::new() } else { settings.to_string() };
        let request = about("hello", json!({"TriggerName": name, "Type": kind}));
        let mut request = request;
        request["TriggerDesc"] = json!(desc);
        request
    };
    let http = |settings: Value| trigger("http", "url-trigger", settings);
    let cors = |change: Value| {
        let mut cors =
            json!({"Enable": true, "Origins": ["https://a.example"], "Methods": ["GET"]});
        cors.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        http(json!({"AuthType": "NONE", "NetConfig": {"EnableExtranet": true}, "CorsConfig": cors}))
    };
    let api = |settings: Value| trigger("apigw", "api", settings);
    let (new, wrong) = ("scf.CreateTrigger", "InvalidParameterValue.TriggerDesc");
    all(
        &client,
        vec![
            (
                new,
                trigger("mps", "m", json!({"eventType": "EditMediaTask"})),
                "InvalidParameterValue.Type",
            ),
            (new, trigger("cls", "c", json!({})), "InvalidParameterValue.Type"),
            (new, trigger("cmq", "topic", json!({"filterType": 3, "filterKey": []})), wrong),
            (new, http(json!({"AuthType": "KEY", "NetConfig": {}})), wrong),
            (new, cors(json!({"Methods": ["FETCH"]})), "InvalidParameterValue.Cors"),
            (new, cors(json!({"MaxAge": -1})), "InvalidParameterValue.Cors"),
            (new, cors(json!({"MaxAge": 86_401})), "InvalidParameterValue.Cors"),
            (new, cors(json!({"Origins": []})), "InvalidParameterValue.Cors"),
            (
                new,
                cors(json!({"Origins": ["*"], "Credentials": true})),
                "InvalidParameterValue.Cors",
            ),
            (new, api(json!({"api": {"requestConfig": {"method": "FETCH"}}})), wrong),
            (new, api(json!({"release": {"environmentName": "later"}})), wrong),
        ],
    );
    client.ok(new, cors(json!({"MaxAge": 86_400})));
}

#[test]
fn paths_of_custom_domains_are_well_formed_and_differ() {
    let client = client();
    create(&client, python("hello", HELLO));
    let endpoint = |path: &str, rewrites: Value| {
        json!({"Namespace": "default", "FunctionName": "hello", "Qualifier": "$LATEST",
            "PathMatch": path, "PathRewrite": rewrites})
    };
    let domain = |endpoints: Value, more: Value| {
        let mut request = json!({"Domain": "a.example.com", "Protocol": "HTTP"});
        request["EndpointsConfig"] = endpoints;
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let rewrite = |kind: &str, to: &str| {
        let rewrites = json!([{"Path": "/a", "Type": kind, "Rewrite": to}]);
        domain(json!([endpoint("/*", rewrites)]), json!({}))
    };
    let plain = || json!([endpoint("/*", json!([]))]);
    let at = |qualifier: &str| {
        let mut endpoint = endpoint("/*", json!([]));
        endpoint["Qualifier"] = json!(qualifier);
        domain(json!([endpoint]), json!({}))
    };
    let (new, wrong) = ("scf.CreateCustomDomain", "InvalidParameterValue");
    all(
        &client,
        vec![
            (new, rewrite("OtherRules", "/b"), wrong),
            (new, rewrite("ExactRules", "b"), wrong),
            (
                new,
                domain(json!([endpoint("/a", json!([])), endpoint("/a", json!([]))]), json!({})),
                wrong,
            ),
            (new, domain(plain(), json!({"WafConfig": {"WafOpen": "MAYBE"}})), wrong),
            (new, domain(plain(), json!({"WafConfig": {"WafOpen": "OPEN"}})), wrong),
            (
                new,
                domain(
                    plain(),
                    json!({"Protocol": "FTP", "CertConfig": {"CertificateId": "f2cJ0vEF"}}),
                ),
                wrong,
            ),
            (new, at("9"), "ResourceNotFound.Version"),
            (new, at("live"), "ResourceNotFound.Qualifier"),
        ],
    );
    client.ok(new, rewrite("ExactRules", "/b"));
}

#[test]
fn an_event_is_ended_through_its_own_function() {
    let client = client();
    for name in ["one", "two"] {
        let mut request = python(name, "import time\ndef main(event, context): time.sleep(60)\n");
        (request["AsyncRunEnable"], request["Timeout"]) = (json!("TRUE"), json!(60));
        create(&client, request);
    }
    let event = client.ok("scf.Invoke", about("one", json!({"InvocationType": "Event"})));
    let id = event["Result"]["FunctionRequestId"].clone();
    let end = |name: &str| about(name, json!({"InvokeRequestId": id}));
    let code = client.code("scf.TerminateAsyncEvent", end("two"));
    assert_eq!(code, "ResourceNotFound.AsyncEvent");
    client.ok("scf.TerminateAsyncEvent", end("one"));
}

#[test]
fn an_image_is_no_package() {
    let client = client();
    let image = json!({"ImageType": "personal", "ImageUri": "ccr.ccs.tencentyun.com/team/app:1"});
    client
        .ok("scf.CreateFunction", json!({"FunctionName": "boxed", "Code": {"ImageConfig": image}}));
    wait(&client, "boxed", "Active");
    let code = client.code("scf.GetFunctionAddress", about("boxed", json!({})));
    assert_eq!(code, "UnsupportedOperation");
}
