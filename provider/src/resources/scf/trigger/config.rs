//! `tencentcloud_scf_trigger_config`: settings of a trigger that somebody else has made.
//! <https://www.tencentcloud.com/document/product/583/18589>

use tencentcloud_api::scf::{self, FunctionKey};
use tf_protocol::{Lifecycle, Presence, Problem};
use tf_schema::check::{length, one_of};
use tf_schema::{Diagnostics, Resource, Value};

use super::document::{Document, mean_same};
use super::wire::{self, Identity, Wanted};
use super::{ATTRIBUTES, ambiguous, check, id_of, split_id};
use crate::resources::scf::{as_written, function_lock};
use crate::{Cloud, create};

/// Settings of a trigger that exists: it is changed and switched on or off here, and stays as it is
/// when this resource is destroyed. A trigger that is to be made, too, is a
/// `tencentcloud_scf_trigger`.
#[derive(Resource, Default)]
pub struct TriggerConfig {
    /// Name of the function. It cannot be changed.
    #[tf(required, force_new)]
    pub function_name: Value<String>,
    /// Name of the trigger. It cannot be changed.
    #[tf(required, force_new)]
    pub trigger_name: Value<String>,
    /// Type of the trigger. It cannot be changed.
    #[tf(required, force_new)]
    pub r#type: Value<String>,
    /// Namespace of the function. It cannot be changed.
    #[tf(optional, default = "default", force_new)]
    pub namespace: Value<String>,
    /// Version or alias that the trigger is for, by default `$LATEST`. It cannot be changed.
    #[tf(optional, computed, stable, force_new)]
    pub qualifier: Value<String>,
    /// `OPEN` or `CLOSE`; left out, it stays as it is.
    #[tf(optional, computed, stable, validate(one_of(&[scf::OPEN, scf::CLOSE])))]
    pub enable: Value<String>,
    /// Settings of the trigger: the cron expression of a timer, else a JSON document. Only the types
    /// `timer`, `ckafka` and `http` can be changed. Two that mean the same are no change, however
    /// they are written.
    #[tf(optional, computed, stable, equal_when(mean_same))]
    pub trigger_desc: Value<String>,
    /// What a timer hands over to the function, at most 4 KB.
    #[tf(optional, validate(check::argument))]
    pub custom_argument: Value<String>,
    /// What the trigger is for, at most 1000 characters.
    #[tf(optional, validate(length(0, 1000)))]
    pub description: Value<String>,
    /// Name of the function, namespace and name of the trigger, joined by number signs.
    #[tf(computed, stable)]
    pub id: Value<String>,
}

impl Lifecycle for TriggerConfig {
    const TYPE: &'static str = "tencentcloud_scf_trigger_config";
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let identity = self.identity();
        self.change(cloud, &identity).await?;
        self.id = id_of(&identity.function, &identity.name).into();
        Ok(())
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let [function, namespace, name] = split_id(self.id.text())?;
        let key = FunctionKey::latest(&namespace, &function);
        let Some(mut found) = wire::find(cloud, &key, &name).await? else {
            return Ok(Presence::Gone);
        };
        let is = |own: &Value<String>, found: &str| own.known().is_none_or(|own| own == found);
        found
            .retain(|found| is(&self.r#type, &found.kind) && is(&self.qualifier, &found.qualifier));
        let Some(trigger) = found.pop() else { return Ok(Presence::Gone) };
        if !found.is_empty() {
            return Err(ambiguous(&name));
        }
        self.function_name = function.into();
        self.namespace = namespace.into();
        self.adopt(trigger);
        Ok(Presence::Present)
    }

    async fn update(&mut self, _prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        let identity = self.identity();
        self.change(cloud, &identity).await
    }

    /// The trigger is somebody else's: it stays.
    async fn delete(&mut self, _cloud: &Cloud) -> Result<(), Problem> {
        Ok(())
    }

    fn import(id: &str) -> Result<Self, Problem> {
        split_id(id)?;
        Ok(TriggerConfig { id: id.into(), ..TriggerConfig::default() })
    }

    fn validate(config: &Self, problems: &mut Diagnostics) {
        let Some(kind) = config.r#type.known() else { return };
        if let Some(text) = config.trigger_desc.known()
            && let Err(reason) = check::description(kind, text)
        {
            problems.error("trigger_desc", "Invalid trigger_desc", reason);
        }
        if !wire::is_switchable(kind) && config.enable.is_known() {
            let detail = format!("A trigger of the type {kind:?} is never switched.");
            problems.error("enable", "A trigger that is not switched", detail);
        }
        let changes = [
            ("trigger_desc", config.trigger_desc.is_known()),
            ("description", config.description.is_known()),
            ("custom_argument", config.custom_argument.is_known()),
        ];
        for (name, _) in changes.iter().filter(|(_, set)| *set && !wire::is_changeable(kind)) {
            let detail = format!(
                "A trigger of the type {kind:?} cannot be changed; only timer, ckafka and http can be."
            );
            problems.error(*name, "A trigger that cannot be changed", detail);
        }
    }
}

impl TriggerConfig {
    fn identity(&self) -> Identity {
        let qualifier = self.qualifier.or(scf::LATEST);
        let (namespace, function) = (self.namespace.text(), self.function_name.text());
        Identity {
            function: FunctionKey::qualified(namespace, function, &qualifier),
            kind: self.r#type.or_default(),
            name: self.trigger_name.or_default(),
        }
    }

    /// Sends what differs from what the cloud has.
    async fn change(&self, cloud: &Cloud, identity: &Identity) -> Result<(), Problem> {
        let function = &identity.function;
        let _lock = function_lock(cloud, &function.namespace, &function.name).await?;
        let kind = identity.kind.as_str();
        let found = wire::find(cloud, function, &identity.name).await?.unwrap_or_default();
        let here =
            |found: &&scf::Trigger| found.kind == kind && found.qualifier == function.qualifier;
        let Some(found) = found.iter().find(here) else {
            let detail = format!(
                "{function} has no trigger {:?} of the type {kind:?}. This resource changes one that \
                 exists; tencentcloud_scf_trigger makes one.",
                identity.name
            );
            return Err(Problem::new("No such trigger", detail).at("trigger_name"));
        };
        let changeable = wire::is_changeable(kind);
        let wanted = Wanted {
            settings: self
                .trigger_desc
                .known()
                .filter(|_| changeable)
                .map(|text| wire::settings(kind, text)),
            enabled: self.enable.known().map(|word| word == scf::OPEN),
            description: changeable.then(|| self.description.or_default()),
            argument: (kind == "timer").then(|| self.custom_argument.or_default()),
        };
        let changed = identity.change(cloud, &wanted, found).await;
        changed.map_err(|error| create::point_at(error, &ATTRIBUTES))
    }

    fn adopt(&mut self, found: scf::Trigger) {
        if !self.trigger_desc.is_known_and(|own| mean_same(own, &found.trigger_desc)) {
            let document = Document::read(&found.kind, &found.trigger_desc).ok().flatten();
            let text = document.map_or(found.trigger_desc, |document| document.wire());
            self.trigger_desc = text.into();
        }
        self.trigger_name = found.trigger_name.into();
        self.r#type = found.kind.into();
        self.qualifier = found.qualifier.into();
        self.enable = if found.enable == 1 { scf::OPEN } else { scf::CLOSE }.into();
        self.custom_argument = as_written(&self.custom_argument, found.custom_argument);
        self.description = as_written(&self.description, found.description);
    }
}
