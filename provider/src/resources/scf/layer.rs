//! `tencentcloud_scf_layer`: a version of a layer.
//! <https://www.tencentcloud.com/document/product/583/45760>

use std::path::PathBuf;
use std::time::SystemTime;

use tencentcloud_api::page;
use tencentcloud_api::scf::{
    self, Code, DeleteLayerVersionRequest, GetLayerVersionRequest, GetLayerVersionResponse,
    ListLayerVersionsRequest, PublishLayerVersionRequest,
};
use tf_protocol::{Change, Lifecycle, Presence, Problem, Timeouts};
use tf_schema::check::Check;
use tf_schema::{Block, Diagnostics, Path, Resource, Value};

use super::as_written;
use super::function::check;
use super::packed::{self, Given, Packed};
use super::staging;
use crate::package::{Package, Source};
use crate::{Cloud, create, id};

/// A version of a layer: files that functions share, such as libraries. Functions that are bound to
/// it find them below `/opt`.
///
/// A version never changes. Where its content or anything else that is published changes, a new
/// version takes its place, and the old one is deleted unless `skip_destroy` is set. Functions that
/// are still bound to a deleted version keep it.
#[derive(Resource, Default)]
pub struct Layer {
    /// Name of the layer: 1 to 64 letters, digits, hyphens and underscores, beginning with a letter
    /// and ending with a letter or digit.
    #[tf(required, force_new, validate(name_form))]
    pub layer_name: Value<String>,
    /// Runtimes that the layer is for, such as `Python3.10`: 1 to 5.
    #[tf(required, force_new, validate(runtimes))]
    pub compatible_runtimes: Value<Vec<String>>,
    /// What the version is for.
    #[tf(optional, force_new)]
    pub description: Value<String>,
    /// Licence of the content.
    #[tf(optional, force_new)]
    pub license_info: Value<String>,
    /// Path of a folder that the provider packs. Set either this or `content`.
    #[tf(optional)]
    pub source_dir: Value<String>,
    /// Globs over the paths in `source_dir`, such as `**/*.py`: only files that match are packed.
    #[tf(optional)]
    pub source_include: Value<Vec<String>>,
    /// Globs over the paths in `source_dir`, such as `tests/**`: files that match are left out.
    #[tf(optional)]
    pub source_exclude: Value<Vec<String>>,
    /// Bucket, in the layer's region and with the APPID at its end, through which a package is sent
    /// that is too large for a request. It stays there under its hash, so the same bytes are sent
    /// once; to be destroyed with it, the bucket needs `force_clean`.
    #[tf(optional, validate(staging::staging_name))]
    pub staging_bucket: Value<String>,
    /// Whether the version stays in the cloud when it is replaced or destroyed here.
    #[tf(optional)]
    pub skip_destroy: Value<bool>,
    /// Name of the layer and number of the version, joined by a number sign.
    #[tf(computed, stable)]
    pub id: Value<String>,
    /// Number of the version.
    #[tf(computed, stable)]
    pub layer_version: Value<i64>,
    /// SHA-256 of the package, in hexadecimal. It changes if and only if the content does.
    #[tf(computed)]
    pub content_sha256: Value<String>,
    /// SHA-256 of the package, as the cloud has computed it.
    #[tf(computed, stable)]
    pub code_sha_256: Value<String>,
    /// Where the package can be fetched from, for a while.
    #[tf(computed, stable)]
    pub location: Value<String>,
    /// State of the version.
    #[tf(computed, stable)]
    pub status: Value<String>,
    /// When the version was published.
    #[tf(computed, stable)]
    pub create_time: Value<String>,
    /// Content from a zip package or from COS. Set either this or `source_dir`.
    #[tf(block, max(1))]
    pub content: Value<Vec<Content>>,
}

/// Content of a layer: a zip package of this machine, or an object in COS.
#[derive(Block, Default)]
pub struct Content {
    /// Path of a zip package. Set either this or `cos_bucket_name`.
    #[tf(optional)]
    pub zip_file: Value<String>,
    /// Bucket in COS that holds a zip package, with or without the APPID; goes together with
    /// `cos_object_name`.
    #[tf(optional)]
    pub cos_bucket_name: Value<String>,
    /// Key of the package in the bucket, ending with `.zip` or `.jar`. Name another object to
    /// publish another content.
    #[tf(optional, validate(staging::archive_name))]
    pub cos_object_name: Value<String>,
    /// Region of the bucket, by default that of the layer.
    #[tf(optional)]
    pub cos_bucket_region: Value<String>,
}

/// What the cloud's refusals are about.
const ATTRIBUTES: [(&str, &str); 6] = [
    ("InvalidParameterValue.LayerName", "layer_name"),
    ("LimitExceeded.Layer", "layer_name"),
    ("InvalidParameterValue.CompatibleRuntimes", "compatible_runtimes"),
    ("InvalidParameterValue.Description", "description"),
    ("InvalidParameterValue.Cos", "content"),
    ("ResourceNotFound.Cos", "content"),
];

impl Lifecycle for Layer {
    const TYPE: &'static str = "tencentcloud_scf_layer";
    const TIMEOUTS: Timeouts = Timeouts::NONE.create(5);
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let package = packed::load_as_planned(self).await?;
        let code = match package {
            Some(package) => Some(staging::stage(package, &self.staging_bucket, cloud).await?),
            None => self.object().and_then(|[bucket, key, region]| {
                staging::Object::named(bucket, key, region).map(staging::Code::Object)
            }),
        };
        let request = self.to_publish(code);
        let layer = &request.layer_name;
        let _lock = cloud.lock(&format!("scf/{}/layer/{layer}", cloud.region())).await?;
        let started = SystemTime::now();
        let made = scf::publish_layer_version(cloud, &request).await;
        let made = made.map(|answer| answer.value.layer_version.to_string());
        let version = create::nameless(made, started, versions(cloud, layer)).await;
        let version = version.map_err(|error| create::point_at(error, &ATTRIBUTES))?;
        self.id = format!("{layer}#{version}").into();
        scf::wait_layer_active(cloud, &to_get(self.id.text())?).await?;
        Ok(())
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let Some(found) = scf::find_layer_version(cloud, &to_get(self.id.text())?).await? else {
            return Ok(Presence::Gone);
        };
        self.adopt(found);
        Ok(Presence::Present)
    }

    /// What can change in place concerns this provider alone: what happens to the version in the
    /// end, and where the same content is found.
    async fn update(&mut self, _prior: &Self, _cloud: &Cloud) -> Result<(), Problem> {
        Ok(())
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        if self.skip_destroy.is_known_and(|keep| *keep) {
            return Ok(());
        }
        let GetLayerVersionRequest { layer_name, layer_version } = to_get(self.id.text())?;
        let request = DeleteLayerVersionRequest { layer_name, layer_version };
        match scf::delete_layer_version(cloud, &request).await {
            Err(error) if !error.is_not_found() => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn import(id: &str) -> Result<Self, Problem> {
        to_get(id)?;
        Ok(Layer { id: id.into(), ..Layer::default() })
    }

    fn validate(config: &Self, problems: &mut Diagnostics) {
        check_sources(config, problems);
    }

    async fn plan(change: &mut Change<Self>, _cloud: &Cloud) -> Result<(), Problem> {
        packed::plan(change).await;
        let Some(prior) = &change.prior else { return Ok(()) };
        match change.config.given() {
            Given::Nothing => {
                // An imported version has no content in the state: it is taken for what is named.
                let imported = prior.object().is_none() && prior.source_dir.is_null();
                if !imported && prior.object() != change.config.object() {
                    change.replace("content");
                }
            }
            Given::Source(..) | Given::Unknown => {
                if change.changes("content_sha256") {
                    change.replace("content_sha256");
                }
            }
        }
        Ok(())
    }
}

impl Packed for Layer {
    const KIND: &'static str = "layer";
    const HASH: &'static str = "content_sha256";
    const SOURCES: &'static [&'static str] =
        &["content", "source_dir", "source_include", "source_exclude"];

    /// Nothing stands for an object in COS.
    fn given(&self) -> Given {
        if self.content.is_unknown() || self.source_dir.is_unknown() {
            return Given::Unknown;
        }
        if let Some(root) = self.source_dir.known().map(PathBuf::from) {
            return Given::directory(root, &self.source_include, &self.source_exclude);
        }
        match self.content().map(|content| &content.zip_file) {
            Some(Value::Unknown) => Given::Unknown,
            Some(Value::Known(path)) => {
                Given::Source(content_path("zip_file"), Source::Zip(path.into()))
            }
            Some(Value::Null) | None => Given::Nothing,
        }
    }

    fn hash(&self) -> &Value<String> {
        &self.content_sha256
    }

    fn name(&self) -> String {
        self.layer_name.or_default()
    }

    fn staging_bucket(&self) -> &Value<String> {
        &self.staging_bucket
    }

    fn problems(&self, _package: &Package) -> Vec<String> {
        Vec::new()
    }
}

impl Layer {
    fn content(&self) -> Option<&Content> {
        self.content.known().and_then(|content| content.first())
    }

    /// Bucket, key and region of the object in COS that `content` names.
    fn object(&self) -> Option<[&Value<String>; 3]> {
        let object = self.content().map(|content| {
            [&content.cos_bucket_name, &content.cos_object_name, &content.cos_bucket_region]
        });
        object.filter(|parts| parts.iter().any(|part| !part.is_null()))
    }

    fn to_publish(&self, code: Option<staging::Code>) -> PublishLayerVersionRequest {
        let (zip_file, [cos_bucket_name, cos_object_name, cos_bucket_region]) =
            code.map(staging::Code::members).unwrap_or_default();
        PublishLayerVersionRequest {
            layer_name: self.layer_name.or_default(),
            compatible_runtimes: self.compatible_runtimes.or_default(),
            content: Code {
                zip_file,
                cos_bucket_name,
                cos_object_name,
                cos_bucket_region,
                ..Code::default()
            },
            description: self.description.known().cloned(),
            license_info: self.license_info.known().cloned(),
            tags: None,
        }
    }

    fn adopt(&mut self, found: GetLayerVersionResponse) {
        self.id = format!("{}#{}", found.layer_name, found.layer_version).into();
        self.layer_name = found.layer_name.into();
        self.layer_version = found.layer_version.into();
        // The order means nothing, so the user's is kept.
        let sorted = |runtimes: &[String]| {
            let mut runtimes = runtimes.to_vec();
            runtimes.sort();
            runtimes
        };
        let runtimes = found.compatible_runtimes;
        if !self.compatible_runtimes.is_known_and(|known| sorted(known) == sorted(&runtimes)) {
            self.compatible_runtimes = runtimes.into();
        }
        self.description = as_written(&self.description, found.description);
        self.license_info = as_written(&self.license_info, found.license_info);
        if !self.content_sha256.is_known() {
            // An imported version, or one from COS.
            self.content_sha256 = packed::hash_of(&found.code_sha256).into();
        }
        self.code_sha_256 = found.code_sha256.into();
        self.location = found.location.into();
        self.status = found.status.into();
        self.create_time = found.add_time.into();
    }
}

/// The versions of a layer: number and time of publication.
async fn versions(cloud: &Cloud, layer: &str) -> tencentcloud_api::Result<Vec<(String, String)>> {
    let request =
        ListLayerVersionsRequest { layer_name: layer.to_owned(), compatible_runtime: None };
    let found = page::all_pages(cloud, &request).await?.into_iter();
    Ok(found.map(|version| (version.layer_version.to_string(), version.add_time)).collect())
}

/// The official import id: `NAME#VERSION`.
fn to_get(id: &str) -> Result<GetLayerVersionRequest, Problem> {
    const FORM: &str = "NAME#VERSION, such as libraries#1";
    let [layer_name, version] = id::split(id, '#', FORM)?;
    match version.parse() {
        Ok(layer_version) => Ok(GetLayerVersionRequest { layer_name, layer_version }),
        Err(_) => {
            let detail = format!("Expected {FORM}, got {id:?}.");
            Err(Problem::new("not an id of this resource", detail))
        }
    }
}

fn content_path(name: &str) -> Path {
    Path::attribute("content").index(0).name(name)
}

/// R358: a folder, a zip package or an object in COS, and only one of them.
fn check_sources(config: &Layer, problems: &mut Diagnostics) {
    if config.content.is_unknown() {
        return;
    }
    let content = config.content();
    let zip = content.is_some_and(|content| !content.zip_file.is_null());
    let given = [
        (!config.source_dir.is_null(), Path::attribute("source_dir")),
        (zip, content_path("zip_file")),
        (config.object().is_some(), content_path("cos_bucket_name")),
    ];
    let mut given = given.into_iter().filter(|(given, _)| *given).map(|(_, path)| path);
    match (given.next(), given.next()) {
        (None, _) => {
            let detail = "Set source_dir, or zip_file or cos_bucket_name in content.";
            problems.error(Path::root(), "No content", detail);
        }
        (_, Some(second)) => {
            let detail = "Set only one of source_dir, zip_file and cos_bucket_name.";
            problems.error(second, "Content from two places", detail);
        }
        (Some(_), None) => {}
    }
    if let Some([bucket, object, _]) = config.object() {
        for (part, name) in [(bucket, "cos_bucket_name"), (object, "cos_object_name")] {
            if part.is_null() {
                let detail = "An object in COS is named by cos_bucket_name and cos_object_name.";
                problems.error(content_path(name), format!("Missing {name}"), detail);
            }
        }
    }
    check::globs(
        problems,
        &config.source_dir,
        [("source_include", &config.source_include), ("source_exclude", &config.source_exclude)],
    );
}

/// As the API has it; a function's name has two characters at least, and 60 at most (R61).
fn name_form(name: &String) -> Check {
    let well_formed = (1..=64).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    match well_formed {
        true => Ok(()),
        false => Err(format!(
            "Expected 1 to 64 letters, digits, hyphens and underscores, beginning with a letter \
             and ending with a letter or digit, got {name:?}."
        )),
    }
}

/// R359: 1 to 5 runtimes.
fn runtimes(runtimes: &Vec<String>) -> Check {
    if !(1..=5).contains(&runtimes.len()) {
        return Err(format!("Expected 1 to 5 runtimes, got {}.", runtimes.len()));
    }
    runtimes.iter().try_for_each(check::runtime)
}
