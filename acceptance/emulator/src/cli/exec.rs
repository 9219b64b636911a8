//! `exec`: a cloud for the length of one command.

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{ExitCode, ExitStatus};
use std::sync::Arc;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::{Failure, Options, start};
use crate::accounts::{SECRET_ID, SECRET_KEY};
use crate::server::{self, DOMAIN};

/// Signals that are meant for the command.
const FORWARDED: &[Signal] =
    &[Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT, Signal::SIGUSR1];

/// Names of the shell's convention: a command that a signal ended has 128 + its number.
const SIGNALLED: i32 = 128;

pub(super) async fn exec(options: Options, command: &[OsString]) -> Result<ExitCode, Failure> {
    let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let (cloud, listener) = start(free, options).await?;
    let address = listener.local_addr().map_err(|error| Failure::Listen(free, error))?;
    let server = tokio::spawn(server::serve(Arc::clone(&cloud), listener));
    let ended = run(address, command).await;
    server.abort();
    cloud.shut_down().await;
    ended.map(code).map_err(|error| {
        let name = command.first().map(|name| name.to_string_lossy().into_owned());
        Failure::Command(name.unwrap_or_default(), error)
    })
}

/// Runs the command to its end, and passes on the signals that come meanwhile.
async fn run(address: SocketAddr, command: &[OsString]) -> std::io::Result<ExitStatus> {
    // Listening begins before the command does, so that no signal ends us and not the command.
    let mut signals = signals()?;
    let mut child = spawn(address, command)?;
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw);
    loop {
        tokio::select! {
            status = child.wait() => return status,
            Some(signal) = signals.recv() => {
                if let Some(pid) = pid.filter(|_| !terminal_sent_it(signal)) {
                    // It fails only when the command has just ended.
                    let _ = kill(pid, signal);
                }
            }
        }
    }
}

fn signals() -> std::io::Result<UnboundedReceiver<Signal>> {
    let (send, signals) = unbounded_channel();
    for of in FORWARDED {
        let mut stream = signal(SignalKind::from_raw(*of as i32))?;
        let send = send.clone();
        tokio::spawn(
            async move { while stream.recv().await.is_some() && send.send(*of).is_ok() {} },
        );
    }
    Ok(signals)
}

fn spawn(address: SocketAddr, command: &[OsString]) -> std::io::Result<Child> {
    let (name, arguments) = command.split_first().ok_or(std::io::ErrorKind::InvalidInput)?;
    let mut child = Command::new(name);
    child.args(arguments).envs(environment(address));
    // A token of another account would be refused here.
    child.env_remove("TENCENTCLOUD_SECURITY_TOKEN").env_remove("TENCENTCLOUD_TOKEN");
    child.spawn()
}

/// What points this provider, the official provider, the vendor's SDKs and its CLI at the cloud.
fn environment(address: SocketAddr) -> Vec<(&'static str, String)> {
    let url = format!("http://{address}");
    let near = "localhost,127.0.0.0/8,127.0.0.1,::1".to_owned();
    vec![
        ("TENCENTCLOUD_ENDPOINT", url.clone()),
        ("TENCENTCLOUD_SECRET_ID", SECRET_ID.to_owned()),
        ("TENCENTCLOUD_SECRET_KEY", SECRET_KEY.to_owned()),
        ("TENCENTCLOUD_REGION", "ap-guangzhou".to_owned()),
        ("TENCENTCLOUD_PROTOCOL", "HTTP".to_owned()),
        ("TENCENTCLOUD_DOMAIN", DOMAIN.to_owned()),
        ("TENCENTCLOUD_COS_DOMAIN", format!("http://cos.{DOMAIN}")),
        ("HTTP_PROXY", url.clone()),
        ("http_proxy", url),
        ("NO_PROXY", near.clone()),
        ("no_proxy", near),
    ]
}

/// Ctrl-C in a terminal reaches the command without us; twice would make Terraform give up at once.
fn terminal_sent_it(signal: Signal) -> bool {
    use std::io::IsTerminal;
    matches!(signal, Signal::SIGINT | Signal::SIGQUIT) && std::io::stdin().is_terminal()
}

fn code(status: ExitStatus) -> ExitCode {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().or_else(|| status.signal().map(|n| SIGNALLED + n));
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}
