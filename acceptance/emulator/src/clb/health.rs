//! Health checks: how a load balancer would find out that a target is not well. They are kept and
//! shown; targets in this cloud are well as long as they answer.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{range, word};
use crate::params::Params;
use crate::refusal::{Refusal, refused};

const METHODS: [&str; 2] = ["HEAD", "GET"];
const TYPES: [&str; 6] = ["TCP", "HTTP", "HTTPS", "GRPC", "PING", "CUSTOM"];
const VERSIONS: [&str; 2] = ["HTTP/1.0", "HTTP/1.1"];
const CONTEXTS: [&str; 2] = ["HEX", "TEXT"];

/// A health check.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HealthCheck {
    on: bool,
    timeout: i64,
    interval: i64,
    healthy: i64,
    unhealthy: i64,
    kind: String,
    source_ip_type: i64,
    port: Option<i64>,
    http_code: Option<i64>,
    http_path: Option<String>,
    http_domain: Option<String>,
    http_method: Option<String>,
    http_version: Option<String>,
    context: Option<String>,
    send: Option<String>,
    receive: Option<String>,
    extended_code: Option<String>,
}

impl HealthCheck {
    /// The check of a rule, as it is unless the caller says otherwise.
    pub(super) fn of_rule(domain: &str) -> Self {
        Self {
            http_code: Some(31),
            http_path: Some("/".to_owned()),
            http_domain: Some(domain.to_owned()),
            http_method: Some("HEAD".to_owned()),
            ..Self::of_listener("HTTP")
        }
    }

    /// The check of a listener that has no rules.
    pub(super) fn of_listener(kind: &str) -> Self {
        Self {
            on: true,
            timeout: 2,
            interval: 5,
            healthy: 3,
            unhealthy: 3,
            kind: kind.to_owned(),
            source_ip_type: 0,
            port: None,
            http_code: None,
            http_path: None,
            http_domain: None,
            http_method: None,
            http_version: None,
            context: None,
            send: None,
            receive: None,
            extended_code: None,
        }
    }

    /// The check with what a request changes in it.
    pub(super) fn changed(mut self, sent: Option<Params<'_>>) -> Result<Self, Refusal> {
        let Some(p) = sent else { return Ok(self) };
        let number = |member: &str, now: i64, bounds| match p.int(member) {
            Some(number) => range(member, number, bounds),
            None => Ok(now),
        };
        self.on = number("HealthSwitch", i64::from(self.on), 0..=1)? == 1;
        self.timeout = number("TimeOut", self.timeout, 2..=60)?;
        self.interval = number("IntervalTime", self.interval, 2..=300)?;
        self.healthy = number("HealthNum", self.healthy, 2..=10)?;
        self.unhealthy = number("UnHealthNum", self.unhealthy, 2..=10)?;
        self.source_ip_type = number("SourceIpType", self.source_ip_type, 0..=1)?;
        if let Some(code) = p.int("HttpCode") {
            self.http_code = Some(range("HttpCode", code, 1..=31)?);
        }
        if let Some(port) = p.int("CheckPort") {
            // -1 stands for the target's own port.
            self.port = (port != -1).then(|| range("CheckPort", port, 1..=65535)).transpose()?;
        }
        let one_of = |member, now: &mut Option<String>, words| match p.text(member) {
            Some(text) => word(member, text, words).map(|word| *now = Some(word.to_owned())),
            None => Ok(()),
        };
        one_of("HttpCheckMethod", &mut self.http_method, &METHODS)?;
        one_of("HttpVersion", &mut self.http_version, &VERSIONS)?;
        one_of("ContextType", &mut self.context, &CONTEXTS)?;
        if let Some(kind) = p.text("CheckType") {
            word("CheckType", kind, &TYPES)?.clone_into(&mut self.kind);
        }
        let free = |member: &str, now: &mut Option<String>| {
            if let Some(text) = p.text(member) {
                *now = Some(text.to_owned());
            }
        };
        free("HttpCheckPath", &mut self.http_path);
        free("HttpCheckDomain", &mut self.http_domain);
        free("SendContext", &mut self.send);
        free("RecvContext", &mut self.receive);
        free("ExtendedCode", &mut self.extended_code);
        if self.timeout >= self.interval {
            let text = format!(
                "HealthCheck.TimeOut {} must be less than IntervalTime {}.",
                self.timeout, self.interval
            );
            return refused("InvalidParameterValue", text);
        }
        Ok(self)
    }

    pub(super) fn show(&self) -> Value {
        json!({
            "HealthSwitch": i64::from(self.on),
            "TimeOut": self.timeout,
            "IntervalTime": self.interval,
            "HealthNum": self.healthy,
            "UnHealthNum": self.unhealthy,
            "HttpCode": self.http_code,
            "HttpCheckPath": self.http_path,
            "HttpCheckDomain": self.http_domain,
            "HttpCheckMethod": self.http_method,
            "CheckPort": self.port,
            "ContextType": self.context,
            "SendContext": self.send,
            "RecvContext": self.receive,
            "CheckType": self.kind,
            "HttpVersion": self.http_version,
            "SourceIpType": self.source_ip_type,
            "ExtendedCode": self.extended_code,
        })
    }
}
