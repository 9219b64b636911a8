//! Starting the processes of instances.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{OnceLock, mpsc};
use std::{fs, io};

use nix::unistd::getpid;
use tokio::net::UnixStream;
use tokio::net::unix::pipe;
use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::interpreter::{Interpreter, Language};
use super::memory::Meter;
use super::sandbox::{Folders, Isolation, Mode, Rules, processes};

#[cfg(target_os = "linux")]
use super::sandbox::Room;

/// What is to be started.
pub(super) struct Launch<'a> {
    pub(super) language: Language,
    pub(super) interpreter: &'a Interpreter,
    pub(super) handler: &'a str,
    pub(super) memory_mb: u32,
    /// The unpacked code package.
    pub(super) code: &'a Path,
    /// The unpacked layers.
    pub(super) layers: &'a Path,
}

/// A started process, with the ends of its channel and of its output.
pub(super) struct Process {
    pub(super) child: Child,
    pub(super) channel: UnixStream,
    pub(super) output: pipe::Receiver,
    pub(super) meter: Meter,
    pub(super) scratch: Option<Scratch>,
}

/// Starts processes, in namespaces where that works.
pub(super) struct Launcher {
    directory: PathBuf,
    isolation: Isolation,
    /// The best mode that works on this machine; known after the first start.
    mode: OnceLock<Mode>,
    spawner: OnceLock<Spawner>,
    scratches: AtomicU64,
}

impl Launcher {
    /// Nothing is written to `directory` before the first start.
    pub(super) fn new(directory: PathBuf, isolation: Isolation) -> Self {
        Self {
            directory,
            isolation,
            mode: OnceLock::new(),
            spawner: OnceLock::new(),
            scratches: AtomicU64::new(0),
        }
    }

    /// Starts a process; `environment` makes its variables from where it finds its folders.
    pub(super) async fn launch(
        &self,
        launch: &Launch<'_>,
        environment: impl Fn(&Folders) -> BTreeMap<String, String>,
    ) -> io::Result<Process> {
        if let Some(mode) = self.mode.get() {
            return self.start(launch, *mode, &environment).await;
        }
        let mut refused = None;
        for mode in Mode::candidates(self.isolation).iter().copied() {
            match self.start(launch, mode, &environment).await {
                Ok(process) => {
                    if self.mode.set(mode).is_ok() {
                        mode.announce(refused.as_ref());
                    }
                    return Ok(process);
                }
                Err(error) => refused = Some(error),
            }
        }
        Err(refused.unwrap_or_else(|| io::Error::other("there is no way to start it")))
    }

    async fn start(
        &self,
        launch: &Launch<'_>,
        mode: Mode,
        environment: impl Fn(&Folders) -> BTreeMap<String, String>,
    ) -> io::Result<Process> {
        let runtime = self.directory.join("runtime");
        let scratch = (mode == Mode::Plain).then(|| self.scratch()).transpose()?;
        let temporary = scratch.as_ref().map_or(Path::new("/tmp"), |scratch| &scratch.0);
        let machine = Folders::plain(launch.code, launch.layers, &runtime, temporary);
        let folders = if mode == Mode::Plain { machine.clone() } else { Folders::product() };

        let (ours, theirs) = StdUnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let (reader, writer) = io::pipe()?;
        let mut command = Command::new(&launch.interpreter.executable);
        command
            .args(arguments(launch, &folders, theirs.as_raw_fd()))
            .env_clear()
            .envs(environment(&folders))
            .stdin(Stdio::null())
            .stdout(writer.try_clone()?)
            .stderr(writer)
            .process_group(0);
        if mode == Mode::Plain {
            command.current_dir(launch.code);
        }
        let rules = Rules {
            channel: OwnedFd::from(theirs),
            parent: getpid(),
            memory_mb: launch.memory_mb,
            processes: processes(mode),
            #[cfg(target_os = "linux")]
            room: self.room(launch, mode, &machine)?,
        };
        obey(&mut command, rules);
        let child = self.spawner()?.spawn(command).await?;
        let spawned = child.id().ok_or_else(|| io::Error::other("it ended at once"))?;
        Ok(Process {
            child,
            channel: UnixStream::from_std(ours)?,
            output: pipe::Receiver::from_owned_fd(OwnedFd::from(reader))?,
            meter: Meter::new(spawned, mode.depth()),
            scratch,
        })
    }

    #[cfg(target_os = "linux")]
    fn room(&self, launch: &Launch<'_>, mode: Mode, machine: &Folders) -> io::Result<Option<Room>> {
        if mode == Mode::Plain {
            return Ok(None);
        }
        let mut visible = vec![launch.interpreter.prefix.clone()];
        visible.extend(launch.interpreter.libraries.iter().cloned());
        Room::new(&self.directory.join("root"), mode, machine, &visible).map(Some)
    }

    fn scratch(&self) -> io::Result<Scratch> {
        let number = self.scratches.fetch_add(1, Ordering::Relaxed);
        let folder = self.directory.join("tmp").join(number.to_string());
        fs::create_dir_all(&folder)?;
        Ok(Scratch(folder))
    }

    fn spawner(&self) -> io::Result<&Spawner> {
        if let Some(spawner) = self.spawner.get() {
            return Ok(spawner);
        }
        let started = Spawner::start()?;
        Ok(self.spawner.get_or_init(|| started))
    }
}

fn arguments(launch: &Launch<'_>, folders: &Folders, channel: i32) -> Vec<OsString> {
    let bootstrap = folders.runtime.join(launch.language.bootstrap());
    let mut all: Vec<OsString> = match launch.language {
        // Without `site`: it reads every installed library's start-up files, which takes longer
        // than all the rest. The bootstrap adds the library folders itself.
        Language::Python => vec!["-S".into(), "-s".into()],
        // The heap's own limit would otherwise follow this machine's memory.
        Language::Node => vec![format!("--max-old-space-size={}", launch.memory_mb).into()],
    };
    all.extend([bootstrap.into(), channel.to_string().into(), launch.handler.into()]);
    if launch.language == Language::Python {
        all.extend(launch.interpreter.libraries.iter().map(|folder| folder.clone().into()));
    }
    all
}

/// Lets the process apply `rules` to itself before it becomes the interpreter.
#[allow(unsafe_code)]
fn obey(command: &mut Command, rules: Rules) {
    // SAFETY: what runs between fork and exec makes system calls only, on memory that was
    // prepared before the fork.
    unsafe {
        command.pre_exec(move || rules.apply().map_err(io::Error::from));
    }
}

/// How a process ended, in words.
pub(super) fn describe(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        // The processes that hold namespaces pass a signal on as a shell does.
        (Some(code), _) if code > 128 => format!("killed by signal {}", code - 128),
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("killed by signal {signal}"),
        (None, None) => status.to_string(),
    }
}

/// A plain process's folder for temporary files; it goes when the process goes.
pub(super) struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::debug!(%error, folder = %self.0.display(), "a scratch folder stays");
        }
    }
}

/// The one thread that starts processes. A process is killed when the *thread* that started it
/// ends, so that thread has to live as long as the runtime, which worker threads do not.
struct Spawner {
    jobs: mpsc::Sender<Job>,
}

struct Job {
    command: Command,
    runtime: Handle,
    started: oneshot::Sender<io::Result<Child>>,
}

impl Spawner {
    fn start() -> io::Result<Self> {
        let (jobs, queue) = mpsc::channel::<Job>();
        std::thread::Builder::new().name("function-spawner".into()).spawn(move || {
            for mut job in queue {
                let _entered = job.runtime.enter();
                // Whoever asked may be gone; the child then ends because its channel does.
                let _ = job.started.send(job.command.spawn());
            }
        })?;
        Ok(Self { jobs })
    }

    async fn spawn(&self, command: Command) -> io::Result<Child> {
        let (started, answer) = oneshot::channel();
        let job = Job { command, runtime: Handle::current(), started };
        let gone = || io::Error::other("the thread that starts processes has ended");
        self.jobs.send(job).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}
