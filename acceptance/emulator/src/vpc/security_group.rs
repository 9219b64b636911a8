//! Security groups.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::policy::Policies;
use super::{MOST, TAG, name, not_both, tags_fit, unknown_filter, well_formed};
use crate::call::Call;
use crate::clock::Time;
use crate::list::{Filter, Page, filters, fits_all};
use crate::quotas;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::store::{Record, Scope, StoreError};
use crate::tags::{self, Tags};
use crate::uses;

const LONGEST_DESCRIPTION: usize = 100;

/// A security group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SecurityGroup {
    /// Its name.
    pub name: String,
    description: String,
    project: String,
    created: Time,
    pub(super) updated: Time,
    pub(super) policies: Policies,
}

impl Record for SecurityGroup {
    const KIND: &'static str = "vpc.security_group";
}

/// The security group with that id.
///
/// # Errors
/// When the store fails.
pub fn find(here: &Scope<'_>, id: &str) -> Result<Option<SecurityGroup>, StoreError> {
    here.get(id)
}

pub(super) fn named(call: &Call<'_>, id: &str) -> Result<SecurityGroup, Refusal> {
    well_formed("sg", id, "InvalidSecurityGroupID.Malformed")?;
    let text = || format!("There is no security group {id}.");
    find(&call.store, id)?.ok_or_else(|| refuse("ResourceNotFound", text()))
}

fn description(text: &str) -> Result<String, Refusal> {
    if text.chars().count() <= LONGEST_DESCRIPTION {
        return Ok(text.to_owned());
    }
    refused("InvalidParameterValue.TooLong", "GroupDescription is longer than 100 letters.")
}

pub(super) fn create(call: &Call<'_>) -> Answer {
    let p = call.params;
    let count = call.store.count::<SecurityGroup>("")? + 1;
    call.within(&quotas::SECURITY_GROUPS, count, "delete one or raise the quota")?;
    let group = SecurityGroup {
        name: name("GroupName", p.str("GroupName"))?,
        description: description(p.str("GroupDescription"))?,
        project: p.text("ProjectId").unwrap_or("0").to_owned(),
        created: call.now,
        updated: call.now,
        policies: Policies::default(),
    };
    let id = call.new_id("sg")?;
    call.store.put(&id, &group)?;
    tags::set_from(call, tags::SECURITY_GROUP, &id, &p.objects("Tags"), TAG)?;
    let tags = tags::of(&call.store, tags::SECURITY_GROUP, &id)?;
    Ok(json!({"SecurityGroup": group.show(&id, &tags)}))
}

impl SecurityGroup {
    fn show(&self, id: &str, tags: &Tags) -> Value {
        json!({
            "SecurityGroupId": id,
            "SecurityGroupName": self.name,
            "SecurityGroupDesc": self.description,
            "ProjectId": self.project,
            "IsDefault": false,
            "CreatedTime": self.created.local(),
            "UpdateTime": self.updated.local(),
            "TagSet": tags.list(TAG),
        })
    }

    fn fits(&self, id: &str, tags: &Tags, filter: &Filter<'_>) -> Result<bool, Refusal> {
        Ok(match filter.name {
            "security-group-id" => filter.is(id),
            "security-group-name" => filter.is_in(&self.name),
            "project-id" => filter.is(&self.project),
            _ => match tags_fit(filter, tags) {
                Some(fits) => fits,
                None => return unknown_filter(filter),
            },
        })
    }
}

pub(super) fn describe(call: &Call<'_>) -> Answer {
    let p = call.params;
    let (ids, filters) = (p.texts("SecurityGroupIds"), filters(&p)?);
    not_both(&ids, &filters)?;
    for id in &ids {
        well_formed("sg", id, "InvalidSecurityGroupID.Malformed")?;
    }
    let page = Page::of_texts(&p, MOST, "InvalidParameterValue")?;
    let mut found = Vec::new();
    for (id, group) in call.store.scan::<SecurityGroup>("")? {
        let tags = tags::of(&call.store, tags::SECURITY_GROUP, &id)?;
        let fits = fits_all(&filters, |filter| group.fits(&id, &tags, filter))?;
        if fits && (ids.is_empty() || ids.contains(&id.as_str())) {
            found.push((id, group, tags));
        }
    }
    order(&mut found, p.str("OrderField"), p.str("OrderDirection"))?;
    let total = found.len();
    let shown: Vec<_> =
        page.of(found).iter().map(|(id, group, tags)| group.show(id, tags)).collect();
    Ok(json!({"TotalCount": total, "SecurityGroupSet": shown}))
}

fn order(
    groups: &mut [(String, SecurityGroup, Tags)],
    field: &str,
    direction: &str,
) -> Result<(), Refusal> {
    match field {
        "" | "CreatedTime" => groups.sort_by_key(|(_, group, _)| group.created),
        "UpdateTime" => groups.sort_by_key(|(_, group, _)| group.updated),
        _ => {
            let text = format!("OrderField `{field}` must be CreatedTime or UpdateTime.");
            return refused("InvalidParameterValue", text);
        }
    }
    match direction {
        "" | "ASC" => Ok(()),
        "DESC" => {
            groups.reverse();
            Ok(())
        }
        _ => refused("InvalidParameterValue", "OrderDirection must be ASC or DESC."),
    }
}

pub(super) fn modify(call: &Call<'_>) -> Answer {
    let p = call.params;
    let id = p.str("SecurityGroupId");
    let mut group = named(call, id)?;
    if let Some(text) = p.text("GroupName") {
        group.name = name("GroupName", text)?;
    }
    if let Some(text) = p.text("GroupDescription") {
        group.description = description(text)?;
    }
    group.updated = call.now;
    call.store.put(id, &group)?;
    Ok(json!({}))
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let id = call.params.str("SecurityGroupId");
    named(call, id)?;
    let in_use = |by: &str| refused("ResourceInUse", format!("{id} is in use by {by}."));
    if let Some(user) = uses::of(&call.store, id, call.now)?.pop() {
        return in_use(&user.name);
    }
    if let Some(group) = referring(call, id)?.pop() {
        return in_use(&group);
    }
    uses::forget(&call.store, id)?;
    tags::forget(&call.store, tags::SECURITY_GROUP, id)?;
    call.store.remove::<SecurityGroup>(id)?;
    Ok(json!({}))
}

/// The other groups with a rule that names this one.
fn referring(call: &Call<'_>, id: &str) -> Result<Vec<String>, StoreError> {
    let groups = call.store.scan::<SecurityGroup>("")?.into_iter();
    let refers = |(other, group): &(String, SecurityGroup)| other != id && group.policies.refer(id);
    Ok(groups.filter(refers).map(|(other, _)| other).collect())
}

pub(super) fn statistics(call: &Call<'_>) -> Answer {
    let mut set = Vec::new();
    for id in call.params.texts("SecurityGroupIds") {
        named(call, id)?;
        let users = uses::of(&call.store, id, call.now)?;
        let balancers = users.iter().filter(|user| user.name.starts_with("clb:")).count();
        let groups = referring(call, id)?.len();
        set.push(json!({
            "SecurityGroupId": id,
            "CVM": 0,
            "CDB": 0,
            "ENI": 0,
            "SG": groups,
            "CLB": balancers,
            "InstanceStatistics": [],
            "TotalCount": balancers + groups,
        }));
    }
    Ok(json!({"SecurityGroupAssociationStatisticsSet": set}))
}
