//! Aliases.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{about, create, publish, python, wait, zip};
use crate::support::{Client, client};

/// A function whose versions say their number, and `$LATEST` says 3.
fn three(client: &Client) {
    let says = |n: u32| format!("def main(event, context):\n    return {n}\n");
    create(client, python("hello", &says(1)));
    for n in 2..=3 {
        publish(client, "hello");
        let code = json!({"ZipFile": zip(&[("index.py", &says(n))])});
        client.ok("scf.UpdateFunctionCode", about("hello", code));
        wait(client, "hello", "Active");
    }
}

fn alias(version: &str, routing: Value) -> Value {
    about("hello", json!({"Name": "live", "FunctionVersion": version, "RoutingConfig": routing}))
}

fn invoke(client: &Client, more: Value) -> String {
    let result = client.ok("scf.Invoke", about("hello", more))["Result"]["RetMsg"].clone();
    result.as_str().unwrap().to_owned()
}

#[test]
fn r293_r294_the_default_alias_exists_and_can_be_re_pointed() {
    let client = client();
    three(&client);
    let default = about("hello", json!({"Name": "$DEFAULT"}));
    let read = client.ok("scf.GetAlias", default.clone());
    assert_eq!(read["FunctionVersion"], "$LATEST");
    let none = json!({"AdditionalVersionWeights": [], "AddtionVersionMatchs": []});
    assert_eq!(read["RoutingConfig"], none);
    let called = client.ok("scf.InvokeFunction", about("hello", json!({})));
    assert_eq!(called["Result"]["RetMsg"], "3", "R279");
    let change = about("hello", json!({"Name": "$DEFAULT", "FunctionVersion": "1"}));
    client.ok("scf.UpdateAlias", change);
    let called = client.ok("scf.InvokeFunction", about("hello", json!({})));
    assert_eq!(called["Result"]["RetMsg"], "1", "R293");
    assert_eq!(client.code("scf.DeleteAlias", default), "InvalidParameterValue.Alias");
}

#[test]
fn r298_r300_an_alias_is_created_called_listed_changed_and_deleted() {
    let client = client();
    three(&client);
    client.ok("scf.CreateAlias", alias("1", json!({})));
    assert_eq!(client.code("scf.CreateAlias", alias("1", json!({}))), "ResourceInUse.Alias");
    assert_eq!(invoke(&client, json!({"Qualifier": "live"})), "1");
    client.ok("scf.UpdateAlias", alias("2", json!({})));
    assert_eq!(invoke(&client, json!({"Qualifier": "live"})), "2", "R300");
    let list = |more: Value| client.ok("scf.ListAliases", about("hello", more));
    let listed = list(json!({"FunctionVersion": "2"}));
    assert_eq!((&listed["TotalCount"], &listed["Aliases"][0]["Name"]), (&json!(1), &json!("live")));
    let page = list(json!({"Offset": "1", "Limit": "5"}));
    assert_eq!((&page["TotalCount"], &page["Aliases"][0]["Name"]), (&json!(2), &json!("live")));
    let bound = about("hello", json!({"Qualifier": "2"}));
    let code = client.code("scf.DeleteFunctionVersion", bound.clone());
    assert_eq!(code, "UnsupportedOperation.AliasBind");
    let name = about("hello", json!({"Name": "live"}));
    client.ok("scf.DeleteAlias", name.clone());
    assert_eq!(client.code("scf.GetAlias", name), "ResourceNotFound.Alias");
    client.ok("scf.DeleteFunctionVersion", bound);
    let gone = client.code("scf.Invoke", about("hello", json!({"Qualifier": "live"})));
    assert_eq!(gone, "ResourceNotFound.Qualifier");
}

#[test]
fn r284_r285_an_alias_has_one_more_version_by_weight_or_by_match() {
    let client = client();
    three(&client);
    let weights = |weights: &[(&str, f64)]| {
        let one = |(version, weight): &(&str, f64)| json!({"Version": version, "Weight": weight});
        weights.iter().map(one).collect::<Value>()
    };
    let key = "invoke.headers.user";
    let matching = json!({"Version": "2", "Key": key, "Method": "exact", "Expression": "b"});
    for (weights, matches, code) in [
        (weights(&[("2", 0.1), ("1", 0.1)]), json!([]), "RoutingConfig"),
        (weights(&[("2", 0.1)]), json!([matching]), "RoutingConfig"),
        (weights(&[("1", 0.1)]), json!([]), "RoutingConfig"),
        (
            weights(&[]),
            json!([{"Version": "2", "Key": key, "Method": "prefix", "Expression": "[1,2]"}]),
            "RoutingConfig",
        ),
        (weights(&[("2", 1.5)]), json!([]), "AdditionalVersionWeights"),
    ] {
        let routing = json!({"AdditionalVersionWeights": weights, "AddtionVersionMatchs": matches});
        let refused = client.code("scf.CreateAlias", alias("1", routing.clone()));
        assert_eq!(refused, format!("InvalidParameterValue.{code}"), "{routing}");
    }
    let missing = json!({"AdditionalVersionWeights": weights(&[("9", 0.1)])});
    for request in [alias("1", missing), alias("9", json!({}))] {
        assert_eq!(client.code("scf.CreateAlias", request), "ResourceNotFound.Version");
    }
}

#[test]
fn r286_r287_calls_are_shared_by_weight() {
    let client = client();
    three(&client);
    let weights = json!([{"Version": "2", "Weight": 0.5}]);
    client.ok("scf.CreateAlias", alias("1", json!({"AdditionalVersionWeights": weights})));
    let read = client.ok("scf.GetAlias", about("hello", json!({"Name": "live"})));
    assert_eq!(read["RoutingConfig"]["AdditionalVersionWeights"], weights);
    let mut counts = BTreeMap::from([("1".to_owned(), 0), ("2".to_owned(), 0)]);
    for _ in 0..40 {
        *counts.get_mut(&invoke(&client, json!({"Qualifier": "live"}))).unwrap() += 1;
    }
    assert!(counts["1"] >= 6 && counts["2"] >= 6, "{counts:?}");
}

#[test]
fn r289_r290_r291_r292_r295_r296_r297_calls_are_routed_by_their_routing_key() {
    let client = client();
    three(&client);
    let rule = |key: &str, method: &str, expression: &str| {
        let rule = json!({"Version": "2", "Key": key, "Method": method, "Expression": expression});
        json!({"AddtionVersionMatchs": [rule]})
    };
    for (key, method, expression) in [
        ("user", "exact", "b"),
        ("invoke.headers.", "exact", "b"),
        ("invoke.headers.user", "regex", "b"),
        ("invoke.headers.user", "range", "1-5"),
    ] {
        let code = client.code("scf.CreateAlias", alias("1", rule(key, method, expression)));
        assert_eq!(code, "InvalidParameterValue.RoutingConfig", "{key} {method} {expression}");
    }
    client.ok("scf.CreateAlias", alias("1", rule("invoke.headers.User", "exact", "Bob")));
    let with = |key: &str| invoke(&client, json!({"Qualifier": "live", "RoutingKey": key}));
    assert_eq!([with(r#"{"User":"Bob"}"#), with(r#"{"User":"Eve"}"#), with("")], ["2", "1", "1"]);
    client.ok("scf.UpdateAlias", alias("1", rule("invoke.headers.userHash", "range", "[1,50]")));
    assert_eq!([with(r#"{"userHash":30}"#), with(r#"{"userHash":51}"#)], ["2", "1"]);
    let bad = about("hello", json!({"Qualifier": "live", "RoutingKey": "Bob"}));
    assert_eq!(client.code("scf.Invoke", bad), "InvalidParameterValue.Param");
}
