//! Calls that wait for nobody: queued, tried again, and in asynchronous run mode kept as events.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use super::dead_letter;
use super::event_invoke::{self, EventInvoke};
use super::function::{self, Function, Kind};
use super::invoke::{self, Called, Target};
use super::load::Running;
use crate::clock::Time;
use crate::cloud::Cloud;
use crate::quotas;
use crate::refusal::{Refusal, refused};
use crate::runtime::{FunctionKey, FunctionSpec, Invocation, Status as Ended, Stops};
use crate::store::Scope;
use crate::transitions::INVOKE_RETRY;

/// The queues, by function and trigger: how many calls are in each.
#[derive(Debug, Default)]
pub struct Queues(Mutex<HashMap<String, i64>>);

/// A call's place in its queue, which it has until it is over.
struct Place {
    cloud: Weak<Cloud>,
    queue: String,
}

impl Place {
    /// The last place, if the queue is not full. R426: every trigger has a queue of its own.
    ///
    /// # Errors
    /// R428: the queue is full.
    fn take(
        cloud: &Arc<Cloud>,
        here: &Scope<'_>,
        key: &FunctionKey,
        trigger: &str,
    ) -> Result<Self, Refusal> {
        let most = quotas::limit(&quotas::QUEUE, cloud.allowance, here)?;
        let id = function::id(&key.namespace, &key.function);
        let queue = format!("{}/{}/{id}/{trigger}", here.account(), here.region());
        let mut all = cloud.called.queues.lock();
        let waiting = all.get(&queue).copied().unwrap_or_default();
        if waiting >= most {
            let text = format!("{most} calls of {trigger} wait in the queue of {id}; no more fit.");
            return refused(quotas::QUEUE.code, text);
        }
        all.insert(queue.clone(), waiting + 1);
        Ok(Self { cloud: Arc::downgrade(cloud), queue })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(cloud) = self.cloud.upgrade() else { return };
        let mut all = cloud.called.queues.lock();
        match all.get_mut(&self.queue) {
            Some(waiting) if *waiting > 1 => *waiting -= 1,
            _ => drop(all.remove(&self.queue)),
        }
    }
}

impl Queues {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// R229: queues the call of a trigger, which waits for nobody; `kind` and `name` are the trigger's.
/// Returns the id of the call. A function that is gone by now, or cannot run, is nobody's mistake:
/// then there is none.
pub fn queue(
    cloud: &Arc<Cloud>,
    target: &Target,
    event: Vec<u8>,
    [kind, name]: [&str; 2],
) -> Option<String> {
    let start = || -> Result<String, Refusal> {
        let txn = cloud.store.read()?;
        let here = txn.scope(&target.account.uin, &target.region);
        let now = cloud.clock.now();
        let function = function::named(&here, now, &target.namespace, &target.function)?;
        let spec = invoke::resolve(cloud, &here, target, Kind::Event)?;
        let request_id = cloud.ids.request();
        let asked = Asked { event, request_id: request_id.clone(), kind, name };
        start(cloud, &here, &function, spec, asked)?;
        Ok(request_id)
    };
    start()
        .inspect_err(|refusal| tracing::debug!(%refusal, "a trigger cannot call its function"))
        .ok()
}

/// What is asked of a function.
pub(super) struct Asked<'a> {
    /// The event.
    pub event: Vec<u8>,
    /// The id by which the caller knows the call.
    pub request_id: String,
    /// The kind of the call: of a trigger, or `API`.
    pub kind: &'a str,
    /// The name of the trigger; the API has none.
    pub name: &'a str,
}

/// Queues a call.
///
/// # Errors
/// When the queue is full, or a function in asynchronous run mode is called too often.
pub(super) fn start(
    cloud: &Arc<Cloud>,
    here: &Scope<'_>,
    function: &Function,
    spec: Arc<FunctionSpec>,
    asked: Asked<'_>,
) -> Result<(), Refusal> {
    let trigger = format!("{} {}", asked.kind, asked.name);
    let place = Place::take(cloud, here, &spec.key, trigger.trim_end())?;
    let stops = if function.async_run {
        cloud.called.events.begin(cloud, here, function.trace, &spec.key, &asked)?
    } else {
        Stops::default()
    };
    let (cloud, queued) = (Arc::clone(cloud), cloud.clock.now());
    let Asked { event, request_id, .. } = asked;
    let queued = Queued { spec, event, request_id, queued, stops };
    tokio::spawn(async move {
        let how = queued.run(&cloud).await;
        cloud.called.events.end(&queued.request_id, how, cloud.clock.now());
        drop(place);
    });
    Ok(())
}

/// A call that waits for nobody.
struct Queued {
    spec: Arc<FunctionSpec>,
    event: Vec<u8>,
    request_id: String,
    queued: Time,
    stops: Stops,
}

impl Queued {
    /// Runs the call until it succeeds, the retries are used up or it has waited too long. A function
    /// that is over its quota is no failure of the call: it is tried again for as long as the call
    /// may wait (R227).
    async fn run(&self, cloud: &Arc<Cloud>) -> Ended {
        let mut retry = 0;
        loop {
            let started = cloud.clock.now();
            // A function that is gone, or a store that fails, ends the wait.
            let (Ok(Some(settings)), Ok(quota)) =
                (self.settings(cloud), invoke::quota(cloud, &self.spec))
            else {
                return Ended::Internal;
            };
            let invocation = Invocation {
                request_id: self.request_id.clone(),
                event: self.event.clone(),
                quota,
                stops: self.stops.clone(),
            };
            let running = Running::begin(cloud, &self.spec);
            let outcome = cloud.runtime.invoke(Arc::clone(&self.spec), invocation).await;
            drop(running);
            let pause = cloud.transitions.lasts(&INVOKE_RETRY);
            let too_late =
                cloud.clock.now().plus(pause) >= self.queued.plus(settings.seconds * 1000);
            let refused =
                matches!(outcome.status, Ended::ConcurrencyExceeded | Ended::StartRateExceeded);
            let used_up = !refused && i64::from(retry) >= settings.retries;
            let last = outcome.status == Ended::Success || too_late || used_up;
            if last || !refused {
                Called::write_down(cloud, &self.spec, &outcome, started, retry);
            }
            if last {
                let sent = dead_letter::send(cloud, &self.spec, &self.event, &outcome);
                if let Err(refusal) = sent {
                    tracing::warn!(%refusal, "a dead letter is lost");
                }
                return outcome.status;
            }
            retry += u32::from(!refused);
            let pause = u64::try_from(pause).unwrap_or_default();
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    /// How the function's queued calls are treated; `None` when the function is gone.
    fn settings(&self, cloud: &Cloud) -> Result<Option<EventInvoke>, Refusal> {
        let key = &self.spec.key;
        let txn = cloud.store.read()?;
        let here = txn.scope(&self.spec.uin, &key.region);
        if function::find(&here, cloud.clock.now(), &key.namespace, &key.function)?.is_none() {
            return Ok(None);
        }
        let settings = event_invoke::of(&here, &function::id(&key.namespace, &key.function))?;
        // R365: asynchronous run mode has no retries.
        let retries = if self.spec.async_run { 0 } else { settings.retries };
        Ok(Some(EventInvoke { retries, ..settings }))
    }
}
