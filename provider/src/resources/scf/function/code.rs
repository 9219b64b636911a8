//! Where a function's code comes from, and what it must hold.

use std::path::PathBuf;

use tencentcloud_api::cos::{self, Place};
use tencentcloud_api::scf::{Code, ImageConfig};
use tf_protocol::{Change, Problem};
use tf_schema::check::quoted;
use tf_schema::{Path, Value};

use super::check::{Entry, entry_of};
use super::{Function, web};
use crate::Cloud;
use crate::package::{Package, Source};
use crate::resources::scf::packed::{self, Given, Packed};
use crate::resources::scf::staging::{self, Object};
use crate::shown::Shown;

impl Packed for Function {
    const KIND: &'static str = "function";
    const HASH: &'static str = "code_sha256";
    const SOURCES: &'static [&'static str] =
        &["zip_file", "source_dir", "source_file", "source_include", "source_exclude"];

    /// Nothing stands for code in COS, and for an imported function whose code is managed elsewhere.
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

    /// The namespace may not be known while planning.
    fn name(&self) -> String {
        self.name.or_default()
    }

    fn staging_bucket(&self) -> &Value<String> {
        &self.staging_bucket
    }

    fn problems(&self, package: &Package) -> Vec<String> {
        misplaced_entry(self, package).into_iter().collect()
    }

    fn doubts(&self, package: &Package) -> Option<String> {
        super::check::is_web(self).then(|| web::bare_interpreter(package))?
    }
}

/// The code as a request carries it.
pub enum Sent {
    /// A package of this machine, or one in the object storage.
    Package(staging::Code),
    /// An image.
    Image(ImageConfig),
}

impl Sent {
    /// The code of a request, and the word for where it comes from.
    pub fn into_api(self) -> (Code, Option<String>) {
        let package = match self {
            Sent::Image(image) => {
                return (Code { image_config: Some(image), ..Code::default() }, None);
            }
            Sent::Package(package) => package,
        };
        let (zip_file, [cos_bucket_name, cos_object_name, cos_bucket_region]) = package.members();
        let source = if zip_file.is_some() { "ZipFile" } else { "Cos" };
        let code = Code {
            zip_file,
            cos_bucket_name,
            cos_object_name,
            cos_bucket_region,
            ..Code::default()
        };
        (code, Some(source.to_owned()))
    }
}

/// Gets the planned code on its way, which there must be.
///
/// # Errors
/// Code that is not there, or was changed since the plan.
pub async fn deliver(planned: &mut Function, cloud: &Cloud) -> Result<Sent, Problem> {
    if let Some(image) = planned.image() {
        return Ok(Sent::Image(image.to_api()));
    }
    if let Some(package) = packed::load_as_planned(planned).await? {
        planned.cos_object_etag = Value::Null;
        return Ok(Sent::Package(staging::stage(package, &planned.staging_bucket, cloud).await?));
    }
    let Some(object) = object(planned) else { return Err(Problem::new("No code", NO_CODE)) };
    let etag = etag(planned, cloud).await.ok().flatten();
    match (planned.cos_object_etag.known(), &etag) {
        (Some(planned), Some(found)) if planned != found => {
            let detail = changed_since(planned, found);
            return Err(Problem::new(CHANGED, detail).at("cos_object_name"));
        }
        _ => planned.cos_object_etag = etag.into(),
    }
    Ok(Sent::Package(staging::Code::Object(object)))
}

const CHANGED: &str = "The code has changed since the plan";

fn changed_since(planned: &str, found: &str) -> String {
    format!(
        "The plan is for the object with the ETag {planned}, but it is {found} now. Nothing was sent. \
         Plan again to review the code as it is."
    )
}

const NO_CODE: &str = "Set zip_file, source_dir, source_file, image_config, or cos_bucket_name \
                       and cos_object_name: the function's code must come from one of them.";

/// R94: a new function has code. Follows the object in COS, so that other bytes under the same key
/// are a planned change.
pub async fn plan(change: &mut Change<Function>, cloud: &Cloud) {
    let config = &change.config;
    if change.creates() && sources(config).is_empty() {
        change.problems.error(Path::root(), "No code", NO_CODE);
        return;
    }
    if config.cos_bucket_name.is_null() {
        if !change.creates() && change.changes("cos_bucket_name") {
            change.set::<String>("cos_object_etag", Value::Null);
        }
        return;
    }
    const NAMES: [&str; 3] = ["cos_bucket_name", "cos_object_name", "cos_bucket_region"];
    let shown = Shown::of("object of the function", change.config.name.text());
    if change.creates() || NAMES.iter().any(|name| change.changes(name)) {
        shown.compare(change.applying, None);
        change.set_unknown(Function::HASH);
        change.set_unknown("cos_object_etag");
        return;
    }
    let known = change.prior.as_ref().and_then(|prior| prior.cos_object_etag.known());
    let changed = match (etag(config, cloud).await, known) {
        (Ok(Some(found)), Some(known)) => {
            if let Some(planned) = shown.compare(change.applying, Some(&found)) {
                let detail = changed_since(&planned, &found);
                change.problems.error("cos_object_name", CHANGED, detail);
                return;
            }
            (found != *known).then_some(found)
        }
        (Ok(_), _) => None,
        (Err(error), _) => {
            let detail = format!("Whether the code has changed is not known: {}.", error.explain());
            let summary = "The object with the code was not seen";
            change.problems.warning("cos_object_name", summary, detail);
            None
        }
    };
    if let Some(etag) = changed {
        change.set_unknown(Function::HASH);
        change.set::<String>("cos_object_etag", etag);
    }
}

/// Notes the object's ETag where none is known: for a function that another provider has made. An
/// object that cannot be seen is not followed.
pub async fn follow_object(function: &mut Function, cloud: &Cloud) {
    if !function.cos_object_etag.is_known() {
        function.cos_object_etag = etag(function, cloud).await.ok().flatten().into();
    }
}

fn object(function: &Function) -> Option<Object> {
    let Function { cos_bucket_name, cos_object_name, cos_bucket_region, .. } = function;
    Object::named(cos_bucket_name, cos_object_name, cos_bucket_region)
}

/// The ETag of the object that holds the code; `None` where the bucket's name has no APPID, without
/// which the bucket cannot be asked, or there is no such object.
async fn etag(function: &Function, cloud: &Cloud) -> tencentcloud_api::Result<Option<String>> {
    let (Some(bucket), Some(key)) =
        (function.cos_bucket_name.known(), function.cos_object_name.known())
    else {
        return Ok(None);
    };
    if !staging::full_name(bucket) {
        return Ok(None);
    }
    let place = Place::new(bucket, key.strip_prefix('/').unwrap_or(key));
    let client = match function.cos_bucket_region.known() {
        Some(region) => cloud.with_region(region),
        None => (**cloud).clone(),
    };
    let found = cos::find_object(&client, &place).await?;
    Ok(found.map(|object| object.etag.trim_matches('"').to_owned()))
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
        ("cos_bucket_name", &config.cos_bucket_name),
    ];
    let image = config.image_config.is_unknown() || config.image().is_some();
    let image = image.then(|| Path::attribute("image_config"));
    let given = given.iter().filter(|(_, value)| !value.is_null());
    given.map(|(name, _)| Path::attribute(*name)).chain(image).collect()
}
