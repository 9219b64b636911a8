//! `exec -- COMMAND`.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Output, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

use crate::support::{Client, program};

fn exec(script: &str) -> Output {
    program().args(["exec", "--", "sh", "-c", script]).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn the_commands_exit_code_is_ours() {
    assert_eq!(exec("exit 7").status.code(), Some(7));
    assert_eq!(exec("kill -9 $$").status.code(), Some(137));
    assert_eq!(
        program().args(["exec", "--", "/no/such/command"]).output().unwrap().status.code(),
        Some(1)
    );
}

#[test]
fn help_tells_how_to_sign() {
    let help = program().arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    assert!(help.contains("AKIDEMULATOR") && help.contains(crate::support::KEY), "{help}");
}

#[test]
fn the_environment_points_at_the_cloud() {
    let mut child = program()
        .args(["exec", "--", "sh", "-c", "env; echo that is all; read line"])
        .env("TENCENTCLOUD_SECURITY_TOKEN", "of another account")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let env: HashMap<_, _> = lines
        .take_while(|line| line != "that is all")
        .filter_map(|line| line.split_once('=').map(|(name, value)| (name.into(), value.into())))
        .collect::<HashMap<String, String>>();
    let endpoint = &env["TENCENTCLOUD_ENDPOINT"];
    let address = endpoint.strip_prefix("http://").unwrap();
    let client = Client::new(address, &env["TENCENTCLOUD_SECRET_ID"]);
    assert_eq!(client.ok("vpc.DescribeVpcs", json!({}))["TotalCount"], 0);
    assert_eq!(&env["HTTP_PROXY"], endpoint);
    assert_eq!(env["TENCENTCLOUD_PROTOCOL"], "HTTP");
    assert_eq!(env["TENCENTCLOUD_DOMAIN"], "emulator.internal");
    assert!(!env.contains_key("TENCENTCLOUD_SECURITY_TOKEN"));
    drop(child.stdin.take());
    child.wait().unwrap();
}

#[test]
fn signals_reach_the_command() {
    let script =
        "trap 'exit 42' TERM; trap 'exit 43' INT; echo ready; while :; do sleep 0.01; done";
    for (signal, code) in [(Signal::SIGTERM, 42), (Signal::SIGINT, 43)] {
        let mut child = program()
            .args(["exec", "--", "sh", "-c", script])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "ready");
        kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
        let status = child.wait().unwrap();
        assert_eq!((status.code(), status.signal()), (Some(code), None), "{signal}");
    }
}
