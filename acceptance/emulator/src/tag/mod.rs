//! The tag service: it reads and writes the same tags as the objects' own services.

mod resource;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use self::resource::Resource;
use crate::call::{Action, Call, read, write};
use crate::params::Params;
use crate::refusal::{Answer, Refusal, refused};
use crate::regions::REGIONS;
use crate::tags::{self, Tags};

/// What this service carries out.
pub const ACTIONS: &[Action] = &[
    write("ModifyResourceTags", modify_resource_tags),
    write("TagResources", tag_resources),
    write("UnTagResources", untag_resources),
    write("AttachResourcesTag", attach_resources_tag),
    write("DetachResourcesTag", detach_resources_tag),
    read("GetResources", get_resources),
    read("DescribeResourceTags", describe_resource_tags),
    read("DescribeResourceTagsByResourceIds", describe_by_resource_ids),
];

const TAG: [&str; 2] = ["TagKey", "TagValue"];
/// How many tags, and how many resources, one request may name.
const MOST_TAGS: usize = 10;
const MOST_RESOURCES: usize = 50;
const USUAL_LIMIT: i64 = 15;
const USUAL_RESULTS: i64 = 50;
const MOST_RESULTS: i64 = 200;

/// Changes the tags of a resource that exists.
fn change(
    call: &Call<'_>,
    resource: &Resource<'_>,
    edit: impl FnOnce(&mut BTreeMap<String, String>),
) -> Result<(), Refusal> {
    resource.must_exist(call)?;
    let here = call.store.in_region(resource.region);
    let Tags(mut tags) = here.get(&resource.key())?.unwrap_or_default();
    edit(&mut tags);
    tags::set_at(call, &here, &resource.key(), &Tags(tags))
}

fn pair(tag: &Params<'_>) -> (String, String) {
    (tag.str("TagKey").to_owned(), tag.str("TagValue").to_owned())
}

fn modify_resource_tags(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let resource = Resource::read(call, p.str("Resource"))?;
    let (replace, delete) = (p.objects("ReplaceTags"), p.objects("DeleteTags"));
    for (member, list) in [("ReplaceTags", &replace), ("DeleteTags", &delete)] {
        if p.has(member) && list.is_empty() {
            let text = format!("{member} is an empty list; leave it out.");
            return refused("InvalidParameter", text);
        }
        few("LimitExceeded.TagNumPerRequest", list.len(), MOST_TAGS)?;
    }
    if replace.is_empty() && delete.is_empty() {
        return refused("InvalidParameter", "Give ReplaceTags, DeleteTags, or both.");
    }
    let doomed: Vec<_> = delete.iter().map(|tag| tag.str("TagKey")).collect();
    if let Some(both) = replace.iter().find(|tag| doomed.contains(&tag.str("TagKey"))) {
        let text = format!("The key `{}` is both to be replaced and deleted.", both.str("TagKey"));
        return refused("InvalidParameterValue.DeleteTagsParamError", text);
    }
    change(call, &resource, |tags| {
        tags.retain(|key, _| !doomed.contains(&key.as_str()));
        tags.extend(replace.iter().map(pair));
    })?;
    Ok(json!({}))
}

fn few(code: &'static str, count: usize, most: usize) -> Result<(), Refusal> {
    if count <= most {
        return Ok(());
    }
    refused(code, format!("The request names {count}, which is more than {most}."))
}

/// Changes several resources; those that fail are told in the answer, the others are changed.
fn change_each(call: &Call<'_>, edit: impl Fn(&mut BTreeMap<String, String>)) -> Answer {
    let resources = call.params.texts("ResourceList");
    few("LimitExceeded.ResourceNumPerRequest", resources.len(), MOST_RESOURCES)?;
    let mut failed = Vec::new();
    for name in resources {
        let changed = Resource::read(call, name).and_then(|r| change(call, &r, &edit));
        if let Err(Refusal { code, message }) = changed {
            failed.push(json!({"Resource": name, "Code": code, "Message": message}));
        }
    }
    Ok(json!({"FailedResources": failed}))
}

fn tag_resources(call: &Call<'_>) -> Answer {
    let tags: Vec<_> = call.params.objects("Tags").iter().map(pair).collect();
    few("LimitExceeded.TagNumPerRequest", tags.len(), MOST_TAGS)?;
    change_each(call, |existing| existing.extend(tags.iter().cloned()))
}

fn untag_resources(call: &Call<'_>) -> Answer {
    let keys = call.params.texts("TagKeys");
    few("LimitExceeded.TagNumPerRequest", keys.len(), MOST_TAGS)?;
    change_each(call, |tags| tags.retain(|key, _| !keys.contains(&key.as_str())))
}

/// The resources that a request names by service, prefix, region and ids.
fn by_ids<'a>(call: &Call<'a>) -> Result<Vec<Resource<'a>>, Refusal> {
    let p = call.params;
    let ids = p.texts("ResourceIds");
    few("LimitExceeded.ResourceNumPerRequest", ids.len(), MOST_RESOURCES)?;
    let [service, prefix, region] =
        ["ServiceType", "ResourcePrefix", "ResourceRegion"].map(|member| p.str(member));
    ids.into_iter().map(|id| Resource::of(service, region, prefix, id)).collect()
}

fn attach_resources_tag(call: &Call<'_>) -> Answer {
    let tag = pair(&call.params);
    for resource in by_ids(call)? {
        change(call, &resource, |tags| tags.extend([tag.clone()]))?;
    }
    Ok(json!({}))
}

fn detach_resources_tag(call: &Call<'_>) -> Answer {
    let key = call.params.str("TagKey");
    for resource in by_ids(call)? {
        change(call, &resource, |tags| tags.retain(|other, _| other != key))?;
    }
    Ok(json!({}))
}

/// Every tagged object of the account: its region, its key in the store, its tags.
fn all_tagged(call: &Call<'_>) -> Result<Vec<(&'static str, String, Tags)>, Refusal> {
    let mut all = Vec::new();
    for region in REGIONS.iter().copied().chain([""]) {
        let tagged = call.store.in_region(region).scan::<Tags>("")?;
        all.extend(tagged.into_iter().map(|(key, tags)| (region, key, tags)));
    }
    Ok(all)
}

fn get_resources(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let wanted = p.texts("ResourceList");
    let filters = p.objects("TagFilters");
    few("InvalidParameterValue.TagFiltersLengthExceeded", filters.len(), 6)?;
    let most = p.int("MaxResults").unwrap_or(USUAL_RESULTS);
    let skip = match p.str("PaginationToken") {
        "" => Some(0),
        token => token.parse::<usize>().ok(),
    };
    let (Some(skip), Ok(most), true) = (skip, usize::try_from(most), most <= MOST_RESULTS) else {
        let text = "PaginationToken must be an answer's, MaxResults at most 200.";
        return refused("InvalidParameter.PaginationTokenInvalid", text);
    };
    let mut fitting = Vec::new();
    for (region, key, tags) in all_tagged(call)? {
        let name = resource::name(&call.account.uin, region, &key);
        let fits = filters.iter().all(|f| tags.have(f.str("TagKey"), &f.texts("TagValue")));
        let named = wanted.is_empty() || wanted.iter().any(|w| resource::same(w, &name));
        if fits && named {
            fitting.push(json!({"Resource": name, "Tags": tags.list(TAG)}));
        }
    }
    let more = fitting.len() > skip + most;
    let token = if more { (skip + most).to_string() } else { String::new() };
    let page: Vec<_> = fitting.into_iter().skip(skip).take(most).collect();
    Ok(json!({"PaginationToken": token, "ResourceTagMappingList": page}))
}

/// One line a tag, as the describe actions show them.
fn rows<'t>(resource: &'t Resource<'_>, tags: &'t Tags) -> impl Iterator<Item = Value> + 't {
    tags.0.iter().map(|(key, value)| {
        json!({
            "TagKey": key,
            "TagValue": value,
            "ResourceId": resource.id,
            "TagKeyMd5": "",
            "TagValueMd5": "",
            "ServiceType": resource.kind.service,
        })
    })
}

/// The part of the rows that the request asks for. An offset must be a multiple of the limit.
fn paged(call: &Call<'_>, rows: Vec<Value>, member: &str) -> Answer {
    let p = &call.params;
    let (offset, limit) = (p.int("Offset").unwrap_or(0), p.int("Limit").unwrap_or(USUAL_LIMIT));
    let sound = limit > 0 && offset >= 0 && offset % limit == 0;
    let (true, Ok(skip), Ok(take)) = (sound, usize::try_from(offset), usize::try_from(limit))
    else {
        let text = format!("Offset {offset} must be a multiple of Limit {limit}.");
        return refused("InvalidParameterValue.OffsetInvalid", text);
    };
    let total = rows.len();
    let page: Vec<_> = rows.into_iter().skip(skip).take(take).collect();
    Ok(json!({"TotalCount": total, "Offset": offset, "Limit": limit, member: page}))
}

fn describe_by_resource_ids(call: &Call<'_>) -> Answer {
    let mut found = Vec::new();
    for resource in by_ids(call)? {
        let here = call.store.in_region(resource.region);
        let tags: Tags = here.get(&resource.key())?.unwrap_or_default();
        found.extend(rows(&resource, &tags));
    }
    paged(call, found, "Tags")
}

fn describe_resource_tags(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let fits = |member: &str, value: &str| {
        p.text(member).is_none_or(|wanted| wanted.is_empty() || wanted == value)
    };
    let mut found = Vec::new();
    for (region, key, tags) in all_tagged(call)? {
        let Some(resource) = Resource::of_key(region, &key) else { continue };
        let named = fits("ServiceType", resource.kind.service)
            && fits("ResourcePrefix", resource.kind.prefix)
            && fits("ResourceRegion", region)
            && fits("ResourceId", resource.id);
        if named {
            found.extend(rows(&resource, &tags));
        }
    }
    paged(call, found, "Rows")
}
