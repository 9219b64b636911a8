//! `terraform plan` of functions that are applied already, next to a plan of as many
//! `terraform_data` resources, which need no provider: what Terraform itself takes.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use acceptance::Emulator;
use acceptance::programs::Programs;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::{Signal, kill};
use nix::sys::time::TimeValLike;
use nix::unistd::Pid;

use super::folder::Folder;
use super::table::{Goal, Table, median, milliseconds};

/// How many resources, and how many pairs of plans.
const ONE: (usize, usize) = (1, 31);
const MANY: (usize, usize) = (100, 11);
const MORE: (usize, usize) = (500, 7);

const FUNCTION: &str = "def main_handler(event, context):\n    return 1\n";

/// Measures plans, alternately of functions and of the floor.
pub fn measure(programs: &Programs, table: &mut Table) {
    for (count, pairs) in [ONE, MANY, MORE] {
        let cloud = Emulator::start(programs, &["--quotas", "unlimited"]);
        let functions = Folder::apply(programs, &cloud, &functions(count), FUNCTION);
        let floor = Folder::apply(programs, &cloud, &floor(count), FUNCTION);
        let plans = plan_both(&functions, &floor, pairs, &[]);
        let name = |what: &str| format!("plan of {count}: {what}");
        let list = |of: fn(&(f64, f64)) -> f64| plans.iter().map(of).collect::<Vec<_>>();
        table.add_median(name("functions"), list(|(plan, _)| *plan), "ms", None);
        table.add_median(name("terraform_data, the floor"), list(|(_, floor)| *floor), "ms", None);
        let goal = (count == ONE.0).then_some(Goal::AtMost(40.0));
        let above = list(|(plan, floor)| plan - floor);
        table
            .add_median(name("above the floor"), above, "ms", goal)
            .because(|| without_tls(&functions, &floor));
        let goal = (count == MORE.0).then_some(Goal::AtMost(1.3));
        let times = list(|(plan, floor)| plan / floor);
        table
            .add_median(name("times the floor"), times, "", goal)
            .because(|| processor_times(programs, &functions, &floor));
    }
}

/// Plans alternately. The first of each warms up what the system keeps in memory.
fn plan_both(
    functions: &Folder,
    floor: &Folder,
    pairs: usize,
    variables: &[(&str, &str)],
) -> Vec<(f64, f64)> {
    let both = (0..=pairs).map(|_| (functions.plan(variables), floor.plan(variables)));
    both.skip(1).map(|(plan, floor)| (milliseconds(plan), milliseconds(floor))).collect()
}

/// What is left without TLS.
fn without_tls(functions: &Folder, floor: &Folder) -> String {
    let plans = plan_both(functions, floor, ONE.1, &[("TF_DISABLE_PLUGIN_TLS", "1")]);
    let mut above: Vec<f64> = plans.iter().map(|(plan, floor)| plan - floor).collect();
    above.sort_by(f64::total_cmp);
    format!(
        "Without TLS it is {:.0} ms: Terraform makes a P-521 key and a certificate each time it \
         starts the provider, which is three times.",
        median(&above)
    )
}

/// Who uses the processor.
fn processor_times(programs: &Programs, functions: &Folder, floor: &Folder) -> String {
    let before = ended_children();
    floor.plan(&[]);
    let floor = milliseconds(ended_children() - before);
    let (terraform, provider) = functions.processor_times(programs);
    let (terraform, provider) = (milliseconds(terraform), milliseconds(provider));
    format!(
        "Terraform itself uses the processor for {terraform:.0} ms, {:.1} times the floor's {floor:.0} \
         ms, because a function has more attributes than terraform_data; the provider uses it for \
         {provider:.0} ms.",
        terraform / floor
    )
}

impl Folder {
    /// Times a plan, which must be empty.
    fn plan(&self, variables: &[(&str, &str)]) -> Duration {
        let start = Instant::now();
        self.run(&["plan", "-detailed-exitcode"], variables);
        start.elapsed()
    }

    /// The processor time of Terraform alone, and of the provider alone, for one plan. For that
    /// Terraform is attached to a provider that runs already.
    fn processor_times(&self, programs: &Programs) -> (Duration, Duration) {
        let mut command = Command::new(&programs.provider);
        command.arg("--debug").envs(self.variables.iter().cloned());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut provider = command.spawn().expect("the provider can be started");
        let mut line = String::new();
        let mut output = BufReader::new(provider.stdout.take().expect("its output is piped"));
        output.read_line(&mut line).expect("it says how to attach to it");
        let (name, value) = line.trim().split_once('=').expect("a variable");
        let before = ended_children();
        self.plan(&[(name, value.trim_matches('\''))]);
        let terraform = ended_children() - before;
        // As Ctrl-C does, so that it takes its socket with it.
        let id = i32::try_from(provider.id()).expect("a process id");
        kill(Pid::from_raw(id), Signal::SIGINT).expect("it runs");
        let before = ended_children();
        provider.wait().expect("it ends");
        (terraform, ended_children() - before)
    }
}

/// The processor time of all children that have ended.
fn ended_children() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the system counts");
    let time = usage.user_time() + usage.system_time();
    Duration::from_micros(u64::try_from(time.num_microseconds()).unwrap_or_default())
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
