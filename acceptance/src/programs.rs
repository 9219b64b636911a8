//! The programs under test, built once.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value as Json;

const PROVIDER: &str = "terraform-provider-tencentcloud";
const EMULATOR: &str = "tencentcloud-emulator";

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
    PROGRAMS.get_or_init(|| {
        let mut cargo = cargo(&["test", "--workspace", "--no-run", "--quiet"]);
        let output = cargo.stderr(Stdio::inherit()).output().expect("cargo can be run");
        assert!(output.status.success(), "the provider and the local cloud must compile");
        let messages = String::from_utf8_lossy(&output.stdout);
        Programs::built(&messages).expect("cargo names what it has built")
    })
}

/// A command that builds the programs, in the release profile if asked for, and says what it built
/// in the form that [`Programs::built`] reads.
pub fn build(release: bool) -> Command {
    let mut cargo = cargo(&["build", "--bin", PROVIDER, "--bin", EMULATOR]);
    if release {
        cargo.arg("--release");
    }
    cargo
}

/// Cargo, as if it was started from a shell. It sets variables for the programs that it runs, and
/// some build scripts (ring's) run again, and all that needs them is compiled again, where these
/// differ.
fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(arguments).arg("--message-format=json-render-diagnostics");
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    cargo.current_dir(package.parent().expect("the package is in the workspace"));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(name);
        }
    }
    cargo
}

impl Programs {
    /// The programs that cargo names in its messages.
    pub fn built(messages: &str) -> Option<Programs> {
        let executables: Vec<PathBuf> = messages
            .lines()
            .filter_map(|line| serde_json::from_str::<Json>(line).ok())
            .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
            .collect();
        let find = |name: &str| {
            let mut executables = executables.iter();
            executables.find(|path| path.file_stem().is_some_and(|stem| stem == name)).cloned()
        };
        Some(Programs { provider: find(PROVIDER)?, emulator: find(EMULATOR)? })
    }

    /// The programs in a folder, if both are there.
    pub fn in_folder(folder: &Path) -> Option<Programs> {
        let find = |name: &str| Some(folder.join(name)).filter(|path| path.is_file());
        Some(Programs { provider: find(PROVIDER)?, emulator: find(EMULATOR)? })
    }
}
