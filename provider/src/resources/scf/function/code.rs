//! Where a function's code comes from, and what it must hold.

use std::path::PathBuf;

use tf_protocol::Problem;
use tf_schema::check::quoted;
use tf_schema::{Path, Value};

use super::Function;
use super::check::{Entry, entry_of};
use crate::package::{Package, Source};
use crate::resources::scf::packed::{self, Given, Packed};

impl Packed for Function {
    const KIND: &'static str = "function";
    const HASH: &'static str = "code_sha256";
    const SOURCES: &'static [&'static str] =
        &["zip_file", "source_dir", "source_file", "source_include", "source_exclude"];

    /// Nothing stands for an imported function whose code is managed elsewhere.
    fn given(&self) -> Given {
        let paths = [&self.zip_file, &self.source_dir, &self.source_file];
        if paths.iter().any(|path| path.is_unknown()) {
            return Given::Unknown;
        }
        let [zip, directory, file] = paths.map(|path| path.known().map(PathBuf::from));
        match (zip, directory, file) {
            (Some(zip), ..) => Given::Source("zip_file".into(), Source::Zip(zip)),
            (_, Some(root), _) => {
                Given::directory(root, &self.source_include, &self.source_exclude)
            }
            (.., Some(file)) => Given::Source("source_file".into(), Source::File(file)),
            (None, None, None) => Given::Nothing,
        }
    }

    fn hash(&self) -> &Value<String> {
        &self.code_sha256
    }

    fn name(&self) -> String {
        format!("{}/{}", self.namespace.text(), self.name.text())
    }

    fn problems(&self, package: &Package) -> Vec<String> {
        misplaced_entry(self, package).into_iter().collect()
    }
}

/// Loads the package that was planned, which there must be.
pub async fn load_as_planned(planned: &Function) -> Result<Package, Problem> {
    packed::load_as_planned(planned).await?.ok_or_else(|| {
        Problem::new(
            "No code",
            "Set zip_file, source_dir or source_file: the function's code must be sent.",
        )
    })
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
