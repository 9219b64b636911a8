//! What the demo needs from the machine: Python, and a tool that applies configurations.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

use super::steps::say;
use super::{Failure, process};
use crate::cli::Cli;
use crate::install::{OFFICIAL, Release, VERSION};

/// Finds `python3`, which runs the example's function.
///
/// # Errors
/// [`Failure::NoPython`] where there is none; [`Failure::Run`] or [`Failure::Tool`] where it does
/// not run.
pub async fn python() -> Result<(), Failure> {
    let python = Cli::find("python3").ok_or(Failure::NoPython)?.path;
    let mut command = Command::new(&python);
    command.arg("--version");
    let said = process::succeed(command, |_| ()).await?;
    say(format!("{} ({})", said.out.trim(), python.display()));
    Ok(())
}

/// Finds `terraform` or `tofu`, or else installs a pinned Terraform under `cache`.
///
/// # Errors
/// [`Failure::Install`] where it cannot be installed; [`Failure::Run`] or [`Failure::Tool`] where
/// it does not run.
pub async fn cli(mirror: &str, cache: &Path) -> Result<Cli, Failure> {
    let mirror = if mirror.is_empty() { OFFICIAL } else { mirror };
    let cli = match Cli::find("terraform").or_else(|| Cli::find("tofu")) {
        Some(cli) => cli,
        None => Cli { path: install(Release::pinned(mirror, cache)?).await? },
    };
    let mut command = Command::new(&cli.path);
    command.args(["version", "-json"]).env("CHECKPOINT_DISABLE", "1");
    let said = process::succeed(command, |_| ()).await?;
    let version = serde_json::from_str::<Json>(&said.out).unwrap_or_default();
    let version = version["terraform_version"].as_str().unwrap_or("of an unknown version");
    let name = if cli.name() == "tofu" { "OpenTofu" } else { "Terraform" };
    say(format!("{name} {version} ({})", cli.path.display()));
    Ok(cli)
}

async fn install(release: Release) -> Result<PathBuf, Failure> {
    if let Some(program) = release.installed() {
        return Ok(program);
    }
    say(format!("Neither terraform nor tofu is on PATH: downloading Terraform {VERSION}"));
    say(format!("from {}", release.url()));
    let program = process::blocking(move || release.install()).await?;
    say("Its SHA-256 is the pinned one.");
    Ok(program)
}
