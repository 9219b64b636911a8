//! The index of a topic: what of its logs can be searched.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::topic::{self, stored};
use crate::call::Call;
use crate::clock::Time;
use crate::params::Params;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::store::Record;

/// An index; it lies under its topic's id.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Index {
    pub(super) status: bool,
    /// The rule as JSON text.
    pub(super) rule: String,
    pub(super) internal_fields: bool,
    pub(super) metadata: i64,
    pub(super) coverage: String,
    pub(super) modified: Time,
}

impl Record for Index {
    const KIND: &'static str = "cls.index";
}

fn named(call: &Call<'_>, topic: &str) -> Result<Index, Refusal> {
    topic::named(&call.store, topic)?;
    let text = || format!("The topic {topic} has no index.");
    call.store.get(topic)?.ok_or_else(|| refuse("ResourceNotFound.IndexNotExist", text()))
}

/// R197: the index of a topic that the platform made cannot be edited.
fn must_be_editable(call: &Call<'_>, topic: &str) -> Result<(), Refusal> {
    if topic::named(&call.store, topic)?.platform {
        let text = format!("The index of {topic} belongs to the function service.");
        return refused("OperationDenied", text);
    }
    Ok(())
}

pub(super) fn create(call: &Call<'_>) -> Answer {
    let id = call.params.str("TopicId");
    must_be_editable(call, id)?;
    if call.store.get::<Index>(id)?.is_some() {
        let text = format!("The topic {id} has an index already.");
        return refused("InvalidParameter.IndexConflict", text);
    }
    let index = Index {
        status: true,
        rule: "{}".to_owned(),
        internal_fields: false,
        metadata: 0,
        coverage: String::new(),
        modified: call.now,
    };
    put(call, id, index)
}

pub(super) fn modify(call: &Call<'_>) -> Answer {
    let id = call.params.str("TopicId");
    let index = named(call, id)?;
    must_be_editable(call, id)?;
    put(call, id, index)
}

/// Takes over what a call says; what it leaves out stays.
fn put(call: &Call<'_>, id: &str, mut index: Index) -> Answer {
    let p = &call.params;
    index.status = p.bool("Status").unwrap_or(index.status);
    index.internal_fields = p.bool("IncludeInternalFields").unwrap_or(index.internal_fields);
    index.metadata = p.int("MetadataFlag").unwrap_or(index.metadata);
    if !(0..=2).contains(&index.metadata) {
        return refused("InvalidParameter", "MetadataFlag must be 0, 1 or 2.");
    }
    if let Some(text) = p.text("CoverageField") {
        text.clone_into(&mut index.coverage);
    }
    if let Some(rule) = p.object("Rule") {
        for group in ["KeyValue", "Tag"] {
            let keys = rule.object(group).map(|group| group.objects("KeyValues"));
            check_keys(&keys.unwrap_or_default())?;
        }
        index.rule = Value::Object(rule.raw().clone()).to_string();
    }
    index.modified = call.now;
    call.store.put(id, &index)?;
    Ok(json!({}))
}

fn check_keys(keys: &[Params<'_>]) -> Result<(), Refusal> {
    for (position, key) in keys.iter().enumerate() {
        let name = key.str("Key");
        if keys[..position].iter().any(|other| other.str("Key") == name) {
            return refused("InvalidParameter", format!("The key `{name}` is given twice."));
        }
        let Some(value) = key.object("Value") else { continue };
        match value.str("Type") {
            "long" | "double" | "json" => {}
            "text" if value.str("Tokenizer").is_empty() => {
                let text = format!("The key `{name}` is text, which needs a Tokenizer.");
                return refused("InvalidParameter", text);
            }
            "text" => {}
            other => {
                let text =
                    format!("Type `{other}` of `{name}` must be long, text, double or json.");
                return refused("InvalidParameter", text);
            }
        }
        check_keys(&value.objects("ChildNode"))?;
    }
    Ok(())
}

pub(super) fn describe(call: &Call<'_>) -> Answer {
    let id = call.params.str("TopicId");
    let index = named(call, id)?;
    let mut rule = stored(&index.rule)?;
    complete(&mut rule);
    Ok(json!({
        "TopicId": id,
        "Status": index.status,
        "Rule": rule,
        "ModifyTime": index.modified.local(),
        "IncludeInternalFields": index.internal_fields,
        "MetadataFlag": index.metadata,
        "CoverageField": index.coverage,
    }))
}

/// Fills in what a rule's author left out.
fn complete(rule: &mut Value) {
    fill(rule, &json!({"FullText": null, "KeyValue": null, "Tag": null, "DynamicIndex": null}));
    fill(&mut rule["FullText"], &json!({"ContainZH": false}));
    for group in ["KeyValue", "Tag"] {
        fill(&mut rule[group], &json!({"KeyValues": []}));
        if let Some(keys) = rule[group].get_mut("KeyValues") {
            complete_keys(keys);
        }
    }
}

fn complete_keys(keys: &mut Value) {
    let usual = json!({"Tokenizer": "", "SqlFlag": false, "ContainZH": false, "Alias": ""});
    for key in keys.as_array_mut().into_iter().flatten() {
        fill(&mut key["Value"], &usual);
        if key["Value"].get("ChildNode").is_some() {
            complete_keys(&mut key["Value"]["ChildNode"]);
        }
    }
}

fn fill(object: &mut Value, usual: &Value) {
    let (Some(object), Some(usual)) = (object.as_object_mut(), usual.as_object()) else { return };
    for (member, value) in usual {
        object.entry(member).or_insert_with(|| value.clone());
    }
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let id = call.params.str("TopicId");
    named(call, id)?;
    must_be_editable(call, id)?;
    call.store.remove::<Index>(id)?;
    Ok(json!({}))
}
