//! Typed blocks: the settings of a trigger, written out instead of as a JSON document.

use tf_schema::check::{between, one_of};
use tf_schema::{Block, Value};

use super::document::{self as doc, Document, cors_methods};
use crate::cron;

/// When a timer fires.
#[derive(Block, Default)]
pub struct Timer {
    /// A cron expression in UTC+8 of seven fields, second, minute, hour, day, month, weekday and
    /// year, such as `0 0 8 * * MON-FRI *`. The older five fields, from the minute to the weekday,
    /// are understood, too.
    #[tf(required, validate(cron::expression))]
    pub cron: Value<String>,
}

/// Which changes of a bucket's objects call the function.
#[derive(Block, Default)]
pub struct Cos {
    /// The bucket, in the same region: its name with the account's id, such as `pictures-1250000000`.
    #[tf(required)]
    pub bucket: Value<String>,
    /// What happens to an object: `cos:ObjectCreated:*`, or `Put`, `Post`, `Copy`,
    /// `CompleteMultipartUpload`, `Origin` or `Replication` in place of the star;
    /// `cos:ObjectRemove:*`, or `Delete` or `DeleteMarkerCreated`; `cos:ObjectRestore:Post` or
    /// `Completed`.
    #[tf(required, validate(doc::event))]
    pub event: Value<String>,
    /// Only objects whose key begins so.
    #[tf(optional, default = "")]
    pub prefix: Value<String>,
    /// Only objects whose key ends so. It begins with a dot.
    #[tf(optional, default = "", validate(doc::suffix))]
    pub suffix: Value<String>,
}

/// Which messages of a CMQ topic call the function.
#[derive(Block, Default)]
pub struct Cmq {
    /// Name of the topic.
    #[tf(required)]
    pub topic_name: Value<String>,
    /// How messages are filtered: 1 by tag, 2 by route.
    #[tf(optional, default = doc::BY_TAG, validate(between(1, 2)))]
    pub filter_type: Value<i64>,
    /// Tags or routes; without any, every message calls the function.
    #[tf(optional)]
    pub filter_key: Value<Vec<String>>,
}

/// How a CKafka topic is read.
#[derive(Block, Default)]
pub struct Ckafka {
    /// The instance, `ckafka-` and its number.
    #[tf(required)]
    pub instance_id: Value<String>,
    /// Name of the topic.
    #[tf(required)]
    pub topic_name: Value<String>,
    /// How many messages are handed over at once, 1 to 10000.
    #[tf(optional, default = 100, validate(between(1, 10_000)))]
    pub max_msg_num: Value<i64>,
    /// Where reading begins: `latest`, `earliest`, or a time in milliseconds since 1970.
    #[tf(optional, default = "latest", validate(doc::offset))]
    pub offset: Value<String>,
    /// How often a failed call is tried again, 0 to 10000.
    #[tf(optional, default = 10_000, validate(between(0, 10_000)))]
    pub retry: Value<i64>,
    /// Seconds that messages are waited for, 1 to 60.
    #[tf(optional, default = 60, validate(between(1, 60)))]
    pub time_out: Value<i64>,
    /// The consumer group; the cloud makes one where there is none.
    #[tf(optional)]
    pub consumer_group_name: Value<String>,
}

/// How a function URL answers.
#[derive(Block, Default)]
pub struct Http {
    /// `NONE`, or `CAM` for signed calls only.
    #[tf(optional, default = "NONE", validate(doc::auth_type))]
    pub auth_type: Value<String>,
    /// Whether it is reached from inside of Tencent Cloud.
    #[tf(optional, default = false)]
    pub enable_intranet: Value<bool>,
    /// Whether it is reached from the internet.
    #[tf(optional, default = true)]
    pub enable_extranet: Value<bool>,
    /// Which pages of other origins may call it.
    #[tf(block, max(1))]
    pub cors: Value<Vec<Cors>>,
}

/// Which pages of other origins may call a function URL.
#[derive(Block, Default)]
pub struct Cors {
    /// Their origins, such as `https://www.example.com`; `*` stands for all.
    #[tf(required)]
    pub origins: Value<Vec<String>>,
    /// The methods that they may use; `*` stands for all.
    #[tf(optional, validate(cors_methods))]
    pub methods: Value<Vec<String>>,
    /// The headers that they may send.
    #[tf(optional)]
    pub headers: Value<Vec<String>>,
    /// The headers that they may read.
    #[tf(optional)]
    pub expose_headers: Value<Vec<String>>,
    /// Whether they may send cookies; not together with the origin `*`.
    #[tf(optional, default = false)]
    pub credentials: Value<bool>,
    /// Seconds that browsers keep this answer, at most 86400.
    #[tf(optional, default = 0, validate(between(0, 86_400)))]
    pub max_age: Value<i64>,
}

/// An API of the API gateway.
#[derive(Block, Default)]
pub struct Apigw {
    /// Name of the service.
    #[tf(optional, default = "SCF_API_SERVICE")]
    pub service_name: Value<String>,
    /// Id of a service that exists.
    #[tf(optional)]
    pub service_id: Value<String>,
    /// The method that it takes: `ANY`, `GET`, `HEAD`, `POST`, `PUT` or `DELETE`.
    #[tf(optional, default = "ANY", validate(doc::api_method))]
    pub method: Value<String>,
    /// Where it is released: `release`, `test` or `prepub`.
    #[tf(optional, default = "release", validate(doc::environment))]
    pub environment: Value<String>,
    /// Whether callers must say who they are: `TRUE` or `FALSE`.
    #[tf(optional, default = "FALSE", validate(one_of(&["TRUE", "FALSE"])))]
    pub auth_required: Value<String>,
    /// Whether the function's result says how to answer: `TRUE` or `FALSE`.
    #[tf(optional, default = "FALSE", validate(one_of(&["TRUE", "FALSE"])))]
    pub is_integrated_response: Value<String>,
}

/// Which log topic calls the function, and how.
#[derive(Block, Default)]
pub struct Cls {
    /// Id of the topic, in the same region. A topic calls one function, and not one whose own logs go
    /// into it: that would call itself for ever.
    #[tf(required)]
    pub topic_id: Value<String>,
    /// Lines that are handed over at once, 1 to 10000.
    #[tf(optional, default = 100, validate(between(1, 10_000)))]
    pub max_size: Value<i64>,
    /// Seconds that lines wait for more, 3 to 300.
    #[tf(optional, default = 60, validate(between(3, 300)))]
    pub max_wait: Value<i64>,
}

/// Which tasks of the media service call the function.
#[derive(Block, Default)]
pub struct Mps {
    /// `WorkflowTask` or `EditMediaTask`. An account has one trigger for each, in all regions.
    #[tf(required, validate(doc::task))]
    pub event_type: Value<String>,
}

/// A block that stands for the settings of one type of trigger.
pub trait Typed: Sized {
    /// The type, which is also the block's name.
    const KIND: &'static str;

    /// The settings; `None` while something in them is unknown.
    fn document(&self) -> Option<Document>;

    /// The name of the trigger, where the block decides it; `None` while that is unknown.
    fn name(&self, region: &str) -> Option<String>;

    /// Whether the block decides the name of the trigger.
    const NAMES: bool = true;

    /// The block for settings of a trigger of that name.
    fn of(found: &Document, name: &str) -> Option<Self>;
}

/// The value, or `usual` where there is none; `None` while it is unknown.
fn known<T: Clone>(value: &Value<T>, usual: T) -> Option<T> {
    match value {
        Value::Known(value) => Some(value.clone()),
        Value::Null => Some(usual),
        Value::Unknown => None,
    }
}

impl Typed for Timer {
    const KIND: &'static str = "timer";
    const NAMES: bool = false;

    fn document(&self) -> Option<Document> {
        self.cron.known().map(|cron| Document::Timer(doc::Timer { cron: cron.clone() }))
    }

    fn name(&self, _region: &str) -> Option<String> {
        None
    }

    fn of(found: &Document, _name: &str) -> Option<Self> {
        let Document::Timer(found) = found else { return None };
        Some(Timer { cron: found.cron.as_str().into() })
    }
}

impl Typed for Cos {
    const KIND: &'static str = "cos";

    fn document(&self) -> Option<Document> {
        let filter = doc::Filter {
            prefix: known(&self.prefix, String::new())?,
            suffix: known(&self.suffix, String::new())?,
        };
        Some(Document::Cos(doc::Cos::new(self.event.known()?.clone(), filter)))
    }

    fn name(&self, region: &str) -> Option<String> {
        Some(host(self.bucket.known()?, region))
    }

    fn of(found: &Document, name: &str) -> Option<Self> {
        let Document::Cos(found) = found else { return None };
        Some(Cos {
            bucket: name.split('.').next().unwrap_or_default().into(),
            event: found.event.as_str().into(),
            prefix: found.filter.prefix.as_str().into(),
            suffix: found.filter.suffix.as_str().into(),
        })
    }
}

/// The host of a bucket, which is the name of its triggers.
pub fn host(bucket: &str, region: &str) -> String {
    format!("{bucket}.cos.{region}.myqcloud.com")
}

impl Typed for Cmq {
    const KIND: &'static str = "cmq";

    fn document(&self) -> Option<Document> {
        Some(Document::Cmq(doc::Cmq {
            filter_type: known(&self.filter_type, doc::BY_TAG)?,
            filter_key: known(&self.filter_key, Vec::new())?,
        }))
    }

    fn name(&self, _region: &str) -> Option<String> {
        self.topic_name.known().cloned()
    }

    fn of(found: &Document, name: &str) -> Option<Self> {
        let Document::Cmq(found) = found else { return None };
        Some(Cmq {
            topic_name: name.into(),
            filter_type: found.filter_type.into(),
            filter_key: filled(&found.filter_key),
        })
    }
}

/// A list, null where it is empty.
fn filled(list: &[String]) -> Value<Vec<String>> {
    if list.is_empty() { Value::Null } else { Value::Known(list.to_vec()) }
}

impl Typed for Ckafka {
    const KIND: &'static str = "ckafka";

    fn document(&self) -> Option<Document> {
        let usual = doc::Ckafka::default();
        Some(Document::Ckafka(doc::Ckafka {
            max_msg_num: known(&self.max_msg_num, usual.max_msg_num)?,
            offset: known(&self.offset, usual.offset)?,
            retry: known(&self.retry, usual.retry)?,
            time_out: known(&self.time_out, usual.time_out)?,
            consumer_group_name: match &self.consumer_group_name {
                Value::Unknown => return None,
                group => group.known().cloned(),
            },
        }))
    }

    fn name(&self, _region: &str) -> Option<String> {
        Some(format!("{}-{}", self.instance_id.known()?, self.topic_name.known()?))
    }

    fn of(found: &Document, name: &str) -> Option<Self> {
        let Document::Ckafka(found) = found else { return None };
        // The instance is `ckafka-` and a number: the topic begins after the second hyphen.
        let second = name.match_indices('-').nth(1).map_or(name.len(), |(at, _)| at);
        Some(Ckafka {
            instance_id: name[..second].into(),
            topic_name: name[second..].trim_start_matches('-').into(),
            max_msg_num: found.max_msg_num.into(),
            offset: found.offset.as_str().into(),
            retry: found.retry.into(),
            time_out: found.time_out.into(),
            consumer_group_name: found.consumer_group_name.clone().into(),
        })
    }
}

impl Typed for Http {
    const KIND: &'static str = "http";
    const NAMES: bool = false;

    fn document(&self) -> Option<Document> {
        let cors = match &self.cors {
            Value::Unknown => return None,
            cors => match cors.known().and_then(|cors| cors.first()) {
                Some(cors) => cors.document()?,
                None => doc::Cors::default(),
            },
        };
        let (inside, outside) =
            (known(&self.enable_intranet, false)?, known(&self.enable_extranet, true)?);
        Some(Document::Http(doc::Http {
            auth_type: known(&self.auth_type, "NONE".to_owned())?,
            net_config: doc::Net::new(inside, outside),
            cors_config: cors,
        }))
    }

    fn name(&self, _region: &str) -> Option<String> {
        None
    }

    fn of(found: &Document, _name: &str) -> Option<Self> {
        let Document::Http(found) = found else { return None };
        let cors = &found.cors_config;
        let cors: Vec<_> = cors.enable.then(|| Cors::of(cors)).into_iter().collect();
        Some(Http {
            auth_type: found.auth_type.as_str().into(),
            enable_intranet: found.net_config.enable_intranet.into(),
            enable_extranet: found.net_config.enable_extranet.into(),
            cors: cors.into(),
        })
    }
}

impl Cors {
    fn document(&self) -> Option<doc::Cors> {
        Some(doc::Cors {
            enable: true,
            origins: self.origins.known()?.clone(),
            methods: known(&self.methods, Vec::new())?,
            headers: known(&self.headers, Vec::new())?,
            expose_headers: known(&self.expose_headers, Vec::new())?,
            credentials: known(&self.credentials, false)?,
            max_age: known(&self.max_age, 0)?,
        })
    }

    fn of(found: &doc::Cors) -> Cors {
        Cors {
            origins: found.origins.clone().into(),
            methods: filled(&found.methods),
            headers: filled(&found.headers),
            expose_headers: filled(&found.expose_headers),
            credentials: found.credentials.into(),
            max_age: found.max_age.into(),
        }
    }
}

impl Typed for Apigw {
    const KIND: &'static str = "apigw";

    fn document(&self) -> Option<Document> {
        let no = "FALSE".to_owned();
        let service_id = match &self.service_id {
            Value::Unknown => return None,
            id => id.known().cloned(),
        };
        Some(Document::Apigw(doc::Apigw {
            api: doc::Api {
                auth_required: known(&self.auth_required, no.clone())?,
                request_config: doc::RequestConfig {
                    method: known(&self.method, "ANY".to_owned())?,
                },
                is_integrated_response: known(&self.is_integrated_response, no)?,
                ..doc::Api::default()
            },
            service: doc::Service {
                service_id,
                service_name: Some(self.name("")?),
                ..doc::Service::default()
            },
            release: doc::Release {
                environment_name: known(&self.environment, "release".to_owned())?,
            },
        }))
    }

    fn name(&self, _region: &str) -> Option<String> {
        known(&self.service_name, "SCF_API_SERVICE".to_owned())
    }

    fn of(found: &Document, name: &str) -> Option<Self> {
        let Document::Apigw(found) = found else { return None };
        Some(Apigw {
            service_name: name.into(),
            service_id: found.service.service_id.clone().into(),
            method: found.api.request_config.method.as_str().into(),
            environment: found.release.environment_name.as_str().into(),
            auth_required: found.api.auth_required.as_str().into(),
            is_integrated_response: found.api.is_integrated_response.as_str().into(),
        })
    }
}

impl Typed for Cls {
    const KIND: &'static str = "cls";

    fn document(&self) -> Option<Document> {
        let usual = doc::Cls::default();
        let (size, wait) =
            (known(&self.max_size, usual.max_size)?, known(&self.max_wait, usual.max_wait)?);
        Some(Document::Cls(doc::Cls::new(size, wait)))
    }

    fn name(&self, _region: &str) -> Option<String> {
        self.topic_id.known().cloned()
    }

    fn of(found: &Document, name: &str) -> Option<Self> {
        let Document::Cls(found) = found else { return None };
        Some(Cls {
            topic_id: name.into(),
            max_size: found.max_size.into(),
            max_wait: found.max_wait.into(),
        })
    }
}

impl Typed for Mps {
    const KIND: &'static str = "mps";
    const NAMES: bool = false;

    fn document(&self) -> Option<Document> {
        let event_type = self.event_type.known()?.clone();
        Some(Document::Mps(doc::Mps { event_type }))
    }

    fn name(&self, _region: &str) -> Option<String> {
        None
    }

    fn of(found: &Document, _name: &str) -> Option<Self> {
        let Document::Mps(found) = found else { return None };
        Some(Mps { event_type: found.event_type.as_str().into() })
    }
}
