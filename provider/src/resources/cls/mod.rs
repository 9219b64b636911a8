//! The log service.

pub mod index;
pub mod logset;
pub mod topic;

use tencentcloud_api::cls;
use tf_schema::check::Check;

use crate::tags;

/// Tags as the requests of this service carry them; `None` for none.
fn request_tags(tags: &tags::Tags) -> Option<Vec<cls::Tag>> {
    let pairs = tags::pairs(tags).into_iter();
    tags.is_known().then(|| pairs.map(|(key, value)| cls::Tag { key, value }).collect())
}

/// Tags as this service answers them.
fn found_tags(found: Vec<cls::Tag>) -> impl Iterator<Item = (String, String)> {
    found.into_iter().map(|tag| (tag.key, tag.value))
}

fn name(name: &String) -> Check {
    if (1..=255).contains(&name.chars().count()) && !name.contains('|') {
        return Ok(());
    }
    Err(format!("Expected 1 to 255 characters, none of them `|`, got {name:?}."))
}
