//! How code reaches the cloud: in the request itself or, where it is too large for one, by way of
//! a bucket in the object storage; or it lies in one already.

use tencentcloud_api::Secret;
use tencentcloud_api::cos::{self, Body, ObjectSettings, Place};
use tf_protocol::Problem;
use tf_schema::Value;
use tf_schema::check::Check;

use super::packed::{REQUEST_LIMIT, encode};
use crate::Cloud;
use crate::package::Package;

/// Where staged packages lie in their bucket. The hash in the key is that of the content, so the
/// same bytes are sent once, whoever needs them.
const FOLDER: &str = "scf-rs";

/// The code of a request.
pub enum Code {
    /// The package itself, in base64.
    Zip(Secret),
    /// An object that holds it.
    Object(Object),
}

/// An object in the object storage that holds a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object {
    /// Name of the bucket, without the APPID, as this API takes it.
    pub bucket: String,
    /// Key of the object, with a leading slash, as this API takes it.
    pub key: String,
    /// Region of the bucket; the function's own if none.
    pub region: Option<String>,
}

impl Object {
    /// The object that a configuration names; `None` where it names none.
    pub fn named(
        bucket: &Value<String>,
        key: &Value<String>,
        region: &Value<String>,
    ) -> Option<Object> {
        let (bucket, key) = (bucket.known()?, key.known()?);
        let slash = if key.starts_with('/') { "" } else { "/" };
        Some(Object {
            bucket: without_app_id(bucket).to_owned(),
            key: format!("{slash}{key}"),
            region: region.known().cloned(),
        })
    }
}

impl Code {
    /// Members of a request: the package, and bucket, key and region of an object.
    pub fn members(self) -> (Option<Secret>, [Option<String>; 3]) {
        match self {
            Code::Zip(zip) => (Some(zip), [None, None, None]),
            Code::Object(Object { bucket, key, region }) => {
                (None, [Some(bucket), Some(key), region])
            }
        }
    }
}

/// The name of a bucket without the APPID that stands at the end of its full name.
fn without_app_id(bucket: &str) -> &str {
    match full_name(bucket) {
        true => bucket.rsplit_once('-').map_or(bucket, |(own, _)| own),
        false => bucket,
    }
}

/// Whether the name of a bucket ends with an APPID.
pub fn full_name(bucket: &str) -> bool {
    bucket.rsplit_once('-').is_some_and(|(own, app_id)| {
        !own.is_empty() && app_id.len() == 10 && app_id.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// A bucket through which packages go is named in full.
pub fn staging_name(bucket: &String) -> Check {
    crate::resources::cos::bucket::name(bucket)
}

/// What the cloud takes for a package.
pub fn archive_name(key: &String) -> Check {
    match [".zip", ".jar"].iter().any(|suffix| key.ends_with(suffix)) {
        true => Ok(()),
        false => Err(format!("Expected a key that ends with .zip or .jar, got {key:?}.")),
    }
}

/// Gets a package on its way: into the request if it fits, else into the staging bucket, unless the
/// same bytes lie there.
///
/// # Errors
/// What the object storage refuses; a package that does not fit and has no bucket.
pub async fn stage(
    package: Package,
    staging_bucket: &Value<String>,
    cloud: &Cloud,
) -> Result<Code, Problem> {
    if package.bytes.len() <= REQUEST_LIMIT {
        return Ok(Code::Zip(encode(&package)));
    }
    let Some(bucket) = staging_bucket.known() else {
        return Err(Problem::new("Code that cannot be used", too_large(&package)));
    };
    let place = Place::new(bucket, format!("{FOLDER}/{}.zip", package.sha256));
    let _lock = cloud.lock(&format!("cos/{}/{}", place.bucket, place.key)).await?;
    let size = package.bytes.len() as u64;
    let at = |error| Problem::from(error).at("staging_bucket");
    let there = cos::find_object(cloud, &place).await.map_err(at)?;
    if there.is_none_or(|object| object.size != size) {
        let body = Body::Bytes(package.bytes.into());
        cos::upload(cloud, &place, &body, &ObjectSettings::default()).await.map_err(at)?;
    }
    Ok(Code::Object(Object {
        bucket: without_app_id(bucket).to_owned(),
        key: format!("/{}", place.key),
        region: Some(cloud.region().to_owned()),
    }))
}

/// Why a package is not sent that has no bucket to go through.
pub fn too_large(package: &Package) -> String {
    format!(
        "The package has {} bytes; a request takes at most {REQUEST_LIMIT}. Set staging_bucket to \
         the name of a bucket in this region: larger packages are sent through it. Or leave out \
         what is not needed, for example with source_exclude, or put libraries into layers.",
        package.bytes.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_app_id_is_no_part_of_the_name_that_the_api_takes() {
        for (full, own) in
            [("code-1250000000", "code"), ("my-code-1250000000", "my-code"), ("code-2", "code-2")]
        {
            assert_eq!(without_app_id(full), own);
        }
        let object = |key: &str| Object::named(&"code".into(), &key.into(), &Value::Null).unwrap();
        assert_eq!(object("a.zip"), object("/a.zip"));
    }
}
