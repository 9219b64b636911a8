//! `tencentcloud_cos_bucket_object`: an object.
//! <https://www.tencentcloud.com/document/product/436/7749>

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tencentcloud_api::cos::{self, Body, ObjectSettings, Place};
use tf_protocol::{Change, Lifecycle, Presence, Problem, Timeouts};
use tf_schema::check::{Check, one_of};
use tf_schema::{Diagnostics, Resource, Value};

use crate::package;
use crate::shown::Shown;
use crate::{Cloud, create, tags};

/// An object in a bucket, with the content of a file or of a text.
///
/// The provider follows the content: `content_sha256` changes if and only if it does, whatever the
/// path. Large files are sent in parts.
#[derive(Resource, Default)]
pub struct Object {
    /// Name of the bucket, with the APPID at its end.
    #[tf(required, force_new)]
    pub bucket: Value<String>,
    /// Key of the object: its name in the bucket.
    #[tf(required, force_new, validate(key))]
    pub key: Value<String>,
    /// Path of a file that holds the content. Set either this or `content`.
    #[tf(optional)]
    pub source: Value<String>,
    /// The content, a text. Set either this or `source`.
    #[tf(optional)]
    pub content: Value<String>,
    /// Who may read and write the object beside its owner: `private`, `public-read` or
    /// `public-read-write`.
    #[tf(optional, default = "private", validate(one_of(&ACLS)))]
    pub acl: Value<String>,
    /// How long others may keep the object, as the header of HTTP has it.
    #[tf(optional, computed, stable)]
    pub cache_control: Value<String>,
    /// How browsers save the object, as the header of HTTP has it.
    #[tf(optional)]
    pub content_disposition: Value<String>,
    /// How the content is encoded, as the header of HTTP has it.
    #[tf(optional)]
    pub content_encoding: Value<String>,
    /// Media type of the content.
    #[tf(optional, computed, stable)]
    pub content_type: Value<String>,
    /// Storage class, such as `STANDARD`, `STANDARD_IA` or `ARCHIVE`.
    #[tf(optional, computed, stable)]
    pub storage_class: Value<String>,
    /// ETag of the object, without quotation marks: the MD5 of its content, unless it was sent in
    /// parts. There is no need to set it: the content is followed by itself.
    #[tf(optional, computed)]
    pub etag: Value<String>,
    /// Tags of the object.
    #[tf(optional)]
    pub tags: tags::Tags,
    /// Bucket and key, joined by a slash.
    #[tf(computed, stable)]
    pub id: Value<String>,
    /// SHA-256 of the content, in hexadecimal. It changes if and only if the content does.
    #[tf(computed)]
    pub content_sha256: Value<String>,
}

/// The ACLs of objects and buckets.
pub(super) const ACLS: [&str; 3] = ["private", "public-read", "public-read-write"];

/// The headers that are kept with an object, by the attributes that set them.
const HEADERS: [&str; 5] =
    ["cache_control", "content_disposition", "content_encoding", "content_type", "storage_class"];

impl Lifecycle for Object {
    const TYPE: &'static str = "tencentcloud_cos_bucket_object";
    const TIMEOUTS: Timeouts = Timeouts::NONE.create(60).update(60);
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        // Putting is repeatable, so an answer that gets lost leaves no doubt; but what was put in
        // part must be known.
        self.id = format!("{}/{}", self.bucket.text(), self.key.text()).into();
        if let Err(problem) = self.put(cloud).await {
            if cos::find_object(cloud, &self.place()).await.is_ok_and(|found| found.is_none()) {
                self.id = Value::Null;
            }
            return Err(problem);
        }
        self.put_tags(cloud).await
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        if self.bucket.is_null() {
            let (bucket, key) = split(self.id.text())?;
            (self.bucket, self.key) = (bucket.into(), key.into());
        }
        let place = self.place();
        let Some(found) = cos::find_object(cloud, &place).await? else {
            return Ok(Presence::Gone);
        };
        let etag = found.etag.trim_matches('"');
        if self.etag.is_known_and(|known| known.trim_matches('"') != etag) {
            // Somebody else has put something; the next plan puts ours back.
            self.content_sha256 = Value::Null;
        }
        self.etag = etag.into();
        self.recognise().await;
        let header = |name| match found.header(name) {
            text if text.is_empty() => Value::Null,
            text => Value::Known(text),
        };
        self.cache_control = header("cache-control").or("").into();
        self.content_type = header("content-type").or("").into();
        self.content_disposition = header("content-disposition");
        self.content_encoding = header("content-encoding");
        self.storage_class = found.storage_class.clone().into();
        self.acl = match cos::object_acl(cloud, &place).await? {
            // That of the bucket: what the object's own would be is not set.
            acl if acl == "default" => "private".into(),
            acl => acl.into(),
        };
        let found = cos::find_object_tags(cloud, &place).await?.unwrap_or_default();
        self.tags = tags::adopt(&self.tags, found);
        Ok(Presence::Present)
    }

    async fn update(&mut self, prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        let moved = self.settings(false) != prior.settings(false);
        if moved || self.content_sha256 != prior.content_sha256 {
            self.put(cloud).await?;
        } else if self.acl != prior.acl {
            cos::put_object_acl(cloud, &self.place(), self.acl.text()).await?;
        }
        match self.tags.or_default().is_empty() {
            // Putting takes the tags away as well.
            true if !prior.tags.or_default().is_empty() => {
                Ok(cos::delete_object_tags(cloud, &self.place()).await?)
            }
            _ => self.put_tags(cloud).await,
        }
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        shown(self).forget();
        match cos::delete_object(cloud, &self.place()).await {
            Err(error) if !error.is_not_found() => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn import(id: &str) -> Result<Self, Problem> {
        split(id)?;
        Ok(Object { id: id.into(), ..Object::default() })
    }

    fn validate(config: &Self, problems: &mut Diagnostics) {
        match (config.source.is_null(), config.content.is_null()) {
            (true, true) => {
                let detail = "Set source or content: the object needs one of them.";
                problems.error("source", "No content", detail);
            }
            (false, false) => {
                let detail = "Set only one of source and content.";
                problems.error("content", "Content from two places", detail);
            }
            _ => {}
        }
    }

    async fn plan(change: &mut Change<Self>, _cloud: &Cloud) -> Result<(), Problem> {
        plan_content(change).await;
        Ok(())
    }
}

/// Plans the hash from the content, so that a change of it is a planned change.
async fn plan_content(change: &mut Change<Object>) {
    let config = &change.config;
    let shown = shown(config);
    if config.source.is_unknown() || config.content.is_unknown() {
        shown.compare(change.applying, None);
        change.set_unknown("content_sha256");
        return;
    }
    match config.hash().await {
        Ok(Content { sha256, size }) => {
            if config.etag.is_known() && size > LARGE {
                let detail = "The ETag of an object that is sent in parts is not the MD5 of its \
                              content. Leave etag out: the content is followed by itself.";
                change.problems.error("etag", "ETag of a large object", detail);
            }
            if shown.compare(change.applying, Some(&sha256)).is_some() {
                change.problems.error("source", CHANGED, NOT_PLANNED);
            }
            change.set::<String>("content_sha256", sha256);
        }
        Err(error) if !change.creates() && !is_put_again(change) && !change.changes("source") => {
            // A machine without the file can change or destroy what needs no content.
            let detail = format!("{error} The object keeps the content that it has.");
            change.problems.warning("source", "No content", detail);
            change.keep("content_sha256");
        }
        Err(error) => change.problems.error("source", "No content", error),
    }
    let same = !change.creates() && !change.changes("content_sha256") && !is_put_again(change);
    if change.config.etag.is_null() && same {
        change.keep("etag");
    }
}

/// What plans have shown of the content. The bucket may not be known while planning, the key is.
fn shown(object: &Object) -> Shown {
    Shown::of("object", object.key.text())
}

/// Whether the content has to be sent again, since headers are kept with it.
fn is_put_again(change: &Change<Object>) -> bool {
    HEADERS.iter().any(|header| change.changes(header))
}

const CHANGED: &str = "The content has changed since the plan";
const NOT_PLANNED: &str = "It is not what was planned. Nothing was sent; plan again to review it.";

/// Greatest content whose ETag is its MD5: that of one part.
const LARGE: u64 = 8 << 20;

/// What can be known of the content without sending it.
struct Content {
    sha256: String,
    size: u64,
}

impl Object {
    fn place(&self) -> Place {
        Place::new(self.bucket.text(), self.key.text())
    }

    /// The hash of the content as it is now.
    async fn hash(&self) -> Result<Content, String> {
        let Some(path) = self.source.known().map(PathBuf::from) else {
            let content = self.content.text().as_bytes();
            return Ok(Content { sha256: package::sha256(content), size: content.len() as u64 });
        };
        let hashed = tokio::task::spawn_blocking(move || {
            package::sha256_of_file(&path)
                .map(|(sha256, size)| Content { sha256, size })
                .map_err(|error| format!("Cannot read {}: {error}.", path.display()))
        });
        match hashed.await {
            Ok(hashed) => hashed,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }

    fn body(&self) -> Body {
        match self.source.known() {
            Some(path) => Body::File(Path::new(path).to_owned()),
            None => Body::Bytes(self.content.or_default().into_bytes().into()),
        }
    }

    /// Takes what lies there for the content, where it is: another provider has put it.
    async fn recognise(&mut self) {
        if !self.content_sha256.is_null() || (self.source.is_null() && self.content.is_null()) {
            return;
        }
        let (Ok(found), Ok(md5)) = (self.hash().await, cos::content_md5(&self.body()).await) else {
            return;
        };
        if md5 == self.etag.text() {
            self.content_sha256 = found.sha256.into();
        }
    }

    /// Puts the content that was planned.
    async fn put(&self, cloud: &Cloud) -> Result<(), Problem> {
        let now =
            self.hash().await.map_err(|error| Problem::new("No content", error).at("source"))?;
        if self.content_sha256.is_known_and(|planned| *planned != now.sha256) {
            return Err(Problem::new(CHANGED, NOT_PLANNED).at("source"));
        }
        let put = cos::upload(cloud, &self.place(), &self.body(), &self.settings(true)).await;
        put.map(drop).map_err(|error| create::point_at(error, &ATTRIBUTES))
    }

    /// The headers to be kept with the object.
    fn settings(&self, with_acl: bool) -> ObjectSettings {
        let mut pairs = vec![
            ("cache-control", &self.cache_control),
            ("content-disposition", &self.content_disposition),
            ("content-encoding", &self.content_encoding),
            ("content-type", &self.content_type),
            ("x-cos-storage-class", &self.storage_class),
        ];
        if with_acl {
            pairs.push(("x-cos-acl", &self.acl));
        }
        let known = pairs.into_iter().filter(|(_, value)| !value.text().is_empty());
        known.map(|(name, value)| (name.to_owned(), value.text().to_owned())).collect()
    }

    async fn put_tags(&self, cloud: &Cloud) -> Result<(), Problem> {
        let tags: BTreeMap<_, _> = self.tags.or_default();
        if !tags.is_empty() {
            cos::put_object_tags(cloud, &self.place(), tags).await?;
        }
        Ok(())
    }
}

/// What the cloud's refusals are about.
const ATTRIBUTES: [(&str, &str); 4] = [
    ("NoSuchBucket", "bucket"),
    ("InvalidStorageClass", "storage_class"),
    ("KeyTooLong", "key"),
    ("MetadataTooLarge", "content_type"),
];

/// `BUCKET/KEY`.
fn split(id: &str) -> Result<(&str, &str), Problem> {
    let parts = id.split_once('/').filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty());
    parts.ok_or_else(|| {
        let detail = format!("Expected BUCKET/KEY, such as files-1250000000/a/b.txt, got {id:?}.");
        Problem::new("not an id of this resource", detail)
    })
}

/// Proxies and clients take a segment of dots for a way up.
fn key(key: &String) -> Check {
    if key.is_empty() || key.len() > 850 {
        return Err(format!("Expected 1 to 850 bytes, got {}.", key.len()));
    }
    match key.split('/').find(|segment| matches!(*segment, "." | "..")) {
        Some(segment) => Err(format!("No part of a key between slashes may be {segment:?}.")),
        None => Ok(()),
    }
}
