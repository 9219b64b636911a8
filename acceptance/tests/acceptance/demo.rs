//! `cargo demo`, as somebody runs it who has just cloned the repository.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::process::{Child, Command, Output, Stdio};

use acceptance::Emulator;
use acceptance::programs::programs;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// The demo with the programs that the tests use.
fn demo() -> Command {
    let folder = programs().provider.parent().expect("a program is in a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_demo"));
    command.arg("--programs").arg(folder).env_remove("SCF_RS_TERRAFORM_MIRROR");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn text(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

/// A search path with python3 only, or with nothing at all.
fn path(python: bool) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    if python {
        // What a version manager puts on the path needs the rest of the path.
        let mut command = Command::new("python3");
        command.args(["-c", "import sys; print(sys.executable)"]);
        let output = command.output().expect("the tests need python3");
        let executable = String::from_utf8(output.stdout).expect("a path");
        symlink(executable.trim(), folder.path().join("python3")).expect("the folder is writable");
    }
    folder
}

/// Reads what a running demo prints until a line contains `words`, and returns that line.
fn read_until(reader: &mut impl BufRead, words: &str) -> String {
    let mut lines = reader.lines().map(|line| line.expect("text"));
    lines.find(|line| line.contains(words)).unwrap_or_else(|| panic!("it ended before {words:?}"))
}

fn interrupt(demo: &Child) {
    let id = i32::try_from(demo.id()).expect("a process id");
    kill(Pid::from_raw(id), Signal::SIGINT).expect("it runs");
}

#[test]
fn a_newcomer_sees_the_page_the_edit_and_nothing_left() {
    let output = demo().output().expect("the demo can be run");
    let (out, err) = text(&output);
    assert!(output.status.success(), "{out}{err}");
    let mut rest = out.as_str();
    for words in [
        "Apply complete! Resources: 7 added",
        "GET http://127.",
        "<h1>Hello CLB</h1>",
        "No changes.",
        "+        \"body\": \"<html><body><h1>Hello CLB, edited</h1></body></html>\",",
        "The plan updates tencentcloud_scf_function.hello in place:",
        "code_sha256",
        "No other resource changes, and nothing is replaced.",
        "Apply complete! Resources: 0 added, 1 changed, 0 destroyed.",
        "<h1>Hello CLB, edited</h1>",
        "Destroy complete! Resources: 7 destroyed.",
        "Nothing.",
        "seconds  step",
        "Look for what is needed",
        "in total",
    ] {
        let found = rest.find(words).unwrap_or_else(|| panic!("{words:?} is missing in {out}"));
        rest = &rest[found + words.len()..];
    }
    assert_eq!(err, "");
}

#[test]
fn without_python_nothing_is_started() {
    let output = demo().env("PATH", path(false).path()).output().expect("the demo can be run");
    let (out, err) = text(&output);
    assert_eq!(output.status.code(), Some(1), "{out}{err}");
    assert_eq!(
        err.trim(),
        "error: python3 is not on PATH, and the example's function is written in Python: install \
         Python 3 and start again"
    );
    assert_eq!(out.trim(), "1. Look for what is needed");
}

#[test]
fn a_terraform_that_is_not_the_pinned_one_is_not_run() {
    let server = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let mirror = format!("http://{}", server.local_addr().expect("an address"));
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = server.accept().expect("the demo asks");
        let mut request = [0; 1024];
        let read = stream.read(&mut request).expect("a request");
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nzip").expect("it listens");
        String::from_utf8_lossy(&request[..read]).into_owned()
    });
    let (python, mut command) = (path(true), demo());
    command.env("PATH", python.path()).env("SCF_RS_TERRAFORM_MIRROR", &mirror);
    let output = command.output().expect("the demo can be run");
    let (out, err) = text(&output);
    assert_eq!(output.status.code(), Some(1), "{out}{err}");
    assert!(out.contains("Neither terraform nor tofu is on PATH: downloading Terraform"), "{out}");
    assert!(err.contains(&mirror) && err.contains("has the SHA-256"), "{err}");
    assert!(!out.contains("2. "), "nothing may start: {out}");
    let request = serving.join().expect("the server has answered");
    assert!(request.starts_with("GET /terraform/1."), "{request}");
}

#[test]
fn what_is_kept_can_be_used_until_it_is_interrupted() {
    let mut demo = demo().arg("--keep").spawn().expect("the demo can be run");
    let mut out = BufReader::new(demo.stdout.take().expect("its output is piped"));
    let settings = read_until(&mut out, "export TF_CLI_CONFIG_FILE=");
    let settings = settings.split_once('=').expect("a variable").1.to_owned();
    let endpoint = read_until(&mut out, "export TENCENTCLOUD_ENDPOINT=");
    let endpoint = endpoint.split_once('=').expect("a variable").1.to_owned();
    let curl = read_until(&mut out, "curl -H 'Host: www.example.com' ");
    let url = curl.rsplit_once(' ').expect("a URL").1;
    read_until(&mut out, "Ctrl-C destroys everything.");
    let page = Emulator::page(url, Some("www.example.com")).expect("the page is there");
    assert!(page.contains("Hello CLB, edited"), "{page}");
    assert!(std::fs::exists(&settings).expect("a path"), "{settings}");
    interrupt(&demo);
    read_until(&mut out, "Destroy complete! Resources: 7 destroyed.");
    read_until(&mut out, "in total");
    assert!(demo.wait().expect("it ends").success());
    let health = format!("{endpoint}/_emulator/health");
    Emulator::page(&health, None).expect_err("the local cloud has ended");
    assert!(!std::fs::exists(&settings).expect("a path"), "{settings} is left");
}

#[test]
fn an_interrupt_stops_everything() {
    let mut demo = demo().spawn().expect("the demo can be run");
    let mut out = BufReader::new(demo.stdout.take().expect("its output is piped"));
    let line = read_until(&mut out, "its console: ");
    let endpoint = line.trim().split(' ').next().expect("an address").to_owned();
    read_until(&mut out, "Apply a copy of");
    interrupt(&demo);
    let output = demo.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output).1.trim(), "Stopped; nothing is left running.");
    let health = format!("{endpoint}/_emulator/health");
    Emulator::page(&health, None).expect_err("the local cloud has ended");
}

#[test]
fn a_step_that_fails_is_shown_with_what_was_said() {
    // A tool that knows its version and nothing else.
    let path = path(true);
    let tool = path.path().join("terraform");
    let script = "#!/bin/sh\n[ \"$1\" = version ] && echo '{\"terraform_version\": \"9.9.9\"}' || \
                  { echo 'out of order' >&2; exit 3; }\n";
    std::fs::write(&tool, script).expect("the folder is writable");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&tool, mode).expect("the file is ours");
    let output = demo().env("PATH", path.path()).output().expect("the demo can be run");
    let (out, err) = text(&output);
    assert_eq!(output.status.code(), Some(1), "{out}{err}");
    assert!(out.contains("Terraform 9.9.9"), "{out}");
    assert!(err.contains("out of order\n\nerror: `") && err.contains("exit code 3"), "{err}");
    assert!(!out.contains("5. "), "nothing may follow: {out}");
}
