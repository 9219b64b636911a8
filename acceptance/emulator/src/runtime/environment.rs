//! The environment variables that a function starts with.

use std::collections::BTreeMap;
use std::env;
use std::path::Path;

use super::sandbox::Folders;
use super::spec::{FunctionSpec, Mount};

/// Where the file systems of a plain process are: a JSON object of its mount directories.
const PLACES: &str = "SCF_LOCAL_MOUNTS";
/// The search path that functions see.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The platform's variables, the configured ones over them, and over all those that identify the
/// function, which the API refuses to configure.
pub(super) fn variables(spec: &FunctionSpec, folders: &Folders) -> BTreeMap<String, String> {
    let mut all = platform(folders);
    all.extend(spec.environment.clone());
    all.extend(identity(spec));
    if *folders != Folders::product() {
        // A plain process has no /mnt of its own; this tells where its file systems are.
        let place = |mount: &Mount| Some((mount.local.to_str()?.to_owned(), mount.folder().ok()?));
        let places: BTreeMap<_, _> = spec.mounts.iter().filter_map(place).collect();
        if !places.is_empty() {
            all.insert(PLACES.into(), serde_json::json!(places).to_string());
        }
    }
    all.insert("USER_CODE_ROOT".into(), format!("{}/", folders.code.display()));
    all
}

fn platform(folders: &Folders) -> BTreeMap<String, String> {
    let code = folders.code.display();
    let opt = folders.layers.display();
    let machine = env::var("LD_LIBRARY_PATH").map_or_else(|_| String::new(), |it| format!(":{it}"));
    let temporary = (folders.temporary != Path::new("/tmp"))
        .then(|| ("TMPDIR", folders.temporary.display().to_string()));
    [
        ("PATH", PATH.to_owned()),
        ("HOME", folders.home.display().to_string()),
        ("PWD", code.to_string()),
        ("USER", "qcloud".to_owned()),
        ("LOGNAME", "qcloud".to_owned()),
        ("SHELL", "/bin/bash".to_owned()),
        // The platform says en_US.UTF8, which few machines have: it would only earn warnings.
        ("LANG", "C.UTF-8".to_owned()),
        // R63: the clock is UTC whatever this machine's zone is.
        ("TZ", "UTC".to_owned()),
        // What LD_LIBRARY_PATH has on this machine may be what its interpreter needs to start.
        ("LD_LIBRARY_PATH", format!("{code}:{opt}{machine}")),
        // R361 and R363.
        ("PYTHONPATH", format!("{code}:{opt}")),
        // R362.
        ("CLASSPATH", format!("/var/runtime/java8:/var/runtime/java8/lib/*:{opt}")),
        ("NODE_PATH", format!("{code}:{code}/node_modules:{opt}:{opt}/node_modules")),
        ("PYTHONDONTWRITEBYTECODE", "x".to_owned()),
        ("_SCF_SERVER_PORT", "28902".to_owned()),
    ]
    .into_iter()
    .chain(temporary)
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}

fn identity(spec: &FunctionSpec) -> impl Iterator<Item = (String, String)> + use<> {
    let key = &spec.key;
    let credentials = spec.credentials.as_ref().map(|keys| {
        [
            ("TENCENTCLOUD_SECRETID", keys.secret_id.clone()),
            ("TENCENTCLOUD_SECRETKEY", keys.secret_key.clone()),
            ("TENCENTCLOUD_SESSIONTOKEN", keys.token.clone()),
        ]
    });
    [
        ("SCF_RUNTIME", spec.runtime.clone()),
        ("SCF_NAMESPACE", key.namespace.clone()),
        ("SCF_FUNCTIONNAME", key.function.clone()),
        ("SCF_FUNCTIONVERSION", key.version.clone()),
        ("TENCENTCLOUD_RUNENV", "SCF".to_owned()),
        ("TENCENTCLOUD_REGION", key.region.clone()),
        ("TENCENTCLOUD_APPID", key.appid.clone()),
        ("TENCENTCLOUD_UIN", spec.uin.clone()),
        ("TENCENTCLOUD_TZ", "UTC".to_owned()),
    ]
    .into_iter()
    .chain(credentials.into_iter().flatten())
    .map(|(key, value)| (key.to_owned(), value))
}
