//! Triggers: what makes a function run.

use serde::{Deserialize, Serialize};

use super::{Filter, SERVICE};
use crate::action::actions;
use crate::page::paged;

/// A trigger.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Trigger {
    /// Name.
    pub trigger_name: String,
    /// `timer`, `cos`, `clb`, `http` and so on.
    #[serde(rename = "Type")]
    pub kind: String,
    /// Its settings, a JSON text whose form depends on the type.
    pub trigger_desc: String,
    /// 1 when it is on.
    pub enable: i64,
    /// Version or alias that it runs.
    pub qualifier: String,
    /// What a timer passes on.
    pub custom_argument: String,
    /// Description.
    pub description: String,
    /// Whether it works.
    pub available_status: String,
    /// Time of creation.
    pub add_time: String,
    /// Time of the last change.
    pub mod_time: String,
    /// What it stands for on the other side.
    pub resource_id: String,
    /// Whether the other side is bound.
    pub bind_status: String,
    /// Whether the other side can change it, too.
    pub trigger_attribute: String,
    /// Resources that it is bound to.
    pub bound_resources: String,
}

/// Which triggers to list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListTriggersRequest {
    /// Function.
    pub function_name: String,
    /// Namespace.
    pub namespace: Option<String>,
    /// Rows to skip.
    pub offset: Option<u64>,
    /// Rows at most.
    pub limit: Option<u64>,
    /// `add_time` or `mod_time`.
    pub order_by: Option<String>,
    /// `ASC` or `DESC`.
    pub order: Option<String>,
    /// Conditions on `Qualifier`, `TriggerName` or `Description`.
    pub filters: Option<Vec<Filter>>,
}

/// A page of triggers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListTriggersResponse {
    /// The triggers.
    pub triggers: Vec<Trigger>,
    /// How many there are.
    pub total_count: Option<u64>,
}

actions! { SERVICE;
    /// Lists one page of a function's triggers.
    list_triggers = "ListTriggers", Read: ListTriggersRequest => ListTriggersResponse;
}

paged! {
    ListTriggersRequest => triggers: [Trigger],
        by |row| [&*row.kind, &*row.trigger_name, &*row.qualifier].join("/"), int 100;
}
