//! The cloud: everything that outlives a request.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;

use crate::cfs::files::Files;
use crate::clock::Clock;
use crate::fault::Faults;
use crate::gateway::Gateway;
use crate::ids::Ids;
use crate::journal::Journal;
use crate::monitor::figures::Figures;
use crate::quotas::Allowance;
use crate::readings::Believed;
use crate::runtime::{Runtime, RuntimeOptions};
use crate::scf::invoke::Called;
use crate::scf::trigger::Sources;
use crate::store::{Store, StoreError};
use crate::transitions::{Durations, INSTANCE_IDLE, Pace, Transitions};
use crate::verify::Keyring;

/// How a cloud is to be.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where its state lies; in memory if nowhere.
    pub data_dir: Option<PathBuf>,
    /// Makes ids repeatable.
    pub seed: Option<u64>,
    /// How long asynchronous things take.
    pub pace: Pace,
    /// What quotas accounts have.
    pub allowance: Allowance,
}

/// One local cloud.
pub struct Cloud {
    /// Every object.
    pub store: Store,
    /// What time it is.
    pub clock: Clock,
    /// Where ids come from.
    pub ids: Ids,
    /// How long things take.
    pub transitions: Transitions,
    /// What it believes where pages do not agree.
    pub readings: Believed,
    /// What goes wrong.
    pub faults: Faults,
    /// Who called what.
    pub journal: Journal,
    /// What quotas accounts have.
    pub allowance: Allowance,
    /// Who may sign.
    pub keyring: Keyring,
    /// What runs functions.
    pub runtime: Runtime,
    /// The files of file systems.
    pub files: Files,
    /// What is known of functions that were called.
    pub called: Called,
    /// What calls add up to.
    pub figures: Figures,
    /// What load balancers serve.
    pub gateway: Gateway,
    /// What makes functions run by itself.
    pub triggers: Sources,
    address: OnceLock<SocketAddr>,
    temporary: Option<PathBuf>,
}

impl Cloud {
    /// Opens the state and makes the rest.
    ///
    /// # Errors
    /// When the data directory cannot be used.
    pub fn open(settings: &Settings) -> Result<Self, StoreError> {
        let store = Store::open(settings.data_dir.as_deref())?;
        let ids = Ids::new(settings.seed, store.starts());
        let temporary = settings.data_dir.is_none().then(temporary_folder);
        let folder = settings.data_dir.clone().or_else(|| temporary.clone()).unwrap_or_default();
        Ok(Self {
            store,
            clock: Clock::default(),
            ids,
            transitions: Transitions::new(settings.pace),
            readings: Believed::default(),
            faults: Faults::default(),
            journal: Journal::default(),
            allowance: settings.allowance,
            keyring: Keyring::default(),
            runtime: Runtime::new(RuntimeOptions::new(folder.join("instances"))),
            files: Files::new(folder.join("file-systems")),
            called: Called::default(),
            figures: Figures::default(),
            gateway: Gateway::default(),
            triggers: Sources::default(),
            address: OnceLock::new(),
            temporary,
        })
    }

    /// Tells the cloud where it listens.
    pub fn listens_on(&self, address: SocketAddr) {
        // It listens once; a second address would be that of nobody.
        let _ = self.address.set(address);
    }

    /// Where it listens, as the start of a URL.
    #[must_use]
    pub fn url(&self) -> String {
        self.address.get().map(|address| format!("http://{address}")).unwrap_or_default()
    }

    /// Stops what runs and clears away what it left in the system's folder, and what others left
    /// there that were killed.
    pub async fn shut_down(&self) {
        self.runtime.shutdown().await;
        self.called.logs.flush(&self.store);
        let own = self.temporary.iter().cloned();
        for folder in own.chain(abandoned_folders()) {
            // There is nothing to remove when no function ran, and another user's is not ours.
            let _ = std::fs::remove_dir_all(folder);
        }
    }

    /// Changes how long things take, or with `None` lets them take as long as they usually do.
    ///
    /// # Errors
    /// A sentence, when nothing has that name or a length is negative.
    pub fn set_durations(&self, durations: Option<&Durations>) -> Result<(), String> {
        match durations {
            Some(durations) => self.transitions.change(durations)?,
            None => self.transitions.reset(),
        }
        let idle = u64::try_from(self.transitions.lasts(&INSTANCE_IDLE)).unwrap_or_default();
        self.runtime.keep_idle(Duration::from_millis(idle));
        Ok(())
    }

    /// Serves what is stored now, after more than a call has changed.
    pub fn refresh(self: &Arc<Self>) {
        self.gateway.refresh_all(self);
        self.triggers.timers_changed();
    }

    /// Forgets every object, or those of one account, and stops what runs on their behalf.
    ///
    /// # Errors
    /// When the store fails.
    pub fn forget(&self, uin: Option<&str>) -> Result<(), StoreError> {
        let txn = self.store.write()?;
        txn.remove_all(uin)?;
        self.called.logs.clear(uin);
        txn.commit()?;
        self.called.clear(&self.runtime, uin);
        self.figures.clear(uin);
        self.triggers.batches.clear(uin);
        self.files.clear(uin);
        Ok(())
    }
}

/// How the folders begin in which functions are unpacked when there is no data directory.
const TEMPORARY: &str = "tencentcloud-emulator-";

fn temporary_folder() -> PathBuf {
    std::env::temp_dir().join(format!("{TEMPORARY}{}", std::process::id()))
}

/// Such folders of emulators that do not run any more.
fn abandoned_folders() -> Vec<PathBuf> {
    let folders = std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    let abandoned = folders.filter(|folder| {
        let name = folder.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(TEMPORARY)?.parse().ok());
        process.is_some_and(|process| kill(Pid::from_raw(process), None) == Err(Errno::ESRCH))
    });
    abandoned.map(|folder| folder.path()).collect()
}
