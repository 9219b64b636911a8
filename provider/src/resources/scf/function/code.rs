//! Where a function's code comes from, and what it must hold.

use std::path::PathBuf;

use tencentcloud_api::scf::{Code, ImageConfig};
use tf_protocol::Problem;
use tf_schema::check::quoted;
use tf_schema::{Path, Value};

use super::check::{Entry, entry_of};
use super::{Function, web};
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

/// The code as a request carries it.
pub enum Sent {
    /// A package of this machine.
    Package(Package),
    /// An image.
    Image(ImageConfig),
}

impl Sent {
    /// The code of a request.
    pub fn to_api(&self) -> Code {
        match self {
            Sent::Package(package) => {
                Code { zip_file: Some(packed::encode(package)), ..Code::default() }
            }
            Sent::Image(image) => Code { image_config: Some(image.clone()), ..Code::default() },
        }
    }

    /// What a request says about where the code comes from.
    pub fn source(&self) -> Option<String> {
        matches!(self, Sent::Package(_)).then(|| "ZipFile".to_owned())
    }
}

/// Loads the code that was planned, which there must be.
pub async fn load_as_planned(planned: &Function) -> Result<Sent, Problem> {
    if let Some(image) = planned.image() {
        return Ok(Sent::Image(image.to_api()));
    }
    let package = packed::load_as_planned(planned).await?.ok_or_else(|| {
        Problem::new(
            "No code",
            "Set zip_file, source_dir, source_file or image_config: the function's code must be \
             sent.",
        )
    })?;
    Ok(Sent::Package(package))
}

/// R68, R97, R121: the entry file stands at the root of the package and has the language's
/// extension; R128, R130, R133: a web function's start file can be run.
fn misplaced_entry(config: &Function, package: &Package) -> Option<String> {
    let entry = entry_of(config)?;
    let names = match &entry {
        Entry::OneOf(names) => names,
        Entry::Bootstrap(name) => std::slice::from_ref(name),
    };
    if !names.iter().any(|name| package.entries.contains_key(name)) {
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
    }
    match entry {
        Entry::Bootstrap(_) => web::start_file(package),
        Entry::OneOf(_) => None,
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
    let image = config.image().map(|_| Path::attribute("image_config"));
    let given = given.iter().filter(|(_, value)| !value.is_null());
    given.map(|(name, _)| Path::attribute(*name)).chain(image).collect()
}
