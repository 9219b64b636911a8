//! What the tests of this module share.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::time::Duration;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{FunctionKey, FunctionSpec, Package, Reach};

/// A package of text files.
pub(super) fn package(files: &[(&str, &str)]) -> Package {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    Package::from_bytes(zip.finish().unwrap().into_inner())
}

/// A Python function with `index.py`.
pub(super) fn python(index: &str) -> FunctionSpec {
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
