//! `tencentcloud_cos_bucket`: a bucket.
//! <https://www.tencentcloud.com/document/product/436/7738>

mod acl;
mod cors;
mod lifecycle;
mod lock;
mod log;
mod origin;
mod replica;
mod rules;
mod settings;
mod tiering;
mod website;

pub use lifecycle::Rule as LifecycleRule;
pub use origin::{Domain, Pull};

use tencentcloud_api::Client;
use tencentcloud_api::cos::{self, NewBucket};
use tf_protocol::{Change, Lifecycle, Presence, Problem, Timeouts};
use tf_schema::check::{Check, between, one_of};
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
    /// `public-read-write`. Leave it out where `acl_body` says more.
    #[tf(optional, default = "private", validate(one_of(&ACLS)))]
    pub acl: Value<String>,
    /// Whether every change of an object keeps the version that was there.
    #[tf(optional, default = false)]
    pub versioning_enable: Value<bool>,
    /// Whether the bucket is also reached at its host of the global acceleration.
    #[tf(optional, default = false)]
    pub acceleration_enable: Value<bool>,
    /// Who may do what, as an XML document `AccessControlPolicy`, in place of `acl`. Two documents
    /// with the same owner and grants are no change, however they are written.
    #[tf(optional, computed, stable, validate(acl::check), equal_when(acl::mean_same))]
    pub acl_body: Value<String>,
    /// What new objects are encrypted with: `AES256`, `KMS`, or nothing.
    #[tf(optional, validate(one_of(&["AES256", "KMS"])))]
    pub encryption_algorithm: Value<String>,
    /// Id of the KMS key of new objects; goes together with `encryption_algorithm = "KMS"`, which
    /// takes the product's own key without it.
    #[tf(optional)]
    pub kms_id: Value<String>,
    /// Whether the objects lie in several zones. It cannot be changed.
    #[tf(optional, force_new)]
    pub multi_az: Value<bool>,
    /// Id of the cluster of a dedicated zone (CDC) in which the bucket lies. It cannot be changed.
    #[tf(optional, force_new)]
    pub cdc_id: Value<String>,
    /// Whether the bucket is a file system at the same time (CHDFS). It cannot be changed.
    #[tf(optional, computed, stable, force_new)]
    pub chdfs_ofs: Value<bool>,
    /// Whether accesses are logged, every five minutes as an object of
    /// `log_target_bucket`.
    #[tf(optional, default = false)]
    pub log_enable: Value<bool>,
    /// Name of the bucket of the logs, in the same region.
    #[tf(optional)]
    pub log_target_bucket: Value<String>,
    /// How the keys of the logs begin, such as `logs/`.
    #[tf(optional)]
    pub log_prefix: Value<String>,
    /// Whether objects of the storage class `INTELLIGENT_TIERING` move to cheaper tiers when nobody
    /// reads them. Once enabled it can be neither changed nor switched off.
    #[tf(optional, computed, stable)]
    pub enable_intelligent_tiering: Value<bool>,
    /// Days after which they move to infrequent access: 30, 60 or 90; 30 where it is not set.
    #[tf(optional, computed, stable, validate(tiering::days))]
    pub intelligent_tiering_days: Value<i64>,
    /// How often an object may be read in these days and move all the same; 1 where it is not set.
    #[tf(optional, computed, stable, validate(between(1, 254)))]
    pub intelligent_tiering_request_frequent: Value<i64>,
    /// On whose behalf objects are copied by `replica_rules`, as `qcs::cam::uin/UIN:uin/UIN`.
    #[tf(optional)]
    pub replica_role: Value<String>,
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
    /// Objects that are copied to other buckets when they are put; needs `versioning_enable` and
    /// `replica_role`.
    #[tf(block)]
    pub replica_rules: Value<Vec<replica::Rule>>,
    /// Where objects come from that the bucket does not have.
    #[tf(block)]
    pub origin_pull_rules: Value<Vec<Pull>>,
    /// Domains of your own, at which the bucket answers, too.
    #[tf(block)]
    pub origin_domain_rules: Value<Vec<Domain>>,
    /// Objects that nobody may delete or overwrite for a while. Once enabled it cannot be switched
    /// off.
    #[tf(block, max(1))]
    pub object_lock_configuration: Value<Vec<lock::ObjectLock>>,
    /// When objects move on to the archive tiers; needs `enable_intelligent_tiering`.
    #[tf(block)]
    pub intelligent_tiering_archiving_rule_list: Value<Vec<tiering::Archiving>>,
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
        let client = self.client(cloud);
        let new = NewBucket {
            acl: self.acl.known().cloned(),
            multi_az: self.multi_az.is_known_and(|on| *on),
            file_system: self.chdfs_ofs.is_known_and(|on| *on),
        };
        let made = cos::put_bucket(&client, &name, &new).await;
        let look = async { Ok(cos::find_bucket(&client, &name).await?.is_some()) };
        let made = create::named(made, &mut self.id, name.clone(), look).await;
        made.map_err(|error| create::point_at(error, &ATTRIBUTES))?;
        let nothing = Bucket {
            acl: self.acl.clone(),
            versioning_enable: false.into(),
            acceleration_enable: false.into(),
            log_enable: false.into(),
            ..Bucket::default()
        };
        self.set(&nothing, &client).await
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let name = self.id.or_default();
        let client = self.client(cloud);
        let Some(found) = cos::find_bucket(&client, &name).await? else {
            return Ok(Presence::Gone);
        };
        self.multi_az = match (found.multi_az, &self.multi_az) {
            (false, Value::Null) => Value::Null,
            (on, _) => on.into(),
        };
        self.chdfs_ofs = found.file_system.into();
        self.cos_bucket_url = url(&name, cloud.region(), self.cdc_id.text()).into();
        self.bucket = name.into();
        self.read_settings(&client).await?;
        Ok(Presence::Present)
    }

    async fn update(&mut self, prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        self.set(prior, &self.client(cloud)).await
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let name = self.id.text();
        match self.delete_bucket(name, &self.client(cloud)).await {
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
        acl::check_pair(config, problems);
        log::check(config, problems);
        lock::check(config, problems);
        origin::check(&config.origin_pull_rules, problems);
        replica::check(config, problems);
        tiering::check(config, problems);
        rules::check(config, problems);
    }

    /// What is set on a bucket cannot be kept from being what it is; nothing else follows.
    async fn plan(change: &mut Change<Self>, cloud: &Cloud) -> Result<(), Problem> {
        if let Some(name) = change.config.bucket.known()
            && !change.config.cdc_id.is_unknown()
        {
            let url = url(name, cloud.region(), change.config.cdc_id.text());
            change.set::<String>("cos_bucket_url", url);
        }
        acl::plan(change);
        lock::plan(change);
        tiering::plan(change);
        Ok(())
    }
}

impl Bucket {
    /// The way to the bucket.
    fn client(&self, cloud: &Cloud) -> Client {
        cloud.with_cluster(self.cdc_id.text())
    }

    async fn delete_bucket(&self, name: &str, client: &Client) -> tencentcloud_api::Result<()> {
        if self.force_clean.is_known_and(|on| *on) {
            cos::empty_bucket(client, name).await?;
        }
        cos::delete_bucket(client, name).await
    }
}

/// Where a bucket is reached, in a region or in a cluster of a dedicated zone.
pub fn url(bucket: &str, region: &str, cluster: &str) -> String {
    match cluster {
        "" => format!("https://{bucket}.cos.{region}.myqcloud.com"),
        cluster => format!("https://{bucket}.{cluster}.cos-cdc.{region}.myqcloud.com"),
    }
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
