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
fn r109_a_web_function_is_never_called_asynchronously() {
    let client = client();
    create(&client, web("hello"));
    let event = json!({"FunctionName": "hello", "InvocationType": "Event"});
    assert_eq!(client.code("scf.Invoke", event), "InvalidParameterValue.FunctionType");
    let config = json!({"AsyncTriggerConfig": {"RetryConfig": [{"RetryNum": 1}], "MsgTTL": 60}});
    let code = client.code("scf.UpdateFunctionEventInvokeConfig", about("hello", config));
    assert_eq!(code, "UnsupportedOperation.UpdateFunctionEventInvokeConfig");
}
