//! Instances that serve requests, one or several at a time (R166 to R173).

use std::collections::{BTreeMap, HashMap};
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::sync::{Notify, watch};

use super::connect::Connector;
use super::start;
use crate::runtime::body::{Body, End};
use crate::runtime::invoke::{Inner, Used, outcome, shutting_down};
use crate::runtime::limits::Share;
use crate::runtime::log::{Coldstart, Log};
use crate::runtime::outcome::{Failed, Outcome, Status};
use crate::runtime::outflow::Outflow;
use crate::runtime::spec::{FunctionKey, FunctionSpec, Web, WebCall};

/// What a pipe holds.
const PIPE: usize = 64 * 1024;

/// All instances of web functions.
#[derive(Default)]
pub(in crate::runtime) struct Instances(Mutex<HashMap<FunctionKey, Vec<Arc<Instance>>>>);

/// One instance: a server process, and the requests that it works on.
pub(super) struct Instance {
    spec: Arc<FunctionSpec>,
    places: usize,
    work: Mutex<Work>,
    phase: watch::Sender<Phase>,
    stop: Notify,
    /// The most memory that was seen, in bytes; known once there is a process.
    memory: OnceLock<Arc<AtomicU64>>,
    /// What it sends to the Internet.
    outflow: OnceLock<Arc<Outflow>>,
    /// What it prints, for who wants to see the end of it.
    output: OnceLock<OwnedFd>,
}

/// Where an instance is in its life.
#[derive(Clone)]
pub(super) enum Phase {
    Starting,
    Ready(Arc<Connector>),
    /// It is of no use any more, and this is what its requests are told.
    Over(Failed),
}

struct Work {
    /// The logs of the requests that it has, by their numbers.
    requests: BTreeMap<u64, Log>,
    next: u64,
    /// How many of them it works on.
    running: usize,
    /// Up to when its work is billed (R170).
    billed: Instant,
    idle_since: Instant,
    /// The concurrency that it takes while it has requests.
    share: Option<Share>,
    /// It gets no more requests.
    retired: bool,
}

impl Instances {
    fn lock(&self) -> MutexGuard<'_, HashMap<FunctionKey, Vec<Arc<Instance>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a request: in the busiest instance that has one, or in a new instance.
    pub(super) fn place(
        &self,
        inner: &Arc<Inner>,
        spec: &Arc<FunctionSpec>,
        web: Web,
        call: WebCall,
    ) -> Result<Ticket, (Box<WebCall>, Failed)> {
        let mut all = self.lock();
        if *inner.closed.borrow() {
            return Err((Box::new(call), shutting_down()));
        }
        let group = all.entry(spec.key.clone()).or_default();
        group.retain(|instance| {
            let current = instance.spec.revision == spec.revision && instance.is_usable();
            if !current {
                instance.retire();
            }
            current
        });
        let free = group.iter().filter_map(|instance| {
            let count = instance.work().requests.len();
            (count < instance.places).then_some((count, instance))
        });
        let found = free.max_by_key(|(count, _)| *count).map(|(_, instance)| Arc::clone(instance));
        let cold = found.is_none();
        let instance = found.unwrap_or_else(|| Arc::new(Instance::new(spec, web)));
        let admitted = instance.admit(inner, &call, cold);
        let number = match admitted {
            Ok(number) => number,
            Err(failed) => return Err((Box::new(call), failed)),
        };
        if cold {
            group.push(Arc::clone(&instance));
            tokio::spawn(Arc::clone(&instance).live(Arc::clone(inner)));
        }
        Ok(Ticket { instance, number, call: Some(call), cold, begun: None })
    }

    /// Ends the instances of every version that `which` selects, those at work after their requests.
    pub(in crate::runtime) fn retire(&self, which: impl Fn(&FunctionKey) -> bool) {
        for (_, group) in self.lock().extract_if(|key, _| which(key)) {
            group.iter().for_each(|instance| instance.retire());
        }
    }

    /// Ends instances that have been idle since before `now - idle` (R423).
    pub(in crate::runtime) fn sweep(&self, idle: Duration, now: Instant) {
        self.lock().retain(|_, group| {
            group.retain(|instance| {
                let stays =
                    instance.is_usable() && instance.idle_for(now).is_none_or(|it| it < idle);
                if !stays {
                    instance.retire();
                }
                stays
            });
            !group.is_empty()
        });
    }

    /// Ends every instance, also those at work, and waits until they are gone.
    pub(in crate::runtime) async fn clear(&self) {
        let all: Vec<_> = self.lock().drain().flat_map(|(_, group)| group).collect();
        let ends = all.into_iter().map(async |instance| {
            instance.stop.notify_one();
            super::over(&mut instance.phase.subscribe()).await;
        });
        join_all(ends).await;
    }
}

impl Instance {
    fn new(spec: &Arc<FunctionSpec>, web: Web) -> Self {
        let now = Instant::now();
        Self {
            spec: Arc::clone(spec),
            places: usize::try_from(web.concurrency).unwrap_or(1).max(1),
            work: Mutex::new(Work {
                requests: BTreeMap::new(),
                next: 0,
                running: 0,
                billed: now,
                idle_since: now,
                share: None,
                retired: false,
            }),
            phase: watch::Sender::new(Phase::Starting),
            stop: Notify::new(),
            memory: OnceLock::new(),
            outflow: OnceLock::new(),
            output: OnceLock::new(),
        }
    }

    pub(super) fn spec(&self) -> &FunctionSpec {
        &self.spec
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_usable(&self) -> bool {
        !self.work().retired && !matches!(*self.phase.borrow(), Phase::Over(_))
    }

    fn idle_for(&self, now: Instant) -> Option<Duration> {
        let work = self.work();
        work.requests.is_empty().then(|| now.duration_since(work.idle_since))
    }

    /// Takes a request in. The concurrency of an instance is taken once, whatever the number of its
    /// requests.
    fn admit(&self, inner: &Inner, call: &WebCall, cold: bool) -> Result<u64, Failed> {
        let mut work = self.work();
        if work.requests.is_empty() {
            work.share = inner.usage.take(&self.spec, call.quota.as_ref())?;
        }
        if cold {
            inner.starts.count(&self.spec, Instant::now())?;
        }
        let number = work.next;
        work.next += 1;
        work.requests.insert(number, Log::start(&call.request_id));
        Ok(number)
    }

    /// From the start to the end.
    async fn live(self: Arc<Self>, inner: Arc<Inner>) {
        let permit = tokio::select! {
            permit = inner.pool.permit() => permit,
            () = self.stopped(&inner) => {
                self.phase.send_replace(Phase::Over(self.failed(None)));
                return;
            }
        };
        let failed = match start::start(&inner, &self).await {
            Ok((mut body, connector)) => {
                self.phase.send_replace(Phase::Ready(Arc::new(connector)));
                let end = tokio::select! {
                    end = body.live(|printed| self.print(printed)) => end.ok(),
                    () = self.stopped(&inner) => None,
                };
                let failed = self.failed(end);
                body.drain(|printed| self.print(printed));
                body.kill().await;
                failed
            }
            Err(failed) => failed,
        };
        drop(permit);
        self.phase.send_replace(Phase::Over(failed));
    }

    /// What the requests are told of an instance that came to this end, or was stopped.
    pub(super) fn failed(&self, end: Option<End>) -> Failed {
        match end {
            // R172: every request that it has fails.
            Some(End::MemoryExceeded) => {
                let text = format!("Task memory exceeded {} MB", self.spec.memory_mb);
                Failed::new(Status::MemoryExceeded, text)
            }
            Some(End::Exited(how)) => {
                let text = format!("User process exit when running: {how}");
                Failed::new(Status::ProcessExited, text)
            }
            None => Failed::new(Status::Internal, "InternalError: the instance was stopped"),
        }
    }

    /// Lets others see what the process uses and prints.
    pub(super) fn watch(&self, body: &mut Body) {
        let _ = self.memory.set(body.meter().gauge());
        let _ = self.outflow.set(Arc::clone(body.meter().outflow()));
        if let Ok(output) = body.output() {
            let _ = self.output.set(output);
        }
    }

    /// What is printed belongs to the request that is there for longest; the function itself has to
    /// tell them apart (R171).
    pub(super) fn print(&self, printed: &[u8]) {
        if let Some(log) = self.work().requests.values_mut().next() {
            log.output(printed, Instant::now());
        }
    }

    /// Writes down how long the start took.
    pub(super) fn started(&self, took: Coldstart) {
        let memory = self.memory();
        if let Some(log) = self.work().requests.values_mut().next() {
            log.coldstart(took, self.spec.memory_mb, memory);
        }
    }

    fn memory(&self) -> u64 {
        self.memory.get().map_or(0, |gauge| gauge.load(Ordering::Relaxed))
    }

    /// Waits until it is to end, or everything is.
    pub(super) async fn stopped(&self, inner: &Inner) {
        let mut closed = inner.closed.subscribe();
        tokio::select! {
            () = self.stop.notified() => {}
            _ = closed.wait_for(|closed| *closed) => {}
        }
    }

    fn retire(&self) {
        let mut work = self.work();
        work.retired = true;
        if work.requests.is_empty() {
            self.stop.notify_one();
        }
    }

    /// What was printed before an answer is in the pipe by now.
    fn drain(&self) {
        let Some(output) = self.output.get() else { return };
        let mut printed = [0; 16 * 1024];
        let mut left = PIPE;
        while left > 0 {
            let Ok(length @ 1..) = nix::unistd::read(output, &mut printed) else { return };
            self.print(&printed[..length]);
            left = left.saturating_sub(length);
        }
    }
}

/// A request's place in an instance. Dropped before it is finished, it says that the client went.
pub(super) struct Ticket {
    instance: Arc<Instance>,
    number: u64,
    call: Option<WebCall>,
    cold: bool,
    /// When the instance began to work on it.
    begun: Option<Instant>,
}

impl Ticket {
    pub(super) fn spec(&self) -> &FunctionSpec {
        &self.instance.spec
    }

    pub(super) fn phase(&self) -> watch::Receiver<Phase> {
        self.instance.phase.subscribe()
    }

    /// The instance works on the request from now on.
    pub(super) fn begin(&mut self) {
        let now = Instant::now();
        let mut work = self.instance.work();
        if work.running == 0 {
            work.billed = now;
        }
        work.running += 1;
        self.begun = Some(now);
    }

    /// The server does not answer in time. One that has this request alone is of no use any more;
    /// otherwise the other requests go on (R173).
    pub(super) fn hangs(&mut self) {
        if self.instance.places == 1 {
            self.instance.retire();
        }
    }

    pub(super) fn finish(mut self, result: Result<(), Failed>) {
        self.close(result);
    }

    fn close(&mut self, result: Result<(), Failed>) {
        let Some(call) = self.call.take() else { return };
        self.instance.drain();
        let now = Instant::now();
        let mut used = Used {
            memory: self.instance.memory(),
            sent: self.instance.outflow.get().map_or(0, |outflow| outflow.take()),
            cold_start: self.cold,
            ..Used::default()
        };
        let log = {
            let mut work = self.instance.work();
            if let Some(begun) = self.begun {
                used.duration = now.duration_since(begun);
                used.billed = now.duration_since(work.billed);
                work.billed = now;
                work.running -= 1;
            }
            let log = work.requests.remove(&self.number);
            if work.requests.is_empty() {
                work.share = None;
                work.idle_since = now;
                if work.retired {
                    self.instance.stop.notify_one();
                }
            }
            log.unwrap_or_else(|| Log::start(&call.request_id))
        };
        let result = result.map(|()| String::new());
        let outcome: Outcome = outcome(&self.instance.spec, call.request_id, log, &used, result);
        (call.finished)(outcome);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.close(Err(cancelled()));
    }
}

/// R187: nobody waits for the answer any more.
pub(super) fn cancelled() -> Failed {
    Failed::new(Status::Cancelled, "kRequestCanceled: the client went before it had its answer")
}
