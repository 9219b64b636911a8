//! What the types of triggers take, and how the cloud shows it again.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::CLB;
use crate::cron::Cron;
use crate::refusal::{Refusal, refuse, refused};

/// The types of triggers, but for those of load balancers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// At set times.
    Timer,
    /// When an object of a bucket changes.
    Cos,
    /// When a topic of a message queue gets a message.
    Cmq,
    /// When a topic of Kafka gets messages.
    Ckafka,
    /// When a function URL is called.
    Http,
    /// When an API is called.
    Apigw,
    /// When lines arrive in a topic of the log service.
    Cls,
    /// When the media service has done something.
    Mps,
}

/// Every type, with its name.
const KINDS: [(Kind, &str); 8] = [
    (Kind::Timer, "timer"),
    (Kind::Cos, "cos"),
    (Kind::Cmq, "cmq"),
    (Kind::Ckafka, "ckafka"),
    (Kind::Http, "http"),
    (Kind::Apigw, "apigw"),
    (Kind::Cls, "cls"),
    (Kind::Mps, "mps"),
];

impl Kind {
    /// As the API spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        // The enum and the table are the same list.
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    /// The type of that name.
    ///
    /// # Errors
    /// `InvalidParameterValue.Type` for one that does not exist, or that load balancers make.
    pub(super) fn read(name: &str) -> Result<Self, Refusal> {
        match KINDS.iter().find(|(_, known)| *known == name) {
            Some((kind, _)) => Ok(*kind),
            None if name == CLB => {
                made_by(name, "RegisterFunctionTargets of the load balancer makes it")
            }
            None => made_by(name, "there is no such type"),
        }
    }

    /// The type of a new trigger.
    ///
    /// # Errors
    /// `InvalidParameterValue.Type` for one that does not exist, or that another service makes.
    pub(super) fn of_new(name: &str) -> Result<Self, Refusal> {
        match Self::read(name)? {
            Self::Cls => made_by(name, "CreateDeliverCloudFunction of the log service makes it"),
            Self::Mps => made_by(name, "BindTrigger of the media service makes it"),
            kind => Ok(kind),
        }
    }
}

fn made_by<T>(name: &str, whom: &str) -> Result<T, Refusal> {
    let text = format!("No `{name}` trigger is made here: {whom}.");
    refused("InvalidParameterValue.Type", text)
}

fn wrong<T>(text: impl Into<String>) -> Result<T, Refusal> {
    refused("InvalidParameterValue.TriggerDesc", text)
}

/// Reads settings of a type.
///
/// # Errors
/// `InvalidParameterValue.TriggerDesc`.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Refusal> {
    let text = if text.is_empty() { "{}" } else { text };
    serde_json::from_str(text).or_else(|error| wrong(format!("TriggerDesc: {error}.")))
}

fn write<T: Serialize>(settings: &T) -> Result<String, Refusal> {
    let text = serde_json::to_string(settings);
    text.map_err(|error| refuse("InternalError", error.to_string()))
}

/// What is shown of a timer: `{"cron": …}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Timer {
    pub cron: String,
}

impl Timer {
    /// A timer is the only trigger whose settings are sent as they are, not in JSON.
    pub(super) fn settings(text: &str) -> Result<String, Refusal> {
        match Cron::timer(text) {
            Ok(_) => write(&Self { cron: text.to_owned() }),
            Err(error) => wrong(error),
        }
    }
}

/// A rule of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cos {
    #[serde(rename = "bucketUrl", default)]
    pub bucket_url: String,
    pub event: String,
    #[serde(default)]
    pub filter: Filter,
}

/// Which objects a rule is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub(super) struct Filter {
    pub prefix: String,
    pub suffix: String,
}

/// What can happen to an object, and what stands for all that is alike.
const EVENTS: [&str; 13] = [
    "cos:ObjectCreated:*",
    "cos:ObjectCreated:Put",
    "cos:ObjectCreated:Post",
    "cos:ObjectCreated:Copy",
    "cos:ObjectCreated:CompleteMultipartUpload",
    "cos:ObjectCreated:Origin",
    "cos:ObjectCreated:Replication",
    "cos:ObjectCreated:Append",
    "cos:ObjectRemove:*",
    "cos:ObjectRemove:Delete",
    "cos:ObjectRemove:DeleteMarkerCreated",
    "cos:ObjectRestore:Post",
    "cos:ObjectRestore:Completed",
];

/// The event of that name, if there is one.
pub(super) fn event(name: &str) -> Option<&'static str> {
    EVENTS.into_iter().find(|event| *event == name && !event.ends_with('*'))
}

impl Cos {
    /// Reads the rule of a bucket, named as `NAME-APPID.cos.REGION.myqcloud.com`.
    pub(super) fn read(bucket: &str, region: &str, text: &str) -> Result<Self, Refusal> {
        if bucket.strip_suffix(&format!(".cos.{region}.myqcloud.com")).is_none_or(str::is_empty) {
            let text = format!(
                "`{bucket}` must be a bucket of this region: NAME-APPID.cos.{region}.myqcloud.com."
            );
            return refused("InvalidParameterValue.TriggerName", text);
        }
        let rule = Self { bucket_url: bucket.to_owned(), ..read(text)? };
        if !EVENTS.contains(&&*rule.event) {
            return wrong(format!("`{}` is no event of objects.", rule.event));
        }
        if !rule.filter.suffix.is_empty() && !rule.filter.suffix.starts_with('.') {
            return wrong(format!("The Suffix `{}` must begin with a dot.", rule.filter.suffix));
        }
        Ok(rule)
    }

    pub(super) fn settings(&self) -> Result<String, Refusal> {
        write(self)
    }

    /// The bucket, `NAME-APPID`.
    pub(super) fn bucket(&self) -> &str {
        self.bucket_url.split('.').next().unwrap_or_default()
    }

    /// Whether one thing that happens could concern both rules of a bucket.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let (a, b) = (&self.filter, &other.filter);
        let either = |fits: &dyn Fn(&str, &str) -> bool, one: &str, two: &str| {
            fits(one, two) || fits(two, one)
        };
        (is_event(&self.event, &other.event) || is_event(&other.event, &self.event))
            && either(&|one, two| one.starts_with(two), &a.prefix, &b.prefix)
            && either(&|one, two| one.ends_with(two), &a.suffix, &b.suffix)
    }

    /// Whether it is about what happens to an object. `key` has no slash before it.
    pub(super) fn is_about(&self, event: &str, key: &str) -> bool {
        // People write prefixes with and without the slash that keys have in events.
        let prefix = self.filter.prefix.strip_prefix('/').unwrap_or(&self.filter.prefix);
        is_event(&self.event, event)
            && key.starts_with(prefix)
            && key.ends_with(&*self.filter.suffix)
    }
}

fn is_event(pattern: &str, event: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(family) => event.starts_with(family),
        None => pattern == event,
    }
}

/// Which messages of a topic reach the function.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Cmq {
    /// 1: by tag; 2: by the message's route.
    #[serde(default = "by_tag")]
    pub filter_type: i64,
    #[serde(default)]
    pub filter_key: Vec<String>,
}

fn by_tag() -> i64 {
    1
}

impl Cmq {
    pub(super) fn settings(text: &str) -> Result<String, Refusal> {
        let settings: Self = read(text)?;
        match settings.filter_type {
            1 | 2 => write(&settings),
            other => wrong(format!("filterType is {other}; it must be 1 or 2.")),
        }
    }
}

/// How lines of a topic of logs are handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cls {
    /// Whether they are.
    pub effective: bool,
    /// The function.
    pub function_name: String,
    /// How many lines at most.
    pub max_size: i64,
    /// After how many seconds at the latest.
    pub max_wait: i64,
    /// Its namespace.
    pub name_space: String,
    /// The version or alias.
    pub qualifier: String,
    /// The topic.
    pub topic_id: String,
}

/// How a topic of Kafka is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Ckafka {
    pub max_msg_num: i64,
    pub offset: String,
    pub retry: i64,
    pub time_out: i64,
    pub consumer_group_name: String,
}

impl Default for Ckafka {
    fn default() -> Self {
        Self {
            max_msg_num: 100,
            offset: "latest".to_owned(),
            retry: 10_000,
            time_out: 60,
            consumer_group_name: String::new(),
        }
    }
}

impl Ckafka {
    pub(super) fn settings(topic: &str, text: &str) -> Result<String, Refusal> {
        let is_topic = topic.strip_prefix("ckafka-").and_then(|rest| rest.split_once('-'));
        if is_topic.is_none_or(|(id, name)| id.is_empty() || name.is_empty()) {
            let text = format!("`{topic}` must be INSTANCE-TOPIC, as ckafka-2o10hua5-orders.");
            return refused("InvalidParameterValue.TriggerName", text);
        }
        let settings: Self = read(text)?;
        if !(1..=10_000).contains(&settings.max_msg_num) {
            return wrong("maxMsgNum must be 1 to 10000.");
        }
        if !(1..=60).contains(&settings.time_out) {
            return wrong("timeOut must be 1 to 60 seconds.");
        }
        if !(0..=10_000).contains(&settings.retry) {
            return wrong("retry must be 0 to 10000.");
        }
        let place = settings.offset.as_str();
        if !["latest", "earliest"].contains(&place) && place.parse::<u64>().is_err() {
            return wrong("offset must be latest, earliest or a time in milliseconds.");
        }
        write(&settings)
    }
}

/// How a function URL answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Http {
    pub auth_type: String,
    #[serde(default)]
    pub net_config: Net,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cors_config: Option<Cors>,
}

/// From where a function URL is reached; the URLs are the cloud's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Net {
    pub enable_intranet: bool,
    pub enable_extranet: bool,
    intranet_url: String,
    #[serde(rename = "IntranetHTTPUrl")]
    intranet_http_url: String,
    extranet_url: String,
    #[serde(rename = "ExtranetHTTPUrl")]
    extranet_http_url: String,
    wss_intranet_url: String,
    ws_intranet_url: String,
    wss_extranet_url: String,
    ws_extranet_url: String,
}

impl Default for Net {
    fn default() -> Self {
        let none = String::new;
        Self {
            enable_intranet: false,
            enable_extranet: true,
            intranet_url: none(),
            intranet_http_url: none(),
            extranet_url: none(),
            extranet_http_url: none(),
            wss_intranet_url: none(),
            ws_intranet_url: none(),
            wss_extranet_url: none(),
            ws_extranet_url: none(),
        }
    }
}

/// Which pages of other origins may call a function URL.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub(super) struct Cors {
    pub enable: bool,
    pub origins: Vec<String>,
    pub methods: Vec<String>,
    pub headers: Vec<String>,
    pub expose_headers: Vec<String>,
    pub credentials: bool,
    pub max_age: i64,
}

/// The methods that a page may be allowed.
const METHODS: [&str; 8] = ["*", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

impl Http {
    /// Reads settings; `host` is the beginning of the URL's host, up to the dot before its region.
    pub(super) fn settings(
        host: &str,
        region: &str,
        web_socket: bool,
        text: &str,
    ) -> Result<String, Refusal> {
        let mut settings: Self = read(text)?;
        if !["NONE", "CAM"].contains(&&*settings.auth_type) {
            return wrong(format!("AuthType `{}` must be NONE or CAM.", settings.auth_type));
        }
        if let Some(cors) = &settings.cors_config {
            cors.check()?;
        }
        let net = &mut settings.net_config;
        let url = |on: bool, scheme: &str, inner: &str| match on {
            true => format!("{scheme}://{host}{inner}.{region}.tencentscf.com"),
            false => String::new(),
        };
        let (inside, outside) = (net.enable_intranet, net.enable_extranet);
        let socket = |on: bool| on && web_socket;
        *net = Net {
            enable_intranet: inside,
            enable_extranet: outside,
            intranet_url: url(inside, "https", ".in"),
            intranet_http_url: url(inside, "http", ".in"),
            extranet_url: url(outside, "https", ""),
            extranet_http_url: url(outside, "http", ""),
            wss_intranet_url: url(socket(inside), "wss", ".in"),
            ws_intranet_url: url(socket(inside), "ws", ".in"),
            wss_extranet_url: url(socket(outside), "wss", ""),
            ws_extranet_url: url(socket(outside), "ws", ""),
        };
        write(&settings)
    }
}

impl Cors {
    fn check(&self) -> Result<(), Refusal> {
        let wrong = |text: &str| refused("InvalidParameterValue.Cors", text);
        if self.methods.iter().any(|method| !METHODS.contains(&&**method)) {
            return wrong("Methods must be *, GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS.");
        }
        if !(0..=86_400).contains(&self.max_age) {
            return wrong("MaxAge must be 0 to 86400 seconds.");
        }
        if self.enable && self.origins.is_empty() {
            return wrong("Origins must name who may call.");
        }
        if self.credentials && self.origins.iter().any(|origin| origin == "*") {
            return wrong("Credentials cannot be allowed to all Origins.");
        }
        Ok(())
    }
}

/// The members of new settings over those of the old ones: what is left out keeps its value.
pub(super) fn merged(old: &str, new: &str) -> Result<String, Refusal> {
    let (mut all, new): (Map<String, Value>, Map<String, Value>) = (read(old)?, read(new)?);
    all.extend(new);
    Ok(Value::Object(all).to_string())
}

/// The methods that an API may have.
const API_METHODS: [&str; 6] = ["ANY", "GET", "HEAD", "POST", "PUT", "DELETE"];

/// An API, and what the gateway calls it.
pub(super) struct Api<'a> {
    pub service_id: &'a str,
    pub api_id: &'a str,
    pub url: &'a str,
    /// Whether its function speaks WebSocket.
    pub web_socket: bool,
}

/// What tells the APIs of a function apart: the service, by id or name, and the method.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ApiService {
    pub service_id: String,
    pub service_name: String,
    pub method: String,
}

impl ApiService {
    /// The service that the settings of an API name.
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        let settings: Value = read(text)?;
        let word = |value: &Value, usual: &str| value.as_str().unwrap_or(usual).to_owned();
        Ok(Self {
            service_id: word(&settings["service"]["serviceId"], ""),
            service_name: word(&settings["service"]["serviceName"], ""),
            method: word(&settings["api"]["requestConfig"]["method"], "ANY"),
        })
    }
}

/// The name under which an API is called here.
pub(super) fn api_id(settings: &str) -> Option<String> {
    let settings: Value = serde_json::from_str(settings).ok()?;
    settings["api"]["apiId"].as_str().map(str::to_owned)
}

impl Api<'_> {
    pub(super) fn settings(&self, text: &str) -> Result<String, Refusal> {
        let sent: Value = read(text)?;
        let api = &sent["api"];
        let word = |value: &Value, usual: &str| value.as_str().unwrap_or(usual).to_owned();
        let usual = if self.web_socket { "GET" } else { "ANY" };
        let method = word(&api["requestConfig"]["method"], usual);
        // R152, R165.
        if self.web_socket && method != "GET" {
            let text = format!("An API for WebSocket has the method GET, not `{method}`.");
            return wrong(text);
        }
        if !API_METHODS.contains(&&*method) {
            return wrong(format!("The method `{method}` is none of {}.", API_METHODS.join(", ")));
        }
        let stage = word(&sent["release"]["environmentName"], "release");
        if !["release", "test", "prepub"].contains(&&*stage) {
            return wrong(format!("The environment `{stage}` is none of release, test, prepub."));
        }
        let shown = json!({
            "api": {
                "apiId": self.api_id,
                "authRequired": word(&api["authRequired"], "FALSE"),
                "requestConfig": {"method": method},
                "isIntegratedResponse": word(&api["isIntegratedResponse"], "FALSE"),
            },
            "service": {
                "serviceId": self.service_id,
                "serviceName": word(&sent["service"]["serviceName"], "SCF_API_SERVICE"),
                "subDomain": format!("{}/{stage}", self.url),
            },
            "release": {"environmentName": stage},
        });
        Ok(shown.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(event: &str, prefix: &str, suffix: &str) -> Cos {
        let text = json!({"event": event, "filter": {"Prefix": prefix, "Suffix": suffix}});
        let bucket = "pictures-1250000000.cos.ap-guangzhou.myqcloud.com";
        Cos::read(bucket, "ap-guangzhou", &text.to_string()).unwrap()
    }

    #[test]
    fn rules_overlap_where_one_object_would_concern_both() {
        let all = rule("cos:ObjectCreated:*", "", "");
        for (one, other, overlap) in [
            (&all, rule("cos:ObjectCreated:Put", "", ""), true),
            (&all, rule("cos:ObjectRemove:*", "", ""), false),
            (&all, rule("cos:ObjectCreated:*", "a/", ".png"), true),
            (&rule("cos:ObjectCreated:*", "a/", ""), rule("cos:ObjectCreated:*", "b/", ""), false),
            (&rule("cos:ObjectCreated:*", "", ".a"), rule("cos:ObjectCreated:*", "", ".b"), false),
            (&rule("cos:ObjectCreated:Put", "", ""), rule("cos:ObjectCreated:Post", "", ""), false),
        ] {
            assert_eq!(one.overlaps(&other), overlap, "{one:?} {other:?}");
            assert_eq!(other.overlaps(one), overlap, "{other:?} {one:?}");
        }
    }

    #[test]
    fn a_rule_is_about_some_objects() {
        let pictures = rule("cos:ObjectCreated:*", "in/", ".png");
        assert!(pictures.is_about("cos:ObjectCreated:Put", "in/a.png"));
        assert!(!pictures.is_about("cos:ObjectCreated:Put", "out/a.png"));
        assert!(!pictures.is_about("cos:ObjectCreated:Put", "in/a.jpg"));
        assert!(!pictures.is_about("cos:ObjectRemove:Delete", "in/a.png"));
    }
}
