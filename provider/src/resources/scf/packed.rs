//! Code that lies on this machine: what can be known of it while planning, and what is sent.

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tencentcloud_api::Secret;
use tf_protocol::{Change, Problem};
use tf_schema::{Diagnostic, Model, Path, Value};

use super::staging;
use crate::package::{Package, PackageError, Source};
use crate::shown::Shown;

/// Greatest package that fits into one request: the API takes 10 MB, of which the code is a third
/// more than its size in base64 and everything else at most 100 KB.
pub const REQUEST_LIMIT: usize = (10 << 20) / 4 * 3 - (100 << 10);

/// R37: code may have 500 MB, unpacked.
const UNPACKED_LIMIT: u64 = 500 << 20;

/// A resource whose code is a package of this machine.
pub trait Packed: Model {
    /// What people call it, such as `function`.
    const KIND: &'static str;
    /// The attribute that follows the package's content.
    const HASH: &'static str;
    /// The attributes and blocks that say where the package comes from.
    const SOURCES: &'static [&'static str];

    /// Where the package comes from.
    fn given(&self) -> Given;

    /// The value of [`Packed::HASH`].
    fn hash(&self) -> &Value<String>;

    /// Tells it from all others of its kind.
    fn name(&self) -> String;

    /// The bucket through which a package goes that is too large for a request.
    fn staging_bucket(&self) -> &Value<String>;

    /// What the cloud would refuse about the package, whatever its size.
    fn problems(&self, package: &Package) -> Vec<String>;

    /// What the cloud would take, and what may go wrong there all the same.
    fn doubts(&self, _package: &Package) -> Option<String> {
        None
    }
}

/// What the configuration says about the code.
pub enum Given {
    /// A package, and the attribute that names it.
    Source(Path, Source),
    /// Not known yet.
    Unknown,
    /// No package of this machine.
    Nothing,
}

impl Given {
    /// A folder of which only some files are packed, named by `source_dir`.
    pub fn directory(
        root: PathBuf,
        include: &Value<Vec<String>>,
        exclude: &Value<Vec<String>>,
    ) -> Given {
        if include.is_unknown() || exclude.is_unknown() {
            return Given::Unknown;
        }
        let (include, exclude) = (include.or_default(), exclude.or_default());
        Given::Source("source_dir".into(), Source::Directory { root, include, exclude })
    }
}

/// Plans the hash from the content of the code, and finds what would be refused later: a missing
/// file, an empty folder, a package that is too large.
pub async fn plan<P: Packed>(change: &mut Change<P>) {
    match change.config.given() {
        Given::Unknown => {
            shown(&change.config).compare(change.applying, None);
            change.set_unknown(P::HASH);
        }
        Given::Nothing if change.creates() => {}
        Given::Nothing => change.keep(P::HASH),
        Given::Source(path, source) => match load(source).await {
            Ok(package) => plan_package(change, path, package),
            Err(error) => plan_unreadable(change, path, &error),
        },
    }
}

fn plan_package<P: Packed>(change: &mut Change<P>, path: Path, package: Package) {
    let direct = change.config.staging_bucket().is_null();
    let problems = too_large(&package, direct).into_iter();
    let problems = problems.chain(change.config.problems(&package));
    for problem in problems {
        change.problems.error(path.clone(), "Code that cannot be used", problem);
    }
    if let Some(doubt) = change.config.doubts(&package) {
        change.problems.warning(path.clone(), "Code that may not run", doubt);
    }
    let shown = shown(&change.config).compare(change.applying, Some(&package.sha256));
    if let Some(planned) = shown {
        change.problems.push(changed_since(&planned, &package).at(path));
    }
    change.set::<String>(P::HASH, package.sha256);
}

/// Code that cannot be read here. What exists keeps the code that it has, so that a machine
/// without the package can change or destroy everything else; something new, or another path,
/// needs it.
fn plan_unreadable<P: Packed>(change: &mut Change<P>, path: Path, error: &PackageError) {
    let moved = P::SOURCES.iter().any(|attribute| change.changes(attribute));
    if change.creates() || moved || !error.is_missing() {
        change.problems.error(path, "No code", sentence(error));
        return;
    }
    let detail = format!("{} The {} keeps the code that it has.", sentence(error), P::KIND);
    change.problems.warning(path, "No code", detail);
    change.keep(P::HASH);
}

/// What plans have shown of a resource's package.
pub fn shown<P: Packed>(config: &P) -> Shown {
    Shown::of(P::KIND, &config.name())
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

/// Loads the package that was planned; `None` where none of this machine is named. Code that was
/// changed since then is refused: what runs must be what was reviewed.
///
/// # Errors
/// Code that is not there, or was changed.
pub async fn load_as_planned<P: Packed>(planned: &P) -> Result<Option<Package>, Problem> {
    let Given::Source(path, source) = planned.given() else { return Ok(None) };
    let package = load(source)
        .await
        .map_err(|error| Problem::new("No code", sentence(&error)).at(path.clone()))?;
    match planned.hash().known() {
        Some(hash) if *hash != package.sha256 => {
            let words = changed_since(hash, &package);
            Err(Problem::new(words.summary, words.detail).at(path))
        }
        _ => Ok(Some(package)),
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

/// What is too much of it, where it goes directly (or not) into a request.
fn too_large(package: &Package, direct: bool) -> Vec<String> {
    let mut problems = Vec::new();
    if direct && package.bytes.len() > REQUEST_LIMIT {
        problems.push(staging::too_large(package));
    }
    if package.unpacked > UNPACKED_LIMIT {
        problems.push(format!(
            "The unpacked code has {} MB; 500 MB are allowed.",
            package.unpacked >> 20
        ));
    }
    problems
}

/// The package as a request carries it.
pub fn encode(package: &Package) -> Secret {
    Secret::from(STANDARD.encode(&package.bytes))
}

/// The cloud's hash of a package, where it is one: SHA-256 in hexadecimal.
pub fn hash_of(found: &str) -> Option<String> {
    let hash = found.to_ascii_lowercase();
    (hash.len() == 64 && hash.chars().all(|c| c.is_ascii_hexdigit())).then_some(hash)
}
