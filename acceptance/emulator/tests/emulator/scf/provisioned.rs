//! Instances that are started before they are needed.

use serde_json::{Value, json};

use super::{HELLO, about, create, publish, python};
use crate::support::{Client, Server, wait_for};

const IN_PROGRESS: &str = "FailedOperation.ProvisionedInProgress";

/// A server with a clock that only the test moves and the real pace of starting, and a published
/// function `hello` with two versions.
struct Stage {
    client: Client,
    _server: Server,
}

impl Stage {
    fn new() -> Self {
        Self::of(HELLO)
    }

    fn of(source: &str) -> Self {
        let server = Server::start(&[]);
        let client = server.client();
        create(&client, python("hello", source));
        assert_eq!([publish(&client, "hello"), publish(&client, "hello")], ["1", "2"]);
        let page = client.console("POST", "transitions", &json!({"provision.hundred": 60_000}));
        assert_eq!(page.status, 200, "{page:?}");
        client.console("POST", "clock", &json!({"frozen": true}));
        Self { client, _server: server }
    }

    fn pass(&self, seconds: i64) {
        self.pass_ms(seconds * 1000);
    }

    fn pass_ms(&self, ms: i64) {
        self.client.console("POST", "clock", &json!({"advance_ms": ms}));
    }

    fn request(version: &str, number: i64, more: Value) -> Value {
        let mut request = about("hello", more);
        request["Qualifier"] = json!(version);
        request["VersionProvisionedConcurrencyNum"] = json!(number);
        request
    }

    #[track_caller]
    fn put(&self, number: i64, more: Value) {
        self.client.ok("scf.PutProvisionedConcurrencyConfig", Self::request("1", number, more));
    }

    #[track_caller]
    fn code(&self, version: &str, number: i64, more: Value) -> String {
        let request = Self::request(version, number, more);
        self.client.code("scf.PutProvisionedConcurrencyConfig", request)
    }

    fn all(&self) -> Vec<Value> {
        let request = about("hello", json!({}));
        let read = self.client.ok("scf.GetProvisionedConcurrencyConfig", request);
        read["Allocated"].as_array().unwrap().clone()
    }

    /// Status, how many there are to be and how many are ready, of the only version.
    #[track_caller]
    fn state(&self) -> (String, i64, i64) {
        let all = self.all();
        let [one] = &all[..] else { panic!("{all:?}") };
        (
            one["Status"].as_str().unwrap().to_owned(),
            one["AllocatedProvisionedConcurrencyNum"].as_i64().unwrap(),
            one["AvailableProvisionedConcurrencyNum"].as_i64().unwrap(),
        )
    }

    #[track_caller]
    fn expect(&self, status: &str, wanted: i64, ready: i64) {
        assert_eq!(self.state(), (status.to_owned(), wanted, ready));
    }
}

#[test]
fn r214_r235_a_hundred_instances_start_in_a_minute_and_stay() {
    let stage = Stage::new();
    assert!(stage.all().is_empty());
    stage.put(200, json!({}));
    stage.expect("InProgress", 200, 0);
    stage.pass(30);
    stage.expect("InProgress", 200, 50);
    stage.pass(89);
    stage.expect("InProgress", 200, 198);
    stage.pass(1);
    stage.expect("Done", 200, 200);
    stage.pass(86_400);
    stage.expect("Done", 200, 200);
    let account = stage.client.ok("scf.GetAccount", json!({}));
    let namespace = &account["AccountUsage"]["Namespace"][0];
    assert_eq!(namespace["TotalAllocatedProvisionedMem"], 200 * 128);
    let listed = stage.client.ok("scf.ListFunctions", json!({}));
    assert_eq!(listed["Functions"][0]["TotalProvisionedConcurrencyMem"], 200 * 128);
}

#[test]
fn r240_a_change_waits_for_the_end_of_the_last() {
    let stage = Stage::new();
    stage.put(100, json!({}));
    assert_eq!(stage.code("1", 50, json!({})), IN_PROGRESS);
    let delete = about("hello", json!({"Qualifier": "1"}));
    let code = stage.client.code("scf.DeleteProvisionedConcurrencyConfig", delete);
    assert_eq!(code, IN_PROGRESS);
    stage.pass(60);
    stage.put(50, json!({}));
    stage.pass(15);
    stage.expect("InProgress", 50, 75);
    stage.pass(15);
    stage.expect("Done", 50, 50);
}

#[test]
fn r241_instances_go_little_by_little() {
    let stage = Stage::new();
    let delete = || about("hello", json!({"Qualifier": "1"}));
    stage.put(100, json!({}));
    stage.pass(60);
    stage.client.ok("scf.DeleteProvisionedConcurrencyConfig", delete());
    stage.pass(30);
    stage.expect("InProgress", 0, 50);
    assert_eq!(stage.code("1", 1, json!({})), IN_PROGRESS);
    stage.client.ok("scf.DeleteProvisionedConcurrencyConfig", delete());
    stage.pass(30);
    assert!(stage.all().is_empty());
    stage.client.ok("scf.DeleteProvisionedConcurrencyConfig", delete());
    stage.put(1, json!({}));
}

#[test]
fn r233_r234_only_a_published_version_has_provisioned_instances() {
    let stage = Stage::new();
    assert_eq!(stage.code("$LATEST", 1, json!({})), "InvalidParameterValue.Qualifier");
    assert_eq!(stage.code("3", 1, json!({})), "ResourceNotFound.Version");
    assert_eq!(stage.code("$DEFAULT", 1, json!({})), "ResourceNotFound.Qualifier");
    assert_eq!(stage.code("1", -1, json!({})), "InvalidParameterValue");
    for action in ["Get", "Delete"] {
        let missing = about("hello", json!({"Qualifier": "3"}));
        let code = stage.client.code(&format!("scf.{action}ProvisionedConcurrencyConfig"), missing);
        assert_eq!(code, "ResourceNotFound.Version", "{action}");
    }
}

#[test]
fn r237_all_that_is_provisioned_fits_into_the_account() {
    let stage = Stage::new();
    let exceeded = "FailedOperation.ProvisionedExceedAvailable";
    assert_eq!(stage.code("1", 1001, json!({})), exceeded);
    stage.put(900, json!({}));
    assert_eq!(stage.code("2", 101, json!({})), exceeded);
    let request = about("hello", json!({}));
    let read = stage.client.ok("scf.GetProvisionedConcurrencyConfig", request);
    assert_eq!(read["UnallocatedConcurrencyNum"], 100);
    // A version's own instances are not in its way.
    stage.pass(9 * 60);
    stage.put(1000, json!({}));
}

#[test]
fn r216_r238_r239_a_reserve_and_provisioned_instances_are_apart() {
    let stage = Stage::new();
    let reserve = about("hello", json!({"ReservedConcurrencyMem": 127}));
    stage.client.ok("scf.PutReservedConcurrencyConfig", reserve);
    // More than the reserve, and as much for another version.
    for version in ["1", "2"] {
        let request = Stage::request(version, 10, json!({}));
        stage.client.ok("scf.PutProvisionedConcurrencyConfig", request);
    }
    stage.pass(60);
    assert!(stage.all().iter().all(|version| version["Status"] == "Done"));
    // The ceiling stays where it was: 127 MB are too little for one instance.
    let call = about("hello", json!({"Qualifier": "1"}));
    assert_eq!(stage.client.ok("scf.Invoke", call)["Result"]["InvokeResult"], 432);
}

#[test]
fn r242_the_other_type_drops_what_was_set() {
    let stage = Stage::new();
    let timed = json!({"TriggerActions": [action("morning", 8, "0 0 8 * * * *")]});
    stage.put(3, timed);
    stage.pass(60);
    stage.put(0, dynamic(0.5, 2, 9));
    stage.pass(60);
    stage.expect("Done", 2, 2);
    assert_eq!(stage.all()[0]["TriggerActions"], json!([]));
}

fn action(name: &str, number: i64, cron: &str) -> Value {
    json!({
        "TriggerName": name,
        "TriggerProvisionedConcurrencyNum": number,
        "TriggerCronConfig": cron,
        "ProvisionedType": "Default",
    })
}

fn dynamic(target: f64, least: i64, most: i64) -> Value {
    json!({
        "ProvisionedType": "ConcurrencyUtilizationTracking",
        "TrackingTarget": target,
        "MinCapacity": least,
        "MaxCapacity": most,
    })
}

#[test]
fn r249_r250_the_dynamic_type_has_bounds() {
    let stage = Stage::new();
    for (more, code) in [
        (dynamic(0.0, 1, 2), "InvalidParameterValue.TrackingTarget"),
        (dynamic(1.0, 1, 2), "InvalidParameterValue.TrackingTarget"),
        (dynamic(0.5, 0, 2), "InvalidParameterValue.MinCapacity"),
        (dynamic(0.5, 3, 2), "InvalidParameterValue.MinCapacity"),
        (dynamic(0.5, 1, 1001), "LimitExceeded.MaxCapacity"),
        (json!({"ProvisionedType": "Other"}), "InvalidParameterValue.ProvisionType"),
    ] {
        assert_eq!(stage.code("1", 0, more.clone()), code, "{more}");
    }
    stage.put(0, dynamic(0.8, 3, 9));
    stage.pass(60);
    stage.expect("Done", 3, 3);
}

/// Waits for as long as its event says.
const HOLD: &str = r#"
import time

def main(event, context):
    time.sleep(event.get("seconds", 0))
"#;

impl Stage {
    /// A stage whose function holds its calls.
    fn holding() -> Self {
        Self::of(HOLD)
    }

    /// Starts calls of version 1 that run for some seconds.
    fn hold(&self, calls: usize, seconds: f64) {
        let event = json!({"seconds": seconds}).to_string();
        for _ in 0..calls {
            let more = json!({
                "Qualifier": "1", "InvocationType": "Event", "ClientContext": event,
            });
            self.client.ok("scf.Invoke", about("hello", more));
        }
    }

    /// Lets seconds pass; how many instances there are to be then.
    fn look_after(&self, seconds: i64) -> i64 {
        self.pass(seconds);
        self.state().1
    }
}

#[test]
fn r248_r251_r252_the_number_grows_every_ten_seconds_up_to_the_maximum() {
    let stage = Stage::holding();
    stage.put(0, dynamic(0.8, 1, 9));
    stage.hold(4, 60.0);
    assert_eq!(stage.state().1, 1, "nothing grows before ten seconds are over");
    // Four calls at 80 percent are five instances.
    wait_for(|| (stage.look_after(10) == 5).then_some(()));
    stage.hold(8, 60.0);
    // Twelve calls want fifteen; beyond the maximum they run on instances made on demand.
    wait_for(|| (stage.look_after(10) == 9).then_some(()));
    let call = about("hello", json!({"Qualifier": "1"}));
    assert_eq!(stage.client.ok("scf.Invoke", call)["Result"]["InvokeResult"], 0);
    assert_eq!(stage.look_after(3600), 9);
    stage.expect("Done", 9, 9);
}

#[test]
fn r253_the_number_shrinks_ten_minutes_after_the_last_change() {
    let stage = Stage::holding();
    stage.put(4, json!({}));
    stage.pass(60);
    stage.put(0, dynamic(0.5, 1, 9));
    // Nothing has changed before, so the first time comes after ten seconds.
    assert_eq!(stage.state().1, 4);
    assert_eq!(stage.look_after(10), 1);
    stage.hold(3, 0.3);
    wait_for(|| (stage.look_after(1) == 6).then_some(()));
    let calls = || {
        let logs = stage.client.ok("scf.GetFunctionLogs", about("hello", json!({})));
        logs["TotalCount"].as_i64()
    };
    wait_for(|| (calls() == Some(3)).then_some(()));
    assert_eq!(stage.look_after(500), 6);
    assert_eq!(stage.look_after(120), 1);
}

#[test]
fn r243_r244_timed_changes_are_checked() {
    let stage = Stage::new();
    let many: Vec<_> =
        (0..11).map(|i| action(&format!("a{i}"), 1, &format!("0 {i} 8 * * * *"))).collect();
    for (actions, code) in [
        (json!([action("a", 1, "0 0 8 * * *")]), "InvalidParameterValue.TriggerCronConfig"),
        (json!([action("a", 1, "0 0 25 * * * *")]), "InvalidParameterValue.TriggerCronConfig"),
        (
            json!([action("a", -1, "0 0 8 * * * *")]),
            "InvalidParameterValue.TriggerProvisionedConcurrencyNum",
        ),
        (
            json!([action("a", 1, "0 0 8 * * * *"), action("a", 1, "0 0 9 * * * *")]),
            "InvalidParameterValue.ProvisionTriggerNameDuplicate",
        ),
        (
            json!([action("a", 1, "0 0 8 * * * *"), action("b", 1, "0 0 8 * * * *")]),
            "InvalidParameterValue.ProvisionTriggerCronConfigDuplicate",
        ),
        (json!(many), "LimitExceeded.ProvisionTriggerAction"),
    ] {
        assert_eq!(stage.code("1", 1, json!({"TriggerActions": actions})), code, "{actions}");
    }
    let one = json!([action("a", 1, "0 0 8 * * MON-FRI *")]);
    stage.put(1, json!({"TriggerActions": one}));
    assert_eq!(stage.all()[0]["TriggerActions"], one);
}

#[test]
fn r245_r246_a_timed_number_holds_until_the_next() {
    let stage = Stage::new();
    stage.put(
        5,
        json!({"TriggerActions": [
            action("busy", 10, "0 0 8 * * * *"),
            action("busier", 20, "0 0 9 * * * *"),
            action("quiet", 0, "0 0 20 * * * *"),
        ]}),
    );
    stage.pass(60);
    // The next midnight in the cloud's zone, and a minute more.
    let (day, now) = (86_400_000, stage.client.look("clock")["now_ms"].as_i64().unwrap());
    stage.pass_ms(day - (now + 8 * 3_600_000) % day);
    stage.pass(8 * 3600 + 60);
    stage.expect("Done", 10, 10);
    stage.pass(3600);
    stage.expect("Done", 20, 20);
    stage.pass(11 * 3600);
    stage.expect("Done", 0, 0);
    stage.pass(12 * 3600 - 60 + 2);
    stage.expect("InProgress", 10, 3);
}

#[test]
fn instances_that_cannot_start_tell_why() {
    let stage = Stage::new();
    let reason = json!([{"code": "InternalError", "message": "no room"}]);
    stage.client.fault(
        "PutProvisionedConcurrencyConfig",
        json!({"effect": {"type": "outcome", "reasons": reason}}),
    );
    stage.put(10, json!({}));
    stage.expect("InProgress", 10, 0);
    stage.pass(60);
    stage.expect("Failed", 10, 0);
    assert_eq!(stage.all()[0]["StatusReason"], "no room");
    stage.put(10, json!({}));
    stage.pass(60);
    stage.expect("Done", 10, 10);
}

#[test]
fn a_version_that_goes_takes_its_instances_along() {
    let stage = Stage::new();
    stage.put(10, json!({}));
    stage.client.ok("scf.DeleteFunctionVersion", about("hello", json!({"Qualifier": "1"})));
    assert!(stage.all().is_empty());
    assert_eq!(stage.code("1", 1, json!({})), "ResourceNotFound.Version");
}

#[test]
fn r236_a_broken_instance_is_missing_until_it_is_replaced() {
    let stage = Stage::of("import os\ndef main(event, context): os._exit(1)\n");
    stage.put(3, json!({}));
    stage.pass(10);
    assert_eq!(stage.state(), ("Done".to_owned(), 3, 3));
    let request = about("hello", json!({"Qualifier": "1"}));
    let called = stage.client.ok("scf.Invoke", request);
    assert_eq!(called["Result"]["InvokeResult"], 439, "{called}");
    assert_eq!(stage.state(), ("Done".to_owned(), 3, 2));
    // A hundred are started in a minute, so one takes 600 ms.
    stage.pass_ms(599);
    assert_eq!(stage.state().2, 2);
    stage.pass_ms(1);
    assert_eq!(stage.state().2, 3);
}
