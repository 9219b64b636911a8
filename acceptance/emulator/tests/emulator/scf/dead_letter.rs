//! What becomes of queued calls that fail for good.

use serde_json::{Value, json};

use super::{HELLO, about, create, publish, python, wait};
use crate::support::{Client, Server, client, wait_for};

const RAISE: &str = "def main(event, context):\n    raise ValueError('oops')\n";

fn queue(name: &str) -> Value {
    json!({"Type": "CMQ-QUEUE", "Name": name})
}

fn letters(client: &Client) -> Vec<Value> {
    let topic = format!("dead-letters?account={}&region={}", client.secret_id, client.region);
    client.look(&topic).as_array().unwrap().clone()
}

fn start(client: &Client, qualifier: &str) {
    let more = json!({
        "InvocationType": "Event", "ClientContext": "{\"a\": 1}", "Qualifier": qualifier,
    });
    client.ok("scf.Invoke", about("hello", more));
}

#[test]
fn r87_r231_r232_what_fails_after_its_retries_goes_to_the_queue() {
    let server = Server::start(&[]);
    let client = server.client();
    let mut request = python("hello", RAISE);
    request["DeadLetterConfig"] = queue("lost");
    let made = create(&client, request);
    assert_eq!(made["DeadLetterConfig"]["Name"], "lost");
    publish(&client, "hello");
    start(&client, "$LATEST");
    let found = wait_for(|| Some(letters(&client)).filter(|found| !found.is_empty()));
    let [letter] = &found[..] else { panic!("{found:?}") };
    for (member, value) in [
        ("type", json!("CMQ-QUEUE")),
        ("name", json!("lost")),
        ("function", json!("hello")),
        ("qualifier", json!("$LATEST")),
        ("event", json!("{\"a\": 1}")),
        ("status", json!(430)),
    ] {
        assert_eq!(letter[member], value, "{member}");
    }
    let logs = client.ok("scf.GetFunctionLogs", about("hello", json!({})));
    assert_eq!(logs["TotalCount"], 3, "two retries came before it");
    // A version keeps the queue that it was published with.
    let none = json!({"Type": "", "Name": "", "FilterType": ""});
    let change = about("hello", json!({"DeadLetterConfig": none}));
    client.ok("scf.UpdateFunctionConfiguration", change);
    assert_eq!(wait(&client, "hello", "Active")["DeadLetterConfig"], none);
    start(&client, "$LATEST");
    start(&client, "1");
    let found = wait_for(|| Some(letters(&client)).filter(|found| found.len() > 1));
    assert_eq!((found.len(), &found[1]["qualifier"]), (2, &json!("1")));
    // It is part of the state, and of a new beginning.
    let state = client.look("state");
    client.console("POST", "reset", &json!({}));
    assert!(letters(&client).is_empty());
    client.console("PUT", "state", &state);
    assert_eq!(letters(&client), found);
}

#[test]
fn r231_a_call_that_waits_too_long_for_room_goes_there_too() {
    let server = Server::start(&[]);
    let client = server.client();
    let mut request = python("hello", HELLO);
    request["DeadLetterConfig"] = json!({"Type": "CMQ-TOPIC", "Name": "lost", "FilterType": "tag"});
    create(&client, request);
    let nothing = about("hello", json!({"ReservedConcurrencyMem": 0}));
    client.ok("scf.PutReservedConcurrencyConfig", nothing);
    start(&client, "$LATEST");
    assert!(letters(&client).is_empty());
    client.console("POST", "clock", &json!({"advance_ms": 6 * 3_600_000 + 1}));
    let found = wait_for(|| letters(&client).pop());
    assert_eq!((&found["status"], &found["filter_type"]), (&json!(432), &json!("tag")));
}

#[test]
fn r231_what_succeeds_or_is_ended_on_purpose_does_not_go_there() {
    let server = Server::start(&[]);
    let client = server.client();
    let mut request = python("hello", "def main(event, context):\n    assert event['good']\n");
    request["DeadLetterConfig"] = queue("lost");
    create(&client, request);
    let call = |good: bool| {
        let event = json!({"good": good}).to_string();
        let more = json!({"InvocationType": "Event", "ClientContext": event});
        client.ok("scf.Invoke", about("hello", more));
    };
    call(true);
    let done = || client.ok("scf.GetFunctionLogs", about("hello", json!({})))["TotalCount"] == 1;
    wait_for(|| done().then_some(()));
    call(false);
    let found = wait_for(|| Some(letters(&client)).filter(|found| !found.is_empty()));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["event"], "{\"good\":false}");
}

#[test]
fn r231_a_dead_letter_queue_is_a_queue_or_a_topic() {
    let client = client();
    for wrong in [
        json!({"Type": "KAFKA", "Name": "a"}),
        json!({"Type": "", "Name": "a"}),
        json!({"Type": "CMQ-TOPIC", "Name": ""}),
        json!({"Type": "CMQ-QUEUE", "Name": "a", "FilterType": "b"}),
    ] {
        let mut request = python("hello", HELLO);
        request["DeadLetterConfig"] = wrong.clone();
        let code = client.code("scf.CreateFunction", request);
        assert_eq!(code, "InvalidParameterValue.DeadLetterConfig", "{wrong}");
    }
}
