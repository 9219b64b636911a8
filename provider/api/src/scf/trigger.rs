//! Triggers: what makes a function run.

use serde::{Deserialize, Serialize};

use super::{Filter, FunctionKey, SERVICE};
use crate::action::{Empty, actions};
use crate::client::Client;
use crate::error::Result;
use crate::page::{self, paged};

/// A trigger that is on, as requests say it.
pub const OPEN: &str = "OPEN";
/// A trigger that is off, as requests say it.
pub const CLOSE: &str = "CLOSE";

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

impl Trigger {
    /// What tells it from the function's others: two rules of one bucket differ in their settings only.
    fn key(&self) -> String {
        [&*self.kind, &*self.trigger_name, &*self.qualifier, &*self.trigger_desc].join("/")
    }
}

/// A new trigger. Its type, name and qualifier identify it among those of the function.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateTriggerRequest {
    /// Function.
    pub function_name: String,
    /// Name; its form depends on the type.
    pub trigger_name: String,
    /// `timer`, `cos`, `ckafka`, `http` and so on.
    #[serde(rename = "Type")]
    pub kind: String,
    /// Settings: a cron expression for a timer, else a JSON text whose form depends on the type.
    pub trigger_desc: Option<String>,
    /// Namespace.
    pub namespace: Option<String>,
    /// Version or alias that it runs, by default `$LATEST`.
    pub qualifier: Option<String>,
    /// [`OPEN`] or [`CLOSE`].
    pub enable: Option<String>,
    /// What a timer passes on.
    pub custom_argument: Option<String>,
    /// Description.
    pub description: Option<String>,
}

/// The new trigger.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateTriggerResponse {
    /// The trigger, with the name that the cloud may have chosen.
    pub trigger_info: Trigger,
}

/// A change of a trigger of the type `timer`, `ckafka` or `http`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateTriggerRequest {
    /// Function.
    pub function_name: String,
    /// Name.
    pub trigger_name: String,
    /// Type.
    #[serde(rename = "Type")]
    pub kind: String,
    /// [`OPEN`] or [`CLOSE`].
    pub enable: Option<String>,
    /// Version or alias with which it was made.
    pub qualifier: Option<String>,
    /// Namespace.
    pub namespace: Option<String>,
    /// Settings; members that are left out keep their values.
    pub trigger_desc: Option<String>,
    /// Description; empty takes it away.
    pub description: Option<String>,
    /// What a timer passes on; empty takes it away.
    pub custom_argument: Option<String>,
}

/// A trigger of the type `timer`, `cos` or `ckafka` that is switched on or off.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateTriggerStatusRequest {
    /// [`OPEN`] or [`CLOSE`]; the cloud refuses what it is already.
    pub enable: String,
    /// Function.
    pub function_name: String,
    /// Name.
    pub trigger_name: String,
    /// Type.
    #[serde(rename = "Type")]
    pub kind: String,
    /// Version or alias with which it was made.
    pub qualifier: Option<String>,
    /// Namespace.
    pub namespace: Option<String>,
    /// Settings with which it was made; needed for `cos`.
    pub trigger_desc: Option<String>,
}

/// A trigger to delete.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteTriggerRequest {
    /// Function.
    pub function_name: String,
    /// Name.
    pub trigger_name: String,
    /// Type.
    #[serde(rename = "Type")]
    pub kind: String,
    /// Namespace.
    pub namespace: Option<String>,
    /// Settings with which it was made; needed for `cos`.
    pub trigger_desc: Option<String>,
    /// Version or alias with which it was made.
    pub qualifier: Option<String>,
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
    /// Makes a trigger.
    create_trigger = "CreateTrigger", Create: CreateTriggerRequest => CreateTriggerResponse;
    /// Changes a trigger of the type `timer`, `ckafka` or `http`.
    update_trigger = "UpdateTrigger", Write: UpdateTriggerRequest => Empty;
    /// Switches a trigger of the type `timer`, `cos` or `ckafka` on or off.
    update_trigger_status = "UpdateTriggerStatus", Write: UpdateTriggerStatusRequest => Empty;
    /// Deletes a trigger.
    delete_trigger = "DeleteTrigger", Delete: DeleteTriggerRequest => Empty;
    /// Lists one page of a function's triggers.
    list_triggers = "ListTriggers", Read: ListTriggersRequest => ListTriggersResponse;
}

paged! {
    ListTriggersRequest => triggers: [Trigger],
        by |row| row.key(), int 100;
}

/// Every trigger of a function, whatever version or alias it is for; `None` when there is no such
/// function.
///
/// # Errors
///
/// Any [`Error`](crate::Error) but "not found".
pub async fn find_triggers(client: &Client, key: &FunctionKey) -> Result<Option<Vec<Trigger>>> {
    let request = ListTriggersRequest {
        function_name: key.name.clone(),
        namespace: Some(key.namespace.clone()),
        ..ListTriggersRequest::default()
    };
    match page::all_pages(client, &request).await {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
