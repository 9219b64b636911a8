//! The life of the provider's process, from its start to its end.

use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use nix::unistd::Pid;
use serde_json::json;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::handshake::{self, Invitation};
use crate::lifecycle::Provider;
use crate::log;
use crate::server;
use crate::tls;
use crate::transport::{Address, Listener, OpenConnections};

/// How often a provider without any connection looks whether Terraform is still there.
const PARENT_CHECK: Duration = Duration::from_millis(250);

/// Who the provider is.
#[derive(Clone, Copy, Debug)]
pub struct Identity {
    /// Its address in a registry, without the host: `scf-rs/tencentcloud`.
    pub address: &'static str,
    /// Its release.
    pub version: &'static str,
}

/// Runs the provider as Terraform, or a person, has started it.
///
/// Terraform starts it without arguments and a magic cookie in the environment. With `--debug` it
/// waits for Terraform to attach, for use under a debugger; with `--version` it says who it is.
pub fn serve<P: Provider>(identity: Identity) -> ExitCode {
    let argument = std::env::args().nth(1);
    let outcome = match argument.as_deref() {
        Some("--version") => {
            say(&format!("{} {}", identity.address, identity.version));
            return ExitCode::SUCCESS;
        }
        Some("--debug") => run(debug::<P>(identity)),
        Some(_) => return explain(identity),
        None => match handshake::invitation() {
            Some(invitation) => run(plugin::<P>(invitation)),
            None => return explain(identity),
        },
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("terraform-provider: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What a person sees who starts the program by hand.
fn explain(identity: Identity) -> ExitCode {
    eprintln!(
        "This is the Terraform provider {} {}. Terraform and OpenTofu start it by themselves; it \
         is not meant to be run by hand.\n\n  --debug    wait for Terraform to attach, and print \
         how\n  --version  print the version",
        identity.address, identity.version
    );
    ExitCode::FAILURE
}

#[allow(clippy::print_stdout)]
fn say(line: &str) {
    println!("{line}");
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn run(process: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    log::start();
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(2).enable_all().build()?;
    let outcome = runtime.block_on(process);
    // Whatever still runs then has been given its time by the server.
    runtime.shutdown_background();
    outcome
}

/// Serves the Terraform that has started the process, until it says goodbye or vanishes.
async fn plugin<P: Provider>(invitation: Invitation) -> Result<(), Failure> {
    // Before the handshake line: afterwards it may be gone at any time.
    let parent = nix::unistd::getppid();
    ignore_interrupts()?;
    let server = invitation.client_certificate.as_deref().map(tls::server_side).transpose()?;
    let listener = Listener::bind().await?;
    let _file = SocketFile(listener.address.clone());
    let (acceptor, certificate) = match server {
        Some(side) => (Some(TlsAcceptor::from(side.config)), side.certificate),
        None => (None, String::new()),
    };
    let line = handshake::line(&listener.address, &certificate, invitation.multiplex);
    let goodbye = CancellationToken::new();
    let open = OpenConnections::default();
    let serving = server::run::<P>(listener.connections(acceptor, open.clone()), goodbye.clone());
    handshake::announce(&line)?;
    tokio::select! {
        outcome = serving => outcome.map_err(Into::into),
        () = abandoned(parent, open) => Ok(()),
    }
}

/// Serves whoever attaches, until interrupted.
async fn debug<P: Provider>(identity: Identity) -> Result<(), Failure> {
    let listener = Listener::bind().await?;
    let _file = SocketFile(listener.address.clone());
    say(&attach(identity, &listener.address));
    let goodbye = CancellationToken::new();
    let serving =
        server::run::<P>(listener.connections(None, OpenConnections::default()), goodbye.clone());
    tokio::select! {
        outcome = serving => outcome.map_err(Into::into),
        interrupted = tokio::signal::ctrl_c() => interrupted.map_err(Into::into),
    }
}

/// How Terraform and OpenTofu attach to this process.
fn attach(identity: Identity, address: &Address) -> String {
    let (network, at) = address.parts();
    let process = json!({
        "Protocol": "grpc",
        "ProtocolVersion": 6,
        "Pid": std::process::id(),
        "Test": true,
        "Addr": { "Network": network, "String": at },
    });
    let hosts = ["registry.terraform.io", "registry.opentofu.org"];
    let entries: serde_json::Map<_, _> = hosts
        .into_iter()
        .map(|host| (format!("{host}/{}", identity.address), process.clone()))
        .collect();
    let variable = format!("TF_REATTACH_PROVIDERS='{}'", json!(entries));
    if std::io::stdout().is_terminal() {
        return format!(
            "Set this where you run terraform or tofu, and stop with Ctrl-C:\n\n{variable}"
        );
    }
    variable
}

/// Ctrl-C reaches every process of the terminal. Terraform handles it and asks to stop by a call.
fn ignore_interrupts() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupts = signal(SignalKind::interrupt())?;
    tokio::spawn(async move { while interrupts.recv().await.is_some() {} });
    Ok(())
}

/// Ends when nobody is connected any more and the process that started this one is gone. A
/// connection alone says little: it may be closed for idleness and opened again.
async fn abandoned(parent: Pid, open: OpenConnections) {
    loop {
        while open.count() == 0 {
            if nix::unistd::getppid() != parent {
                tracing::warn!("Terraform has vanished, ending");
                return;
            }
            let _ = tokio::time::timeout(PARENT_CHECK, open.changed()).await;
        }
        open.changed().await;
    }
}

/// Removes the socket's file at the end.
struct SocketFile(Address);

impl Drop for SocketFile {
    fn drop(&mut self) {
        if let Address::Unix(path) = &self.0 {
            let _ = std::fs::remove_file(Path::new(path));
        }
    }
}
