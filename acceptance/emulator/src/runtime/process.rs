//! Starting the processes of instances.

use std::collections::BTreeMap;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;
use std::{fs, io};

use nix::unistd::getpid;
use tokio::net::UnixStream;
use tokio::net::unix::pipe;
use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::body::Body;
use super::interpreter::{Installed, Interpreter, Language};
use super::java;
use super::memory::Meter;
use super::outflow::Outflow;
use super::reach::Reach;
use super::sandbox::{Folders, Isolation, Mode, NetworkMode, Rules, processes};
use super::spec::Mount;

#[cfg(target_os = "linux")]
use super::{
    descriptor,
    sandbox::{Room, watch},
};

/// How long a process may take to be gone after its channel is closed or it is killed.
pub(super) const LEAVE: Duration = Duration::from_secs(2);

/// What is to be started.
pub(super) struct Launch<'a> {
    pub(super) program: Program<'a>,
    pub(super) memory_mb: u32,
    /// The unpacked code package.
    pub(super) code: &'a Path,
    /// The unpacked layers.
    pub(super) layers: &'a Path,
    /// The file systems.
    pub(super) mounts: &'a [Mount],
    /// What it reaches.
    pub(super) reach: &'a Reach,
}

/// What kind of network a program needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    /// Any.
    Any,
    /// One from which it does not reach everything.
    Limited,
    /// One in which it has the product's port.
    Port,
}

impl Launch<'_> {
    fn need(&self) -> Need {
        match (&self.program, self.reach.is_open()) {
            (Program::File { listens: true, .. }, _) => Need::Port,
            (_, true) => Need::Any,
            (_, false) => Need::Limited,
        }
    }
}

/// The program of an instance.
pub(super) enum Program<'a> {
    /// An interpreter, which runs the platform's bootstrap, which loads the handler.
    Bootstrap { language: Language, interpreter: &'a Interpreter, handler: &'a str },
    /// Java, which runs the platform's bootstrap, which loads the handler.
    Java { interpreter: &'a Interpreter, handler: &'a str },
    /// A file of the package, which finds interpreters below /var/lang.
    File { name: &'a str, installed: &'a [Installed], listens: bool },
}

/// Where a program that listens can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Network {
    /// In a network of its own, on the product's port. The channel hands out sockets of it.
    Own,
    /// In this machine's network, on a port that was free.
    Shared(u16),
}

/// A started process, with the ends of its channel.
pub(super) struct Process {
    pub(super) body: Body,
    pub(super) channel: UnixStream,
    /// For a program that listens.
    pub(super) network: Option<Network>,
}

/// How processes can be started on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Means {
    mode: Mode,
    network: NetworkMode,
}

/// Starts processes, in namespaces where that works.
pub(super) struct Launcher {
    directory: PathBuf,
    isolation: Isolation,
    /// The best means for each need that work on this machine; known after the first start.
    means: [OnceLock<Means>; 3],
    spawner: OnceLock<Spawner>,
    scratches: AtomicU64,
}

impl Launcher {
    /// Nothing is written to `directory` before the first start.
    pub(super) fn new(directory: PathBuf, isolation: Isolation) -> Self {
        Self {
            directory,
            isolation,
            means: Default::default(),
            spawner: OnceLock::new(),
            scratches: AtomicU64::new(0),
        }
    }

    /// Starts a process; `environment` makes its variables from where it finds its folders, and
    /// where it is to listen.
    pub(super) async fn launch(
        &self,
        launch: &Launch<'_>,
        environment: impl Fn(&Folders, Option<Network>) -> BTreeMap<String, String>,
    ) -> io::Result<Process> {
        // What is missing is missing by any means.
        launch.mounts.iter().try_for_each(|mount| mount.folder().map(drop))?;
        let need = launch.need();
        let known = &self.means[need as usize];
        if let Some(means) = known.get() {
            return self.start(launch, *means, &environment).await;
        }
        let mut refused = None;
        for means in candidates(self.isolation, need) {
            match self.start(launch, means, &environment).await {
                Ok(process) => {
                    if known.set(means).is_ok() {
                        announce(means, need, refused.as_ref());
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
        means: Means,
        environment: impl Fn(&Folders, Option<Network>) -> BTreeMap<String, String>,
    ) -> io::Result<Process> {
        let Means { mode, network: network_mode } = means;
        let runtime = self.directory.join("runtime");
        let scratch = (mode == Mode::Plain).then(|| self.scratch()).transpose()?;
        let temporary = scratch.as_ref().map_or(Path::new("/tmp"), |scratch| &scratch.0);
        let machine = Folders::plain(launch.code, launch.layers, &runtime, temporary);
        let folders = if mode == Mode::Plain { machine.clone() } else { Folders::product() };
        let listens = launch.need() == Need::Port;
        let network = match network_mode {
            _ if !listens => None,
            mode if mode.is_own() => Some(Network::Own),
            _ => Some(Network::Shared(free_port()?)),
        };

        let (ours, theirs) = StdUnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let (reader, writer) = io::pipe()?;
        let mut command = command(launch, &folders, theirs.as_raw_fd());
        command
            .env_clear()
            .envs(environment(&folders, network))
            .stdin(Stdio::null())
            .stdout(writer.try_clone()?)
            .stderr(writer)
            .process_group(0);
        if mode == Mode::Plain {
            command.current_dir(launch.code);
        }
        let (guard, guarded) = guard(network_mode)?;
        let rules = Rules {
            channel: OwnedFd::from(theirs),
            network: network_mode,
            listens,
            guard: guarded,
            parent: getpid(),
            memory_mb: launch.memory_mb,
            processes: processes(mode),
            #[cfg(target_os = "linux")]
            room: self.room(launch, mode, &machine)?,
        };
        obey(&mut command, rules);
        let child = self.spawner()?.spawn(command).await?;
        let outflow = Arc::new(Outflow::default());
        #[cfg(target_os = "linux")]
        if let Some(guard) = guard {
            let reach = network_mode.is_own().then(|| launch.reach.clone());
            watch(descriptor::receive(&guard).await?, reach, Arc::clone(&outflow))?;
        }
        let spawned = child.id().ok_or_else(|| io::Error::other("it ended at once"))?;
        let output = pipe::Receiver::from_owned_fd(OwnedFd::from(reader))?;
        let meter = Meter::new(spawned, mode.depth(), outflow);
        Ok(Process {
            body: Body::new(child, output, meter, launch.memory_mb, scratch),
            channel: UnixStream::from_std(ours)?,
            network,
        })
    }

    #[cfg(target_os = "linux")]
    fn room(&self, launch: &Launch<'_>, mode: Mode, machine: &Folders) -> io::Result<Option<Room>> {
        if mode == Mode::Plain {
            return Ok(None);
        }
        let root = self.directory.join("root");
        let seen = |it: &Interpreter| [vec![it.prefix.clone()], it.libraries.clone()].concat();
        let room = match &launch.program {
            Program::Bootstrap { interpreter, .. } | Program::Java { interpreter, .. } => {
                Room::new(&root, mode, machine, &seen(interpreter), &[])
            }
            Program::File { installed, .. } => {
                let visible: Vec<_> =
                    installed.iter().flat_map(|it| seen(&it.interpreter)).collect();
                let links: Vec<_> = installed.iter().flat_map(Installed::links).collect();
                Room::new(&root, mode, machine, &visible, &links)
            }
        }?;
        let mounts = launch.mounts.iter().map(|mount| Ok((mount.folder()?, mount.local.as_path())));
        room.with_mounts(&root, &mounts.collect::<io::Result<Vec<_>>>()?).map(Some)
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

/// The means to try, the best ones first.
fn candidates(isolation: Isolation, need: Need) -> impl Iterator<Item = Means> {
    let networks: &[NetworkMode] = match need {
        Need::Any => &[NetworkMode::Watched, NetworkMode::Machine],
        Need::Limited => &[NetworkMode::Guarded, NetworkMode::Machine],
        Need::Port => &[NetworkMode::Guarded, NetworkMode::Alone, NetworkMode::Machine],
    };
    let modes = Mode::candidates(isolation);
    let all = networks.iter().flat_map(|network| modes.iter().map(move |mode| (*mode, *network)));
    all.filter(|(mode, network)| *mode != Mode::Plain || *network == NetworkMode::Machine)
        .map(|(mode, network)| Means { mode, network })
}

/// Says what this means for functions, and why there is nothing better.
fn announce(means: Means, need: Need, refused: Option<&io::Error>) {
    let reason = refused.map_or_else(String::new, |error| format!(" ({error})"));
    match (need, means.network) {
        (Need::Any, NetworkMode::Watched) => means.mode.announce(refused),
        (Need::Any, _) => {
            means.mode.announce(refused);
            tracing::info!("what functions send to the Internet is not counted here{reason}");
        }
        (_, NetworkMode::Guarded) => {}
        (_, NetworkMode::Alone) => {
            tracing::warn!("web functions reach nothing but themselves here{reason}");
        }
        (Need::Port, _) => tracing::warn!(
            "web functions share this machine's network and listen on SCF_WEB_PORT: no networks of \
             their own here{reason}"
        ),
        (Need::Limited, _) => tracing::warn!(
            "functions without public access reach the Internet all the same: no networks of their \
             own here{reason}"
        ),
    }
}

/// Both ends of what tells that calls are handed over, where they are.
fn guard(network: NetworkMode) -> io::Result<(Option<UnixStream>, Option<OwnedFd>)> {
    if !network.is_told() {
        return Ok((None, None));
    }
    let (ours, theirs) = StdUnixStream::pair()?;
    ours.set_nonblocking(true)?;
    Ok((Some(UnixStream::from_std(ours)?), Some(OwnedFd::from(theirs))))
}

/// A port that nobody listens on.
fn free_port() -> io::Result<u16> {
    Ok(std::net::TcpListener::bind((std::net::Ipv4Addr::UNSPECIFIED, 0))?.local_addr()?.port())
}

fn command(launch: &Launch<'_>, folders: &Folders, channel: i32) -> Command {
    let (language, interpreter, handler) = match launch.program {
        Program::File { name, .. } => return Command::new(folders.code.join(name)),
        Program::Java { interpreter, handler } => {
            return java_command(launch, folders, interpreter, handler);
        }
        Program::Bootstrap { language, interpreter, handler } => (language, interpreter, handler),
    };
    let mut command = Command::new(&interpreter.executable);
    match language {
        // Without `site`: it reads every installed library's start-up files, which takes longer
        // than all the rest. The bootstrap adds the library folders itself.
        Language::Python => command.args(["-S", "-s"]),
        // The heap's own limit would otherwise follow this machine's memory.
        Language::Node => command.arg(format!("--max-old-space-size={}", launch.memory_mb)),
        Language::Php => command
            .args(["-d", "display_errors=stderr", "-d", "log_errors=0", "-d"])
            .arg(format!("memory_limit={}M", launch.memory_mb)),
    };
    command.arg(folders.runtime.join(language.bootstrap())).arg(channel.to_string()).arg(handler);
    if language == Language::Python {
        command.args(&interpreter.libraries);
    }
    command
}

fn java_command(
    launch: &Launch<'_>,
    folders: &Folders,
    interpreter: &Interpreter,
    handler: &str,
) -> Command {
    let mut command = Command::new(&interpreter.executable);
    command
        // Small and quick to start, as most functions are.
        .args(["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"])
        .arg(format!("-Xmx{}m", launch.memory_mb))
        .arg(format!("-Djava.io.tmpdir={}", folders.temporary.display()))
        .arg("-cp")
        .arg(java::classes(&folders.runtime))
        .args(["Bootstrap", handler])
        .args([&folders.code, &folders.layers]);
    command
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
