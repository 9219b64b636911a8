//! Functions really run, and nothing that they do disturbs anything.

mod custom;
mod java;
mod limits;
mod node;
mod php;
mod python;
pub mod reach;
mod socket;
mod warm;
mod web;

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tencentcloud_emulator::runtime::{
    FunctionKey, FunctionSpec, Invocation, Isolation, Outcome, Package, Reach, Runtime,
    RuntimeOptions, Status, Stops,
};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A runtime in a folder of its own.
#[derive(Clone)]
struct Machine {
    runtime: Runtime,
    _folder: Arc<TempDir>,
}

impl Machine {
    fn new() -> Self {
        Self::with(|_| ())
    }

    /// One whose functions are plain processes.
    fn plain() -> Self {
        Self::with(|options| options.isolation = Isolation::Off)
    }

    fn with(change: impl FnOnce(&mut RuntimeOptions)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = RuntimeOptions::new(folder.path().join("instances"));
        change(&mut options);
        Self { runtime: Runtime::new(options), _folder: Arc::new(folder) }
    }

    async fn invoke(&self, spec: &FunctionSpec, event: &str) -> Outcome {
        let invocation = Invocation {
            request_id: "0e8a3f5c-0000-4000-8000-000000000001".into(),
            event: event.into(),
            quota: None,
            stops: Stops::default(),
        };
        self.runtime.invoke(Arc::new(spec.clone()), invocation).await
    }
}

/// A zip archive of text files.
fn package(files: &[(&str, &str)]) -> Package {
    let mode = |name: &str| if name.ends_with("bootstrap") { 0o755 } else { 0o644 };
    let files: Vec<_> = files.iter().map(|(name, text)| (*name, *text, mode(name))).collect();
    package_with(&files)
}

/// A zip archive of text files with their modes.
fn package_with(files: &[(&str, &str, u32)]) -> Package {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text, mode) in files {
        let mode = *mode;
        zip.start_file(*name, SimpleFileOptions::default().unix_permissions(mode)).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    Package::from_bytes(zip.finish().unwrap().into_inner())
}

/// A Python function with `index.py`.
fn python(index: &str) -> FunctionSpec {
    FunctionSpec {
        log_topic: String::new(),
        key: FunctionKey {
            appid: "1250000000".into(),
            region: "ap-guangzhou".into(),
            namespace: "default".into(),
            function: "hello".into(),
            version: "$LATEST".into(),
        },
        uin: "100000000001".into(),
        revision: 1,
        runtime: "Python3.6".into(),
        handler: "index.main_handler".into(),
        code: package(&[("index.py", index)]),
        layers: Vec::new(),
        mounts: Vec::new(),
        environment: BTreeMap::new(),
        memory_mb: 128,
        timeout: Duration::from_secs(3),
        init_timeout: Duration::from_secs(60),
        credentials: None,
        async_run: false,
        reach: Some(Reach::open()),
        web: None,
    }
}

/// A Node.js function with `index.js`.
fn node(index: &str) -> FunctionSpec {
    let code = package(&[("index.js", index)]);
    FunctionSpec { runtime: "Nodejs16.13".into(), code, ..python("") }
}

#[track_caller]
fn assert_status(outcome: &Outcome, status: Status) {
    assert_eq!(outcome.status, status, "{outcome:#?}");
}

#[track_caller]
fn json(outcome: &Outcome) -> serde_json::Value {
    serde_json::from_str(&outcome.ret_msg).unwrap_or_else(|_| panic!("not JSON: {outcome:#?}"))
}
