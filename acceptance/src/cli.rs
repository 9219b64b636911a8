//! The real `terraform` or `tofu`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value as Json;

/// A command line tool that applies configurations.
#[derive(Clone, Debug)]
pub struct Cli {
    /// Its path.
    pub path: PathBuf,
}

/// What a run of the tool said.
#[derive(Clone, Debug)]
pub struct Said {
    /// Its exit code.
    pub code: i32,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

impl Said {
    /// Both outputs, with the frames and line breaks that the tool puts around messages taken
    /// away, so that a sentence can be found in it.
    pub fn text(&self) -> String {
        let all = format!("{}\n{}", self.out, self.err);
        let words = all.split_whitespace().filter(|word| !matches!(*word, "│" | "╷" | "╵"));
        words.collect::<Vec<_>>().join(" ")
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Said {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Cli {
    /// `terraform` on the path.
    ///
    /// # Panics
    /// Where there is none: acceptance tests need it.
    pub fn terraform() -> Cli {
        Cli::find("terraform")
            .expect("the acceptance tests need `terraform` on PATH; install it from its home page")
    }

    /// Every tool on the path: `terraform`, and `tofu` where it is installed.
    pub fn all() -> Vec<Cli> {
        std::iter::once(Cli::terraform()).chain(Cli::find("tofu")).collect()
    }

    /// A tool on the path.
    pub fn find(name: &str) -> Option<Cli> {
        let path = std::env::var_os("PATH")?;
        let candidates = std::env::split_paths(&path).map(|directory| directory.join(name));
        candidates.into_iter().find(|path| path.is_file()).map(|path| Cli { path })
    }

    /// The name of the tool.
    pub fn name(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// What it says it is, such as `Terraform v1.11.4`.
    ///
    /// # Panics
    /// Where it cannot be run.
    pub fn version(&self) -> String {
        let mut command = Command::new(&self.path);
        command.arg("version").env("CHECKPOINT_DISABLE", "1").env_remove("TF_CLI_CONFIG_FILE");
        let output = command.output().expect("the tool can be run");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        said.lines().next().unwrap_or_default().to_owned()
    }

    /// A command in `directory` that uses the provider at `provider` and nothing that the user has
    /// configured for himself.
    pub fn command(&self, directory: &Path, settings: &Path) -> Command {
        let mut command = Command::new(&self.path);
        command.current_dir(directory);
        for (name, _) in std::env::vars_os() {
            let foreign = name
                .to_str()
                .is_some_and(|name| name.starts_with("TF_") || name.starts_with("TENCENTCLOUD_"));
            if foreign {
                command.env_remove(name);
            }
        }
        command
            .env("TF_CLI_CONFIG_FILE", settings)
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_INPUT", "0")
            .env("CHECKPOINT_DISABLE", "1");
        command
    }
}

/// Settings for the tool that take the provider from `program` without any installation.
pub fn settings(program: &Path) -> String {
    let directory = program.parent().unwrap_or(Path::new(".")).display().to_string();
    format!(
        "provider_installation {{\n  dev_overrides {{\n    \"scf-rs/tencentcloud\" = {directory:?}\n  \
         }}\n  direct {{}}\n}}\n"
    )
}

/// Reads what the tool printed as JSON.
///
/// # Panics
/// Where it is none.
pub fn json(said: &Said) -> Json {
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error} in {}", said.out))
}
