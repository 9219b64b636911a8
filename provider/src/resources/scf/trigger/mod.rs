//! `tencentcloud_scf_trigger`: what makes a function run by itself.
//! <https://www.tencentcloud.com/document/product/583/18589>

pub mod blocks;
pub mod check;
pub mod config;
pub mod document;
pub mod inline;
mod typed;
mod wire;

use tencentcloud_api::scf::{self, FunctionKey};
use tf_protocol::{Change, Lifecycle, Presence, Problem};
use tf_schema::check::{length, one_of};
use tf_schema::{Diagnostics, Resource, Value};

use super::{as_written, function_lock};
use crate::{Cloud, create};

use document::{Document, mean_same};
use wire::{Identity, Wanted};

/// What makes a function run by itself: a timer, changes of a bucket's objects, messages of a topic,
/// lines of a log topic, tasks of the media service, or calls of a function URL.
///
/// The settings are written in the block of the trigger's type, or as the JSON document
/// `trigger_desc`; what the cloud would refuse is refused while planning. Do not manage one trigger
/// here and in the `triggers` of `tencentcloud_scf_function` as well. Triggers of load balancers are
/// made by `tencentcloud_clb_function_targets_attachment`.
#[derive(Resource, Default)]
pub struct Trigger {
    /// Name of the function. It cannot be changed.
    #[tf(required, force_new)]
    pub function_name: Value<String>,
    /// Namespace of the function. It cannot be changed.
    #[tf(required, force_new)]
    pub namespace: Value<String>,
    /// Type of the trigger: `timer`, `cos`, `cmq`, `ckafka`, `http` for a function URL, `apigw`, `cls`
    /// for a log topic, `mps` for the media service, or another one that the cloud knows. It cannot be
    /// changed.
    #[tf(required, force_new)]
    pub r#type: Value<String>,
    /// Name of the trigger. A timer needs one: 1 to 100 letters, digits, hyphens and underscores. Of
    /// a bucket it is `BUCKET-APPID.cos.REGION.myqcloud.com`, of a CKafka topic `INSTANCE-TOPIC`, of
    /// a CMQ topic its name, of an API its service's, of a log topic its id; the blocks know it by
    /// themselves. The cloud names function URLs and triggers of the media service. It cannot be
    /// changed.
    #[tf(optional, computed, stable)]
    pub trigger_name: Value<String>,
    /// Settings of the trigger in the form in which the cloud takes them: the cron expression of a
    /// timer, else a JSON document. Two that mean the same are no change, however they are written.
    #[tf(optional, computed, stable, equal_when(mean_same))]
    pub trigger_desc: Value<String>,
    /// Version or alias that it invokes, by default `$LATEST`. It cannot be changed.
    #[tf(optional, computed, stable, force_new)]
    pub qualifier: Value<String>,
    /// `OPEN`, or `CLOSE` for a trigger that is off. Only the types `timer`, `cos`, `ckafka` and
    /// `http` can be off.
    #[tf(optional, default = "OPEN", validate(one_of(&[scf::OPEN, scf::CLOSE])))]
    pub enable: Value<String>,
    /// What a timer hands over to the function, at most 4 KB.
    #[tf(optional, validate(check::argument))]
    pub custom_argument: Value<String>,
    /// What the trigger is for, at most 1000 characters.
    #[tf(optional, validate(length(0, 1000)))]
    pub description: Value<String>,
    /// Name of the function, namespace and name of the trigger, joined by number signs.
    #[tf(computed, stable)]
    pub id: Value<String>,
    /// Where a function URL or an API is called from the internet.
    #[tf(computed, stable)]
    pub url: Value<String>,
    /// Where a function URL is called from inside of Tencent Cloud.
    #[tf(computed, stable)]
    pub intranet_url: Value<String>,
    /// When it was made.
    #[tf(computed, stable)]
    pub add_time: Value<String>,
    /// When it was last changed.
    #[tf(computed)]
    pub mod_time: Value<String>,
    /// Whether it works.
    #[tf(computed, stable)]
    pub available_status: Value<String>,
    /// Whether the other side can change it, too.
    #[tf(computed, stable)]
    pub trigger_attribute: Value<String>,
    /// When a timer fires.
    #[tf(block, max(1))]
    pub timer: Value<Vec<blocks::Timer>>,
    /// Which changes of a bucket's objects call the function.
    #[tf(block, max(1))]
    pub cos: Value<Vec<blocks::Cos>>,
    /// Which messages of a CMQ topic call the function.
    #[tf(block, max(1))]
    pub cmq: Value<Vec<blocks::Cmq>>,
    /// How a CKafka topic is read.
    #[tf(block, max(1))]
    pub ckafka: Value<Vec<blocks::Ckafka>>,
    /// How a function URL answers.
    #[tf(block, max(1))]
    pub http: Value<Vec<blocks::Http>>,
    /// An API of the API gateway. The product has ended: use a function URL instead.
    #[tf(block, max(1))]
    pub apigw: Value<Vec<blocks::Apigw>>,
    /// Which log topic calls the function, and how.
    #[tf(block, max(1))]
    pub cls: Value<Vec<blocks::Cls>>,
    /// Which tasks of the media service call the function.
    #[tf(block, max(1))]
    pub mps: Value<Vec<blocks::Mps>>,
}

/// By what a function URL is asked for; its name is then drawn by the cloud.
const URL_NAME: &str = "url-trigger";

/// What the cloud's refusals are about.
const ATTRIBUTES: [(&str, &str); 10] = [
    ("InvalidParameterValue.TriggerName", "trigger_name"),
    ("InvalidParameterValue.TriggerDesc", "trigger_desc"),
    ("InvalidParameterValue.CosNotifyRuleConflict", "trigger_desc"),
    ("InvalidParameterValue.Cors", "trigger_desc"),
    ("InvalidParameterValue.Type", "type"),
    ("InvalidParameterValue.CustomArgument", "custom_argument"),
    ("ResourceInUse.Trigger", "trigger_name"),
    ("ResourceNotFound.Cos", "trigger_name"),
    ("ResourceNotFound.TopicNotExist", "trigger_name"),
    ("ResourceNotFound.Function", "function_name"),
];

impl Lifecycle for Trigger {
    const TYPE: &'static str = "tencentcloud_scf_trigger";
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let function = self.function();
        let _lock = function_lock(cloud, &function.namespace, &function.name).await?;
        let name = match self.r#type.text() {
            "http" => URL_NAME.to_owned(),
            _ => self.trigger_name.or_default(),
        };
        let identity = Identity { function, kind: self.r#type.or_default(), name };
        let made = identity.create(cloud, &self.wanted()).await;
        let made = made.map_err(|error| create::point_at(error, &ATTRIBUTES))?;
        self.id = id_of(&identity.function, &made.trigger_name).into();
        self.qualifier = identity.function.qualifier.into();
        Ok(())
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let [function, namespace, name] = split_id(self.id.text())?;
        let key = FunctionKey::latest(&namespace, &function);
        let Some(mut found) = wire::find(cloud, &key, &name).await? else {
            return Ok(Presence::Gone);
        };
        found.retain(|found| self.could_be(found));
        let Some(trigger) = found.pop() else { return Ok(Presence::Gone) };
        if !found.is_empty() {
            return Err(ambiguous(&name));
        }
        (self.function_name, self.namespace) = (function.into(), namespace.into());
        self.adopt(trigger);
        Ok(Presence::Present)
    }

    async fn update(&mut self, prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        let identity = self.identity()?;
        let function = &identity.function;
        let _lock = function_lock(cloud, &function.namespace, &function.name).await?;
        let found = wire::find(cloud, function, &identity.name).await?.unwrap_or_default();
        let before = prior.trigger_desc.text();
        let Some(found) = found.into_iter().find(|found| identity.is(found, before)) else {
            let detail = "It was deleted since the plan was made; plan again.";
            return Err(Problem::new("The trigger is gone", detail));
        };
        let changed = identity.change(cloud, &self.wanted(), &found).await;
        changed.map_err(|error| create::point_at(error, &ATTRIBUTES))
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let identity = self.identity()?;
        let function = &identity.function;
        let _lock = function_lock(cloud, &function.namespace, &function.name).await?;
        Ok(identity.delete(cloud, self.trigger_desc.text()).await?)
    }

    fn import(id: &str) -> Result<Self, Problem> {
        let mut trigger = Trigger::default();
        // Two more parts tell triggers of the same name apart.
        let short = match id.split('#').collect::<Vec<_>>().as_slice() {
            [function, namespace, name, kind, qualifier] => {
                (trigger.r#type, trigger.qualifier) = ((*kind).into(), (*qualifier).into());
                [*function, *namespace, *name].join("#")
            }
            _ => id.to_owned(),
        };
        split_id(&short)?;
        Ok(Trigger { id: short.into(), ..trigger })
    }

    fn validate(config: &Self, problems: &mut Diagnostics) {
        check::trigger(config, problems);
    }

    async fn plan(change: &mut Change<Self>, cloud: &Cloud) -> Result<(), Problem> {
        typed::plan(change, cloud.region());
        refuse_loop(change, cloud).await
    }
}

impl Trigger {
    /// The function, at the version or alias that the trigger is for.
    fn function(&self) -> FunctionKey {
        let qualifier = self.qualifier.or(scf::LATEST);
        FunctionKey::qualified(self.namespace.text(), self.function_name.text(), &qualifier)
    }

    fn identity(&self) -> Result<Identity, Problem> {
        let [_, _, name] = split_id(self.id.text())?;
        Ok(Identity { function: self.function(), kind: self.r#type.or_default(), name })
    }

    fn wanted(&self) -> Wanted {
        let kind = self.r#type.text();
        Wanted {
            settings: self.trigger_desc.known().map(|text| wire::settings(kind, text)),
            enabled: self.enable.known().map(|word| word == scf::OPEN),
            description: Some(self.description.or_default()),
            argument: (kind == "timer").then(|| self.custom_argument.or_default()),
        }
    }

    /// Whether a trigger of the right name is this one, as far as it is known.
    fn could_be(&self, found: &scf::Trigger) -> bool {
        let is = |own: &Value<String>, found: &str| own.known().is_none_or(|own| own == found);
        let rule = match self.trigger_desc.known() {
            Some(settings) if found.kind == "cos" => mean_same(settings, &found.trigger_desc),
            _ => true,
        };
        is(&self.r#type, &found.kind) && is(&self.qualifier, &found.qualifier) && rule
    }

    fn adopt(&mut self, found: scf::Trigger) {
        let document = Document::read(&found.kind, &found.trigger_desc).ok().flatten();
        if let Some(document) = &document {
            typed::adopt(self, document, &found.trigger_name);
            (self.url, self.intranet_url) = urls(document);
        } else {
            (self.url, self.intranet_url) = ("".into(), "".into());
        }
        // What means the same stays as it was written.
        if !self.trigger_desc.is_known_and(|own| mean_same(own, &found.trigger_desc)) {
            let text = document.map_or(found.trigger_desc, |document| document.wire());
            self.trigger_desc = text.into();
        }
        let asked_for = found.kind == "http" && self.trigger_name.text() == URL_NAME;
        if !asked_for {
            self.trigger_name = found.trigger_name.into();
        }
        self.r#type = found.kind.into();
        self.qualifier = found.qualifier.into();
        self.enable = if found.enable == 1 { scf::OPEN } else { scf::CLOSE }.into();
        self.custom_argument = as_written(&self.custom_argument, found.custom_argument);
        self.description = as_written(&self.description, found.description);
        self.add_time = found.add_time.into();
        self.mod_time = found.mod_time.into();
        self.available_status = found.available_status.into();
        self.trigger_attribute = found.trigger_attribute.into();
    }
}

/// Refuses a topic into which the function is known to write its own logs.
async fn refuse_loop(change: &mut Change<Trigger>, cloud: &Cloud) -> Result<(), Problem> {
    let config = &change.config;
    let block = config.cls.known().and_then(|blocks| blocks.first());
    let topic = block.map_or(&config.trigger_name, |block| &block.topic_id);
    let (Some(topic), Some(namespace), Some(name)) =
        (topic.known(), config.namespace.known(), config.function_name.known())
    else {
        return Ok(());
    };
    let before = change.prior.as_ref().map(|prior| prior.trigger_name.or_default());
    if config.r#type.text() != "cls" || before.as_ref() == Some(topic) {
        return Ok(());
    }
    let found = scf::find_function(cloud, &FunctionKey::latest(namespace, name)).await?;
    if found.is_some_and(|function| function.cls_topic_id == *topic) {
        let place = if block.is_some() { "cls" } else { "trigger_name" };
        let detail = check::loop_of(topic);
        change.problems.error(place, check::LOOP, detail);
    }
    Ok(())
}

/// Where it is called from the internet, and from inside of the cloud.
fn urls(document: &Document) -> (Value<String>, Value<String>) {
    match document {
        Document::Http(http) => {
            let net = &http.net_config;
            (net.extranet_url.as_str().into(), net.intranet_url.as_str().into())
        }
        Document::Apigw(api) => {
            (api.service.sub_domain.clone().unwrap_or_default().into(), "".into())
        }
        _ => ("".into(), "".into()),
    }
}

fn ambiguous(name: &str) -> Problem {
    let detail = format!(
        "The function has several triggers that are called {name:?}. To import one of them, put its \
         type and its version or alias after the id: FUNCTION#NAMESPACE#TRIGGER#TYPE#QUALIFIER."
    );
    Problem::new("Several triggers of that name", detail)
}

fn id_of(function: &FunctionKey, name: &str) -> String {
    format!("{}#{}#{name}", function.name, function.namespace)
}

/// The official id: `FUNCTION#NAMESPACE#TRIGGER`.
fn split_id(text: &str) -> Result<[String; 3], Problem> {
    crate::id::split(text, '#', "FUNCTION#NAMESPACE#TRIGGER, such as hello#default#daily")
}
