//! Functions.

mod alias;
mod async_event;
mod dead_letter;
mod domain;
mod event_invoke;
mod function;
mod hosting;
mod invoke;
mod layer;
mod made_elsewhere;
mod namespace;
mod network;
mod provisioned;
mod reserved;
mod rules;
mod trigger;
mod trigger_events;
mod version;
mod web;

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::{Client, wait_for};

pub const HELLO: &str = "def main(event, context):\n    return 'hello'\n";

/// A package, in base64.
pub fn zip(files: &[(&str, &str)]) -> String {
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(*name, SimpleFileOptions::default().unix_permissions(0o755)).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    STANDARD.encode(archive.finish().unwrap().into_inner())
}

/// A create request for a Python function.
pub fn python(name: &str, source: &str) -> Value {
    json!({
        "FunctionName": name,
        "Runtime": "Python3.6",
        "Handler": "index.main",
        "Code": {"ZipFile": zip(&[("index.py", source)])},
    })
}

/// Waits until a function has the status.
#[track_caller]
pub fn wait(client: &Client, name: &str, status: &str) -> Value {
    wait_for(|| {
        let read = client.ok("scf.GetFunction", json!({"FunctionName": name}));
        (read["Status"] == status).then_some(read)
    })
}

/// Creates a function and waits until it is Active.
#[track_caller]
pub fn create(client: &Client, request: Value) -> Value {
    let name = request["FunctionName"].as_str().unwrap().to_owned();
    client.ok("scf.CreateFunction", request);
    wait(client, &name, "Active")
}

/// Publishes and waits until the version is Active; its number.
#[track_caller]
pub fn publish(client: &Client, name: &str) -> String {
    let published = client.ok("scf.PublishVersion", json!({"FunctionName": name}));
    let number = published["FunctionVersion"].as_str().unwrap().to_owned();
    wait(client, name, "Active");
    wait_for(|| {
        let request = json!({"FunctionName": name, "Qualifier": number});
        (client.ok("scf.GetFunction", request)["Status"] == "Active").then_some(())
    });
    number
}

/// A request about a function, with more members.
pub fn about(name: &str, more: Value) -> Value {
    let mut request = json!({"FunctionName": name});
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request
}
