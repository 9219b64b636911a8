//! The programs under test, built once.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value as Json;

/// Where the built programs are.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The provider.
    pub provider: PathBuf,
    /// The local cloud.
    pub emulator: PathBuf,
}

/// The programs as `cargo test` builds them, which does nothing where they are up to date: after
/// `cargo test` they are.
///
/// # Panics
/// Where they cannot be built; cargo's own messages are shown.
pub fn programs() -> &'static Programs {
    static PROGRAMS: OnceLock<Programs> = OnceLock::new();
    PROGRAMS.get_or_init(|| cargo(&["test", "--workspace", "--no-run"]))
}

/// The programs as `cargo build` builds them, in the release profile if asked for.
///
/// # Panics
/// Where they cannot be built.
pub fn build(release: bool) -> Programs {
    let build = ["build", "--workspace", "--bins", "--release"];
    cargo(if release { &build } else { &build[..3] })
}

fn cargo(arguments: &[&str]) -> Programs {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(arguments).args(["--quiet", "--message-format=json"]);
    let output = cargo.stderr(Stdio::inherit()).output().expect("cargo can be run");
    assert!(output.status.success(), "the provider and the local cloud must compile");
    let messages = String::from_utf8_lossy(&output.stdout);
    let executables: Vec<PathBuf> = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Json>(line).ok())
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .collect();
    let find = |name: &str| {
        let found =
            executables.iter().find(|path| path.file_stem().is_some_and(|stem| stem == name));
        found.unwrap_or_else(|| panic!("cargo has built no {name}")).clone()
    };
    Programs {
        provider: find("terraform-provider-tencentcloud"),
        emulator: find("tencentcloud-emulator"),
    }
}
