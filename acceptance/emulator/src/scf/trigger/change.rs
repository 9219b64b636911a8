//! How triggers are made, changed, switched and deleted.

use serde_json::json;

use super::settings::{Api, ApiService, Ckafka, Cmq, Cos, Http, Timer, merged, read};
use super::{Kind, Trigger, key, put, store};
use crate::call::Call;
use crate::cos;
use crate::params::Params;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::regions;
use crate::scf::function::{self, Function, Kind as FunctionKind};
use crate::scf::{LATEST, namespace_of, rules};

/// The longest name of a timer.
const TIMER_NAME: usize = 100;
/// The longest text that a timer hands over, in bytes.
const ARGUMENT_BYTES: usize = 4 << 10;
/// What a function URL is asked for by; its name is then drawn.
const URL_NAME: &str = "url-trigger";

/// The version or alias that a call is about.
fn qualifier<'a>(p: &Params<'a>) -> &'a str {
    p.text("Qualifier").filter(|q| !q.is_empty()).unwrap_or(LATEST)
}

/// R260: whether a trigger is to be on; `None` when the call does not say.
fn enabled(p: &Params<'_>) -> Result<Option<bool>, Refusal> {
    match p.str("Enable") {
        "" => Ok(None),
        "OPEN" => Ok(Some(true)),
        "CLOSE" => Ok(Some(false)),
        other => {
            let text = format!("Enable is `{other}`; it must be OPEN or CLOSE.");
            refused("InvalidParameterValue.Enable", text)
        }
    }
}

/// What a timer hands over; `None` when the call does not say.
fn argument(p: &Params<'_>, kind: Kind) -> Result<Option<String>, Refusal> {
    let Some(text) = p.text("CustomArgument") else { return Ok(None) };
    if !text.is_empty() && kind != Kind::Timer {
        let text = format!("Only a timer has a CustomArgument, and not {}.", kind.name());
        return refused("InvalidParameterValue.CustomArgument", text);
    }
    if text.len() > ARGUMENT_BYTES {
        let text = format!("CustomArgument has {} bytes; 4096 are allowed.", text.len());
        return refused("InvalidParameterValue.CustomArgument", text);
    }
    Ok(Some(text.to_owned()))
}

pub(in crate::scf) fn create(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let function = function::of_call(call)?;
    let kind = Kind::of_new(p.str("Type"))?;
    function.must_be_settled(p.str("FunctionName"), call.now)?;
    let (id, qualifier) = place(call)?;
    let readings = call.cloud.readings.now();
    let of_web = &readings.web_function_triggers;
    if function.kind == FunctionKind::Http && !of_web.iter().any(|known| known == kind.name()) {
        // R107.
        let text = format!("A web function takes triggers of the types {}.", of_web.join(", "));
        return refused("InvalidParameterValue.Type", text);
    }
    let (name, settings) = settings(call, &function, kind, &id)?;
    let trigger = Trigger {
        resource: format!(
            "qcs::scf:{}:uin/{}:function/{}/{name}",
            regions::short(call.region()),
            call.account.uin,
            p.str("FunctionName"),
        ),
        kind: kind.name().to_owned(),
        name,
        qualifier: qualifier.to_owned(),
        settings,
        enabled: enabled(p)?.unwrap_or(true),
        argument: argument(p, kind)?.unwrap_or_default(),
        description: rules::description(p.str("Description"))?,
        owner: call.account.secret_id.clone(),
        created: call.now,
        modified: call.now,
    };
    if call.store.get::<Trigger>(&trigger.key(&id))?.is_some() {
        return Err(exists(kind, &trigger.name));
    }
    if kind == Kind::Cos {
        must_not_overlap(call, &trigger)?;
    }
    put(call, &id, &trigger)?;
    Ok(json!({"TriggerInfo": trigger.show()}))
}

fn exists(kind: Kind, name: &str) -> Refusal {
    let text = format!("The function has a {} trigger {name} already.", kind.name());
    refuse("ResourceInUse.Trigger", text)
}

/// R256: where the function is stored, and the version or alias that the trigger is for.
fn place<'a>(call: &Call<'a>) -> Result<(String, &'a str), Refusal> {
    let p = &call.params;
    let (namespace, name, qualifier) = (namespace_of(p), p.str("FunctionName"), qualifier(p));
    if function::qualifier(&call.store, namespace, name, qualifier)?.is_none() {
        return Err(function::no_version(name, qualifier));
    }
    Ok((function::id(namespace, name), qualifier))
}

/// The name of a new trigger and its settings as they are shown.
fn settings(
    call: &Call<'_>,
    function: &Function,
    kind: Kind,
    id: &str,
) -> Result<(String, String), Refusal> {
    let p = &call.params;
    let (name, text) = (p.str("TriggerName").to_owned(), p.str("TriggerDesc"));
    let settings = match kind {
        Kind::Timer => {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if name.is_empty() || name.len() > TIMER_NAME || !name.chars().all(is_name) {
                let text = "A timer's name is 1 to 100 letters, digits, hyphens and underscores.";
                return refused("InvalidParameterValue.TriggerName", text);
            }
            Timer::settings(text)?
        }
        Kind::Cos => {
            let rule = Cos::read(&name, call.region(), text)?;
            if !cos::has_bucket(&call.store, call.region(), rule.bucket())? {
                let text = format!("There is no bucket {} in {}.", rule.bucket(), call.region());
                return refused("ResourceNotFound.Cos", text);
            }
            rule.settings()?
        }
        Kind::Cmq => Cmq::settings(text)?,
        Kind::Ckafka => Ckafka::settings(&name, text)?,
        Kind::Http => return url(call, function, id),
        Kind::Apigw => api(call, function, id)?,
        // Made by other services; their way leads through `bound`.
        Kind::Cls | Kind::Mps => String::new(),
    };
    Ok((name, settings))
}

/// A new function URL: its name is drawn, and a version or alias has one at most.
fn url(call: &Call<'_>, function: &Function, id: &str) -> Result<(String, String), Refusal> {
    let p = &call.params;
    if p.str("TriggerName") != URL_NAME {
        let text = format!("An http trigger is asked for by the name {URL_NAME}.");
        return refused("InvalidParameterValue.TriggerName", text);
    }
    let there = key(id, Kind::Http.name(), "", qualifier(p));
    if call.store.count::<Trigger>(&there)? > 0 {
        return Err(exists(Kind::Http, qualifier(p)));
    }
    let drawn = call.new_id("url")?;
    let name = drawn.trim_start_matches("url-").to_owned();
    let host = format!("{}-{name}", call.account.app_id);
    let settings = Http::settings(&host, call.region(), function.web_socket, p.str("TriggerDesc"))?;
    Ok((name, settings))
}

/// The settings of a new API of the API gateway. R108: the APIs of a web function are in one service.
fn api(call: &Call<'_>, function: &Function, id: &str) -> Result<String, Refusal> {
    let text = call.params.str("TriggerDesc");
    let (asked, others) = (ApiService::read(text)?, services(call, id)?);
    let same = others.iter().find(|other| other.service_name == asked.service_name);
    let service_id = match (asked.service_id.as_str(), same) {
        ("", Some(same)) => same.service_id.clone(),
        ("", None) => call.new_id("service")?,
        (id, _) => id.to_owned(),
    };
    if function.kind == FunctionKind::Http
        && let Some(other) = others.iter().find(|other| other.service_id != service_id)
    {
        let text = format!("The APIs of a web function are in one service: {}.", other.service_id);
        return refused("InvalidParameterValue.TriggerDesc", text);
    }
    // R148: the path is the function's name, and the environment does not count.
    let method = |api: &ApiService| (api.service_id.clone(), api.method.clone());
    if others.iter().any(|other| method(other) == (service_id.clone(), asked.method.clone())) {
        let text =
            format!("The service {service_id} has an API with that path and method already.");
        return refused("ResourceInUse.Trigger", text);
    }
    let api_id = call.new_id("api")?;
    let app_id = call.account.app_id;
    let url = format!("https://{service_id}-{app_id}.{}.apigw.tencentcs.com", call.region());
    let web_socket = function.web_socket;
    Api { service_id: &service_id, api_id: &api_id, url: &url, web_socket }.settings(text)
}

/// The services in which a function has APIs.
fn services(call: &Call<'_>, id: &str) -> Result<Vec<ApiService>, Refusal> {
    let found = call.store.scan::<Trigger>(&format!("{id}/{}/", Kind::Apigw.name()))?;
    found.iter().map(|(_, trigger)| ApiService::read(&trigger.settings)).collect()
}

/// No two rules of a bucket may concern the same object, whatever functions they are for.
fn must_not_overlap(call: &Call<'_>, new: &Trigger) -> Result<(), Refusal> {
    let rule: Cos = read(&new.settings)?;
    for (key, other) in call.store.scan::<Trigger>("")? {
        if other.kind == new.kind && other.name == new.name {
            let found: Cos = read(&other.settings)?;
            if found.overlaps(&rule) {
                let function = key.split('/').nth(1).unwrap_or_default();
                let text = format!(
                    "The bucket has a rule of the function {function} for the same objects: {}.",
                    other.settings
                );
                return refused("InvalidParameterValue.CosNotifyRuleConflict", text);
            }
        }
    }
    Ok(())
}

/// The trigger that a call names. Of a bucket's rules it is the one with the same settings.
fn named(call: &Call<'_>) -> Result<(String, String, Trigger), Refusal> {
    let p = &call.params;
    function::of_call(call)?;
    let id = function::id(namespace_of(p), p.str("FunctionName"));
    let (kind, name) = (p.str("Type"), p.str("TriggerName"));
    let mut key = key(&id, kind, name, qualifier(p));
    if kind == Kind::Cos.name() {
        key.push_str(&Cos::read(name, call.region(), p.str("TriggerDesc"))?.settings()?);
    }
    match call.store.get::<Trigger>(&key)? {
        Some(trigger) => Ok((id, key, trigger)),
        None => {
            let text = format!("The function has no {kind} trigger {name} for {}.", qualifier(p));
            refused("ResourceNotFound.Trigger", text)
        }
    }
}

pub(in crate::scf) fn update(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let kind = Kind::read(p.str("Type"))?;
    if !matches!(kind, Kind::Timer | Kind::Ckafka | Kind::Http) {
        let text = format!("A {} trigger cannot be changed, only made anew.", kind.name());
        return refused("UnsupportedOperation.Trigger", text);
    }
    let (_, key, mut trigger) = named(call)?;
    if let Some(text) = p.text("TriggerDesc").filter(|text| !text.is_empty()) {
        trigger.settings = match kind {
            Kind::Timer => Timer::settings(text)?,
            Kind::Ckafka => Ckafka::settings(&trigger.name, &merged(&trigger.settings, text)?)?,
            _ => {
                let host = format!("{}-{}", call.account.app_id, trigger.name);
                let web_socket = function::of_call(call)?.web_socket;
                let all = merged(&trigger.settings, text)?;
                Http::settings(&host, call.region(), web_socket, &all)?
            }
        };
    }
    if let Some(enabled) = enabled(p)? {
        trigger.enabled = enabled;
    }
    if let Some(argument) = argument(p, kind)? {
        trigger.argument = argument;
    }
    if let Some(description) = p.text("Description") {
        trigger.description = rules::description(description)?;
    }
    store_changed(call, &key, trigger)
}

/// R261: some types can be switched; R262: while it is off, what happens does not reach the function.
pub(in crate::scf) fn update_status(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let kind = Kind::read(p.str("Type"))?;
    if !matches!(kind, Kind::Timer | Kind::Cos | Kind::Ckafka) {
        let text = format!("A {} trigger cannot be switched on or off.", kind.name());
        return refused("UnsupportedOperation.Trigger", text);
    }
    let (_, key, mut trigger) = named(call)?;
    let wanted = enabled(p)?.unwrap_or(trigger.enabled);
    if wanted == trigger.enabled {
        let text = format!("The trigger {} is {} already.", trigger.name, p.str("Enable"));
        return refused("FailedOperation.UpdateTriggerStatus", text);
    }
    trigger.enabled = wanted;
    store_changed(call, &key, trigger)
}

fn store_changed(call: &Call<'_>, key: &str, trigger: Trigger) -> Answer {
    store(call, key, &Trigger { modified: call.now, ..trigger })?;
    Ok(json!({}))
}

/// R259.
pub(in crate::scf) fn delete(call: &Call<'_>) -> Answer {
    let (id, key, trigger) = named(call)?;
    call.store.remove::<Trigger>(&key)?;
    trigger.end_other_side(call, &id)?;
    call.after(|cloud| cloud.triggers.changed());
    Ok(json!({}))
}
