//! Sample events to try functions with, as the product's console has them: some of everybody's (R268),
//! and a few of an account's own (R269, R270).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Query, Said, store, uin};
use crate::accounts::SECRET_ID;
use crate::cloud::Cloud;
use crate::store::Record;

/// R269: samples of an account's own.
const MOST: usize = 5;
/// R270: bytes of a sample.
const LARGEST: usize = 64 << 10;

/// A sample of an account's own.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSample {
    /// The account's SecretId or UIN, by default that of `exec`.
    account: Option<String>,
    /// What it is called.
    name: String,
    /// The event.
    event: Value,
}

/// An event, as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Sample(Value);

impl Record for Sample {
    const KIND: &'static str = "sample";
}

/// The samples that everybody has.
fn common() -> Map<String, Value> {
    let object = |event: &str| {
        json!({"Records": [{
            "cos": {
                "cosSchemaVersion": "1.0",
                "cosObject": {
                    "url": "http://pictures-1250000000.cos.ap-guangzhou.myqcloud.com/in/a.png",
                    "meta": {"x-cos-request-id": "NWMxOWY4MGFfMjViMjU4NjRfMTUyMV8yNzhhZjM=", "Content-Type": ""},
                    "vid": "",
                    "key": "/1250000000/pictures/in/a.png",
                    "size": 1029,
                },
                "cosBucket": {"region": "gz", "cosRegion": "ap-guangzhou", "name": "pictures", "appid": "1250000000"},
                "cosNotificationId": "unkown",
            },
            "event": {
                "eventName": event,
                "eventVersion": "1.0",
                "eventTime": 1_700_000_000,
                "eventSource": "qcs::cos",
                "eventQueue": "qcs:0:scf:ap-guangzhou:appid/1250000000:default.hello.$LATEST",
                "reservedInfo": "",
                "reqid": 0,
                "requestParameters": {"requestSourceIP": "127.0.0.1", "requestHeaders": {}},
            },
        }]})
    };
    let all = [
        ("hello-world", json!({"key1": "test value 1", "key2": "test value 2"})),
        ("cos-put", object("cos:ObjectCreated:Put")),
        ("cos-delete", object("cos:ObjectRemove:Delete")),
        ("cmq-topic", message()),
        ("api-gateway", request()),
    ];
    all.into_iter().map(|(name, event)| (name.to_owned(), event)).collect()
}

fn message() -> Value {
    json!({"Records": [{"CMQ": {
        "type": "topic",
        "topicOwner": 100_000_000_001_u64,
        "topicName": "news",
        "subscriptionName": "hello",
        "publishTime": "2026-01-31T00:00:00Z",
        "msgId": "123345346",
        "requestId": "123345346",
        "msgBody": "Hello from CMQ!",
        "msgTag": ["tag1", "tag2"],
    }}]})
}

fn request() -> Value {
    json!({
        "requestContext": {
            "serviceId": "service-a1b2c3d4",
            "path": "/hello",
            "httpMethod": "POST",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "identity": {},
            "sourceIp": "127.0.0.1",
            "stage": "release",
        },
        "headers": {"accept": "text/html", "host": "service-a1b2c3d4-1250000000.gz.apigw.tencentcs.com"},
        "body": "{\"test\":\"body\"}",
        "pathParameters": {},
        "queryStringParameters": {},
        "headerParameters": {},
        "path": "/hello",
        "queryString": {"foo": "bar"},
        "httpMethod": "POST",
    })
}

/// The samples that an account sees, by name.
pub(super) fn list(cloud: &Cloud, query: &Query) -> Said {
    let account = query.uin().unwrap_or_else(|| uin(SECRET_ID));
    let own = cloud.store.read().and_then(|txn| txn.scope(&account, "").scan::<Sample>(""));
    let own = own.map_err(|error| error.to_string())?;
    let mut all = common();
    all.extend(own.into_iter().map(|(name, Sample(event))| (name, event)));
    Ok(Value::Object(all))
}

/// Keeps a sample of an account's own, in place of one of that name.
pub(super) fn keep(cloud: &Cloud, new: NewSample) -> Said {
    if new.name.is_empty() || common().contains_key(&new.name) {
        return Err(format!("a sample of your own cannot be called `{}`", new.name));
    }
    if new.event.to_string().len() > LARGEST {
        return Err("a sample has at most 64 KB".to_owned());
    }
    let account = new.account.as_deref().unwrap_or(SECRET_ID);
    let account = uin(account);
    let known = cloud.store.read().and_then(|txn| txn.scope(&account, "").scan::<Sample>(""));
    let known = known.map_err(|error| error.to_string())?;
    if known.len() >= MOST && known.iter().all(|(name, _)| *name != new.name) {
        return Err(format!("an account has at most {MOST} samples of its own: remove one first"));
    }
    store(cloud, |txn| txn.scope(&account, "").put(&new.name, &Sample(new.event)))
}

/// Removes a sample of an account's own.
pub(super) fn remove(cloud: &Cloud, query: &Query) -> Said {
    let account = query.uin().unwrap_or_else(|| uin(SECRET_ID));
    let name = query.name.as_deref().unwrap_or_default();
    store(cloud, |txn| txn.scope(&account, "").remove::<Sample>(name).map(drop))
}
