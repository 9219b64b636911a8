//! Which triggers something that happens concerns: the stored triggers, compiled.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Notify;

use super::settings::{self, Timer};
use super::topic::Batches;
use super::{Kind, Trigger};
use crate::accounts::Account;
use crate::cloud::Cloud;
use crate::cron::Cron;
use crate::scf::domain::Domain;
use crate::scf::invoke::Target;
use crate::scf::queue;
use crate::store::StoreError;

/// What makes functions run by itself. It is compiled when it is needed after a change.
#[derive(Default)]
pub struct Sources {
    known: RwLock<Arc<Known>>,
    /// How often triggers have changed.
    changes: AtomicU64,
    /// Whether somebody looks every second as it is.
    pub(super) ticks: AtomicBool,
    pub(super) wake: Notify,
    /// Lines of topics that wait for more.
    pub batches: Batches,
}

/// The triggers of all accounts.
#[derive(Default)]
pub(super) struct Known {
    /// After how many changes this was read.
    at: Option<u64>,
    pub(super) timers: Vec<(Arc<Bound>, Cron)>,
    /// Function URLs and APIs by name.
    urls: HashMap<String, Arc<Bound>>,
    /// Custom domains by name.
    domains: HashMap<String, Arc<OwnDomain>>,
    /// Others by account, region, type and name.
    others: HashMap<(String, String, String, String), Vec<Arc<Bound>>>,
}

/// A trigger and whose it is.
pub(super) struct Bound {
    pub(super) account: Arc<Account>,
    pub(super) region: String,
    pub(super) namespace: String,
    pub(super) function: String,
    pub(super) trigger: Trigger,
}

/// A custom domain and whose it is.
pub(super) struct OwnDomain {
    pub(super) account: Arc<Account>,
    pub(super) region: String,
    pub(super) domain: Domain,
}

impl Bound {
    /// What it calls.
    pub(super) fn target(&self) -> Target {
        Target {
            account: Arc::clone(&self.account),
            region: self.region.clone(),
            namespace: self.namespace.clone(),
            function: self.function.clone(),
            qualifier: self.trigger.qualifier.clone(),
            routing_key: None,
        }
    }

    /// Calls the function, and waits for nothing; the id of the call, if it can be called.
    pub(super) fn queue(&self, cloud: &Arc<Cloud>, event: Vec<u8>) -> Option<String> {
        let kind = self.trigger.kind.to_uppercase();
        queue::queue(cloud, &self.target(), event, [&kind, &self.trigger.name])
    }
}

impl Sources {
    /// Tells that triggers have changed.
    pub fn changed(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    /// Tells that there may be new timers. Who looks every second as it is need not be woken.
    pub fn timers_changed(&self) {
        self.changed();
        if !self.ticks.load(Ordering::Acquire) {
            self.wake.notify_one();
        }
    }

    /// Tells that the clock was moved, stopped or let go.
    pub fn clock_moved(&self) {
        self.wake.notify_one();
        self.batches.wake.notify_one();
    }

    /// The triggers as they are stored now. Who asks while another compiles them waits for it, so that
    /// nobody sees them as they were before a change that is done.
    pub(super) fn known(&self, cloud: &Cloud) -> Arc<Known> {
        let now = || Some(self.changes.load(Ordering::Acquire));
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.at == now() {
            return Arc::clone(&known);
        }
        drop(known);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let at = now();
        if known.at != at {
            match Known::read(cloud) {
                Ok(read) => *known = Arc::new(Known { at, ..read }),
                Err(error) => tracing::error!(%error, "triggers work as they were"),
            }
        }
        Arc::clone(&known)
    }
}

impl Known {
    fn read(cloud: &Cloud) -> Result<Self, StoreError> {
        let mut known = Self::default();
        let txn = cloud.store.read()?;
        for (_, region, key, trigger) in txn.every::<Trigger>()? {
            let Some(account) = Account::of(&trigger.owner) else { continue };
            let mut parts = key.split('/').map(str::to_owned);
            let (namespace, function) =
                (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let account = Arc::new(account);
            known.add(Arc::new(Bound { account, region, namespace, function, trigger }));
        }
        for (_, region, name, domain) in txn.every::<Domain>()? {
            let Some(account) = Account::of(&domain.owner) else { continue };
            let account = Arc::new(account);
            known.domains.insert(name, Arc::new(OwnDomain { account, region, domain }));
        }
        Ok(known)
    }

    fn add(&mut self, bound: Arc<Bound>) {
        let trigger = &bound.trigger;
        let (kind, name) = (trigger.kind.clone(), trigger.name.clone());
        if kind == Kind::Timer.name() {
            let settings = settings::read::<Timer>(&trigger.settings);
            let cron = settings.ok().and_then(|timer| Cron::timer(&timer.cron).ok());
            if let Some(cron) = cron.filter(|_| trigger.enabled) {
                self.timers.push((bound, cron));
            }
        } else if kind == Kind::Http.name() {
            self.urls.insert(name, bound);
        } else if kind == Kind::Apigw.name() {
            if let Some(id) = settings::api_id(&trigger.settings) {
                self.urls.insert(id, bound);
            }
        } else if trigger.enabled {
            let source = (bound.account.uin.clone(), bound.region.clone(), kind, name);
            self.others.entry(source).or_default().push(bound);
        }
    }

    /// A function URL or API.
    pub(super) fn url(&self, name: &str) -> Option<&Arc<Bound>> {
        self.urls.get(name)
    }

    /// A custom domain.
    pub(super) fn domain(&self, name: &str) -> Option<&Arc<OwnDomain>> {
        self.domains.get(&name.to_ascii_lowercase())
    }

    /// Every function URL and API.
    pub(super) fn urls(&self) -> impl Iterator<Item = &Arc<Bound>> {
        self.urls.values()
    }

    /// The triggers of a bucket or topic that are on.
    pub(super) fn of(&self, uin: &str, region: &str, kind: Kind, name: &str) -> &[Arc<Bound>] {
        let source = (uin.to_owned(), region.to_owned(), kind.name().to_owned(), name.to_owned());
        self.others.get(&source).map_or(&[], Vec::as_slice)
    }
}
