//! Where a function's code comes from, and what can be known of it while planning.

use std::path::PathBuf;

use tf_protocol::{Change, Problem};
use tf_schema::check::quoted;
use tf_schema::{Diagnostic, Path, Value};

use super::Function;
use super::check::{Entry, entry_of};
use crate::package::{Package, PackageError, Source, sha256};

/// Greatest package that fits into one request: the API takes 10 MB, of which the code is a third
/// more than its size in base64 and everything else at most 100 KB.
const REQUEST_LIMIT: usize = (10 << 20) / 4 * 3 - (100 << 10);

/// R37: a version's code may have 500 MB, unpacked.
const UNPACKED_LIMIT: u64 = 500 << 20;

/// What the configuration says about the code.
enum Given {
    /// A package, and the attribute that names it.
    Source(&'static str, Source),
    /// Not known yet.
    Unknown,
    /// Nothing: an imported function whose code is managed elsewhere.
    Nothing,
}

fn given(config: &Function) -> Given {
    let paths = [&config.zip_file, &config.source_dir, &config.source_file];
    let globs = [&config.source_include, &config.source_exclude];
    if paths.iter().any(|path| path.is_unknown()) || globs.iter().any(|globs| globs.is_unknown()) {
        return Given::Unknown;
    }
    let [zip, directory, file] = paths.map(|path| path.known().map(PathBuf::from));
    match (zip, directory, file) {
        (Some(zip), ..) => Given::Source("zip_file", Source::Zip(zip)),
        (_, Some(root), _) => {
            let [include, exclude] = globs.map(Value::or_default);
            Given::Source("source_dir", Source::Directory { root, include, exclude })
        }
        (.., Some(file)) => Given::Source("source_file", Source::File(file)),
        (None, None, None) => Given::Nothing,
    }
}

/// Plans `code_sha256` from the content of the code, and finds what would be refused later: a
/// missing file, an empty folder, a package that is too large or has its entry file in the wrong
/// place.
pub async fn plan(change: &mut Change<Function>) {
    match given(&change.config) {
        Given::Unknown => change.set_unknown("code_sha256"),
        Given::Nothing if change.creates() => {}
        Given::Nothing => change.keep("code_sha256"),
        Given::Source(attribute, source) => match load(source).await {
            Ok(package) => plan_package(change, attribute, package),
            Err(error) => plan_unreadable(change, attribute, &error),
        },
    }
}

fn plan_package(change: &mut Change<Function>, attribute: &str, package: Package) {
    for problem in problems(&change.config, &package) {
        change.problems.error(attribute, "Code that cannot run", problem);
    }
    let shown = Shown::of(&change.config);
    match change.applying.then(|| shown.read()).flatten() {
        // Terraform would call it a bug of the provider that the plan changes now.
        Some(planned) if planned != package.sha256 => {
            change.problems.push(changed_since(&planned, &package).at(attribute));
        }
        _ if !change.applying => shown.write(&package.sha256),
        _ => {}
    }
    change.set::<String>("code_sha256", package.sha256);
}

/// Code that cannot be read here. A function that exists keeps the code that it has, so that a
/// machine without the package can change or destroy everything else; a new function, or another
/// path, needs it.
fn plan_unreadable(change: &mut Change<Function>, attribute: &str, error: &PackageError) {
    let moved = ["zip_file", "source_dir", "source_file", "source_include", "source_exclude"]
        .iter()
        .any(|attribute| change.changes(attribute));
    if change.creates() || moved || !error.is_missing() {
        change.problems.error(attribute, "No code", sentence(error));
        return;
    }
    let detail = format!("{} The function keeps the code that it has.", sentence(error));
    change.problems.warning(attribute, "No code", detail);
    change.keep("code_sha256");
}

/// Which package a plan has shown last for a function, remembered on this machine: an apply in
/// another process compares it with what is there then.
struct Shown(Option<PathBuf>);

impl Shown {
    fn of(config: &Function) -> Shown {
        let directory = std::env::current_dir().unwrap_or_default();
        let key =
            format!("{}\n{}\n{}", directory.display(), config.namespace.text(), config.name.text());
        // In the user's own folder: what others can write must not be trusted.
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
        let name = sha256(key.as_bytes());
        Shown(cache.map(|cache| cache.join("terraform-provider-tencentcloud").join(name)))
    }

    fn read(&self) -> Option<String> {
        std::fs::read_to_string(self.0.as_ref()?).ok()
    }

    /// What cannot be remembered is only told in Terraform's words instead of these.
    fn write(&self, hash: &str) {
        let Some(path) = &self.0 else { return };
        let _ = path.parent().map(std::fs::create_dir_all);
        let _ = std::fs::write(path, hash);
    }
}

fn changed_since(planned: &str, package: &Package) -> Diagnostic {
    Diagnostic::error(
        "The code has changed since the plan",
        format!(
            "The plan is for the package with SHA-256 {planned}, but it is {} now. Nothing was \
             sent. Plan again to review the code as it is.",
            package.sha256
        ),
    )
}

/// Loads the package that was planned. Code that was changed since then is refused: what runs must
/// be what was reviewed.
pub async fn load_as_planned(planned: &Function) -> Result<Package, Problem> {
    let Given::Source(attribute, source) = given(planned) else {
        return Err(Problem::new(
            "No code",
            "Set zip_file, source_dir or source_file: the function's code must be sent.",
        ));
    };
    let package = load(source)
        .await
        .map_err(|error| Problem::new("No code", sentence(&error)).at(attribute))?;
    match planned.code_sha256.known() {
        Some(hash) if *hash != package.sha256 => {
            let words = changed_since(hash, &package);
            Err(Problem::new(words.summary, words.detail).at(attribute))
        }
        _ => Ok(package),
    }
}

async fn load(source: Source) -> Result<Package, PackageError> {
    match tokio::task::spawn_blocking(move || Package::load(&source)).await {
        Ok(loaded) => loaded,
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

fn sentence(error: &PackageError) -> String {
    let text = error.to_string();
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), characters.as_str())
}

/// What the cloud would refuse about the package.
fn problems(config: &Function, package: &Package) -> Vec<String> {
    let mut problems = Vec::new();
    if package.bytes.len() > REQUEST_LIMIT {
        problems.push(format!(
            "The package has {} bytes; a request takes at most {REQUEST_LIMIT}. Leave out what the \
             function does not need, for example with source_exclude, or put libraries into a \
             layer.",
            package.bytes.len()
        ));
    }
    if package.unpacked > UNPACKED_LIMIT {
        problems.push(format!(
            "The unpacked code has {} MB; 500 MB are allowed.",
            package.unpacked >> 20
        ));
    }
    problems.extend(misplaced_entry(config, package));
    problems
}

/// R68, R97, R121: the entry file stands at the root of the package and has the language's
/// extension; R128: a web function's start file can be run.
fn misplaced_entry(config: &Function, package: &Package) -> Option<String> {
    let entry = entry_of(config)?;
    let names = match &entry {
        Entry::OneOf(names) => names,
        Entry::Bootstrap(name) => std::slice::from_ref(name),
    };
    let Some(found) = names.iter().find(|name| package.entries.contains_key(*name)) else {
        let elsewhere = package
            .entries
            .keys()
            .find(|path| names.iter().any(|name| path.ends_with(&format!("/{name}"))));
        let hint = match elsewhere {
            Some(path) => {
                format!("It is inside a folder, at {path:?}: pack that folder's content.")
            }
            None => format!("The package holds {}.", summary(package)),
        };
        return Some(format!("The package must hold {} at its root. {hint}", quoted(names)));
    };
    let mode = package.entries[found];
    match entry {
        Entry::Bootstrap(name) if mode.is_some_and(|mode| mode & 0o111 == 0) => Some(format!(
            "{name:?} must be executable: its mode in the package is {:o}, and must be 755 or 777.",
            mode.unwrap_or_default() & 0o777
        )),
        _ => None,
    }
}

fn summary(package: &Package) -> String {
    let names: Vec<&String> = package.entries.keys().take(5).collect();
    let more = package.entries.len() - names.len();
    let mut text = quoted(&names);
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

/// R94: the attributes of which exactly one names the code.
pub fn sources(config: &Function) -> Vec<Path> {
    let given = [
        ("zip_file", &config.zip_file),
        ("source_dir", &config.source_dir),
        ("source_file", &config.source_file),
    ];
    given
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, _)| Path::attribute(*name))
        .collect()
}
