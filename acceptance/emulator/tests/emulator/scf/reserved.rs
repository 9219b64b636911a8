//! Concurrency that a function has to itself.

use serde_json::{Value, json};

use super::{HELLO, about, create, publish, python};
use crate::support::{Client, client};

const EXCEEDED: &str = "FailedOperation.ReservedExceedTotal";

fn small(client: &Client, name: &str) {
    create(client, python(name, HELLO));
}

fn reserve(client: &Client, name: &str, mb: i64) {
    let request = about(name, json!({"ReservedConcurrencyMem": mb}));
    client.ok("scf.PutReservedConcurrencyConfig", request);
}

fn refused(client: &Client, name: &str, mb: i64) {
    let request = about(name, json!({"ReservedConcurrencyMem": mb}));
    assert_eq!(client.code("scf.PutReservedConcurrencyConfig", request), EXCEEDED, "{mb}");
}

fn reserved(client: &Client, name: &str) -> Value {
    client.ok("scf.GetReservedConcurrencyConfig", about(name, json!({})))["ReservedMem"].clone()
}

fn release(client: &Client, name: &str) {
    client.ok("scf.DeleteReservedConcurrencyConfig", about(name, json!({})));
}

/// What `InvokeResult` says of a call: 0, or the status of the failure.
fn result(client: &Client, name: &str, qualifier: &str) -> i64 {
    let call = about(name, json!({"Qualifier": qualifier}));
    client.ok("scf.Invoke", call)["Result"]["InvokeResult"].as_i64().unwrap()
}

fn quota(client: &Client, mb: i64) {
    let change = json!({
        "account": client.secret_id,
        "region": client.region,
        "name": "scf.concurrency_mb",
        "limit": mb,
    });
    let page = client.console("POST", "quotas", &change);
    assert_eq!(page.status, 200, "{page:?}");
}

#[test]
fn r30_r31_r396_the_concurrency_of_an_account_depends_on_the_region() {
    let client = client();
    for (region, mb) in [
        ("ap-guangzhou", 128_000),
        ("ap-shanghai", 128_000),
        ("ap-beijing", 128_000),
        ("ap-chengdu", 128_000),
        ("ap-hongkong", 128_000),
        ("ap-mumbai", 64_000),
        ("ap-singapore", 64_000),
        ("ap-tokyo", 64_000),
        ("na-toronto", 64_000),
        ("na-siliconvalley", 64_000),
        ("eu-frankfurt", 64_000),
        ("ap-shenzhen-fsi", 64_000),
        ("ap-shanghai-fsi", 64_000),
    ] {
        let account = client.in_region(region).ok("scf.GetAccount", json!({}));
        assert_eq!(account["AccountUsage"]["UserConcurrencyMemLimit"], mb, "{region}");
    }
}

#[test]
fn r222_12800_mb_can_never_be_reserved() {
    let client = client();
    small(&client, "hello");
    refused(&client, "hello", 128_000 - 12_800 + 1);
    reserve(&client, "hello", 128_000 - 12_800);
    quota(&client, 12_800);
    refused(&client, "hello", 1);
    let negative = about("hello", json!({"ReservedConcurrencyMem": -1}));
    let code = client.code("scf.PutReservedConcurrencyConfig", negative);
    assert_eq!(code, "InvalidParameterValue");
}

#[test]
fn r223_the_reserves_of_others_are_counted() {
    let client = client();
    small(&client, "one");
    small(&client, "other");
    reserve(&client, "one", 100_000);
    refused(&client, "other", 15_201);
    reserve(&client, "other", 15_200);
    // A function's own reserve is not in its way, and one that goes makes room.
    reserve(&client, "one", 90_000);
    refused(&client, "other", 25_201);
    client.ok("scf.DeleteFunction", about("one", json!({})));
    crate::support::wait_for(|| {
        client.call("scf.GetFunction", about("one", json!({}))).is_err().then_some(())
    });
    reserve(&client, "other", 128_000 - 12_800);
    let account = client.ok("scf.GetAccount", json!({}))["AccountUsage"].clone();
    assert_eq!(account["TotalAllocatedConcurrencyMem"], 115_200);
    assert_eq!(account["Namespace"][0]["TotalAllocatedConcurrencyMem"], 115_200);
    let listed = client.ok("scf.ListFunctions", json!({}))["Functions"][0].clone();
    assert_eq!(listed["ReservedConcurrencyMem"], 115_200);
}

#[test]
fn r224_r225_a_reserve_of_0_stops_a_function_and_no_reserve_does_not() {
    let client = client();
    small(&client, "hello");
    assert_eq!(reserved(&client, "hello"), Value::Null);
    reserve(&client, "hello", 0);
    assert_eq!(reserved(&client, "hello"), 0);
    assert_eq!(result(&client, "hello", "$LATEST"), 432);
    release(&client, "hello");
    assert_eq!(reserved(&client, "hello"), Value::Null);
    assert_eq!(result(&client, "hello", "$LATEST"), 0);
    release(&client, "hello");
    for action in ["Put", "Get", "Delete"] {
        let mut nobody = about("nobody", json!({}));
        if action == "Put" {
            nobody["ReservedConcurrencyMem"] = json!(128);
        }
        let code = client.code(&format!("scf.{action}ReservedConcurrencyConfig"), nobody);
        assert_eq!(code, "ResourceNotFound.Function");
    }
}

#[test]
fn r220_a_reserve_is_the_ceiling_of_every_version() {
    let client = client();
    small(&client, "hello");
    assert_eq!(publish(&client, "hello"), "1");
    reserve(&client, "hello", 127);
    for version in ["$LATEST", "1", "$DEFAULT"] {
        assert_eq!(result(&client, "hello", version), 432, "{version}");
    }
    reserve(&client, "hello", 128);
    assert_eq!(result(&client, "hello", "1"), 0);
}

#[test]
fn r226_more_memory_means_fewer_instances_in_the_same_reserve() {
    let client = client();
    small(&client, "hello");
    reserve(&client, "hello", 128);
    assert_eq!(result(&client, "hello", "$LATEST"), 0);
    client.ok("scf.UpdateFunctionConfiguration", about("hello", json!({"MemorySize": 256})));
    super::wait(&client, "hello", "Active");
    assert_eq!(result(&client, "hello", "$LATEST"), 432);
}

#[test]
fn r43_r219_r221_over_what_is_left_for_all_is_432() {
    let client = client();
    small(&client, "one");
    small(&client, "other");
    reserve(&client, "one", 512);
    quota(&client, 512 + 127);
    assert_eq!(result(&client, "other", "$LATEST"), 432, "what is reserved is not for others");
    assert_eq!(result(&client, "one", "$LATEST"), 0);
    quota(&client, 512 + 128);
    assert_eq!(result(&client, "other", "$LATEST"), 0);
}

#[test]
fn r218_regions_do_not_share_their_concurrency() {
    let client = client();
    let elsewhere = client.in_region("ap-tokyo");
    small(&client, "hello");
    small(&elsewhere, "hello");
    reserve(&client, "hello", 115_200);
    refused(&elsewhere, "hello", 51_201);
    reserve(&elsewhere, "hello", 51_200);
}

#[test]
fn r228_a_call_that_is_waited_for_is_not_tried_again() {
    let client = client();
    small(&client, "hello");
    reserve(&client, "hello", 0);
    assert_eq!(result(&client, "hello", "$LATEST"), 432);
    let logs = client.ok("scf.GetFunctionLogs", about("hello", json!({})));
    assert_eq!(logs["TotalCount"], 1);
    assert_eq!(logs["Data"][0]["RetCode"], 432);
}

#[test]
fn r34_a_namespace_has_no_bound_of_its_own() {
    let client = client();
    client.ok("scf.CreateNamespace", json!({"Namespace": "other"}));
    let mut request = python("hello", HELLO);
    request["Namespace"] = json!("other");
    client.ok("scf.CreateFunction", request);
    let whole = json!({"Namespace": "other", "ReservedConcurrencyMem": 128_000 - 12_800});
    crate::support::wait_for(|| {
        let request = about("hello", whole.clone());
        client.call("scf.PutReservedConcurrencyConfig", request).ok()
    });
}

#[test]
fn r34_r222_an_account_may_want_less_concurrency_than_it_has() {
    let client = client();
    small(&client, "hello");
    reserve(&client, "hello", 1280);
    let put = |mb: i64| json!({"TotalConcurrencyMem": mb});
    for (mb, code) in [
        (12_800 + 1279, "LimitExceeded.TotalConcurrencyMemory"),
        (128_001, "LimitExceeded.UserTotalConcurrencyMemory"),
    ] {
        assert_eq!(client.code("scf.PutTotalConcurrencyConfig", put(mb)), code, "{mb}");
    }
    client.ok("scf.PutTotalConcurrencyConfig", put(12_800 + 1280));
    let usage = client.ok("scf.GetAccount", json!({}))["AccountUsage"].clone();
    assert_eq!(usage["TotalConcurrencyMem"], 14_080);
    assert_eq!(usage["UserConcurrencyMemLimit"], 128_000);
    refused(&client, "hello", 1281);
    let mut of_one = put(20_000);
    of_one["Namespace"] = json!("other");
    assert_eq!(client.code("scf.PutTotalConcurrencyConfig", of_one), "UnsupportedOperation");
}
