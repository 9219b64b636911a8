//! What is set on a bucket: each a document that is put, read and deleted.

use tencentcloud_api::Client;
use tencentcloud_api::cos::{
    self, AccelerateConfiguration, Acl, CorsConfiguration, DefaultEncryption, Document,
    DomainConfiguration, EncryptionConfiguration, EncryptionRule, LifecycleConfiguration,
    LoggingStatus, ObjectLockConfiguration, OriginConfiguration, ReplicationConfiguration, Tag,
    TagSet, Tagging, VersioningConfiguration, WebsiteConfiguration,
};
use tf_protocol::Problem;
use tf_schema::Value;

use super::{Bucket, acl, cors, lifecycle, lock, log, origin, replica, tiering, website};
use crate::tags;

impl Bucket {
    /// Sets what differs from `prior`.
    pub(super) async fn set(&self, prior: &Self, client: &Client) -> Result<(), Problem> {
        let name = self.id.text();
        self.set_acl(prior, client).await?;
        let replication = (replica::to_api(prior), replica::to_api(self));
        // Versions are kept as long as objects are copied.
        if replication.1.is_none() {
            change(client, name, replication.0.clone(), None, "replica_rules").await?;
        }
        let on = |flag: &Value<bool>| if flag.or_default() { "Enabled" } else { "Suspended" };
        if self.versioning_enable != prior.versioning_enable {
            let status = on(&self.versioning_enable).to_owned();
            put(client, name, &VersioningConfiguration { status }, "versioning_enable").await?;
        }
        if replication.1.is_some() {
            change(client, name, replication.0, replication.1, "replica_rules").await?;
        }
        if self.acceleration_enable != prior.acceleration_enable {
            let status = on(&self.acceleration_enable).to_owned();
            put(client, name, &AccelerateConfiguration { status }, "acceleration_enable").await?;
        }
        let logging = log::to_api(self);
        if logging != log::to_api(prior) {
            put(client, name, &logging, "log_target_bucket").await?;
        }
        let lock = |bucket: &Bucket| lock::to_api(&bucket.object_lock_configuration);
        if let Some(wanted) = lock(self).filter(|wanted| Some(wanted) != lock(prior).as_ref()) {
            put(client, name, &wanted, "object_lock_configuration").await?;
        }
        tiering::set(self, prior, client).await?;
        self.set_documents(prior, client).await
    }

    async fn set_acl(&self, prior: &Self, client: &Client) -> Result<(), Problem> {
        let name = self.id.text();
        let at = |error| Problem::from(error).at("acl_body");
        match self.acl_body.known() {
            Some(body) if prior.acl_body.known().is_none_or(|old| !acl::mean_same(old, body)) => {
                // It was checked with the configuration.
                let Ok(acl) = Acl::read(body) else { return Ok(()) };
                cos::put_bucket_acl_document(client, name, &acl).await.map_err(at)
            }
            // A new bucket has been made with its canned ACL.
            None if prior.acl_body.is_known() => {
                Ok(cos::put_bucket_acl(client, name, self.acl.text()).await?)
            }
            _ => Ok(()),
        }
    }

    async fn set_documents(&self, prior: &Self, client: &Client) -> Result<(), Problem> {
        let name = self.id.text();
        change(client, name, encryption(prior), encryption(self), "encryption_algorithm").await?;
        change(client, name, tagging(prior), tagging(self), "tags").await?;
        let cors = |bucket: &Bucket| cors::to_api(&bucket.cors_rules, &bucket.cors_response_vary);
        change(client, name, cors(prior), cors(self), "cors_rules").await?;
        let lifecycle = |bucket: &Bucket| lifecycle::to_api(&bucket.lifecycle_rules);
        change(client, name, lifecycle(prior), lifecycle(self), "lifecycle_rules").await?;
        let origins = |bucket: &Bucket| origin::to_api(&bucket.origin_pull_rules);
        change(client, name, origins(prior), origins(self), "origin_pull_rules").await?;
        let domains = |bucket: &Bucket| origin::to_domains(&bucket.origin_domain_rules);
        change(client, name, domains(prior), domains(self), "origin_domain_rules").await?;
        let website = |bucket: &Bucket| website::to_api(&bucket.website);
        change(client, name, website(prior), website(self), "website").await
    }

    pub(super) async fn read_settings(&mut self, client: &Client) -> Result<(), Problem> {
        let name = self.bucket.or_default();
        if self.chdfs_ofs.is_known_and(|on| *on) {
            self.be_a_file_system();
        } else {
            self.read_object_settings(client).await?;
        }
        let found = cos::find_document::<Tagging>(client, &name).await?.unwrap_or_default();
        let found = found.tag_set.tags.into_iter().map(|tag| (tag.key, tag.value));
        self.tags = tags::adopt(&self.tags, found);
        let cors = cos::find_document::<CorsConfiguration>(client, &name).await?;
        let cors = cors.unwrap_or_default();
        self.cors_response_vary = match (cors.response_vary, &self.cors_response_vary) {
            // Not to depend on it is what is not set.
            (None | Some(false), Value::Null) => Value::Null,
            (vary, _) => vary.unwrap_or_default().to_string().into(),
        };
        self.cors_rules = cors::adopt(&self.cors_rules, cors.rules);
        let lifecycle = cos::find_document::<LifecycleConfiguration>(client, &name).await?;
        self.lifecycle_rules =
            lifecycle::adopt(&self.lifecycle_rules, lifecycle.unwrap_or_default());
        let logging = cos::find_document::<LoggingStatus>(client, &name).await?;
        log::adopt(self, logging.unwrap_or_default());
        let lock = cos::find_document::<ObjectLockConfiguration>(client, &name).await?;
        self.object_lock_configuration = lock::adopt(&self.object_lock_configuration, lock);
        if self.cdc_id.text().is_empty() {
            tiering::read(self, client).await
        } else {
            tiering::be_without(self);
            Ok(())
        }
    }

    /// What a bucket has that is no file system at the same time.
    async fn read_object_settings(&mut self, client: &Client) -> Result<(), Problem> {
        let name = self.bucket.or_default();
        let acl = cos::bucket_acl(client, &name).await?;
        self.acl = acl.open_to().to_owned().into();
        self.acl_body = acl::adopt(&self.acl_body, &acl);
        let versioning = cos::find_document::<VersioningConfiguration>(client, &name).await?;
        self.versioning_enable = versioning.is_some_and(|found| found.status == "Enabled").into();
        let acceleration = cos::find_document::<AccelerateConfiguration>(client, &name).await?;
        self.acceleration_enable =
            acceleration.is_some_and(|found| found.status == "Enabled").into();
        let encryption = cos::find_document::<EncryptionConfiguration>(client, &name).await?;
        let encryption = encryption.map(|found| found.rule.by_default).unwrap_or_default();
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        self.encryption_algorithm = some(encryption.algorithm).into();
        self.kms_id = some(encryption.key).into();
        let website = cos::find_document::<WebsiteConfiguration>(client, &name).await?;
        let host = format!("{name}.cos-website.{}.myqcloud.com", client.region());
        self.website = website::adopt(website, &host);
        // In a dedicated zone there is nothing of the following.
        let (mut origins, mut domains, mut replication) = (None, None, None);
        if self.cdc_id.text().is_empty() {
            origins = cos::find_document::<OriginConfiguration>(client, &name).await?;
            domains = cos::find_document::<DomainConfiguration>(client, &name).await?;
            replication = cos::find_document::<ReplicationConfiguration>(client, &name).await?;
        }
        self.origin_pull_rules =
            origin::adopt(&self.origin_pull_rules, origins.unwrap_or_default());
        self.origin_domain_rules = origin::adopt_domains(domains.unwrap_or_default());
        replica::adopt(self, replication);
        Ok(())
    }

    /// Nothing of what a bucket has that is no file system.
    fn be_a_file_system(&mut self) {
        self.acl = "private".into();
        self.acl_body = Value::Null;
        self.versioning_enable = false.into();
        self.acceleration_enable = false.into();
        (self.encryption_algorithm, self.kms_id) = (Value::Null, Value::Null);
        self.website = Vec::new().into();
        self.origin_pull_rules = Vec::new().into();
        self.origin_domain_rules = Vec::new().into();
        replica::adopt(self, None);
    }
}

async fn put<D: Document>(
    client: &Client,
    bucket: &str,
    document: &D,
    attribute: &'static str,
) -> Result<(), Problem> {
    let put = cos::put_document(client, bucket, document).await;
    put.map_err(|error| Problem::from(error).at(attribute))
}

/// Changes one setting from `prior` to `planned`, where they differ.
async fn change<D: Document + PartialEq>(
    client: &Client,
    bucket: &str,
    prior: Option<D>,
    planned: Option<D>,
    attribute: &'static str,
) -> Result<(), Problem> {
    if prior == planned {
        return Ok(());
    }
    let changed = match planned {
        Some(planned) => cos::put_document(client, bucket, &planned).await,
        None => cos::delete_document::<D>(client, bucket).await,
    };
    changed.map_err(|error| Problem::from(error).at(attribute))
}

fn encryption(bucket: &Bucket) -> Option<EncryptionConfiguration> {
    let algorithm = bucket.encryption_algorithm.known()?.clone();
    let by_default = DefaultEncryption { algorithm, key: bucket.kms_id.or_default() };
    Some(EncryptionConfiguration { rule: EncryptionRule { by_default } })
}

fn tagging(bucket: &Bucket) -> Option<Tagging> {
    let pairs = tags::pairs(&bucket.tags).into_iter();
    let tags: Vec<_> = pairs.map(|(key, value)| Tag { key, value }).collect();
    (!tags.is_empty()).then_some(Tagging { tag_set: TagSet { tags } })
}
