//! What happens to objects, told to whoever listens.

use std::sync::Arc;

use crate::cloud::Cloud;
use crate::scf::trigger::message::object_event;

/// Something has happened to an object, and is lasting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The UIN of the bucket's owner.
    pub account: String,
    /// The bucket's region.
    pub region: String,
    /// The bucket's name, with its APPID.
    pub bucket: String,
    /// What happened, in the words of COS: `cos:ObjectCreated:Put`, `:Post`, `:Copy`,
    /// `:CompleteMultipartUpload`; `cos:ObjectRemove:Delete`, `:DeleteMarkerCreated`.
    pub name: &'static str,
    /// The object's key, without a leading slash.
    pub key: String,
    /// The object's bytes; 0 for one that is removed.
    pub size: u64,
    /// The object's ETag, without quotation marks; empty for one that is removed.
    pub etag: String,
    /// The object's version; empty where the bucket keeps none.
    pub version: String,
    /// The UIN of who did it; empty for nobody.
    pub caller: String,
    /// The id of the request that did it.
    pub request_id: String,
}

/// Who wants to know. Each is called after the commit, and must not wait for anything.
const LISTENERS: &[fn(&Arc<Cloud>, &Event)] = &[|cloud, event| {
    object_event(cloud, event);
}];

/// Tells every listener.
pub(super) fn object_changed(cloud: &Arc<Cloud>, event: &Event) {
    tracing::debug!(name = event.name, bucket = %event.bucket, key = %event.key, "object event");
    for listener in LISTENERS {
        listener(cloud, event);
    }
}
