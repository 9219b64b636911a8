//! Tags: a map in the model, a list of key and value in the cloud.

use std::collections::BTreeMap;

use tencentcloud_api::tag::{self, ModifyResourceTagsRequest, Tag, TagKeyObject};
use tf_schema::Value;

use crate::Cloud;

/// The tags of a model.
pub type Tags = Value<BTreeMap<String, String>>;

/// What the cloud holds, in the form of the model: no tags at all are null where the user has set
/// none, and an empty map where the user has set an empty one.
pub fn adopt(current: &Tags, found: impl IntoIterator<Item = (String, String)>) -> Tags {
    let found: BTreeMap<_, _> = found.into_iter().collect();
    match (found.is_empty(), current) {
        (true, Value::Known(tags)) if tags.is_empty() => Value::Known(found),
        (true, _) => Value::Null,
        (false, _) => Value::Known(found),
    }
}

/// The tags as pairs, for a request that creates something.
pub fn pairs(tags: &Tags) -> Vec<(String, String)> {
    tags.or_default().into_iter().collect()
}

/// Changes the tags of `resource` (`qcs::SERVICE:REGION:uin/:PREFIX/ID`) from `prior` to
/// `planned`; does nothing where they are the same.
///
/// # Errors
/// What the tag service refuses.
pub async fn update(
    cloud: &Cloud,
    resource: String,
    prior: &Tags,
    planned: &Tags,
) -> Result<(), tencentcloud_api::Error> {
    let (before, after) = (prior.or_default(), planned.or_default());
    let replace = after.iter().filter(|(key, value)| before.get(*key) != Some(value));
    let replace: Vec<Tag> = replace
        .map(|(key, value)| Tag {
            tag_key: key.clone(),
            tag_value: value.clone(),
            ..Tag::default()
        })
        .collect();
    let delete = before.keys().filter(|key| !after.contains_key(*key));
    let delete: Vec<TagKeyObject> =
        delete.map(|key| TagKeyObject { tag_key: key.clone() }).collect();
    if replace.is_empty() && delete.is_empty() {
        return Ok(());
    }
    let request = ModifyResourceTagsRequest {
        resource,
        // An empty list is refused.
        replace_tags: (!replace.is_empty()).then_some(replace),
        delete_tags: (!delete.is_empty()).then_some(delete),
    };
    tag::modify_resource_tags(cloud, &request).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_tags_keep_the_form_in_which_the_user_wrote_them() {
        let empty = Value::Known(BTreeMap::new());
        assert_eq!(adopt(&Value::Null, []), Value::Null);
        assert_eq!(adopt(&empty, []), empty);
        assert_eq!(adopt(&Value::Unknown, []), Value::Null);
        let one = [("a".to_owned(), "b".to_owned())];
        assert_eq!(adopt(&Value::Null, one.clone()), Value::Known(one.into()));
    }
}
