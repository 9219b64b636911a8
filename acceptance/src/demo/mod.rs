//! `cargo demo`: the real Terraform makes a function, a network and a load balancer on the local
//! cloud, and the load balancer answers with the function's page.

mod page;
mod plan;
mod process;
mod stack;
mod steps;
mod tools;

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

use clap::Parser;
use tempfile::TempDir;

use crate::cli::{Cli, Said};
use crate::cloud::Cloud;
use crate::emulator::Emulator;
use crate::install::{InstallError, OFFICIAL};
use crate::programs::{self, Programs};

use page::Place;
use stack::{EDITED, GREETING, Stack};
use steps::{Steps, print, say};

/// See Terraform make a function behind a load balancer, on a cloud of this machine.
///
/// Builds the provider and the local cloud, applies examples/hello-clb, asks the load balancer for
/// its page, edits the function, and destroys everything. Nothing leaves this machine. It needs
/// python3, and terraform or tofu; where neither is installed it downloads a pinned Terraform into
/// the target folder.
#[derive(Debug, Parser)]
#[command(name = "cargo demo", bin_name = "cargo demo --")]
struct Options {
    /// Leave everything running after the edit, say how to use it, and destroy it on Ctrl-C.
    #[arg(long)]
    keep: bool,
    /// Use the provider and the local cloud in this folder instead of building them.
    #[arg(long, value_name = "DIR")]
    programs: Option<PathBuf>,
    /// Where Terraform is downloaded from if it has to be: a server with the files of the default.
    #[arg(long, value_name = "URL", env = "SCF_RS_TERRAFORM_MIRROR", default_value = OFFICIAL)]
    terraform_mirror: String,
}

/// Why the demo ends early: a sentence, or what a program said.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("Stopped; nothing is left running.")]
    Stopped,
    #[error(
        "python3 is not on PATH, and the example's function is written in Python: install Python 3 \
         and start again"
    )]
    NoPython,
    #[error(
        "{0}\nInstall terraform or tofu and start again, or name a mirror in SCF_RS_TERRAFORM_MIRROR."
    )]
    Install(#[from] InstallError),
    #[error("there is no provider or no local cloud in {}", .0.display())]
    NoPrograms(PathBuf),
    #[error("the provider and the local cloud must compile")]
    Build,
    #[error("{} cannot be run: {source}", program.display())]
    Run { program: PathBuf, source: io::Error },
    #[error("`{command}` failed with exit code {}", said.code)]
    Tool { command: String, said: Said },
    #[error("cannot use {}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("the example's outputs do not say where the page is: {0}")]
    Outputs(String),
    #[error("the page is not there: {0}")]
    Page(String),
    #[error(transparent)]
    Plan(#[from] plan::Unexpected),
    #[error("the destroy has left in the cloud: {}", .0.join(", "))]
    Left(Vec<String>),
}

impl Failure {
    fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Failure {
        let path = path.into();
        move |source| Failure::File { path, source }
    }

    /// Says why the demo ends, after what a program that failed has said itself.
    fn tell(&self) {
        let text = match self {
            Failure::Stopped => self.to_string(),
            Failure::Tool { said, .. } => format!("{}{}\nerror: {self}", said.out, said.err),
            _ => format!("error: {self}"),
        };
        // A reader who has gone away is no reason to panic.
        let _ = writeln!(io::stderr(), "\n{text}");
    }
}

/// Runs the program to its end.
pub fn run() -> ExitCode {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime can be made");
    let outcome = runtime.block_on(demonstrate(&options));
    // A download that was stopped is not waited for.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell();
            ExitCode::FAILURE
        }
    }
}

/// The whole demo. Whatever it has started ends with it.
async fn demonstrate(options: &Options) -> Result<(), Failure> {
    let target = target().map_err(Failure::file("the target folder"))?;
    let mut steps = Steps::new().map_err(Failure::file("signals"))?;
    let cli = steps.step("Look for what is needed", tools(options, &target)).await?;
    let programs = steps.step("Build the provider and the local cloud", build(options)).await?;
    let folder = workplace(&target.join("demo"))?;
    let log = folder.path().join("cloud.log");
    let cloud = steps.step("Start the local cloud", start(&programs, &log)).await?;
    let stack = Stack::new(folder.path(), cli, &programs, &cloud)?;
    let outcome = show(&mut steps, &stack, &cloud, options.keep).await;
    let log = fs::read_to_string(&log).unwrap_or_default();
    if outcome.as_ref().is_err_and(|failure| !matches!(failure, Failure::Stopped))
        && !log.is_empty()
    {
        print(&format!("\nThe local cloud's log:\n{log}"));
    }
    outcome
}

/// What there is to see once everything is there.
async fn show(
    steps: &mut Steps,
    stack: &Stack,
    cloud: &Emulator,
    keep: bool,
) -> Result<(), Failure> {
    steps.step("Apply a copy of examples/hello-clb", stack.apply(None)).await?;
    let place = stack.place().await?;
    steps.step("Ask the load balancer for its page", ask(&place, GREETING)).await?;
    steps.step("Plan again: there is nothing to do", stack.plan_nothing()).await?;
    steps.step("Edit the function's code, and plan", stack.edit_and_plan("edit.plan")).await?;
    steps.step("Apply that plan", stack.apply(Some("edit.plan"))).await?;
    let url = steps.step("Ask for the page again", ask(&place, EDITED)).await?;
    if keep {
        print("\nEverything is running, for you to use from another terminal:\n\n");
        say(stack.instructions(&place, &url));
        print(&format!("\nThe cloud's console is {}/_emulator/\n", cloud.endpoint));
        print("Ctrl-C destroys everything.\n");
        steps.interrupt().await;
    }
    steps.step("Destroy", stack.destroy()).await?;
    steps.step("Ask the local cloud what is left", nothing_left(cloud)).await?;
    steps.summary();
    Ok(())
}

/// Cargo's target folder: this program is in it, below the folder of its profile.
fn target() -> io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    Ok(program.ancestors().nth(2).unwrap_or(Path::new("target")).to_owned())
}

async fn tools(options: &Options, target: &Path) -> Result<Cli, Failure> {
    tools::python().await?;
    tools::cli(&options.terraform_mirror, &target.join("terraform")).await
}

async fn build(options: &Options) -> Result<Programs, Failure> {
    if let Some(folder) = &options.programs {
        say(format!("They are in {}.", folder.display()));
        return Programs::in_folder(folder).ok_or_else(|| Failure::NoPrograms(folder.clone()));
    }
    let said = process::run(programs::build(false), Stdio::inherit(), |_| ()).await;
    let said = said.map_err(|source| Failure::Run { program: "cargo".into(), source })?;
    Programs::built(&said.out).filter(|_| said.code == 0).ok_or(Failure::Build)
}

/// A private folder, which goes when the demo ends.
fn workplace(parent: &Path) -> Result<TempDir, Failure> {
    fs::create_dir_all(parent)
        .and_then(|()| tempfile::Builder::new().prefix("hello-clb-").tempdir_in(parent))
        .map_err(Failure::file(parent))
}

async fn start(programs: &Programs, log: &Path) -> Result<Emulator, Failure> {
    let mut command = Emulator::command(programs);
    // A terminal's Ctrl-C must not end it before what it holds is destroyed.
    command.process_group(0).stderr(File::create(log).map_err(Failure::file(log))?);
    let cloud = Emulator::launch(command)
        .map_err(|source| Failure::Run { program: programs.emulator.clone(), source })?;
    say(format!("{} (its console: {}/_emulator/)", cloud.endpoint, cloud.endpoint));
    Ok(cloud)
}

/// Shows the page, and returns where it was got.
async fn ask(place: &Place, words: &'static str) -> Result<String, Failure> {
    let page = place.get(words).await?;
    if let Some(obstacle) = page.obstacle {
        say(obstacle);
        say("The load balancer's own address cannot be used here; the local cloud's can:");
    }
    say(format!("GET {} (Host: {})", page.url, place.domain));
    say(page.text);
    Ok(page.url)
}

async fn nothing_left(cloud: &Emulator) -> Result<(), Failure> {
    let endpoint = cloud.endpoint.clone();
    let left = process::blocking(move || Cloud::new(&endpoint).everything()).await;
    if !left.is_empty() {
        return Err(Failure::Left(left));
    }
    say("Nothing.");
    Ok(())
}
