//! Media Processing Service (API 2019-06-12): what makes it call functions. Of this the vendor's API
//! reference says nothing; its own tools do it so.
//! <https://www.tencentcloud.com/document/product/583/39163>

use serde::{Deserialize, Serialize};

use crate::action::{Service, actions};

/// The product.
pub const SERVICE: Service = Service { name: "mps", version: "2019-06-12" };

/// A function that is to be told of tasks. It shows as a trigger of the function, and ends with that.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct BindTriggerRequest {
    /// Region of the function.
    pub scf_region: String,
    /// `WorkflowTask` or `EditMediaTask`.
    pub event_type: String,
    /// Version or alias.
    pub qualifier: String,
    /// Name of the function.
    pub function_name: String,
    /// Namespace of the function.
    pub namespace: String,
}

/// The trigger.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct BindTriggerResponse {
    /// What it stands for in the media service.
    pub resource_id: String,
}

actions! { SERVICE;
    /// Makes tasks of a type call a function.
    bind_trigger = "BindTrigger", Create: BindTriggerRequest => BindTriggerResponse;
}
