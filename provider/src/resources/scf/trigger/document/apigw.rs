//! The settings of an API of the API gateway.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An API of the API gateway.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Apigw {
    /// The API.
    pub api: Api,
    /// The service that it is in.
    pub service: Service,
    /// Where it is released.
    pub release: Release,
}

/// What an API takes and gives.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Api {
    /// Whether callers must say who they are: `TRUE` or `FALSE`.
    pub auth_required: String,
    /// What it takes.
    pub request_config: RequestConfig,
    /// Whether the function's result says how to answer: `TRUE` or `FALSE`.
    pub is_integrated_response: String,
    /// Decided by the cloud.
    #[serde(skip_serializing)]
    pub api_id: Option<String>,
}

/// What an API takes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RequestConfig {
    /// `ANY`, `GET`, `HEAD`, `POST`, `PUT` or `DELETE`.
    pub method: String,
}

/// A service of the API gateway.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Service {
    /// Its id, for one that exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_id: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_name: Option<String>,
    /// Decided by the cloud.
    #[serde(skip_serializing)]
    pub sub_domain: Option<String>,
}

impl Service {
    /// Whether both are one service; `None` where one has only an id and the other only a name.
    pub fn is_same(&self, other: &Service) -> Option<bool> {
        match (&self.service_id, &other.service_id) {
            (Some(one), Some(other)) => Some(one == other),
            (None, None) => Some(self.service_name == other.service_name),
            _ => None,
        }
    }
}

/// Where an API is released.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Release {
    /// `release`, `test` or `prepub`.
    pub environment_name: String,
}

impl Default for Api {
    fn default() -> Self {
        Api {
            auth_required: "FALSE".to_owned(),
            request_config: RequestConfig::default(),
            is_integrated_response: "FALSE".to_owned(),
            api_id: None,
        }
    }
}

impl Default for RequestConfig {
    fn default() -> Self {
        RequestConfig { method: "ANY".to_owned() }
    }
}

impl Default for Release {
    fn default() -> Self {
        Release { environment_name: "release".to_owned() }
    }
}
