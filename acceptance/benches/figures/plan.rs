//! `terraform plan` of functions that are applied already, next to a plan of as many
//! `terraform_data` resources: what Terraform itself takes.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use acceptance::programs::Programs;
use acceptance::{Cli, Emulator, cli};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{Signal, kill};
use nix::sys::time::TimeValLike;
use nix::unistd::Pid;
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
        self.run_with(arguments, None);
    }

    /// Runs Terraform, attached to providers that run already.
    fn run_with(&self, arguments: &[&str], attached: Option<&str>) {
        let folder = self.folder.path();
        let mut command: Command = self.cli.command(folder, &folder.join("settings.tfrc"));
        command.args(arguments).args(["-no-color"]).envs(self.variables.iter().cloned());
        command.envs(attached.map(|attached| ("TF_REATTACH_PROVIDERS", attached)));
        let output = command.stdin(Stdio::null()).output().expect("terraform can be run");
        let said = cli::Said::from(output);
        assert_eq!(said.code, 0, "{arguments:?} failed:\n{}\n{}", said.out, said.err);
    }

    /// The processor time of Terraform alone, and of the provider alone, for one plan.
    fn processor_time(&self, programs: &Programs) -> Option<(Duration, Duration)> {
        let mut command = Command::new(&programs.provider);
        command.arg("--debug").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut provider = command.spawn().expect("the provider can be started");
        let mut line = String::new();
        let mut output = BufReader::new(provider.stdout.take().expect("its output is piped"));
        output.read_line(&mut line).expect("it says how to attach to it");
        let attached = line.trim().strip_prefix("TF_REATTACH_PROVIDERS=").expect("a variable");
        let arguments = ["plan", "-detailed-exitcode"];
        let before = (ended_children(), processor_time(provider.id()));
        self.run_with(&arguments, Some(attached.trim_matches('\'')));
        let after = (ended_children(), processor_time(provider.id()));
        // As Ctrl-C does, so that it takes its socket with it.
        let id = i32::try_from(provider.id()).expect("a process id");
        kill(Pid::from_raw(id), Signal::SIGINT).expect("it runs");
        provider.wait().expect("it ends");
        Some((after.0 - before.0, after.1? - before.1?))
    }

    /// The processor time of one plan, for what needs no provider.
    fn own_processor_time(&self) -> Duration {
        let before = ended_children();
        self.plan();
        ended_children() - before
    }
}

/// The processor time of all children that have ended.
fn ended_children() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the system counts");
    let time = usage.user_time() + usage.system_time();
    Duration::from_micros(u64::try_from(time.num_microseconds()).unwrap_or_default())
}

/// The processor time of a process that runs; only Linux tells.
fn processor_time(process: u32) -> Option<Duration> {
    let status = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // After the name: the state is the first field, user and system time are the 12th and 13th.
    let fields: Vec<&str> = status.rsplit_once(") ")?.1.split(' ').collect();
    let ticks: u64 = fields[11].parse::<u64>().ok()? + fields[12].parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
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
        let times = functions.processor_time(programs).map(|(terraform, provider)| {
            [terraform, provider, floor.own_processor_time()].map(milliseconds)
        });
        show(&format!("  {count} of {:?}\n", SIZES.map(|(count, _)| count)));
        report(table, count, plans, floors, times);
    }
}

fn report(
    table: &mut Table,
    count: usize,
    plans: Vec<f64>,
    floors: Vec<f64>,
    times: Option<[f64; 3]>,
) {
    let pairs = || plans.iter().zip(&floors);
    let above: Vec<f64> = pairs().map(|(plan, floor)| plan - floor).collect();
    let ratio: Vec<f64> = pairs().map(|(plan, floor)| plan / floor).collect();
    let (above_goal, ratio_goal) = match count {
        1 => (Some(Goal::AtMost(40.0)), None),
        500 => (None, Some(Goal::AtMost(1.3))),
        _ => (None, None),
    };
    let name = |what: &str| format!("plan of {count}: {what}");
    table.add_median(name("functions"), plans, "ms", None);
    table.add_median(name("terraform_data, the floor"), floors, "ms", None);
    table.add_median(name("above the floor"), above, "ms", above_goal);
    let ratio = table.add_median(name("times the floor"), ratio, "", ratio_goal);
    let Some([terraform, provider, floor]) = times else { return };
    ratio.because(|_| {
        format!(
            "Terraform's own processor time is {:.1} times that of the floor, for the larger \
             objects alone; of the whole the provider takes {:.0} %.",
            terraform / floor,
            100.0 * provider / (terraform + provider)
        )
    });
    table.add(name("processor time of Terraform itself"), terraform, "ms", None);
    table.add(name("processor time of the provider"), provider, "ms", None);
    table.add(name("processor time of the floor"), floor, "ms", None);
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
