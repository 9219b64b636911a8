//! Invocations.

use serde_json::{Value, json};

use super::{HELLO, about, create, python, wait};
use crate::support::{client, wait_for};

const ECHO: &str = "import os\n\
def main(event, context):\n    print('seen')\n    return {'event': event, 'env': os.environ.get('A')}\n";
const RAISE: &str = "def main(event, context):\n    raise ValueError('oops')\n";
const DIVIDE: &str =
    "def main(event, context):\n    print('log of', event)\n    return 1 // event\n";

fn echo() -> Value {
    let mut request = python("echo", ECHO);
    request["Environment"] = json!({"Variables": [{"Key": "A", "Value": "1"}]});
    request
}

#[test]
fn r424_a_call_waits_for_the_functions_result() {
    let client = client();
    create(&client, echo());
    let invoke = |more: Value| client.ok("scf.Invoke", about("echo", more))["Result"].clone();
    let result = invoke(json!({"ClientContext": r#"{"x": 1}"#}));
    assert_eq!((&result["InvokeResult"], &result["ErrMsg"]), (&json!(0), &json!("")));
    let returned: Value = serde_json::from_str(result["RetMsg"].as_str().unwrap()).unwrap();
    assert_eq!(returned, json!({"event": {"x": 1}, "env": "1"}));
    assert!(result["Duration"].as_f64().unwrap() > 0.0, "{result}");
    assert!(result["MemUsage"].as_u64().unwrap() > 0, "{result}");
    assert_eq!(result["Log"], "");
    let tail = invoke(json!({"LogType": "Tail"}));
    assert!(tail["Log"].as_str().unwrap().contains("seen"), "{tail}");
    let called = client.ok("scf.InvokeFunction", about("echo", json!({"Event": "[1]"})));
    assert!(called["Result"]["RetMsg"].as_str().unwrap().contains("[1]"), "{called}");
}

#[test]
fn a_function_that_throws_is_a_result_and_not_an_error() {
    let client = client();
    create(&client, python("bad", RAISE));
    let result = client.ok("scf.Invoke", about("bad", json!({})))["Result"].clone();
    assert_eq!(result["InvokeResult"], 430);
    assert!(result["RetMsg"].as_str().unwrap().contains("oops"), "{result}");
}

#[test]
fn wrong_calls_are_refused() {
    let client = client();
    create(&client, python("hello", HELLO));
    for (more, code) in [
        (json!({"InvocationType": "Later"}), "InvalidParameterValue.InvokeType"),
        (json!({"LogType": "Head"}), "InvalidParameterValue.Param"),
        (json!({"Qualifier": "9"}), "ResourceNotFound.Version"),
        (json!({"Qualifier": "nobody"}), "ResourceNotFound.Qualifier"),
        (json!({"Namespace": "nowhere"}), "ResourceNotFound.Namespace"),
    ] {
        assert_eq!(client.code("scf.Invoke", about("hello", more.clone())), code, "{more}");
    }
    assert_eq!(client.code("scf.Invoke", about("nobody", json!({}))), "ResourceNotFound.Function");
}

#[test]
fn r53_r425_r436_a_queued_call_answers_its_id_at_once_and_runs() {
    let client = client();
    create(&client, python("hello", HELLO));
    let queued = client.ok("scf.Invoke", about("hello", json!({"InvocationType": "Event"})));
    let id = &queued["Result"]["FunctionRequestId"];
    assert_eq!(queued["Result"]["RetMsg"], "");
    let status = wait_for(|| {
        let asked = about("hello", json!({"FunctionRequestId": id}));
        let status = client.ok("scf.GetRequestStatus", asked);
        (status["TotalCount"] == 1).then(|| status["Data"][0].clone())
    });
    assert_eq!((&status["RetCode"], &status["RetMsg"]), (&json!(0), &json!("\"hello\"")));
    let large = format!("\"{}\"", "x".repeat(128 << 10));
    let large = about("hello", json!({"InvocationType": "Event", "ClientContext": large}));
    assert_eq!(client.code("scf.Invoke", large), "InvalidParameter.RequestTooLarge", "R53");
}

#[test]
fn a_queued_call_that_fails_is_tried_three_times() {
    let client = client();
    create(&client, python("bad", RAISE));
    client.ok("scf.Invoke", about("bad", json!({"InvocationType": "Event"})));
    let logs = wait_for(|| {
        let logs = client.ok("scf.GetFunctionLogs", about("bad", json!({"Order": "asc"})));
        (logs["TotalCount"] == 3).then(|| logs["Data"].as_array().unwrap().clone())
    });
    let retries: Vec<_> = logs.iter().map(|log| log["RetryNum"].clone()).collect();
    assert_eq!(retries, [0, 1, 2]);
}

#[test]
fn r90_every_operation_on_functions_is_there() {
    let coverage = client().look("coverage");
    let emulated = coverage["scf"]["emulated"].as_array().unwrap().clone();
    for action in [
        "CreateFunction",
        "UpdateFunctionConfiguration",
        "UpdateFunctionCode",
        "GetFunction",
        "Invoke",
        "InvokeFunction",
        "GetFunctionLogs",
        "DeleteFunction",
        "CopyFunction",
    ] {
        assert!(emulated.contains(&json!(action)), "{action}");
    }
}

#[test]
fn r429_the_caller_chooses_whether_to_wait() {
    let client = client();
    create(&client, python("either", HELLO));
    let waits = client.ok("scf.InvokeFunction", about("either", json!({})));
    assert_eq!(waits["Result"]["RetMsg"], "\"hello\"");
    let queued = about("either", json!({"InvocationType": "Event"}));
    assert_eq!(client.ok("scf.Invoke", queued)["Result"]["RetMsg"], "");
    wait_for(|| {
        let logs = client.ok("scf.GetFunctionLogs", about("either", json!({})));
        (logs["TotalCount"] == 2).then_some(())
    });
}

#[test]
fn r267_asynchronous_run_mode_only_answers_the_id() {
    let client = client();
    let mut request = python("hello", HELLO);
    request["AsyncRunEnable"] = json!("TRUE");
    create(&client, request);
    let result = client.ok("scf.Invoke", about("hello", json!({})))["Result"].clone();
    assert_eq!(result["RetMsg"], "");
    assert_eq!(result["FunctionRequestId"].as_str().unwrap().len(), 36);
}

#[test]
fn r208_logs_are_kept_and_filtered() {
    let client = client();
    create(&client, python("mixed", DIVIDE));
    for event in ["1", "0", "2"] {
        client.ok("scf.Invoke", about("mixed", json!({"ClientContext": event})));
    }
    let logs = |more: Value| client.ok("scf.GetFunctionLogs", about("mixed", more));
    assert_eq!(logs(json!({}))["TotalCount"], 3);
    let failed = logs(json!({"Filter": {"RetCode": "not0"}}));
    assert_eq!(failed["TotalCount"], 1);
    assert_eq!(failed["Data"][0]["RetCode"], 430);
    assert!(failed["Data"][0]["Log"].as_str().unwrap().contains("log of 0"), "{failed}");
    let page = logs(json!({"Filter": {"RetCode": "is0"}, "Limit": 1}));
    assert_eq!(page["Data"].as_array().unwrap().len(), 1);
    assert_eq!(logs(json!({"StartTime": "2099-01-01 00:00:00"}))["TotalCount"], 0);
    let bad = about("mixed", json!({"StartTime": "tomorrow"}));
    assert_eq!(client.code("scf.GetFunctionLogs", bad), "InvalidParameterValue.DateTime");
}

#[test]
fn a_changed_function_runs_its_new_configuration() {
    let client = client();
    create(&client, echo());
    let env = || {
        let result = client.ok("scf.Invoke", about("echo", json!({})))["Result"]["RetMsg"].clone();
        let returned: Value = serde_json::from_str(result.as_str().unwrap()).unwrap();
        returned["env"].clone()
    };
    assert_eq!(env(), "1");
    let change = json!({"Environment": {"Variables": [{"Key": "A", "Value": "2"}]}});
    client.ok("scf.UpdateFunctionConfiguration", about("echo", change));
    wait(&client, "echo", "Active");
    assert_eq!(env(), "2");
}

/// Lists the functions with the keys of its role, as the vendor's SDK would.
const CALLS_THE_CLOUD: &str = r#"
import datetime, hashlib, hmac, json, os, time, urllib.request
def sign(key, text): return hmac.new(key, text.encode(), hashlib.sha256)
def main(event, context):
    if 'TENCENTCLOUD_SECRETID' not in os.environ: return 'no keys'
    now = int(time.time())
    date = datetime.datetime.fromtimestamp(now, datetime.timezone.utc).strftime('%Y-%m-%d')
    host, scope = event['host'], date + '/scf/tc3_request'
    sha = lambda text: hashlib.sha256(text.encode()).hexdigest()
    canonical = 'POST\n/\n\ncontent-type:application/json\nhost:%s\n\ncontent-type;host\n%s' % (host, sha('{}'))
    text = 'TC3-HMAC-SHA256\n%d\n%s\n%s' % (now, scope, sha(canonical))
    key = ('TC3' + os.environ['TENCENTCLOUD_SECRETKEY']).encode()
    for part in (date, 'scf', 'tc3_request'): key = sign(key, part).digest()
    request = urllib.request.Request('http://%s/' % host, b'{}', {
        'Authorization': 'TC3-HMAC-SHA256 Credential=%s/%s, SignedHeaders=content-type;host, Signature=%s' % (
            os.environ['TENCENTCLOUD_SECRETID'], scope, sign(key, text).hexdigest()),
        'Content-Type': 'application/json', 'X-TC-Action': 'ListFunctions', 'X-TC-Version': '2018-04-16',
        'X-TC-Timestamp': str(now), 'X-TC-Region': os.environ['TENCENTCLOUD_REGION']})
    answer = json.load(urllib.request.urlopen(request))['Response']
    return sorted(f['FunctionName'] for f in answer['Functions'])
"#;

#[test]
fn r78_a_function_with_a_role_calls_the_cloud_and_one_without_has_no_keys() {
    let client = client();
    create(&client, python("bare", CALLS_THE_CLOUD));
    let mut request = python("entitled", CALLS_THE_CLOUD);
    request["Role"] = json!("SCF_QcsRole");
    create(&client, request);
    let event = json!({"host": client.address}).to_string();
    let told = |name: &str| {
        let answer = client.ok("scf.Invoke", about(name, json!({"ClientContext": event})));
        let text = answer["Result"]["RetMsg"].as_str().unwrap().to_owned();
        serde_json::from_str::<Value>(&text).unwrap_or_else(|_| panic!("{answer}"))
    };
    assert_eq!(told("bare"), "no keys");
    assert_eq!(told("entitled"), json!(["bare", "entitled"]));
}
