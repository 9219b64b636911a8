//! A container image as a function's code.

use tencentcloud_api::scf::ImageConfig;
use tf_protocol::Change;
use tf_schema::check::{Check, between, one_of};
use tf_schema::{Block, Diagnostics, Path, Value};

use super::Function;

/// What the cloud says is the runtime of an image.
pub const RUNTIME: &str = "CustomImage";
const PORT: i64 = 9000;

/// A container image.
#[derive(Block, Clone, PartialEq)]
pub struct Image {
    /// `personal` or `enterprise`: the kind of registry.
    #[tf(required, validate(one_of(&["personal", "enterprise"])))]
    pub image_type: Value<String>,
    /// `DOMAIN/NAMESPACE/REPOSITORY` with `:TAG`, `@sha256:DIGEST` or both, in a registry of the
    /// function's region.
    #[tf(required, validate(uri))]
    pub image_uri: Value<String>,
    /// Id of the registry; an image of the type `enterprise` needs it.
    #[tf(optional)]
    pub registry_id: Value<String>,
    /// What is started; superseded by `command`.
    #[tf(optional)]
    pub entry_point: Value<String>,
    /// What is started instead of the image's own entry point.
    #[tf(optional)]
    pub command: Value<String>,
    /// Arguments of the command, separated by blanks.
    #[tf(optional)]
    pub args: Value<String>,
    /// Whether the image is loaded while it starts, for faster starts.
    #[tf(optional, default = false)]
    pub container_image_accelerate: Value<bool>,
    /// Port on which the image serves HTTP; -1 for an image that serves none.
    #[tf(optional, default = PORT, validate(between(-1, 65_535)))]
    pub image_port: Value<i64>,
}

impl Function {
    /// The image, if the code is one.
    pub fn image(&self) -> Option<&Image> {
        self.image_config.known()?.first()
    }
}

impl Image {
    /// The image as a request names it.
    pub fn to_api(&self) -> ImageConfig {
        ImageConfig {
            image_type: self.image_type.or_default(),
            image_uri: self.image_uri.or_default(),
            registry_id: self.registry_id.known().cloned(),
            entry_point: self.entry_point.known().cloned(),
            command: self.command.known().cloned(),
            args: self.args.known().cloned(),
            container_image_accelerate: self.container_image_accelerate.known().copied(),
            image_port: self.image_port.known().copied(),
        }
    }

    /// What the cloud says about the image. The cloud adds tag and digest: what means the same is
    /// left as it was written.
    pub fn adopt(found: ImageConfig, prior: Option<&Image>) -> Image {
        let written = prior.and_then(|prior| prior.image_uri.known());
        let text = |text: Option<String>| match text {
            Some(text) if !text.is_empty() => Value::Known(text),
            _ => Value::Null,
        };
        Image {
            image_type: found.image_type.into(),
            image_uri: written
                .filter(|uri| same_image(uri, &found.image_uri))
                .cloned()
                .unwrap_or(found.image_uri)
                .into(),
            registry_id: text(found.registry_id),
            entry_point: text(found.entry_point),
            command: text(found.command),
            args: text(found.args),
            container_image_accelerate: found.container_image_accelerate.unwrap_or(false).into(),
            image_port: found.image_port.unwrap_or(PORT).into(),
        }
    }
}

/// Repository, tag and digest of `REPOSITORY:TAG@sha256:DIGEST`.
fn parts(uri: &str) -> (&str, Option<&str>, Option<&str>) {
    let (name, digest) = match uri.split_once("@sha256:") {
        Some((name, digest)) => (name, Some(digest)),
        None => (uri, None),
    };
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    match name[last..].split_once(':') {
        Some((short, tag)) => (&name[..last + short.len()], Some(tag), digest),
        None => (name, None, digest),
    }
}

/// Whether the cloud's image is the one that was written, of which tag or digest may be left out.
fn same_image(written: &str, found: &str) -> bool {
    let (repository, tag, digest) = parts(written);
    let (found_repository, found_tag, found_digest) = parts(found);
    let fits = |written: Option<&str>, found| written.is_none() || written == found;
    repository == found_repository && fits(tag, found_tag) && fits(digest, found_digest)
}

fn uri(uri: &String) -> Check {
    let (repository, tag, digest) = parts(uri);
    let folders: Vec<&str> = repository.split('/').collect();
    let is_digest =
        |digest: &str| digest.len() == 64 && digest.chars().all(|c| c.is_ascii_hexdigit());
    let sound = folders.len() == 3
        && folders.iter().all(|part| !part.is_empty())
        && tag != Some("")
        && digest.is_none_or(is_digest)
        && (tag.is_some() || digest.is_some());
    match sound {
        true => Ok(()),
        false => Err(format!(
            "Expected DOMAIN/NAMESPACE/REPOSITORY with :TAG, @sha256:DIGEST or both, got {uri:?}."
        )),
    }
}

/// The rules of an image beside the rest of the function.
pub fn check(config: &Function, problems: &mut Diagnostics) {
    let Some(image) = config.image() else { return };
    let block = Path::attribute("image_config").index(0);
    if image.image_type.is_known_and(|kind| kind == "enterprise") && image.registry_id.is_null() {
        let detail = "An image of the type enterprise needs the id of its registry.";
        problems.error(block.clone().name("registry_id"), "Missing registry", detail);
    }
    if image.image_type.is_known_and(|kind| kind == "enterprise")
        && image.image_uri.is_known_and(|uri| !is_enterprise(uri))
    {
        let detail = "An image of the type enterprise is at NAME.tencentcloudcr.com.";
        problems.error(block.name("image_uri"), "Image in another registry", detail);
    }
    if config.runtime.is_known_and(|runtime| runtime != RUNTIME) {
        let detail = format!("An image is its own runtime: leave it out or set {RUNTIME:?}.");
        problems.error("runtime", "Runtime of an image", detail);
    }
    // R391 to R393: the switch is for functions whose code is a package.
    if config.dns_cache.is_known_and(|on| *on) {
        let detail = "An image starts its own cache.";
        problems.error("dns_cache", "Name cache of an image", detail);
    }
}

fn is_enterprise(uri: &str) -> bool {
    uri.split('/').next().is_some_and(|domain| domain.ends_with(".tencentcloudcr.com"))
}

/// What a personal registry's name begins with, by region; elsewhere it is the mainland's (R100).
const PERSONAL: [(&str, &str); 6] = [
    ("ap-hongkong", "hkccr"),
    ("ap-singapore", "sgccr"),
    ("ap-mumbai", "inccr"),
    ("ap-tokyo", "jpccr"),
    ("na-siliconvalley", "uswccr"),
    ("eu-frankfurt", "deccr"),
];

/// A function of an image stays one. And R100: the image should be in the function's region.
pub fn plan(change: &mut Change<Function>, region: &str) {
    let had = change.prior.as_ref().map(|prior| prior.image().is_some());
    if had.is_some_and(|had| had != change.planned.image().is_some())
        && !change.planned.image_config.is_unknown()
    {
        change.replace("image_config");
    }
    let Some(image) = change.config.image() else { return };
    let Some(uri) = image.image_uri.known() else { return };
    let own = PERSONAL.iter().find(|(name, _)| *name == region).map_or("ccr", |(_, own)| own);
    let elsewhere = !uri.starts_with(&format!("{own}.ccs.tencentyun.com/"));
    if image.image_type.is_known_and(|kind| kind == "personal") && elsewhere {
        let detail = format!(
            "A function in {region} takes images from {own}.ccs.tencentyun.com, not from {uri:?}."
        );
        let path = Path::attribute("image_config").index(0).name("image_uri");
        change.problems.warning(path, "Image in another region", detail);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_may_leave_out_tag_or_digest() {
        let digest = "a".repeat(64);
        let name = "ccr.ccs.tencentyun.com/team/app";
        let found = format!("{name}:1@sha256:{digest}");
        for written in [format!("{name}:1"), format!("{name}@sha256:{digest}"), found.clone()] {
            uri(&written).unwrap();
            assert!(same_image(&written, &found), "{written}");
        }
        let other = format!("{name}@sha256:{}", "b".repeat(64));
        for written in [format!("{name}:2"), format!("{name}2:1"), other] {
            assert!(!same_image(&written, &found), "{written}");
        }
        for wrong in ["", "app:1", "a/b/c", "a/b/c:", "a/b/c@sha256:abc", "a/b/c/d:1"] {
            assert!(uri(&wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
