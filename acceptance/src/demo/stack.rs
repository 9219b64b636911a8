//! The example, applied from a folder of its own.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;
use similar::{ChangeTag, TextDiff};

use super::page::Place;
use super::plan;
use super::steps::say;
use super::{Failure, process};
use crate::cli::{self, Cli, Said};
use crate::emulator::Emulator;
use crate::programs::Programs;

/// What the page says.
pub const GREETING: &str = "Hello CLB";
/// What it says after the edit.
pub const EDITED: &str = "Hello CLB, edited";

/// The function, whose code is edited.
const FUNCTION: &str = "tencentcloud_scf_function.hello";
const CODE: &str = "function/index.py";

/// A copy of the example, and how it is applied.
pub struct Stack {
    cli: Cli,
    folder: PathBuf,
    variables: Vec<(&'static str, String)>,
    endpoint: String,
}

impl Stack {
    /// Copies the example into `folder`, with settings that name the provider.
    ///
    /// # Errors
    /// [`Failure::File`] where that is not possible.
    pub fn new(
        folder: &Path,
        cli: Cli,
        programs: &Programs,
        cloud: &Emulator,
    ) -> Result<Stack, Failure> {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("examples/hello-clb");
        let stack = Stack {
            cli,
            folder: folder.to_owned(),
            variables: cloud.variables().to_vec(),
            endpoint: cloud.endpoint.clone(),
        };
        copy(&example, &stack.path()).map_err(Failure::file(&example))?;
        write(&stack.settings(), &cli::settings(&programs.provider))?;
        if !may_listen_on_port_80() {
            write(&stack.path().join("port.auto.tfvars"), "port = 8080\n")?;
        }
        Ok(stack)
    }

    /// The folder with the copy.
    pub fn path(&self) -> PathBuf {
        self.folder.join("hello-clb")
    }

    /// The tool's settings, which name the provider.
    fn settings(&self) -> PathBuf {
        self.folder.join("settings.tfrc")
    }

    /// Runs the tool, which must succeed; lines that say how far it is are shown.
    async fn run(&self, arguments: &[&str]) -> Result<Said, Failure> {
        let show = |line: &str| {
            if line.contains(" complete after ") || line.contains(" complete! ") {
                say(line);
            }
        };
        process::succeed(self.command(arguments), show).await
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.cli.command(&self.path(), &self.settings());
        // Options stand after the name of the command and before a file.
        let (name, rest) = arguments.split_at(1);
        command.args(name).arg("-no-color").args(rest).envs(self.variables.iter().cloned());
        // Where the provider's sockets are; they stay behind when everything is stopped at once.
        command.env("PLUGIN_UNIX_SOCKET_DIR", &self.folder);
        command
    }

    async fn read(&self, arguments: &[&str]) -> Result<Json, Failure> {
        let said = self.run(arguments).await?;
        Ok(serde_json::from_str(&said.out).unwrap_or_default())
    }

    /// Applies what is planned in the file `plan`, or else everything.
    ///
    /// # Errors
    /// [`Failure::Tool`] with what the tool said.
    pub async fn apply(&self, plan: Option<&str>) -> Result<(), Failure> {
        let arguments = ["apply", "-auto-approve"];
        self.run(&arguments.into_iter().chain(plan).collect::<Vec<_>>()).await.map(drop)
    }

    /// Where the page is.
    ///
    /// # Errors
    /// [`Failure::Tool`] where the tool does not tell.
    pub async fn place(&self) -> Result<Place, Failure> {
        let outputs = self.read(&["output", "-json"]).await?;
        Place::of(&outputs, &self.endpoint).ok_or_else(|| Failure::Outputs(outputs.to_string()))
    }

    /// Plans, which must find nothing to do.
    ///
    /// # Errors
    /// [`Failure::Tool`] with the plan.
    pub async fn plan_nothing(&self) -> Result<(), Failure> {
        let said = self.run(&["plan", "-detailed-exitcode"]).await?;
        let line = said.out.lines().find(|line| line.starts_with("No changes."));
        say(line.unwrap_or_default());
        Ok(())
    }

    /// Edits the function's code and plans into the file `plan`: nothing but the code may change.
    ///
    /// # Errors
    /// [`Failure::Plan`] where something else does.
    pub async fn edit_and_plan(&self, plan: &str) -> Result<(), Failure> {
        self.edit()?;
        self.run(&["plan", &format!("-out={plan}")]).await?;
        let changed = plan::code_change(&self.read(&["show", "-json", plan]).await?, FUNCTION)?;
        say(format!("The plan updates {FUNCTION} in place:"));
        changed.iter().for_each(|attribute| say(format!("  {attribute}")));
        say("No other resource changes, and nothing is replaced.");
        Ok(())
    }

    fn edit(&self) -> Result<(), Failure> {
        let file = self.path().join(CODE);
        let before = fs::read_to_string(&file).map_err(Failure::file(&file))?;
        let after = before.replace(GREETING, EDITED);
        write(&file, &after)?;
        say(CODE);
        for change in TextDiff::from_lines(&before, &after).iter_all_changes() {
            match change.tag() {
                ChangeTag::Delete => say(format!("-{}", change.value())),
                ChangeTag::Insert => say(format!("+{}", change.value())),
                ChangeTag::Equal => {}
            }
        }
        Ok(())
    }

    /// Destroys everything.
    ///
    /// # Errors
    /// [`Failure::Tool`] with what the tool said.
    pub async fn destroy(&self) -> Result<(), Failure> {
        self.run(&["destroy", "-auto-approve"]).await.map(drop)
    }

    /// How a person uses what is running.
    pub fn instructions(&self, place: &Place, url: &str) -> String {
        let mut text = format!("cd {}\n", self.path().display());
        text += &format!("export TF_CLI_CONFIG_FILE={}\n", self.settings().display());
        for (name, value) in &self.variables {
            text += &format!("export {name}={value}\n");
        }
        text += &format!("{} plan\n", self.cli.path.display());
        text + &format!("curl -H 'Host: {}' {url}\n", place.domain)
    }
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    fs::write(file, text).map_err(Failure::file(file))
}

/// Copies a folder, except for what the tool has left in it.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_dir() && name != ".terraform" {
            copy(&entry.path(), &to.join(name))?;
        } else if entry.file_type()?.is_file() && !name.to_string_lossy().contains("tfstate") {
            fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}

/// Whether this user may listen on the port that the example takes by default.
fn may_listen_on_port_80() -> bool {
    let tried = TcpListener::bind((Ipv4Addr::LOCALHOST, 80));
    !tried.is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_all_files_and_no_state() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for file in ["main.tf", "function/index.py", "terraform.tfstate", ".terraform/plugin"] {
            let file = from.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "text").unwrap();
        }
        copy(from.path(), &to.path().join("copy")).unwrap();
        let exists = |file: &str| to.path().join("copy").join(file).exists();
        assert!(exists("main.tf") && exists("function/index.py"));
        assert!(!exists("terraform.tfstate") && !exists(".terraform"));
    }
}
