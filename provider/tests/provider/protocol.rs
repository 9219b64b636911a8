//! The plugin protocol, from the handshake to the goodbye.

use std::time::Duration;

use tf_protocol::proto::tfplugin6 as pb;
use tf_protocol::wire;
use tf_schema::{Dynamic, Model};

use crate::host::{COOKIE, Plugin, program};

fn vpc_type() -> tf_schema::Type {
    let all = provider::resources::all();
    let found = all.schemas().find(|(name, _)| *name == "tencentcloud_vpc");
    found.expect("there is such a resource").1.block.ty()
}

fn value(of: &Dynamic) -> Option<pb::DynamicValue> {
    Some(pb::DynamicValue { msgpack: wire::encode(of, &vpc_type()), json: Vec::new() })
}

/// A network's configuration with these two attributes.
fn vpc(name: Dynamic, cidr_block: Dynamic) -> Dynamic {
    let all = provider::resources::all();
    let found = all.schemas().find(|(name, _)| *name == "tencentcloud_vpc");
    let mut config = found.expect("there is such a resource").1.block.empty_value();
    config.set("name", name);
    config.set("cidr_block", cidr_block);
    config
}

#[test]
fn started_by_hand_it_explains_itself() {
    for cookie in [None, Some("wrong")] {
        let mut command = program();
        if let Some(cookie) = cookie {
            command.env(COOKIE.0, cookie);
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty(), "nothing but the handshake may be on stdout");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(text.contains("not meant to be run by hand"), "{text}");
    }
    let output = program().arg("--version").output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("scf-rs/tencentcloud 0."));
}

#[tokio::test]
async fn the_handshake_has_six_fields_and_the_goodbye_leaves_nothing() {
    let plugin = Plugin::start(true);
    assert_eq!(plugin.line.len(), 6, "{:?}", plugin.line);
    assert_eq!(plugin.line[..3], ["1", "6", "unix"]);
    assert_eq!(plugin.line[4], "grpc");
    let socket = plugin.socket();
    assert!(socket.exists());
    assert!(plugin.goodbye().await.success());
    assert!(!socket.exists(), "the socket's file must go");
}

#[tokio::test]
async fn a_seventh_field_and_a_folder_for_sockets_are_given_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program();
    command
        .env(COOKIE.0, COOKIE.1)
        .env("PLUGIN_MULTIPLEX_GRPC", "true")
        .env("PLUGIN_UNIX_SOCKET_DIR", folder.path());
    let plugin = Plugin::launch(command, None);
    assert_eq!(plugin.line[5..], ["", "false"]);
    assert!(plugin.socket().starts_with(folder.path()));
    assert!(plugin.goodbye().await.success());
}

#[tokio::test]
async fn where_no_socket_can_be_a_port_of_the_range_is_taken() {
    let mut command = program();
    command
        .env(COOKIE.0, COOKIE.1)
        .env("PLUGIN_UNIX_SOCKET_DIR", format!("/tmp/{}", "deep/".repeat(40)))
        .env("PLUGIN_MIN_PORT", "21000")
        .env("PLUGIN_MAX_PORT", "21999");
    let plugin = Plugin::launch(command, None);
    assert_eq!(plugin.line[2], "tcp");
    let port: u16 = plugin.line[3].strip_prefix("127.0.0.1:").unwrap().parse().unwrap();
    assert!((21000..=21999).contains(&port));
    std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
}

#[tokio::test]
async fn without_a_certificate_the_connection_is_in_clear() {
    let plugin = Plugin::start(false);
    assert_eq!(plugin.line[5], "");
    plugin.calls().await.get_metadata(pb::get_metadata::Request {}).await.unwrap();
    assert!(plugin.goodbye().await.success());
}

#[tokio::test]
async fn only_the_host_that_started_it_may_speak_to_it() {
    let plugin = Plugin::start(true);
    let stranger = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let stranger = (stranger.cert.der().clone(), stranger.signing_key.serialize_der());
    for identity in [None, Some(stranger)] {
        let refused = match plugin.connect_as(identity).await {
            Err(_) => true,
            Ok(channel) => {
                let mut calls = pb::provider_client::ProviderClient::new(channel);
                calls.get_metadata(pb::get_metadata::Request {}).await.is_err()
            }
        };
        assert!(refused, "a client without the pinned certificate was let in");
    }
    // It still serves the right one.
    plugin.calls().await.get_metadata(pb::get_metadata::Request {}).await.unwrap();
}

#[tokio::test]
async fn the_schema_is_whole_and_well_formed() {
    let plugin = Plugin::start(true);
    let mut calls = plugin.calls().await;
    let schema = calls.get_provider_schema(pb::get_provider_schema::Request {}).await.unwrap();
    let schema = schema.into_inner();
    assert!(schema.diagnostics.is_empty());
    assert!(schema.provider.is_some());
    let capabilities = schema.server_capabilities.unwrap();
    assert!(capabilities.plan_destroy && capabilities.get_provider_schema_optional);
    for (name, schema) in &schema.resource_schemas {
        let block = schema.block.as_ref().unwrap();
        assert!(
            block.attributes.iter().any(|a| a.name == "id" && a.computed && !a.optional),
            "{name}: partial state is saved once the id is known"
        );
        for attribute in &block.attributes {
            check_attribute(name, attribute);
        }
    }
    let metadata = calls.get_metadata(pb::get_metadata::Request {}).await.unwrap().into_inner();
    assert_eq!(metadata.resources.len(), schema.resource_schemas.len());
    assert_eq!(metadata.data_sources.len(), schema.data_source_schemas.len());
}

fn check_attribute(resource: &str, attribute: &pb::schema::Attribute) {
    let pb::schema::Attribute { name, required, optional, computed, .. } = attribute;
    assert!(
        matches!(
            (required, optional, computed),
            (true, false, false) | (false, true, _) | (false, false, true)
        ),
        "{resource}.{name} has no sensible mode"
    );
    assert_eq!(attribute.r#type.is_empty(), attribute.nested_type.is_some(), "{resource}.{name}");
    assert!(!(attribute.write_only && *computed), "{resource}.{name}");
    let reserved = ["connection", "count", "depends_on", "for_each", "lifecycle", "provider"];
    assert!(!reserved.contains(&name.as_str()), "{resource}.{name}");
}

#[tokio::test]
async fn calls_that_need_no_configuration_do_without() {
    let plugin = Plugin::start(true);
    let mut calls = plugin.calls().await;
    let request = pb::validate_resource_config::Request {
        type_name: "tencentcloud_vpc".to_owned(),
        config: value(&vpc("x".into(), "10.0.0.1/16".into())),
        client_capabilities: None,
    };
    let answer = calls.validate_resource_config(request).await.unwrap().into_inner();
    assert_eq!(answer.diagnostics.len(), 1);
    let steps = &answer.diagnostics[0].attribute.as_ref().unwrap().steps;
    let name = pb::attribute_path::step::Selector::AttributeName("cidr_block".to_owned());
    assert_eq!(steps[0].selector, Some(name));
    let unknown = pb::validate_resource_config::Request {
        type_name: "tencentcloud_vpc".to_owned(),
        config: value(&vpc(Dynamic::Unknown, Dynamic::Unknown)),
        client_capabilities: None,
    };
    let answer = calls.validate_resource_config(unknown).await.unwrap().into_inner();
    assert!(answer.diagnostics.is_empty(), "unknown values are never refused");
}

#[tokio::test]
async fn stored_states_are_always_brought_into_form() {
    let plugin = Plugin::start(true);
    let mut calls = plugin.calls().await;
    let json = br#"{"id": "vpc-1", "name": "x", "of_another_release": true}"#.to_vec();
    let mut upgrade = pb::upgrade_resource_state::Request {
        type_name: "tencentcloud_vpc".to_owned(),
        version: 0,
        raw_state: Some(pb::RawState { json, flatmap: Default::default() }),
    };
    let answer = calls.upgrade_resource_state(upgrade.clone()).await.unwrap().into_inner();
    assert!(answer.diagnostics.is_empty());
    let state = wire::decode(&answer.upgraded_state.unwrap().msgpack, &vpc_type()).unwrap();
    assert_eq!(state.get("name"), &"x".into());
    assert!(state.get("tags").is_null());
    // A missing state would be taken as a lost object, so anything odd is an error.
    upgrade.version = 7;
    let answer = calls.upgrade_resource_state(upgrade.clone()).await.unwrap().into_inner();
    assert_eq!(answer.diagnostics[0].severity(), pb::diagnostic::Severity::Error);
    upgrade.version = 0;
    upgrade.raw_state = None;
    let answer = calls.upgrade_resource_state(upgrade).await.unwrap().into_inner();
    assert_eq!(answer.diagnostics[0].severity(), pb::diagnostic::Severity::Error);
}

#[tokio::test]
async fn damaged_values_and_unknown_names_are_diagnostics() {
    let plugin = Plugin::start(true);
    let mut calls = plugin.calls().await;
    let mut request = pb::validate_resource_config::Request {
        type_name: "tencentcloud_vpc".to_owned(),
        config: Some(pb::DynamicValue { msgpack: vec![0x81, 0xa1, b'x'], json: vec![] }),
        client_capabilities: None,
    };
    let answer = calls.validate_resource_config(request.clone()).await.unwrap().into_inner();
    assert!(answer.diagnostics[0].detail.contains("malformed value at x"), "{answer:?}");
    request.type_name = "tencentcloud_nothing".to_owned();
    let answer = calls.validate_resource_config(request).await.unwrap().into_inner();
    assert_eq!(answer.diagnostics[0].summary, "Unknown resource type");
    let plan = pb::plan_resource_change::Request {
        type_name: "tencentcloud_vpc".to_owned(),
        proposed_new_state: value(&vpc("x".into(), "10.0.0.0/16".into())),
        ..Default::default()
    };
    let answer = calls.plan_resource_change(plan).await.unwrap().into_inner();
    assert_eq!(answer.diagnostics[0].summary, "The provider is not configured");
    let action = pb::invoke_action::Request::default();
    let mut events = calls.invoke_action(action).await.unwrap().into_inner();
    assert!(events.message().await.unwrap().unwrap().r#type.is_some());
    let list = pb::list_resource::Request::default();
    let mut events = calls.list_resource(list).await.unwrap().into_inner();
    assert_eq!(events.message().await.unwrap().unwrap().diagnostic.len(), 1);
    let function = pb::call_function::Request::default();
    assert!(calls.call_function(function).await.unwrap().into_inner().error.is_some());
    let store = pb::get_states::Request::default();
    let status = calls.get_states(store).await.unwrap_err();
    assert_eq!(status.code(), tonic::Code::Unimplemented);
}

#[tokio::test]
async fn large_values_pass() {
    let plugin = Plugin::start(true);
    let mut calls = plugin.calls().await;
    let name = "x".repeat(6 << 20);
    let request = pb::validate_resource_config::Request {
        type_name: "tencentcloud_vpc".to_owned(),
        config: value(&vpc(name.as_str().into(), "10.0.0.0/16".into())),
        client_capabilities: None,
    };
    let answer = calls.validate_resource_config(request).await.unwrap().into_inner();
    assert_eq!(answer.diagnostics[0].summary, "Invalid name");
}

#[tokio::test]
async fn a_stop_is_answered_and_ends_nothing_but_the_work() {
    let plugin = Plugin::start(true);
    let mut calls = plugin.calls().await;
    let answer = calls.stop_provider(pb::stop_provider::Request {}).await.unwrap().into_inner();
    assert_eq!(answer.error, "");
    calls.get_metadata(pb::get_metadata::Request {}).await.unwrap();
}

#[test]
fn interrupts_are_left_to_terraform() {
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;
    let mut plugin = Plugin::start(true);
    let process = Pid::from_raw(plugin.id().try_into().unwrap());
    kill(process, Signal::SIGINT).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        plugin.calls().await.get_metadata(pb::get_metadata::Request {}).await.unwrap();
    });
    kill(process, Signal::SIGTERM).unwrap();
    assert!(!plugin.end(Duration::from_secs(1)).success());
}

#[test]
fn it_ends_with_the_host_that_started_it() {
    // The shell starts the provider and is killed, as a crashed Terraform would be.
    let mut command = std::process::Command::new("sh");
    command
        .args([
            "-c",
            "\"$0\" & echo $! >&2; wait",
            env!("CARGO_BIN_EXE_terraform-provider-tencentcloud"),
        ])
        .env(COOKIE.0, COOKIE.1)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let mut shell = command.spawn().unwrap();
    let mut id = String::new();
    let mut stderr = std::io::BufReader::new(shell.stderr.take().unwrap());
    std::io::BufRead::read_line(&mut stderr, &mut id).unwrap();
    let mut line = String::new();
    let mut stdout = std::io::BufReader::new(shell.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
    assert!(line.starts_with("1|6|"), "{line}");
    shell.kill().unwrap();
    shell.wait().unwrap();
    let process = format!("/proc/{}", id.trim());
    let start = std::time::Instant::now();
    while std::path::Path::new(&process).exists() {
        assert!(start.elapsed() < Duration::from_secs(3), "the provider is orphaned");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[tokio::test]
async fn for_a_debugger_it_waits_and_says_how_to_attach() {
    let mut command = program();
    command.arg("--debug");
    let mut plugin = Plugin::launch(command, None);
    let line = plugin.line.join("|");
    let json = line.strip_prefix("TF_REATTACH_PROVIDERS='").unwrap().strip_suffix('\'').unwrap();
    let attach: serde_json::Value = serde_json::from_str(json).unwrap();
    let entry = &attach["registry.terraform.io/scf-rs/tencentcloud"];
    assert_eq!(entry["ProtocolVersion"], 6);
    assert_eq!(entry["Pid"], plugin.id());
    assert_eq!(attach["registry.opentofu.org/scf-rs/tencentcloud"], *entry);
    let socket = entry["Addr"]["String"].as_str().unwrap().to_owned();
    plugin.line = ["1", "6", "unix", &socket, "grpc", ""].map(str::to_owned).to_vec();
    let mut calls = plugin.calls().await;
    // One process serves all runs, so it is configured again and again.
    let block = provider::Config::block();
    let mut config = block.empty_value();
    config.set("secret_id", "id".into());
    config.set("secret_key", "key".into());
    let config = pb::DynamicValue { msgpack: wire::encode(&config, &block.ty()), json: vec![] };
    for _ in 0..2 {
        let request = pb::configure_provider::Request {
            terraform_version: "1.11.4".to_owned(),
            config: Some(config.clone()),
            client_capabilities: None,
        };
        let answer = calls.configure_provider(request).await.unwrap().into_inner();
        assert!(answer.diagnostics.is_empty(), "{answer:?}");
    }
    use nix::sys::signal::{Signal, kill};
    kill(nix::unistd::Pid::from_raw(plugin.id().try_into().unwrap()), Signal::SIGINT).unwrap();
    assert!(plugin.end(Duration::from_secs(1)).success());
}

#[tokio::test]
async fn log_lines_are_what_terraform_reads() {
    let mut command = program();
    command.env(COOKIE.0, COOKIE.1).env("TF_LOG_PROVIDER", "DEBUG");
    let mut plugin = Plugin::launch(command, None);
    plugin.calls().await.get_metadata(pb::get_metadata::Request {}).await.unwrap();
    let channel = plugin.connect().await.unwrap();
    let mut controller =
        tf_protocol::proto::plugin::grpc_controller_client::GrpcControllerClient::new(channel);
    controller.shutdown(tf_protocol::proto::plugin::Empty {}).await.unwrap();
    plugin.end(Duration::from_secs(1));
    let (out, log) = plugin.rest();
    assert_eq!(out, "", "nothing but the handshake may be on stdout");
    let lines: Vec<serde_json::Value> =
        log.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let line =
        lines.iter().find(|line| line["tf_rpc"] == "get_metadata").expect("a line for the call");
    for key in ["@level", "@message", "@timestamp"] {
        assert!(line[key].is_string(), "{line}");
    }
}
