//! The log service.

pub mod logsets;
pub mod topics;

use tencentcloud_api::cls;
use tf_schema::check::Check;
use tf_schema::{Block, Set, Value};

/// A tag.
#[derive(Block, Clone)]
pub struct Tag {
    /// Its key.
    #[tf(computed)]
    pub key: Value<String>,
    /// Its value.
    #[tf(computed)]
    pub value: Value<String>,
}

impl From<cls::Tag> for Tag {
    fn from(found: cls::Tag) -> Tag {
        Tag { key: found.key.into(), value: found.value.into() }
    }
}

/// Tags as the service answers them.
fn tags(found: Vec<cls::Tag>) -> Value<Vec<Tag>> {
    found.into_iter().map(Tag::from).collect::<Vec<_>>().into()
}

/// What a list of this service can be filtered by: one of `names`, or `tag:` and the key of a tag.
fn filter_key(key: &str, names: &[&str]) -> Check {
    let tag = key.strip_prefix("tag:").is_some_and(|key| !key.is_empty());
    match tag || names.contains(&key) {
        true => Ok(()),
        false => {
            Err(format!("Expected {} or tag:KEY, got {key:?}.", tf_schema::check::quoted(names)))
        }
    }
}

/// A condition as it is sent.
fn filter(key: &Value<String>, values: &Value<Set<String>>) -> cls::Filter {
    let values = values.known().into_iter().flat_map(Set::iter);
    cls::Filter { key: key.or_default(), values: values.cloned().collect() }
}

/// What was asked for, as the id of a data source.
fn asked(filters: &[cls::Filter]) -> String {
    let each = filters.iter().map(|filter| format!("{}={}", filter.key, filter.values.join(",")));
    each.collect::<Vec<_>>().join("&")
}
