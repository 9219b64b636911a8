//! Topics that call functions.

use serde::{Deserialize, Serialize};

use super::SERVICE;
use crate::action::{Empty, actions};

/// A function that a topic is to call. It shows as a trigger of the function, and ends with that.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateDeliverCloudFunctionRequest {
    /// Topic.
    pub topic_id: String,
    /// Name of the function.
    pub function_name: String,
    /// Namespace of the function.
    pub namespace: String,
    /// Version or alias.
    pub qualifier: String,
    /// Seconds that lines wait for more at most.
    pub timeout: Option<i64>,
    /// Lines that are handed over at once at most.
    pub max_msg_num: Option<i64>,
}

actions! { SERVICE;
    /// Makes a topic call a function.
    create_deliver_cloud_function = "CreateDeliverCloudFunction", Create: CreateDeliverCloudFunctionRequest => Empty;
}
