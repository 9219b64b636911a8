//! Container images as code. The local cloud stores what a function is to run, and checks it; it
//! does not run containers.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::call::Call;
use crate::params::Params;
use crate::refusal::{Refusal, refused};
use crate::verify::sha256_hex;

/// What functions of images report as their runtime.
pub(super) const RUNTIME: &str = "CustomImage";
/// R73.
pub(super) const INIT_TIMEOUT: i64 = 90;
/// The port of a web function, unless the request names one.
const PORT: i64 = 9000;
/// For an image that listens on no port.
const NO_PORT: i64 = -1;
/// Where instances of the enterprise registry are.
const ENTERPRISE: &str = ".tencentcloudcr.com";
/// The personal registries outside of the mainland; all its regions share one (R100).
const PERSONAL: [(&str, &str); 6] = [
    ("ap-hongkong", "hkccr.ccs.tencentyun.com"),
    ("ap-singapore", "sgccr.ccs.tencentyun.com"),
    ("ap-mumbai", "inccr.ccs.tencentyun.com"),
    ("ap-tokyo", "jpccr.ccs.tencentyun.com"),
    ("na-siliconvalley", "uswccr.ccs.tencentyun.com"),
    ("eu-frankfurt", "deccr.ccs.tencentyun.com"),
];
const MAINLAND: &str = "ccr.ccs.tencentyun.com";

/// An image that serves as code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Image {
    kind: String,
    /// With tag and digest.
    uri: String,
    registry: String,
    entry_point: String,
    command: String,
    args: String,
    /// R103.
    accelerate: bool,
    port: i64,
}

impl Image {
    /// What a call says about the image.
    ///
    /// # Errors
    /// When there can be no such image in this region's registries.
    pub(super) fn read(call: &Call<'_>, config: &Params<'_>) -> Result<Self, Refusal> {
        let text = |name: &str| config.str(name).to_owned();
        let kind = config.str("ImageType");
        if !["personal", "enterprise"].contains(&kind) {
            let text = format!("ImageType `{kind}` must be personal or enterprise.");
            return refused("InvalidParameterValue.ImageType", text);
        }
        if kind == "enterprise" && config.str("RegistryId").is_empty() {
            let text = "An image of the type enterprise needs the RegistryId.";
            return refused("InvalidParameterValue.RegistryId", text);
        }
        let port = config.int("ImagePort").unwrap_or(PORT);
        if port != NO_PORT && !(0..=65_535).contains(&port) {
            let text = format!("ImagePort {port} must be a port, or -1 for none.");
            return refused("InvalidParameterValue.ImagePort", text);
        }
        Ok(Self {
            kind: kind.to_owned(),
            uri: uri(config.str("ImageUri"), kind, call.region())?,
            registry: text("RegistryId"),
            entry_point: text("EntryPoint"),
            command: text("Command"),
            args: text("Args"),
            accelerate: config.bool("ContainerImageAccelerate").unwrap_or(false),
            port,
        })
    }

    pub(super) fn show(&self) -> Value {
        json!({
            "ImageType": self.kind,
            "ImageUri": self.uri,
            "RegistryId": self.registry,
            "EntryPoint": self.entry_point,
            "Command": self.command,
            "Args": self.args,
            "ContainerImageAccelerate": self.accelerate,
            "ImagePort": self.port,
        })
    }
}

/// `DOMAIN/NAMESPACE/REPOSITORY`, then `:TAG`, `@sha256:DIGEST` or both. The registry would know the
/// other one, which is made up here.
fn uri(uri: &str, kind: &str, region: &str) -> Result<String, Refusal> {
    let wrong = |text: String| refused("InvalidParameterValue.ImageUri", text);
    let (name, digest) = match uri.split_once("@sha256:") {
        Some((name, digest)) => (name, Some(digest)),
        None => (uri, None),
    };
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    let (repository, tag) = match name[last..].split_once(':') {
        Some((short, tag)) => (&name[..last + short.len()], Some(tag)),
        None => (name, None),
    };
    let parts: Vec<_> = repository.split('/').collect();
    let is_digest =
        |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let sound = parts.len() == 3
        && parts.iter().all(|part| !part.is_empty())
        && tag.is_none_or(|tag| !tag.is_empty())
        && digest.is_none_or(is_digest)
        && (tag.is_some() || digest.is_some());
    if !sound {
        return wrong(format!(
            "ImageUri `{uri}` must be DOMAIN/NAMESPACE/REPOSITORY with :TAG, @sha256:DIGEST or both."
        ));
    }
    let personal = PERSONAL.iter().find(|(name, _)| *name == region).map_or(MAINLAND, |(_, it)| it);
    let domain = parts[0];
    if kind == "personal" && domain != personal {
        return wrong(format!(
            "The image is at {domain}; the personal registry of {region} is {personal}."
        ));
    }
    if kind == "enterprise" && !domain.ends_with(ENTERPRISE) {
        return wrong(format!("The image is at {domain}, which is no {ENTERPRISE} registry."));
    }
    let tag = tag.unwrap_or("latest");
    let digest = digest.map_or_else(|| sha256_hex(name.as_bytes()), str::to_owned);
    Ok(format!("{repository}:{tag}@sha256:{digest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str, kind: &str) -> Option<String> {
        uri(text, kind, "ap-guangzhou").err().map(|refusal| refusal.code.into_owned())
    }

    #[test]
    fn an_image_is_read_back_with_tag_and_digest() {
        let digest = "a".repeat(64);
        let name = "ccr.ccs.tencentyun.com/team/app";
        let read = |text: String| uri(&text, "personal", "ap-guangzhou").unwrap();
        assert_eq!(
            read(format!("{name}:1.0@sha256:{digest}")),
            format!("{name}:1.0@sha256:{digest}")
        );
        assert_eq!(
            read(format!("{name}@sha256:{digest}")),
            format!("{name}:latest@sha256:{digest}")
        );
        let made_up = read(format!("{name}:1.0"));
        assert!(made_up.starts_with(&format!("{name}:1.0@sha256:")), "{made_up}");
        assert_eq!(made_up, read(format!("{name}:1.0")));
    }

    #[test]
    fn malformed_images_are_refused() {
        for text in ["", "app:1", "a/b:1", "ccr.ccs.tencentyun.com/team/app", "a/b/c/d:1"] {
            assert_eq!(code(text, "personal").as_deref(), Some("InvalidParameterValue.ImageUri"));
        }
        let short = "ccr.ccs.tencentyun.com/team/app@sha256:abc";
        assert!(code(short, "personal").is_some());
    }

    #[test]
    fn r100_the_image_is_in_a_registry_of_the_functions_region() {
        let mainland = "ccr.ccs.tencentyun.com/team/app:1";
        uri(mainland, "personal", "ap-shanghai").unwrap();
        assert!(uri(mainland, "personal", "ap-tokyo").is_err());
        uri("jpccr.ccs.tencentyun.com/team/app:1", "personal", "ap-tokyo").unwrap();
        assert!(uri("docker.io/team/app:1", "personal", "ap-shanghai").is_err());
        uri("team.tencentcloudcr.com/ns/app:1", "enterprise", "ap-tokyo").unwrap();
        assert!(uri(mainland, "enterprise", "ap-shanghai").is_err());
    }
}
