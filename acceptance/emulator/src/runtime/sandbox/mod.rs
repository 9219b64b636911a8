//! What a function may see and use of this machine.
//!
//! On Linux an instance lives in mount, process and user namespaces of its own: its code is at
//! /var/user and its layers at /opt, both read-only; /tmp is private, 512 MB, and all else that it
//! sees is the machine's system folders, read-only (R47, R110, R354). It runs as user 10000, and
//! whatever it starts ends with it.
//!
//! A program that listens gets a network of its own as well, with nothing in it but itself, so that
//! every instance has the product's port. Whoever holds the instance's channel gets sockets of that
//! network. So does a function that must not reach everything. What these connect to outside is
//! connected for them, if they reach it.
//!
//! Where namespaces are not to be had (in many containers, and on other systems) instances run as
//! plain processes: code and layers are where they were unpacked, /tmp is the machine's and
//! `TMPDIR` is a folder of the instance, and a process that leaves its process group outlives it.
//! Limits on time, memory, files and output are the same.

use std::io;
use std::path::{Path, PathBuf};

#[cfg(target_os = "linux")]
mod guard;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
mod network;
mod rules;

#[cfg(target_os = "linux")]
pub(super) use guard::watch;
#[cfg(target_os = "linux")]
pub(super) use linux::Room;
pub(super) use rules::{Rules, processes};

/// Whether functions are kept apart from the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Isolation {
    /// In namespaces if the system has them, otherwise as plain processes; which of the two is
    /// logged once.
    #[default]
    Auto,
    /// As plain processes.
    Off,
}

/// How an instance is kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// In namespaces that this process may make because it is root.
    Privileged,
    /// In namespaces that any user may make, where the system lets them.
    Unprivileged,
    /// Not at all.
    Plain,
}

/// The network of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NetworkMode {
    /// One of its own; what it connects to outside is connected for it.
    Guarded,
    /// One of its own, in which it is alone.
    Alone,
    /// This machine's; whoever counts what it sends is told of its connections.
    Watched,
    /// This machine's.
    Machine,
}

impl NetworkMode {
    /// Whether it is one of the instance's own.
    pub(super) fn is_own(self) -> bool {
        matches!(self, Self::Guarded | Self::Alone)
    }

    /// Whether the instance's connections are handed over.
    pub(super) fn is_told(self) -> bool {
        matches!(self, Self::Guarded | Self::Watched)
    }
}

impl Mode {
    /// The modes to try, the best one first.
    pub(super) fn candidates(isolation: Isolation) -> &'static [Self] {
        match isolation {
            Isolation::Auto if !cfg!(target_os = "linux") => &[Self::Plain],
            Isolation::Auto if nix::unistd::geteuid().is_root() => {
                &[Self::Privileged, Self::Unprivileged, Self::Plain]
            }
            Isolation::Auto => &[Self::Unprivileged, Self::Plain],
            Isolation::Off => &[Self::Plain],
        }
    }

    /// Says what this means for functions, and why there is nothing better.
    pub(super) fn announce(self, refused: Option<&io::Error>) {
        match (self, refused) {
            (Self::Plain, Some(error)) => tracing::warn!(
                "functions run as plain processes that share /tmp: no namespaces here ({error})"
            ),
            (Self::Plain, None) => tracing::info!("functions run as plain processes"),
            _ => tracing::info!("functions run in namespaces of their own"),
        }
    }

    /// How many processes stand between the one that is started and the function's own.
    pub(super) fn depth(self) -> usize {
        match self {
            Self::Privileged | Self::Unprivileged => 2,
            Self::Plain => 0,
        }
    }
}

/// Where a function finds its things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Folders {
    /// The unpacked code package.
    pub(super) code: PathBuf,
    /// The unpacked layers.
    pub(super) layers: PathBuf,
    /// The bootstraps.
    pub(super) runtime: PathBuf,
    /// The only folder it may write to.
    pub(super) temporary: PathBuf,
    /// Its user's folder.
    pub(super) home: PathBuf,
}

impl Folders {
    /// The product's own paths.
    pub(super) fn product() -> Self {
        Self {
            code: "/var/user".into(),
            layers: "/opt".into(),
            runtime: "/var/runtime".into(),
            temporary: "/tmp".into(),
            home: "/home/qcloud".into(),
        }
    }

    /// The machine's paths, with `temporary` made for this instance.
    pub(super) fn plain(code: &Path, layers: &Path, runtime: &Path, temporary: &Path) -> Self {
        Self {
            code: code.into(),
            layers: layers.into(),
            runtime: runtime.into(),
            temporary: temporary.into(),
            home: temporary.into(),
        }
    }
}
