//! The rules of a trigger that need nothing but the configuration.

use tf_schema::check::{Check, quoted};
use tf_schema::{Diagnostics, Path, Value};

use super::document::{Document, KINDS};
use super::typed::{Chosen, chosen};
use super::{Trigger, URL_NAME, wire};

/// At most 4 KB.
pub fn argument(text: &String) -> Check {
    match text.len() <= 4 << 10 {
        true => Ok(()),
        false => Err(format!("Expected at most 4096 bytes, got {}.", text.len())),
    }
}

/// The name of a timer: 1 to 100 letters, digits, hyphens and underscores.
pub fn timer_name(name: &str) -> Check {
    let well_formed = (1..=100).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    match well_formed {
        true => Ok(()),
        false => Err(format!(
            "Expected 1 to 100 letters, digits, hyphens and underscores, got {name:?}."
        )),
    }
}

/// Settings of a type, as the cloud takes them.
pub fn description(kind: &str, text: &str) -> Result<Option<Document>, String> {
    let document = Document::read(kind, text)?;
    if let Some(document) = &document {
        document.check()?;
    }
    Ok(document)
}

/// Says that the API gateway has ended.
pub fn warn_of_gateway(problems: &mut Diagnostics, path: Path) {
    let detail = "Tencent Cloud has ended the API gateway: no new triggers of this type can be made \
                  since July 2024, and the service stopped in June 2025. Use a function URL (type \
                  \"http\") or a load balancer.";
    problems.warning(path, "The API gateway has ended", detail);
}

/// What a function is that its own logs call.
pub const LOOP: &str = "A function that calls itself for ever";

/// Why that is so.
pub fn loop_of(topic: &str) -> String {
    format!(
        "The function's own logs go into the topic {topic}, and every call of it would cause the next \
         one. Write its logs into another topic: set cls_logset_id and cls_topic_id of the function."
    )
}

/// The rules of `tencentcloud_scf_trigger`.
pub fn trigger(config: &Trigger, problems: &mut Diagnostics) {
    let blocks = chosen(config, "");
    sources(config, &blocks, problems);
    let Some(kind) = config.r#type.known() else { return };
    if let Some(block) = blocks.iter().find(|block| block.kind != kind) {
        let detail = format!("The trigger is of the type {kind:?}; its block is {kind}.");
        problems.error(block.kind, "Block of another type", detail);
    }
    if let Some(text) = config.trigger_desc.known()
        && let Err(reason) = description(kind, text)
    {
        problems.error("trigger_desc", "Invalid trigger_desc", reason);
    }
    if let Some(Err(reason)) = blocks.first().and_then(|b| b.document.as_ref()).map(Document::check)
    {
        problems.error(blocks[0].kind, format!("Invalid {}", blocks[0].kind), reason);
    }
    name(config, kind, &blocks, problems);
    if kind != "timer" && config.custom_argument.is_known_and(|text| !text.is_empty()) {
        let detail = format!("Only a timer hands something over, and not {kind:?}.");
        problems.error("custom_argument", "Argument without a timer", detail);
    }
    if !wire::is_switchable(kind) && config.enable.is_known_and(|word| word == "CLOSE") {
        let detail = format!(
            "A trigger of the type {kind:?} cannot be off: delete it instead. Only timer, cos, \
             ckafka and http can be."
        );
        problems.error("enable", "A trigger that cannot be off", detail);
    }
    if wire::is_made_elsewhere(kind) && config.description.is_known_and(|text| !text.is_empty()) {
        let detail = format!("The service that makes triggers of the type {kind:?} takes none.");
        problems.error("description", "A trigger without a description", detail);
    }
    if kind == "apigw" {
        warn_of_gateway(problems, "type".into());
    }
}

/// R258: settings are written in one way, and only few types need none.
fn sources(config: &Trigger, blocks: &[Chosen], problems: &mut Diagnostics) {
    let described = !config.trigger_desc.is_null();
    let mut places: Vec<&str> = blocks.iter().map(|block| block.kind).collect();
    if described {
        places.insert(0, "trigger_desc");
    }
    if let [_, second, ..] = places.as_slice() {
        let detail = format!("Set exactly one of {}.", quoted(&places));
        problems.error(*second, "Settings in two places", detail);
    }
    let open = unknown(config);
    let Some(kind) = config.r#type.known().filter(|_| places.is_empty() && !open) else { return };
    if KINDS.contains(&kind.as_str()) && kind != "cmq" {
        let detail = format!("Write a block {kind}, or set trigger_desc.");
        problems.error("trigger_desc", "Missing settings", detail);
    }
}

/// Whether a block may come that is not known yet.
fn unknown(config: &Trigger) -> bool {
    config.timer.is_unknown()
        || config.cos.is_unknown()
        || config.cmq.is_unknown()
        || config.ckafka.is_unknown()
        || config.http.is_unknown()
        || config.apigw.is_unknown()
        || config.cls.is_unknown()
        || config.mps.is_unknown()
}

fn name(config: &Trigger, kind: &str, blocks: &[Chosen], problems: &mut Diagnostics) {
    let decided = blocks.iter().any(|block| block.names);
    match (&config.trigger_name, kind) {
        (Value::Null, "http" | "mps") => {}
        (Value::Null, _) if decided || unknown(config) => {}
        (Value::Null, _) => {
            let detail = format!("A trigger of the type {kind:?} needs a name.");
            problems.error("trigger_name", "Missing trigger_name", detail);
        }
        (Value::Known(name), "http") if name == URL_NAME => {}
        (Value::Known(name), "timer") => {
            if let Err(reason) = timer_name(name) {
                problems.error("trigger_name", "Invalid trigger_name", reason);
            }
        }
        (Value::Known(_), "http") => {
            let detail = format!(
                "The cloud draws the name of a function URL: leave it out, or \
                                  write {URL_NAME:?}."
            );
            problems.error("trigger_name", "Name of a function URL", detail);
        }
        (Value::Known(_), "mps") => {
            let detail = "The media service names its triggers; leave trigger_name out.";
            problems.error("trigger_name", "Name of a media trigger", detail);
        }
        (Value::Known(_), _) if decided => {
            let detail = format!("The block {kind} decides the name; leave trigger_name out.");
            problems.error("trigger_name", "Name from two places", detail);
        }
        _ => {}
    }
}
