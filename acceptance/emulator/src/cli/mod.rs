//! The program's two commands.

mod exec;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use crate::cloud::{Cloud, Settings};
use crate::cls::logs;
use crate::quotas::Allowance;
use crate::scf::trigger;
use crate::server;
use crate::transitions::Pace;

/// A local cloud: Tencent Cloud's API 3.0 on this machine.
#[derive(Debug, Parser)]
#[command(version, name = "tencentcloud-emulator", after_help = KEYS)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer requests until stopped.
    Serve {
        /// The address to listen on; port 0 takes a free one.
        #[arg(long, default_value = "127.0.0.1:4588", value_name = "ADDR")]
        listen: SocketAddr,
        #[command(flatten)]
        options: Options,
    },
    /// Start a cloud on a free port, run a command against it, and end as the command ends.
    Exec {
        #[command(flatten)]
        options: Options,
        /// The command and its arguments.
        #[arg(required = true, last = true, value_name = "COMMAND")]
        command: Vec<OsString>,
    },
}

#[derive(Debug, Args)]
struct Options {
    /// Keep the state in this directory; without it, it lives in memory.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Draw ids from this seed, so that they are the same every time.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// How long asynchronous things take.
    #[arg(long, default_value = "fast")]
    transitions: Pace,
    /// Which quotas accounts start with.
    #[arg(long, default_value = "default")]
    quotas: Allowance,
}

/// How to sign: [`crate::accounts`] says it to those who read the source.
const KEYS: &str = "Sign requests with the SecretId AKIDEMULATOR and the SecretKey \
                    emulator-secret-key. Letters and digits may follow the SecretId; each makes an \
                    account of its own. `exec` exports both.";

/// Why the program cannot go on.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("cannot start: {0}")]
    Runtime(#[source] std::io::Error),
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, #[source] std::io::Error),
    #[error("cannot open the state: {0}")]
    State(#[from] crate::store::StoreError),
    #[error("cannot run {0}: {1}")]
    Command(String, #[source] std::io::Error),
}

/// Runs the program to its end.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_env("TENCENTCLOUD_EMULATOR_LOG");
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(filter.unwrap_or_else(|_| EnvFilter::new("warn")))
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let ended = runtime.map_err(Failure::Runtime).and_then(|runtime| match cli.command {
        Command::Serve { listen, options } => runtime.block_on(serve(listen, options)),
        Command::Exec { options, command } => runtime.block_on(exec::exec(options, &command)),
    });
    ended.unwrap_or_else(|failure| {
        tell(&format!("tencentcloud-emulator: {failure}"));
        ExitCode::FAILURE
    })
}

async fn serve(listen: SocketAddr, options: Options) -> Result<ExitCode, Failure> {
    let (cloud, listener) = start(listen, options).await?;
    if let Ok(address) = listener.local_addr() {
        announce(address);
    }
    tokio::select! {
        never = server::serve(Arc::clone(&cloud), listener) => match never {},
        () = stopped() => {}
    }
    cloud.shut_down().await;
    Ok(ExitCode::SUCCESS)
}

/// A cloud and its port.
async fn start(listen: SocketAddr, options: Options) -> Result<(Arc<Cloud>, TcpListener), Failure> {
    let listener = server::bind(listen).await.map_err(|error| Failure::Listen(listen, error))?;
    let settings = Settings {
        data_dir: options.data_dir,
        seed: options.seed,
        pace: options.transitions,
        allowance: options.quotas,
    };
    let cloud = Cloud::open(&settings)?;
    if let Ok(address) = listener.local_addr() {
        cloud.listens_on(address);
    }
    let cloud = Arc::new(cloud);
    tokio::spawn(trigger::fire_in_time(Arc::clone(&cloud)));
    tokio::spawn(trigger::topic::deliver_in_time(Arc::clone(&cloud)));
    if cloud.store.is_on_disk() {
        tokio::spawn(logs::keep(Arc::clone(&cloud)));
        let cloud = Arc::clone(&cloud);
        tokio::task::spawn_blocking(move || cloud.gateway.refresh_all(&cloud));
    }
    Ok((cloud, listener))
}

/// Waits until somebody asks the program to end.
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let (interrupt, terminate) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    match (interrupt, terminate) {
        (Ok(mut interrupt), Ok(mut terminate)) => {
            tokio::select! { _ = interrupt.recv() => (), _ = terminate.recv() => () }
        }
        // Without handlers the signals end the program by themselves.
        _ => std::future::pending().await,
    }
}

/// The one line on stdout, which scripts wait for.
#[allow(clippy::print_stdout)]
fn announce(address: SocketAddr) {
    println!("listening on http://{address}");
}

#[allow(clippy::print_stderr)]
fn tell(text: &str) {
    eprintln!("{text}");
}
