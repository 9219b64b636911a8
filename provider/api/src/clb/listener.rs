//! Listeners: a port and a protocol of a load balancer.

use serde::{Deserialize, Serialize};

use super::{
    CertificateInput, CertificateOutput, HealthCheck, MultiCertInfo, RuleOutput, SERVICE, changes,
};
use crate::action::{Empty, actions};
use crate::batch::Lookup;
use crate::client::Client;
use crate::error::Result;

/// New listeners.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateListenerRequest {
    /// `lb-…`.
    pub load_balancer_id: String,
    /// One port for each listener; cannot be changed.
    pub ports: Vec<i64>,
    /// `TCP`, `UDP`, `TCP_SSL`, `HTTP`, `HTTPS` or `QUIC`; cannot be changed.
    pub protocol: String,
    /// One name for each listener.
    pub listener_names: Option<Vec<String>>,
    /// Health checks, of layer 4.
    pub health_check: Option<HealthCheck>,
    /// The certificate of `HTTPS` without SNI.
    pub certificate: Option<CertificateInput>,
    /// Seconds that a client keeps its target, 0 or 30 to 3600; of layer 4.
    pub session_expire_time: Option<i64>,
    /// `WRR` or `LEAST_CONN`; of layer 4.
    pub scheduler: Option<String>,
    /// 1 when each domain has its certificate; cannot be turned off.
    pub sni_switch: Option<i64>,
    /// `NODE` or `TARGETGROUP`.
    pub target_type: Option<String>,
    /// `NORMAL` or `QUIC_CID`.
    pub session_type: Option<String>,
    /// 1 keeps connections to targets open; of layer 7.
    pub keepalive_enable: Option<i64>,
    /// Last port of a range.
    pub end_port: Option<i64>,
    /// Whether removed targets reset their connections.
    pub deregister_target_rst: Option<bool>,
    /// Several certificates.
    pub multi_cert_info: Option<MultiCertInfo>,
    /// Connections at a time; -1 for no limit.
    pub max_conn: Option<i64>,
    /// New connections a second; -1 for no limit.
    pub max_cps: Option<i64>,
    /// Seconds until an idle connection is closed.
    pub idle_connect_timeout: Option<i64>,
    /// Whether the proxy protocol is spoken.
    pub proxy_protocol: Option<bool>,
    /// Whether source addresses are translated.
    pub snat_enable: Option<bool>,
    /// Last ports of full ranges.
    pub full_end_ports: Option<Vec<i64>>,
    /// Whether HTTP/2 is spoken without TLS.
    pub h2c_switch: Option<bool>,
    /// Whether TLS is not ended here.
    pub ssl_close_switch: Option<bool>,
    /// `transparent` or `compatibility`.
    pub data_compress_mode: Option<String>,
    /// Whether connections move when a weight becomes 0.
    pub reschedule_target_zero_weight: Option<bool>,
    /// Whether connections move when a target becomes unhealthy.
    pub reschedule_unhealthy: Option<bool>,
    /// Whether connections move when targets are added.
    pub reschedule_expand_target: Option<bool>,
    /// Seconds until they move.
    pub reschedule_start_time: Option<i64>,
    /// Seconds between moves.
    pub reschedule_interval: Option<i64>,
}

/// The new listeners.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateListenerResponse {
    /// `lbl-…`, in the order of the ports.
    pub listener_ids: Vec<String>,
}

/// Which listeners to list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeListenersRequest {
    /// `lb-…`.
    pub load_balancer_id: String,
    /// `lbl-…`, up to 100.
    pub listener_ids: Option<Vec<String>>,
    /// Protocol.
    pub protocol: Option<String>,
    /// Port.
    pub port: Option<i64>,
}

/// The listeners of a load balancer, all at once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeListenersResponse {
    /// The listeners.
    pub listeners: Vec<Listener>,
    /// How many there are.
    pub total_count: Option<u64>,
}

/// A listener.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Listener {
    /// `lbl-…`.
    pub listener_id: String,
    /// Protocol.
    pub protocol: String,
    /// Port.
    pub port: i64,
    /// The certificate.
    pub certificate: Option<CertificateOutput>,
    /// Health checks.
    pub health_check: Option<HealthCheck>,
    /// How targets are chosen.
    pub scheduler: String,
    /// Seconds that a client keeps its target.
    pub session_expire_time: i64,
    /// 1 when each domain has its certificate.
    pub sni_switch: i64,
    /// Rules, of layer 7.
    pub rules: Vec<RuleOutput>,
    /// Name.
    pub listener_name: String,
    /// Time of creation.
    pub create_time: String,
    /// Last port of a range.
    pub end_port: i64,
    /// `NODE` or `TARGETGROUP`.
    pub target_type: String,
    /// The target group.
    pub target_group: Option<BasicTargetGroupInfo>,
    /// `NORMAL` or `QUIC_CID`.
    pub session_type: String,
    /// 1 when connections to targets are kept open.
    pub keepalive_enable: i64,
    /// Whether targets see clients' addresses.
    pub toa: bool,
    /// Whether removed targets reset their connections.
    pub deregister_target_rst: bool,
    /// Attributes that are on.
    pub attr_flags: Vec<String>,
    /// Target groups.
    pub target_group_list: Vec<BasicTargetGroupInfo>,
    /// Connections at a time; -1 for no limit.
    pub max_conn: i64,
    /// New connections a second; -1 for no limit.
    pub max_cps: i64,
    /// Seconds until an idle connection is closed.
    pub idle_connect_timeout: Option<i64>,
    /// Seconds between moves of connections.
    pub reschedule_interval: Option<i64>,
    /// `transparent` or `compatibility`.
    pub data_compress_mode: String,
    /// Seconds until connections move.
    pub reschedule_start_time: Option<i64>,
}

/// A target group in use.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct BasicTargetGroupInfo {
    /// `lbtg-…`.
    pub target_group_id: String,
    /// Name.
    pub target_group_name: String,
    /// Weight.
    pub weight: Option<i64>,
}

/// A change of a listener. What is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ModifyListenerRequest {
    /// `lb-…`.
    pub load_balancer_id: String,
    /// `lbl-…`.
    pub listener_id: String,
    /// Name.
    pub listener_name: Option<String>,
    /// Seconds that a client keeps its target.
    pub session_expire_time: Option<i64>,
    /// Health checks.
    pub health_check: Option<HealthCheck>,
    /// The certificate.
    pub certificate: Option<CertificateInput>,
    /// How targets are chosen.
    pub scheduler: Option<String>,
    /// 1 when each domain has its certificate.
    pub sni_switch: Option<i64>,
    /// `NODE` or `TARGETGROUP`.
    pub target_type: Option<String>,
    /// 1 keeps connections to targets open.
    pub keepalive_enable: Option<i64>,
    /// Whether removed targets reset their connections.
    pub deregister_target_rst: Option<bool>,
    /// `NORMAL` or `QUIC_CID`.
    pub session_type: Option<String>,
    /// Several certificates.
    pub multi_cert_info: Option<MultiCertInfo>,
    /// Connections at a time; -1 for no limit.
    pub max_conn: Option<i64>,
    /// New connections a second; -1 for no limit.
    pub max_cps: Option<i64>,
    /// Seconds until an idle connection is closed.
    pub idle_connect_timeout: Option<i64>,
    /// Whether the proxy protocol is spoken.
    pub proxy_protocol: Option<bool>,
    /// Whether source addresses are translated.
    pub snat_enable: Option<bool>,
    /// `transparent` or `compatibility`.
    pub data_compress_mode: Option<String>,
    /// Whether connections move when a weight becomes 0.
    pub reschedule_target_zero_weight: Option<bool>,
    /// Whether connections move when a target becomes unhealthy.
    pub reschedule_unhealthy: Option<bool>,
    /// Whether connections move when targets are added.
    pub reschedule_expand_target: Option<bool>,
    /// Seconds until they move.
    pub reschedule_start_time: Option<i64>,
    /// Seconds between moves.
    pub reschedule_interval: Option<i64>,
}

/// A listener to delete.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteListenerRequest {
    /// `lb-…`.
    pub load_balancer_id: String,
    /// `lbl-…`.
    pub listener_id: String,
}

actions! { SERVICE;
    /// Lists listeners with their rules.
    describe_listeners = "DescribeListeners", Read: DescribeListenersRequest => DescribeListenersResponse;
}

changes! {
    /// Makes listeners.
    create_listener = "CreateListener", Create: CreateListenerRequest => CreateListenerResponse;
    /// Changes a listener.
    modify_listener = "ModifyListener", Write: ModifyListenerRequest => Empty;
    /// Deletes a listener with its rules.
    delete_listener = "DeleteListener", Delete: DeleteListenerRequest => Empty;
}

/// Listeners of one load balancer by id.
struct ById;

impl Lookup for ById {
    type Item = Listener;
    const MOST: usize = 100;

    async fn fetch(client: &Client, scope: &str, ids: &[String]) -> Result<Vec<Listener>> {
        let request = DescribeListenersRequest {
            load_balancer_id: scope.to_owned(),
            listener_ids: Some(ids.to_vec()),
            ..DescribeListenersRequest::default()
        };
        Ok(describe_listeners(client, &request).await?.value.listeners)
    }

    fn id(item: &Listener) -> &str {
        &item.listener_id
    }
}

/// The listener with its rules, or `None` when it or its load balancer does not exist.
///
/// # Errors
///
/// Those of [`Client::find`], which reads many of a load balancer at a time.
pub async fn find_listener(
    client: &Client,
    load_balancer_id: &str,
    listener_id: &str,
) -> Result<Option<Listener>> {
    client.find::<ById>(load_balancer_id, listener_id).await
}
