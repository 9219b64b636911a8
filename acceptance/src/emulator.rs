//! A local cloud of one test.

use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value as Json;

use crate::programs::Programs;

/// The key with which the local cloud answers; documented, and no secret.
pub const SECRET_ID: &str = "AKIDEMULATOR";
/// The other half of the key.
pub const SECRET_KEY: &str = "emulator-secret-key";

/// How long a local cloud may take to end when it is asked to.
const PATIENCE: Duration = Duration::from_secs(2);

/// A running local cloud. It ends with the value.
pub struct Emulator {
    process: Child,
    /// Where it answers: `http://127.0.0.1:PORT`.
    pub endpoint: String,
}

impl Emulator {
    /// Starts a local cloud on a free port.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn start(programs: &Programs, arguments: &[&str]) -> Emulator {
        let mut command = Emulator::command(programs);
        command.args(arguments).stderr(Stdio::null());
        Emulator::launch(command).expect("the local cloud can be started")
    }

    /// A command that starts a local cloud on a free port.
    pub fn command(programs: &Programs) -> Command {
        let mut command = Command::new(&programs.emulator);
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        command
    }

    /// Starts a local cloud with a command, and waits until it says where it listens.
    ///
    /// # Errors
    /// Where it cannot be started, or ends without saying so.
    pub fn launch(mut command: Command) -> io::Result<Emulator> {
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let endpoint = line.trim().strip_prefix("listening on ").unwrap_or_default().to_owned();
        // Whatever it is, it ends with this value.
        let emulator = Emulator { process, endpoint };
        if emulator.endpoint.is_empty() {
            return Err(io::Error::other(format!("it does not listen but says {line:?}")));
        }
        Ok(emulator)
    }

    /// The variables with which a program uses this cloud.
    pub fn variables(&self) -> [(&'static str, String); 4] {
        [
            ("TENCENTCLOUD_ENDPOINT", self.endpoint.clone()),
            ("TENCENTCLOUD_SECRET_ID", SECRET_ID.to_owned()),
            ("TENCENTCLOUD_SECRET_KEY", SECRET_KEY.to_owned()),
            ("TENCENTCLOUD_REGION", "ap-guangzhou".to_owned()),
        ]
    }

    /// What the cloud tells about itself at `/_emulator/PATH`.
    ///
    /// # Panics
    /// Where it does not answer with JSON.
    pub fn tell(&self, path: &str) -> Json {
        let url = format!("{}/_emulator/{path}", self.endpoint);
        let mut answer = ureq::get(&url).call().unwrap_or_else(|error| panic!("{url}: {error}"));
        answer.body_mut().read_json().unwrap_or_else(|error| panic!("{url}: {error}"))
    }

    /// Tells the cloud something at `/_emulator/PATH`.
    ///
    /// # Panics
    /// Where it refuses.
    pub fn ask(&self, path: &str, body: &Json) -> Json {
        let url = format!("{}/_emulator/{path}", self.endpoint);
        let answer = ureq::post(&url).send_json(body);
        let answer = answer.and_then(|mut answer| answer.body_mut().read_json());
        answer.unwrap_or_else(|error| panic!("{url}: {error}"))
    }

    /// Puts something else in the place of what is at `/_emulator/PATH`.
    ///
    /// # Panics
    /// Where it refuses.
    pub fn replace(&self, path: &str, body: &Json) {
        let url = format!("{}/_emulator/{path}", self.endpoint);
        ureq::put(&url).send_json(body).unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// How often an action was called so far.
    pub fn calls(&self, action: &str) -> u64 {
        let counts = self.tell("requests")["counts"].clone();
        let counts = counts.as_object().into_iter().flatten();
        let of = counts.filter(|(name, _)| name.split('.').next_back() == Some(action));
        of.filter_map(|(_, count)| count.as_u64()).sum()
    }

    /// Takes back what was told at `/_emulator/PATH`.
    ///
    /// # Panics
    /// Where it refuses.
    pub fn forget(&self, path: &str) {
        let url = format!("{}/_emulator/{path}", self.endpoint);
        ureq::delete(&url).call().unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// GETs a page that the cloud serves. A load balancer's port opens a moment after the change
    /// that asked for it, so a refused connection is tried again for five seconds.
    ///
    /// # Errors
    /// What went wrong, such as an HTTP status that is no success.
    pub fn page(url: &str, host: Option<&str>) -> Result<String, ureq::Error> {
        let deadline = Instant::now() + Duration::from_secs(5);
        loop {
            let mut request = ureq::get(url);
            if let Some(host) = host {
                request = request.header("Host", host);
            }
            match request.call() {
                Err(ureq::Error::Io(_) | ureq::Error::ConnectionFailed)
                    if Instant::now() < deadline =>
                {
                    std::thread::sleep(Duration::from_millis(20));
                }
                answer => return answer?.body_mut().read_to_string(),
            }
        }
    }

    /// Kills it at once, as a crash of the machine would.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// The id of its process.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    /// A folder of its own for what it stores, as arguments.
    pub fn data_dir(folder: &Path) -> [String; 2] {
        ["--data-dir".to_owned(), folder.display().to_string()]
    }
}

impl Drop for Emulator {
    /// Asks it to end, so that it takes its temporary files with it.
    fn drop(&mut self) {
        let id = i32::try_from(self.process.id()).map(Pid::from_raw);
        let mut running = || matches!(self.process.try_wait(), Ok(None));
        if id.is_ok_and(|id| running() && kill(id, Signal::SIGTERM).is_ok()) {
            let asked = Instant::now();
            while running() && asked.elapsed() < PATIENCE {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        self.kill();
    }
}
