//! `tencentcloud_scf_triggers`: the triggers of a function.
//! <https://www.tencentcloud.com/document/product/583/43296>

use tencentcloud_api::page;
use tencentcloud_api::scf::{self, ListTriggersRequest};
use tf_protocol::{DataSource, Problem};
use tf_schema::check::one_of;
use tf_schema::{Block, Field, Resource, Set, Value};

use crate::Cloud;
use crate::data::save;

/// Finds the triggers of a function.
#[derive(Resource, Default)]
pub struct Triggers {
    /// Name of the function.
    #[tf(required)]
    pub function_name: Value<String>,
    /// Namespace of the function, by default `default`.
    #[tf(optional)]
    pub namespace: Value<String>,
    /// By which time they are ordered: `add_time`, or `mod_time`, the default.
    #[tf(optional, validate(one_of(&["add_time", "mod_time"])))]
    pub order_by: Value<String>,
    /// Whether the oldest come first, `ASC`, or the newest, `DESC`, the default.
    #[tf(optional, validate(one_of(&["ASC", "DESC"])))]
    pub order: Value<String>,
    /// Path of a file into which the result is written as JSON.
    #[tf(optional)]
    pub result_output_file: Value<String>,
    /// Names what was asked for.
    #[tf(computed)]
    pub id: Value<String>,
    /// The triggers.
    #[tf(computed)]
    pub triggers: Value<Vec<Trigger>>,
    /// Conditions, all of which a trigger meets.
    #[tf(block)]
    pub filters: Value<Vec<Filter>>,
}

/// A condition.
#[derive(Block, Default)]
pub struct Filter {
    /// What is compared: `Qualifier`, `TriggerName` or `Description`.
    #[tf(required, validate(one_of(&["Qualifier", "TriggerName", "Description"])))]
    pub name: Value<String>,
    /// With what; one of them must fit.
    #[tf(required)]
    pub values: Value<Set<String>>,
}

/// A trigger.
#[derive(Block, Clone)]
pub struct Trigger {
    /// Name of the trigger.
    #[tf(computed)]
    pub trigger_name: Value<String>,
    /// Type of the trigger, such as `timer`.
    #[tf(computed)]
    pub r#type: Value<String>,
    /// Settings of the trigger, a JSON document whose form depends on the type.
    #[tf(computed)]
    pub trigger_desc: Value<String>,
    /// Version or alias that it invokes.
    #[tf(computed)]
    pub qualifier: Value<String>,
    /// 1 where it is switched on.
    #[tf(computed)]
    pub enable: Value<i64>,
    /// Whether it works.
    #[tf(computed)]
    pub available_status: Value<String>,
    /// What a timer hands over to the function.
    #[tf(computed)]
    pub custom_argument: Value<String>,
    /// When it was made.
    #[tf(computed)]
    pub add_time: Value<String>,
    /// When it was last changed.
    #[tf(computed)]
    pub mod_time: Value<String>,
    /// What it stands for on the other side.
    #[tf(computed)]
    pub resource_id: Value<String>,
    /// Whether the other side is bound.
    #[tf(computed)]
    pub bind_status: Value<String>,
    /// Whether the other side can change it, too.
    #[tf(computed)]
    pub trigger_attribute: Value<String>,
}

impl DataSource for Triggers {
    const TYPE: &'static str = "tencentcloud_scf_triggers";
    type Cloud = Cloud;

    async fn read(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let namespace = self.namespace.or(scf::DEFAULT_NAMESPACE);
        let filters = self.filters.known().map_or(&[][..], Vec::as_slice);
        let request = ListTriggersRequest {
            function_name: self.function_name.or_default(),
            namespace: Some(namespace.clone()),
            order_by: self.order_by.known().cloned(),
            order: self.order.known().cloned(),
            filters: (!filters.is_empty()).then(|| filters.iter().map(Filter::to_api).collect()),
            ..ListTriggersRequest::default()
        };
        let rows = page::all_pages(cloud, &request).await?;
        let found: Vec<_> = rows.into_iter().map(Trigger::of).collect();
        save(&self.result_output_file, found.clone().write())?;
        self.id = format!("{namespace}/{}", request.function_name).into();
        self.triggers = found.into();
        Ok(())
    }
}

impl Filter {
    fn to_api(&self) -> scf::Filter {
        let values = self.values.known().into_iter().flat_map(Set::iter);
        scf::Filter { name: self.name.or_default(), values: values.cloned().collect() }
    }
}

impl Trigger {
    fn of(found: scf::Trigger) -> Trigger {
        Trigger {
            trigger_name: found.trigger_name.into(),
            r#type: found.kind.into(),
            trigger_desc: found.trigger_desc.into(),
            qualifier: found.qualifier.into(),
            enable: found.enable.into(),
            available_status: found.available_status.into(),
            custom_argument: found.custom_argument.into(),
            add_time: found.add_time.into(),
            mod_time: found.mod_time.into(),
            resource_id: found.resource_id.into(),
            bind_status: found.bind_status.into(),
            trigger_attribute: found.trigger_attribute.into(),
        }
    }
}
