//! One acceptance case: a cloud, a working directory and the steps of a test.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value as Json;
use similar::TextDiff;

use crate::cli::{self, Cli, Said};
use crate::cloud::Cloud;
use crate::emulator::Emulator;
use crate::programs::programs;

/// What every configuration begins with.
const PREAMBLE: &str = r#"
terraform {
  required_providers {
    tencentcloud = { source = "scf-rs/tencentcloud" }
  }
}
"#;

/// A test's cloud and working directory.
pub struct Case {
    /// The local cloud of this case.
    pub emulator: Emulator,
    cli: Cli,
    folder: tempfile::TempDir,
}

/// A plan in JSON, as the tool shows it.
pub struct Plan(Json);

impl Case {
    /// A case with `terraform`.
    pub fn new() -> Case {
        Case::with(Cli::terraform(), &[])
    }

    /// A case with a given tool, and further arguments for the local cloud.
    ///
    /// # Panics
    /// Where its folder cannot be made.
    pub fn with(cli: Cli, arguments: &[&str]) -> Case {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let settings = cli::settings(&programs().provider);
        std::fs::write(folder.path().join("cli.tfrc"), settings).expect("the folder is writable");
        Case { emulator: Emulator::start(programs(), arguments), cli, folder }
    }

    /// The working directory.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file into the working directory and returns its path.
    ///
    /// # Panics
    /// Where it cannot be written.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("writable");
        std::fs::write(&path, content).expect("the folder is writable");
        path
    }

    /// Replaces the configuration.
    pub fn configure(&self, configuration: &str) {
        self.write("main.tf", format!("{PREAMBLE}{configuration}"));
    }

    /// A command of the tool that uses this case's cloud.
    pub fn command(&self) -> Command {
        let mut command =
            self.cli.command(self.folder.path(), &self.folder.path().join("cli.tfrc"));
        command
            .envs(self.emulator.variables())
            .env("XDG_CACHE_HOME", self.folder.path().join("cache"))
            .stdin(Stdio::null());
        command
    }

    /// Runs the tool.
    ///
    /// # Panics
    /// Where it cannot be run.
    pub fn run(&self, arguments: &[&str]) -> Said {
        self.command().args(arguments).output().expect("the tool can be run").into()
    }

    /// Runs the tool, which must succeed.
    ///
    /// # Panics
    /// Where it does not; with all it said.
    pub fn succeed(&self, arguments: &[&str]) -> Said {
        let said = self.run(arguments);
        assert_eq!(said.code, 0, "{arguments:?} failed:\n{}\n{}", said.out, said.err);
        said
    }

    /// Applies a configuration. Afterwards a plan without refresh and one with it must be empty.
    pub fn apply(&self, configuration: &str) {
        self.configure(configuration);
        self.succeed(&["apply", "-auto-approve", "-no-color"]);
        self.expect_no_changes();
    }

    /// Plans twice, without and with refresh: both must be empty.
    ///
    /// # Panics
    /// Where one of them is not.
    pub fn expect_no_changes(&self) {
        for refresh in ["-refresh=false", "-refresh=true"] {
            let said = self.run(&["plan", "-no-color", "-detailed-exitcode", refresh]);
            assert_eq!(
                said.code, 0,
                "the plan with {refresh} is not empty:\n{}{}",
                said.out, said.err
            );
        }
    }

    /// Plans a configuration.
    pub fn plan(&self, configuration: &str) -> Plan {
        self.configure(configuration);
        self.succeed(&["plan", "-no-color", "-out=plan"]);
        Plan(cli::json(&self.succeed(&["show", "-json", "plan"])))
    }

    /// Plans a configuration, which must be refused with every one of `words`.
    ///
    /// # Panics
    /// Where it is accepted, or the words are not said.
    pub fn refuse_plan(&self, configuration: &str, words: &[&str]) {
        self.configure(configuration);
        expect_words(&self.run(&["plan", "-no-color"]), words);
    }

    /// Applies a configuration, which must fail with every one of `words`.
    ///
    /// # Panics
    /// Where it succeeds, or the words are not said.
    pub fn refuse_apply(&self, configuration: &str, words: &[&str]) {
        self.configure(configuration);
        expect_words(&self.run(&["apply", "-auto-approve", "-no-color"]), words);
    }

    /// The resource or data source at `address` in the state: its attributes, or null.
    pub fn state(&self, address: &str) -> Json {
        let state = cli::json(&self.succeed(&["show", "-json"]));
        let resources = state["values"]["root_module"]["resources"].as_array();
        let found = resources.into_iter().flatten().find(|found| found["address"] == address);
        found.map_or(Json::Null, |found| found["values"].clone())
    }

    /// Whether the resource at `address` is marked for replacement because its creation failed.
    ///
    /// # Panics
    /// Where the state cannot be read.
    pub fn is_tainted(&self, address: &str) -> bool {
        let state = cli::json(&self.succeed(&["state", "pull"]));
        let (kind, name) = address.split_once('.').expect("an address is TYPE.NAME");
        let found = state["resources"].as_array().into_iter().flatten();
        let mut found = found.filter(|found| found["type"] == kind && found["name"] == name);
        found.next().is_some_and(|found| found["instances"][0]["status"] == "tainted")
    }

    /// Imports the resource at `address` anew under `id`: what comes out must be what was in the
    /// state, except for the attributes in `except`, which the cloud does not know.
    ///
    /// # Panics
    /// Where it differs.
    pub fn import(&self, address: &str, id: &str, except: &[&str]) {
        let before = self.state(address);
        self.succeed(&["state", "rm", "-no-color", address]);
        self.succeed(&["import", "-no-color", address, id]);
        let text = |state: Json| {
            let mut state = state;
            for attribute in except {
                state[attribute] = Json::Null;
            }
            serde_json::to_string_pretty(&state).expect("JSON can be written")
        };
        let (before, after) = (text(before), text(self.state(address)));
        let difference = TextDiff::from_lines(&before, &after);
        assert!(before == after, "{address} after import:\n{}", difference.unified_diff());
    }

    /// The cloud, to change it behind Terraform's back.
    pub fn cloud(&self) -> Cloud {
        Cloud::new(&self.emulator.endpoint)
    }

    /// Sets a fault of the local cloud.
    pub fn fault(&self, fault: &Json) {
        self.emulator.ask("faults", fault);
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) {
        self.emulator.forget("faults");
    }

    /// Destroys everything. Nothing may be left in the cloud.
    ///
    /// # Panics
    /// Where something is left.
    pub fn finish(self) {
        self.succeed(&["destroy", "-auto-approve", "-no-color"]);
        let left = self.cloud().everything();
        assert!(left.is_empty(), "the destroy left {left:?} in the cloud");
    }
}

impl Default for Case {
    fn default() -> Self {
        Case::new()
    }
}

fn expect_words(said: &Said, words: &[&str]) {
    let text = said.text();
    assert_ne!(said.code, 0, "this should have been refused with {words:?}:\n{}", said.out);
    for word in words {
        assert!(text.contains(word), "{word:?} is missing in:\n{}\n{}", said.out, said.err);
    }
}

impl Plan {
    /// What is planned for `address`: `create`, `update`, `replace`, `delete` or `no-op`.
    ///
    /// # Panics
    /// Where nothing at all is planned for it.
    pub fn action(&self, address: &str) -> &'static str {
        let actions: Vec<&str> = self.change(address)["actions"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        match actions.as_slice() {
            ["create"] => "create",
            ["update"] => "update",
            ["delete"] => "delete",
            ["no-op"] => "no-op",
            ["read"] => "read",
            ["delete", "create"] | ["create", "delete"] => "replace",
            other => panic!("{other:?} is planned for {address}"),
        }
    }

    /// The attributes of `address` that change to another value, or to an unknown one.
    pub fn changed(&self, address: &str) -> Vec<String> {
        let change = self.change(address);
        let (before, after, unknown) =
            (&change["before"], &change["after"], &change["after_unknown"]);
        let names = before.as_object().into_iter().flatten().map(|(name, _)| name);
        names
            .filter(|name| unknown[*name] == true || before[*name] != after[*name])
            .cloned()
            .collect()
    }

    /// The change of `address`, as the tool shows it.
    ///
    /// # Panics
    /// Where there is none.
    pub fn change(&self, address: &str) -> &Json {
        let changes = self.0["resource_changes"].as_array().into_iter().flatten();
        let mut found = changes.filter(|change| change["address"] == address);
        &found.next().unwrap_or_else(|| panic!("nothing is planned for {address}"))["change"]
    }
}
