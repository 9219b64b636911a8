//! A folder in which Terraform runs.

use std::path::Path;
use std::process::{Command, Stdio};

use acceptance::Emulator;
use acceptance::cli::{self, Cli};
use acceptance::programs::Programs;
use tempfile::TempDir;

/// Where Terraform runs: a configuration with its state.
pub struct Folder {
    folder: TempDir,
    cli: Cli,
    /// The variables with which programs use the cloud.
    pub variables: Vec<(&'static str, String)>,
}

impl Folder {
    /// Applies a configuration beside a function in Python, `index.py`.
    pub fn apply(
        programs: &Programs,
        cloud: &Emulator,
        configuration: &str,
        function: &str,
    ) -> Folder {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let (cli, variables) = (Cli::terraform(), cloud.variables().to_vec());
        write(folder.path(), "settings.tfrc", &cli::settings(&programs.provider));
        write(folder.path(), "index.py", function);
        write(folder.path(), "main.tf", configuration);
        let folder = Folder { folder, cli, variables };
        folder.run(&["apply", "-auto-approve"], &[]);
        folder
    }

    /// Runs Terraform, which must succeed.
    pub fn run(&self, arguments: &[&str], variables: &[(&str, &str)]) {
        let folder = self.folder.path();
        let mut command: Command = self.cli.command(folder, &folder.join("settings.tfrc"));
        command.args(arguments).args(["-no-color"]).envs(self.variables.iter().cloned());
        command.envs(variables.iter().copied()).stdin(Stdio::null());
        let said = cli::Said::from(command.output().expect("terraform can be run"));
        assert_eq!(said.code, 0, "{arguments:?} failed:\n{}\n{}", said.out, said.err);
    }
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("the folder is writable");
}
