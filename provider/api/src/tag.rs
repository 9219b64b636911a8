//! Tags of any product's objects (API 2018-08-13). <https://www.tencentcloud.com/document/api/651>

use serde::{Deserialize, Serialize};

use crate::action::{Empty, Service, actions};
use crate::page::paged;

/// The product.
pub const SERVICE: Service = Service { name: "tag", version: "2018-08-13" };

/// The most tags that one request may replace, and the most that it may delete.
pub const MOST_TAGS: usize = 10;

/// A change of an object's tags. No key may be in both lists, and neither may be empty.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ModifyResourceTagsRequest {
    /// The object's six-segment name; see [`resource_name`].
    pub resource: String,
    /// Tags to add or to give another value, up to [`MOST_TAGS`].
    pub replace_tags: Option<Vec<Tag>>,
    /// Tags to take off, up to [`MOST_TAGS`].
    pub delete_tags: Option<Vec<TagKeyObject>>,
}

/// A tag.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Tag {
    /// Its key.
    pub tag_key: String,
    /// Its value.
    pub tag_value: String,
    /// `Tencent` for the cloud's own.
    pub category: Option<String>,
}

/// The key of a tag.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TagKeyObject {
    /// The key.
    pub tag_key: String,
}

/// Objects whose tags are asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeResourceTagsByResourceIdsRequest {
    /// Product, such as `clb`.
    pub service_type: String,
    /// Kind of object, such as `clb`.
    pub resource_prefix: String,
    /// Ids, up to 50.
    pub resource_ids: Vec<String>,
    /// Region.
    pub resource_region: String,
    /// Rows to skip, a multiple of `limit`.
    pub offset: Option<u64>,
    /// Rows at most.
    pub limit: Option<u64>,
    /// `Custom`, `Tencent` or `All`.
    pub category: Option<String>,
}

/// A page of tags.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeResourceTagsByResourceIdsResponse {
    /// How many there are.
    pub total_count: Option<u64>,
    /// Rows that were skipped.
    pub offset: u64,
    /// Rows at most.
    pub limit: u64,
    /// The tags.
    pub tags: Vec<TagResource>,
}

/// A tag of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TagResource {
    /// Key.
    pub tag_key: String,
    /// Value.
    pub tag_value: String,
    /// The object.
    pub resource_id: String,
    /// Hash of the key.
    pub tag_key_md5: String,
    /// Hash of the value.
    pub tag_value_md5: String,
    /// Product.
    pub service_type: String,
    /// `Tencent` for the cloud's own.
    pub category: Option<String>,
}

actions! { SERVICE;
    /// Changes the tags of an object.
    modify_resource_tags = "ModifyResourceTags", Write: ModifyResourceTagsRequest => Empty;
    /// Lists one page of objects' tags.
    describe_resource_tags_by_resource_ids = "DescribeResourceTagsByResourceIds", Read: DescribeResourceTagsByResourceIdsRequest => DescribeResourceTagsByResourceIdsResponse;
}

paged! {
    DescribeResourceTagsByResourceIdsRequest => tags: [TagResource],
        by |row| [&*row.resource_id, &*row.tag_key].join("/"), int 100;
}

/// The six-segment name of an object of the caller's account, such as
/// `qcs::clb:ap-guangzhou:uin/:clb/lb-1`.
///
/// The path is `namespace/NAMESPACE/function/NAME` for `scf`, and kind and id for others: `vpc/`,
/// `subnet/` for `vpc`, `sg/` for `cvm` (security groups), `clb/` for `clb`.
pub fn resource_name(service: &str, region: &str, path: &str) -> String {
    format!("qcs::{service}:{region}:uin/:{path}")
}
