//! Programs that end when the demo does.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitStatus, Stdio};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::Child;

use super::Failure;
use crate::cli::Said;

/// Runs a program to its end and returns what it said. Each line of its standard output is shown to
/// `line` at once; its standard error is `errors`.
///
/// The program gets a process group of its own, for two reasons: a terminal's Ctrl-C reaches the
/// demo alone, which decides what has to end; and with the program ends everything that it started.
///
/// # Errors
/// Where it cannot be run.
pub async fn run(
    mut command: Command,
    errors: Stdio,
    mut line: impl FnMut(&str),
) -> io::Result<Said> {
    command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors);
    let mut group = Group::new(tokio::process::Command::from(command).spawn()?);
    let (out, err) = (group.child.stdout.take(), group.child.stderr.take());
    let read_out = async {
        let mut said = String::new();
        if let Some(out) = out {
            let mut lines = BufReader::new(out).lines();
            while let Some(next) = lines.next_line().await? {
                line(&next);
                said.push_str(&next);
                said.push('\n');
            }
        }
        Ok::<_, io::Error>(said)
    };
    let (out, err) = tokio::try_join!(read_out, read_to_end(err))?;
    Ok(Said { code: group.ended().await?.code().unwrap_or(-1), out, err })
}

/// Runs a program, which must succeed.
///
/// # Errors
/// [`Failure::Run`] where it cannot be run; [`Failure::Tool`] with what it said where it fails.
pub async fn succeed(command: Command, line: impl FnMut(&str)) -> Result<Said, Failure> {
    let program = command.get_program().to_owned();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    let words = std::iter::once(program.to_string_lossy().into_owned()).chain(arguments);
    let words = words.collect::<Vec<_>>().join(" ");
    match run(command, Stdio::piped(), line).await {
        Ok(said) if said.code == 0 => Ok(said),
        Ok(said) => Err(Failure::Tool { command: words, said }),
        Err(source) => Err(Failure::Run { program: program.into(), source }),
    }
}

/// Does work that waits without telling the runtime.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

async fn read_to_end(from: Option<impl AsyncRead + Unpin>) -> io::Result<String> {
    let mut bytes = Vec::new();
    if let Some(mut from) = from {
        from.read_to_end(&mut bytes).await?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A program and all that it started; dropping it ends them.
struct Group {
    child: Child,
    leader: Option<Pid>,
}

impl Group {
    fn new(child: Child) -> Group {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Group { leader: id.map(Pid::from_raw), child }
    }

    async fn ended(mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait().await?;
        // The number may belong to another process from now on.
        self.leader = None;
        Ok(status)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.leader {
            let _ = killpg(leader, Signal::SIGKILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[tokio::test]
    async fn what_a_program_says_is_shown_and_kept() {
        let mut shown = Vec::new();
        let command = shell("echo one; echo trouble >&2; echo two; exit 3");
        let said = run(command, Stdio::piped(), |line| shown.push(line.to_owned())).await.unwrap();
        assert_eq!(shown, ["one", "two"]);
        assert_eq!((said.code, &*said.out, &*said.err), (3, "one\ntwo\n", "trouble\n"));
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_an_error() {
        let error = run(Command::new("/nowhere/program"), Stdio::null(), |_| ()).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }

    #[tokio::test]
    async fn stopping_ends_what_the_program_started_too() {
        let mut ids = Vec::new();
        let command = shell("sleep 600 & echo $!; echo $$; wait");
        let running = run(command, Stdio::null(), |line| ids.push(line.parse::<i32>().unwrap()));
        let waited = tokio::time::timeout(Duration::from_millis(50), running).await;
        assert!(waited.is_err(), "the program sleeps");
        assert_eq!(ids.len(), 2);
        let start = Instant::now();
        for id in ids {
            // A dead process may still be there as a zombie that nobody has waited for.
            let alive = || {
                let state = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
                state.rsplit(") ").next().filter(|state| !state.starts_with('Z')).map(|_| ())
            };
            while alive().is_some() {
                assert!(start.elapsed() < Duration::from_secs(5), "{id} still runs");
                std::thread::yield_now();
            }
        }
    }
}
