//! Health checks of targets. They mean nothing to functions.

use serde::{Deserialize, Serialize};

/// How the health of targets is checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct HealthCheck {
    /// 1 on, 0 off.
    pub health_switch: Option<i64>,
    /// Seconds until a check fails, less than the interval.
    pub time_out: Option<i64>,
    /// Seconds between checks.
    pub interval_time: Option<i64>,
    /// Checks until a target is healthy.
    pub health_num: Option<i64>,
    /// Checks until it is not.
    pub un_health_num: Option<i64>,
    /// Sum of 1, 2, 4, 8 and 16 for the status classes 1xx to 5xx that are healthy.
    pub http_code: Option<i64>,
    /// Path to ask for.
    pub http_check_path: Option<String>,
    /// Domain to ask for.
    pub http_check_domain: Option<String>,
    /// `HEAD` or `GET`.
    pub http_check_method: Option<String>,
    /// Port to ask at.
    pub check_port: Option<i64>,
    /// `HEX` or `TEXT`: what is sent and received.
    pub context_type: Option<String>,
    /// What is sent.
    pub send_context: Option<String>,
    /// What must be received.
    pub recv_context: Option<String>,
    /// `TCP`, `HTTP`, `HTTPS`, `GRPC`, `PING` or `CUSTOM`.
    pub check_type: Option<String>,
    /// `HTTP/1.0` or `HTTP/1.1`.
    pub http_version: Option<String>,
    /// Where checks come from: 0 the load balancer's address, 1 the range 100.64.0.0/10.
    pub source_ip_type: Option<i64>,
    /// Status codes of gRPC that are healthy.
    pub extended_code: Option<String>,
}
