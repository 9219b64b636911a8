//! State that lies on a disk.

use serde_json::{Value, json};

use crate::scf::{create, python};
use crate::support::{Client, Server, now, wait_for};

#[test]
fn acknowledged_writes_survive_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let arguments = ["--data-dir", dir.path().to_str().unwrap(), "--seed", "3"];
    let first = Server::start(&arguments);
    let client = Client::new(&first.address, "AKIDEMULATOR");
    let vpc = |name: &str| json!({"VpcName": name, "CidrBlock": "10.0.0.0/16"});
    let created = client.ok("vpc.CreateVpc", vpc("kept"));
    first.kill();
    let second = Server::start(&arguments);
    let client = Client::new(&second.address, "AKIDEMULATOR");
    let listed = client.ok("vpc.DescribeVpcs", json!({}));
    assert_eq!(listed["VpcSet"][0]["VpcId"], created["Vpc"]["VpcId"]);
    let again = client.ok("vpc.CreateVpc", vpc("new"));
    assert_ne!(again["Vpc"]["VpcId"], created["Vpc"]["VpcId"], "the seed must not repeat ids");
}

#[test]
fn a_directory_in_use_is_a_clear_error() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_str().unwrap();
    let _first = Server::start(&["--data-dir", path]);
    let second = crate::support::program()
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir", path])
        .output()
        .unwrap();
    assert!(!second.status.success());
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(said.contains("cannot open the state"), "{said}");
}

/// A function's topic, with an index of functions' logs.
fn topic_of(client: &Client, function: &str) -> String {
    let read = client.ok("scf.GetFunction", json!({"FunctionName": function}));
    read["ClsTopicId"].as_str().unwrap().to_owned()
}

/// The messages of the lines that a search finds, the oldest first.
fn found(client: &Client, topic: &str, query: &str) -> Vec<String> {
    let to = (now() + 60) * 1000;
    let request = json!({"TopicId": topic, "From": to - 3_600_000, "To": to, "QueryString": query,
        "Sort": "asc", "Limit": 1000});
    let results = client.ok("cls.SearchLog", request)["Results"].clone();
    let line = |line: &Value| {
        let fields: Value = serde_json::from_str(line["LogJson"].as_str().unwrap()).unwrap();
        let message = if fields["SCF_Message"].is_null() { "__CONTENT__" } else { "SCF_Message" };
        fields[message].as_str().unwrap().to_owned()
    };
    results.as_array().unwrap().iter().map(line).collect()
}

fn wait_for_disk(client: &Client) {
    wait_for(|| (client.look("health")["unwritten_logs"] == 0).then_some(()));
}

#[test]
fn logs_survive_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let arguments = ["--data-dir", dir.path().to_str().unwrap()];
    let start = || {
        let server = Server::start(&arguments);
        let client = Client::new(&server.address, "AKIDEMULATOR");
        (server, client)
    };
    let source = "def main(event, context):\n    print('seen', event['n'])\n";
    let (first, client) = start();
    create(&client, python("one", source));
    let topic = topic_of(&client, "one");
    let call = |client: &Client, n: i64| {
        let event = json!({"n": n}).to_string();
        client.ok("scf.Invoke", json!({"FunctionName": "one", "ClientContext": event}));
    };
    call(&client, 1);
    call(&client, 2);
    let before = found(&client, &topic, "*");
    wait_for_disk(&client);
    first.kill();
    let (second, client) = start();
    assert_eq!(found(&client, &topic, "*"), before, "every line with its fields");
    assert_eq!(found(&client, &topic, "seen AND SCF_StatusCode:200"), ["seen 1", "seen 2"]);
    call(&client, 3);
    wait_for_disk(&client);
    second.kill();
    let (third, client) = start();
    assert_eq!(found(&client, &topic, "seen"), ["seen 1", "seen 2", "seen 3"]);
    assert!(client.look("state").to_string().len() < 20_000, "logs are no objects");
    // Logs go with their account.
    let reset = client.console("POST", "reset?account=AKIDEMULATOR", &Value::Null);
    assert_eq!(reset.status, 200);
    third.kill();
    let (_fourth, client) = start();
    create(&client, python("one", source));
    assert_eq!(found(&client, &topic_of(&client, "one"), "*"), Vec::<String>::new());
}

#[test]
fn logs_on_the_disk_are_bounded_and_go_with_their_topic() {
    let dir = tempfile::tempdir().unwrap();
    let arguments = ["--data-dir", dir.path().to_str().unwrap()];
    let first = Server::start(&arguments);
    let client = Client::new(&first.address, "AKIDEMULATOR");
    let topic = |client: &Client| {
        let set = client.ok("cls.CreateLogset", json!({"LogsetName": "web"}));
        let topic = json!({"LogsetId": set["LogsetId"], "TopicName": "web", "TopicId": "kept"});
        client.ok("cls.CreateTopic", topic);
        let rule = json!({"FullText": {"CaseSensitive": false, "Tokenizer": " "}});
        client.ok("cls.CreateIndex", json!({"TopicId": "kept", "Rule": rule}));
    };
    topic(&client);
    for n in 0..40 {
        let line = format!("n{n} {}", "x".repeat(1_000_000));
        let event = json!({"event": {"type": "cls", "topic": "kept", "lines": [line]}});
        assert_eq!(client.console("POST", "events", &event).status, 200);
        // A few at a time, as a test's machine may be slow.
        if n % 5 == 4 {
            wait_for_disk(&client);
        }
    }
    first.kill();
    let second = Server::start(&arguments);
    let client = Client::new(&second.address, "AKIDEMULATOR");
    let left = found(&client, "kept", "n6 OR n7 OR n39");
    let left: Vec<_> = left.iter().map(|line| &line[..3]).collect();
    assert_eq!(left, ["n7 ", "n39"], "32 MB are kept");
    client.ok("cls.DeleteTopic", json!({"TopicId": "kept"}));
    second.kill();
    let third = Server::start(&arguments);
    let client = Client::new(&third.address, "AKIDEMULATOR");
    let sets = client.ok("cls.DescribeLogsets", json!({}))["Logsets"].clone();
    client.ok("cls.DeleteLogset", json!({"LogsetId": sets[0]["LogsetId"]}));
    topic(&client);
    assert_eq!(found(&client, "kept", "*"), Vec::<String>::new());
}
