//! `tencentcloud_cos_bucket_object`: what is known of an object.
//! <https://www.tencentcloud.com/document/product/436/7745>

use tencentcloud_api::cos::{self, Place};
use tf_protocol::{DataSource, Problem};
use tf_schema::{Model, Resource, Value};

use crate::Cloud;
use crate::data::save;

/// Looks at an object in a bucket.
#[derive(Resource, Default, Clone)]
pub struct BucketObject {
    /// Name of the bucket, with the APPID at its end.
    #[tf(required)]
    pub bucket: Value<String>,
    /// Key of the object.
    #[tf(required)]
    pub key: Value<String>,
    /// Path of a file into which the result is written as JSON.
    #[tf(optional)]
    pub result_output_file: Value<String>,
    /// Bucket and key, joined by a slash.
    #[tf(computed)]
    pub id: Value<String>,
    /// How long others may keep the object.
    #[tf(computed)]
    pub cache_control: Value<String>,
    /// How browsers save the object.
    #[tf(computed)]
    pub content_disposition: Value<String>,
    /// How the content is encoded.
    #[tf(computed)]
    pub content_encoding: Value<String>,
    /// Media type of the content.
    #[tf(computed)]
    pub content_type: Value<String>,
    /// ETag of the object, without quotation marks.
    #[tf(computed)]
    pub etag: Value<String>,
    /// When the object was last changed, as HTTP writes times.
    #[tf(computed)]
    pub last_modified: Value<String>,
    /// Storage class.
    #[tf(computed)]
    pub storage_class: Value<String>,
}

impl DataSource for BucketObject {
    const TYPE: &'static str = "tencentcloud_cos_bucket_object";
    type Cloud = Cloud;

    async fn read(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let (bucket, key) = (self.bucket.text(), self.key.text());
        let Some(found) = cos::find_object(cloud, &Place::new(bucket, key)).await? else {
            let detail = format!("The bucket {bucket} has no object {key}, or there is no bucket.");
            return Err(Problem::new("no such object", detail).at("key"));
        };
        self.id = format!("{bucket}/{key}").into();
        self.cache_control = found.header("cache-control").into();
        self.content_disposition = found.header("content-disposition").into();
        self.content_encoding = found.header("content-encoding").into();
        self.content_type = found.header("content-type").into();
        self.etag = found.etag.trim_matches('"').into();
        self.last_modified = found.last_modified.into();
        self.storage_class = found.storage_class.into();
        save(&self.result_output_file, self.clone().encode())
    }
}
