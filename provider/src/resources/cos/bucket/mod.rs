//! `tencentcloud_cos_bucket`: a bucket.
//! <https://www.tencentcloud.com/document/product/436/7738>

mod cors;
mod lifecycle;
mod website;

pub use lifecycle::Rule as LifecycleRule;

use tencentcloud_api::cos::{
    self, AccelerateConfiguration, CorsConfiguration, DefaultEncryption, Document,
    EncryptionConfiguration, EncryptionRule, LifecycleConfiguration, NewBucket, Tag, TagSet,
    Tagging, VersioningConfiguration, WebsiteConfiguration,
};
use tf_protocol::{Change, Lifecycle, Presence, Problem, Timeouts};
use tf_schema::check::{Check, one_of};
use tf_schema::{Diagnostics, Resource, Value};

use super::object::ACLS;
use crate::{Cloud, create, tags};

/// A bucket: objects by their keys.
///
/// The bucket is made in the provider's region. Its name ends with the account's APPID.
#[derive(Resource, Default)]
pub struct Bucket {
    /// Name of the bucket: lower-case letters, digits and hyphens, and at its end a hyphen and the
    /// account's APPID, such as `files-1250000000`; at most 60 characters. It cannot be changed.
    #[tf(required, force_new, validate(name))]
    pub bucket: Value<String>,
    /// Who may read and write the bucket's objects beside the owner: `private`, `public-read` or
    /// `public-read-write`.
    #[tf(optional, default = "private", validate(one_of(&ACLS)))]
    pub acl: Value<String>,
    /// Whether every change of an object keeps the version that was there.
    #[tf(optional, default = false)]
    pub versioning_enable: Value<bool>,
    /// Whether the bucket is also reached at its host of the global acceleration.
    #[tf(optional, default = false)]
    pub acceleration_enable: Value<bool>,
    /// What new objects are encrypted with: `AES256`, or nothing.
    #[tf(optional, validate(one_of(&["AES256"])))]
    pub encryption_algorithm: Value<String>,
    /// Whether the objects lie in several zones. It cannot be changed.
    #[tf(optional, force_new)]
    pub multi_az: Value<bool>,
    /// `true` where answers to pages of other origins say that they depend on the origin; goes
    /// together with `cors_rules`.
    #[tf(optional, validate(one_of(&["true", "false"])))]
    pub cors_response_vary: Value<String>,
    /// Whether everything in the bucket is deleted with it, all versions and unfinished uploads. A
    /// bucket that is not empty cannot be deleted otherwise.
    #[tf(optional, default = false)]
    pub force_clean: Value<bool>,
    /// Tags of the bucket.
    #[tf(optional)]
    pub tags: tags::Tags,
    /// Name of the bucket.
    #[tf(computed, stable)]
    pub id: Value<String>,
    /// URL of the bucket.
    #[tf(computed, stable)]
    pub cos_bucket_url: Value<String>,
    /// Which pages of other origins may use the bucket. The first rule that fits counts.
    #[tf(block)]
    pub cors_rules: Value<Vec<cors::Rule>>,
    /// What happens to objects with time.
    #[tf(block)]
    pub lifecycle_rules: Value<Vec<lifecycle::Rule>>,
    /// A static website of the bucket's objects.
    #[tf(block, max(1))]
    pub website: Value<Vec<website::Website>>,
}

/// What the cloud's refusals are about.
const ATTRIBUTES: [(&str, &str); 3] =
    [("InvalidBucketName", "bucket"), ("BucketAlready", "bucket"), ("TooManyBuckets", "bucket")];

impl Lifecycle for Bucket {
    const TYPE: &'static str = "tencentcloud_cos_bucket";
    const TIMEOUTS: Timeouts = Timeouts::NONE.create(5).update(5).delete(30);
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let name = self.bucket.or_default();
        let new = NewBucket {
            acl: self.acl.known().cloned(),
            multi_az: self.multi_az.is_known_and(|on| *on),
        };
        let made = cos::put_bucket(cloud, &name, &new).await;
        let look = async { Ok(cos::find_bucket(cloud, &name).await?.is_some()) };
        let made = create::named(made, &mut self.id, name.clone(), look).await;
        made.map_err(|error| create::point_at(error, &ATTRIBUTES))?;
        let nothing = Bucket {
            acl: self.acl.clone(),
            versioning_enable: false.into(),
            acceleration_enable: false.into(),
            ..Bucket::default()
        };
        self.set(&nothing, cloud).await
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let name = self.id.or_default();
        let Some(found) = cos::find_bucket(cloud, &name).await? else {
            return Ok(Presence::Gone);
        };
        self.multi_az = match (found.multi_az, &self.multi_az) {
            (false, Value::Null) => Value::Null,
            (on, _) => on.into(),
        };
        self.cos_bucket_url = url(&name, cloud.region()).into();
        self.bucket = name.into();
        self.read_settings(cloud).await?;
        Ok(Presence::Present)
    }

    async fn update(&mut self, prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        self.set(prior, cloud).await
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let name = self.id.text();
        match self.delete_bucket(name, cloud).await {
            Err(error) if error.is_not_found() => Ok(()),
            Err(error) if error.code() == Some("BucketNotEmpty") => {
                let detail = format!(
                    "The bucket {name} holds objects, versions or unfinished uploads. Delete them, \
                     or apply force_clean = true first, which deletes them with the bucket."
                );
                Err(Problem::new("The bucket is not empty", detail).at("force_clean"))
            }
            outcome => Ok(outcome?),
        }
    }

    fn import(id: &str) -> Result<Self, Problem> {
        name(&id.to_owned()).map_err(|why| Problem::new("not an id of this resource", why))?;
        Ok(Bucket { id: id.into(), force_clean: false.into(), ..Bucket::default() })
    }

    fn validate(config: &Self, problems: &mut Diagnostics) {
        if !config.cors_response_vary.is_null() && config.cors_rules.is_known_and(Vec::is_empty) {
            let detail = "cors_response_vary needs cors_rules.";
            problems.error("cors_response_vary", "Nothing that could depend on it", detail);
        }
        lifecycle::check(&config.lifecycle_rules, problems);
        website::check(&config.website, problems);
    }

    /// What is set on a bucket cannot be kept from being what it is; nothing else follows.
    async fn plan(change: &mut Change<Self>, cloud: &Cloud) -> Result<(), Problem> {
        if let Some(name) = change.config.bucket.known() {
            let url = url(name, cloud.region());
            change.set::<String>("cos_bucket_url", url);
        }
        Ok(())
    }
}

impl Bucket {
    async fn delete_bucket(&self, name: &str, cloud: &Cloud) -> tencentcloud_api::Result<()> {
        if self.force_clean.is_known_and(|on| *on) {
            cos::empty_bucket(cloud, name).await?;
        }
        cos::delete_bucket(cloud, name).await
    }

    /// Sets what differs from `prior`.
    async fn set(&self, prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        let name = self.id.text();
        if self.acl != prior.acl {
            cos::put_bucket_acl(cloud, name, self.acl.text()).await?;
        }
        let on = |flag: &Value<bool>| if flag.or_default() { "Enabled" } else { "Suspended" };
        if self.versioning_enable != prior.versioning_enable {
            let status = on(&self.versioning_enable).to_owned();
            cos::put_document(cloud, name, &VersioningConfiguration { status }).await?;
        }
        if self.acceleration_enable != prior.acceleration_enable {
            let status = on(&self.acceleration_enable).to_owned();
            cos::put_document(cloud, name, &AccelerateConfiguration { status }).await?;
        }
        change(cloud, name, encryption(prior), encryption(self), "encryption_algorithm").await?;
        change(cloud, name, tagging(prior), tagging(self), "tags").await?;
        let cors = |bucket: &Bucket| cors::to_api(&bucket.cors_rules, &bucket.cors_response_vary);
        change(cloud, name, cors(prior), cors(self), "cors_rules").await?;
        let lifecycle = |bucket: &Bucket| lifecycle::to_api(&bucket.lifecycle_rules);
        change(cloud, name, lifecycle(prior), lifecycle(self), "lifecycle_rules").await?;
        let website = |bucket: &Bucket| website::to_api(&bucket.website);
        change(cloud, name, website(prior), website(self), "website").await
    }

    async fn read_settings(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let name = self.bucket.or_default();
        self.acl = cos::bucket_acl(cloud, &name).await?.into();
        let versioning = cos::find_document::<VersioningConfiguration>(cloud, &name).await?;
        self.versioning_enable = versioning.is_some_and(|found| found.status == "Enabled").into();
        let acceleration = cos::find_document::<AccelerateConfiguration>(cloud, &name).await?;
        self.acceleration_enable =
            acceleration.is_some_and(|found| found.status == "Enabled").into();
        let encryption = cos::find_document::<EncryptionConfiguration>(cloud, &name).await?;
        self.encryption_algorithm = encryption.map(|found| found.rule.by_default.algorithm).into();
        let found = cos::find_document::<Tagging>(cloud, &name).await?.unwrap_or_default();
        let found = found.tag_set.tags.into_iter().map(|tag| (tag.key, tag.value));
        self.tags = tags::adopt(&self.tags, found);
        let cors = cos::find_document::<CorsConfiguration>(cloud, &name).await?;
        let cors = cors.unwrap_or_default();
        self.cors_response_vary = match (cors.response_vary, &self.cors_response_vary) {
            // Not to depend on it is what is not set.
            (None | Some(false), Value::Null) => Value::Null,
            (vary, _) => vary.unwrap_or_default().to_string().into(),
        };
        self.cors_rules = cors::adopt(&self.cors_rules, cors.rules);
        let lifecycle = cos::find_document::<LifecycleConfiguration>(cloud, &name).await?;
        self.lifecycle_rules =
            lifecycle::adopt(&self.lifecycle_rules, lifecycle.unwrap_or_default());
        let website = cos::find_document::<WebsiteConfiguration>(cloud, &name).await?;
        let host = format!("{name}.cos-website.{}.myqcloud.com", cloud.region());
        self.website = website::adopt(website, &host);
        Ok(())
    }
}

/// Changes one setting from `prior` to `planned`, where they differ.
async fn change<D: Document + PartialEq>(
    cloud: &Cloud,
    bucket: &str,
    prior: Option<D>,
    planned: Option<D>,
    attribute: &'static str,
) -> Result<(), Problem> {
    if prior == planned {
        return Ok(());
    }
    let changed = match planned {
        Some(planned) => cos::put_document(cloud, bucket, &planned).await,
        None => cos::delete_document::<D>(cloud, bucket).await,
    };
    changed.map_err(|error| Problem::from(error).at(attribute))
}

fn encryption(bucket: &Bucket) -> Option<EncryptionConfiguration> {
    let algorithm = bucket.encryption_algorithm.known()?.clone();
    let rule = EncryptionRule { by_default: DefaultEncryption { algorithm } };
    Some(EncryptionConfiguration { rule })
}

fn tagging(bucket: &Bucket) -> Option<Tagging> {
    let pairs = tags::pairs(&bucket.tags).into_iter();
    let tags: Vec<_> = pairs.map(|(key, value)| Tag { key, value }).collect();
    (!tags.is_empty()).then_some(Tagging { tag_set: TagSet { tags } })
}

/// Where a bucket is reached.
pub fn url(bucket: &str, region: &str) -> String {
    format!("https://{bucket}.cos.{region}.myqcloud.com")
}

/// The form of a bucket's full name.
pub fn name(name: &String) -> Check {
    let app_id = name.rsplit_once('-').filter(|(own, app_id)| {
        !own.is_empty() && app_id.len() >= 8 && app_id.bytes().all(|byte| byte.is_ascii_digit())
    });
    let Some((own, _)) = app_id else {
        return Err(format!(
            "Expected a name with the account's APPID at its end, such as \
             \"files-1250000000\", got {name:?}."
        ));
    };
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.len() > 60 || own.starts_with('-') || own.ends_with('-') || !own.chars().all(allowed) {
        return Err(format!(
            "Expected lower-case letters, digits and hyphens, no hyphen at either end, and at most \
             60 characters with the APPID, got {name:?}."
        ));
    }
    Ok(())
}
