//! Rules: a domain and a path of an HTTP or HTTPS listener.

use serde::{Deserialize, Serialize};

use super::{
    BasicTargetGroupInfo, CertificateInput, CertificateOutput, HealthCheck, MultiCertInfo, changes,
    find_listener,
};
use crate::action::Empty;
use crate::client::Client;
use crate::error::Result;

/// New rules.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateRuleRequest {
    /// `lb-…`.
    pub load_balancer_id: String,
    /// `lbl-…`.
    pub listener_id: String,
    /// The rules.
    pub rules: Vec<RuleInput>,
}

/// A new rule. Certificate, HTTP/2, QUIC and default are the domain's.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RuleInput {
    /// Path, 1 to 200.
    pub url: String,
    /// Domain, 1 to 80; or `domains`.
    pub domain: Option<String>,
    /// Seconds that a client keeps its target, 0 or 30 to 86400.
    pub session_expire_time: Option<i64>,
    /// Health checks.
    pub health_check: Option<HealthCheck>,
    /// The certificate.
    pub certificate: Option<CertificateInput>,
    /// `WRR`, `LEAST_CONN` or `IP_HASH`.
    pub scheduler: Option<String>,
    /// `HTTP`, `HTTPS`, `GRPC` or `GRPCS`: what targets are spoken to with.
    pub forward_type: Option<String>,
    /// Whether the domain answers for unknown ones.
    pub default_server: Option<bool>,
    /// Whether HTTP/2 is on.
    pub http2: Option<bool>,
    /// `NODE` or `TARGETGROUP`.
    pub target_type: Option<String>,
    /// Called service of tRPC.
    pub trpc_callee: Option<String>,
    /// Called function of tRPC.
    pub trpc_func: Option<String>,
    /// Whether QUIC is on.
    pub quic: Option<bool>,
    /// Several domains.
    pub domains: Option<Vec<String>>,
    /// Several certificates.
    pub multi_cert_info: Option<MultiCertInfo>,
    /// Cookie that clients are told apart by.
    pub cookie_name: Option<String>,
}

/// The new rules.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateRuleResponse {
    /// `loc-…`, in the order of the rules.
    pub location_ids: Vec<String>,
}

/// A rule.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RuleOutput {
    /// `loc-…`.
    pub location_id: String,
    /// Domain.
    pub domain: String,
    /// Path.
    pub url: String,
    /// Seconds that a client keeps its target.
    pub session_expire_time: i64,
    /// Health checks.
    pub health_check: Option<HealthCheck>,
    /// The certificate.
    pub certificate: Option<CertificateOutput>,
    /// How targets are chosen.
    pub scheduler: String,
    /// `lbl-…`.
    pub listener_id: String,
    /// Where requests are redirected to.
    pub rewrite_target: Option<RewriteTarget>,
    /// Whether answers are compressed.
    pub http_gzip: bool,
    /// Whether a redirection made it.
    pub be_auto_created: bool,
    /// Whether the domain answers for unknown ones.
    pub default_server: bool,
    /// Whether HTTP/2 is on.
    pub http2: bool,
    /// What targets are spoken to with.
    pub forward_type: String,
    /// Time of creation.
    pub create_time: String,
    /// `NODE` or `TARGETGROUP`.
    pub target_type: String,
    /// The target group.
    pub target_group: Option<BasicTargetGroupInfo>,
    /// Firewall of the domain.
    pub waf_domain_id: String,
    /// Called service of tRPC.
    pub trpc_callee: String,
    /// Called function of tRPC.
    pub trpc_func: String,
    /// `QUIC_ACTIVE` or `QUIC_INACTIVE`.
    pub quic_status: String,
    /// Several domains.
    pub domains: Vec<String>,
    /// Target groups.
    pub target_group_list: Vec<BasicTargetGroupInfo>,
    /// Sign-on before requests pass.
    pub o_auth: Option<OAuth>,
    /// Cookie that clients are told apart by.
    pub cookie_name: String,
}

/// Where requests are redirected to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RewriteTarget {
    /// `lbl-…`.
    pub target_listener_id: String,
    /// `loc-…`.
    pub target_location_id: String,
    /// 301, 302 or 307.
    pub rewrite_code: i64,
    /// Whether the path is kept.
    pub take_url: bool,
    /// `Manual` or `Auto`.
    pub rewrite_type: String,
}

/// Sign-on before requests pass.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct OAuth {
    /// Whether it is on.
    #[serde(rename = "OAuthEnable")]
    pub enable: Option<bool>,
    /// `BYPASS` or `REJECT` when sign-on fails.
    #[serde(rename = "OAuthFailureStatus")]
    pub failure_status: Option<String>,
}

/// A change of a rule. What is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ModifyRuleRequest {
    /// `lb-…`.
    pub load_balancer_id: String,
    /// `lbl-…`.
    pub listener_id: String,
    /// `loc-…`.
    pub location_id: String,
    /// Path.
    pub url: Option<String>,
    /// Health checks.
    pub health_check: Option<HealthCheck>,
    /// How targets are chosen.
    pub scheduler: Option<String>,
    /// Seconds that a client keeps its target.
    pub session_expire_time: Option<i64>,
    /// What targets are spoken to with.
    pub forward_type: Option<String>,
    /// Called service of tRPC.
    pub trpc_callee: Option<String>,
    /// Called function of tRPC.
    pub trpc_func: Option<String>,
    /// Sign-on before requests pass.
    pub o_auth: Option<OAuth>,
    /// Cookie that clients are told apart by.
    pub cookie_name: Option<String>,
}

/// A change of a domain, which all its rules share. What is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ModifyDomainAttributesRequest {
    /// `lb-…`.
    pub load_balancer_id: String,
    /// `lbl-…`.
    pub listener_id: String,
    /// The domain.
    pub domain: String,
    /// Another name for it.
    pub new_domain: Option<String>,
    /// The certificate.
    pub certificate: Option<CertificateInput>,
    /// Whether HTTP/2 is on.
    pub http2: Option<bool>,
    /// Whether the domain answers for unknown ones.
    pub default_server: Option<bool>,
    /// Whether QUIC is on.
    pub quic: Option<bool>,
    /// The domain that answers for unknown ones instead.
    pub new_default_server_domain: Option<String>,
    /// Other names for it.
    pub new_domains: Option<Vec<String>>,
    /// Several certificates.
    pub multi_cert_info: Option<MultiCertInfo>,
}

/// Rules to delete: by ids, or by domain and path.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteRuleRequest {
    /// `lb-…`.
    pub load_balancer_id: String,
    /// `lbl-…`.
    pub listener_id: String,
    /// `loc-…`.
    pub location_ids: Option<Vec<String>>,
    /// Domain.
    pub domain: Option<String>,
    /// Path.
    pub url: Option<String>,
    /// The domain that answers for unknown ones, if the deleted one did.
    pub new_default_server_domain: Option<String>,
}

changes! {
    /// Makes rules.
    create_rule = "CreateRule", Create: CreateRuleRequest => CreateRuleResponse;
    /// Changes a rule.
    modify_rule = "ModifyRule", Write: ModifyRuleRequest => Empty;
    /// Changes a domain.
    modify_domain_attributes = "ModifyDomainAttributes", Write: ModifyDomainAttributesRequest => Empty;
    /// Deletes rules.
    delete_rule = "DeleteRule", Delete: DeleteRuleRequest => Empty;
}

/// The rule of that id, or `None` when it, its listener or its load balancer does not exist.
///
/// # Errors
///
/// Those of [`find_listener`].
pub async fn find_rule(
    client: &Client,
    load_balancer_id: &str,
    listener_id: &str,
    location_id: &str,
) -> Result<Option<RuleOutput>> {
    let listener = find_listener(client, load_balancer_id, listener_id).await?;
    Ok(listener.and_then(|listener| {
        listener.rules.into_iter().find(|rule| rule.location_id == location_id)
    }))
}
