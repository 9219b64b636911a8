//! Versions.

use serde_json::json;

use super::{HELLO, about, create, publish, python, wait, zip};
use crate::support::{Server, client};

#[test]
fn r273_a_version_is_a_fixed_copy() {
    let client = client();
    create(&client, python("hello", HELLO));
    assert_eq!(publish(&client, "hello"), "1");
    let code = json!({"ZipFile": zip(&[("index.py", "def main(e, c):\n    return 'new'\n")])});
    client.ok("scf.UpdateFunctionCode", about("hello", code));
    wait(&client, "hello", "Active");
    client.ok("scf.UpdateFunctionConfiguration", about("hello", json!({"Timeout": 9})));
    wait(&client, "hello", "Active");
    let at = |qualifier: &str| about("hello", json!({"Qualifier": qualifier}));
    let version = client.ok("scf.GetFunction", at("1"));
    assert_eq!((&version["Timeout"], &version["FunctionVersion"]), (&json!(3), &json!("1")));
    for (qualifier, result) in [("1", "\"hello\""), ("$LATEST", "\"new\"")] {
        let invoked = client.ok("scf.Invoke", at(qualifier));
        assert_eq!(invoked["Result"]["RetMsg"], result, "R280 {qualifier}");
    }
}

#[test]
fn r274_numbers_rise_and_are_never_used_again() {
    let client = client();
    create(&client, python("hello", HELLO));
    assert_eq!([publish(&client, "hello"), publish(&client, "hello")], ["1", "2"]);
    let delete = about("hello", json!({"Qualifier": "2"}));
    client.ok("scf.DeleteFunctionVersion", delete.clone());
    assert_eq!(client.code("scf.DeleteFunctionVersion", delete), "ResourceNotFound.Version");
    assert_eq!(publish(&client, "hello"), "3");
    let list = client.ok("scf.ListVersionByFunction", about("hello", json!({})));
    assert_eq!(list["FunctionVersion"], json!(["$LATEST", "1", "3"]));
    assert_eq!(list["Versions"][2]["Status"], "Active");
    let page = about("hello", json!({"Offset": 1, "Limit": 1, "Order": "DESC"}));
    let page = client.ok("scf.ListVersionByFunction", page);
    assert_eq!((&page["FunctionVersion"], &page["TotalCount"]), (&json!(["1"]), &json!(3)));
    let first = || about("hello", json!({"Qualifier": "1"}));
    client.ok("scf.DeleteFunction", first());
    assert_eq!(client.code("scf.GetFunction", first()), "ResourceNotFound.Version");
}

#[test]
fn publishing_takes_a_moment_in_which_the_function_is_busy() {
    let server = Server::start(&[]);
    let client = server.client();
    create(&client, python("hello", HELLO));
    client.console("POST", "transitions", &json!({"function.publish": null}));
    client.ok("scf.PublishVersion", about("hello", json!({"Description": "first"})));
    for qualifier in ["$LATEST", "1"] {
        let read = client.ok("scf.GetFunction", about("hello", json!({"Qualifier": qualifier})));
        assert_eq!(read["Status"], "Publishing", "{qualifier}");
    }
    let busy = "FailedOperation.FunctionStatusError";
    assert_eq!(client.code("scf.PublishVersion", about("hello", json!({}))), busy);
    let invoke = client.code("scf.Invoke", about("hello", json!({"Qualifier": "1"})));
    assert_eq!(invoke, "FailedOperation.FunctionVersionStatusNotActive");
    client.ok("scf.Invoke", about("hello", json!({})));
}

#[test]
fn a_failed_publication_shows_on_both() {
    let client = client();
    create(&client, python("hello", HELLO));
    client.fault("PublishVersion", json!({"effect": {"type": "outcome"}}));
    client.ok("scf.PublishVersion", about("hello", json!({})));
    wait(&client, "hello", "PublishFailed");
    let read = client.ok("scf.GetFunction", about("hello", json!({"Qualifier": "1"})));
    assert_eq!(read["Status"], "PublishFailed");
}

#[test]
fn an_update_can_publish_in_one_step() {
    let client = client();
    create(&client, python("hello", HELLO));
    let change = json!({"Timeout": 9, "Publish": "TRUE"});
    client.ok("scf.UpdateFunctionConfiguration", about("hello", change));
    let read = client.ok("scf.GetFunction", about("hello", json!({"Qualifier": "1"})));
    assert_eq!(read["Timeout"], 9);
    wait(&client, "hello", "Active");
    // The version holds the package on its own account, so that it goes without harm to the rest.
    client.ok("scf.DeleteFunctionVersion", about("hello", json!({"Qualifier": "1"})));
    client.ok("scf.UpdateFunctionConfiguration", about("hello", json!({"Timeout": 8})));
    wait(&client, "hello", "Active");
    let result = client.ok("scf.Invoke", about("hello", json!({})));
    assert_eq!(result["Result"]["RetMsg"], "\"hello\"");
}

#[test]
fn r271_r272_only_latest_is_edited_and_always_there() {
    let client = client();
    create(&client, python("hello", HELLO));
    let versions = client.ok("scf.ListVersionByFunction", about("hello", json!({})));
    assert_eq!(versions["FunctionVersion"], json!(["$LATEST"]));
    publish(&client, "hello");
    for action in ["UpdateFunctionCode", "UpdateFunctionConfiguration"] {
        let code = client.code(&format!("scf.{action}"), about("hello", json!({"Qualifier": "1"})));
        assert_eq!(code, "UnknownParameter", "{action}");
    }
    let latest = about("hello", json!({"Qualifier": "$LATEST"}));
    assert!(client.code("scf.DeleteFunctionVersion", latest).starts_with("InvalidParameterValue"));
}

#[test]
fn r277_r278_r280_every_version_is_viewed_and_called_and_has_its_own_logs() {
    let client = client();
    create(&client, python("hello", HELLO));
    let versions = [publish(&client, "hello"), publish(&client, "hello"), "$LATEST".to_owned()];
    for (calls, version) in versions.iter().enumerate() {
        let qualifier = about("hello", json!({"Qualifier": version}));
        let read = client.ok("scf.GetFunction", qualifier.clone());
        assert_eq!(read["Qualifier"], **version);
        for _ in 0..=calls {
            client.ok("scf.Invoke", qualifier.clone());
        }
        let logs = client.ok("scf.GetFunctionLogs", qualifier);
        assert_eq!(logs["TotalCount"], calls + 1, "{version}");
    }
}
