//! Objects that change, and messages that come: as the platform's events to the functions whose
//! triggers fit (R229, R230, R265, R266).

use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Kind;
use super::settings::{self, Ckafka, Cmq, Cos};
use super::sources::Bound;
use super::topic::Topic;
use crate::accounts::{Account, SECRET_ID};
use crate::cloud::Cloud;
use crate::cls;
use crate::cls::logs::{self, Written};
use crate::cos::events::Event;
use crate::mps;
use crate::regions;
use crate::runtime::Status;
use crate::scf::invoke;
use crate::transitions::INVOKE_RETRY;

/// Calls the functions that a change of an object concerns; tells how many.
pub fn object_event(cloud: &Arc<Cloud>, change: &Event) -> usize {
    let host = format!("{}.cos.{}.myqcloud.com", change.bucket, change.region);
    let known = cloud.triggers.known(cloud);
    let all = known.of(&change.account, &change.region, Kind::Cos, &host);
    let fitting = all.iter().filter(|bound| {
        let rule = settings::read::<Cos>(&bound.trigger.settings);
        rule.is_ok_and(|rule| rule.is_about(change.name, &change.key))
    });
    fitting
        .inspect(|bound| {
            let event = event_of(cloud, change, bound, &host);
            bound.queue(cloud, event.to_string().into_bytes());
        })
        .count()
}

fn event_of(cloud: &Cloud, change: &Event, bound: &Bound, host: &str) -> Value {
    let (name, app_id) = change.bucket.rsplit_once('-').unwrap_or((&change.bucket, ""));
    let Bound { namespace, function, region, account, trigger } = bound;
    json!({"Records": [{
        "cos": {
            "cosSchemaVersion": "1.0",
            "cosObject": {
                "url": format!("http://{host}/{}", change.key),
                "meta": {"x-cos-request-id": change.request_id, "Content-Type": ""},
                "vid": change.version,
                "key": format!("/{app_id}/{name}/{}", change.key),
                "size": change.size,
            },
            "cosBucket": {
                "region": regions::short(&change.region),
                "cosRegion": change.region,
                "s3Region": change.region,
                "name": name,
                "appid": app_id,
            },
            "cosNotificationId": "unkown",
        },
        "event": {
            "eventName": change.name,
            "eventVersion": "1.0",
            "eventTime": cloud.clock.now().0.div_euclid(1000),
            "eventSource": "qcs::cos",
            "eventQueue": format!(
                "qcs:0:scf:{region}:appid/{}:{namespace}.{function}.{}",
                account.app_id, trigger.qualifier
            ),
            "reservedInfo": "",
            "reqid": 0,
            "requestParameters": {"requestSourceIP": "127.0.0.1", "requestHeaders": {}},
        },
    }]})
}

/// Something that happens outside of this cloud, or is said to have happened.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Posted {
    /// The account's SecretId, by default that of `exec`.
    account: Option<String>,
    /// The region, by default `ap-guangzhou`.
    region: Option<String>,
    /// What happens.
    event: Happening,
}

/// What happens.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Happening {
    /// An object of a bucket changes.
    Cos {
        /// The bucket, `NAME-APPID`.
        bucket: String,
        /// What happens to it, as `cos:ObjectCreated:Put`.
        event: String,
        /// The object's key, without a slash before it.
        key: String,
        /// The object's bytes.
        #[serde(default)]
        size: u64,
    },
    /// A topic of a message queue gets a message.
    Cmq {
        /// The topic's name.
        topic: String,
        /// The message.
        body: String,
        /// The message's tags.
        #[serde(default)]
        tags: Vec<String>,
        /// The message's route, as `orders.new.cn`.
        #[serde(default)]
        route: String,
    },
    /// A topic of Kafka gets messages.
    Ckafka {
        /// The instance, `ckafka-…`.
        instance: String,
        /// The topic's name.
        topic: String,
        /// The messages, in order.
        messages: Vec<Message>,
    },
    /// A topic of the log service gets lines, which can then be searched, too.
    Cls {
        /// The topic's id.
        topic: String,
        /// The lines, the oldest first.
        lines: Vec<String>,
    },
    /// The media service has done something.
    Mps {
        /// `WorkflowTask` or `EditMediaTask`.
        event_type: String,
        /// The task, as the service describes it.
        #[serde(default)]
        task: Map<String, Value>,
    },
}

/// A message of Kafka.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Message {
    /// Its key.
    #[serde(default)]
    key: String,
    /// Its text.
    body: String,
}

/// Carries out what was posted to the console; tells how many functions it concerns.
///
/// # Errors
/// A sentence, when there is no such account or region.
pub fn post(cloud: &Arc<Cloud>, posted: &Posted) -> Result<Value, String> {
    let id = posted.account.as_deref().unwrap_or(SECRET_ID);
    let account = Account::of(id).ok_or_else(|| format!("there is no account `{id}`"))?;
    let region = posted.region.as_deref().unwrap_or("ap-guangzhou");
    if !regions::is_region(region) {
        return Err(format!("there is no region `{region}`"));
    }
    let place = Place { cloud, account: &Arc::new(account), region };
    let count = match &posted.event {
        Happening::Cos { bucket, event, key, size } => {
            let change = Event {
                account: place.account.uin.clone(),
                region: region.to_owned(),
                bucket: bucket.clone(),
                name: settings::event(event)
                    .ok_or_else(|| format!("there is no event `{event}`"))?,
                key: key.strip_prefix('/').unwrap_or(key).to_owned(),
                size: *size,
                etag: String::new(),
                version: String::new(),
                caller: String::new(),
                request_id: cloud.ids.request(),
            };
            object_event(cloud, &change)
        }
        Happening::Cmq { topic, body, tags, route } => {
            place.queue_message(topic, body, tags, route)
        }
        Happening::Ckafka { instance, topic, messages } => {
            place.kafka_messages(instance, topic, messages)
        }
        Happening::Cls { topic, lines } => place.log_lines(topic, lines)?,
        Happening::Mps { event_type, task } => place.media_task(event_type, task)?,
    };
    Ok(json!({"triggers": count}))
}

/// Where something happens.
struct Place<'a> {
    cloud: &'a Arc<Cloud>,
    account: &'a Arc<Account>,
    region: &'a str,
}

impl Place<'_> {
    fn triggers(&self, kind: Kind, name: &str) -> Vec<Arc<Bound>> {
        let known = self.cloud.triggers.known(self.cloud);
        known.of(&self.account.uin, self.region, kind, name).to_vec()
    }

    fn queue_message(&self, topic: &str, body: &str, tags: &[String], route: &str) -> usize {
        let now = self.cloud.clock.now();
        let event = json!({"Records": [{"CMQ": {
            "type": "topic",
            "topicOwner": self.account.uin.parse::<u64>().unwrap_or_default(),
            "topicName": topic,
            "subscriptionName": "",
            "publishTime": now.iso(),
            "msgId": self.cloud.ids.request(),
            "requestId": self.cloud.ids.request(),
            "msgBody": body,
            "msgTag": tags,
        }}]});
        let event = event.to_string().into_bytes();
        let triggers = self.triggers(Kind::Cmq, topic);
        let fitting = triggers.iter().filter(|bound| {
            let filter = settings::read::<Cmq>(&bound.trigger.settings);
            filter.is_ok_and(|filter| fits(&filter, tags, route))
        });
        let queued = |bound: &&Arc<Bound>| {
            bound.queue(self.cloud, event.clone());
        };
        fitting.inspect(queued).count()
    }

    fn log_lines(&self, topic: &str, lines: &[String]) -> Result<usize, String> {
        let (uin, region) = (self.account.uin.clone(), self.region.to_owned());
        if !cls::has_topic(self.cloud, &uin, &region, topic) {
            return Err(format!("there is no topic `{topic}`"));
        }
        let topic = Topic { uin, region, id: topic.to_owned() };
        let written = Written::outside(lines.to_vec(), self.cloud.clock.now());
        logs::write(self.cloud, &topic, written);
        Ok(self.triggers(Kind::Cls, &topic.id).len())
    }

    /// Media tasks belong to an account, wherever its function is.
    fn media_task(&self, event: &str, task: &Map<String, Value>) -> Result<usize, String> {
        if !mps::EVENTS.contains(&event) {
            return Err(format!("there is no event `{event}`"));
        }
        let known = self.cloud.triggers.known(self.cloud);
        let all = regions::REGIONS
            .iter()
            .flat_map(|region| known.of(&self.account.uin, region, Kind::Mps, event));
        let told = json!({"EventType": event, format!("{event}Event"): task}).to_string();
        Ok(all.inspect(|bound| drop(bound.queue(self.cloud, told.clone().into_bytes()))).count())
    }

    fn kafka_messages(&self, instance: &str, topic: &str, messages: &[Message]) -> usize {
        let triggers = self.triggers(Kind::Ckafka, &format!("{instance}-{topic}"));
        for bound in &triggers {
            let Ok(settings) = settings::read::<Ckafka>(&bound.trigger.settings) else { continue };
            let most = usize::try_from(settings.max_msg_num).unwrap_or(1).max(1);
            let batches = messages.chunks(most).enumerate();
            let batches =
                batches.map(|(n, batch)| kafka_event(topic, n * most, batch)).collect::<Vec<_>>();
            let (cloud, bound) = (Arc::clone(self.cloud), Arc::clone(bound));
            tokio::spawn(async move { consume(&cloud, &bound, settings.retry, batches).await });
        }
        triggers.len()
    }
}

/// Whether a message passes a filter; without keys every message does.
fn fits(filter: &Cmq, tags: &[String], route: &str) -> bool {
    let keys = &filter.filter_key;
    match filter.filter_type {
        _ if keys.is_empty() => true,
        1 => keys.iter().any(|key| tags.contains(key)),
        _ => keys.iter().any(|key| {
            let words = |text: &str| text.split('.').map(str::to_owned).collect::<Vec<_>>();
            is_route(&words(key), &words(route))
        }),
    }
}

/// Whether a route fits a pattern: `*` stands for one word, `#` for any number of words.
fn is_route(pattern: &[String], route: &[String]) -> bool {
    match pattern.split_first() {
        None => route.is_empty(),
        Some((word, rest)) if word == "#" => {
            (0..=route.len()).any(|skipped| is_route(rest, &route[skipped..]))
        }
        Some((word, rest)) => route
            .split_first()
            .is_some_and(|(own, others)| (word == "*" || word == own) && is_route(rest, others)),
    }
}

fn kafka_event(topic: &str, first: usize, batch: &[Message]) -> Vec<u8> {
    let records = batch.iter().zip(first..).map(|(message, offset)| {
        let record: Map<String, Value> = [
            ("topic".to_owned(), json!(topic)),
            ("partition".to_owned(), json!(0)),
            ("offset".to_owned(), json!(offset)),
            ("msgKey".to_owned(), json!(message.key)),
            ("msgBody".to_owned(), json!(message.body)),
        ]
        .into_iter()
        .collect();
        json!({"Ckafka": record})
    });
    json!({"Records": records.collect::<Vec<_>>()}).to_string().into_bytes()
}

/// R263, R264: Kafka is read batch by batch; a batch that fails is tried again before the next one.
async fn consume(cloud: &Arc<Cloud>, bound: &Bound, retries: i64, batches: Vec<Vec<u8>>) {
    for batch in batches {
        for _ in 0..=retries {
            let request_id = cloud.ids.request();
            match invoke::invoke(cloud, &bound.target(), batch.clone(), request_id).await {
                Ok(outcome) if outcome.status == Status::Success => break,
                Ok(_) => {}
                Err(refusal) => {
                    tracing::debug!(%refusal, "a trigger cannot call its function");
                    return;
                }
            }
            let pause = u64::try_from(cloud.transitions.lasts(&INVOKE_RETRY)).unwrap_or_default();
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_fit_patterns() {
        for (pattern, route, fit) in [
            ("a.b", "a.b", true),
            ("a.*", "a.b", true),
            ("a.*", "a.b.c", false),
            ("a.#", "a.b.c", true),
            ("#.c", "a.b.c", true),
            ("#", "", true),
            ("a", "b", false),
        ] {
            let filter = Cmq { filter_type: 2, filter_key: vec![pattern.to_owned()] };
            assert_eq!(fits(&filter, &[], route), fit, "{pattern} {route}");
        }
    }

    #[test]
    fn tags_pass_where_one_is_named() {
        let filter = Cmq { filter_type: 1, filter_key: vec!["a".to_owned()] };
        assert!(fits(&filter, &["b".to_owned(), "a".to_owned()], ""));
        assert!(!fits(&filter, &["b".to_owned()], ""));
        assert!(fits(&Cmq::default(), &[], ""));
    }
}
