//! Which of the typed blocks a trigger has, and what a plan makes of it.

use tf_protocol::Change;
use tf_schema::Value;

use super::Trigger;
use super::blocks::Typed;
use super::document::{Document, mean_same};
use super::wire;

/// A typed block in use.
pub struct Chosen {
    /// The type it is for, which is also its name.
    pub kind: &'static str,
    /// The settings; `None` while something in them is unknown.
    pub document: Option<Document>,
    /// Whether the block decides the name of the trigger.
    pub names: bool,
    /// The name that it decides; `None` while that is unknown.
    pub name: Option<String>,
}

/// The typed blocks that are written, in the order of the schema.
pub fn chosen(config: &Trigger, region: &str) -> Vec<Chosen> {
    fn one<B: Typed>(blocks: &Value<Vec<B>>, region: &str) -> Option<Chosen> {
        let block = blocks.known()?.first()?;
        Some(Chosen {
            kind: B::KIND,
            document: block.document(),
            names: B::NAMES,
            name: block.name(region),
        })
    }
    let all = [
        one(&config.timer, region),
        one(&config.cos, region),
        one(&config.cmq, region),
        one(&config.ckafka, region),
        one(&config.http, region),
        one(&config.apigw, region),
        one(&config.cls, region),
        one(&config.mps, region),
    ];
    all.into_iter().flatten().collect()
}

/// Takes over settings into the typed block that is in use, unless it means the same.
pub fn adopt(trigger: &mut Trigger, found: &Document, name: &str) {
    fn one<B: Typed>(blocks: &mut Value<Vec<B>>, found: &Document, name: &str) {
        let Some(block) = blocks.known().and_then(|blocks| blocks.first()) else {
            // What is imported has no typed block: `trigger_desc` tells all.
            *blocks = vec![].into();
            return;
        };
        let same =
            block.document().is_some_and(|document| mean_same(&document.wire(), &found.wire()));
        if let (false, Some(block)) = (same, B::of(found, name)) {
            *blocks = vec![block].into();
        }
    }
    one(&mut trigger.timer, found, name);
    one(&mut trigger.cos, found, name);
    one(&mut trigger.cmq, found, name);
    one(&mut trigger.ckafka, found, name);
    one(&mut trigger.http, found, name);
    one(&mut trigger.apigw, found, name);
    one(&mut trigger.cls, found, name);
    one(&mut trigger.mps, found, name);
}

/// Plans what follows from a typed block, and what needs a new trigger.
pub fn plan(change: &mut Change<Trigger>, region: &str) {
    let block = chosen(&change.config, region).into_iter().next();
    let (before, kind) = match &change.prior {
        Some(prior) => (Some(prior.trigger_desc.text().to_owned()), prior.r#type.or_default()),
        None => (None, change.config.r#type.or_default()),
    };
    let place = block.as_ref().map_or("trigger_desc", |block| block.kind);
    let wanted = match &block {
        Some(block) => block.document.as_ref().map(Document::wire),
        None => change.planned.trigger_desc.known().cloned(),
    };
    let same = matches!((&before, &wanted), (Some(a), Some(b)) if mean_same(a, b));
    if block.is_some() && change.config.trigger_desc.is_null() {
        match wanted {
            _ if same => {}
            Some(text) => change.set::<String>("trigger_desc", text),
            None => change.set_unknown("trigger_desc"),
        }
    }
    plan_name(change, block.as_ref(), place);
    let changeable = wire::is_changeable(&kind);
    if before.is_some() && !same && !changeable {
        change.replace(place);
    }
    if before.is_some() && !changeable && change.changes("description") {
        change.replace("description");
    }
    if before.is_some() && !same && kind == "http" {
        change.set_unknown("url");
        change.set_unknown("intranet_url");
    }
}

/// The name that a typed block decides. A trigger cannot be renamed; that of a function URL is the
/// cloud's.
fn plan_name(change: &mut Change<Trigger>, block: Option<&Chosen>, place: &str) {
    let configured = change.config.trigger_name.clone();
    let name = match block {
        Some(block) if block.names && configured.is_null() => block.name.clone().into(),
        _ => configured.clone(),
    };
    let before = change.prior.as_ref().map(|prior| prior.trigger_name.or_default());
    let decided = block.is_some_and(|block| block.names) && configured.is_null();
    if decided && name.known() != before.as_ref() {
        match name.known() {
            Some(name) => change.set::<String>("trigger_name", name.clone()),
            None => change.set_unknown("trigger_name"),
        }
    }
    let url = change.config.r#type.is_known_and(|kind| kind == "http");
    let renamed = decided || !configured.is_null();
    if renamed && !url && before.is_some() && name.known() != before.as_ref() {
        change.replace(if decided { place } else { "trigger_name" });
    }
}
