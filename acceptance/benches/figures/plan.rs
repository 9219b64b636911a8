//! `terraform plan` of functions that are applied already, next to a plan of as many
//! `terraform_data` resources: what Terraform itself takes.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use acceptance::programs::Programs;
use acceptance::{Cli, Emulator, cli};
use tempfile::TempDir;

use super::table::{Goal, Table, milliseconds, show};

/// How many resources, and how many pairs of plans.
const SIZES: [(usize, usize); 3] = [(1, 21), (100, 11), (500, 7)];

/// Where Terraform runs: a configuration with its state.
struct Folder {
    folder: TempDir,
    cli: Cli,
    variables: Vec<(&'static str, String)>,
}

impl Folder {
    /// Applies a configuration.
    fn apply(programs: &Programs, cloud: &Emulator, configuration: &str) -> Folder {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let (cli, variables) = (Cli::terraform(), cloud.variables().to_vec());
        write(folder.path(), "settings.tfrc", &cli::settings(&programs.provider));
        write(folder.path(), "index.py", "def main_handler(event, context):\n    return 1\n");
        write(folder.path(), "main.tf", configuration);
        let folder = Folder { folder, cli, variables };
        folder.run(&["apply", "-auto-approve"]);
        folder
    }

    /// Times a plan, which must be empty.
    fn plan(&self) -> Duration {
        let start = Instant::now();
        self.run(&["plan", "-detailed-exitcode"]);
        start.elapsed()
    }

    fn run(&self, arguments: &[&str]) {
        let folder = self.folder.path();
        let mut command: Command = self.cli.command(folder, &folder.join("settings.tfrc"));
        command.args(arguments).args(["-no-color"]).envs(self.variables.iter().cloned());
        let output = command.stdin(Stdio::null()).output().expect("terraform can be run");
        let said = cli::Said::from(output);
        assert_eq!(said.code, 0, "{arguments:?} failed:\n{}\n{}", said.out, said.err);
    }
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("the folder is writable");
}

/// Measures plans, alternately of functions and of the floor.
pub fn measure(programs: &Programs, table: &mut Table) {
    for (count, pairs) in SIZES {
        let cloud = Emulator::start(programs, &["--quotas", "unlimited"]);
        let functions = Folder::apply(programs, &cloud, &functions(count));
        let floor = Folder::apply(programs, &cloud, &floor(count));
        let (mut plans, mut floors) = (Vec::new(), Vec::new());
        // The first of each warms up what the system keeps in memory.
        for pair in 0..=pairs {
            let times = (milliseconds(functions.plan()), milliseconds(floor.plan()));
            if pair > 0 {
                plans.push(times.0);
                floors.push(times.1);
            }
        }
        show(&format!("  {count} of {:?}\n", SIZES.map(|(count, _)| count)));
        report(table, count, plans, floors);
    }
}

fn report(table: &mut Table, count: usize, plans: Vec<f64>, floors: Vec<f64>) {
    let pairs = || plans.iter().zip(&floors);
    let above: Vec<f64> = pairs().map(|(plan, floor)| plan - floor).collect();
    let ratio: Vec<f64> = pairs().map(|(plan, floor)| plan / floor).collect();
    let (above_goal, ratio_goal) = match count {
        1 => (Some(Goal::AtMost(40.0)), None),
        500 => (None, Some(Goal::AtMost(1.3))),
        _ => (None, None),
    };
    table.add_median(format!("plan of {count}: functions"), plans, "ms", None);
    table.add_median(format!("plan of {count}: terraform_data, the floor"), floors, "ms", None);
    table.add_median(format!("plan of {count}: above the floor"), above, "ms", above_goal);
    table.add_median(format!("plan of {count}: times the floor"), ratio, "", ratio_goal);
}

fn functions(count: usize) -> String {
    format!(
        r#"
terraform {{
  required_providers {{
    tencentcloud = {{ source = "scf-rs/tencentcloud" }}
  }}
}}

resource "tencentcloud_scf_function" "many" {{
  count       = {count}
  name        = "many-${{count.index}}"
  runtime     = "Python3.6"
  handler     = "index.main_handler"
  source_file = "${{path.module}}/index.py"
}}
"#
    )
}

fn floor(count: usize) -> String {
    format!(
        r#"
resource "terraform_data" "many" {{
  count = {count}
  input = "many-${{count.index}}"
}}
"#
    )
}
