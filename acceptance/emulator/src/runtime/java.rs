//! Java functions: a bootstrap in Java, compiled when the first of them starts, that asks the runtime
//! API for events.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;
use tokio::sync::OnceCell;

use super::interpreter::{Interpreter, MissingInterpreter, plainly_installed};

const SOURCE: &str = include_str!("bootstrap/Bootstrap.java");
/// The folder of the compiled bootstrap, beside the others.
const CLASSES: &str = "java";

/// Whether functions of a configured runtime are in Java.
pub(super) fn is_java(runtime: &str) -> bool {
    runtime.starts_with("Java")
}

/// Where the compiled bootstrap is, given the folder of all bootstraps.
pub(super) fn classes(bootstraps: &Path) -> PathBuf {
    bootstraps.join(CLASSES)
}

/// This machine's Java, once the bootstrap is compiled.
#[derive(Default)]
pub(super) struct Java(OnceCell<Interpreter>);

impl Java {
    /// Finds Java, and compiles the bootstrap in the folder of all bootstraps.
    pub(super) async fn find(
        &self,
        runtime: &str,
        bootstraps: &Path,
    ) -> Result<&Interpreter, MissingInterpreter> {
        let search = || async {
            let found =
                plainly_installed("java").ok_or_else(|| MissingInterpreter::NotInstalled {
                    runtime: runtime.to_owned(),
                    language: "Java",
                    program: "java",
                })?;
            let compiled = compile(&found, bootstraps).await;
            compiled.map_err(|reason| MissingInterpreter::Broken { program: "javac", reason })?;
            Ok(found)
        };
        self.0.get_or_try_init(search).await
    }
}

async fn compile(java: &Interpreter, bootstraps: &Path) -> Result<(), String> {
    let source = bootstraps.join("Bootstrap.java");
    std::fs::write(&source, SOURCE).map_err(|error| error.to_string())?;
    let output = Command::new(java.prefix.join("bin/javac"))
        .args(["-nowarn", "-encoding", "UTF-8", "-d"])
        .arg(classes(bootstraps))
        .arg(&source)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| format!("{error}: Java functions need a JDK"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}
