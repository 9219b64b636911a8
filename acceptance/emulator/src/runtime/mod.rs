//! Functions really run: a process per instance, started from the unpacked code package.
//!
//! [`Runtime::invoke`] takes a snapshot of one function version and one event, and answers what the
//! product would answer: status code, result, log, duration and memory. What a function may see of
//! this machine is told at [`Isolation`].
//!
//! How the parts work together: `pool` keeps instances that have loaded their handler. If none is
//! idle, `package` unpacks the code, `interpreter` finds the program, `process` starts it
//! inside a `sandbox`, and its bootstrap says over the `channel` when the handler is loaded.
//! A program of the package's own speaks the runtime API of `custom` instead. `web` is about functions
//! that serve HTTP.
//! An `instance` then sends one event at a time and waits for the result, while it feeds the
//! `log` and watches time and `memory`.

mod body;
mod channel;
mod custom;
mod descriptor;
mod entry;
mod environment;
mod instance;
mod interpreter;
mod invoke;
mod java;
mod launch;
mod limits;
mod log;
mod memory;
mod outcome;
mod outflow;
mod package;
mod pool;
mod process;
mod reach;
mod sandbox;
mod spec;
mod stop;
#[cfg(test)]
mod testing;
mod web;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use outcome::{Outcome, Status};
pub use reach::Reach;
pub use sandbox::Isolation;
pub use spec::{
    Credentials, FunctionKey, FunctionSpec, Invocation, Mount, Package, Quota, Web, WebCall,
};
pub use stop::{Stop, Stopper, Stops, stops};
pub use web::{Body as WebBody, whole};

use hyper::body::Incoming;
use hyper::{Request, Response};

use invoke::Inner;

/// How functions run.
#[derive(Clone, Debug)]
pub struct RuntimeOptions {
    /// A folder of the runtime's own. It is emptied when the first function runs.
    pub directory: PathBuf,
    /// Whether functions are kept apart from the machine.
    pub isolation: Isolation,
    /// How long an instance waits for its next event before it is ended, to begin with (R423).
    pub idle: Duration,
    /// How many instances this machine may run at once; more events wait for one to be free.
    pub instances: usize,
    /// How many instances may start within a minute, per account and region (R213).
    pub starts_per_minute: u32,
}

impl RuntimeOptions {
    /// The defaults, in `directory`.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            isolation: Isolation::Auto,
            idle: Duration::from_secs(300),
            instances: 256,
            starts_per_minute: 500,
        }
    }
}

/// Runs functions. Clones share their instances, which end at the latest when this process does,
/// however it ends.
#[derive(Clone)]
pub struct Runtime {
    inner: Arc<Inner>,
}

impl Runtime {
    /// A runtime in which nothing runs yet; until then it costs nothing.
    #[must_use]
    pub fn new(options: RuntimeOptions) -> Self {
        Self { inner: Arc::new(Inner::new(options)) }
    }

    /// Looks for the interpreter of a configured runtime in the background, so that the first event
    /// need not wait for that. To be called where tasks can be spawned.
    pub fn prepare(&self, runtime: &str) {
        let (inner, runtime) = (Arc::clone(&self.inner), runtime.to_owned());
        tokio::spawn(async move { inner.find_interpreter(&runtime).await });
    }

    /// Runs a function on an event. What goes wrong is part of the outcome. The function runs to
    /// its end even if the answer is no longer waited for.
    pub async fn invoke(&self, spec: Arc<FunctionSpec>, invocation: Invocation) -> Outcome {
        let request_id = invocation.request_id.clone();
        let running = tokio::spawn(Arc::clone(&self.inner).invoke(spec, invocation));
        running.await.unwrap_or_else(|error| invoke::broken(request_id, &error))
    }

    /// Serves an HTTP request by a web function. What goes wrong is part of the answer. A request
    /// that nobody waits for any more is given up.
    pub async fn serve(
        &self,
        spec: Arc<FunctionSpec>,
        call: WebCall,
        request: Request<Incoming>,
    ) -> Response<WebBody> {
        let alone = Web { concurrency: 1, socket_idle: None };
        let web = spec.web.unwrap_or(alone);
        web::serve(&self.inner, spec, web, call, request).await
    }

    /// How long instances wait for their next event from now on (R212).
    pub fn keep_idle(&self, idle: Duration) {
        self.inner.idle.send_replace(idle);
    }

    /// Ends the instances of a version whose code or configuration changed, or which is deleted.
    /// Those at work end after their event.
    pub fn retire(&self, key: &FunctionKey) {
        self.inner.retire(|it| it == key);
    }

    /// Ends the instances of all versions of a function; `key.version` does not matter.
    pub fn retire_function(&self, key: &FunctionKey) {
        self.inner.retire(|it| {
            FunctionKey { version: String::new(), ..it.clone() }
                == FunctionKey { version: String::new(), ..key.clone() }
        });
    }

    /// Ends every instance, also those at work, and answers no more events.
    pub async fn shutdown(&self) {
        self.inner.shutdown().await;
    }
}
