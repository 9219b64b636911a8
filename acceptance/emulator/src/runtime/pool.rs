//! The instances that are kept, by function version.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::instance::Instance;
use super::spec::FunctionKey;

/// Everything that is started and waits for events, and room for what may start.
pub(super) struct Pool {
    groups: Mutex<HashMap<FunctionKey, Arc<Group>>>,
    room: Arc<Semaphore>,
    size: usize,
    /// Told when an instance becomes idle.
    returned: Notify,
}

/// The idle instances of one version.
#[derive(Default)]
pub(super) struct Group {
    /// No instance that comes back is kept.
    retired: AtomicBool,
    idle: Mutex<Vec<Seat>>,
}

/// An instance and its right to be there.
pub(super) struct Seat {
    pub(super) instance: Instance,
    permit: OwnedSemaphorePermit,
    revision: u64,
    since: Instant,
}

/// What an event gets.
pub(super) enum Place {
    /// An instance that has loaded the handler.
    Warm(Arc<Group>, Box<Seat>),
    /// The right to start one.
    Cold(Arc<Group>, OwnedSemaphorePermit),
}

impl Seat {
    /// A new instance in the place that `permit` grants.
    pub(super) fn new(instance: Instance, permit: OwnedSemaphorePermit, revision: u64) -> Self {
        Self { instance, permit, revision, since: Instant::now() }
    }

    /// Ends the instance, and only then makes room.
    pub(super) async fn clear(self) {
        self.instance.kill().await;
        drop(self.permit);
    }
}

impl Group {
    fn idle(&self) -> MutexGuard<'_, Vec<Seat>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The instance that was used last, so that the others may become idle for long enough. Those
    /// of another revision, and those that ended meanwhile, are dropped.
    fn take(&self, revision: u64) -> Option<Seat> {
        let mut idle = self.idle();
        std::iter::from_fn(|| idle.pop()).find_map(|mut seat| {
            let usable = seat.revision == revision && seat.instance.is_alive();
            usable.then_some(seat)
        })
    }
}

impl Pool {
    /// Room for `size` instances, idle or not.
    pub(super) fn new(size: usize) -> Self {
        Self {
            groups: Mutex::default(),
            room: Arc::new(Semaphore::new(size)),
            size,
            returned: Notify::new(),
        }
    }

    fn groups(&self) -> MutexGuard<'_, HashMap<FunctionKey, Arc<Group>>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An idle instance, or else room for a new one. If there is no room, the instance that has
    /// been idle for longest makes it; if none is idle, this waits.
    pub(super) async fn place(&self, key: &FunctionKey, revision: u64) -> Place {
        loop {
            let returned = self.returned.notified();
            tokio::pin!(returned);
            returned.as_mut().enable();
            let group = Arc::clone(self.groups().entry(key.clone()).or_default());
            if let Some(seat) = group.take(revision) {
                return Place::Warm(group, Box::new(seat));
            }
            if let Ok(permit) = Arc::clone(&self.room).try_acquire_owned() {
                return Place::Cold(group, permit);
            }
            if let Some(longest) = self.longest_idle() {
                longest.clear().await;
                continue;
            }
            tokio::select! {
                permit = Arc::clone(&self.room).acquire_owned() => {
                    let permit = permit.expect("the semaphore is never closed");
                    return Place::Cold(group, permit);
                }
                () = returned => {}
            }
        }
    }

    /// Room for an instance that is kept elsewhere.
    pub(super) async fn permit(&self) -> OwnedSemaphorePermit {
        loop {
            let room = Arc::clone(&self.room);
            match (Arc::clone(&room).try_acquire_owned(), self.longest_idle()) {
                (Ok(permit), _) => return permit,
                (Err(_), Some(longest)) => longest.clear().await,
                (Err(_), None) => {
                    return room.acquire_owned().await.expect("the semaphore is never closed");
                }
            }
        }
    }

    /// Takes an instance back after its event.
    pub(super) fn give_back(&self, group: &Group, mut seat: Seat) {
        seat.since = Instant::now();
        let mut idle = group.idle();
        if !group.retired.load(Ordering::Acquire) {
            idle.push(seat);
            drop(idle);
            self.returned.notify_waiters();
        }
    }

    /// Ends the idle instances of every version that `which` selects; those at work end after
    /// their event.
    pub(super) fn retire(&self, which: impl Fn(&FunctionKey) -> bool) {
        let retired = self.groups().extract_if(|key, _| which(key)).collect::<Vec<_>>();
        for (_, group) in retired {
            let mut idle = group.idle();
            group.retired.store(true, Ordering::Release);
            idle.clear();
        }
    }

    /// Ends instances that have been idle since before `now - idle` (R423).
    pub(super) fn sweep(&self, idle: Duration, now: Instant) {
        self.groups().retain(|_, group| {
            let mut seats = group.idle();
            seats.retain(|seat| now.duration_since(seat.since) < idle);
            // Whoever else holds the group is going to bring an instance back to it.
            !seats.is_empty() || Arc::strong_count(group) > 1
        });
    }

    /// Ends every instance, and waits until those at work are gone as well.
    pub(super) async fn clear(&self) {
        let groups = self.groups().drain().map(|(_, group)| group).collect::<Vec<_>>();
        let seats = groups.iter().flat_map(|group| {
            let mut idle = group.idle();
            group.retired.store(true, Ordering::Release);
            std::mem::take(&mut *idle)
        });
        join_all(seats.map(Seat::clear).collect::<Vec<_>>()).await;
        let all = u32::try_from(self.size).unwrap_or(u32::MAX);
        let _ = self.room.acquire_many(all).await;
    }

    fn longest_idle(&self) -> Option<Seat> {
        let groups = self.groups();
        let (group, _) = groups
            .values()
            .filter_map(|group| Some((group, group.idle().first()?.since)))
            .min_by_key(|(_, since)| *since)?;
        let mut idle = group.idle();
        (!idle.is_empty()).then(|| idle.remove(0))
    }
}
