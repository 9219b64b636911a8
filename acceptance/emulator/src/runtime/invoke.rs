//! One invocation from its event to its outcome.

use std::future::pending;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use std::{fs, io};

use serde::Serialize;
use serde::de::IgnoredAny;
use tokio::sync::{OnceCell, watch};
use tokio::task::JoinError;
use tokio::time::{timeout, timeout_at};

use super::RuntimeOptions;
use super::body::End;
use super::channel::{self, FailureKind, Frame, RESPONSE_MAX};
use super::instance::{Answer, Instance};
use super::interpreter::{Interpreters, write_bootstraps};
use super::java::Java;
use super::limits::{StartRate, Usage};
use super::log::{Coldstart, Log};
use super::outcome::{Failed, Outcome, Status};
use super::package::{PackageError, Packages};
use super::pool::{Place, Pool, Seat};
use super::process::Launcher;
use super::spec::{FunctionKey, FunctionSpec, Invocation};
use super::stop::Stop;
use super::web::Instances;

/// The most that a synchronous event may have (R51).
const EVENT_MAX: usize = 6 * 1024 * 1024;

/// What the clones of a runtime share.
pub(super) struct Inner {
    pub(super) options: RuntimeOptions,
    directory: OnceCell<()>,
    packages: Packages,
    pub(super) interpreters: Interpreters,
    // Before the launcher: once that is gone, what it started is killed without what that started.
    pub(super) pool: Arc<Pool>,
    pub(super) web: Arc<Instances>,
    pub(super) launcher: Launcher,
    pub(super) java: Java,
    pub(super) usage: Arc<Usage>,
    pub(super) starts: StartRate,
    sweeping: OnceLock<()>,
    pub(super) idle: watch::Sender<Duration>,
    pub(super) closed: watch::Sender<bool>,
}

/// What an invocation used, as far as it came.
#[derive(Default)]
pub(super) struct Used {
    pub(super) duration: Duration,
    pub(super) billed: Duration,
    pub(super) memory: u64,
    pub(super) sent: u64,
    pub(super) cold_start: bool,
}

impl Inner {
    pub(super) fn new(options: RuntimeOptions) -> Self {
        Self {
            directory: OnceCell::new(),
            packages: Packages::new(options.directory.join("code")),
            interpreters: Interpreters::default(),
            java: Java::default(),
            launcher: Launcher::new(options.directory.clone(), options.isolation),
            pool: Arc::new(Pool::new(options.instances)),
            web: Arc::default(),
            usage: Arc::default(),
            starts: StartRate::new(options.starts_per_minute),
            sweeping: OnceLock::new(),
            idle: watch::Sender::new(options.idle),
            closed: watch::Sender::new(false),
            options,
        }
    }

    /// Looks for an interpreter. One that is missing is told to whoever calls a function.
    pub(super) async fn find_interpreter(&self, runtime: &str) {
        let _ = self.interpreters.find(runtime).await;
    }

    pub(super) fn retire(&self, which: impl Fn(&FunctionKey) -> bool) {
        self.pool.retire(&which);
        self.web.retire(&which);
    }

    pub(super) async fn shutdown(&self) {
        self.closed.send_replace(true);
        self.web.clear().await;
        self.pool.clear().await;
    }

    pub(super) async fn invoke(
        self: Arc<Self>,
        spec: Arc<FunctionSpec>,
        invocation: Invocation,
    ) -> Outcome {
        let mut log = Log::start(&invocation.request_id);
        let mut used = Used::default();
        let mut closed = self.closed.subscribe();
        let mut stops = invocation.stops.clone();
        let result = tokio::select! {
            result = self.run(&spec, &invocation, &mut log, &mut used) => result,
            // Dropping the first branch ends the instance.
            _ = closed.wait_for(|closed| *closed) => Err(shutting_down()),
            () = stops.asked(Stop::Kill) => {
                Err(Failed::new(Status::Cancelled, "the invocation was terminated"))
            }
        };
        outcome(&spec, invocation.request_id, log, &used, result)
    }

    async fn run(
        &self,
        spec: &FunctionSpec,
        invocation: &Invocation,
        log: &mut Log,
        used: &mut Used,
    ) -> Result<String, Failed> {
        let event = check_event(&invocation.event)?;
        let _share = self.usage.take(spec, invocation.quota.as_ref())?;
        let (group, mut seat) = match self.pool.place(&spec.key, spec.revision).await {
            Place::Warm(group, seat) => (group, *seat),
            Place::Cold(group, permit) => {
                self.starts.count(spec, Instant::now())?;
                used.cold_start = true;
                let instance = self.start(spec, log, used).await?;
                (group, Seat::new(instance, permit, spec.revision))
            }
        };
        let message = channel::event(&context(spec, &invocation.request_id), event);
        let started = Instant::now();
        let answer = exchange(&mut seat, &message, started + spec.timeout, invocation, log).await;
        used.duration = started.elapsed();
        used.billed = used.duration;
        used.memory = seat.instance.memory();
        used.sent = seat.instance.sent();
        let ends = answer.ends_instance();
        let result = result(spec, answer);
        if ends || (spec.async_run && result.is_err()) {
            seat.clear().await;
        } else {
            self.pool.give_back(&group, seat);
        }
        result
    }

    /// Starts an instance and waits until its handler is loaded, for as long as the initialisation
    /// timeout allows (R74).
    async fn start(
        &self,
        spec: &FunctionSpec,
        log: &mut Log,
        used: &mut Used,
    ) -> Result<Instance, Failed> {
        let began = Instant::now();
        let deadline = began + spec.init_timeout;
        let (code, layers) = self.unpack(spec, deadline).await?;
        let unpacked = Instant::now();
        let mut instance = self.launch(spec, &code, &layers).await?;
        let mut begun = unpacked;
        let failed = loop {
            match instance.exchange(&[], deadline, log).await {
                Answer::Frame(Frame::Begun) => begun = Instant::now(),
                Answer::Frame(Frame::Ready) => break None,
                Answer::TimedOut => break Some(init_timed_out(spec)),
                other => break result(spec, other).err(),
            }
        };
        used.memory = instance.memory();
        if let Some(failed) = failed {
            instance.kill().await;
            return Err(failed);
        }
        let took = Coldstart {
            pull_code: (unpacked - began).as_millis(),
            init_runtime: (begun - unpacked).as_millis(),
            init_function: begun.elapsed().as_millis(),
        };
        log.coldstart(took, spec.memory_mb, used.memory);
        Ok(instance)
    }

    /// The folders of the code and of the layers.
    pub(super) async fn unpack(
        &self,
        spec: &FunctionSpec,
        deadline: Instant,
    ) -> Result<(PathBuf, PathBuf), Failed> {
        self.sweep_from_now_on();
        let unpacking = async {
            self.prepare().await.map_err(PackageError::Write)?;
            let code = self.packages.unpacked(std::slice::from_ref(&spec.code)).await?;
            Ok((code, self.packages.unpacked(&spec.layers).await?))
        };
        match timeout_at(deadline.into(), unpacking).await {
            Ok(unpacked) => unpacked.map_err(|error| unusable(&error)),
            Err(_) => Err(init_timed_out(spec)),
        }
    }

    /// Makes the folders, once; what an earlier process left is removed.
    async fn prepare(&self) -> io::Result<()> {
        let directory = self.options.directory.clone();
        let make = || async {
            let made = tokio::task::spawn_blocking(move || make_directory(&directory));
            made.await.map_err(io::Error::from)?
        };
        self.directory.get_or_try_init(make).await.copied()
    }

    fn sweep_from_now_on(&self) {
        if self.sweeping.set(()).is_err() {
            return;
        }
        let (pool, web) = (Arc::downgrade(&self.pool), Arc::downgrade(&self.web));
        let mut wanted = self.idle.subscribe();
        tokio::spawn(async move {
            loop {
                let idle = *wanted.borrow_and_update();
                let pause = (idle / 4).clamp(Duration::from_millis(5), Duration::from_secs(15));
                match timeout(pause, wanted.changed()).await {
                    Ok(Ok(())) => continue,
                    // The runtime is gone.
                    Ok(Err(_)) => return,
                    Err(_) => {}
                }
                let Some((pool, web)) = pool.upgrade().zip(web.upgrade()) else { return };
                pool.sweep(idle, Instant::now());
                web.sweep(idle, Instant::now());
            }
        });
    }
}

/// Hands an event over and waits for the answer. A signal that is asked for meanwhile reaches the
/// function, and the log says so (R379, R380).
async fn exchange(
    seat: &mut Seat,
    message: &[u8],
    deadline: Instant,
    invocation: &Invocation,
    log: &mut Log,
) -> Answer {
    let (whereabouts, mut stops) = (seat.instance.whereabouts(), invocation.stops.clone());
    let mut received = None;
    let signalling = async {
        stops.asked(Stop::Signal).await;
        received = Some(whereabouts.terminate());
        pending::<()>().await;
    };
    let answer = tokio::select! {
        answer = seat.instance.exchange(message, deadline, log) => answer,
        () = signalling => unreachable!("it waits for ever"),
    };
    if let Some(received) = received {
        log.signal(received);
    }
    answer
}

fn make_directory(directory: &Path) -> io::Result<()> {
    if directory.exists() {
        fs::remove_dir_all(directory)?;
    }
    for folder in ["root", "runtime", "code", "tmp"] {
        fs::create_dir_all(directory.join(folder))?;
    }
    write_bootstraps(&directory.join("runtime"))
}

/// The event as it is handed over; a call without one hands over an empty object.
fn check_event(event: &[u8]) -> Result<&[u8], Failed> {
    if event.is_empty() {
        return Ok(b"{}");
    }
    if event.len() > EVENT_MAX {
        let message = "RequestTooLarge: the event is larger than 6 MB";
        return Err(Failed::new(Status::RequestTooLarge, message));
    }
    match serde_json::from_slice::<IgnoredAny>(event) {
        Ok(_) => Ok(event),
        Err(error) => {
            let message = format!("InvalidParameterValue: the event is not JSON: {error}");
            Err(Failed::new(Status::InvalidEvent, message))
        }
    }
}

/// The second argument of handlers (R432).
#[derive(Serialize)]
struct Context<'a> {
    memory_limit_in_mb: u32,
    time_limit_in_ms: u128,
    request_id: &'a str,
    environment: String,
    environ: String,
    function_version: &'a str,
    function_name: &'a str,
    namespace: &'a str,
    tencentcloud_region: &'a str,
    tencentcloud_appid: &'a str,
    tencentcloud_uin: &'a str,
}

fn context(spec: &FunctionSpec, request_id: &str) -> Vec<u8> {
    let key = &spec.key;
    let context = Context {
        memory_limit_in_mb: spec.memory_mb,
        time_limit_in_ms: spec.timeout.as_millis(),
        request_id,
        environment: serde_json::json!({ "SCF_NAMESPACE": key.namespace }).to_string(),
        environ: format!("SCF_NAMESPACE={}", key.namespace),
        function_version: &key.version,
        function_name: &key.function,
        namespace: &key.namespace,
        tencentcloud_region: &key.region,
        tencentcloud_appid: &key.appid,
        tencentcloud_uin: &spec.uin,
    };
    serde_json::to_vec(&context).expect("strings and numbers can be encoded")
}

fn result(spec: &FunctionSpec, answer: Answer) -> Result<String, Failed> {
    let failed = |status, message: String| Err(Failed::new(status, message));
    let memory = || format!("Task memory exceeded {} MB", spec.memory_mb);
    match answer {
        Answer::Frame(Frame::Result(json)) => String::from_utf8(json).or_else(|_| {
            failed(Status::Internal, "InternalError: the result is not UTF-8".to_owned())
        }),
        Answer::Frame(Frame::TooLarge) => {
            let limit = RESPONSE_MAX / 1024 / 1024;
            let text = format!("The HTTP response body exceeds the size limit. ({limit} MB)");
            failed(Status::ResponseTooLarge, text)
        }
        Answer::Frame(Frame::Failure(failure)) => Err(match failure.kind {
            FailureKind::Exception | FailureKind::Uncaught => Failed {
                status: Status::UserException,
                message: "user code exception caught".to_owned(),
                stack: failure.stack,
            },
            FailureKind::Handler => Failed {
                status: Status::HandlerNotFound,
                message: failure.message,
                stack: failure.stack,
            },
            FailureKind::Memory => Failed::new(Status::MemoryExceeded, memory()),
        }),
        Answer::TimedOut => {
            let seconds = spec.timeout.as_secs_f64();
            failed(Status::TimedOut, format!("Invoking task timed out after {seconds} seconds"))
        }
        Answer::Ended(End::MemoryExceeded) => failed(Status::MemoryExceeded, memory()),
        Answer::Ended(End::Exited(how)) => {
            failed(Status::ProcessExited, format!("User process exit when running: {how}"))
        }
        Answer::Frame(Frame::Begun | Frame::Ready) => {
            failed(Status::Internal, "InternalError: an answer without a question".to_owned())
        }
    }
}

pub(super) fn init_timed_out(spec: &FunctionSpec) -> Failed {
    let seconds = spec.init_timeout.as_secs_f64();
    let message = format!("InitContainerTimeout: not ready after {seconds} seconds");
    Failed::new(Status::InitTimedOut, message)
}

/// What requests are told while everything ends.
pub(super) fn shutting_down() -> Failed {
    Failed::new(Status::Internal, "InternalError: the emulator is shutting down")
}

/// What the machine refuses is no fault of the function.
pub(super) fn cannot_start(error: &io::Error) -> Failed {
    let text = format!("InternalError: the function's process cannot start: {error}");
    Failed::new(Status::Internal, text)
}

fn unusable(error: &PackageError) -> Failed {
    match error {
        PackageError::Archive(_) | PackageError::TooLarge => {
            Failed::new(Status::HandlerNotFound, format!("HandlerNotFound: {error}"))
        }
        PackageError::Load(_) | PackageError::Write(_) => {
            Failed::new(Status::Internal, format!("InternalError: {error}"))
        }
    }
}

pub(super) fn outcome(
    spec: &FunctionSpec,
    request_id: String,
    log: Log,
    used: &Used,
    result: Result<String, Failed>,
) -> Outcome {
    let (status, err_msg, ret_msg) = match result {
        Ok(json) => (Status::Success, String::new(), json),
        Err(failed) => (failed.status, failed.text().to_owned(), failed.document(&request_id)),
    };
    let duration_ms = (used.duration.as_secs_f64() * 100_000.0).round() / 100.0;
    // A started millisecond counts (R413).
    let bill_ms = u64::try_from(used.billed.as_micros().div_ceil(1000)).unwrap_or(u64::MAX);
    let succeeded = status == Status::Success;
    let log = log.end(succeeded, &ret_msg, bill_ms, spec.memory_mb, used.memory);
    Outcome {
        status,
        ret_msg,
        err_msg,
        log,
        duration_ms,
        bill_ms,
        memory_bytes: used.memory,
        sent_bytes: used.sent,
        request_id,
        cold_start: used.cold_start,
    }
}

/// The outcome when the runtime itself failed.
pub(super) fn broken(request_id: String, error: &JoinError) -> Outcome {
    tracing::error!(%error, "an invocation failed inside the runtime");
    let failed = Failed::new(Status::Internal, "InternalError");
    Outcome {
        status: failed.status,
        ret_msg: failed.document(&request_id),
        err_msg: failed.message,
        log: String::new(),
        duration_ms: 0.0,
        bill_ms: 0,
        memory_bytes: 0,
        sent_bytes: 0,
        request_id,
        cold_start: false,
    }
}
