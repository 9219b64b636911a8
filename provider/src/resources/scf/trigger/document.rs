//! The settings of triggers as the cloud takes them: JSON documents, one form for each type.
//!
//! The same types parse `trigger_desc`, are filled from the typed blocks, and make the JSON Schemas
//! that are published under `docs/schemas`.

use schemars::{JsonSchema, Schema, schema_for};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;
use tf_schema::check::{Check, between, one_of};

use crate::cron::{self, Cron};

/// When a timer fires.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Timer {
    /// A cron expression of seven fields (second, minute, hour, day, month, weekday, year) or of
    /// five.
    pub cron: String,
}

/// Which changes of a bucket's objects count.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cos {
    /// What happens to an object, such as `cos:ObjectCreated:*`.
    pub event: String,
    /// Which objects count.
    #[serde(default)]
    pub filter: Filter,
    /// Decided by the cloud.
    #[serde(rename = "bucketUrl", default, skip_serializing)]
    pub bucket_url: Option<String>,
}

/// Which objects of a bucket count.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Filter {
    /// How their keys begin.
    pub prefix: String,
    /// How their keys end; it begins with a dot.
    pub suffix: String,
}

/// Which messages of a CMQ topic count.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cmq {
    /// 1: by tag; 2: by route.
    #[serde(default = "by_tag")]
    pub filter_type: i64,
    /// The tags or routes; without any, every message counts.
    #[serde(default)]
    pub filter_key: Vec<String>,
}

/// How messages are compared with a filter: by tag.
pub const BY_TAG: i64 = 1;

fn by_tag() -> i64 {
    BY_TAG
}

/// How a CKafka topic is read.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Ckafka {
    /// Messages that are handed over at once, 1 to 10000.
    pub max_msg_num: i64,
    /// Where reading begins: `latest`, `earliest` or a time in milliseconds since 1970.
    #[serde(deserialize_with = "text_or_number")]
    pub offset: String,
    /// How often a failed call is tried again, 0 to 10000.
    pub retry: i64,
    /// Seconds that messages are waited for, 1 to 60.
    pub time_out: i64,
    /// The consumer group; the cloud makes one where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumer_group_name: Option<String>,
}

impl Default for Ckafka {
    fn default() -> Self {
        Ckafka {
            max_msg_num: 100,
            offset: "latest".to_owned(),
            retry: 10_000,
            time_out: 60,
            consumer_group_name: None,
        }
    }
}

/// How a function URL answers.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Http {
    /// `NONE`, or `CAM` for signed calls only.
    pub auth_type: String,
    /// From where it is reached.
    #[serde(default)]
    pub net_config: Net,
    /// Which pages of other origins may call it.
    #[serde(default)]
    pub cors_config: Cors,
}

/// From where a function URL is reached.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Net {
    /// From inside of Tencent Cloud.
    pub enable_intranet: bool,
    /// From the internet.
    pub enable_extranet: bool,
    /// Decided by the cloud.
    #[serde(skip_serializing)]
    pub intranet_url: String,
    /// Decided by the cloud.
    #[serde(rename = "IntranetHTTPUrl", skip_serializing)]
    pub intranet_http_url: String,
    /// Decided by the cloud.
    #[serde(skip_serializing)]
    pub extranet_url: String,
    /// Decided by the cloud.
    #[serde(rename = "ExtranetHTTPUrl", skip_serializing)]
    pub extranet_http_url: String,
    /// Decided by the cloud.
    #[serde(skip_serializing)]
    pub wss_intranet_url: String,
    /// Decided by the cloud.
    #[serde(skip_serializing)]
    pub ws_intranet_url: String,
    /// Decided by the cloud.
    #[serde(skip_serializing)]
    pub wss_extranet_url: String,
    /// Decided by the cloud.
    #[serde(skip_serializing)]
    pub ws_extranet_url: String,
}

impl Net {
    /// What a user decides.
    pub fn new(intranet: bool, extranet: bool) -> Net {
        let none = String::new;
        Net {
            enable_intranet: intranet,
            enable_extranet: extranet,
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

impl Default for Net {
    fn default() -> Self {
        Net::new(false, true)
    }
}

/// Which pages of other origins may call a function URL.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Cors {
    /// Whether any may.
    pub enable: bool,
    /// Their origins, or `*`.
    pub origins: Vec<String>,
    /// The methods that they may use.
    pub methods: Vec<String>,
    /// The headers that they may send.
    pub headers: Vec<String>,
    /// The headers that they may read.
    pub expose_headers: Vec<String>,
    /// Whether they may send cookies.
    pub credentials: bool,
    /// Seconds that browsers keep this answer.
    pub max_age: i64,
}

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

fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Json::deserialize(deserializer)? {
        Json::String(text) => text,
        other => other.to_string(),
    })
}

/// The events of objects.
const EVENTS: [&str; 12] = [
    "cos:ObjectCreated:*",
    "cos:ObjectCreated:Put",
    "cos:ObjectCreated:Post",
    "cos:ObjectCreated:Copy",
    "cos:ObjectCreated:CompleteMultipartUpload",
    "cos:ObjectCreated:Origin",
    "cos:ObjectCreated:Replication",
    "cos:ObjectRemove:*",
    "cos:ObjectRemove:Delete",
    "cos:ObjectRemove:DeleteMarkerCreated",
    "cos:ObjectRestore:Post",
    "cos:ObjectRestore:Completed",
];

/// One of the events of objects.
pub fn event(event: &String) -> Check {
    one_of(&EVENTS)(event)
}

/// R258: the end of keys begins with a dot.
pub fn suffix(suffix: &String) -> Check {
    match suffix.is_empty() || suffix.starts_with('.') {
        true => Ok(()),
        false => Err(format!("Expected a suffix that begins with a dot, got {suffix:?}.")),
    }
}

/// Where reading of a topic begins.
pub fn offset(offset: &String) -> Check {
    match ["latest", "earliest"].contains(&offset.as_str()) || offset.parse::<u64>().is_ok() {
        true => Ok(()),
        false => Err(format!(
            "Expected \"latest\", \"earliest\" or a time in milliseconds since 1970, got \
             {offset:?}."
        )),
    }
}

/// How a function URL knows its callers.
pub fn auth_type(auth: &String) -> Check {
    one_of(&["NONE", "CAM"])(auth)
}

/// A method that pages of other origins may use.
pub fn cors_methods(methods: &Vec<String>) -> Check {
    let one = one_of(&["*", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
    methods.iter().try_for_each(one)
}

/// A method of an API.
pub fn api_method(method: &String) -> Check {
    one_of(&["ANY", "GET", "HEAD", "POST", "PUT", "DELETE"])(method)
}

/// Where an API is released.
pub fn environment(name: &String) -> Check {
    one_of(&["release", "test", "prepub"])(name)
}

/// A document of one type.
#[derive(Debug, Clone)]
pub enum Document {
    /// Of a timer.
    Timer(Timer),
    /// Of a bucket.
    Cos(Cos),
    /// Of a CMQ topic.
    Cmq(Cmq),
    /// Of a CKafka topic.
    Ckafka(Ckafka),
    /// Of a function URL.
    Http(Http),
    /// Of an API.
    Apigw(Apigw),
}

/// The types whose documents are known here.
pub const KINDS: [&str; 6] = ["timer", "cos", "cmq", "ckafka", "http", "apigw"];

/// The JSON Schemas of the documents, by type of trigger.
pub fn schemas() -> [(&'static str, Schema); 6] {
    [
        ("timer", schema_for!(Timer)),
        ("cos", schema_for!(Cos)),
        ("cmq", schema_for!(Cmq)),
        ("ckafka", schema_for!(Ckafka)),
        ("http", schema_for!(Http)),
        ("apigw", schema_for!(Apigw)),
    ]
}

/// What a document may hold, from its schema: `event`, `filter { Prefix, Suffix }`.
fn members(kind: &str) -> String {
    let known = schemas().into_iter().find(|(name, _)| *name == kind);
    known.map_or_else(String::new, |(_, schema)| {
        let schema = schema.to_value();
        list(&schema, &schema)
    })
}

fn list(schema: &Json, root: &Json) -> String {
    let target =
        schema["$ref"].as_str().and_then(|path| root.pointer(path.trim_start_matches('#')));
    let members = target.unwrap_or(schema)["properties"].as_object();
    let open = members
        .into_iter()
        .flatten()
        .filter(|(_, member)| member["description"].as_str() != Some("Decided by the cloud."));
    let names = open.map(|(name, member)| match list(member, root) {
        inner if inner.is_empty() => name.clone(),
        inner => format!("{name} {{ {inner} }}"),
    });
    names.collect::<Vec<_>>().join(", ")
}

fn parse<T: DeserializeOwned>(kind: &str, text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| {
        format!(
            "Expected a JSON document for a trigger of the type {kind}: {error}. It may hold {}; \
             its JSON Schema is docs/schemas/trigger-{kind}.json.",
            members(kind)
        )
    })
}

impl Document {
    /// Reads the document of a type of trigger; `None` for a type that is not known here.
    ///
    /// # Errors
    /// What is wrong, in sentences.
    pub fn read(kind: &str, text: &str) -> Result<Option<Document>, String> {
        Ok(Some(match kind {
            // A timer is sent as its bare expression, and read as a document.
            "timer" if !text.trim_start().starts_with('{') => {
                Document::Timer(Timer { cron: text.to_owned() })
            }
            "timer" => Document::Timer(parse(kind, text)?),
            "cos" => Document::Cos(parse(kind, text)?),
            "cmq" => Document::Cmq(parse(kind, text)?),
            "ckafka" => Document::Ckafka(parse(kind, text)?),
            "http" => Document::Http(parse(kind, text)?),
            "apigw" => Document::Apigw(parse(kind, text)?),
            _ => return Ok(None),
        }))
    }

    /// The rules of its members.
    ///
    /// # Errors
    /// What is wrong, in sentences.
    pub fn check(&self) -> Check {
        match self {
            Document::Timer(timer) => cron::expression(&timer.cron),
            Document::Cos(cos) => event(&cos.event).and_then(|()| suffix(&cos.filter.suffix)),
            Document::Cmq(cmq) => between(1, 2)(&cmq.filter_type),
            Document::Ckafka(ckafka) => {
                let number = |name: &str, range: (i64, i64), value| {
                    between(range.0, range.1)(value).map_err(|reason| format!("{name}: {reason}"))
                };
                number("maxMsgNum", (1, 10_000), &ckafka.max_msg_num)?;
                number("timeOut", (1, 60), &ckafka.time_out)?;
                number("retry", (0, 10_000), &ckafka.retry)?;
                offset(&ckafka.offset)
            }
            Document::Http(http) => {
                auth_type(&http.auth_type).and_then(|()| http.cors_config.check())
            }
            Document::Apigw(apigw) => api_method(&apigw.api.request_config.method)
                .and_then(|()| environment(&apigw.release.environment_name)),
        }
    }

    /// As it is sent: compact, with every member that a user may set.
    pub fn wire(&self) -> String {
        match self {
            Document::Timer(timer) => timer.cron.clone(),
            other => other.json().to_string(),
        }
    }

    fn json(&self) -> Json {
        let json = match self {
            Document::Timer(document) => serde_json::to_value(document),
            Document::Cos(document) => serde_json::to_value(document),
            Document::Cmq(document) => serde_json::to_value(document),
            Document::Ckafka(document) => serde_json::to_value(document),
            Document::Http(document) => serde_json::to_value(document),
            Document::Apigw(document) => serde_json::to_value(document),
        };
        json.expect("members are texts, numbers and flags")
    }

    fn means(&self, other: &Document) -> bool {
        match (self, other) {
            (Document::Timer(a), Document::Timer(b)) => {
                match (Cron::read(&a.cron), Cron::read(&b.cron)) {
                    (Ok(a), Ok(b)) => a == b,
                    _ => a.cron == b.cron,
                }
            }
            _ => covers(&self.json(), &other.json()) || covers(&other.json(), &self.json()),
        }
    }
}

/// Whether `b` has every member of `a`: what a user leaves to the cloud, the cloud decides.
fn covers(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Object(a), Json::Object(b)) => {
            a.iter().all(|(name, a)| b.get(name).is_some_and(|b| covers(a, b)))
        }
        _ => a == b,
    }
}

impl Cors {
    /// The rules of its members.
    ///
    /// # Errors
    /// What is wrong, in sentences.
    pub fn check(&self) -> Check {
        cors_methods(&self.methods)?;
        between(0, 86_400)(&self.max_age).map_err(|reason| format!("MaxAge: {reason}"))?;
        if self.enable && self.origins.is_empty() {
            return Err("Origins must name the pages that may call, or be [\"*\"].".to_owned());
        }
        match self.credentials && self.origins.iter().any(|origin| origin == "*") {
            true => Err("Credentials cannot be allowed to every origin.".to_owned()),
            false => Ok(()),
        }
    }
}

impl Cos {
    /// A rule as a user writes it.
    pub fn new(event: String, filter: Filter) -> Cos {
        Cos { event, filter, bucket_url: None }
    }

    /// Whether one change of an object could concern both rules of a bucket.
    pub fn overlaps(&self, other: &Cos) -> bool {
        let event = |a: &str, b: &str| match a.strip_suffix('*') {
            Some(family) => b.starts_with(family),
            None => a == b,
        };
        let (a, b) = (&self.filter, &other.filter);
        (event(&self.event, &other.event) || event(&other.event, &self.event))
            && (a.prefix.starts_with(&b.prefix) || b.prefix.starts_with(&a.prefix))
            && (a.suffix.ends_with(&b.suffix) || b.suffix.ends_with(&a.suffix))
    }
}

/// Whether two descriptions of a trigger mean the same, however they are written.
pub fn mean_same(a: &String, b: &String) -> bool {
    let typed = KINDS.iter().any(|kind| match (Document::read(kind, a), Document::read(kind, b)) {
        (Ok(Some(a)), Ok(Some(b))) => a.means(&b),
        _ => false,
    });
    let json = |text: &String| serde_json::from_str::<Json>(text).ok();
    a == b || typed || matches!((json(a), json(b)), (Some(a), Some(b)) if a == b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        mean_same(&a.to_owned(), &b.to_owned())
    }

    #[test]
    fn descriptions_are_compared_by_meaning() {
        assert!(same("0 0 8 * * MON *", r#"{"cron": "0 0 8 * * 1 *"}"#));
        assert!(!same("0 0 8 * * * *", "0 0 9 * * * *"));
        assert!(same(
            r#"{ "event": "cos:ObjectCreated:*" }"#,
            r#"{"bucketUrl":"x","event":"cos:ObjectCreated:*","filter":{"Prefix":"","Suffix":""}}"#
        ));
        assert!(!same(r#"{"event":"cos:ObjectCreated:*"}"#, r#"{"event":"cos:ObjectRemove:*"}"#));
        let cloud = r#"{"maxMsgNum":100,"offset":"latest","retry":10000,"timeOut":60,"consumerGroupName":"scf"}"#;
        assert!(same("{}", cloud), "what is left out is what the cloud takes");
        assert!(!same(r#"{"maxMsgNum":5}"#, cloud));
        assert!(same(r#"{"offset":1700000000000}"#, r#"{"offset":"1700000000000"}"#));
        assert!(same(r#"{"a":[1, 2]}"#, r#"{ "a": [1,2] }"#), "types that are not known here");
    }

    #[test]
    fn a_url_without_cors_is_another_than_one_with() {
        let with = r#"{"AuthType":"NONE","CorsConfig":{"Enable":true,"Origins":["*"]}}"#;
        assert!(!same(r#"{"AuthType":"NONE"}"#, with));
        let off = r#"{"AuthType":"NONE","NetConfig":{"EnableExtranet":true}}"#;
        assert!(same(r#"{"AuthType":"NONE"}"#, off));
    }

    #[test]
    fn a_malformed_document_is_explained_with_what_it_may_hold() {
        let reason = Document::read("cos", r#"{"events":"x"}"#).unwrap_err();
        assert!(reason.contains("event, filter { Prefix, Suffix }"), "{reason}");
        assert!(reason.contains("docs/schemas/trigger-cos.json"), "{reason}");
        assert!(!reason.contains("bucketUrl { "), "{reason}");
    }
}
