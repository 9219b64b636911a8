//! What the runtime is told: one version of one function, and one event.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use super::outcome::{Failed, Outcome, Status};
use super::reach::Reach;
use super::stop::Stops;
use crate::verify::sha256_hex;

/// The identity of one version of one function. Instances are kept per key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionKey {
    /// The account's APPID, such as `1250000000`.
    pub appid: String,
    /// The region, such as `ap-guangzhou`.
    pub region: String,
    /// The namespace.
    pub namespace: String,
    /// The function's name.
    pub function: String,
    /// The version: `$LATEST`, `1`, `2` and so on, never an alias.
    pub version: String,
}

/// A snapshot of one version of one function: all that is needed to start an instance of it.
#[derive(Clone, Debug)]
pub struct FunctionSpec {
    /// The id of the topic into which its logs go.
    pub log_topic: String,
    /// Which version of which function this is.
    pub key: FunctionKey,
    /// The account's UIN.
    pub uin: String,
    /// A number that is different after every change of code or configuration; instances of another
    /// revision are not reused.
    pub revision: u64,
    /// The configured runtime's name, such as `Python3.6` or `Nodejs16.13`.
    pub runtime: String,
    /// The configured handler, such as `index.main_handler` (R66 to R69).
    pub handler: String,
    /// The code package, unpacked to /var/user.
    pub code: Package,
    /// The layers' packages, from the lowest number to the highest, unpacked to /opt (R354 to R356).
    pub layers: Vec<Package>,
    /// The folders of file systems that it mounts (R82).
    pub mounts: Vec<Mount>,
    /// The configured environment.
    pub environment: BTreeMap<String, String>,
    /// The configured memory, in MB.
    pub memory_mb: u32,
    /// The execution timeout.
    pub timeout: Duration,
    /// The initialisation timeout; it counts on a cold start only (R74).
    pub init_timeout: Duration,
    /// Temporary keys of the run role, if one is configured (R314).
    pub credentials: Option<Credentials>,
    /// Whether it is in asynchronous run mode, in which every error ends the instance (R366).
    pub async_run: bool,
    /// What it reaches of the networks outside; `None` where its subnet is gone (R175).
    pub reach: Option<Reach>,
    /// How a web function serves; `None` for one that takes events.
    pub web: Option<Web>,
}

impl FunctionSpec {
    /// What it reaches.
    pub(super) fn reach(&self) -> Result<&Reach, Failed> {
        let text = "InvalidSubnetID: the subnet of the function does not exist";
        self.reach.as_ref().ok_or_else(|| Failed::new(Status::InvalidSubnet, text))
    }
}

/// A folder of a file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// The folder of the file system on this machine.
    pub root: PathBuf,
    /// The directory of it that is mounted, from its root.
    pub remote: String,
    /// Where the function finds it, below `/mnt`.
    pub local: PathBuf,
}

impl Mount {
    /// The directory on this machine. A link may not lead out of the file system.
    ///
    /// # Errors
    /// There is no such directory in the file system.
    pub(super) fn folder(&self) -> io::Result<PathBuf> {
        let missing = || {
            let text = format!("there is no directory {} in the file system", self.remote);
            io::Error::new(io::ErrorKind::NotFound, text)
        };
        let root = self.root.canonicalize()?;
        let inside = root.join(self.remote.trim_start_matches('/'));
        let folder = inside.canonicalize().map_err(|_| missing())?;
        if folder.starts_with(&root) && folder.is_dir() { Ok(folder) } else { Err(missing()) }
    }
}

/// How a web function serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Web {
    /// How many requests one instance serves at a time (R168, R169).
    pub concurrency: u32,
    /// Whether it speaks WebSocket, and how long a connection may be idle (R159).
    pub socket_idle: Option<Duration>,
}

/// Temporary keys of a run role.
#[derive(Clone)]
pub struct Credentials {
    /// `TENCENTCLOUD_SECRETID`.
    pub secret_id: String,
    /// `TENCENTCLOUD_SECRETKEY`.
    pub secret_key: String,
    /// `TENCENTCLOUD_SESSIONTOKEN`.
    pub token: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("secret_id", &self.secret_id).finish_non_exhaustive()
    }
}

/// A zip archive known by its hash, whose bytes are only asked for when it is not unpacked yet.
#[derive(Clone)]
pub struct Package {
    sha256: String,
    load: Arc<dyn Fn() -> io::Result<Arc<[u8]>> + Send + Sync>,
}

impl Package {
    /// A package whose bytes `load` can fetch; `sha256` is their hash in lower-case hexadecimal.
    /// `load` is called on a thread that may block, on a cold start at most.
    pub fn new(
        sha256: impl Into<String>,
        load: impl Fn() -> io::Result<Arc<[u8]>> + Send + Sync + 'static,
    ) -> Self {
        Self { sha256: sha256.into(), load: Arc::new(load) }
    }

    /// A package that is already in memory.
    pub fn from_bytes(bytes: impl Into<Arc<[u8]>>) -> Self {
        let bytes = bytes.into();
        Self::new(sha256_hex(&bytes), move || Ok(Arc::clone(&bytes)))
    }

    /// The hash of the archive.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The archive's bytes.
    ///
    /// # Errors
    /// Whatever keeps the bytes could not hand them out.
    pub fn load(&self) -> io::Result<Arc<[u8]>> {
        (self.load)()
    }
}

impl fmt::Debug for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Package").field(&self.sha256).finish()
    }
}

/// One event for a function.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The function request id, a UUID.
    pub request_id: String,
    /// The event, as JSON text; anything else is refused with status 400.
    pub event: Vec<u8>,
    /// The concurrency that may not be exceeded, if there is one.
    pub quota: Option<Quota>,
    /// Whether it is asked to end before it does by itself.
    pub stops: Stops,
}

/// One HTTP request for a web function, beside the request itself.
pub struct WebCall {
    /// The function request id, a UUID.
    pub request_id: String,
    /// The concurrency that may not be exceeded, if there is one.
    pub quota: Option<Quota>,
    /// Is told what came of it, once: after the last byte of the answer, or when the client went.
    pub finished: Box<dyn FnOnce(Outcome) + Send>,
}

/// A share of the account's concurrency, counted in memory (R215).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quota {
    /// The function has a reserve of its own, over all its versions (R220).
    Reserved {
        /// In MB.
        memory_mb: u64,
    },
    /// The function takes from what the account and region have left for all (R43, R219).
    Shared {
        /// In MB.
        memory_mb: u64,
    },
}
