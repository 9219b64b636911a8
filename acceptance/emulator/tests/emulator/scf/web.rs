//! Web functions as the API makes them and HTTP calls them.

use serde_json::{Value, json};

use super::{about, create, publish, python, wait, zip};
use crate::support::{Client, Page, Request, client, wait_for};

const SERVER: &str = r#"
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = (self.path + ' ' + self.headers['X-Scf-Version'] + ' ' + os.environ.get('WORD', '')).encode()
        print('asked for', self.path, flush=True)
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass
http.server.HTTPServer(('0.0.0.0', 9000), Handler).serve_forever()
"#;
const START: &str = "#!/bin/bash\nexec /var/lang/python37/bin/python3 -u app.py\n";

/// A create request for a web function.
pub fn web(name: &str) -> Value {
    json!({
        "FunctionName": name,
        "Type": "HTTP",
        "Runtime": "Python3.7",
        "Environment": {"Variables": [{"Key": "WORD", "Value": "first"}]},
        "Code": {"ZipFile": zip(&[("scf_bootstrap", START), ("app.py", SERVER)])},
    })
}

fn get(client: &Client, name: &str, qualifier: &str, path: &str) -> Page {
    let (id, region) = (&client.secret_id, &client.region);
    let mut request = Request {
        method: "GET",
        target: format!("/_web/{id}/{region}/default/{name}/{qualifier}{path}"),
        headers: Vec::new(),
        body: String::new(),
    };
    request.set("Host", "example.com");
    client.send(&request)
}

#[test]
fn r106_a_web_function_serves_http_by_version_and_alias_and_after_updates() {
    let client = client();
    create(&client, web("hello"));
    assert_eq!(get(&client, "hello", "$LATEST", "/a?b=c").body, "/a?b=c $LATEST first");
    let number = publish(&client, "hello");
    let environment = json!({"Environment": {"Variables": [{"Key": "WORD", "Value": "second"}]}});
    client.ok("scf.UpdateFunctionConfiguration", about("hello", environment));
    wait(&client, "hello", "Active");
    assert_eq!(get(&client, "hello", "$LATEST", "").body, "/ $LATEST second");
    assert_eq!(get(&client, "hello", &number, "/").body, "/ 1 first");
    assert_eq!(get(&client, "hello", "$DEFAULT", "/").body, "/ $LATEST second");
    let alias = json!({"Name": "live", "FunctionVersion": number});
    client.ok("scf.CreateAlias", about("hello", alias));
    assert_eq!(get(&client, "hello", "live", "/").body, "/ 1 first");
    let logs = wait_for(|| {
        let logs = client.ok("scf.GetFunctionLogs", json!({"FunctionName": "hello"}));
        (logs["TotalCount"] == 5).then_some(logs)
    });
    let text = logs["Data"].to_string();
    assert!(text.contains("asked for /a?b=c") && !text.contains("$LATEST first"), "{text}");
}

#[test]
fn r112_a_web_function_cannot_be_invoked_and_an_event_function_not_asked() {
    let client = client();
    create(&client, web("hello"));
    for action in ["scf.Invoke", "scf.InvokeFunction"] {
        let code = client.code(action, json!({"FunctionName": "hello"}));
        assert_eq!(code, "InvalidParameterValue.FunctionType", "{action}");
    }
    create(&client, python("event", super::HELLO));
    assert_eq!(get(&client, "event", "$LATEST", "/").status, 404);
    let page = get(&client, "nobody", "$LATEST", "/");
    assert!(page.status == 404 && page.body.contains("nobody"), "{page:?}");
}

#[test]
fn r111_packages_of_every_language_need_their_start_file() {
    let client = client();
    for runtime in ["Python3.7", "Java8", "Go1", "CustomRuntime"] {
        let mut request = web("startless");
        request["Runtime"] = json!(runtime);
        request["Code"] = json!({"ZipFile": zip(&[("main", "#!/bin/bash\n")])});
        let code = client.code("scf.CreateFunction", request);
        assert_eq!(code, "InvalidParameterValue.Code", "{runtime}");
    }
}

#[test]
fn r109_a_web_function_is_never_called_asynchronously() {
    let client = client();
    create(&client, web("hello"));
    let event = json!({"FunctionName": "hello", "InvocationType": "Event"});
    assert_eq!(client.code("scf.Invoke", event), "InvalidParameterValue.FunctionType");
    let config = json!({"AsyncTriggerConfig": {"RetryConfig": [{"RetryNum": 1}], "MsgTTL": 60}});
    let code = client.code("scf.UpdateFunctionEventInvokeConfig", about("hello", config));
    assert_eq!(code, "UnsupportedOperation.UpdateFunctionEventInvokeConfig");
}

fn image(uri: &str) -> Value {
    json!({"ImageType": "personal", "ImageUri": uri, "Command": "python3", "Args": "-u app.py"})
}

#[test]
fn r73_r100_r101_r102_an_image_is_kept_and_starts_slower_and_is_never_run() {
    let client = client();
    let name = "ccr.ccs.tencentyun.com/team/app";
    let request = json!({
        "FunctionName": "boxed", "Type": "HTTP", "Code": {"ImageConfig": image(&format!("{name}:1"))},
    });
    let read = create(&client, request);
    assert_eq!((&read["Runtime"], &read["InitTimeout"]), (&json!("CustomImage"), &json!(90)));
    let config = &read["ImageConfig"];
    assert!(config["ImageUri"].as_str().unwrap().starts_with(&format!("{name}:1@sha256:")));
    assert_eq!((&config["Args"], &config["ImagePort"]), (&json!("-u app.py"), &json!(9000)));
    let page = get(&client, "boxed", "$LATEST", "/");
    assert!(page.status != 200 && page.body.contains("does not run containers"), "{page:?}");
    let event =
        json!({"FunctionName": "event", "Code": {"ImageConfig": image(&format!("{name}:1"))}});
    create(&client, event);
    let code = client.code("scf.Invoke", json!({"FunctionName": "event"}));
    assert_eq!(code, "UnsupportedOperation");
    let update = json!({"Code": {"ImageConfig": image(&format!("{name}:2"))}});
    client.ok("scf.UpdateFunctionCode", about("boxed", update));
    let read = wait(&client, "boxed", "Active");
    assert!(read["ImageConfig"]["ImageUri"].as_str().unwrap().contains(":2@"));
    let package = json!({"Code": {"ZipFile": zip(&[("scf_bootstrap", START)])}});
    let code = client.code("scf.UpdateFunctionCode", about("boxed", package));
    assert_eq!(code, "InvalidParameterValue.Code", "an image stays one");
    publish(&client, "boxed");
    client.ok("scf.DeleteFunction", json!({"FunctionName": "boxed"}));
}

#[test]
fn images_that_cannot_be_are_refused() {
    let client = client();
    let good = "ccr.ccs.tencentyun.com/team/app:1";
    let with = |member: &str, value: Value| {
        let mut config = image(good);
        config[member] = value;
        config
    };
    for (config, code) in [
        (with("ImageType", json!("public")), "InvalidParameterValue.ImageType"),
        (with("ImageType", json!("enterprise")), "InvalidParameterValue.RegistryId"),
        (
            with("ImageUri", json!("hkccr.ccs.tencentyun.com/team/app:1")),
            "InvalidParameterValue.ImageUri",
        ),
        (with("ImagePort", json!(-2)), "InvalidParameterValue.ImagePort"),
    ] {
        let request = json!({"FunctionName": "boxed", "Code": {"ImageConfig": config}});
        assert_eq!(client.code("scf.CreateFunction", request), code, "{config}");
    }
    let request = json!({
        "FunctionName": "boxed", "Runtime": "Python3.9", "Code": {"ImageConfig": image(good)},
    });
    assert_eq!(client.code("scf.CreateFunction", request), "InvalidParameterValue.Runtime");
}

#[test]
fn r167_r168_requests_per_instance_are_fixed_and_2_to_100() {
    let client = client();
    create(&client, web("many"));
    let update = |config: Value| about("many", json!({"InstanceConcurrencyConfig": config}));
    for (config, code) in [
        (json!({"MaxConcurrency": 0}), "InvalidParameterValue.MaxConcurrency"),
        (json!({"MaxConcurrency": 101}), "InvalidParameterValue.MaxConcurrency"),
        (json!({"DynamicEnabled": "TRUE"}), "InvalidParameterValue.DynamicEnabled"),
        (json!({"Type": "Other"}), "InvalidParameterValue.InstanceConcurrencyConfig"),
        (json!({"Type": "Session-Based"}), "InvalidParameterValue.InstanceConcurrencyConfig"),
        (
            json!({"SessionConfig": {"SessionSource": "HEADER", "SessionName": "1abcd"}}),
            "InvalidParameterValue.InstanceConcurrencyConfig",
        ),
    ] {
        let refused = client.code("scf.UpdateFunctionConfiguration", update(config.clone()));
        assert_eq!(refused, code, "{config}");
    }
    let session = json!({
        "SessionSource": "COOKIE", "SessionName": "session", "MaximumTTLInSeconds": 600,
    });
    let config = json!({
        "DynamicEnabled": "FALSE", "MaxConcurrency": 20, "Type": "Session-Based",
        "SessionConfig": session, "MixNodeConfig": [{"NodeSpec": "small", "Num": 2}],
    });
    client.ok("scf.UpdateFunctionConfiguration", update(config));
    let read = wait(&client, "many", "Active");
    let config = &read["InstanceConcurrencyConfig"];
    assert_eq!(config["MaxConcurrency"], 20);
    assert_eq!(config["SessionConfig"]["MaximumTTLInSeconds"], 600);
    assert_eq!(config["MixNodeConfig"], json!([{"NodeSpec": "small", "Num": 2}]));
    let none = json!({"SessionSource": "", "SessionName": ""});
    let without = update(json!({"MaxConcurrency": 20, "SessionConfig": none}));
    client.ok("scf.UpdateFunctionConfiguration", without);
    let read = wait(&client, "many", "Active");
    assert_eq!(read["InstanceConcurrencyConfig"]["SessionConfig"], Value::Null);
    client.ok("scf.UpdateFunctionConfiguration", update(json!({"MaxConcurrency": 1})));
    assert_eq!(wait(&client, "many", "Active")["InstanceConcurrencyConfig"], Value::Null);
}

#[test]
fn r164_web_socket_is_for_good_and_its_idle_timeout_is_not() {
    let client = client();
    let mut request = web("socket");
    request["ProtocolType"] = json!("WS");
    request["Timeout"] = json!(60);
    let read = create(&client, request);
    assert_eq!(read["ProtocolParams"]["WSParams"]["IdleTimeOut"], 15);
    let params = json!({"ProtocolParams": {"WSParams": {"IdleTimeOut": 30}}});
    client.ok("scf.UpdateFunctionConfiguration", about("socket", params.clone()));
    let read = wait(&client, "socket", "Active");
    assert_eq!(read["ProtocolParams"]["WSParams"]["IdleTimeOut"], 30);
    let shorter = about("socket", json!({"Timeout": 20}));
    let code = client.code("scf.UpdateFunctionConfiguration", shorter);
    assert_eq!(code, "InvalidParameterValue.IdleTimeOut", "R160");
    create(&client, web("plain"));
    let code = client.code("scf.UpdateFunctionConfiguration", about("plain", params));
    assert_eq!(code, "InvalidParameterValue.WebSocketsParams", "nor switched on later");
}

#[test]
fn r119_an_api_tells_a_web_function_its_name_and_region() {
    let client = client();
    let server = SERVER.replace(
        "self.headers['X-Scf-Version']",
        "self.headers['X-Scf-Name'] + '@' + self.headers['X-Scf-Region']",
    );
    let mut request = web("hello");
    request["Code"]["ZipFile"] = json!(zip(&[("scf_bootstrap", START), ("app.py", &server)]));
    create(&client, request);
    publish(&client, "hello");
    let api = json!({"TriggerName": "SCF_API_SERVICE", "Type": "apigw", "TriggerDesc": "{}"});
    let made = client.ok("scf.CreateTrigger", about("hello", api));
    let text = made["TriggerInfo"]["TriggerDesc"].as_str().unwrap();
    let settings: Value = serde_json::from_str(text).unwrap();
    let mut request = Request {
        method: "GET",
        target: format!("/_url/{}/a", settings["api"]["apiId"].as_str().unwrap()),
        headers: Vec::new(),
        body: String::new(),
    };
    request.set("Host", "example.com");
    request.set("X-Scf-Name", "another");
    assert_eq!(client.send(&request).body, "/a hello@ap-guangzhou first");
}
