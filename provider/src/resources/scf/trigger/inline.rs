//! The `triggers` of `tencentcloud_scf_function`: changed by difference, never all at once.

use std::collections::BTreeMap;

use tencentcloud_api::scf::{self, FunctionKey};
use tf_protocol::Problem;
use tf_schema::check::{Check, length};
use tf_schema::{Block, Diagnostics, Path, Set, Value};

use super::document::{Document, mean_same};
use super::wire::{self, Identity, Wanted};
use super::{ATTRIBUTES, URL_NAME, blocks, check};
use crate::{Cloud, create};

/// R38, R44: how many triggers of a type a function may have.
const MOST_OF_A_TYPE: usize = 10;
/// R143: how long an API waits for its function, in seconds.
const GATEWAY_PATIENCE: i64 = 15;

/// A trigger of the function's `$LATEST` version.
#[derive(Block, Clone, Debug, PartialEq)]
pub struct Inline {
    /// Name of the trigger. Of a bucket it is `NAME-APPID`, of a CKafka topic `INSTANCE-TOPIC`; of
    /// a log topic its id; the cloud names function URLs and triggers of the media service itself.
    #[tf(required, validate(length(1, 100)))]
    pub name: Value<String>,
    /// Type of the trigger: `timer`, `cos`, `cmq`, `ckafka`, `http`, `cls`, `mps`, or another one
    /// that the cloud knows.
    #[tf(required)]
    pub r#type: Value<String>,
    /// Settings of the trigger: the cron expression of a timer, else a JSON document.
    #[tf(required)]
    pub trigger_desc: Value<String>,
    /// Region of the bucket, which is the function's; for the type `cos`.
    #[tf(optional)]
    pub cos_region: Value<String>,
}

impl Inline {
    fn kind(&self) -> &str {
        self.r#type.text()
    }

    /// The name under which the cloud knows it.
    fn wire_name(&self) -> String {
        match (self.kind(), self.cos_region.known()) {
            ("cos", Some(region)) if !region.is_empty() => blocks::host(self.name.text(), region),
            ("http", _) => URL_NAME.to_owned(),
            _ => self.name.or_default(),
        }
    }

    fn identity(&self, function: &FunctionKey) -> Identity {
        let kind = self.kind().to_owned();
        Identity { function: function.clone(), kind, name: self.wire_name() }
    }

    /// Whether it stands for a trigger of the cloud. A version has one function URL at most.
    fn stands_for(&self, found: &scf::Trigger, function: &FunctionKey) -> bool {
        let url =
            self.kind() == "http" && found.kind == "http" && found.qualifier == function.qualifier;
        url || self.identity(function).is(found, self.trigger_desc.text())
    }

    fn wanted(&self) -> Wanted {
        let settings = wire::settings(self.kind(), self.trigger_desc.text());
        Wanted { settings: Some(settings), ..Wanted::default() }
    }
}

fn each(triggers: &Value<Set<Inline>>) -> impl Iterator<Item = &Inline> + Clone {
    triggers.known().into_iter().flat_map(Set::iter)
}

/// Makes, changes and deletes what differs between two configurations. What is in neither, such as a
/// load balancer's trigger, is not touched; what is there already is taken over.
pub async fn apply(
    cloud: &Cloud,
    function: &FunctionKey,
    before: &Value<Set<Inline>>,
    after: &Value<Set<Inline>>,
) -> Result<(), Problem> {
    if before == after || (each(before).next().is_none() && each(after).next().is_none()) {
        return Ok(());
    }
    let found = scf::find_triggers(cloud, function).await?.unwrap_or_default();
    let of = |trigger: &Inline| found.iter().find(|found| trigger.stands_for(found, function));
    let wanted = |found: &scf::Trigger| each(after).any(|own| own.stands_for(found, function));
    for gone in each(before).filter_map(of).filter(|found| !wanted(found)) {
        named(function, gone).delete(cloud, &gone.trigger_desc).await?;
    }
    for trigger in each(after) {
        let outcome = match of(trigger) {
            None => trigger.identity(function).create(cloud, &trigger.wanted()).await.map(drop),
            Some(found) => change(cloud, function, trigger, found).await,
        };
        outcome.map_err(|error| point_at(error).at("triggers"))?;
    }
    Ok(())
}

fn point_at(error: tencentcloud_api::Error) -> Problem {
    create::point_at(error, &ATTRIBUTES)
}

/// What the cloud's own name of a trigger identifies.
fn named(function: &FunctionKey, found: &scf::Trigger) -> Identity {
    let (kind, name) = (found.kind.clone(), found.trigger_name.clone());
    Identity { function: function.clone(), kind, name }
}

async fn change(
    cloud: &Cloud,
    function: &FunctionKey,
    trigger: &Inline,
    found: &scf::Trigger,
) -> tencentcloud_api::Result<()> {
    let identity = named(function, found);
    if mean_same(&found.trigger_desc, &trigger.trigger_desc.or_default()) {
        return Ok(());
    }
    if wire::is_changeable(&found.kind) {
        return identity.change(cloud, &trigger.wanted(), found).await;
    }
    identity.delete(cloud, &found.trigger_desc).await?;
    trigger.identity(function).create(cloud, &trigger.wanted()).await.map(drop)
}

/// What the cloud has of the configured triggers. Settings that mean the same stay as they were
/// written, and triggers that nobody configured here are not shown.
pub fn adopt(
    configured: &Value<Set<Inline>>,
    function: &FunctionKey,
    found: &[scf::Trigger],
) -> Value<Set<Inline>> {
    let present = each(configured).filter_map(|trigger| {
        let found = found.iter().find(|found| trigger.stands_for(found, function))?;
        if mean_same(&found.trigger_desc, &trigger.trigger_desc.or_default()) {
            return Some(trigger.clone());
        }
        let document = Document::read(&found.kind, &found.trigger_desc).ok().flatten();
        let text = document.map_or_else(|| found.trigger_desc.clone(), |document| document.wire());
        Some(Inline { trigger_desc: text.into(), ..trigger.clone() })
    });
    Value::Known(present.collect())
}

/// What concerns the function beside its triggers.
pub struct Context {
    /// Whether it is a web function.
    pub web: bool,
    /// Whether it speaks WebSocket.
    pub web_socket: bool,
    /// Its time limit in seconds.
    pub timeout: Option<i64>,
    /// The topic of its logs.
    pub topic: Option<String>,
}

/// The rules of a function's triggers.
pub fn check(triggers: &Value<Set<Inline>>, context: &Context, problems: &mut Diagnostics) {
    let path = Path::attribute("triggers");
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for trigger in each(triggers) {
        *counts.entry(trigger.kind()).or_default() += 1;
        if let Err(reason) = check_one(trigger) {
            let summary = format!("Invalid trigger {}", trigger.name.text());
            problems.error(path.clone(), summary, reason);
        }
        if context.web && trigger.r#type.is_known() && !["http", "apigw"].contains(&trigger.kind())
        {
            // R107, D10.
            let detail = format!(
                "A web function is called over HTTP only; a trigger of the type {:?} cannot call it.",
                trigger.kind()
            );
            problems.error(path.clone(), "Trigger of a web function", detail);
        }
        if trigger.kind() == "cls"
            && trigger.name.known().is_some_and(|name| Some(name) == context.topic.as_ref())
        {
            problems.error(path.clone(), check::LOOP, check::loop_of(trigger.name.text()));
        }
        if trigger.kind() == "apigw" {
            check::warn_of_gateway(problems, path.clone());
            warn_of_patience(context, &path, problems);
            check_web_socket(trigger, context, &path, problems);
        }
    }
    for (kind, count) in counts.into_iter().filter(|(_, count)| *count > MOST_OF_A_TYPE) {
        let detail = format!(
            "A function may have {MOST_OF_A_TYPE} triggers of a type; {count} are of the type \
             {kind:?}."
        );
        problems.error(path.clone(), "Too many triggers", detail);
    }
    check_overlaps(triggers, &path, problems);
    check_apis(triggers, context, &path, problems);
}

/// R108: the APIs of a web function are in one service. R148: a service has a method of the function
/// once, wherever it is released.
fn check_apis(
    triggers: &Value<Set<Inline>>,
    context: &Context,
    path: &Path,
    problems: &mut Diagnostics,
) {
    let apis: Vec<_> = each(triggers)
        .filter(|trigger| trigger.kind() == "apigw")
        .filter_map(|trigger| {
            let document = Document::read("apigw", trigger.trigger_desc.known()?).ok()??;
            let Document::Apigw(api) = document else { return None };
            Some((trigger.name.text(), api))
        })
        .collect();
    for (n, (name, api)) in apis.iter().enumerate() {
        for (other, before) in &apis[..n] {
            let Some(same_service) = before.service.is_same(&api.service) else { continue };
            if context.web && !same_service {
                let detail = format!(
                    "The APIs of a web function are in one service; {other} and {name} are not."
                );
                problems.error(path.clone(), "APIs in two services", detail);
            }
            let method = &api.api.request_config.method;
            if same_service && *method == before.api.request_config.method {
                let detail = format!(
                    "{other} and {name} are the same API, whatever their environments: both take \
                     {method} in one service. Change the method of one."
                );
                problems.error(path.clone(), "The same API twice", detail);
            }
        }
    }
}

fn warn_of_patience(context: &Context, path: &Path, problems: &mut Diagnostics) {
    if let Some(timeout) = context.timeout.filter(|timeout| *timeout > GATEWAY_PATIENCE) {
        let detail = format!(
            "A basic API gateway waits {GATEWAY_PATIENCE} seconds for the function, which may take \
             {timeout}."
        );
        problems.warning(path.clone(), "The gateway waits less than the function takes", detail);
    }
}

/// R152, R165: before a function that speaks WebSocket there is an API that does, with the method GET.
fn check_web_socket(trigger: &Inline, context: &Context, path: &Path, problems: &mut Diagnostics) {
    let Some(text) = trigger.trigger_desc.known().filter(|_| context.web_socket) else { return };
    let Ok(Some(Document::Apigw(document))) = Document::read("apigw", text) else { return };
    let method = document.api.request_config.method;
    if method != "GET" {
        let detail = format!(
            "The function speaks WebSocket, so its API has the method GET, not {method}: set \
             api.requestConfig.method."
        );
        problems.error(path.clone(), "Method of a WebSocket API", detail);
    }
}

fn check_one(trigger: &Inline) -> Check {
    let (Some(kind), Some(text)) = (trigger.r#type.known(), trigger.trigger_desc.known()) else {
        return Ok(());
    };
    check::description(kind, text)?;
    match (kind.as_str(), trigger.name.known()) {
        ("timer", Some(name)) => check::timer_name(name),
        ("cos", Some(name)) if trigger.cos_region.is_null() && !name.contains(".cos.") => {
            Err(format!("The bucket {name:?} needs its region: set cos_region."))
        }
        _ => Ok(()),
    }
}

/// No two rules of a bucket may concern the same object.
fn check_overlaps(triggers: &Value<Set<Inline>>, path: &Path, problems: &mut Diagnostics) {
    let rules: Vec<_> = each(triggers)
        .filter(|trigger| trigger.kind() == "cos" && trigger.name.is_known())
        .filter_map(|trigger| {
            let document = Document::read("cos", trigger.trigger_desc.known()?).ok()??;
            let Document::Cos(rule) = document else { return None };
            Some((trigger.wire_name(), rule))
        })
        .collect();
    for (n, (bucket, rule)) in rules.iter().enumerate() {
        let clash = rules[..n].iter().find(|(other, own)| other == bucket && own.overlaps(rule));
        if let Some((_, other)) = clash {
            let show = |rule: &super::document::Cos| {
                format!("{} of {:?}*{:?}", rule.event, rule.filter.prefix, rule.filter.suffix)
            };
            let detail = format!(
                "Two rules of the bucket {bucket} concern the same objects: {} and {}.",
                show(other),
                show(rule)
            );
            problems.error(path.clone(), "Overlapping rules", detail);
        }
    }
}
