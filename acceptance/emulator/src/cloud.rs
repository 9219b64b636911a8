//! The cloud: everything that outlives a request.

use std::path::PathBuf;

use crate::clock::Clock;
use crate::fault::Faults;
use crate::ids::Ids;
use crate::journal::Journal;
use crate::quotas::Allowance;
use crate::store::{Store, StoreError};
use crate::transitions::{Pace, Transitions};
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
    /// What goes wrong.
    pub faults: Faults,
    /// Who called what.
    pub journal: Journal,
    /// What quotas accounts have.
    pub allowance: Allowance,
    /// Who may sign.
    pub keyring: Keyring,
}

impl Cloud {
    /// Opens the state and makes the rest.
    ///
    /// # Errors
    /// When the data directory cannot be used.
    pub fn open(settings: &Settings) -> Result<Self, StoreError> {
        let store = Store::open(settings.data_dir.as_deref())?;
        let ids = Ids::new(settings.seed, store.starts());
        Ok(Self {
            store,
            clock: Clock::default(),
            ids,
            transitions: Transitions::new(settings.pace),
            faults: Faults::default(),
            journal: Journal::default(),
            allowance: settings.allowance,
            keyring: Keyring::default(),
        })
    }
}
