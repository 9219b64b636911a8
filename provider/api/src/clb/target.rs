//! Targets: where a rule or a listener forwards to.

use serde::{Deserialize, Serialize};

use super::{Filter, SERVICE, changes};
use crate::action::{Empty, actions};
use crate::batch::Lookup;
use crate::client::Client;
use crate::error::Result;

/// Functions for a rule: one function, or versions and aliases of it that share the requests.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RegisterFunctionTargetsRequest {
    /// `lb-…`.
    pub load_balancer_id: String,
    /// `lbl-…`.
    pub listener_id: String,
    /// The functions.
    pub function_targets: Vec<FunctionTarget>,
    /// `loc-…`; or domain and path.
    pub location_id: Option<String>,
    /// Domain.
    pub domain: Option<String>,
    /// Path.
    pub url: Option<String>,
}

/// Other weights of a rule's functions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ModifyFunctionTargetsRequest {
    /// `lb-…`.
    pub load_balancer_id: String,
    /// `lbl-…`.
    pub listener_id: String,
    /// The functions and their weights.
    pub function_targets: Vec<FunctionTarget>,
    /// `loc-…`; or domain and path.
    pub location_id: Option<String>,
    /// Domain.
    pub domain: Option<String>,
    /// Path.
    pub url: Option<String>,
}

/// Functions to take off a rule.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeregisterFunctionTargetsRequest {
    /// `lb-…`.
    pub load_balancer_id: String,
    /// `lbl-…`.
    pub listener_id: String,
    /// The functions.
    pub function_targets: Vec<FunctionTarget>,
    /// `loc-…`; or domain and path.
    pub location_id: Option<String>,
    /// Domain.
    pub domain: Option<String>,
    /// Path.
    pub url: Option<String>,
}

/// A function that a rule forwards to (R17).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct FunctionTarget {
    /// The function.
    pub function: FunctionInfo,
    /// 0 to 100, by default 10.
    pub weight: Option<i64>,
}

/// A version or alias of a function (R18).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct FunctionInfo {
    /// Namespace.
    pub function_namespace: String,
    /// Name.
    pub function_name: String,
    /// Version or alias.
    pub function_qualifier: String,
    /// `VERSION` or `ALIAS`.
    pub function_qualifier_type: Option<String>,
}

/// Whose targets to list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeTargetsRequest {
    /// `lb-…`.
    pub load_balancer_id: String,
    /// `lbl-…`.
    pub listener_ids: Option<Vec<String>>,
    /// Protocol of listeners.
    pub protocol: Option<String>,
    /// Port of listeners.
    pub port: Option<i64>,
    /// Conditions on `location-id` and `private-ip-address`.
    pub filters: Option<Vec<Filter>>,
}

/// The targets of a load balancer, all at once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeTargetsResponse {
    /// By listener.
    pub listeners: Vec<ListenerBackend>,
}

/// The targets of a listener.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListenerBackend {
    /// `lbl-…`.
    pub listener_id: String,
    /// Protocol.
    pub protocol: String,
    /// Port.
    pub port: i64,
    /// By rule, of layer 7.
    pub rules: Vec<RuleTargets>,
    /// Of layer 4.
    pub targets: Vec<Backend>,
    /// Last port of a range.
    pub end_port: i64,
}

/// The targets of a rule.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RuleTargets {
    /// `loc-…`.
    pub location_id: String,
    /// Domain.
    pub domain: String,
    /// Path.
    pub url: String,
    /// Machines.
    pub targets: Vec<Backend>,
    /// Functions.
    pub function_targets: Vec<FunctionTarget>,
}

/// A machine that is forwarded to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Backend {
    /// `CVM`, `ENI` and so on.
    #[serde(rename = "Type")]
    pub kind: String,
    /// Machine.
    pub instance_id: String,
    /// Port.
    pub port: i64,
    /// Weight.
    pub weight: i64,
    /// Public addresses.
    pub public_ip_addresses: Vec<String>,
    /// Private addresses.
    pub private_ip_addresses: Vec<String>,
    /// Name of the machine.
    pub instance_name: String,
    /// When it was bound.
    pub registered_time: String,
    /// Network interface.
    pub eni_id: String,
    /// Mark.
    pub tag: String,
    /// Zone.
    pub zone: String,
}

actions! { SERVICE;
    /// Lists targets.
    describe_targets = "DescribeTargets", Read: DescribeTargetsRequest => DescribeTargetsResponse;
}

changes! {
    /// Puts a function behind a rule, which also gives the function a trigger (R19).
    register_function_targets = "RegisterFunctionTargets", Create: RegisterFunctionTargetsRequest => Empty;
    /// Changes the weights of a rule's functions.
    modify_function_targets = "ModifyFunctionTargets", Write: ModifyFunctionTargetsRequest => Empty;
    /// Takes functions off a rule.
    deregister_function_targets = "DeregisterFunctionTargets", Delete: DeregisterFunctionTargetsRequest => Empty;
}

/// Targets of one load balancer by listener.
struct OfListener;

impl Lookup for OfListener {
    type Item = ListenerBackend;
    const MOST: usize = 100;

    async fn fetch(client: &Client, scope: &str, ids: &[String]) -> Result<Vec<ListenerBackend>> {
        let request = DescribeTargetsRequest {
            load_balancer_id: scope.to_owned(),
            listener_ids: Some(ids.to_vec()),
            ..DescribeTargetsRequest::default()
        };
        Ok(describe_targets(client, &request).await?.value.listeners)
    }

    fn id(item: &ListenerBackend) -> &str {
        &item.listener_id
    }
}

/// The targets of a listener and its rules, or `None` when it or its load balancer does not exist.
///
/// # Errors
///
/// Those of [`Client::find`], which reads many of a load balancer at a time.
pub async fn find_targets(
    client: &Client,
    load_balancer_id: &str,
    listener_id: &str,
) -> Result<Option<ListenerBackend>> {
    client.find::<OfListener>(load_balancer_id, listener_id).await
}
