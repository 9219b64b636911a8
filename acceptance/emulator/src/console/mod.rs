//! What lies under `/_emulator/`: health, reset, journal, faults, state, coverage, transitions,
//! readings, clock, quotas, accounts, events, samples of events, the JSON Schemas of all these, and a page for people.

mod samples;
mod state;

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HOST, HeaderValue, ORIGIN};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use schemars::{JsonSchema, schema_for};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::accounts::{Account, Standing};
use crate::cloud::Cloud;
use crate::fault::Fault;
use crate::quotas::{QUOTAS, Raised, limit};
use crate::readings::Readings;
use crate::scf::dead_letter;
use crate::scf::trigger::message;
use crate::server::{Page, plain};
use crate::transitions::Durations;
use crate::{journal, params, registry};

/// Where the console begins.
pub const ROOT: &str = "/_emulator/";

const PAGE: &str = include_str!("page.html");

/// Why the console refuses: a sentence for the person who wrote the request.
type Said = Result<Value, String>;

/// Answers a request to the console.
pub fn respond(cloud: &Arc<Cloud>, head: &Parts, body: &Bytes) -> Page {
    if head.method != Method::GET && is_foreign(head) {
        let text = "Pages of other origins may not change this cloud.\n";
        return plain(StatusCode::FORBIDDEN, text.to_owned());
    }
    let topic = head.uri.path().strip_prefix(ROOT).unwrap_or_default();
    let query = Query::read(head.uri.query().unwrap_or_default());
    let said = match (head.method.as_str(), topic) {
        ("GET", "") => return html(),
        ("GET", "health") => Ok(health(cloud)),
        ("POST", "reset") => reset(cloud, &query),
        ("GET", "requests") => Ok(requests(cloud, &query)),
        ("GET", "faults") => encode(&cloud.faults.list()),
        ("POST", "faults") => decode(body).map(|fault| {
            cloud.faults.add(fault);
            json!({})
        }),
        ("DELETE", "faults") => {
            cloud.faults.clear(query.account.as_deref());
            Ok(json!({}))
        }
        ("GET", "objects") => state::objects(cloud),
        ("GET", "state") => state::export(cloud),
        ("PUT", "state") => {
            decode(body).and_then(|state| state::import(cloud, &state)).inspect(|_| cloud.refresh())
        }
        ("GET", "code") => return code(cloud, &query),
        ("GET", "metrics") => Ok(metrics(cloud, &query)),
        ("GET", "dead-letters") => dead_letters(cloud, &query),
        ("GET", "coverage") => encode(&registry::coverage()),
        ("GET", "transitions") => encode(&cloud.transitions.durations()),
        ("POST", "transitions") => decode(body)
            .and_then(|durations| cloud.set_durations(Some(&durations)))
            .and_then(|()| encode(&cloud.transitions.durations())),
        ("GET", "readings") => encode(&*cloud.readings.now()),
        ("POST", "readings") => decode(body)
            .and_then(|some| cloud.readings.change(some))
            .and_then(|()| encode(&*cloud.readings.now())),
        ("POST", "clock") => decode(body).map(|change| set_clock(cloud, &change)),
        ("GET", "clock") => Ok(clock(cloud)),
        ("GET", "quotas") => quotas(cloud, &query),
        ("POST", "quotas") => decode(body).and_then(|change| raise(cloud, &change)),
        ("POST", "account") => decode(body).and_then(|change| set_standing(cloud, &change)),
        ("POST", "events") => decode(body).and_then(|posted| message::post(cloud, &posted)),
        ("GET", "samples") => samples::list(cloud, &query),
        ("POST", "samples") => decode(body).and_then(|sample| samples::keep(cloud, sample)),
        ("DELETE", "samples") => samples::remove(cloud, &query),
        ("GET", "schemas") => Ok(schemas()),
        _ => {
            let text = format!("The console has no {} {ROOT}{topic}.\n", head.method);
            return plain(StatusCode::NOT_FOUND, text);
        }
    };
    match said {
        Ok(value) => json_page(StatusCode::OK, &value),
        Err(sentence) => json_page(StatusCode::BAD_REQUEST, &json!({"error": sentence})),
    }
}

/// Whether a browser sends this for a page that is not ours.
fn is_foreign(head: &Parts) -> bool {
    let Some(origin) = head.headers.get(ORIGIN) else { return false };
    let host = head.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://")) != Some(host)
}

/// What a console URL's query may say.
#[derive(Default)]
struct Query {
    account: Option<String>,
    action: Option<String>,
    region: Option<String>,
    sha256: Option<String>,
    name: Option<String>,
    limit: Option<usize>,
}

impl Query {
    fn read(query: &str) -> Self {
        let map = params::from_query(query).unwrap_or_default();
        let text = |name: &str| Some(map.get(name)?.as_str()?.to_owned());
        Self {
            account: text("account"),
            action: text("action"),
            region: text("region"),
            sha256: text("sha256"),
            name: text("name"),
            limit: text("limit").and_then(|limit| limit.parse().ok()),
        }
    }

    /// The account's UIN, whether the query names it or its SecretId.
    fn uin(&self) -> Option<String> {
        self.account.as_deref().map(uin)
    }
}

/// Whether it works; and how many calls' logs are not on the disk yet.
fn health(cloud: &Cloud) -> Value {
    let version = env!("CARGO_PKG_VERSION");
    let unwritten = if cloud.store.is_on_disk() { cloud.called.logs.unwritten() } else { 0 };
    json!({"status": "ok", "version": version, "unwritten_logs": unwritten})
}

fn uin(account: &str) -> String {
    Account::of(account).map_or_else(|| account.to_owned(), |account| account.uin)
}

fn reset(cloud: &Arc<Cloud>, query: &Query) -> Said {
    match query.uin() {
        Some(uin) => {
            cloud.forget(Some(&uin)).map_err(|error| error.to_string())?;
            cloud.faults.clear(query.account.as_deref());
            cloud.journal.clear(Some(&uin));
        }
        None => {
            cloud.forget(None).map_err(|error| error.to_string())?;
            cloud.faults.clear(None);
            cloud.journal.clear(None);
            cloud.set_durations(None)?;
            cloud.readings.reset();
            cloud.clock.reset();
        }
    }
    cloud.triggers.clock_moved();
    cloud.refresh();
    Ok(json!({}))
}

/// A code package, for whoever knows its SHA-256.
fn code(cloud: &Cloud, query: &Query) -> Page {
    let [account, region, sha256] = [&query.account, &query.region, &query.sha256]
        .map(|text| text.as_deref().unwrap_or_default());
    let found = cloud.store.read().and_then(|txn| txn.scope(account, region).blob(sha256));
    let Ok(Some(bytes)) = found else {
        return plain(StatusCode::NOT_FOUND, "There is no such package.\n".to_owned());
    };
    let mut page = Response::new(Full::new(Bytes::from(bytes)));
    page.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    page
}

/// What failed for good, of one account in one region.
fn dead_letters(cloud: &Cloud, query: &Query) -> Said {
    let uin = query.uin().unwrap_or_else(|| uin(crate::accounts::SECRET_ID));
    let region = query.region.as_deref().unwrap_or("ap-guangzhou");
    let found = cloud.store.read().and_then(|txn| dead_letter::list(&txn, &uin, region));
    found.map_err(|error| error.to_string())
}

/// What the calls of every function add up to, in the minutes that are over.
fn metrics(cloud: &Cloud, query: &Query) -> Value {
    let uin = query.uin();
    let mut found = cloud.figures.functions(cloud.clock.now());
    found.retain(|(of, tally)| {
        tally.invocations > 0.0 && uin.as_ref().is_none_or(|uin| *uin == of.uin)
    });
    found.sort_by(|(a, _), (b, _)| {
        (&a.uin, &a.region, &a.function).cmp(&(&b.uin, &b.region, &b.function))
    });
    let shown = found.iter().map(|(of, tally)| {
        json!({
            "account": of.uin,
            "region": of.region,
            "function": of.function,
            "invocations": tally.invocations,
            "errors": tally.errors,
            "throttles": tally.throttles,
            "duration_ms": if tally.ran > 0.0 { tally.duration / tally.ran } else { 0.0 },
            "memory_mb": tally.memory,
            "concurrent": tally.peak,
        })
    });
    shown.collect()
}

fn requests(cloud: &Cloud, query: &Query) -> Value {
    let (uin, limit) = (query.uin(), query.limit.unwrap_or(usize::MAX));
    let extract = cloud.journal.extract(uin.as_deref(), query.action.as_deref(), limit);
    json!(extract)
}

/// How to change the clock.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    /// Moves the cloud's clock forward by so many milliseconds.
    #[serde(default)]
    advance_ms: i64,
    /// Stops the cloud's clock, or lets it run on.
    frozen: Option<bool>,
    /// How far the clock that checks signatures is ahead.
    skew_ms: Option<i64>,
}

fn set_clock(cloud: &Cloud, change: &ClockChange) -> Value {
    if let Some(frozen) = change.frozen {
        cloud.clock.freeze(frozen);
    }
    if let Some(skew) = change.skew_ms {
        cloud.clock.set_skew(skew);
    }
    cloud.clock.advance(change.advance_ms);
    cloud.triggers.clock_moved();
    clock(cloud)
}

fn clock(cloud: &Cloud) -> Value {
    let now = cloud.clock.now();
    json!({"now_ms": now.0, "now": now.iso()})
}

/// A quota that one account gets in one region.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct QuotaChange {
    /// The account's SecretId or UIN.
    account: String,
    /// The region.
    region: String,
    /// The quota's name, as `scf.functions`.
    name: String,
    /// The new limit.
    limit: i64,
}

fn raise(cloud: &Cloud, change: &QuotaChange) -> Said {
    let known = QUOTAS.iter().find(|quota| quota.name == change.name);
    let quota = known.ok_or_else(|| format!("there is no quota `{}`", change.name))?;
    store(cloud, |txn| {
        let uin = uin(&change.account);
        txn.scope(&uin, quota.region(&change.region))
            .put(quota.name, &Raised { limit: change.limit })
    })
}

fn quotas(cloud: &Cloud, query: &Query) -> Said {
    let txn = cloud.store.read().map_err(|error| error.to_string())?;
    let uin = query.uin().unwrap_or_else(|| uin(crate::accounts::SECRET_ID));
    let here = txn.scope(&uin, query.region.as_deref().unwrap_or("ap-guangzhou"));
    let one = |quota: &&crate::quotas::Quota| {
        let limit = limit(quota, cloud.allowance, &here).map_err(|error| error.to_string())?;
        Ok((quota.name.to_owned(), json!(limit)))
    };
    Ok(Value::Object(QUOTAS.iter().map(one).collect::<Result<_, String>>()?))
}

/// How an account is to stand with the cloud.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct StandingChange {
    /// The account's SecretId or UIN.
    account: String,
    /// What holds from now on.
    standing: Standing,
}

fn set_standing(cloud: &Cloud, change: &StandingChange) -> Said {
    store(cloud, |txn| txn.scope(&uin(&change.account), "").put("standing", &change.standing))
}

fn store(
    cloud: &Cloud,
    change: impl FnOnce(&crate::store::Txn) -> Result<(), crate::store::StoreError>,
) -> Said {
    let written = cloud.store.write().and_then(|txn| {
        change(&txn)?;
        txn.commit()
    });
    written.map(|()| json!({})).map_err(|error| error.to_string())
}

fn schemas() -> Value {
    json!({
        "fault": schema_for!(Fault),
        "transitions": schema_for!(Durations),
        "readings": schema_for!(Readings),
        "clock": schema_for!(ClockChange),
        "quota": schema_for!(QuotaChange),
        "account": schema_for!(StandingChange),
        "event": schema_for!(message::Posted),
        "sample": schema_for!(samples::NewSample),
        "state": schema_for!(state::State),
        "requests": schema_for!(journal::Extract),
    })
}

/// Reads a document by way of a JSON value: numbers of any size survive tagged enums only so.
fn decode<T: DeserializeOwned>(body: &Bytes) -> Result<T, String> {
    let value: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    serde_json::from_value(value).map_err(|error| error.to_string())
}

fn encode<T: Serialize>(value: &T) -> Said {
    serde_json::to_value(value).map_err(|error| error.to_string())
}

fn json_page(status: StatusCode, value: &Value) -> Page {
    let mut text = format!("{value:#}");
    text.push('\n');
    let mut page = Response::new(Full::new(Bytes::from(text)));
    *page.status_mut() = status;
    page.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    page
}

fn html() -> Page {
    let mut page = Response::new(Full::new(Bytes::from_static(PAGE.as_bytes())));
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    page.headers_mut().insert(CONTENT_TYPE, kind);
    page
}
