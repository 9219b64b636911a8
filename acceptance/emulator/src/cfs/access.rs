//! Groups of permissions, and their rules. This cloud keeps the rules; its functions are let in
//! whatever they say.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{file_system, word};
use crate::call::Call;
use crate::clock::Time;
use crate::params::Params;
use crate::quotas;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::store::{Record, Scope, StoreError};
use crate::vpc::cidr::Cidr;

/// The group that every account has.
const BASIC: &str = "pgroupbasic";
const BASIC_NAME: &str = "default";
const PRIORITIES: std::ops::RangeInclusive<i64> = 1..=100;
const USERS: [&str; 4] = ["all_squash", "no_all_squash", "root_squash", "no_root_squash"];

/// A group of permissions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Group {
    pub(super) name: String,
    description: String,
    created: Time,
    rules: Vec<Rule>,
}

impl Record for Group {
    const KIND: &'static str = "cfs.permission_group";
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Rule {
    id: String,
    clients: String,
    writes: bool,
    users: String,
    priority: i64,
}

impl Group {
    fn basic() -> Self {
        let all = Rule {
            id: "rule-00000000".to_owned(),
            clients: "*".to_owned(),
            writes: true,
            users: "no_root_squash".to_owned(),
            priority: 100,
        };
        Self {
            name: BASIC_NAME.to_owned(),
            description: BASIC_NAME.to_owned(),
            created: Time(0),
            rules: vec![all],
        }
    }

    fn show(&self, call: &Call<'_>, id: &str) -> Answer {
        Ok(json!({
            "PGroupId": id,
            "Name": self.name,
            "DescInfo": self.description,
            "CDate": self.created.local(),
            "BindCfsNum": file_system::bound(call, id)?.len(),
        }))
    }
}

impl Rule {
    fn show(&self, group: Option<&str>) -> Value {
        let mut shown = json!({
            "RuleId": self.id,
            "AuthClientIp": self.clients,
            "RWPermission": if self.writes { "rw" } else { "ro" },
            "UserPermission": self.users,
            "Priority": self.priority,
        });
        if let Some(group) = group {
            shown["PGroupId"] = json!(group);
        }
        shown
    }

    /// Takes over what a call says; what it leaves out stays.
    fn apply(&mut self, p: &Params<'_>) -> Result<(), Refusal> {
        if let Some(clients) = p.text("AuthClientIp") {
            let address = clients.parse::<Ipv4Addr>().is_ok() || Cidr::read(clients).is_some();
            if clients != "*" && !address {
                let text = format!("AuthClientIp `{clients}` is no address, no block and no `*`.");
                return refused("InvalidParameterValue.InvalidAuthClientIp", text);
            }
            clients.clone_into(&mut self.clients);
        }
        if let Some(sent) = p.text("RWPermission") {
            let code = "InvalidParameterValue.InvalidRwPermission";
            self.writes = word(sent, &["RO", "RW"], code)? == "RW";
        }
        if let Some(sent) = p.text("UserPermission") {
            let code = "InvalidParameterValue.InvalidUserPermission";
            word(sent, &USERS, code)?.clone_into(&mut self.users);
        }
        if let Some(priority) = p.int("Priority") {
            if !PRIORITIES.contains(&priority) {
                let text = format!("Priority {priority} must be 1 to 100.");
                return refused("InvalidParameterValue.InvalidPriority", text);
            }
            self.priority = priority;
        }
        Ok(())
    }
}

fn find(here: &Scope<'_>, id: &str) -> Result<Option<Group>, StoreError> {
    let found = here.get(id)?;
    Ok(found.or_else(|| (id == BASIC).then(Group::basic)))
}

/// The group with that id.
pub(super) fn named(call: &Call<'_>, id: &str) -> Result<Group, Refusal> {
    let text = || format!("There is no permission group {id}.");
    find(&call.store, id)?.ok_or_else(|| refuse("ResourceNotFound.PgroupNotFound", text()))
}

fn changeable(call: &Call<'_>, id: &str) -> Result<Group, Refusal> {
    if id == BASIC {
        let text = "The group that every account has cannot be changed or deleted.";
        return refused("UnsupportedOperation", text);
    }
    named(call, id)
}

fn name(call: &Call<'_>, own: Option<&str>, text: &str) -> Result<String, Refusal> {
    if text.is_empty() {
        return refused("InvalidParameterValue.MissingPgroupName", "Name is empty.");
    }
    if text.chars().count() > 64 {
        let detail = "Name is longer than 64 letters.";
        return refused("InvalidParameterValue.PgroupNameLimitExceeded", detail);
    }
    let all = call.store.scan::<Group>("")?;
    if text == BASIC_NAME || all.iter().any(|(id, group)| group.name == text && own != Some(id)) {
        let detail = format!("There is a permission group {text} already.");
        return refused("InvalidParameterValue.DuplicatedPgroupName", detail);
    }
    Ok(text.to_owned())
}

fn description(text: &str) -> Result<String, Refusal> {
    if text.chars().count() <= 255 {
        return Ok(text.to_owned());
    }
    let detail = "DescInfo is longer than 255 letters.";
    refused("InvalidParameterValue.PgroupDescinfoLimitExceeded", detail)
}

pub(super) fn create_group(call: &Call<'_>) -> Answer {
    let p = call.params;
    let count = call.store.count::<Group>("")? + 1;
    call.within(&quotas::PERMISSION_GROUPS, count, "delete one or raise the quota")?;
    let group = Group {
        name: name(call, None, p.str("Name"))?,
        description: description(p.str("DescInfo"))?,
        created: call.now,
        rules: Vec::new(),
    };
    let id = call.new_id("pgroup")?;
    call.store.put(&id, &group)?;
    group.show(call, &id)
}

pub(super) fn describe_groups(call: &Call<'_>) -> Answer {
    let mut shown = vec![Group::basic().show(call, BASIC)?];
    for (id, group) in call.store.scan::<Group>("")? {
        shown.push(group.show(call, &id)?);
    }
    Ok(json!({"PGroupList": shown}))
}

pub(super) fn update_group(call: &Call<'_>) -> Answer {
    let p = call.params;
    let id = p.str("PGroupId");
    let mut group = changeable(call, id)?;
    if let Some(text) = p.text("Name") {
        group.name = name(call, Some(id), text)?;
    }
    if let Some(text) = p.text("DescInfo") {
        group.description = description(text)?;
    }
    call.store.put(id, &group)?;
    Ok(json!({"PGroupId": id, "Name": group.name, "DescInfo": group.description}))
}

pub(super) fn delete_group(call: &Call<'_>) -> Answer {
    let id = call.params.str("PGroupId");
    changeable(call, id)?;
    if let Some(user) = file_system::bound(call, id)?.pop() {
        return refused("FailedOperation.PgroupInUse", format!("{user} uses {id}."));
    }
    call.store.remove::<Group>(id)?;
    Ok(json!({"PGroupId": id, "AppId": call.account.app_id}))
}

pub(super) fn create_rule(call: &Call<'_>) -> Answer {
    let p = call.params;
    let group_id = p.str("PGroupId");
    let mut group = changeable(call, group_id)?;
    call.within(&quotas::PERMISSION_RULES, group.rules.len() + 1, "delete a rule first")?;
    let mut rule = Rule {
        id: call.new_id("rule")?,
        clients: String::new(),
        writes: false,
        users: "root_squash".to_owned(),
        priority: 100,
    };
    rule.apply(&p)?;
    group.must_not_have(&rule)?;
    let shown = rule.show(Some(group_id));
    group.rules.push(rule);
    call.store.put(group_id, &group)?;
    Ok(shown)
}

impl Group {
    fn must_not_have(&self, rule: &Rule) -> Result<(), Refusal> {
        let mut others = self.rules.iter().filter(|other| other.id != rule.id);
        match others.find(|other| other.clients == rule.clients) {
            None => Ok(()),
            Some(other) => {
                let text = format!("The rule {} is about {} already.", other.id, other.clients);
                refused("InvalidParameterValue.DuplicatedRuleAuthClientIp", text)
            }
        }
    }

    fn place(&self, id: &str) -> Result<usize, Refusal> {
        let text = || format!("There is no rule {id} in the group.");
        let place = self.rules.iter().position(|rule| rule.id == id);
        place.ok_or_else(|| refuse("ResourceNotFound.RuleNotFound", text()))
    }
}

pub(super) fn describe_rules(call: &Call<'_>) -> Answer {
    let group = named(call, call.params.str("PGroupId"))?;
    let shown: Vec<_> = group.rules.iter().map(|rule| rule.show(None)).collect();
    Ok(json!({"RuleList": shown}))
}

pub(super) fn update_rule(call: &Call<'_>) -> Answer {
    let p = call.params;
    let group_id = p.str("PGroupId");
    let mut group = changeable(call, group_id)?;
    let place = group.place(p.str("RuleId"))?;
    let mut rule = group.rules[place].clone();
    rule.apply(&p)?;
    group.must_not_have(&rule)?;
    let shown = rule.show(Some(group_id));
    group.rules[place] = rule;
    call.store.put(group_id, &group)?;
    Ok(shown)
}

pub(super) fn delete_rule(call: &Call<'_>) -> Answer {
    let p = call.params;
    let group_id = p.str("PGroupId");
    let mut group = changeable(call, group_id)?;
    let rule = group.rules.remove(group.place(p.str("RuleId"))?);
    call.store.put(group_id, &group)?;
    Ok(json!({"PGroupId": group_id, "RuleId": rule.id}))
}
